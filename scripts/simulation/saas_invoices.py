"""A small SaaS invoice in the standard charges contract."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from .allocation import Pool, pico
from .deliveries import Deliveries, write_records
from .world import Month, World, next_month

SAAS = "example_observability"


def write_saas_invoices(world: World, deliveries: Deliveries) -> list[Pool]:
    """A tracing service billed for every Monday's upload: one tagged line, one without a tag."""
    pools: list[Pool] = []
    for month in world.months:
        mondays = [d for d in range(month.first, month.end) if world.day(d).weekday() == 0]
        if not mondays:
            continue
        lines = [
            (day, feature, Decimal(world.requests * millionths).scaleb(-6), description)
            for day in mondays
            for feature, millionths, description in (
                ("support_chat", 20, "Chat traces"),
                ("", 8, "Platform traces"),
            )
        ]
        pools += [
            Pool(
                day,
                SAAS,
                pico(cost),
                pico(cost),
                owner=feature,
                reason="no_workload_rule",
                invoice=f"obs-{month.label}",
            )
            for day, feature, cost, _ in lines
        ]
        exported_at = min(world.at(month.end + 1, hour=9), world.now - timedelta(hours=1))
        path = deliveries.path("standard", "charges", f"{month.label}.csv", exported_at)
        write_records(path, list(_saas_rows(world, month, lines)))
    return pools


def _saas_rows(
    world: World, month: Month, lines: list[tuple[int, str, Decimal, str]]
) -> Iterator[dict[str, Any]]:
    first = world.day(month.first).replace(day=1)
    for day, feature, cost, description in lines:
        start = world.at(day)
        yield {
            "provider_id": SAAS,
            "billing_account_id": "backoffice",
            "sub_account_id": "prod",
            "invoice_id": f"obs-{month.label}",
            "billing_currency": "USD",
            "billing_period_start": f"{first}T00:00:00Z",
            "billing_period_end": f"{next_month(first)}T00:00:00Z",
            "charge_period_start": start,
            "charge_period_end": start + timedelta(days=1),
            "charge_category": "Usage",
            "charge_description": description,
            "service_category": "Developer Tools",
            "service_name": "Tracing",
            "billed_cost": cost,
            "effective_cost": cost,
            "list_cost": cost,
            "contracted_cost": cost,
            "tags": json.dumps({"feature": feature}) if feature else "",
        }
