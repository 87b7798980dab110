"""Pulling from the vendors' APIs: every page once, every fault named, no key anywhere."""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from api_server import Answer, Api
from conftest import ROOT, dbt
from landing import expectations

pytest.importorskip("dlt", reason="pulling needs the dependency group `pull`")
import pull_exports
from pulling import days, tables
from pulling.connectors import VENDORS

KEY = "sk-admin-0123456789abcdefSECRET"
KEYS = {name: KEY for vendor in VENDORS.values() for name in vendor.key_variables}


def unix(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def each_day(first: str, end: str) -> list[str]:
    start, until = date.fromisoformat(first), date.fromisoformat(end)
    return [str(start + timedelta(days=n)) for n in range((until - start).days)]


class OpenAi:
    """Costs and completions by day; as many buckets on a page as `page_days`."""

    def __init__(self, page_days: int = 2) -> None:
        self.costs: dict[str, list[tuple[str | None, str]]] = {}
        self.page_days = page_days

    def __call__(self, path: str, query: dict[str, list[str]], _: dict) -> Answer:
        first, end = (int(query[name][0]) for name in ("start_time", "end_time"))
        start = int(query.get("page", [f"page_{first}"])[0].removeprefix("page_"))
        stop = min(end, start + self.page_days * 86_400)
        buckets = [
            {
                "object": "bucket",
                "start_time": moment,
                "end_time": moment + 86_400,
                "results": self.results(path, str(datetime.fromtimestamp(moment, UTC).date())),
            }
            for moment in range(start, stop, 86_400)
        ]
        more = {"has_more": stop < end, "next_page": f"page_{stop}" if stop < end else None}
        page = json.dumps({"object": "page", "data": buckets, **more})
        # numbers with more digits than a float has
        for amounts in self.costs.values():
            for _, value in amounts:
                page = page.replace(f'"{value}"', value)
        return Answer(page.encode())

    def results(self, path: str, day: str) -> list[dict]:
        if path.endswith("/costs"):
            return [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": value, "currency": "usd"},
                    "line_item": "gpt-5-mini, output",
                    "project_id": project,
                    "api_key_id": None,
                }
                for project, value in self.costs.get(day, [])
            ]
        return [
            {
                "object": "organization.usage.completions.result",
                "input_tokens": 1000,
                "output_tokens": 500,
                "input_cached_tokens": 800,
                "num_model_requests": 5,
                "project_id": "proj_1",
                "user_id": None,
                "api_key_id": None,
                "model": "gpt-5-mini",
                "batch": None,
                "service_tier": None,
            }
        ]


class Command:
    """The command against one API, with a raw folder of its own."""

    def __init__(self, vendor: str, api: Api, raw: Path, capsys) -> None:
        self.vendor, self.api, self.raw, self.capsys = vendor, api, raw, capsys
        self.said = ""

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """(exit code, stdout, stderr)."""
        self.capsys.readouterr()
        code = pull_exports.main([self.vendor, *arguments, "--base-url", self.api.url])
        out, err = self.capsys.readouterr()
        self.said += out + err
        return code, out, err

    def accepted(self, *arguments: str) -> str:
        code, out, err = self(*arguments)
        assert code == 0, err
        return out

    def refused(self, *arguments: str) -> str:
        code, _, err = self(*arguments)
        assert code == 2, err
        lines = [line for line in err.splitlines() if not line.startswith("note: ")]
        assert len(lines) == 1, err
        return lines[0]

    def manifest(self) -> list[dict]:
        path = self.raw / "_deliveries.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)
    monkeypatch.setattr(days, "today", lambda: date(2026, 2, 5))
    monkeypatch.setattr(tables, "today", lambda: date(2026, 2, 5))
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RAW_ROOT", str(tmp_path / "raw"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.001")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_RETRY_DELAY", "0.01")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "3")
    monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "5")
    apis, commands = [], []

    def make(vendor: str, handler) -> Command:
        apis.append(Api(handler))
        commands.append(Command(vendor, apis[-1], tmp_path / "raw", capsys))
        return commands[-1]

    yield make
    for api in apis:
        api.close()
    for made in commands:
        assert KEY not in made.said
    assert keys_in(tmp_path) == []
    assert not (tmp_path / "home").exists(), "dlt must not write to the home folder"


