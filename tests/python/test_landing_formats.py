"""Every format lands with the values it was written with."""

import csv
import datetime
import gzip
import io
import json
from decimal import Decimal, localcontext

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from landing import casting, exact_json, sql
from landing_support import DAY, JAN_1, Landing, bill, page, result, total

HEADER = "account,project,day,amount,currency"


@pytest.fixture
def landing(tmp_path, monkeypatch, capsys):
    return Landing(tmp_path, monkeypatch, capsys)


def test_a_landed_file_has_all_columns_typed_and_its_origin(landing):
    path = landing.write("jan.csv", bill("a,p,2026-01-01,0.10,usd", "a,p,2026-01-02,2,usd"))
    said = landing.run("bill", path, "--landed-at", "2026-02-01T08:00:00+01:00").accepted().out
    (record,) = landing.manifest()
    identity = record["delivery_id"]
    assert said == (
        f"shop.bill: 2 rows, 2026-01-01 to 2026-01-02, amount 2.1 USD, delivery {identity}\n"
    )
    assert record["landed_at"] == record["exported_at"] == "2026-02-01T07:00:00.000000Z"
    assert record["paths"] == [f"shop/bill/{identity}/part-0.parquet"]
    target = landing.raw / record["paths"][0]
    described = duckdb.sql(f"describe select * from '{target}'").fetchall()
    assert [name for name, *_ in described] == record["columns"]
    types = {name: kind for name, kind, *_ in described}
    assert types["amount"] == "DECIMAL(38,18)"
    assert types["quantity"] == types["_row_number"] == "BIGINT"
    assert types["day"] == types["_landed_at"] == "TIMESTAMP"
    assert types["due"] == types["_scope_date"] == "DATE"
    assert types["is_final"] == "BOOLEAN"
    assert types["note"] == types["_extra"] == types["_scope_project"] == "VARCHAR"
    assert landing.rows("_delivery_id, _landed_at, _source_file, _row_number, note, _extra") == [
        (identity, datetime.datetime(2026, 2, 1, 7), "jan.csv", 1, None, None),
        (identity, datetime.datetime(2026, 2, 1, 7), "jan.csv", 2, None, None),
    ]


def test_the_manifest_has_every_key(landing):
    landing.run("bill", landing.write("jan.csv", bill("a,p,2026-01-01,1,usd"))).accepted()
    (record,) = landing.manifest()
    assert set(record) >= {
        "delivery_id", "source", "table", "mode", "exported_at", "landed_at", "format_version",
        "storage", "paths", "columns", "rows", "rows_quarantined", "period_start", "period_end",
        "money", "files", "content_sha256", "scopes_path", "scope_sql", "date_order",
    }  # fmt: skip
    assert (record["source"], record["table"], record["mode"]) == ("shop", "bill", "replace")
    assert (record["storage"], record["scope_sql"], record["rows"]) == ("landed", None, 1)
    assert (record["period_start"], record["period_end"]) == ("2026-01-01", "2026-01-01")
    assert record["money"] == {"amount": {"USD": "1"}}
    assert record["files"][0]["bytes"] == (landing.folder / "jan.csv").stat().st_size


