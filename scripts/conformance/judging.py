"""Judge every rule of the model on one table: two scans for all rules, one more per broken rule."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from conformance.checks import (
    DATASET_CHECKS,
    Table,
    UnknownCheckError,
    as_text,
    columns_of,
    literal,
    quoted,
    row_check,
    speaks_of,
)
from conformance.model import GONE, Model, Rule
from conformance.readings import Check

PASSED, FAILED = "passed", "failed"
NOT_APPLICABLE, NOT_CHECKED = "not applicable", "not checked"
STATUSES = [FAILED, PASSED, NOT_APPLICABLE, NOT_CHECKED]
CURRENCIES = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "currencies.csv"
LINES = "focus_lines_to_judge"
PROVIDER = "ServiceProviderName"

# What a provider is taken to support: what at least one of its lines shows. {..} are columns.
EVIDENCE = {
    "ACCOUNT_NAMING_SUPPORTED": "count({BillingAccountName}) > 0",
    "AVAILABILITY_ZONE_SUPPORTED": "count({AvailabilityZone}) > 0",
    "CAPACITY_RESERVATION_SUPPORTED": "count({CapacityReservationId}) > 0",
    "COMMITMENT_DISCOUNT_SUPPORTED": "count({CommitmentDiscountId}) > 0",
    "MULTIPLE_PRICING_CATEGORIES_SUPPORTED": "count(distinct {PricingCategory}) > 1",
    "MULTIPLE_SUB_ACCOUNT_TYPES_SUPPORTED": "count(distinct {SubAccountType}) > 1",
    "MULTIPLE_BILLING_ACCOUNT_TYPES_SUPPORTED": "count(distinct {BillingAccountType}) > 1",
    "NEGOTIATED_PRICING_SUPPORTED": "count({ContractedUnitPrice}) > 0",
    "PUBLIC_PRICE_LIST_SUPPORTED": "count({ListUnitPrice}) > 0",
    "USAGE_MEASUREMENT_SUPPORTED": "count({ConsumedQuantity}) > 0",
    "UNIT_PRICING_SUPPORTED": "count({ListUnitPrice}) > 0",
    "SUB_ACCOUNT_SUPPORTED": "count({SubAccountId}) > 0",
    "BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED": "count({ResourceId}) > 0",
    "RESOURCE_TYPE_ASSIGNMENT_SUPPORTED": "count({ResourceType}) > 0",
    "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED": (
        "count(case when {PricingCurrency} <> {BillingCurrency} then 1 end) > 0"
    ),
    "VIRTUAL_CURRENCY_SUPPORTED": (
        "count(case when {PricingCurrency} not in ({currencies}) then 1 end) > 0"
    ),
    "REGION_SUPPORTED": "count({RegionId}) > 0",
    "TAGGING_SUPPORTED": "count({Tags}) > 0",
}


@dataclass
class Result:
    """What became of a rule: how many lines it speaks of, how many break it, where and which."""

    rule: Rule
    status: str
    reason: str = ""
    lines: int = 0
    broken: int = 0
    sources: list[tuple[str, int]] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)


@dataclass
class Report:
    """Results of all rules, in the order of the model."""

    results: dict[str, Result]
    lines: int
    capabilities: dict[str, list[str]]

    def single(self) -> list[Result]:
        """Results of the rules that say something themselves, without those that only sum up."""
        return [result for result in self.results.values() if not result.rule.is_roll_up]

    def counts(self) -> dict[str, Counter]:
        """Number of rules by strength and status, rules that only sum up aside."""
        counts = {strength: Counter() for strength in ("MUST", "SHOULD", "MAY")}
        for result in self.single():
            counts[strength(result.rule)][result.status] += 1
        return counts

    def failures(self) -> list[Result]:
        """Broken rules, the strongest and widest first."""
        failed = [result for result in self.single() if result.status == FAILED]
        return sorted(failed, key=lambda one: (strength(one.rule) != "MUST", -one.broken))


def strength(rule: Rule) -> str:
    """MUST, SHOULD or MAY; the model also writes their negations and RECOMMENDED."""
    word = rule.keyword.removesuffix(" NOT")
    return "SHOULD" if word == "RECOMMENDED" else word


def judge(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    model: Model,
    supports: set[str] | None = None,
) -> Report:
    """Judge all rules of the model on a table or view of a connection.

    `supports` are capabilities that every provider is taken to have; without it a provider has
    those that its lines show.
    """
    connection.execute(
        f"create or replace temp table {LINES} as"
        f" select row_number() over () as _row, * from {relation}"
    )
    types = {
        name: kind
        for name, kind, *_ in connection.execute(f"describe {LINES}").fetchall()
        if name != "_row"
    }
    with CURRENCIES.open() as rows:
        table = Table(types, [row["currency"] for row in csv.DictReader(rows)])
    (lines,) = connection.execute(f"select count(*) from {LINES}").fetchone()
    providers = _capabilities(connection, table, model, supports)

    results: dict[str, Result] = {}
    to_scan: dict[str, tuple[str, str]] = {}
    for rule in model.rules.values():
        result, scope_and_check = _prepare(rule, table, model, providers)
        results[rule.id] = result
        if scope_and_check:
            to_scan[rule.id] = scope_and_check
    _scan(connection, results, to_scan)
    for id_, (scope, check) in to_scan.items():
        if results[id_].status == FAILED:
            _show(connection, results[id_], f"{scope} and not {check}", table)
    for rule in model.rules.values():
        if rule.requirement.get("CheckFunction") == "CheckDistinctCount":
            _count_values(connection, results[rule.id], table)
        elif _is_dataset_check(rule):
            _look_at_columns(results[rule.id], table, model, lines)
    _roll_up(results, model)
    return Report(results, lines, providers)


def _is_dataset_check(rule: Rule) -> bool:
    return rule.requirement.get("CheckFunction") in DATASET_CHECKS


def _capabilities(connection, table: Table, model: Model, supports: set[str] | None):
    """Providers by capability; a NULL provider is an empty text."""
    provider = f"coalesce({quoted(PROVIDER)}, '')" if PROVIDER in table.types else "''"
    if supports is not None:
        names = [
            name
            for (name,) in connection.execute(f"select distinct {provider} from {LINES}").fetchall()
        ]
        return {key: names if key in supports else [] for key in model.capabilities}
    columns = {name: as_text(name) if name in table.types else "null" for name in model.columns}
    columns["currencies"] = ", ".join(literal(code) for code in table.currencies)
    names = list(model.capabilities)
    shown = ", ".join(EVIDENCE[name].format(**columns) for name in names)
    found: dict[str, list[str]] = {name: [] for name in names}
    for one, *flags in connection.execute(
        f"select {provider}, {shown} from {LINES} group by 1 order by 1"
    ).fetchall():
        for name, flag in zip(names, flags, strict=True):
            if flag:
                found[name].append(one)
    return found


def _prepare(rule: Rule, table: Table, model: Model, providers: dict[str, list[str]]):
    """A first verdict, and scope and check as SQL where lines have to be looked at."""

    def verdict(status: str, reason: str) -> tuple[Result, None]:
        return Result(rule, status, reason), None

    if rule.is_roll_up:
        return verdict(NOT_CHECKED, "")
    if strength(rule) == "MAY":
        return verdict(NOT_APPLICABLE, "a permission cannot be broken")
    checks = [rule.requirement, rule.condition, *rule.conditions]
    named = [rule.column, *(name for check in checks for name in columns_of(check))]
    for name in named:
        if name in GONE:
            return verdict(NOT_APPLICABLE, GONE[name])
    if rule.is_dynamic:
        return verdict(NOT_CHECKED, "needs more than the dataset shows")
    if not rule.requirement:
        return verdict(NOT_CHECKED, "the model gives no check")
    if rule.alternative_of:
        return verdict(NOT_APPLICABLE, f"an alternative: judged in {rule.alternative_of}")
    presence = rule.requirement["CheckFunction"] == "ColumnPresent"
    missing = [name for name in columns_of(rule.requirement) if name not in table.types]
    having = _providers_with_all(rule.capabilities, providers)
    if rule.capabilities and not having and not (presence and not missing):
        wanted = ", ".join(sorted(name for name in rule.capabilities if not providers.get(name)))
        return verdict(NOT_APPLICABLE, f"no provider shows {wanted or 'all that it needs'}")
    if missing and not presence:
        return verdict(NOT_APPLICABLE, f"the dataset has no {', '.join(missing)}")
    if _is_dataset_check(rule) and rule.requirement["CheckFunction"] != "CheckDistinctCount":
        return Result(rule, NOT_CHECKED), None
    conditions = [check for check in [*rule.conditions, rule.condition] if check]
    absent = {name for check in conditions for name in columns_of(check)} - set(table.types)
    if absent:
        return verdict(NOT_APPLICABLE, f"the dataset has no {', '.join(sorted(absent))}")
    try:
        parts = [row_check(check, table, model.rules) for check in conditions]
        if rule.capabilities:
            names = ", ".join(literal(name) for name in having)
            parts.append(f"coalesce({quoted(PROVIDER)}, '') in ({names})")
        parts += [f"{quoted(name)} is not null" for name in sorted(speaks_of(rule))]
        scope = "(" + (" and ".join(parts) or "true") + ")"
        if rule.requirement["CheckFunction"] == "CheckDistinctCount":
            return Result(rule, NOT_CHECKED, reason=scope), None
        return Result(rule, NOT_CHECKED), (scope, row_check(rule.requirement, table, model.rules))
    except UnknownCheckError as problem:
        return verdict(NOT_CHECKED, f"no such check here: {problem}")


def _providers_with_all(capabilities: set[str], providers: dict[str, list[str]]) -> list[str]:
    sets = [set(providers.get(name, [])) for name in capabilities]
    return sorted(set.intersection(*sets)) if sets else []


def _scan(connection, results: dict[str, Result], to_scan: dict[str, tuple[str, str]]) -> None:
    """Count for all rules at once the lines they speak of and the lines that break them."""
    if not to_scan:
        return
    counts = ", ".join(
        f"count(*) filter (where {scope}), count(*) filter (where {scope} and not {check})"
        for scope, check in to_scan.values()
    )
    row = connection.execute(f"select {counts} from {LINES}").fetchone()
    for position, id_ in enumerate(to_scan):
        result = results[id_]
        result.lines, result.broken = row[2 * position], row[2 * position + 1]
        if result.broken:
            result.status = FAILED
        elif result.lines:
            result.status = PASSED
        else:
            result.status, result.reason = NOT_APPLICABLE, "no line that it speaks of"


def _show(connection, result: Result, broken: str, table: Table) -> None:
    """Which feeds and providers break the rule, and up to three lines that do."""
    names = [quoted(name) for name in ("x_ChargeSource", PROVIDER) if name in table.types]
    source = f"concat_ws(' · ', {', '.join(names)})" if names else "'all'"
    key = (
        'cast("x_ChargeId" as varchar)' if "x_ChargeId" in table.types else "cast(_row as varchar)"
    )
    result.sources = connection.execute(
        f"select {source}, count(*) from {LINES} where {broken} group by 1 order by 2 desc, 1"
    ).fetchall()
    result.examples = [
        one
        for (one,) in connection.execute(
            f"select {key} from {LINES} where {broken} order by _row limit 3"
        ).fetchall()
    ]


def _count_values(connection, result: Result, table: Table) -> None:
    """Each value of a column goes with so many values of another, within one provider."""
    if result.status != NOT_CHECKED or result.rule.is_dynamic or not result.reason:
        return
    check, scope = result.rule.requirement, result.reason
    result.reason = ""
    first, second = quoted(check["ColumnAName"]), quoted(check["ColumnBName"])
    within = f"{quoted(PROVIDER)}, {first}" if PROVIDER in table.types else first
    groups = connection.execute(
        f"select {first}, count(distinct {second}), count(*) from {LINES}"
        f" where {scope} and {first} is not null group by {within} order by all"
    ).fetchall()
    wrong = [group for group in groups if group[1] != check["ExpectedCount"]]
    result.lines = sum(group[2] for group in groups)
    result.broken = sum(group[2] for group in wrong)
    result.examples = [f"{name}: {count} values" for name, count, _ in wrong[:3]]
    if wrong:
        result.status = FAILED
    elif groups:
        result.status = PASSED
    else:
        result.status, result.reason = NOT_APPLICABLE, "no line that it speaks of"


def _look_at_columns(result: Result, table: Table, model: Model, lines: int) -> None:
    """Presence, types, names and order of the columns."""
    if result.status != NOT_CHECKED or result.reason:
        return
    wrong = _wrong_columns(result.rule.requirement, table, model)
    result.status = FAILED if wrong else PASSED
    result.lines, result.broken = lines, lines if wrong else 0
    result.examples = wrong[:3]


def _wrong_columns(check: Check, table: Table, model: Model) -> list[str]:
    function, name = check["CheckFunction"], check.get("ColumnName", "")
    if function == "ColumnPresent":
        return [] if name in table.types else [f"no column {name}"]
    if function == "TypeDecimal":
        return [] if table.is_decimal(name) else [f"{name} is {table.types[name]}"]
    if function == "TypeString":
        return [] if table.is_text(name) else [f"{name} is {table.types[name]}"]
    if function == "TypeDateTime":
        fits = table.types[name].startswith("TIMESTAMP")
        return [] if fits else [f"{name} is {table.types[name]}"]
    names = list(table.types)
    if function == "ColumnNamesMatch":
        return [one for one in names if not re.fullmatch(check["Pattern"], one.removeprefix("x_"))]
    others = [one for one in names if one not in model.columns]
    if function == "OtherColumnNamesMatch":
        return [one for one in others if not re.fullmatch(check["Pattern"], one)]
    last = max((names.index(one) for one in names if one in model.columns), default=-1)
    return [one for one in others if names.index(one) < last]


def _roll_up(results: dict[str, Result], model: Model) -> None:
    """A rule that sums up others is broken if one of them that is a MUST is."""

    def visit(id_: str) -> str:
        result = results[id_]
        if not result.rule.is_roll_up:
            return result.status
        statuses = Counter()
        for child in result.rule.children:
            status = visit(child)
            weak = status == FAILED and strength(model.rules[child]) != "MUST"
            statuses[PASSED if weak else status] += 1
        for status in (FAILED, PASSED, NOT_CHECKED, NOT_APPLICABLE):
            if statuses[status]:
                result.status = status
                break
        parts = [f"{statuses[status]} {status}" for status in STATUSES if statuses[status]]
        result.reason = "of the rules below: " + ", ".join(parts)
        return result.status

    children = {id_ for rule in model.rules.values() for id_ in rule.children}
    for rule in model.rules.values():
        if rule.id not in children:
            visit(rule.id)
