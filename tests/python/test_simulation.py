"""The simulated exports, read again without the simulator, say what the ground truth says."""

import csv
import hashlib
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[2]
MILLION = Decimal(1_000_000)
CHANGE = datetime(2026, 2, 12, 16, tzinfo=UTC)
FIRST_UNBILLED = "2026-02-27"
UNKNOWN = "gpt-5.1-nightshift-preview"
TEAM_FEATURES = {
    "team_support": "support_chat",
    "team_finance": "invoice_categorisation",
    "team_growth": "recommendations",
    "team_search": "self_hosted_search",
}
# USD per million: uncached input, cache read, cache write 5 min, cache write 1 h, output
LIST = {
    "gpt-5.1-2025-11-13": ("1.25", "0.125", "0", "0", "10"),
    "gpt-5-mini-2025-08-07": ("0.25", "0.025", "0", "0", "2"),
    "claude-sonnet-4-5-20250929": ("3", "0.3", "3.75", "6", "15"),
    "claude-haiku-4-5-20251001": ("1", "0.1", "1.25", "2", "5"),
    UNKNOWN: ("2.2", "0.22", "0", "0", "16"),
    # on a machine of its own: billed by the hour
    "bge-m3": ("0", "0", "0", "0", "0"),
}
MINI = "gpt-5-mini-2025-08-07"
TIMES = ("Start", "End")


def simulate(out: Path, *arguments: str) -> Path:
    script = ROOT / "scripts" / "simulate_company.py"
    subprocess.run([sys.executable, script, "--out", out, *arguments], check=True)
    return out


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("company"))


def read_json(path: Path) -> dict:
    return json.loads(path.read_text(), parse_float=Decimal)


def rows(folder: Path, pattern: str = "*.csv") -> Iterator[dict]:
    for path in sorted(folder.glob(pattern)):
        with path.open(newline="") as file:
            yield from csv.DictReader(file)


def log_files(company: Path) -> dict[str, list[dict]]:
    return {
        path.stem: [json.loads(line, parse_float=Decimal) for line in path.open()]
        for path in sorted((company / "litellm/spend_logs").glob("*.jsonl"))
    }


@pytest.fixture(scope="module")
def log(company: Path) -> dict[str, dict]:
    """The latest version of each request."""
    latest: dict[str, dict] = {}
    for row in (row for file in log_files(company).values() for row in file):
        known = latest.setdefault(row["request_id"], row)
        if row["updated_at"] > known["updated_at"]:
            latest[row["request_id"]] = row
    return latest


def price(model: str, at: datetime, is_batch: bool) -> list[Decimal]:
    prices = [Decimal(p) for p in LIST[model]]
    if model == MINI:
        negotiated = ("0.2", "0.02", "0", "0", "1.6")
        amended = ("0.18", "0.018", "0", "0", "1.44")
        prices = [Decimal(p) for p in (amended if at >= CHANGE else negotiated)]
    return [p / 2 for p in prices] if is_batch else prices


def cost(model: str, at: datetime, is_batch: bool, tokens: list[int]) -> Decimal:
    return sum(t * p for t, p in zip(tokens, price(model, at, is_batch), strict=True)) / MILLION


def logged_tokens(row: dict) -> list[int]:
    """What the provider counted for a log row, in disjoint buckets."""
    usage = row["metadata"]["usage_object"]
    if usage is None or row["cache_hit"] == "True":
        return [0, 0, 0, 0, 0]
    read = usage["prompt_tokens_details"]["cached_tokens"]
    writes = usage.get("cache_creation", {})
    write_5m = writes.get("ephemeral_5m_input_tokens", 0)
    write_1h = writes.get("ephemeral_1h_input_tokens", 0)
    assert write_5m + write_1h == usage.get("cache_creation_input_tokens", 0)
    assert usage["completion_tokens_details"]["reasoning_tokens"] <= usage["completion_tokens"]
    uncached = usage["prompt_tokens"] - read - write_5m - write_1h
    return [uncached, read, write_5m, write_1h, usage["completion_tokens"]]


