"""Every export that cannot be trusted is refused with one line, and nothing is left behind."""

import datetime
import gzip
import json
import os

import duckdb
import pyarrow
import pyarrow.parquet
import pytest
from landing import delivery
from landing_support import Landing, bill, page, result


@pytest.fixture
def landing(tmp_path, monkeypatch, capsys):
    landing = Landing(tmp_path, monkeypatch, capsys)
    landing.run("bill", landing.write("first.csv", bill("a,p,2025-12-31,1,USD"))).accepted()
    return landing


GOOD = [f"a,p,2026-01-0{day},{day}.5,USD" for day in range(1, 9)]


def with_row_7(row: str) -> str:
    return bill(*GOOD[:6], row, *GOOD[7:])


@pytest.mark.parametrize(
    ("column", "row", "words"),
    [
        ("amount", "a,p,2026-01-07,abc,USD", "'abc' is not a decimal(38,18)"),
        ("amount", 'a,p,2026-01-07,"1,5",USD', "'1,5' is not a decimal(38,18)"),
        ("amount", 'a,p,2026-01-07,"1,000",USD', "'1,000' is not a decimal(38,18)"),
        ("amount", "a,p,2026-01-07,$5,USD", "'$5' is not a decimal(38,18)"),
        ("amount", "a,p,2026-01-07,NaN,USD", "'NaN' is not a decimal(38,18)"),
        ("amount", "a,p,2026-01-07,inf,USD", "'inf' is not a decimal(38,18)"),
        ("amount", "a,p,2026-01-07,1_000,USD", "'1_000' is not a decimal(38,18)"),
        ("amount", "a,p,2026-01-07,123456789012345678901,USD", "is not a decimal(38,18)"),
        ("amount", "a,p,2026-01-07,,USD", "is empty, but every row must have a value"),
        ("day", "a,p,,7,USD", "is empty, but every row must have a value"),
        ("day", "a,p,2026-02-30,7,USD", "'2026-02-30' is not a timestamp"),
        ("day", "a,p,0000-01-01,7,USD", "'0000-01-01' is not a timestamp"),
        ("day", "a,p,9999-12-31T23:00:00-05:00,7,USD", "-05:00' is not a timestamp"),
        ("day", "a,p,2026-01-07T00:00:00+99:99,7,USD", "+99:99' is not a timestamp"),
        ("day", "a,p,20260107,7,USD", "'20260107' is not a timestamp"),
        ("currency", "a,p,2026-01-07,7,EURO", "'EURO' is not an ISO 4217 currency code"),
    ],
)
def test_a_bad_value_names_file_row_line_and_column(landing, column, row, words):
    error = landing.refused("bill", landing.write("jan.csv", with_row_7(row)))
    assert error.startswith(f"jan.csv: row 7 (line 8), column {column}: ")
    assert words in error
    assert error.endswith("correct the export, or land the other rows with --quarantine-bad-rows")
    (bad,) = landing.quarantined()
    assert (bad["file"], bad["row"]) == ("jan.csv", 7)
    assert bad["reasons"][0]["column"] == column
    assert bad["record"]["account"] == "a"


def test_money_without_a_currency(landing):
    error = landing.refused("bill", landing.write("x.csv", bill(GOOD[0], "a,p,2026-01-02,7,")))
    assert error.startswith(
        "x.csv: row 2 (line 3), column amount: is given, but its currency (currency) is empty"
    )
    text = page((0, [{"amount": {"value": 5}}]))
    assert "column amount: is given, but" in landing.refused(
        "report", landing.write("x.json", text)
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("quantity", "1.5"),
        ("quantity", "9223372036854775808"),
        ("quantity", "1.5e0"),
        ("quantity", "ten"),
        ("ratio", "nan"),
        ("ratio", "1e999"),
        ("is_final", "yes"),
        ("due", "2026-01-07T10:00:00Z"),
        ("due", "2026-1-7"),
    ],
)
def test_other_types_are_as_strict(landing, column, value):
    header = f"day,amount,currency,{column}"
    text = bill(f"2026-01-01,1,USD,{value}", header=header)
    error = landing.refused("bill", landing.write("x.csv", text))
    assert f"x.csv: row 1 (line 2), column {column}: '{value}' is not" in error


