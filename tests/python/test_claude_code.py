"""Claude Code analytics, one answer a day: who used which tokens, and what was paid for them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pytest
from conftest import build_tables
from landing import expectations


def use(model: str, cents: float, *tokens: int) -> dict:
    """An entry of model_breakdown."""
    names = ("input", "output", "cache_read", "cache_creation")
    return {
        "model": model,
        "tokens": dict(zip(names, tokens, strict=True)),
        "estimated_cost": {"currency": "USD", "amount": cents},
    }


def record(actor: dict, *models: dict, day: str = "2025-08-08", **more: object) -> dict:
    """A record as the API gives it."""
    return {
        "date": f"{day}T00:00:00Z",
        "actor": actor,
        "organization_id": "12345678-1234-5678-1234-567812345678",
        "customer_type": "api",
        "terminal_type": "iTerm.app",
        "core_metrics": {
            "num_sessions": 15,
            "lines_of_code": {"added": 342, "removed": 128},
            "commits_by_claude_code": 8,
            "pull_requests_by_claude_code": 2,
        },
        "tool_actions": {"edit_tool": {"accepted": 25, "rejected": 3}},
        "model_breakdown": list(models),
        **more,
    }


def answer(*records: dict, **more: object) -> str:
    return json.dumps({"data": list(records), "has_more": False, "next_page": None, **more})


ANNA = {"type": "user_actor", "email_address": "anna@example.com"}
BEN = {"type": "user_actor", "email_address": "ben@example.com"}
CI = {"type": "api_actor", "api_key_name": "ci"}
SONNET, HAIKU = "claude-sonnet-4-20250514", "claude-3-5-haiku-20241022"
FIRST = answer(
    record(ANNA, use(SONNET, 186, 45230, 12450, 8790, 2340), use(HAIKU, 42.5, 23100, 5680, 0, 0)),
    record(ANNA, use(SONNET, 1, 10, 20, 0, 0), terminal_type="vscode"),
    record(CI, use(SONNET, 0, 7, 0, 0, 0), terminal_type=None),
    record(
        BEN, use(SONNET, 9999, 1000, 500, 0, 0),
        customer_type="subscription", subscription_type="enterprise",
    ),
    # somebody who opened it and asked nothing
    record(BEN),
)  # fmt: skip
# the day is exported again: late records are in it, and it replaces what was said before
AGAIN = answer(record(ANNA, use(SONNET, 200, 50000, 12450, 8790, 2340)))


@pytest.fixture
def land(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)

    def run(raw: Path, name: str, content: str) -> str:
        """What landing says on stderr; '' when it took the file without a note."""
        path = tmp_path / name
        path.write_text(content)
        monkeypatch.setenv("RAW_ROOT", str(raw))
        land_export.main(["anthropic", "claude_code", str(path)])
        return capsys.readouterr().err

    return run


def built(raw: Path, work: Path) -> tuple[list[tuple], list[tuple]]:
    """(usage by actor, priced tokens) of a raw folder."""
    work.mkdir()
    warehouse = build_tables(raw, work, "--select", "+int_token_usage_priced")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        usage = connection.execute(
            "select credential_id, json_extract_string(tags, '$.terminal_type'), model_name,"
            " service_tier, usage_doubt, input_uncached_tokens, input_cache_read_tokens,"
            " input_cache_write_5m_tokens, output_text_tokens, reported_cost_usd"
            " from main_staging.stg_anthropic__claude_code order by all"
        ).fetchall()
        priced = connection.execute(
            "select service_tier, meter, sum(quantity), sum(computed_cost_usd)"
            " from main_intermediate.int_token_usage_priced"
            " where model_key = 'claude-sonnet-4' and usage_kind = 'gateway_log'"
            " and service_tier = 'standard' group by all order by all"
        ).fetchall()
    return usage, priced


def test_who_used_what_and_what_a_token_cost(land, tmp_path):
    raw = tmp_path / "raw"
    assert land(raw, "2025-08-08.json", FIRST) == ""
    usage, priced = built(raw, tmp_path / "first")
    doubt = "cache_life_assumed"
    assert usage == [
        ("anna@example.com", "iTerm.app", HAIKU, "standard", None, 23100, 0, 0, 5680, usd("0.425")),
        ("anna@example.com", "iTerm.app", SONNET, "standard", doubt, 45230, 8790, 2340, 12450,
         usd("1.86")),
        ("anna@example.com", "vscode", SONNET, "standard", None, 10, 0, 0, 20, usd("0.01")),
        # a seat is paid, not its tokens: Anthropic's estimate is no cost
        ("ben@example.com", "iTerm.app", SONNET, "subscription", None, 1000, 0, 0, 500, None),
        ("ci", None, SONNET, "standard", None, 7, 0, 0, 0, usd("0")),
    ]  # fmt: skip
    assert priced == [
        ("standard", "input_cache_read", 8790, usd("0.002637")),
        ("standard", "input_cache_write_5m", 2340, usd("0.008775")),
        ("standard", "input_uncached", 45247, usd("0.135741")),
        ("standard", "output_text", 12470, usd("0.18705")),
    ]
    assert land(raw, "again.json", AGAIN) == ""
    usage, _ = built(raw, tmp_path / "again")
    assert [(who, tokens) for who, _, _, _, _, tokens, *_ in usage] == [("anna@example.com", 50000)]


def usd(text: str) -> Decimal:
    return Decimal(text)


def test_a_day_without_use_lands_and_a_further_page_is_missed(land, tmp_path):
    raw = tmp_path / "raw"
    said = land(raw, "page1.json", answer(record(BEN), has_more=True, next_page="page_2"))
    assert "has_more" in said
    recorded = json.loads((raw / "_deliveries.jsonl").read_text())
    assert recorded["rows"] == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (FIRST.replace('"USD"', '"EUR"'), "estimated_cost_currency"),
        (FIRST.replace('"api"', '"reseller"'), "customer_type"),
        (FIRST.replace("45230", "-5"), "input_tokens"),
        (FIRST.replace("45230", "1.5"), "column input_tokens"),
        (FIRST.replace("2025-08-08T00:00:00Z", "last week"), "column date"),
        (FIRST.replace("model_breakdown", "models"), "model_breakdown"),
    ],
)
def test_what_is_no_such_report_is_refused(land, tmp_path, content, complaint):
    said = land(tmp_path / "raw", "bad.json", content)
    assert complaint in said
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "raw" / "_deliveries.jsonl").exists()
