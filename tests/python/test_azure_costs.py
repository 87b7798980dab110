"""Azure's cost exports under all their headers are the same charges, and two views are one bill."""

from __future__ import annotations

import csv
import io
import subprocess
from decimal import Decimal

import duckdb
import land_export
import pytest
from conftest import build_tables, dbt

# Headers as the portal writes them, by agreement, language and year.
HEADERS = {
    "pay_as_you_go": (
        "SubscriptionGuid,ResourceGroup,ResourceLocation,UsageDateTime,MeterCategory,"
        "MeterSubcategory,MeterId,MeterName,MeterRegion,UsageQuantity,ResourceRate,PreTaxCost,"
        "ConsumedService,ResourceType,InstanceId,Tags,OfferId,AdditionalInfo,ServiceInfo1,"
        "ServiceInfo2,ServiceName,ServiceTier,Currency,UnitOfMeasure"
    ),
    "byte_order_mark": (
        "\ufeffSubscriptionGuid,ResourceGroup,ResourceLocation,UsageDateTime,MeterCategory,"
        "MeterSubcategory,MeterName,UsageQuantity,PreTaxCost,InstanceId,Tags,AdditionalInfo,"
        "Currency,UnitOfMeasure"
    ),
    "enterprise": (
        "InvoiceSectionName,SubscriptionId,SubscriptionName,ResourceGroup,ResourceLocation,Date,"
        "ProductName,MeterCategory,MeterSubCategory,MeterId,MeterName,UnitOfMeasure,Quantity,"
        "EffectivePrice,CostInBillingCurrency,ConsumedService,ResourceId,Tags,AdditionalInfo,"
        "ChargeType,BillingCurrencyCode,BillingPeriodStartDate,BillingPeriodEndDate"
    ),
    "enterprise_camel": (
        "billingAccountName,customerName,billingPeriodEndDate,billingPeriodStartDate,"
        "servicePeriodEndDate,servicePeriodStartDate,date,meterName,meterCategory,meterSubCategory,"
        "SubscriptionId,resourceGroupName,ResourceId,resourceLocation,location,quantity,"
        "unitOfMeasure,chargeType,billingCurrency,pricingCurrency,costInBillingCurrency,costInUsd,"
        "exchangeRatePricingToBilling,exchangeRateDate,additionalInfo,tags"
    ),
    "german": (
        "Abonnement-GUID (SubscriptionGuid),Ressourcengruppe (ResourceGroup),Ressourcenstandort "
        "(ResourceLocation),UsageDateTime (UsageDateTime),Kategorie der Verbrauchseinheit "
        "(MeterCategory),MeterSubcategory (MeterSubcategory),Name der Verbrauchseinheit "
        "(MeterName),UsageQuantity (UsageQuantity),Ressourcensatz (ResourceRate),PreTaxCost "
        "(PreTaxCost),InstanceId (InstanceId),Tags (Tags),Zusätzliche Informationen "
        "(AdditionalInfo),ServiceName,Currency,Maßeinheit (UnitOfMeasure)"
    ),
    "mixed": (
        "subscriptionId,Ressourcengruppe (ResourceGroup),Ressourcenstandort (ResourceLocation),"
        "date,meterCategory,MeterSubcategory (MeterSubcategory),Name der Verbrauchseinheit "
        "(MeterName),UsageQuantity (UsageQuantity),costInBillingCurrency,InstanceName,tags,"
        "additionalInfo,ServiceName,Currency,Maßeinheit (UnitOfMeasure)"
    ),
}
SPELLINGS = {
    "subscription": ("subscriptionid", "subscriptionguid"),
    "location": ("resourcelocation",),
    "day": ("date", "usagedatetime"),
    "category": ("metercategory",),
    "subcategory": ("metersubcategory",),
    "meter": ("metername",),
    "unit": ("unitofmeasure",),
    "quantity": ("quantity", "usagequantity"),
    "cost": ("costinbillingcurrency", "pretaxcost"),
    "resource": ("resourceid", "instanceid", "instancename"),
    "tags": ("tags",),
    "info": ("additionalinfo",),
    "currency": ("currency", "billingcurrency", "billingcurrencycode", "pricingcurrency"),
    "charge_type": ("chargetype",),
}
LINES = [
    {
        "day": "2026-03-14", "category": "Virtual Machines", "subcategory": "Dsv3 Series",
        "meter": "D4s v3", "unit": "1 Hour", "quantity": "12.5", "cost": "1.250000000000001",
        "resource": "/subscriptions/x/resourceGroups/rg/providers/Microsoft.Compute/"
        "virtualMachines/web", "tags": '{"team": "growth"}', "charge_type": "Usage",
        "info": '{"ServiceType": "Standard_D4s_v3", "VCPUs": 4}',
    },
    {
        "day": "2026-03-14", "category": "Cognitive Services", "subcategory": "Azure OpenAI",
        "meter": "gpt-4o 1120 Inp glbl Tokens", "unit": "1K", "quantity": "2000", "cost": "5E-06",
        "tags": "", "info": "", "resource": "", "charge_type": "Usage",
    },
]  # fmt: skip
COMMITMENTS = (
    "BillingAccountId,SubscriptionId,Date,ChargeType,PricingModel,ReservationId,benefitId,"
    "Frequency,MeterCategory,MeterName,UnitOfMeasure,Quantity,CostInBillingCurrency,BillingCurrency"
)
ACTUAL = """
9,buyer,2026-03-01,Purchase,Reservation,r1,,OneTime,Virtual Machines,D4s,1 Hour,1,310,USD
9,a,2026-03-01,Usage,Reservation,r1,,,Virtual Machines,D4s,1 Hour,18,0,USD
9,a,2026-03-01,Usage,OnDemand,,,,Virtual Machines,D4s,1 Hour,3,0.6,USD
9,b,2026-03-01,Usage,SavingsPlan,,savingsPlans/s,,Virtual Machines,E4s,1 Hour,5,0,USD
9,b,2026-03-01,Tax,,,,,,,,,0.333333333333,USD
"""
AMORTIZED = """
9,a,2026-03-01,Usage,Reservation,r1,,,Virtual Machines,D4s,1 Hour,18,7.5,USD
9,a,2026-03-01,Usage,OnDemand,,,,Virtual Machines,D4s,1 Hour,3,0.6,USD
9,buyer,2026-03-01,UnusedReservation,Reservation,r1,,,Virtual Machines,D4s,1 Hour,6,2.5,USD
9,b,2026-03-01,Usage,SavingsPlan,,savingsPlans/s,,Virtual Machines,E4s,1 Hour,5,1.123456789012,USD
9,b,2026-03-01,Tax,,,,,,,,,0.333333333333,USD
"""


