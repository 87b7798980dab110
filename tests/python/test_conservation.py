"""Pools of every awkward kind are spread to the last digit: dbt's own tests find no difference."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import dbt, land_folder

LINE = {
    "provider_id": "aws",
    "billing_account_id": "payer",
    "sub_account_id": "a",
    "charge_period_start": "2026-03-02T00:00:00Z",
    "charge_period_end": "2026-03-03T00:00:00Z",
    "charge_category": "Usage",
    "service_category": "Compute",
    "service_name": "EC2",
    "billing_currency": "USD",
    "invoice_id": "one",
}
BIG = {"resource_id": "i-big", "instance_type": "p4d.24xlarge", "pricing_unit": "Hours"}
SMALL = {"instance_type": "g5.xlarge", "pricing_quantity": 24, "pricing_unit": "Hours"}
STORED = {"service_category": "Storage", "service_name": "S3"}
NEXT_DAY = {
    "charge_period_start": "2026-03-03T00:00:00Z",
    "charge_period_end": "2026-03-04T00:00:00Z",
}
CHARGES = [
    # ten thousand targets, and a negative charge of the smallest amount on the same machine
    BIG | {"pricing_quantity": 24, "billed_cost": "527.123456789012"},
    BIG | {"pricing_quantity": 0, "billed_cost": "-0.000000000001"},
    SMALL | {"resource_id": "i-one", "billed_cost": "24.1", "invoice_id": "two"},
    # nothing used on its first day: all idle
    SMALL | {"resource_id": "i-idle", "billed_cost": "24.1"},
    SMALL | {"resource_id": "i-idle", "billed_cost": "24.1"} | NEXT_DAY,
    STORED | {"resource_id": "bucket", "pricing_quantity": 100, "pricing_unit": "GB-Months"}
    | {"billed_cost": "1"},
    STORED | {"resource_id": "odd", "pricing_quantity": 1, "pricing_unit": "Bananas"}
    | {"billed_cost": "0.1"},
    {"charge_category": "Tax", "service_name": "Tax", "billed_cost": "33.333333333333"},
    {"charge_category": "Purchase", "billed_cost": "100", "effective_cost": "0"},
    {"billed_cost": "0", "effective_cost": "37.5", "commitment_discount_status": "Unused"},
    {"service_name": "Huge", "billed_cost": "1000000000.000000000001"},
    {"charge_category": "Credit", "billed_cost": "-12.34"},
]  # fmt: skip
FEATURES = ("support_chat", "recommendations", "invoice_categorisation")


def write(path: Path, rows: list[dict]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def tags(feature: str) -> str:
    return f'{{"feature": "{feature}"}}'


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """Connection to a warehouse of these pools, built with every dbt data test."""
    work = tmp_path_factory.mktemp("conservation")
    folder = work / "exports"
    folder.mkdir()
    job = {"provider_id": "aws", "account_id": "a", "gpu_count": 1}
    hour = {"started_at": "2026-03-02T00:00:00Z", "ended_at": "2026-03-02T01:00:00Z"}
    idle = job | {"resource_id": "i-idle", "gpu_seconds_held": 86400, "tags": tags(FEATURES[1])}
    jobs = [
        job | hour | {
            "gpu_usage_id": f"job-{n}",
            "resource_id": "i-big",
            "customer_id": f"c-{n}",
            "tags": tags(FEATURES[0]),
            "gpu_seconds_held": Decimal(47) + n % 7 * Decimal("0.333333"),
        }
        for n in range(10_000)
    ]  # fmt: skip
    jobs += [
        job | {"gpu_usage_id": "one", "resource_id": "i-one", "gpu_seconds_held": 86400}
        | {"started_at": "2026-03-02T00:00:00Z", "ended_at": "2026-03-03T00:00:00Z"}
        | {"tags": tags(FEATURES[1])},
        idle | {"gpu_usage_id": "before", "started_at": "2026-03-01T00:00:00Z"}
        | {"ended_at": "2026-03-02T00:00:00Z"},
        idle | {"gpu_usage_id": "after", "started_at": "2026-03-03T12:00:00Z"}
        | {"ended_at": "2026-03-04T12:00:00Z"},
    ]  # fmt: skip
    stored = [
        {"dataset_id": f"data-{feature}", "usage_date": "2026-03-02", "provider_id": "aws"}
        | {"account_id": "a", "resource_id": "bucket", "byte_hours": 10**9, "tags": tags(feature)}
        for feature in FEATURES
    ]
    write(folder / "charges.csv", [LINE | {"effective_cost": ""} | charge for charge in CHARGES])
    write(folder / "gpu.csv", jobs)
    write(folder / "storage.csv", stored)
    write(
        folder / "deliveries.csv",
        [
            {"path": "charges.csv", "source": "standard", "table": "charges"},
            {"path": "gpu.csv", "source": "standard", "table": "gpu_usage"},
            {"path": "storage.csv", "source": "standard", "table": "storage_usage"},
        ],
    )
    land_folder(folder, work / "raw")
    built = dbt("build", work / "raw", work, "--exclude-resource-type", "unit_test")
    with duckdb.connect(str(built), read_only=True) as connection:
        yield connection


def costs(ledger, where: str) -> list[tuple]:
    return ledger.execute(
        "select feature_id, is_idle, count(*), sum(effective_cost_usd),"
        " sum(effective_cost_with_idle_usd) from fct_allocated_costs"
        f" where {where} group by feature_id, is_idle order by feature_id"
    ).fetchall()


def test_a_pool_of_ten_thousand_targets_is_spread_whole_on_both_bases(ledger):
    rows = costs(ledger, "usage_date = '2026-03-02' and pool_id in (select pool_id from"
                 " fct_allocated_costs group by pool_id having count(*) > 1000)")  # fmt: skip
    assert [row[:3] for row in rows] == [("support_chat", False, 10_000), ("unallocated", True, 1)]
    pool = Decimal("527.123456789011")
    assert sum(row[3] for row in rows) == pool
    assert [row[4] for row in rows] == [pool, 0]


def test_a_day_on_which_nobody_used_a_machine_is_idle_and_half_a_day_is_half(ledger):
    machine = "bill_meter = 'gpu_seconds' and invoice_id = 'one' and pool_id not in (select pool_id"
    machine += " from fct_allocated_costs group by pool_id having count(*) > 1000)"
    full, half = Decimal("24.1"), Decimal("12.05")
    assert costs(ledger, f"{machine} and usage_date = '2026-03-02'") == [
        ("unallocated", True, 1, full, full)
    ]
    assert costs(ledger, f"{machine} and usage_date = '2026-03-03'") == [
        ("recommendations", False, 1, half, full),
        ("unallocated", True, 1, half, 0),
    ]


def test_thirds_add_up_and_the_first_of_equals_takes_the_rest(ledger):
    third, rest = Decimal("0.333333333333"), Decimal("0.333333333334")
    rows = costs(ledger, "bill_meter = 'byte_hours' and driver is not null")
    assert [row[3] for row in rows] == [rest, third, third]


def test_money_without_a_known_quantity_or_owner_is_there_with_its_reason(ledger):
    found = dict(
        ledger.execute(
            "select unallocated_reason, sum(effective_cost_usd) from fct_allocated_costs"
            " where unallocated_reason <> 'idle' group by unallocated_reason"
        ).fetchall()
    )
    assert found == {
        "no_workload_rule": Decimal("1000000000.100000000001"),
        "purchase": 0,
        "unused_commitment": Decimal("37.5"),
        "credit": Decimal("-12.34"),
    }
