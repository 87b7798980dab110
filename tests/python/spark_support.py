"""Spark for tests: a standalone cluster of local processes, and builds that can be watched."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
# every dbt test on Spark takes many minutes; the marts are compared with tested ones anyway
TABLES_ONLY = ("--exclude-resource-type", "test", "unit_test")
SECONDS_TO_START = 90
SECONDS_TO_BUILD = 1500
# what binds to the host's own name is not found on machines whose name does not resolve
LOCAL = {"SPARK_LOCAL_IP": "127.0.0.1"}


def need_java() -> None:
    """Skip where there is no Java; fail if REQUIRE_SPARK is set."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        if os.environ.get("REQUIRE_SPARK"):
            pytest.fail("Java 17 is needed for the Spark tests, and REQUIRE_SPARK is set")
        pytest.skip("no Java here: the Spark tests need Java 17")


def wait_until(what: str, seconds: float, look: Callable[[], Any]) -> Any:
    """The first true answer; an error says what did not happen in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := look():
            return answer
        time.sleep(0.2)
    raise TimeoutError(f"not within {seconds} seconds: {what}")


def kill_group(process: subprocess.Popen) -> None:
    """Kill -9 a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def background(
    command: list[str], log: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen]:
    """A process, its output in a file; killed afterwards with all it started: its own group."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **LOCAL, **environment},
            cwd=log.parent,  # the driver leaves its metastore in the working directory
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill_group(process)


@dataclass
class Cluster:
    """A standalone master with its workers, each worker a group of processes with its executors."""

    url: str
    page: str
    workers: list[subprocess.Popen]

    def cores_in_use(self) -> list[int]:
        """What the master says: cores that executors hold, one number for each worker alive."""
        with urllib.request.urlopen(f"{self.page}/json/", timeout=10) as answer:
            workers = json.load(answer)["workers"]
        return [worker["coresused"] for worker in workers if worker["state"] == "ALIVE"]


@contextmanager
def spark_cluster(work: Path, workers: int) -> Iterator[Cluster]:
    """A master and workers of one core each, on ports that they choose."""
    import pyspark

    spark_class = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    deploy = "org.apache.spark.deploy"
    ports = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
    environment = {"SPARK_DAEMON_MEMORY": "256m", "SPARK_LOCAL_DIRS": str(work / "local")}
    with ExitStack() as processes:
        log = work / "master" / "log"
        master = [spark_class, f"{deploy}.master.Master", *ports]
        processes.enter_context(background(master, log, environment))
        url, page = (
            wait_until(
                f"{pattern} in {log}",
                SECONDS_TO_START,
                lambda pattern=pattern: re.search(pattern, log.read_text()),
            )[1]
            for pattern in (
                r"Starting Spark master at (spark://\S+)",
                r"MasterWebUI to .* started at (http://\S+)",
            )
        )
        worker = [spark_class, f"{deploy}.worker.Worker", *ports, "--cores", "1", "--memory", "1g"]
        cluster = Cluster(url, page, [])
        for number in range(workers):
            folder = work / f"worker_{number}"
            command = [*worker, "--work-dir", str(folder / "apps"), url]
            cluster.workers.append(
                processes.enter_context(background(command, folder / "log", environment))
            )
        wait_until(
            f"{workers} workers with the master",
            SECONDS_TO_START,
            lambda: len(cluster.cores_in_use()) == workers,
        )
        yield cluster


@dataclass
class SparkBuild:
    """A run of dbt on Spark."""

    work: Path
    process: subprocess.Popen

    @property
    def tables(self) -> Path:
        """Folder of the marts' tables."""
        return self.work / "spark-warehouse" / "unit_economics.db"

    def wait_for_model(self, name: str) -> None:
        """Until a model is built, by dbt's own log."""
        log = self.work / "logs" / "dbt.log"
        line = f"Finished running node model.unit_economics.{name}\n"

        def finished() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(f"the build ended before {name}:\n{self.output()}")
            return log.exists() and line in log.read_text()

        wait_until(f"{name} built", SECONDS_TO_BUILD, finished)

    def wait_for_success(self) -> None:
        """Until everything is built."""
        assert self.process.wait(SECONDS_TO_BUILD) == 0, self.output()

    def output(self) -> str:
        """The end of what dbt printed."""
        return (self.work / "output").read_text()[-5000:]


@contextmanager
def spark_build(
    raw_root: Path, work: Path, *arguments: str, **environment: str
) -> Iterator[SparkBuild]:
    """Dbt build on Spark, running; environment says on which Spark."""
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("build", "--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", str(work / "target"), "--log-path", str(work / "logs")),
        *arguments,
    ]
    folders = {
        "RAW_ROOT": str(raw_root),
        "SPARK_WAREHOUSE_DIR": str(work / "spark-warehouse"),
        "SPARK_LOCAL_DIRS": str(work / "local"),
    }
    environment = {"DBT_TARGET": "spark", **folders, **environment}
    with background(command, work / "output", environment) as process:
        yield SparkBuild(work, process)


@dataclass
class ClusterBuild:
    """Tables of a cluster that lost a worker; cores in use on each one alive before and after."""

    tables: Path
    cores_before: list[int]
    cores_after: list[int]


def build_while_a_worker_dies(raw_root: Path, work: Path) -> ClusterBuild:
    """Build on two workers, and halfway kill one with its executor and the shuffle files there."""
    with (
        spark_cluster(work / "processes", workers=2) as cluster,
        # most of the time the driver plans: a second thread keeps the executors busy meanwhile
        spark_build(
            raw_root, work, *TABLES_ONLY, SPARK_MASTER=cluster.url, SPARK_THREADS="2"
        ) as build,
    ):
        build.wait_for_model("int_token_usage_daily")
        cores_before = cluster.cores_in_use()
        kill_group(cluster.workers[0])
        wait_until("one worker left", SECONDS_TO_START, lambda: len(cluster.cores_in_use()) == 1)
        cores_after = cluster.cores_in_use()
        assert build.process.poll() is None, "the worker died after the build, not during it"
        build.wait_for_success()
        assert len(cluster.cores_in_use()) == 1
        return ClusterBuild(build.tables, cores_before, cores_after)


@contextmanager
def beside_duckdb(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to compare Spark's tables in: the warehouse attached as duck, and used."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{warehouse}' as duck (read_only)")
        connection.execute("use duck")
        yield connection


def differing_rows(
    connection: duckdb.DuckDBPyConnection, folder: Path, schema: str, name: str
) -> int:
    """Rows of a table that only Spark, in `folder`, or only DuckDB, attached as duck, has."""
    columns = ", ".join(
        f'cast("{column}" as {data_type}) as "{column}"'
        for column, data_type in connection.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = ? and table_name = ? order by ordinal_position",
            [schema, name],
        ).fetchall()
    )
    spark = f"select {columns} from read_parquet('{folder / name}/**/*.parquet')"
    duck = f"select {columns} from duck.{schema}.{name}"
    found = connection.execute(
        f"select count(*) from (({spark}) except all ({duck})"
        f" union all (({duck}) except all ({spark})))"
    ).fetchone()
    return found[0] if found else 0
