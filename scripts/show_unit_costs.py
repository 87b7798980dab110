"""Print what one unit costs, from the warehouse that `dbt build` made."""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from pathlib import Path

import duckdb

UNITS = """
    select
        unit_name,
        min(usage_date) as first_day,
        max(usage_date) as last_day,
        sum(unit_events) as units,
        sum(successful_unit_events) as successes,
        sum(effective_cost_usd) as billed,
        sum(estimated_cost_usd) as estimated,
        sum(revenue_usd) as revenue
    from fct_unit_economics_daily
    where unit_id <> 'none'
    group by unit_name
    having sum(unit_events) > 0
    order by unit_name
"""
COVERAGE = """
    select
        sum(billed_cost_usd) as billed,
        sum(case when allocation_method <> 'unallocated' then billed_cost_usd end) as allocated,
        sum(estimated_cost_usd) as estimated,
        (select sum(billed_cost_usd) from fct_charges) as bill
    from fct_allocated_costs
"""
INCOMPLETE = """
    select count(distinct usage_date)
    from fct_unit_economics_daily
    where has_unpriced_usage or (cost_status = 'none' and unit_events > 0)
"""


def usd(amount: Decimal | None, digits: int = 2) -> str:
    """Text of an amount in US dollars; a dash for nothing."""
    return "-" if amount is None else f"{amount:,.{digits}f}"


def answer(connection: duckdb.DuckDBPyConnection) -> str:
    """The unit costs as a text table, in US dollars, with the totals they rest on."""
    units = connection.execute(UNITS).fetchall()
    if not units:
        return (
            "No unit has events and cost yet: land business events and bills, "
            "and define units in seeds/company/unit_definitions.csv."
        )
    header = ("one ...", "units", "of them good", "USD each", "USD each good", "revenue USD")
    rows = [header]
    for name, _, _, count, good, billed, estimated, revenue in units:
        cost = billed + estimated
        rows.append(
            (
                name,
                f"{count:,}",
                f"{good:,}",
                usd(cost / count, 6),
                usd(cost / good if good else None, 6),
                usd(revenue),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    billed, allocated, estimated, bill = connection.execute(COVERAGE).fetchone()
    share = f"{allocated / billed:.1%}" if billed else "-"
    lines += [
        "",
        f"{units[0][1]} to {max(row[2] for row in units)}. Bills: {usd(bill)} USD; ledger: "
        f"{usd(billed)} USD; difference {bill - billed if bill else 0:f}.",
        f"{share} of the billed cost has an owner; {usd(estimated)} USD more are estimated, "
        "for days whose bill has not arrived.",
    ]
    (incomplete,) = connection.execute(INCOMPLETE).fetchone()
    if incomplete:
        lines.append(
            "Costs are too low: days on which use has neither a bill nor a known price, or units "
            f"have no cost at all: {incomplete:,}."
        )
    lines += [
        "Look next: fct_unit_economics_daily (cost per unit and day), fct_allocated_costs (the",
        "ledger), fct_allocation_coverage and fct_invoice_reconciliation (can you trust it).",
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the answer; 1 and one clear line when there is no warehouse."""
    path = Path(os.environ.get("WAREHOUSE_PATH", "warehouse.duckdb"))
    if not path.exists():
        print(f"{path}: no warehouse here yet: run `dbt build` (or `make build`)", file=sys.stderr)
        return 1
    with duckdb.connect(str(path), read_only=True) as connection:
        print(answer(connection))
    return 0


if __name__ == "__main__":
    sys.exit(main())
