"""Days built in batches on Spark, partitions written anew, hold what DuckDB builds at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from batch_support import IN_BATCHES, Company, logged_call
from conftest import build_tables, marts
from spark_support import TABLES_ONLY, beside_duckdb, differing_rows, need_java, spark_build

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(
        os.environ.get("SPARK_TESTS") != "all", reason="two builds on Spark: make spark"
    ),
]
FIRST, SECOND = "2026-01-20 10:00:00", "2026-01-21 10:00:00"


def build_days(company: Company, work: Path, first: str, end: str) -> Path:
    """Build the days from `first` to before `end` on Spark; folder of the marts."""
    window = ("--event-time-start", first, "--event-time-end", end)
    raw_root = company.work / "raw"
    with spark_build(raw_root, work, *TABLES_ONLY, *IN_BATCHES, *window) as build:
        build.wait_for_success()
    return build.tables


def test_a_restated_day_is_built_anew_and_the_other_stays(tmp_path: Path):
    need_java()
    company = Company(tmp_path)
    calls = [
        logged_call("restated", FIRST, 1_000, updated_at=FIRST),
        logged_call("untouched", FIRST, 1_000),
        logged_call("next_day", SECOND, 1_000, model="gpt-5"),
    ]
    company.land_log("two_days", calls)
    tables = build_days(company, tmp_path / "spark", "2026-01-20", "2026-01-22")
    changed = [
        logged_call("restated", FIRST, 90, updated_at=SECOND),
        logged_call("late", FIRST, 7_000),
    ]
    company.land_log("changed", changed)
    build_days(company, tmp_path / "spark", "2026-01-20", "2026-01-21")
    warehouse = build_tables(tmp_path / "raw", tmp_path)
    with beside_duckdb(warehouse) as connection:
        found = {
            name: differing_rows(connection, tables, "main", name) for name in marts(connection)
        }
        tokens = connection.execute(
            "select usage_date, sum(quantity) from main_intermediate.int_token_usage_priced"
            " where meter = 'input_uncached' group by 1 order by 1"
        ).fetchall()
    assert [quantity for _, quantity in tokens] == [90 + 1_000 + 7_000, 1_000]
    assert {name: rows for name, rows in found.items() if rows} == {}
