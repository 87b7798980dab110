"""Building again, or landing in another order, gives the same tables; `as_of` goes back in time."""

from __future__ import annotations

import csv
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, SAMPLE, build_tables, differences, land_folder


def sample_with(deliveries: list[dict[str, str]], folder: Path) -> Path:
    """A copy of the sample folder whose deliveries.csv lists these deliveries, in this order."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("ground_truth"))
    with (folder / "deliveries.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(deliveries[0]))
        writer.writeheader()
        writer.writerows(deliveries)
    return folder


def sample_deliveries() -> list[dict[str, str]]:
    with (SAMPLE / "deliveries.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_second_build_changes_nothing(warehouse_path, sample_raw, tmp_path):
    shutil.copy(warehouse_path, tmp_path / "warehouse.duckdb")
    assert differences(warehouse_path, build_tables(sample_raw, tmp_path)) == {}


@pytest.mark.parametrize("seed", [1])
def test_deliveries_landed_in_any_order_give_the_same_tables(warehouse_path, tmp_path, seed):
    deliveries = sample_deliveries()
    random.Random(seed).shuffle(deliveries)
    land_folder(sample_with(deliveries, tmp_path / "sample"), tmp_path / "raw")
    assert differences(warehouse_path, build_tables(tmp_path / "raw", tmp_path)) == {}


def test_as_of_reads_only_what_was_landed_by_then(sample_raw, tmp_path):
    day = "2026-02-03"
    known = [row for row in sample_deliveries() if row["landed_at"][:10] <= day]
    assert 0 < len(known) < len(sample_deliveries())
    (tmp_path / "then").mkdir()
    (tmp_path / "now").mkdir()
    land_folder(sample_with(known, tmp_path / "sample"), tmp_path / "raw")
    then = build_tables(tmp_path / "raw", tmp_path / "then")
    now = build_tables(sample_raw, tmp_path / "now", "--vars", f"{{as_of: {day}}}")
    assert differences(then, now) == {}


def test_logs_registered_in_place_give_the_same_tables_as_copied_ones(tmp_path):
    """Large Parquet is read where it lies; only the ids of deliveries may differ."""
    simulated = tmp_path / "simulated"
    script = ROOT / "scripts" / "simulate_company.py"
    subprocess.run(
        [sys.executable, str(script), "--out", str(simulated), "--days", "20", "--requests", "300"]
        + ["--log-format", "parquet"],
        check=True,
    )
    shutil.rmtree(simulated / "ground_truth")
    built = {}
    for way in ("copied", "in-place"):
        work = tmp_path / way
        raw_root = work / "raw"
        with (simulated / "deliveries.csv").open(newline="") as file:
            deliveries = list(csv.DictReader(file))
        logs = [row for row in deliveries if row["source"] == "litellm"]
        for row in logs:
            options = ["--in-place"] if way == "in-place" else []
            options += ["--exported-at", row["exported_at"], "--landed-at", row["landed_at"]]
            subprocess.run(
                [sys.executable, str(ROOT / "scripts" / "land_export.py"), "litellm", "spend_logs"]
                + [str(simulated / row["path"]), *options],
                env={**os.environ, "RAW_ROOT": str(raw_root)},
                check=True,
            )
        built[way] = build_tables(raw_root, work)
    different = differences(built["copied"], built["in-place"])
    assert different.pop("fct_delivery_log_v1") > 0
    assert different == {}


def test_an_empty_raw_root_builds_empty_marts(tmp_path):
    warehouse = build_tables(tmp_path / "raw", tmp_path)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from fct_charges").fetchone() == (0,)
        assert connection.execute("select count(*) from dim_prices").fetchone()[0] > 0
