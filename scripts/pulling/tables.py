"""One feed of a vendor: which days, fetch, land, remember."""

import dataclasses
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from landing.delivery import Outcome, land
from landing.feeds import Feed, load_feeds
from landing.refusal import Refusal
from landing.request import Request
from landing.store import RawStore

from pulling.days import DAY, first_day, today, windows
from pulling.endpoints import Endpoint
from pulling.fetching import Api, PageFiles, page_files
from pulling.state import Fetched, PullState, state_key


@dataclass(frozen=True)
class Order:
    """What the user asks for, for every table alike."""

    since: date | None = None
    until: date | None = None
    look_back_days: int | None = None
    lands: bool = True
    keeps: bool = False
    refetches: bool = False
    constants: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pull:
    """One vendor's API, the raw folder, and how a delivery is told to the user."""

    api: Api
    state: PullState
    order: Order
    raw_root: Path
    request: Callable[[str, str, list[Path]], Request]
    report: Callable[[Outcome], None]

    def table(self, endpoint: Endpoint, feed: Feed) -> None:
        """Fetch and land what is new of a feed, and what may have changed."""
        key = state_key(feed.name, self.order.constants)
        fetched = self.state.read(key)
        start, until = self._days(endpoint, feed.name, fetched)
        if start >= until:
            print(f"{feed.name}: no day to fetch before {until}")
            return
        for first, end in windows(start, until, endpoint.window_days):
            known = {} if not fetched or self.order.refetches else fetched.lists
            owners = self._window(endpoint, feed, first, end, known)
            if not self.order.lands:
                continue
            fetched = fetched.with_days(first, end) if fetched else Fetched(first, end)
            fetched.lists |= dict.fromkeys(owners, first.isoformat())
            oldest = (first_day(endpoint, until) - 31 * DAY).isoformat()
            fetched.lists = {o: day for o, day in fetched.lists.items() if day >= oldest}
            self.state.write(key, fetched)

    def _days(self, endpoint: Endpoint, name: str, fetched: Fetched | None) -> tuple[date, date]:
        order, until = self.order, self.order.until or today()
        if until > today():
            raise Refusal(f"{name}: --until {until}: only days that are over (UTC) are fetched")
        start = order.since
        if fetched and not order.refetches and (not start or start >= fetched.since):
            again = first_day(endpoint, min(fetched.until, until), order.look_back_days)
            # before what is known there is nothing to look back to
            again = max(again, fetched.since)
            start = max(start, again) if start and start <= fetched.until else start or again
        if not start:
            raise Refusal(f"{name}: was never fetched here: say from which day on (--since)")
        if endpoint.max_age_days:
            oldest = today() - endpoint.max_age_days * DAY
            if start < oldest:
                print(f"{name}: the API reaches back to {oldest} only: earlier days are left out")
                start = oldest
        return start, until

    def _window(
        self, endpoint: Endpoint, feed: Feed, first: date, end: date, known: dict[str, str]
    ) -> list[str]:
        """Fetch and land [first, end) as one delivery."""
        exported_at = datetime.now(UTC).isoformat()
        # an API of single days answers without a bucket where nothing was used
        has_buckets = bool(feed.covers) and endpoint.clock != "day"
        files = page_files(self.raw_root, feed.name, first, end)
        is_fetched = is_done = False
        try:
            owners = self.api.fetch(endpoint, first, end, files, known)
            is_fetched = True
            days = f"{first} to {end - DAY}"
            print(
                f"{feed.name}: {days}: {files.page_count} pages, {files.row_count} "
                f"{'days' if has_buckets else 'rows'}",
                flush=True,
            )
            if has_buckets:
                _check_buckets(feed.name, first, end, files.days)
            if self.order.lands and files.row_count:
                self._land(feed, files, exported_at)
            is_done = True
        finally:
            # pages that cannot be landed are kept, to be looked at; half a fetch is not
            if is_fetched and (self.order.keeps or not self.order.lands or not is_done):
                print(f"{feed.name}: the pages are in {files.folder}", flush=True)
            else:
                files.remove()
        return owners

    def _land(self, feed: Feed, files: PageFiles, exported_at: str) -> None:
        request = self.request(feed.table, exported_at, files.files)
        outcome = land(request)
        if not outcome.is_new and feed.scope and self._is_outranked(feed, outcome.record):
            # what was said first, then otherwise, and now as first, counts again
            outcome = land(dataclasses.replace(request, is_again=True))
        self.report(outcome)

    def _is_outranked(self, feed: Feed, record: dict) -> bool:
        """Has something else been said of the same days since this delivery?"""
        since = [
            other
            for other in RawStore(self.raw_root).deliveries(feed.name)
            if other["exported_at"] > record["exported_at"] and _share_days(other, record)
        ]
        latest = max(since, key=lambda other: other["exported_at"], default=record)
        return latest["content_sha256"] != record["content_sha256"]


def _share_days(one: dict, other: dict) -> bool:
    ends = (one["period_start"], one["period_end"], other["period_start"], other["period_end"])
    return None in ends or (ends[0] <= ends[3] and ends[2] <= ends[1])


def _check_buckets(name: str, first: date, end: date, found: set[date | None]) -> None:
    """Refuse days whose last one is missing: it would count as known and not be asked again."""
    missing = [day for day, _ in windows(first, end, 1) if day not in found]
    if not missing:
        return
    if missing[-1] == end - DAY:
        raise Refusal(
            f"{name}: the API has nothing on {missing[-1]} yet, not even an empty bucket: try "
            f"later, or say --until {missing[-1]}; {first} to {end - DAY} was not landed"
        )
    note = f"note: {name}: the API leaves out {len(missing)} days, from {missing[0]}"
    print(note, file=sys.stderr, flush=True)


def feed_of(sources_root: Path, source: str, endpoint: Endpoint) -> Feed | None:
    """The feed that an endpoint is landed into; None where the project has none."""
    return load_feeds(sources_root).get(f"{source}.{endpoint.feed or endpoint.table}")
