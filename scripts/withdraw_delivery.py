#!/usr/bin/env python
"""Withdraw a delivery: `python scripts/withdraw_delivery.py DELIVERY_ID --why "wrong account"`.

From the next `dbt build` on, nothing of the delivery counts: what it had replaced counts again, and
its files may be landed anew. Nothing is deleted: builds `as_of` a day before still have it. Exit
code 0: withdrawn; 2: refused, with one line on stderr.
"""

import argparse
import hashlib
import os
from pathlib import Path

from land_export import ROOT, guarded, run
from landing.refusal import Refusal
from landing.request import now, utc_text
from landing.store import WITHDRAWAL, RawStore


def main(arguments: list[str] | None = None) -> int:
    """Withdraw the delivery that the command line names; the exit code."""
    parser = argparse.ArgumentParser(description="Withdraw a delivery: it counts no more.")
    parser.add_argument("delivery_id", metavar="DELIVERY_ID")
    parser.add_argument("--why", metavar="TEXT", required=True, help="kept in fct_delivery_log")
    parser.add_argument("--withdrawn-at", metavar="TS", help="when that was (default: now)")
    parser.add_argument("--raw-root", metavar="DIR", help="default: RAW_ROOT or data/raw")
    options = parser.parse_args(arguments)
    return guarded(lambda: withdraw(options))


def withdraw(options: argparse.Namespace) -> None:
    """Append a withdrawal to the manifest, or raise a Refusal; prints one line."""
    why = " ".join(options.why.split())
    if not why or not why.isprintable():
        raise Refusal("--why: say why in plain text, for those who find the delivery gone")
    withdrawn_at = utc_text(options.withdrawn_at or now(), "--withdrawn-at")
    root = Path(options.raw_root or os.environ.get("RAW_ROOT") or ROOT / "data/raw")
    if not root.is_dir():
        raise Refusal(f"{root}: no raw folder here: set RAW_ROOT")
    store = RawStore(root)
    with store.lock():
        delivery = withdrawable(store, options.delivery_id)
        if withdrawn_at < delivery["landed_at"]:
            raise Refusal(
                f"--withdrawn-at {withdrawn_at}: is before the delivery was landed "
                f"({delivery['landed_at']}): correct it"
            )
        store.publish_all([record_of(delivery, why, withdrawn_at)], [])
    print(
        f"{delivery['source']}.{delivery['table']}: delivery {delivery['delivery_id']} of "
        f"{delivery['landed_at'][:10]} ({delivery['rows']:,} rows) is withdrawn. Run `dbt build`."
    )


def withdrawable(store: RawStore, delivery_id: str) -> dict:
    """The record of a delivery that may be withdrawn."""
    if done := store.withdrawal(delivery_id):
        raise Refusal(f"{delivery_id}: was withdrawn on {done['landed_at'][:10]} ({done['why']})")
    ours = [r for r in store.deliveries() if r["delivery_id"] == delivery_id]
    if not ours:
        raise Refusal(
            f"{delivery_id}: no such delivery in {store.root}: landing prints the id, and "
            "fct_delivery_log lists them all"
        )
    if ours[0]["source"] == "closed":
        raise Refusal(f"{delivery_id}: is a closed month, and a closed month does not move")
    return ours[0]


def record_of(delivery: dict, why: str, withdrawn_at: str) -> dict:
    """The line of the manifest that withdraws a delivery."""
    source, table = WITHDRAWAL
    parts = [source, table, delivery["delivery_id"]]
    return {
        "delivery_id": hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16],
        "source": source,
        "table": table,
        "mode": "append",
        "exported_at": withdrawn_at,
        "landed_at": withdrawn_at,
        "withdraws": delivery["delivery_id"],
        "why": why,
    }


if __name__ == "__main__":
    run(main)
