"""Exports of every tool that knows about GPUs, landed in their own formats: who held how much."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import dbt
from landing import expectations

JAN_5 = 1_767_571_200  # 2026-01-05T00:00:00Z


def allocation(pod: str, hours: float, gpus: float, cost: float, **more: object) -> dict:
    """An allocation as OpenCost's API gives it: a pod that ran from midnight on."""
    return {
        "name": f"c1/n1/ml/{pod}/main",
        "properties": {
            "cluster": "c1",
            "node": "n1",
            "namespace": "ml",
            "pod": pod,
            "container": "main",
            "labels": {"team": "vision"},
            "providerID": "i-0aaa",
        },
        "window": {"start": "2026-01-05T00:00:00Z", "end": "2026-01-06T00:00:00Z"},
        "start": "2026-01-05T00:00:00Z",
        "end": f"2026-01-05T{int(hours):02}:00:00Z" if hours < 24 else "2026-01-06T00:00:00Z",
        "minutes": hours * 60,
        "gpuCount": gpus,
        "gpuHours": hours * gpus,
        "gpuCost": cost,
        "gpuCostAdjustment": 0,
        "totalCost": cost,
        **more,
    }


IDLE = {
    "name": "c1/n1/__idle__",
    "properties": {"cluster": "c1", "node": "n1"},
    "window": {"start": "2026-01-05T00:00:00Z", "end": "2026-01-06T00:00:00Z"},
    "start": "2026-01-05T00:00:00Z",
    "end": "2026-01-06T00:00:00Z",
    "minutes": 1440,
    "gpuCount": 0,
    "gpuHours": 0,
    "gpuCost": 61.5,
}
API = {
    "code": 200,
    "data": [
        {
            row["name"]: row
            for row in (
                allocation("busy", 12, 2, 22.8, gpuAllocation={
                    "gpuModel": "A100", "gpuRequestAverage": 2, "gpuUsageAverage": 0.5,
                }),
                allocation("unmeasured", 24, 1, 22.8, gpuAllocation=None),
                *(allocation(f"quarter{n}", 24, 0.25, 5.7) for n in range(4)),
                allocation("cpu-only", 24, 0, 0),
                IDLE,
            )
        }
    ],
}  # fmt: skip
# the CSV export is one growing file; this run had labels switched on after the first day
CSV = """\
Date,Namespace,ControllerKind,ControllerName,Pod,Container,CPUCoreUsageAverage,GPUs,GPUCost,TotalCost,Labels
2026-01-05,ml,job,train,train-1,main,1,1,22.8,23,
2026-01-06,ml,job,train,train-1,main,1,1,22.8,23,"{""team"":""vision""}"
2026-01-06,ml,job,train,train-1,main,1,1,22.8,23,"{""team"":""vision""}"
"""
SACCT_ZONED = """\
JobID|JobIDRaw|JobName|User|Account|Partition|State|Start|End|ElapsedRaw|AllocTRES
10|10|a "b"|alice|physics|gpu|COMPLETED|2026-01-05T22:00:00+0100|2026-01-06T03:00:00+0100|18000|billing=64,cpu=64,gres/gpu:a100=8,gres/gpu=8,node=1
10.batch|10.batch|batch||physics||COMPLETED|2026-01-05T22:00:00+0100|2026-01-06T03:00:00+0100|18000|cpu=64,gres/gpu=8
10.extern|10.extern|extern||physics||COMPLETED|2026-01-05T22:00:00+0100|2026-01-06T03:00:00+0100|18000|gres/gpu=8
11|11|later|bob|physics|gpu|PENDING|Unknown|Unknown|0|
12|12|now|bob|physics|gpu|RUNNING|2026-01-06T01:00:00+0100|Unknown|3600|gres/gpu=1
"""  # noqa: E501
SACCT_LOCAL = """\
JobID|User|Account|State|Start|End|Elapsed|AllocTRES|
20_1|carol|bio|COMPLETED|2026-01-05T00:30:00|2026-01-06T01:30:00|1-01:00:00|gres/gpu:a100=1,gres/gpu:h100=1|
"""
STANDARD = """\
gpu_usage_id,provider_id,resource_id,started_at,ended_at,gpu_count,gpu_seconds_held
reserved,aws,i-0bbb,2026-01-05T12:00:00Z,2026-01-06T12:00:00Z,1,86400
"""


def prometheus(*series: tuple[dict, list]) -> dict:
    """The answer to a range query."""
    result = [{"metric": labels, "values": values} for labels, values in series]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


