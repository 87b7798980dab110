"""The price file of litellm as a listing."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from price_catalog.litellm_keys import SECOND_NAMES, PriceKey, is_pricing, parse
from price_catalog.model import Key, Listing, is_free
from price_catalog.naming import Names, is_openai_model, route
from price_catalog.windows import UnknownWindow, off_peak_windows

CATALOG = "litellm"
NOT_MODELS = {"sample_spec", "fallback_generalizations"}
# gateways and plans that show others' prices, or use that is not paid per token
LEFT_OUT = {
    "vercel_ai_gateway": "a gateway at the prices of those behind it",
    "aihubmix": "a gateway at the prices of those behind it",
    "kyma": "a gateway at the prices of those behind it",
    "clf_ai_gateway": "a gateway at the prices of those behind it",
    "hostinger_router": "a gateway at the prices of those behind it",
    "inferenceapis": "a gateway at the prices of those behind it",
    "opencode_go": "paid by seat",
    "github_copilot": "paid by seat",
    "chatgpt": "paid by seat",
    "sagemaker": "paid by machine",
    "ollama": "runs on own machines",
    "lemonade": "runs on own machines",
}
SIZES = ("search_context_size_low", "search_context_size_medium", "search_context_size_high")
EUROPE_AND_US = ("eu", "us")
PIXEL_PLACES = Decimal("0.000001")
# Databricks bills in units of its own: no price in money
NO_MONEY = ("input_dbu_cost_per_token", "output_dbu_cost_per_token", "output_db_cost_per_token")
NOT_PRICES = {"search_free_requests", "web_search_billing_unit"}


def read(entries: Mapping[str, Any], names: Names) -> Listing:
    """The prices of one version; numbers must come as texts or Decimals, not as floats."""
    listing = Listing(CATALOG)
    for name in sorted(entries, key=lambda name: (name.count("/"), name)):
        entry = entries[name]
        if name in NOT_MODELS or not isinstance(entry, dict):
            continue
        if provider := entry.get("litellm_provider"):
            _read_entry(listing, names, name, entry, str(provider).lower())
        elif "alias_of" in entry:
            listing.tally.add("a name that moves to newer models", "alias_of", name)
        else:
            listing.tally.add("names no provider", "litellm_provider", name)
    return listing


def _read_entry(
    listing: Listing, names: Names, name: str, entry: dict[str, Any], provider: str
) -> None:
    tally = listing.tally
    if reason := LEFT_OUT.get(provider):
        return tally.add(reason, provider, name)
    found = route(name, provider)
    if found.is_committed:
        return tally.add("paid by commitment", provider, name)
    provider_id = names.provider(provider)
    model_id = names.model(provider_id, found.model_id)
    listing.models.add((provider_id, model_id))
    base = Key(
        CATALOG, provider_id, model_id, "",
        region_id=found.region_id, meter_variant=found.meter_variant,
    )  # fmt: skip
    prices: dict[Key, Decimal] = {}
    for key, price in _prices(listing, base, entry, provider, name):
        if price == 0 and not is_free(model_id):
            tally.add("a zero that stands for unknown", key.meter, name)
        else:
            prices.setdefault(key, price)
    for key, price in (*prices.items(), *_multiplied(prices, entry)):
        listing.add(key, price, name)
    return None


def _prices(
    listing: Listing, base: Key, entry: Mapping[str, Any], provider: str, name: str
) -> Iterator[tuple[Key, Decimal]]:
    for attribute, value in sorted(entry.items()):
        if value is None or attribute in NOT_PRICES or not is_pricing(attribute):
            continue
        if attribute in NO_MONEY:
            listing.tally.add("priced in units that are not money", attribute, name)
        elif attribute == "search_context_cost_per_query":
            yield from _searches(base, value)
        elif attribute == "tiered_pricing":
            yield from _tiers(listing, base, entry, value, provider, name)
        elif attribute == "off_peak_pricing":
            yield from _off_peak(listing, base, entry, value, provider, name)
        elif attribute == "provider_specific_entry" or attribute.endswith("uplift_multiplier"):
            if attribute == "fedramp_uplift_multiplier":
                listing.tally.add("an endpoint that no usage names", attribute, name)
        elif "_uplift_multiplier_" not in attribute:
            yield from _price(listing, base, entry, attribute, value, provider, name)


def _price(
    listing: Listing,
    base: Key,
    entry: Mapping[str, Any],
    attribute: str,
    value: Any,
    provider: str,
    name: str,
    start: int | None = None,
) -> Iterator[tuple[Key, Decimal]]:
    parsed = parse(attribute, str(entry.get("mode") or ""))
    if parsed is None:
        return listing.tally.add("prices nothing that is metered here", attribute, name)
    price = number(value)
    if price is None:
        return listing.tally.add("not a price", attribute, name)
    other = SECOND_NAMES.get(parsed.base)
    if other and number(entry.get(attribute.replace(parsed.base, other))):
        return None
    if parsed.base.endswith("_per_pixel"):
        if price and (pixels := pixels_of(base.meter_variant)):
            # litellm divided a price per image by its pixels
            price = (price * pixels).quantize(PIXEL_PLACES)
        elif price:
            return listing.tally.add("priced per pixel, and no size", attribute, name)
    yield key_of(base, parsed, provider, start), price
    return None


def key_of(base: Key, parsed: PriceKey, provider: str, start: int | None = None) -> Key:
    """The key of a price of an entry."""
    meter = parsed.meter
    if meter == "input_cache_write":
        is_openai = is_openai_model(base.provider_id, base.model_id)
        meter = "input_cache_write_30m" if is_openai else "input_cache_write_5m"
    over = start or parsed.context_over_tokens
    return base._replace(
        meter=meter,
        service_tier=parsed.service_tier,
        # litellm counts xAI's threshold in, every other one out
        context_over_tokens=over - 1 if over and provider == "xai" else over,
        meter_variant=parsed.meter_variant or base.meter_variant,
    )


def _searches(base: Key, value: Any) -> Iterator[tuple[Key, Decimal]]:
    sizes = value if isinstance(value, dict) else {}
    prices = {s.rsplit("_", 1)[1]: number(sizes[s]) for s in SIZES if s in sizes}
    key = base._replace(meter="web_search_calls")
    if len(set(prices.values())) == 1 and len(prices) == len(SIZES):
        yield key, next(iter(prices.values())) or Decimal(0)
    for size, price in prices.items():
        yield key._replace(meter_variant=size), price or Decimal(0)


def _tiers(
    listing: Listing,
    base: Key,
    entry: Mapping[str, Any],
    tiers: Any,
    provider: str,
    name: str,
) -> Iterator[tuple[Key, Decimal]]:
    for tier in tiers:
        start = number((tier.get("range") or [None])[0])
        if start is None:
            listing.tally.add("a tier without a range of tokens", "tiered_pricing", name)
            continue
        for attribute, value in sorted(tier.items()):
            if is_pricing(attribute):
                yield from _price(
                    listing, base, {**entry, **tier}, attribute, value, provider, name, int(start)
                )


def _off_peak(
    listing: Listing,
    base: Key,
    entry: Mapping[str, Any],
    block: Mapping[str, Any],
    provider: str,
    name: str,
) -> Iterator[tuple[Key, Decimal]]:
    try:
        windows = off_peak_windows(block)
    except UnknownWindow as error:
        return listing.tally.add("a window that UTC cannot tell", str(error), name)
    for attribute, value in sorted(block.items()):
        if not is_pricing(attribute):
            continue
        for key, price in _price(listing, base, block, attribute, value, provider, name):
            for window in windows:
                yield (
                    key._replace(
                        window_from_utc=window.start,
                        window_to_utc=window.end,
                        window_weekdays=window.weekdays,
                    ),
                    price,
                )
    return None


def _multiplied(
    prices: Mapping[Key, Decimal], entry: Mapping[str, Any]
) -> Iterator[tuple[Key, Decimal]]:
    """Prices that the entry states as a multiple: other regions, and the tier `fast`."""
    tokens = {k: p for k, p in prices.items() if k.meter.startswith(("input_", "output_"))}
    specific = entry.get("provider_specific_entry") or {}
    if fast := number(specific.get("fast")):
        tokens |= {
            k._replace(service_tier="fast"): p * fast
            for k, p in tokens.items()
            if k.service_tier == "standard"
        }
        yield from ((k, p) for k, p in tokens.items() if k.service_tier == "fast")
    multipliers = {
        region: number(entry.get(f"regional_processing_uplift_multiplier_{region}"))
        for region in EUROPE_AND_US
    }
    if us := number(specific.get("us")):
        multipliers["us"] = us
    if regional := number(entry.get("regional_endpoint_uplift_multiplier")):
        multipliers |= dict.fromkeys(VERTEX_REGIONS, regional)
    for region, multiplier in multipliers.items():
        if multiplier:
            for key, price in tokens.items():
                if not key.region_id:
                    yield key._replace(region_id=region), price * multiplier


def number(value: Any) -> Decimal | None:
    """A value of the price file as an exact number; None if it is none, or negative."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None


def pixels_of(variant: str) -> int | None:
    """Pixels of an image whose variant tells its size."""
    for part in variant.split("/"):
        width, cross, height = part.partition("x")
        if cross and width.isdigit() and height.isdigit():
            return int(width) * int(height)
    return None


# regions and multi-regions of Vertex AI, all of them dearer than `global` by one factor
VERTEX_REGIONS = ("eu", "us")
