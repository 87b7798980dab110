"""The seeds `catalog_prices` and `catalog_versions`: read, compared and written."""

import csv
import io
from pathlib import Path

from landing.refusal import Refusal

from price_catalog.history import History, Row, Version
from price_catalog.model import Fallbacks, Key, Price
from price_catalog.naming import rows

PRICES = "catalog_prices"
VERSIONS = "catalog_versions"
PRICE_COLUMNS = (
    *Key._fields, "price", "price_quantity", "valid_from", "valid_to", "catalog_version",
    "dropped_on",
)  # fmt: skip


def read_history(folder: Path) -> tuple[History, list[Version]]:
    """What the seeds say; nothing where there are none yet."""
    if not (folder / f"{PRICES}.csv").exists():
        return {}, []
    history: History = {}
    for line, row in enumerate(rows(folder, PRICES), start=2):
        try:
            texts = {name: row[name] for name in Key._fields}
            key = Key(**{**texts, "context_over_tokens": int(texts["context_over_tokens"])})
            price = Price(row["price"], int(row["price_quantity"]))
            found = Row(
                price,
                row["valid_from"],
                row["valid_to"] or None,
                row["catalog_version"],
                row["dropped_on"] or None,
            )
        except (KeyError, ValueError, TypeError) as error:
            where = f"{folder / PRICES}.csv line {line}"
            raise Refusal(f"{where}: {error}: mend it, or start with --anew") from error
        history.setdefault(key, []).append(found)
    return history, [Version(**row) for row in rows(folder, VERSIONS)]


def prices_text(history: History) -> str:
    """The seed of prices: one line per key and validity, in the order of the keys."""
    return csv_text(
        PRICE_COLUMNS,
        [
            (*key, *row.price, row.valid_from, row.valid_to, row.catalog_version, row.dropped_on)
            for key in sorted(history)
            for row in history[key]
        ],
    )


def versions_text(versions: list[Version]) -> str:
    """The seed of versions, in the order in which they were published."""
    ordered = sorted(versions, key=lambda v: (v.catalog, v.published_on, v.version))
    return csv_text(Version._fields, ordered)


def csv_text(columns: tuple[str, ...], lines: list) -> str:
    """CSV with a header; nothing is quoted without need."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(lines)
    return text.getvalue()


def fallbacks(folder: Path) -> Fallbacks:
    """Meters that cost exactly what another meter costs unless they have a price of their own."""
    return Fallbacks(
        {
            row["meter"]: row["priced_as"]
            for row in rows(folder, "meters")
            if row["is_priced_as_exact"] == "true" and row["priced_as"] != row["meter"]
        }
    )
