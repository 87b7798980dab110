"""OpenTelemetry spans from OTLP JSON to token usage: each call once, each token in one bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pytest
from conftest import build_tables
from landing import expectations

START = 1_785_542_400_123_456_789  # 2026-08-01T00:00:00.123456789Z
SECOND = 1_000_000_000


def typed(value: object) -> dict:
    """A value as OTLP types it; 64-bit numbers are texts."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": attributes(value)}}
    if isinstance(value, list):
        return {"arrayValue": {"values": [typed(item) for item in value]}}
    return {"stringValue": value}


def attributes(values: dict) -> list[dict]:
    return [{"key": key, "value": typed(value)} for key, value in values.items()]


def span(trace: str, number: str, parent: str = "", status: int = 0, **values: object) -> dict:
    """A span; attributes as keywords, dots as double underscores."""
    return {
        "traceId": trace,
        "spanId": number,
        "parentSpanId": parent,
        "name": "span",
        "kind": 3,
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(START + SECOND),
        "attributes": attributes({key.replace("__", "."): v for key, v in values.items()}),
        "events": [{"name": "gen_ai.content.prompt", "timeUnixNano": str(START)}],
        "status": {"code": status} if status else {},
    }


def request(*spans: dict) -> dict:
    resource = {
        "service.name": "assistant",
        "deployment.environment.name": "prod",
        "process.pid": 7,
    }
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": attributes(resource)},
                "scopeSpans": [{"scope": {"name": "tracer"}, "spans": list(spans)}],
            }
        ]
    }


def usage(read: int = 0, **more: object) -> dict:
    """Attributes of a chat by the GenAI conventions: 100 in, 20 out."""
    cached = {"gen_ai__usage__cache_read__input_tokens": read} if read else {}
    return {
        "gen_ai__operation__name": "chat",
        "gen_ai__provider__name": "openai",
        "gen_ai__usage__input_tokens": 100,
        "gen_ai__usage__output_tokens": 20,
        **cached,
        **more,
    }


def agent(tokens_in: int, tokens_out: int) -> dict:
    return {
        "gen_ai__operation__name": "invoke_agent",
        "gen_ai__agent__name": "planner",
        "gen_ai__usage__input_tokens": tokens_in,
        "gen_ai__usage__output_tokens": tokens_out,
    }


