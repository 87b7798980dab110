"""The frame of one simulation: its arguments, calendar and the moments when things happen."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
UNBILLED_DAYS = 2


@dataclass(frozen=True)
class Month:
    """The days [first, end) of the simulation that fall into one calendar month."""

    label: str
    first: int
    end: int


@dataclass(frozen=True)
class World:
    """The arguments of a simulation, and what follows from them."""

    seed: int
    start: date
    days: int
    requests: int
    log_format: str
    bill_lines: int = 0  # lines of a large fleet on the AWS bill, beside all others
    customer_count: int | None = None  # by the number of requests, unless given

    @property
    def is_large(self) -> bool:
        """Large outputs are Parquet where small ones are text."""
        return self.requests > 200_000

    @property
    def customers(self) -> int:
        """Number of customers."""
        return self.customer_count or min(2000, max(40, self.requests // 1000))

    @property
    def weeks(self) -> int:
        """Weekly exports; the last one may be shorter."""
        return -(-self.days // 7)

    @property
    def billed_days(self) -> int:
        """Days whose provider bill has arrived; the later ones have only usage."""
        return self.days - UNBILLED_DAYS

    @property
    def price_change_day(self) -> int:
        """Day of the price change: a working day for the default arguments."""
        return self.days * 43 // 59 - 1

    @property
    def start_ms(self) -> int:
        """Epoch milliseconds of the first midnight."""
        return int(self.at(0).timestamp()) * 1000

    @property
    def price_change(self) -> datetime:
        """The negotiated gpt-5-mini price changes in the middle of this day."""
        return self.at(self.price_change_day, hour=16)

    @property
    def now(self) -> datetime:
        """The morning after the last day: nothing is exported later."""
        return self.at(self.days, hour=8)

    def at(self, day: int, hour: int = 0, minute: int = 0) -> datetime:
        """UTC moment on a day counted from the first one."""
        midnight = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        return midnight + timedelta(days=day, hours=hour, minutes=minute)

    def day(self, index: int) -> date:
        """Date of a day counted from the first one."""
        return self.start + timedelta(days=index)

    @cached_property
    def months(self) -> list[Month]:
        """The calendar months, cut to the simulated days."""
        firsts = [d for d in range(self.days) if d == 0 or self.day(d).day == 1]
        ends = [*firsts[1:], self.days]
        return [Month(f"{self.day(a):%Y-%m}", a, b) for a, b in zip(firsts, ends, strict=True)]

    def week_end(self, week: int) -> int:
        """Day after the last one of a week."""
        return min((week + 1) * 7, self.days)


def iso(moment: datetime) -> str:
    """ISO 8601 text of a UTC moment."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def flow_days(world: World) -> range:
    """Days on which the traffic of the API was recorded."""
    return range(0, world.days, 7)


def next_month(first: date) -> date:
    """First day of the following month."""
    return (first + timedelta(days=32)).replace(day=1)
