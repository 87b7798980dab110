"""What a connector is made of."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Paging:
    """How the pages of an endpoint follow one another.

    cursor: the next one's name is in the page, at `cursor_path`; last_id: it is the `id` of the
    page's last row; number: pages are counted, `total_path` says how many and `count_path` how many
    rows; single: there is one page.
    """

    kind: Literal["cursor", "last_id", "number", "single"] = "cursor"
    param: str = "page"
    cursor_path: str = "next_page"
    has_more_path: str | None = "has_more"
    total_path: str = ""
    count_path: str = ""


@dataclass(frozen=True)
class Parent:
    """The list whose rows each have a list of their own; rows with such a `status` are left out."""

    path: str
    skipped_status: tuple[str, ...] = ()


@dataclass(frozen=True)
class Endpoint:
    """One feed and how an API gives it; days are UTC days.

    `start` and `end` are the parameters of the time range, written as `clock` says (`day`: the API
    answers for one day per request). What may still change is fetched again: the last
    `look_back_days`, or from the first of their month on where the vendor restates months.
    `max_age_days` is how far back the API reaches, `window_days` what is landed as one delivery (at
    most a calendar month). `feed` is given where it is not the table's name.
    """

    table: str
    path: str
    start: str
    end: str | None = None
    clock: Literal["unix_seconds", "iso", "day"] = "unix_seconds"
    params: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    paging: Paging = Paging()
    look_back_days: int = 3
    restates_month: bool = False
    window_days: int = 31
    max_age_days: int | None = None
    each_of: Parent | None = None
    feed: str | None = None


@dataclass(frozen=True)
class Vendor:
    """An API: where it is, which environment variables hold its key, and what the key must allow.

    `auth` is bearer, basic (two variables: user, password) or the name of a header.
    """

    name: str
    base_url: str
    key_variables: tuple[str, ...]
    permission: str
    endpoints: tuple[Endpoint, ...]
    auth: str = "bearer"
    headers: tuple[tuple[str, str], ...] = ()
    base_url_variables: tuple[str, ...] = ()
