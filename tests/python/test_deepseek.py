"""DeepSeek's usage export from files to usage and charges, in the account's own currency.

The files are as the platform writes them: UTF-8 with a byte order mark, CRLF line ends, masked
keys, and buckets that are days of the browser's time zone.
"""

from __future__ import annotations

import subprocess
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pytest
from conftest import build_tables, dbt
from landing import expectations

AMOUNT_HEADER = "user_id,start_time_iso,end_time_iso,model,api_key_name,api_key,type,price,amount"
COST_HEADER = "user_id,start_time_iso,end_time_iso,model,wallet_type,cost,currency"
DAY_2 = "2026-09-02T00:00:00+08:00,2026-09-03T00:00:00+08:00"
DAY_3 = "2026-09-03T00:00:00+08:00,2026-09-04T00:00:00+08:00"
MASKED = "sk-92063***********************e267"
CHAT = f'deepseek-v4-pro,"Chat, primary",{MASKED}'
AMOUNTS = [
    f"u1,{DAY_2},{CHAT},input_cache_hit_tokens,0.000000025,11464960",
    f"u1,{DAY_2},{CHAT},input_cache_hit_tokens,0.00000005,40",
    f"u1,{DAY_2},{CHAT},input_cache_miss_tokens,0.000003,500",
    f"u1,{DAY_2},{CHAT},output_tokens,0.0000135,3419",
    f"u1,{DAY_2},{CHAT},request_count,,145",
    f"u1,{DAY_2},deepseek-v4-flash,,{MASKED},output_tokens,0.000002,7",
    f"u1,{DAY_2},deepseek-v4-flash,,{MASKED},request_count,,1",
    f"u1,{DAY_3},{CHAT},request_count,,2",
]
COSTS = [
    f"u1,{DAY_2},deepseek-v4-pro,Paid,2.9492980000000000,CNY",
    f"u1,{DAY_2},deepseek-v4-pro,Granted,0.0500000000000000,CNY",
    f"u1,{DAY_3},deepseek-v4-flash,Paid,0.0000001250000000,CNY",
]


def export(path: Path, header: str, rows: list[str]) -> Path:
    path.write_bytes(("\ufeff" + "\r\n".join([header, *rows]) + "\r\n").encode())
    return path


@pytest.fixture
def land(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)
    monkeypatch.setenv("RAW_ROOT", str(tmp_path / "raw"))

    def run(source: str, table: str, path: Path, *options: str) -> str:
        """What landing says on stderr; '' when it took the file without a note."""
        land_export.main([source, table, str(path), *options])
        return capsys.readouterr().err

    return run


def land_both(land, tmp_path: Path) -> None:
    amounts = export(tmp_path / "amount-2026-09-02_2026-09-04.csv", AMOUNT_HEADER, AMOUNTS)
    costs = export(tmp_path / "cost-2026-09-02_2026-09-04.csv", COST_HEADER, COSTS)
    assert land("deepseek", "usage_amounts", amounts, "--exported-at", "2026-09-05") == ""
    assert land("deepseek", "costs", costs, "--exported-at", "2026-09-05") == ""


