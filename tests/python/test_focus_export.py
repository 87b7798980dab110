"""The FOCUS dataset has the columns of FOCUS 1.4, and a broken rule is found and told."""

from __future__ import annotations

import csv
import json
import re

import check_focus
import duckdb
import pytest
from conformance.checks import DATASET_CHECKS, Table, UnknownCheckError, row_check
from conformance.judging import FAILED, NOT_APPLICABLE, NOT_CHECKED, PASSED, judge
from conformance.model import COLUMNS, REQUIREMENTS, read_model
from conformance.readings import READINGS

TYPES = {
    "String": "VARCHAR",
    "JSON": "VARCHAR",
    "Decimal": "DECIMAL(38,12)",
    "Date/Time": "TIMESTAMP",
}

# MUST rules that the sample company breaks, because its bills do not say what FOCUS wants
EXCEPTIONS = {
    "ListCost-C-003-M": "cost reports of AI providers have no list prices",
    "ContractedCost-C-003-M": "cost reports of AI providers have no negotiated prices",
    "PricingQuantity-C-005-C": "Anthropic's cost report and the tracing invoice have no quantities",
    "ConsumedQuantity-C-006-C": "an adjustment in OpenAI's costs has no quantity",
    "SubAccountName-C-005-C": "the bills name sub accounts by their ids alone",
    "SkuPriceId-C-005-C": "the cloud's bill has SKUs and no SKU prices",
    "SkuId-C-005-C": "the simulated AWS report and the cloud's support plan name no SKU",
    "RegionName-C-005-C": "the cloud's bill names regions by their ids alone",
    "ChargeFrequency-C-002-M": "the tracing invoice does not say how often it charges",
    "ListUnitPrice-C-005-C": "AWS gives no unit price for a Savings Plan's fee and its unused part",
    "ContractedUnitPrice-C-006-C": "AWS gives no unit price for a Savings Plan's fee either",
    "PricingCategory-C-004-C": "the tracing invoice does not say how it is priced",
}


@pytest.fixture(scope="module")
def model():
    return read_model()


@pytest.fixture
def connection():
    with duckdb.connect() as con:
        yield con


def columns() -> dict[str, str]:
    with COLUMNS.open() as lines:
        return {row["column_id"]: TYPES[row["data_type"]] for row in csv.DictReader(lines)}


LINE = {
    "BillingAccountId": "'a'",
    "BillingAccountName": "'A'",
    "BillingCurrency": "'USD'",
    "BillingPeriodStart": "timestamp '2026-01-01'",
    "BillingPeriodEnd": "timestamp '2026-02-01'",
    "ChargePeriodStart": "timestamp '2026-01-05'",
    "ChargePeriodEnd": "timestamp '2026-01-06'",
    "ChargeCategory": "'Usage'",
    "ChargeDescription": "'d'",
    "ChargeFrequency": "'Usage-Based'",
    "InvoiceIssuerName": "'P'",
    "ServiceProviderName": "'P'",
    "HostProviderName": "'P'",
    "ServiceCategory": "'AI and Machine Learning'",
    "ServiceSubcategory": "'Generative AI'",
    "ServiceName": "'s'",
    "SkuId": "'sku'",
    "SkuMeter": "'Input Tokens'",
    "SkuPriceId": "'sku/standard'",
    "SkuPriceDetails": """'{"ModelId": "m"}'""",
    "Tags": """'{"team": "x"}'""",
    "PricingCategory": "'Standard'",
    "PricingQuantity": "2",
    "PricingUnit": "'1000000 Tokens'",
    "ListUnitPrice": "1.5",
    "ContractedUnitPrice": "1.25",
    "ConsumedQuantity": "2000000",
    "ConsumedUnit": "'Tokens'",
    "ListCost": "3",
    "ContractedCost": "2.5",
    "EffectiveCost": "2.5",
    "BilledCost": "2.5",
}


