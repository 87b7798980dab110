"""What is true by construction: written from the simulated world, never from its exports."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from . import store
from .catalog import METERS, MODELS, PICO
from .cloud_bill import Charge
from .provider_bills import adjustments
from .standard_feeds import MISTRAL_FEATURE
from .workloads import ADHOC, EVALUATION
from .world import DAY_MS, World

_LARGE_TABLES = ("daily_costs", "event_costs")
_COST = " + ".join(f"cost_{meter}" for meter in METERS)


def write_ground_truth(
    con: duckdb.DuckDBPyConnection,
    world: World,
    charges: list[Charge],
    second_gateway: list[tuple[int, int]],
    planted: dict[str, int],
    folder: Path,
) -> None:
    """Write the truth tables, as Parquet where they are large, and the facts of the world."""
    folder.mkdir(parents=True, exist_ok=True)
    _collect_costs(con, world, charges, second_gateway)
    con.execute(f"create temp macro day_date(day) as date '{world.start}' + cast(day as integer)")
    for name, select in _tables().items():
        file_format = "parquet" if world.is_large and name in _LARGE_TABLES else "csv"
        store.copy_to(con, select, str(folder / f"{name}.{file_format}"), file_format)
    text = json.dumps(_world_facts(con, world, planted), indent=2)
    (folder / "world.json").write_text(text + "\n", encoding="utf-8")


def _collect_costs(
    con: duckdb.DuckDBPyConnection,
    world: World,
    charges: list[Charge],
    second_gateway: list[tuple[int, int]],
) -> None:
    """View `calls`: requests with owner and cost. Table `costs`: all costs, whoever billed them."""
    con.execute(f"""
        create temp view calls as
        select
            *,
            kind = {EVALUATION} as is_direct,
            in_log and kind <> {ADHOC} as is_metered,
            if(day < {world.billed_days}, 'open', 'estimated') as cost_status,
            -- no bill has told the price of the unknown model yet
            is_billable and day >= {world.billed_days} and not has_known_price as is_unpriced,
            if(is_unpriced, 0, {_COST}) as picodollars
        from requests
    """)
    con.execute(f"""
        create temp table costs as
        select
            day,
            {store.PROVIDER} as provider_id,
            if(is_direct or is_metered, {store.FEATURE_ID}, '') as feature_id,
            if(in_log, {store.CUSTOMER_ID}, '') as customer_id,
            case when is_direct then 'direct' when is_metered then 'metered'
                else 'unallocated' end as attribution,
            case when is_direct or is_metered then '' when in_log then 'no_workload_rule'
                else 'outside_gateway' end as reason,
            cost_status,
            cast(sum(picodollars) as bigint) as picodollars,
            count_if(is_unpriced) as unpriced_requests
        from calls where is_billable group by all
    """)
    rows: list[tuple[Any, ...]] = [
        (c.day, c.provider, c.feature, "direct", "", "open", _pico(c.usd))
        if c.feature
        else (c.day, c.provider, "", "unallocated", c.reason, "open", _pico(c.usd))
        for c in charges
    ]
    rows += [
        (
            a.day,
            "openai",
            "",
            "unallocated",
            "credit" if a.usd < 0 else "no_driver",
            "open",
            _pico(a.usd),
        )
        for a in adjustments(world)
    ]
    rows += [
        (day, "mistral", MISTRAL_FEATURE, "metered", "", "estimated", cost)
        for day, cost in second_gateway
    ]
    con.executemany("insert into costs values (?, ?, ?, '', ?, ?, ?, ?, 0)", rows)


def _pico(amount: Decimal) -> int:
    pico = amount * PICO
    assert pico == int(pico), amount
    return int(pico)


def _tables() -> dict[str, str]:
    owned = "provider_id, feature_id, customer_id, attribution, reason, cost_status"
    total = store.usd("sum(picodollars)")
    return {
        "daily_costs": f"""
            select day_date(day) as usage_date, {owned},
                if(cost_status = 'open', {total}, null) as billed_cost_usd,
                if(cost_status = 'estimated', {total}, null) as estimated_cost_usd,
                cast(sum(unpriced_requests) as bigint) as unpriced_requests
            from costs group by day, {owned} order by day, {owned}
        """,
        "bill_totals": f"""
            select day_date(day) as charge_date, provider_id, {total} as billed_cost_usd
            from costs where cost_status = 'open'
            group by day, provider_id order by day, provider_id
        """,
        "daily_units": f"""
            select day_date(occurred_ms // {DAY_MS}) as event_date,
                {store.FEATURE_ID} as feature_id,
                {store.EVENT_TYPE} as event_type,
                count(*) as events, count_if(succeeded) as successful_events
            from events where is_final group by all order by all
        """,
        "event_costs": f"""
            with sessions as (
                select session,
                    count(*) as logged_requests,
                    sum(picodollars) as picodollars,
                    bool_or(cost_status = 'estimated') as is_estimated,
                    count_if(is_unpriced) as unpriced_requests
                from calls where in_log group by session
            )
            select {store.EVENT_ID} as event_id, {store.FEATURE_ID} as feature_id,
                coalesce(logged_requests, 0) as logged_requests,
                {store.usd("coalesce(picodollars, 0)")} as cost_usd,
                coalesce(is_estimated, false) as is_estimated,
                coalesce(unpriced_requests, 0) as unpriced_requests
            from events left join sessions using (session)
            where is_final order by session
        """,
    }


def _world_facts(
    con: duckdb.DuckDBPyConnection, world: World, planted: dict[str, int]
) -> dict[str, Any]:
    """The arguments, and how often each planted thing happens."""
    hidden = next(m for m in MODELS if not m.has_known_price)
    counted = con.execute("""
        select
            count(*) as requests,
            count_if(in_log) as logged_requests,
            count_if(kind <> 3 and not in_log) as outside_gateway_requests,
            count_if(in_log and kind = 4) as requests_without_team,
            count_if(in_log and kind <> 4 and customer = 0) as requests_of_unknown_customers,
            count_if(status = 1) as failed_billed_requests,
            count_if(status = 2) as failed_empty_requests,
            count_if(status = 3) as gateway_cache_hits,
            count_if(not has_known_price) as unknown_model_requests,
            count_if(is_batch) as batch_requests
        from requests
    """)
    names = [column[0] for column in counted.description]
    facts = dict(zip(names, counted.fetchone() or (), strict=True))
    events = con.execute(
        "select count(*), count_if(is_final), count_if(is_late) from events"
    ).fetchone()
    facts |= dict(zip(("event_rows", "events", "late_event_rows"), events or (), strict=True))
    return {
        "seed": world.seed,
        "start": str(world.start),
        "days": world.days,
        "customers": world.customers,
        "first_day_without_provider_bill": str(world.day(world.billed_days)),
        "negotiated_price_change": world.price_change.isoformat(),
        "unknown_model": hidden.reported_name,
        "unknown_model_usd_per_million": dict(zip(METERS, hidden.usd_per_million, strict=True)),
        "planted": facts | planted,
    }