def logged_cost(row: dict) -> Decimal:
    """At contract price; the unknown model costs nothing known until its bill is there."""
    if row["model"] == UNKNOWN and row["startTime"] >= FIRST_UNBILLED:
        return Decimal(0)
    at = datetime.fromisoformat(row["startTime"])
    is_batch = (row["metadata"]["usage_object"] or {}).get("service_tier") == "batch"
    return cost(row["model"], at, is_batch, logged_tokens(row))


def usage_results(company: Path) -> Iterator[tuple[datetime, str, dict]]:
    for path in sorted((company / "openai/usage_completions").glob("*.json")):
        for bucket in read_json(path)["data"]:
            for result in bucket["results"]:
                yield datetime.fromtimestamp(bucket["start_time"], UTC), "openai", result
    for path in sorted((company / "anthropic/usage_messages").glob("*.json")):
        for bucket in read_json(path)["data"]:
            for result in bucket["results"]:
                yield datetime.fromisoformat(bucket["starting_at"]), "anthropic", result


def reported_tokens(provider: str, result: dict) -> list[int]:
    if provider == "openai":
        cached = result["input_cached_tokens"]
        return [result["input_uncached_tokens"], cached, 0, 0, result["output_tokens"]]
    writes = result["cache_creation"]
    return [
        result["uncached_input_tokens"],
        result["cache_read_input_tokens"],
        writes["ephemeral_5m_input_tokens"],
        writes["ephemeral_1h_input_tokens"],
        result["output_tokens"],
    ]


def openai_bill(path: Path) -> dict[str, list[dict]]:
    return {
        str(datetime.fromtimestamp(bucket["start_time"], UTC).date()): bucket["results"]
        for bucket in read_json(path)["data"]
    }


def billed(company: Path) -> dict[tuple[str, str], Decimal]:
    """USD by day and provider on the final bills."""
    total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for name in ("2026-01_v3.json", "2026-02.json"):
        for day, results in openai_bill(company / "openai/costs" / name).items():
            total[day, "openai"] += sum(r["amount"]["value"] for r in results)
    for path in (company / "anthropic/cost_report").glob("*.json"):
        for bucket in read_json(path)["data"]:
            cents = sum((Decimal(r["amount"]) for r in bucket["results"]), Decimal(0))
            total[bucket["starting_at"][:10], "anthropic"] += cents / 100
    (fx,) = rows(company / "standard/fx_rates")
    for row in rows(company / "focus/cost_and_usage", "2026-*.csv"):
        day = row["ChargePeriodStart"][:10]
        in_euro = row["BillingCurrency"] == "EUR"
        assert in_euro == (fx["valid_from"] <= day < fx["valid_to"])
        rate = Decimal(fx["usd_per_unit"]) if in_euro else 1
        total[day, "example_cloud"] += Decimal(row["BilledCost"]) * rate
    for name in ("2026-01_v1.csv", "2026-02_v2.csv"):
        for row in rows(company / "aws/cur", name):
            total[row["line_item_usage_start_date"][:10], "aws"] += Decimal(
                row["line_item_unblended_cost"]
            )
    for row in rows(company / "standard/charges"):
        total[row["charge_period_start"][:10], row["provider_id"]] += Decimal(row["billed_cost"])
    return {key: amount for key, amount in total.items() if amount}


def truth(
    company: Path, measure: str, key: Callable[[dict], object], **only: str
) -> dict[object, Decimal]:
    total: dict[object, Decimal] = defaultdict(Decimal)
    for row in rows(company / "ground_truth", "daily_costs.csv"):
        if Decimal(row[measure] or 0) and all(
            row[column] == value for column, value in only.items()
        ):
            total[key(row)] += Decimal(row[measure])
    return {k: amount for k, amount in total.items() if amount}


def day_and_provider(row: dict) -> tuple[str, str]:
    return row["usage_date"], row["provider_id"]


def test_same_arguments_give_same_bytes(company: Path, tmp_path: Path) -> None:
    def digests(folder: Path) -> dict[str, str]:
        return {
            str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in folder.rglob("*")
            if p.is_file()
        }

    assert digests(simulate(tmp_path / "again")) == digests(company)
    assert digests(simulate(tmp_path / "other", "--seed", "8")) != digests(company)
    assert digests(ROOT / "data/sample") == digests(company), "data/sample is out of date"


