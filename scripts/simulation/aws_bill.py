"""AWS Cost and Usage Report (CUR 2.0), one file per month and delivery, and the FOCUS export of it.

The last month is delivered twice while it is open; the first one once more after its books were
closed. The FOCUS export bills the same account: only one of the two may count.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from . import store
from .allocation import AWS_TAX, PLAN, PLATFORM, SEARCH, TRAINING, Pool, pico, workload_of
from .aws_plan import (
    BALANCER,
    BUCKET,
    PAYER,
    PRODUCTION,
    REGION,
    RESEARCH,
    TRAINING_PROJECT,
    AwsPlan,
    NodeDay,
)
from .deliveries import Deliveries, write_records
from .world import Month, World, iso, next_month

AWS = "aws"
PLAN_ARN = f"arn:aws:savingsplans::{PAYER}:savingsplan/5c1f"
HOURLY_USD = {
    "g5.xlarge": Decimal("1.006"),
    "g6.xlarge": Decimal("0.8048"),
    "p4d.24xlarge": Decimal("21.957642"),
}
GPUS = {"g5.xlarge": 1, "g6.xlarge": 1, "p4d.24xlarge": 8}
_PLAN_SHARE = Decimal("0.6")  # price under the Savings Plan
_S3_USD, _EGRESS_USD, _CLUSTER_USD = Decimal("0.023"), Decimal("0.09"), Decimal("0.10")
_TAX_RATE = Decimal("0.05")
_ZERO = Decimal(0)
_NAMES = {
    "AmazonEC2": ("Amazon Elastic Compute Cloud", "Compute", "Virtual Machines"),
    "AmazonEKS": ("Amazon Elastic Kubernetes Service", "Compute", "Containers"),
    "AmazonS3": ("Amazon Simple Storage Service", "Storage", "Object Storage"),
    "AWSDataTransfer": ("AWS Data Transfer", "Networking", "Network Infrastructure"),
    "ComputeSavingsPlans": ("Savings Plans for AWS Compute usage", "Compute", "Other (Compute)"),
}
_CATEGORIES = {
    "Usage": "Usage",
    "SavingsPlanCoveredUsage": "Usage",
    "SavingsPlanNegation": "Adjustment",
    "SavingsPlanRecurringFee": "Purchase",
    "Credit": "Credit",
    "Refund": "Adjustment",
    "Tax": "Tax",
}
# the fleet of `--bill-lines`: hourly lines of machines without GPUs, a fifth of them untagged
_FLEET_FEATURES = ("support_chat", "recommendations", "invoice_categorisation", PLATFORM, "")
_FLEET_MACHINE, _FLEET_USD = "m6i.large", "0.096"


@dataclass(frozen=True)
class Line:
    """A line of the report; its cost is what the invoice says."""

    line_type: str
    day: int
    account: str
    product: str
    usage_type: str
    amount: Decimal
    unit: str
    rate: Decimal
    cost: Decimal
    description: str
    resource: str = ""
    feature: str = ""
    instance_type: str = ""
    is_monthly: bool = False
    plan: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class AwsMonth:
    """One month's report, and what is true of its lines."""

    month: Month
    invoice: str
    lines: list[Line] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)

    def add(self, line: Line, **truth: Any) -> None:
        """A line that is a pool of its own."""
        self.lines.append(line)
        self.pool(line.day, line.cost, line.cost, **truth)

    def pool(self, day: int, billed: Decimal, effective: Decimal, **truth: Any) -> None:
        """A true amount."""
        self.pools.append(
            Pool(day, AWS, pico(billed), pico(effective), invoice=self.invoice, **truth)
        )


