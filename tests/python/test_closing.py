"""A closed month stays as it was published; what its bill says later is posted after it."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, SAMPLE, build_tables, land_folder
from test_ground_truth import ledger, same, true_ledger

MONTH = "2026-01"
TABLES = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["closed_tables"]


@pytest.fixture(scope="module")
def closed_raw(warehouse_path, sample_raw, tmp_path_factory) -> Path:
    """The sample's raw folder after the first month was closed and its bill was restated."""
    folder = tmp_path_factory.mktemp("closing")
    raw_root = folder / "raw"
    shutil.copytree(sample_raw, raw_root)
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "close_month.py"), MONTH]
        + ["--closed-at", "2026-03-02T00:00:00Z"],
        env={**os.environ, "RAW_ROOT": str(raw_root), "WAREHOUSE_PATH": str(warehouse_path)},
        check=True,
    )
    late = folder / "late"
    shutil.copytree(SAMPLE, late, ignore=shutil.ignore_patterns("ground_truth"))
    shutil.copy(SAMPLE / "after_closing.csv", late / "deliveries.csv")
    land_folder(late, raw_root)
    return raw_root


@pytest.fixture(scope="module")
def restated_path(closed_raw, tmp_path_factory) -> Path:
    """The warehouse built after that."""
    return build_tables(closed_raw, tmp_path_factory.mktemp("restated"))


@pytest.fixture
def restated(restated_path):
    """Read-only connection to it."""
    with duckdb.connect(str(restated_path), read_only=True) as connection:
        yield connection


def closed_month(path: Path) -> dict[str, list[tuple]]:
    """All rows of the closed month; what was open when it was published is closed now."""
    found = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        for table, date_column in TABLES.items():
            relation = connection.sql(
                f"select * from {table} where strftime({date_column}, '%Y-%m') = '{MONTH}'"
            )
            if "cost_status" in relation.columns:
                status = "if(cost_status = 'open', 'closed', cost_status) as cost_status"
                relation = relation.select(f"* replace ({status})")
            found[table] = relation.order("all").fetchall()
            assert found[table], table
    return found


def test_a_restated_bill_does_not_move_a_closed_month(warehouse_path, restated_path):
    assert closed_month(restated_path) == closed_month(warehouse_path)


def test_corrections_are_posted_in_the_first_open_month(restated):
    same(
        restated,
        true_ledger("daily_costs.csv", "corrections_after_closing.csv"),
        ledger(),
    )
    same(
        restated,
        true_ledger("corrections_after_closing.csv"),
        ledger(f"corrects_month_start_date = date '{MONTH}-01'"),
    )


def test_closed_and_open_months_add_up_to_the_bills(restated):
    invoiced = Decimal(0)
    for name in ("2026-01_v2.csv", "2026-02_v2.csv"):
        with (SAMPLE / "aws" / "cur" / name).open(newline="") as file:
            lines = csv.DictReader(file)
            invoiced += sum(Decimal(line["line_item_unblended_cost"]) for line in lines)
    for table in ("fct_charges", "fct_allocated_costs"):
        assert restated.execute(
            f"select sum(billed_cost_usd) from {table} where provider_id = 'aws'"
        ).fetchone() == (invoiced,)


def test_a_price_and_a_rule_changed_later_do_not_move_a_closed_month(
    warehouse_path, restated_path, closed_raw, tmp_path
):
    project = tmp_path / "project"
    kept = shutil.ignore_patterns(".*", "data", "docs", "target", "logs", "tests", "*.duckdb")
    shutil.copytree(ROOT, project, ignore=kept)
    shutil.copytree(ROOT / "tests" / "generic", project / "tests" / "generic")
    rules = project / "seeds" / "company" / "workload_rules.csv"
    text = rules.read_text()
    changed = text.replace("team_support,,,,,support_chat", "team_support,,,,,recommendations")
    assert changed != text
    rules.write_text(changed)
    prices = project / "seeds" / "reference" / "prices.csv"
    with prices.open(newline="") as file:
        rows = list(csv.DictReader(file))
    sonnet = [
        row
        for row in rows
        if (row["provider_id"], row["model_id"]) == ("anthropic", "claude-sonnet-4-5")
        and row["meter"] == "input_cache_read"
    ]
    assert sonnet
    for row in sonnet:
        row["price"] = str(Decimal(row["price"]) * 3)
    with prices.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    changed_path = build_tables(closed_raw, tmp_path, project=project)
    assert closed_month(changed_path) == closed_month(warehouse_path)
    open_rows = "select * from fct_allocated_costs where cost_status <> 'closed' order by all"
    found = []
    for path in (changed_path, restated_path):
        with duckdb.connect(str(path), read_only=True) as connection:
            found.append(connection.execute(open_rows).fetchall())
    assert found[0] != found[1], "the change does something"
