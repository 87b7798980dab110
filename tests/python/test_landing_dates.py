"""Dates such as 5/1/25 are read only in an order that is given or proven."""

import pytest
from landing_support import Landing, bill

PERIODS = "account,period_start,period_end,day,amount,currency"


@pytest.fixture
def landing(tmp_path, monkeypatch, capsys):
    return Landing(tmp_path, monkeypatch, capsys)


def days(landing):
    return [str(day) for (day,) in landing.rows("cast(day as date)")]


def test_a_date_that_could_be_two_days_is_refused(landing):
    path = landing.write("x.csv", bill("a,p,5/1/25,1,USD"))
    assert landing.refused("bill", path) == (
        "x.csv: row 1, column day: '5/1/25' may be month/day/year or day/month/year: say which "
        "with --date-order mdy or --date-order dmy, or export ISO 8601 dates"
    )


def test_a_given_order_is_used_and_recorded(landing):
    path = landing.write("x.csv", bill("a,p,5/1/25,1,USD", "a,p,2025-05-02,1,USD"))
    landing.run("bill", path, "--date-order", "mdy").accepted()
    assert days(landing) == ["2025-05-01", "2025-05-02"]
    assert landing.manifest()[0]["date_order"] == "mdy"
    landing.run("bill", path, "--date-order", "dmy").accepted()
    assert days(landing)[2:] == ["2025-01-05", "2025-05-02"]
    assert "nothing to do" in landing.run("bill", path, "--date-order", "dmy").out


@pytest.mark.parametrize(
    ("texts", "order", "expected"),
    [
        (["5/1/25", "5/13/25"], "mdy", ["2025-05-01", "2025-05-13"]),
        (["5/1/2025", "13/5/2025"], "dmy", ["2025-01-05", "2025-05-13"]),
        (["31.12.2025", "01.02.2026"], "dmy", ["2025-12-31", "2026-02-01"]),
        (["12-31-2025 11:30 PM"], "mdy", ["2025-12-31"]),
    ],
)
def test_an_order_that_only_one_reading_allows(landing, texts, order, expected):
    rows = [f"a,p,{text},1,USD" for text in texts]
    landing.run("bill", landing.write("x.csv", bill(*rows))).accepted()
    assert days(landing) == expected
    assert landing.manifest()[0]["date_order"] == order


def test_a_bill_proves_the_order_by_its_periods(landing):
    text = bill("a,4/1/25,5/1/25,4/2/25,1,USD", header=PERIODS)
    landing.run("bill", landing.write("x.csv", text)).accepted()
    assert days(landing) == ["2025-04-02"]
    text = bill("a,1/4/25,1/5/25,2/4/25,1,USD", header=PERIODS)
    landing.run("bill", landing.write("y.csv", text)).accepted()
    assert [r["date_order"] for r in landing.manifest()] == ["mdy", "dmy"]


def test_periods_that_prove_nothing(landing):
    text = bill("a,1/1/25,1/1/25,1/2/25,1,USD", header=PERIODS)
    assert "may be month/day/year" in landing.refused("bill", landing.write("x.csv", text))


def test_a_date_that_is_one_day_either_way_needs_no_order(landing):
    path = landing.write("x.csv", bill("a,p,2/2/25,1,USD", "a,p,03.03.2025,1,USD"))
    landing.run("bill", path).accepted()
    assert days(landing) == ["2025-02-02", "2025-03-03"]
    mixed = landing.write("y.csv", bill("a,p,2/2/25,1,USD", "a,p,3/2/25,1,USD"))
    assert "may be month/day/year" in landing.refused("bill", mixed)


def test_dates_that_fit_no_order_are_bad_values(landing):
    path = landing.write("x.csv", bill("a,p,13/13/25,1,USD"))
    assert "'13/13/25'" in landing.refused("bill", path)
    error = landing.refused("bill", path, "--date-order", "mdy")
    assert "'13/13/25' is not a timestamp (ISO 8601 or month/day/year)" in error


def test_iso_dates_record_no_order(landing):
    landing.run("bill", landing.write("x.csv", bill("a,p,2025-05-01,1,USD"))).accepted()
    assert landing.manifest()[0]["date_order"] is None