def write_aws_bills(
    con: duckdb.DuckDBPyConnection,
    world: World,
    plan: AwsPlan,
    deliveries: Deliveries,
    after_closing: Deliveries,
) -> tuple[list[Pool], list[Pool]]:
    """Write all reports; return what is true, and what a restated month adds once it is closed."""
    months = [_fill(world, plan, month) for month in world.months]
    _create_fleet(con, world)
    for filled in months:
        month = filled.month
        days = month.end - month.first
        is_open = days >= 8 and month is world.months[-1]
        if is_open:
            early = month.first + days * 2 // 5
            lines = [x for x in filled.lines if x.day < early and x.line_type in _EARLY_TYPES]
            _write_cur(
                con, world, deliveries, filled, lines, f"{month.label}_v1", world.at(early, hour=5)
            )
        exported_at = min(world.at(month.end + 2, hour=5), world.now - timedelta(hours=1))
        name = f"{month.label}_v{2 if is_open else 1}"
        _write_cur(con, world, deliveries, filled, filled.lines, name, exported_at, fleet=True)
        if not world.bill_lines:
            _write_focus(world, deliveries, filled, exported_at)
    pools = [pool for filled in months for pool in filled.pools]
    pools += _fleet_pools(con, world, months)
    if len(months) == 1 or world.bill_lines:
        return pools, []
    restated, corrections = _restated(world, plan, months[0])
    _write_cur(
        con,
        world,
        after_closing,
        months[0],
        restated,
        f"{months[0].month.label}_v2",
        world.now + timedelta(days=9),
    )
    return pools, corrections


_EARLY_TYPES = [name for name in _CATEGORIES if name not in ("Tax", "Credit", "Refund")]


def _fill(world: World, plan: AwsPlan, month: Month) -> AwsMonth:
    # the number of the invoice is not known before the month is final
    is_final = month is not world.months[-1]
    filled = AwsMonth(month, f"aws-{month.label}" if is_final else "")
    for node in plan.node_days:
        if month.first <= node.day < month.end:
            if node.feature:
                _covered_node(filled, plan, node)
            else:
                _cluster_node(filled, plan, node)
    _commitment(filled, plan)
    _trainers(filled, plan)
    for day in range(month.first, month.end):
        _data(filled, plan, day)
        hours = Decimal(500 + day % 5).scaleb(-4) * plan.scale
        filled.add(
            Line(
                "Usage", day, PRODUCTION, "AmazonEKS", "USE1-AmazonEKS-Hours:perCluster", hours,
                "Hrs", _CLUSTER_USD, hours * _CLUSTER_USD, "Amazon EKS cluster", "cluster/shared",
                PLATFORM,
            ),
            owner=PLATFORM,
        )  # fmt: skip
    total = sum((line.cost for line in filled.lines), _ZERO)
    middle = (month.first + month.end) // 2
    credit = -(total * Decimal("0.02")).quantize(Decimal("0.0001"))
    filled.add(_money("Credit", middle, credit, "Migration credit"), reason="credit")
    if month is not world.months[0]:
        refunded = month.first - min(6, month.first)
        filled.add(
            _money("Refund", refunded, credit / 2, "Refund for the month before"),
            reason="adjustment",
        )
    tax = ((total + credit) * _TAX_RATE).quantize(Decimal("0.0001"))
    filled.add(
        _money("Tax", month.first, tax, "Sales tax", is_monthly=True),
        reason="tax",
        rule=AWS_TAX,
        days=_days_of_month(world.day(month.first)),
    )
    return filled


def _money(line_type: str, day: int, cost: Decimal, text: str, is_monthly: bool = False) -> Line:
    return Line(
        line_type, day, PAYER, "AmazonEC2", "", Decimal(1), "", cost, cost, text,
        is_monthly=is_monthly,
    )  # fmt: skip


