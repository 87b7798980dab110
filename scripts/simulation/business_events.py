"""Business events in the standard contract: weekly files, some rows late, some delivered twice."""

import duckdb

from . import store
from .deliveries import Deliveries
from .workloads import CHAT
from .world import World


def write_events(con: duckdb.DuckDBPyConnection, world: World, deliveries: Deliveries) -> None:
    """Write one file per week."""
    as_text = world.log_format != "parquet"
    suffix = "csv" if as_text else "parquet"

    def time(milliseconds: str) -> str:
        return store.iso_text(world, milliseconds) if as_text else store.moment(world, milliseconds)

    for week in range(world.weeks):
        exported_at = world.at(world.week_end(week), hour=4)
        path = deliveries.path(
            "standard", "business_events", f"{exported_at:%Y-%m-%d}.{suffix}", exported_at
        )
        select = f"""
            select
                {store.EVENT_ID} as event_id,
                {store.EVENT_TYPE} as event_type,
                {time("occurred_ms")} as occurred_at,
                {store.CUSTOMER_ID} as customer_id,
                {store.FEATURE_ID} as feature_id,
                if(succeeded, 'succeeded', 'failed') as outcome,
                {store.SESSION_ID} as session_id,
                cast(null as varchar) as trace_id,
                if(kind = {CHAT}, '{{"channel":"web"}}', null) as properties,
                {time("received_ms")} as received_at
            from events where week = {week}
        """
        store.copy_to(con, select, str(path), suffix)
