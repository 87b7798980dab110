"""Stripe from its API or Fivetran's tables to revenue: every minor unit once."""

from __future__ import annotations

import subprocess
from datetime import date
from decimal import Decimal

import duckdb
import land_export
import pytest
from api_server import Answer
from conftest import dbt

pytest.importorskip("dlt", reason="pulling needs the dependency group `pull`")
from pulling_support import built, commands, unix


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    yield from commands(tmp_path, monkeypatch, capsys)


def invoice(number: int, day: str, status: str, total: int, **more: object) -> dict:
    return {
        "id": f"in_{number}",
        "object": "invoice",
        "created": unix(day),
        "status": status,
        "customer": "cus_1",
        "currency": "usd",
        "total": total,
        "total_excluding_tax": total,
        "livemode": True,
        "metadata": {},
        "shipping_cost": None,
        "status_transitions": {"finalized_at": unix(day)},
        "lines": {"object": "list", "data": [], "has_more": True},
        **more,
    }


def invoice_line(number: int, owner: str, amount: int, **more: object) -> dict:
    return {
        "id": f"il_{number}",
        "object": "line_item",
        "invoice": owner,
        "amount": amount,
        "currency": "usd",
        "period": {"start": unix("2026-01-10"), "end": unix("2026-02-10")},
        "parent": {
            "type": "subscription_item_details",
            "subscription_item_details": {"proration": amount < 0},
            "invoice_item_details": None,
        },
        "discount_amounts": [],
        "pretax_credit_amounts": [],
        "taxes": [],
        "metadata": {"customer_id": "acme"},
        **more,
    }


class Stripe:
    """Lists with `starting_after`, two rows a page."""

    def __init__(self) -> None:
        self.invoices = [
            invoice(4, "2026-02-04T10:00", "open", 4800, currency="jpy"),
            invoice(3, "2026-02-03T10:00", "draft", 9900),
            invoice(2, "2026-02-02T10:00", "void", 5000),
            invoice(1, "2026-02-01T10:00", "paid", 7643),
        ]
        discount = {"amount": 1000, "discount": "di_1"}
        self.lines = {
            "in_1": [
                invoice_line(
                    1,
                    "in_1",
                    10000,
                    discount_amounts=[discount],
                    pretax_credit_amounts=[discount | {"type": "discount"}],
                    taxes=[{"amount": 1357, "tax_behavior": "inclusive"}],
                ),
                invoice_line(2, "in_1", -500),
                invoice_line(3, "in_1", 500),
            ],
            "in_2": [invoice_line(4, "in_2", 5000)],
            "in_4": [invoice_line(5, "in_4", 4800, currency="jpy")],
        }
        note = {"object": "credit_note", "currency": "usd", "customer": "cus_1", "livemode": True}
        note |= {"created": unix("2026-02-04T12:00"), "invoice": "in_1", "shipping_cost": None}
        self.notes = [
            note | {"id": "cn_1", "status": "issued", "total": 119, "total_excluding_tax": 100},
            note | {"id": "cn_2", "status": "void", "total": 119, "total_excluding_tax": 100},
        ]

    def __call__(self, path: str, query: dict[str, list[str]], headers: dict) -> Answer:
        assert headers["Stripe-Version"]
        *_, owner, last = path.split("/")
        rows = self.lines[owner] if last == "lines" else getattr(self, last.split("_")[-1])
        if last != "lines":
            low, high = (int(query[f"created[{side}]"][0]) for side in ("gte", "lt"))
            rows = [row for row in rows if low <= row["created"] < high]
        ids = [row["id"] for row in rows]
        start = ids.index(query["starting_after"][0]) + 1 if "starting_after" in query else 0
        more = start + 2 < len(rows)
        url = {"object": "list", "url": path, "has_more": more}
        return Answer(url | {"data": rows[start : start + 2]})


