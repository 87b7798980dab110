"""How a new delivery of a replace feed meets the earlier ones on the same account-days."""

from pathlib import Path

import duckdb

from landing.refusal import Refusal
from landing.sql import literal


def _rank(record: dict) -> tuple[str, str, str]:
    return record["exported_at"], record["landed_at"], record["delivery_id"]


def compare(
    con: duckdb.DuckDBPyConnection,
    raw_root: Path,
    earlier: list[dict],
    new: dict,
    name: str,
    grows: bool = False,
) -> list[str]:
    """Refuse a delivery that would count days twice; else notes on what stays beside it.

    `earlier` are the manifest records of the same feed, `scopes` (in `con`) the scopes of `new`,
    `partial_days` the covered days of which the export lacks the first hours. A scope
    is current unless a later delivery has one for the same account and day and the same project
    or `*`. With `grows`, a later delivery that has fewer rows of a day is refused too.
    """
    paths = [(record, raw_root / record["scopes_path"]) for record in earlier]
    ranked = sorted([*earlier, new], key=_rank)
    ranks = ", ".join(f"({literal(r['delivery_id'])}, {i})" for i, r in enumerate(ranked))
    own = literal(new["delivery_id"])
    files = ", ".join(literal(str(path)) for _, path in paths)
    theirs = (
        f"union all by name select * from read_parquet([{files}], hive_partitioning = false)"
        if paths
        else ""
    )
    con.execute(
        f"""
        create or replace temp table known as
        with every as (
            select {own} as delivery_id, scope_account, scope_project, scope_date, rows from scopes
            {theirs}
        )
        select every.delivery_id, scope_account, scope_project, scope_date, rows, rank
        from every inner join (values {ranks}) as ranks (delivery_id, rank) using (delivery_id)
        where (scope_account, scope_date) in (select (scope_account, scope_date) from scopes)
        """
    )
    con.execute(
        """
        create or replace temp table current_scopes as
        select *
        from (
            select
                *,
                max(rank) over (partition by scope_account, scope_date, scope_project) as last_own,
                max(rank) filter (where scope_project = '*')
                    over (partition by scope_account, scope_date) as last_whole
            from known
        )
        where rank >= last_own and rank >= coalesce(last_whole, -1) and rows > 0
        """
    )
    _refuse_partial_day(con, own, name)
    _refuse_mixing(con, own, new["delivery_id"], name)
    if grows:
        _refuse_shrunk_day(con, own, new["delivery_id"], name)
    return [*_note_on_later(con, own), *_note_on_what_stays(con, own)]


def _note_on_later(con: duckdb.DuckDBPyConnection, own: str) -> list[str]:
    """The part of a delivery that does not count, because another was exported later."""
    count, day, later = con.execute(
        f"""
        select count(distinct mine), min(mine.scope_date), arg_max(later.delivery_id, later.rank)
        from known as mine
        inner join known as later
            on
                mine.delivery_id = {own}
                and later.scope_account = mine.scope_account
                and later.scope_date = mine.scope_date
                and later.scope_project in (mine.scope_project, '*')
                and later.rank > mine.rank
        """
    ).fetchone() or (0, None, None)
    if not count:
        return []
    return [
        f"{count} scopes (account × project × day, from {day}) of this file do not count: delivery "
        f"{later} was exported later; see --exported-at if that is wrong"
    ]


def _note_on_what_stays(con: duckdb.DuckDBPyConnection, own: str) -> list[str]:
    count, day = con.execute(
        f"""
        select count(*), min(scope_date) from current_scopes
        where rank < (select max(rank) from known where delivery_id = {own})
        """
    ).fetchone() or (0, None)
    if not count:
        return []
    return [
        f"{count} scopes (account × project × day, from {day}) of earlier deliveries on these days "
        "stay; --replace-days if this file is the whole account"
    ]


def _refuse_mixing(con: duckdb.DuckDBPyConnection, own: str, own_id: str, name: str) -> None:
    clash = con.execute(
        f"""
        select scope_date, scope_account, whole.delivery_id, parts.delivery_id,
            whole.rank < parts.rank
        from (select * from current_scopes where scope_project = '*') as whole
        inner join (select * from current_scopes where scope_project <> '*') as parts
            using (scope_account, scope_date)
        where whole.delivery_id <> parts.delivery_id
            and (whole.delivery_id = {own} or parts.delivery_id = {own})
        order by all limit 1
        """
    ).fetchone()
    if not clash:
        return
    day, account, whole, parts, is_later = clash
    if parts == own_id and is_later:
        raise Refusal(
            f"{name}: {day} of account {account} was delivered without projects by {whole}, both "
            "would count: export it the same way, or land this file with --replace-days"
        )
    other = whole if parts == own_id else parts
    raise Refusal(
        f"{name}: {day} of account {account} was delivered with another grouping by {other}, "
        "both would count: leave out the older export of the two"
    )


def _refuse_partial_day(con: duckdb.DuckDBPyConnection, own: str, name: str) -> None:
    loss = con.execute(
        f"""
        select partial_days.starts_at, lost.delivery_id
        from partial_days
        inner join known as mine
            on mine.delivery_id = {own} and mine.scope_date = partial_days.scope_date
        inner join known as lost
            on
                lost.scope_account = mine.scope_account
                and lost.scope_date = mine.scope_date
                and lost.rank < mine.rank
                and lost.rows > 0
        order by all limit 1
        """
    ).fetchone()
    if loss:
        starts_at, delivery_id = loss
        raise Refusal(
            f"{name}: starts at {starts_at}, in the middle of a day that delivery {delivery_id} "
            "has too and that it would replace as a whole: export from the start of the day"
        )


def _refuse_shrunk_day(con: duckdb.DuckDBPyConnection, own: str, new_id: str, name: str) -> None:
    loss = con.execute(
        f"""
        select scope_date, scope_account, rows, next_rows, delivery_id, next_delivery_id
        from (
            select
                *,
                lead(rows) over (days order by rank) as next_rows,
                lead(delivery_id) over (days order by rank) as next_delivery_id
            from known
            window days as (partition by scope_account, scope_date, scope_project)
        )
        where rows > next_rows and {own} in (delivery_id, next_delivery_id)
        order by all limit 1
        """
    ).fetchone()
    if loss:
        day, account, rows, next_rows, delivery_id, next_delivery_id = loss
        which = f"delivery {delivery_id}, exported before it, has {rows}"
        mine = next_rows
        if delivery_id == new_id:
            which = f"delivery {next_delivery_id}, exported after it, has {next_rows}"
            mine = rows
        raise Refusal(
            f"{name}: has {mine} rows of {day} of account {account}, {which}, though rows are only "
            "ever added: export whole days, or say --replace-days if rows were taken back"
        )
