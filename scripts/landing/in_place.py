"""Large typed Parquet that stays where it is: checked by scanning, recorded, not copied.

dbt reads such files itself with a plain cast per column, so only types are taken for which that
cast gives exactly what was checked here.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

from landing import casting
from landing.feeds import Column, Feed
from landing.loading import Rules, checked_select
from landing.problems import reason_of
from landing.refusal import Refusal
from landing.sql import literal, literals, one_file, quoted
from landing.tabular import (
    PASS_THROUGH,
    Relation,
    first_line,
    parquet_relation,
    refuse_column_in_folder,
)

WHOLE_NUMBERS = (*PASS_THROUGH["bigint"], "UBIGINT", "HUGEINT")
FLOATS = ("DOUBLE", "FLOAT")
URL_EXTENSIONS = {
    "s3": "httpfs",
    "gs": "httpfs",
    "gcs": "httpfs",
    "https": "httpfs",
    "http": "httpfs",
    "az": "azure",
    "abfss": "azure",
}


def resolve(con: duckdb.DuckDBPyConnection, text: str) -> list[str]:
    """The absolute paths or URLs that a FILE argument (a name, URL or glob) stands for."""
    scheme, is_url, _ = text.partition("://")
    if is_url:
        extension = URL_EXTENSIONS.get(scheme)
        try:
            if extension:
                con.execute(f"load {extension}")
        except duckdb.Error as error:
            raise Refusal(
                f"{text}: reading {scheme}:// needs DuckDB's {extension} extension: run "
                f'"install {extension}" in DuckDB {duckdb.__version__} once, online'
            ) from error
    path = text if is_url else str(Path(text).absolute())
    if not is_url and Path(path).is_dir():
        raise Refusal(f"{text}: is a folder: name the files in it, or give '*.parquet'")
    pattern = literal(path) if is_url or not Path(path).exists() else one_file(path)
    try:
        found = con.execute(f"select file from glob({pattern}) order by 1").fetchall()
    except duckdb.Error as error:
        raise Refusal(f"{text}: cannot be read ({first_line(error)})") from error
    if not found:
        raise Refusal(f"{text}: no such file: check the path")
    for (file,) in found:
        if any(character in file for character in ("*[" if is_url else "*[?")):
            raise Refusal(
                f"{file}: the characters * ? [ in a path make it a pattern for whoever reads it: "
                "rename the file or folder, or land it without --in-place"
            )
    return [file for (file,) in found]


def fingerprint(con: duckdb.DuckDBPyConnection, path: str) -> tuple[str, int]:
    """(sha256, size in bytes) of a Parquet file by its footer: sizes, counts and statistics of
    every column chunk. The data itself is not hashed, it may be hundreds of gigabytes.
    """
    digest = hashlib.sha256(path.encode())
    try:
        (size,) = con.execute(
            f"select file_size_bytes from parquet_file_metadata({literal(path)})"
        ).fetchone() or (0,)
        cursor = con.execute(
            "select row_group_id, column_id, path_in_schema, num_values, stats_min_value, "
            "stats_max_value, stats_null_count, total_compressed_size, total_uncompressed_size "
            f"from parquet_metadata({literal(path)}) order by 1, 2"
        )
        while rows := cursor.fetchmany(10_000):
            digest.update(repr(rows).encode())
    except duckdb.Error as error:
        raise Refusal(f"{path}: not a readable Parquet file ({first_line(error)})") from error
    digest.update(str(size).encode())
    return digest.hexdigest(), int(size)


def create_views(
    con: duckdb.DuckDBPyConnection, feed: Feed, paths: list[str], rules: Rules
) -> list[str]:
    """The view `accepted` over files in place; returns the columns that the files have.

    Raises Refusal for a column whose type dbt could not read exactly, for files that differ in
    their columns, and for the first row that breaks a rule.
    """
    selects: list[str] = []
    columns: list[str] | None = None
    for index, path in enumerate(paths):
        name = path.rsplit("/", 1)[-1]
        relation = _typed_relation(con, path, name, feed)
        if columns is not None and sorted(columns) != sorted(relation.names):
            raise Refusal(f"{name}: has other columns than the first file: land them separately")
        columns = relation.names
        relation.source = (
            f"read_parquet({literal(path)}, file_row_number = true, hive_partitioning = false)"
        )
        select = checked_select(feed, relation, rules)
        _refuse_bad_row(con, feed, relation, rules, name)
        typed = ", ".join(
            f"{quoted(f't_{i}')} as {quoted(c.name)}" for i, c in enumerate(feed.columns)
        )
        if complaint := feed.complaint_about({*relation.texts}):
            raise Refusal(f"{name}: {complaint}")
        selects.append(f"select {typed}, {index} as _file from ({select})")
    con.execute("create or replace view accepted as " + " union all ".join(selects))
    return columns or []


def _typed_relation(con: duckdb.DuckDBPyConnection, path: str, name: str, feed: Feed) -> Relation:
    relation = parquet_relation(con, literal(path), name, feed)
    refuse_column_in_folder(path, feed, {*relation.texts})
    described = con.execute(f"describe select * from {relation.source}").fetchall()
    kinds = {row[0].lower(): row[1] for row in described}
    for column in feed.columns:
        kind = kinds.get(column.name.lower())
        if kind is None and column.name in relation.texts:
            raise Refusal(
                f"{name}: the column {column.name} has another name in the file: land it without "
                "--in-place, which renames it"
            )
        if kind is None and column.required:
            raise Refusal(f"{name}: the column {column.name} is missing: export it")
        if kind is not None and not _casts_exactly(column, kind):
            raise Refusal(
                f"{name}: column {column.name} is {kind}, not {column.data_type}, and dbt would "
                "not read it exactly: land it without --in-place, which converts it"
            )
        if kind is not None and kind in FLOATS and column.data_type.startswith("decimal"):
            field = quoted(column.name)
            value = f"try_cast({field} as {column.data_type})"
            relation.texts[column.name] = (
                f"coalesce(cast({value} as varchar), cast({field} as varchar))"
            )
    return relation


def _casts_exactly(column: Column, kind: str) -> bool:
    if column.unit:
        return False
    if column.data_type.startswith("decimal"):
        if kind.startswith("DECIMAL"):
            return casting.scale_of(kind) <= casting.scale_of(column.data_type)
        return kind in (*WHOLE_NUMBERS, *FLOATS)
    allowed = {
        "string": ("VARCHAR", "UUID", *WHOLE_NUMBERS),
        "bigint": (*WHOLE_NUMBERS, *FLOATS),
        "date": (*PASS_THROUGH["date"], *PASS_THROUGH["timestamp"]),
        "timestamp": (*PASS_THROUGH["date"], *PASS_THROUGH["timestamp"]),
    }
    return kind in allowed.get(column.data_type, PASS_THROUGH.get(column.data_type, ()))


def _refuse_bad_row(
    con: duckdb.DuckDBPyConnection, feed: Feed, relation: Relation, rules: Rules, name: str
) -> None:
    """One scan; the first row with a problem, if any, refuses the delivery."""
    numbered = Relation(
        relation.source,
        relation.texts,
        relation.names,
        "cast(file_row_number as varchar)",
        relation.is_row,
        relation.native,
    )
    bad = con.execute(
        "select cast(_extra as bigint) + 1, _problems, count(*) over () "
        f"from ({checked_select(feed, numbered, rules)}) where _problems is not null "
        "order by 1 limit 1"
    ).fetchone()
    if bad:
        row, problems, count = bad
        reason = next(_reasons(problems, feed, rules))
        more = f" ({count - 1} more bad rows)" if count > 1 else ""
        raise Refusal(
            f"{name}: row {row}, column {reason['column']}: {reason['problem']}{more}: correct the "
            "export, or land it without --in-place, with --quarantine-bad-rows"
        )


def _reasons(problems: str, feed: Feed, rules: Rules) -> Iterator[dict[str, str]]:
    return (reason_of(text, feed, rules) for text in problems.split(chr(30)))


def check_arguments(feed: Feed, constants: dict[str, str], quarantines: bool) -> None:
    """Refuse options that would need a copy of the data."""
    if "parquet" not in feed.formats:
        raise Refusal(
            f"--in-place: {feed.name} is exported as {literals(feed.formats)}, not Parquet"
        )
    if constants:
        raise Refusal(
            "--set adds a column, which --in-place cannot: land the files without --in-place"
        )
    if quarantines:
        raise Refusal(
            "--quarantine-bad-rows leaves rows out, which --in-place cannot: leave one of them out"
        )
