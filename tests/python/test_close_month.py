"""Closing a month: in order, once, when it is over; and every refusal is one line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT


@pytest.fixture
def raw(sample_raw, tmp_path) -> Path:
    """A copy of the sample's raw folder that a test may close months in."""
    return shutil.copytree(sample_raw, tmp_path / "raw", symlinks=True)


def close(
    month: str, raw_root: Path, warehouse: Path, *options: str
) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "close_month.py"), month, *options],
        env={**os.environ, "RAW_ROOT": str(raw_root), "WAREHOUSE_PATH": str(warehouse)},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def refused(result: subprocess.CompletedProcess, *words: str) -> None:
    lines = result.stderr.strip().splitlines()
    assert result.returncode == 2, result
    assert len(lines) == 1, lines
    for word in words:
        assert word in lines[0]


def test_a_closed_month_is_kept_whole_and_closed_once(raw, warehouse_path):
    result = close("2026-01", raw, warehouse_path, "--closed-at", "2026-03-05T09:00:00Z")
    assert result.returncode == 0, result.stderr
    records = [
        record
        for line in (raw / "_deliveries.jsonl").read_text().splitlines()
        if (record := json.loads(line))["source"] == "closed"
    ]
    assert records[-1]["table"] == "closed_periods"
    with duckdb.connect(str(warehouse_path), read_only=True) as con:
        for record in records[:-1]:
            date = "charge_date" if record["table"] == "fct_charges" else "usage_date"
            (path,) = record["paths"]
            kept = f"select * exclude (cost_status) from read_parquet('{raw / path}')"
            has_status = con.execute(
                "select count(*) from information_schema.columns"
                " where table_name = ? and column_name = 'cost_status'",
                [record["table"]],
            ).fetchone()[0]
            published = f"from {record['table']} where {date} < date '2026-02-01'"
            exclude = "* exclude (cost_status)" if has_status else "*"
            if not has_status:
                kept = kept.replace("* exclude (cost_status)", "*")
            assert record["rows"] > 0
            assert con.execute(
                f"select count(*) from (({kept}) except all (select {exclude} {published}))"
            ).fetchone() == (0,)
            assert con.execute(f"select count(*) {published}").fetchone() == (record["rows"],)
    refused(close("2026-01", raw, warehouse_path), "2026-01", "closed already")


def test_months_are_closed_in_order_and_when_they_are_over(raw, warehouse_path):
    refused(close("2026-02", raw, warehouse_path), "2026-01 is still open", "close that first")
    early = close("2026-01", raw, warehouse_path, "--closed-at", "2026-01-31T23:59:59Z")
    refused(early, "2026-01", "is not over")
    assert not (raw / "closed").exists()


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "January", "2026-01-01"])
def test_a_month_is_written_as_year_and_month(raw, warehouse_path, month):
    refused(close(month, raw, warehouse_path), month, "2026-01")


def test_without_a_warehouse_there_is_nothing_to_close(raw, tmp_path):
    refused(close("2026-01", raw, tmp_path / "none.duckdb"), "none.duckdb", "dbt build")
