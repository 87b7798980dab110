"""The price file of litellm as a listing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from price_catalog.litellm_keys import SECOND_NAMES, PriceKey, is_pricing, parse
from price_catalog.model import Key, Listing, Tally, is_free
from price_catalog.naming import Names, is_openai_model, route
from price_catalog.windows import UnknownWindow, off_peak_windows

CATALOG = "litellm"
NOT_MODELS = {"sample_spec", "fallback_generalizations"}
GATEWAY = "a gateway that resells"
# gateways that resell many providers, and use that is not paid per token
LEFT_OUT = {
    "vercel_ai_gateway": GATEWAY,
    "aihubmix": GATEWAY,
    "kyma": GATEWAY,
    "clf_ai_gateway": GATEWAY,
    "hostinger_router": GATEWAY,
    "inferenceapis": GATEWAY,
    "opencode_go": "paid by seat",
    "github_copilot": "paid by seat",
    "chatgpt": "paid by seat",
    "sagemaker": "paid by machine",
    "ollama": "runs on own machines",
    "lemonade": "runs on own machines",
}
SIZES = ("search_context_size_low", "search_context_size_medium", "search_context_size_high")
# places that a multiple is stated for; Vertex AI's holds for its regions too, which are too many
EUROPE_AND_US = ("eu", "us")
PIXEL_PLACES = Decimal("0.000001")
# Databricks bills in units of its own: no price in money
NO_MONEY = ("input_dbu_cost_per_token", "output_dbu_cost_per_token", "output_db_cost_per_token")
WINDOW = ("window_from_utc", "window_to_utc", "window_weekdays")
NOT_PRICES = {"search_free_requests", "web_search_billing_unit"}

Prices = Iterator[tuple[Key, Decimal]]


@dataclass(frozen=True)
class Entry:
    """An entry of the file, or the part of it that holds for some sizes or hours."""

    name: str
    provider: str
    base: Key
    attributes: Mapping[str, Any]
    tally: Tally

    def priced(self) -> Iterator[tuple[str, Any]]:
        """The attributes that say something about prices."""
        for name, value in sorted(self.attributes.items()):
            if value is not None and name not in NOT_PRICES and is_pricing(name):
                yield name, value

    def left_out(self, reason: str, what: str) -> None:
        """Count what is not taken."""
        self.tally.add(reason, what, self.name)


def read(entries: Mapping[str, Any], names: Names) -> Listing:
    """The prices of one version; numbers must come as texts or Decimals, not as floats."""
    listing = Listing(CATALOG)
    for name in sorted(entries, key=lambda name: (name.count("/"), name)):
        attributes = entries[name]
        if name in NOT_MODELS or not isinstance(attributes, dict):
            continue
        if provider := attributes.get("litellm_provider"):
            _read_entry(listing, names, name, attributes, str(provider).lower())
        elif "alias_of" in attributes:
            listing.tally.add("a name that moves to newer models", "alias_of", name)
        else:
            listing.tally.add("names no provider", "litellm_provider", name)
    return listing


def _read_entry(
    listing: Listing, names: Names, name: str, attributes: dict[str, Any], provider: str
) -> None:
    if reason := LEFT_OUT.get(provider):
        return listing.tally.add(reason, provider, name)
    found = route(name, provider)
    if found.is_committed:
        return listing.tally.add("paid by commitment", provider, name)
    provider_id = names.provider(provider)
    model_id = names.model(provider_id, found.model_id)
    listing.models.add((provider_id, model_id))
    base = Key(
        CATALOG, provider_id, model_id, "",
        region_id=found.region_id, meter_variant=found.meter_variant,
    )  # fmt: skip
    entry = Entry(name, provider, base, attributes, listing.tally)
    prices: dict[Key, Decimal] = {}
    for key, price in _prices(entry):
        if price == 0 and not is_free(model_id):
            entry.left_out("a zero that stands for unknown", key.meter)
        else:
            prices.setdefault(key, price)
    prices |= dict(_long_requests(prices))
    for key, price in (*prices.items(), *_multiplied(prices, attributes)):
        listing.add(key, price, name)
    return None


def _prices(entry: Entry) -> Prices:
    for attribute, value in entry.priced():
        if attribute in NO_MONEY:
            entry.left_out("priced in units that are not money", attribute)
        elif attribute == "search_context_cost_per_query":
            yield from _searches(entry, value)
        elif attribute == "tiered_pricing":
            yield from _tiers(entry, value)
        elif attribute == "off_peak_pricing":
            yield from _off_peak(entry, value)
        elif attribute == "fedramp_uplift_multiplier":
            entry.left_out("an endpoint that no usage names", attribute)
        elif attribute != "provider_specific_entry" and "uplift_multiplier" not in attribute:
            yield from _price(entry, attribute, value)


def _price(entry: Entry, attribute: str, value: Any, start: int | None = None) -> Prices:
    parsed = parse(attribute, str(entry.attributes.get("mode") or ""))
    price = number(value)
    if parsed is None:
        return entry.left_out("prices nothing that is metered here", attribute)
    if price is None:
        return entry.left_out("not a price", attribute)
    other = SECOND_NAMES.get(parsed.base)
    if other and number(entry.attributes.get(attribute.replace(parsed.base, other))):
        return None
    if price and parsed.base.endswith("_per_pixel"):
        pixels = pixels_of(entry.base.meter_variant)
        if pixels is None:
            return entry.left_out("priced per pixel, and no size", attribute)
        # litellm divided a price per image by its pixels
        price = (price * pixels).quantize(PIXEL_PLACES)
    yield key_of(entry, parsed, start), price
    return None


def key_of(entry: Entry, parsed: PriceKey, start: int | None = None) -> Key:
    """The key of a price of an entry; `start` is the first token of its tier."""
    base, meter = entry.base, parsed.meter
    if meter == "input_cache_write":
        is_openai = is_openai_model(base.provider_id, base.model_id)
        meter = "input_cache_write_30m" if is_openai else "input_cache_write_5m"
    over = start or parsed.context_over_tokens
    return base._replace(
        meter=meter,
        service_tier=parsed.service_tier,
        # litellm counts xAI's threshold in, every other one out
        context_over_tokens=over - 1 if over and entry.provider == "xai" else over,
        meter_variant=parsed.meter_variant or base.meter_variant,
    )


def _searches(entry: Entry, value: Any) -> Prices:
    sizes = value if isinstance(value, dict) else {}
    prices = {s.rsplit("_", 1)[1]: number(sizes[s]) or Decimal(0) for s in SIZES if s in sizes}
    key = entry.base._replace(meter="web_search_calls")
    if len(set(prices.values())) == 1 and len(prices) == len(SIZES):
        yield key, next(iter(prices.values()))
    for size, price in prices.items():
        yield key._replace(meter_variant=size), price


def _tiers(entry: Entry, tiers: Any) -> Prices:
    for tier in tiers:
        start = number((tier.get("range") or [None])[0])
        if start is None:
            entry.left_out("a tier without a range of tokens", "tiered_pricing")
            continue
        part = replace(entry, attributes={"mode": entry.attributes.get("mode"), **tier})
        for attribute, value in part.priced():
            yield from _price(part, attribute, value, int(start))


def _off_peak(entry: Entry, block: Mapping[str, Any]) -> Prices:
    try:
        windows = off_peak_windows(block)
    except UnknownWindow as error:
        return entry.left_out("a window that UTC cannot tell", str(error))
    part = replace(entry, attributes=block)
    for attribute, value in part.priced():
        for key, price in _price(part, attribute, value):
            for window in windows:
                inside = dict(zip(WINDOW, window, strict=True))
                yield key._replace(**inside), price
    return None


def _long_requests(prices: Mapping[Key, Decimal]) -> Prices:
    """Long requests at a tier without a price for them cost what they cost at the standard tier."""
    tiers = {key.service_tier for key in prices} - {"standard", "batch"}
    for key, price in prices.items():
        if key.context_over_tokens and key.service_tier == "standard":
            for own in (key._replace(service_tier=tier) for tier in tiers):
                if own not in prices and own._replace(context_over_tokens=0) in prices:
                    yield own, price


def _multiplied(prices: Mapping[Key, Decimal], attributes: Mapping[str, Any]) -> Prices:
    """Prices that the entry states as a multiple: other regions, and the tier `fast`."""
    tokens = {k: p for k, p in prices.items() if k.meter.startswith(("input_", "output_"))}
    specific = attributes.get("provider_specific_entry") or {}
    if fast := number(specific.get("fast")):
        faster = {
            key._replace(service_tier="fast"): price * fast
            for key, price in tokens.items()
            if key.service_tier == "standard"
        }
        yield from faster.items()
        tokens |= faster
    regional = number(attributes.get("regional_endpoint_uplift_multiplier"))
    for region in EUROPE_AND_US:
        multiplier = (
            number(attributes.get(f"regional_processing_uplift_multiplier_{region}"))
            or (number(specific.get("us")) if region == "us" else None)
            or regional
        )
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
