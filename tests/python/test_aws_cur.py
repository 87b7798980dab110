"""One month of AWS gives the same charges from a legacy report and from both forms of CUR 2.0."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import build_tables, land_folder

COVERED = {"savings_plan_savings_plan_a_r_n": "arn:aws:savingsplans::1:savingsplan/sp"}
RESERVED = {"reservation_reservation_a_r_n": "arn:aws:ec2:us-east-1:1:reserved-instances/ri"}
CLAUDE = "Claude Sonnet 4.6 (Amazon Bedrock Edition)"

# columns of CUR 2.0; `tags` and `product` are written as each version writes them
LINES: list[dict] = [
    {
        "type": "Usage", "code": "AmazonBedrock", "use": "USE1-NovaPro-input-tokens",
        "amount": "1234.567", "unit": "1K tokens", "cost": "0.9876536",
        "tags": {"feature": "support_chat"}, "product": {"product_name": "Amazon Bedrock"},
    },
    {
        "type": "Usage", "code": "8x1marketplace",
        "use": "USE1-MP:USE1_OutputTokenCount_Global-Units",
        "amount": "0.25", "unit": "1M tokens", "cost": "3.75",
        "tags": {"feature": "support_chat", "team": 'growth "A"'},
        "product": {"product_name": CLAUDE},
    },
    {
        "type": "SavingsPlanCoveredUsage", "code": "AmazonEC2", "use": "USE2-BoxUsage:p5.48xlarge",
        "amount": "1", "unit": "Hrs", "cost": "98.32", "resource": "i-1", "tags": {},
        "product": {"product_name": "Amazon Elastic Compute Cloud"},
        "product_instance_type": "p5.48xlarge", "pricing_public_on_demand_cost": "98.32",
        "savings_plan_savings_plan_effective_cost": "60.1", **COVERED,
    },
    {
        "type": "SavingsPlanNegation", "code": "ComputeSavingsPlans",
        "use": "USE2-BoxUsage:p5.48xlarge",
        "amount": "1", "unit": "Hrs", "cost": "-98.32", "tags": {}, "product": {}, **COVERED,
    },
    {
        "type": "SavingsPlanRecurringFee", "code": "ComputeSavingsPlans",
        "use": "ComputeSP:1yrNoUpfront",
        "amount": "1", "unit": "Hrs", "cost": "70", "tags": {}, "product": {}, **COVERED,
        "savings_plan_total_commitment_to_date": "70", "savings_plan_used_commitment": "60.1",
    },
    {
        "type": "DiscountedUsage", "code": "AmazonEC2", "use": "BoxUsage:g5.xlarge",
        "amount": "700", "unit": "Hrs", "cost": "0", "tags": {"feature": "recommendations"},
        "product": {}, "product_instance_type": "g5.xlarge",
        "pricing_public_on_demand_cost": "704.2",
        "reservation_effective_cost": "441", **RESERVED,
    },
    {
        "type": "RIFee", "code": "AmazonEC2", "use": "HeavyUsage:g5.xlarge", "amount": "744",
        "unit": "Hrs", "cost": "468.72", "tags": {}, "product": {}, **RESERVED,
        "reservation_unused_amortized_upfront_fee_for_billing_period": "0",
        "reservation_unused_recurring_fee": "27.72", "reservation_unused_quantity": "44",
    },
    {
        "type": "Usage", "code": "AmazonS3", "use": "TimedStorage-ByteHrs", "amount": "2.552E-7",
        "unit": "GB-Mo", "cost": "5.9E-9", "resource": "bucket", "tags": {},
        "product": {"product_name": "Amazon Simple Storage Service", "region": "us-east-1"},
    },
    {
        "type": "Usage", "code": "AmazonS3", "use": "USE1-USW2-AWS-Out-Bytes", "amount": "10",
        "unit": "GB", "cost": "0.2", "tags": {}, "product": {"region": "us-east-1"},
    },
    {"type": "Credit", "code": "AmazonEC2", "use": "", "amount": "1", "unit": "", "cost": "-5",
     "tags": {}, "product": {}},
    {"type": "Tax", "code": "AmazonEC2", "use": "", "amount": "1", "unit": "", "cost": "0.07",
     "tags": {}, "product": {}},
]  # fmt: skip

LEGACY = {
    "bill_payer_account_id": "bill/PayerAccountId",
    "bill_billing_period_start_date": "bill/BillingPeriodStartDate",
    "bill_billing_period_end_date": "bill/BillingPeriodEndDate",
    "line_item_currency_code": "lineItem/CurrencyCode",
    "line_item_usage_account_id": "lineItem/UsageAccountId",
    "line_item_usage_start_date": "lineItem/UsageStartDate",
    "line_item_usage_end_date": "lineItem/UsageEndDate",
    "line_item_line_item_type": "lineItem/LineItemType",
    "line_item_product_code": "lineItem/ProductCode",
    "line_item_usage_type": "lineItem/UsageType",
    "line_item_usage_amount": "lineItem/UsageAmount",
    "line_item_unblended_cost": "lineItem/UnblendedCost",
    "line_item_resource_id": "lineItem/ResourceId",
    "pricing_unit": "pricing/unit",
    "pricing_public_on_demand_cost": "pricing/publicOnDemandCost",
    "product_instance_type": "product/instanceType",
    "product_name": "product/ProductName",
    "region": "product/region",
    "savings_plan_savings_plan_a_r_n": "savingsPlan/SavingsPlanARN",
    "savings_plan_savings_plan_effective_cost": "savingsPlan/SavingsPlanEffectiveCost",
    "savings_plan_total_commitment_to_date": "savingsPlan/TotalCommitmentToDate",
    "savings_plan_used_commitment": "savingsPlan/UsedCommitment",
    "reservation_reservation_a_r_n": "reservation/ReservationARN",
    "reservation_effective_cost": "reservation/EffectiveCost",
    "reservation_unused_quantity": "reservation/UnusedQuantity",
    "reservation_unused_recurring_fee": "reservation/UnusedRecurringFee",
    "reservation_unused_amortized_upfront_fee_for_billing_period": (
        "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod"
    ),
}
TOTAL = sum(Decimal(line["cost"]) for line in LINES)
LINE_COLUMNS = {
    "type": "line_item_line_item_type",
    "code": "line_item_product_code",
    "use": "line_item_usage_type",
    "amount": "line_item_usage_amount",
    "unit": "pricing_unit",
    "cost": "line_item_unblended_cost",
    "resource": "line_item_resource_id",
}


def records(payer: str, lines: list[dict]) -> list[dict]:
    """The lines as rows of CUR 2.0, their maps as dictionaries."""
    common = {
        "bill_payer_account_id": payer,
        "bill_billing_period_start_date": "2026-02-01T00:00:00.000Z",
        "bill_billing_period_end_date": "2026-03-01T00:00:00.000Z",
        "line_item_currency_code": "USD",
        "line_item_usage_account_id": "222",
        "line_item_usage_start_date": "2026-02-03T05:00:00.000Z",
        "line_item_usage_end_date": "2026-02-03T06:00:00.000Z",
    }
    rows = []
    for line in lines:
        named = {LINE_COLUMNS.get(key, key): value for key, value in line.items()}
        rows.append({**common, **named})
    return rows


def csv_text(rows: list[dict]) -> str:
    """Rows as CSV; a value that a row lacks is an empty cell."""
    header = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_legacy(path: Path, rows: list[dict]) -> None:
    """The legacy report: slashes in names, a column per tag and per product attribute; gzip."""
    flat = []
    for row in rows:
        columns = {key: value for key, value in row.items() if key not in ("tags", "product")}
        columns = {LEGACY[key]: value for key, value in {**columns, **row["product"]}.items()}
        tags = {f"resourceTags/user:{key}": value for key, value in row["tags"].items()}
        flat.append({**columns, **tags, "product/overhead": "unknown to the feed"})
    path.write_bytes(gzip.compress(csv_text(flat).encode()))


def write_csv(path: Path, rows: list[dict]) -> None:
    """CUR 2.0 as CSV: maps are JSON text."""
    texts = []
    for row in rows:
        tags = {f"user_{key}": value for key, value in row["tags"].items()}
        columns = {key: value for key, value in row.items() if key != "tags"}
        maps = {"resource_tags": json.dumps(tags), "product": json.dumps(row["product"])}
        texts.append({**columns, **maps})
    path.write_text(csv_text(texts))


def write_parquet(path: Path, rows: list[dict]) -> None:
    """CUR 2.0 as Parquet: maps, timestamps, and money in doubles."""
    text = path.with_name("parquet.csv")
    write_csv(text, rows)
    selected = []
    for name in text.read_text().splitlines()[0].split(","):
        kind = "varchar"
        if name in ("product", "resource_tags"):
            kind = "map(varchar, varchar)"
            selected.append(f"cast(cast({name} as json) as {kind}) as {name}")
            continue
        if re.search("_date$", name) and not name.startswith("savings_plan"):
            kind = "timestamp"
        elif re.search("_(cost|amount|fee|quantity|commitment|period|date)$", name):
            kind = "double"
        selected.append(f"cast({name} as {kind}) as {name}")
    duckdb.execute(
        f"copy (select {', '.join(selected)} from read_csv('{text}', all_varchar = true))"
        f" to '{path}' (format parquet)"
    )


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Read-only connection to a warehouse of one month in three forms, each of its own payer."""
    work = tmp_path_factory.mktemp("aws_cur")
    write_legacy(work / "first.csv.gz", records("legacy", LINES[:3]))
    write_legacy(work / "legacy.csv.gz", records("legacy", LINES))
    write_csv(work / "cur2.csv", records("cur2_csv", LINES))
    write_parquet(work / "cur2.parquet", records("cur2_parquet", LINES))
    files = ["first.csv.gz", "legacy.csv.gz", "cur2.csv", "cur2.parquet"]
    deliveries = ["path,source,table,exported_at,landed_at"]
    for day, name in enumerate(files, start=10):
        deliveries.append(f"{name},aws,cur,2026-02-{day}T00:00:00Z,2026-02-{day}T00:00:00Z")
    (work / "deliveries.csv").write_text("\n".join(deliveries) + "\n")
    land_folder(work, work / "raw")
    warehouse = build_tables(work / "raw", work, "--select", "+fct_charges")
    with duckdb.connect(str(warehouse), read_only=True) as built:
        yield built