def table(connection, *lines: dict[str, str], types: dict[str, str] | None = None, drop=()) -> None:
    """A table `t` of conforming lines, each with some values replaced by the ones given."""
    wanted = {name: kind for name, kind in columns().items() if name not in drop}
    wanted |= types or {}
    selects = [
        "select "
        + ", ".join(
            f'cast({({**LINE, **line}).get(name, "null")} as {kind}) as "{name}"'
            for name, kind in wanted.items()
        )
        + f", 'line {position}' as \"x_ChargeId\", 'test' as \"x_ChargeSource\""
        for position, line in enumerate(lines or [{}])
    ]
    connection.execute("create or replace table t as " + " union all ".join(selects))


def broken(connection, model) -> set[str]:
    return {result.rule.id for result in judge(connection, "t", model).failures()}


def test_every_column_of_focus_1_4_is_there_with_its_type(warehouse):
    types = dict(
        warehouse.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_name = 'focus_cost_and_usage'"
        ).fetchall()
    )
    assert {name: types.get(name) for name in columns()} == columns()
    assert len(columns()) == 65
    assert all(name.startswith("x_") for name in set(types) - set(columns()))


def test_json_columns_hold_json(warehouse):
    for column in ("SkuPriceDetails", "Tags", "AllocatedTags", "ContractApplied"):
        (invalid,) = warehouse.execute(
            f"select count(*) from focus_cost_and_usage where not json_valid({column})"
        ).fetchone()
        assert invalid == 0, column


def test_the_sample_company_breaks_only_rules_that_its_bills_cannot_meet(warehouse, model):
    report = judge(warehouse, "focus_cost_and_usage", model)
    must = {one.rule.id for one in report.failures() if one.rule.keyword.startswith("MUST")}
    assert must == set(EXCEPTIONS)
    assert report.counts()["MUST"][PASSED] > 190


def test_a_conforming_line_breaks_nothing(connection, model):
    table(connection)
    assert broken(connection, model) == set()


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("ChargeCategory-C-003-M", {"ChargeCategory": "'Refund'"}),  # allowed values
        ("ServiceSubcategory-C-004-M", {"ServiceCategory": "'Compute'"}),  # OR of AND
        ("ListCost-C-003-M", {"ListCost": "null"}),  # CheckNotValue
        ("PricingQuantity-C-004-C", {"ChargeCategory": "'Tax'"}),  # CheckValue with a condition
        ("ChargeClass-C-005-C", {"ChargeClass": "'Fix'"}),
        ("ConsumedQuantity-C-006-C", {"ConsumedQuantity": "null"}),  # a mended condition
        ("ListCost-C-009-C", {"ListCost": "3.00001"}),  # ColumnByColumnEqualsColumnValue
        ("ContractedUnitPrice-C-009-C", {"ContractedUnitPrice": "-1.25"}),  # CheckGreaterOrEqual
        ("BillingCurrency-C-006-M", {"BillingCurrency": "'XYZ'"}),  # CheckNationalCurrency
        ("BillingCurrency-C-003-M", {"BillingCurrency": "'usd'"}),  # FormatCurrency
        ("PricingUnit-C-003-O", {"PricingUnit": "'1M tokens'"}),  # FormatUnit
        ("SkuPriceDetails-C-001-M", {"SkuPriceDetails": "'ModelId=m'"}),  # FormatKeyValue: no JSON
        ("Tags-C-001-M", {"Tags": """'{"a": {"b": 1}}'"""}),  # a nested value
        ("Tags-C-001-M", {"Tags": """'{"a": 1, "a": 2}'"""}),  # a key twice
        ("Tags-C-001-M", {"Tags": "'[1]'"}),  # a list
        ("ChargeDescription-C-002-M", {"ChargeDescription": "' '"}),  # FormatString
        (
            "EffectiveCost-C-010-C",  # CheckSameValue
            {"ChargeCategory": "'Credit'", "ConsumedQuantity": "null", "EffectiveCost": "0"},
        ),
        (
            "CommitmentDiscountStatus-C-005-M",  # a list that the model gets wrong
            {"CommitmentDiscountId": "'c'", "CommitmentDiscountStatus": "'Active'"},
        ),
        (
            "EffectiveCost-C-005-C",
            {"CommitmentDiscountId": "'c'", "ChargeCategory": "'Purchase'"},
        ),
        ("ServiceProviderName-1.3-N", {"ServiceProviderName": "null"}),
    ],
)
def test_a_planted_violation_is_found(connection, model, rule, line):
    table(connection, {}, line)
    report = judge(connection, "t", model)
    result = report.results[rule]
    assert result.status == FAILED, result
    assert result.broken == 1
    if result.sources:
        assert result.examples == ["line 1"]


