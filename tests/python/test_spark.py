"""The same models on Apache Spark give the same tables as on DuckDB, cell by cell."""

from __future__ import annotations

import pytest
from conftest import marts
from spark_support import beside_duckdb, differing_rows

pytestmark = pytest.mark.spark


@pytest.fixture
def connection(warehouse_path):
    """Both engines' tables: those of DuckDB attached as duck."""
    with beside_duckdb(warehouse_path) as connection:
        yield connection


def test_marts_on_spark_equal_marts_on_duckdb(spark_tables, connection):
    found = {n: differing_rows(connection, spark_tables, "main", n) for n in marts(connection)}
    assert len(found) > 20
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_seeds_on_spark_equal_seeds_on_duckdb(spark_tables, connection):
    folder = spark_tables.with_name("unit_economics_seeds.db")
    seeds = connection.execute(
        "select table_name, estimated_size from duckdb_tables() where schema_name = 'main_seeds'"
    ).fetchall()
    found = {n: differing_rows(connection, folder, "main_seeds", n) for n, size in seeds if size}
    assert len(found) > 20
    assert {name: rows for name, rows in found.items() if rows} == {}
