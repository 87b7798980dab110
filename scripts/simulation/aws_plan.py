"""What runs on AWS: pods on a shared cluster, a model of its own, training jobs, data and traffic.

Times are whole multiples of nine seconds, so that hours are finite decimals and shares are exact.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .randomness import Draws
from .world import World

PAYER, PRODUCTION, RESEARCH = "100000000001", "100000000002", "100000000003"
REGION = "us-east-1"
BUCKET, BALANCER = "shared-datasets", "app/public/50dc6c495c0c9188"
TRAINING_PROJECT, OTHER_PROJECT = "recsys", "ml-lab"
GIGABYTE = 10**9
_STEP = 9
_FULL_DAY = 72_000  # seconds that a machine runs at most on a day
_TRAINING_GPUS = 8
_DATASETS = (
    ("catalogue", "recommendations", 700),
    ("tickets", "support_chat", 250),
    ("embeddings", "search", 400),
    ("scratch", "", 90),  # nobody's
)
_TRAFFIC = (("support_chat", 40), ("recommendations", 25), ("search", 11))


@dataclass(frozen=True)
class Pod:
    """A pod that holds one GPU of a node for a while."""

    day: int
    node: str
    name: str
    feature: str
    seconds: int
    busy_percent: int
    starts_at: int


@dataclass(frozen=True)
class NodeDay:
    """A machine that is paid for some seconds of a day."""

    day: int
    node: str
    instance_type: str
    seconds: int
    feature: str = ""  # its tag


@dataclass(frozen=True)
class Job:
    """A training job; times in seconds since the first midnight."""

    number: int
    project: str
    gpus: int
    start: int
    end: int

    def gpu_seconds_on(self, day: int) -> int:
        """What it holds on one day."""
        return self.gpus * max(0, min(self.end, (day + 1) * 86400) - max(self.start, day * 86400))


@dataclass(frozen=True)
class Stored:
    """A dataset in the shared bucket on one day."""

    day: int
    dataset: str
    feature: str
    byte_hours: int


@dataclass(frozen=True)
class Moved:
    """Bytes that a workload sent to the internet on one day."""

    day: int
    feature: str
    sent_bytes: int


class AwsPlan:
    """Everything that runs, in the order of days."""

    def __init__(self, world: World) -> None:
        """Draw the plan."""
        self.world = world
        self.scale = max(1, world.requests // 500)
        self.draws = Draws(world.seed, np.arange(world.days, dtype=np.uint64))
        self.machines = -(-self.scale // 1000)
        self.node_days: list[NodeDay] = []
        self.pods: list[Pod] = []
        self.trainers: list[NodeDay] = []
        self.jobs: list[Job] = []
        for machine in range(self.machines):
            self._cluster_node(machine, 0, ("support_chat", "invoice_categorisation"))
            self._cluster_node(machine, 1, ("recommendations", ""))
            self._search_node(machine)
        self._training()

    def _seconds(self, label: str, low: int, high: int) -> list[int]:
        """Seconds per day and machine."""
        steps = self.draws.below(label, high - low + 1) + low
        share = -(-self.scale // self.machines)
        return [int(s) * _STEP * share for s in steps]

    def _cluster_node(self, machine: int, half: int, features: tuple[str, str]) -> None:
        """Untagged. Use is not recorded on the first day and the last two; some days are idle."""
        node = f"i-0c1{half}{machine:013x}"
        paid = self._seconds(f"node {half} {machine} paid", 5, 8)
        parts = [self._seconds(f"node {half} {machine} pod {n}", 1, 2) for n in (0, 1)]
        for day in range(self.world.days):
            if half and self.world.day(day).weekday() % 2:
                continue
            self.node_days.append(NodeDay(day, node, "g5.xlarge", paid[day]))
            is_recorded = 1 <= day < self.world.days - 2
            if not is_recorded or day % 9 == 4:
                continue
            for n, feature in enumerate(features):
                if feature or day % 5 == 2:
                    name = f"{feature or 'debug'}-{machine}".replace("_", "-")
                    busy = 30 + 10 * (day % 5)
                    starts_at = 21_600 + n * parts[0][day]
                    self.pods.append(Pod(day, node, name, feature, parts[n][day], busy, starts_at))

    def _search_node(self, machine: int) -> None:
        """Tagged: what it does not use is idle cost of its owner."""
        node = f"i-0d20{machine:013x}"
        paid = self._seconds(f"search {machine} paid", 6, 8)
        held = self._seconds(f"search {machine} held", 4, 6)
        for day in range(self.world.days):
            self.node_days.append(NodeDay(day, node, "g6.xlarge", paid[day], "search"))
            if day >= 1:
                name = f"embedding-server-{machine}"
                self.pods.append(Pod(day, node, name, "search", held[day], 60, 28_800))

    def _training(self) -> None:
        """Nights over midnight on machines that the scheduler shares; some hours are idle."""
        half = -(-self.scale // self.machines) * 4 * _STEP
        days = self.world.days
        first, second = days * 12 // 59, days * 41 // 59
        paid: dict[int, int] = {}
        for number, night in enumerate((first, first + 1, second)):
            if night + 1 >= days:
                continue
            midnight = (night + 1) * 86400
            for day in (night, night + 1):
                paid[day] = paid.get(day, 0) + half
            for machine in range(self.machines):
                job = 4000 + 20 * (number * self.machines + machine)
                start, turn = midnight - half * 3 // 4, midnight + half // 2
                self.jobs.append(Job(job, TRAINING_PROJECT, _TRAINING_GPUS, start, turn))
                self.jobs.append(Job(job + 1, OTHER_PROJECT, 4, turn, turn + half // 4))
        for day in (first + 3, second + 3):  # up, and nobody came
            if day < days:
                paid[day] = paid.get(day, 0) + half
        self.trainers = [
            NodeDay(day, f"i-0e30{machine:013x}", "p4d.24xlarge", seconds)
            for day, seconds in sorted(paid.items())
            for machine in range(self.machines)
        ]

    @cached_property
    def pods_of(self) -> dict[str, list[Pod]]:
        """Pods by node."""
        found: dict[str, list[Pod]] = {node.node: [] for node in self.node_days}
        for pod in self.pods:
            found[pod.node].append(pod)
        return found

    @cached_property
    def stored(self) -> list[Stored]:
        """The datasets grow; what is stored is recorded every day."""
        return [
            Stored(day, dataset, feature, 24 * GIGABYTE * self.scale * (size + day) // 1000)
            for day in range(self.world.days)
            for dataset, feature, size in _DATASETS
        ]

    @property
    def spike_day(self) -> int:
        """A day on which the recommendations send twenty times as much as usual."""
        return self.world.days * 2 // 3

    @cached_property
    def moved(self) -> list[Moved]:
        """Traffic by workload; nobody recorded it on the first day, and on some days in between."""
        return [
            Moved(
                day,
                feature,
                self.scale * 10**6 * (size + day % 7)
                * (20 if feature == "recommendations" and day == self.spike_day else 1),
            )
            for day in range(1, self.world.days)
            if day % 13 != 6
            for feature, size in _TRAFFIC
        ]  # fmt: skip