def test_csv_with_bom_crlf_quotes_other_case_and_aliases(landing):
    text = (
        'ACCOUNT,"projectname",Day,Amount,Currency,Note,x_Team\r\n'
        'a,"p, ""q""",2026-01-01, 1.50 ,usd,"two\r\nlines",core\r\n'
        "\r\n"
        "NULL,,2026-01-02,2,USD, spaced ,\r\n"
    )
    landing.run("bill", landing.write("x.csv", b"\xef\xbb\xbf" + text.encode())).accepted()
    assert landing.rows("account, project, amount, note, _extra, _row_number") == [
        ("a", 'p, "q"', Decimal("1.5"), "two\r\nlines", '{"x_Team":"core"}', 1),
        (None, None, Decimal(2), " spaced ", None, 2),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(landing, delimiter):
    text = bill("a,p,2026-01-01,1.5,USD").replace(",", delimiter)
    landing.run("bill", landing.write("x.csv", text)).accepted()
    assert landing.rows("project, amount") == [("p", Decimal("1.5"))]


def test_gzip_is_the_same_content(landing):
    text = bill("a,p,2026-01-01,1.5,USD")
    landing.run("bill", landing.write("x.csv", gzip.compress(text.encode()))).accepted()
    assert "the same content was landed" in landing.run("bill", landing.write("y.csv", text)).out
    records = [{"request_id": f"r{i}", "startTime": "2026-01-01"} for i in (1, 2)]
    lines = "\n".join(json.dumps(record) for record in records)
    landing.run("log", landing.write("x.jsonl.gz", gzip.compress(lines.encode()))).accepted()
    assert landing.rows("request_id", "log") == [("r1",), ("r2",)]
    packed = gzip.compress(page((0, [result("p", 1)])).encode())
    landing.run("report", landing.write("x.json.gz", packed)).accepted()
    names = [r["files"][0]["name"] for r in landing.manifest()]
    assert names == ["x.csv", "x.jsonl.gz", "x.json.gz"]


def test_json_pages_keep_digits_objects_and_undeclared_keys(landing):
    text = page((0, [result("p", 1, details={"a": [1.50, None]}, new_key=2.0)]), (1, []))
    text = text.replace('"value": 1,', '"value": 0.895874000000000001, "tax": 1e-7,')
    landing.run("report", landing.write("x.json", text)).accepted()
    columns = "start_time, amount, details, _extra"
    ((start, amount, details, extra),) = landing.rows(columns, "report")
    assert start == datetime.datetime(2026, 1, 1)
    assert amount == Decimal("0.895874000000000001")
    assert details == '{"a":[1.5,null]}'
    assert extra == '{"amount":{"tax":1e-7},"new_key":2.0}'


@pytest.mark.parametrize("join", ["\n".join, lambda pages: f"[{', '.join(pages)}]", "".join])
def test_several_pages_in_one_file(landing, join):
    pages = [page((0, [result("p", "1.25")]), has_more=True), page((1, [result("p", 2)]))]
    said = landing.run("report", landing.write("x.json", join(pages))).accepted()
    assert said.err == ""
    assert total(landing.manifest()[0]) == Decimal("3.25")
    assert landing.rows("_row_number", "report") == [(1,), (2,)]


def test_a_page_that_is_not_the_last_is_noted(landing):
    path = landing.write("x.json", page((0, [result("p", 1)]), has_more=True))
    assert "note: the last page says has_more" in landing.run("report", path).accepted().err


def test_jsonl_reads_keys_by_name_and_path_with_all_their_digits(landing):
    lines = [
        '{"request_id": "r1", "starttime": "2026-01-01T10:00:00+02:00", '
        '"spend": 1234567.1234567890123456, "tokens": 10.0, "metadata": {"k": [1, "ä"]}, '
        '"usage": {"details": {"cached": 7}}}',
        "",
        '{"request_id": "r2", "startTime": "2026-01-01 10:00:00.5", "spend": "1e-7", '
        '"new": {"x": 1}, "usage": null}',
        '{"request_id": "r3", "startTime": "2026-01-01", "spend": 5E-9, "tokens": ""}',
    ]
    landing.run("log", landing.write("x.jsonl", "\n".join(lines))).accepted()
    assert landing.rows("request_id, startTime, spend, tokens, metadata, cached", "log") == [
        ("r1", datetime.datetime(2026, 1, 1, 8), Decimal("1234567.1234567890123456"), 10,
         '{"k":[1,"ä"]}', 7),
        ("r2", datetime.datetime(2026, 1, 1, 10, 0, 0, 500_000), Decimal("0.0000001"), None, None,
         None),
        ("r3", datetime.datetime(2026, 1, 1), Decimal("0.000000005"), None, None, None),
    ]  # fmt: skip
    extras = [json.loads(extra or "{}") for (extra,) in landing.rows("_extra", "log")]
    assert extras[1]["new"] == {"x": 1}
    assert "request_id" not in extras[0] and "metadata" not in extras[0]


def test_a_json_list_of_records_and_pages_of_the_same_feed(landing):
    records = [{"request_id": f"r{i}", "startTime": "2026-01-01", "data": "x"} for i in (1, 2)]
    landing.run("log", landing.write("x.json", json.dumps(records, indent=1))).accepted()
    pages = {"data": [{"request_id": "r3", "startTime": "2026-01-02", "tokens": 5}], "total": 1}
    landing.run("log", landing.write("y.json", json.dumps(pages))).accepted()
    assert landing.rows("request_id, tokens", "log") == [("r1", None), ("r2", None), ("r3", 5)]


def test_parquet_reads_fields_of_structs_by_path_and_keeps_the_others(landing):
    path = landing.folder / "x.parquet"
    duckdb.sql(
        "copy (select * from (values "
        "('r1', date '2026-01-01', {'Details': {'cached': 7, 'other': 1.5}, 'model': 'm'}, [1, 2]),"
        "('r2', date '2026-01-01', {'Details': null, 'model': null}, null), "
        "('r3', date '2026-01-01', null, [])"
        f") as t(request_id, startTime, \"usage\", more)) to '{path}' (format parquet)"
    )
    landing.run("log", path).accepted()
    assert landing.rows("request_id, cached, _extra", "log") == [
        ("r1", 7, '{"more":"[1,2]","usage.model":"m","usage.Details.other":"1.5"}'),
        ("r2", None, None),
        ("r3", None, '{"more":"[]"}'),
    ]


def test_parquet_of_other_types(landing):
    path = landing.folder / "x.parquet"
    duckdb.sql(
        f"""copy (
            select 'a' as account, 'p' as project, timestamptz '2026-01-01 01:00:00+01' as DAY,
                0.1::double as amount, 'USD' as currency, 10.0::double as quantity,
                {{'k': 1}} as note, true as is_final, '2026-01-31' as due, 5::tinyint as ratio,
                [1, 2] as more
        ) to '{path}'"""
    )
    landing.run("bill", path).accepted()
    assert landing.rows("day, amount, quantity, note, is_final, due, ratio, _extra") == [
        (datetime.datetime(2026, 1, 1), Decimal("0.1"), 10, '{"k":1}', True,
         datetime.date(2026, 1, 31), 5.0, '{"more":"[1,2]"}')
    ]  # fmt: skip


def test_set_fills_what_the_export_lacks(landing):
    text = bill("2026-01-01,1,a", "2026-01-02,2,", header="day,amount,account")
    path = landing.write("x.csv", text)
    landing.run("bill", path, "--set", "Currency=EUR", "--set", "account=a").accepted()
    assert landing.rows("account, currency") == [("a", "EUR"), ("a", "EUR")]
    assert landing.manifest()[0]["set"] == {"currency": "EUR", "account": "a"}


def test_quarantine_lands_the_others_with_their_numbers(landing):
    day = "a,p,2026-01-01"
    path = landing.write("x.csv", bill(f"{day},1,USD", f"{day},x,usd", day, f"{day},4,USD"))
    said = landing.run("bill", path, "--quarantine-bad-rows").accepted().out
    assert ", 2 rows quarantined, " in said
    assert landing.rows("amount, _row_number") == [(Decimal(1), 1), (Decimal(4), 3)]
    assert landing.manifest()[0]["rows_quarantined"] == 2
    ragged, bad = landing.quarantined()
    assert (ragged["line"], ragged["record"]) == (4, "a,p,2026-01-01")
    assert bad["reasons"] == [
        {"column": "amount", "value": "x", "problem": "'x' is not a decimal(38,18)"}
    ]
    assert bad["record"]["amount"] == "x"


def test_rows_that_are_all_bad_are_no_delivery(landing):
    path = landing.write("x.csv", bill("a,p,2026-01-01,x,USD"))
    error = landing.refused("bill", path, "--quarantine-bad-rows")
    assert error == "x.csv: all 1 rows are bad: correct the export"


def test_several_files_are_one_delivery_numbered_through(landing):
    paths = [
        landing.write(f"{name}.csv", bill(*[f"a,p,2026-01-0{d},{d},USD" for d in days]))
        for name, days in (("b", (3, 4)), ("a", (1, 2)))
    ]
    landing.run("bill", *paths).accepted()
    assert landing.rows("amount, _source_file, _row_number") == [
        (3, "b.csv", 1), (4, "b.csv", 2), (1, "a.csv", 3), (2, "a.csv", 4)
    ]  # fmt: skip
    assert "nothing to do" in landing.run("bill", *reversed(paths)).accepted().out


def test_rows_keep_their_order_in_a_long_file(landing):
    path = landing.folder / "x.jsonl"
    duckdb.sql(
        f"""copy (
            select 'r' || i as request_id, '2026-01-01T00:00:00Z' as "startTime", i as tokens
            from range(400000) as t(i)
        ) to '{path}' (format json)"""
    )
    landing.run("log", path).accepted()
    ((count, is_in_order),) = duckdb.sql(
        "select count(*), bool_and(tokens = _row_number - 1) "
        f"from '{landing.raw}/shop/log/*/*.parquet'"
    ).fetchall()
    assert (count, is_in_order) == (400_000, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01", "2026-01-01 00:00:00"),
        ("2026-01-01T12:30", "2026-01-01 12:30:00"),
        ("2026-01-01 12:30:15.25", "2026-01-01 12:30:15.250000"),
        ("2026-01-01T00:00:00Z", "2026-01-01 00:00:00"),
        ("2026-01-01T00:00:00+02:00", "2025-12-31 22:00:00"),
        ("2026-01-01 00:00:00-0530", "2026-01-01 05:30:00"),
        ("2026-01-01 00:00:00 UTC", "2026-01-01 00:00:00"),
        ("2026-01-01t00:00:00z", "2026-01-01 00:00:00"),
    ],
)
def test_zone_offsets_are_honoured(landing, text, expected):
    landing.run("bill", landing.write("x.csv", bill(f"a,p,{text},1,USD"))).accepted()
    assert str(landing.rows("day")[0][0]) == expected


