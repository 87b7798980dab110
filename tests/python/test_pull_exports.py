"""Pulling from the vendors' APIs: every page once, day by day, digit by digit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest
from api_server import Answer, Api

pytest.importorskip("dlt", reason="pulling needs the dependency group `pull`")
from pulling import days, tables
from pulling.connectors import VENDORS
from pulling_support import KEY, OpenAi, anthropic_api, built, commands, unix


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    yield from commands(tmp_path, monkeypatch, capsys)


def test_pages_of_a_month_become_charges_digit_by_digit(command, tmp_path):
    api = OpenAi()
    api.costs = {
        "2026-01-01": [("proj_1", "0.12345678901234567"), (None, "1.5")],
        "2026-01-03": [("proj_1", "0.1"), ("proj_1", "0.1")],
        "2026-02-04": [("proj_1", "7.0")],
    }
    openai = command("openai", api)
    out = openai.accepted("costs", "usage_completions", "--since", "2026-01-01")
    assert "openai.costs: 2026-01-01 to 2026-01-31: 16 pages, 31 days" in out
    assert not (openai.raw / "_pulls").exists()
    path, query, headers = openai.api.calls[0]
    assert path == "/v1/organization/costs" and headers["Authorization"] == f"Bearer {KEY}"
    assert query["group_by"] == ["project_id", "line_item", "api_key_id"]
    assert query["start_time"] == [str(unix("2026-01-01"))]
    assert [(r["table"], r["period_start"], r["period_end"]) for r in openai.manifest()] == [
        ("costs", "2026-01-01", "2026-01-31"),
        ("costs", "2026-02-01", "2026-02-04"),
        ("usage_completions", "2026-01-01", "2026-01-31"),
        ("usage_completions", "2026-02-01", "2026-02-04"),
    ]
    found = duckdb.sql(
        f"select amount_value from read_parquet('{openai.raw}/openai/costs/*/*.parquet') order by 1"
    ).fetchall()
    assert found[2] == (Decimal("0.12345678901234567"),)
    anthropic = command("anthropic", anthropic_api)
    out = anthropic.accepted("--since", "2026-02-01", "--set", "organization_id=org-1")
    totals = """
        select
            (select count(*) from main_staging.stg_openai__costs),
            (select sum(billed_cost) from main_staging.stg_openai__costs),
            (select sum(input_cache_read_tokens) from main_staging.stg_openai__usage_completions),
            (select sum(billed_cost) from main_staging.stg_anthropic__cost_report),
            (select sum(input_uncached_tokens) from main_staging.stg_anthropic__usage_messages)
    """
    models = ("stg_openai__costs", "stg_openai__usage_completions")
    models += ("stg_anthropic__cost_report", "stg_anthropic__usage_messages")
    assert built(openai.raw, tmp_path / "w", totals, *models) == [
        (5, Decimal("8.823456789012"), 35 * 800, Decimal("4.938"), 6000)
    ]


def test_anthropic_groups_and_constants(command):
    anthropic = command("anthropic", anthropic_api)
    out = anthropic.accepted(
        "cost_report", "--since", "2026-02-01", "--set", "organization_id=org-1"
    )
    assert "anthropic.cost_report: 2026-02-01 to 2026-02-04: 1 pages, 4 days" in out
    _, query, _ = anthropic.api.calls[0]
    assert query["group_by[]"] == ["workspace_id", "description"]
    assert query["starting_at"] == ["2026-02-01T00:00:00Z"]
    assert [record["set"] for record in anthropic.manifest()] == [{"organization_id": "org-1"}]


def test_a_feed_that_the_project_lacks_is_skipped(command, small_sources):
    out = command("anthropic", anthropic_api).accepted("cost_report", "--since", "2026-02-01")
    assert out == "anthropic.cost_report: the project has no such feed: skipped\n"


# ---------------------------------------------------------------- what is fetched again


def spans(api: Api) -> list[tuple[str, str]]:
    """The day ranges that were asked for, first pages only."""
    return [
        tuple(
            str(datetime.fromtimestamp(int(query[name][0]), UTC).date())
            for name in ("start_time", "end_time")
        )
        for _, query, _ in api.calls
        if "page" not in query
    ]


def test_days_that_are_not_final_are_fetched_again(command, monkeypatch):
    openai = command("openai", OpenAi(page_days=31))
    openai.accepted("usage_completions", "costs", "--since", "2026-01-30")
    openai.api.calls.clear()
    monkeypatch.setattr(tables, "today", lambda: date(2026, 2, 7))
    openai.accepted("usage_completions")
    assert spans(openai.api) == [("2026-02-02", "2026-02-07")]
    openai.api.calls.clear()
    openai.accepted("costs")
    assert spans(openai.api) == [("2026-02-01", "2026-02-07")], "the whole month, as it is restated"
    openai.api.calls.clear()
    openai.accepted("costs", "--since", "2026-01-30", "--look-back", "0")
    assert spans(openai.api) == [("2026-02-01", "2026-02-07")]
    openai.api.calls.clear()
    openai.accepted("costs", "--since", "2026-01-30", "--refetch")
    assert spans(openai.api) == [("2026-01-30", "2026-02-01"), ("2026-02-01", "2026-02-07")]
    openai.api.calls.clear()
    # another organisation is known by nothing
    assert "say from which day on (--since)" in openai.refused(
        "costs", "--set", "organization_id=o"
    )


def test_the_first_days_of_a_month_reach_back_into_the_last_one():
    costs = next(e for e in VENDORS["openai"].endpoints if e.table == "costs")
    assert days.first_day(costs, date(2026, 2, 2)) == date(2026, 1, 1)
    assert days.first_day(costs, date(2026, 2, 5)) == date(2026, 2, 1)


def test_a_run_that_was_interrupted_goes_on(command):
    api = OpenAi(page_days=31)
    openai = command("openai", api)
    healthy = api.__call__

    def fails_in_january(path: str, query: dict, headers: dict) -> Answer:
        is_january = int(query["start_time"][0]) >= unix("2026-01-01")
        return Answer({}, 503) if is_january else healthy(path, query, headers)

    openai.api.handler = fails_in_january
    line = openai.refused("usage_completions", "--since", "2025-11-01")
    assert "the API fails (503), again and again" in line
    assert len(openai.manifest()) == 2
    assert not (openai.raw / "_pulls").exists()
    openai.api.handler = api
    openai.api.calls.clear()
    openai.accepted("usage_completions", "--since", "2025-11-01")
    assert spans(openai.api)[0] == ("2025-12-29", "2026-01-01")
    periods = [(r["period_start"], r["period_end"]) for r in openai.manifest()]
    assert periods[2:] == [
        ("2025-12-29", "2025-12-31"),
        ("2026-01-01", "2026-01-31"),
        ("2026-02-01", "2026-02-04"),
    ]


def test_the_same_content_again_is_landed_once_and_what_returns_counts_again(command):
    api = OpenAi(page_days=31)
    openai = command("openai", api)
    for value in ["1.25", "1.25", "2.5", "1.25", "1.25"]:
        api.costs = {"2026-01-31": [("proj_1", "9.0")], "2026-02-02": [("proj_1", value)]}
        openai.accepted("costs", "--since", "2026-01-31", "--refetch")
    latest = max(openai.manifest(), key=lambda record: record["exported_at"])
    assert latest["money"] == {"amount_value": {"USD": "1.25"}}
    periods = [record["period_start"] for record in openai.manifest()]
    assert periods == ["2026-01-31", "2026-02-01", "2026-02-01", "2026-02-01"]


# ---------------------------------------------------------------- other kinds of pages


SOURCES = """
version: 2
sources:
  - name: langfuse
    tables:
      - name: observations
        config: {meta: {feed: {formats: [json_pages], records: "data[]", delivery: append}}}
        columns:
          - {name: id, data_type: string, config: {meta: {required: true, not_null: true}}}
  - name: anthropic
    tables:
      - name: claude_code
        config:
          meta:
            feed:
              formats: [json_pages]
              records: "data[].model_breakdown[]"
              delivery: replace
              scope: {account: organization_id, date: date, grain: day}
              covers: "data[].date"
              period: date
        columns:
          - name: date
            data_type: timestamp
            config: {meta: {path: "data[].date", required: true}}
          - name: organization_id
            data_type: string
            config: {meta: {path: "data[].organization_id"}}
          - {name: actor, data_type: string, config: {meta: {path: "data[].actor"}}}
          - {name: input_tokens, data_type: bigint, config: {meta: {path: tokens.input}}}
  - name: openrouter
    tables:
      - name: activity
        config:
          meta:
            feed:
              formats: [json_pages]
              records: "data[]"
              delivery: replace
              scope: {date: date, grain: day}
              period: date
        columns:
          - {name: date, data_type: date, config: {meta: {required: true}}}
          - {name: usage, data_type: "decimal(38,18)", config: {meta: {required: true}}}
