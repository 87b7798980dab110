"""Machines, storage and network of one small company: what use and bill say together, by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pytest
from conftest import dbt
from landing import expectations

# A p4d.24xlarge has 8 A100: 24 hours are 192 GPU-hours, here at 1 dollar each (list price 2).
CHARGES = """\
provider_id,billing_account_id,sub_account_id,charge_period_start,charge_period_end,charge_category,service_category,service_name,resource_id,instance_type,storage_class,transfer_kind,from_region_id,to_region_id,tags,pricing_quantity,pricing_unit,list_cost,effective_cost,billed_cost,billing_currency
aws,payer,a,2026-03-02,2026-03-03,Usage,Compute,EC2,i-shared,p4d.24xlarge,,,,,,24,Hours,384,192,240,USD
aws,payer,a,2026-03-03,2026-03-04,Usage,Compute,EC2,i-shared,p4d.24xlarge,,,,,,24,Hours,384,192,240,USD
aws,payer,a,2026-03-04,2026-03-05,Usage,Compute,EC2,i-shared,p4d.24xlarge,,,,,,24,Hours,384,192,240,USD
aws,payer,a,2026-03-02,2026-03-03,Usage,Compute,EC2,i-owned,p4d.24xlarge,,,,,"{""feature"":""recommendations""}",24,Hours,384,192,192,USD
aws,payer,b,2026-03-02,2026-03-03,Usage,Compute,EC2,i-dark,p4d.24xlarge,,,,,"{""feature"":""recommender_training""}",1,Hours,16,8,8,USD
aws,payer,b,2026-03-02,2026-03-03,Usage,Compute,EC2,i-over,p4d.24xlarge,,,,,,10,Hours,160,80,80,USD
aws,payer,a,2026-03-01,2026-04-01,Usage,Compute,EC2,i-month,p4d.24xlarge,,,,,,744,Hours,,5952,5952,USD
aws,payer,a,2026-03-02,2026-03-03,Usage,Storage,S3,b-inventory,,Standard,,,,,40,GB-Mo,,2.4,2.4,USD
aws,payer,a,2026-03-02,2026-03-03,Usage,Storage,S3,b-bill-only,,Standard,,,,,10,GB-Mo,,0.23,0.23,USD
aws,payer,a,2026-03-02,2026-03-03,Usage,Storage,S3,b-owned,,Glacier,,,,"{""feature"":""recommendations""}",5,GB-Mo,,0.5,0.5,USD
aws,payer,a,2026-03-02,2026-03-03,Usage,Networking,VPC,nat-1,,,internet,us-east-1,,,600,GB,,45,45,USD
aws,payer,a,2026-03-02,2026-03-03,Usage,Networking,VPC,,,,inter_region,us-east-1,eu-west-1,"{""feature"":""recommendations""}",100,GB,,2,2,USD
aws,payer,b,2026-03-02,2026-03-03,Usage,Networking,VPC,,,,inter_region,us-east-1,eu-west-1,"{""feature"":""recommendations""}",100,GB,,0,0,USD
"""  # noqa: E501
GPU_USAGE = """\
gpu_usage_id,provider_id,account_id,resource_id,gpu_model,tags,started_at,ended_at,gpu_count,gpu_seconds_held,gpu_seconds_active
half,aws,a,i-shared,,"{""feature"":""search""}",2026-03-02T00:00:00Z,2026-03-03T00:00:00Z,4,345600,172800
quarter,aws,a,i-shared,,"{""feature"":""support_chat""}",2026-03-02T00:00:00Z,2026-03-03T00:00:00Z,0.25,21600,
all,aws,a,i-shared,,"{""feature"":""search""}",2026-03-04T00:00:00Z,2026-03-05T00:00:00Z,8,691200,
untagged,aws,a,i-owned,A100,,2026-03-02T00:00:00Z,2026-03-02T20:00:00Z,5,360000,
over1,aws,b,i-over,A100,"{""feature"":""search""}",2026-03-02T00:00:00Z,2026-03-02T10:00:00Z,6,216000,54000
over2,aws,b,i-over,A100,"{""feature"":""support_chat""}",2026-03-02T00:00:00Z,2026-03-02T10:00:00Z,6,216000,
month,aws,a,i-month,,"{""feature"":""support_chat""}",2026-03-02T00:00:00Z,2026-03-03T00:00:00Z,1,86400,
own,onprem,,rack-1,H100,"{""feature"":""platform""}",2026-03-02T00:00:00Z,2026-03-02T10:00:00Z,1,36000,
"""  # noqa: E501
# 1 TB and 0.1 TB over 24 hours; the inventory of b-owned does not say whose it is
STORAGE_USAGE = """\
dataset_id,usage_date,provider_id,account_id,resource_id,storage_class,tags,byte_hours
d1,2026-03-02,aws,a,b-inventory,STANDARD,"{""feature"":""search""}",24000000000000
d2,2026-03-02,aws,a,b-owned,GLACIER,,2400000000000
"""
DATA_TRANSFERS = """\
transfer_id,usage_date,provider_id,account_id,resource_id,from_region_id,to_region_id,transfer_kind,tags,transferred_bytes
t1,2026-03-02,aws,a,nat-1,us-east-1,,internet,"{""feature"":""support_chat""}",500000000000
"""
TOKEN_USAGE = """\
usage_id,usage_kind,provider_id,model_name,started_at,tags,is_request_grain,requests_count,input_uncached_tokens,output_text_tokens
1,gateway_log,hosted_vllm,llama-a,2026-03-02T10:00:00Z,"{""feature"":""search""}",true,1,750000,250000
2,gateway_log,hosted_vllm,llama-a,2026-03-04T10:00:00Z,"{""feature"":""search""}",true,1,2000000,1000000
3,gateway_log,hosted_vllm,llama-b,2026-03-04T10:00:00Z,"{""feature"":""search""}",true,1,1000000,0
4,gateway_log,ollama,llama-a,2026-03-02T10:00:00Z,"{""feature"":""platform""}",true,1,1000,0
"""
EVENTS = """\
event_id,event_type,occurred_at,feature_id,is_successful
e1,chat_resolved,2026-03-02T10:00:00Z,support_chat,true
e2,chat_resolved,2026-03-02T11:00:00Z,support_chat,true
e3,chat_resolved,2026-03-02T12:00:00Z,support_chat,false
"""
REVENUE = """\
revenue_id,customer_id,feature_id,revenue,currency,period_start_date,period_end_date
r1,c1,support_chat,90,USD,2026-03-02,2026-03-03
"""
FEEDS = {
    "charges": CHARGES,
    "gpu_usage": GPU_USAGE,
    "storage_usage": STORAGE_USAGE,
    "data_transfers": DATA_TRANSFERS,
    "token_usage": TOKEN_USAGE,
    "business_events": EVENTS,
    "revenue": REVENUE,
}


@pytest.fixture(scope="module")
def warehouse_file(tmp_path_factory) -> Path:
    """The company's warehouse, built with every dbt test: the conservation tests are among them."""
    folder = tmp_path_factory.mktemp("infrastructure")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAW_ROOT", str(folder / "raw"))
        patch.setattr(expectations, "build_docs", lambda: None)
        for table, text in FEEDS.items():
            (folder / f"{table}.csv").write_text(text)
            assert land_export.main(["standard", table, str(folder / f"{table}.csv")]) == 0
    return dbt("build", folder / "raw", folder)


