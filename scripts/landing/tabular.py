"""CSV, JSONL and Parquet as DuckDB relations: where each declared column is found in a file."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb

from landing.feeds import Column, Feed
from landing.files import ExportFile, last_character, text_lines
from landing.refusal import Refusal
from landing.sql import literal, literals, one_file, quoted

DELIMITERS = ",;\t|"
# 16 digits, with or without a point
LONG_NUMBER = r"\d[\d.]{15,}"
BRACKETED = re.compile(r".*\(\s*([^()]+?)\s*\)\s*")
PASS_THROUGH = {
    "string": ("VARCHAR",),
    "bigint": ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"),
    "double": ("DOUBLE", "FLOAT"),
    "boolean": ("BOOLEAN",),
    "date": ("DATE",),
    "timestamp": (
        "TIMESTAMP",
        "TIMESTAMP_S",
        "TIMESTAMP_MS",
        "TIMESTAMP_NS",
        "TIMESTAMP WITH TIME ZONE",
    ),
}


@dataclass
class Relation:
    """A file as something to select from.

    `texts` are SQL expressions (text) by column name, of the columns that the file has; those in
    `native` are of the declared type already. `extra` is SQL for the JSON of undeclared columns,
    `is_row` a condition that is false for a row that could not be read as such.
    """

    source: str
    texts: dict[str, str]
    names: list[str]
    extra: str = "null"
    is_row: str = "true"
    native: frozenset[str] = frozenset()


def csv_relation(file: ExportFile, feed: Feed, keeps_rejects: bool) -> Relation:
    """A CSV file; `keeps_rejects` puts ragged rows into DuckDB's `reject_errors` and goes on."""
    header, delimiter = csv_header(file)
    found = _match(file.name, header, feed)
    types = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(header)))
    source = (
        f"read_csv({one_file(file.path)}, auto_detect = false, header = true, "
        f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', "
        f"nullstr = [{literals(feed.null_values)}], "
        f"compression = '{'gzip' if file.is_gzip else 'none'}', columns = {{{types}}}"
        f"{', store_rejects = true, rejects_limit = 0' if keeps_rejects else ''})"
    )
    texts = {name: f"c{indexes[0]}" for name, indexes in found.items()}
    taken = {indexes[0] for indexes in found.values()}
    spare = {name: f"c{i}" for i, name in enumerate(header) if i not in taken}
    return Relation(source, texts, header, _extra_of(spare))


