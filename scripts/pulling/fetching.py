"""The pages of one feed and some days, from the API into files, byte by byte as received."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dlt.sources.helpers.rest_client import RESTClient
from landing.refusal import Refusal
from requests import RequestException

from pulling.calling import refusal
from pulling.days import day_of, time_params
from pulling.endpoints import Endpoint, Vendor
from pulling.keys import Keys
from pulling.paging import pages

# pages are put into one file until it is this large: thousands of small files land slowly
FILE_BYTES = 8 << 20


@dataclass
class PageFiles:
    """A folder of files with the pages of one delivery, one after another."""

    folder: Path
    stem: str
    files: list[Path] = field(default_factory=list)
    page_count: int = 0
    row_count: int = 0
    days: set[date | None] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with an empty folder, whatever an earlier run that was killed left there."""
        shutil.rmtree(self.folder, ignore_errors=True)
        # answers may hold prompts
        self.folder.mkdir(parents=True, mode=0o700)

    def add(self, content: bytes, row_count: int, days: set[date | None]) -> None:
        """Write a page whose buckets start on `days`."""
        if not self.files or self.files[-1].stat().st_size + len(content) > FILE_BYTES:
            self.files.append(self.folder / f"{self.stem}-{len(self.files) + 1:04}.json")
        with self.files[-1].open("ab") as out:
            out.write(content)
            out.write(b"\n")
        self.page_count += 1
        self.row_count += row_count
        self.days |= days

    def remove(self) -> None:
        """Remove the folder, and those above it that are empty then."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for parent in list(self.folder.parents)[:2]:
            with suppress(OSError):
                parent.rmdir()


@dataclass(frozen=True)
class Api:
    """A vendor's API with a key to it."""

    vendor: Vendor
    keys: Keys
    client: RESTClient

    def chains(
        self, endpoint: Endpoint, start: date, end: date, known: dict[str, str]
    ) -> Iterator[tuple[str | None, str, dict[str, Any]]]:
        """(row that it is a list of, path, parameters) of every chain of pages for [start, end).

        `known` are the rows whose lists were landed before: they are not asked for again.
        """
        for params in time_params(endpoint, start, end):
            if not endpoint.each_of:
                yield None, endpoint.path, {**dict(endpoint.params), **params}
                continue
            parent = endpoint.each_of
            asked = {**dict(endpoint.params), **params}
            for _, rows in self._pages(parent.path, asked, endpoint):
                for row in rows:
                    if row["id"] not in known and row.get("status") not in parent.skipped_status:
                        path = endpoint.path.format(id=_plain_id(row["id"]))
                        yield row["id"], path, dict(endpoint.params)

    def fetch(
        self, endpoint: Endpoint, start: date, end: date, files: PageFiles, known: dict[str, str]
    ) -> list[str]:
        """Fetch [start, end) into `files`; the rows whose lists are in them now."""
        owners = []
        for owner, path, params in self.chains(endpoint, start, end, known):
            for content, rows in self._pages(path, params, endpoint):
                files.add(content, len(rows), {day_of(endpoint, row) for row in rows})
            owners += [owner] if owner else []
        return owners

    def _pages(
        self, path: str, params: dict[str, Any], endpoint: Endpoint
    ) -> Iterator[tuple[bytes, list[Any]]]:
        try:
            for content, rows in pages(self.client, path, params, endpoint.paging):
                if self.keys.are_in(content):
                    raise Refusal(
                        f"{self.vendor.name}: /{path}: the answer holds the key: not kept"
                    )
                yield content, rows
        except RequestException as error:
            raise refusal(self.vendor, self.keys, path, error) from None


def _plain_id(text: str) -> str:
    """An id that is part of a path: nothing that leads elsewhere."""
    if not text.replace("_", "").isalnum():
        raise Refusal(f"an id in the answer is not one: {text[:40]}")
    return text


def page_files(raw_root: Path, feed_name: str, start: date, end: date) -> PageFiles:
    """Where the pages of a feed and some days are kept until they are landed."""
    stem = f"{feed_name.replace('.', '-')}-{start}-{end}"
    return PageFiles(raw_root / "_pulls" / feed_name / f"{start}-{end}", stem)