def keys_in(folder: Path) -> list[Path]:
    """Files that hold the key, plain or as Basic authentication sends it."""
    secrets = [KEY.encode(), base64.b64encode(f"{KEY}:{KEY}".encode())]
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and any(secret in path.read_bytes() for secret in secrets)
    ]


def built(raw: Path, work: Path, query: str, *models: str) -> list[tuple]:
    work.mkdir()
    warehouse = dbt("run", raw, work, "--select", *(f"+{model}" for model in models))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


# ---------------------------------------------------------------- pages to totals


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
    totals = "select count(*), sum(billed_cost) from main_staging.stg_openai__costs"
    assert built(openai.raw, tmp_path / "w", totals, "stg_openai__costs") == [
        (5, Decimal("8.823456789012"))
    ]


def test_anthropic_groups_and_headers(command, tmp_path):
    def handler(path: str, query: dict, headers: dict) -> Answer:
        assert headers["x-api-key"] == KEY and headers["anthropic-version"] == "2023-06-01"
        first, end = (query[name][0][:10] for name in ("starting_at", "ending_at"))
        result = {"currency": "USD", "amount": "123.45", "workspace_id": None, "model": None}
        result |= {"uncached_input_tokens": 1500, "output_tokens": 7, "cost_type": "tokens"}
        buckets = [
            {"starting_at": f"{d}T00:00:00Z", "ending_at": f"{d}T23:59:59Z", "results": [result]}
            for d in each_day(first, end)
        ]
        return Answer({"data": buckets, "has_more": False, "next_page": None})

    anthropic = command("anthropic", handler)
    out = anthropic.accepted("--since", "2026-02-01", "--set", "organization_id=org-1")
    assert "anthropic.claude_code: the project has no such feed: skipped" in out
    _, query, _ = anthropic.api.calls[0]
    assert query["group_by[]"] == ["workspace_id", "description"]
    assert query["starting_at"] == ["2026-02-01T00:00:00Z"]
    assert [record["set"] for record in anthropic.manifest()] == [{"organization_id": "org-1"}] * 2
    query = (
        "select (select sum(billed_cost) from main_staging.stg_anthropic__cost_report),"
        " (select sum(input_uncached_tokens) from main_staging.stg_anthropic__usage_messages)"
    )
    models = ("stg_anthropic__cost_report", "stg_anthropic__usage_messages")
    assert built(anthropic.raw, tmp_path / "w", query, *models) == [(Decimal("4.938"), 6000)]


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


def test_the_same_content_again_is_landed_once_and_what_returns_counts_again(command, tmp_path):
    api = OpenAi(page_days=31)
    openai = command("openai", api)
    query = "select sum(billed_cost) from main_staging.stg_openai__costs"
    for turn, value in enumerate(["1.25", "1.25", "2.5", "1.25"]):
        api.costs = {"2026-02-02": [("proj_1", value)]}
        openai.accepted("costs", "--since", "2026-02-01", "--refetch")
        found = built(openai.raw, tmp_path / f"w{turn}", query, "stg_openai__costs")
        assert found == [(Decimal(value),)]
    assert len(openai.manifest()) == 3, "the second time was a no-op"


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    "faults",
    [
        [Answer({}, 429, {"Retry-After": "0"}), Answer({}, 429, {"Retry-After": "1"})],
        [Answer({"error": {"message": KEY}}, 500), Answer({}, 502)],
        [Answer({}, 503), Answer(b"<html>busy</html>")],
        [Answer({"data": [1, 2, 3]}, fault="torn body")],
        [Answer({"data": [1, 2, 3]}, fault="torn text")],
        [Answer(fault="reset")],
    ],
    ids=["429", "500 and 502", "503 and HTML", "torn body", "torn text", "reset"],
)
def test_what_passes_is_asked_for_again(command, faults):
    openai = command("openai", OpenAi())
    openai.api.faults += faults
    out = openai.accepted("usage_completions", "--since", "2026-02-01")
    assert f"{out.count('asking again')}" == f"{len(faults)}"
    (record,) = openai.manifest()
    assert record["rows"] == 4
    assert len(openai.api.calls) == 2 + len(faults)