def test_the_line_is_right_after_a_field_with_a_line_break(landing):
    text = bill('"a\nb",p,2026-01-01,1,USD', "", "a,p,2026-01-02,x,USD")
    error = landing.refused("bill", landing.write("jan.csv", text))
    assert error.startswith("jan.csv: row 2 (line 5), column amount: ")


def test_many_bad_rows_are_one_line_and_all_in_quarantine(landing):
    text = bill(*[f"a,p,2026-01-01,x{i},USD" for i in range(50)])
    error = landing.refused("bill", landing.write("jan.csv", text))
    assert "(49 more bad rows, all in _quarantine/shop/bill/" in error
    assert len(landing.quarantined()) == 50


def test_the_row_counts_within_its_own_file(landing):
    first = landing.write("a.csv", bill(*GOOD))
    second = landing.write("b.csv", bill("a,p,2026-01-09,1,USD", "a,p,2026-01-09,?,USD"))
    error = landing.refused("bill", first, second)
    assert error.startswith("b.csv: row 2 (line 3), column amount: '?'")


def test_unknown_source_or_table_lists_the_known_ones(landing):
    path = landing.write("x.csv", bill(*GOOD))
    error = landing.refused("bills", path)
    assert error.startswith("shop.bills: no such source and table; known are: shop.bill, ")


def test_a_missing_required_column_is_named_with_its_mend(landing):
    error = landing.refused("bill", landing.write("x.csv", "day,currency\n2026-01-01,USD\n"))
    assert error.startswith("x.csv: required column is missing: amount (the export has: day, curr")
    assert error.endswith("(the export has: day, currency): export it")
    error = landing.refused("bill", landing.write("x.csv", "day,amount\n2026-01-01,1\n"))
    assert error.endswith(": export it, or give a constant with --set currency=VALUE")


