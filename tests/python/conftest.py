"""The sample company, landed and built once for all end-to-end tests."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import pytest
from spark_support import ClusterBuild, build_while_a_worker_dies, need_java, spark_build

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"


def land_folder(folder: Path, raw_root: Path) -> None:
    """Land a folder with a deliveries.csv into raw_root."""
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "land_folder.py"), str(folder)],
        env={**os.environ, "RAW_ROOT": str(raw_root)},
        cwd=ROOT,
        check=True,
    )


@cache
def parsed_project() -> Path:
    """The project, parsed once for all builds of this session: parsing costs more than building."""
    target = Path(tempfile.mkdtemp(prefix="parsed_project_"))
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    run_dbt(["dbt"], "parse", ROOT, {}, "--target-path", str(target), "--log-path", str(target))
    return target / "partial_parse.msgpack"


def run_dbt(
    program: list[str], command: str, project: Path, environment: dict[str, str], *arguments: str
) -> None:
    """Run a command of dbt in a process of its own: dbt keeps the file open."""
    folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
    bin_folder = Path(sys.executable).parent
    subprocess.run(
        [str(bin_folder / program[0]), *program[1:], "--quiet", command, *folders, *arguments],
        env={**os.environ, **environment},
        cwd=project,
        check=True,
    )


def dbt(command: str, raw_root: Path, work: Path, *arguments: str, project: Path = ROOT) -> Path:
    """Run dbt on what was landed in raw_root; the path of the warehouse."""
    program = ["dbt"]
    if project == ROOT:
        program = ["python", str(ROOT / "tests/python/parsed_dbt.py"), str(parsed_project())]
    warehouse = work / "warehouse.duckdb"
    environment = {
        "RAW_ROOT": str(raw_root),
        "WAREHOUSE_PATH": str(warehouse),
        "DUCKDB_TEMP_DIRECTORY": str(work / "spill"),
    }
    paths = ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    run_dbt(program, command, project, environment, *paths, *arguments)
    return warehouse


def build_tables(raw_root: Path, work: Path, *arguments: str, project: Path = ROOT) -> Path:
    """Seeds and models only: what the data tests say is tested once, in the `warehouse` fixture."""
    tables_only = ("--exclude-resource-type", "test", "unit_test")
    return dbt("build", raw_root, work, *tables_only, *arguments, project=project)


@contextmanager
def landed_and_built(folder: Path, work: Path, *models: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Read-only connection to a warehouse of nothing but a folder with a deliveries.csv.

    Built are the models and all that they need.
    """
    land_folder(folder, work / "raw")
    wanted = ("--select", *(f"+{model}" for model in models))
    warehouse = build_tables(work / "raw", work, *wanted)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def marts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of the public tables, version suffix included."""
    rows = connection.execute(
        "select table_name from information_schema.tables"
        " where table_schema = 'main' and table_type = 'BASE TABLE' order by 1"
    )
    return [name for (name,) in rows.fetchall()]


def differences(first: Path, second: Path) -> dict[str, int]:
    """Rows of each mart that stand in one warehouse and not in the other."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first}' as a (read_only)")
        connection.execute(f"attach '{second}' as b (read_only)")
        connection.execute("use a")
        names = marts(connection)
        assert names, "no marts were built"
        return {
            name: count
            for name in names
            if (
                count := connection.execute(
                    f"select count(*) from ("
                    f"(from a.main.{name} except all from b.main.{name})"
                    f" union all (from b.main.{name} except all from a.main.{name}))"
                ).fetchone()[0]
            )
        }


@pytest.fixture(scope="session")
def sample_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw root with the sample company's exports landed in the order of their landing times."""
    raw_root = tmp_path_factory.mktemp("sample") / "raw"
    land_folder(SAMPLE, raw_root)
    return raw_root


@pytest.fixture(scope="session")
def warehouse_path(sample_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company's warehouse, built with every dbt test."""
    return dbt("build", sample_raw, tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def warehouse(warehouse_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Read-only connection to the sample company's warehouse."""
    with duckdb.connect(str(warehouse_path), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def cluster_build(sample_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> ClusterBuild:
    """The sample company, built by a Spark cluster that lost one of its two workers meanwhile."""
    need_java()
    return build_while_a_worker_dies(sample_raw, tmp_path_factory.mktemp("cluster"))


@pytest.fixture(scope="session")
def session_build(sample_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the marts that a local Spark session built, with every dbt test."""
    need_java()
    with spark_build(sample_raw, tmp_path_factory.mktemp("spark")) as build:
        build.wait_for_success()
    return build.tables


@pytest.fixture(
    scope="session",
    params=["cluster", *(["session"] if os.environ.get("SPARK_TESTS") == "all" else [])],
)
def spark_tables(request: pytest.FixtureRequest) -> Path:
    """Folder of the marts that Spark built; the session runs every dbt test: only on request."""
    if request.param == "session":
        return request.getfixturevalue("session_build")
    return request.getfixturevalue("cluster_build").tables