def test_output_is_small_and_every_file_is_listed(company: Path) -> None:
    files = [p for p in company.rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in files) < 2_000_000
    deliveries = list(rows(company, "deliveries.csv"))
    native = {
        str(p.relative_to(company)) for p in files if p.parts[len(company.parts)] != "ground_truth"
    }
    later = list(rows(company, "after_closing.csv"))
    lists = {"deliveries.csv", "after_closing.csv"}
    assert native - lists == {d["path"] for d in (*deliveries, *later)}
    assert len(native) == len(deliveries) + len(later) + len(lists)
    assert min(d["landed_at"] for d in later) > max(d["landed_at"] for d in deliveries)
    assert all(d["exported_at"] <= d["landed_at"] for d in deliveries)
    assert [d["landed_at"] for d in deliveries] == sorted(d["landed_at"] for d in deliveries)


def test_final_bills_equal_truth(company: Path) -> None:
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows(company / "ground_truth", "bill_totals.csv"):
        totals[row["charge_date"], row["provider_id"]] += Decimal(row["billed_cost_usd"])
    assert billed(company) == {key: amount for key, amount in totals.items() if amount}
    assert truth(company, "billed_cost_usd", day_and_provider) == billed(company)


def test_usage_at_contract_price_equals_bill_and_estimate(company: Path) -> None:
    open_cost: dict = defaultdict(Decimal)
    estimated: dict = defaultdict(Decimal)
    for at, provider, result in usage_results(company):
        amount = cost(
            result["model"], at, result.get("batch", False), reported_tokens(provider, result)
        )
        if str(at.date()) < FIRST_UNBILLED:
            open_cost[str(at.date()), provider] += amount
        elif result["model"] != UNKNOWN:
            estimated[str(at.date()), provider] += amount
    for row in rows(company / "ground_truth", "daily_costs.csv"):
        if row["provider_id"] == "openai" and row["reason"] in ("no_driver", "credit"):
            open_cost[day_and_provider(row)] += Decimal(row["billed_cost_usd"])
    bill = {k: v for k, v in billed(company).items() if k[1] in ("openai", "anthropic")}
    assert open_cost == bill
    known = truth(company, "estimated_cost_usd", day_and_provider)
    assert estimated == {key: v for key, v in known.items() if key[1] != "mistral"}
    assert {day for day, _ in estimated} == {"2026-02-27", "2026-02-28"}


def test_second_gateway_is_estimated(company: Path) -> None:
    latest = {}
    for row in rows(company / "standard/token_usage"):
        known = latest.setdefault(row["usage_id"], row)
        latest[row["usage_id"]] = max(known, row, key=lambda r: r["updated_at"])
    expected = {
        (row["started_at"][:10], "mistral"): (
            int(row["input_uncached_tokens"]) * Decimal("0.1")
            + int(row["output_text_tokens"]) * Decimal("0.3")
        )
        / MILLION
        for row in latest.values()
    }
    found = truth(company, "estimated_cost_usd", day_and_provider, provider_id="mistral")
    assert found == expected
    assert len(found) == 59


def test_log_by_team_and_customer_equals_truth(company: Path, log: dict[str, dict]) -> None:
    expected: dict = defaultdict(Decimal)
    for row in log.values():
        feature = TEAM_FEATURES.get(row["team_id"], "")
        day, provider = row["startTime"][:10], row["custom_llm_provider"]
        expected[day, provider, feature, row["end_user"]] += logged_cost(row)
    found: dict = defaultdict(Decimal)
    for row in rows(company / "ground_truth", "daily_costs.csv"):
        is_logged = row["allocation_method"] == "metered" or row["reason"] == "no_workload_rule"
        if is_logged and row["provider_id"] in ("openai", "anthropic"):
            key = (*day_and_provider(row), row["workload_id"], row["customer_id"])
            found[key] += Decimal(row["billed_cost_usd"] or row["estimated_cost_usd"])
    assert {k: v for k, v in found.items() if v} == {k: v for k, v in expected.items() if v}


