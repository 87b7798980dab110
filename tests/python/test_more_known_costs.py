"""Further usage whose cost is known: regions, renamed tiers, media, price changes to the second.

`more_known_costs/answers.csv` names the source of each answer. All prices are the list's.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import land_export
import pytest
from conftest import landed_and_built
from landing import expectations

FOLDER = Path(__file__).with_name("more_known_costs")

with (FOLDER / "answers.csv").open(newline="") as lines:
    ANSWERS = list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Read-only connection to a warehouse of nothing but these cases."""
    work = tmp_path_factory.mktemp("more_known_costs")
    with landed_and_built(FOLDER, work, "fct_token_usage_daily") as built:
        yield built


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["case"])
def test_usage_costs_what_it_is_known_to_cost(tables, answer):
    """An unknown price is NULL and says so; the mart holds the same money."""
    ((cost, unpriced_tokens, is_exact),) = tables.execute(
        "select sum(computed_cost_usd), sum(unpriced_tokens), bool_and(is_exact)"
        " from fct_token_usage_daily where customer_id = ?",
        [answer["case"]],
    ).fetchall()
    assert cost == (Decimal(answer["cost_usd"]) if answer["cost_usd"] else None)
    assert (unpriced_tokens == 0) is bool(answer["cost_usd"])
    assert is_exact is (answer["is_exact"] == "true")


def test_no_use_is_lost(tables):
    assert tables.execute("select sum(requests) from fct_token_usage_daily").fetchone() == (
        len(ANSWERS),
    )


@pytest.mark.parametrize("count", ["-1", "9223372036854775807"])
def test_a_count_that_no_request_has_is_refused(count, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RAW_ROOT", str(tmp_path / "raw"))
    monkeypatch.setattr(expectations, "build_docs", lambda: None)
    path = tmp_path / "token_usage.csv"
    path.write_text(
        "usage_id,usage_kind,provider_id,model_name,started_at,input_uncached_tokens\n"
        f"a,gateway_log,openai,gpt-5,2026-06-01T00:00:00Z,{count}\n"
    )
    assert land_export.main(["standard", "token_usage", str(path)]) == 2
    assert f"such as '{count}'" in capsys.readouterr().err