def test_a_report_of_the_month_replaces_the_month_and_adds_up_to_the_invoice(tables):
    assert tables.execute(
        "select billing_account_id, count(*), sum(billed_cost_usd) from fct_charges"
        " group by all order by 1"
    ).fetchall() == [
        (payer, len(LINES) + 2, TOTAL) for payer in ("cur2_csv", "cur2_parquet", "legacy")
    ]


def test_all_versions_of_the_report_give_the_same_charges(tables):
    same = "* exclude (charge_id, delivery_id, billing_account_id, tags)"
    tags = "json_extract_string(tags, ['$.feature', '$.team'])"
    for payer in ("cur2_csv", "cur2_parquet"):
        assert not tables.execute(
            f"""
            with legacy as (
                select {same}, {tags} as tags, split_part(charge_id, '-', 2) as line
                from fct_charges where billing_account_id = 'legacy'
            ),
            other as (
                select {same}, {tags} as tags, split_part(charge_id, '-', 2) as line
                from fct_charges where billing_account_id = '{payer}'
            )
            (from legacy except all from other) union all (from other except all from legacy)
            """
        ).fetchall()


@pytest.mark.parametrize("payer", ["legacy", "cur2_csv", "cur2_parquet"])
def test_lines_are_understood(tables, payer):
    rows = tables.execute(
        """
        select
            sku_meter, model_name, bill_meter, cast(consumed_quantity as double), consumed_unit,
            instance_type, storage_class, to_region_id,
            json_extract_string(tags, '$.feature'), json_extract_string(tags, '$.team')
        from fct_charges
        where billing_account_id = ? and charge_category = 'Usage'
            and commitment_discount_status is distinct from 'Unused'
        order by cast(split_part(charge_id, '-', 2) as int)
        """,
        [payer],
    ).fetchall()
    nova, claude, covered, reserved, stored, moved = rows
    assert nova[1:5] == ("amazon.nova-pro", "input_uncached", 1234567, "Tokens")
    assert claude[1:5] == ("global.anthropic.claude-sonnet-4-6", "output", 250000, "Tokens")
    assert (nova[8], claude[8], claude[9]) == ("support_chat", "support_chat", 'growth "A"')
    assert (covered[2], covered[5], reserved[5]) == (None, "p5.48xlarge", "g5.xlarge")
    assert (reserved[8], stored[2], stored[4]) == ("recommendations", "byte_hours", "GB-Months")
    assert (stored[6], moved[2], moved[7]) == ("STANDARD", "transferred_bytes", "us-west-2")


def test_effective_cost_of_a_commitment_is_its_amortised_cost(tables):
    assert tables.execute(
        """
        select commitment_discount_type, commitment_discount_status, sum(effective_cost_usd)
        from fct_charges
        where billing_account_id = 'legacy' and commitment_discount_id is not null
            and effective_cost_usd <> 0
        group by all order by all
        """
    ).fetchall() == [
        ("Reserved Instance", "Unused", Decimal("27.72")),
        ("Reserved Instance", "Used", Decimal("441")),
        ("Savings Plan", "Unused", Decimal("9.9")),
        ("Savings Plan", "Used", Decimal("60.1")),
    ]
