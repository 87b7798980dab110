"""The same models on Apache Spark give the same marts as on DuckDB, cell by cell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, marts

pytestmark = pytest.mark.spark

# every test on Spark takes many minutes; the marts are compared with tested ones anyway
MODELS_ONLY = ["--exclude-resource-type", "test", "unit_test"]


def java_is_missing() -> bool:
    return shutil.which("java") is None and "JAVA_HOME" not in os.environ


@pytest.fixture(scope="module")
def spark_tables(sample_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the tables that a local Spark session built; with SPARK_TESTS=all tested by dbt."""
    if java_is_missing():
        if os.environ.get("REQUIRE_SPARK"):
            pytest.fail("Java 17 is needed for the Spark tests, and REQUIRE_SPARK is set")
        pytest.skip("no Java here: the Spark tests need Java 17")
    work = tmp_path_factory.mktemp("spark")
    run = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            *("build", "--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
            *("--target-path", str(work / "target"), "--log-path", str(work / "logs")),
            *([] if os.environ.get("SPARK_TESTS") == "all" else MODELS_ONLY),
        ],
        env={
            **os.environ,
            "DBT_TARGET": "spark",
            "RAW_ROOT": str(sample_raw),
            "SPARK_WAREHOUSE_DIR": str(work / "spark-warehouse"),
        },
        cwd=work,  # Spark leaves its metastore in the working directory
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-5000:]
    return work / "spark-warehouse" / "unit_economics.db"


@pytest.fixture
def connection(warehouse_path):
    """Both engines' tables: those of DuckDB attached as duck."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{warehouse_path}' as duck (read_only)")
        connection.execute("use duck")
        yield connection


def differing_rows(connection, folder: Path, schema: str, name: str) -> int:
    """Rows of a table that only one engine has."""
    columns = ", ".join(
        f'cast("{column}" as {data_type}) as "{column}"'
        for column, data_type in connection.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = ? and table_name = ? order by ordinal_position",
            [schema, name],
        ).fetchall()
    )
    spark = f"select {columns} from read_parquet('{folder / name}/*.parquet')"
    duck = f"select {columns} from duck.{schema}.{name}"
    return connection.execute(
        f"select count(*) from (({spark}) except all ({duck})"
        f" union all (({duck}) except all ({spark})))"
    ).fetchone()[0]


def test_marts_on_spark_equal_marts_on_duckdb(spark_tables, connection):
    found = {n: differing_rows(connection, spark_tables, "main", n) for n in marts(connection)}
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_seeds_on_spark_equal_seeds_on_duckdb(spark_tables, connection):
    folder = spark_tables.with_name("unit_economics_seeds.db")
    seeds = connection.execute(
        "select table_name, estimated_size from duckdb_tables() where schema_name = 'main_seeds'"
    ).fetchall()
    found = {n: differing_rows(connection, folder, "main_seeds", n) for n, size in seeds if size}
    assert len(found) > 20
    assert {name: rows for name, rows in found.items() if rows} == {}
