"""Bad rows in words: the one line on stderr, and the quarantine file with all of them."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from landing import casting
from landing.feeds import Feed
from landing.files import ExportFile, text_lines
from landing.loading import PART, SEPARATOR, Rules
from landing.tabular import csv_header


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be accepted: its place in its file (1-based), why, and its texts."""

    file: ExportFile
    row: int
    reasons: list[dict[str, str]]
    record: dict | None

    @property
    def is_mendable_only_by_hand(self) -> bool:
        """True if leaving the row out would be wrong: it contradicts the command line."""
        return any(reason["kind"] == "set" for reason in self.reasons)


def bad_rows(
    con: duckdb.DuckDBPyConnection,
    feed: Feed,
    files: list[ExportFile],
    starts: list[int],
    rules: Rules,
) -> Iterator[BadRow]:
    """The bad rows of `incoming` in order; `starts` are the rowids at which each file begins."""
    cursor = con.cursor().execute(
        "select rowid, _file, _problems, _record from incoming "
        "where _problems is not null order by rowid"
    )
    while rows := cursor.fetchmany(1000):
        for rowid, index, problems, record in rows:
            reasons = [reason_of(text, feed, rules) for text in problems.split(SEPARATOR)]
            yield BadRow(files[index], rowid - starts[index] + 1, reasons, json.loads(record))


def reason_of(problem: str, feed: Feed, rules: Rules) -> dict[str, str]:
    """{column, value, problem, kind} of one coded problem."""
    index, kind, value = problem.split(PART, 2)
    if kind == "row":
        return {"column": "", "value": "", "problem": "is not a whole JSON object", "kind": kind}
    column = feed.columns[int(index)]
    words = {
        "null": "is empty, but every row must have a value",
        "money": f"is given, but its currency ({value}) is empty",
        "currency": f"'{value}' is not an ISO 4217 currency code",
        "set": f"'{value}' contradicts --set {column.name}={rules.constants.get(column.name)}",
        "type": casting.complaint(value, column.data_type, column.unit, rules.date_order),
    }
    return {"column": column.name, "value": value, "problem": words[kind], "kind": kind}


def one_line(bad: BadRow, others: int, quarantine: str) -> str:
    """The refusal for a delivery whose first bad row is `bad`; `others` more follow."""
    reason = bad.reasons[0]
    column = f", column {reason['column']}" if reason["column"] else ""
    more = f" ({others} more bad rows, all in {quarantine})" if others else ""
    mend = "correct the export, or land the other rows with --quarantine-bad-rows"
    if bad.is_mendable_only_by_hand:
        mend = "leave --set out, or correct the export"
    place = f"row {bad.row}{_line_of(bad)}{column}"
    return f"{bad.file.name}: {place}: {reason['problem']}{more}: {mend}"


def _line_of(bad: BadRow) -> str:
    """' (line 8)' for text files, found by reading up to the row; '' if that does not work."""
    if bad.file.file_format not in ("csv", "jsonl"):
        return ""
    try:
        number = _csv_line(bad) if bad.file.file_format == "csv" else _json_line(bad)
    except (csv.Error, StopIteration):
        return ""
    return f" (line {number})" if number else ""


def _csv_line(bad: BadRow) -> int | None:
    _, delimiter = csv_header(bad.file)
    reader = csv.reader(text_lines(bad.file), delimiter=delimiter)
    row, line = -1, 1
    for fields in reader:
        if fields:
            row += 1
            if row == bad.row:
                return line
        line = reader.line_num + 1
    return None


def _json_line(bad: BadRow) -> int | None:
    row = 0
    for number, line in enumerate(text_lines(bad.file), start=1):
        if number == 1 and line.lstrip().startswith("["):
            return None
        row += bool(line.strip())
        if row == bad.row:
            return number
    return None


def write_quarantine(
    path: Path, bad: Iterator[BadRow], ragged: list[dict]
) -> tuple[int, BadRow | None]:
    """Write bad rows with their reasons as JSON lines.

    How many there are, and the first that must not simply be left out.
    """
    count, contradiction = 0, None
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as out:
        for entry in ragged:
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")
            count += 1
        for row in bad:
            if contradiction is None and row.is_mendable_only_by_hand:
                contradiction = row
            reasons = [{k: r[k] for k in ("column", "value", "problem")} for r in row.reasons]
            entry = {
                "file": row.file.name,
                "row": row.row,
                "reasons": reasons,
                "record": row.record,
            }
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")
            count += 1
    return count, contradiction
