"""LiteLLM spend logs: one weekly export, with the repeats and delays that real ones have."""

import duckdb
import numpy as np
from numpy.typing import NDArray

from . import store
from .catalog import METERS, MODELS, list_prices
from .deliveries import Deliveries
from .requests import FAILED_BILLED, FAILED_EMPTY, GATEWAY_CACHE_HIT, TOKENS
from .sessions import Columns
from .workloads import ADHOC, SEARCH
from .world import World

_OVERLAP_WEEK, _OVERLAP_DAY = 1, 6  # the second export repeats the last day of the first one
_WHO_AND_WHEN = ("hash", "session", "kind", "customer", "start_ms", "duration_ms")
_WHAT = ("model", "is_batch", "status", *TOKENS)


def write_spend_logs(
    con: duckdb.DuckDBPyConnection, world: World, requests: Columns, deliveries: Deliveries
) -> dict[str, int]:
    """Write the files; return how many repeated and late rows they hold."""
    planted = {"log_rows": 0, "stream_retry_rows": 0, "overlap_rows": 0, "late_rows": 0}
    for week in range(world.weeks):
        rows, counts = _rows_of_week(world, requests, week)
        planted = {name: planted[name] + counts[name] for name in planted}
        exported_at = world.at(world.week_end(week), hour=2)
        name = f"{exported_at:%Y-%m-%d}.{world.log_format}"
        path = deliveries.path("litellm", "spend_logs", name, exported_at)
        store.register(con, "log_rows", rows)
        store.copy_to(con, _log_sql(world), str(path), world.log_format)
        con.unregister("log_rows")
    return planted


