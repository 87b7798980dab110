"""The steps of the warehouse itself on a simulated company, each in a process of its own."""

import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from .processes import Measured, run, size_of

ROOT = Path(__file__).resolve().parents[2]
DBT = str(Path(sys.executable).with_name("dbt"))
LOGS = "litellm/spend_logs/*/*.parquet"
WITHOUT_TESTS = ["--exclude-resource-type", "test", "unit_test"]
# From the log to its cost, and what lies between the two. Not whose the tokens are: that is decided
# by rules over bills as well, and given to the ways written by hand.
TOKEN_PATH = "token path"
TOKEN_PATH_MODELS = ["--select", "stg_litellm__superseded_logs+,+int_token_usage_priced"]
TOKEN_PATH_MODELS += ["--exclude", "int_workload_matches"]


@dataclass(frozen=True)
class Work:
    """The folder of one company: what was simulated, landed and built."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Where the warehouse of this company is."""
        return {
            "RAW_ROOT": str(self.raw),
            "WAREHOUSE_PATH": str(self.warehouse),
            "DUCKDB_TEMP_DIRECTORY": str(self.folder / "spill"),
            "DBT_PROFILES_DIR": str(ROOT),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "PYTHONPATH": str(ROOT / "scripts"),
        }

    @property
    def raw(self) -> Path:
        """The landed files."""
        return self.folder / "raw"

    @property
    def warehouse(self) -> Path:
        """The file that dbt writes."""
        return self.folder / "warehouse.duckdb"

    @property
    def logs(self) -> str:
        """The landed gateway log, as a pattern."""
        return str(self.raw / LOGS)

    def python(self, name: str, *arguments: str) -> Measured:
        """Run a script or module."""
        return run(name, [sys.executable, *arguments], self.environment, self.folder / "logs")

    def dbt(self, name: str, *arguments: str) -> Measured:
        """Run a command of dbt; `details` are the seconds of each node."""
        paths = [
            "--target-path",
            str(self.folder / "target"),
            "--log-path",
            str(self.folder / "logs"),
        ]
        command = [DBT, "--quiet", *arguments, *paths]
        measured = run(name, command, self.environment, self.folder / "logs")
        results = self.folder / "target" / "run_results.json"
        if results.exists() and not measured.failure:
            rows = json.loads(results.read_text())["results"]
            measured.details = {row["unique_id"]: row["execution_time"] for row in rows}
            self._details_of(name).write_text(json.dumps(measured.details))
        measured.bytes_read, measured.bytes_written = size_of(self.raw), size_of(self.warehouse)
        return measured

    def details(self, name: str) -> dict[str, float]:
        """Seconds of each node of a command of dbt that was measured here, maybe by another run."""
        return json.loads(self._details_of(name).read_text())

    def _details_of(self, name: str) -> Path:
        return self.folder / "logs" / f"{name.replace(' ', '_')}.json"


def simulate(
    work: Work,
    requests: int,
    days: int = 31,
    *,
    bill_lines: int | None = None,
    customers: int | None = None,
) -> Measured:
    """Write the company's exports. Not part of what is measured."""
    sized = ["--requests", str(requests), "--days", str(days)]
    sized += ["--bill-lines", str(bill_lines)] if bill_lines else []
    sized += ["--customers", str(customers)] if customers else []
    out = ["--log-format", "parquet", "--out", str(work.folder / "company")]
    return work.python("simulate", "scripts/simulate_company.py", *sized, *out)


def land(work: Work) -> Measured:
    """Check and land the exports."""
    measured = work.python("land", "scripts/land_folder.py", str(work.folder / "company"))
    measured.bytes_read = size_of(work.folder / "company")
    measured.bytes_written = size_of(work.raw)
    return measured


def build(work: Work) -> Measured:
    """Build seeds and models, without tests."""
    return work.dbt("build", "build", *WITHOUT_TESTS)


def token_path(work: Work) -> Measured:
    """Build what lies between the gateway log and its cost, one model after the other."""
    measured = work.dbt(TOKEN_PATH, "run", *TOKEN_PATH_MODELS, "--threads", "1")
    measured.bytes_read = size_of(work.raw / "litellm" / "spend_logs")
    return measured


def data_tests(work: Work) -> Measured:
    """Run all data tests on what was built."""
    return work.dbt("tests", "test", "--exclude-resource-type", "unit_test")


def sample_build(folder: Path) -> Measured:
    """Land the sample company and run its whole `dbt build`, with all tests."""
    work = Work(folder)
    landed = work.python("land sample", "scripts/land_folder.py", str(ROOT / "data" / "sample"))
    return landed if landed.failure else work.dbt("sample: dbt build", "build")


def seconds_by_mart(
    work: Work, built: Measured, tested: Measured
) -> dict[str, tuple[float, float]]:
    """For each mart the seconds of its model, and of the tests that read it."""
    manifest = json.loads((work.folder / "target" / "manifest.json").read_text())["nodes"]
    marts = {
        name
        for name, node in manifest.items()
        if node["resource_type"] == "model" and "marts" in node["fqn"]
    }
    tests: dict[str, float] = defaultdict(float)
    for name, seconds in tested.details.items():
        node = manifest.get(name, {})
        attached = node.get("attached_node")
        read = [attached] if attached else node.get("depends_on", {}).get("nodes", [])
        read = [model for model in read if model in marts]
        for model in read:
            tests[model] += seconds / len(read)
    return {name: (built.details.get(name, 0.0), tests[name]) for name in sorted(marts)}
