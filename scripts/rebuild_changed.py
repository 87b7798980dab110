#!/usr/bin/env python
"""Bring a warehouse that is built in batches up to date: `python scripts/rebuild_changed.py --run`.

Asks the warehouse which days and months stand on other deliveries, prices or SQL than now
(int_stale_batches), and builds those: a new day, a day that came late, one that was restated or
withdrawn. Without --run it prints the next commands. Exit code 0: nothing is stale (any more);
1: something is; 2: a step failed: `dbt retry` builds only what is missing, then run this again.
"""

import argparse
import json
import shlex
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DBT = Path(sys.executable).with_name("dbt")
IN_BATCHES = ["--vars", "microbatch: true"]
BUILD = ["build", *IN_BATCHES, "--exclude-resource-type", "test", "unit_test"]
BY_DAY, BY_MONTH = "config.batch_size:day", "config.batch_size:month"
# a month may move the months whose bills reach into it, and those their neighbours
ROUNDS = 5


def main(arguments: list[str] | None = None) -> int:
    """Print or run what brings the warehouse up to date; the exit code."""
    parser = argparse.ArgumentParser(description="Build the days and months whose inputs changed.")
    parser.add_argument("--run", action="store_true", help="run the commands, not only print them")
    options, more = parser.parse_known_args(arguments)
    stale = stale_batches(more)
    if not options.run:
        for step in [*first_round(stale), tests()]:
            print(shlex.join(["dbt", *step]))
        return 1 if stale else 0
    steps = first_round(stale)
    for _ in range(ROUNDS):
        if not all(succeeds([*step, *more]) for step in steps):
            return 2
        stale = stale_batches(more)
        if not stale:
            return 0 if succeeds([*tests(), *more]) else 2
        steps = next_round(stale)
    print(f"still stale after {ROUNDS} rounds: run `dbt build --full-refresh`", file=sys.stderr)
    return 1


def succeeds(step: list[str]) -> bool:
    """Run a command of dbt, after saying which."""
    print(shlex.join(["dbt", *step]), flush=True)
    return subprocess.run([DBT, "--quiet", *step], cwd=ROOT).returncode == 0


def stale_batches(more: list[str]) -> dict[str, list[date]]:
    """First days of the stale batches by their size: "day", "month"."""
    asked = ["show", "--select", "int_stale_batches", "--limit", "-1", "--output", "json"]
    shown = subprocess.run(
        [DBT, "--quiet", *asked, *IN_BATCHES, *more], cwd=ROOT, text=True, stdout=subprocess.PIPE
    )
    if shown.returncode:
        sys.exit(f"int_stale_batches: not readable: run `dbt build` first\n{shown.stdout}")
    found: dict[str, list[date]] = {}
    for row in json.loads(shown.stdout[shown.stdout.index("{") :])["show"]:
        day = date.fromisoformat(row["batch_start_date"][:10])
        found.setdefault(row["batch_size"], []).append(day)
    return found


def first_round(stale: dict[str, list[date]]) -> list[list[str]]:
    """The commands that build the stale days, then everything else with the stale months.

    Everything else in any case: a bill has no days in the logs, and which months it changes is
    seen once it is in the cost pools. One build from the first month to the last, because a month
    that is still stale does not agree with its bill.
    """
    days, months = stale.get("day", []), stale.get("month", [])
    if not days and not months:
        return [[*BUILD, "--exclude", "config.materialized:incremental"]]
    runs = runs_of(days)
    if len(runs) == 1 and {day.replace(day=1) for day in days} >= set(months):
        return [[*BUILD, *window(*runs[0])]]
    # with what days are built from: some logs go through tables, which lack what is new
    day_runs = [[*BUILD, "--select", f"+{BY_DAY}", *window(*run)] for run in runs]
    reached = [*days, *months]
    return [*day_runs, [*BUILD, "--exclude", BY_DAY, *window(min(reached), max(reached))]]


def next_round(stale: dict[str, list[date]]) -> list[list[str]]:
    """The commands for what is stale since: prices may cut a day anew, bills change a month."""
    if "day" in stale:
        return first_round(stale)
    months = stale["month"]
    return [["run", *IN_BATCHES, "--select", f"{BY_MONTH}+", *window(min(months), max(months))]]


def tests() -> list[str]:
    """The data tests, the guard among them, once everything agrees."""
    return ["test", *IN_BATCHES, "--exclude-resource-type", "unit_test"]


def window(first: date, last: date) -> list[str]:
    """The options of dbt that build the batches from `first` to `last`."""
    end = last + timedelta(days=1)
    return ["--event-time-start", str(first), "--event-time-end", str(end)]


def runs_of(days: list[date]) -> list[tuple[date, date]]:
    """First and last of every run of consecutive days."""
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


if __name__ == "__main__":
    sys.exit(main())
