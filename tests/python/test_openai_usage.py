"""OpenAI's usage reports beside completions, from API pages and CSV exports to counts and money."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pytest
from conftest import build_tables
from landing import expectations

DAY = 1_769_904_000  # 2026-02-01T00:00:00Z
TIMES = "start_time,end_time,start_time_iso,end_time_iso"
FEB_2 = "1769990400,1770076800,2026-02-02T00:00:00+00:00,2026-02-03T00:00:00+00:00"
WHO = {"project_id": "proj_1", "user_id": None, "api_key_id": "key_1"}


def page(report: str, *results: dict, end: int = DAY + 86_400) -> str:
    """A page as the API answers: one bucket of 2026-02-01, and a day without usage."""
    kind = f"organization.usage.{report}.result"
    rows = [{"object": kind, **row} for row in results]
    buckets = [
        {"object": "bucket", "start_time": DAY, "end_time": end, "results": rows},
        {"object": "bucket", "start_time": DAY + 259_200, "end_time": DAY + 345_600, "results": []},
    ]
    return json.dumps({"object": "page", "data": buckets, "has_more": False, "next_page": None})


PAGES = {
    "usage_embeddings": page(
        "embeddings",
        {"input_tokens": 1000, "num_model_requests": 5, "model": "text-embedding-3-small", **WHO},
    ),
    "usage_moderations": page(
        "moderations",
        {"input_tokens": 700, "num_model_requests": 1, "model": "omni-moderation-2024-09-26"},
    ),
    "usage_images": page(
        "images",
        {
            "images": 4, "num_model_requests": 2, "model": "dall-e-3", "size": "1024x1024",
            "source": "image.generation", **WHO,
        },
    ),
    "usage_audio_speeches": page(
        "audio_speeches", {"characters": 45, "num_model_requests": 1, "model": "tts-1", **WHO}
    ),
    "usage_audio_transcriptions": page(
        "audio_transcriptions", {"seconds": 61, "num_model_requests": 3, "model": "whisper-1"}
    ),
    "usage_vector_stores": page(
        "vector_stores", {"usage_bytes": 1_000_000_000, "project_id": "proj_1"}
    ),
    "usage_code_interpreter_sessions": page(
        "code_interpreter_sessions", {"num_sessions": 3, "project_id": "proj_1"}
    ),
    "usage_file_searches": page(
        "file_searches", {"num_requests": 30, "vector_store_id": "vs_1", **WHO}
    ),
    "usage_web_searches": page(
        "web_searches",
        {
            "num_requests": 7, "num_model_requests": 3, "model": "gpt-5", "context_level": "medium",
            "api_source": "unlabeled", **WHO,
        },
    ),
}  # fmt: skip
# the platform prints counts as floats and orders columns as it likes
CSVS = {
    "usage_embeddings": (
        f"{TIMES},project_id,num_model_requests,user_id,api_key_id,model,input_tokens\n"
        f"{FEB_2},proj_1,10.0,,key_1,text-embedding-3-large,2000.0\n"
    ),
    "usage_images": (
        f"{TIMES},images,num_model_requests,model,size,source\n"
        f"{FEB_2},2.0,2.0,dall-e-2,512x512,image.edit\n"
        f"{FEB_2.replace('1769990400', '1770076800', 1).replace('02-02', '02-03', 1)},,,,,\n"
    ),
    "usage_web_searches": (
        f"context_level,model,num_requests,num_model_requests,{TIMES},api_key_id\n"
        f"high,gpt-5-mini,5.0,5.0,{FEB_2},key_1\n"
    ),
    "usage_vector_stores": f"{TIMES},usage_bytes,project_id\n{FEB_2},2000000000.0,proj_1\n",
}
EMPTY = f"{TIMES}\n{FEB_2}\n"
LEGACY_ROW = {
    "organization_id": "org-1", "organization_name": "Personal", "aggregation_timestamp": 0,
    "n_requests": 1, "operation": "completion", "snapshot_id": "gpt-4o-2024-08-06",
    "n_context_tokens_total": 31, "n_generated_tokens_total": 12, "email": None,
    "api_key_id": None, "api_key_name": None, "api_key_redacted": None, "api_key_type": None,
    "project_id": None, "project_name": None, "request_type": "",
    "n_cached_context_tokens_total": 20,
}  # fmt: skip


def legacy(*rows: dict) -> str:
    """A day as `/v1/usage?date=` answers it."""
    others = ["ft_data", "dalle_api_data", "whisper_api_data", "tts_api_data"]
    return json.dumps(
        {"object": "list", "data": [LEGACY_ROW | row for row in rows], **{k: [] for k in others}}
    )


LEGACY = legacy(
    {"aggregation_timestamp": 1_730_696_460},
    {
        "aggregation_timestamp": 1_730_696_460,
        "operation": "completion-realtime",
        "snapshot_id": "gpt-4o-realtime-preview-2024-10-01",
        "n_context_tokens_total": 118,
        "n_generated_tokens_total": 35,
        "n_cached_context_tokens_total": 0,
    },
    {"aggregation_timestamp": DAY + 300},
)


@pytest.fixture
def land(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)

    def run(raw: Path, table: str, name: str, content: str) -> str:
        """What landing says on stderr; '' when it took the file without a note."""
        path = tmp_path / name
        path.write_text(content)
        monkeypatch.setenv("RAW_ROOT", str(raw))
        options = [] if "legacy" in table else ["--set", "organization_id=org-1"]
        land_export.main(["openai", table, str(path), *options])
        return capsys.readouterr().err

    return run


def test_every_report_counts_and_costs_what_it_says(land, tmp_path):
    raw, work = tmp_path / "raw", tmp_path / "work"
    work.mkdir()
    for table, content in PAGES.items():
        assert land(raw, table, f"{table}.json", content) == ""
    for table, content in CSVS.items():
        assert land(raw, table, f"{table}.csv", content) == ""
    assert land(raw, "legacy_usage", "legacy.json", LEGACY) == ""
    # a completions report of one of the former endpoint's days: the same tokens
    completions = page(
        "completions",
        {
            "input_tokens": 31, "output_tokens": 12, "input_cached_tokens": 20,
            "num_model_requests": 1, "model": "gpt-4o-2024-08-06",
        },
    )  # fmt: skip
    assert land(raw, "usage_completions", "completions.json", completions) == ""
    wanted = ("--select", "+int_token_usage_priced", "+int_storage_usage")
    with duckdb.connect(str(build_tables(raw, work, *wanted)), read_only=True) as built:
        rows = built.execute(
            "select usage_source, cast(usage_date as varchar), meter, quantity, computed_cost_usd"
            " from main_intermediate.int_token_usage_priced"
            " where meter not in ('requests', 'images') order by all"
        ).fetchall()
        kinds = built.execute(
            "select distinct usage_kind, account_id from main_intermediate.int_token_usage"
        ).fetchall()
        images = built.execute(
            "select model_name, meter_variant, images, requests_count, tags"
            " from main_staging.stg_openai__usage_images order by 1"
        ).fetchall()
        realtime = built.execute(
            "select input_uncached_tokens, reported_input_tokens, reported_output_tokens"
            " from main_staging.stg_openai__legacy_usage where model_name like '%realtime%'"
        ).fetchall()
        stored = built.execute(
            "select cast(usage_date as varchar), dataset_id, byte_hours"
            " from main_intermediate.int_storage_usage order by 1"
        ).fetchall()
        requests = built.execute(
            "select usage_source, sum(requests_count) from main_intermediate.int_token_usage"
            " group by 1 having sum(requests_count) is not null order by 1"
        ).fetchall()
    usd = Decimal
    assert rows == [
        ("openai.legacy_usage", "2024-11-04", "input_cache_read", 20, usd("0.000025")),
        ("openai.legacy_usage", "2024-11-04", "input_uncached", 11, usd("0.0000275")),
        ("openai.legacy_usage", "2024-11-04", "output_text", 12, usd("0.00012")),
        ("openai.usage_audio_speeches", "2026-02-01", "characters", 45, usd("0.000675")),
        ("openai.usage_audio_transcriptions", "2026-02-01", "audio_seconds", 61, usd("0.0061")),
        ("openai.usage_code_interpreter_sessions", "2026-02-01", "sessions", 3, usd("0.09")),
        ("openai.usage_completions", "2026-02-01", "input_cache_read", 20, usd("0.000025")),
        ("openai.usage_completions", "2026-02-01", "input_uncached", 11, usd("0.0000275")),
        ("openai.usage_completions", "2026-02-01", "output_text", 12, usd("0.00012")),
        ("openai.usage_embeddings", "2026-02-01", "input_uncached", 1000, usd("0.00002")),
        ("openai.usage_embeddings", "2026-02-02", "input_uncached", 2000, usd("0.00026")),
        ("openai.usage_file_searches", "2026-02-01", "file_search_calls", 30, usd("0.075")),
        # free is a price, not an unknown one
        ("openai.usage_moderations", "2026-02-01", "input_uncached", 700, usd("0")),
        ("openai.usage_web_searches", "2026-02-01", "web_search_calls", 7, usd("0.07")),
        ("openai.usage_web_searches", "2026-02-02", "web_search_calls", 5, usd("0.05")),
    ]
    assert kinds == [("provider_report", "org-1")]
    assert images == [
        ("dall-e-2", "512x512", 2, 2, '{"source":"image.edit"}'),
        ("dall-e-3", "1024x1024", 4, 2, '{"source":"image.generation"}'),
    ]
    # audio and text of a realtime call are not told apart: known in sum, without a price
    assert realtime == [(None, 118, 35)]
    assert stored == [
        ("2026-02-01", "vector_stores/org-1/proj_1", usd(24_000_000_000)),
        ("2026-02-02", "vector_stores/org-1/proj_1", usd(48_000_000_000)),
    ]
    # requests that searched are counted by the completions report alone
    assert dict(requests) == {
        "openai.legacy_usage": 2,
        "openai.usage_audio_speeches": 1,
        "openai.usage_audio_transcriptions": 3,
        "openai.usage_completions": 1,
        "openai.usage_embeddings": 15,
        "openai.usage_images": 4,
        "openai.usage_moderations": 1,
    }


@pytest.mark.parametrize("table", PAGES)
def test_an_export_of_a_day_without_usage_lands_and_replaces_the_day(land, tmp_path, table):
    assert land(tmp_path / "raw", table, "empty.csv", EMPTY) == ""
    record = json.loads((tmp_path / "raw" / "_deliveries.jsonl").read_text())
    scopes = tmp_path / "raw" / record["scopes_path"]
    assert duckdb.sql(
        f"select scope_account, scope_project, cast(scope_date as varchar), rows from '{scopes}'"
    ).fetchall() == [("org-1", "*", "2026-02-02", 0)]


@pytest.mark.parametrize(
    ("table", "content", "complaint"),
    [
        ("usage_embeddings", PAGES["usage_moderations"], "object"),
        ("usage_file_searches", PAGES["usage_web_searches"], "object"),
        # a CSV does not say which report it is
        ("usage_embeddings", CSVS["usage_images"], "input_tokens"),
        ("usage_images", CSVS["usage_embeddings"], "images"),
        ("usage_images", CSVS["usage_images"].replace("2.0,2.0", "2.5,2.0"), "column images"),
        ("usage_images", CSVS["usage_images"].replace("2.0,2.0", "-2,2.0"), "images"),
        ("usage_vector_stores", f"{TIMES},usage_bytes\n1,2,,,5\n", "column start_time"),
        ("usage_file_searches", CSVS["usage_embeddings"], "num_requests"),
        ("usage_vector_stores", CSVS["usage_images"], "usage_bytes"),
        ("usage_code_interpreter_sessions", CSVS["usage_vector_stores"], "num_sessions"),
        ("legacy_usage", PAGES["usage_images"], "aggregation_timestamp"),
    ],
)
def test_another_report_or_an_impossible_count_is_refused(
    land, tmp_path, table, content, complaint
):
    name = "report.json" if content.startswith("{") else "report.csv"
    said = land(tmp_path / "raw", table, name, content)
    assert complaint in said
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "raw" / "_deliveries.jsonl").exists()