def test_what_the_log_lacks_is_outside_the_gateway(company: Path, log: dict[str, dict]) -> None:
    outside: Counter = Counter()
    for at, provider, result in usage_results(company):
        if result.get("project_id") != "proj_research":
            hour = at.strftime("%Y-%m-%dT%H" if provider == "openai" else "%Y-%m-%d")
            for k, tokens in enumerate(reported_tokens(provider, result)):
                outside[hour, result["model"], result.get("batch", False), k] += tokens
    for row in log.values():
        is_batch = (row["metadata"]["usage_object"] or {}).get("service_tier") == "batch"
        for k, tokens in enumerate(logged_tokens(row)):
            if row["custom_llm_provider"] in ("openai", "anthropic"):
                # a day of one, an hour of the other
                hour = row["startTime"][: 13 if row["custom_llm_provider"] == "openai" else 10]
                outside[hour, row["model"], is_batch, k] -= tokens
    assert min(outside.values()) == 0
    total = Decimal(0)
    for (hour, model, is_batch, k), tokens in outside.items():
        at = datetime.strptime(f"{hour}T00"[:13], "%Y-%m-%dT%H").replace(tzinfo=UTC)
        if not (model == UNKNOWN and hour >= FIRST_UNBILLED):
            total += tokens * price(model, at, is_batch)[k] / MILLION
    found = [
        truth(company, measure, lambda _: "", reason="outside_gateway").get("", Decimal(0))
        for measure in ("billed_cost_usd", "estimated_cost_usd")
    ]
    assert sum(found) == total > 0


def test_event_costs_and_units_equal_truth(company: Path, log: dict[str, dict]) -> None:
    latest: dict[str, dict] = {}
    for row in rows(company / "standard/business_events"):
        known = latest.setdefault(row["event_id"], row)
        latest[row["event_id"]] = max(known, row, key=lambda r: r["received_at"])
    by_session: dict = defaultdict(Decimal)
    for row in log.values():
        by_session[row["session_id"]] += logged_cost(row)
    assert None in by_session, "some calls belong to no session"
    costs = {
        row["event_id"]: Decimal(row["cost_usd"])
        for row in rows(company / "ground_truth", "event_costs.csv")
    }
    assert costs == {e: by_session[row["session_id"]] for e, row in latest.items()}

    units = Counter(
        (r["occurred_at"][:10], r["feature_id"], r["event_type"]) for r in latest.values()
    )
    good = Counter(
        (r["occurred_at"][:10], r["feature_id"], r["event_type"])
        for r in latest.values()
        if r["outcome"] == "succeeded"
    )
    found = {
        (r["event_date"], r["feature_id"], r["event_type"]): (
            int(r["events"]),
            int(r["successful_events"]),
        )
        for r in rows(company / "ground_truth", "daily_units.csv")
    }
    assert found == {key: (count, good[key]) for key, count in units.items()}
    assert 0 < sum(good.values()) < len(latest)


def test_openai_identities(company: Path) -> None:
    empty = 0
    for path in (company / "openai/usage_completions").glob("*.json"):
        for bucket in read_json(path)["data"]:
            assert bucket["end_time"] - bucket["start_time"] == 3600
            empty += not bucket["results"]
    assert empty > 100
    results = [result for _, provider, result in usage_results(company) if provider == "openai"]
    for r in results:
        modalities = ("text", "audio", "image")
        assert r["input_tokens"] == (
            r["input_uncached_tokens"] + r["input_cached_tokens"] + r["input_cache_write_tokens"]
        )
        assert r["input_uncached_tokens"] == sum(r[f"input_{m}_tokens"] for m in modalities)
        assert r["input_cached_tokens"] == sum(r[f"input_cached_{m}_tokens"] for m in modalities)
        assert r["output_tokens"] == sum(r[f"output_{m}_tokens"] for m in modalities)
    assert {r["batch"] for r in results} == {True, False}
    assert {r["project_id"] for r in results} == {"proj_gateway", "proj_research"}