@pytest.mark.parametrize("content", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file(landing, content):
    error = landing.refused("bill", landing.write("x.csv", content))
    assert error == "x.csv: the file is empty: export it again"


def test_a_header_alone(landing):
    error = landing.refused("bill", landing.write("x.csv", bill()))
    assert error == "x.csv: has no rows: nothing to land, check the export"


def test_a_folder_and_a_missing_file(landing):
    assert "is a folder: name the files in it" in landing.refused("bill", landing.folder)
    assert "no such file" in landing.refused("bill", landing.folder / "nope.csv")


def test_no_permission_to_read(landing, monkeypatch):
    path = landing.write("x.csv", bill(*GOOD))
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything
        original = type(path).open

        def deny(self, *arguments, **keywords):
            if self == path:
                raise PermissionError(13, "Permission denied")
            return original(self, *arguments, **keywords)

        monkeypatch.setattr(type(path), "open", deny)
    assert landing.refused("bill", path).endswith("x.csv: cannot be read: Permission denied")


def test_a_raw_folder_that_cannot_be_made(landing, monkeypatch, tmp_path):
    path = landing.write("x.csv", bill(*GOOD))
    (tmp_path / "disk").write_text("not a folder")
    monkeypatch.setenv("RAW_ROOT", str(tmp_path / "disk/raw"))
    error = landing.run("bill", path).error
    assert "disk/raw: the raw folder cannot be written" in error


@pytest.mark.parametrize("keep", [0.5, 0.95])
def test_a_gzip_cut_short(landing, keep):
    rows = [f"a,p,2026-01-01,{i * 7919 % 1000},USD" for i in range(5000)]
    packed = gzip.compress(bill(*rows).encode())
    error = landing.refused("bill", landing.write("x.csv.gz", packed[: int(len(packed) * keep)]))
    assert error.startswith("x.csv.gz: the gzip file is cut short or damaged")


def test_text_that_is_not_utf_8(landing):
    text = bill("münchen,p,2026-01-01,1,EUR").encode("latin-1")
    assert "x.csv: the text is not UTF-8" in landing.refused("bill", landing.write("x.csv", text))
    text = bill("a,p,2026-01-01,1,EUR").encode("utf-16")
    assert "x.csv: the text is not UTF-8" in landing.refused("bill", landing.write("x.csv", text))


def test_a_zip_archive(landing):
    error = landing.refused("bill", landing.write("x.zip", b"PK\x03\x04rest"))
    assert "is a zip archive: unpack it" in error


def test_ragged_rows(landing):
    short = landing.write("short.csv", bill(GOOD[0], "a,p,2026-01-02"))
    assert landing.refused("bill", short).startswith(
        "short.csv: line 3: has 3 fields where the header has 5"
    )
    long = landing.write("long.csv", bill(GOOD[0], GOOD[1] + ",x"))
    assert landing.refused("bill", long).startswith("long.csv: line 3: has 6 fields")


def test_a_quote_that_is_never_closed(landing):
    error = landing.refused("bill", landing.write("x.csv", bill(GOOD[0], 'a,"p,2026-01-02,1,USD')))
    assert "x.csv: line 3: a quoted field is never closed" in error


def test_duplicate_headers(landing):
    text = bill("a,p,2026-01-01,1,USD,2", header="account,project,day,amount,currency,Amount")
    error = landing.refused("bill", landing.write("x.csv", text))
    assert "x.csv: the header has the column 'amount' twice" in error
    text = bill("a,p,q,2026-01-01,1,USD", header="account,project,ProjectName,day,amount,currency")
    error = landing.refused("bill", landing.write("x.csv", text))
    assert "the columns 'project' and 'ProjectName' both mean project: keep one" in error


def test_json_cut_short_or_of_another_table(landing):
    text = page((0, [result("p", 1)]))
    error = landing.refused("report", landing.write("x.json", text[:-20]))
    assert error.startswith("x.json: line 1: the text is ")
    error = landing.refused("report", landing.write("x.json", '{"rows": []}'))
    assert "x.json, page 1: has no 'data': is it an export of this table?" in error
    error = landing.refused("report", landing.write("x.json", '{"data": [1]}'))
    assert "x.json, page 1: found 1 where an object should be" in error


def test_a_broken_line_of_jsonl(landing):
    good = '{"request_id": "r1", "startTime": "2026-01-01T00:00:00Z", "spend": 1}\n'
    error = landing.refused("log", landing.write("x.jsonl", good * 3 + good[:30]))
    assert error.startswith("x.jsonl: row 4 (line 4): is not a whole JSON object")
    error = landing.refused("log", landing.write("x.jsonl", good + "\n[1]\n" + good))
    assert error.startswith("x.jsonl: row 2 (line 3): is not a whole JSON object")


def test_a_bad_value_in_json_pages(landing):
    text = page((0, [result("p", 1), result("q", "1,5")]))
    error = landing.refused("report", landing.write("x.json", text))
    assert error.startswith("x.json: row 2, column amount: '1,5' is not a decimal(38,18): ")
    text = page((0, [result("p", float("nan"))]))
    error = landing.refused("report", landing.write("x.json", text))
    assert "column amount: 'NaN' is not" in error


def test_unix_time_in_another_unit(landing):
    text = page((0, [result("p", 1)])).replace("1767225600", "1767225600000")
    error = landing.refused("report", landing.write("x.json", text))
    assert "column start_time: '1767225600000' is not a time in unix seconds" in error


def test_a_format_that_the_feed_does_not_take(landing):
    path = landing.folder / "x.parquet"
    duckdb.sql(f"copy (select 1 as a) to '{path}'")
    error = landing.refused("report", path)
    assert error.startswith("x.parquet: looks like parquet, but shop.report is exported as json_pa")


def test_a_damaged_parquet(landing):
    error = landing.refused("bill", landing.write("x.parquet", b"PAR1" + b"\0" * 100))
    assert error.startswith("x.parquet: not a readable Parquet file (")


def test_the_same_file_twice_in_one_delivery(landing):
    text = bill(*GOOD)
    first, second = landing.write("a.csv", text), landing.write("b.csv", text)
    assert "b.csv: has the same content as a.csv: give it once" in landing.refused(
        "bill", first, second
    )


def test_overlapping_pages_would_count_twice(landing):
    first = landing.write("a.json", page((0, [result("p", 1)]), (1, [result("p", 2)])))
    second = landing.write("b.json", page((1, [result("p", 3)]), (2, [result("p", 4)])))
    error = landing.refused("report", first, second)
    assert error.startswith("b.json, page 1: repeats rows of a.json, page 1 (time 1767312000)")


def test_an_expectation_that_fails(landing):
    text = bill("a,p,2026-01-01,1,USD,gift", header="account,project,day,amount,currency,kind")
    error = landing.refused("bill", landing.write("x.csv", text))
    assert error.startswith(
        "x.csv: column kind: expect_column_values_to_be_in_set failed, 1 values do not fit, "
        "such as 'gift'"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", "colour=red"], "--set colour=red: shop.bill has no such column; it has: acc"),
        (["--set", "amount"], "--set amount: say --set COLUMN=VALUE"),
        (["--set", "quantity=many"], "--set quantity=many: 'many' is not a whole number"),
        (["--set", "currency=XYZ"], "--set currency=XYZ: 'XYZ' is not an ISO 4217 currency code"),
        (["--set", "currency=EUR"], "row 1 (line 2), column currency: 'USD' contradicts --set"),
        (["--set", "currency=EUR", "--quarantine-bad-rows"], "contradicts --set currency=EUR"),
        (["--exported-at", "9999-01-01"], "is later than its landing"),
        (["--exported-at", "2026-02-03", "--landed-at", "2026-02-01"], "would count before every"),
        (["--exported-at", "yesterday"], "--exported-at yesterday: is not ISO 8601"),
        (["--in-place"], "x.csv: not a readable Parquet file"),
    ],
)
def test_options_that_cannot_be_meant(landing, options, words):
    assert words in landing.refused("bill", landing.write("x.csv", bill(*GOOD)), *options)


