"""The marts say what the simulated company knows to be true, to the last digit."""

from __future__ import annotations

import duckdb
import pytest
from conftest import SAMPLE

TRUTH = SAMPLE / "ground_truth"


def same(connection: duckdb.DuckDBPyConnection, truth: str, marts: str) -> None:
    """Assert that two selects give the same rows, NULLs and duplicates included."""
    for first, second, what in ((truth, marts, "missing"), (marts, truth, "not true")):
        rows = connection.execute(f"({first}) except all ({second}) limit 5").fetchall()
        assert not rows, f"{what}: {rows}"


@pytest.mark.parametrize("kind", ["billed", "estimated"])
def test_cost_per_day_provider_feature_customer_and_status(warehouse, kind):
    truth = f"""
        select
            cast(usage_date as date), provider_id,
            coalesce(nullif(feature_id, ''), 'unallocated'),
            coalesce(nullif(customer_id, ''), '-'), attribution, cost_status,
            sum(cast({kind}_cost_usd as decimal(38, 12)))
        from read_csv('{TRUTH}/daily_costs.csv', all_varchar = true)
        where nullif({kind}_cost_usd, '') is not null
        group by all
        having sum(cast({kind}_cost_usd as decimal(38, 12))) <> 0
    """
    ledger = f"""
        select
            usage_date, provider_id, feature_id, coalesce(customer_id, '-'), allocation_method,
            cost_status, sum({kind}_cost_usd)
        from fct_allocated_costs
        where {kind}_cost_usd is not null
        group by all
        having sum({kind}_cost_usd) <> 0
    """
    assert warehouse.execute(f"select count(*) from ({truth})").fetchone()[0] > 0
    same(warehouse, truth, ledger)


def test_unallocated_cost_has_the_true_reason(warehouse):
    truth = f"""
        select
            provider_id, reason, sum(cast(billed_cost_usd as decimal(38, 12)))
        from read_csv('{TRUTH}/daily_costs.csv', all_varchar = true)
        where attribution = 'unallocated' and nullif(billed_cost_usd, '') is not null
        group by all
        having sum(cast(billed_cost_usd as decimal(38, 12))) <> 0
    """
    ledger = """
        select provider_id, unallocated_reason, sum(billed_cost_usd)
        from fct_allocated_costs
        where allocation_method = 'unallocated' and billed_cost_usd is not null
        group by all
        having sum(billed_cost_usd) <> 0
    """
    same(warehouse, truth, ledger)


def test_bill_per_day_and_provider(warehouse):
    same(
        warehouse,
        f"""
        select
            cast(charge_date as date), provider_id, cast(billed_cost_usd as decimal(38, 12))
        from read_csv('{TRUTH}/bill_totals.csv', all_varchar = true)
        """,
        """
        select charge_date, provider_id, sum(billed_cost_usd)
        from fct_charges
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
