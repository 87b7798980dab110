"""Thousands of random requests at random price sheets cost what the definitions say they cost.

The reference below is written from docs/decisions.md with exact fractions, one request at a time;
the warehouse adds use up first and prices it after. Everything is drawn from one seed.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path

import duckdb
import land_export
import pytest
from conftest import build_tables
from landing import expectations

REQUESTS = 4000
# A kind of token without a price of its own costs what another does, which may not be exact.
FALLBACKS = {
    "input_cache_read_audio": ("input_cache_read", False),
    "input_cache_read_image": ("input_cache_read", True),
    "input_audio": ("input_uncached", False),
    "input_image": ("input_uncached", True),
    "input_video": ("input_uncached", True),
    "output_reasoning": ("output_text", True),
    "output_audio": ("output_text", False),
    "output_image": ("output_text", False),
    "output_video": ("output_text", False),
}
TEXT = ("input_uncached", "input_cache_read", "input_cache_write_5m", "output_text")
TOKENS = (*TEXT, "input_cache_write_1h", *FALLBACKS)
CALLS = ("web_search_calls", "images", "audio_seconds")
TIERS = ("standard", "batch")
FLAT_RATE = ("subscription", "provisioned")
REGIONS, VARIANTS = ("eu-west-1", "us-east-1"), ("high/1024x1024", "low")
# windows of one sheet do not overlap; the first crosses midnight
WINDOWS = (("22:00", "02:30"), ("09:00", "12:00"))
WEEKDAYS = ("12345", "67")
CHANGES = (datetime(2026, 1, 20, 15, 59, 30), datetime(2026, 2, 14), datetime(2026, 3, 3, 1, 15))
START, END = datetime(2026, 1, 1), datetime(2026, 4, 1)
RATES = {"USD": Fraction(1), "EUR": Fraction("1.0843")}


@dataclass(frozen=True)
class Price:
    provider_id: str
    model_id: str
    meter: str
    service_tier: str
    context_over_tokens: int
    context_rule: str
    region_id: str | None
    meter_variant: str | None
    window: tuple[str, str] | None
    window_weekdays: str | None
    price: Decimal
    price_quantity: int
    currency: str
    valid_from: datetime
    valid_to: datetime | None

    def per_unit(self) -> Fraction:
        """US dollars for one unit."""
        return Fraction(self.price) / self.price_quantity * RATES[self.currency]

    def applies(self, use: Use, meter: str, prompt: int) -> bool:
        """Whether it is a price of this meter of this request."""
        tier = "standard" if use.service_tier in FLAT_RATE else use.service_tier
        variant = (use.meter_variant or "").lower()
        return (
            (self.provider_id, self.model_id) == (use.provider_id, use.model_id)
            and self.meter in (meter, FALLBACKS.get(meter, (None,))[0])
            and self.service_tier == tier
            and (self.context_over_tokens == 0 or prompt > self.context_over_tokens)
            and self.region_id in (None, use.region_id)
            and (self.meter_variant is None or self.meter_variant.lower() == variant)
            and self.valid_from <= use.started_at
            and (self.valid_to is None or use.started_at < self.valid_to)
            and (self.window is None or within(self.window, use.started_at))
            and str(use.started_at.isoweekday()) in (self.window_weekdays or "1234567")
        )

    def generality(self, meter: str) -> tuple[bool, ...]:
        """The own price of the kind first, then what names variant, region, window, weekday."""
        return (
            self.meter != meter,
            self.meter_variant is None,
            self.region_id is None,
            self.window is None,
            self.window_weekdays is None,
        )


@dataclass(frozen=True)
class Use:
    usage_id: str
    provider_id: str
    model_id: str
    service_tier: str
    region_id: str | None
    meter_variant: str | None
    started_at: datetime
    customer_id: str
    is_request_grain: bool
    quantities: dict[str, int]


def within(window: tuple[str, str], moment: datetime) -> bool:
    first, last = window
    clock = f"{moment:%H:%M}"
    return first <= clock < last if first < last else clock >= first or clock < last


def expected(use: Use, meter: str, quantity: int, prices: list[Price]) -> tuple:
    """(cost or None, exact?) of one meter of one request, by the definitions."""
    prompt = sum(n for kind, n in use.quantities.items() if kind.startswith("input_"))
    if not use.is_request_grain:
        prompt = 0  # a bucket hides the size of its requests
    matching = [price for price in prices if price.applies(use, meter, prompt)]
    if not matching:
        return (Fraction(0) if meter == "requests" else None), True
    best = min(price.generality(meter) for price in matching)
    steps = sorted(
        (price for price in matching if price.generality(meter) == best),
        key=lambda price: price.context_over_tokens,
    )
    highest = steps[-1]
    is_exact = highest.meter == meter or FALLBACKS[meter][1]
    if not use.is_request_grain:
        is_exact &= not any(price.context_over_tokens for price in prices)
    if highest.context_rule == "marginal" and prompt > highest.context_over_tokens:
        ends = [step.context_over_tokens for step in steps[1:]] + [prompt]
        whole = sum(
            (end - step.context_over_tokens) * step.per_unit()
            for step, end in zip(steps, ends, strict=True)
        )
        return whole * quantity / prompt, is_exact
    return quantity * highest.per_unit(), is_exact


def draw_prices(draw: random.Random) -> list[Price]:
    """Sheets of six models of two providers: every dimension, in any combination."""
    prices = []
    for provider, number in product(("p1", "p2"), range(3)):
        model = f"{provider}-model-{number}"
        rule = draw.choice(("whole_request", "whole_request", "marginal"))
        currency = "EUR" if number == 2 else "USD"
        for meter in (*TOKENS, *CALLS, "requests"):
            # own prices of reasoning, images and audio are the exception, as on real lists
            if draw.random() < (0.6 if meter in FALLBACKS else 0.15):
                continue
            for tier, region, variant, window, weekdays in product(
                TIERS, (None, *REGIONS[:1]), (None, *VARIANTS), (None, *WINDOWS), (None, *WEEKDAYS)
            ):
                narrow = sum(value is not None for value in (region, variant, window, weekdays))
                if draw.random() > (0.9, 0.25, 0.1, 0.05, 0.05)[narrow]:
                    continue
                moments = [START, *draw.sample(CHANGES, draw.randint(0, 2))]
                starts = sorted(moments)
                for start, end in zip(starts, [*starts[1:], None], strict=True):
                    overs = [0, *draw.sample((32_000, 128_000, 200_000), draw.choice((0, 0, 1, 2)))]
                    for over in overs:
                        prices.append(
                            Price(
                                provider, model, meter, tier, over,
                                rule if over else "whole_request",
                                region, variant, window, weekdays,
                                Decimal(draw.randint(0, 20_000)) / 1000,
                                1_000_000, currency, start, end,
                            )
                        )  # fmt: skip
    return prices


def draw_usage(draw: random.Random) -> list[Use]:
    seconds = int((END - START).total_seconds())
    edges = [
        *CHANGES,
        *(change - timedelta(seconds=1) for change in CHANGES),
        *(
            datetime(2026, 2, 6, hour, minute)
            for hour, minute in ((22, 0), (2, 30), (9, 0), (12, 0))
        ),
    ]
    found = []
    for number in range(REQUESTS):
        provider = draw.choice(("p1", "p2"))
        scale = draw.choice((100, 10_000, 60_000))
        quantities = {meter: draw.randint(0, scale) for meter in TOKENS if draw.random() < 0.4} | {
            meter: draw.randint(0, 5) for meter in CALLS if draw.random() < 0.2
        }
        if draw.random() < 0.1:
            # a prompt of exactly a threshold, and one above
            quantities = {"input_uncached": draw.choice((32_000, 32_001, 200_000, 200_001))}
        moment = START + timedelta(seconds=draw.randrange(seconds))
        found.append(
            Use(
                usage_id=f"use-{number}",
                provider_id=provider,
                model_id=f"{provider}-model-{draw.randrange(3)}",
                service_tier=draw.choice((*TIERS, *TIERS, *TIERS, *FLAT_RATE)),
                region_id=draw.choice((None, *REGIONS)),
                meter_variant=draw.choice((None, *VARIANTS, "HIGH/1024X1024")),
                started_at=draw.choice(edges) if draw.random() < 0.1 else moment,
                customer_id=f"c{draw.randrange(REQUESTS // 3)}",
                is_request_grain=draw.random() < 0.9,
                quantities=quantities,
            )
        )
    return found


def write(path: Path, rows: list[dict]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def drawn() -> tuple[list[Price], list[Use]]:
    draw = random.Random("a price for everything")
    return draw_prices(draw), draw_usage(draw)


@pytest.fixture(scope="module")
def priced(drawn, tmp_path_factory) -> duckdb.DuckDBPyConnection:
    prices, usage = drawn
    work = tmp_path_factory.mktemp("random_prices")
    sheet = [
        {
            **{name: getattr(price, name) for name in (
                "provider_id", "model_id", "meter", "service_tier", "context_over_tokens",
                "context_rule", "region_id", "meter_variant", "window_weekdays", "price",
                "price_quantity", "currency",
            )},
            "window_from_utc": price.window and price.window[0],
            "window_to_utc": price.window and price.window[1],
            "valid_from": f"{price.valid_from.isoformat()}Z",
            "valid_to": price.valid_to and f"{price.valid_to.isoformat()}Z",
        }
        for price in prices
    ]  # fmt: skip
    log = [
        {
            "usage_id": use.usage_id,
            "usage_kind": "gateway_log",
            "provider_id": use.provider_id,
            "model_name": use.model_id,
            "service_tier": use.service_tier,
            "region_id": use.region_id,
            "meter_variant": use.meter_variant,
            "started_at": f"{use.started_at.isoformat()}Z",
            "customer_id": use.customer_id,
            "is_request_grain": str(use.is_request_grain).lower(),
            **{
                meter if meter in CALLS else f"{meter}_tokens": quantity
                for meter, quantity in use.quantities.items()
            },
        }
        for use in usage
    ]
    rates = [{"currency": "EUR", "usd_per_unit": "1.0843", "valid_from": "2026-01-01"}]
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAW_ROOT", str(work / "raw"))
        patched.setattr(expectations, "build_docs", lambda: None)
        for table, rows in (("price_sheet", sheet), ("token_usage", log), ("fx_rates", rates)):
            write(work / f"{table}.csv", rows)
            assert land_export.main(["standard", table, str(work / f"{table}.csv")]) == 0
    built = build_tables(work / "raw", work, "--select", "+int_token_usage_priced")
    with duckdb.connect(str(built), read_only=True) as connection:
        yield connection


def test_random_usage_costs_what_the_definitions_say(drawn, priced):
    prices, usage = drawn
    by_model = defaultdict(list)
    for price in prices:
        by_model[price.provider_id, price.model_id].append(price)
    answers: dict[tuple, list] = defaultdict(lambda: [0, 0, Fraction(0), Fraction(0), 0, True])
    for use in usage:
        for meter, quantity in {"requests": 1, **use.quantities}.items():
            if quantity == 0:
                continue
            model = by_model[use.provider_id, use.model_id]
            cost, is_exact = expected(use, meter, quantity, model)
            answer = answers[use.customer_id, meter]
            answer[0] += 1
            answer[1] += quantity
            answer[4] += quantity if cost is None else 0
            answer[3] += cost or 0
            answer[2] += 0 if use.service_tier in FLAT_RATE else cost or 0
            answer[5] &= is_exact
    found = {
        (customer, meter): values
        for customer, meter, *values in priced.execute(
            """
            select customer_id, meter, sum(quantity), coalesce(sum(computed_cost_usd), 0),
                coalesce(sum(notional_cost_usd), 0),
                coalesce(sum(quantity) filter (notional_cost_usd is null), 0), min(is_exact)
            from main_intermediate.int_token_usage_priced
            group by customer_id, meter
            """
        ).fetchall()
    }
    assert found.keys() == answers.keys()
    assert sum(answer[0] for answer in answers.values()) > 5 * REQUESTS
    wrong = {}
    for key, (uses, quantity, computed, notional, unpriced, is_exact) in answers.items():
        quantity_is, computed_is, notional_is, unpriced_is, exact_is = found[key]
        # money has 12 decimals: a request is rounded once per price, and cut once if marginal
        far = uses * Fraction(3, 10**12)
        if not (
            (quantity_is, unpriced_is, exact_is) == (quantity, unpriced, is_exact)
            and abs(Fraction(computed_is) - computed) <= far
            and abs(Fraction(notional_is) - notional) <= far
        ):
            wrong[key] = (
                found[key],
                (quantity, float(computed), float(notional), unpriced, is_exact),
            )
    assert not wrong, (len(wrong), len(answers), sorted(wrong.items())[:5])


def test_the_draw_holds_every_rule(drawn):
    """Every branch of the reference is met, or the test above would show nothing."""
    prices, usage = drawn
    assert {price.context_rule for price in prices} == {"whole_request", "marginal"}
    for name in ("region_id", "meter_variant", "window", "window_weekdays", "valid_to"):
        assert len({getattr(price, name) for price in prices}) > 1, name
    assert {use.service_tier for use in usage} == {*TIERS, *FLAT_RATE}
    assert {price.meter for price in prices} >= {*TEXT, *CALLS, "requests"}
    assert {use.is_request_grain for use in usage} == {True, False}
