"""Where two sources state different prices for the same thing at the same moment."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from price_catalog.history import History
from price_catalog.model import Key, Price, price_of
from price_catalog.naming import Names, rows
from price_catalog.windows import DAY, clock

CURATED = "curated"
SOURCES = (CURATED, "genai-prices", "litellm")
# what is priced, and when within the day
THING = (
    "provider_id", "model_id", "meter", "service_tier", "context_over_tokens", "region_id",
    "meter_variant",
)  # fmt: skip
WINDOW = ("window_from_utc", "window_to_utc", "window_weekdays")
COLUMNS = (
    *THING, *WINDOW, "price_quantity", *(s.replace("-", "_") for s in SOURCES),
    "difference_percent",
)  # fmt: skip
PER_CENT = Decimal("0.1")
EVERY_DAY = "1234567"

Window = tuple[str, str, str]
ALL_DAY: Window = ("", "", "")
# the prices of one thing by one source: of two windows that hold the narrower counts
Stated = dict[Window, Price]


@dataclass(frozen=True)
class Conflict:
    """Prices of one thing from several sources."""

    thing: tuple
    window: Window
    prices: dict[str, Price]

    @property
    def difference_percent(self) -> Decimal:
        """By how much the highest price exceeds the lowest; infinite above a price of zero."""
        found = [price.per_unit for price in self.prices.values()]
        low, high = min(found), max(found)
        return ((high / low - 1) * 100).quantize(PER_CENT) if low else Decimal("Infinity")

    @property
    def is_curated(self) -> bool:
        """Whether a catalog contradicts the curated list, not only the other catalog."""
        return CURATED in self.prices

    def line(self) -> tuple:
        """The conflict as a line of the report, prices for one quantity of units."""
        quantity = max(price.price_quantity for price in self.prices.values())
        texts = (
            f"{(self.prices[s].per_unit * quantity).normalize():f}" if s in self.prices else ""
            for s in SOURCES
        )
        return (*self.thing, *self.window, quantity, *texts, str(self.difference_percent))


def conflicts(
    history: History, curated: Mapping[tuple, Stated], names: Names, moment: str
) -> list[Conflict]:
    """All conflicts at a moment, those of the curated list first, the largest first.

    A name that means a curated model is held against that model's price. What a catalog dropped is
    not held against anything: nobody states it any more.
    """
    stated: dict[tuple, dict[str, Stated]] = defaultdict(lambda: defaultdict(dict))
    for key, found in history.items():
        for row in found:
            if row.holds_at(moment) and row.dropped_on is None:
                stated[thing_of(key)][key.catalog][tuple(key[-3:])] = row.price
    for thing, by_source in stated.items():
        model_id = names.curated(thing[0], thing[1])
        meant = curated.get((thing[0], model_id, *thing[2:]))
        if found := curated.get(thing) or meant:
            by_source[CURATED] = found
    different = [c for thing, by_source in stated.items() for c in _compared(thing, by_source)]
    return sorted(different, key=lambda c: (not c.is_curated, -c.difference_percent, c.line()))


def _compared(thing: tuple, by_source: Mapping[str, Stated]) -> Iterator[Conflict]:
    windows = {window for found in by_source.values() for window in found}
    if windows == {ALL_DAY}:
        prices = {s: by_source[s][ALL_DAY] for s in SOURCES if s in by_source}
        if _differ(prices):
            yield Conflict(thing, ALL_DAY, prices)
        return
    edges = sorted({0, *(_minute(text) % DAY for w in windows if w[0] for text in w[:2])})
    for start, end in zip(edges, [*edges[1:], DAY], strict=True):
        by_prices: dict[tuple, str] = defaultdict(str)
        for day in EVERY_DAY:
            found = ((s, _price_at(by_source[s], day, start)) for s in SOURCES if s in by_source)
            prices = tuple((source, price) for source, price in found if price is not None)
            if _differ(dict(prices)):
                by_prices[prices] += day
        for prices, days in by_prices.items():
            window = (clock(start), clock(end), "" if days == EVERY_DAY else days)
            yield Conflict(thing, window, dict(prices))


def _differ(prices: Mapping[str, Price]) -> bool:
    return len({price.per_unit for price in prices.values()}) > 1


def _price_at(stated: Stated, day: str, minute: int) -> Price | None:
    for (start, end, days), price in stated.items():
        if start and (not days or day in days):
            first, last = _minute(start), _minute(end)
            if first <= minute < last or (last <= first and (minute >= first or minute < last)):
                return price
    return stated.get(ALL_DAY)


def _minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def thing_of(key: Key) -> tuple:
    """What is priced, without the catalog, the time of day and the rule of its threshold."""
    return tuple(getattr(key, name) for name in THING)


def curated_prices(folder: Path, moment: str) -> dict[tuple, Stated]:
    """The curated prices at a moment."""
    found: dict[tuple, Stated] = defaultdict(dict)
    for row in rows(folder, "prices"):
        if row["valid_from"] <= moment < (row["valid_to"] or "9999"):
            texts = {**row, "context_over_tokens": int(row["context_over_tokens"])}
            unit_price = Decimal(row["price"]) / int(row["price_quantity"])
            window = tuple(row[name] for name in WINDOW)
            thing = tuple(texts[name] for name in THING)
            found[thing][window] = price_of(unit_price, row["meter"])
    return dict(found)


def table(found: Iterable[Conflict], limit: int) -> list[str]:
    """Readable lines, the first `limit` conflicts."""
    lines = []
    for number, conflict in enumerate(found):
        if number == limit:
            lines.append("  ... (--conflicts FILE.csv writes them all)")
            break
        start, end, days = conflict.window
        described = dict(zip(THING, conflict.thing, strict=True))
        parts = [
            str(value)
            for name, value in described.items()
            if value not in ("", 0) and (name, value) != ("service_tier", "standard")
        ]
        parts += [f"{start}-{end}" if start else "", f"days {days}" if days else ""]
        what = " ".join(part for part in parts if part)
        prices = "  ".join(f"{s} {p.price}" for s, p in conflict.prices.items())
        lines.append(f"  {what:<72} {prices}  ({conflict.difference_percent} %)")
    return lines
