"""What the user asks for, and what of it says whether an export was landed before."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from landing.feeds import Feed
from landing.refusal import Refusal


@dataclass(frozen=True)
class Request:
    """An export, how to read it, and the folders of the project."""

    source: str
    table: str
    files: tuple[str, ...]
    raw_root: Path
    sources_root: Path
    currencies_path: Path
    constants: dict[str, str] = field(default_factory=dict)
    exported_at: str | None = None
    landed_at: str | None = None
    date_order: str | None = None
    replaces_days: bool = False
    quarantines: bool = False
    is_in_place: bool = False
    is_again: bool = False


def delivery_id(
    request: Request,
    constants: dict[str, str],
    content_sha256: str,
    exported_at: str,
    withdrawal_ids: list[str],
) -> str:
    """16 hex digits that say whether an export was landed before.

    The same content under other options that change its meaning is another delivery; so is what is
    landed again after it was withdrawn, by the `withdrawal_ids`.
    """
    parts = [request.source, request.table, content_sha256, json.dumps(constants, sort_keys=True)]
    parts += [f"date_order={request.date_order}"] if request.date_order else []
    parts += ["replace_days"] if request.replaces_days else []
    parts += [f"exported_at={exported_at}"] if request.is_again else []
    parts += [f"after_withdrawal={withdrawal_id}" for withdrawal_id in withdrawal_ids]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def refuse_unreadable_names(request: Request) -> None:
    """Refuse file names and constants that are not UTF-8: they cannot be recorded."""
    for text in (*request.files, *(f"--set {k}={v}" for k, v in request.constants.items())):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            shown = text.encode(errors="backslashreplace").decode()
            raise Refusal(f"{shown}: is not UTF-8: rename the file, or write it anew") from error


def declared_constants(feed: Feed, constants: dict[str, str]) -> dict[str, str]:
    """--set values by the declared names of their columns; refuses names that are none."""
    declared = {}
    for name, value in constants.items():
        column = feed.column(name)
        if column is None:
            known = ", ".join(c.name for c in feed.columns)
            raise Refusal(f"--set {name}={value}: {feed.name} has no such column; it has: {known}")
        declared[column.name] = value
    return declared


def read_currencies(path: Path) -> list[str]:
    """The ISO 4217 codes of the reference seed."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return [line.split(",")[0] for line in lines if line]


def utc_text(text: str, option: str) -> str:
    """A time as fixed-width ISO text in UTC, which sorts like time; no offset means UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refusal(f"{option} {text}: is not ISO 8601, such as 2026-02-03T08:00:00Z") from error
    # strftime would write the year 1 with one digit
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def refuse_future_export(exported_at: str, landed_at: str) -> None:
    """Refuse an export that would outrank every later one; a day is left for clocks and zones."""
    if datetime.fromisoformat(exported_at) - datetime.fromisoformat(landed_at) > timedelta(days=1):
        raise Refusal(
            f"--exported-at {exported_at}: is later than its landing ({landed_at}) and would count "
            "before every export to come: correct it"
        )


def now() -> str:
    """The present moment as text."""
    return datetime.now(UTC).isoformat()
