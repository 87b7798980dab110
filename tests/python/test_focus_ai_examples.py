"""The FOCUS specification's own examples of AI bills (working draft of 1.5) become what they say.

The files hold the columns and rows of `specification/data/ai_prompt_caching`, `ai_model_identity`
and `ai_model_billing` of github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec (CC BY 4.0); each
has an account of its own here, so that the examples are one company's bills.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from conftest import landed_and_built

FOLDER = Path(__file__).with_name("focus_ai_examples")
SATURN, ATLAS, NEPTUNE = "solora-saturn-", "solora-atlas-", "solora-neptune-5.0"
PRO = "solora-reasoning-pro"

# Per example: billed, effective and list cost of the file, as printed.
TOTALS = {
    "prompt_caching_a": ("33.9", "33.9", "33.9"),
    "prompt_caching_b": ("38.4", "38.4", "38.4"),
    "model_identity_a": ("37.5", "37.5", "37.5"),
    "per_token": ("94.5", "94.5", "94.5"),
    "multi_model_usage": ("104.5", "104.5", "104.5"),
    "cached_tokens_via_marketplace": ("47.5", "47.5", "47.5"),
    "third_party_model": ("4.5", "4.5", "4.5"),
    "multi_model_invoice_via_marketplace": ("2037.36", "2037.36", "2037.36"),
    # the purchase is on the invoice, its use at a fifth less is what it costs
    "drawdown_of_a_prepayment": ("500000", "50", "500062.5"),
}
# Per example: model and meter, millions of the meter's unit, effective cost.
METERS = {
    "prompt_caching_a": [
        (PRO, "input_cache_read", "8", "2.4"),
        (PRO, "input_cache_write", "2", "7.5"),
        (PRO, "input_uncached", "0.5", "1.5"),
        (PRO, "output", "1.5", "22.5"),
    ],
    # what is written to the cache is in the input here, and keeping it is charged by the hour
    "prompt_caching_b": [
        (f"latticescale.{PRO}", "input", "2.5", "7.5"),
        (f"latticescale.{PRO}", "input_cache_read", "8", "2.4"),
        (f"latticescale.{PRO}", "other", "6", "6"),
        (f"latticescale.{PRO}", "output", "1.5", "22.5"),
    ],
    "model_identity_a": [(PRO, "input", "5", "15"), (PRO, "output", "1.5", "22.5")],
    "per_token": [
        (f"{SATURN}4.8", "input_uncached", "8.4", "42"),
        (f"{SATURN}4.8", "output", "2.1", "52.5"),
    ],
    "multi_model_usage": [
        (f"{ATLAS}5.4-mini", "input_uncached", "3", "2.25"),
        (f"{ATLAS}5.4-mini", "output", "0.5", "2.25"),
        (f"{ATLAS}5.5", "input_uncached", "10", "50"),
        (f"{ATLAS}5.5", "output", "2", "50"),
    ],
    "cached_tokens_via_marketplace": [
        (NEPTUNE, "input_cache_read", "50", "10"),
        (NEPTUNE, "input_cache_write", "15", "37.5"),
    ],
    "third_party_model": [
        ("aura-web.solora-jupiter-5", "input_uncached", "3", "2.25"),
        ("aura-web.solora-jupiter-5", "output", "0.5", "2.25"),
    ],
    "multi_model_invoice_via_marketplace": [
        (f"{ATLAS}5.6-jupiter", "input_uncached", "100", "500"),
        (f"{ATLAS}5.6-jupiter", "output", "50", "1500"),
        (f"{ATLAS}5.6-mars", "input_uncached", "5", "12.5"),
        (f"{ATLAS}5.6-mars", "output", "1.5", "22.5"),
        (f"{ATLAS}5.6-venus", "input_cache_read", "0.1", "0.01"),
        (f"{ATLAS}5.6-venus", "input_cache_write", "0.08", "0.1"),
        (f"{ATLAS}5.6-venus", "input_uncached", "0.75", "0.75"),
        (f"{ATLAS}5.6-venus", "output", "0.25", "1.5"),
    ],
    "drawdown_of_a_prepayment": [
        (f"{SATURN}5.0", "input_uncached", "5", "20"),
        (f"{SATURN}5.0", "output", "1.5", "30"),
    ],
}
# Who serves and who sends the invoice are not the one who built the model.
PROVIDERS = {
    "cached_tokens_via_marketplace": ("solora_ai", "Aura Web"),
    "third_party_model": ("aura_web", "Aura Web"),
    "multi_model_invoice_via_marketplace": ("solora_ai", "LatticeScale"),
    "prompt_caching_b": ("latticescale", "LatticeScale"),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Read-only connection to the warehouse of the examples."""
    work = tmp_path_factory.mktemp("focus_ai_examples")
    with landed_and_built(FOLDER, work, "fct_allocated_costs") as built:
        yield built