def test_first_openai_month_is_billed_three_times(company: Path) -> None:
    first, second, final = (
        openai_bill(company / f"openai/costs/2026-01_v{n}.json") for n in (1, 2, 3)
    )
    assert len(first) == 29
    assert len(second) == len(final) == 31

    def total(results: list[dict]) -> Decimal:
        return sum((r["amount"]["value"] for r in results), Decimal(0))

    wrong = [day for day in final if total(second[day]) > total(final[day])]
    assert len([d for d in wrong if not any(r["line_item"] == "Adjustment" for r in final[d])]) == 3
    assert all(total(first[day]) <= total(second[day]) for day in first)
    adjustments = [r for day in final.values() for r in day if r["line_item"] == "Adjustment"]
    assert [r["quantity"] for r in adjustments] == [None, None]
    assert not any(r["line_item"] == "Adjustment" for day in second.values() for r in day)
    assert max(openai_bill(company / "openai/costs/2026-02.json")) < FIRST_UNBILLED


def test_log_repeats_and_delays_are_planted(company: Path, log: dict[str, dict]) -> None:
    files = log_files(company)
    seen: dict[str, str] = {}
    overlap = stream_retries = late = 0
    for week, (name, file) in enumerate(files.items()):
        first_day = str(datetime(2026, 1, 1) + timedelta(days=7 * week))
        for row in file:
            earlier = seen.get(row["request_id"])
            overlap += earlier not in (None, name)
            stream_retries += earlier == name
            late += earlier is None and row["startTime"] < first_day
            seen[row["request_id"]] = name
    planted = json.loads((company / "ground_truth/world.json").read_text())["planted"]
    assert overlap == planted["overlap_rows"] > 0
    assert stream_retries == planted["stream_retry_rows"] > 0
    assert late == planted["late_rows"] > 0
    assert len(log) == planted["logged_requests"]

    requests = list(log.values())
    hits = [r for r in requests if r["cache_hit"] == "True"]
    failed = [r for r in requests if r["status"] == "failure"]
    unknown = [r for r in requests if r["model"] == UNKNOWN]
    assert hits and all(r["spend"] == 0 and r["total_tokens"] > 0 for r in hits)
    assert {bool(r["metadata"]["usage_object"]) for r in failed} == {True, False}
    assert unknown and all(r["spend"] == 0 for r in unknown)
    assert any(r["team_id"] == "" and r["request_tags"] == [] for r in requests)
    assert any(r["team_id"] and r["end_user"] == "" for r in requests)
    tokens = [sum(column) for column in zip(*(logged_tokens(r) for r in requests), strict=True)]
    assert all(tokens), "all five kinds of tokens are used"
    mini = [r for r in requests if r["model"] == MINI and r["cache_hit"] != "True" and r["spend"]]
    assert all(r["spend"] > logged_cost(r) for r in mini), "the gateway knows only list prices"
    change = CHANGE.isoformat()
    days = {r["startTime"][:19] < change for r in mini if r["startTime"][:10] == change[:10]}
    assert days == {True, False}, "the price changes while the model is in use"


def test_events_are_repeated_corrected_and_late(company: Path) -> None:
    versions = defaultdict(list)
    for row in rows(company / "standard/business_events"):
        versions[row["event_id"]].append(row)
    repeated = [v for v in versions.values() if len(v) > 1]
    assert repeated
    assert any(len({row["outcome"] for row in v}) > 1 for v in repeated)
    delays = [
        datetime.fromisoformat(row["received_at"]) - datetime.fromisoformat(row["occurred_at"])
        for v in versions.values()
        for row in v
    ]
    assert min(delays) > timedelta(0)
    assert max(delays) > timedelta(days=1)


def test_cloud_bill_has_credit_tax_and_untagged_rows(company: Path) -> None:
    bill = list(rows(company / "focus/cost_and_usage", "2026-*.csv"))
    assert {row["BillingCurrency"] for row in bill} == {"USD", "EUR"}
    assert {row["ChargeCategory"] for row in bill} == {"Usage", "Purchase", "Credit", "Tax"}
    assert all((Decimal(r["BilledCost"]) < 0) == (r["ChargeCategory"] == "Credit") for r in bill)
    for row in bill:
        if row["PricingQuantity"]:
            product = Decimal(row["PricingQuantity"]) * Decimal(row["ListUnitPrice"])
            assert product == Decimal(row["ListCost"])
    untagged = {row["ServiceName"] for row in bill if not row["Tags"]}
    assert untagged == {"NAT Gateway", "Billing"}


