"""The curated price seed is complete in itself: keys, validity, models, aliases, plain decimals."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "seeds" / "reference"
KEY = (
    "provider_id", "model_id", "meter", "service_tier", "context_over_tokens", "region_id",
    "meter_variant", "window_from_utc", "window_to_utc", "window_weekdays",
)  # fmt: skip
OPEN = "9999-12-31 00:00:00"


def read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


PRICES = read("prices")
MODELS = {(row["provider_id"], row["model_id"]) for row in read("models")}
ALIASES = read("model_aliases")


def in_window(time: str, start: str, end: str) -> bool:
    if not start:
        return True
    return start <= time < end if start < end else time >= start or time < end


def on_weekday(moment: str, weekdays: str) -> bool:
    day = datetime.strptime(moment, "%Y-%m-%d %H:%M:%S").isoweekday()
    return not weekdays or str(day) in weekdays


def price_of(
    provider: str,
    model: str,
    meter: str,
    at: str,
    tier: str = "standard",
    input_tokens: int = 1,
    region: str = "",
    variant: str = "",
) -> Decimal | None:
    """The rule of the warehouse: highest threshold passed, then own region, variant and window."""
    rows = [
        row
        for row in PRICES
        if (row["provider_id"], row["model_id"], row["meter"], row["service_tier"])
        == (provider, model, meter, tier)
        and int(row["context_over_tokens"]) < input_tokens
        and row["region_id"] in ("", region)
        and row["meter_variant"] in ("", variant)
        and row["valid_from"] <= at < (row["valid_to"] or OPEN)
        and in_window(at[11:16], row["window_from_utc"], row["window_to_utc"])
        and on_weekday(at, row["window_weekdays"])
    ]
    if not rows:
        return None
    best = max(
        rows,
        key=lambda row: (
            int(row["context_over_tokens"]), row["region_id"] != "", row["meter_variant"] != "",
            row["window_from_utc"] != "",
        ),
    )  # fmt: skip
    return Decimal(best["price"])


def test_at_least_sixty_models_have_a_price() -> None:
    assert len({(row["provider_id"], row["model_id"]) for row in PRICES}) >= 60


def test_every_price_is_of_a_listed_model() -> None:
    assert {(row["provider_id"], row["model_id"]) for row in PRICES} <= MODELS


def test_prices_are_plain_decimals() -> None:
    plain = re.compile(r"(0|[1-9]\d*)(\.\d*[1-9])?")
    assert [row["price"] for row in PRICES if not plain.fullmatch(row["price"])] == []


def test_a_unit_price_fits_fifteen_decimals() -> None:
    unit_prices = [Decimal(row["price"]) / int(row["price_quantity"]) for row in PRICES]
    assert all(price == round(price, 15) for price in unit_prices)


def test_meters_and_units_are_those_of_the_meter_seed() -> None:
    units = {row["meter"]: row["unit"] for row in read("meters")}
    assert {(row["meter"], row["unit"]) for row in PRICES} <= set(units.items())


def test_validities_of_one_key_do_not_overlap() -> None:
    spans = defaultdict(list)
    for row in PRICES:
        spans[tuple(row[column] for column in KEY)].append(
            (row["valid_from"], row["valid_to"] or OPEN)
        )
    for key, found in spans.items():
        found.sort()
        assert all(start < end for start, end in found), key
        assert all(one[1] <= other[0] for one, other in pairwise(found)), key


def test_daily_windows_of_one_price_do_not_overlap() -> None:
    windows = defaultdict(set)
    for row in PRICES:
        if row["window_from_utc"]:
            key = tuple(row[column] for column in (*KEY[:7], "window_weekdays"))
            windows[(*key, row["valid_from"])].add((row["window_from_utc"], row["window_to_utc"]))
    assert windows
    for key, found in windows.items():
        for hour in range(24):
            time = f"{hour:02}:00"
            assert sum(in_window(time, *window) for window in found) <= 1, (key, time)


def test_windows_and_times_are_written_as_the_warehouse_reads_them() -> None:
    for row in PRICES:
        assert (row["window_from_utc"] == "") == (row["window_to_utc"] == "")
        assert re.fullmatch(r"(([01]\d|2[0-3]):[0-5]\d)?", row["window_from_utc"])
        assert re.fullmatch(r"1?2?3?4?5?6?7?", row["window_weekdays"])
        assert not row["window_weekdays"] or row["window_from_utc"]
        for column in ("valid_from", "valid_to"):
            if row[column]:
                datetime.strptime(row[column], "%Y-%m-%d %H:%M:%S")


def test_every_tier_and_threshold_has_a_base_price_beside_it() -> None:
    keys = {tuple(row[column] for column in KEY[:6]) for row in PRICES}
    for provider, model, meter, tier, threshold, region in keys:
        # the 12-hour cache price is published for the standard tier only
        assert (provider, model, meter, "standard", "0", "") in keys, (model, meter)
        if threshold != "0":
            assert (provider, model, meter, tier, "0", region) in keys, (model, meter, tier)


def test_every_price_says_where_it_is_from_and_how_sure_it_is() -> None:
    for row in PRICES:
        assert row["source_url"].startswith("https://"), row
        assert row["confidence"] in {"high", "medium", "low"}, row
        assert row["note"] or row["confidence"] == "medium", row


def test_models_and_aliases_are_lower_case_and_listed_once() -> None:
    names = [(row["provider_id"], row["alias"]) for row in ALIASES]
    assert len(names) == len(set(names))
    assert len(MODELS) == len(read("models"))
    assert all(name == name.lower() for _, name in [*names, *MODELS])


def test_aliases_mean_a_listed_model_and_are_none_themselves() -> None:
    for row in ALIASES:
        assert (row["provider_id"], row["model_id"]) in MODELS, row
        assert (row["provider_id"], row["alias"]) not in MODELS, row


@pytest.mark.parametrize(
    ("provider", "model", "meter", "at", "options", "expected"),
    [
        ("openai", "gpt-5.1", "input_uncached", "2026-06-01 00:00:00", {}, "1.25"),
        ("openai", "gpt-5.1", "input_cache_read", "2026-06-01 00:00:00", {}, "0.125"),
        ("openai", "gpt-5.1", "output_text", "2026-06-01 00:00:00", {}, "10"),
        ("openai", "gpt-5.1", "output_text", "2026-06-01 00:00:00", {"tier": "batch"}, "5"),
        ("openai", "gpt-5.1", "output_text", "2026-06-01 00:00:00", {"tier": "priority"}, "20"),
        ("openai", "gpt-4o-2024-05-13", "output_text", "2026-06-01 00:00:00", {}, "15"),
        ("openai", "o3", "input_uncached", "2025-06-09 23:59:59", {}, "10"),
        ("openai", "o3", "input_uncached", "2025-06-10 00:00:00", {}, "2"),
        ("openai", "gpt-5.6-luna", "output_text", "2026-07-29 23:59:59", {}, "6"),
        ("openai", "gpt-5.6-luna", "output_text", "2026-07-30 00:00:00", {}, "1.2"),
        ("openai", "gpt-5.6-sol", "input_uncached", "2026-08-20 12:00:00", {}, "5"),
        ("openai", "gpt-5.6-sol", "input_uncached", "2026-08-21 12:00:00", {}, "4"),
        ("openai", "gpt-5.6-sol", "input_cache_write_12h", "2026-11-01 00:00:00", {}, "10"),
        ("openai", "omni-moderation", "input_uncached", "2026-06-01 00:00:00", {}, "0"),
        ("openai", "dall-e-2", "images", "2024-06-01 00:00:00", {"variant": "512x512"}, "0.018"),
        (
            "openai",
            "dall-e-3",
            "images",
            "2024-06-01 00:00:00",
            {"variant": "hd/1024x1792"},
            "0.12",
        ),
        (
            "openai",
            "sora-2",
            "video_seconds",
            "2026-06-01 00:00:00",
            {"variant": "1280x720"},
            "0.1",
        ),
        ("openai", "gpt-4.1", "web_search_calls", "2025-06-25 00:00:00", {"variant": "high"}, "50"),
        ("openai", "gpt-4.1", "web_search_calls", "2025-06-26 00:00:00", {"variant": "high"}, "10"),
        ("openai", "file_search", "file_search_calls", "2026-06-01 00:00:00", {}, "2.5"),
        ("openai", "code_interpreter", "sessions", "2026-03-30 23:59:59", {}, "0.03"),
        ("openai", "whisper-1", "audio_seconds", "2026-06-01 00:00:00", {}, "0.1"),
        ("openai", "text-moderation", "input_uncached", "2024-06-01 00:00:00", {}, "0"),
        ("mistral", "mistral-small-2506", "input_uncached", "2026-06-01 00:00:00", {}, "0.1"),
        ("mistral", "mistral-small-2506", "output_text", "2026-06-01 00:00:00", {}, "0.3"),
        ("anthropic", "claude-opus-5", "input_cache_write_1h", "2026-09-01 00:00:00", {}, "10"),
        (
            "anthropic",
            "claude-opus-5",
            "output_text",
            "2026-09-01 00:00:00",
            {"region": "us"},
            "27.5",
        ),
        ("aws", "anthropic.claude-sonnet-4-5", "output_text", "2026-02-01 00:00:00", {}, "16.5"),
        ("gcp", "gemini-2.5-flash", "input_audio", "2026-06-01 00:00:00", {}, "1"),
        ("deepseek", "deepseek-v4-flash", "input_uncached", "2026-08-16 15:59:59", {}, "0.14"),
        ("deepseek", "deepseek-v4-flash", "input_uncached", "2026-08-16 16:00:00", {}, "0.22"),
        ("deepseek", "deepseek-flash", "output_text", "2026-09-14 02:00:00", {}, "1.2"),
        ("deepseek", "deepseek-flash", "output_text", "2026-09-14 05:00:00", {}, "0.6"),
        # a Saturday of daily windows, then the first weekend and the first Monday without
        ("deepseek", "deepseek-v4-flash", "output_text", "2026-08-22 02:00:00", {}, "1.32"),
        ("deepseek", "deepseek-v4-flash", "output_text", "2026-08-23 02:00:00", {}, "0.66"),
        ("deepseek", "deepseek-v4-flash", "output_text", "2026-08-24 02:00:00", {}, "1.32"),
        ("deepseek", "deepseek-v4-pro", "output_text", "2026-11-21 07:00:00", {}, "1.98"),
        ("deepseek", "deepseek-v4-pro", "output_text", "2026-11-20 07:00:00", {}, "3.96"),
        ("deepseek", "deepseek-chat", "input_uncached", "2025-06-01 17:00:00", {}, "0.135"),
        ("deepseek", "deepseek-chat", "input_uncached", "2025-06-01 00:15:00", {}, "0.135"),
        ("deepseek", "deepseek-chat", "input_uncached", "2025-06-01 12:00:00", {}, "0.27"),
    ],
)
def test_known_prices(
    provider: str, model: str, meter: str, at: str, options: dict[str, str], expected: str
) -> None:
    assert price_of(provider, model, meter, at, **options) == Decimal(expected)


@pytest.mark.parametrize(
    ("provider", "model", "threshold", "low", "high"),
    [
        ("openai", "gpt-5.4", 272_000, "2.5", "5"),
        ("anthropic", "claude-sonnet-4-5", 200_000, "3", "6"),
        ("anthropic", "claude-haiku-5-5", 100_000, "0.1", "0.5"),
        ("gcp", "gemini-2.5-pro", 200_000, "1.25", "2.5"),
        ("xai", "grok-4.3", 199_999, "1.25", "2.5"),
    ],
)
def test_a_long_request_costs_more_strictly_above_the_threshold(
    provider: str, model: str, threshold: int, low: str, high: str
) -> None:
    at = "2026-06-01 00:00:00" if model != "claude-haiku-5-5" else "2026-11-01 00:00:00"
    for tokens, expected in ((threshold, low), (threshold + 1, high)):
        found = price_of(provider, model, "input_uncached", at, input_tokens=tokens)
        assert found == Decimal(expected)


def test_a_meter_without_a_price_stays_unknown() -> None:
    at = "2026-06-01 00:00:00"
    assert price_of("openai", "gpt-4o-2024-05-13", "input_cache_read", at) is None
    assert price_of("openai", "gpt-5-pro", "input_cache_read", at) is None


def test_a_price_that_depends_on_what_is_not_stated_stays_unknown() -> None:
    at = "2026-06-03 00:00:00"
    assert price_of("openai", "dall-e-3", "images", at, variant="1024x1024") is None
    assert price_of("openai", "dall-e-2", "images", at) is None
    # since June 2026 a session is billed by its minutes
    assert price_of("openai", "code_interpreter", "sessions", at) is None
    assert price_of("openai", "gpt-4.1", "web_search_calls", "2025-06-01 00:00:00") is None