def test_stripe_invoices_become_revenue_once(command, tmp_path):
    api = Stripe()
    stripe = command("stripe", api)
    stripe.accepted("--since", "2026-02-01")
    assert "/v1/invoices/in_3/lines" not in stripe.api.paths(), "a draft may still change"
    query = (
        "select revenue_source, revenue_category, currency, customer_id, revenue "
        "from main_intermediate.int_revenue order by revenue_source desc, revenue_id"
    )
    lines, notes = "stripe.invoice_line_items", "stripe.credit_notes"
    expected = [
        (lines, "subscription", "USD", "acme", Decimal("76.43")),
        (lines, "proration", "USD", "acme", Decimal(-5)),
        (lines, "subscription", "USD", "acme", Decimal(5)),
        (lines, "subscription", "JPY", "acme", Decimal(4800)),
        (notes, "credit_note", "USD", "cus_1", Decimal(-1)),
    ]
    tests = ("stripe_lines_add_up_to_their_invoices", "stripe_lines_have_their_invoices")
    assert built(stripe.raw, tmp_path / "w1", query, "int_revenue", tests=tests) == expected

    # the next day: the draft is finalised, an open invoice is void; known lines are not read again
    stripe.api.calls.clear()
    api.invoices[1] |= {"status": "paid", "total": 9900}
    api.lines["in_3"] = [invoice_line(6, "in_3", 9900)]
    api.invoices[0]["status"] = "void"
    stripe.accepted()
    lists = [path for path in stripe.api.paths() if path.endswith("/lines")]
    assert lists == ["/v1/invoices/in_3/lines"]
    found = built(stripe.raw, tmp_path / "w2", query, "int_revenue")
    assert sorted(row[4] for row in found) == sorted(
        [Decimal("76.43"), Decimal(-5), Decimal(5), Decimal(99), Decimal(-1)]
    )


FIVETRAN_INVOICES = (
    "id,_fivetran_synced,created,currency,customer_id,status,subtotal,tax,total,livemode,"
    "is_deleted,period_start,period_end\n"
    "in_8,2026-02-05 10:00:00,2026-02-01 10:00:00,usd,cus_1,paid,5000,950,5950,true,false,"
    "2026-01-01 10:00:00,2026-02-01 10:00:00\n"
)
FIVETRAN_LINES = (
    "id,invoice_id,_fivetran_synced,amount,currency,discountable,livemode,period_end,"
    "period_start,proration,quantity,type,unique_id,metadata\n"
    "sub_1,in_8,2026-02-05 10:00:00,5000,usd,TRUE,TRUE,2026-03-01 10:00:00,"
    '2026-02-01 10:00:00,FALSE,5,subscription,il_8,"{""customer_id"":""acme""}"\n'
)


def test_fivetran_tables_are_the_same_revenue_and_missing_lines_fail_a_test(command, tmp_path):
    stripe = command("stripe", Stripe())
    stripe.accepted("invoices", "--since", "2026-02-01")
    for table, text in {
        "invoices": FIVETRAN_INVOICES,
        "invoice_line_items": FIVETRAN_LINES,
    }.items():
        path = tmp_path / f"{table}.csv"
        path.write_text(text)
        constant = ["--set", "account_id=acct_2"] if table == "invoices" else []
        assert land_export.main(["stripe", table, str(path), *constant]) == 0
    (tmp_path / "w").mkdir()
    test = "stripe_lines_add_up_to_their_invoices"
    with pytest.raises(subprocess.CalledProcessError):
        dbt("build", stripe.raw, tmp_path / "w", "-s", "+stg_stripe__invoice_line_items", test)
    columns = "* exclude (delivery_id, recorded_at)"
    query = f"select {columns} from main_staging.stg_stripe__invoice_line_items"
    with duckdb.connect(str(tmp_path / "w" / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [
            ("in_8/sub_1", "stripe.invoice_line_items", "acme", None, "subscription", Decimal(50),
             "USD", date(2026, 2, 1), date(2026, 3, 1)),
        ]  # fmt: skip
