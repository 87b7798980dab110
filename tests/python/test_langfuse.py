"""Langfuse's exports from files to token usage: every form alike, nested tokens counted once."""

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

MAP_OF_COUNTS = pa.map_(pa.string(), pa.uint64())
MAP_OF_COSTS = pa.map_(pa.string(), pa.decimal128(18, 12))
MAPS = {
    "usage_details": MAP_OF_COUNTS,
    "provided_usage_details": MAP_OF_COUNTS,
    "cost_details": MAP_OF_COSTS,
    "provided_cost_details": MAP_OF_COSTS,
    "metadata": pa.map_(pa.string(), pa.string()),
}
TIMES = ("start_time", "end_time", "updated_at", "event_ts")
CAMEL = {"provided_model_name": "model", "tags": "traceTags"}


def observation(key: str, usage: dict | None = None, **more: object) -> dict:
    """A row as the enriched blob storage export writes it: counts as text, times without zone."""
    row = {
        "id": key,
        "trace_id": "t1",
        "project_id": "p1",
        "environment": "production",
        "type": "GENERATION",
        "parent_observation_id": None,
        "start_time": "2026-08-01 10:00:00.123000",
        "end_time": "2026-08-01 10:00:02.000000",
        "level": "DEFAULT",
        "provided_model_name": "claude-sonnet-4-5-20250929",
        "model_parameters": '{"temperature":0.2}',
        "metadata": {},
        "provided_usage_details": {name: str(count) for name, count in (usage or {}).items()},
        "usage_details": {name: str(count) for name, count in (usage or {}).items()},
        "provided_cost_details": {},
        "cost_details": {},
        "total_cost": None,
        "user_id": "cust_7",
        "session_id": "s1",
        "trace_name": "support chat",
        "tags": ["feature:support"],
        "updated_at": "2026-08-01 10:00:03.000000",
        "event_ts": "2026-08-01 10:00:03.000000",
        "is_deleted": 0,
    }
    return {**row, **more}


CALL = observation(
    "call",
    {
        "input": 2000,
        "input_cached_tokens": 1500,
        "input_cache_creation_5m": 300,
        "input_cache_creation_1h": 100,
        "output": 40,
        "output_reasoning_tokens": 60,
        "total": 4000,
    },
    cost_details={"input": "0.006000000000", "output": "0.001500000001", "total": "0.007500000001"},
    total_cost="0.007500000001",
    metadata={"ls_provider": "amazon_bedrock"},
)
PARENT = observation("agent", {"input": 300, "output": 30, "total": 330}, type="AGENT")
CHILD_1 = observation(
    "child-1", {"input": 100, "output": 10, "total": 110}, parent_observation_id="agent"
)
TOOL = observation("tool", type="TOOL", parent_observation_id="agent")
CHILD_2 = observation(
    "child-2", {"input": 200, "output": 20, "total": 220}, parent_observation_id="tool"
)
GIVEN_FREE = observation(
    "free",
    {"input": 5, "output": 5, "total": 10},
    trace_id="t2",
    provided_cost_details={"total": "0"},
    cost_details={"total": "0"},
    total_cost="0",
    provided_model_name="gpt-4o-mini-2024-07-18",
)
PARTLY_GIVEN = observation(
    "partly",
    {"input": 0, "output": 0, "total": 0},
    trace_id="t3",
    provided_cost_details={"input": "1", "output": "2"},
    cost_details={"input": "1", "output": "2"},
    provided_model_name="our-own-model",
)
FAILED = observation("failed", trace_id="t4", level="ERROR")
EMBEDDED = observation(
    "embedded",
    {"total": 700},
    trace_id="t5",
    type="EMBEDDING",
    provided_model_name="openai/text-embedding-3-small",
)
STALE = observation(
    "call", {"input": 1, "output": 1, "total": 2}, event_ts="2026-08-01 10:00:01.000000"
)
DELETED = [
    observation("gone", {"input": 9, "output": 9, "total": 18}, trace_id="t6"),
    observation("gone", trace_id="t6", event_ts="2026-08-01 10:05:00.000000", is_deleted=1),
]
ROWS = [
    STALE, CALL, PARENT, CHILD_1, TOOL, CHILD_2, GIVEN_FREE, PARTLY_GIVEN, FAILED, EMBEDDED,
    *DELETED,
]  # fmt: skip
FOUND = [
    # id, provider, model, status, doubt, uncached, read, 5m, 1h, text, reasoning, cost
    ("p1/call", "aws", "succeeded", None, 2000, 1500, 300, 100, 40, 60, Decimal("0.007500000001")),
    ("p1/child-1", "anthropic", "succeeded", None, 100, 0, 0, 0, 10, 0, None),
    ("p1/child-2", "anthropic", "succeeded", None, 200, 0, 0, 0, 20, 0, None),
    ("p1/embedded", "openai", "succeeded", None, 700, 0, 0, 0, 0, 0, None),
    ("p1/failed", "anthropic", "failed", None, None, None, None, None, None, None, None),
    ("p1/free", "openai", "succeeded", None, 5, 0, 0, 0, 5, 0, Decimal(0)),
    ("p1/partly", None, "succeeded", None, None, None, None, None, None, None, Decimal(3)),
]
COLUMNS = (
    "usage_id, provider_id, request_status, usage_doubt, input_uncached_tokens, "
    "input_cache_read_tokens, input_cache_write_5m_tokens, input_cache_write_1h_tokens, "
    "output_text_tokens, output_reasoning_tokens, reported_cost_usd"
)