def test_tokens_and_money_are_what_the_export_says(land, tmp_path):
    land_both(land, tmp_path)
    rates = tmp_path / "rates.csv"
    rates.write_text("currency,usd_per_unit,valid_from\nCNY,0.14,2026-09-02\n")
    land("standard", "fx_rates", rates)
    wanted = ("--select", "+int_token_usage_priced", "+fct_charges")
    built = build_tables(tmp_path / "raw", tmp_path / "work", *wanted)
    with duckdb.connect(str(built), read_only=True) as tables:
        assert tables.execute(
            "select credential_id, model_name, cast(started_at as varchar),"
            " cast(ended_at as varchar), cast(usage_date as varchar), request_status,"
            " requests_count, input_uncached_tokens, input_cache_read_tokens, output_text_tokens"
            " from main_intermediate.int_token_usage order by all"
        ).fetchall() == [
            ("Chat, primary", "deepseek-v4-pro", "2026-09-01 16:00:00", "2026-09-02 16:00:00",
             "2026-09-01", "succeeded", 145, 500, 11465000, 3419),
            ("Chat, primary", "deepseek-v4-pro", "2026-09-02 16:00:00", "2026-09-03 16:00:00",
             "2026-09-02", "unknown", 2, None, None, None),
            (MASKED, "deepseek-v4-flash", "2026-09-01 16:00:00", "2026-09-02 16:00:00",
             "2026-09-01", "succeeded", 1, 0, 0, 7),
        ]  # fmt: skip
        # a day of UTC+8 spans peak and off-peak hours: what list prices say of it is not exact
        assert tables.execute(
            "select bool_or(is_exact) from main_intermediate.int_token_usage_priced"
            " where model_key = 'deepseek-v4-pro' and meter like '%put%' and quantity > 0"
        ).fetchall() == [(False,)]
        # yuan as billed, dollars by the company's rate alone: before its first day there are none
        assert tables.execute(
            "select cast(charge_date as varchar), model_name, sku_meter, billing_currency,"
            " list_cost, billed_cost, effective_cost, billed_cost_usd from fct_charges order by all"
        ).fetchall() == [
            ("2026-09-01", "deepseek-v4-pro", "granted", "CNY",
             Decimal("0.05"), 0, 0, None),
            ("2026-09-01", "deepseek-v4-pro", "paid", "CNY",
             *[Decimal("2.949298")] * 3, None),
            ("2026-09-02", "deepseek-v4-flash", "paid", "CNY",
             *[Decimal("0.000000125")] * 3, Decimal("0.0000000175")),
        ]  # fmt: skip


def test_an_export_made_again_replaces_its_days(land, tmp_path):
    land_both(land, tmp_path)
    rows = [COSTS[0].replace("2.949298", "3.5"), COSTS[0].replace("u1,", "u2,")]
    again = export(tmp_path / "cost-again.csv", COST_HEADER, rows)
    assert land("deepseek", "costs", again, "--exported-at", "2026-09-06") == ""
    wanted = ("--select", "+stg_deepseek__costs", "+stg_deepseek__usage_amounts")
    with duckdb.connect(str(dbt("run", tmp_path / "raw", tmp_path, *wanted))) as built:
        assert built.execute(
            "select billing_account_id, cast(charge_period_start as varchar)[:10], billed_cost"
            " from main_staging.stg_deepseek__costs order by all"
        ).fetchall() == [
            ("u1", "2026-09-01", Decimal("3.5")),
            ("u1", "2026-09-02", Decimal("0.000000125")),
            ("u2", "2026-09-01", Decimal("2.949298")),
        ]
    # the same days once more in UTC would hold 16 hours twice
    utc = COSTS[2].replace(DAY_3, "2026-09-03T00:00:00Z,2026-09-04T00:00:00Z")
    land("deepseek", "costs", export(tmp_path / "cost-utc.csv", COST_HEADER, [utc]))
    with pytest.raises(subprocess.CalledProcessError):
        dbt("build", tmp_path / "raw", tmp_path, "--select", "deepseek_buckets_do_not_overlap",
            *wanted[1:])  # fmt: skip


def test_an_older_export_has_days_without_an_end(land, tmp_path):
    header = COST_HEADER.replace("start_time_iso,end_time_iso", "utc_date")
    old = export(tmp_path / "old.csv", header, ["u1,2026-07-01,deepseek-v4-pro,Paid,0.5,USD"])
    assert land("deepseek", "costs", old) == ""
    compact = export(tmp_path / "c.csv", header, ["u1,20260701,deepseek-v4-pro,Paid,0.5,USD"])
    assert "'20260701' is not a timestamp" in land("deepseek", "costs", compact)


def test_an_unknown_kind_of_quantity_is_refused(land, tmp_path):
    other = [AMOUNTS[0].replace("input_cache_hit_tokens", "input_tokens")]
    said = land("deepseek", "usage_amounts", export(tmp_path / "t.csv", AMOUNT_HEADER, other))
    assert "column usage_type" in said
    assert len(said.splitlines()) == 1


def test_keys_may_be_left_out(land, tmp_path):
    header = AMOUNT_HEADER.replace("api_key,", "")
    rows = [AMOUNTS[0].replace(f"{MASKED},", "")]
    assert land("deepseek", "usage_amounts", export(tmp_path / "n.csv", header, rows)) == ""