@pytest.fixture
def rows(warehouse_file):
    """Query the warehouse."""
    with duckdb.connect(str(warehouse_file), read_only=True) as connection:
        yield lambda query: connection.execute(query).fetchall()


def usd(text: str) -> Decimal:
    """An amount with all its decimals."""
    return Decimal(text).quantize(Decimal("1e-12"))


def test_gpu_hours_and_cost(rows):
    found = rows(
        """
        select day(usage_date), sub_account_id, workload_id, capacity_status, gpu_model,
            held_gpu_seconds / 3600, paid_gpu_seconds / 3600, effective_cost_usd,
            effective_cost_with_idle_usd
        from fct_gpu_usage_daily where provider_id = 'aws' order by all
        """
    )
    assert found == [
        # a month's bill stands on its first day: 5,952 GPU-hours, 24 of them used on the 2nd
        (1, "a", "support_chat", "held", "A100", None, 24, usd("24"), usd("5952")),
        (1, "a", "unallocated", "idle", "A100", None, 5928, usd("5928"), 0),
        # i-owned: 100 of 192 held by a job that names nobody; the owner bears the idle 92 too
        (2, "a", "recommendations", "held", "A100", 100, 100, usd("100"), usd("192")),
        (2, "a", "recommendations", "idle", "A100", None, 92, usd("92"), 0),
        # i-shared: 96 and 6 of 192; with idle 192 × 96 / 102 and 192 × 6 / 102
        (2, "a", "self_hosted_search", "held", "A100", 96, 96, usd("96"), usd("180.705882352942")),
        # and 24 hours on i-month, paid on the 1st
        (2, "a", "support_chat", "held", "A100", 30, 6, usd("6"), usd("11.294117647058")),
        (2, "a", "unallocated", "idle", "A100", None, 90, usd("90"), 0),
        # i-dark: nobody watches it
        (2, "b", "recommender_training", "unobserved", "A100", None, 8, usd("8"), usd("8")),
        # i-over: 60 and 60 held of 80 paid
        (2, "b", "self_hosted_search", "held", "A100", 60, 40, usd("40"), usd("40")),
        (2, "b", "support_chat", "held", "A100", 60, 40, usd("40"), usd("40")),
        # i-shared stood still on the 3rd: all idle, on both bases
        (3, "a", "unallocated", "idle", "A100", None, 192, usd("192"), usd("192")),
        (4, "a", "self_hosted_search", "held", "A100", 192, 192, usd("192"), usd("192")),
    ]


