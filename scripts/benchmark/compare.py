"""Do two token paths say the same? Row by row: every key, count, price and cost, to the digit.

python -m benchmark.compare WAREHOUSE NAME OUT
"""

import sys
from pathlib import Path

import duckdb

from .engine_duckdb import connect
from .given import LOG

MODELS = {"usage_daily": "int_token_usage_daily", "usage_priced": "int_token_usage_priced"}
# What a way may leave out because this log never says it: then the column must hold this and
# nothing else. Columns that are not named here must hold no value, or zero.
SAYS_NOTHING = {
    "usage_source": "usage_source",
    "usage_kind": "usage_kind",
    "is_context_known": "true",
    "spans_price_change": "false",
    "is_flat_rate": "false",
    "is_exact": "true",
    "notional_cost_usd": "computed_cost_usd",
}
SUMMED = {"requests", "quantity", "reported_cost_usd", "computed_cost_usd"}


def differences(warehouse: Path, out: Path) -> list[str]:
    """Name what differs between the warehouse and the tables in `out`; nothing if all is equal.

    `out` is a DuckDB file, or a folder with a Parquet file per table.
    """
    found = []
    with connect(None) as con:
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        if out.is_file():
            con.execute(f"attach '{out}' as other (read_only)")
        for table, model in MODELS.items():
            mine = f"(select * from warehouse.main_intermediate.{model}"
            mine += f" where usage_source = '{LOG}')"
            theirs = f"other.{table}" if out.is_file() else f"'{out / table}.parquet'"
            made, named = _columns(con, mine), _columns(con, theirs)
            columns = [name for name in made if name in named]
            for name in (name for name in made if name not in named):
                said = f"coalesce(cast({name} as varchar), '0') <> '0'"
                if name in SAYS_NOTHING:
                    said = f"{name} is distinct from {SAYS_NOTHING[name]}"
                unknown = con.execute(f"select count(*) from {mine} where {said}").fetchone()
                if unknown and unknown[0]:
                    found.append(f"{table}: {name} is left out, {unknown[0]:,} rows have one")
            sums = [name for name in columns if name in SUMMED or name.endswith("_tokens")]
            found += _totals_that_differ(con, table, sums, mine, theirs)
            row = f"hash({', '.join(_plain(name) for name in columns)})"
            counted = f"select {row} as row_hash, count(*) as n from {{}} group by all"
            rows = con.execute(f"""
                select sum(abs(coalesce(a.n, 0) - coalesce(b.n, 0)))
                from ({counted.format(mine)}) as a
                full join ({counted.format(theirs)}) as b using (row_hash)
            """).fetchone()
            if rows and rows[0]:
                found.append(f"{table}: {rows[0]:,} rows are in only one of the two")
    return found


def _columns(con: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    """Names of the columns, in their order."""
    return [row[0] for row in con.execute(f"describe select * from {relation}").fetchall()]


def _plain(name: str) -> str:
    """A column in the one type that all engines can be read in, so that hashes can agree."""
    if name.endswith("_usd"):
        return f"cast({name} as decimal(38, {15 if name.startswith('price') else 12}))"
    if name in ("requests", "quantity", "context_band_tokens") or name.endswith("_tokens"):
        return f"cast({name} as bigint)"
    types = {"usage_date": "date", "priced_at": "timestamp"}
    return f"cast({name} as {types.get(name, 'varchar')})"


def _totals_that_differ(
    con: duckdb.DuckDBPyConnection, table: str, summed: list[str], mine: str, theirs: str
) -> list[str]:
    """Rows and every sum, per day."""
    found = []
    sums = ", ".join(f"sum({_plain(name)}) as {name}" for name in summed)
    day = "cast(usage_date as date) as day"
    sql = f"select {day}, count(*) as row_count, {sums} from {{}} group by 1"
    names = ["row_count", *summed]
    shown = ", ".join(f"a.{name}, b.{name}" for name in names)
    days = con.execute(
        f"select coalesce(a.day, b.day), {shown} from ({sql.format(mine)}) as a"
        f" full join ({sql.format(theirs)}) as b on a.day = b.day order by 1"
    ).fetchall()
    for day, *values in days:
        for name, one, other in zip(names, values[::2], values[1::2], strict=True):
            if one != other:
                found.append(f"{table} {day} {name}: {one} in the warehouse, {other} here")
    return found


if __name__ == "__main__":
    wrong = differences(Path(sys.argv[1]), Path(sys.argv[3]))
    if wrong:
        shown_lines = "\n  ".join(wrong[:20])
        sys.exit(f"{sys.argv[2]} differs from the warehouse ({len(wrong)}):\n  {shown_lines}")
