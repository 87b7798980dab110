"""What is true by construction: written from the simulated world, never from its exports."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from . import store
from .allocation import Cost, Ledger, Pool, feature_of, pico, workload_of
from .aws_bill import AWS, GPUS
from .aws_plan import BALANCER, BUCKET, AwsPlan
from .catalog import EMBEDDING, METERS, MODELS
from .deliveries import write_csv
from .provider_bills import adjustments
from .standard_feeds import MISTRAL_FEATURE
from .workloads import ADHOC, EVALUATION, SEARCH
from .world import DAY_MS, World

_LARGE_TABLES = ("daily_costs", "event_costs")
_COST = " + ".join(f"cost_{meter}" for meter in METERS)


def write_ground_truth(
    con: duckdb.DuckDBPyConnection,
    world: World,
    plan: AwsPlan,
    pools: list[Pool],
    corrections: list[Pool],
    second_gateway: list[tuple[int, int]],
    planted: dict[str, int],
    folder: Path,
) -> None:
    """Write the truth tables, as Parquet where they are large, and the facts of the world."""
    folder.mkdir(parents=True, exist_ok=True)
    con.execute(f"create temp macro day_date(day) as date '{world.start}' + cast(day as integer)")
    _collect_costs(con, world, pools, second_gateway)
    for name, select in _tables().items():
        file_format = "parquet" if world.is_large and name in _LARGE_TABLES else "csv"
        store.copy_to(con, select, str(folder / f"{name}.{file_format}"), file_format)
    _write_use(world, plan, pools, folder)
    if corrections:
        con.execute("create temp table costs_before as from costs")
        con.execute("delete from costs")
        _insert(con, Ledger(corrections).costs({}))
        select = _tables()["daily_costs"]
        store.copy_to(con, select, str(folder / "corrections_after_closing.csv"), "csv")
        con.execute("delete from costs")
        con.execute("insert into costs from costs_before")
    text = json.dumps(_world_facts(con, world, planted), indent=2)
    (folder / "world.json").write_text(text + "\n", encoding="utf-8")


def _collect_costs(
    con: duckdb.DuckDBPyConnection,
    world: World,
    pools: list[Pool],
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
            if(is_direct or is_metered, {store.FEATURE_ID}, '') as workload_id,
            if(is_direct or is_metered, {store.FEATURE_ID}, '') as feature_id,
            if(in_log, {store.CUSTOMER_ID}, '') as customer_id,
            case when is_direct then 'direct' when is_metered then 'metered'
                else 'unallocated' end as allocation_method,
            case when is_direct or is_metered then '' when in_log then 'no_workload_rule'
                else 'outside_gateway' end as reason,
            '' as allocation_rule_id,
            false as is_idle,
            'inference' as cost_layer,
            cost_status,
            cast(sum(if(cost_status = 'open', picodollars, null)) as hugeint) as billed,
            billed as effective,
            billed as effective_with_idle,
            cast(sum(if(cost_status = 'estimated', picodollars, null)) as hugeint) as estimated,
            count_if(is_unpriced) as unpriced_requests
        from calls
        -- of a model on a machine of its own the machine is billed
        where is_billable and model <> {EMBEDDING}
        group by all
    """)
    own_costs = {
        (day, workload): int(effective)
        for day, workload, effective in con.execute("""
            select day, workload_id, sum(effective) from costs
            where cost_status = 'open' and workload_id <> '' group by all
        """).fetchall()
    }
    _insert(con, Ledger(pools).costs(own_costs))
    adjusted = [
        Cost(a.day, "openai", "", "unallocated", "credit" if a.usd < 0 else "no_driver", "",
             False, "inference", pico(a.usd), pico(a.usd), pico(a.usd))
        for a in adjustments(world)
    ]  # fmt: skip
    _insert(con, adjusted)
    con.executemany(
        f"""insert into costs values (
            ?, 'mistral', '{MISTRAL_FEATURE}', '{MISTRAL_FEATURE}', '', 'metered', '', '', false,
            'inference', 'estimated', null, null, null, ?, 0
        )""",
        second_gateway,
    )
    bills = [
        {"day": p.day, "p": p.provider, "i": p.invoice, "b": p.billed, "e": p.effective}
        for p in pools
    ]
    store.register_records(con, "pool_bills", bills)
    con.execute("""
        create temp table bills as
        select
            cast(day as int) as day, p as provider_id, i as invoice_id, cast(b as hugeint) as b,
            cast(e as hugeint) as e
        from pool_bills
    """)
    con.execute("""
        insert into bills select day, provider_id, '', billed, effective from costs
        where cost_status = 'open' and provider_id in ('openai', 'anthropic')
    """)