def cur(company: Path) -> list[dict]:
    """The lines of the reports that count before a month is closed."""
    return [r for n in ("2026-01_v1", "2026-02_v2") for r in rows(company / "aws/cur", f"{n}.csv")]


def jobs(company: Path) -> list[dict]:
    """The last export of the scheduler, without steps."""
    path = sorted((company / "slurm/sacct").glob("*.txt"))[-1]
    with path.open(newline="") as file:
        return [r for r in csv.DictReader(file, delimiter="|") if "." not in r["JobID"]]


def test_aws_months_grow_and_are_restated(company: Path) -> None:
    open_month = list(rows(company / "aws/cur", "2026-02_v1.csv"))
    full_month = list(rows(company / "aws/cur", "2026-02_v2.csv"))
    assert 0 < len(open_month) < len(full_month)
    assert all(line in full_month for line in open_month)
    assert {row["line_item_line_item_type"] for row in cur(company)} == {
        *("Usage", "Tax", "Credit", "Refund"),
        *("SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee"),
    }
    restated = list(rows(company / "aws/cur", "2026-01_v2.csv"))
    published = list(rows(company / "aws/cur", "2026-01_v1.csv"))
    change = sum(Decimal(r["line_item_unblended_cost"]) for r in restated)
    change -= sum(Decimal(r["line_item_unblended_cost"]) for r in published)
    corrections = rows(company / "ground_truth", "corrections_after_closing.csv")
    assert change == sum(Decimal(row["billed_cost_usd"]) for row in corrections) != 0


def test_the_savings_plan_is_about_half_used(company: Path) -> None:
    total = used = effective = left = Decimal(0)
    for row in cur(company):
        total += Decimal(row["savings_plan_total_commitment_to_date"] or 0)
        used += Decimal(row["savings_plan_used_commitment"] or 0)
        effective += Decimal(row["savings_plan_savings_plan_effective_cost"] or 0)
        if row["line_item_line_item_type"] in ("SavingsPlanCoveredUsage", "SavingsPlanNegation"):
            left += Decimal(row["line_item_unblended_cost"])
    assert effective == used
    assert Decimal("0.3") < used / total < Decimal("0.7")
    assert left == 0


def test_aws_focus_export_is_the_same_bill(company: Path) -> None:
    billed_cost: dict = defaultdict(Decimal)
    for row in cur(company):
        month = row["bill_billing_period_start_date"][:7]
        billed_cost[month] += Decimal(row["line_item_unblended_cost"])
    for row in rows(company / "focus/cost_and_usage", "aws-*.csv"):
        assert row["BillingAccountId"] == "100000000001"
        billed_cost[row["BillingPeriodStart"][:7]] -= Decimal(row["BilledCost"])
    assert dict(billed_cost) == {"2026-01": 0, "2026-02": 0}


