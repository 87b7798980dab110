"""Finding out, or refusing to guess, the order of month and day in a delivery's dates."""

import duckdb

from landing import dates, sql
from landing.feeds import Feed
from landing.files import ExportFile
from landing.refusal import Refusal

DATE_TYPES = ("timestamp", "date")


def find_order(
    con: duckdb.DuckDBPyConnection, feed: Feed, files: list[ExportFile], starts: list[int]
) -> str | None:
    """The order (mdy, dmy) that the unread dates of `incoming` prove; None if there are none.

    Raises Refusal for dates that look like 5/1/25 and prove nothing. `starts` are the rowids at
    which each file begins.
    """
    _collect_slashed(con, feed)
    example = con.execute("select * from slashed order by number limit 1").fetchone()
    if not example:
        return None
    order = dates.proven_order(con, "slashed", list(feed.date_proof))
    if order is None:
        number, column, value = example
        index = max(i for i, start in enumerate(starts) if start <= number)
        raise Refusal(
            f"{files[index].name}: row {number - starts[index] + 1}, column {column}: '{value}' "
            "may be month/day/year or day/month/year: say which with --date-order mdy or "
            "--date-order dmy, or export ISO 8601 dates"
        )
    return order


def _collect_slashed(con: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    """Table `slashed` (number, column_name, value): unread dates that look like 5/1/25."""
    con.execute(
        "create or replace temp table slashed (number bigint, column_name varchar, value varchar)"
    )
    dated = {i: c.name for i, c in enumerate(feed.columns) if c.data_type in DATE_TYPES}
    if not dated:
        return
    names = ", ".join(f"'{i}': {sql.literal(name)}" for i, name in dated.items())
    con.execute(
        f"""
        insert into slashed
        select number, map {{{names}}}[parts[1]], trim(parts[3])
        from (
            select rowid as number,
                string_split(unnest(string_split(_problems, chr(30))), chr(31)) as parts
            from incoming where _problems is not null
        )
        where parts[2] = 'type' and map_contains(map {{{names}}}, parts[1])
            and regexp_full_match(trim(parts[3]), {sql.literal(dates.SLASHED)})
        """
    )
