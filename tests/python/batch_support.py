"""A company whose warehouse is built in batches, for tests."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
from conftest import ROOT, SAMPLE, build_tables, differences, land_folder

IN_BATCHES = ("--vars", "microbatch: true")


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
