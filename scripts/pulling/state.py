"""What was fetched so far, in the state of a dlt pipeline under RAW_ROOT; no key is in it."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import dlt
from landing.refusal import Refusal

FOLDER = "_pull_state"


@dataclass
class Fetched:
    """Days [since, until) of a feed that were landed, and the rows whose lists were (by day)."""

    since: date
    until: date
    lists: dict[str, str] = field(default_factory=dict)

    def with_days(self, start: date, end: date) -> "Fetched":
        """The days together with [start, end); only the new ones where a gap lies between."""
        if start <= self.until and end >= self.since:
            return Fetched(min(self.since, start), max(self.until, end), self.lists)
        return Fetched(start, end, self.lists)


class PullState:
    """The state of one vendor's feeds; a key is a feed with the constants it is landed with."""

    def __init__(self, raw_root: Path, vendor_name: str) -> None:
        """Open it, or begin it."""
        name, folder = f"pull_{vendor_name}", (raw_root / FOLDER).absolute()
        self.path = folder / name / "state.json"
        try:
            self.pipeline = dlt.pipeline(name, pipelines_dir=str(folder))
        except ValueError as error:
            raise self._damaged() from error

    def read(self, key: str) -> Fetched | None:
        """What is known of a feed; None before its first delivery."""
        try:
            value = self.pipeline.get_local_state_val(key)
        except KeyError:
            return None
        except ValueError as error:
            raise self._damaged() from error
        since, until = (date.fromisoformat(value[name]) for name in ("since", "until"))
        return Fetched(since, until, dict(value["lists"]))

    def _damaged(self) -> Refusal:
        return Refusal(f"{self.path}: is damaged: remove it, and say --since again")

    def write(self, key: str, fetched: Fetched) -> None:
        """Remember it at once: a run that is killed afterwards goes on from here."""
        value = {
            "since": fetched.since.isoformat(),
            "until": fetched.until.isoformat(),
            "lists": fetched.lists,
        }
        self.pipeline.set_local_state_val(key, value)


def state_key(feed_name: str, constants: dict[str, str]) -> str:
    """One key per feed and constants: two organisations are fetched independently."""
    return f"{feed_name} {json.dumps(constants, sort_keys=True)}"


@contextmanager
def only_pull(raw_root: Path, vendor_name: str) -> Iterator[None]:
    """Refuse a second pull of a vendor into the same raw folder while one is under way."""
    folder = raw_root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{vendor_name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(f"{vendor_name}: another pull of it is under way: wait for it") from None
        yield
