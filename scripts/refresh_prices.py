#!/usr/bin/env python
"""Refresh the list prices of the catalogs: `python scripts/refresh_prices.py`.

Reads the installed packages genai-prices and litellm, or wheels and price files that are named with
the day of their publication (`--litellm FILE@2026-11-20`), and merges what they list into the seeds
`catalog_prices` and `catalog_versions`. Earlier prices stay: a changed price is a new row. Prints
what changed, what was left out and where the sources contradict each other. Exit code 0: done, or
nothing to do; 1: `--check` found changes; 2: refused, with one line on stderr. See docs/prices.md.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from landing.progress import Progress
from landing.refusal import Refusal
from price_catalog import conflicts, genai, litellm, report, sources, store
from price_catalog.history import History, Version, extend
from price_catalog.model import Tally
from price_catalog.naming import Names

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "seeds" / "reference"


def main(arguments: list[str] | None = None) -> int:
    """Refresh as the command line says; the exit code."""
    options = parser().parse_args(arguments)
    try:
        return refresh(options)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(Refusal(f"{where}{error.strerror or error}: nothing was written"), file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    made = argparse.ArgumentParser(description="Merge the catalogs' list prices into the seeds.")
    for catalog in (litellm.CATALOG, genai.CATALOG):
        made.add_argument(
            f"--{catalog}",
            metavar="FILE@DATE",
            action="append",
            default=[],
            help=f"a wheel of {catalog} or the price file in it, and when it was published",
        )
    made.add_argument(
        "--seeds", metavar="DIR", type=Path, default=REFERENCE, help="reference seeds"
    )
    made.add_argument("--anew", action="store_true", help="forget the history that is there")
    made.add_argument(
        "--check", action="store_true", help="leave the seeds alone; 1 if they would change"
    )
    made.add_argument("--conflicts", metavar="FILE", type=Path, help="write all conflicts as CSV")
    made.add_argument("--all", action="store_true", help="print every change, not the first ones")
    return made


def refresh(options: argparse.Namespace) -> int:
    """Merge, write and report; the exit code."""
    named = [
        sources.from_argument(catalog, argument)
        for catalog in (litellm.CATALOG, genai.CATALOG)
        for argument in getattr(options, catalog.replace("-", "_"))
    ]
    found = named or sources.installed(datetime.now(UTC).date())
    found.sort(key=lambda source: (source.version.published_on, source.version))
    before, versions = store.read_history(options.seeds)
    history: History = {} if options.anew else before
    versions = [] if options.anew else versions
    new = new_sources(found, versions)
    history, tally = merged(history, new, options.seeds)
    versions = [*versions, *(source.version for source in new)]
    texts = {
        options.seeds / f"{store.PRICES}.csv": store.prices_text(history),
        options.seeds / f"{store.VERSIONS}.csv": store.versions_text(versions),
    }
    is_changed = any(
        not path.exists() or path.read_text(encoding="utf-8") != text
        for path, text in texts.items()
    )
    print_report(options, before, history, versions, tally)
    if options.check:
        return 1 if is_changed else 0
    for path, text in texts.items():
        partial = path.with_suffix(".csv.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    return 0


def new_sources(found: list[sources.Source], versions: list[Version]) -> list[sources.Source]:
    """The sources that are not in the seeds yet; an older one comes too late."""
    loaded = {(version.catalog, version.version) for version in versions}
    new = [s for s in found if (s.version.catalog, s.version.version) not in loaded]
    for source in new:
        newest = max(
            (v for v in versions if v.catalog == source.version.catalog),
            key=lambda version: version.published_on,
            default=None,
        )
        if newest and newest.published_on > source.version.published_on:
            raise Refusal(
                f"{source.where}: is of {source.version.published_on}, and {newest.version} of "
                f"{newest.published_on} is in the seed: history is told forwards, name all "
                "versions and say --anew"
            )
    return new


def merged(
    history: History, new: list[sources.Source], seeds: Path
) -> tuple[History, dict[str, Tally]]:
    """The history with all new sources, and what the last version of each catalog left out."""
    names, fallbacks, progress = Names.read(seeds), store.fallbacks(seeds), Progress()
    tally: dict[str, Tally] = {}
    for number, source in enumerate(new):
        progress(f"reading {source.where}", number / len(new))
        listing = source.listing(names)
        history = extend(history, source.version, listing, fallbacks)
        tally[f"{source.version.catalog} {source.version.version}"] = listing.tally
    last = {name.split()[0]: name for name in tally}
    return history, {name: tally[name] for name in last.values()}


def print_report(
    options: argparse.Namespace,
    before: History,
    after: History,
    versions: list[Version],
    tally: dict[str, Tally],
) -> None:
    """Print changes, what was left out and conflicts; write the conflicts if asked."""
    limit = None if options.all else report.LIMIT
    lines = list(report.changes(before, after))
    print(f"changes: {len(lines):,} models")
    print_lines(report.shortened([f"  {line}" for line in lines], limit))
    for name, left in tally.items():
        print(f"left out of {name}:")
        print_lines(report.left_out(left))
    moment = max((version.moment for version in versions), default="")
    names = Names.read(options.seeds)
    curated = conflicts.curated_prices(options.seeds, moment)
    found = conflicts.conflicts(after, curated, names, moment)
    with_curated = sum(conflict.is_curated for conflict in found)
    print(
        f"conflicts on {moment[:10]}: {with_curated:,} with curated prices, "
        f"{len(found) - with_curated:,} between the catalogs"
    )
    print_lines(conflicts.table(found, len(found) if options.all else report.LIMIT))
    if options.conflicts:
        text = store.csv_text(conflicts.COLUMNS, [conflict.line() for conflict in found])
        options.conflicts.write_text(text, encoding="utf-8")
    rows = sum(len(rows) for rows in after.values())
    models = {key.model for key in after}
    print(
        f"catalog_prices: {rows:,} rows, {len(models):,} models of "
        f"{len({provider for provider, _ in models}):,} providers, {len(versions)} versions"
    )


def print_lines(lines: list[str]) -> None:
    """Print lines, if there are any."""
    for line in lines:
        print(line)


if __name__ == "__main__":
    sys.exit(main())