def export(name: str, lines: list[dict] = LINES) -> bytes:
    """The lines under a header, each header with a subscription of its own."""
    header = next(csv.reader([HEADERS[name]]))
    month_first = name in ("enterprise", "enterprise_camel", "mixed")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for line in lines:
        values = {"subscription": name, "currency": "USD", "location": "US East 2", **line}
        if month_first:
            year, month, day = values["day"].split("-")
            values["day"] = f"{int(month)}/{int(day)}/{year}"
            values |= {key: values[key].strip("{}") for key in ("tags", "info")}
        row = []
        for cell in header:
            english = cell.strip("\ufeff").rpartition("(")[2].rstrip(")").lower()
            known = (key for key, spelled in SPELLINGS.items() if english in spelled)
            row.append(values.get(next(known, ""), ""))
        writer.writerow(row)
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("azure")


@pytest.fixture(scope="module")
def land(work):
    """Land a file into the raw folder of this module (or another); the exit code."""

    def run(table: str, name: str, content: bytes | str, *arguments: str, raw: str = "raw") -> int:
        path = work / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("RAW_ROOT", str(work / raw))
            return land_export.main(["azure", table, str(path), *arguments])

    return run


@pytest.fixture(scope="module")
def tables(work, land):
    """A warehouse of all headers and of one account with both views of its bill."""
    for name in HEADERS:
        assert land("actual_costs", f"{name}.csv", export(name)) == 0
    actual = COMMITMENTS + ACTUAL
    # the older export of everything, then one subscription's own
    assert land("actual_costs", "old.csv", actual.replace("3,0.6", "3,99")) == 0
    own = COMMITMENTS + "\n" + "\n".join(x for x in ACTUAL.splitlines() if x.startswith("9,a,"))
    assert land("actual_costs", "subscription.csv", own) == 0
    assert land("amortized_costs", "amortized.csv", COMMITMENTS + AMORTIZED) == 0
    build_tables(work / "raw", work, "--select", "+fct_charges")
    built = dbt("test", work / "raw", work, "--select", "azure_*,test_type:singular")
    with duckdb.connect(str(built), read_only=True) as connection:
        yield connection


