"""Check functions of the requirements model as DuckDB SQL.

A row check is an expression that is true or false, never NULL. A check of a value holds for NULL:
whether a column may be NULL is always a rule of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.model import Rule
from conformance.readings import Check

# a millionth of the currency: the specification names no tolerance, providers round their costs
TOLERANCE = "0.000001"
NUMBER = r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)(E-?[0-9]+)?"
DATE_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
# <units>, <unit>-<time units> or <units>/<time unit>, perhaps after a whole number; capitalised
WORD = r"[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*"
PLURAL = r"([A-Z][A-Za-z]*s|[KMGTPE]i?[Bb]|[A-Z]{3})"
UNIT = rf"([1-9][0-9]* )?({WORD} )?({PLURAL}|[A-Z][A-Za-z]*-{PLURAL}|{PLURAL}/[A-Z][A-Za-z]*)"

DATASET_CHECKS = {
    "ColumnPresent",
    "TypeString",
    "TypeDecimal",
    "TypeDateTime",
    "CheckDistinctCount",
    "ColumnNamesMatch",
    "OtherColumnNamesMatch",
    "OwnColumnsFollow",
}

VALUE_CHECKS = {
    "CheckDecimalValue",
    "CheckGreaterOrEqualThanValue",
    "CheckNationalCurrency",
    "ColumnByColumnEqualsColumnValue",
}


class UnknownCheckError(Exception):
    """The model asks for a check function that is not implemented."""


@dataclass
class Table:
    """Columns of the dataset with their types, and the currencies of ISO 4217."""

    types: dict[str, str]
    currencies: list[str] = field(default_factory=list)

    def is_text(self, column: str) -> bool:
        """Whether a column holds text, so that its format can be wrong."""
        return self.types[column] in {"VARCHAR", "JSON"}

    def is_decimal(self, column: str) -> bool:
        """Whether the type of a column holds numbers."""
        return bool(
            re.match(
                r"DECIMAL|(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$|DOUBLE|FLOAT", self.types[column]
            )
        )


def columns_of(check: Check) -> Iterator[str]:
    """Names of the columns that a check looks at."""
    for key in ("ColumnName", "ColumnAName", "ColumnBName", "ResultColumnName", "CheckCondition"):
        if key in check:
            yield check[key]
    for item in check.get("Items", []):
        yield from columns_of(item)


def literal(value: object) -> str:
    """A value of the model as SQL."""
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def quoted(column: str) -> str:
    """A column name as SQL."""
    return '"' + column.replace('"', '""') + '"'


def as_text(column: str) -> str:
    """A column as text: a column of the wrong type breaks one rule and stops no other."""
    return f"cast({quoted(column)} as varchar)"


def equals(column: str, value: object) -> str:
    """Whether a column has a value; None is NULL. Never NULL itself."""
    if value is None:
        return f"{quoted(column)} is null"
    if isinstance(value, int | float):
        return f"try_cast({quoted(column)} as double) is not distinct from {literal(value)}"
    return f"{as_text(column)} is not distinct from {literal(value)}"


def matches(column: str, pattern: str) -> str:
    """Whether a text, if any, matches a pattern from end to end."""
    return f"coalesce(regexp_full_match({as_text(column)}, {literal(pattern)}), true)"


def speaks_of(rule: Rule) -> set[str]:
    """Columns that must have a value before a check of values says anything."""
    check = rule.requirement
    items = check.get("Items", [])
    function = check.get("CheckFunction", "")
    if function.startswith("Format") or function in VALUE_CHECKS:
        return set(columns_of(check))
    listed = {
        item.get("ColumnName", "") for item in items if item.get("CheckFunction") == "CheckValue"
    }
    if function == "OR" and len(listed) == 1 and len(items) > 1:
        return listed  # a list of allowed values
    return set()


def row_check(check: Check, table: Table, rules: dict[str, Rule]) -> str:
    """A check as a SQL expression over one row."""
    function = check.get("CheckFunction", "")
    items = check.get("Items", [])
    if function == "AND":
        return "(" + " and ".join(row_check(item, table, rules) for item in items) + ")"
    if function == "OR":
        return "(" + " or ".join(_alternative(item, table, rules) for item in items) + ")"
    if function in {"CheckSameValue", "CheckNotSameValue"}:
        names = [check["ColumnAName"], check["ColumnBName"]]
        alike = len({table.is_text(name) for name in names}) == 1
        first, second = (quoted(name) if alike else as_text(name) for name in names)
        same = function == "CheckSameValue"
        return f"({first} is {'not ' if same else ''}distinct from {second})"
    if function == "ColumnByColumnEqualsColumnValue":
        first, second, result = (
            f"try_cast({quoted(check[key])} as double)"
            for key in ("ColumnAName", "ColumnBName", "ResultColumnName")
        )
        return f"coalesce(abs({first} * {second} - {result}) <= {TOLERANCE}, true)"
    if "ColumnName" not in check:
        raise UnknownCheckError(function)
    return _value_check(function, check["ColumnName"], check.get("Value"), table)


def _alternative(check: Check, table: Table, rules: dict[str, Rule]) -> str:
    """An item of OR. A rule with a condition is an alternative only where its condition holds."""
    if check.get("CheckFunction") != "CheckModelRule":
        return row_check(check, table, rules)
    rule = rules[check["ModelRuleId"]]
    if rule.is_dynamic:
        raise UnknownCheckError(f"alternative {rule.id} without a check")
    parts = [row_check(part, table, rules) for part in (rule.condition, rule.requirement) if part]
    return "(" + " and ".join(parts) + ")"


def _value_check(function: str, name: str, value: object, table: Table) -> str:
    column = quoted(name)
    if function == "CheckValue":
        return f"({equals(name, value)})"
    if function == "CheckNotValue":
        return f"(not {equals(name, value)})"
    if function == "CheckGreaterOrEqualThanValue":
        return f"coalesce(try_cast({column} as double) >= {literal(value)}, true)"
    if function == "CheckDecimalValue":
        return f"({column} is null or try_cast({column} as decimal(38, 12)) is not null)"
    if function == "FormatString":
        return f"coalesce(trim({as_text(name)}) <> '', true)"
    if function == "FormatNumeric":
        return matches(name, NUMBER) if table.is_text(name) else str(table.is_decimal(name)).lower()
    if function == "FormatDateTime":
        if table.is_text(name):
            return matches(name, DATE_TIME)
        return str(table.types[name].startswith("TIMESTAMP")).lower()
    if function == "FormatUnit":
        return matches(name, UNIT)
    currencies = ", ".join(literal(code) for code in table.currencies)
    text = as_text(name)
    if function == "CheckNationalCurrency":
        return f"coalesce({text} in ({currencies}), true)"
    if function == "FormatCurrency":
        # three letters are a national currency, anything else a virtual one
        is_virtual = f"(trim({text}) <> '' and not regexp_full_match({text}, '[A-Za-z]{{3}}'))"
        return f"coalesce({text} in ({currencies}) or {is_virtual}, true)"
    if function == "FormatKeyValue":
        return _is_flat_object(text)
    raise UnknownCheckError(function)


def _is_flat_object(text: str) -> str:
    """A JSON object with unique keys and plain values; NULL holds."""
    keys = f"json_keys({text})"
    values = f"json_extract({text}, '$.*')"
    return (
        f"({text} is null or coalesce(try(json_type({text})) = 'OBJECT', false) and coalesce(try("
        f"len({keys}) = len(list_distinct({keys})) and len(list_filter({values}, "
        f"lambda v: json_type(v) in ('OBJECT', 'ARRAY'))) = 0), false))"
    )
