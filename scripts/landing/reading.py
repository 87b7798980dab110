"""The files of a delivery into the view `accepted`, or a refusal that names the first bad row."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from landing import casting, json_pages, loading, problems, scopes, sql, tabular
from landing.date_order import find_order
from landing.feeds import Feed
from landing.files import ExportFile, last_character
from landing.loading import Rules
from landing.progress import Progress
from landing.refusal import Refusal
from landing.tabular import Relation


@dataclass
class Rows:
    """What reading found besides the rows, which are in the view `accepted`."""

    columns: set[str]
    quarantined: int = 0
    has_covered_days: bool = False
    date_order: str | None = None
    paths: list[str] = field(default_factory=list)
    physical_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Quarantine:
    """Where bad rows are written, and whether the others may land without them."""

    path: Path
    is_allowed: bool


def read_files(
    con: duckdb.DuckDBPyConnection,
    feed: Feed,
    files: list[ExportFile],
    rules: Rules,
    folder: Path,
    quarantine: Quarantine,
) -> Rows:
    """Read, cast and check all rows of a delivery; `folder` is for work files.

    Leaves the view `accepted` and the tables `covered` and `partial_days` (see scopes.cover_days).
    Raises Refusal for files that cannot be read and for bad rows that may not be left out.
    """
    flattened = json_pages.Flattened()
    relations = _relations(con, feed, files, folder, quarantine.is_allowed, flattened)
    _refuse_missing(feed, files, relations, rules)
    starts = _insert_all(con, feed, files, relations, rules)
    if not rules.date_order and (order := find_order(con, feed, files, starts)):
        rules = replace(rules, date_order=order)
        starts = _insert_all(con, feed, files, relations, rules)
    quarantined = _set_aside(con, feed, files, starts, rules, quarantine)
    loading.create_accepted_view(con)
    notes = [
        *_note_on_last_lines(files),
        *_note_on_rounding(con, feed, files, starts),
        *_note_on_repeats(con, feed, files),
    ]
    if flattened.has_more:
        notes.append("the last page says has_more: the pages after it are not in this delivery")
    return Rows(
        columns={name for relation in relations for name in relation.texts},
        quarantined=quarantined,
        has_covered_days=scopes.cover_days(con, feed, flattened.covered, rules.date_order),
        date_order=rules.date_order,
        notes=notes,
    )


def _note_on_last_lines(files: list[ExportFile]) -> list[str]:
    """A file that was cut inside its last field looks whole, but for the end of its last line."""
    return [
        f"{file.name}: the last line has no line end: if the file was cut short, its last value "
        "may be too"
        for file in files
        if file.file_format in ("csv", "jsonl")
        and not file.has_last_line_end
        and not (file.file_format == "jsonl" and last_character(file) == "]")
    ]


def _note_on_rounding(
    con: duckdb.DuckDBPyConnection, feed: Feed, files: list[ExportFile], starts: list[int]
) -> list[str]:
    """Numbers of which the last decimals were not kept: the noise of binary floats."""
    count, number, name = con.execute(
        "select count(*), min(rowid), arg_min(_rounded, rowid) "
        "from incoming where _rounded is not null and _problems is null"
    ).fetchone() or (0, None, None)
    if not count:
        return []
    index = max(i for i, start in enumerate(starts) if start <= number)
    scale = next(casting.scale_of(c.data_type) for c in feed.columns if c.name == name)
    return [
        f"{count} rows have numbers with more than the {scale} decimals that are kept "
        f"and were rounded, the first in {files[index].name}, row "
        f"{number - starts[index] + 1}, column {name}"
    ]


def _note_on_repeats(
    con: duckdb.DuckDBPyConnection, feed: Feed, files: list[ExportFile]
) -> list[str]:
    """Rows of a bill that stand in two files of a delivery: exports that overlap count twice.

    Within a file such rows are legitimate, and so they may be here: nothing is refused.
    """
    if not feed.scope or len(files) < 2:
        return []
    names = ", ".join(sql.quoted(c.name) for c in feed.columns)
    twice = con.execute(
        f"""
        with rows as (
            select hash({names}, _extra) as content, _file
            from incoming where _problems is null and not ({scopes.is_empty_row(feed)})
        ),
        firsts as (
            select content, min(_file) as first_file
            from rows group by content having min(_file) < max(_file)
        )
        select _file, first_file, count(*)
        from rows inner join firsts using (content)
        where _file > first_file
        group by all order by all
        """
    ).fetchall()
    if not twice:
        return []
    later, first = (files[index].name for index in twice[0][:2])
    total = sum(count for *_, count in twice)
    return [
        f"{total} rows stand exactly so in another file of this delivery too (such as {later} and "
        f"{first}) and all count: if the files overlap, land them one after the other"
    ]


def _relations(
    con: duckdb.DuckDBPyConnection,
    feed: Feed,
    files: list[ExportFile],
    folder: Path,
    keeps_rejects: bool,
    flattened: json_pages.Flattened,
) -> list[Relation]:
    readers = {
        "csv": lambda file: tabular.csv_relation(file, feed, keeps_rejects),
        "jsonl": lambda file: tabular.jsonl_relation(con, file, feed),
        "parquet": lambda file: tabular.parquet_relation(
            con, sql.one_file(file.path), file.name, feed
        ),
        "json_pages": lambda file: _pages_relation(file, feed, folder, flattened),
    }
    relations = []
    for file in files:
        try:
            relations.append(readers[file.file_format](file))
        except duckdb.Error as error:
            raise unreadable(file, error) from error
    return relations


def _pages_relation(
    file: ExportFile, feed: Feed, folder: Path, flattened: json_pages.Flattened
) -> Relation:
    path = folder / f"records-{len(list(folder.iterdir()))}.jsonl"
    try:
        with path.open("w", encoding="utf-8") as out:
            json_pages.flatten(file, feed, out, flattened)
    except RecursionError as error:
        raise Refusal(
            f"{file.name}: lists or objects are nested too deeply: is it an export of this table?"
        ) from error
    except UnicodeEncodeError as error:
        raise Refusal(
            f"{file.name}: a text holds half a character ({error.object[error.start]!a}): "
            "correct it or export it again"
        ) from error
    names = [*(c.name for c in feed.columns), "_extra"]
    fields = ", ".join(f"{sql.literal(name)}: 'VARCHAR'" for name in names)
    source = (
        f"read_json({sql.one_file(path)}, format = 'newline_delimited', "
        f"maximum_object_size = 268435456, columns = {{{fields}}})"
    )
    if not path.stat().st_size:
        nulls = ", ".join(f"cast(null as varchar) as {sql.quoted(name)}" for name in names)
        source = f"(select {nulls} where false)"
    texts = {name: sql.quoted(name) for name in names if name in flattened.found}
    return Relation(source, texts, sorted(flattened.found), "_extra")


def _refuse_missing(
    feed: Feed, files: list[ExportFile], relations: list[Relation], rules: Rules
) -> None:
    for file, relation in zip(files, relations, strict=True):
        if file.file_format == "json_pages" and not relation.texts:
            continue  # only empty buckets
        if file.file_format == "parquet":
            known = {*relation.texts, *rules.constants}
            tabular.refuse_column_in_folder(str(file.path.absolute()), feed, known)
        missing = [
            c.name
            for c in feed.columns
            if c.required and c.name not in relation.texts and c.name not in rules.constants
        ]
        if missing or not relation.texts:
            verb = "columns are" if len(missing) > 1 else "column is"
            header = ", ".join(relation.names)
            header = header if len(header) <= 200 else header[:197] + "..."
            # one amount or one day for all rows is never what is meant
            texts = [name for name in missing if _is_text(feed, name)]
            mend = (
                f", or give a constant with --set {texts[0]}=VALUE"
                if texts and texts == missing
                else ""
            )
            raise Refusal(
                f"{file.name}: required {verb} missing: {', '.join(missing) or 'all of them'} "
                f"(the export has: {header}): {'export it' if missing else 'check the table'}{mend}"
            )
        if complaint := feed.complaint_about({*relation.texts, *rules.constants}):
            raise Refusal(f"{file.name}: {complaint}")


def _is_text(feed: Feed, name: str) -> bool:
    column = feed.column(name)
    return column is not None and column.data_type == "string"


def _insert_all(
    con: duckdb.DuckDBPyConnection,
    feed: Feed,
    files: list[ExportFile],
    relations: list[Relation],
    rules: Rules,
) -> list[int]:
    """Fill `incoming`; the rowid at which each file begins."""
    loading.create_table(con, feed)
    starts, total = [], 0
    for index, (file, relation) in enumerate(zip(files, relations, strict=True)):
        starts.append(total)
        try:
            with Progress().watching(con, f"{file.name}: reading"):
                total += loading.insert_rows(con, feed, relation, index, rules)
        except duckdb.Error as error:
            raise unreadable(file, error) from error
    return starts


def unreadable(file: ExportFile, error: duckdb.Error) -> Refusal:
    """DuckDB's complaint about a file in one line."""
    text = str(error)
    line = re.search(r"Line: (\d+)|in line (\d+)", text)
    place = f"line {line[1] or line[2]}: " if line else ""
    count = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if count:
        why = f"has {count[2]} fields where the header has {count[1]}"
    elif "Maximum line size" in text:
        why = "the line is longer than 2,000,000 bytes: shorten it, or export JSONL or Parquet"
    elif "state machine" in text:
        why = "line ends are mixed (some CR LF, some LF), or a field without quotes holds one"
    elif "No space left" in text:
        return Refusal(
            f"{file.name}: the disk is full: free space for RAW_ROOT, nothing was landed"
        )
    elif "unterminated quote" in text:
        why = "a quoted field is never closed, the file may be cut short"
    elif isinstance(error, duckdb.OutOfMemoryException):
        why = "not enough memory: raise DUCKDB_MEMORY_LIMIT or free disk for DUCKDB_TEMP_DIRECTORY"
    else:
        why = tabular.first_line(error)
    return Refusal(f"{file.name}: {place}{why}: correct the file or export it again")