def test_a_fault_that_stays_ends_in_one_line(command):
    openai = command("openai", OpenAi())
    for fault, says in [
        (Answer({}, 429), "too many requests (429), again and again"),
        (Answer({"data": []}, fault="torn body"), "the connection was lost or cannot be made"),
        (Answer(b"{", 200), "an answer was cut short or is no JSON"),
        (Answer({}, 302, {"Location": "http://elsewhere.example/"}), "another address (302)"),
        (Answer({"error": {"message": "bad group_by"}}, 400), "refuses the request (400): bad gr"),
        (Answer({"error": {"message": f"key {KEY[:12]}..."}}, 404), "refuses the request (404)"),
    ]:
        openai.api.faults = [fault] * 3
        line = openai.refused("usage_completions", "--since", "2026-02-01")
        assert line.startswith("openai: /v1/organization/usage/completions: ") and says in line
        assert KEY[:12] not in line
    assert openai.manifest() == []
    assert not (openai.raw / "_pulls").exists()


def test_no_answer_in_time(command, monkeypatch):
    monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "0.05")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "1")

    def slow(*_: object) -> Answer:
        import time

        time.sleep(0.3)
        return Answer({})

    line = command("openai", slow).refused("costs", "--since", "2026-02-01")
    assert "no answer in time" in line


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_a_key_that_may_not_read_says_what_it_takes(command, vendor):
    pull = command(vendor, lambda *_: Answer({"error": {"message": f"bad key {KEY}"}}, 401))
    code, out, err = pull("--since", "2026-02-01")
    if code == 0:
        assert "has no such feed" in out, "no feed of this vendor in the project yet"
        return
    assert "is not accepted (401): it takes " in err.splitlines()[0]
    pull.api.handler = lambda *_: Answer({"error": {"message": f"bad key {KEY}"}}, 403)
    _, _, err = pull("--since", "2026-02-01")
    assert "may not read it (403): it takes " in err.splitlines()[0]


def test_one_table_that_is_refused_does_not_stop_the_others(command):
    api = OpenAi()
    openai = command(
        "openai", lambda path, *call: Answer({}, 403) if "costs" in path else api(path, *call)
    )
    openai.refused("costs", "usage_completions", "--since", "2026-02-01")
    assert [record["table"] for record in openai.manifest()] == ["usage_completions"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"next_page": "page_same"}, "leads back to an earlier page (same cursor)"),
        ({"next_page": None}, "says that others follow, and not which (no cursor)"),
        ({"has_more": None}, "does not say whether others follow (has_more)"),
        ({"data": None}, "has no list 'data'"),
    ],
)
def test_a_chain_of_pages_that_breaks_is_refused(command, change, says):
    api, turn = OpenAi(), iter(range(9))

    def handler(path: str, query: dict, headers: dict) -> Answer:
        query = query | {"page": [f"page_{unix('2026-02-01') + next(turn) * 86_400}"]}
        page = json.loads(api(path, query, headers).content)
        return Answer(page | {"has_more": True, "next_page": "more"} | change)

    openai = command("openai", handler)
    assert says in openai.refused("usage_completions", "--since", "2026-02-01")
    assert len(openai.api.calls) <= 2
    assert openai.manifest() == []


def test_a_page_that_comes_again_under_another_cursor_is_refused(command):
    turn = iter(range(9))

    def handler(path: str, query: dict, headers: dict) -> Answer:
        page = json.loads(
            OpenAi()(path, {**query, "page": [f"page_{unix('2026-02-01')}"]}, {}).content
        )
        return Answer(page | {"has_more": True, "next_page": f"cursor_{next(turn)}"})

    openai = command("openai", handler)
    line = openai.refused("usage_completions", "--since", "2026-02-01")
    assert "page 2 repeats an earlier page, its rows would count twice" in line
    assert openai.manifest() == []


