"""Days and months built in batches hold what a full build of everything landed holds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from batch_support import IN_BATCHES, Company, logged_call
from conftest import build_tables

DBT = str(Path(sys.executable).with_name("dbt"))
GUARD = "what_was_built_in_batches_stands_on_what_is_landed"


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
