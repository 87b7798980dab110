"""The simulated columns as DuckDB tables, with the few SQL expressions that writers share."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from .catalog import MODELS, plain
from .sessions import Columns
from .workloads import KINDS
from .world import World

BATCH_ROWS = 100_000
PROVIDER = f"{[m.provider for m in MODELS]}[model + 1]"
REPORTED_NAME = f"{[m.reported_name for m in MODELS]}[model + 1]"
TEAM_ID = f"{[k.team for k in KINDS]}[kind + 1]"
FEATURE_ID = f"{[k.feature for k in KINDS]}[kind + 1]"
EVENT_TYPE = f"{[k.event_type for k in KINDS]}[kind + 1]"
EVENT_ID = "format('evt-{:07d}', session)"
SESSION_ID = "format('sess-{:07d}', session)"
CUSTOMER_ID = "case customer when 0 then '' else format('cust-{:04d}', customer) end"


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory database that keeps the order of rows."""
    con = duckdb.connect(
        config={"memory_limit": "2GB", "threads": 2, "preserve_insertion_order": True}
    )
    con.execute("set timezone = 'UTC'")
    return con


def register(con: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> None:
    """The columns as a relation that DuckDB scans in place, in batches that keep their order."""
    table = pa.table(columns)
    con.register(
        name, pa.Table.from_batches(table.to_batches(max_chunksize=BATCH_ROWS), table.schema)
    )


def register_records(
    con: duckdb.DuckDBPyConnection, name: str, records: Sequence[Mapping[str, Any]]
) -> None:
    """Records of one kind as a relation of text columns, as a CSV file would hold them."""
    columns = {
        key: [plain(r[key]) if isinstance(r[key], Decimal) else str(r[key]) for r in records]
        for key in records[0]
    }
    con.register(name, pa.table(columns))


def usd(picodollars: str) -> str:
    """Exact decimal(37,12) of a whole number of picodollars: decimal division would be a double."""
    return f"cast({picodollars} as decimal(24, 0)) * cast('0.000000000001' as decimal(13, 12))"


def moment(world: World, milliseconds: str) -> str:
    """Naive UTC timestamp of milliseconds since the first day."""
    return f"make_timestamp(({milliseconds} + {world.start_ms}) * 1000)"


def iso_text(world: World, milliseconds: str) -> str:
    """The same moment as ISO 8601 text."""
    return f"strftime({moment(world, milliseconds)}, '%Y-%m-%dT%H:%M:%S.%gZ')"


def copy_to(con: duckdb.DuckDBPyConnection, select: str, path: str, file_format: str) -> None:
    """Write the rows of a query; Parquet is typed, in several row groups."""
    options = {
        "csv": "format csv, header",
        "jsonl": "format json",
        "parquet": f"format parquet, compression zstd, row_group_size {BATCH_ROWS}",
    }[file_format]
    con.execute(f"copy ({select}) to '{path.replace(chr(39), chr(39) * 2)}' ({options})")
