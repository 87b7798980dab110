"""The history of list prices: what each version of a catalog adds to what earlier ones said."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from price_catalog.model import Fallbacks, Key, Listing, Price, Span

# a catalog that dates a change says that the price before it was always the same
ALWAYS = "1970-01-01 00:00:00"


@dataclass(frozen=True)
class Row:
    """A price of one key from `valid_from` (UTC) up to `valid_to`; None = open."""

    price: Price
    valid_from: str
    valid_to: str | None
    catalog_version: str
    dropped_on: str | None = None

    def holds_at(self, moment: str) -> bool:
        """Whether the price is valid at a moment."""
        return self.valid_from <= moment and (self.valid_to is None or self.valid_to > moment)


class Version(NamedTuple):
    """A published version of a catalog."""

    catalog: str
    version: str
    published_on: str

    @property
    def moment(self) -> str:
        """The moment from which what it says is taken to hold."""
        return f"{self.published_on} 00:00:00"


History = dict[Key, list[Row]]


def extend(history: History, version: Version, listing: Listing, fallbacks: Fallbacks) -> History:
    """The history with one more, newer version of a catalog."""
    extended = dict(history)
    own_prices = {
        key.kind for key in listing.spans if key in history or _is_own(key, listing, fallbacks)
    }
    for key, spans in listing.spans.items():
        if key.kind in own_prices:
            extended[key] = _with_spans(history.get(key, []), spans, version)
    for key, rows in history.items():
        if key.catalog == version.catalog and key not in listing.spans:
            is_listed = key.model in listing.models
            extended[key] = _ended(rows, version) if is_listed else _dropped(rows, version)
    return {key: rows for key, rows in extended.items() if rows}


def _is_own(key: Key, listing: Listing, fallbacks: Fallbacks) -> bool:
    """Whether the price is another one than what holds if the key is left out.

    A meter of a model is left out as a whole or not at all: a price of its own stands above every
    price that it falls back to, also above one for longer requests.
    """
    fallback = fallbacks.of(key)
    return fallback is None or listing.spans.get(fallback) != listing.spans[key]


def _with_spans(known: list[Row], spans: list[Span], version: Version) -> list[Row]:
    rows = [row for row in known if row.valid_from <= version.moment or _is_stated(row, spans)]
    withdrawn = [row.valid_from for row in known if row not in rows]
    if rows and withdrawn and rows[-1].valid_to == withdrawn[0]:
        # an announced change that is announced no more
        rows[-1] = replace(rows[-1], valid_to=None)
    dated = [span for span in spans if span.start is not None]
    told = rows
    for span, following in zip(spans, [*spans[1:], None], strict=True):
        end = span.end or (following.start if following else None)
        if span.start is None and dated:
            if not any(row.valid_from < str(dated[0].start) for row in told):
                rows = _overwritten(rows, span.price, ALWAYS, end, version)
        elif span.start is not None and not _is_known(told, span):
            rows = _overwritten(rows, span.price, span.start, end, version)
    current = [s for s in spans if s.start is None or s.start <= version.moment]
    if current:
        last = current[-1]
        if last.end is not None and last.end <= version.moment:
            return _ended(rows, version)
        rows = _observed(rows, last.price, version)
    return _joined(rows)


def _is_known(rows: list[Row], span: Span) -> bool:
    """A dated price that an earlier version stated stays as it is, whatever it says now."""
    return any(
        row.valid_from == span.start or (row.holds_at(str(span.start)) and row.price == span.price)
        for row in rows
    )


def _is_stated(row: Row, spans: Iterable[Span]) -> bool:
    return any(span.start == row.valid_from for span in spans)


def _observed(rows: list[Row], price: Price, version: Version) -> list[Row]:
    """The price is `price` when the version is published."""
    now = version.moment
    at = next((i for i, row in enumerate(rows) if row.holds_at(now)), None)
    later = next((row.valid_from for row in rows if row.valid_from > now), None)
    if at is None:
        return sorted([*rows, Row(price, now, later, version.version)], key=_start)
    row = rows[at]
    if row.price == price:
        rows[at] = replace(row, valid_to=later, dropped_on=None)
        return rows
    before = [] if row.valid_from == now else [replace(row, valid_to=now, dropped_on=None)]
    return [*rows[:at], *before, Row(price, now, later, version.version), *rows[at + 1 :]]


def _overwritten(
    rows: list[Row], price: Price, start: str, end: str | None, version: Version
) -> list[Row]:
    """The catalog itself dates the price: from `start` up to `end` nothing else holds."""
    kept: list[Row] = []
    for row in rows:
        if row.valid_from < start:
            cut = start if row.valid_to is None or row.valid_to > start else row.valid_to
            kept.append(replace(row, valid_to=cut))
        if end is not None and (row.valid_to is None or row.valid_to > end):
            kept.append(replace(row, valid_from=max(row.valid_from, end)))
    return sorted([*kept, Row(price, start, end, version.version)], key=_start)


def _ended(rows: list[Row], version: Version) -> list[Row]:
    """The model is listed, this price of it is not: it holds no more."""
    now = version.moment
    kept = [row for row in rows if row.valid_from < now]
    return [
        replace(row, valid_to=now, dropped_on=None) if row.holds_at(now) else row for row in kept
    ]


def _dropped(rows: list[Row], version: Version) -> list[Row]:
    """The model is not listed any more: its prices stay, and say so."""
    return [
        replace(row, dropped_on=row.dropped_on or version.published_on)
        if row.holds_at(version.moment)
        else row
        for row in rows
    ]


def _joined(rows: list[Row]) -> list[Row]:
    """Rows of one price that follow each other are one."""
    joined: list[Row] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and last.price == row.price and last.valid_to == row.valid_from:
            joined[-1] = replace(last, valid_to=row.valid_to, dropped_on=row.dropped_on)
        else:
            joined.append(row)
    return joined


def _start(row: Row) -> str:
    return row.valid_from


def by_model(history: History) -> dict[tuple[str, str, str], History]:
    """The history of each model of each catalog."""
    models: dict[tuple[str, str, str], History] = defaultdict(dict)
    for key, rows in history.items():
        models[key.catalog, key.provider_id, key.model_id][key] = rows
    return models
