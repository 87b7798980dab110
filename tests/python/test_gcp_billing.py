"""Google Cloud's billing export from files to charges: no cent more, no cent less."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import dbt
from landing import exact_json, expectations

PICO = Decimal("0.000000000001")
PAIRS = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
SCHEMA = pa.schema(
    [
        ("billing_account_id", pa.string()),
        ("invoice", pa.struct([("month", pa.string()), ("publisher_type", pa.string())])),
        ("cost_type", pa.string()),
        ("service", pa.struct([("id", pa.string()), ("description", pa.string())])),
        ("sku", pa.struct([("id", pa.string()), ("description", pa.string())])),
        ("usage_start_time", pa.timestamp("us", "UTC")),
        ("usage_end_time", pa.timestamp("us", "UTC")),
        (
            "project",
            pa.struct([("id", pa.string()), ("name", pa.string()), ("labels", PAIRS)]),
        ),
        ("labels", PAIRS),
        ("system_labels", PAIRS),
        ("location", pa.struct([("location", pa.string()), ("region", pa.string())])),
        ("resource", pa.struct([("name", pa.string()), ("global_name", pa.string())])),
        ("cost", pa.float64()),
        ("currency", pa.string()),
        ("currency_conversion_rate", pa.float64()),
        (
            "usage",
            pa.struct(
                [
                    ("amount", pa.float64()),
                    ("unit", pa.string()),
                    ("amount_in_pricing_units", pa.float64()),
                    ("pricing_unit", pa.string()),
                ]
            ),
        ),
        (
            "credits",
            pa.list_(
                pa.struct([("name", pa.string()), ("amount", pa.float64()), ("type", pa.string())])
            ),
        ),
        ("price", pa.struct([("effective_price", pa.decimal128(38, 9))])),
        ("cost_at_list", pa.float64()),
        ("export_time", pa.timestamp("us", "UTC")),
    ]
)
EARLY, LATE = "2026-08-20 06:12:11.500 UTC", "2026-08-24 03:00:00 UTC"


def line(cost: str, sku: str, exported: str = EARLY, **more: object) -> dict:
    """A row as BigQuery extracts it to JSON: numbers as printed, NUMERIC as text, no nulls."""
    row = {
        "billing_account_id": "01AB-CD",
        "invoice": {"month": "202608"},
        "cost_type": "regular",
        "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
        "sku": {"id": "0000-0001", "description": sku},
        "usage_start_time": "2026-08-20 01:00:00 UTC",
        "usage_end_time": "2026-08-20 02:00:00 UTC",
        "project": {"id": "ml", "name": "ML", "labels": [{"key": "team", "value": "platform"}]},
        "labels": [{"key": "team", "value": "growth"}],
        "system_labels": [],
        "location": {"location": "us-central1", "region": "us-central1"},
        "cost": exact_json.Number(cost),
        "currency": "EUR",
        "currency_conversion_rate": exact_json.Number("0.9"),
        "credits": [],
        "export_time": exported,
    }
    return {key: value for key, value in {**row, **more}.items() if value is not None}


def credit(kind: str, amount: str) -> dict:
    return {"name": kind.title(), "amount": exact_json.Number(amount), "type": kind}


GPU = line(
    "11.061250000000001",
    "Nvidia H100 80GB GPU running in Americas",
    usage={
        "amount": exact_json.Number("3600.0"),
        "unit": "seconds",
        "amount_in_pricing_units": exact_json.Number("1.0"),
        "pricing_unit": "hour",
    },
    system_labels=[{"key": "compute.googleapis.com/machine_spec", "value": "a3-highgpu-1g"}],
    resource={"name": "vm-1", "global_name": "//compute.googleapis.com/projects/1/instances/9"},
    credits=[credit("SUSTAINED_USAGE_DISCOUNT", "-1.1"), credit("PROMOTION", "-0.3")],
    cost_at_list=exact_json.Number("12.5"),
    price={"effective_price": "11.06125"},
)
TOKENS = line(
    "0.30000000000000004",
    "Gemini 2.5 Flash GA Text Input - Predictions",
    service={"id": "C7E2-9256-1C43", "description": "Vertex AI"},
    usage={
        "amount": exact_json.Number("1.2E6"),
        "unit": "count",
        "amount_in_pricing_units": exact_json.Number("1.2"),
        "pricing_unit": "1000000 count",
    },
)
TINY = line("1.0E-7", "Cloud NAT Data Processing", credits=[credit("FREE_TIER", "-1.0E-7")])
TAX = line("2.16", "Tax", cost_type="tax", project=None, labels=[])
FIRST = [GPU, TOKENS, TINY, TOKENS]
LATE_ROWS = [
    TAX | {"export_time": LATE},
    line("0.5", "N2 Instance Core running in Americas", LATE),
    line("-0.5", "N2 Instance Core running in Americas", LATE, cost_type="adjustment"),
]


def write_jsonl(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(exact_json.dumps(row) + "\n" for row in rows))
    return path


def write_parquet(path: Path, rows: list[dict]) -> Path:
    plain = [json.loads(exact_json.dumps(row)) for row in rows]
    for row in plain:
        for name in ("usage_start_time", "usage_end_time", "export_time"):
            row[name] = datetime.fromisoformat(row[name].replace(" UTC", "+00:00"))
        if "price" in row:
            row["price"] = {key: Decimal(value) for key, value in row["price"].items()}
    pq.write_table(pa.Table.from_pylist(plain, SCHEMA), path)
    return path


@pytest.fixture
def land(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)

    def run(raw: Path, path: Path, exported_at: str, *options: str) -> str:
        """What landing says on stderr; '' when it took the file without a note."""
        monkeypatch.setenv("RAW_ROOT", str(raw))
        arguments = ["gcp", "billing_export", str(path), "--exported-at", exported_at, *options]
        land_export.main(arguments)
        return capsys.readouterr().err

    return run


def charges(raw: Path, work: Path, columns: str = "*") -> list[tuple]:
    """Rows of the staged charges, without what names the delivery."""
    work.mkdir()
    warehouse = dbt("run", raw, work, "--select", "+stg_gcp__billing_export")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from main_staging.stg_gcp__billing_export order by all"
        ).fetchall()


def owed(rows: list[dict]) -> Decimal:
    """Cost plus credits, each to 12 decimals."""
    amounts = [row["cost"] for row in rows]
    amounts += [item["amount"] for row in rows for item in row["credits"]]
    return sum((Decimal(amount).quantize(PICO) for amount in amounts), Decimal(0))


def test_jsonl_and_parquet_of_one_bill_are_the_same_charges(land, tmp_path):
    rows = FIRST + LATE_ROWS
    found = {}
    for name, write in {"jsonl": write_jsonl, "parquet": write_parquet}.items():
        raw = tmp_path / name
        path = write(tmp_path / f"bill.{name}", rows)
        assert land(raw, path, "2026-08-25") == ""
        found[name] = charges(raw, tmp_path / f"{name}-work", "* exclude (charge_id, delivery_id)")
    assert found["jsonl"] == found["parquet"]
    assert len(found["jsonl"]) == len(rows) + 1, "one line per row and one per promotion"


def test_the_bill_is_cost_plus_credits_and_only_grows(land, tmp_path):
    raw, columns = tmp_path / "raw", "sum(billed_cost), sum(effective_cost), count(*)"
    early = write_jsonl(tmp_path / "early.jsonl", FIRST[:3])
    assert land(raw, early, "2026-08-20T12:00:00Z") == ""
    assert charges(raw, tmp_path / "w1", columns) == [(owed(FIRST[:3]),) * 2 + (4,)]

    # the rest of that day of export_time, and the first rows of a later one
    whole = write_jsonl(tmp_path / "whole.jsonl", FIRST + LATE_ROWS[:1])
    assert land(raw, whole, "2026-08-24T04:00:00Z") == ""
    total = owed(FIRST + LATE_ROWS[:1])
    assert charges(raw, tmp_path / "w2", columns) == [(total, total, 6)]

    # late rows come with their own days; a day extracted again counts once
    late = write_parquet(tmp_path / "late.parquet", LATE_ROWS)
    assert land(raw, late, "2026-08-25T04:00:00Z") == ""
    assert land(raw, late, "2026-08-26T04:00:00Z", "--again") == ""
    total = owed(FIRST + LATE_ROWS)
    assert charges(raw, tmp_path / "w3", columns) == [(total, total, 8)]


def test_part_of_a_day_that_was_there_is_refused(land, tmp_path):
    raw = tmp_path / "raw"
    assert land(raw, write_jsonl(tmp_path / "a.jsonl", FIRST), "2026-08-21") == ""
    part = write_jsonl(tmp_path / "part.jsonl", FIRST[3:])
    said = land(raw, part, "2026-08-22")
    assert said.startswith("part.jsonl: has 1 rows of 2026-08-20 of account 01AB-CD, delivery ")
    assert said.endswith("export whole days, or say --replace-days if rows were taken back\n")
    assert land(raw, part, "2026-08-22", "--replace-days") == ""
    # of three extracts each is held against the one before it
    assert land(raw, write_jsonl(tmp_path / "b.jsonl", FIRST[:2]), "2026-08-23") == ""
    older = write_jsonl(tmp_path / "c.jsonl", [*FIRST, TINY])
    assert "exported after it, has 2" in land(raw, older, "2026-08-22T12:00:00Z")


def test_nested_values_land_as_columns_with_their_digits(land, tmp_path):
    for name, write in {"jsonl": write_jsonl, "parquet": write_parquet}.items():
        raw = tmp_path / name
        assert land(raw, write(tmp_path / f"bill.{name}", [GPU, TOKENS, TAX]), "2026-08-25") == ""
        (record,) = map(json.loads, (raw / "_deliveries.jsonl").read_text().splitlines())
        assert record["format_version"] == "2-detailed", name
        assert record["period_start"] == record["period_end"] == "2026-08-20"
        found = duckdb.sql(
            "select cost, service_id, project_id, project_labels, usage_amount, "
            "price_effective_price, json_extract_string(credits, '$[1].amount'), _extra, "
            "_scope_account, cast(_scope_date as varchar) "
            f"from read_parquet('{raw}/{record['paths'][0]}') order by _row_number"
        ).fetchall()
        labels = '[{"key":"team","value":"platform"}]'
        scope = ("01AB-CD", "2026-08-20")
        assert found == [
            (Decimal("11.061250000000001"), "6F81-5844-456A", "ml", labels, Decimal(3600),
             Decimal("11.06125"), "-0.3", None, *scope),
            (Decimal("0.30000000000000004"), "C7E2-9256-1C43", "ml", labels, Decimal(1_200_000),
             None, None, None, *scope),
            (Decimal("2.16"), "6F81-5844-456A", None, None, None, None, None, None, *scope),
        ], name  # fmt: skip


def test_the_standard_export_lacks_resources_and_lands(land, tmp_path):
    row = {key: value for key, value in GPU.items() if key not in ("resource", "price")}
    raw = tmp_path / "raw"
    assert land(raw, write_jsonl(tmp_path / "s.jsonl", [row]), "2026-08-25") == ""
    assert '"format_version": "1-standard"' in (raw / "_deliveries.jsonl").read_text()
    assert charges(raw, tmp_path / "w", "resource_id, instance_type, billed_cost") == [
        (None, "a3-highgpu-1g", Decimal("9.961250000000")),
        (None, None, Decimal("-0.3")),
    ]


def test_an_unknown_kind_of_cost_is_not_guessed(land, tmp_path):
    path = write_jsonl(tmp_path / "x.jsonl", [GPU | {"cost_type": "gift"}])
    assert "cost_type" in land(tmp_path / "raw", path, "2026-08-25")
    assert not (tmp_path / "raw" / "_deliveries.jsonl").exists()