def _rows_of_week(world: World, requests: Columns, week: int) -> tuple[Columns, dict[str, int]]:
    mine = np.flatnonzero(requests["in_log"] & (requests["log_week"] == week))
    again = np.zeros(0, dtype=np.int64)
    if week == _OVERLAP_WEEK:
        earlier = requests["log_week"] == week - 1
        again = np.flatnonzero(requests["in_log"] & earlier & (requests["day"] == _OVERLAP_DAY))
    early = mine[requests["is_stream_retry"][mine]]
    index = np.concatenate([mine, again, early])
    is_partial = np.zeros(len(index), dtype=bool)
    is_partial[len(mine) + len(again) :] = True
    order = np.lexsort((~is_partial, index))  # requests are sorted by time
    index, is_partial = index[order], is_partial[order]
    rows = {name: requests[name][index] for name in (*_WHO_AND_WHEN, *_WHAT)}
    # logged before the stream had ended: the answer is not complete yet
    rows["output_text"] = np.where(is_partial, rows["output_text"] // 3, rows["output_text"])
    rows["output_reasoning"] = np.where(is_partial, 0, rows["output_reasoning"])
    rows["duration_ms"] = np.where(is_partial, rows["duration_ms"] // 3, rows["duration_ms"])
    rows |= _list_spend(rows)
    counts = {
        "log_rows": len(index),
        "stream_retry_rows": len(early),
        "overlap_rows": len(again),
        "late_rows": int(requests["is_late"][mine].sum()),
    }
    return rows, counts


def _list_spend(rows: Columns) -> dict[str, NDArray[np.int64]]:
    """What the gateway believes: list price, and nothing for a model that it does not know."""
    known = np.asarray([m.has_known_price for m in MODELS])[rows["model"]]
    pays = known & (rows["status"] <= FAILED_BILLED)
    prices = list_prices()
    spend = {"spend_input": np.zeros(len(known), dtype=np.int64)}
    for k, meter in enumerate(METERS):
        tokens = rows[meter].astype(np.int64)
        if meter == "output_text":
            tokens += rows["output_reasoning"]
        amount = np.where(
            pays, tokens * prices[rows["is_batch"].astype(np.int8), rows["model"], k], 0
        )
        if meter == "output_text":
            spend["spend_output"] = amount
        else:
            spend["spend_input"] += amount
    return spend


def _log_sql(world: World) -> str:
    as_text = world.log_format != "parquet"

    def time(milliseconds: str) -> str:
        return store.iso_text(world, milliseconds) if as_text else store.moment(world, milliseconds)

    def json_value(text: str) -> str:
        return f"cast({text} as json)" if world.log_format == "jsonl" else text

    spend = store.usd("spend_input + spend_output")
    if not as_text:
        # typed as the warehouse declares it, so that large files can stay where they are
        spend = f"cast({spend} as decimal(38, 18))"
    team, feature = store.TEAM_ID, store.FEATURE_ID
    failed = f"status in ({FAILED_BILLED}, {FAILED_EMPTY})"
    tags = f"""if(kind = {ADHOC}, '[]', '["feature:' || {feature} || '"]')"""
    model_id = f"{[m.model_id for m in MODELS]}[model + 1]"
    return f"""
    select
        'chatcmpl-' || lpad(lower(to_hex(hash)), 16, '0') as request_id,
        if(kind = {SEARCH}, 'aembedding', 'acompletion') as call_type,
        'hash-of-key-' || if(kind = {ADHOC}, 'shared', {team}) as api_key,
        {spend} as spend,
        prompt_tokens + completion_tokens as total_tokens,
        prompt_tokens,
        completion_tokens,
        {time("start_ms")} as "startTime",
        {time("start_ms + duration_ms")} as "endTime",
        cast(duration_ms as bigint) as request_duration_ms,
        {time("start_ms + duration_ms // 2")} as "completionStartTime",
        {store.REPORTED_NAME} as model,
        '' as model_id,
        {model_id} as model_group,
        {store.PROVIDER} as custom_llm_provider,
        '' as api_base,
        'backoffice' as "user",
        {json_value(_metadata_sql(team))} as metadata,
        case
            when status = {GATEWAY_CACHE_HIT} then 'True'
            when is_batch or {failed} then ''
            else 'False'
        end as cache_hit,
        if(status = {GATEWAY_CACHE_HIT}, lower(to_hex(hash)), 'Cache OFF') as cache_key,
        {json_value(tags)} as request_tags,
        {team} as team_id,
        cast(null as varchar) as organization_id,
        {store.CUSTOMER_ID} as end_user,
        cast(null as varchar) as requester_ip_address,
        {json_value("'{}'")} as messages,
        {json_value("'{}'")} as response,
        if(kind = {ADHOC}, null, {store.SESSION_ID}) as session_id,
        if({failed}, 'failure', 'success') as status,
        cast(null as varchar) as mcp_namespaced_tool_name,
        cast(null as varchar) as billing_agent_id,
        cast(null as varchar) as agent_id,
        {json_value("'{}'")} as proxy_server_request,
        cast(null as varchar) as litellm_call_id,
        {time("start_ms + duration_ms + 50")} as created_at,
        {time("start_ms + duration_ms + 50")} as updated_at
    from (
        select
            *,
            cast({" + ".join(METERS[:-1])} as bigint) as prompt_tokens,
            cast(output_text + output_reasoning as bigint) as completion_tokens
        from log_rows
    )
    """


def _metadata_sql(team: str) -> str:
    """Token detail as LiteLLM keeps it: OpenAI-shaped, the prompt includes what the cache did."""
    return f"""
        '{{"user_api_key_team_id":"' || {team} || '"'
        || if(status in ({FAILED_BILLED}, {FAILED_EMPTY}),
            ',"error_information":{{"error_code":"500","error_class":"InternalServerError"}}', '')
        || if(status = {FAILED_EMPTY}, ',"usage_object":null',
            ',"usage_object":{{"prompt_tokens":' || prompt_tokens
            || ',"completion_tokens":' || completion_tokens
            || ',"total_tokens":' || (prompt_tokens + completion_tokens)
            || ',"prompt_tokens_details":{{"cached_tokens":' || input_cache_read
            || '}},"completion_tokens_details":{{"reasoning_tokens":' || output_reasoning || '}}'
            || if({store.PROVIDER} = 'anthropic',
                ',"cache_creation_input_tokens":' || (input_cache_write_5m + input_cache_write_1h)
                || ',"cache_read_input_tokens":' || input_cache_read
                || ',"cache_creation":{{"ephemeral_5m_input_tokens":' || input_cache_write_5m
                || ',"ephemeral_1h_input_tokens":' || input_cache_write_1h
                || '}},"service_tier":"standard"',
                ',"service_tier":"' || if(is_batch, 'batch', 'default') || '"')
            || '}}')
        || ',"cost_breakdown":{{"input_cost":' || cast({store.usd("spend_input")} as varchar)
        || ',"output_cost":' || cast({store.usd("spend_output")} as varchar)
        || ',"total_cost":' || cast({store.usd("spend_input + spend_output")} as varchar) || '}}}}'
    """