def _ragged(con: duckdb.DuckDBPyConnection) -> list[dict]:
    """Lines that have too many or too few fields, which DuckDB has left out."""
    rejected = con.execute(
        "select errors.line, errors.csv_line, min(errors.error_message), scans.file_path "
        "from reject_errors as errors inner join reject_scans as scans "
        "using (scan_id, file_id) group by all order by scans.file_path, errors.line"
    ).fetchall()
    return [
        {
            "file": Path(path).name,
            "row": None,
            "line": line,
            "reasons": [{"column": None, "value": None, "problem": " ".join(why.split())}],
            "record": text,
        }
        for line, text, why, path in rejected
    ]


def _set_aside(
    con: duckdb.DuckDBPyConnection,
    feed: Feed,
    files: list[ExportFile],
    starts: list[int],
    rules: Rules,
    quarantine: Quarantine,
) -> int:
    """Write the bad rows, and refuse or return how many were left out."""
    ragged = _ragged(con) if quarantine.is_allowed and files[0].file_format == "csv" else []
    first = next(problems.bad_rows(con, feed, files, starts, rules), None)
    if first is None and not ragged:
        return 0
    found = problems.bad_rows(con, feed, files, starts, rules)
    count, contradiction = problems.write_quarantine(quarantine.path, found, ragged)
    stopper = contradiction if quarantine.is_allowed else first
    if stopper:
        shown = "/".join(quarantine.path.parts[-4:])
        raise Refusal(problems.one_line(stopper, count - 1, shown))
    (good,) = con.execute("select count(*) from incoming where _problems is null").fetchone() or (
        0,
    )
    if not good:
        raise Refusal(f"{files[0].name}: all {count} rows are bad: correct the export")
    return count
