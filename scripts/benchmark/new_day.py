"""What one new day of the log costs, by how many days lie before it."""

from pathlib import Path

import duckdb

from . import warehouse
from .processes import Measured, done
from .warehouse import Work

# one company, young or old: left alone, the simulator gives a company of more requests more
# customers, and a day of more customers has more rows
CUSTOMERS = 1000

# the last day once more, a day later: other calls of the same kinds
NEXT_DAY = """
copy (
    select * exclude (_extra, _delivery_id, _landed_at, _source_file, _row_number) replace (
        request_id || '-next' as request_id,
        startTime + interval 1 day as startTime,
        endTime + interval 1 day as endTime
    )
    from read_parquet('{logs}')
    where cast(startTime as date) = (
        select cast(max(startTime) as date) from read_parquet('{logs}')
    )
) to '{export}' (format parquet)
"""


def new_day(folder: Path, days: int, requests_per_day: int) -> list[Measured]:
    """Build a company of so many days as plain tables, land one day more, and bring it in."""
    work = Work(folder)
    done(warehouse.simulate(work, days * requests_per_day, days, customers=CUSTOMERS))
    done(warehouse.land(work))
    whole = done(warehouse.build(work))
    export = folder / "next_day.parquet"
    with duckdb.connect() as con:
        con.execute(NEXT_DAY.format(logs=work.logs, export=export))
    landing = ["scripts/land_export.py", "litellm", "spend_logs", str(export)]
    landed = done(work.python("land one day", *landing))
    # the project is read anew once when builds begin to be in batches, not every day
    done(work.dbt("parse", "parse", "--vars", "microbatch: true"))
    paths = ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    brought = work.python("new day", "scripts/rebuild_changed.py", "--run", *paths)
    for step, name in ((whole, "whole build"), (landed, "land one day"), (brought, "one new day")):
        step.name = f"{name}, {days} days of {requests_per_day:,} requests"
    return [whole, landed, brought]
