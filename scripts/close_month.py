#!/usr/bin/env python
"""Close a month: `python scripts/close_month.py 2026-01`.

Keeps what the warehouse publishes of the month (the tables under `closed_tables` in
dbt_project.yml) as Parquet under RAW_ROOT. From then on `dbt build` reads the month from there: no
later delivery, price or rule moves it, and what a bill says differently is posted as a correction
in the first open month. Exit code 0: closed; 2: refused, with one line on stderr.
"""

import argparse
import os
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import yaml
from land_export import ROOT, guarded, run
from landing.refusal import Refusal
from landing.request import now, utc_text
from landing.sql import literal, quoted
from landing.store import RawStore

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Closing:
    """The month to close, when, and where it is kept."""

    month: date
    closed_at: str
    con: duckdb.DuckDBPyConnection
    folder: Path

    def keep(self, table: str, select: str) -> dict:
        """Write a select of one table to Parquet; its manifest record."""
        (self.folder / table).mkdir()
        target = literal(str(self.folder / table / "part-0.parquet"))
        self.con.execute(f"copy ({select}) to {target} (format parquet, compression zstd)")
        described = self.con.execute(f"describe select * from read_parquet({target})").fetchall()
        rows, *_ = self.con.execute(f"select count(*) from read_parquet({target})").fetchone() or (
            0,
        )
        delivery_id = f"{self.month:%Y-%m}-{table}"
        return {
            "delivery_id": delivery_id,
            "source": "closed",
            "table": table,
            "mode": "append",
            "exported_at": self.closed_at,
            "landed_at": self.closed_at,
            "format_version": None,
            "storage": "landed",
            "paths": [f"closed/{table}/{delivery_id}/part-0.parquet"],
            "columns": [name for name, *_ in described],
            "rows": rows,
            "rows_quarantined": 0,
            "period_start": str(self.month),
            "period_end": str(next_month(self.month) - timedelta(days=1)),
            "money": {},
            "files": [],
            "content_sha256": None,
            "scopes_path": None,
            "scope_sql": None,
            "date_order": None,
            "set": {},
        }

    def keep_table(self, table: str, date_column: str) -> dict:
        """Keep what a mart publishes of the month; what was open is closed from now on."""
        columns = self.con.execute(
            "select column_name from information_schema.columns "
            "where table_schema = 'main' and table_name = ? order by ordinal_position",
            [table],
        ).fetchall()
        if not columns:
            raise Refusal(f"{table}: is not in the warehouse: run `dbt build` first")
        closed = "if(cost_status = 'open', 'closed', cost_status) as cost_status"
        names = [closed if name == "cost_status" else quoted(name) for (name,) in columns]
        return self.keep(
            table,
            f"select {', '.join(names)} from {table} where {date_column} >= date '{self.month}' "
            f"and {date_column} < date '{next_month(self.month)}'",
        )


def main(arguments: list[str] | None = None) -> int:
    """Close the month that the command line names; the exit code."""
    parser = argparse.ArgumentParser(description="Close a month: what is published of it stays.")
    parser.add_argument("month", metavar="YYYY-MM")
    parser.add_argument("--closed-at", metavar="TS", help="when it was closed (default: now)")
    parser.add_argument("--warehouse", help="default: WAREHOUSE_PATH or warehouse.duckdb")
    parser.add_argument("--raw-root", metavar="DIR", help="default: RAW_ROOT or data/raw")
    options = parser.parse_args(arguments)
    return guarded(lambda: close(options))


def close(options: argparse.Namespace) -> None:
    """Keep the month's tables, or raise a Refusal; prints one line."""
    if not MONTH.fullmatch(options.month):
        raise Refusal(f"{options.month}: is not a month: write it as 2026-01")
    month = date.fromisoformat(f"{options.month}-01")
    closed_at = utc_text(options.closed_at or now(), "--closed-at")
    if closed_at[:10] < str(next_month(month)):
        raise Refusal(f"{options.month}: is not over on {closed_at[:10]}: close it afterwards")
    warehouse = options.warehouse or os.environ.get("WAREHOUSE_PATH") or ROOT / "warehouse.duckdb"
    if not Path(warehouse).is_file():
        raise Refusal(f"{warehouse}: no warehouse here: run `dbt build` first")
    store = RawStore(Path(options.raw_root or os.environ.get("RAW_ROOT") or ROOT / "data/raw"))
    with store.workspace() as folder, duckdb.connect(str(warehouse), read_only=True) as con:
        closing = Closing(month, closed_at, con, folder)
        check_deliveries(closing, store)
        check_order(closing)
        records = [closing.keep_table(*table) for table in closed_tables().items()]
        period = (
            f"select date '{month}' as month_start_date, "
            f"cast({literal(closed_at[:-1])} as timestamp) as closed_at"
        )
        records.append(closing.keep("closed_periods", period))
        with store.lock():
            if any(
                r["period_start"] == str(month) for r in store.deliveries("closed.closed_periods")
            ):
                raise Refusal(
                    f"{options.month}: is closed already, and a closed month does not move"
                )
            moves = [(folder / r["table"], store.data_folder(r)) for r in records]
            store.publish_all(records, moves)
    kept = ", ".join(f"{r['rows']:,} rows of {r['table']}" for r in records[:-1])
    print(f"{options.month}: closed at {closed_at}; kept {kept}. Run `dbt build`.")


def check_deliveries(closing: Closing, store: RawStore) -> None:
    """What is kept must be what all landed deliveries say, and nothing else."""
    is_logged = closing.con.execute(
        "select count(*) > 0 from information_schema.tables where table_name = 'fct_delivery_log'"
    ).fetchone()
    built: set[str] = set()
    if is_logged and is_logged[0]:
        rows = closing.con.execute(
            "select delivery_id from fct_delivery_log where not is_withdrawn"
        )
        built = {delivery_id for (delivery_id,) in rows.fetchall()}
    known = {r["delivery_id"] for r in store.deliveries() if r["source"] != "closed"}
    if built != known:
        raise Refusal(
            f"{closing.month:%Y-%m}: the warehouse does not stand on what is landed "
            f"({len(known - built)} deliveries are not in it, {len(built - known)} count no more): "
            "run `dbt build` first"
        )


def check_order(closing: Closing) -> None:
    """Months are closed in their order: corrections go to the month after the last closed one."""
    (earlier,) = closing.con.execute(
        "select strftime(min(charge_date), '%Y-%m') from fct_charges "
        "where cost_status = 'open' and charge_date < ?",
        [closing.month],
    ).fetchone() or (None,)
    if earlier:
        raise Refusal(f"{closing.month:%Y-%m}: {earlier} is still open: close that first")


def closed_tables() -> dict[str, str]:
    """The tables that do not move after closing, and their date columns: from dbt_project.yml."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    return project["vars"]["closed_tables"]


def next_month(first: date) -> date:
    """First day of the following month."""
    return (first + timedelta(days=32)).replace(day=1)


if __name__ == "__main__":
    run(main)