def test_gpu_ratios(rows):
    found = rows(
        """
        select day(usage_date), sub_account_id, workload_id, is_billed_by_day, list_cost_usd,
            gpu_efficiency, gpu_utilisation, effective_cost_usd_per_gpu_hour
        from fct_gpu_usage_daily where capacity_status = 'held' order by all
        """
    )
    assert found == [
        # the month's day has no ratio: its use is on other days
        (1, "a", "support_chat", False, None, None, None, None),
        (2, "a", "recommendations", True, usd("200"), None, 1.0, 1.0),
        (2, "a", "self_hosted_search", True, usd("192"), 0.5, 1.0, 1.0),
        # 24 of its 30 hours are billed with the month, on the 1st
        (2, "a", "support_chat", False, usd("12"), None, None, None),
        (2, "b", "self_hosted_search", True, usd("80"), 0.25, 1.5, pytest.approx(2 / 3)),
        (2, "b", "support_chat", True, usd("80"), None, 1.5, pytest.approx(2 / 3)),
        # own machines: held, and nothing is known of their cost
        (2, None, "platform", None, None, None, None, None),
        (4, "a", "self_hosted_search", True, usd("384"), None, 1.0, 1.0),
    ]


def test_self_hosted_models(rows):
    found = rows(
        """
        select day(usage_date), workload_id, model_id, effective_cost_usd,
            effective_cost_usd_per_million_tokens, effective_cost_with_idle_usd_per_million_tokens
        from fct_self_hosted_models_daily order by all
        """
    )
    assert found == [
        # a rack without a bill: its cost is unknown, not nothing
        (2, "platform", "llama-a", None, None, None),
        # 96 + 40 dollars on a million tokens; with idle 180.71 + 40
        (2, "self_hosted_search", "llama-a", usd("136"), 136.0, pytest.approx(220.705882352942)),
        # 192 dollars on 3 + 1 million tokens
        (4, "self_hosted_search", "llama-a", usd("144"), 48.0, 48.0),
        (4, "self_hosted_search", "llama-b", usd("48"), 48.0, 48.0),
    ]
    # their tokens have no price, and that is no gap in the price sheet
    assert rows("select count(*) from fct_unpriced_usage") == [(0,)]
    assert rows("select sum(tokens_per_gpu_second * held_gpu_seconds) from "
                "fct_self_hosted_models_daily where day(usage_date) = 4") == [(4_000_000.0,)]  # fmt: skip


def test_storage(rows):
    found = rows(
        """
        select resource_id, storage_class, workload_id, quantity_source, stored_byte_hours,
            effective_cost_usd, effective_cost_usd_per_gb_month
        from fct_storage_daily order by all
        """
    )
    gb_month = 744 * 10**9  # byte-hours; March has 744 hours
    assert found == [
        # the inventory's bytes, not the bill's 40 GB-months
        ("b-inventory", "standard", "self_hosted_search", "usage", 24 * 10**12, usd("2.4"),
         pytest.approx(2.4 * 744 / 24000)),
        ("b-owned", "glacier", "recommendations", "usage", 24 * 10**11, usd("0.5"),
         pytest.approx(0.5 * 744 / 2400)),
        # no inventory knows b-bill-only: the bill's 10 GB-months
        (None, "standard", "unallocated", "bill", 10 * gb_month, usd("0.23"),
         pytest.approx(0.023)),
    ]  # fmt: skip


def test_data_movement(rows):
    found = rows(
        """
        select workload_id, transfer_kind, to_region_id, quantity_source, transferred_bytes,
            effective_cost_usd, effective_cost_usd_per_gigabyte, feature_unit_events,
            feature_revenue_usd, effective_cost_usd_per_feature_unit,
            effective_cost_per_feature_revenue_share
        from fct_data_movement_daily order by all
        """
    )
    assert found == [
        # what leaves and what arrives are the same 100 GB
        ("recommendations", "inter_region", "eu-west-1", "bill", 100 * 10**9, usd("2"), 0.02, 0, 0,
         None, None),
        ("support_chat", "internet", None, "usage", 500 * 10**9, usd("45"), 0.09, 3, 90, 15.0, 0.5),
    ]  # fmt: skip
