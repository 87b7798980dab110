"""What a delivery amounts to: rows, period, sums of money, version of the export."""

import json
from dataclasses import dataclass

import duckdb

from landing.feeds import Feed
from landing.scopes import money_json
from landing.sql import quoted


@dataclass(frozen=True)
class Summary:
    """Totals of the accepted rows; the period in whole UTC days, both ends included."""

    rows: int
    period_start: str | None
    period_end: str | None
    money: dict[str, dict[str, str]]
    format_version: str | None


def summarise(con: duckdb.DuckDBPyConnection, feed: Feed, columns: set[str]) -> Summary:
    """Totals of the view `accepted`; `columns` are the declared columns that the export has."""
    (rows,) = con.execute("select count(*) from accepted").fetchone() or (0,)
    start = end = None
    if feed.period:
        # days that are known to be empty belong to the period too
        start, end = con.execute(
            f"""
            select min(day), max(day)
            from (
                select cast({quoted(feed.period)} as date) as day from accepted
                union all
                select scope_date from covered
            )
            """
        ).fetchone() or (None, None)
    (money,) = con.execute(
        f"select any_value(money) from ({money_json(feed, 'accepted')})"
    ).fetchone() or (None,)
    return Summary(
        rows,
        str(start) if start else None,
        str(end) if end else None,
        json.loads(money) if money else {},
        format_version(feed, columns),
    )


def format_version(feed: Feed, columns: set[str]) -> str | None:
    """The highest declared version of which the export has a column of its own."""
    present = {name.lower() for name in columns}
    told = [v for v, own in feed.versions.items() if present & {name.lower() for name in own}]
    return max(told, key=_version_key, default=None)


def _version_key(version: str) -> tuple[tuple[int, ...], str]:
    number, _, label = version.partition("-")
    return tuple(int(part) for part in number.split(".") if part.isdigit()), label


def one_line(record: dict) -> str:
    """What is printed for a delivery."""
    period = ""
    if record["period_start"]:
        period = f", {record['period_start']} to {record['period_end']}"
    sums = [
        f"{column} {total} {currency}"
        for column, totals in record["money"].items()
        for currency, total in totals.items()
    ]
    money = f", {', '.join(sums)}" if sums else ""
    left_out = record["rows_quarantined"]
    quarantined = f", {left_out} rows quarantined" if left_out else ""
    rows = f"{record['rows']} row{'' if record['rows'] == 1 else 's'}"
    return (
        f"{record['source']}.{record['table']}: {rows}{period}{money}{quarantined}, "
        f"delivery {record['delivery_id']}"
    )
