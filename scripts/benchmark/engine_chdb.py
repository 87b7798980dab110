"""The token path in chDB, which is ClickHouse in the process.

python -m benchmark.engine_chdb LOGS GIVEN OUT
"""

import sys
from pathlib import Path

from chdb import session

from .given import context_band_sql, price_segments

SCRIPT = Path(__file__).with_name("chdb.sql")
SETTINGS = {
    "join_use_nulls": "1",
    "session_timezone": "'UTC'",
    "engine_file_truncate_on_insert": "1",
    "max_bytes_before_external_group_by": "1500000000",
    "max_bytes_before_external_sort": "1500000000",
}


def segment_start_sql(given: Path) -> str:
    """Start of the part of the day with one price, NULL on days with a single one."""
    cases = " ".join(
        f"when custom_llm_provider = '{provider}' and usage_date = '{day}'"
        f" and startTime >= '{start}' and startTime < '{end}'"
        f" then toDateTime64('{start}', 6, 'UTC')"
        for provider, day, start, end in price_segments(given)
    )
    nothing = "cast(null as Nullable(DateTime64(6, 'UTC')))"
    return f"case {cases} else {nothing} end" if cases else nothing


def run(logs: str, given: Path, out: Path) -> None:
    """Write `usage_daily.parquet` and `usage_priced.parquet` below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    sql = SCRIPT.read_text()
    for name, value in {
        "logs": logs,
        "given": str(given),
        "out": str(out),
        "context_band": context_band_sql(given, "bought_tokens").replace("bigint", "Int64"),
        "segment_start": segment_start_sql(given),
    }.items():
        sql = sql.replace(f"{{{name}}}", value)
    with session.Session() as clickhouse:
        for name, value in SETTINGS.items():
            clickhouse.query(f"set {name} = {value}")
        for statement in sql.split("\n;\n"):
            clickhouse.query(statement)


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
