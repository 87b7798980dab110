"""Building again, or landing in another order, gives the same tables; `as_of` goes back in time."""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import SAMPLE, build_tables, differences, land_folder


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


def test_an_empty_raw_root_builds_empty_marts(tmp_path):
    warehouse = build_tables(tmp_path / "raw", tmp_path)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from fct_charges").fetchone() == (0,)
        assert connection.execute("select count(*) from dim_prices").fetchone()[0] > 0
