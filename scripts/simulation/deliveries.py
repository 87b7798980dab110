"""The output folder: native files, and the list of when each was exported and landed."""

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from .catalog import plain
from .world import iso

_LANDING_DELAY = timedelta(minutes=30)
_NUMBER_MARK = "\x01"


@dataclass
class Deliveries:
    """Writes files under `root` and remembers them for deliveries.csv."""

    root: Path
    rows: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)

    def path(
        self, source: str, table: str, name: str, exported_at: datetime, set_: str = ""
    ) -> Path:
        """Where to write a file of this feed; the delivery is on the list from now on."""
        relative = Path(source) / table / name
        landed_at = exported_at + _LANDING_DELAY
        self.rows.append((str(relative), source, table, iso(exported_at), iso(landed_at), set_))
        target = self.root / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def write_list(self, name: str = "deliveries.csv") -> None:
        """Write the list, in the order of landing."""
        rows = sorted(self.rows, key=lambda row: (row[4], row[0]))
        header = ("path", "source", "table", "exported_at", "landed_at", "set")
        write_csv(self.root / name, header, rows)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write CSV; None is an empty field, decimals and UTC times are exact text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_text(value) for value in row] for row in rows)


def write_records(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """CSV whose header is the keys of the first record; all records have the same keys."""
    write_csv(path, list(records[0]), [list(record.values()) for record in records])


def write_page(path: Path, buckets: Iterable[Mapping[str, Any]], **envelope: Any) -> None:
    """One page of an API as a JSON file with one bucket per line; decimals are exact numbers."""
    lines = ",\n".join(_json(bucket) for bucket in buckets)
    head = "".join(f"{json.dumps(key)}:{json.dumps(value)}," for key, value in envelope.items())
    path.write_text(
        f'{{{head}"data":[\n{lines}\n],"has_more":false,"next_page":null}}\n', encoding="utf-8"
    )


def _json(value: Mapping[str, Any]) -> str:
    def exact(number: Any) -> str:
        if not isinstance(number, Decimal):
            raise TypeError(type(number))
        return f"{_NUMBER_MARK}{plain(number)}{_NUMBER_MARK}"

    text = json.dumps(value, default=exact, separators=(",", ":"))
    mark = re.escape(json.dumps(_NUMBER_MARK)[1:-1])
    return re.sub(f'"{mark}([-0-9.]+){mark}"', r"\1", text)


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return iso(value)
    return value