def write_csv(path: Path, rows: list[dict]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {
                    key: json.dumps(value) if isinstance(value, dict | list) else value
                    for key, value in row.items()
                }
            )
    return path


def write_parquet(path: Path, rows: list[dict]) -> Path:
    plain = []
    for row in rows:
        typed = dict(row)
        for name, kind in MAPS.items():
            value = int if kind == MAP_OF_COUNTS else Decimal if kind == MAP_OF_COSTS else str
            typed[name] = [(key, value(text)) for key, text in row[name].items()]
        for name in TIMES:
            typed[name] = datetime.fromisoformat(row[name])
        typed["total_cost"] = Decimal(row["total_cost"]) if row["total_cost"] else None
        plain.append(typed)
    kinds = {
        **{name: pa.string() for name in rows[0]},
        **MAPS,
        **dict.fromkeys(TIMES, pa.timestamp("ms")),
        "tags": pa.list_(pa.string()),
        "total_cost": pa.decimal128(18, 12),
        "is_deleted": pa.uint8(),
    }
    pq.write_table(pa.Table.from_pylist(plain, pa.schema(list(kinds.items()))), path)
    return path


def camel(name: str) -> str:
    first, *rest = CAMEL.get(name, name).split("_")
    return first + "".join(part.capitalize() for part in rest)


def as_api(row: dict) -> dict:
    """An observation as the public API gives it: camelCase, numbers, times with Z."""
    found: dict = {}
    for name, value in row.items():
        if name in ("usage_details", "provided_usage_details"):
            value = {key: int(count) for key, count in value.items()}
        if name in ("cost_details", "provided_cost_details"):
            value = {key: float(cost) for key, cost in value.items()}
        if name == "total_cost":
            value = float(value or 0)
        if name == "model_parameters":
            value = json.loads(value)
        if name in TIMES:
            value = value.replace(" ", "T")[:23] + "Z"
        found[camel(name)] = value
    usage = found["usageDetails"]
    found["usage"] = {
        "input": usage.get("input", 0), "output": usage.get("output", 0),
        "total": usage.get("total", 0), "unit": "TOKENS",
    }  # fmt: skip
    found["promptTokens"], found["completionTokens"] = usage.get("input", 0), usage.get("output", 0)
    found["input"] = {"messages": [{"role": "user", "content": "secret"}]}
    return found


def write_pages(path: Path, rows: list[dict]) -> Path:
    # the API knows one version of an observation, and none that is deleted
    current = [as_api(row) for row in rows if row is not STALE and row not in DELETED]
    meta = {"page": 1, "limit": 50, "totalItems": len(current), "totalPages": 2}
    pages = [{"data": current[:5], "meta": meta}, {"data": current[5:], "meta": meta | {"page": 2}}]
    path.write_text("\n".join(json.dumps(page) for page in pages))
    return path


