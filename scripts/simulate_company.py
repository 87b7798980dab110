"""Write the native exports of a simulated company, and the ground truth that it knows.

    python scripts/simulate_company.py --seed 7 --start 2026-01-01 --days 59 --out DIR

The same arguments give the same bytes. `deliveries.csv` in the output lists the files in the order
in which they were exported and landed, `after_closing.csv` those that arrive after the first month
was closed; `ground_truth/` holds what a warehouse should find.
"""

import argparse
import csv
import sys
import time
from datetime import date
from pathlib import Path

from simulation import store
from simulation.aws_bill import write_aws_bills
from simulation.aws_plan import AwsPlan
from simulation.aws_usage import write_aws_usage
from simulation.business_events import write_events
from simulation.catalog import MISTRAL_MODEL, MODELS
from simulation.cloud_bill import write_cloud_bills
from simulation.customers import Customers
from simulation.deliveries import Deliveries
from simulation.ground_truth import write_ground_truth
from simulation.provider_bills import write_bills
from simulation.provider_usage import write_usage
from simulation.requests import simulate_requests
from simulation.saas_invoices import write_saas_invoices
from simulation.sessions import simulate_events, simulate_sessions
from simulation.spend_logs import write_spend_logs
from simulation.standard_feeds import (
    write_infrastructure_use,
    write_price_sheets,
    write_revenue,
    write_second_gateway,
)
from simulation.world import World

PRICES = Path(__file__).resolve().parents[1] / "seeds" / "reference" / "prices.csv"


def first_priced_day() -> tuple[date, str]:
    """Return the first day on which all models with prices have them, and the model that waits."""
    bought = {(model.provider, model.model_id) for model in MODELS if model.has_known_price}
    bought.add(("mistral", MISTRAL_MODEL))
    first_days: dict[str, date] = {}
    with PRICES.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            model, day = row["model_id"], date.fromisoformat(row["valid_from"][:10])
            if (row["provider_id"], model) in bought:
                first_days[model] = min(day, first_days.get(model, day))
    last = max(first_days, key=lambda model: (first_days[model], model))
    return first_days[last], last


def simulate(world: World, out: Path) -> None:
    """Simulate one company and write everything about it below `out`."""
    started = time.monotonic()

    def progress(done: str) -> None:
        print(f"[{time.monotonic() - started:6.1f} s] {done}", file=sys.stderr, flush=True)

    customers = Customers(world)
    sessions = simulate_sessions(world, customers)
    requests, last_failed = simulate_requests(world, sessions)
    events = simulate_events(world, sessions, last_failed)
    progress(f"simulated {len(requests['kind']):,} requests of {world.customers:,} customers")

    deliveries = Deliveries(out)
    with store.connect() as con:
        store.register(con, "requests", requests)
        store.register(con, "events", events)
        planted = write_spend_logs(con, world, requests, deliveries)
        progress("wrote the gateway logs")
        write_usage(con, world, deliveries)
        write_bills(con, world, deliveries)
        progress("wrote the providers' usage and bills")
        write_events(con, world, deliveries)
        progress("wrote the business events")
        pools = write_cloud_bills(world, deliveries) + write_saas_invoices(world, deliveries)
        plan = AwsPlan(world)
        after_closing = Deliveries(out)
        aws_pools, corrections = write_aws_bills(con, world, plan, deliveries, after_closing)
        write_aws_usage(world, plan, deliveries)
        progress("wrote the bills of clouds and services")
        second_gateway = write_second_gateway(world, deliveries)
        write_revenue(world, customers, deliveries)
        write_price_sheets(world, deliveries)
        write_infrastructure_use(world, deliveries)
        deliveries.write_list()
        if after_closing.rows:
            after_closing.write_list("after_closing.csv")
        write_ground_truth(
            con,
            world,
            plan,
            pools + aws_pools,
            corrections,
            second_gateway,
            planted,
            out / "ground_truth",
        )
    progress(f"wrote the ground truth to {out}")


def parse_arguments(arguments: list[str] | None = None) -> tuple[World, Path]:
    """Return the world to simulate and the folder to write to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2026, 1, 1))
    parser.add_argument("--days", type=int, default=59, help="at least 7 (default: 59)")
    parser.add_argument(
        "--requests", type=int, default=330, help="model calls in all (default: 330)"
    )
    parser.add_argument(
        "--customers", type=int, help="number of customers (default: by requests, 40 to 2000)"
    )
    parser.add_argument(
        "--bill-lines",
        type=int,
        default=0,
        help="lines of a large fleet on the AWS bill, which is Parquet then (default: none)",
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="a folder that is empty or does not exist"
    )
    parser.add_argument(
        "--log-format",
        choices=("jsonl", "csv", "parquet"),
        help="format of the gateway log (default: jsonl, parquet above 200,000 requests)",
    )
    options = parser.parse_args(arguments)
    if options.days < 7 or options.requests < 1:
        parser.error("--days must be at least 7 and --requests at least 1")
    if options.customers is not None and options.customers < 1:
        parser.error("--customers must be at least 1")
    first_day, model = first_priced_day()
    if options.start < first_day:
        parser.error(f"--start must be {first_day} or later: before, {model} has no price")
    if options.out.exists() and any(options.out.iterdir()):
        parser.error(f"{options.out} is not empty")
    log_format = options.log_format or ("parquet" if options.requests > 200_000 else "jsonl")
    return World(
        options.seed,
        options.start,
        options.days,
        options.requests,
        log_format,
        options.bill_lines,
        options.customers,
    ), options.out


if __name__ == "__main__":
    simulate(*parse_arguments())
