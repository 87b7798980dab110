"""Who used what AWS bills: pods (OpenCost), training jobs (Slurm), datasets and flows."""

import json
from datetime import datetime, timedelta
from typing import Any

from .aws_bill import AWS
from .aws_plan import BALANCER, BUCKET, PRODUCTION, REGION, RESEARCH, TRAINING_PROJECT, AwsPlan
from .deliveries import Deliveries, write_records
from .world import World, iso

_MODELS = {"i-0c1": "NVIDIA-A10G", "i-0d2": "NVIDIA-L4"}
_SACCT = (
    "JobID|JobIDRaw|JobName|Cluster|User|Account|Partition|QOS|State|Start|End|ElapsedRaw|AllocTRES"
)


def write_aws_usage(world: World, plan: AwsPlan, deliveries: Deliveries) -> None:
    """Write a file per week of pods, two exports of jobs, and a file each of data and traffic."""
    for week in range(world.weeks):
        _write_pods(world, plan, deliveries, week)
    _write_jobs(world, plan, deliveries)
    _write_data(world, plan, deliveries)


def _write_pods(world: World, plan: AwsPlan, deliveries: Deliveries, week: int) -> None:
    """The answer of OpenCost's API: a map of allocations per day."""
    days = []
    for day in range(week * 7, world.week_end(week)):
        window = {"start": iso(world.at(day)), "end": iso(world.at(day + 1))}
        found = {}
        for pod in (pod for pod in plan.pods if pod.day == day):
            start = world.at(day) + timedelta(seconds=pod.starts_at)
            properties: dict[str, Any] = {
                "cluster": "shared",
                "node": f"node-{pod.node[4:]}",
                "namespace": "default",
                "pod": pod.name,
                "container": "main",
                "providerID": f"aws:///{REGION}a/{pod.node}",
            }
            if pod.feature:
                properties["labels"] = {"feature": pod.feature}
            found[f"shared/default/{pod.name}"] = {
                "name": f"shared/default/{pod.name}",
                "properties": properties,
                "window": window,
                "start": iso(start),
                "end": iso(start + timedelta(seconds=pod.seconds)),
                "gpuCount": 1,
                "gpuHours": pod.seconds / 3600,
                "gpuCost": 0,
                "gpuAllocation": {
                    "gpuModel": _MODELS[pod.node[:5]],
                    "gpuRequestAverage": 1,
                    "gpuUsageAverage": pod.busy_percent / 100,
                },
            }
        days.append(found)
    exported_at = world.at(world.week_end(week), hour=5)
    name = f"{exported_at:%Y-%m-%d}.json"
    path = deliveries.path("opencost", "allocations", name, exported_at, f"account_id={PRODUCTION}")
    lines = ",\n".join(json.dumps(found, separators=(",", ":")) for found in days if found)
    path.write_text(f'{{"code":200,"data":[\n{lines}\n]}}\n', encoding="utf-8")


def _write_jobs(world: World, plan: AwsPlan, deliveries: Deliveries) -> None:
    """Once while a job of the last night runs, once when all have ended."""
    if not plan.jobs:
        return
    last = max(plan.jobs, key=lambda job: job.end - job.start)
    running_at = world.at(0) + timedelta(seconds=(last.start // 86400 + 1) * 86400 + 1)
    for exported_at in (running_at, world.at(world.days, hour=5)):
        rows = [
            row
            for job in plan.jobs
            if world.at(0) + timedelta(seconds=job.start) < exported_at
            for row in _sacct_rows(world, job, exported_at)
        ]
        path = deliveries.path(
            "slurm",
            "sacct",
            f"{exported_at:%Y-%m-%d}.txt",
            exported_at,
            f"provider_id={AWS};account_id={RESEARCH}",
        )
        path.write_text("\n".join([_SACCT, *rows]) + "\n", encoding="utf-8")


def _sacct_rows(world: World, job: Any, exported_at: datetime) -> list[str]:
    """The job and its steps, which hold the same GPUs."""
    start = world.at(0) + timedelta(seconds=job.start)
    end = world.at(0) + timedelta(seconds=job.end)
    is_running = end > exported_at
    elapsed = int((min(end, exported_at) - start).total_seconds())
    ended = "Unknown" if is_running else f"{end:%Y-%m-%dT%H:%M:%S+0000}"
    state = "RUNNING" if is_running else "COMPLETED"
    name = "train_recommender" if job.project == TRAINING_PROJECT else "sweep"
    rows = []
    for step in ("", ".batch", ".extern", ".0"):
        gres = f"gres/gpu:a100={job.gpus},gres/gpu={job.gpus}"
        tres = f"billing=96,cpu=96,{gres},node=1" if not step else f"cpu=96,{gres},node=1"
        rows.append(
            "|".join([
                f"{job.number}{step}",
                f"{job.number}{step}",
                step[1:] or name,
                "training",
                "" if step else "mlops",
                job.project,
                "" if step else "gpu",
                "" if step else "normal",
                state,
                f"{start:%Y-%m-%dT%H:%M:%S+0000}",
                ended,
                str(elapsed),
                tres,
            ])
        )  # fmt: skip
    return rows


def _write_data(world: World, plan: AwsPlan, deliveries: Deliveries) -> None:
    exported_at = world.at(world.days, hour=7)
    stored = [
        {
            "dataset_id": s.dataset,
            "usage_date": world.day(s.day),
            "account_id": PRODUCTION,
            "provider_id": AWS,
            "resource_id": BUCKET,
            "storage_class": "STANDARD",
            "region_id": REGION,
            "byte_hours": s.byte_hours,
            "tags": json.dumps({"feature": s.feature}) if s.feature else "",
            "updated_at": world.at(s.day + 1, hour=1),
        }
        for s in plan.stored
    ]
    moved = [
        {
            "transfer_id": f"aws-{world.day(m.day)}-{m.feature}",
            "usage_date": world.day(m.day),
            "account_id": PRODUCTION,
            "provider_id": AWS,
            "resource_id": BALANCER,
            "from_region_id": REGION,
            "to_region_id": "",
            "transfer_kind": "internet",
            "transferred_bytes": m.sent_bytes,
            "tags": json.dumps({"feature": m.feature}),
            "updated_at": world.at(m.day + 1, hour=1),
        }
        for m in plan.moved
    ]
    for table, records in (("storage_usage", stored), ("data_transfers", moved)):
        name = f"aws-{exported_at:%Y-%m-%d}.csv"
        write_records(deliveries.path("standard", table, name, exported_at), records)