def test_a_damaged_manifest_is_not_written_over(landing):
    manifest = landing.raw / "_deliveries.jsonl"
    manifest.write_text(manifest.read_text() + '{"half')
    error = landing.refused("bill", landing.write("x.csv", bill(*GOOD)))
    assert "_deliveries.jsonl: line 2 is damaged" in error


@pytest.mark.parametrize(
    "change",
    [{"scopes_path": None}, {"exported_at": 5}, {"delivery_id": ""}, {"landed_at": None}],
)
def test_a_manifest_edited_by_hand(landing, change):
    manifest = landing.raw / "_deliveries.jsonl"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | change) + "\n")
    error = landing.refused("bill", landing.write("x.csv", bill(*GOOD)))
    assert "_deliveries.jsonl: line 1 is damaged" in error


def test_a_manifest_with_a_delivery_twice_or_other_bytes(landing):
    manifest = landing.raw / "_deliveries.jsonl"
    good = manifest.read_bytes()
    path = landing.write("x.csv", bill(*GOOD))
    manifest.write_bytes(good + good)
    assert "_deliveries.jsonl: line 2 repeats an earlier" in landing.refused("bill", path)
    manifest.write_bytes(good + b"\xff\n")
    assert "_deliveries.jsonl: line 2 is damaged" in landing.refused("bill", path)


