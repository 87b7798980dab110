"""Helicone's exports from files to token usage: billionths and dollars are never mixed up."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import dbt
from landing import expectations
from landing_support import write_jsonl

NO_ID = "00000000-0000-0000-0000-000000000000"
HIT_ID = "6f1c7a2e-7c1f-4b57-9a5b-1f0e3f9c1a11"
TEXT_MAP = pa.map_(pa.string(), pa.string())


def request(key: str, cost: int, prompt: int, completion: int, **more: object) -> dict:
    """A row of request_response_rmt as ClickHouse writes it: whole numbers as text."""
    row = {
        "response_id": f"{key}-response",
        "response_created_at": "2026-08-01 10:00:01.000",
        "latency": "1000",
        "status": "200",
        "completion_tokens": str(completion),
        "prompt_tokens": str(prompt),
        "prompt_cache_write_tokens": "0",
        "prompt_cache_read_tokens": "0",
        "model": "claude-sonnet-4-20250514",
        "request_id": key,
        "request_created_at": "2026-08-01 10:00:00.000",
        "user_id": "cust_7",
        "organization_id": "org",
        "provider": "ANTHROPIC",
        "properties": {"team": "growth", "Helicone-Session-Id": "s1"},
        "cost": str(cost),
        "cache_reference_id": NO_ID,
        "cache_enabled": False,
        "updated_at": "2026-08-01 10:00:02.000",
    }
    return {**row, **more}


ROWS = [
    request("cached", 1_053_000_000, 100_000, 50_000, prompt_cache_read_tokens="10000"),
    request("hit", 0, 0, 0, cache_reference_id=HIT_ID, cache_enabled=True),
    request("tiny", 1, 1, 0, model="gpt-4o", provider="OPENAI"),
    request("unpriced", 0, 10, 3, model="our-model", provider="CUSTOM", user_id="undefined"),
    request("refused", 0, 0, 0, status="429"),
]
FOUND = [
    ("cached", "anthropic", "succeeded", 100_000, 10_000, 50_000, Decimal("1.053"), "cust_7"),
    ("hit", "anthropic", "gateway_cache_hit", 0, 0, 0, Decimal(0), "cust_7"),
    ("refused", "anthropic", "failed", 0, 0, 0, Decimal(0), "cust_7"),
    ("tiny", "openai", "succeeded", 1, 0, 0, Decimal("0.000000001"), "cust_7"),
    ("unpriced", None, "succeeded", 10, 0, 3, None, None),
]
COLUMNS = (
    "usage_id, provider_id, request_status, input_uncached_tokens, input_cache_read_tokens, "
    "output_text_tokens, reported_cost_usd, customer_id"
)


def write_csv(path: Path, rows: list[dict]) -> Path:
    # ClickHouse's own CSV: maps in single quotes
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {"properties": str(row["properties"]).replace(": ", ":")})
    return path


def write_parquet(path: Path, rows: list[dict]) -> Path:
    numbers = [name for name in rows[0] if name.endswith("_tokens")] + ["latency", "status"]
    kinds = {
        **{name: pa.string() for name in rows[0]},
        **dict.fromkeys(numbers, pa.int64()),
        "cost": pa.uint64(),
        "cache_enabled": pa.bool_(),
        "properties": TEXT_MAP,
        **{name: pa.timestamp("ms") for name in rows[0] if name.endswith("_at")},
    }
    plain = []
    for row in rows:
        typed = {name: int(row[name]) if name in (*numbers, "cost") else row[name] for name in row}
        typed |= {n: datetime.fromisoformat(row[n]) for n in row if n.endswith("_at")}
        typed["properties"] = list(row["properties"].items())
        plain.append(typed)
    pq.write_table(pa.Table.from_pylist(plain, pa.schema(list(kinds.items()))), path)
    return path


def as_api(row: dict) -> dict:
    """The same request as the API gives it: other names, numbers, and dollars."""
    return {
        "response_id": row["response_id"],
        "response_status": int(row["status"]),
        "request_id": row["request_id"],
        "request_created_at": row["request_created_at"].replace(" ", "T") + "Z",
        "request_body": {"helicone_message": "secret"},
        "request_user_id": row["user_id"],
        "request_properties": row["properties"],
        "properties": row["properties"],
        "provider": row["provider"],
        "delay_ms": 1000,
        "request_model": row["model"],
        "total_tokens": int(row["prompt_tokens"]) + int(row["completion_tokens"]),
        "prompt_tokens": int(row["prompt_tokens"]),
        "completion_tokens": int(row["completion_tokens"]),
        "prompt_cache_read_tokens": int(row["prompt_cache_read_tokens"]),
        "prompt_cache_write_tokens": 0,
        "cache_reference_id": row["cache_reference_id"],
        "cost": int(row["cost"]) / 1_000_000_000,
        "updated_at": row["updated_at"],
    }


def as_dashboard(row: dict) -> dict:
    """The same request in the JSON of the dashboard."""
    return {
        "id": row["request_id"],
        "model": row["model"],
        "raw": {"request": {"messages": ["secret"]}},
        "heliconeMetadata": {
            "requestId": row["request_id"],
            "createdAt": row["request_created_at"].replace(" ", "T") + "Z",
            "cacheReferenceId": row["cache_reference_id"],
            "promptTokens": int(row["prompt_tokens"]),
            "completionTokens": int(row["completion_tokens"]),
            "promptCacheReadTokens": int(row["prompt_cache_read_tokens"]),
            "user": row["user_id"],
            "status": {"code": int(row["status"]), "statusType": "success"},
            "customProperties": row["properties"],
            "cost": int(row["cost"]) / 1_000_000_000,
            "provider": row["provider"],
        },
    }


def write_pages(path: Path, rows: list[dict]) -> Path:
    path.write_text(json.dumps({"data": [as_api(row) for row in rows], "error": None}))
    return path


def write_dashboard(path: Path, rows: list[dict]) -> Path:
    path.write_text(json.dumps([as_dashboard(row) for row in rows]))
    return path


WRITERS = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
    "pages": write_pages,
    "dashboard": write_dashboard,
}


@pytest.fixture
def land(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)

    def run(path: Path, raw: str = "raw") -> str:
        """What landing says on stderr; '' when it took the file without a note."""
        monkeypatch.setenv("RAW_ROOT", str(tmp_path / raw))
        land_export.main(["helicone", "requests", str(path), "--exported-at", "2026-08-02"])
        return capsys.readouterr().err

    return run


def usage(raw: Path, work: Path) -> list[tuple]:
    work.mkdir()
    warehouse = dbt(
        "build", raw, work, "--exclude-resource-type", "test", "unit_test",
        "--select", "+stg_helicone__requests",
    )  # fmt: skip
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(
            f"select {COLUMNS} from main_staging.stg_helicone__requests order by usage_id"
        ).fetchall()


@pytest.mark.parametrize("form", WRITERS)
def test_every_form_of_export_is_the_same_usage_and_money(land, tmp_path, form):
    suffix = "json" if form in ("pages", "dashboard") else form
    assert land(WRITERS[form](tmp_path / f"requests.{suffix}", ROWS)) == ""
    assert usage(tmp_path / "raw", tmp_path / "work") == FOUND


def test_an_export_that_does_not_say_what_its_cost_is_in_is_refused(land, tmp_path):
    bare = [{k: v for k, v in row.items() if k != "status"} for row in ROWS]
    said = land(write_jsonl(tmp_path / "bare.jsonl", bare))
    assert said == (
        "bare.jsonl: it has no column status or response_status: export one of them, or check the "
        "table\n"
    )
    mixed = [ROWS[0], as_api(ROWS[2])]
    said = land(write_jsonl(tmp_path / "mixed.jsonl", mixed))
    assert said == (
        "mixed.jsonl: it has the columns status and response_status, which mean different exports: "
        "land the exports that they come from one by one\n"
    )
    assert not (tmp_path / "raw" / "_deliveries.jsonl").exists()


def test_a_negative_cost_is_refused(land, tmp_path):
    said = land(write_jsonl(tmp_path / "x.jsonl", [ROWS[0] | {"cost": "-1"}]))
    assert "column cost" in said
