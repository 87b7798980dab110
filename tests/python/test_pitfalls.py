"""The known ways to get the cost of AI wrong, each with numbers whose right answer is known.

One small company's exports (`pitfalls/`), landed and built as a user would; January was closed
before the rest arrived. Threads in which others got a number wrong are named with the case.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pytest
from conftest import ROOT, build_tables, dbt, land_folder
from landing import expectations
from test_azure_costs import HEADERS, export

FOLDER = Path(__file__).with_name("pitfalls")

# What only a company can say: its deployments, what is free to it, and how slugs were redirected.
COMPANY = {
    "company/model_deployments.csv": [
        "microsoft,prod-chat,gpt-4-1106-preview,,,,",
        "microsoft,ptu-chat,gpt-4-1106-preview,provisioned,,,",
    ],
    "reference/free_quotas.csv": [
        "three_searches,example,searching,web_search_calls,3,day,,,,https://example.com/prices",
    ],
    "reference/model_aliases.csv": ["example,old-slug,new-model,2026-05-15 00:00:00,"],
}
CLOSED = "from {} where {} < date '2026-02-01' order by all"
LEDGER = "select coalesce(sum(billed_cost_usd), 0) from fct_allocated_costs where "


@pytest.fixture(scope="module")
def work(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("pitfalls")


@pytest.fixture(scope="module")
def project(work) -> Path:
    """The project with the company's own seeds."""
    copy = work / "project"
    kept = shutil.ignore_patterns(".*", "data", "docs", "target", "logs", "tests", "*.duckdb")
    shutil.copytree(ROOT, copy, ignore=kept)
    shutil.copytree(ROOT / "tests" / "generic", copy / "tests" / "generic")
    limit = Path("tests") / "singular" / "unpriced_usage_stays_below_the_limit.sql"
    (copy / limit).parent.mkdir()
    shutil.copy(ROOT / limit, copy / limit)
    for name, rows in COMPANY.items():
        with (copy / "seeds" / name).open("a") as seed:
            seed.writelines(f"{row}\n" for row in rows)
    return copy


def close(month: str, raw_root: Path, warehouse: Path, *options: str) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "close_month.py"), month, *options],
        env={**os.environ, "RAW_ROOT": str(raw_root), "WAREHOUSE_PATH": str(warehouse)},
        cwd=ROOT,
        check=True,
    )