def test_a_disk_that_fills_up_leaves_nothing(landing, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("landing.store.os.fsync", full)
    error = landing.refused("bill", landing.write("x.csv", bill(*GOOD)))
    assert error == "No space left on device: nothing was landed"
    assert not (landing.raw / ".incoming").exists()


def test_a_raw_folder_that_would_be_a_pattern(landing, monkeypatch, tmp_path):
    monkeypatch.setenv("RAW_ROOT", str(tmp_path / "raw[1]"))
    error = landing.run("bill", landing.write("x.csv", bill(*GOOD))).error
    assert "raw[1]: a raw folder with * ? [ in its path is a pattern" in error
    assert not (tmp_path / "raw[1]").exists()


LINE = '{"request_id": "r1", "startTime": "2026-01-01"}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"[{LINE},", "the JSON list ends with ',' instead of ']', the file may be cut short"),
        (f"[{LINE}", "the JSON list ends with '}' instead of ']'"),
        (LINE + " x\n", "no line of it is a whole JSON object"),
        (LINE.replace("}", ', "tokens": ' + "9" * 5000 + "}"), "column tokens: '999"),
        (LINE.replace("r1", "r\\ud800"), "no line of it is a whole JSON object"),
    ],
)
def test_json_lines_that_are_not_whole(landing, text, words):
    assert words in landing.refused("log", landing.write("x.json", text))


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ("[" * 99_999 + "]" * 99_999, "x.json: lists or objects are nested too deeply"),
        ('"\\ud800"', "x.json: a text holds half a character ("),
    ],
)
def test_pages_with_values_that_nothing_can_hold(landing, details, words):
    text = page((0, [result("p", 1, details=0)])).replace('"details": 0', f'"details": {details}')
    assert words in landing.refused("report", landing.write("x.json", text))


def test_an_empty_bucket_without_a_time_that_can_be_read(landing):
    text = page((0, [result("p", 1)]), (1, [])).replace("1767312000", '"soon"')
    error = landing.refused("report", landing.write("x.json", text))
    assert error.startswith("an empty bucket's start_time: 'soon' is not a time in unix seconds")


def test_a_bad_value_with_control_characters(landing):
    text = bill("a,p,2026-01-01,1\x1e2\x1f3,USD")
    assert "column amount: '1 2 3' is not" in landing.refused("bill", landing.write("x.csv", text))


def test_line_ends_that_are_mixed(landing):
    text = bill(*GOOD).replace("\n", "\r\n", 1)
    assert "x.csv: line ends are mixed" in landing.refused("bill", landing.write("x.csv", text))


def test_a_line_that_is_too_long(landing):
    text = bill("a" * 3_000_000 + ",p,2026-01-01,1,USD")
    error = landing.refused("bill", landing.write("x.csv", text))
    assert error.startswith("x.csv: line 2: the line is longer than 2,000,000 bytes")


def test_a_pipe(landing):
    path = landing.folder / "pipe"
    os.mkfifo(path)
    assert "pipe: is a pipe or a device" in landing.refused("bill", path)


def test_names_that_are_not_utf_8(landing):
    path = landing.write(os.fsdecode(b"\xff.csv"), bill(*GOOD))
    assert "\\udcff.csv: is not UTF-8" in landing.refused("bill", path)
    path = landing.write("x.csv", bill(*GOOD))
    assert "\\udcff: is not UTF-8" in landing.refused("bill", path, "--set", "note=\udcff")


def test_a_parquet_file_with_a_column_twice(landing):
    path = landing.folder / "x.parquet"
    values = {"more": [{"a": [1]}], "day": [datetime.datetime(2026, 1, 1)], "currency": ["USD"]}
    names = [*values, "amount", "Amount"]
    pyarrow.parquet.write_table(pyarrow.table([*values.values(), [1], [2]], names), path)
    for options in ([], ["--in-place"]):
        error = landing.refused("bill", path, *options)
        assert "x.parquet: the header has the column 'amount' twice" in error


