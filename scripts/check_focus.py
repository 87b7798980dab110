"""Judge the FOCUS dataset of the warehouse by the rules of the FOCUS requirements model."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import duckdb
from conformance import pages
from conformance.judging import judge
from conformance.model import read_model

WRITERS = {".html": pages.page, ".md": pages.markdown, ".json": pages.as_json}


def main(arguments: list[str] | None = None) -> int:
    """Print the summary, write the page that is asked for; 1 if --strict and a MUST is broken."""
    model = read_model()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--warehouse",
        type=Path,
        default=Path(os.environ.get("WAREHOUSE_PATH", "warehouse.duckdb")),
        help="DuckDB file that `dbt build` made (default: $WAREHOUSE_PATH or warehouse.duckdb)",
    )
    parser.add_argument("--table", default="focus_cost_and_usage", help="table or view to judge")
    parser.add_argument("--out", type=Path, help="also write the report: .html, .md or .json")
    parser.add_argument(
        "--supports",
        help="capabilities that every provider has, comma-separated, or `all`; without it a "
        f"provider has those that its lines show. Known: {', '.join(model.capabilities)}",
    )
    parser.add_argument(
        "--strict", action="store_true", help="leave with exit code 1 if a MUST rule is broken"
    )
    options = parser.parse_args(arguments)
    if options.out and options.out.suffix not in WRITERS:
        parser.error(f"--out {options.out}: end the name in {', '.join(WRITERS)}")
    if not options.warehouse.is_file():
        parser.error(f"--warehouse {options.warehouse}: no such file; run `make build` first")
    supports = None
    if options.supports:
        supports = {name.strip().upper() for name in options.supports.split(",")}
        if supports == {"ALL"}:
            supports = set(model.capabilities)
        unknown = supports - set(model.capabilities)
        if unknown:
            parser.error(f"--supports {', '.join(sorted(unknown))}: not known, see --help")

    with duckdb.connect(str(options.warehouse), read_only=True) as connection:
        try:
            report = judge(connection, options.table, model, supports)
        except duckdb.CatalogException:
            parser.error(f"--table {options.table}: not in {options.warehouse}; run `dbt build`")
    print(pages.text(report))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(WRITERS[options.out.suffix](report), encoding="utf-8")
        print(f"\nWritten: {options.out}")
    broken = report.counts()["MUST"]["failed"]
    return 1 if options.strict and broken else 0


if __name__ == "__main__":
    sys.exit(main())
