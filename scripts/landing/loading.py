"""The rows of a delivery in one work table, cast to the declared types, with their faults.

`incoming` has the declared columns, `_extra`, `_file` (position of the file), `_problems` (NULL for
a good row) and `_record` (the texts of a bad row, as JSON); a row's number is its rowid + 1.
`accepted` is the view of its good rows with `_row_number`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from landing import casting
from landing.feeds import Column, Feed
from landing.refusal import Refusal
from landing.sql import literal, literals, quoted
from landing.tabular import Relation

SEPARATOR, PART = chr(30), chr(31)


@dataclass(frozen=True)
class Rules:
    """What the values of a delivery are held against: constants, date order, currencies."""

    constants: dict[str, str]
    currencies: list[str]
    date_order: str | None = None


def create_table(con: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    """An empty `incoming` table."""
    columns = ", ".join(f"{quoted(c.name)} {c.data_type}" for c in feed.columns)
    con.execute(
        f"create or replace table incoming ({columns}, _extra varchar, _file integer, "
        "_problems varchar, _record varchar, _rounded varchar)"
    )


def insert_rows(
    con: duckdb.DuckDBPyConnection, feed: Feed, relation: Relation, index: int, rules: Rules
) -> int:
    """Append the rows of one file to `incoming`; how many rows it gave."""
    select = checked_select(feed, relation, rules)
    columns = ", ".join(quoted(f"t_{i}") for i in range(len(feed.columns)))
    (count,) = con.execute(
        f"insert into incoming select {columns}, _extra, {index}, _problems, "
        f"case when _problems is not null then {_record(feed)} end, "
        f"{_rounded(feed, relation)} from ({select})"
    ).fetchone() or (0,)
    return count


def checked_select(feed: Feed, relation: Relation, rules: Rules) -> str:
    """SQL: per row the texts (by column name), `t_<i>` typed, `_extra` and `_problems`."""
    texts = [
        f"{_text(column, relation, rules)} as {quoted(column.name)}" for column in feed.columns
    ]
    typed = [
        f"{_typed(column, relation, rules)} as {quoted(f't_{i}')}"
        for i, column in enumerate(feed.columns)
    ]
    problems = [
        f"case when not _is_row then {_problem('', 'row', literal(''))} end",
        *(p for i, c in enumerate(feed.columns) for p in _checks(i, c, feed, relation, rules)),
    ]
    return (
        f"select *, nullif(concat_ws(chr(30), {', '.join(problems)}), '') as _problems from ("
        f"select *, {', '.join(typed)} from (select {', '.join(texts)}, "
        f"{relation.extra} as _extra, {relation.is_row} as _is_row from {relation.source}))"
    )


def _text(column: Column, relation: Relation, rules: Rules) -> str:
    text = relation.texts.get(column.name, "cast(null as varchar)")
    if column.name not in relation.native:
        text = casting.cleaned(text, column.data_type)
    if column.name not in rules.constants:
        return text
    constant = literal(rules.constants[column.name])
    if column.name in relation.native:
        constant = f"cast({constant} as {column.data_type})"
    return f"coalesce({text}, {constant})"


def _typed(column: Column, relation: Relation, rules: Rules) -> str:
    name = quoted(column.name)
    if column.name in relation.native:
        return (
            f"case when isfinite({name}) then {name} end" if column.data_type == "double" else name
        )
    return casting.typed(name, column.data_type, column.unit, rules.date_order)


def _problem(column: str | int, kind: str, value: str) -> str:
    # a value may hold the separator itself
    told = f"replace({value}, chr(30), ' ')"
    return f"concat({literal(f'{column}{PART}{kind}{PART}')}, {told})"


def _checks(
    index: int, column: Column, feed: Feed, relation: Relation, rules: Rules
) -> Iterator[str]:
    """SQL texts that are not NULL where a row breaks a rule of its column."""
    name, typed = quoted(column.name), quoted(f"t_{index}")
    is_known = column.name in relation.texts or column.name in rules.constants
    if is_known and column.data_type != "string":
        yield (
            f"case when {name} is not null and {typed} is null "
            f"then {_problem(index, 'type', f'cast({name} as varchar)')} end"
        )
    if feed.is_never_null(column):
        is_missing = f"_is_row and {name} is null"
        yield f"case when {is_missing} then {_problem(index, 'null', literal(''))} end"
    if column.name in feed.currency_columns and is_known:
        yield (
            f"case when upper({typed}) not in ({literals(rules.currencies)}) "
            f"then {_problem(index, 'currency', typed)} end"
        )
    if currency := feed.money.get(column.name):
        no_code = quoted(currency) if feed.column(currency) else literal(currency)
        yield (
            f"case when {typed} is not null and {no_code} is null "
            f"then {_problem(index, 'money', literal(currency))} end"
        )
    if column.name in rules.constants and column.name in relation.texts:
        constant = constant_sql(column, rules)
        folded = [f"upper({s})" if column.data_type == "string" else s for s in (typed, constant)]
        yield (
            f"case when {folded[0]} <> {folded[1]} "
            f"then {_problem(index, 'set', f'cast({typed} as varchar)')} end"
        )


def constant_sql(column: Column, rules: Rules) -> str:
    """SQL: the typed value of a --set constant, NULL if it is none of the column's type."""
    text = casting.cleaned(literal(rules.constants[column.name]), column.data_type)
    return casting.typed(text, column.data_type, column.unit, rules.date_order)


def check_constants(con: duckdb.DuckDBPyConnection, feed: Feed, rules: Rules) -> None:
    """Refuse a --set value that its column cannot hold."""
    for name, value in rules.constants.items():
        column = feed.column(name)
        assert column is not None
        (typed,) = con.execute(f"select {constant_sql(column, rules)}").fetchone() or (None,)
        if typed is None:
            why = casting.complaint(value, column.data_type, column.unit, rules.date_order)
            raise Refusal(f"--set {name}={value}: {why}")
        if name in feed.currency_columns and value.strip().upper() not in rules.currencies:
            raise Refusal(f"--set {name}={value}: '{value}' is not an ISO 4217 currency code")


def _record(feed: Feed) -> str:
    fields = ", ".join(f"{literal(c.name)}: {quoted(c.name)}" for c in feed.columns)
    return f"cast(to_json({{{fields}, '_extra': _extra}}) as varchar)"


def _rounded(feed: Feed, relation: Relation) -> str:
    """SQL: the first column of a row of which more decimals were given than are kept."""
    cases = " ".join(
        f"when {quoted(column.name)} is not null "
        f"and {casting.is_rounded(quoted(column.name), column.data_type)} "
        f"then {literal(column.name)}"
        for column in feed.columns
        if column.data_type.startswith("decimal") and column.name in relation.texts
    )
    return f"case {cases} end" if cases else "null"


def create_accepted_view(con: duckdb.DuckDBPyConnection) -> None:
    """The good rows of `incoming`, with their number in the delivery."""
    con.execute(
        "create or replace view accepted as "
        "select * exclude (_problems, _record, _rounded), rowid + 1 as _row_number "
        "from incoming where _problems is null"
    )
