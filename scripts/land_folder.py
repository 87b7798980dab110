#!/usr/bin/env python
"""Land every export that a folder lists: `python scripts/land_folder.py data/sample`.

DIR/deliveries.csv has the columns path (relative to DIR; several separated by ';'), source, table,
exported_at, landed_at and set (optional, 'a=b;c=d'). They are landed in that order; what is there
already is skipped, so that a run that was refused half-way can be repeated.
"""

import argparse
import csv
import sys
from pathlib import Path

from land_export import guarded, option_parser, report, request_of, run
from landing.delivery import land
from landing.refusal import Refusal
from landing.request import Request

COLUMNS = ("path", "source", "table", "exported_at", "landed_at")


def main(arguments: list[str] | None = None) -> int:
    """Land the deliveries of one folder; the exit code."""
    parser = argparse.ArgumentParser(description="Land every export listed in DIR/deliveries.csv.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--raw-root", metavar="DIR", help="raw folder (default: RAW_ROOT or data/raw)"
    )
    options = parser.parse_args(arguments)
    return guarded(lambda: _land_all(options.folder, options.raw_root))


def _land_all(folder: Path, raw_root: str | None) -> None:
    requests = read_deliveries(folder, raw_root)
    for number, request in enumerate(requests, start=1):
        print(f"[{number}/{len(requests)}] ", end="")
        try:
            report(land(request))
        except Refusal as refusal:
            print(f"{request.source}.{request.table}: refused", flush=True)
            raise Refusal(f"{folder / 'deliveries.csv'}: row {number}: {refusal}") from refusal
        sys.stdout.flush()


def read_deliveries(folder: Path, raw_root: str | None) -> list[Request]:
    """The landings that DIR/deliveries.csv asks for, in its order."""
    path = folder / "deliveries.csv"
    if not path.is_file():
        raise Refusal(f"{path}: no such file: it lists the exports to land ({', '.join(COLUMNS)})")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines, restkey="beyond the header"))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refusal(f"{path}: not a CSV file in UTF-8 ({error})") from error
    missing = [name for name in COLUMNS[:3] if rows and name not in rows[0]]
    if missing or not rows:
        raise Refusal(f"{path}: lists no deliveries, or lacks the columns {', '.join(COLUMNS[:3])}")
    for number, row in enumerate(rows, start=1):
        empty = [name for name in COLUMNS[:3] if not (row.get(name) or "").strip(" ;")]
        if empty or "beyond the header" in row:
            why = f"{', '.join(empty)} is empty" if empty else "has more fields than the header"
            raise Refusal(f"{path}: row {number}: {why}: correct it, nothing was landed")
    return [_request(folder, row, raw_root) for row in rows]


def _request(folder: Path, row: dict[str, str], raw_root: str | None) -> Request:
    arguments = [row["source"], row["table"]]
    arguments += [str(folder / part.strip()) for part in row["path"].split(";") if part.strip()]
    for option, column in (("--exported-at", "exported_at"), ("--landed-at", "landed_at")):
        arguments += [option, row[column]] if row.get(column) else []
    for constant in (row.get("set") or "").split(";"):
        arguments += ["--set", constant] if constant.strip() else []
    arguments += ["--raw-root", raw_root] if raw_root else []
    return request_of(option_parser().parse_args(arguments))


if __name__ == "__main__":
    run(main)
