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
from conftest import landed_and_built

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
    "details_of_a_response": {
        "input_cache_read": 2,
        "input_audio": 3,
        "output_text": 3,
        "output_reasoning": 4,
        "output_audio": 4,
    },
    # otelMapping.servertest.ts there, in the counts of a log that includes cache and reasoning;
    # it leaves audio inside input and output as well, which would price it twice
    "audio_beside_the_totals": {
        "input_uncached": 80 - 5,
        "input_audio": 5,
        "input_cache_read": 30,
        "input_cache_write_5m": 10,
        "output_text": 40 - 7,
        "output_audio": 7,
    },
    "one_count_in_two_spellings": {
        "input_uncached": 70,
        "input_cache_read": 20,
        "input_cache_write_5m": 10,
    },
    "prompt_with_most_of_it_cached": {
        "input_uncached": 5000,
        "input_cache_read": 40000,
        "input_cache_write_5m": 5000,
        "output_text": 200,
    },
    "reasoning_and_audio_inside_the_output": {
        "input_uncached": 100,
        "output_text": 15,
        "output_reasoning": 30,
        "output_audio": 5,
    },
    # never below zero
    "more_reasoning_than_output": {"output_reasoning": 60},
    "cached_content_inside_the_prompt": {
        "input_uncached": 200,
        "input_cache_read": 800,
        "output_text": 200,
    },
    "writes_of_two_lives_inside_the_prompt": {
        "input_uncached": 500,
        "input_cache_read": 1500,
        "input_cache_write_5m": 2000,
        "input_cache_write_1h": 1000,
        "output_text": 200,
    },
    # its own test subtracts the cache once more; the total says that 5,734 are beside it
    "converse_input_beside_cache": {
        "input_uncached": 5734,
        "input_cache_read": 4482,
        "output_text": 178,
    },
    # a proxy that left the cache out of the prompt: what is uncached is the prompt
    "more_cache_than_input": {
        "input_uncached": 500,
        "input_cache_read": 800,
        "output_text": 200,
    },
    # calculateTokenCost.unit.test.ts there: a total that includes its parts, and counts as text
    "total_that_holds_the_cache": {
        "input_uncached": 20,
        "input_cache_read": 80,
        "output_text": 50,
    },
    "numbers_as_text": {"input_uncached": 100, "output_text": 200},
    # github.com/PostHog/posthog/issues/71065 and github.com/BerriAI/litellm/issues/14849
    "gemini_thinking": {"input_uncached": 9, "output_text": 1, "output_reasoning": 21},
    "cached_most_of_a_long_prompt": {
        "input_uncached": 5005,
        "input_cache_read": 257955,
        "output_text": 1744,
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
    with landed_and_built(FOLDER, work, "fct_token_usage_daily", "fct_charges") as built:
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
        order by answers.usage_date
        """
    ).fetchall() == [
        # unknown is not free: its cost is NULL, its tokens are there and counted as without a price
        (datetime.date(2026, 8, 25), "openai", "a-model-without-a-price", None, None, 20),
        # so is a price in a currency without a rate
        (datetime.date(2026, 9, 13), "deepseek", "deepseek-in-yen", None, None, 20),
    ]


@pytest.mark.parametrize(
    "answer",
    [answer for answer in ANSWERS if answer["reported_cost_usd"]],
    ids=lambda answer: answer["case"],
)
def test_a_reported_cost_stands_beside_the_computed_one(tables, answer):
    """Tools and plugins are in the one and not in the other; a reported zero is a value."""
    assert tables.execute(
        "select sum(reported_cost_usd) from main_intermediate.int_token_usage_named"
        " where customer_id = ?",
        [answer["case"]],
    ).fetchone() == (Decimal(answer["reported_cost_usd"]),)


def test_prices_in_another_currency_are_their_own_list(tables):
    """1 yuan per million at 0.14 dollars, not the 0.15 dollars that the list in dollars says."""
    ((currency, billed, billed_usd),) = tables.execute(
        "select billing_currency, billed_cost, billed_cost_usd from fct_charges"
        " where provider_id = 'deepseek'"
    ).fetchall()
    assert (currency, billed, billed_usd) == ("CNY", Decimal("0.36"), Decimal("0.0504"))
    ((price, price_currency),) = tables.execute(
        "select price, currency from dim_prices where model_id = 'deepseek-at-home'"
    ).fetchall()
    assert (price, price_currency) == (1, "CNY")


def test_a_price_of_another_bucket_is_no_exact_price(tables):
    """Images at the price of text: counted, never at zero, and said to be in doubt."""
    assert tables.execute(
        "select model_id, is_exact from fct_token_usage_daily"
        " where model_id in ('text-prices-only', 'gemini-3-pro-image') order by all"
    ).fetchall() == [("gemini-3-pro-image", True), ("text-prices-only", False)]


def test_credits_of_a_cloud_line_count_once(tables):
    """github.com/flanksource/config-db: 1.50 less 0.30 of credits; a line without project stays."""
    assert tables.execute(
        "select sub_account_id, sum(billed_cost_usd), sum(effective_cost_usd), count(*)"
        " from fct_charges where provider_id = 'gcp' group by 1 order by 1 nulls last"
    ).fetchall() == [
        ("discounted", Decimal("1.2"), Decimal("1.2"), 1),
        ("promoted", Decimal("1.2"), Decimal("1.2"), 3),
        (None, Decimal("1.5"), Decimal("1.5"), 1),
    ]


def test_reserved_capacity_is_billed_beyond_its_reservation_only(tables):
    """Azure's rule for provisioned units: 400 deployed, 300 reserved, 100 at 1 dollar an hour."""
    assert tables.execute(
        "select commitment_discount_status, billed_cost_usd, effective_cost_usd, consumed_quantity"
        " from fct_charges where provider_id = 'microsoft' order by billed_cost_usd"
    ).fetchall() == [("Used", 0, 192, 300), (None, 100, 100, 100)]


@pytest.mark.parametrize("case", ["more_reasoning_than_output", "more_cache_than_input"])
def test_counts_that_contradict_each_other_are_in_doubt(tables, case):
    assert tables.execute(
        "select usage_doubt, min(priced.is_exact)"
        " from main_intermediate.int_token_usage_daily as daily"
        " inner join main_intermediate.int_token_usage_priced as priced using (customer_id)"
        " where customer_id = ? group by usage_doubt",
        [case],
    ).fetchall() == [("buckets_do_not_add_up", False)]


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
        where provider_id = 'openai'
        group by charge_date
        order by charge_date
        """
    ).fetchall() == [
        ("10-06", Decimal("0.56177125"), Decimal("0.81584275")),
        ("10-07", Decimal("0.569788"), Decimal("0.569788")),
        ("10-10", Decimal("0.3409"), Decimal("0.3409")),
        ("10-11", Decimal("0.072054"), Decimal("0.072054")),
    ]
