"""Units of work: who wants what, when, in how many requests, and how it ended."""

import numpy as np
from numpy.typing import NDArray

from .customers import Customers
from .randomness import Draws
from .workloads import CHAT, CUSTOMER_KINDS, KINDS, day_weights
from .world import DAY_MS, HOUR_MS, World

Columns = dict[str, NDArray]
_LAST_START_MS = DAY_MS - HOUR_MS // 2  # nothing runs past the last day


def simulate_sessions(world: World, customers: Customers) -> Columns:
    """Columns kind, size (they add up to the requests), start_ms since the first day, customer."""
    draws = Draws(world.seed, np.arange(world.requests, dtype=np.uint64))
    kind = draws.pick("kind", [k.weight for k in KINDS]).astype(np.int8)
    size = np.zeros(world.requests, dtype=np.int8)
    for k, spec in enumerate(KINDS):
        chosen = np.flatnonzero(kind == k)
        size[chosen] = draws.of(chosen).pick("size", spec.sizes) + 1
    ends = np.cumsum(size, dtype=np.int64)
    count = int(np.searchsorted(ends, world.requests)) + 1
    size[count - 1] -= ends[count - 1] - world.requests
    kind, size = kind[:count], size[:count]
    draws = draws.of(slice(count))

    start_ms = np.zeros(count, dtype=np.int64)
    for k, spec in enumerate(KINDS):
        chosen = np.flatnonzero(kind == k)
        mine = draws.of(chosen)
        day = mine.pick("day", day_weights(world, spec))
        in_day = mine.pick("hour", spec.hours) * HOUR_MS + mine.below("millisecond", HOUR_MS)
        in_day = np.where(day == world.days - 1, np.minimum(in_day, _LAST_START_MS), in_day)
        start_ms[chosen] = day * DAY_MS + in_day
    return {
        "kind": kind,
        "size": size,
        "start_ms": start_ms,
        "customer": _customers(world, customers, draws, kind, start_ms),
    }


def _customers(
    world: World, customers: Customers, draws: Draws, kind: NDArray, start_ms: NDArray
) -> NDArray[np.int16]:
    """Customer number of each session; 0 where nobody knows: some chats, and internal work."""
    number = np.zeros(len(kind), dtype=np.int16)
    for m, month in enumerate(world.months):
        in_month = (start_ms >= month.first * DAY_MS) & (start_ms < month.end * DAY_MS)
        for k in CUSTOMER_KINDS:
            chosen = np.flatnonzero(in_month & (kind == k))
            weights = customers.weights(KINDS[k].feature, m)
            number[chosen] = draws.of(chosen).pick("customer", list(weights)) + 1
    anonymous = (kind == CHAT) & draws.chance("anonymous", 25)
    return np.where(anonymous, 0, number).astype(np.int16)


def simulate_events(world: World, sessions: Columns, last_failed: NDArray[np.bool_]) -> Columns:
    """Business events: one per customer session, except chats that the customer left.

    Rows may repeat an event: delivered twice, at times with a corrected outcome. `is_final` marks
    the version that counts; `week` the weekly export that the row arrives in.
    """
    draws = Draws(world.seed, np.arange(len(sessions["kind"]), dtype=np.uint64))
    is_customer_work = np.isin(sessions["kind"], CUSTOMER_KINDS)
    abandoned = (sessions["kind"] == CHAT) & draws.chance("abandoned", 20)
    session = np.flatnonzero(is_customer_work & ~abandoned)
    draws = draws.of(session)

    pace_ms = np.asarray([k.gap_ms for k in KINDS])[sessions["kind"][session]] + 10_000
    lasted_ms = sessions["size"][session] * pace_ms + draws.below("event delay", 30_000)
    occurred_ms = (sessions["start_ms"][session] + lasted_ms) // 1000 * 1000
    succeeded = ~(last_failed[session] | draws.chance("work failed", 50))
    week = np.minimum(occurred_ms // (7 * DAY_MS), world.weeks - 1)
    is_late = draws.chance("event late", 20) & (week < world.weeks - 1)
    is_twice = draws.chance("event twice", 40)
    was_corrected = is_twice & draws.chance("event corrected", 500)

    # not yet there when the week was exported
    late_ms = (week + 1) * 7 * DAY_MS + 6 * HOUR_MS + draws.below("event lateness", 2 * DAY_MS)
    received_ms = np.where(is_late, late_ms, occurred_ms + 1000 * (1 + draws.below("transit", 20)))
    week = week + is_late
    again = np.flatnonzero(is_twice)
    again_week = np.minimum(week[again] + 1, world.weeks - 1)

    def rows(first: NDArray, second: NDArray) -> NDArray:
        return np.concatenate([first, second])

    events = {
        "session": rows(session, session[again]).astype(np.int64),
        "kind": rows(sessions["kind"][session], sessions["kind"][session][again]),
        "customer": rows(sessions["customer"][session], sessions["customer"][session][again]),
        "occurred_ms": rows(occurred_ms, occurred_ms[again]),
        "received_ms": rows(received_ms, received_ms[again] + HOUR_MS),
        "succeeded": rows(succeeded ^ was_corrected, succeeded[again]),
        "is_final": rows(~is_twice, np.ones(len(again), dtype=bool)),
        "is_late": rows(is_late, np.zeros(len(again), dtype=bool)),
        "week": rows(week, again_week).astype(np.int16),
    }
    order = np.lexsort((events["received_ms"], events["session"], events["occurred_ms"]))
    return {name: column[order] for name, column in events.items()}
