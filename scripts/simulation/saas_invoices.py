"""A small SaaS invoice in the standard charges contract."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from .cloud_bill import Charge
from .deliveries import Deliveries, write_records
from .world import Month, World, next_month

SAAS = "example_observability"


def write_saas_invoices(world: World, deliveries: Deliveries) -> list[Charge]:
    """A tracing service billed for every Monday's upload: one tagged line, one without a tag."""
    charges: list[Charge] = []
    for month in world.months:
        mondays = [d for d in range(month.first, month.end) if world.day(d).weekday() == 0]
        if not mondays:
            continue
        lines = [
            (
                Charge(day, SAAS, feature, Decimal(world.requests * millionths).scaleb(-6)),
                description,
            )
            for day in mondays
            for feature, millionths, description in (
                ("support_chat", 20, "Chat traces"),
                ("", 8, "Platform traces"),
            )
        ]
        charges += [charge for charge, _ in lines]
        exported_at = min(world.at(month.end + 1, hour=9), world.now - timedelta(hours=1))
        path = deliveries.path("standard", "charges", f"{month.label}.csv", exported_at)
        write_records(path, list(_saas_rows(world, month, lines)))
    return charges


def _saas_rows(
    world: World, month: Month, lines: list[tuple[Charge, str]]
) -> Iterator[dict[str, Any]]:
    first = world.day(month.first).replace(day=1)
    for charge, description in lines:
        start = world.at(charge.day)
        yield {
            "provider_id": charge.provider,
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
            "billed_cost": charge.usd,
            "effective_cost": charge.usd,
            "list_cost": charge.usd,
            "contracted_cost": charge.usd,
            "tags": json.dumps({"feature": charge.feature}) if charge.feature else "",
        }