CHAT = {"gen_ai__operation__name": "chat"}
ANTHROPIC_USAGE = {
    "input_tokens": 40,
    "cache_read_input_tokens": 900,
    "cache_creation_input_tokens": 60,
    "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 50},
    "output_tokens": 20,
    "service_tier": "standard",
    "server_tool_use": {"web_search_requests": 2},
}
# attributes, then the buckets that are not 0 and the doubt
DIALECTS = {
    "conventions": (
        {
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.cache_read.input_tokens": 600,
            "gen_ai.usage.cache_creation.input_tokens": 100,
            "gen_ai.usage.reasoning.output_tokens": 30,
        },
        "uncached 300, read 600, write_5m 100, text 20, reasoning 30",
        "cache_life_assumed",
    ),
    "deprecated": (
        {"gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.completion_tokens": 5},
        "uncached 10, text 5",
        None,
    ),
    "both_spellings": (
        {
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.cache_read.input_tokens": 600,
            "gen_ai.usage.cache_read_input_tokens": 600,
            "llm.usage.total_tokens": 1050,
        },
        "uncached 400, read 600, text 50",
        None,
    ),
    "older_spelling_with_total": (
        {
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.cache_read_input_tokens": 600,
            "llm.usage.total_tokens": 1050,
        },
        "uncached 400, read 600, text 50",
        None,
    ),
    "older_spelling_without_total": (
        {
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.cache_read_input_tokens": 600,
        },
        "uncached 400, read 600, text 50",
        "cache_semantics_assumed",
    ),
    "total_with_cache_beside": (
        {
            "gen_ai.usage.input_tokens": 43,
            "gen_ai.usage.output_tokens": 6,
            "gen_ai.usage.cache_read_input_tokens": 355,
            "gen_ai.usage.total_tokens": 404,
        },
        "uncached 43, read 355, text 6",
        None,
    ),
    "more_cache_than_input": (
        {
            "gen_ai.provider.name": "aws.bedrock",
            "gen_ai.usage.input_tokens": 3,
            "gen_ai.usage.output_tokens": 442,
            "gen_ai.usage.cache_read.input_tokens": 7917,
        },
        "uncached 3, read 7917, text 442",
        "cache_semantics_assumed",
    ),
    "more_cache_than_input_at_openai": (
        {
            "gen_ai.provider.name": "openai",
            "gen_ai.usage.input_tokens": 3,
            "gen_ai.usage.output_tokens": 4,
            "gen_ai.usage.cache_read.input_tokens": 7,
        },
        "read 7, text 4",
        "buckets_do_not_add_up",
    ),
    "total_fits_nothing": (
        {
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 4,
            "gen_ai.usage.total_tokens": 90,
        },
        "uncached 100, text 4",
        "buckets_do_not_add_up",
    ),
    "openinference": (
        {
            "openinference.span.kind": "LLM",
            "llm.token_count.prompt": 1000,
            "llm.token_count.completion": 50,
            "llm.token_count.total": 1050,
            "llm.token_count.prompt_details.cache_read": 600,
            "llm.token_count.prompt_details.audio": 100,
            "llm.token_count.completion_details.reasoning": 30,
            "llm.token_count.completion_details.audio": 5,
        },
        "uncached 300, read 600, audio 100, text 15, reasoning 30, audio_out 5",
        None,
    ),
    "reasoning_exceeds_output": (
        {
            "llm.token_count.completion": 5,
            "llm.token_count.completion_details.reasoning": 6,
        },
        "reasoning 6",
        "buckets_do_not_add_up",
    ),
    "pydantic_ai": (
        {
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.cache_read.input_tokens": 40,
            "gen_ai.usage.details.cache_read_tokens": 40,
            "gen_ai.usage.details.input_audio_tokens": 9,
            "gen_ai.usage.details.cache_audio_read_tokens": 4,
            "gen_ai.usage.details.output_audio_tokens": 7,
        },
        "uncached 55, read 36, read_audio 4, audio 5, text 43, audio_out 7",
        None,
    ),
    "audio_that_only_fits_into_the_cache": (
        {
            "llm.token_count.prompt": 100,
            "llm.token_count.completion": 0,
            "llm.token_count.prompt_details.cache_read": 50,
            "llm.token_count.prompt_details.audio": 60,
        },
        "read 40, read_audio 10, audio 50",
        None,
    ),
    "ai_sdk_with_parts": (
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "gen_ai.system": "anthropic.messages",
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 20,
            "ai.usage.inputTokenDetails.noCacheTokens": 40,
            "ai.usage.inputTokenDetails.cacheReadTokens": 900,
            "ai.usage.inputTokenDetails.cacheWriteTokens": 60,
            "ai.usage.cachedInputTokens": 900,
            "ai.response.providerMetadata": json.dumps({"anthropic": {"usage": ANTHROPIC_USAGE}}),
        },
        "uncached 40, read 900, write_5m 10, write_1h 50, text 20, searches 2",
        None,
    ),
    "ai_sdk_without_parts": (
        {
            "ai.operationId": "ai.streamText.doStream",
            "gen_ai.system": "anthropic.messages",
            "ai.usage.inputTokens": 1000,
            "ai.usage.outputTokens": 20,
            "ai.usage.totalTokens": 1020,
            "ai.usage.cachedInputTokens": 900,
        },
        "uncached 1000, read 900, text 20",
        "cache_semantics_assumed",
    ),
    "ai_sdk_of_openai": (
        {
            "ai.operationId": "ai.streamText.doStream",
            "gen_ai.system": "openai.responses",
            "ai.usage.inputTokens": 1000,
            "ai.usage.outputTokens": 20,
            "ai.usage.totalTokens": 1020,
            "ai.usage.cachedInputTokens": 900,
            "ai.usage.reasoningTokens": 5,
        },
        "uncached 100, read 900, text 15, reasoning 5",
        None,
    ),
    "anthropic_object_beside_the_same_input": (
        {
            "gen_ai.usage.input_tokens": 40,
            "gen_ai.usage.output_tokens": 20,
            "anthropic.usage": ANTHROPIC_USAGE,
        },
        "uncached 40, read 900, write_5m 10, write_1h 50, text 20, searches 2",
        "cache_semantics_assumed",
    ),
    "anthropic_object_alone": (
        {"anthropic.usage": json.dumps(ANTHROPIC_USAGE)},
        "uncached 40, read 900, write_5m 10, write_1h 50, text 20, searches 2",
        None,
    ),
    "bedrock_object_whose_total_has_no_room_for_the_write": (
        {
            "gen_ai.usage.input_tokens": 50,
            "gen_ai.usage.output_tokens": 10,
            "bedrock.usage": {
                "inputTokens": 50,
                "outputTokens": 10,
                "totalTokens": 100,
                "cacheReadInputTokens": 40,
                "cacheWriteInputTokens": 7,
            },
        },
        "uncached 50, read 40, text 10",
        "buckets_do_not_add_up",
    ),
    "gemini_object": (
        {
            "usage_metadata": {
                "prompt_token_count": 1000,
                "cached_content_token_count": 800,
                "tool_use_prompt_token_count": 3,
                "candidates_token_count": 200,
                "thoughts_token_count": 70,
                "total_token_count": 1273,
            }
        },
        "uncached 203, read 800, text 200, reasoning 70",
        None,
    ),
    "gemini_through_adk": (
        {
            "gen_ai.system": "gcp.vertex.agent",
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 270,
            "gen_ai.usage.reasoning.output_tokens": 70,
            "gcp.vertex.agent.llm_response": json.dumps(
                {
                    "content": {"parts": [{"text": 'a "quoted" answer'}]},
                    "usage_metadata": {
                        "prompt_token_count": 1000,
                        "cached_content_token_count": 800,
                        "candidates_token_count": 200,
                        "thoughts_token_count": 70,
                        "total_token_count": 1270,
                    },
                }
            ),
        },
        "uncached 200, read 800, text 200, reasoning 70",
        None,
    ),
    "thinking_beside_the_output": (
        {
            "ai.usage.inputTokens": 9,
            "ai.usage.outputTokens": 1,
            "ai.usage.reasoningTokens": 21,
            "ai.usage.totalTokens": 31,
        },
        "uncached 9, text 1, reasoning 21",
        None,
    ),
    "openai_object_without_a_name": (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 20,
            "prompt_tokens_details": json.dumps({"cached_tokens": 900, "audio_tokens": 30}),
            "completion_tokens_details": {"reasoning_tokens": 5},
        },
        "uncached 70, read 900, audio 30, text 15, reasoning 5",
        None,
    ),
    "langsmith": (
        {
            "gen_ai.system": "openai",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.input_token_details": json.dumps({"cache_read": 40, "audio": 0}),
            "gen_ai.usage.output_token_details": json.dumps({"reasoning": 30}),
        },
        "uncached 60, read 40, text 20, reasoning 30",
        None,
    ),
    "sentry": (
        {
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.input_tokens.cached": 40,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.output_tokens.reasoning": 30,
            "gen_ai.usage.total_tokens": 150,
        },
        "uncached 60, read 40, text 20, reasoning 30",
        None,
    ),
    "openlit": (
        {
            "gen_ai.system": "openai",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 50,
            "gen_ai.usage.prompt_tokens_details.cache_read": 40,
            "gen_ai.usage.completion_tokens_details.reasoning": 30,
        },
        "uncached 60, read 40, text 20, reasoning 30",
        None,
    ),
    "cache_write_at_openai": (
        {
            "gen_ai.provider.name": "azure.ai.openai",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 5,
            "gen_ai.usage.cache_creation.input_tokens": 30,
        },
        "uncached 70, write_30m 30, text 5",
        "cache_life_assumed",
    ),
    "embeddings": (
        {"gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 12},
        "uncached 12",
        None,
    ),
}
BUCKETS = {
    "uncached": "input_uncached_tokens",
    "read": "input_cache_read_tokens",
    "read_audio": "input_cache_read_audio_tokens",
    "write_5m": "input_cache_write_5m_tokens",
    "write_30m": "input_cache_write_30m_tokens",
    "write_1h": "input_cache_write_1h_tokens",
    "audio": "input_audio_tokens",
    "text": "output_text_tokens",
    "reasoning": "output_reasoning_tokens",
    "audio_out": "output_audio_tokens",
    "searches": "web_search_calls",
}
NESTED = [
    # one call, and an agent around it that repeats it
    span("same", "a", **agent(100, 20)),
    span("same", "b", "a", **usage()),
    # an agent that adds up two calls, spans without usage between them
    span("sum", "a", **agent(200, 40)),
    span("sum", "b", "a", traceloop__span__kind="task"),
    span("sum", "c", "b", http__method="POST"),
    span("sum", "d", "c", **usage()),
    span("sum", "e", "a", **usage(read=30)),
    # three levels
    span("three", "a", **agent(100, 20)),
    span(
        "three", "b", "a", **{"ai__operationId": "ai.generateText", "ai__usage__inputTokens": 100}
    ),
    span("three", "c", "b", **usage()),
    # the call does not say its usage, the agent does; and beside it one that does
    span("silent", "a", **agent(100, 20)),
    span("silent", "b", "a", **CHAT),
    span("half", "a", **agent(150, 30)),
    span("half", "b", "a", **CHAT),
    span("half", "c", "a", **usage()),
    # two instrumentations of one call, the outer one without usage
    span("twice", "a", **agent(100, 20)),
    span("twice", "b", "a", **CHAT),
    span("twice", "c", "b", **usage()),
    # its child comes with the next delivery
    span("late", "a", **agent(100, 20)),
    # parents that are missing, and a span that names itself
    span("orphan", "b", "gone", **usage()),
    span("loop", "b", "b", **usage()),
]
OTHERS = [
    span("plain", "http", http__method="POST", http__url="https://api.openai.com"),
    span("plain", "tool", gen_ai__operation__name="execute_tool", gen_ai__tool__name="search"),
    span("plain", "aborted", **CHAT),
    span("plain", "done", status=1, **CHAT),
    span("plain", "refused", error__type="429", **CHAT),
    span("plain", "broken", status=2, **usage()),
    span(
        "plain",
        "who",
        **usage(
            read=40,
            gen_ai__request__model="gpt-5",
            gen_ai__response__model="gpt-5-2025-08-07",
            gen_ai__conversation__id="chat-1",
            user__id="u1",
            traceloop__association__properties__tenant_id='ac"me',
            traceloop__association__properties__feature="search",
            openai__request__service_tier="priority",
            openai__response__service_tier="default",
            operation__cost=0.00012,
            gen_ai__input__messages='[{"traceloop.association.properties.no": "1"}]',
        ),
    ),
    # sent again after a timeout, and once before its usage was known
    span("plain", "again", **CHAT),
    span("plain", "again", **usage()),
    span("plain", "again", **usage()),
]


