"""Which days to fetch: what is not known yet, and what may still change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from pulling.endpoints import Endpoint

DAY = timedelta(days=1)


def today() -> date:
    """The UTC day that is not over yet."""
    return datetime.now(UTC).date()


def first_day(endpoint: Endpoint, known_until: date, look_back_days: int | None = None) -> date:
    """The first day to fetch again after everything before `known_until` was fetched once."""
    days = endpoint.look_back_days if look_back_days is None else look_back_days
    day = known_until - days * DAY
    return day.replace(day=1) if endpoint.restates_month else day


def windows(start: date, until: date, most_days: int) -> Iterator[tuple[date, date]]:
    """[start, until) in deliveries: parts of one calendar month, of at most so many days."""
    while start < until:
        next_month = (start.replace(day=1) + 32 * DAY).replace(day=1)
        end = min(until, next_month, start + most_days * DAY)
        yield start, end
        start = end


def time_params(endpoint: Endpoint, start: date, end: date) -> Iterator[dict[str, str]]:
    """The parameters of the requests for [start, end): one, or one per day."""
    if endpoint.clock == "day":
        while start < end:
            yield {endpoint.start: start.isoformat()}
            start += DAY
        return
    params = {endpoint.start: _written(endpoint, start)}
    if endpoint.end:
        params[endpoint.end] = _written(endpoint, end)
    yield params


def day_of(endpoint: Endpoint, bucket: object) -> date | None:
    """The day on which a bucket starts: it names its start as the request does."""
    text = str(bucket.get(endpoint.start, "")) if isinstance(bucket, dict) else ""
    try:
        if endpoint.clock == "unix_seconds":
            return datetime.fromtimestamp(float(text), UTC).date()
        return date.fromisoformat(text[:10])
    except (ValueError, OverflowError, OSError):
        return None


def _written(endpoint: Endpoint, day: date) -> str:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if endpoint.clock == "unix_seconds":
        return str(int(moment.timestamp()))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