def land_azure(work: Path) -> None:
    """The same two lines under six headers, half of them with Windows' ends of line."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAW_ROOT", str(work / "raw"))
        patched.setattr(expectations, "build_docs", lambda: None)
        for number, name in enumerate(HEADERS):
            text = export(name)
            if number % 2:
                text = text.replace(b"\n", b"\r\n")
            (work / f"{name}.csv").write_bytes(text)
            path = str(work / f"{name}.csv")
            assert land_export.main(["azure", "actual_costs", path]) == 0


@pytest.fixture(scope="module")
def january(work, project) -> dict[str, list[tuple]]:
    """What was published of January when it was closed, the rest not having arrived yet."""
    land_folder(FOLDER / "january", work / "raw")
    (work / "january").mkdir()
    warehouse = build_tables(
        work / "raw", work / "january", "--exclude", "resource_type:unit_test", project=project
    )
    close("2026-01", work / "raw", warehouse, "--closed-at", "2026-02-05T00:00:00Z")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return published(connection)


@pytest.fixture(scope="module")
def warehouse_file(january, work, project) -> Path:
    land_folder(FOLDER, work / "raw")
    land_azure(work)
    return build_tables(work / "raw", work, project=project)


@pytest.fixture
def tables(warehouse_file):
    with duckdb.connect(str(warehouse_file), read_only=True) as connection:
        yield connection


def published(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:
    """January as the public tables have it; what was open then is closed now."""
    found = {}
    for table, day in (
        ("fct_charges", "charge_date"),
        ("fct_allocated_costs", "usage_date"),
        ("fct_token_usage_daily", "usage_date"),
    ):
        columns = [
            name
            for name, *_ in connection.execute(f"describe {table}").fetchall()
            if name != "cost_status"
        ]
        rows = connection.execute(f"select {', '.join(columns)} " + CLOSED.format(table, day))
        found[table] = rows.fetchall()
    return found


@pytest.fixture
def rows(tables) -> Callable[[str], list[tuple]]:
    return lambda query: tables.execute(query).fetchall()


@pytest.fixture
def usage(tables) -> Callable[[str], dict[str, tuple]]:
    """Meter -> (quantity, computed cost, exact?) of a case: its customer, or its project."""

    def run(case: str) -> dict[str, tuple]:
        found = tables.execute(
            "select meter, sum(quantity), sum(computed_cost_usd), min(is_exact)"
            " from main_intermediate.int_token_usage_priced"
            " where coalesce(customer_id, project_id) = ? group by meter",
            [case],
        ).fetchall()
        return {meter: (int(quantity), cost, exact) for meter, quantity, cost, exact in found}

    return run


@pytest.fixture
def cost(usage) -> Callable[[str], Decimal]:
    """Computed cost of a case, every part of which has a price."""

    def run(case: str) -> Decimal:
        found = usage(case)
        assert found, "the case is not there"
        assert all(cost is not None for _, cost, _ in found.values()), found
        return sum(cost for _, cost, _ in found.values())

    return run


@pytest.fixture
def tokens(usage) -> Callable[[str], dict[str, int]]:
    """Meter -> quantity of a case, without its requests."""
    return lambda case: {
        meter: quantity for meter, (quantity, *_) in usage(case).items() if meter != "requests"
    }


def test_p01_cached_tokens_are_not_counted_twice(cost, tokens):
    """earendil-works/pi#2148 (0.0137 before) and BerriAI/litellm#9812 (0.091311 there)."""
    assert tokens("p01") == {
        "input_uncached": 20_212 - 16_298, "input_cache_read": 16_298, "output_text": 931,
    }  # fmt: skip
    assert cost("p01") == Decimal("0.0055649")
    assert cost("p01_write") == Decimal("0.054399")


def test_p02_every_source_says_whether_its_input_includes_the_cache(cost, tokens, rows):
    """Arize-ai/phoenix#10783: output as total less prompt gave 0.1306."""
    assert tokens("p02")["output_text"] == 442
    assert cost("p02") == Decimal("0.0103266")
    undeclared = rows(
        "select distinct usage_source from main_intermediate.int_token_usage_daily"
        " where usage_source not in (select usage_source from dim_usage_sources"
        " where input_includes_cache is not null and output_includes_reasoning is not null)"
    )
    assert undeclared == []


def test_p03_cache_writes_cost_what_their_life_costs(cost, usage):
    """shaharia-lab/agento#180: an hour at the price of five minutes is 37 % too little."""
    assert cost("p03_hour") == Decimal("0.006")
    # a total without a time to live: five minutes, and not exact
    for case in ("p03_total_only", "p03_flagged"):
        assert usage(case)["input_cache_write_5m"] == (1000, Decimal("0.00375"), False)


def test_p04_reasoning_is_neither_added_nor_dropped(cost, tokens):
    """PostHog/posthog#71065: 43 tokens would be 0.0001102."""
    assert tokens("p04") == {"input_uncached": 9, "output_text": 1, "output_reasoning": 21}
    assert cost("p04") == Decimal("0.0000577")


def test_p05_a_long_prompt_is_dear_as_a_whole_unless_its_price_is_marginal(cost):
    """BerriAI/litellm#14849: 0.7642 counted the cache twice, 0.1849 the tokens at both prices."""
    assert cost("p05") == Decimal("0.199894375")
    assert cost("p05_cliff") == Decimal("0.6")
    assert cost("p05_marginal") == Decimal("0.4")


def test_p06_a_threshold_is_strict_and_counts_cached_input(cost):
    """Helicone counts exactly 200,000 as long (1.425); cached reads alone pass 272,000 here."""
    assert cost("p06_at") == Decimal("0.75")
    assert cost("p06_over") == Decimal("1.425006")
    assert cost("p06_cached") == Decimal("0.738273")  # 0.371139 at the price of short prompts


