"""What a delivery of a replace feed speaks for, and how deliveries meet on the same days."""

import json

import duckdb
import pytest
from landing_support import Landing, bill, page, result


@pytest.fixture
def landing(tmp_path, monkeypatch, capsys):
    return Landing(tmp_path, monkeypatch, capsys)


def land_page(landing, *buckets, options=()):
    path = landing.write(f"page-{len(landing.manifest())}.json", page(*buckets))
    return landing.run("report", path, *options)


def money(value):
    return json.dumps({"amount": {"USD": value}}, separators=(",", ":"))


def test_scopes_are_account_project_day_with_rows_and_money(landing):
    text = bill(
        "a,p,2026-01-01T05:00:00Z,1.50,USD",
        "a,p,2026-01-01,2,eur",
        "a,,2026-01-01,4,usd",
        ",p,2026-01-02,8,USD",
    )
    landing.run("bill", landing.write("x.csv", text)).accepted()
    assert landing.scopes() == [
        ("(default)", "p", "2026-01-02", 1, money("8")),
        ("a", "(none)", "2026-01-01", 1, money("4")),
        ("a", "p", "2026-01-01", 2, '{"amount":{"EUR":"2","USD":"1.5"}}'),
    ]
    assert landing.rows("_scope_account, _scope_project, cast(_scope_date as varchar)") == [
        ("a", "p", "2026-01-01"),
        ("a", "p", "2026-01-01"),
        ("a", "(none)", "2026-01-01"),
        ("(default)", "p", "2026-01-02"),
    ]
    assert landing.manifest()[0]["money"] == {"amount": {"EUR": "2", "USD": "13.5"}}


def test_the_scope_file_names_its_delivery(landing):
    landing.run("bill", landing.write("x.csv", bill("a,p,2026-01-01,1,USD"))).accepted()
    (record,) = landing.manifest()
    path = landing.raw / record["scopes_path"]
    assert duckdb.sql(f"select delivery_id, source_name, table_name from '{path}'").fetchall() == [
        (record["delivery_id"], "shop", "bill")
    ]


def test_nobody_grouped_by_project(landing):
    land_page(landing, (0, [result(None, 1)]), (1, [result(None, 2)])).accepted()
    assert landing.scopes() == [
        ("(default)", "*", "2026-01-01", 1, money("1")),
        ("(default)", "*", "2026-01-02", 1, money("2")),
    ]


def test_an_empty_bucket_is_covered_for_every_account(landing):
    results = [result("p", 1, org="o1"), result("p", 2, org="o2")]
    land_page(landing, (0, results), (1, [])).accepted()
    assert [scope[:4] for scope in landing.scopes()] == [
        ("o1", "*", "2026-01-02", 0),
        ("o1", "p", "2026-01-01", 1),
        ("o2", "*", "2026-01-02", 0),
        ("o2", "p", "2026-01-01", 1),
    ]
    assert landing.manifest()[0]["period_end"] == "2026-01-02"


def test_a_page_of_empty_buckets_alone_is_a_delivery(landing):
    said = land_page(landing, (0, []), (1, []), options=["--set", "org=o1"]).accepted().out
    assert said.startswith("shop.report: 0 rows, 2026-01-01 to 2026-01-02, delivery ")
    assert [scope[:4] for scope in landing.scopes()] == [
        ("o1", "*", "2026-01-01", 0),
        ("o1", "*", "2026-01-02", 0),
    ]


def test_a_csv_row_with_nothing_but_times_is_an_empty_day(landing):
    text = "start_time,project_id,amount,currency\n1767225600,p,1,usd\n1767312000,,,\n"
    landing.run("report", landing.write("x.csv", text)).accepted()
    assert [scope[:4] for scope in landing.scopes()] == [
        ("(default)", "*", "2026-01-02", 0),
        ("(default)", "p", "2026-01-01", 1),
    ]
    assert landing.rows("_scope_project", "report") == [("p",), ("*",)]


def test_a_month_is_one_scope(landing):
    text = "account,day,amount\na,2026-01-03,1\na,2026-01-20,2\na,2026-02-01,4\n"
    landing.run("invoices", landing.write("x.csv", text)).accepted()
    assert landing.scopes() == [
        ("a", "*", "2026-01-01", 2, money("3")),
        ("a", "*", "2026-02-01", 1, money("4")),
    ]
    dates = landing.rows("cast(_scope_date as varchar)", "invoices")
    assert dates == [("2026-01-01",), ("2026-01-01",), ("2026-02-01",)]