@pytest.mark.parametrize(
    ("rule", "column", "kind", "value"),
    [
        ("BilledCost-C-001-M", "BilledCost", "varchar", "'2.5'"),  # TypeDecimal
        ("BilledCost-C-002-M", "BilledCost", "varchar", "'$2.50'"),  # FormatNumeric
        ("BilledCost-C-004-M", "BilledCost", "varchar", "'two'"),  # CheckDecimalValue
        ("ServiceName-C-001-M", "ServiceName", "integer", "1"),  # TypeString
        ("HostProviderName-1.3-T", "HostProviderName", "integer", "1"),
        ("ChargePeriodStart-C-001-M", "ChargePeriodStart", "date", "date '2026-01-05'"),
        ("ChargePeriodStart-C-002-M", "ChargePeriodStart", "varchar", "'2026-01-05 00:00'"),
    ],
)
def test_a_column_of_the_wrong_type_or_format_is_found(
    connection, model, rule, column, kind, value
):
    table(connection, {column: value}, types={column: kind})
    assert rule in broken(connection, model)


def test_a_missing_column_is_found_and_its_other_rules_are_not_applicable(connection, model):
    table(connection, drop=["ChargeClass", "InvoiceDetailId", "PricingUnit"])
    report = judge(connection, "t", model)
    assert report.results["CostAndUsage-D-026-M"].status == FAILED
    assert report.results["InvoiceDetailId-1.4-P"].status == FAILED
    assert report.results["PricingUnit-C-003-O"].reason == "the dataset has no PricingUnit"


def test_one_service_in_two_categories_is_found_within_a_provider_only(connection, model):
    other = {"ServiceCategory": "'Compute'", "ServiceSubcategory": "'Containers'"}
    table(connection, {}, {**other, "ServiceProviderName": "'Q'"})
    assert "ServiceName-C-005-C" not in broken(connection, model)
    table(connection, {}, other)
    result = judge(connection, "t", model).results["ServiceName-C-005-C"]
    assert (result.status, result.broken, result.examples) == (FAILED, 2, ["s: 2 values"])


def test_names_and_order_of_our_own_columns_are_judged(connection, model):
    table(connection)
    connection.execute('alter table t add column "team" varchar')
    assert {"ColumnHandling-A-001-M", "ColumnHandling-A-010-M"} <= broken(connection, model)
    connection.execute(
        'create view v as select "x_ChargeId", * exclude ("x_ChargeId", team) from t'
    )
    failed = {result.rule.id for result in judge(connection, "v", model).failures()}
    assert failed == {"ColumnHandling-A-012-O"}


def test_a_condition_on_a_rule_holds_for_the_rules_below_it(connection, model):
    # the list of pricing categories stands under "when PricingCategory is not null"
    table(connection, {"ChargeCategory": "'Credit'", "PricingCategory": "null"})
    result = judge(connection, "t", model).results["PricingCategory-C-007-M"]
    assert result.status == NOT_APPLICABLE


