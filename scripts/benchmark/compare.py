"""Do two token paths say the same? Row by row: every key, count, price and cost, to the digit.

python -m benchmark.compare WAREHOUSE NAME OUT
"""

import sys
from pathlib import Path

import duckdb

from .engine_duckdb import connect
from .given import LOG

BUCKETS = [
    "input_uncached_tokens",
    "input_cache_read_tokens",
    "input_cache_write_5m_tokens",
    "input_cache_write_30m_tokens",
    "input_cache_write_1h_tokens",
    "output_text_tokens",
    "output_reasoning_tokens",
]
KEY = ["usage_date", "priced_at", "provider_id", "account_id", "credential_id"]
COLUMNS = {
    "usage_daily": [
        *KEY,
        *["team_id", "model_name", "service_tier", "context_band_tokens", "request_status"],
        *["customer_id", "tags", "requests", *BUCKETS, "reported_cost_usd"],
    ],
    "usage_priced": [
        *KEY,
        *["model_id", "model_key", "service_tier", "context_band_tokens", "request_status"],
        *["customer_id", "workload_id", "meter", "quantity", "price_id", "price_per_unit_usd"],
        "computed_cost_usd",
    ],
}
MODELS = {"usage_daily": "int_token_usage_daily", "usage_priced": "int_token_usage_priced"}
SUMS = {
    "usage_daily": ["requests", *BUCKETS, "reported_cost_usd"],
    "usage_priced": ["quantity", "computed_cost_usd"],
}
# What hand-written paths leave out because this log never says it; if it does, they are wrong.
LEFT_OUT = {
    "usage_daily": [
        *["project_id", "region_id", "meter_variant", "marginal_prompt_tokens", "usage_doubt"],
        *["nullif(price_window_minute, 0)", "nullif(requests_without_tokens, 0)"],
        "nullif(rows_that_do_not_add_up, 0)",
        *["nullif(spans_price_change, false)", "nullif(is_context_known, true)"],
        *["nullif(input_cache_write_12h_tokens, 0)", "nullif(web_search_calls, 0)"],
        *["nullif(input_audio_tokens + input_image_tokens + input_video_tokens, 0)"],
    ],
    "usage_priced": [
        *["project_id", "region_id", "meter_variant", "nullif(price_window_minute, 0)"],
        *["nullif(is_flat_rate, false)", "nullif(is_exact, true)"],
        "nullif(notional_cost_usd - computed_cost_usd, 0)",
    ],
}


def differences(warehouse: Path, out: Path) -> list[str]:
    """Name what differs between the warehouse and the tables in `out`; nothing if all is equal.

    `out` is a DuckDB file, or a folder with a Parquet file per table.
    """
    found = []
    with connect(None) as con:
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        if out.is_file():
            con.execute(f"attach '{out}' as other (read_only)")
        for table, columns in COLUMNS.items():
            model = f"warehouse.main_intermediate.{MODELS[table]}"
            mine = f"(select * from {model} where usage_source = '{LOG}')"
            theirs = f"other.{table}" if out.is_file() else f"'{out / table}.parquet'"
            left_out = " or ".join(f"{name} is not null" for name in LEFT_OUT[table])
            unknown = con.execute(f"select count(*) from {mine} where {left_out}").fetchone()
            if unknown and unknown[0]:
                found.append(f"{table}: {unknown[0]:,} rows hold what only the warehouse computes")
            found += _totals_that_differ(con, table, mine, theirs)
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


def _plain(name: str) -> str:
    """A column in the one type that all engines can be read in, so that hashes can agree."""
    if name.endswith("_usd"):
        return f"cast({name} as decimal(38, {15 if name.startswith('price') else 12}))"
    if name in ("requests", "quantity", "context_band_tokens") or name.endswith("_tokens"):
        return f"cast({name} as bigint)"
    types = {"usage_date": "date", "priced_at": "timestamp"}
    return f"cast({name} as {types.get(name, 'varchar')})"


def _totals_that_differ(
    con: duckdb.DuckDBPyConnection, table: str, mine: str, theirs: str
) -> list[str]:
    """Rows and every sum, per day."""
    found = []
    sums = ", ".join(f"sum({_plain(name)}) as {name}" for name in SUMS[table])
    day = "cast(usage_date as date) as day"
    sql = f"select {day}, count(*) as row_count, {sums} from {{}} group by 1"
    names = ["row_count", *SUMS[table]]
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