def test_empty_days_are_landed_as_empty(command):
    api = OpenAi()
    openai = command("openai", api)
    openai.accepted("costs", "--since", "2026-02-01")
    (record,) = openai.manifest()
    assert (record["rows"], record["period_start"], record["period_end"]) == (
        0, "2026-02-01", "2026-02-04",
    )  # fmt: skip


# ---------------------------------------------------------------- keys and options


def test_a_key_in_an_answer_is_not_written(command):
    openai = command("openai", lambda *_: Answer({"data": [{"echo": KEY}], "has_more": False}))
    assert "the answer holds the key" in openai.refused("costs", "--since", "2026-02-01", "--keep")


def test_no_log_shows_the_key(command, caplog, monkeypatch):
    monkeypatch.setenv("RUNTIME__LOG_LEVEL", "DEBUG")
    openai = command("openai", OpenAi())
    openai.api.faults += [Answer({"error": {"message": KEY}}, 500)]
    with caplog.at_level(logging.DEBUG):
        openai.accepted("costs", "--since", "2026-02-01")
    assert "GET /v1/organization/costs" in caplog.text
    assert KEY not in caplog.text


def test_debug_logs_of_a_process_show_no_key(tmp_path):
    api = Api(lambda *_: Answer({"error": {"message": KEY}}, 401))
    code = (
        "import logging, sys; logging.basicConfig(level=logging.DEBUG); import pull_exports;"
        "sys.exit(pull_exports.main(sys.argv[1:]))"
    )
    arguments = ["openai", "costs", "--since", "2026-01-01", "--base-url", api.url]
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={
            **os.environ,
            **KEYS,
            "RAW_ROOT": str(tmp_path / "raw"),
            "HOME": str(tmp_path / "home"),
            "PYTHONPATH": str(ROOT / "scripts"),
            "RUNTIME__LOG_LEVEL": "DEBUG",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    api.close()
    assert result.returncode == 2, result.stderr
    assert "the key in OPENAI_ADMIN_KEY is not accepted (401)" in result.stderr
    assert "DEBUG" in result.stderr
    assert KEY not in result.stdout + result.stderr
    assert keys_in(tmp_path) == []


def test_a_missing_key_and_a_plain_address_are_refused(command, monkeypatch, capsys):
    openai = command("openai", OpenAi())
    arguments = ["openai", "costs", "--since", "2026-02-01", "--base-url"]
    assert pull_exports.main([*arguments, "http://api.example.com"]) == 2
    assert "the key would go in plain text: use https" in capsys.readouterr().err
    assert pull_exports.main([*arguments, "https://user:pw@api.example.com"]) == 2
    assert "pw@" not in capsys.readouterr().err
    monkeypatch.setenv("OPENAI_ADMIN_KEY", KEY + "\n\nX-Injected: 1")
    assert "holds characters that no key has" in openai.refused("costs", "--since", "2026-02-01")
    monkeypatch.delenv("OPENAI_ADMIN_KEY")
    line = openai.refused("costs", "--since", "2026-02-01")
    assert line.startswith("openai: OPENAI_ADMIN_KEY is not set: it takes an admin key")
    assert openai.api.calls == []


def test_pages_are_kept_as_they_were_received(command):
    openai = command("openai", OpenAi(page_days=31))
    out = openai.accepted("costs", "--since", "2026-02-01", "--no-land")
    (kept,) = (openai.raw / "_pulls").rglob("*.json")
    assert str(kept.parent) in out
    content = openai.api.handler(*openai.api.calls[0]).content
    assert kept.read_bytes() == content + b"\n"
    assert openai.manifest() == []
    assert "never fetched" in openai.refused("costs"), "nothing is remembered"
    openai.accepted("costs", "--since", "2026-02-01", "--keep")
    assert kept.exists() and len(openai.manifest()) == 1


def test_pages_that_cannot_be_landed_are_kept(command):
    def handler(*call) -> Answer:
        page = OpenAi()(*call).content.replace(b"completions.result", b"embeddings.result")
        return Answer(page)

    openai = command("openai", handler)
    line = openai.refused("usage_completions", "--since", "2026-02-01")
    assert "object" in line
    assert list((openai.raw / "_pulls").rglob("*.json"))


def test_unknown_tables_and_days_to_come_are_refused(command):
    openai = command("openai", OpenAi())
    assert "no such table; known are: costs, " in openai.refused("cost", "--since", "2026-02-01")
    line = openai.refused("costs", "--since", "2026-02-01", "--until", "2026-02-06")
    assert "only days that are over (UTC)" in line
    assert openai.accepted("costs", "--since", "2026-02-05").startswith("openai.costs: no day to")


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


# ---------------------------------------------------------------- Stripe


def invoice(number: int, day: str, status: str, total: int, **more: object) -> dict:
    return {
        "id": f"in_{number}",
        "object": "invoice",
        "created": unix(day),
        "status": status,
        "customer": "cus_1",
        "currency": "usd",
        "total": total,
        "total_excluding_tax": total,
        "livemode": True,
        "metadata": {},
        "shipping_cost": None,
        "status_transitions": {"finalized_at": unix(day)},
        "lines": {"object": "list", "data": [], "has_more": True},
        **more,
    }


def invoice_line(number: int, owner: str, amount: int, **more: object) -> dict:
    return {
        "id": f"il_{number}",
        "object": "line_item",
        "invoice": owner,
        "amount": amount,
        "currency": "usd",
        "period": {"start": unix("2026-01-10"), "end": unix("2026-02-10")},
        "parent": {
            "type": "subscription_item_details",
            "subscription_item_details": {"proration": amount < 0},
            "invoice_item_details": None,
        },
        "discount_amounts": [],
        "pretax_credit_amounts": [],
        "taxes": [],
        "metadata": {"customer_id": "acme"},
        **more,
    }


class Stripe:
    """Lists with `starting_after`, two rows a page."""

    def __init__(self) -> None:
        self.invoices = [
            invoice(4, "2026-02-04T10:00", "open", 4800, currency="jpy"),
            invoice(3, "2026-02-03T10:00", "draft", 9900),
            invoice(2, "2026-02-02T10:00", "void", 5000),
            invoice(1, "2026-02-01T10:00", "paid", 7643),
        ]
        discount = {"amount": 1000, "discount": "di_1"}
        self.lines = {
            "in_1": [
                invoice_line(
                    1,
                    "in_1",
                    10000,
                    discount_amounts=[discount],
                    pretax_credit_amounts=[discount | {"type": "discount"}],
                    taxes=[{"amount": 1357, "tax_behavior": "inclusive"}],
                ),
                invoice_line(2, "in_1", -500),
                invoice_line(3, "in_1", 500),
            ],
            "in_2": [invoice_line(4, "in_2", 5000)],
            "in_4": [invoice_line(5, "in_4", 4800, currency="jpy")],
        }
        note = {"object": "credit_note", "currency": "usd", "customer": "cus_1", "livemode": True}
        note |= {"created": unix("2026-02-04T12:00"), "invoice": "in_1", "shipping_cost": None}
        self.notes = [
            note | {"id": "cn_1", "status": "issued", "total": 119, "total_excluding_tax": 100},
            note | {"id": "cn_2", "status": "void", "total": 119, "total_excluding_tax": 100},
        ]

    def __call__(self, path: str, query: dict[str, list[str]], headers: dict) -> Answer:
        assert headers["Stripe-Version"]
        *_, owner, last = path.split("/")
        rows = self.lines[owner] if last == "lines" else getattr(self, last.split("_")[-1])
        if last != "lines":
            low, high = (int(query[f"created[{side}]"][0]) for side in ("gte", "lt"))
            rows = [row for row in rows if low <= row["created"] < high]
        ids = [row["id"] for row in rows]
        start = ids.index(query["starting_after"][0]) + 1 if "starting_after" in query else 0
        more = start + 2 < len(rows)
        url = {"object": "list", "url": path, "has_more": more}
        return Answer(url | {"data": rows[start : start + 2]})


def test_stripe_invoices_become_revenue_once(command, tmp_path):
    api = Stripe()
    stripe = command("stripe", api)
    stripe.accepted("--since", "2026-02-01")
    assert "/v1/invoices/in_3/lines" not in stripe.api.paths(), "a draft may still change"
    query = (
        "select revenue_source, revenue_category, currency, customer_id, revenue "
        "from main_intermediate.int_revenue order by revenue_source desc, revenue_id"
    )
    lines, notes = "stripe.invoice_line_items", "stripe.credit_notes"
    expected = [
        (lines, "subscription", "USD", "acme", Decimal("76.43")),
        (lines, "proration", "USD", "acme", Decimal(-5)),
        (lines, "subscription", "USD", "acme", Decimal(5)),
        (lines, "subscription", "JPY", "acme", Decimal(4800)),
        (notes, "credit_note", "USD", "cus_1", Decimal(-1)),
    ]
    assert built(stripe.raw, tmp_path / "w1", query, "int_revenue") == expected
    tests = ("stripe_lines_add_up_to_their_invoices", "stripe_lines_have_their_invoices")
    (tmp_path / "w1t").mkdir()
    dbt(
        "build", stripe.raw, tmp_path / "w1t", "--select", "+stg_stripe__invoice_line_items", *tests
    )

    # the next day: the draft is finalised, an open invoice is void; known lines are not read again
    stripe.api.calls.clear()
    api.invoices[1] |= {"status": "paid", "total": 9900}
    api.lines["in_3"] = [invoice_line(6, "in_3", 9900)]
    api.invoices[0]["status"] = "void"
    stripe.accepted()
    lists = [path for path in stripe.api.paths() if path.endswith("/lines")]
    assert lists == ["/v1/invoices/in_3/lines"]
    found = built(stripe.raw, tmp_path / "w2", query, "int_revenue")
    assert sorted(row[4] for row in found) == sorted(
        [Decimal("76.43"), Decimal(-5), Decimal(5), Decimal(99), Decimal(-1)]
    )


def test_stripe_lines_that_were_not_landed_fail_a_test(command, tmp_path):
    api = Stripe()
    stripe = command("stripe", api)
    stripe.accepted("invoices", "--since", "2026-02-01")
    (tmp_path / "w").mkdir()
    with pytest.raises(subprocess.CalledProcessError):
        dbt(
            "build", stripe.raw, tmp_path / "w", "--select",
            "+stg_stripe__invoice_line_items", "stripe_lines_add_up_to_their_invoices",
        )  # fmt: skip


def test_fivetran_tables_of_stripe_are_the_same_revenue(tmp_path, monkeypatch):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)
    monkeypatch.setenv("RAW_ROOT", str(tmp_path / "raw"))
    import land_export

    (tmp_path / "invoice.csv").write_text(
        "id,_fivetran_synced,created,currency,customer_id,status,subtotal,tax,total,livemode,"
        "is_deleted,period_start,period_end\n"
        "in_1,2026-02-05 10:00:00,2026-02-01 10:00:00,usd,cus_1,paid,5000,950,5950,true,false,"
        "2026-01-01 10:00:00,2026-02-01 10:00:00\n"
    )
    (tmp_path / "line.csv").write_text(
        "id,invoice_id,_fivetran_synced,amount,currency,discountable,livemode,period_end,"
        "period_start,proration,quantity,type,unique_id,metadata\n"
        "sub_1,in_1,2026-02-05 10:00:00,5000,usd,TRUE,TRUE,2026-03-01 10:00:00,"
        '2026-02-01 10:00:00,FALSE,5,subscription,il_1,"{""customer_id"":""acme""}"\n'
    )
    assert land_export.main(["stripe", "invoices", str(tmp_path / "invoice.csv")]) == 0
    assert land_export.main(["stripe", "invoice_line_items", str(tmp_path / "line.csv")]) == 0
    query = "select * exclude (delivery_id, recorded_at) from main_staging.stg_stripe__invoice_line_items"
    assert built(tmp_path / "raw", tmp_path / "w", query, "stg_stripe__invoice_line_items") == [
        ("in_1/sub_1", lines_source(), "acme", None, "subscription", Decimal(50), "USD",
         date(2026, 2, 1), date(2026, 3, 1)),
    ]  # fmt: skip


def lines_source() -> str:
    return "stripe.invoice_line_items"
