"""The marts say what the simulated company knows to be true, to the last digit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
from conftest import ROOT, SAMPLE, build_tables, land_folder

TRUTH = SAMPLE / "ground_truth"


def same(connection: duckdb.DuckDBPyConnection, truth: str, marts: str) -> None:
    """Assert that two selects give the same rows, NULLs and duplicates included."""
    for first, second, what in ((truth, marts, "missing"), (marts, truth, "not true")):
        rows = connection.execute(f"({first}) except all ({second}) limit 5").fetchall()
        assert not rows, f"{what}: {rows}"


def usd(column: str) -> str:
    """A column of the truth as an exact amount."""
    return f"cast(nullif({column}, '') as decimal(38, 12))"


def amounts() -> tuple[list[str], str]:
    """The four measures of the ledger, and that one of them is not zero."""
    names = ["billed_cost_usd", "effective_cost_usd", "effective_cost_with_idle_usd"]
    names.append("estimated_cost_usd")
    return names, " or ".join(f"coalesce({name}, 0) <> 0" for name in names)


def true_ledger(*files: str, folder: Path = TRUTH) -> str:
    """What files of true costs say, by everything that the ledger says of a cost."""
    names, is_something = amounts()
    return f"""
        select * from (
            select
                cast(usage_date as date) as usage_date, provider_id,
                coalesce(nullif(workload_id, ''), 'unallocated') as workload_id,
                coalesce(nullif(feature_id, ''), 'unallocated') as feature_id,
                coalesce(customer_id, '') as customer_id, allocation_method,
                coalesce(reason, '') as reason, coalesce(allocation_rule_id, '') as rule_id,
                cast(is_idle as boolean) as is_idle, cost_layer,
                cost_status = 'estimated' as is_estimated,
                {", ".join(f"sum({usd(name)}) as {name}" for name in names)}
            from read_csv({[str(folder / file) for file in files]}, all_varchar = true)
            group by all
        ) where {is_something}
    """


def ledger(where: str = "true") -> str:
    """The same of the mart."""
    names, is_something = amounts()
    return f"""
        select * from (
            select
                usage_date, provider_id, workload_id, feature_id,
                coalesce(customer_id, '') as customer_id, allocation_method,
                coalesce(unallocated_reason, '') as reason,
                coalesce(allocation_rule_id, '') as rule_id, is_idle, cost_layer,
                cost_status = 'estimated' as is_estimated,
                {", ".join(f"sum({name}) as {name}" for name in names)}
            from fct_allocated_costs
            where {where}
            group by all
        ) where {is_something}
    """


def test_the_ledger_is_true_in_every_column(warehouse):
    truth = true_ledger("daily_costs.csv")
    found = warehouse.execute(
        f"""
        select
            list_sort(list(distinct allocation_method)), list_sort(list(distinct cost_layer)),
            bool_or(is_idle), bool_or(billed_cost_usd <> effective_cost_usd),
            bool_or(effective_cost_usd <> effective_cost_with_idle_usd), bool_or(is_estimated)
        from ({truth})
        """
    ).fetchone()
    assert found == (
        ["direct", "metered", "shared", "unallocated"],
        ["fixed", "harness", "inference", "training"],
        *[True] * 4,
    )
    same(warehouse, truth, ledger())


def test_bill_per_day_provider_and_invoice(warehouse):
    same(
        warehouse,
        f"""
        select
            cast(charge_date as date), provider_id, coalesce(invoice_id, ''),
            {usd("billed_cost_usd")}, {usd("effective_cost_usd")}
        from read_csv('{TRUTH}/bill_totals.csv', all_varchar = true)
        """,
        """
        select
            charge_date, provider_id, coalesce(invoice_id, ''), sum(billed_cost_usd),
            sum(effective_cost_usd)
        from fct_charges
        group by all
        """,
    )


def test_of_two_exports_of_one_bill_one_counts(warehouse):
    assert warehouse.execute(
        """
        select charge_source, bool_and(is_counted), bool_or(is_counted), count(*)
        from main_intermediate.int_bill_feeds where provider_id = 'aws' group by all order by 1
        """
    ).fetchall() == [("aws.cur", True, True, 2), ("focus.cost_and_usage", False, False, 2)]


def test_gpu_seconds_per_day(warehouse):
    same(
        warehouse,
        f"""
        select
            cast(usage_date as date) as usage_date, {usd("gpu_seconds_paid")},
            {usd("gpu_seconds_held")}, {usd("gpu_seconds_active")}
        from read_csv('{TRUTH}/gpu_seconds.csv', all_varchar = true)
        """,
        """
        select usage_date, paid, coalesce(held, 0), coalesce(active, 0)
        from (
            select charge_date as usage_date, sum(metered_quantity) as paid
            from fct_charges
            where cost_meter = 'gpu_seconds' and provider_id = 'aws'
            group by all
        )
        left join (
            select usage_date, sum(quantity) as held, sum(active_quantity) as active
            from main_intermediate.int_resource_usage
            where meter = 'gpu_seconds' and provider_id = 'aws'
            group by all
        ) using (usage_date)
        """,
    )


def test_idle_gpu_seconds_are_what_was_paid_and_not_held(warehouse):
    same(
        warehouse,
        f"""
        select cast(usage_date as date), {usd("gpu_seconds_idle")}
        from read_csv('{TRUTH}/gpu_seconds.csv', all_varchar = true)
        where cast(gpu_seconds_idle as decimal(38, 12)) > 0
        """,
        """
        select usage_date, sum(driver_quantity) from fct_allocated_costs where is_idle group by all
        """,
    )


def test_storage_and_traffic_per_day_and_workload(warehouse):
    same(
        warehouse,
        f"""
        select
            cast(usage_date as date), provider_id, meter, resource_id,
            coalesce(workload_id, ''), {usd("quantity")}
        from read_csv('{TRUTH}/resource_use.csv', all_varchar = true)
        """,
        """
        select
            usage_date, provider_id, meter, resource_id, coalesce(workload_id, ''), sum(quantity)
        from main_intermediate.int_resource_usage
        where provider_id = 'aws' and meter <> 'gpu_seconds'
        group by all
        """,
    )


def test_units_per_day_and_feature(warehouse):
    same(
        warehouse,
        f"""
        select
            cast(event_date as date), feature_id, sum(cast(events as bigint)),
            sum(cast(successful_events as bigint))
        from read_csv('{TRUTH}/daily_units.csv', all_varchar = true)
        group by all
        """,
        """
        select usage_date, feature_id, sum(unit_events), sum(successful_unit_events)
        from fct_unit_economics_daily
        where unit_events > 0
        group by all
        """,
    )


def test_unit_costs_are_the_ledger_divided_by_the_events(warehouse):
    rows = warehouse.execute(
        """
        select count(*), count(*) filter (
            where abs(direct_cost_usd_per_unit * unit_events - direct_cost_usd) > 1e-9
        )
        from fct_unit_economics_daily
        where unit_events > 0
        """
    ).fetchone()
    assert rows[0] > 0
    assert rows[1] == 0


def test_unit_costs_that_lack_use_without_bill_and_price_are_flagged(warehouse):
    """The model without a price was used by one feature on a day whose bill is not here yet."""
    assert warehouse.execute(
        "select strftime(usage_date, '%Y-%m-%d'), feature_id from fct_unit_economics_daily"
        " where has_unpriced_usage"
    ).fetchall() == [("2026-02-27", "invoice_categorisation")]


def test_the_unknown_model_is_listed_and_not_free(warehouse):
    rows = warehouse.execute(
        "select distinct model_id, is_unknown_model from fct_unpriced_usage"
    ).fetchall()
    assert rows == [("gpt-5.1-nightshift-preview", True)]
    billed = warehouse.execute(
        "select sum(billed_cost_usd) from fct_allocated_costs"
        " where model_id = 'gpt-5.1-nightshift-preview' and allocation_method = 'metered'"
    ).fetchone()[0]
    assert billed > 0


def test_a_bill_of_many_lines_is_true_too(tmp_path):
    """The same in Parquet, with a fleet of machines on the bill."""
    simulated = tmp_path / "simulated"
    script = ROOT / "scripts" / "simulate_company.py"
    subprocess.run(
        [sys.executable, str(script), "--out", str(simulated), "--days", "40", "--requests", "60"]
        + ["--bill-lines", "20000"],
        check=True,
    )
    assert {path.suffix for path in (simulated / "aws" / "cur").iterdir()} == {".parquet"}
    land_folder(simulated, tmp_path / "raw")
    warehouse = build_tables(tmp_path / "raw", tmp_path, "--select", "+fct_allocated_costs")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from fct_charges").fetchone()[0] > 20000
        truth = true_ledger("daily_costs.csv", folder=simulated / "ground_truth")
        same(connection, truth, ledger())