def _insert(con: duckdb.DuckDBPyConnection, costs: list[Cost]) -> None:
    rows = [
        (c.day, c.provider, c.workload, feature_of(c.workload), c.method, c.reason, c.rule_id,
         c.is_idle, c.layer, c.billed, c.effective, c.effective_with_idle)
        for c in costs
    ]  # fmt: skip
    con.executemany(
        "insert into costs values (?, ?, ?, ?, '', ?, ?, ?, ?, ?, 'open', ?, ?, ?, null, 0)", rows
    )


def _write_use(world: World, plan: AwsPlan, pools: list[Pool], folder: Path) -> None:
    """GPU-seconds by day (idle where use was recorded); byte-hours and bytes by workload."""
    idle = dict.fromkeys(range(world.days), 0)
    for pool in pools:
        idle[pool.day] += pool.idle
    gpus: dict[int, list[int]] = {day: [0, 0, 0] for day in range(world.days)}
    for node in (*plan.node_days, *plan.trainers):
        gpus[node.day][0] += node.seconds * GPUS[node.instance_type]
    for pod in plan.pods:
        gpus[pod.day][1] += pod.seconds * 100
        gpus[pod.day][2] += pod.seconds * pod.busy_percent
    for job in plan.jobs:
        for day in gpus:
            gpus[day][1] += job.gpu_seconds_on(day) * 100
    write_csv(
        folder / "gpu_seconds.csv",
        (
            "usage_date",
            "provider_id",
            "gpu_seconds_paid",
            "gpu_seconds_held",
            "gpu_seconds_active",
            "gpu_seconds_idle",
        ),
        [
            (world.day(day), AWS, paid, Decimal(held) / 100, Decimal(active) / 100, idle[day])
            for day, (paid, held, active) in gpus.items()
        ],
    )
    rows = [
        (world.day(s.day), AWS, "byte_hours", BUCKET, s.feature, s.byte_hours) for s in plan.stored
    ]
    rows += [
        (world.day(m.day), AWS, "transferred_bytes", BALANCER, m.feature, m.sent_bytes)
        for m in plan.moved
    ]
    header = ("usage_date", "provider_id", "meter", "resource_id", "workload_id", "quantity")
    write_csv(
        folder / "resource_use.csv", header, [(*r[:4], workload_of(r[4]), r[5]) for r in rows]
    )


def _text(column: str) -> str:
    """The sum in dollars, without trailing zeros: the files are there to be read."""
    return f"rtrim(rtrim(cast({store.usd(f'sum({column})')} as varchar), '0'), '.')"


def _tables() -> dict[str, str]:
    owned = (
        "provider_id, workload_id, feature_id, customer_id, allocation_method, reason,"
        " allocation_rule_id, is_idle, cost_layer, cost_status"
    )
    return {
        "daily_costs": f"""
            select day_date(day) as usage_date, {owned},
                {_text("billed")} as billed_cost_usd,
                {_text("effective")} as effective_cost_usd,
                {_text("effective_with_idle")} as effective_cost_with_idle_usd,
                {_text("estimated")} as estimated_cost_usd,
                cast(sum(unpriced_requests) as bigint) as unpriced_requests
            from costs group by day, {owned} order by day, {owned}
        """,
        "bill_totals": f"""
            select day_date(day) as charge_date, provider_id, invoice_id,
                {_text("b")} as billed_cost_usd, {_text("e")} as effective_cost_usd
            from bills group by day, provider_id, invoice_id
            order by day, provider_id, invoice_id
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
    counted = con.execute(f"""
        select
            count(*) as requests,
            count_if(in_log) as logged_requests,
            count_if(kind <> {EVALUATION} and not in_log) as outside_gateway_requests,
            count_if(in_log and kind = {ADHOC}) as requests_without_team,
            count_if(in_log and kind not in ({ADHOC}, {SEARCH}) and customer = 0)
                as requests_of_unknown_customers,
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
