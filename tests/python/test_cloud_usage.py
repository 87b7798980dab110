"""What cloud bills state of tokens is the provider's total: what no log shows is outside of it.

One day of three clouds. Each bills a model with a million tokens of which the gateway logged
600,000; beside that a model that no log knows, a line that names its owner, and throughput.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import landed_and_built
from landing_support import write_csv, write_jsonl

DAY = "2026-03-02"
CLAUDE = "Claude Sonnet 4.5 (Amazon Bedrock Edition)"
AWS_LINES = [
    # (usage type, quantity, unit, product, cost, tags, line item type)
    ("USE1-MP:USE1_InputTokenCount_Global-Units", "1", "1M tokens", CLAUDE, "3", {}, "Usage"),
    ("USE1-MP:USE1_InputTokenCount_Global-Units", "0", "1M tokens", CLAUDE, "-1", {}, "Credit"),
    ("USE1-NovaPro-output-tokens", "250", "1K tokens", "Amazon Bedrock", "0.8", {}, "Usage"),
    (
        "USE1-NovaLite-input-tokens", "2000", "1K tokens", "Amazon Bedrock", "0.12",
        {"user_feature": "recommendations"}, "Usage",
    ),
    (
        "USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits", "24", "hour",
        "Amazon Bedrock", "1452", {}, "Usage",
    ),
]  # fmt: skip
AZURE_LINES = [
    # (meter, quantity, unit, cost, charge type)
    ("gpt 4o 1120 Inp glbl Tokens", "1000", "1K", "2.5", "Usage"),
    ("gpt 4o 1120 Outp glbl Tokens", "-10", "1K", "-0.1", "Refund"),
    ("Provisioned Managed Global Unit", "24", "1/Hour", "24", "Usage"),
]
GCP_LINES = [
    # (SKU, quantity, unit, cost)
    ("Gemini 2.5 Flash GA Text Input - Predictions", 1_000_000, "count", 0.3),
    ("Vertex AI: Provisioned Throughput 1 month", 1, "count", 90),
]
# six requests each: one prompt of 600,000 tokens would cost the price of long ones
LOGS = [
    ("bedrock", "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", 0),
    *[("bedrock", "bedrock/global.anthropic.claude-sonnet-4-5-20250929-v1:0", 100_000)] * 6,
    *[("azure", "azure/gpt-4o-2024-11-20", 100_000)] * 6,
    *[("vertex_ai", "vertex_ai/gemini-2.5-flash", 100_000)] * 6,
]


def write_feeds(folder: Path) -> None:
    write_csv(
        folder / "aws.csv",
        [
            {
                "bill_payer_account_id": "100",
                "bill_billing_period_start_date": "2026-03-01T00:00:00Z",
                "bill_billing_period_end_date": "2026-04-01T00:00:00Z",
                "line_item_usage_account_id": "200",
                "line_item_usage_start_date": f"{DAY}T10:00:00Z",
                "line_item_usage_end_date": f"{DAY}T11:00:00Z",
                "line_item_line_item_type": kind,
                "line_item_product_code": "8x1" if product == CLAUDE else "AmazonBedrock",
                "line_item_usage_type": usage_type,
                "line_item_usage_amount": quantity,
                "pricing_unit": unit,
                "line_item_currency_code": "USD",
                "line_item_unblended_cost": cost,
                "product": json.dumps({"product_name": product}),
                "resource_tags": json.dumps(tags),
            }
            for usage_type, quantity, unit, product, cost, tags, kind in AWS_LINES
        ],
    )
    write_csv(
        folder / "azure.csv",
        [
            {
                "BillingAccountId": "9",
                "SubscriptionId": "ml",
                "Date": DAY,
                "ChargeType": kind,
                "MeterCategory": "Azure OpenAI Service",
                "MeterSubCategory": "Azure OpenAI",
                "MeterName": meter,
                "UnitOfMeasure": unit,
                "Quantity": quantity,
                "CostInBillingCurrency": cost,
                "BillingCurrency": "USD",
            }
            for meter, quantity, unit, cost, kind in AZURE_LINES
        ],
    )
    gcp = [
        {
            "billing_account_id": "01AB",
            "invoice": {"month": "202603"},
            "cost_type": "regular",
            "service": {"description": "Vertex AI"},
            "sku": {"description": sku},
            "usage_start_time": f"{DAY} 10:00:00 UTC",
            "usage_end_time": f"{DAY} 11:00:00 UTC",
            "project": {"id": "ml"},
            "cost": cost,
            "currency": "USD",
            "usage": {"amount": quantity, "unit": unit, "pricing_unit": unit},
            "credits": [],
            "export_time": f"{DAY} 18:00:00 UTC",
        }
        for sku, quantity, unit, cost in GCP_LINES
    ]
    logs = [
        {
            "request_id": str(number),
            "call_type": "acompletion",
            "spend": 0,
            "total_tokens": tokens,
            "prompt_tokens": tokens,
            "completion_tokens": 0,
            "startTime": f"{DAY}T10:15:00Z",
            "endTime": f"{DAY}T10:15:09Z",
            "model": model,
            "custom_llm_provider": provider,
            "team_id": "team_support",
            "status": "success",
            "metadata": {"usage_object": {"prompt_tokens": tokens, "completion_tokens": 0}},
        }
        for number, (provider, model, tokens) in enumerate(LOGS)
    ]
    for name, rows in {"gcp": gcp, "logs": logs}.items():
        write_jsonl(folder / f"{name}.jsonl", rows)
    write_csv(
        folder / "deliveries.csv",
        [
            {"path": path, "source": source, "table": table}
            | dict.fromkeys(("exported_at", "landed_at"), "2026-03-04T00:00:00Z")
            | {"set": ""}
            for path, source, table in (
                ("logs.jsonl", "litellm", "spend_logs"),
                ("aws.csv", "aws", "cur"),
                ("azure.csv", "azure", "actual_costs"),
                ("gcp.jsonl", "gcp", "billing_export"),
            )
        ],
    )


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Read-only connection to a warehouse of that day."""
    work = tmp_path_factory.mktemp("cloud_usage")
    feeds = work / "feeds"
    feeds.mkdir()
    write_feeds(feeds)
    with landed_and_built(feeds, work, "fct_allocated_costs", "fct_token_usage_daily") as built:
        yield built


