#!/usr/bin/env python
"""Land one native export: `python scripts/land_export.py openai costs costs-*.json`.

Reads JSON pages, JSONL, CSV or Parquet, checks every value, and writes typed Parquet plus one line
in the manifest under RAW_ROOT (default data/raw), or nothing at all. Exit code 0: landed, or
landed before; 2: refused, with one line on stderr that says where and how to mend it.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
from landing import expectations, summary
from landing.delivery import Outcome, land
from landing.refusal import Refusal
from landing.request import Request

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Land the export that the command line names; the exit code."""
    options = option_parser().parse_args(arguments)
    return guarded(lambda: report(land(request_of(options))))


def guarded(action: Callable[[], None]) -> int:
    """Run a landing; turn everything that can go wrong into one line on stderr and exit code 2."""
    try:
        action()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(Refusal(f"{where}{error.strerror or error}: nothing was landed"), file=sys.stderr)
        return 2
    except MemoryError:
        print("not enough memory: nothing was landed", file=sys.stderr)
        return 2
    except duckdb.Error as error:
        print(f"{' '.join(str(error).split())}: nothing was landed", file=sys.stderr)
        return 2
    finally:
        expectations.build_docs()
    return 0


def report(outcome: Outcome) -> None:
    """Print the one line of a delivery, and its notes."""
    if not outcome.is_new:
        record = outcome.record
        print(
            f"{record['source']}.{record['table']}: the same content was landed on "
            f"{record['landed_at'][:10]} as delivery {record['delivery_id']}, nothing to do "
            "(--again lands it as a new delivery)"
        )
        return
    print(summary.one_line(outcome.record))
    for note in outcome.notes:
        print(f"note: {note}", file=sys.stderr)


def request_of(options: argparse.Namespace) -> Request:
    """The request that parsed options stand for; folders come from the environment."""
    constants = {}
    for text in options.set:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise Refusal(f"--set {text}: say --set COLUMN=VALUE")
        constants[name.strip()] = value.strip()
    return Request(
        source=options.source,
        table=options.table,
        files=tuple(options.files),
        raw_root=Path(options.raw_root or os.environ.get("RAW_ROOT") or ROOT / "data/raw"),
        sources_root=Path(os.environ.get("LANDING_SOURCES_ROOT") or ROOT / "models/staging"),
        currencies_path=ROOT / "seeds/reference/currencies.csv",
        constants=constants,
        exported_at=options.exported_at,
        landed_at=options.landed_at,
        date_order=options.date_order,
        replaces_days=options.replace_days,
        quarantines=options.quarantine_bad_rows,
        is_in_place=options.in_place,
        is_again=options.again,
    )


def option_parser() -> argparse.ArgumentParser:
    """The command line of one landing."""
    parser = argparse.ArgumentParser(
        description="Land one native export: typed Parquet and a line in the manifest, or nothing."
    )
    parser.add_argument("source", help="source, such as openai")
    parser.add_argument("table", help="table of the source, such as costs")
    parser.add_argument("files", nargs="+", metavar="FILE", help="all files of one export")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        help="a constant for a column that the export lacks, such as organization_id=org-1",
    )
    parser.add_argument(
        "--exported-at", metavar="TS", help="when the export was made (default: now)"
    )
    parser.add_argument("--landed-at", metavar="TS", help="when it arrived, to backfill history")
    parser.add_argument(
        "--date-order", choices=("mdy", "dmy"), help="order of dates such as 5/1/25"
    )
    parser.add_argument(
        "--replace-days",
        action="store_true",
        help="this export is all there is of its accounts on its days, whatever the project",
    )
    parser.add_argument(
        "--quarantine-bad-rows",
        action="store_true",
        help="land the good rows and set the others aside, instead of refusing the export",
    )
    parser.add_argument(
        "--in-place",
        action="store_true",
        help="do not copy: Parquet that is typed already, on disk or at s3://, gs://, az://",
    )
    parser.add_argument("--again", action="store_true", help="land the same content once more")
    parser.add_argument(
        "--raw-root", metavar="DIR", help="raw folder (default: RAW_ROOT or data/raw)"
    )
    return parser


def run(command: Callable[[], int]) -> None:
    """Run a command as a process of its own, and end it at once.

    A polite end would make DuckDB's binding report the objects that other libraries still keep.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        code = command()
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 1
    except KeyboardInterrupt:
        print("interrupted: nothing was landed", file=sys.stderr)
        code = 130
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run(main)
