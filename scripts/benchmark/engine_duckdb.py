"""The token path as one DuckDB script, and the bare scan of the columns that it reads.

python -m benchmark.engine_duckdb by_hand|this_log_alone|scan LOGS GIVEN OUT
"""

import os
import sys
from pathlib import Path

import duckdb

from .given import context_band_sql

SCAN = """
    select
        count(*), sum(strlen(request_id)), min(startTime), max(updated_at), sum(prompt_tokens),
        sum(completion_tokens), sum(spend), sum(strlen(metadata)), sum(strlen(model)),
        sum(strlen(custom_llm_provider)), sum(strlen(api_key)), sum(strlen(team_id)),
        sum(strlen(end_user)), sum(strlen(request_tags)), sum(strlen(status)),
        sum(strlen(cache_hit)), sum(strlen(organization_id)), sum(strlen(_delivery_id)),
        sum(_row_number)
    from read_parquet(getvariable('logs'))
"""


def connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    """Connect with the settings of the warehouse's profile, which leaves all cores to DuckDB."""
    options = {"storage_compatibility_version": "v1.4.0"} if path else {}
    con = duckdb.connect(str(path or ":memory:"), config=options)
    for name, value in {
        "memory_limit": os.environ.get("DUCKDB_MEMORY_LIMIT", "4GB"),
        "temp_directory": os.environ.get("DUCKDB_TEMP_DIRECTORY", ".duckdb_tmp"),
        "TimeZone": "UTC",
        "preserve_insertion_order": "false",
    }.items():
        con.execute(f"set {name} = '{value}'")
    return con


def scan(logs: str) -> None:
    """Read every column that the token path needs, and keep nothing: no engine can undercut it."""
    with connect(None) as con:
        con.execute("set variable logs = ?", [logs])
        con.execute(SCAN).fetchall()


def run(script: str, logs: str, given: Path, out: Path) -> None:
    """Write `usage_daily` and `usage_priced` into a new DuckDB file, by the script of that name."""
    out.unlink(missing_ok=True)
    sql = Path(__file__).with_name(f"{script}.sql").read_text()
    sql = sql.replace("{context_band}", context_band_sql(given, "sized.prompt_tokens_bought"))
    with connect(out) as con:
        con.execute("set variable logs = ?", [logs])
        con.execute("set variable given = ?", [str(given)])
        con.execute(sql)


if __name__ == "__main__":
    what, logs_glob, given_folder, target = sys.argv[1:5]
    if what == "scan":
        scan(logs_glob)
    else:
        run(what, logs_glob, Path(given_folder), Path(target))