def test_unix_seconds_in_csv(landing):
    text = f"start_time,amount,currency,project_id\n{JAN_1 + DAY},1.5,usd,p\n{JAN_1},,,\n"
    landing.run("report", landing.write("x.csv", text)).accepted()
    assert [str(day) for (day,) in landing.rows("start_time", "report")] == [
        "2026-01-02 00:00:00", "2026-01-01 00:00:00",
    ]  # fmt: skip


def test_format_version_is_the_highest_whose_columns_are_there(landing):
    for number, more in enumerate(["", ",note", ",note,quantity"]):
        row = f"a,p,2026-01-0{number + 1},1,USD" + ("", ",n", ",n,1")[number]
        landing.run("bill", landing.write("x.csv", bill(row, header=HEADER + more))).accepted()
    assert [r["format_version"] for r in landing.manifest()] == ["1.0", "1.2", "1.10"]


decimals = st.decimals(
    min_value=Decimal("-99999999999999999999"),
    max_value=Decimal("99999999999999999999"),
    allow_nan=False,
    places=18,
)
cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=20)


amounts = st.decimals(min_value=-(10**17), max_value=10**17, allow_nan=False, places=18)
rows = st.tuples(amounts, cells, st.integers(-(2**63), 2**63 - 1))


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(rows, min_size=1, max_size=30))
def test_any_csv_value_comes_back(landing, values):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["day", "amount", "currency", "note", "quantity", "account"])
    for amount, note, quantity in values:
        writer.writerow(["2026-01-01", f"{amount:f}", "USD", note, quantity, "x"])
    before = len(landing.manifest())
    landing.run("bill", landing.write("x.csv", out.getvalue()), "--again").accepted()
    record = landing.manifest()[before]
    target = landing.raw / record["paths"][0]
    landed = duckdb.sql(
        f"select amount, note, quantity from '{target}' order by _row_number"
    ).fetchall()
    assert landed == [(a, None if n in ("", "NULL") else n, q) for a, n, q in values]
    with localcontext(prec=60):
        assert total(record) == sum(amount for amount, _, _ in values)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        decimals.map(lambda d: f"{d:f}"),
        decimals.map(lambda d: f"{d:e}"),
        st.from_regex(r"[+-]?[0-9]{1,5}(\.[0-9]{0,5})?([eE][+-]?[0-9]{1,2})?", fullmatch=True),
    )
)
def test_a_number_is_cast_as_python_reads_it(text):
    number = Decimal(text)
    typed = casting.typed(sql.literal(text), "decimal(38,18)")
    ((cast,),) = duckdb.sql(f"select {typed}").fetchall()
    digits = len(str(abs(int("".join(map(str, number.as_tuple().digits))))).rstrip("0"))
    with localcontext(prec=400):
        is_lost = number != number.quantize(Decimal("1e-18"))
    ((is_rounded,),) = duckdb.sql(
        f"select {casting.is_rounded(sql.literal(text), 'decimal(38,18)')}"
    ).fetchall()
    assert is_rounded == is_lost
    is_noise = digits <= 17 and abs(number) >= Decimal("5e-19")
    if abs(number) >= Decimal(10) ** 20 or (is_lost and not is_noise):
        assert cast is None
    else:
        assert abs(cast - number) <= (Decimal("5e-19") if is_lost else 0)
    whole = casting.typed(sql.literal(text), "bigint")
    ((cast,),) = duckdb.sql(f"select {whole}").fetchall()
    assert cast is None or cast == number


