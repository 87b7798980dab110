"""Deliveries as a whole: once only, side by side, in place, by the folder, reported."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import land_folder
import pytest
from landing import in_place
from landing.store import RawStore
from landing_support import Landing, bill, page, result

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/land_export.py"


@pytest.fixture
def landing(tmp_path, monkeypatch, capsys):
    return Landing(tmp_path, monkeypatch, capsys)


def test_the_same_content_twice_is_landed_once(landing):
    text = bill("a,p,2026-01-01,1,USD")
    landing.run("bill", landing.write("x.csv", text)).accepted()
    before = landing.snapshot()
    said = landing.run("bill", landing.write("renamed.csv", text)).accepted().out
    assert said.startswith("shop.bill: the same content was landed on ")
    assert landing.manifest()[0]["delivery_id"] in said
    assert landing.snapshot() == before


def test_again_and_other_constants_are_other_deliveries(landing):
    path = landing.write("x.csv", bill("2026-01-01,1,USD", header="day,amount,currency"))
    for options in ([], ["--again"], ["--again"], ["--set", "account=a"], ["--set", "account=b"]):
        assert "delivery" in landing.run("bill", path, *options).accepted().out
    identities = [record["delivery_id"] for record in landing.manifest()]
    assert len(set(identities)) == 5
    assert all(len(identity) == 16 for identity in identities)
    assert len({record["content_sha256"] for record in landing.manifest()}) == 1


def test_deliveries_are_ordered_as_they_were_landed(landing):
    for number in range(3):
        path = landing.write("x.csv", bill(f"a,p,2026-01-01,{number},USD"))
        landing.run("bill", path).accepted()
    times = [record["exported_at"] for record in landing.manifest()]
    assert times == sorted(times) and len(set(times)) == 3


def start(landing, *arguments):
    command = [sys.executable, str(SCRIPT), "shop", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_landings_side_by_side_are_all_recorded(landing):
    paths = [
        landing.write(f"{n}.csv", bill(*[f"a{n},p,2026-01-01,{i},USD" for i in range(100)]))
        for n in range(2)
    ]
    processes = [start(landing, "bill", path) for path in [*paths, paths[0]]]
    said = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 3, said
    assert [errors for _, errors in said] == [""] * 3
    names = sorted(record["files"][0]["name"] for record in landing.manifest())
    assert names == ["0.csv", "1.csv"]
    assert len(landing.rows("amount")) == 200
    assert not (landing.raw / ".incoming").exists()
    pages = list((landing.raw / "_data_docs").rglob("*.html"))
    assert any("validations" in str(path) for path in pages)


def test_a_landing_that_is_stopped_leaves_nothing(landing):
    path = landing.folder / "long.jsonl"
    duckdb.sql(
        "copy (select 'r' || i as request_id, '2026-01-01' as \"startTime\", i as tokens "
        f"from range(3000000) as t(i)) to '{path}' (format json)"
    )
    for stop in (signal.SIGTERM, signal.SIGKILL):
        process = start(landing, "log", path)
        deadline = time.monotonic() + 60
        while not list(landing.raw.glob(".incoming/*/work.duckdb")) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(stop)
        process.communicate()
        assert landing.manifest() == []
        assert not list(landing.raw.glob("shop/**/*"))
    # what SIGKILL leaves is swept by the next landing
    landing.run("bill", landing.write("x.csv", bill("a,p,2026-01-01,1,USD"))).accepted()
    assert not (landing.raw / ".incoming").exists()


def test_a_landing_elsewhere_is_not_swept(landing):
    """Another container that shares the raw folder has process ids of its own."""
    with RawStore(landing.raw).workspace() as folder:
        landing.run("bill", landing.write("x.csv", bill("a,p,2026-01-01,1,USD"))).accepted()
        assert folder.is_dir()
    killed = landing.raw / ".incoming/1-killed"
    killed.mkdir(parents=True)
    landing.run("bill", landing.write("x.csv", bill("b,p,2026-01-01,1,USD"))).accepted()
    assert not (landing.raw / ".incoming").exists()


def test_line_separators_in_names_and_constants_stay_in_their_line(landing):
    path = landing.write("a\u2028b\x85.csv", bill("a,p,2026-01-01,1,USD"))
    landing.run("bill", path, "--set", "note=x\u2029y").accepted()
    landing.run("bill", landing.write("x.csv", bill("b,p,2026-01-01,1,USD"))).accepted()
    assert len(RawStore(landing.raw).deliveries()) == 2


def typed_parquet(landing, name="x.parquet", select="*"):
    path = landing.folder / name
    duckdb.sql(
        f"""copy (
            select {select} from (
                select 'a' as account, 'p' || (i % 2) as project,
                    timestamp '2026-01-01' + to_days(cast(i % 3 as int)) as day,
                    cast(i + 0.25 as decimal(18, 2)) as amount, 'USD' as currency,
                    i::int as quantity, i / 3.0 as ratio, 'more' as undeclared
                from range(30) as t(i)
            )
        ) to '{path}'"""
    )
    return path


def test_parquet_in_place_is_checked_and_not_copied(landing):
    path = typed_parquet(landing)
    landing.run("bill", path, "--in-place").accepted()
    (record,) = landing.manifest()
    assert (record["storage"], record["paths"], record["rows"]) == ("in_place", [str(path)], 30)
    assert record["columns"][:3] == ["account", "project", "day"]
    assert record["money"] == {"amount": {"USD": "442.5"}}
    assert (record["period_start"], record["period_end"]) == ("2026-01-01", "2026-01-03")
    assert not (landing.raw / "shop").exists()
    expressions = ", ".join(record["scope_sql"][key] for key in ("account", "project", "date"))
    seen = duckdb.sql(f"select distinct {expressions} from '{path}' order by all").fetchall()
    assert seen[0][:2] == ("a", "p0") and len(seen) == 6
    assert [(a, p, d) for a, p, d, *_ in landing.scopes()] == [(a, p, str(d)) for a, p, d in seen]
    assert "nothing to do" in landing.run("bill", path, "--in-place").accepted().out


def test_several_files_in_place_by_pattern(landing):
    typed_parquet(landing, "part-1.parquet")
    typed_parquet(landing, "part-2.parquet", "* replace ('b' as account)")
    landing.run("bill", landing.folder / "part-*.parquet", "--in-place").accepted()
    assert landing.manifest()[0]["rows"] == 60
    typed_parquet(landing, "part-3.parquet", "* exclude (ratio)")
    error = landing.refused("bill", landing.folder / "part-*.parquet", "--in-place")
    assert "part-3.parquet: has other columns than the first file" in error


def test_replace_days_in_place(landing):
    landing.run("bill", typed_parquet(landing), "--in-place", "--replace-days").accepted()
    assert landing.manifest()[0]["scope_sql"]["project"] == "'*'"
    assert {project for _, project, *_ in landing.scopes()} == {"*"}


@pytest.mark.parametrize(
    ("select", "words"),
    [
        ("* replace (cast(day as varchar) as day)", "column day is VARCHAR, not timestamp"),
        ("* replace (cast(amount as varchar) as amount)", "column amount is VARCHAR, not decimal"),
        ("* replace (cast(amount as decimal(38, 20)) as amount)",
         "column amount is DECIMAL(38,20), not decimal(38,18), and dbt would not read it exactly"),
        ("* exclude (amount)", "the column amount is missing"),
        ("* replace (quantity + 0.5::double as quantity)", "row 1, column quantity: '0.5' is not"),
        ("* replace (case when quantity > 6 then null else amount end as amount)",
         "row 8, column amount: is empty, but every row must have a value (22 more bad rows)"),
        ("* replace ('Token' as currency)", "row 1, column currency: 'Token' is not an ISO 4217"),
        ("* exclude (project), project as \"ProjectName\"", "has another name in the file"),
        ("*, 'gift' as kind", "expect_column_values_to_be_in_set failed"),
    ],
)  # fmt: skip
def test_parquet_in_place_that_dbt_could_not_read_exactly(landing, select, words):
    path = typed_parquet(landing, select=select)
    assert words in landing.refused("bill", path, "--in-place")


def test_options_that_need_a_copy(landing):
    path = typed_parquet(landing)
    assert "--set adds a column" in landing.refused("bill", path, "--in-place", "--set", "note=x")
    assert "leaves rows out" in landing.refused("bill", path, "--in-place", "--quarantine-bad-rows")
    assert "not Parquet" in landing.refused("invoices", path, "--in-place")
    assert "no such file" in landing.refused("bill", landing.folder / "no.parquet", "--in-place")


def test_a_bucket_without_the_extension_that_reads_it(landing, monkeypatch):
    monkeypatch.setitem(in_place.URL_EXTENSIONS, "s3", "no_such_extension")
    error = landing.refused("bill", "s3://bucket/x.parquet", "--in-place")
    assert error.startswith("s3://bucket/x.parquet: reading s3:// needs DuckDB's no_such_extension")


def test_a_large_parquet_gets_a_hint(landing, monkeypatch):
    monkeypatch.setattr("landing.delivery.IN_PLACE_HINT_BYTES", 100)
    said = landing.run("bill", typed_parquet(landing)).accepted()
    assert said.err == "note: Parquet that is typed and large need not be copied: see --in-place\n"


LISTING = """path,source,table,exported_at,landed_at,set
jan/a.csv;jan/b.csv,shop,bill,2026-02-01,2026-02-01T06:00:00Z,currency=USD;account=x
report.json,shop,report,2026-02-02,,
"""


def folder_of_exports(landing):
    (landing.folder / "jan").mkdir()
    landing.write("jan/a.csv", "day,amount\n2026-01-01,1\n")
    landing.write("jan/b.csv", "day,amount\n2026-01-02,2\n")
    landing.write("report.json", page((0, [result("p", 1)])))
    return landing.write("deliveries.csv", LISTING)


def test_a_folder_is_landed_in_order_and_can_be_repeated(landing):
    folder_of_exports(landing)
    for words in ("delivery", "nothing to do"):
        assert land_folder.main([str(landing.folder)]) == 0
        lines = landing.capsys.readouterr().out.splitlines()
        assert [line[:6] for line in lines] == ["[1/2] ", "[2/2] "]
        assert all(words in line for line in lines)
    first, second = landing.manifest()
    assert [file["name"] for file in first["files"]] == ["a.csv", "b.csv"]
    assert first["set"] == {"currency": "USD", "account": "x"}
    assert first["landed_at"] == "2026-02-01T06:00:00.000000Z"
    assert second["exported_at"] == "2026-02-02T00:00:00.000000Z"


def test_a_folder_stops_at_the_first_export_that_is_refused(landing):
    folder_of_exports(landing)
    landing.write("report.json", '{"data": [')
    assert land_folder.main([str(landing.folder)]) == 2
    (line,) = landing.capsys.readouterr().err.splitlines()
    assert "deliveries.csv: row 2: report.json: line 1: the text is cut short" in line
    assert len(landing.manifest()) == 1


def test_a_folder_without_a_listing(landing):
    assert land_folder.main([str(landing.folder)]) == 2
    assert "deliveries.csv: no such file" in landing.capsys.readouterr().err
    landing.write("deliveries.csv", "path,table\nx,y\n")
    assert land_folder.main([str(landing.folder)]) == 2
    assert "lacks the columns path, source, table" in landing.capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (b"x.csv,shop,\n", "row 1: table is empty"),
        (b"x.csv\n", "row 1: source, table is empty"),
        (b"x.csv,shop,bill\n;,shop,bill\n", "row 2: path is empty"),
        (b"x.csv,shop,bill,more\n", "row 1: has more fields than the header"),
        (b"\xff,shop,bill\n", "not a CSV file in UTF-8"),
    ],
)
def test_a_listing_that_is_not_whole(landing, rows, words):
    landing.write("deliveries.csv", b"path,source,table\n" + rows)
    assert land_folder.main([str(landing.folder)]) == 2
    (line,) = landing.capsys.readouterr().err.splitlines()
    assert words in line


def test_a_refusal_as_a_process_is_one_line_and_exit_code_2(landing):
    process = start(landing, "bill", landing.write("x.csv", bill("a,p,2026-01-01,abc,USD")))
    out, errors = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert errors.startswith("x.csv: row 1 (line 2), column amount: 'abc' is not a decimal(38,18)")
    assert len(errors.splitlines()) == 1


def test_landing_works_from_any_folder(landing, tmp_path):
    landing.write("x.csv", bill("a,p,2026-01-01,1,USD"))
    environment = {**os.environ, "RAW_ROOT": "raw"}
    command = [sys.executable, str(SCRIPT), "shop", "bill", "exports/x.csv"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert len(landing.manifest()) == 1


def test_a_pattern_as_a_name_cannot_stay_in_place(landing):
    typed_parquet(landing, "x1.parquet")
    path = typed_parquet(landing, "x[1].parquet")
    assert "x[1].parquet: the characters * ? [" in landing.refused("bill", path, "--in-place")
    path = typed_parquet(landing, "x*.parquet")
    assert "x*.parquet: the characters * ? [" in landing.refused("bill", path, "--in-place")