@pytest.mark.parametrize("example", TOTALS)
def test_totals_are_as_printed_in_the_bill_and_in_the_ledger(tables, example):
    billed, effective, listed = map(Decimal, TOTALS[example])
    assert tables.execute(
        "select sum(billed_cost_usd), sum(effective_cost_usd), sum(list_cost_usd)"
        " from fct_charges where billing_account_id = ?",
        [example],
    ).fetchone() == (billed, effective, listed)
    assert tables.execute(
        "select sum(billed_cost_usd), sum(effective_cost_usd), sum(effective_cost_with_idle_usd)"
        " from fct_allocated_costs where billing_account_id = ?",
        [example],
    ).fetchone() == (billed, effective, effective)


@pytest.mark.parametrize("example", METERS)
def test_tokens_are_told_by_model_and_meter(tables, example):
    expected = [
        (model, meter, Decimal(millions) * 1_000_000, Decimal(cost), Decimal(cost))
        for model, meter, millions, cost in METERS[example]
    ]
    assert (
        tables.execute(
            """
        select model_key, bill_meter, sum(consumed_quantity), sum(charges.effective_cost_usd),
            any_value(ledger.effective_cost_usd)
        from fct_charges as charges
        left join (
            select billing_account_id, model_id as model_key, bill_meter,
                sum(effective_cost_usd) as effective_cost_usd
            from fct_allocated_costs
            group by all
        ) as ledger using (billing_account_id, model_key, bill_meter)
        where billing_account_id = ? and charge_category = 'Usage'
        group by all
        order by all
        """,
            [example],
        ).fetchall()
        == expected
    )


@pytest.mark.parametrize("example", PROVIDERS)
def test_who_serves_and_who_sends_the_invoice_stay_apart(tables, example):
    assert tables.execute(
        "select distinct provider_id, invoice_issuer_name from fct_charges"
        " where billing_account_id = ?",
        [example],
    ).fetchall() == [PROVIDERS[example]]


def test_the_input_of_one_workload_under_two_ways_of_charging_for_a_cache(tables):
    """11.40 and 15.90 dollars, 31.50 without a cache; cached lines alone: 9.90 and 8.40."""
    costs = dict(
        tables.execute(
            "select billing_account_id, sum(billed_cost_usd) from fct_charges"
            " where billing_account_id like 'prompt_caching%' and bill_meter <> 'output'"
            " group by 1"
        ).fetchall()
    )
    assert costs == {"prompt_caching_a": Decimal("11.4"), "prompt_caching_b": Decimal("15.9")}
    ((tokens, price),) = tables.execute(
        "select sum(consumed_quantity), max(list_unit_price) filter (bill_meter = 'input_uncached')"
        " from fct_charges where billing_account_id = 'prompt_caching_a' and bill_meter <> 'output'"
    ).fetchall()
    assert tokens * price / 1_000_000 == Decimal("31.5")


def test_a_prepayment_is_the_invoice_and_its_use_the_cost(tables):
    assert tables.execute(
        "select charge_category, commitment_discount_status, sum(billed_cost_usd),"
        " sum(effective_cost_usd) from fct_charges"
        " where billing_account_id = 'drawdown_of_a_prepayment' group by 1, 2 order by 1"
    ).fetchall() == [("Purchase", None, 500000, 0), ("Usage", "Used", 0, 50)]


def test_input_beside_cached_input_is_what_was_not_cached(tables):
    """One team read all from the cache: it has no part in the line of the input that was not."""
    assert tables.execute(
        "select bill_meter, workload_id, unallocated_reason, effective_cost_usd"
        " from fct_allocated_costs where billing_account_id = 'prompt_caching_b' order by 1"
    ).fetchall() == [
        ("input", "support_chat", None, Decimal("7.5")),
        ("input_cache_read", "invoice_categorisation", None, Decimal("2.4")),
        ("other", "unallocated", "no_driver", Decimal("6")),
        ("output", "unallocated", "no_driver", Decimal("22.5")),
    ]