def test_gpu_seconds_equal_truth(company: Path) -> None:
    gpus = {"g5.xlarge": 1, "g6.xlarge": 1, "p4d.24xlarge": 8}
    paid: dict = defaultdict(Decimal)
    for row in cur(company):
        if row["product_instance_type"]:
            seconds = Decimal(row["line_item_usage_amount"]) * 3600
            day = row["line_item_usage_start_date"][:10]
            paid[day] += seconds * gpus[row["product_instance_type"]]
    held: dict = defaultdict(Decimal)
    active: dict = defaultdict(Decimal)
    pod_days = set()
    for path in (company / "opencost/allocations").glob("*.json"):
        for pods in read_json(path)["data"]:
            for pod in pods.values():
                day = pod["window"]["start"][:10]
                seconds = pod["gpuCount"] * pod["gpuHours"] * 3600
                held[day] += seconds
                active[day] += seconds * pod["gpuAllocation"]["gpuUsageAverage"]
                pod_days.add((day, pod["properties"]["providerID"][-19:]))
    crossing = 0
    for job in jobs(company):
        start, end = (datetime.fromisoformat(job[k].replace("+0000", "+00:00")) for k in TIMES)
        both = {int(part.split("=")[1]) for part in job["AllocTRES"].split(",") if "gpu" in part}
        (count,) = both
        assert (end - start).total_seconds() == int(job["ElapsedRaw"])
        crossing += start.date() != end.date()
        at = start
        while at < end:
            midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), UTC)
            stop = min(midnight, end)
            held[str(at.date())] += count * int((stop - at).total_seconds())
            at = stop
    assert crossing
    found = {
        row["usage_date"]: tuple(
            Decimal(row[f"gpu_seconds_{measure}"]) for measure in ("paid", "held", "active")
        )
        for row in rows(company / "ground_truth", "gpu_seconds.csv")
    }
    assert found == {day: (paid[day], held[day], active[day]) for day in found}
    assert all(held[day] <= paid[day] for day in found)
    nodes = {
        (row["line_item_usage_start_date"][:10], row["line_item_resource_id"])
        for row in cur(company)
        if row["product_instance_type"] == "g5.xlarge"
    }
    middle = {(day, node) for day, node in nodes if "2026-01-05" < day < "2026-02-20"}
    assert middle - pod_days, "nodes are idle on whole days"


def test_traffic_has_a_spike_and_data_is_shared(company: Path) -> None:
    sent: dict = defaultdict(int)
    for row in rows(company / "standard/data_transfers", "aws-*.csv"):
        sent[row["usage_date"]] += int(row["transferred_bytes"])
    high, usual = sorted(sent.values())[-1], sorted(sent.values())[-2]
    assert high > 4 * usual
    stored = list(rows(company / "standard/storage_usage", "aws-*.csv"))
    assert len({row["resource_id"] for row in stored}) == 1
    assert len({row["tags"] for row in stored}) == 4
    quantity: dict = defaultdict(int)
    for row in stored:
        quantity["byte_hours"] += int(row["byte_hours"])
    quantity["transferred_bytes"] = sum(sent.values())
    for row in rows(company / "ground_truth", "resource_use.csv"):
        quantity[row["meter"]] -= int(row["quantity"])
    assert set(quantity.values()) == {0}


@pytest.mark.parametrize("log_format", ["csv", "parquet"])
def test_other_log_formats_hold_the_same_log(
    company: Path, tmp_path: Path, log_format: str
) -> None:
    folder = simulate(tmp_path / "out", "--log-format", log_format) / "litellm/spend_logs"
    if log_format == "csv":
        found = [(r["request_id"], Decimal(r["spend"]), r["metadata"]) for r in rows(folder)]
    else:
        tables = [pq.read_table(path) for path in sorted(folder.glob("*.parquet"))]
        found = [
            (r["request_id"], r["spend"], r["metadata"]) for t in tables for r in t.to_pylist()
        ]
    expected = [row for file in log_files(company).values() for row in file]
    assert [(i, spend, json.loads(text, parse_float=Decimal)) for i, spend, text in found] == [
        (row["request_id"], row["spend"], row["metadata"]) for row in expected
    ]


@pytest.mark.parametrize("days", ["7", "40", "95"])
def test_other_periods(tmp_path: Path, days: str) -> None:
    out = simulate(tmp_path / "out", "--start", "2025-11-20", "--days", days, "--requests", "50")
    assert sum(1 for _ in rows(out / "ground_truth", "bill_totals.csv")) >= int(days)


def test_a_company_has_as_many_customers_as_it_is_told(tmp_path: Path) -> None:
    out = simulate(tmp_path / "out", "--customers", "5", "--requests", "200")
    customers = {row["end_user"] for file in log_files(out).values() for row in file}
    assert customers - {""} == {f"cust-{number:04d}" for number in range(1, 6)}


def test_a_start_before_the_prices_is_refused(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "simulate_company.py"
    run = subprocess.run(
        [sys.executable, script, "--start", "2025-11-12", "--days", "7", "--out", tmp_path / "x"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert run.stderr.splitlines()[-1].endswith(
        "--start must be 2025-11-13 or later: before, gpt-5.1 has no price"
    )
    assert not (tmp_path / "x").exists()