json_values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
)


@given(json_values)
def test_exact_json_is_json(value):
    text = json.dumps(value)
    assert json.loads(exact_json.dumps(exact_json.DECODER.decode(text))) == json.loads(text)


def test_exact_json_keeps_the_digits():
    text = '{"a":0.8958740000000000,"b":[1e-7,10.0],"c":"ä\\n"}'
    assert exact_json.dumps(exact_json.DECODER.decode(text)) == text


@pytest.mark.parametrize(
    ("shown", "exact"),
    [
        ("$10,100.00 ", "10100"),
        ("$20.00", "20"),
        ("-$1.5", "-1.5"),
        ("1,234,567.891", "1234567.891"),
    ],
)
def test_money_as_a_spreadsheet_shows_it_is_read_where_it_has_one_reading(landing, shown, exact):
    text = f'account,day,amount,currency\na,2026-01-03,"{shown}",USD\n'
    landing.run("bill", landing.write("x.csv", text)).accepted()
    assert landing.rows("amount") == [(Decimal(exact),)]


@pytest.mark.parametrize("shown", ["1,234", "$1.234", "$1,23.4", "1.234,50", "€5.00"])
def test_money_that_can_be_read_in_two_ways_is_refused(landing, shown):
    text = f'account,day,amount,currency\na,2026-01-03,"{shown}",USD\n'
    error = landing.refused("bill", landing.write("x.csv", text))
    assert error.startswith(f"x.csv: row 1 (line 2), column amount: '{shown}' is not a decimal")


