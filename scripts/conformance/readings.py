"""Where the requirements model 1.2 and its own text differ, the text is followed; each with why.

The sentence of a rule is normative, its machine-readable check is a rendering of it. These checks
say something else than their sentence, or the model gives no check (`Dynamic`) although the columns
of the dataset are enough to judge.
"""

from __future__ import annotations

from typing import Any

Check = dict[str, Any]


def is_value(column: str, value: object) -> Check:
    """Check that a column has a value; None is NULL."""
    return {"CheckFunction": "CheckValue", "ColumnName": column, "Value": value}


def is_not(column: str, value: object) -> Check:
    """Check that a column has another value; None is NULL."""
    return {"CheckFunction": "CheckNotValue", "ColumnName": column, "Value": value}


def all_of(*items: Check) -> Check:
    """Check that all items hold."""
    return {"CheckFunction": "AND", "Items": list(items)}


def any_of(*items: Check) -> Check:
    """Check that one of the items holds."""
    return {"CheckFunction": "OR", "Items": list(items)}


def decimal(column: str) -> Check:
    """Check that a value, if any, is a decimal number."""
    return {"CheckFunction": "CheckDecimalValue", "ColumnName": column}


def not_negative(column: str) -> Check:
    """Check that a value, if any, is not below zero."""
    return {"CheckFunction": "CheckGreaterOrEqualThanValue", "ColumnName": column, "Value": 0}


def same(first: str, second: str) -> Check:
    """Check that two columns have the same value."""
    return {"CheckFunction": "CheckSameValue", "ColumnAName": first, "ColumnBName": second}


CREDIT = is_value("ChargeCategory", "Credit")
BOUGHT = all_of(
    any_of(is_value("ChargeCategory", "Usage"), is_value("ChargeCategory", "Purchase")),
    is_not("ChargeClass", "Correction"),
)
NO_CHECK = "the model gives no check, the columns are enough for one"
NULL_TWICE = "the model's check is that of nullability again; the sentence asks for a decimal"

# rule: members of the rule to replace, and why
READINGS: dict[str, dict[str, Any]] = {
    "CommitmentDiscountStatus-C-003-C": {
        "Requirement": is_value("CommitmentDiscountStatus", None),
        "why": "the model's check says the opposite of the sentence",
    },
    "CommitmentDiscountStatus-C-004-C": {
        "Condition": all_of(
            is_not("CommitmentDiscountId", None), is_value("ChargeCategory", "Usage")
        ),
        "why": "the model's condition says the opposite of the sentence",
    },
    "CommitmentDiscountStatus-C-005-M": {
        "Requirement": any_of(
            is_value("CommitmentDiscountStatus", "Used"),
            is_value("CommitmentDiscountStatus", "Unused"),
        ),
        "why": "the model lists Active, Expired and Pending; the specification Used and Unused",
    },
    "CommitmentDiscountQuantity-C-010-C": {
        "Condition": is_value("ChargeCategory", "Purchase"),
        "why": "the model's condition is a category of NULL",
    },
    "ConsumedQuantity-C-006-C": {
        "Condition": is_not("ChargeClass", "Correction"),
        "why": "the model's condition says the opposite of the sentence",
    },
    "EffectiveCost-C-005-C": {
        "Condition": all_of(
            is_value("ChargeCategory", "Purchase"), is_not("CommitmentDiscountId", None)
        ),
        "why": (
            "the sentence speaks of purchases that cover future charges; the columns say so of "
            "purchases of a commitment only"
        ),
    },
    "PricingCurrencyEffectiveCost-C-004-M": {
        "Requirement": decimal("PricingCurrencyEffectiveCost"),
        "why": "the model checks another column",
    },
    "ContractedCost-C-004-M": {"Requirement": decimal("ContractedCost"), "why": NULL_TWICE},
    "EffectiveCost-C-004-M": {"Requirement": decimal("EffectiveCost"), "why": NULL_TWICE},
    "ListCost-C-004-M": {"Requirement": decimal("ListCost"), "why": NULL_TWICE},
    "Tags-C-003-C": {
        "Condition": is_not("Tags", None),
        "why": "the model's condition says the opposite of the sentence",
    },
    "CapacityReservationStatus-C-003-C": {
        "Condition": is_value("CapacityReservationId", None),
        "why": "the model's condition is malformed",
    },
    "CapacityReservationStatus-C-004-C": {
        "Condition": all_of(
            is_not("CapacityReservationId", None), is_value("ChargeCategory", "Usage")
        ),
        "why": "the model's condition is malformed",
    },
    "ResourceId-C-006-C": {
        "Condition": is_not("ResourceId", None),
        "why": "the model's condition is malformed",
    },
    "ResourceType-C-005-C": {
        "Condition": is_not("ResourceId", None),
        "why": "the model's condition is malformed",
    },
    "CommitmentDiscountQuantity-C-009-M": {
        "Requirement": decimal("CommitmentDiscountQuantity"),
        "why": NO_CHECK,
    },
    "ConsumedQuantity-C-008-C": {"Requirement": decimal("ConsumedQuantity"), "why": NO_CHECK},
    "ContractedCost-C-008-C": {
        "Requirement": same("ContractedCost", "BilledCost"),
        "Condition": CREDIT,
        "why": NO_CHECK,
    },
    "ContractedCost-C-009-C": {
        "Requirement": {
            "CheckFunction": "ColumnByColumnEqualsColumnValue",
            "ColumnAName": "ContractedUnitPrice",
            "ColumnBName": "PricingQuantity",
            "ResultColumnName": "ContractedCost",
        },
        "Condition": is_not("ChargeClass", "Correction"),
        "why": NO_CHECK,
    },
    "EffectiveCost-C-010-C": {
        "Requirement": same("EffectiveCost", "BilledCost"),
        "Condition": CREDIT,
        "why": NO_CHECK,
    },
    "ListCost-C-008-C": {
        "Requirement": same("ListCost", "BilledCost"),
        "Condition": CREDIT,
        "why": NO_CHECK,
    },
    "PricingCurrencyContractedUnitPrice-C-004-C": {
        "Requirement": is_value("PricingCurrencyContractedUnitPrice", None),
        "Condition": is_value("ChargeCategory", "Tax"),
        "why": NO_CHECK,
    },
    "PricingCurrencyContractedUnitPrice-C-005-C": {
        "Requirement": is_not("PricingCurrencyContractedUnitPrice", None),
        "Condition": BOUGHT,
        "why": NO_CHECK,
    },
    "PricingCurrencyContractedUnitPrice-C-008-C": {
        "Requirement": not_negative("PricingCurrencyContractedUnitPrice"),
        "why": NO_CHECK,
    },
    "ColumnHandling-A-001-M": {
        "Requirement": {"CheckFunction": "ColumnNamesMatch", "Pattern": "(x_)?[A-Z][A-Za-z0-9]*"},
        "why": NO_CHECK,
    },
    "ColumnHandling-A-005-O": {
        "Requirement": {"CheckFunction": "ColumnNamesMatch", "Pattern": ".{1,50}"},
        "why": NO_CHECK,
    },
    "ColumnHandling-A-010-M": {
        "Requirement": {"CheckFunction": "OtherColumnNamesMatch", "Pattern": "x_.+"},
        "why": NO_CHECK,
    },
    "ColumnHandling-A-012-O": {
        "Requirement": {"CheckFunction": "OwnColumnsFollow"},
        "why": NO_CHECK,
    },
}
