"""Bills of the two model providers. The first OpenAI month comes three times, each more right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from .catalog import METERS, MINI, MODELS, list_prices, plain, usd
from .deliveries import Deliveries, write_page
from .provider_usage import ORGANIZATION, PROJECT
from .world import DAY_MS, Month, World, iso

_LINE_ITEMS = {
    "input_uncached": "input",
    "input_cache_read": "cached input",
    "output_text": "output",
}
_TOKEN_TYPES = {
    "input_uncached": ("uncached_input_tokens", "Input Tokens"),
    "input_cache_read": ("cache_read_input_tokens", "Input Tokens, Cache Read"),
    "input_cache_write_5m": (
        "cache_creation.ephemeral_5m_input_tokens",
        "Input Tokens, Cache Write (5m)",
    ),
    "input_cache_write_1h": (
        "cache_creation.ephemeral_1h_input_tokens",
        "Input Tokens, Cache Write (1h)",
    ),
    "output_text": ("output_tokens", "Output Tokens"),
}
_DISPLAY = {"claude-sonnet-4-5": "Claude Sonnet 4.5", "claude-haiku-4-5": "Claude Haiku 4.5"}


@dataclass(frozen=True)
class Line:
    """What one meter of a model cost a project on one day."""

    day: int
    project: str
    model: int
    meter: str
    tokens: int
    usd: Decimal


@dataclass(frozen=True)
class Adjustment:
    """A line that only the final bill has; it names no model, so nothing drives it."""

    day: int
    usd: Decimal


def adjustments(world: World) -> list[Adjustment]:
    """The adjustments on the final bill of the first month."""
    last = _billed(world, world.months[0])[-1]
    credit = -Decimal(world.requests).scaleb(-4)
    return [Adjustment(last // 2, credit), Adjustment(last, -credit / 4)]


def write_bills(con: duckdb.DuckDBPyConnection, world: World, deliveries: Deliveries) -> None:
    """Write one file per month and provider, and the three of the first OpenAI month."""
    for month in world.months:
        days = _billed(world, month)
        if not days:
            continue
        final_at = min(world.at(month.end + 2, hour=6), world.now - timedelta(hours=1))
        if month is world.months[0]:
            _write_openai_versions(con, world, deliveries, month)
        else:
            _write_openai(
                world,
                deliveries,
                f"{month.label}.json",
                final_at,
                days,
                _lines(con, "openai", days),
            )
        path = deliveries.path("anthropic", "cost_report", f"{month.label}.json", final_at)
        write_page(path, _anthropic_buckets(world, days, _lines(con, "anthropic", days)))


def _billed(world: World, month: Month) -> range:
    return range(month.first, min(month.end, world.billed_days))


def _write_openai_versions(
    con: duckdb.DuckDBPyConnection, world: World, deliveries: Deliveries, month: Month
) -> None:
    """v1 lacks days and half of two; v2 has three days at list price; v3 is final."""
    days = _billed(world, month)
    early = days[:-2] or days
    last = world.now - timedelta(hours=1)
    times = [min(world.at(early[-1] + 1, hour=4), last - timedelta(hours=4))]
    times.append(min(world.at(month.end + 2, hour=6), last - timedelta(hours=2)))
    times.append(min(world.at(month.end + 9, hour=6), last))

    half_counted = _lines(con, "openai", early, half_days=early[-2:])
    _write_openai(world, deliveries, f"{month.label}_v1.json", times[0], early, half_counted)
    final = _lines(con, "openai", days)
    middle = days[len(days) // 5 + 1 :][:3]
    at_list = [
        *(x for x in final if x.day not in middle),
        *_lines(con, "openai", middle, at_list=True),
    ]
    _write_openai(world, deliveries, f"{month.label}_v2.json", times[1], days, at_list)
    _write_openai(
        world, deliveries, f"{month.label}_v3.json", times[2], days, final, adjustments(world)
    )


def _lines(
    con: duckdb.DuckDBPyConnection,
    provider: str,
    days: Sequence[int],
    half_days: Sequence[int] = (),
    at_list: bool = False,
) -> list[Line]:
    """One line per day, project, model and meter. `half_days` count only until noon; `at_list`
    forgets the negotiated price."""
    models = [m for m, model in enumerate(MODELS) if model.provider == provider]
    sums = ", ".join(f"sum({_tokens(m)})::bigint, sum(cost_{m})::bigint" for m in METERS)
    halves = ", ".join(map(str, half_days)) or "-1"
    rows = con.execute(f"""
        select day, {PROJECT} as project, model, is_batch, {sums} from requests
        where is_billable and model in ({", ".join(map(str, models))})
            and day between {days[0]} and {days[-1]}
            and (day not in ({halves}) or start_ms % {DAY_MS} < {DAY_MS // 2})
        group by all order by all
    """).fetchall()
    prices = list_prices()
    found: dict[tuple[int, str, int, str], list[int]] = {}
    for day, project, model, is_batch, *measures in rows:
        for k, meter in enumerate(METERS):
            tokens, cost = measures[2 * k : 2 * k + 2]
            if at_list and model == MINI:
                cost = tokens * int(prices[int(is_batch), model, k])
            if tokens:
                total = found.setdefault((day, project, model, meter), [0, 0])
                total[0] += tokens
                total[1] += cost
    return [Line(*key, tokens, usd(cost)) for key, (tokens, cost) in found.items()]


def _tokens(meter: str) -> str:
    return "output_text + output_reasoning" if meter == "output_text" else meter


def _write_openai(
    world: World,
    deliveries: Deliveries,
    name: str,
    exported_at: datetime,
    days: Sequence[int],
    lines: Sequence[Line],
    adjusted: Sequence[Adjustment] = (),
) -> None:
    path = deliveries.path("openai", "costs", name, exported_at, ORGANIZATION)
    write_page(path, _openai_buckets(world, days, lines, adjusted), object="page")


def _openai_buckets(
    world: World, days: Sequence[int], lines: Sequence[Line], adjusted: Sequence[Adjustment]
) -> Iterable[dict[str, Any]]:
    for day in days:
        results = [
            _openai_result(
                x.usd,
                f"{MODELS[x.model].reported_name}, {_LINE_ITEMS[x.meter]}",
                x.project,
                x.tokens,
            )
            for x in lines
            if x.day == day
        ]
        results += [
            _openai_result(x.usd, "Adjustment", "proj_gateway") for x in adjusted if x.day == day
        ]
        start = int(world.at(day).timestamp())
        yield {
            "object": "bucket",
            "start_time": start,
            "end_time": start + 86400,
            "results": results,
        }


def _openai_result(
    amount: Decimal, item: str, project: str, tokens: int | None = None
) -> dict[str, Any]:
    return {
        "object": "organization.costs.result",
        "amount": {"value": amount, "currency": "usd"},
        "line_item": item,
        "project_id": project,
        "quantity": tokens,
        "quantity_unit": "tokens" if tokens is not None else None,
    }


def _anthropic_buckets(
    world: World, days: Sequence[int], lines: Sequence[Line]
) -> Iterable[dict[str, Any]]:
    for day in days:
        results = [_anthropic_result(x) for x in lines if x.day == day]
        yield {
            "starting_at": iso(world.at(day)),
            "ending_at": iso(world.at(day + 1)),
            "results": results,
        }


def _anthropic_result(line: Line) -> dict[str, Any]:
    """The amount is text, in cents."""
    token_type, words = _TOKEN_TYPES[line.meter]
    return {
        "amount": plain(line.usd * 100),
        "currency": "USD",
        "cost_type": "tokens",
        "token_type": token_type,
        "description": f"{_DISPLAY[MODELS[line.model].model_id]} Usage - {words}",
        "model": MODELS[line.model].reported_name,
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "global",
        "workspace_id": None,
    }