class Traces:
    """A raw folder, what landing says, and the tables built from it."""

    def __init__(self, work: Path, patch: pytest.MonkeyPatch) -> None:
        self.work, self.raw = work, work / "raw"
        patch.setenv("RAW_ROOT", str(self.raw))
        patch.setattr(expectations, "build_docs", lambda: None)

    def land(self, name: str, content: str) -> int:
        path = self.work / name
        path.write_text(content)
        return land_export.main(["otel", "spans", str(path)])

    def rows(self, columns: str, where: str, table: str = "stg_otel__model_calls") -> list[tuple]:
        with duckdb.connect(str(self.work / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(
                f"select {columns} from main_staging.{table} where {where} order by all"
            ).fetchall()


@pytest.fixture(scope="module")
def traces(tmp_path_factory) -> Iterator[Traces]:
    with pytest.MonkeyPatch.context() as patch:
        traces = Traces(tmp_path_factory.mktemp("otel"), patch)
        spans = [span("dialect", name, **values) for name, (values, *_) in DIALECTS.items()]
        # as the collector's file exporter writes: one request a line
        lines = [json.dumps(request(*part)) for part in (spans, NESTED, OTHERS)]
        assert traces.land("collector.jsonl", "\n".join(lines) + "\n") == 0
        late = [request(span("late", "b", "a", **usage())), request(OTHERS[-1])]
        assert traces.land("list.json", json.dumps(late, indent=1)) == 0
        assert traces.land("snake.json", json.dumps(in_snake_case(request(
            span("snake", "a", **usage(read=30))
        )))) == 0  # fmt: skip
        build_tables(
            traces.raw,
            traces.work,
            *("--select", "provider_names", "path:models/staging/otel"),
        )
        yield traces


def in_snake_case(value: object) -> object:
    """Field names as protobuf prints them; values stay."""
    if isinstance(value, list):
        return [in_snake_case(item) for item in value]
    if isinstance(value, dict):
        return {
            "".join(f"_{c.lower()}" if c.isupper() else c for c in key): in_snake_case(item)
            for key, item in value.items()
        }
    return value


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_gives_disjoint_buckets(traces, name):
    _, expected, doubt = DIALECTS[name]
    columns = [f"coalesce({column}, 0)" for column in BUCKETS.values()]
    ((found_doubt, *found),) = traces.rows(
        ", ".join(["usage_doubt", *columns]), f"usage_id = 'dialect-{name}'"
    )
    shown = [f"{name} {count}" for name, count in zip(BUCKETS, found, strict=True) if count]
    assert (", ".join(shown), found_doubt) == (expected, doubt)


def test_buckets_of_undoubted_calls_add_up_to_the_stated_totals(traces):
    buckets = [name for name in BUCKETS.values() if name.startswith(("input_", "output_"))]
    sides = {
        side: " + ".join(f"coalesce({name}, 0)" for name in buckets if name.startswith(side))
        for side in ("input_", "output_")
    }
    assert not traces.rows(
        "usage_id",
        f"usage_doubt is null and ({sides['input_']} <> reported_input_tokens"
        f" or {sides['output_']} <> reported_output_tokens)",
    )


def test_what_is_not_said_is_unknown_and_not_zero(traces):
    assert traces.rows(
        "input_uncached_tokens, input_cache_read_tokens, output_text_tokens",
        "usage_id = 'dialect-reasoning_exceeds_output'",
    ) == [(None, None, 0)]


@pytest.mark.parametrize(
    ("trace", "counted"),
    {
        "same": [("b", True, 100, 20)],
        "sum": [("d", True, 100, 20), ("e", True, 100, 20)],
        "three": [("c", True, 100, 20)],
        "silent": [("a", False, 100, 20)],
        "half": [("b", True, None, None), ("c", True, 100, 20)],
        "twice": [("c", True, 100, 20)],
        "late": [("b", True, 100, 20)],
        "orphan": [("b", True, 100, 20)],
        "loop": [("b", True, 100, 20)],
    }.items(),
)
def test_usage_that_spans_repeat_counts_once(traces, trace, counted):
    columns = "split_part(usage_id, '-', 2), is_request_grain, reported_input_tokens"
    assert traces.rows(f"{columns}, reported_output_tokens", f"trace_id = '{trace}'") == counted


def test_spans_that_are_no_calls_are_no_usage_and_failures_are_kept(traces):
    assert traces.rows(
        "usage_id, request_status, requests_count, input_uncached_tokens, output_text_tokens",
        "trace_id = 'plain' and usage_id <> 'plain-who'",
    ) == [
        ("plain-aborted", "unknown", 1, None, None),
        ("plain-again", "succeeded", 1, 100, 20),
        ("plain-broken", "failed", 1, 100, 20),
        ("plain-done", "succeeded", 1, None, None),
        ("plain-refused", "failed", 1, None, None),
    ]


def test_who_called_what_and_when(traces):
    ((tags, *found),) = traces.rows(
        "tags, provider_id, model_name, service_tier, session_id, customer_id, trace_id,"
        " started_at, ended_at, cast(usage_date as varchar), reported_cost_usd",
        "usage_id = 'plain-who'",
    )
    assert found == [
        "openai",
        "gpt-5-2025-08-07",
        "standard",
        "chat-1",
        'ac"me',
        "plain",
        datetime(2026, 8, 1, 0, 0, 0, 123456),
        datetime(2026, 8, 1, 0, 0, 1, 123456),
        "2026-08-01",
        Decimal("0.00012"),
    ]
    assert json.loads(tags) == {
        "service.name": "assistant",
        "deployment.environment": "prod",
        "tenant_id": 'ac"me',
        "feature": "search",
    }


def test_field_names_in_snake_case_are_read(traces):
    assert traces.rows(
        "input_uncached_tokens, input_cache_read_tokens, started_at", "usage_id = 'snake-a'"
    ) == [(70, 30, datetime(2026, 8, 1, 0, 0, 0, 123456))]
    assert traces.rows("count(*)", "trace_id = 'snake'", "stg_otel__spans") == [(1,)]


def test_requests_without_spans_are_no_error_beside_others(tmp_path, monkeypatch):
    traces = Traces(tmp_path, monkeypatch)
    empty = {"resourceSpans": [{"resource": {}}, {"scopeSpans": [{"scope": {"name": "x"}}]}]}
    bare = request(span("t", "a"))
    del bare["resourceSpans"][0]["resource"]["attributes"]
    bare["resourceSpans"][0]["scopeSpans"][0]["spans"][0].pop("attributes")
    assert traces.land("ok.jsonl", f"{json.dumps(empty)}\n\n{json.dumps(bare)}\n") == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"resourceMetrics": []}', "x.jsonl, page 1: has no 'resourceSpans'"),
        ('{"resourceSpans": []}', "has 0 rows|no rows|empty"),
        (
            json.dumps(request(span("t", "a", n=1))).replace('"intValue": "1"', '"intValue": "1x"'),
            'x.jsonl, page 1, column attributes, attribute n: "1x" is not a whole number',
        ),
        (
            json.dumps(request(span("t", "a"))).replace('"attributes": []', '"attributes": "x"', 1),
            'x.jsonl, page 1, column attributes: "x" is no list of attributes',
        ),
        (
            json.dumps(request(span("t", "a"))).replace(str(START), "1785542400"),
            "'1785542400' is not a time in unix nanoseconds",
        ),
        (
            json.dumps(request(span("t", "a"))) + "\n" + json.dumps(request(span("t", "b")))[:-9],
            "x.jsonl: line 2: the text is cut short",
        ),
    ],
)
def test_broken_traces_are_refused(tmp_path, monkeypatch, capsys, content, complaint):
    traces = Traces(tmp_path, monkeypatch)
    assert traces.land("x.jsonl", content) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert any(part in error for part in complaint.split("|")), error
    assert not (traces.raw / "_deliveries.jsonl").exists()
