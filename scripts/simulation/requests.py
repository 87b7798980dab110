"""Every call to a model provider, in whole tokens and exact money, sorted by time."""

import numpy as np
from numpy.typing import NDArray

from .catalog import EMBEDDING, HAIKU, METERS, MODELS, SONNET, contract_prices
from .randomness import Draws
from .sessions import Columns
from .workloads import CHAT, EVALUATION, INVOICE, KINDS, RECOMMENDATION, SEARCH
from .world import DAY_MS, World

SUCCEEDED, FAILED_BILLED, FAILED_EMPTY, GATEWAY_CACHE_HIT = range(4)
_TURN_TOKENS = 352  # what one turn of a chat adds to the context of the next
TOKENS = (*METERS, "output_reasoning")


def simulate_requests(world: World, sessions: Columns) -> tuple[Columns, NDArray[np.bool_]]:
    """The requests, and for each session whether its last request failed."""
    size = sessions["size"].astype(np.int64)
    session = np.repeat(np.arange(len(size), dtype=np.int32), size)
    turn = (np.arange(world.requests) - np.repeat(np.cumsum(size) - size, size)).astype(np.int32)
    draws = Draws(world.seed, np.arange(world.requests, dtype=np.uint64))
    kind = sessions["kind"][session]
    model = _models(world, sessions)[session]
    gap = np.asarray([k.gap_ms for k in KINDS])[kind]
    start_ms = sessions["start_ms"][session] + turn * gap + draws.below("pause", 9_000)
    is_batch = (
        (kind == INVOICE)
        & ~_is_anthropic(model)
        & np.asarray([m.has_known_price for m in MODELS])[model]
    )

    through_gateway = kind != EVALUATION
    is_bypass = through_gateway & (kind != SEARCH) & draws.chance("bypass", 30)
    status = draws.pick("status", [925, 20, 20, 35]).astype(np.int8)
    may_hit = ((kind == CHAT) | (kind == RECOMMENDATION)) & (turn == 0)
    status[is_bypass | ~through_gateway | ((status == GATEWAY_CACHE_HIT) & ~may_hit)] = SUCCEEDED

    requests: Columns = {
        "session": session,
        "kind": kind,
        "model": model,
        "customer": np.where(is_bypass, 0, sessions["customer"][session]).astype(np.int16),
        "start_ms": start_ms,
        "day": (start_ms // DAY_MS).astype(np.int16),
        "duration_ms": np.where(
            is_batch,
            draws.skewed("batch time", 60_000, 900_000),
            draws.skewed("latency", 350, 15_000),
        ).astype(np.int32),
        "is_batch": is_batch,
        "status": status,
        "in_log": through_gateway & ~is_bypass,
        "is_billable": status <= FAILED_BILLED,
        "hash": draws.bits("request id"),
        **_tokens(world, sessions, session, kind, model, turn, status, draws),
    }
    last = np.cumsum(size) - 1
    last_failed = (status[last] == FAILED_BILLED) | (status[last] == FAILED_EMPTY)
    requests |= _export_plan(world, requests, draws)
    order = np.argsort(start_ms, kind="stable")
    requests = {name: column[order] for name, column in requests.items()}
    return requests | _costs(world, requests), last_failed


def _is_anthropic(model: NDArray) -> NDArray[np.bool_]:
    return (model == SONNET) | (model == HAIKU)


def _models(world: World, sessions: Columns) -> NDArray[np.int8]:
    """A session keeps its model."""
    draws = Draws(world.seed, np.arange(len(sessions["kind"]), dtype=np.uint64))
    model = np.zeros(len(sessions["kind"]), dtype=np.int8)
    for k, spec in enumerate(KINDS):
        chosen = np.flatnonzero(sessions["kind"] == k)
        picked = draws.of(chosen).pick("model", list(spec.models.values()))
        model[chosen] = np.asarray(list(spec.models), dtype=np.int8)[picked]
    return model


def _tokens(
    world: World,
    sessions: Columns,
    session: NDArray,
    kind: NDArray,
    model: NDArray,
    turn: NDArray,
    status: NDArray,
    draws: Draws,
) -> Columns:
    """Disjoint token buckets as the provider counts them (a cache hit shows the saved tokens)."""
    session_draws = Draws(world.seed, np.arange(len(sessions["kind"]), dtype=np.uint64))
    system = np.asarray([k.system_tokens for k in KINDS])[kind]
    context = system + turn * _TURN_TOKENS
    fresh = np.zeros(len(kind), dtype=np.int64)
    text = np.zeros(len(kind), dtype=np.int64)
    for k, spec in enumerate(KINDS):
        chosen = np.flatnonzero(kind == k)
        fresh[chosen] = draws.of(chosen).skewed("fresh", *spec.fresh_tokens)
        text[chosen] = draws.of(chosen).skewed("output", *spec.output_tokens)

    anthropic = _is_anthropic(model)
    caches = np.isin(kind, (CHAT, RECOMMENDATION))
    first = turn == 0
    is_warm = caches & (~first | draws.chance("warm cache", 400))
    lives_hour = caches & first & session_draws.chance("hour cache", 250)[session]
    read = np.where(is_warm, np.where(first, system, context - _TURN_TOKENS), 0)
    written = np.where(
        caches & first & ~is_warm, system, np.where(caches & ~first, _TURN_TOKENS, 0)
    )
    # OpenAI caches whole blocks of 128 tokens by itself and does not bill the writing
    openai_read = np.where(is_warm, context // 128 * 128, 0)
    thinks = ~anthropic & (kind != INVOICE) & (model != EMBEDDING)
    reasoning = np.where(~thinks, 0, draws.skewed("reasoning", 0, 20) * 64)

    failed = status == FAILED_BILLED
    tokens = {
        "input_uncached": np.where(
            anthropic, fresh + context - read - written, fresh + context - openai_read
        ),
        "input_cache_read": np.where(anthropic, read, openai_read),
        "input_cache_write_5m": np.where(anthropic & ~lives_hour, written, 0),
        "input_cache_write_1h": np.where(anthropic & lives_hour, written, 0),
        "output_text": np.where(failed, text // 3, text),
        "output_reasoning": np.where(failed, 0, reasoning),
    }
    empty = status == FAILED_EMPTY
    return {name: np.where(empty, 0, column).astype(np.int32) for name, column in tokens.items()}


def _export_plan(world: World, requests: Columns, draws: Draws) -> Columns:
    """The weekly log file a row arrives in, and which calls were logged once too early."""
    week = requests["day"] // 7
    is_late = requests["in_log"] & draws.chance("log late", 20) & (week < world.weeks - 1)
    streamed = requests["in_log"] & (requests["status"] == SUCCEEDED) & (requests["kind"] == CHAT)
    return {
        "log_week": (week + is_late).astype(np.int16),
        "is_late": is_late,
        "is_stream_retry": streamed & draws.chance("stream retry", 30),
    }


def _costs(world: World, requests: Columns) -> Columns:
    """Picodollars per meter at the contract price of the moment of use: what the bill will say."""
    change_ms = int(world.price_change.timestamp()) * 1000 - world.start_ms
    period = (requests["start_ms"] >= change_ms).astype(np.int8)
    prices = contract_prices()
    columns: Columns = {}
    for k, meter in enumerate(METERS):
        tokens = requests[meter].astype(np.int64)
        if meter == "output_text":
            tokens += requests["output_reasoning"]
        price = prices[period, requests["is_batch"].astype(np.int8), requests["model"], k]
        columns[f"cost_{meter}"] = np.where(requests["is_billable"], tokens * price, 0)
    known = np.asarray([m.has_known_price for m in MODELS])[requests["model"]]
    return columns | {"has_known_price": known}
