"""The token path written by hand says what the warehouse says: else its speed means nothing."""

from importlib import import_module
from pathlib import Path

import duckdb
import pytest
from batch_support import Company, logged_call
from benchmark.compare import differences
from benchmark.counts import PATTERNS
from benchmark.engine_duckdb import run, scan
from benchmark.given import write_given
from conftest import build_tables

DAY = "2026-02-10"


def usage(prompt: int, completion: int, **more) -> dict:
    return {"prompt_tokens": prompt, "completion_tokens": completion, **more}


def call(name: str, hour: int = 10, metadata: dict | None = None, **more) -> dict:
    if metadata is not None:
        more["metadata"] = metadata
    return logged_call(name, f"{DAY} {hour:02}:00:00", 1_000, **more)


# what the simulated log never says
ODD_CALLS = [
    call(
        "cached audio and images",
        model="gpt-realtime",
        metadata={
            "user_api_key_project_id": "p1",
            "usage_object": usage(
                100,
                50,
                prompt_tokens_details={
                    "cached_tokens": 30,
                    "audio_tokens": 40,
                    "image_tokens": 5,
                    "cached_tokens_details": {"audio_tokens": 10, "image_tokens": 2},
                },
                completion_tokens_details={"audio_tokens": 20, "reasoning_tokens": 3},
            ),
        },
    ),
    call(
        "reasoning beside the completion",
        custom_llm_provider="xai",
        model="xai/grok-4",
        metadata={
            "usage_object": usage(
                100, 10, total_tokens=150, completion_tokens_details={"reasoning_tokens": 40}
            )
        },
    ),
    call(
        "older proxy",
        custom_llm_provider="anthropic",
        model="claude-sonnet-4-5",
        metadata={
            "usage_object": None,
            "additional_usage_values": {
                "cache_read_input_tokens": 200,
                "cache_creation_input_tokens": 100,
            },
        },
    ),
    call(
        "long-lived cache, one geography, searches",
        custom_llm_provider="anthropic",
        model="claude-sonnet-4-5",
        metadata={
            "usage_object": usage(
                5_000,
                9,
                cache_creation_input_tokens=3_000,
                cache_creation={
                    "ephemeral_5m_input_tokens": 1_000,
                    "ephemeral_1h_input_tokens": 2_000,
                },
                inference_geo="US",
                server_tool_use={"web_search_requests": 2},
            )
        },
    ),
    call(
        "Azure deployment",
        custom_llm_provider="azure",
        model="azure/my-deployment",
        metadata={
            "model_map_information": {"model_map_key": "azure/eu/gpt-5-mini"},
            "usage_object": usage(10, 1, service_tier="Priority"),
        },
    ),
    call("region in the route", custom_llm_provider="bedrock", model="bedrock/eu-west-1/nova-pro"),
    call("no provider", custom_llm_provider="", model="OpenAI/gpt-5-mini"),
    call("unknown provider", custom_llm_provider="Nobody", model=""),
    call(
        "long prompt",
        custom_llm_provider="gemini",
        model="gemini/gemini-2.5-pro",
        metadata={"usage_object": usage(300_000, 10)},
    ),
    *(
        call(f"by night and by day {hour}", hour, custom_llm_provider="deepseek", model=model)
        for hour in (0, 3, 12, 17)
        for model in ("deepseek-chat", "deepseek/deepseek-reasoner")
    ),
    call("aborted", prompt_tokens=0, completion_tokens=0, total_tokens=0, metadata={}),
    call("refused", status="FAILURE", prompt_tokens=0, completion_tokens=0, metadata={}),
    call("status in the metadata", status=None, metadata={"status": "failure"}),
    call("from the gateway's cache", cache_hit="True"),
    call("batch", call_type="acreate_batch"),
    call("flex", metadata={"usage_object": usage(10, 1, service_tier="on_demand_flex")}),
    call("fast", metadata={"usage_object": usage(10, 1, speed="fast")}),
    call("one geography", api_base="https://eu.api.openai.com/v1"),
    call(
        "details beyond the total",
        metadata={"usage_object": usage(10, 1, prompt_tokens_details={"cached_tokens": 50})},
    ),
    call("spend to the last digit", spend=0.000000000000000001, end_user="c1", request_tags="[]"),
]


@pytest.fixture(scope="module")
def given(warehouse_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse's small tables, which a hand-written path does not work out anew."""
    folder = tmp_path_factory.mktemp("given")
    write_given(warehouse_path, folder)
    return folder


@pytest.fixture(scope="module")
def logs(sample_raw: Path) -> str:
    """The landed gateway log of the sample company, as a pattern."""
    return str(sample_raw / PATTERNS["log"])


def test_the_sample_holds_what_makes_the_path_hard(logs):
    with duckdb.connect() as con:
        counts = con.execute(f"""
            select
                count(*) - count(distinct request_id), count_if(lower(cache_hit) = 'true'),
                count_if(status = 'failure'), count_if(metadata like '%"usage_object":null%')
            from '{logs}'
        """).fetchone()
    assert counts and min(counts) > 0


@pytest.mark.parametrize("script", ["by_hand", "this_log_alone"])
def test_duckdb_by_hand_equals_the_warehouse_row_by_row(
    script, warehouse_path, given, logs, tmp_path
):
    run(script, logs, given, tmp_path / "made.duckdb")
    assert differences(warehouse_path, tmp_path / "made.duckdb") == []


def test_duckdb_by_hand_reads_odd_calls_as_the_models_do(tmp_path):
    company = Company(tmp_path)
    company.land_log("odd", ODD_CALLS)
    warehouse = build_tables(tmp_path / "raw", tmp_path, "--select", "+int_token_usage_priced")
    logs, given = str(tmp_path / "raw" / PATTERNS["log"]), tmp_path / "given"
    write_given(warehouse, given)
    run("by_hand", logs, given, tmp_path / "any_log")
    assert differences(warehouse, tmp_path / "any_log") == []
    run("this_log_alone", logs, given, tmp_path / "one_log")
    assert differences(warehouse, tmp_path / "one_log"), "it knows none of these calls"


@pytest.mark.parametrize(
    "change",
    [
        "update usage_priced set computed_cost_usd = computed_cost_usd + 0.000000000001"
        " where rowid = (select max(rowid) from usage_priced)",
        "update usage_daily set customer_id = null"
        " where rowid = (select max(rowid) from usage_daily where customer_id is not null)",
        "delete from usage_daily where rowid = (select max(rowid) from usage_daily)",
    ],
)
def test_a_single_wrong_row_is_seen(change, warehouse_path, given, logs, tmp_path):
    run("by_hand", logs, given, tmp_path / "made.duckdb")
    with duckdb.connect(str(tmp_path / "made.duckdb")) as con:
        assert con.execute(change).fetchone() == (1,)
    assert differences(warehouse_path, tmp_path / "made.duckdb")


def test_the_scan_reads_every_column_it_names(logs):
    scan(logs)


@pytest.mark.parametrize("engine", ["chdb", "polars"])
def test_other_engines_equal_the_warehouse(engine, warehouse_path, given, logs, tmp_path):
    pytest.importorskip(engine, reason=f"{engine} is only in the dependency group bench")
    module = import_module(f"benchmark.engine_{engine}")
    module.run(logs, given, tmp_path / "out")
    assert differences(warehouse_path, tmp_path / "out") == []