def test_p07_no_threshold_is_applied_to_a_sum_of_requests(cost, usage):
    """A hundred requests of 10,000 tokens are no prompt of a million (10 dollars)."""
    assert cost("p07_requests") == cost("p07_bucket") == 5
    assert usage("p07_requests")["input_uncached"][2] is True
    assert usage("p07_bucket")["input_uncached"][2] is False


def test_p08_a_batch_is_half_price_once_however_often_it_is_retrieved(cost, usage):
    """BerriAI/litellm#32307; the first batch was retrieved again, in a later delivery."""
    assert usage("p08")["requests"][0] == 2
    assert cost("p08") == Decimal("0.0005825")


def test_p09_the_tier_that_served_decides_not_the_one_asked_for(cost):
    """BerriAI/litellm#37046."""
    assert cost("p09_served") == Decimal("0.00000425")
    assert cost("p09_not_served") == Decimal("0.00000255")


def test_p10_an_unknown_model_is_not_free(usage, rows):
    """BerriAI/litellm#35914: 1.16 dollars shown, about 185 spent."""
    assert usage("p10")["input_uncached"] == (700_000_000, None, True)
    assert rows(
        "select meter, unpriced_quantity, is_unknown_model from fct_unpriced_usage"
        " where model_id = 'a-model-of-tomorrow' order by 1"
    ) == [("input_uncached", 700_000_000, True), ("output_text", 300_000_000, True)]
    assert rows(
        "select unpriced_tokens, computed_cost_usd from fct_token_usage_daily"
        " where model_id = 'a-model-of-tomorrow'"
    ) == [(1_000_000_000, None)]


def test_p10_too_much_use_without_a_price_fails_the_build(warehouse_file, work, project, capfd):
    limit = "unpriced_usage_stays_below_the_limit"
    with pytest.raises(subprocess.CalledProcessError):
        dbt("test", work / "raw", work, "--select", limit, project=project)
    assert f"Failure in test {limit}" in capfd.readouterr().out


def test_p11_a_deployment_is_a_model_only_where_somebody_says_so(cost, usage, rows):
    """BerriAI/litellm#1874: the deployment Prod-Chat serves gpt-4-1106-preview."""
    assert cost("p11") == Decimal("0.00093")
    assert usage("p11_unmapped")["output_text"] == (28, None, True)
    assert rows("select 1 from fct_unpriced_usage where model_id = 'other-chat'")


def test_p12_a_region_has_its_own_price(cost):
    """Arize-ai/phoenix#10036 (0.20 shown) and BerriAI/litellm#42191 (0.00000465 at US prices)."""
    assert cost("p12_profile") == Decimal("0.004672305")
    assert cost("p12_region") == Decimal("0.00000552")


def test_p13_a_new_price_starts_at_its_moment_and_leaves_closed_months(cost, january, tables):
    """ccusage#1636: the same tokens were 2,472.81 and, after a new catalog, 1,923.92 dollars."""
    assert cost("p13_before") == Decimal("0.14")
    assert cost("p13_after") == Decimal("0.22")
    assert cost("p13_last_day") == Decimal("3.5")
    assert cost("p13_first_day") == Decimal("2.4")
    # the price was corrected after January was closed: February moved, January did not
    assert cost("p24_open") == Decimal("0.5")
    assert published(tables) == january
    assert [row for row in january["fct_token_usage_daily"] if Decimal("0.25") in row]


def test_p14_hours_and_weekdays_have_their_price_also_across_midnight(cost):
    """anomalyco/opencode#48642; the night rate of the second provider is from Monday to Friday."""
    assert cost("p14_peak") == Decimal("1.5")
    assert cost("p14_off_peak") == Decimal("0.75")
    nights = {case: cost(f"p14_{case}") for case in ("late", "early", "day", "saturday")}
    assert nights == {"late": 1, "early": 1, "day": 2, "saturday": 2}


def test_p15_a_redirected_name_costs_what_it_means_on_the_day(cost, rows):
    """BerriAI/litellm#38730; a retired model keeps its price for the months it served."""
    assert cost("p15_before") == 1
    assert cost("p15_after") == 3
    assert cost("p15_retired") == 7
    assert rows(
        "select usage_date, model_id from fct_token_usage_daily"
        " where customer_id in ('p15_before', 'p15_after') order by 1"
    ) == [(date(2026, 5, 14), "old-slug"), (date(2026, 5, 15), "new-model")]