def csv_header(file: ExportFile) -> tuple[list[str], str]:
    """(column names, delimiter) of a CSV file; nameless columns are called column_<position>."""
    lines = text_lines(file)
    first = next((line for line in lines if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    delimiter = max(DELIMITERS, key=bare.count)
    reader = csv.reader(_chain(first, lines), delimiter=delimiter)
    csv.field_size_limit(1 << 30)
    names = [name.strip() for name in next(reader)]
    return [name or f"column_{i}" for i, name in enumerate(names, start=1)], delimiter


def _chain(first: str, rest: Iterable[str]) -> Iterable[str]:
    yield first
    yield from rest


def _match(file_name: str, header: list[str], feed: Feed) -> dict[str, list[int]]:
    """Positions in a header by declared column; refuses a column that is there twice."""
    lowered = [_spelling(name, feed) for name in header]
    _refuse_twice(file_name, header, lowered)
    found: dict[str, list[int]] = {}
    for column in feed.columns:
        places = [lowered.index(name) for name in column.spellings if name in lowered]
        if len(set(places)) > 1:
            names = " and ".join(f"'{header[place]}'" for place in places)
            raise Refusal(f"{file_name}: the columns {names} both mean {column.name}: keep one")
        if places:
            found[column.name] = places
    return found


def _refuse_twice(file_name: str, header: list[str], spellings: list[str]) -> None:
    pairs = zip(header, spellings, strict=True)
    twice = next((name for name, spelling in pairs if spellings.count(spelling) > 1), None)
    if twice:
        raise Refusal(
            f"{file_name}: the header has the column '{twice}' twice: remove or rename one of them"
        )


def _spelling(name: str, feed: Feed) -> str:
    """A header in lower case; what is in its brackets, where the feed says that names are there."""
    bracketed = BRACKETED.fullmatch(name) if feed.names_in_brackets else None
    return (bracketed[1] if bracketed and feed.column(bracketed[1]) else name).lower()


def _extra_of(spare: dict[str, str]) -> str:
    """SQL: JSON object of the undeclared columns (name -> text expression), NULL if all are."""
    if not spare:
        return "null"
    entries = ", ".join(f"{{'k': {literal(k)}, 'v': {v}}}" for k, v in spare.items())
    filled = f"list_filter([{entries}], lambda entry: entry.v is not null)"
    return (
        f"case when coalesce({', '.join(spare.values())}) is not null "
        f"then cast(to_json(map_from_entries({filled})) as varchar) end"
    )


def jsonl_relation(con: duckdb.DuckDBPyConnection, file: ExportFile, feed: Feed) -> Relation:
    """A file of JSON objects, one per line or in a list; a broken line is a row with a problem."""
    is_list = next(line.strip() for line in text_lines(file) if line.strip()).startswith("[")
    if is_list and (last := last_character(file)) != "]":
        raise Refusal(
            f"{file.name}: the JSON list ends with '{last}' instead of ']', the file may be cut "
            "short: download or export it again"
        )
    layout = "format = 'array'" if is_list else "format = 'newline_delimited', ignore_errors = true"
    source = (
        f"read_json_objects({one_file(file.path)}, {layout}, "
        f"compression = '{'gzip' if file.is_gzip else 'none'}')"
    )
    is_row = "coalesce(json_type(json) = 'OBJECT', false)"
    names = _json_names(con, file, feed, source, is_row)
    if not names:
        raise Refusal(f"{file.name}: no line of it is a whole JSON object: export it again")
    paths: list[str] = []
    texts: dict[str, str] = {}
    patch: dict[str, str] = {}
    for column in feed.columns:
        candidates = []
        for path in _json_paths(column, names):
            paths.append("$." + ".".join(f'"{key}"' for key in path))
            candidates.append(_json_value(column, path, len(paths)))
            patch["/".join(path)] = "null"
        if candidates:
            texts[column.name] = f"coalesce({', '.join(candidates)})"
    spare = [
        name for name in names if not any(k == name or k.startswith(name + "/") for k in patch)
    ]
    values = f"json_extract_string(json, [{literals(paths)}])" if paths else "cast([] as varchar[])"
    left = f"json_merge_patch(json, {literal(_patch(patch))})"
    is_long = f"regexp_matches(cast(json as varchar), {literal(LONG_NUMBER)})"
    source = (
        f"(select json, {values} as v, {left} as unread, {is_long} as has_long_number "
        f"from {source})"
    )
    extra = "unread"
    if roots := sorted({key.split("/")[0] for key in patch if "/" in key}):
        # an object of which all was taken is no extra
        emptied = ", ".join(
            f"case when emptied[{i}] = '{{}}' then {literal(json.dumps(root) + ':null')} end"
            for i, root in enumerate(roots, start=1)
        )
        found = [f'$."{root}"' for root in roots]
        source = (
            f"(select *, json_extract_string(unread, [{literals(found)}]) as emptied from {source})"
        )
        extra = f"json_merge_patch(unread, concat('{{', concat_ws(',', {emptied}), '}}'))"
    extra = f"nullif(cast({extra} as varchar), '{{}}')"
    return Relation(source, texts, names, extra if spare or roots else "null", is_row)


def _json_names(
    con: duckdb.DuckDBPyConnection, file: ExportFile, feed: Feed, source: str, is_row: str
) -> list[str]:
    """The keys of all objects; refuses a row with a key twice, whatever its case for a column's.

    Looked at are the row itself and the objects within it that hold columns.
    """
    known = [text for c in feed.columns for text in (c.path, c.name, *c.aliases) if text]
    parents = sorted({text.rpartition(".")[0] for text in known} - {""})
    paths = ["$"] + ["$." + ".".join(f'"{key}"' for key in text.split(".")) for text in parents]
    keys = f"json_keys(json, [{literals(paths)}])"
    con.execute(
        f"create or replace temp table key_sets as select distinct {keys} as keys from {source} "
        f"where {is_row}"
    )
    suspects = con.execute(
        "select keys from key_sets where list_bool_or(list_transform(keys, lambda own: "
        "len(list_distinct(list_transform(own, lambda key: lower(key)))) < len(own)))"
    ).fetchall()
    meant = {text.lower() for text in known} | {text.split(".")[0].lower() for text in known}
    for (found,) in suspects:
        if twins := _twins(found, meant):
            (row,) = con.execute(
                f"select min(row) from (select row_number() over () as row, {keys} as keys "
                f"from {source}) where keys = ?",
                [found],
            ).fetchone() or (None,)
            raise Refusal(
                f"{file.name}: row {row}: an object has the keys '{twins[0]}' and '{twins[1]}': "
                "keep one, or export it again"
            )
    names = con.execute("select distinct unnest(keys[1]) from key_sets order by 1").fetchall()
    return [name for (name,) in names]


def _twins(objects: list[list[str] | None], meant: set[str]) -> tuple[str, str] | None:
    """Two keys of one object that are equal, or that mean the same column of the row itself."""
    for depth, keys in enumerate(objects):
        seen: dict[str, str] = {}
        for key in keys or []:
            is_any_case = depth == 0 and key.lower() in meant
            spelling = key.lower() if is_any_case else key
            if spelling in seen:
                return seen[spelling], key
            seen[spelling] = key
    return None


def _json_paths(column: Column, names: list[str]) -> list[list[str]]:
    """Where a column may be in an object: its path or any key that spells its name."""
    lowered = {name.lower(): name for name in reversed(names)}
    paths = []
    for text in (column.path, column.name, *column.aliases):
        first, *rest = (text or "").split(".")
        spelled = [name for name in names if name.lower() == first.lower()]
        paths += [[name, *rest] for name in spelled if [name, *rest] not in paths]
        paths += [[lowered[text.lower()]]] if text and rest and text.lower() in lowered else []
    return paths


def _json_value(column: Column, path: list[str], position: int) -> str:
    """SQL: the text at a path. DuckDB keeps 17 digits of a number; the line itself has them all.

    Two numbers under such a key that differ only beyond these are a bad value: `1.01 or 1.02`.
    """
    value = f"v[{position}]"
    if column.data_type in ("double", "boolean"):
        return value
    pattern = re.escape(f'"{path[-1]}"') + r"\s*:\s*(-?\d[\d.eE+-]*)"
    found = (
        f"list_filter(regexp_extract_all(cast(json as varchar), {literal(pattern)}, 1), "
        f"lambda number: try_cast(number as double) = try_cast({value} as double))"
    )
    are_many = (
        f"len(list_distinct(list_transform({found}, "
        "lambda number: try_cast(number as decimal(38, 18))))) > 1"
    )
    many = value if column.data_type == "string" else f"array_to_string({found}, ' or ')"
    json_path = "$." + ".".join(f'"{key}"' for key in path)
    return (
        f"case when has_long_number and json_type(json, {literal(json_path)}) = 'DOUBLE' "
        f"then case when {are_many} then {many} else coalesce({found}[1], {value}) end "
        f"else {value} end"
    )


def _patch(keys: dict[str, str]) -> str:
    """A JSON merge patch that removes the given paths from an object."""
    tree: dict = {}
    for key in keys:
        *parents, last = key.split("/")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {}) if node.get(parent, {}) is not None else {}
        node[last] = None
    return json.dumps(tree)


def parquet_relation(con: duckdb.DuckDBPyConnection, path: str, name: str, feed: Feed) -> Relation:
    """A Parquet file or URL (an SQL literal); columns of the declared type are taken as they are.

    Folders such as `account=a` are no columns: DuckDB would put them over what the file says.
    """
    source = f"read_parquet({path}, hive_partitioning = false)"
    try:
        described = con.execute(f"describe select * from {source}").fetchall()
    except duckdb.Error as error:
        raise Refusal(f"{name}: not a readable Parquet file ({first_line(error)})") from error
    header = [row[0] for row in described]
    columns = _parquet_columns(con, path)
    _refuse_twice(name, columns, [column.lower() for column in columns])
    found = _match(name, header, feed)
    fields = {column: (header[places[0]],) for column, places in found.items()}
    leaves = _leaves(con, source)
    for column in feed.columns:
        if column.name not in fields and (trail := _nested(column, leaves)):
            fields[column.name] = trail
    texts, native = {}, set()
    for column in feed.columns:
        if column.name in fields:
            field = fields[column.name]
            value, kind = _field(field), leaves[field]
            if kind in PASS_THROUGH.get(column.data_type, ()) and not column.unit:
                native.add(column.name)
                texts[column.name] = f"cast({value} as {column.data_type})"
            else:
                texts[column.name] = as_text(value, kind)
    spare = {
        ".".join(trail): as_text(_field(trail), leaves[trail])
        for trail in _spare(leaves, set(fields.values()))
    }
    return Relation(source, texts, header, _extra_of(spare), native=frozenset(native))


def _parquet_columns(con: duckdb.DuckDBPyConnection, path: str) -> list[str]:
    """The names of the top level as they are written: DuckDB calls a second `a` `a_1`."""
    schema = con.execute(f"select name, num_children from parquet_schema({path})").fetchall()
    names, pending = [], []
    for name, children in schema:
        while pending and not pending[-1]:
            pending.pop()
        if len(pending) == 1:
            names.append(name)
        if pending:
            pending[-1] -= 1
        pending += [children] if children else []
    return names


def refuse_column_in_folder(path: str, feed: Feed, known: set[str]) -> None:
    """Refuse a file that leaves a column to the name of its folder, as partitioned data does."""
    for name, value in re.findall(r"(?<=/)([^/=]+)=([^/]*)(?=/)", path):
        column = feed.column(name)
        if column and column.name not in known:
            raise Refusal(
                f"{path.rsplit('/', 1)[-1]}: the column {column.name} stands in the name of the "
                f"folder only ({name}={value}): land the files of each folder with "
                f"--set {column.name}={value}"
            )


def _leaves(con: duckdb.DuckDBPyConnection, source: str) -> dict[tuple[str, ...], str]:
    """The type of every column of a Parquet file and of every field of a struct, by its path."""
    leaves: dict[tuple[str, ...], str] = {}
    open_ends: list[tuple[str, ...]] = [()]
    while open_ends:
        parent = open_ends.pop()
        fields = f"unnest({_field(parent)})" if parent else "*"
        described = con.execute(f"describe select {fields} from {source}").fetchall()
        for name, kind, *_ in described:
            leaves[*parent, name] = kind
            if kind.startswith("STRUCT") and not kind.endswith("]"):
                open_ends.append((*parent, name))
    return leaves


def _nested(column: Column, leaves: dict[tuple[str, ...], str]) -> tuple[str, ...] | None:
    """The field of a struct that a column's dotted path means, whatever its case."""
    keys = tuple((column.path or "").lower().split("."))
    matches = (trail for trail in leaves if tuple(key.lower() for key in trail) == keys)
    return next(matches, None) if len(keys) > 1 else None


def _spare(
    leaves: dict[tuple[str, ...], str], taken: set[tuple[str, ...]]
) -> Iterator[tuple[str, ...]]:
    """What no column takes: a struct of which none is taken as a whole, else field by field."""
    split = {trail[:depth] for trail in taken for depth in range(1, len(trail))}
    for trail in leaves:
        is_whole = len(trail) == 1 or trail[:-1] in split
        if is_whole and trail not in taken and trail not in split:
            yield trail


def _field(trail: tuple[str, ...]) -> str:
    """SQL: the value of a column or of a field within structs; NULL where a struct is NULL."""
    first, *rest = trail
    value = quoted(first)
    for name in rest:
        value = f"struct_extract({value}, {literal(name)})"
    return value


def as_text(expression: str, kind: str) -> str:
    """SQL: a Parquet value as the text of a cell; nested values as JSON."""
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"cast(to_json({expression}) as varchar)"
    return f"cast({expression} as varchar)"


def first_line(error: Exception) -> str:
    """The first line of a DuckDB error, without its kind."""
    return io.StringIO(str(error)).readline().strip().removeprefix("Invalid Input Error: ")
