"""OpenRouter from files to usage and charges: what it says a call costs, and what the tokens cost.

The answers in `openrouter_export/responses.jsonl` are recorded ones: their usage and cost stand in
the cassettes of github.com/pydantic/pydantic-ai. `price_sheet.csv` has the rates of those models.
"""

from __future__ import annotations

import csv
import datetime
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pytest
from conftest import dbt, landed_and_built
from landing import expectations

FOLDER = Path(__file__).with_name("openrouter_export")
DAY = datetime.date(2026, 9, 15)

with (FOLDER / "answers.csv").open(newline="") as lines:
    ANSWERS = list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Read-only connection to a warehouse of nothing but OpenRouter's exports."""
    work = tmp_path_factory.mktemp("openrouter")
    with landed_and_built(FOLDER, work, "fct_allocated_costs") as built:
        yield built


@pytest.fixture
def land(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)
    monkeypatch.setenv("RAW_ROOT", str(tmp_path / "raw"))

    def run(table: str, name: str, content: str, *options: str) -> str:
        """What landing says on stderr; '' when it took the file without a note."""
        path = tmp_path / name
        path.write_text(content)
        land_export.main(["openrouter", table, str(path), *options])
        return capsys.readouterr().err

    return run


def use(tables: duckdb.DuckDBPyConnection, case: str, columns: str) -> list[tuple]:
    return tables.execute(
        f"select {columns} from main_intermediate.int_token_usage where customer_id = ?", [case]
    ).fetchall()


def computed(tables: duckdb.DuckDBPyConnection, case: str) -> list[tuple]:
    return tables.execute(
        "select provider_id, model_id, sum(computed_cost_usd)"
        " from main_intermediate.int_token_usage_priced where customer_id = ? group by all",
        [case],
    ).fetchall()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["case"])
def test_a_recorded_answer_costs_what_openrouter_said(tables, answer):
    said, tokens = Decimal(answer["cost_usd"]), Decimal(answer["tokens_times_price_usd"])
    assert use(tables, answer["case"], "provider_id, reported_cost_usd, request_status") == [
        ("openrouter", said, "succeeded")
    ]
    assert computed(tables, answer["case"]) == [("openrouter", answer["model"], tokens)]


def test_tools_and_plugins_cost_beside_tokens_and_the_gap_is_seen(tables):
    gaps = {
        a["case"]: Decimal(a["cost_usd"]) - Decimal(a["tokens_times_price_usd"]) for a in ANSWERS
    }
    assert {case: gap for case, gap in gaps.items() if gap} == {
        "advisor_tool": Decimal("0.015885"),
        "file_plugin": Decimal("0.002"),
    }


def test_an_own_key_is_the_providers_use_at_fee_plus_upstream_cost(tables):
    columns = "provider_id, account_id, reported_cost_usd, usage_source"
    assert use(tables, "own_key_openai", columns) == [
        ("openai", None, Decimal("0.00000285"), "openrouter.responses")
    ]
    assert computed(tables, "own_key_openai") == [("openai", "gpt-5-nano", Decimal("0.00000285"))]
    assert use(tables, "own_key_anthropic", columns) == [
        ("anthropic", None, Decimal("0.004725"), "openrouter.responses")
    ]
    # the fee is OpenRouter's and on its bill, the tokens are Anthropic's and cost its list price
    assert computed(tables, "own_key_anthropic") == [
        ("anthropic", "claude-sonnet-4-6", Decimal("0.0045"))
    ]
    assert use(tables, "csv_own_key", columns) == [
        ("gcp", None, Decimal("0.000105"), "openrouter.generations")
    ]


def test_a_generation_counts_native_tokens(tables):
    assert use(
        tables,
        "native",
        "input_uncached_tokens, input_cache_read_tokens, output_text_tokens,"
        " output_reasoning_tokens, started_at, session_id, usage_doubt",
    ) == [(70, 30, 20, 5, datetime.datetime(2026, 9, 15, 23, 59, 59, 433273), "s1", None)]
    assert use(tables, "csv", "model_name, input_uncached_tokens, credential_id, tags") == [
        ("anthropic/claude-4.5-sonnet-20250929", 14, "chat key", '{"app":"Chat, internal"}')
    ]


def test_a_call_in_both_logs_counts_once(tables):
    # an answer with usage counts; of an aborted stream the generation's record does
    assert use(tables, "no_thinking", "usage_source") == [("openrouter.responses",)]
    assert use(tables, "stream", "input_uncached_tokens, output_text_tokens") == [(16, 2)]
    assert use(tables, "aborted", "usage_source, request_status, output_text_tokens") == [
        ("openrouter.generations", "unknown", 1)
    ]