def test_p16_every_day_is_a_day_in_utc(rows):
    """BerriAI/litellm#27780: half past eleven in the evening in New York is the next day."""
    assert rows(
        "select customer_id, usage_date from fct_token_usage_daily"
        " where customer_id like 'p16%' order by 1"
    ) == [("p16_evening", date(2026, 8, 2)), ("p16_month_end", date(2026, 9, 1))]
    # each once: in the month of its UTC day, which at the turn of a month is not the local one
    assert rows(
        "select month(usage_date), sum(input_tokens) from fct_token_usage_daily"
        " where customer_id like 'p16%' group by 1 order by 1"
    ) == [(8, 1_000_000), (9, 1_000_000)]


def test_p17_a_request_logged_three_times_is_one(usage):
    """ClaudeBar#207 (four times the use): of 10, 500 and, later, 400 tokens the largest counts."""
    assert usage("p17")["requests"][0] == 1
    assert usage("p17")["output_text"][0] == 500
    assert usage("p17")["input_uncached"][0] == 1000


def test_p18_an_aborted_stream_is_unknown_and_a_failed_call_is_billed(usage, rows):
    """BerriAI/litellm#22010, #36426."""
    assert set(usage("p18_aborted")) == {"requests"}
    assert rows(
        "select customer_id, request_status, sum(requests_without_tokens)"
        " from main_intermediate.int_token_usage_daily where customer_id like 'p18%'"
        " group by 1, 2 order by 1"
    ) == [("p18_aborted", "unknown", 1), ("p18_failed", "failed", 0)]
    assert usage("p18_failed")["input_uncached"][:2] == (1000, Decimal("0.00025"))


def test_p19_tools_are_charged_when_called_beyond_what_is_free(cost, usage):
    """BerriAI/litellm#10384: a declared search cost 0.035 there."""
    assert set(usage("p19_declared")) == {"requests", "output_text"}
    assert usage("p19_searched")["web_search_calls"][:2] == (5, Decimal("0.05"))
    assert cost("p19_searched") - cost("p19_declared") == Decimal("0.05")
    # three a day are free here
    assert usage("p19_quota")["web_search_calls"][:2] == (5, Decimal("0.02"))


def test_p20_images_and_audio_have_their_own_token_prices(cost, usage):
    """BerriAI/litellm#39850 and #17410 (0.01616 with all output at the price of text)."""
    assert cost("p20_realtime") == Decimal("0.00010812")
    assert cost("p20_image") == Decimal("0.13712")
    assert usage("p20_cached_audio")["input_cache_read_audio"][1:] == (Decimal("0.3"), True)
    assert usage("p20_cached_audio_unpriced")["input_cache_read_audio"][1:] == (
        Decimal("0.1"),
        False,
    )


def test_p21_a_reported_cost_is_kept_beside_and_own_keys_cost_fee_and_upstream(cost, rows):
    """BerriAI/litellm#38802, lmnr#706: a reported zero is a number."""
    assert rows(
        "select customer_id, sum(reported_cost_usd)"
        " from main_intermediate.int_token_usage_named where customer_id like 'p21%'"
        " group by 1 order by 1"
    ) == [("p21", Decimal("1.05")), ("p21_zero", 0)]
    assert cost("p21") == cost("p21_zero") == 1
    # the router bills its fee, the provider bills the tokens to one's own account
    assert rows(LEDGER + "billing_account_id in ('p21', 'p21-own-key')") == [(Decimal("1.05"),)]


def test_p22_currencies_are_neither_mixed_nor_guessed(cost, rows):
    """dsh-cost-meter#157: prices in yuan are a list of their own (0.0535545 at that in dollars)."""
    assert cost("p22_yuan") == Decimal("0.0499842")
    assert rows(
        "select billing_currency, billed_cost, billed_cost_usd from fct_charges"
        " where provider_id in ('example_fx', 'deepseek') order by 1"
    ) == [
        ("CNY", Decimal("0.36"), Decimal("0.0504")),
        ("EUR", 10, 11),
        ("JPY", 1000, None),
    ]
    # one line without a rate makes the month unknown, not 11 dollars and not 1,010
    assert rows(
        "select charges_billed_cost_usd, computed_gap_reason from fct_invoice_reconciliation"
        " where provider_id = 'example_fx'"
    ) == [(None, "bill_without_exchange_rate")]