def _hours(seconds: int) -> Decimal:
    return Decimal(seconds * 10_000 // 3600).scaleb(-4)


def _machine(node: NodeDay, account: str) -> Line:
    hours, rate = _hours(node.seconds), HOURLY_USD[node.instance_type]
    return Line(
        "Usage", node.day, account, "AmazonEC2", f"BoxUsage:{node.instance_type}", hours, "Hrs",
        rate, hours * rate, f"${rate} per On Demand Linux {node.instance_type} Instance Hour",
        node.node, node.feature, node.instance_type,
    )  # fmt: skip


def _use_of(plan: AwsPlan, node: NodeDay) -> dict[str, Any]:
    """Who held the machine. Outside of the days on which use was recorded nobody can say."""
    pods = [pod for pod in plan.pods_of[node.node] if pod.day == node.day]
    days = [pod.day for pod in plan.pods_of[node.node]]
    if not days or not min(days) <= node.day <= max(days):
        return {"reason": "no_driver"}
    used = tuple((workload_of(pod.feature), pod.seconds) for pod in pods)
    return {"used": used, "idle": node.seconds - sum(pod.seconds for pod in pods)}


def _cluster_node(filled: AwsMonth, plan: AwsPlan, node: NodeDay) -> None:
    filled.add(_machine(node, PRODUCTION), is_machine=True, **_use_of(plan, node))


def _covered_node(filled: AwsMonth, plan: AwsPlan, node: NodeDay) -> None:
    """Covered by the Savings Plan: billed at the public price, taken off again by a negation."""
    line = _machine(node, PRODUCTION)
    used = line.cost * _PLAN_SHARE
    filled.lines.append(
        Line(**{**vars(line), "line_type": "SavingsPlanCoveredUsage", "plan": {"effective": used}})
    )
    filled.lines.append(
        Line(
            "SavingsPlanNegation", node.day, PRODUCTION, "ComputeSavingsPlans", line.usage_type,
            line.amount, "Hrs", -line.rate, -line.cost, "SavingsPlanNegation",
        )
    )  # fmt: skip
    filled.pool(node.day, _ZERO, used, owner=SEARCH, is_machine=True, **_use_of(plan, node))


def _commitment(filled: AwsMonth, plan: AwsPlan) -> None:
    """The fee of the Savings Plan, about half of which is used."""
    hourly = Decimal(plan.scale).scaleb(-3)
    for day in range(filled.month.first, filled.month.end):
        fee = hourly * 24
        used = sum(
            (
                line.plan["effective"]
                for line in filled.lines
                if line.line_type == "SavingsPlanCoveredUsage" and line.day == day
            ),
            _ZERO,
        )
        assert fee > used, (fee, used)
        filled.lines.append(
            Line(
                "SavingsPlanRecurringFee", day, PAYER, "ComputeSavingsPlans",
                "ComputeSP:1yrNoUpfront", Decimal(24), "Hrs", hourly, fee,
                "1 year No Upfront Compute Savings Plan", plan={"total": fee, "used": used},
            )
        )  # fmt: skip
        filled.pool(day, fee, _ZERO, reason="purchase", rule=PLAN)
        filled.pool(day, _ZERO, fee - used, reason="unused_commitment", is_unused=True, rule=PLAN)


def _trainers(filled: AwsMonth, plan: AwsPlan) -> None:
    """The scheduler names no machine of the bill: all that run on a day are one pool."""
    held_days = [
        day for job in plan.jobs for day in range(job.start // 86400, (job.end - 1) // 86400 + 1)
    ]
    for day in sorted({node.day for node in plan.trainers}):
        if not filled.month.first <= day < filled.month.end:
            continue
        lines = [_machine(node, RESEARCH) for node in plan.trainers if node.day == day]
        paid = sum(n.seconds * GPUS[n.instance_type] for n in plan.trainers if n.day == day)
        filled.lines += lines
        cost = sum((line.cost for line in lines), _ZERO)
        if not held_days or not min(held_days) <= day <= max(held_days):
            filled.pool(day, cost, cost, is_machine=True, reason="no_driver")
            continue
        used = tuple(
            (TRAINING if job.project == TRAINING_PROJECT else "", job.gpu_seconds_on(day))
            for job in plan.jobs
            if job.gpu_seconds_on(day)
        )
        idle = paid - sum(seconds for _, seconds in used)
        filled.pool(day, cost, cost, is_machine=True, used=used, idle=idle)


def _data(filled: AwsMonth, plan: AwsPlan, day: int) -> None:
    stored = [s for s in plan.stored if s.day == day]
    month_hours = 24 * _days_of_month(plan.world.day(day))
    gigabyte_months = (Decimal(sum(s.byte_hours for s in stored)) / (2**30 * month_hours)).quantize(
        Decimal("0.000001")
    )
    filled.add(
        Line(
            "Usage", day, PRODUCTION, "AmazonS3", "TimedStorage-ByteHrs", gigabyte_months, "GB-Mo",
            _S3_USD, gigabyte_months * _S3_USD, "$0.023 per GB - first 50 TB / month", BUCKET,
        ),
        used=tuple((workload_of(s.feature), s.byte_hours) for s in stored),
        reason="no_driver",
    )  # fmt: skip
    moved = [m for m in plan.moved if m.day == day]
    # traffic that nobody recorded is on the bill all the same
    sent = sum(m.sent_bytes for m in moved) or plan.scale * 5 * 10**7
    gigabytes = Decimal(sent).scaleb(-9)
    filled.add(
        Line(
            "Usage", day, PRODUCTION, "AWSDataTransfer", "DataTransfer-Out-Bytes", gigabytes, "GB",
            _EGRESS_USD, gigabytes * _EGRESS_USD, "$0.09 per GB - first 10 TB / month", BALANCER,
        ),
        used=tuple((workload_of(m.feature), m.sent_bytes) for m in moved),
        reason="no_driver",
    )  # fmt: skip


def _days_of_month(day: date) -> int:
    first = day.replace(day=1)
    return (next_month(first) - first).days


def _restated(world: World, plan: AwsPlan, filled: AwsMonth) -> tuple[list[Line], list[Pool]]:
    """The first month after its closing: a cheaper machine, more stored, one more credit."""
    first, lines, corrections = world.months[1].first, [], []
    middle = (filled.month.first + filled.month.end) // 2
    node = next(n for n in plan.node_days if n.day == middle and not n.feature)
    for line in filled.lines:
        change = _ZERO
        if line.resource == node.node and line.day == middle:
            change = -line.cost / 4
        elif line.resource == BUCKET and line.day == middle:
            change = Decimal("0.004")
        elif line.feature == PLATFORM and line.day == middle:
            change = Decimal("0.0021")
        lines.append(Line(**{**vars(line), "cost": line.cost + change}))
        truth: dict[str, Any] = {"reason": "correction"}
        if line.resource == BUCKET:
            # a correction is borne by the use of its whole month
            truth["used"] = tuple(
                (workload_of(s.feature), s.byte_hours)
                for s in plan.stored
                if filled.month.first <= s.day < filled.month.end
            )
        elif line.feature:
            truth["owner"] = workload_of(line.feature)
        if change:
            corrections.append(
                Pool(
                    first, AWS, pico(change), pico(change), invoice=filled.invoice, corrects=True,
                    **truth,
                )
            )  # fmt: skip
    credit = Decimal("-0.03")
    lines.append(_money("Credit", middle, credit, "Service credit"))
    corrections.append(
        Pool(
            first, AWS, pico(credit), pico(credit), invoice=filled.invoice, corrects=True,
            reason="correction",
        )
    )  # fmt: skip
    return lines, corrections


def _create_fleet(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """View `fleet`: a row per machine and hour of `--bill-lines`, with its cost in picodollars."""
    hours = world.days * 24
    features = [workload_of(feature) for feature in _FLEET_FEATURES]
    con.execute(f"""
        create temp view fleet as
        select
            line,
            line % {hours} // 24 as day,
            line % 24 as hour,
            line // {hours} as machine,
            {features}[machine % {len(features)} + 1] as feature,
            -- some machines do not run for the whole hour
            if(machine % 7 = 3, 2500 + line % 7500, 10000) as ten_thousandths,
            ten_thousandths * {pico(Decimal(_FLEET_USD)) // 10_000} as picodollars
        from (select cast(range as bigint) as line from range({world.bill_lines}))
    """)


def _fleet_pools(
    con: duckdb.DuckDBPyConnection, world: World, months: Sequence[AwsMonth]
) -> list[Pool]:
    if not world.bill_lines:
        return []
    invoices = {d: m.invoice for m in months for d in range(m.month.first, m.month.end)}
    rows = con.execute(
        "select day, feature, sum(picodollars)::bigint from fleet group by all order by all"
    ).fetchall()
    return [
        Pool(day, AWS, cost, cost, owner=feature, reason="no_workload_rule", invoice=invoices[day])
        for day, feature, cost in rows
    ]


_TEXT, _MONEY, _TIME = "varchar", "decimal(38, 18)", "timestamp"


def _cur_record(world: World, filled: AwsMonth, line: Line) -> dict[str, Any]:
    first = world.day(filled.month.first).replace(day=1)
    end = next_month(first)
    start_text = f"{world.day(line.day)}T00:00:00.000Z"
    end_text = f"{end if line.is_monthly else world.day(line.day + 1)}T00:00:00.000Z"
    name = _NAMES[line.product][0]
    is_usage = line.line_type in ("Usage", "SavingsPlanCoveredUsage")
    plan = line.plan
    return {
        "bill_billing_period_start_date": f"{first}T00:00:00.000Z",
        "bill_billing_period_end_date": f"{end}T00:00:00.000Z",
        "bill_invoice_id": filled.invoice,
        "bill_payer_account_id": PAYER,
        "line_item_usage_account_id": line.account,
        "line_item_line_item_type": line.line_type,
        "line_item_usage_start_date": start_text,
        "line_item_usage_end_date": end_text,
        "line_item_product_code": line.product,
        "line_item_usage_type": line.usage_type,
        "line_item_resource_id": line.resource,
        "line_item_usage_amount": line.amount,
        "line_item_currency_code": "USD",
        "line_item_unblended_rate": line.rate if line.unit else "",
        "line_item_unblended_cost": line.cost,
        "line_item_line_item_description": line.description,
        "pricing_unit": line.unit,
        "pricing_public_on_demand_cost": line.cost if is_usage else "",
        "pricing_public_on_demand_rate": line.rate if is_usage else "",
        "product": json.dumps({"product_name": name} if line.unit else {}),
        "product_instance_type": line.instance_type,
        "product_region_code": REGION if is_usage else "",
        "resource_tags": json.dumps({"user_feature": line.feature} if line.feature else {}),
        "savings_plan_savings_plan_a_r_n": (
            PLAN_ARN if line.line_type.startswith("SavingsPlan") else ""
        ),
        "savings_plan_savings_plan_effective_cost": plan.get("effective", ""),
        "savings_plan_total_commitment_to_date": plan.get("total", ""),
        "savings_plan_used_commitment": plan.get("used", ""),
    }


def _write_cur(
    con: duckdb.DuckDBPyConnection,
    world: World,
    deliveries: Deliveries,
    filled: AwsMonth,
    lines: Iterable[Line],
    name: str,
    exported_at: datetime,
    fleet: bool = False,
) -> None:
    """CSV; Parquet, typed as the warehouse declares it, where there are many lines."""
    records = [_cur_record(world, filled, line) for line in lines]
    if not world.bill_lines:
        write_records(deliveries.path(AWS, "cur", f"{name}.csv", exported_at), records)
        return
    path = deliveries.path(AWS, "cur", f"{name}.parquet", exported_at)
    store.register_records(con, "cur_lines", records)
    selects = [f"select {', '.join(_typed(column) for column in records[0])} from cur_lines"]
    if fleet:
        selects.append(_fleet_sql(world, filled, list(records[0])))
    store.copy_to(con, " union all ".join(selects), str(path), "parquet")
    con.unregister("cur_lines")


def _type_of(column: str) -> str:
    if column.endswith("_date") and not column.startswith("savings_plan"):
        return _TIME
    if column.endswith(("_cost", "_rate", "_amount", "_commitment", "_to_date")):
        return _MONEY
    return _TEXT


def _typed(column: str) -> str:
    if _type_of(column) == _TIME:
        return f"strptime({column}, '%Y-%m-%dT%H:%M:%S.%gZ') as {column}"
    return f"cast(nullif({column}, '') as {_type_of(column)}) as {column}"


def _fleet_sql(world: World, filled: AwsMonth, columns: Sequence[str]) -> str:
    """The fleet's lines of the month: a line as text but for what differs from hour to hour."""
    month = filled.month
    rate = Decimal(_FLEET_USD)
    common = _cur_record(
        world, filled,
        Line(
            "Usage", month.first, PRODUCTION, "AmazonEC2", f"BoxUsage:{_FLEET_MACHINE}",
            Decimal(1), "Hrs", rate, rate, f"${rate} per On Demand Linux {_FLEET_MACHINE}",
            instance_type=_FLEET_MACHINE,
        ),
    )  # fmt: skip
    cost = f"cast({store.usd('picodollars')} as {_MONEY})"
    own = {
        "line_item_usage_start_date": store.moment(world, "(day * 24 + hour) * 3600000"),
        "line_item_usage_end_date": store.moment(world, "(day * 24 + hour + 1) * 3600000"),
        "line_item_resource_id": "format('i-0f{:015x}', machine)",
        "line_item_usage_amount": (
            f"cast(ten_thousandths * cast('0.0001' as decimal(5, 4)) as {_MONEY})"
        ),
        "line_item_unblended_cost": cost,
        "pricing_public_on_demand_cost": cost,
        "resource_tags": """if(feature = '', '{}', '{"user_feature": "' || feature || '"}')""",
    }
    selected = []
    for column in columns:
        value = common[column]
        if column in own:
            text = own[column]
        elif _type_of(column) == _TIME:
            text = f"timestamp '{value[:10]}'"
        elif value == "":
            text = f"cast(null as {_type_of(column)})"
        else:
            text = f"cast('{value}' as {_type_of(column)})"
        selected.append(f"{text} as {column}")
    return (
        f"select {', '.join(selected)} from fleet where day >= {month.first} and day < {month.end}"
    )


def _write_focus(
    world: World, deliveries: Deliveries, filled: AwsMonth, exported_at: datetime
) -> None:
    """The same month in FOCUS 1.2."""
    path = deliveries.path("focus", "cost_and_usage", f"aws-{filled.month.label}.csv", exported_at)
    write_records(
        path, [record for line in filled.lines for record in _focus_records(world, filled, line)]
    )


def _focus_records(world: World, filled: AwsMonth, line: Line) -> Iterable[dict[str, Any]]:
    if line.line_type == "SavingsPlanNegation":
        return
    if line.line_type == "SavingsPlanRecurringFee":
        yield _focus_record(world, filled, line, line.cost, _ZERO)
        unused = line.plan["total"] - line.plan["used"]
        yield _focus_record(world, filled, line, _ZERO, unused, status="Unused")
    elif line.line_type == "SavingsPlanCoveredUsage":
        yield _focus_record(world, filled, line, _ZERO, line.plan["effective"], status="Used")
    else:
        yield _focus_record(world, filled, line, line.cost, line.cost)


def _focus_record(
    world: World,
    filled: AwsMonth,
    line: Line,
    billed: Decimal,
    effective: Decimal,
    status: str = "",
) -> dict[str, Any]:
    first = world.day(filled.month.first).replace(day=1)
    category = "Usage" if status else _CATEGORIES[line.line_type]
    name, service, subcategory = _NAMES[line.product]
    is_use = category == "Usage" and status != "Unused"
    has_plan = bool(line.plan)
    return {
        "BilledCost": billed,
        "BillingAccountId": PAYER,
        "BillingCurrency": "USD",
        "BillingPeriodEnd": f"{next_month(first)}T00:00:00Z",
        "BillingPeriodStart": f"{first}T00:00:00Z",
        "ChargeCategory": category,
        "ChargeDescription": line.description,
        "ChargePeriodEnd": (
            f"{next_month(first)}T00:00:00Z" if line.is_monthly else iso(world.at(line.day + 1))
        ),
        "ChargePeriodStart": iso(world.at(line.day)),
        "CommitmentDiscountId": PLAN_ARN if has_plan else "",
        "CommitmentDiscountStatus": status,
        "ConsumedQuantity": line.amount if is_use else "",
        "ConsumedUnit": line.unit if is_use else "",
        "ContractedCost": effective if status else billed,
        "EffectiveCost": effective,
        "InvoiceId": filled.invoice,
        "InvoiceIssuerName": "Amazon Web Services, Inc.",
        "ListCost": line.cost if is_use else billed,
        "ProviderName": "AWS",
        "RegionId": REGION if is_use else "",
        "ResourceId": line.resource,
        "ServiceCategory": service,
        "ServiceName": name,
        "ServiceSubcategory": subcategory,
        "SubAccountId": line.account,
        "Tags": json.dumps({"feature": line.feature}) if line.feature else "",
    }