def test_every_header_gives_the_same_charges(tables):
    rows = tables.execute(
        """
        select
            charge_date, provider_id, service_name, sku_meter, resource_id, resource_type,
            region_id, region_name, billing_currency, billed_cost, effective_cost, tags,
            instance_type, model_name, bill_meter, pricing_quantity, pricing_unit,
            consumed_quantity, consumed_unit, billing_account_id, charge_category,
            list(sub_account_id order by sub_account_id) as headers
        from fct_charges
        where billing_account_id = '(default)'
        group by all
        order by billed_cost
        """
    ).fetchall()
    assert [row[-1] for row in rows] == [sorted(HEADERS)] * 2, rows
    tokens, machine = rows
    assert machine[9:13] == (
        Decimal("1.25"), Decimal("1.25"), '{"team": "growth"}', "Standard_D4s_v3",
    )  # fmt: skip
    assert machine[6] == "eastus2"
    assert tokens[13:19] == (
        "gpt-4o", "input_uncached", Decimal(2000), "1000 Tokens", Decimal(2_000_000), "Tokens",
    )  # fmt: skip
    assert tokens[9] == Decimal("0.000005")


def test_two_views_are_one_bill(tables):
    rows = tables.execute(
        "select sub_account_id, charge_category, commitment_discount_status, billed_cost, "
        "effective_cost from fct_charges where billing_account_id = '9' order by all"
    ).fetchall()
    assert rows == [
        ("a", "Usage", "Used", Decimal(0), Decimal("7.5")),
        ("a", "Usage", None, Decimal("0.6"), Decimal("0.6")),
        ("b", "Tax", None, Decimal("0.333333333333"), Decimal("0.333333333333")),
        ("b", "Usage", "Used", Decimal(0), Decimal("1.123456789012")),
        ("buyer", "Purchase", None, Decimal(310), Decimal(0)),
        ("buyer", "Usage", "Unused", Decimal(0), Decimal("2.5")),
    ]
    for text, column in ((ACTUAL, 3), (AMORTIZED, 4)):
        costs = [Decimal(row[-2]) for row in csv.reader(text.strip().splitlines())]
        assert sum(row[column] for row in rows) == sum(costs)


def test_dates_that_prove_nothing_are_refused(land, capsys):
    lines = [{**line, "day": "2026-03-04"} for line in LINES]
    text = export("mixed", lines)
    assert land("actual_costs", "early.csv", text, raw="refused") == 2
    assert capsys.readouterr().err == (
        "early.csv: row 1, column Date: '3/4/2026' may be month/day/year or day/month/year: say "
        "which with --date-order mdy or --date-order dmy, or export ISO 8601 dates\n"
    )
    assert land("actual_costs", "early.csv", text, "--date-order", "dmy", raw="refused") == 0
    assert "2026-04-03 to 2026-04-03" in capsys.readouterr().out


def test_the_end_of_the_billing_period_proves_the_order(land, capsys):
    text = export("enterprise", [{**LINES[0], "day": "2026-03-04"}]).decode()
    text = text.replace("USD,,", "USD,3/1/2026,3/31/2026")
    assert land("actual_costs", "period.csv", text, raw="proven") == 0
    assert "2026-03-04 to 2026-03-04" in capsys.readouterr().out


def test_a_translated_name_beside_the_name_itself_is_refused(land, capsys):
    text = "Tags,Markierungen (Tags),Date,Cost,Currency\n,,2026-03-14,1,USD\n"
    assert land("actual_costs", "twice.csv", text, raw="refused") == 2
    assert "the column 'Tags' twice" in capsys.readouterr().err


def test_unused_commitments_are_no_actual_cost(land, capsys):
    assert land("actual_costs", "wrong.csv", COMMITMENTS + AMORTIZED, raw="refused") == 2
    assert "ChargeType" in capsys.readouterr().err


def test_amortized_cost_alone_is_no_bill(work, land):
    assert land("amortized_costs", "alone.csv", COMMITMENTS + AMORTIZED, raw="alone") == 0
    folder = work / "alone_build"
    folder.mkdir()
    built = build_tables(work / "alone", folder, "--select", "+stg_azure__cost_details")
    with duckdb.connect(str(built), read_only=True) as connection:
        charges = "select count(*) from main_staging.stg_azure__cost_details"
        assert connection.execute(charges).fetchone() == (0,)
    with pytest.raises(subprocess.CalledProcessError):
        dbt(
            "test", work / "alone", folder,
            "--select", "azure_amortized_costs_have_their_actual_costs",
        )  # fmt: skip