def test_the_activity_is_the_bill_and_the_tokens_that_openrouter_sold(tables):
    sonnet, mini = "anthropic/claude-4.6-sonnet-20260217", "openai/gpt-5-mini-2025-08-07"
    assert tables.execute(
        "select charge_date, model_name, bill_meter, billed_cost_usd, effective_cost_usd,"
        " billing_account_id, host_provider_name from fct_charges order by all"
    ).fetchall() == [
        (DAY, sonnet, "other", *[Decimal("0.000225")] * 2, "org-1", "Anthropic"),
        (DAY, sonnet, "tokens", *[Decimal("0.006881")] * 2, "org-1", "Anthropic"),
        (DAY, mini, "tokens", *[Decimal("0.00034225")] * 2, "org-1", "OpenAI"),
        (
            DAY + datetime.timedelta(1),
            mini,
            "tokens",
            *[Decimal("0.00000015")] * 2,
            "org-1",
            "OpenAI",
        ),
    ]
    # how much of the input was cached is not said; a row of own keys is the provider's to report
    assert tables.execute(
        "select usage_date, model_name, requests_count, input_uncached_tokens,"
        " input_cache_read_tokens, output_text_tokens, output_reasoning_tokens, usage_doubt"
        " from main_intermediate.int_token_usage where usage_kind = 'provider_report' order by all"
    ).fetchall() == [
        (DAY, sonnet, 6, None, None, 181, 0, "cache_semantics_assumed"),
        (DAY, mini, 1, None, None, 34, 128, "cache_semantics_assumed"),
        (DAY + datetime.timedelta(1), mini, 1, 0, 0, 1, 0, None),
    ]


def test_calls_that_are_all_logged_take_all_of_the_money(tables):
    # the activity does not say what was cached: as uncached use it would look like other calls
    assert tables.execute(
        "select coalesce(customer_id, unallocated_reason), round(sum(billed_cost_usd), 6)"
        " from fct_allocated_costs where provider_id = 'openrouter' and usage_date = ?"
        " and model_id like 'anthropic/%' group by all order by all",
        [DAY],
    ).fetchall() == [
        ("cache_messages", Decimal("0.000126")),
        ("cache_point", Decimal("0.001038")),
        ("cache_read_and_write", Decimal("0.00257")),
        ("dynamic_instructions", Decimal("0.00093")),
        ("no_driver", Decimal("0.000225")),
        ("no_instructions", Decimal("0.000114")),
        ("tool_definitions", Decimal("0.002103")),
    ]


def test_a_day_pulled_again_replaces_the_day_of_its_account(land, tmp_path):
    def row(day: str, cost: str) -> dict:
        return {"date": day, "model": "x/y", "provider_name": "X", "usage": float(cost)}

    first = {"data": [row("2026-09-14", "0.5"), row("2026-09-15", "0.25")]}
    again = {"data": [row("2026-09-15", "0.3"), row("2026-09-15", "0.3")]}
    for number, (pages, account) in enumerate([(first, "a"), (first, "b"), (again, "a")]):
        said = land(
            "activity",
            f"{number}.json",
            json.dumps(pages),
            "--set",
            f"account_id={account}",
            "--exported-at",
            f"2026-09-1{number + 6}",
        )
        assert "refus" not in said
    # a CSV of the same fields, as scripts write it
    land(
        "activity",
        "c.csv",
        "date,model,usage\n2026-09-15 00:00:00,x/y,1.5\n",
        "--set",
        "account_id=c",
    )
    wanted = ("--select", "+stg_openrouter__activity_charges")
    with duckdb.connect(str(dbt("run", tmp_path / "raw", tmp_path, *wanted))) as built:
        assert built.execute(
            "select billing_account_id, cast(charge_period_start as varchar)[:10], billed_cost"
            " from main_staging.stg_openrouter__activity_charges order by all"
        ).fetchall() == [
            ("a", "2026-09-14", Decimal("0.5")),
            ("a", "2026-09-15", Decimal("0.3")),
            ("a", "2026-09-15", Decimal("0.3")),
            ("b", "2026-09-14", Decimal("0.5")),
            ("b", "2026-09-15", Decimal("0.25")),
            ("c", "2026-09-15", Decimal("1.5")),
        ]


def test_what_is_no_such_export_is_refused_in_one_line(land):
    error = '{"error": {"code": 429, "message": "Rate limit exceeded"}, "user_id": "u"}\n'
    summary = "Model,Spend\nx/y,1.25\n"
    pages = '{"data": [{"date": "2026-09-15", "model": "x/y", "usage": "a lot"}]}'
    for said, column in [
        (land("responses", "error.jsonl", error), "id"),
        (land("activity", "summary.csv", summary), "activity_date"),
        (land("activity", "words.json", pages), "usage_usd"),
    ]:
        assert len(said.splitlines()) == 1, said
        assert column in said, said
