"""The vendors' APIs in small, and the pull command against them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pull_exports
from api_server import Answer, Api
from conftest import dbt
from landing import expectations
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


def commands(tmp_path, monkeypatch, capsys):
    """A maker of commands; at the end no key is anywhere."""
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


def built(
    raw: Path, work: Path, query: str, *models: str, tests: tuple[str, ...] = ()
) -> list[tuple]:
    work.mkdir()
    selected = [*(f"+{model}" for model in models), *tests]
    warehouse = dbt("build" if tests else "run", raw, work, "--select", *selected)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def anthropic_api(path: str, query: dict, headers: dict) -> Answer:
    """One result on every day, all days on one page."""
    assert headers["x-api-key"] == KEY and headers["anthropic-version"] == "2023-06-01"
    if path.endswith("/claude_code"):
        return Answer({"data": [], "has_more": False, "next_page": None})
    first, end = (query[name][0][:10] for name in ("starting_at", "ending_at"))
    result = {"currency": "USD", "amount": "123.45", "workspace_id": None, "model": None}
    result |= {"uncached_input_tokens": 1500, "output_tokens": 7, "cost_type": "tokens"}
    buckets = [
        {"starting_at": f"{d}T00:00:00Z", "ending_at": f"{d}T23:59:59Z", "results": [result]}
        for d in each_day(first, end)
    ]
    return Answer({"data": buckets, "has_more": False, "next_page": None})