DCGM = prometheus(
    (
        {
            "__name__": "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
            "Hostname": "n1",
            "UUID": "GPU-1",
            "gpu": "0",
            "modelName": "NVIDIA A100-SXM4-80GB",
            "cluster": "c1",
            "namespace": "ml",
            "pod": "unmeasured",
        },
        [[JAN_5, "0.5"], [JAN_5 + 3600.781, "1"], [JAN_5 + 7200, "NaN"]],
    ),
    # the same GPU under the field that only says that some kernel ran
    (
        {
            "__name__": "DCGM_FI_DEV_GPU_UTIL",
            "hostname": "n1",
            "uuid": "GPU-1",
            "gpu": "0",
            "cluster": "c1",
            "namespace": "ml",
            "pod": "unmeasured",
        },
        [[JAN_5, "100"]],
    ),
)


def parquet_export(path: Path) -> None:
    """A file of the Parquet exporter: hours of a day, nested names joined by dots."""
    hours = [
        {
            "name": "ml/hourly/main",
            "running_start_time": f"2026-01-06T{hour:02}:00:00Z",
            "running_end_time": f"2026-01-06T{hour + 1:02}:00:00Z",
            "running_minutes": 60.0,
            "gpuCount": 0.5,
            "gpuHours": 0.5,
            "gpuCost": 0.475,
            "gpuCostAdjustment": 0.0,
            "properties.cluster": "c1",
            "properties.namespace": "ml",
            "properties.pod": "hourly",
            "properties.container": "main",
            "properties.labels.app": "chat",
            "window.start": f"2026-01-06T{hour:02}:00:00Z",
            "window.end": f"2026-01-06T{hour + 1:02}:00:00Z",
        }
        for hour in range(3)
    ]
    pq.write_table(pa.Table.from_pylist(hours), path)


@pytest.fixture(scope="module")
def land(tmp_path_factory) -> Callable[..., int]:
    """Land a text as one export into a raw folder of this module; the exit code."""
    folder = tmp_path_factory.mktemp("gpu")

    def run(feed: str, name: str, text: str | None, *options: str) -> int:
        path = folder / name
        if text is not None:
            path.write_text(text)
        return land_export.main(
            [*feed.split("."), str(path), "--raw-root", str(folder / "raw"), *options]
        )

    run.folder = folder
    return run


