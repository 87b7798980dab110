"""What a catalog says, in the columns of the seed `catalog_prices`."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

# a unit price beyond 15 decimals is the tail of a binary float: dim_prices holds no more either
UNIT_PLACES = Decimal(1).scaleb(-15)
QUANTITIES = (1, 1_000, 1_000_000)
QUANTITY_OF_METER = {
    "requests": 1_000,
    "web_search_calls": 1_000,
    "file_search_calls": 1_000,
    "queries": 1_000,
    "pages": 1_000,
    "images": 1,
    "audio_seconds": 1,
    "video_seconds": 1,
    "sessions": 1,
}
PER_MILLION = 1_000_000


class Key(NamedTuple):
    """What a price is for; texts are empty where it holds for any."""

    catalog: str
    provider_id: str
    model_id: str
    meter: str
    service_tier: str = "standard"
    context_over_tokens: int = 0
    context_rule: str = ""
    region_id: str = ""
    meter_variant: str = ""
    window_from_utc: str = ""
    window_to_utc: str = ""
    window_weekdays: str = ""

    @property
    def model(self) -> tuple[str, str]:
        """Provider and model."""
        return self.provider_id, self.model_id

    @property
    def kind(self) -> tuple[str, str, str, str]:
        """What of which model is priced, at whatever tier, size, place or time."""
        return self.provider_id, self.model_id, self.meter, self.meter_variant


class Price(NamedTuple):
    """A price as text without superfluous zeros, for a quantity of units."""

    price: str
    price_quantity: int

    @property
    def per_unit(self) -> Decimal:
        """The price of one unit."""
        return Decimal(self.price) / self.price_quantity


class Span(NamedTuple):
    """A price with the dates that the catalog itself states; None = it states none."""

    price: Price
    start: str | None = None
    end: str | None = None


@dataclass
class Tally:
    """What was read and not taken, with an example each: nothing is left out in silence."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, reason: str, what: str, example: str) -> None:
        """Count `what`, seen at `example`, as left out for a reason."""
        self.counts[reason, what] += 1
        self.examples.setdefault((reason, what), example)


@dataclass
class Listing:
    """One version of a catalog: its prices and the models that it lists."""

    catalog: str
    spans: dict[Key, list[Span]] = field(default_factory=lambda: defaultdict(list))
    models: set[tuple[str, str]] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)

    def add(self, key: Key, unit_price: Decimal, example: str) -> None:
        """Take an undated price; of two listings of one key the first counts."""
        price = price_of(unit_price, key.meter)
        if key not in self.spans:
            self.spans[key] = [Span(price)]
        elif self.spans[key][0].price.per_unit != price.per_unit:
            self.tally.add("listed twice at different prices", key.provider_id, example)


def price_of(unit_price: Decimal, meter: str) -> Price:
    """A unit price as people quote it: per million tokens, per thousand calls, per image."""
    exact = unit_price.quantize(UNIT_PLACES, ROUND_HALF_EVEN)
    usual = QUANTITY_OF_METER.get(meter, PER_MILLION)
    for quantity in (q for q in QUANTITIES if q >= usual):
        price = (exact * quantity).normalize()
        if -price.as_tuple().exponent <= 12 or quantity == PER_MILLION:
            return Price(f"{price:f}", quantity)
    raise AssertionError("the last quantity always fits")


def is_free(model_id: str) -> bool:
    """A zero is a price only where the name says so; elsewhere it stands for unknown."""
    return model_id.endswith(":free")


@dataclass(frozen=True)
class Fallbacks:
    """Meters whose price is exactly another one's unless it is listed."""

    meters: dict[str, str]

    def of(self, key: Key) -> Key | None:
        """The key whose price holds where this one has none."""
        if key.meter_variant:
            return key._replace(meter_variant="")
        if fallback := self.meters.get(key.meter):
            return key._replace(meter=fallback)
        return None
