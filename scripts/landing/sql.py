"""Small pieces of SQL text, and the DuckDB connection that landing works with."""

import os
import re
from pathlib import Path

import duckdb


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """Text as an SQL string literal; NULL for None."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def literals(texts: list[str] | tuple[str, ...]) -> str:
    """Texts as the inside of an SQL list."""
    return ", ".join(literal(text) for text in texts)


def one_file(path: Path | str) -> str:
    """A path as an SQL literal that means this file only: DuckDB takes `x[1].csv` for a pattern."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database on disk in `folder`: what does not fit in memory spills there.

    Extensions are never fetched: the wheel carries json, parquet and icu. Row order is kept,
    because a row's number is its place in the export.
    """
    con = duckdb.connect(
        str(folder / "work.duckdb"),
        config={
            "memory_limit": os.environ.get("DUCKDB_MEMORY_LIMIT", "4GB"),
            "temp_directory": os.environ.get("DUCKDB_TEMP_DIRECTORY", str(folder / "spill")),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
        },
    )
    con.execute("set TimeZone = 'UTC'")
    con.execute("set enable_progress_bar = true")
    con.execute("set enable_progress_bar_print = false")
    return con