@pytest.mark.parametrize("name", ["x[1].csv", "x?.csv", "x*.csv"])
def test_a_file_name_is_no_pattern(landing, name):
    landing.write("x1.csv", bill("b,p,2026-01-01,100,USD"))
    landing.run("bill", landing.write(name, bill("a,p,2026-01-01,7,USD"))).accepted()
    assert landing.rows("account, amount") == [("a", Decimal(7))]


def test_a_folder_name_is_no_column(landing):
    (landing.folder / "account=z").mkdir()
    path = landing.folder / "account=z/x.parquet"
    duckdb.sql(
        "copy (select 'a' as account, timestamp '2026-01-01' as day, 1.5 as amount, "
        f"'USD' as currency) to '{path}'"
    )
    landing.run("bill", path).accepted()
    landing.run("bill", path, "--in-place", "--again").accepted()
    assert landing.rows("account") == [("a",)]
    assert [scope[0] for scope in landing.scopes()] == ["a", "a"]
    (landing.folder / "project=q").mkdir()
    path = path.rename(landing.folder / "project=q/x.parquet")
    words = "the column project stands in the name of the folder only (project=q)"
    assert words in landing.refused("bill", path, "--in-place")
    assert words in landing.refused("bill", path, "--again")
    landing.run("bill", path, "--set", "project=q", "--replace-days").accepted()