def test_rules_of_a_capability_concern_the_providers_that_show_it(connection, model):
    bare = {"ServiceProviderName": "'Q'", "ListUnitPrice": "null"}
    table(connection, {}, bare)
    report = judge(connection, "t", model)
    assert report.capabilities["PUBLIC_PRICE_LIST_SUPPORTED"] == ["P"]
    assert report.results["ListUnitPrice-C-005-C"].status == PASSED
    claimed = judge(connection, "t", model, {"PUBLIC_PRICE_LIST_SUPPORTED"})
    assert claimed.results["ListUnitPrice-C-005-C"].status == FAILED


def test_what_cannot_be_judged_is_not_called_passed(connection, model):
    table(connection)
    results = judge(connection, "t", model).results
    assert results["CostAndUsage-D-038-M"].status == NOT_APPLICABLE  # ProviderName is gone
    assert "gone in FOCUS 1.4" in results["CostAndUsage-D-038-M"].reason
    assert results["ListUnitPrice-C-006-O"].status == NOT_APPLICABLE  # MAY
    assert results["BilledCost-C-007-M"].status == NOT_CHECKED  # needs the invoice
    assert results["CommitmentDiscountId-C-001-M"].status == NOT_APPLICABLE  # no commitments
    assert all(one.status != NOT_CHECKED or one.reason for one in results.values())


def test_a_rule_that_sums_up_fails_with_the_rules_below_it(connection, model):
    table(connection, {"ListCost": "null"})
    results = judge(connection, "t", model).results
    for rule in ("ListCost-C-000-M", "CostAndUsage-D-002-M", "CostAndUsage-D-000-M"):
        assert results[rule].status == FAILED
    assert results["BilledCost-C-000-M"].status == PASSED


def test_every_check_function_of_the_model_is_implemented(model):
    all_columns = Table(
        {**columns(), "ProviderName": "VARCHAR", "PublisherName": "VARCHAR"}, ["USD"]
    )
    for rule in model.rules.values():
        function = rule.requirement.get("CheckFunction")
        if rule.is_roll_up or rule.is_dynamic or function in {None, *DATASET_CHECKS}:
            continue
        if any(model.rules[child].is_dynamic for child in rule.children):
            continue
        row_check(rule.requirement, all_columns, model.rules)
    with pytest.raises(UnknownCheckError):
        row_check({"CheckFunction": "CheckMoon", "ColumnName": "Tags"}, all_columns, {})


def test_the_model_is_whole_and_says_where_it_is_from(model):
    assert sum(not re.search(r"-1\.[34]-[PTN]$", id_) for id_ in model.rules) == 621
    assert all(child in model.rules for rule in model.rules.values() for child in rule.children)
    assert "CC-BY-4.0" in json.loads(REQUIREMENTS.read_text())["Attribution"]
    assert set(READINGS) <= set(model.rules)


@pytest.mark.parametrize("name", ["report.html", "report.md", "report.json"])
def test_the_script_prints_a_summary_and_writes_the_report(warehouse_path, tmp_path, capsys, name):
    out = tmp_path / "reports" / name
    assert check_focus.main(["--warehouse", str(warehouse_path), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "MUST rules that can be judged hold" in printed
    assert len(printed.splitlines()) < 30
    written = out.read_text()
    assert "ListCost-C-003-M" in written
    assert not re.search(r"(src|href)=|url\(", written)


def test_strict_fails_and_wrong_arguments_are_refused_in_one_line(warehouse_path, tmp_path, capsys):
    warehouse = ["--warehouse", str(warehouse_path)]
    assert check_focus.main([*warehouse, "--strict"]) == 1
    for arguments, told in [
        (["--warehouse", str(tmp_path / "none.duckdb")], "no such file"),
        ([*warehouse, "--out", "report.pdf"], "end the name in"),
        ([*warehouse, "--supports", "MOON"], "not known"),
        ([*warehouse, "--table", "no_table"], "run `dbt build`"),
    ]:
        with pytest.raises(SystemExit):
            check_focus.main(arguments)
        assert told in capsys.readouterr().err
