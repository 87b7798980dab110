"""Names of models, meters and tiers as the clouds write them, read by the models of the bills.

`cloud_names/<cloud>.csv` holds a name and its unit with what it means; an empty expectation is
NULL. `source` says where a name was seen, as public code quotes it: on a bill, or in the cloud's
public price list (AWS Price List of AmazonBedrock, AmazonBedrockService and
AmazonBedrockFoundationModels; Azure Retail Prices of Foundry Models; Cloud Billing Catalog of
Vertex AI and the Gemini API). Products, units and wordings beside them are not always theirs.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from conftest import landed_and_built
from landing_support import write_csv, write_jsonl

FOLDER = Path(__file__).with_name("cloud_names")
DAY = "2026-08-20"
PARSERS = {
    "aws": "stg_aws__usage_types",
    "azure": "stg_azure__meters",
    "gcp": "stg_gcp__skus",
}


def names(cloud: str) -> list[dict[str, str]]:
    with (FOLDER / f"{cloud}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def write_bills(folder: Path) -> None:
    """One line of a bill per name, as each cloud exports it."""
    aws = [
        {
            "bill_payer_account_id": "1",
            "bill_billing_period_start_date": "2026-08-01T00:00:00Z",
            "line_item_usage_account_id": "2",
            "line_item_usage_start_date": f"{DAY}T00:00:00Z",
            "line_item_usage_end_date": f"{DAY}T01:00:00Z",
            "line_item_line_item_type": "Usage",
            "line_item_product_code": "8x1" if "(" in name["product"] else "AmazonBedrock",
            "line_item_usage_type": name["usage_type"],
            "line_item_usage_amount": "2",
            "line_item_line_item_description": name["description"],
            "pricing_unit": name["unit"],
            "line_item_currency_code": "USD",
            "line_item_unblended_cost": "1",
            "product": json.dumps({"product_name": name["product"]}),
        }
        for name in names("aws")
    ]
    azure = [
        {
            "BillingAccountId": "9",
            "SubscriptionId": "s",
            "Date": DAY,
            "ChargeType": "Usage",
            "MeterCategory": "Foundry Models",
            "MeterSubCategory": name["subcategory"],
            "MeterName": name["meter_name"],
            "UnitOfMeasure": name["unit"],
            "Quantity": "2",
            "CostInBillingCurrency": "1",
            "BillingCurrency": "USD",
        }
        for name in names("azure")
    ]
    gcp = [
        {
            "billing_account_id": "01AB",
            "invoice": {"month": "202608"},
            "cost_type": "regular",
            "service": {"description": name["service"]},
            "sku": {"description": name["sku"]},
            "usage_start_time": f"{DAY} 01:00:00 UTC",
            "usage_end_time": f"{DAY} 02:00:00 UTC",
            "project": {"id": "ml"},
            "cost": 1,
            "currency": "USD",
            "usage": {"amount": 2, "unit": name["unit"], "pricing_unit": name["unit"]},
            "credits": [],
            "export_time": f"{DAY} 06:00:00 UTC",
        }
        for name in names("gcp")
    ]
    write_csv(folder / "aws.csv", aws)
    write_csv(folder / "azure.csv", azure)
    write_jsonl(folder / "gcp.jsonl", gcp)
    deliveries = [
        {"path": path, "source": source, "table": table}
        | dict.fromkeys(("exported_at", "landed_at"), "2026-09-01T00:00:00Z")
        | {"set": ""}
        for path, source, table in (
            ("aws.csv", "aws", "cur"),
            ("azure.csv", "azure", "actual_costs"),
            ("gcp.jsonl", "gcp", "billing_export"),
        )
    ]
    write_csv(folder / "deliveries.csv", deliveries)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Read-only connection to what the names became."""
    work = tmp_path_factory.mktemp("cloud_names")
    bills = work / "bills"
    bills.mkdir()
    write_bills(bills)
    usage = ("stg_aws__bedrock_usage", "stg_azure__model_usage", "stg_gcp__model_usage")
    with landed_and_built(bills, work, *PARSERS.values(), *usage) as built:
        yield built


