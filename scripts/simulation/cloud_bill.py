"""FOCUS 1.2 bill of the cloud, one file per month: the first in USD, the next ones in EUR."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from .allocation import EVEN, FIXED, TAX, Pool, pico
from .deliveries import Deliveries, write_records
from .randomness import Draws
from .world import Month, World, flow_days, iso, next_month

CLOUD = "example_cloud"
BUCKET, API_SERVER = "bucket-invoices", "api-support"
_FX_CYCLE = ("1.0843", "1.0712", "1.0926")
_TAX_RATE = Decimal("0.07")
_RULES = {"Purchase": EVEN, "Tax": TAX}
_FREQUENCIES = {"Usage": "Usage-Based", "Purchase": "Recurring"}


@dataclass(frozen=True)
class Resource:
    """Something rented by the day; with a feature, it is tagged with it."""

    resource_id: str
    resource_type: str
    category: str
    subcategory: str
    service: str
    unit: str
    unit_price: str
    daily_quantity: int  # in ten-thousandths, for every 1,000 requests
    feature: str = ""


@dataclass(frozen=True)
class Bill:
    """One month's file as it grows, with the true owner of each row beside it."""

    month: Month
    currency: str
    usd_per_unit: Decimal
    pools: list[Pool] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


_VECTORS = ("Vector index", "Databases", "NoSQL Databases", "Vector Search", "Hours", "0.0420")
_STORAGE = ("Bucket", "Storage", "Object Storage", "Object Storage", "GB-Months", "0.0230")
_SERVER = ("Virtual machine", "Compute", "Virtual Machines", "Compute", "Hours", "0.0960")
_GATEWAY = ("NAT gateway", "Networking", "Network Routing", "NAT Gateway", "GB", "0.0450")
_RESOURCES = (
    Resource("vec-support", *_VECTORS, 1200, "support_chat"),
    Resource("vec-growth", *_VECTORS, 800, "recommendations"),
    Resource(BUCKET, *_STORAGE, 1100, "invoice_categorisation"),
    Resource(API_SERVER, *_SERVER, 600, "support_chat"),
    Resource("api-growth", *_SERVER, 400, "recommendations"),
    Resource("nat-1", *_GATEWAY, 700),
)


def write_cloud_bills(world: World, deliveries: Deliveries) -> list[Pool]:
    """Write the bills and exchange rates; return what is true of them, in USD."""
    pools: list[Pool] = []
    for number, month in enumerate(world.months):
        rate = Decimal(_FX_CYCLE[(number - 1) % len(_FX_CYCLE)])
        bill = Bill(month, "EUR", rate) if number else Bill(month, "USD", Decimal(1))
        _fill(world, bill)
        exported_at = min(world.at(month.end + 2, hour=5), world.now - timedelta(hours=1))
        write_records(
            deliveries.path("focus", "cost_and_usage", f"{month.label}.csv", exported_at), bill.rows
        )
        pools += bill.pools
        if number:
            _write_rate(world, deliveries, month, rate)
    return pools


def _write_rate(world: World, deliveries: Deliveries, month: Month, rate: Decimal) -> None:
    first = world.day(month.first).replace(day=1)
    path = deliveries.path(
        "standard", "fx_rates", f"{month.label}.csv", world.at(month.first, hour=1)
    )
    record = {
        "currency": "EUR",
        "usd_per_unit": rate,
        "valid_from": first,
        "valid_to": next_month(first),
        "source_note": "treasury monthly rate",
    }
    write_records(path, [record])


