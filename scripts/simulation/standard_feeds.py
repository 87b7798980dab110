"""What the company hands over in the standard CSV contract: revenue, prices, infrastructure."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np

from .catalog import (
    EMBEDDING,
    MISTRAL_MODEL,
    MISTRAL_USD_PER_MILLION,
    MODELS,
    NEGOTIATED_METERS,
    NEGOTIATED_MINI,
    PICO,
    SELF_HOSTED,
    USD_PER_MILLION,
)
from .cloud_bill import API_SERVER, BUCKET, CLOUD
from .customers import Customers, customer_id
from .deliveries import Deliveries, write_records
from .randomness import Draws
from .world import World, flow_days, next_month

MISTRAL_FEATURE, MISTRAL_TEAM = "recommendations", "team_growth"
_GB = 10**9


def write_revenue(world: World, customers: Customers, deliveries: Deliveries) -> None:
    """Write the subscriptions of each month, in advance."""
    subscriptions = customers.subscriptions()
    for number, month in enumerate(world.months):
        first = world.day(month.first).replace(day=1)
        end = next_month(first)
        records = [
            {
                "revenue_id": f"rev-{month.label}-{customer_id(s.customer)}-{s.feature}",
                "customer_id": customer_id(s.customer),
                "feature_id": s.feature,
                "revenue_category": "subscription",
                "revenue": s.monthly_usd,
                "currency": "USD",
                "period_start_date": first,
                "period_end_date": end,
                "recorded_at": world.at(month.first, hour=6),
            }
            for s in subscriptions
            if s.month == number
        ]
        path = deliveries.path(
            "standard", "revenue", f"{month.label}.csv", world.at(month.first, hour=7)
        )
        write_records(path, records)


def write_price_sheets(world: World, deliveries: Deliveries) -> None:
    """The contract, and its amendment: it ends the first prices and gives the next ones."""
    first, change = world.at(0), world.price_change

    def sheet(period: int, start: datetime, end: datetime | None) -> list[dict[str, Any]]:
        prices = dict(zip(NEGOTIATED_METERS, NEGOTIATED_MINI[period], strict=True))
        return [
            _price("openai", "gpt-5-mini", meter, tier, Decimal(price) * share, start, end)
            for tier, share in (("standard", Decimal(1)), ("batch", Decimal("0.5")))
            for meter, price in prices.items()
        ]

    mistral = [
        _price("mistral", MISTRAL_MODEL, meter, "standard", Decimal(price), first, None)
        for meter, price in MISTRAL_USD_PER_MILLION.items()
    ]
    # a known price of nothing: the machine is paid by the hour
    hosted = [
        _price(
            SELF_HOSTED, MODELS[EMBEDDING].model_id, meter, "standard", Decimal(0), first, None,
            "own machine, paid by the hour",
        )
        for meter in ("input_uncached", "output_text")
    ]  # fmt: skip
    path = deliveries.path("standard", "price_sheet", "contract.csv", world.at(-7, hour=9))
    write_records(path, [*sheet(0, first, None), *mistral, *hosted])
    signed = world.at(world.price_change_day - 4, hour=9)
    path = deliveries.path("standard", "price_sheet", "amendment.csv", signed)
    write_records(path, [*sheet(0, first, change), *sheet(1, change, None)])


def _price(
    provider: str,
    model: str,
    meter: str,
    tier: str,
    price: Decimal,
    start: datetime,
    end: datetime | None,
    source_note: str = "framework contract",
) -> dict[str, Any]:
    return {
        "provider_id": provider,
        "model_id": model,
        "meter": meter,
        "service_tier": tier,
        "context_over_tokens": 0,
        "region_id": "",
        "window_from_utc": "",
        "window_to_utc": "",
        "price": price,
        "price_quantity": USD_PER_MILLION,
        "unit": "tokens",
        "currency": "USD",
        "valid_from": start,
        "valid_to": end,
        "source_note": source_note,
    }


def write_second_gateway(world: World, deliveries: Deliveries) -> list[tuple[int, int]]:
    """A nightly tagging tool with its own log and no bill; return its (day, picodollars)."""
    days = np.arange(world.days, dtype=np.uint64)
    draws = Draws(world.seed, days)
    scale = max(1, world.requests // 1500)
    inputs = draws.skewed("tagging input", 20_000, 60_000) * scale
    outputs = draws.skewed("tagging output", 2_000, 9_000) * scale
    price_in, price_out = (
        int(Decimal(MISTRAL_USD_PER_MILLION[m]) * PICO / USD_PER_MILLION)
        for m in ("input_uncached", "output_text")
    )
    costs = []
    for month in world.months:
        records = []
        for day in range(month.first, month.end):
            final = (int(inputs[day]), int(outputs[day]))
            costs.append((day, final[0] * price_in + final[1] * price_out))
            records.append(_tagging_run(world, day, *final, minutes=40))
            if day % 10 == 9:  # written once while it still ran
                records.append(_tagging_run(world, day, final[0] // 2, final[1] // 2, minutes=20))
        exported_at = world.at(month.end, hour=5)
        write_records(
            deliveries.path("standard", "token_usage", f"{month.label}.csv", exported_at), records
        )
    return costs


def _tagging_run(
    world: World, day: int, tokens_in: int, tokens_out: int, minutes: int
) -> dict[str, Any]:
    return {
        "usage_id": f"tagging-{world.day(day)}",
        "usage_kind": "gateway_log",
        "provider_id": "mistral",
        "team_id": MISTRAL_TEAM,
        "model_name": MISTRAL_MODEL,
        "service_tier": "standard",
        "started_at": world.at(day, hour=3),
        "ended_at": world.at(day, hour=3, minute=minutes),
        "updated_at": world.at(day, hour=3, minute=minutes),
        "request_status": "succeeded",
        "is_request_grain": "false",
        "requests_count": tokens_in // 500,
        "input_uncached_tokens": tokens_in,
        "output_text_tokens": tokens_out,
    }


def write_infrastructure_use(world: World, deliveries: Deliveries) -> None:
    """A few rows each: a GPU on trial (not on any bill), the invoice bucket, the API's traffic."""
    exported_at = world.at(world.days, hour=6)
    owner = {"account_id": "ba-1001", "provider_id": CLOUD}
    gpu = [
        {
            "gpu_usage_id": f"gpu-{world.day(day)}",
            **owner,
            "resource_id": "gpu-trial-1",
            "gpu_model": "L4",
            "started_at": world.at(day, hour=9),
            "ended_at": world.at(day, hour=17),
            "gpu_count": 1,
            "gpu_seconds_held": 28_800,
            "gpu_seconds_active": 9_000 + day * 150,
            "tags": json.dumps({"feature": "recommendations"}),
            "updated_at": world.at(day, hour=18),
        }
        for day in range(0, world.days, 7)
    ]
    storage = [
        {
            "dataset_id": BUCKET,
            "usage_date": world.day(day),
            **owner,
            "resource_id": BUCKET,
            "storage_class": "standard",
            "region_id": "eu-west-1",
            "byte_hours": 24 * _GB * (500 + 3 * day),
            "tags": json.dumps({"feature": "invoice_categorisation"}),
            "updated_at": world.at(day + 1, hour=1),
        }
        for day in range(world.days)
    ]
    transfers = [
        {
            "transfer_id": f"transfer-{world.day(day)}-{kind}",
            "usage_date": world.day(day),
            **owner,
            "resource_id": API_SERVER,
            "from_region_id": "eu-west-1",
            "to_region_id": target,
            "transfer_kind": kind,
            "transferred_bytes": gigabytes * _GB + day * 10**6,
            "tags": json.dumps({"feature": "support_chat"}),
            "updated_at": world.at(day + 1, hour=1),
        }
        for day in flow_days(world)
        for kind, target, gigabytes in (("internet", "", 4), ("inter_region", "us-east-1", 1))
    ]
    for table, records in (
        ("gpu_usage", gpu),
        ("storage_usage", storage),
        ("data_transfers", transfers),
    ):
        write_records(
            deliveries.path("standard", table, f"{exported_at:%Y-%m-%d}.csv", exported_at), records
        )