def read(tables, cloud: str, name: dict[str, str]) -> dict[str, str]:
    """What the parser makes of a name, in the columns of the file of names."""
    keys = {
        "aws": {
            "sku_meter": "usage_type",
            "pricing_unit_text": "unit",
            "product_name": "product",
        },
        "azure": {
            "meter_name": "meter_name",
            "unit_of_measure": "unit",
            "meter_subcategory": "subcategory",
        },
        "gcp": {"sku_description": "sku", "usage_unit": "unit", "service_description": "service"},
    }[cloud]
    if cloud == "aws":
        relation = """(
            select t.*, c.line_item_usage_type as sku_meter, c.pricing_unit as pricing_unit_text,
                coalesce(c.line_item_line_item_description, '') as description
            from raw.aws__cur as c
            join main_staging.stg_aws__usage_types as t on t.use_id = md5(concat_ws(chr(31),
                c.line_item_product_code, c.line_item_usage_type,
                coalesce(c.line_item_line_item_description, chr(30)), c.pricing_unit, c.product,
                chr(30), chr(30), chr(30), chr(30), chr(30), chr(30)))
        )"""
        keys = keys | {"description": "description"}
    else:
        relation = f"main_staging.{PARSERS[cloud]}"
    where = " and ".join(f"{column} = ?" for column in keys)
    found = tables.execute(
        f"select * from {relation} where {where}", [name[field] for field in keys.values()]
    )
    columns = [column[0] for column in found.description]
    (row,) = found.fetchall()
    values = dict(zip(columns, row, strict=True))
    values["meter"] = values["bill_meter"]
    return {
        field: "" if values[field] is None else str(values[field])
        for field in name
        if field in values and field not in keys.values()
    }


@pytest.mark.parametrize("cloud", PARSERS)
def test_names_of_clouds_mean_what_they_say(tables, cloud):
    wrong = {}
    for name in names(cloud):
        found = read(tables, cloud, name)
        expected = {field: name[field] for field in found}
        assert "meter" in found and "model_name" in found
        if found != expected:
            wrong[" ".join(list(name.values())[:3])] = {
                field: f"{value}, not {expected[field]}"
                for field, value in found.items()
                if value != expected[field]
            }
    assert wrong == {}


BUCKETS = {"output": "output_text"}


@pytest.mark.parametrize("cloud", PARSERS)
def test_every_named_token_is_counted_once(tables, cloud):
    """Two units of each name: as many tokens per bucket as the names say, in the usage too."""
    usage = {
        "aws": "stg_aws__bedrock_usage",
        "azure": "stg_azure__model_usage",
        "gcp": "stg_gcp__model_usage",
    }[cloud]
    expected: dict[str, int] = {}
    for name in names(cloud):
        per_unit = name.get("tokens_per_unit", name.get("units_per_quantity", "1"))
        if not per_unit or not name["meter"].startswith(("input", "output")):
            continue
        bucket = BUCKETS.get(name["meter"], name["meter"])
        if bucket == "input_cache_write":
            is_openai = cloud == "azure" or name["model_name"].startswith("openai.")
            bucket = "input_cache_write_30m" if is_openai else "input_cache_write_5m"
        expected[bucket] = expected.get(bucket, 0) + 2 * int(per_unit)
    columns = [
        column
        for (column,) in tables.execute(
            "select column_name from information_schema.columns"
            " where table_name = ? and column_name like '%put%tokens'",
            [usage],
        ).fetchall()
    ]
    sums = tables.execute(
        f"select {', '.join(f'sum({column})' for column in columns)} from main_staging.{usage}"
    ).fetchone()
    found = {
        column.removesuffix("_tokens"): int(total)
        for column, total in zip(columns, sums, strict=True)
        if total
    }
    assert found == expected