def _fill(world: World, bill: Bill) -> None:
    days = np.arange(bill.month.first, bill.month.end)
    for number, item in enumerate(_RESOURCES):
        wobble = Draws(world.seed, days.astype(np.uint64)).below(f"cloud {number}", 21) + 90
        for day, percent in zip(days.tolist(), wobble.tolist(), strict=True):
            parts = max(1, item.daily_quantity * world.requests * percent // 100_000)
            quantity, price = Decimal(parts).scaleb(-4), Decimal(item.unit_price)
            _add(
                world, bill, day, quantity * price, "Usage", f"{item.service} usage", item, quantity
            )
    total = sum((row["BilledCost"] for row in bill.rows), Decimal(0))
    middle, last = (bill.month.first + bill.month.end) // 2, bill.month.end - 1
    support = (total * Decimal("0.05")).quantize(Decimal("0.0001"))
    credit = -(total * Decimal("0.03")).quantize(Decimal("0.0001"))
    _add(world, bill, bill.month.first, support, "Purchase", "Business support plan")
    _add(world, bill, middle, credit, "Credit", "Migration credit")
    tax = ((total + support + credit) * _TAX_RATE).quantize(Decimal("0.0001"))
    _add(world, bill, last, tax, "Tax", "Value added tax")


def _pool(
    world: World, bill: Bill, day: int, cost: Decimal, category: str, item: Resource | None
) -> Pool:
    """Untagged traffic is its known users', where nobody recorded it a rule shares it."""
    amount = pico(cost * bill.usd_per_unit)
    truth: dict[str, Any] = {"reason": category.lower(), "rule": _RULES.get(category)}
    if item and item.feature:
        truth = {"owner": item.feature}
    elif item and day in flow_days(world):
        truth = {"used": (("support_chat", 1),)}
    elif item:
        truth = {"rule": FIXED}
    return Pool(day, CLOUD, amount, amount, invoice=f"inv-{bill.month.label}", **truth)


def _add(
    world: World,
    bill: Bill,
    day: int,
    cost: Decimal,
    category: str,
    description: str,
    item: Resource | None = None,
    quantity: Decimal | None = None,
) -> None:
    feature = item.feature if item else ""
    bill.pools.append(_pool(world, bill, day, cost, category, item))
    first = world.day(bill.month.first).replace(day=1)
    price = item.unit_price if item else ""
    is_purchase = category == "Purchase"
    bill.rows.append({
        "BilledCost": cost,
        "BillingAccountId": "ba-1001",
        "BillingAccountName": "Back Office Assistant Ltd",
        "BillingAccountType": "Billing Account",
        "BillingCurrency": bill.currency,
        "BillingPeriodEnd": f"{next_month(first)}T00:00:00Z",
        "BillingPeriodStart": f"{first}T00:00:00Z",
        "ChargeCategory": category,
        "ChargeClass": "",
        "ChargeDescription": description,
        "ChargeFrequency": _FREQUENCIES.get(category, "One-Time"),
        "ChargePeriodEnd": iso(world.at(day + 1)),
        "ChargePeriodStart": iso(world.at(day)),
        "ConsumedQuantity": "" if quantity is None else quantity,
        "ConsumedUnit": item.unit if item else "",
        "ContractedCost": cost,
        "ContractedUnitPrice": cost if is_purchase else price,
        "EffectiveCost": cost,
        "InvoiceId": f"inv-{bill.month.label}",
        "InvoiceIssuerName": "Example Cloud",
        "ListCost": cost,
        "ListUnitPrice": cost if is_purchase else price,
        "PricingCategory": "Standard" if item or is_purchase else "",
        "PricingQuantity": 1 if is_purchase else "" if quantity is None else quantity,
        "PricingUnit": "Plans" if is_purchase else item.unit if item else "",
        "ProviderName": "Example Cloud",
        "PublisherName": "Example Cloud",
        "RegionId": "eu-west-1" if item else "",
        "ResourceId": item.resource_id if item else "",
        "ResourceType": item.resource_type if item else "",
        "ServiceCategory": item.category if item else "Other",
        "ServiceName": item.service if item else "Billing",
        "ServiceSubcategory": item.subcategory if item else "Other (Other)",
        "SkuId": f"sku-{item.resource_id}" if item else "",
        "SubAccountId": "prod",
        "SubAccountType": "Project",
        "Tags": json.dumps({"feature": feature}) if feature else "",
    })  # fmt: skip
