"""The requirements model: its rules, what each stands under, and the columns that FOCUS 1.4 has."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.readings import READINGS, Check, is_not

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "focus"
REQUIREMENTS = FOLDER / "requirements_model_1.2.json"
COLUMNS = FOLDER / "columns_1.4.csv"

GONE = {
    "ProviderName": "gone in FOCUS 1.4: ServiceProviderName and HostProviderName take its place",
    "PublisherName": "gone in FOCUS 1.4: ServiceProviderName and HostProviderName take its place",
}
TYPES = {
    "String": "TypeString",
    "JSON": "TypeString",
    "Decimal": "TypeDecimal",
    "Date/Time": "TypeDateTime",
}


@dataclass
class Rule:
    """One requirement; `capabilities` and `conditions` include those of the rules above it."""

    id: str
    column: str
    kind: str
    entity: str
    keyword: str
    text: str
    requirement: Check
    condition: Check
    capabilities: set[str]
    is_dynamic: bool
    reading: str = ""
    children: list[str] = field(default_factory=list)
    conditions: list[Check] = field(default_factory=list)
    alternative_of: str = ""

    @property
    def is_roll_up(self) -> bool:
        """Whether the rule only says that others hold."""
        return bool(self.children) and self.requirement.get("CheckFunction") == "AND"


@dataclass
class Model:
    """All rules by id, the capabilities that they ask for, and the columns of FOCUS 1.4."""

    rules: dict[str, Rule]
    capabilities: dict[str, str]
    columns: list[str]


def read_model(path: Path = REQUIREMENTS, columns: Path = COLUMNS) -> Model:
    """The model of 1.2 as its sentences mean it, and one rule for each column that came later."""
    raw = json.loads(path.read_text())
    rules = {id_: _rule(id_, body) for id_, body in raw["ModelRules"].items()}
    with columns.open() as lines:
        listed = list(csv.DictReader(lines))
    for column in listed:
        if column["introduced"] in {"1.3", "1.4"}:
            rules |= {rule.id: rule for rule in _later_rules(column)}
    _inherit(rules)
    return Model(rules, raw["ApplicabilityCriteria"], [column["column_id"] for column in listed])


def _rule(id_: str, body: dict[str, Any]) -> Rule:
    reading = READINGS.get(id_, {})
    requirement = reading.get("Requirement", body.get("Requirement", {}))
    return Rule(
        id=id_,
        column=body["Reference"],
        kind=body["Function"],
        entity=body["EntityType"],
        keyword=body["Keyword"],
        text=body["MustSatisfy"],
        requirement=requirement,
        condition=reading.get("Condition", body.get("Condition", {})),
        capabilities=set(body.get("ApplicabilityCriteria", [])),
        is_dynamic=body["Type"] == "Dynamic" and "Requirement" not in reading,
        reading=reading.get("why", ""),
        children=list(_references(requirement)),
    )


def _later_rules(column: dict[str, str]) -> Iterator[Rule]:
    """Rules of a column of 1.3 or 1.4, for which there is no published model of 1.2."""
    name = column["column_id"]
    since = f"FOCUS {column['introduced']}"
    checks = [
        ("P", "Presence", f"{name} MUST be present ({since}).", {"CheckFunction": "ColumnPresent"}),
        (
            "T",
            "Type",
            f"{name} MUST be of type {column['data_type']} ({since}).",
            {"CheckFunction": TYPES[column["data_type"]]},
        ),
    ]
    if column["allows_nulls"] == "false":
        checks.append(
            ("N", "Nullability", f"{name} MUST NOT be null ({since}).", is_not(name, None))
        )
    for letter, kind, text, check in checks:
        yield Rule(
            id=f"{name}-{column['introduced']}-{letter}",
            column=name,
            kind=kind,
            entity="Column",
            keyword="MUST",
            text=text,
            requirement={"ColumnName": name, **check},
            condition={},
            capabilities=set(),
            is_dynamic=False,
            reading="from the column list of FOCUS 1.4, not from the model of 1.2",
        )


def _references(check: Check) -> Iterator[str]:
    if check.get("CheckFunction") == "CheckModelRule":
        yield check["ModelRuleId"]
    for item in check.get("Items", []):
        yield from _references(item)


def _inherit(rules: dict[str, Rule]) -> None:
    """Hand conditions and capabilities down; a rule with two parents has the same ones in both."""
    seen: set[str] = set()

    def visit(rule: Rule) -> None:
        for id_ in rule.children:
            child = rules[id_]
            if id_ in seen:
                continue
            seen.add(id_)
            child.conditions += rule.conditions
            if rule.condition:
                child.conditions.append(rule.condition)
            child.capabilities |= rule.capabilities
            if rule.requirement["CheckFunction"] == "OR":
                child.alternative_of = rule.id
            visit(child)

    children = {id_ for rule in rules.values() for id_ in rule.children}
    for rule in list(rules.values()):
        if rule.id not in children:
            visit(rule)
