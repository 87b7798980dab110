"""What a delivery of a replace feed speaks for: account × project × day, with rows and money.

A later delivery replaces what an earlier one said for the same account and day and either the same
project or, as `*`, for the whole account. `*` stands where nobody grouped by project, where a day
is known to be empty, and for everything under --replace-days.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from landing import casting
from landing.feeds import Feed
from landing.refusal import Refusal
from landing.sql import literal, quoted

NO_ACCOUNT, NO_PROJECT, ALL_PROJECTS = "(default)", "(none)", "*"


@dataclass(frozen=True)
class ScopeSql:
    """SQL expressions over the rows of a delivery, the same on DuckDB and Spark."""

    account: str
    project: str
    date: str


def plain_name(name: str) -> str:
    """A column name, quoted only where it must be (Spark quotes differently)."""
    is_plain = name.isidentifier() and name.isascii()
    return name if is_plain else quoted(name)


def scope_sql(
    con: duckdb.DuckDBPyConnection, feed: Feed, replaces_days: bool, keeps_empty_rows: bool = True
) -> ScopeSql:
    """The scope of each row of `accepted`.

    With `keeps_empty_rows`, a row that has nothing but times and an account (how a CSV says that a
    day is empty) speaks for the whole account.
    """
    scope = feed.scope
    assert scope is not None
    account = literal(NO_ACCOUNT)
    if scope.account:
        account = f"coalesce({plain_name(scope.account)}, {literal(NO_ACCOUNT)})"
    if scope.provider:
        provider = f"coalesce({', '.join(map(plain_name, scope.provider))}, 'unknown')"
        account = f"concat(lower({provider}), '/', {account})"
    date = f"cast({plain_name(scope.date)} as date)"
    if scope.grain == "month":
        date = f"cast(date_trunc('month', {plain_name(scope.date)}) as date)"
    project = literal(ALL_PROJECTS)
    if scope.project and not replaces_days:
        name = plain_name(scope.project)
        (is_grouped,) = con.execute(f"select count({name}) > 0 from accepted").fetchone() or (
            False,
        )
        if is_grouped:
            project = f"coalesce({name}, {literal(NO_PROJECT)})"
            if keeps_empty_rows:
                project = f"case when {is_empty_row(feed)} then '{ALL_PROJECTS}' else {project} end"
    return ScopeSql(account, project, date)


def is_empty_row(feed: Feed) -> str:
    """SQL: does a row say nothing but when (and whose account)?"""
    scope = feed.scope
    assert scope is not None
    kept = [
        plain_name(c.name)
        for c in feed.columns
        if c.data_type not in ("timestamp", "date") and c.name != scope.account
    ]
    return f"coalesce({', '.join(f'cast({name} as string)' for name in kept)}) is null"


def create_scopes(
    con: duckdb.DuckDBPyConnection, feed: Feed, sql: ScopeSql, account: str | None
) -> None:
    """Table `scopes`: scope_account, scope_project, scope_date, rows, money (JSON text).

    Days in the table `covered` (scope_date) that have no rows get a scope of their own for every
    account of the delivery, or for `account` if it has none.
    """
    con.execute(
        f"create or replace temp view scoped as select *, {sql.account} as scope_account, "
        f"{sql.project} as scope_project, {sql.date} as scope_date from accepted"
    )
    con.execute(
        f"""
        create or replace table scopes as
        with counted as (
            select
                scope_account, scope_project, scope_date,
                count(*) filter (where not ({is_empty_row(feed)})) as rows
            from scoped group by all
        ),
        money as ({money_json(feed, "scoped", "scope_account, scope_project, scope_date")})
        select counted.*, coalesce(money.money, '{{}}') as money
        from counted left join money using (scope_account, scope_project, scope_date)
        order by all
        """
    )
    con.execute(
        f"""
        insert into scopes
        select accounts.scope_account, '{ALL_PROJECTS}', covered.scope_date, 0, '{{}}'
        from (
            select distinct scope_account from scopes
            union all select {literal(account or NO_ACCOUNT)}
            where not exists (select 1 from scopes)
        ) as accounts, covered
        where not exists (
            select 1 from scopes
            where scopes.scope_account = accounts.scope_account
                and scopes.scope_date = covered.scope_date
        )
        order by all
        """
    )


def money_json(feed: Feed, relation: str, keys: str = "") -> str:
    """SQL: JSON {money column: {currency: exact sum as text}} in a column `money`, per `keys`
    (column names) if given.
    """
    given = f"{keys}, " if keys else ""
    parts = []
    for column, currency in feed.money.items():
        code = f"upper({quoted(currency)})" if feed.column(currency) else literal(currency)
        parts.append(
            f"select {given}{literal(column)} as money_column, coalesce({code}, '(none)') as code, "
            f"sum(cast({quoted(column)} as decimal(38, 18))) as total from {relation} "
            f"where {quoted(column)} is not null group by all"
        )
    if not parts:
        return f"select {given}'{{}}' as money from {relation} where false"
    trimmed = "regexp_replace(cast(total as varchar), '\\.?0+$', '')"
    return f"""
        select {given}cast(to_json(map(
            list(money_column order by money_column), list(sums order by money_column)
        )) as varchar) as money
        from (
            select {given}money_column, map(
                list(code order by code), list({trimmed} order by code)
            ) as sums
            from ({" union all ".join(parts)}) group by all
        )
        group by all
    """


def cover_days(
    con: duckdb.DuckDBPyConnection, feed: Feed, starts: list[str], date_order: str | None
) -> bool:
    """Tables of the days that an export speaks for by the `starts` (texts) of its time buckets.

    `covered` (scope_date) has all of them, `partial_days` (scope_date, starts_at) those of which
    the export lacks the first hours. True if there are any.
    """
    con.execute("create or replace table covered (scope_date date)")
    con.execute("create or replace table partial_days (scope_date date, starts_at varchar)")
    column = feed.column(feed.scope.date) if feed.scope else None
    if not starts or not feed.scope or not column:
        return False
    typed = casting.typed("text", "timestamp", column.unit, date_order)
    con.execute("create or replace temp table buckets as select unnest(?) as text", [starts])
    unread = con.execute(f"select text from buckets where {typed} is null limit 1").fetchone()
    if unread:
        why = casting.complaint(unread[0], "timestamp", column.unit, date_order)
        raise Refusal(f"an empty bucket's {column.name}: {why}: correct the export")
    con.execute(
        f"""
        create or replace temp table starts as
        select
            {typed} as start,
            cast(date_trunc('{feed.scope.grain}', {typed}) as date) as scope_date
        from buckets where {typed} is not null
        """
    )
    con.execute("insert into covered select distinct scope_date from starts")
    if feed.scope.grain == "day":
        con.execute(
            "insert into partial_days select scope_date, cast(min(start) as varchar) from starts "
            "group by scope_date having min(start) > scope_date"
        )
    return True


def write_scopes(con: duckdb.DuckDBPyConnection, record: dict, path: Path) -> None:
    """Write the table `scopes` of a delivery as Parquet."""
    owner = {"delivery_id": "delivery_id", "source_name": "source", "table_name": "table"}
    names = ", ".join(f"{literal(record[key])} as {name}" for name, key in owner.items())
    con.execute(
        f"copy (select {names}, scope_account, scope_project, scope_date, rows, money from scopes "
        f"order by all) to {literal(str(path))} (format parquet)"
    )