WRITERS = {
    "jsonl": write_jsonl,
    "json": write_pages,
    "csv": write_csv,
    "parquet": write_parquet,
}


@pytest.fixture
def land(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)
    monkeypatch.setenv("RAW_ROOT", str(tmp_path / "raw"))

    def run(path: Path, exported_at: str = "2026-08-02") -> str:
        """What landing says on stderr; '' when it took the file without a note."""
        land_export.main(["langfuse", "observations", str(path), "--exported-at", exported_at])
        return capsys.readouterr().err

    return run


def usage(tmp_path: Path, columns: str = COLUMNS) -> list[tuple]:
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    warehouse = dbt(
        "build", tmp_path / "raw", work, "--exclude-resource-type", "test", "unit_test",
        "--select", "+stg_langfuse__observations",
    )  # fmt: skip
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from main_staging.stg_langfuse__observations order by usage_id"
        ).fetchall()


@pytest.mark.parametrize("form", WRITERS)
def test_every_form_of_export_is_the_same_usage(land, tmp_path, form):
    assert land(WRITERS[form](tmp_path / f"observations.{form}", ROWS)) == ""
    assert usage(tmp_path) == FOUND
    tags = '{"environment":"production","trace_name":"support chat","tags":["feature:support"]}'
    columns = (
        "replace(tags, '\": ', '\":'), customer_id, session_id, project_id, trace_id, "
        "cast(started_at as varchar)"
    )
    assert set(usage(tmp_path, columns)[:1]) == {
        (tags, "cust_7", "s1", "p1", "t1", "2026-08-01 10:00:00.123")
    }


def test_a_later_export_corrects_an_earlier_one(land, tmp_path):
    assert land(write_jsonl(tmp_path / "first.jsonl", [STALE, CHILD_1])) == ""
    assert land(write_parquet(tmp_path / "second.parquet", [CALL, CHILD_1]), "2026-08-03") == ""
    found = usage(tmp_path, "usage_id, reported_input_tokens, reported_output_tokens")
    assert found == [("p1/call", 3900, 100), ("p1/child-1", 100, 10)]


def test_legacy_pages_without_details_are_in_doubt(land, tmp_path):
    row = {
        "id": "old", "traceId": "t", "type": "GENERATION", "startTime": "2024-03-01T10:00:00Z",
        "model": "gpt-4o", "usage": {"input": 70, "output": 7, "total": 77, "unit": "TOKENS"},
        "promptTokens": 70, "completionTokens": 7, "calculatedTotalCost": 0.00042,
    }  # fmt: skip
    spoken = row | {
        "id": "spoken", "usage": {"input": 12, "unit": "CHARACTERS"}, "model": "tts-1",
        "promptTokens": 12, "completionTokens": 0,
    }  # fmt: skip
    path = tmp_path / "legacy.json"
    path.write_text(json.dumps({"data": [row, spoken], "meta": {}}))
    assert land(path) == ""
    columns = (
        "usage_id, usage_doubt, input_uncached_tokens, output_text_tokens, characters, "
        "reported_cost_usd"
    )
    cost = Decimal("0.00042")
    assert usage(tmp_path, columns) == [
        ("old", "cache_semantics_assumed", 70, 7, 0, cost),
        ("spoken", None, 0, 0, 12, cost),
    ]


def test_an_export_without_counts_is_refused(land, tmp_path):
    row = {key: value for key, value in CALL.items() if "usage" not in key}
    said = land(write_jsonl(tmp_path / "core.jsonl", [row]))
    assert said == (
        "core.jsonl: it has no column usage_details or usage or prompt_tokens: export one of them, "
        "or check the table\n"
    )


def test_a_level_that_langfuse_does_not_know_is_refused(land, tmp_path):
    said = land(write_jsonl(tmp_path / "x.jsonl", [CALL | {"level": "BROKEN"}]))
    assert "column level" in said and "BROKEN" in said