MET = {
    "aws": "global.anthropic.claude-sonnet-4-5",
    "microsoft": "gpt-4o",
    "gcp": "gemini-2.5-flash",
}


@pytest.mark.parametrize("provider", MET)
def test_what_the_log_lacks_of_the_bill_is_outside_the_gateway(tables, provider):
    assert tables.execute(
        "select model_id, usage_origin, workload_id, sum(input_uncached_tokens)"
        " from fct_token_usage_daily where provider_id = ? and model_id = ? group by all"
        " order by usage_origin",
        [provider, MET[provider]],
    ).fetchall() == [
        (MET[provider], "gateway_log", "support_chat", 600_000),
        (MET[provider], "outside_gateway", "unallocated", 400_000),
    ]


@pytest.mark.parametrize(("provider", "cost"), [("aws", "3"), ("microsoft", "2.5"), ("gcp", "0.3")])
def test_the_money_is_split_as_the_tokens_are(tables, provider, cost):
    assert tables.execute(
        "select allocation_method, workload_id, unallocated_reason, sum(billed_cost_usd)"
        " from fct_allocated_costs where provider_id = ? and model_id = ?"
        " and coalesce(unallocated_reason, '') <> 'credit'"
        " group by all order by allocation_method",
        [provider, MET[provider]],
    ).fetchall() == [
        ("metered", "support_chat", None, Decimal(cost) * 6 / 10),
        ("unallocated", "unallocated", "outside_gateway", Decimal(cost) * 4 / 10),
    ]


def test_tokens_show_without_any_log(tables):
    assert tables.execute(
        "select model_id, usage_origin, workload_id, input_uncached_tokens, output_text_tokens"
        " from fct_token_usage_daily where model_id like 'amazon.nova%' order by model_id"
    ).fetchall() == [
        # the line names its owner, and so does the usage
        ("amazon.nova-lite", "provider_report", "recommendations", 2_000_000, 0),
        ("amazon.nova-pro", "outside_gateway", "unallocated", 0, 250_000),
    ]


def test_a_line_that_names_its_owner_is_his_once(tables):
    assert tables.execute(
        "select allocation_method, workload_id, sum(billed_cost_usd) from fct_allocated_costs"
        " where model_id = 'amazon.nova-lite' group by all"
    ).fetchall() == [("direct", "recommendations", Decimal("0.12"))]


def test_the_ledger_equals_the_bill(tables):
    bill = {
        "aws": sum(Decimal(line[4]) for line in AWS_LINES),
        "gcp": sum(Decimal(str(line[3])) for line in GCP_LINES),
        "microsoft": sum(Decimal(line[3]) for line in AZURE_LINES),
    }
    for table in ("fct_charges", "fct_allocated_costs"):
        found = tables.execute(
            f"select provider_id, sum(billed_cost_usd) from {table} group by all"
        ).fetchall()
        assert dict(found) == bill, table


def test_capacity_has_a_meter_of_its_own(tables):
    assert tables.execute(
        "select provider_id, charge_category, model_name, service_tier, pricing_quantity,"
        " pricing_unit, billed_cost from fct_charges where bill_meter = 'provisioned_capacity'"
        " order by provider_id"
    ).fetchall() == [
        ("aws", "Usage", "amazon.nova-2-lite", "provisioned", 24, "Hours", 1452),
        ("gcp", "Purchase", None, "provisioned", None, "Count", 90),
        ("microsoft", "Usage", None, "provisioned", 24, "Unit-Hours", 24),
    ]