def test_p23_tokens_of_a_subscription_cost_no_cash(rows):
    """openusage#213: what they would have cost stands beside; the money is the seats'."""
    assert rows(
        "select input_tokens, computed_cost_usd, notional_cost_usd from fct_token_usage_daily"
        " where customer_id = 'p23'"
    ) == [(100_000, 0, Decimal("0.3"))]
    assert rows(
        "select sum(billed_cost_usd), sum(estimated_cost_usd) from fct_allocated_costs"
        " where provider_id = 'anthropic' and usage_date = date '2026-06-23'"
    ) == [(200, None)]


def test_p24_late_data_restates_open_days_and_corrects_closed_ones(january, tables, rows):
    """flexprice#612: a line of the closed month changed from 0.25 to 0.30 dollars."""
    assert published(tables) == january
    assert rows(
        "select charge_date, charge_class, charge_period_start, billed_cost_usd from fct_charges"
        " where corrects_month_start_date = date '2026-01-01'"
    ) == [(date(2026, 2, 1), "Correction", rows("select timestamp '2026-01-01'")[0][0],
           Decimal("0.05"))]  # fmt: skip
    assert rows(LEDGER + "billing_account_id = 'org-1'") == [(Decimal("0.3"),)]
    # use that came late: in the open month it is there, in the closed one it is not
    assert rows("select customer_id from fct_token_usage_daily where customer_id like 'p24%'") == [
        ("p24_open",)
    ]
    assert rows(
        "select count(*) from fct_delivery_log where source_name = 'standard'"
        " and table_name = 'token_usage' and period_start_date <= date '2026-01-10'"
    ) == [(2,)]


def test_p25_units_are_told_apart(cost, rows):
    """Cents, thousands and millions, bytes of two kinds, and more tokens than 32 bits hold."""
    assert rows(
        "select billed_cost_usd from fct_charges"
        " where provider_id = 'anthropic' and charge_date = date '2026-03-25'"
    ) == [(Decimal("1.2345"),)]
    assert {cost(f"p25_{quantity}") for quantity in ("1", "1000", "1000000")} == {6000}
    assert rows(
        "select metered_quantity from fct_charges where provider_id = 'example_storage' order by 1"
    ) == [(10**9 * 24 * 28,), (2**30 * 24 * 28,)]
    assert rows(
        "select distinct pricing_quantity, pricing_unit, consumed_quantity, consumed_unit"
        " from fct_charges where bill_meter = 'input_uncached' and provider_id = 'microsoft'"
    ) == [(2000, "1000 Tokens", 2_000_000, "Tokens")]


def test_p26_gpus_are_held_once_and_idle_ones_are_paid_too(rows):
    """Eight GPUs in Slurm's typed and untyped count; half of a machine of eight at 240 dollars."""
    assert rows(
        "select sum(gpu_seconds_held) from main_intermediate.int_gpu_usage"
        " where gpu_usage_source = 'slurm.sacct'"
    ) == [(8 * 3600,)]
    assert rows(
        "select capacity_status, paid_gpu_seconds / 3600, billed_cost_usd"
        " from fct_gpu_usage_daily"
        " where provider_id = 'aws' and usage_date = date '2026-03-26' order by 1"
    ) == [("held", 96, 120), ("idle", 96, 120)]
    assert rows(LEDGER + "billing_account_id = 'p26'") == [(240,)]


