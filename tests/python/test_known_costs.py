"""Usage whose cost is known elsewhere costs the same here, landed in the formats it comes in.

`known_costs/answers.csv` names the public source of each answer: a real bill, a provider's console,
an answer recorded with its cost, or a worked example. Rates that differ from the list prices of
that day, or that no list has, are in `known_costs/price_sheet.csv`.
"""

from __future__ import annotations

import csv
import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import build_tables, land_folder

FOLDER = Path(__file__).with_name("known_costs")

with (FOLDER / "answers.csv").open(newline="") as lines:
    ANSWERS = list(csv.DictReader(lines))

# Token buckets of records that use every field; everything that is not named is zero.
BUCKETS = {
    # the example of the usage report in github.com/openai/openai-openapi
    "every_field_of_the_report": {
        "input_uncached": 2500,
        "input_cache_read": 1500,
        "input_cache_read_audio": 100,
        "input_cache_read_image": 200,
        "input_cache_write_30m": 200,
        "input_audio": 300,
        "input_image": 200,
        "output_text": 800,
        "output_audio": 100,
        "output_image": 100,
    },
    # IngestionService.integration.test.ts in github.com/langfuse/langfuse
    "every_detail_is_subtracted": {
        "input_cache_read": 2,
        "input_audio": 3,
        "output_text": 3,
        "output_reasoning": 4,
        "output_audio": 4,
    },
    # github.com/BerriAI/litellm/pull/39850: 24 of 346 are not cached, all of them image
    "image_cached_inside_images": {
        "input_cache_read": 322,
        "input_image": 24,
        "output_text": 10,
        "output_reasoning": 19,
    },
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Read-only connection to a warehouse of nothing but the known cases."""
    work = tmp_path_factory.mktemp("known_costs")
    land_folder(FOLDER, work / "raw")
    wanted = ("--select", "+fct_token_usage_daily", "+fct_charges")
    with duckdb.connect(str(build_tables(work / "raw", work, *wanted)), read_only=True) as built:
        yield built


def quantities(tables: duckdb.DuckDBPyConnection, case: str) -> list[tuple]:
    """(meter, quantity, computed cost) of a case: its customer in logs, its project in reports."""
    return tables.execute(
        "select meter, sum(quantity), sum(computed_cost_usd), max(model_key), max(usage_date)"
        " from main_intermediate.int_token_usage_priced"
        " where coalesce(customer_id, project_id) = ? group by meter",
        [case],
    ).fetchall()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["case"])
def test_usage_costs_what_it_is_known_to_cost(tables, answer):
    rows = quantities(tables, answer["case"])
    costs = {meter: cost for meter, _, cost, _, _ in rows}
    assert costs, "the case is not there"
    if answer["cost_usd"]:
        assert sum(costs.values()) == Decimal(answer["cost_usd"]), rows
    else:
        assert costs == {"requests": 0, "input_uncached": None, "output_text": None}
    for _, _, _, model, day in rows:
        assert (model, str(day)) == (answer["model_id"], answer["usage_date"])


def test_no_usage_is_lost_or_doubled_on_the_way_to_the_mart(tables):
    assert tables.execute(
        f"""
        with answers as (
            select
                cast(usage_date as date) as usage_date, provider_id, model_id,
                cast(sum(cast(nullif(cost_usd, '') as decimal(38, 12))) as decimal(38, 12)) as cost
            from read_csv('{FOLDER}/answers.csv', all_varchar = true)
            group by all
        ),

        mart as (
            select
                usage_date, provider_id, model_id, sum(computed_cost_usd) as cost,
                sum(unpriced_tokens) as unpriced_tokens
            from fct_token_usage_daily
            group by all
        )

        select answers.*, mart.cost, mart.unpriced_tokens
        from answers
        left join mart using (usage_date, provider_id, model_id)
        where answers.cost is distinct from mart.cost or mart.unpriced_tokens <> 0
        """
    ).fetchall() == [
        # unknown is not free: its cost is NULL, its tokens are there and counted as without a price
        (datetime.date(2026, 8, 25), "openai", "a-model-without-a-price", None, None, 20)
    ]


@pytest.mark.parametrize("case", BUCKETS)
def test_tokens_fall_into_disjoint_buckets(tables, case):
    found = {meter: int(quantity) for meter, quantity, _, _, _ in quantities(tables, case)}
    assert found.pop("requests") > 0
    assert found == BUCKETS[case]


def test_a_bill_that_its_usage_does_not_explain_stays_as_it_is(tables):
    """Three days of the same organisation agree to the last digit; on one neither side is bent."""
    assert tables.execute(
        """
        select strftime(charge_date, '%m-%d'), sum(billed_cost_usd), any_value(usage.cost)
        from fct_charges
        inner join (
            select usage_date, sum(computed_cost_usd) as cost
            from fct_token_usage_daily
            where provider_id = 'openai'
            group by usage_date
        ) as usage on charge_date = usage_date
        group by charge_date
        order by charge_date
        """
    ).fetchall() == [
        ("10-06", Decimal("0.56177125"), Decimal("0.81584275")),
        ("10-07", Decimal("0.569788"), Decimal("0.569788")),
        ("10-10", Decimal("0.3409"), Decimal("0.3409")),
        ("10-11", Decimal("0.072054"), Decimal("0.072054")),
    ]