def test_a_file_that_grows_while_it_is_read(landing, monkeypatch):
    path = landing.write("x.csv", bill(*GOOD))
    original = delivery.read_files

    def read(*arguments):
        with path.open("a") as out:
            out.write("a,p,2026-01-09,1,USD\n")
        return original(*arguments)

    monkeypatch.setattr(delivery, "read_files", read)
    assert "x.csv: was written to while it was read" in landing.refused("bill", path)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_an_export_time_outside_the_calendar(landing, moment):
    path = landing.write("x.csv", bill(*GOOD))
    assert "is not ISO 8601" in landing.refused("bill", path, "--exported-at", moment)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('"spend": 1, "spend": 2', "row 2: an object has the keys 'spend' and 'spend': keep one"),
        ('"spend": 1, "Spend": 2', "row 2: an object has the keys 'spend' and 'Spend': keep one"),
        (
            '"usage": {"details": {"cached": 1, "cached": 2}}',
            "row 2: an object has the keys 'cached' and 'cached': keep one",
        ),
    ],
)
def test_json_lines_with_a_key_twice(landing, keys, words):
    rows = '{"request_id": "r1", "startTime": "2026-01-01"}\n'
    rows += f'{{"request_id": "r2", "startTime": "2026-01-01", {keys}}}\n'
    assert words in landing.refused("log", landing.write("x.jsonl", rows))


def test_json_lines_with_other_keys_in_two_cases(landing):
    row = '{"request_id": "r", "startTime": "2026-01-01", "E": 1, "e": 2, "x": {"a": 1, "A": 2}}'
    landing.run("log", landing.write("x.jsonl", row + "\n")).accepted()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('"spend": 1, "spend": 2', "x.json: an object has the key 'spend' twice: keep one"),
        ('"spend": 1, "Spend": 2', "page 1: an object has the keys 'spend' and 'Spend', which"),
        ('"more": [{"a": 1, "a": 2}]', "x.json: an object has the key 'a' twice: keep one"),
    ],
)
def test_pages_with_a_key_twice(landing, keys, words):
    row = f'{{"request_id": "r1", "startTime": "2026-01-01", {keys}}}'
    text = f'{{"data": [{row}], "Data": 1, "more": {{"b": 1, "B": 2}}}}'
    assert words in landing.refused("log", landing.write("x.json", text))


def test_pages_with_other_keys_in_two_cases(landing):
    row = '{"request_id": "r1", "startTime": "2026-01-01", "Env": 1, "env": 2}'
    landing.run("log", landing.write("x.json", f'{{"data": [{row}]}}')).accepted()


@pytest.mark.parametrize("amount", ["0.1234567890123456789", "12.345678901234567891e-1", "1e-19"])
def test_decimals_that_would_be_lost(landing, amount):
    error = landing.refused("bill", landing.write("x.csv", bill(f"a,p,2026-01-01,{amount},USD")))
    words = f"row 1 (line 2), column amount: '{amount}' has more than the 18 decimals that are kept"
    assert words in error


def test_zeros_behind_the_last_decimal_are_no_loss(landing):
    rows = [f"a,p,2026-01-01,{text},USD" for text in ("0.0000000600000000000000000", "0e-30")]
    assert landing.run("bill", landing.write("x.csv", bill(*rows))).accepted().err == ""


def test_json_lines_with_two_numbers_that_only_their_last_digits_tell_apart(landing):
    row = '{"request_id": "r1", "startTime": "2026-01-01", "spend": 1.000000000000000001, '
    row += '"x": {"spend": 1.000000000000000002}}\n'
    error = landing.refused("log", landing.write("x.jsonl", row))
    assert "row 1 (line 1), column spend: '1.000000000000000001 or 1.000000000000000002'" in error
