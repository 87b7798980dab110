"""The token path written by hand says what the warehouse says: else its speed means nothing."""

from importlib import import_module
from pathlib import Path

import duckdb
import pytest
from benchmark.compare import differences
from benchmark.counts import PATTERNS
from benchmark.engine_duckdb import run, scan
from benchmark.given import write_given


@pytest.fixture(scope="module")
def given(warehouse_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse's small tables, which a hand-written path does not work out anew."""
    folder = tmp_path_factory.mktemp("given")
    write_given(warehouse_path, folder)
    return folder


@pytest.fixture(scope="module")
def logs(sample_raw: Path) -> str:
    """The landed gateway log of the sample company, as a pattern."""
    return str(sample_raw / PATTERNS["log"])


def test_the_sample_holds_what_makes_the_path_hard(logs):
    with duckdb.connect() as con:
        counts = con.execute(f"""
            select
                count(*) - count(distinct request_id), count_if(lower(cache_hit) = 'true'),
                count_if(status = 'failure'), count_if(metadata like '%"usage_object":null%')
            from '{logs}'
        """).fetchone()
    assert counts and min(counts) > 0


@pytest.mark.parametrize("script", ["by_hand", "this_log_alone"])
def test_duckdb_by_hand_equals_the_warehouse_row_by_row(
    script, warehouse_path, given, logs, tmp_path
):
    run(script, logs, given, tmp_path / "made.duckdb")
    assert differences(warehouse_path, tmp_path / "made.duckdb") == []


@pytest.mark.parametrize(
    "change",
    [
        "update usage_priced set computed_cost_usd = computed_cost_usd + 0.000000000001"
        " where rowid = (select max(rowid) from usage_priced)",
        "update usage_daily set customer_id = null"
        " where rowid = (select max(rowid) from usage_daily where customer_id is not null)",
        "delete from usage_daily where rowid = (select max(rowid) from usage_daily)",
    ],
)
def test_a_single_wrong_row_is_seen(change, warehouse_path, given, logs, tmp_path):
    run("by_hand", logs, given, tmp_path / "made.duckdb")
    with duckdb.connect(str(tmp_path / "made.duckdb")) as con:
        assert con.execute(change).fetchone() == (1,)
    assert differences(warehouse_path, tmp_path / "made.duckdb")


def test_the_scan_reads_every_column_it_names(logs):
    scan(logs)


@pytest.mark.parametrize("engine", ["chdb", "polars"])
def test_other_engines_equal_the_warehouse(engine, warehouse_path, given, logs, tmp_path):
    pytest.importorskip(engine, reason=f"{engine} is only in the dependency group bench")
    module = import_module(f"benchmark.engine_{engine}")
    module.run(logs, given, tmp_path / "out")
    assert differences(warehouse_path, tmp_path / "out") == []
