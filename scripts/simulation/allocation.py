"""Whose cost a billed amount is, by construction: exact shares of whole picodollars.

A pool is what is attributed in one go: a machine's day, a bucket's day, a tax. Shares are cut
towards zero; what that leaves over goes to the largest weight, the first by name among equals.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .catalog import PICO

TARGETS = ("invoice_categorisation", "recommendations", "support_chat")  # of all shared cost
TRAINING, SEARCH, PLATFORM = "recommender_training", "self_hosted_search", "platform"
FEATURES = {TRAINING: "recommendations", SEARCH: "search"}  # the others are called as their feature
WORKLOADS = {feature: workload for workload, feature in FEATURES.items() if workload == SEARCH}


def pico(amount: Decimal) -> int:
    """Whole picodollars; an amount with more digits is a mistake of the simulation."""
    found = amount * PICO
    assert found == int(found), amount
    return int(found)


def workload_of(feature: str) -> str:
    """The workload that a tag with this feature names."""
    if feature == TRAINING:
        return TRAINING
    return WORKLOADS.get(feature, feature)


def feature_of(workload: str) -> str:
    """The feature that a workload serves."""
    return FEATURES.get(workload, workload)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Whole shares of an amount; `weights` in the order in which equals are preferred."""
    total = sum(weights)
    sign = -1 if amount < 0 else 1
    shares = [sign * (abs(amount) * weight // total) for weight in weights]
    shares[max(range(len(weights)), key=lambda i: weights[i])] += amount - sum(shares)
    return shares


@dataclass(frozen=True)
class Rule:
    """How a pool without an owner, or the cost of the platform, is shared."""

    rule_id: str
    weights: tuple[
        tuple[str, int], ...
    ] = ()  # none: by what the targets cost themselves in the period


EVEN = Rule("cloud_support_plan", tuple((target, 1) for target in TARGETS))
FIXED = Rule(
    "nat_gateway", (("invoice_categorisation", 2), ("recommendations", 2), ("support_chat", 3))
)
TAX = Rule("cloud_tax")
PLAN, AWS_TAX = Rule("aws_savings_plan"), Rule("aws_tax")
PLATFORM_COST = Rule("platform_cost")


@dataclass(frozen=True)
class Pool:
    """An amount on the bill, its owner or who used it, and why nobody did."""

    day: int
    provider: str
    billed: int
    effective: int
    owner: str = ""  # a workload
    reason: str = ""  # of what nobody owns or used
    invoice: str = ""
    is_machine: bool = False
    is_unused: bool = False
    rule: Rule | None = None
    days: int = 1  # of its period
    used: tuple[tuple[str, int], ...] = ()  # workload ('' = nobody knows), quantity
    idle: int = 0  # paid and not used, in the same unit
    corrects: bool = False


@dataclass(frozen=True)
class Cost:
    """A row of the true ledger, in picodollars."""

    day: int
    provider: str
    workload: str
    method: str
    reason: str
    rule_id: str
    is_idle: bool
    layer: str
    billed: int
    effective: int
    effective_with_idle: int


@dataclass
class Ledger:
    """Collects pools; gives their costs once everybody's own cost is known."""

    pools: list[Pool] = field(default_factory=list)

    def costs(self, own_costs: dict[tuple[int, str], int]) -> list[Cost]:
        """All rows; `own_costs` is what workloads cost by (day, workload) outside of the pools."""
        base = defaultdict(int, own_costs)
        assigned = [(pool, row) for pool in self.pools for row in _assigned(pool)]
        for pool, row in assigned:
            if row.workload and not row.is_idle and not pool.corrects:
                base[row.day, row.workload] += row.effective
        costs = []
        for pool, row in assigned:
            rule = PLATFORM_COST if row.workload == PLATFORM and not pool.corrects else pool.rule
            if rule and row.workload in ("", PLATFORM) and not row.is_idle and not pool.used:
                costs += _shared(row, pool.days, rule, base)
            else:
                costs.append(row)
        return costs


def _assigned(pool: Pool) -> Iterable[Cost]:
    """What the bill or use assigns."""
    if not pool.used and not pool.idle:
        yield _row(
            pool,
            pool.owner,
            "" if pool.owner else pool.reason,
            False,
            (pool.billed, pool.effective, pool.effective),
        )
        return
    quantities: dict[tuple[str, str, bool], int] = defaultdict(int)
    for workload, quantity in pool.used:
        workload = pool.owner or workload
        quantities[workload, "" if workload else "no_workload_rule", False] += quantity
    if pool.idle:
        quantities[pool.owner, "" if pool.owner else "idle", True] += pool.idle
    # named workloads come before nobody
    keys = sorted(quantities, key=lambda key: (not key[0], key))
    weights = [quantities[key] for key in keys]
    # idle is borne by those who used something; where nobody did, it stays
    bearing = [0 if key[2] and pool.used else quantities[key] for key in keys]
    shares = zip(
        split(pool.billed, weights),
        split(pool.effective, weights),
        split(pool.effective, bearing),
        strict=True,
    )
    for (workload, reason, is_idle), amounts in zip(keys, shares, strict=True):
        yield _row(pool, workload, reason, is_idle, amounts)


def _row(
    pool: Pool, workload: str, reason: str, is_idle: bool, amounts: tuple[int, int, int]
) -> Cost:
    method = "direct" if pool.owner else "metered" if workload else "unallocated"
    layer = (
        "fixed"
        if is_idle or pool.is_unused
        else "training"
        if workload == TRAINING
        else "inference"
        if pool.is_machine
        else "harness"
    )
    return Cost(pool.day, pool.provider, workload, method, reason, "", is_idle, layer, *amounts)


def _shared(row: Cost, days: int, rule: Rule, base: dict[tuple[int, str], int]) -> Iterable[Cost]:
    weights = rule.weights or tuple(
        (t, max(sum(base.get((row.day + d, t), 0) for d in range(days)), 0)) for t in TARGETS
    )
    weights = tuple((target, weight) for target, weight in weights if weight)
    if not weights:
        yield row
        return
    measures = (row.billed, row.effective, row.effective_with_idle)
    shares = zip(*(split(amount, [w for _, w in weights]) for amount in measures), strict=True)
    for (target, _), amounts in zip(weights, shares, strict=True):
        yield Cost(
            row.day, row.provider, target, "shared", "", rule.rule_id, False, "fixed", *amounts
        )
