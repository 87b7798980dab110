"""The price data of genai-prices as a listing.

Its wheels hold the prices as a Python module that builds objects. The module is read as text, not
run: nothing of the package needs to be installed, and decimals keep their digits.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from price_catalog.model import Key, Listing, Span, is_free, price_of
from price_catalog.naming import Names, is_openai_model

CATALOG = "genai-prices"
# routers that resell many providers, and use that is not paid per token
LEFT_OUT = {
    "cursor": "paid by seat",
    "github-copilot": "paid by seat",
    "quicksilverpro": "a router that resells",
    "openai-decisions": "a provider that is a tier of openai",
}
ROUTERS = "huggingface_"
MILLION = Decimal(1_000_000)
# price key -> meter, units that the price buys, variant
METERS: dict[str, tuple[str, Decimal, str]] = {
    "input_mtok": ("input_uncached", MILLION, ""),
    "output_mtok": ("output_text", MILLION, ""),
    "cache_read_mtok": ("input_cache_read", MILLION, ""),
    "cache_write_mtok": ("input_cache_write", MILLION, ""),
    "cache_write_5m_mtok": ("input_cache_write_5m", MILLION, ""),
    "cache_write_1h_mtok": ("input_cache_write_1h", MILLION, ""),
    "input_audio_mtok": ("input_audio", MILLION, ""),
    "input_image_mtok": ("input_image", MILLION, ""),
    "input_video_mtok": ("input_video", MILLION, ""),
    "cache_audio_read_mtok": ("input_cache_read_audio", MILLION, ""),
    "cache_image_read_mtok": ("input_cache_read_image", MILLION, ""),
    "output_reasoning_mtok": ("output_reasoning", MILLION, ""),
    "output_audio_mtok": ("output_audio", MILLION, ""),
    "output_image_mtok": ("output_image", MILLION, ""),
    "output_video_mtok": ("output_video", MILLION, ""),
    "input_mchars": ("characters", MILLION, ""),
    "audio_hours": ("audio_seconds", Decimal(3600), ""),
    "input_audio_hours": ("audio_seconds", Decimal(3600), ""),
    "output_audio_hours": ("audio_seconds", Decimal(3600), ""),
    "input_document_kpages": ("pages", Decimal(1000), ""),
    "input_annotated_document_kpages": ("pages", Decimal(1000), "annotated"),
    "requests_kcount": ("requests", Decimal(1000), ""),
    "web_searches_kcount": ("web_search_calls", Decimal(1000), ""),
    "storage_searches_kcount": ("file_search_calls", Decimal(1000), ""),
    "rerank_searches_kcount": ("queries", Decimal(1000), ""),
}
# what a request says of itself -> tier; OpenAI's `fast` is `priority` under a newer name
VARIANT_TIERS = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("speed", "fast"): "fast",
}


@dataclass(frozen=True)
class Call:
    """A constructor call of the module: its name and arguments."""

    name: str
    args: tuple[Any, ...]
    fields: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """An argument by name; None if it is not given."""
        return self.fields.get(name)


@dataclass(frozen=True)
class Condition:
    """When a set of prices holds."""

    start: str | None = None
    window: tuple[str, str] = ("", "")


def providers_of(module: str) -> list[Call]:
    """The providers that the module builds."""
    for statement in ast.parse(module).body:
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id == "providers":
            return value_of(statement.value)
    raise ValueError("assigns no `providers`")


def value_of(node: ast.AST | None) -> Any:
    """A literal or constructor call as plain values."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [value_of(item) for item in items]
        case ast.Dict(keys=names, values=values):
            return {value_of(k): value_of(v) for k, v in zip(names, values, strict=True)}
        case ast.Call(func=func, args=args, keywords=keywords):
            name = ast.unparse(func).rsplit(".", 1)[-1]
            values = [value_of(a) for a in args]
            if name == "Decimal":
                return Decimal(str(values[0]))
            return Call(name, tuple(values), {k.arg or "": value_of(k.value) for k in keywords})
        case ast.Attribute() | ast.Name() | None:
            return None
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -value_of(operand)
    raise ValueError(f"holds {ast.unparse(node)[:60]} where a value is expected")