@pytest.fixture(scope="module")
def tables(land, tmp_path_factory):
    """A warehouse of nothing but these exports."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expectations, "build_docs", lambda: None)
        exported = ("--exported-at", "2026-01-07T00:00:00Z")
        parquet_export(land.folder / "opencost.parquet")
        landings = [
            ("opencost.allocations", "api.json", json.dumps(API), ()),
            ("opencost.allocations", "opencost.parquet", None, ()),
            ("opencost.allocations", "days.csv", CSV, ("--set", "cluster=c2")),
            (
                "opencost.allocations",
                "whole.csv",
                CSV.replace("train-1", "serve-1"),
                ("--set", "cluster=c2", "--set", "minutes=1440"),
            ),
            ("slurm.sacct", "zoned.txt", SACCT_ZONED, ("--set", "cluster=east")),
            (
                "slurm.sacct",
                "local.txt",
                SACCT_LOCAL,
                ("--set", "cluster=west", "--set", "utc_offset_minutes=60"),
            ),
            ("dcgm.metrics", "range.json", json.dumps(DCGM), ("--set", "step_seconds=3600")),
            ("standard.gpu_usage", "gpu.csv", STANDARD, ()),
        ]
        for feed, name, text, options in landings:
            assert land(feed, name, text, *exported, *options) == 0, name
    warehouse = dbt(
        "build",
        land.folder / "raw",
        tmp_path_factory.mktemp("warehouse"),
        *("--select", "+int_gpu_usage_daily", "opencost_windows_of_a_pod_do_not_overlap"),
        *("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"),
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def daily(tables, source: str) -> dict[tuple, tuple]:
    """(holder, day) -> (GPU-seconds held, active), holders by activity key or project."""
    rows = tables.execute(
        """
        select
            coalesce(usage.activity_key, usage.project_id, usage.gpu_usage_id), days.usage_date,
            sum(days.gpu_seconds_held), sum(days.gpu_seconds_active)
        from main_intermediate.int_gpu_usage_daily as days
        inner join main_intermediate.int_gpu_usage as usage using (gpu_usage_source, gpu_usage_id)
        where gpu_usage_source = ? group by all
        """,
        [source],
    ).fetchall()
    return {(holder, day): (held, active) for holder, day, held, active in rows}


DAY_5, DAY_6 = date(2026, 1, 5), date(2026, 1, 6)


def test_opencost_gpu_seconds(tables):
    found = daily(tables, "opencost.allocations")
    assert found == {
        ("pod:ml/busy", DAY_5): (12 * 2 * 3600, 12 * 2 * 900),
        # DCGM: half of one hour and all of the next, of the two hours that it saw
        ("pod:ml/unmeasured", DAY_5): (86_400, 64_800),
        **{(f"pod:ml/quarter{n}", DAY_5): (21_600, None) for n in range(4)},
        ("__idle__", DAY_5): (None, None),
        ("pod:ml/hourly", DAY_6): (3 * 1800, None),
        # the CSV export says how many GPUs, not for how long
        ("pod:ml/train-1", DAY_5): (None, None),
        ("pod:ml/train-1", DAY_6): (None, None),
        ("pod:ml/serve-1", DAY_5): (86_400, None),
        ("pod:ml/serve-1", DAY_6): (86_400, None),
    }


def test_opencost_costs_add_up_and_idle_capacity_is_told_apart(tables):
    rows = tables.execute(
        """
        select is_idle, sum(reported_cost_usd) from main_intermediate.int_gpu_usage_daily
        where gpu_usage_source = 'opencost.allocations' and cluster_id = 'c1' group by all
        """
    ).fetchall()
    assert dict(rows) == {True: Decimal("61.5"), False: Decimal("69.825")}


def test_opencost_names_machine_and_labels(tables):
    assert tables.execute(
        "select distinct resource_id, gpu_model, json_extract_string(tags, '$.team'), project_id"
        " from main_intermediate.int_gpu_usage where activity_key = 'pod:ml/busy'"
    ).fetchall() == [("i-0aaa", "A100", "vision", "ml")]
    assert tables.execute(
        "select distinct json_extract_string(tags, '$.app')"
        " from main_intermediate.int_gpu_usage where activity_key = 'pod:ml/hourly'"
    ).fetchall() == [("chat",)]


def test_slurm_gpu_seconds(tables):
    assert daily(tables, "slurm.sacct") == {
        ("job:10", DAY_5): (8 * 3 * 3600, None),
        ("job:10", DAY_6): (8 * 2 * 3600, None),
        ("job:12", DAY_6): (3600, None),
        # two types of GPU; from 23:30 UTC the day before to 00:30 UTC
        ("job:20_1", date(2026, 1, 4)): (2 * 1800, None),
        ("job:20_1", DAY_5): (2 * 86_400, None),
        ("job:20_1", DAY_6): (2 * 1800, None),
    }
    assert tables.execute(
        "select started_at, credential_id, project_id, gpu_model,"
        " json_extract_string(tags, '$.job_name')"
        " from main_intermediate.int_gpu_usage where activity_key = 'job:10'"
    ).fetchall() == [(datetime(2026, 1, 5, 21), "alice", "physics", "A100", 'a "b"')]


def test_our_own_contract_still_lands_without_its_new_columns(tables):
    assert daily(tables, "standard.gpu_usage") == {
        ("reserved", DAY_5): (43_200, None),
        ("reserved", DAY_6): (43_200, None),
    }


def test_telemetry_adds_no_gpu_seconds(tables):
    assert tables.execute(
        "select count(*) from main_intermediate.int_gpu_usage where gpu_usage_source like 'dcgm%'"
    ).fetchall() == [(0,)]
    assert tables.execute(
        "select activity_share, sampled_at from main_staging.stg_dcgm__metrics order by sampled_at"
    ).fetchall() == [
        (Decimal("0.5"), datetime(2026, 1, 5)),
        (Decimal(1), datetime(2026, 1, 5, 1, 0, 0, 781_000)),
    ]


@pytest.mark.parametrize(
    ("feed", "text", "options", "said"),
    [
        ("dcgm.metrics", json.dumps(DCGM), (), "step_seconds"),
        ("slurm.sacct", SACCT_LOCAL, ("--set", "utc_offset_minutes=Europe/Berlin"), "whole number"),
        ("slurm.sacct", SACCT_LOCAL.replace("Start", "Begin"), (), "start_at"),
        ("opencost.allocations", '{"code": 200, "data": [{"a": null}]}', (), "object"),
    ],
)
def test_what_is_not_said_is_asked_for(land, capsys, monkeypatch, feed, text, options, said):
    monkeypatch.setattr(expectations, "build_docs", lambda: None)
    assert land(feed, "refused.txt", text, *options) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
