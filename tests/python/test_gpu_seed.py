"""The seed of GPU machines: known shapes and prices, and no price that nobody gave."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "gpu_instances.csv"

with SEED.open(newline="", encoding="utf-8") as lines:
    ROWS = list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("provider", "instance_type", "day", "gpus", "price"),
    [
        ("aws", "p4d.24xlarge", "2025-06-01", ("A100", "8"), "32.7726"),
        ("aws", "p4d.24xlarge", "2025-07-01", ("A100", "8"), "21.957642"),
        ("aws", "p4de.24xlarge", "2025-07-01", ("A100", "8"), "27.44705"),
        ("aws", "p5.48xlarge", "2025-06-01", ("H100", "8"), "98.32"),
        ("aws", "p5.48xlarge", "2025-07-01", ("H100", "8"), "55.04"),
        ("aws", "p5.4xlarge", "2026-01-01", ("H100", "1"), "6.88"),
        ("aws", "p5en.48xlarge", "2026-01-01", ("H200", "8"), "63.296"),
        ("aws", "p5e.48xlarge", "2026-01-01", ("H200", "8"), None),
        ("aws", "g5.4xlarge", "2026-01-01", ("A10G", "1"), "1.624"),
        ("microsoft", "nc24ads_a100_v4", "2026-01-01", ("A100", "1"), "3.673"),
        ("microsoft", "nd96isr_h100_v5", "2026-01-01", ("H100", "8"), "98.32"),
        ("microsoft", "nc96ads_a100_v4", "2026-01-01", ("A100", "4"), None),
        ("gcp", "a2-megagpu-16g", "2026-01-01", ("A100", "16"), "55.739504"),
        ("gcp", "a3-highgpu-8g", "2026-01-01", ("H100", "8"), "88.490000119"),
        ("gcp", "g2-standard-32", "2026-01-01", ("L4", "1"), None),
    ],
)
def test_known_machines(provider, instance_type, day, gpus, price) -> None:
    (row,) = (
        row
        for row in ROWS
        if (row["provider_id"], row["instance_type"]) == (provider, instance_type)
        and row["valid_from"] <= day < (row["valid_to"] or "9999")
    )
    assert (row["gpu_model"], row["gpu_count"]) == gpus
    assert (row["list_price_usd_per_hour"] or None) == price


def test_a_price_has_a_region_and_is_positive() -> None:
    for row in ROWS:
        assert bool(row["list_price_usd_per_hour"]) == bool(row["region_id"]), row
        assert Decimal(row["list_price_usd_per_hour"] or 1) > 0, row


def test_types_are_written_as_the_key_makes_them() -> None:
    for row in ROWS:
        assert row["instance_type"] == row["instance_type"].lower(), row
        assert not row["instance_type"].startswith(("ml.", "standard_")), row


def test_prices_of_one_machine_follow_each_other() -> None:
    ordered = sorted(
        ROWS, key=lambda row: (row["provider_id"], row["instance_type"], row["valid_from"])
    )
    for first, then in pairwise(ordered):
        if first["instance_type"] == then["instance_type"]:
            assert first["valid_to"] == then["valid_from"], then
            assert first["gpu_count"] == then["gpu_count"], then
