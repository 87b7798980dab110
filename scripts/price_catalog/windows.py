"""Daily windows in which a catalog lists other prices."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TIME_RANGE = re.compile(r"\s*(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)\s*")
DAY = 24 * 60


class Window(NamedTuple):
    """Part of the UTC day, HH:MM, end exclusive (24:00 = midnight), on ISO weekdays ('' = all)."""

    start: str
    end: str
    weekdays: str


class UnknownWindow(ValueError):
    """A window that cannot be written in UTC."""


def off_peak_windows(block: Mapping[str, Any]) -> list[Window]:
    """The windows of an `off_peak_pricing` entry of litellm."""
    offset = utc_offset(block.get("weekday_timezone"))
    found = list(_windows(block.get("hours_utc"), None, offset))
    for rule in block.get("windows") or ():
        found += _windows(rule.get("hours_utc"), rule.get("weekdays"), offset)
    if not found:
        raise UnknownWindow("no window")
    return sorted(set(found))


def utc_offset(zone: str | None) -> int:
    """Minutes by which the clock of a zone without summer time is ahead of UTC."""
    if not zone:
        return 0
    try:
        moments = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7))
        offsets = {m.astimezone(ZoneInfo(zone)).utcoffset() for m in moments}
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise UnknownWindow(zone) from error
    if len(offsets) != 1:
        raise UnknownWindow(zone)
    return int((offsets.pop() or timedelta()).total_seconds()) // 60


def _windows(hours: Any, weekdays: Any, offset: int) -> Iterator[Window]:
    for text in [hours] if isinstance(hours, str) else hours or ():
        if not (found := TIME_RANGE.fullmatch(text)):
            raise UnknownWindow(text)
        hour, minute, to_hour, to_minute = map(int, found.groups())
        start, end = hour * 60 + minute, to_hour * 60 + to_minute
        end = end if end > start else end + DAY
        if weekdays is None:
            yield Window(clock(start), clock(end if end <= DAY else end - DAY), "")
            continue
        if not all(str(day) in "1234567" for day in weekdays):
            raise UnknownWindow(str(weekdays))
        days = {int(day) for day in weekdays}
        # weekdays are those of the zone: cut where its day ends, and where the UTC day does
        midnights = (DAY - offset, DAY, 2 * DAY - offset)
        cuts = sorted({start, end, *(cut for cut in midnights if start < cut < end)})
        for first, last in pairwise(cuts):
            utc_day = first // DAY
            zone_day = (first + offset) // DAY
            shifted = sorted((day - 1 - zone_day + utc_day) % 7 + 1 for day in days)
            yield Window(
                clock(first % DAY),
                clock((last - 1) % DAY + 1),
                "".join(map(str, shifted)),
            )


def clock(minute: int) -> str:
    """A minute of the day as HH:MM."""
    return f"{minute // 60:02}:{minute % 60:02}"
