"""A wrong delivery is withdrawn without editing files; a month is closed on what is landed only."""

from __future__ import annotations

import json

import close_month
import duckdb
import land_export
import pytest
import withdraw_delivery
from conftest import ROOT, dbt
from landing_support import Landing, bill


@pytest.fixture
def landing(tmp_path, monkeypatch, capsys):
    return Landing(tmp_path, monkeypatch, capsys)


def withdraw(landing: Landing, *arguments: str) -> tuple[int, str, str]:
    landing.capsys.readouterr()
    code = withdraw_delivery.main([*arguments])
    captured = landing.capsys.readouterr()
    return code, captured.out, captured.err


def refused(landing: Landing, *arguments: str) -> str:
    before = landing.snapshot()
    code, _, error = withdraw(landing, *arguments)
    assert code == 2 and len(error.splitlines()) == 1, error
    assert landing.snapshot() == before
    return error


def test_what_was_withdrawn_can_be_landed_again_as_a_delivery_of_its_own(landing):
    path = landing.write("x.csv", bill("a,p,2026-01-01,1,USD"))
    landing.run("bill", path).accepted()
    (first,) = landing.manifest()
    code, out, _ = withdraw(landing, first["delivery_id"], "--why", "wrong account")
    assert code == 0 and "is withdrawn" in out
    kept = landing.raw / first["paths"][0]
    content = kept.read_bytes()
    assert "nothing to do" not in landing.run("bill", path).accepted().out
    assert "nothing to do" in landing.run("bill", path).accepted().out
    _, withdrawal, second = landing.manifest()
    assert withdrawal["withdraws"] == first["delivery_id"] and withdrawal["why"] == "wrong account"
    assert second["delivery_id"] != first["delivery_id"]
    assert kept.read_bytes() == content
    withdraw(landing, second["delivery_id"], "--why", "again")
    landing.run("bill", path).accepted()
    assert len({record["delivery_id"] for record in landing.manifest()}) == 5


def test_scopes_of_withdrawn_deliveries_stand_in_nobodys_way(landing):
    whole = landing.write("whole.csv", bill("a,,2026-01-01,1,USD"))
    parts = landing.write("parts.csv", bill("a,p,2026-01-01,2,USD"))
    landing.run("bill", whole).accepted()
    assert "both would count" in landing.refused("bill", parts)
    withdraw(landing, landing.manifest()[0]["delivery_id"], "--why", "not by project")
    landing.run("bill", parts).accepted()


def test_what_cannot_be_withdrawn(landing):
    assert "no raw folder" in withdraw(landing, "0123", "--why", "x")[2]
    landing.run("bill", landing.write("x.csv", bill("a,p,2026-01-01,1,USD"))).accepted()
    (record,) = landing.manifest()
    own = record["delivery_id"]
    assert "no such delivery" in refused(landing, "0123456789abcdef", "--why", "x")
    assert "say why" in refused(landing, own, "--why", " ")
    assert "is before the delivery was landed" in refused(
        landing, own, "--why", "x", "--withdrawn-at", "2020-01-01"
    )
    closed = {**record, "delivery_id": "2026-01", "source": "closed", "mode": "append"}
    with (landing.raw / "_deliveries.jsonl").open("a") as manifest:
        for table in ("fct_charges", "closed_periods"):
            manifest.write(json.dumps({**closed, "table": table}) + "\n")
    assert "is a closed month" in refused(landing, "2026-01", "--why", "x")
    withdraw(landing, own, "--why", "typo")
    assert "was withdrawn on" in refused(landing, own, "--why", "x")
    withdrawal = landing.manifest()[-1]["delivery_id"]
    assert "no such delivery" in refused(landing, withdrawal, "--why", "x")


CHARGES = (
    "provider_id,billing_account_id,charge_period_start,charge_period_end,charge_category,"
    "billing_currency,billed_cost,effective_cost\n"
)


def charge(day: str, cost: int) -> str:
    return f"acme,a,{day},{day}T12:00:00Z,Usage,USD,{cost},{cost}\n"


