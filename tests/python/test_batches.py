"""Days and months built in batches hold what a full build of everything landed holds."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, SAMPLE, build_tables, differences, land_folder

DBT = str(Path(sys.executable).with_name("dbt"))
IN_BATCHES = ("--vars", "microbatch: true")
GUARD = "what_was_built_in_batches_stands_on_what_is_landed"


class Company:
    """A folder of exports, what was landed of it, and a warehouse that stands on that."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.exports = work / "exports"
        self.environment = {
            **os.environ,
            "RAW_ROOT": str(work / "raw"),
            "WAREHOUSE_PATH": str(work / "warehouse.duckdb"),
            "DUCKDB_TEMP_DIRECTORY": str(work / "spill"),
            "DBT_PROFILES_DIR": str(ROOT),
            "DBT_TARGET_PATH": str(work / "batches"),
            "DBT_LOG_PATH": str(work / "logs"),
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True
        )

    def land_sample(self, wanted) -> None:
        """Land those deliveries of the sample company whose row in deliveries.csv is wanted."""
        if not self.exports.exists():
            shutil.copytree(SAMPLE, self.exports)
        with (SAMPLE / "deliveries.csv").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if wanted(row)]
        with (self.exports / "deliveries.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        land_folder(self.exports, self.work / "raw")

    def land_log(self, name: str, calls: list[dict]) -> str:
        """Land calls of the gateway's log as one delivery; its id."""
        path = self.work / f"{name}.jsonl"
        path.write_text("".join(json.dumps(call) + "\n" for call in calls))
        landed = self.run(
            sys.executable, "scripts/land_export.py", "litellm", "spend_logs", str(path)
        )
        assert landed.returncode == 0, landed.stderr
        return self.deliveries("litellm", "spend_logs")[-1]["delivery_id"]

    def deliveries(self, source: str, table: str) -> list[dict]:
        lines = (self.work / "raw" / "_deliveries.jsonl").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        return [row for row in found if (row["source"], row["table"]) == (source, table)]

    def rebuild_changed(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "scripts/rebuild_changed.py", *options)

    def withdraw_log(self, period_end: str) -> None:
        """Withdraw the delivery of the gateway's log that ends on a day."""
        (found,) = (
            row["delivery_id"]
            for row in self.deliveries("litellm", "spend_logs")
            if row["period_end"] == period_end
        )
        withdrawn = self.run(
            *(sys.executable, "scripts/withdraw_delivery.py", found, "--why", "logged by a test")
        )
        assert withdrawn.returncode == 0, withdrawn.stderr

    def land_price(self, provider: str, model: str, price: float, valid_from: str) -> None:
        """Land a negotiated price per million input tokens."""
        sheet = self.work / "sheet.csv"
        sheet.write_text(
            "provider_id,model_id,meter,price,price_quantity,currency,valid_from\n"
            f"{provider},{model},input_uncached,{price},1000000,USD,{valid_from}\n"
        )
        landed = self.run(
            sys.executable, "scripts/land_export.py", "standard", "price_sheet", str(sheet)
        )
        assert landed.returncode == 0, landed.stderr

    def logged_tokens(self, day: str) -> int | None:
        """Uncached input tokens of the gateway's log on a day."""
        with duckdb.connect(str(self.work / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(
                "select sum(input_uncached_tokens) from main_intermediate.int_token_usage_daily"
                " where usage_source = 'litellm.spend_logs' and usage_date = ?",
                [day],
            ).fetchone()[0]

    def differences_from_a_full_build(self) -> dict[str, int]:
        full = build_tables(self.work / "raw", self.work / "full")
        found = differences(full, self.work / "warehouse.duckdb")
        shutil.rmtree(self.work / "full")
        return found


def logged_call(request_id: str, moment: str, tokens: int, **more) -> dict:
    return {
        "request_id": request_id,
        "call_type": "acompletion",
        "custom_llm_provider": "openai",
        "model": "gpt-5-mini",
        "api_key": "late",
        "status": "success",
        "startTime": moment,
        "endTime": moment,
        "prompt_tokens": tokens,
        "completion_tokens": 1,
        "total_tokens": tokens + 1,
        "spend": 0,
        "metadata": {"usage_object": {"prompt_tokens": tokens, "completion_tokens": 1}},
        **more,
    }


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The sample company as it stood in the middle of February, built as plain tables."""
    company = Company(tmp_path_factory.mktemp("batches"))
    company.land_sample(lambda row: row["landed_at"] < "2026-02-13")
    first = "2026-01-20 10:00:00"
    company.land_log(
        "two_calls",
        [
            logged_call("restated", first, 1_000, updated_at=first),
            logged_call("untouched", first, 1_000),
        ],
    )
    company.land_log("one_day", [logged_call("only_call_of_its_day", "2025-12-30 10:00:00", 5)])
    build_tables(company.work / "raw", company.work)
    return company


def test_nothing_is_stale_after_a_full_build(company: Company):
    asked = company.rebuild_changed()
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_late_restated_and_withdrawn_days_and_new_prices_are_found_and_built(company: Company):
    company.land_sample(lambda row: row["landed_at"] >= "2026-02-13")
    company.land_log("late", [logged_call("late", "2026-01-05 23:59:59", 7_000)])
    later = "2026-02-14 08:00:00"
    company.land_log(
        "restated", [logged_call("restated", "2026-01-20 10:00:00", 90, updated_at=later)]
    )
    company.withdraw_log(period_end="2026-01-28")
    company.withdraw_log(period_end="2025-12-30")
    company.land_price("openai", "gpt-5-mini", 9.99, "2026-02-01")

    guard = company.run(DBT, "test", "--select", GUARD, *IN_BATCHES)
    assert guard.returncode != 0
    assert "Run: dbt build --vars 'microbatch: true' --event-time-start 2025-12-30" in guard.stdout

    assert company.differences_from_a_full_build() != {}
    rebuilt = company.rebuild_changed("--run")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    assert "--event-time-start 2026-01-05 --event-time-end 2026-01-06" in rebuilt.stdout
    assert company.differences_from_a_full_build() == {}
    assert company.logged_tokens("2025-12-30") is None
    assert company.logged_tokens("2026-01-05") >= 7_000


def test_only_the_day_that_failed_is_retried(company: Company):
    delivery = company.land_log("broken", [logged_call("broken", "2026-01-09 10:00:00", 123_456)])
    file = company.work / "raw" / "litellm" / "spend_logs" / delivery / "part-0.parquet"
    sound = file.read_bytes()
    # the footer stays: a reader of another day sees by it that it need not read the file
    file.write_bytes(sound[:4] + bytes(len(sound) // 4) + sound[4 + len(sound) // 4 :])
    window = ("--event-time-start", "2026-01-08", "--event-time-end", "2026-01-11")
    by_day = ("--select", "config.batch_size:day")
    assert company.run(DBT, "run", *by_day, *IN_BATCHES, *window).returncode != 0
    file.write_bytes(sound)
    retried = company.run(DBT, "retry")
    assert retried.returncode == 0, retried.stdout
    assert "created batch 2026-01-09 of main_staging.stg_litellm__superseded_logs" in retried.stdout
    assert "batch 2026-01-08 of main_staging.stg_litellm__superseded_logs" not in retried.stdout
    assert company.logged_tokens("2026-01-09") >= 123_456