"""


@pytest.fixture
def small_sources(tmp_path, monkeypatch):
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "_other__sources.yml").write_text(SOURCES)
    monkeypatch.setenv("LANDING_SOURCES_ROOT", str(folder))


def test_numbered_pages_hold_as_many_rows_as_they_say(command, small_sources):
    def handler(path: str, query: dict, headers: dict, total: int = 5) -> Answer:
        assert headers["Authorization"].startswith("Basic ")
        page, day = int(query["page"][0]), query["fromStartTime"][0][:10]
        rows = [{"id": f"{day}-{n}"} for n in range(5)][2 * page - 2 : 2 * page]
        meta = {"page": page, "limit": 2, "totalItems": total, "totalPages": 3}
        return Answer({"data": rows, "meta": meta})

    langfuse = command("langfuse", handler)
    langfuse.accepted("--since", "2026-02-03")
    assert [record["rows"] for record in langfuse.manifest()] == [5, 5]
    langfuse.api.handler = lambda *call: handler(*call, total=6)
    line = langfuse.refused("--since", "2026-02-03", "--refetch")
    assert "gave 5 rows of 6: they changed while they were read" in line


def test_langfuse_v2_follows_its_cursor_without_prompts(command, small_sources):
    def handler(path: str, query: dict, headers: dict) -> Answer:
        assert path == "/api/public/v2/observations" and "io" not in query["fields"][0].split(",")
        if "cursor" in query:
            return Answer({"data": [{"id": "b"}], "meta": {}})
        return Answer({"data": [{"id": "a"}], "meta": {"cursor": "c1"}})

    langfuse = command("langfuse", handler)
    langfuse.accepted("observations_v2", "--since", "2026-02-04")
    (record,) = langfuse.manifest()
    assert (record["table"], record["rows"]) == ("observations", 2)


def test_an_api_of_single_days_is_asked_for_each_within_its_reach(command, small_sources):
    def handler(path: str, query: dict, headers: dict) -> Answer:
        day = query["date"][0]
        return Answer({"data": [] if day == "2026-02-02" else [{"date": day, "usage": 0.5}]})

    openrouter = command("openrouter", handler)
    out = openrouter.accepted("--since", "2025-01-01")
    assert "the API reaches back to 2026-01-06 only" in out
    assert len(openrouter.api.calls) == 30
    assert [record["rows"] for record in openrouter.manifest()] == [26, 3]


def test_claude_code_is_asked_for_day_by_day_with_all_pages(command, small_sources):
    def handler(path: str, query: dict, headers: dict) -> Answer:
        day, page = query["starting_at"][0], query.get("page", ["1"])[0]
        tokens = [{"model": "claude-sonnet-4-5", "tokens": {"input": 7}}] * 2
        record = {"date": f"{day}T00:00:00Z", "organization_id": "org-1", "actor": page}
        data = [] if day == "2026-02-02" else [record | {"model_breakdown": tokens}]
        more = bool(data) and page == "1"
        return Answer({"data": data, "has_more": more, "next_page": "2" if more else None})

    anthropic = command("anthropic", handler)
    out = anthropic.accepted("claude_code", "--since", "2026-02-01")
    assert "anthropic.claude_code: 2026-02-01 to 2026-02-04: 7 pages, 6 rows" in out
    assert [query["starting_at"] for _, query, _ in anthropic.api.calls][:3] == [
        ["2026-02-01"], ["2026-02-01"], ["2026-02-02"],
    ]  # fmt: skip
    (record,) = anthropic.manifest()
    assert (record["rows"], record["period_end"]) == (12, "2026-02-04")