@pytest.fixture
def project(landing, monkeypatch, tmp_path):
    """Landing into the project's own feeds, and the build of what close_month.py needs."""
    monkeypatch.setenv("LANDING_SOURCES_ROOT", str(ROOT / "models/staging"))

    def land(name: str, content: str, landed_at: str) -> str:
        path = landing.write(name, content)
        assert land_export.main(["standard", "charges", str(path), "--landed-at", landed_at]) == 0
        return landing.manifest()[-1]["delivery_id"]

    def build(*arguments: str) -> duckdb.DuckDBPyConnection:
        models = ["--select", "stg_standard__charges", "stg_landing__current_scopes"]
        models += ["stg_landing__deliveries", "fct_delivery_log", "fct_source_freshness"]
        return duckdb.connect(
            str(dbt("run", landing.raw, tmp_path, *models, *arguments)), read_only=True
        )

    return land, build


def billed(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute(
        "select cast(cast(charge_period_start as date) as varchar), cast(billed_cost as int)"
        " from main_staging.stg_standard__charges order by 1"
    ).fetchall()


def test_a_build_honours_withdrawals_and_as_of_goes_back_before_them(project, landing):
    land, build = project
    first = land("1.csv", CHARGES + charge("2026-01-01", 1) + charge("2026-01-03", 3), "2026-01-04")
    wrong = land("2.csv", CHARGES + charge("2026-01-01", 9), "2026-01-05")
    assert withdraw(landing, wrong, "--why", "test", "--withdrawn-at", "2026-01-07")[0] == 0
    with build() as con:
        assert billed(con) == [("2026-01-01", 1), ("2026-01-03", 3)]
        log = (
            "select delivery_id, current_share, withdrawn_because from fct_delivery_log order by 1"
        )
        assert con.execute(log).fetchall() == sorted([(first, 1.0, None), (wrong, 0.0, "test")])
        freshness = (
            "select feed_id, delivery_count, cast(newest_landed_date as varchar),"
            " days_since_last_export, missing_day_count, cast(first_missing_date as varchar)"
            " from fct_source_freshness"
        )
        expected = [("standard.charges", 1, "2026-01-05", 1, 1, "2026-01-02")]
        assert con.execute(freshness).fetchall() == expected
    with build("--vars", "{as_of: 2026-01-06}") as con:
        assert billed(con) == [("2026-01-01", 9), ("2026-01-03", 3)]
        expected = sorted([(first, 0.5, None), (wrong, 1.0, None)])
        assert con.execute(log).fetchall() == expected
    withdraw(landing, first, "--why", "test", "--withdrawn-at", "2026-01-08")
    with build() as con:
        assert billed(con) == []
        assert con.execute("select count(*) from fct_delivery_log").fetchone() == (2,)
        assert con.execute("select count(*) from fct_source_freshness").fetchone() == (0,)


def test_a_month_is_not_closed_on_a_warehouse_that_is_older_than_what_is_landed(
    project, landing, tmp_path
):
    land, build = project

    def close() -> str:
        landing.capsys.readouterr()
        code = close_month.main(
            ["2026-01", "--warehouse", str(tmp_path / "warehouse.duckdb")]
            + ["--raw-root", str(landing.raw)]
        )
        assert code == 2
        (line,) = landing.capsys.readouterr().err.splitlines()
        return line

    old = land("1.csv", CHARGES + charge("2026-01-01", 1), "2026-01-04")
    build().close()
    # past the deliveries, to what this small build lacks
    assert "deliveries" not in close()
    land("2.csv", CHARGES + charge("2026-01-02", 9), "2026-01-05")
    assert "(1 deliveries are not in it, 0 count no more): run `dbt build` first" in close()
    withdraw(landing, old, "--why", "test")
    assert "(1 deliveries are not in it, 1 count no more): run `dbt build` first" in close()
    build().close()
    assert "deliveries" not in close()