def test_p27_capacity_is_shared_by_the_tokens_it_served_and_never_lost(rows, usage):
    """400 dollars a day: 3 to 1 by what the tokens would have cost; nobody used the second day."""
    assert rows(
        "select usage_date, workload_id, allocation_method, unallocated_reason, billed_cost_usd"
        " from fct_allocated_costs where billing_account_id = 'az-ptu' order by 1, 5 desc"
    ) == [
        (date(2026, 5, 1), "support_chat", "metered", None, 300),
        (date(2026, 5, 1), "invoice_categorisation", "metered", None, 100),
        (date(2026, 5, 2), "unallocated", "unallocated", "no_driver", 400),
    ]
    assert usage("p27_support")["input_uncached"][1] == 0
    assert rows(
        "select workload_id, notional_cost_usd, computed_cost_usd from fct_token_usage_daily"
        " where customer_id like 'p27%' order by 2"
    ) == [("invoice_categorisation", 1, 0), ("support_chat", 3, 0)]


def test_p28_two_tags_of_a_request_are_not_two_requests(rows):
    """A sum over tags would be twice the use: no public table has a row per tag."""
    assert rows(
        "select requests, input_tokens from fct_token_usage_daily where customer_id = 'p28'"
    ) == [(1, 1_000_000)]
    columns = rows(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'main'"
        " and column_name in ('tag', 'tag_key', 'tag_value', 'group_id')"
    )
    assert columns == []


def test_p29_credits_neither_multiply_nor_drop_their_line(rows):
    """A join with the list of credits gives 2.70 dollars; without the line that has none, 0.70."""
    assert rows(
        "select sub_account_id, sum(billed_cost_usd), count(*) from fct_charges"
        " where sub_account_id like 'p29%' group by 1 order by 1"
    ) == [("p29_none", 1, 1), ("p29_two", Decimal("0.7"), 1)]


def test_p30_headers_of_any_language_and_line_end_are_the_same_bill(rows):
    found = rows(
        "select charge_date, sku_meter, model_name, region_id, tags, billed_cost,"
        " list_sort(list(sub_account_id)) from fct_charges"
        " where provider_id = 'microsoft' and billing_account_id = '(default)'"
        " group by all order by billed_cost"
    )
    assert [row[-1] for row in found] == [sorted(HEADERS)] * 2
    assert [row[2:6] for row in found] == [
        ("gpt-4o", "eastus2", None, Decimal("0.000005")),
        (None, "eastus2", '{"team": "growth"}', Decimal("1.25")),
    ]


def test_p31_list_negotiated_and_invoiced_money_stand_apart(cost, rows):
    """BerriAI/litellm#36192."""
    assert rows(
        "select list_cost_usd, contracted_cost_usd, effective_cost_usd, billed_cost_usd"
        " from fct_charges where billing_account_id = 'p31'"
    ) == [(100, 80, 70, 75)]
    # a contract names the input alone: 0.01 instead of 0.05, the output stays at the list's 0.4
    assert cost("p31") == Decimal("0.41")
    assert rows(
        "select meter, price_source from dim_prices"
        " where provider_id = 'openai' and model_id = 'gpt-5-nano' and service_tier = 'standard'"
        " and valid_to > timestamp '9999-01-01' and meter in ('input_uncached', 'output_text')"
        " order by 1"
    ) == [("input_uncached", "negotiated"), ("output_text", "curated")]


def test_p32_what_a_provider_leaves_out_by_design_is_no_error(rows):
    """Anthropic's cost report has no Priority Tier: 6.6 dollars used, 3 billed."""
    assert rows(
        "select metered_billed_cost_usd, computed_cost_usd, computed_gap_usd, unexplained_gap_usd,"
        " computed_gap_reason from fct_invoice_reconciliation"
        " where provider_id = 'anthropic' and month_start_date = date '2026-04-01'"
    ) == [(3, Decimal("6.6"), Decimal("-3.6"), 0, "structural_gap")]


def test_every_pitfall_has_its_cases():
    """A case that nothing asserts on any more would be dead weight, and a sign of a lost test."""
    named = Path(__file__).read_text()
    with (FOLDER / "token_usage.csv").open(newline="") as lines:
        cases = {row["customer_id"] for row in csv.DictReader(lines)}
    assert {case for case in cases if case[:3] not in named} == set()


def test_the_ledger_holds_every_cent_of_the_bills(rows):
    assert rows(
        "select (select sum(billed_cost_usd) from fct_charges)"
        " = (select sum(billed_cost_usd) from fct_allocated_costs)"
    ) == [(True,)]