def read(module: str, names: Names) -> Listing:
    """The prices of one version, from the text of its module."""
    listing = Listing(CATALOG)
    for provider in providers_of(module):
        reason = LEFT_OUT.get(provider["id"])
        if provider["id"].startswith(ROUTERS):
            reason = "a router that resells"
        if reason:
            listing.tally.add(reason, provider["id"], provider["id"])
            continue
        provider_id = names.provider(provider["id"])
        for model in provider["models"]:
            _read_model(listing, provider_id, names.model(provider_id, model["id"]), model)
    return listing


def _read_model(listing: Listing, provider_id: str, model_id: str, model: Call) -> None:
    listing.models.add((provider_id, model_id))
    base = Key(CATALOG, provider_id, model_id, "")
    stated = model["prices"] or []
    if isinstance(stated, Call):
        stated = [Call("ConditionalPrice", (), {"prices": stated})]
    _read_tier(listing, base, [(condition_of(s["constraint"]), s["prices"]) for s in stated])
    tiers: dict[str, list[tuple[Condition, Call]]] = defaultdict(list)
    for variant in model["price_variants"] or ():
        when = variant["when"]
        tier = VARIANT_TIERS.get(next(iter(when.items()))) if len(when) == 1 else None
        if when == {"service_tier": "fast"} and provider_id == "openai":
            continue
        if tier is None:
            if when != {"service_tier": "default"}:
                listing.tally.add("a variant that no usage names", str(when), model_id)
            continue
        tiers[tier].append((condition_of(variant["constraint"]), variant["prices"]))
    for tier, variants in tiers.items():
        variants.sort(key=lambda variant: variant[0].start or "")
        _read_tier(listing, base._replace(service_tier=tier), variants)


def _read_tier(listing: Listing, base: Key, stated: Iterable[tuple[Condition, Call]]) -> None:
    """The last active entry wins: a later start ends what stood before it, windows included."""
    spans: dict[Key, list[Span]] = {}
    for condition, prices in stated:
        seen: set[Key] = set()
        for key, price in _prices(listing, base, condition, prices):
            if key in seen:
                continue
            seen.add(key)
            spans.setdefault(key, []).append(Span(price_of(price, key.meter), condition.start))
        if condition.start is not None:
            for key, found in spans.items():
                last = found[-1]
                if key not in seen and last.end is None and last.start != condition.start:
                    found[-1] = last._replace(end=condition.start)
    for key, found in spans.items():
        if key in listing.spans:
            listing.tally.add("listed twice", key.provider_id, key.model_id)
        else:
            listing.spans[key] = sorted(found, key=lambda span: span.start or "")


def _prices(
    listing: Listing, base: Key, condition: Condition, prices: Call
) -> Iterator[tuple[Key, Decimal]]:
    window_from, window_to = condition.window
    base = base._replace(window_from_utc=window_from, window_to_utc=window_to)
    for name, value in prices.fields.items():
        if value is None:
            continue
        if name not in METERS:
            listing.tally.add("prices nothing that is metered here", name, base.model_id)
            continue
        meter, quantity, variant = METERS[name]
        if meter == "input_cache_write":
            is_openai = is_openai_model(base.provider_id, base.model_id)
            meter = "input_cache_write_30m" if is_openai else "input_cache_write_5m"
        key = base._replace(meter=meter, meter_variant=variant)
        for over, price in thresholds(value):
            if price == 0 and not is_free(base.model_id):
                listing.tally.add("a zero that stands for unknown", meter, base.model_id)
            else:
                yield key._replace(context_over_tokens=over), price / quantity


def thresholds(value: Any) -> Iterator[tuple[int, Decimal]]:
    """A price, or the prices of its tiers, with the number of tokens they begin above."""
    if isinstance(value, Call):
        yield 0, value["base"]
        for tier in value["tiers"]:
            yield tier["start"], tier["price"]
    else:
        yield 0, Decimal(value)


def condition_of(constraint: Call | None) -> Condition:
    """A constraint of genai-prices."""
    if constraint is None:
        return Condition()
    if constraint.name == "StartDateConstraint":
        year, month, day = constraint["start_date"].args
        return Condition(start=f"{year:04}-{month:02}-{day:02} 00:00:00")
    start, end = constraint["start_time"].args, constraint["end_time"].args
    return Condition(window=(_clock(start), _clock(end)))


def _clock(parts: tuple[int, ...]) -> str:
    hour, minute = (*parts, 0)[:2]
    return f"{hour:02}:{minute:02}"
