"""Dates such as 5/1/25: read only when the order of month and day is given or proven.

DuckDB would read '5/1/25' as the year 5, so nothing that is not ISO 8601 is cast on trust.
"""

import duckdb

from landing.sql import literals, quoted

ORDERS = {"mdy": "%m/%d", "dmy": "%d/%m"}
WORDS = {"mdy": "month/day/year", "dmy": "day/month/year"}
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
SLASHED = r"\d{1,2}([/.-])\d{1,2}[/.-](\d{4}|\d{2})( \d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?)?"


def slashed_timestamp(text: str, order: str) -> str:
    """SQL: the timestamp that a text such as '5/1/25 13:30' is under an order, else NULL."""
    day = f"regexp_replace({text}, '^(\\d+)[/.-](\\d+)[/.-]', '\\1/\\2/')"
    cases = " ".join(
        f"when regexp_matches({text}, '^\\d+[/.-]\\d+[/.-]{digits}( |$)') "
        f"then try_strptime({day}, [{literals([ORDERS[order] + year + t for t in _TIMES])}])"
        for digits, year in (("\\d{4}", "/%Y"), ("\\d{2}", "/%y"))
    )
    return f"case {cases} end"


def proven_order(con: duckdb.DuckDBPyConnection, table: str, proofs: list[str]) -> str | None:
    """The only order under which the dates of a table make sense, or None.

    `table` has a text column `value` and the name of its `column_name`, slashed dates only. Either
    every value parses under one order alone, or (for a bill) the `proofs` columns, which hold
    billing periods, are all the first of a month under one order alone. Where every value is the
    same day under both (2/2/25), either will do.
    """
    facts = {}
    for order in ORDERS:
        parsed = slashed_timestamp("value", order)
        facts[order] = con.execute(
            f"""
            select
                count(*) > 0 and count({parsed}) = count(*),
                coalesce(bool_and(day({parsed}) = 1) filter (where column_name in (
                    select unnest([{literals(proofs) or "''"}])
                )), false)
            from {quoted(table)}
            """
        ).fetchone()
    for fact in (0, 1):
        proven = [order for order in ORDERS if facts[order][0] and facts[order][fact]]
        if len(proven) == 1:
            return proven[0]
    first, second = (slashed_timestamp("value", order) for order in ORDERS)
    (are_alike,) = con.execute(
        f"select count(*) > 0 and count(*) = count_if({first} = {second}) from {quoted(table)}"
    ).fetchone() or (False,)
    return next(iter(ORDERS)) if are_alike else None
