#!/usr/bin/env python
"""Fetch exports from an API and land them: `scripts/pull_exports.py openai --since 2026-01-01`.

Keys are read from environment variables and written nowhere. Days that are over (UTC) are fetched,
a month at a time, and landed as scripts/land_export.py does it; what was landed is remembered under
RAW_ROOT, so that the next run fetches only new days and those that may still change. Exit code
0: all is landed; 2: something was refused, with one line on stderr per table.
"""

import argparse
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from land_export import guarded, option_parser, report, request_of, run
from landing.refusal import Refusal
from landing.request import Request

if not find_spec("dlt"):
    sys.exit("dlt is not installed: make setup-pull")

from pulling.calling import checked_base_url, make_client
from pulling.connectors import VENDORS
from pulling.endpoints import Endpoint, Vendor
from pulling.fetching import Api
from pulling.keys import Keys
from pulling.state import PullState, only_pull
from pulling.tables import Order, Pull, feed_of


def main(arguments: list[str] | None = None) -> int:
    """Fetch and land what the command line names; the exit code."""
    options = parser().parse_args(arguments)
    refused: list[Refusal] = []
    try:
        code = guarded(lambda: pull(options, refused))
    except KeyboardInterrupt:
        print(
            "interrupted: what was landed stays, the next run goes on from there", file=sys.stderr
        )
        return 130
    return code or (2 if refused else 0)


def pull(options: argparse.Namespace, refused: list[Refusal]) -> None:
    """Fetch the tables one after another; what is refused of one does not stop the others."""
    vendor = VENDORS[options.vendor]
    base = land_request(options, vendor.name, "", [])
    endpoints = chosen(vendor, options.tables)
    keys = Keys.of(vendor)
    client = make_client(vendor, keys, checked_base_url(vendor, options.base_url))
    order = Order(
        since=options.since,
        until=options.until,
        look_back_days=options.look_back,
        lands=options.land,
        keeps=options.keep,
        refetches=options.refetch,
        constants=base.constants,
    )
    with only_pull(base.raw_root, vendor.name):
        pulling = Pull(
            Api(vendor, keys, client),
            PullState(base.raw_root, vendor.name),
            order,
            base.raw_root,
            lambda table, exported_at, files: land_request(options, table, exported_at, files),
            report,
        )
        for endpoint in endpoints:
            feed = feed_of(base.sources_root, vendor.name, endpoint)
            if not feed:
                print(f"{vendor.name}.{endpoint.table}: the project has no such feed: skipped")
                continue
            try:
                pulling.table(endpoint, feed)
            except Refusal as refusal:
                print(refusal, file=sys.stderr, flush=True)
                refused.append(refusal)


def chosen(vendor: Vendor, tables: list[str]) -> list[Endpoint]:
    """The endpoints that are asked for; without names, the first one of every feed."""
    known = {endpoint.table: endpoint for endpoint in vendor.endpoints}
    for table in tables:
        if table not in known:
            raise Refusal(f"{vendor.name}.{table}: no such table; known are: {', '.join(known)}")
    return [e for e in vendor.endpoints if (e.table in tables if tables else not e.feed)]


def land_request(
    options: argparse.Namespace, table: str, exported_at: str, files: list[Path]
) -> Request:
    """The landing of fetched files, as land_export.py would be asked for it."""
    arguments = [options.vendor, table, *map(str, files or ["-"])]
    arguments += ["--exported-at", exported_at] if exported_at else []
    for constant in options.set:
        arguments += ["--set", constant]
    arguments += ["--raw-root", options.raw_root] if options.raw_root else []
    return request_of(option_parser().parse_args(arguments))


def whole_days(text: str) -> int:
    """A number of days that is not negative."""
    if not text.isdigit():
        raise ValueError(text)
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    vendors = "\n".join(
        f"  {v.name}: {' '.join(e.table for e in v.endpoints)}\n    key: "
        f"{', '.join(v.key_variables)}"
        for v in VENDORS.values()
    )
    command = argparse.ArgumentParser(
        description="Fetch exports from a vendor's API and land them.",
        epilog=f"vendors, their tables and the environment variables with their keys:\n{vendors}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("vendor", choices=sorted(VENDORS), help="whose API")
    command.add_argument(
        "tables", nargs="*", metavar="TABLE", help="tables to fetch (default: all that have a feed)"
    )
    command.add_argument(
        "--since",
        type=date.fromisoformat,
        metavar="DAY",
        help="first day (UTC), needed the first time; known days are not fetched again",
    )
    command.add_argument(
        "--until",
        type=date.fromisoformat,
        metavar="DAY",
        help="day before which to stop (default: today, so that only whole days are fetched)",
    )
    command.add_argument(
        "--look-back",
        type=whole_days,
        metavar="DAYS",
        help="how many known days to fetch again (default: as the vendor restates them)",
    )
    command.add_argument(
        "--land",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="--no-land only fetches, keeps the pages and remembers nothing",
    )
    command.add_argument("--keep", action="store_true", help="keep the pages after landing")
    command.add_argument(
        "--refetch", action="store_true", help="fetch every day since --since, known or not"
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        help="a constant that the API does not state, such as organization_id=org-1",
    )
    command.add_argument("--base-url", metavar="URL", help="another address of the API")
    command.add_argument(
        "--raw-root", metavar="DIR", help="raw folder (default: RAW_ROOT or data/raw)"
    )
    return command


if __name__ == "__main__":
    run(main)
