"""Usage reports of two model providers, a file per week: OpenAI's by hour, Anthropic's by day."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import duckdb

from . import store
from .catalog import MODELS
from .deliveries import Deliveries, write_page
from .workloads import EVALUATION
from .world import World, iso

PROJECT = f"case kind when {EVALUATION} then 'proj_research' else 'proj_gateway' end"
ORGANIZATION = "organization_id=org-backoffice"
_KEYS = {"proj_research": "key_research", "proj_gateway": "key_gateway"}
_Buckets = dict[int, list[dict[str, Any]]]


def write_usage(con: duckdb.DuckDBPyConnection, world: World, deliveries: Deliveries) -> None:
    """Write one page per week and provider."""
    hourly = con.execute(f"""
        select
            -- no price of Anthropic's changes within a day
            if({store.PROVIDER} = 'openai', start_ms // 3600000, day) as bucket,
            {PROJECT} as project, model, is_batch,
            sum(input_uncached)::bigint, sum(input_cache_read)::bigint,
            sum(input_cache_write_5m)::bigint, sum(input_cache_write_1h)::bigint,
            sum(output_text + output_reasoning)::bigint, count(*)
        from requests where is_billable group by all order by all
    """).fetchall()
    openai: _Buckets = defaultdict(list)
    anthropic: _Buckets = defaultdict(list)
    for (
        bucket,
        project,
        model,
        is_batch,
        uncached,
        read,
        write_5m,
        write_1h,
        output,
        calls,
    ) in hourly:
        name = MODELS[model].reported_name
        if MODELS[model].provider == "openai":
            openai[bucket].append(
                _openai_result(project, name, is_batch, uncached, read, output, calls)
            )
        elif MODELS[model].provider == "anthropic":
            anthropic[bucket].append(
                _anthropic_result(name, uncached, read, write_5m, write_1h, output)
            )
    for week in range(world.weeks):
        hours = range(week * 168, world.week_end(week) * 24)
        exported_at = world.at(world.week_end(week), hour=3)
        name = f"{exported_at:%Y-%m-%d}.json"
        path = deliveries.path("openai", "usage_completions", name, exported_at, ORGANIZATION)
        write_page(path, _openai_buckets(world, hours, openai), object="page")
        path = deliveries.path("anthropic", "usage_messages", name, exported_at)
        days = range(week * 7, world.week_end(week))
        write_page(path, _anthropic_buckets(world, days, anthropic))


def _openai_buckets(world: World, hours: range, found: _Buckets) -> Iterable[dict[str, Any]]:
    for hour in hours:
        start = int(world.at(0, hour=hour).timestamp())
        yield {
            "object": "bucket",
            "start_time": start,
            "end_time": start + 3600,
            "results": found.get(hour, []),
        }


def _anthropic_buckets(world: World, days: range, found: _Buckets) -> Iterable[dict[str, Any]]:
    for day in days:
        start, end = world.at(day), world.at(day + 1)
        yield {"starting_at": iso(start), "ending_at": iso(end), "results": found.get(day, [])}


def _openai_result(
    project: str, model: str, is_batch: bool, uncached: int, cached: int, output: int, calls: int
) -> dict[str, Any]:
    """input = uncached + cached + cache write; text only, so each part is its text part."""
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": uncached + cached,
        "input_cached_tokens": cached,
        "input_cache_write_tokens": 0,
        "input_uncached_tokens": uncached,
        "output_tokens": output,
        "input_text_tokens": uncached,
        "output_text_tokens": output,
        "input_cached_text_tokens": cached,
        "input_audio_tokens": 0,
        "input_cached_audio_tokens": 0,
        "output_audio_tokens": 0,
        "input_image_tokens": 0,
        "input_cached_image_tokens": 0,
        "output_image_tokens": 0,
        "num_model_requests": calls,
        "project_id": project,
        "user_id": None,
        "api_key_id": _KEYS[project],
        "model": model,
        "batch": is_batch,
        "service_tier": "default",
    }


def _anthropic_result(
    model: str, uncached: int, read: int, write_5m: int, write_1h: int, output: int
) -> dict[str, Any]:
    return {
        "uncached_input_tokens": uncached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": write_5m,
            "ephemeral_1h_input_tokens": write_1h,
        },
        "cache_read_input_tokens": read,
        "output_tokens": output,
        "server_tool_use": {"web_search_requests": 0},
        "model": model,
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "global",
        "api_key_id": None,
        "workspace_id": None,
    }