def test_an_export_may_be_a_day_ahead_of_its_landing(landing):
    path = landing.write("x.csv", bill("a,p,2026-01-01,1,USD"))
    options = ["--exported-at", "2026-02-01T08:00:00", "--landed-at", "2026-01-31T23:00:00"]
    landing.run("bill", path, *options).accepted()


@pytest.mark.parametrize(
    ("table", "text", "is_noted"),
    [
        ("bill", bill("a,p,2026-01-01,1,USD"), False),
        ("bill", bill("a,p,2026-01-01,1,USD").rstrip(), True),
        ("log", '{"request_id": "r1", "startTime": "2026-01-01"}', True),
        ("log", '[{"request_id": "r1", "startTime": "2026-01-01"}]', False),
        ("report", page((0, [result("p", 1)])), False),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_last_line_without_an_end_is_noted(landing, table, text, is_noted, packed):
    content = gzip.compress(text.encode()) if packed else text
    noted = landing.run(table, landing.write("x.txt", content)).accepted().err
    assert ("note: x.txt: the last line has no line end" in noted) == is_noted


def test_rows_that_two_files_of_a_bill_share_are_noted(landing):
    first = landing.write("a.csv", bill(*["a,p,2026-01-01,1,USD"] * 2, "a,p,2026-01-02,2,USD"))
    second = landing.write("b.csv", bill("a,p,2026-01-03,3,USD", "a,p,2026-01-02,2,USD"))
    third = landing.write("c.csv", bill("a,p,2026-01-04,4,USD"))
    noted = landing.run("bill", first, second, third).accepted().err
    assert noted == (
        "note: 1 rows stand exactly so in another file of this delivery too (such as b.csv and "
        "a.csv) and all count: if the files overlap, land them one after the other\n"
    )
    log = '{"request_id": "r1", "startTime": "2026-01-01"}\n'
    more = '{"request_id": "r2", "startTime": "2026-01-01"}\n'
    files = landing.write("a.jsonl", log), landing.write("b.jsonl", log + more)
    assert landing.run("log", *files).accepted().err == ""


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_the_noise_of_floats_is_rounded_with_a_note(landing, name):
    path = landing.write(
        "x.csv", bill("a,p,2026-01-01,1,USD", "a,p,2026-01-02,4.1400000000000003e-05,USD")
    )
    if name == "x.parquet":
        duckdb.sql(
            f"copy (select * replace (cast(amount as double) as amount) from '{path}') "
            f"to '{landing.folder / name}'"
        )
    noted = landing.run("bill", landing.folder / name).accepted().err
    assert noted == (
        "note: 1 rows have numbers with more than the 18 decimals that are kept and were rounded, "
        f"the first in {name}, row 2, column amount\n"
    )
    assert landing.rows("amount") == [(1,), (Decimal("0.000041400000000000"),)]


def test_jsonl_numbers_keep_every_digit_at_their_own_place(landing):
    number = "1.000000000000000001"
    rows = [
        f'"request_id": "a", "spend": {number}',
        '"request_id": "b", "tokens": 9007199254740993.0',
        f'"request_id": "c", "spend": {number}, "x": {{"spend": 2.5}}',
        f'"request_id": "d", "x": {{"spend": 2.5}}, "spend": {number}',
        f'"request_id": "e", "spend": "{number}", "x": {{"spend": 1.0}}',
        f'"request_id": "f", "spend": 1.0, "x": {{"spend": "{number}"}}',
        '"request_id": 12345678901234567890123, "spend": -7.50',
        '"request_id": 1.0000000000000000001',
    ]
    lines = [f'{{"startTime": "2026-01-01", {row}}}' for row in rows]
    landing.run("log", landing.write("x.jsonl", "\n".join(lines) + "\n")).accepted()
    exact = Decimal(number)
    assert landing.rows("request_id, spend, tokens", "log") == [
        ("a", exact, None), ("b", None, 9007199254740993), ("c", exact, None), ("d", exact, None),
        ("e", exact, None), ("f", 1, None), ("12345678901234567890123", Decimal("-7.5"), None),
        ("1.0000000000000000001", None, None),
    ]  # fmt: skip