def test_a_file_by_project_after_one_without_would_count_twice(landing):
    land_page(landing, (0, [result(None, 3)])).accepted()
    first = landing.manifest()[0]["delivery_id"]
    path = landing.write("by-project.json", page((0, [result("p", 1), result("q", 2)])))
    assert landing.refused("report", path) == (
        f"by-project.json: 2026-01-01 of account (default) was delivered without projects by "
        f"{first}, both would count: export it the same way, or land this file with --replace-days"
    )
    landing.run("report", path, "--replace-days").accepted()
    assert landing.scopes()[1] == ("(default)", "*", "2026-01-01", 2, money("3"))
    assert landing.rows("_scope_project", "report") == [("*",), ("*",), ("*",)]


def test_other_days_and_accounts_do_not_meet(landing):
    land_page(landing, (0, [result(None, 3)])).accepted()
    land_page(landing, (1, [result("p", 1)])).accepted()
    land_page(landing, (0, [result("p", 1)]), options=["--set", "org=other"]).accepted()


def test_an_empty_day_does_not_stand_in_the_way(landing):
    land_page(landing, (0, [])).accepted()
    land_page(landing, (0, [result("p", 1)])).accepted()


def test_a_file_without_projects_replaces_those_with(landing):
    land_page(landing, (0, [result("p", 1), result("q", 2)])).accepted()
    said = land_page(landing, (0, [result(None, 3)])).accepted()
    assert said.err == ""


def test_backfill_of_an_older_export_with_other_grouping(landing):
    land_page(landing, (0, [result("p", 3)]), options=["--exported-at", "2026-02-02"]).accepted()
    path = landing.write("old.json", page((0, [result(None, 1)])))
    error = landing.refused("report", path, "--exported-at", "2026-02-01")
    assert "both would count: leave out the older export of the two" in error


def test_scopes_that_stay_are_noted(landing):
    land_page(landing, (0, [result("p", 1), result("q", 2)]), (1, [result("q", 2)])).accepted()
    said = land_page(landing, (0, [result("p", 1.5)])).accepted()
    assert said.err == (
        "note: 1 scopes (account × project × day, from 2026-01-01) of earlier deliveries on these "
        "days stay; --replace-days if this file is the whole account\n"
    )
    path = landing.folder / "page-1.json"
    assert landing.run("report", path, "--replace-days").accepted().err == ""


def test_what_a_later_export_says_already_is_noted(landing):
    """Also what a clock that was set back leads to."""
    options = ["--exported-at", "2062-01-01", "--landed-at", "2062-01-01"]
    land_page(landing, (0, [result("p", 3)]), options=options).accepted()
    later = landing.manifest()[0]["delivery_id"]
    said = land_page(landing, (0, [result("p", 1)]), (1, [result("p", 1)])).accepted()
    assert said.err == (
        "note: 1 scopes (account × project × day, from 2026-01-01) of this file do not count: "
        f"delivery {later} was exported later; see --exported-at if that is wrong\n"
    )


def test_the_same_content_under_another_constant_is_noted(landing):
    path = landing.write("x.json", page((0, [result("p", 1)])))
    landing.run("report", path, "--set", "org=o1").accepted()
    first = landing.manifest()[0]["delivery_id"]
    said = landing.run("report", path, "--set", "org=o2").accepted().err
    assert said == (
        f"note: the same content was landed with other options as delivery {first}: where the "
        "accounts or days differ, both count\n"
    )
    assert landing.run("report", path, "--set", "org=o2", "--again").accepted().err == said


def test_hours_of_a_day_that_is_there_already_are_refused(landing):
    morning = [(hour / 24, [result("p", 1)]) for hour in range(12)]
    evening = [(hour / 24, [result("p", 1)]) for hour in range(12, 24)]
    land_page(landing, *morning).accepted()
    path = landing.write("evening.json", page(*evening))
    error = landing.refused("report", path)
    assert error.startswith("evening.json: starts at 2026-01-01 12:00:00, in the middle of a day")
    land_page(landing, *morning, *evening).accepted()


def test_every_scope_has_its_rows_and_no_row_is_outside(landing):
    rows = [f"a{i % 3},p{i % 5},2026-01-{i % 28 + 1:02},{i}.25,USD" for i in range(500)]
    landing.run("bill", landing.write("x.csv", bill(*rows))).accepted()
    (record,) = landing.manifest()
    scopes, data = landing.raw / record["scopes_path"], landing.raw / record["paths"][0]
    differences = duckdb.sql(
        f"""
        select scope_account, scope_project, scope_date, rows from '{scopes}'
        except
        select _scope_account, _scope_project, _scope_date, count(*) from '{data}' group by all
        """
    ).fetchall()
    assert differences == []
    assert sum(scope[3] for scope in landing.scopes()) == 500
