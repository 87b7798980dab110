"""Pages one after another, each of them once: a chain that repeats or breaks off is refused."""

import hashlib
from collections.abc import Iterator
from typing import Any

from dlt.common import jsonpath
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import (
    BasePaginator,
    BaseReferencePaginator,
    JSONResponseCursorPaginator,
    PageNumberPaginator,
    SinglePagePaginator,
)
from landing import exact_json
from landing.refusal import Refusal
from requests import Request, Response

from pulling.calling import refuse_answer
from pulling.endpoints import Paging

ROWS = "data"


class LastIdPaginator(BaseReferencePaginator):
    """The next page begins after the `id` of this page's last row."""

    def __init__(self, param: str) -> None:
        """`param` is the parameter that takes the id."""
        super().__init__()
        self.param = param

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """Remember the last row's id."""
        page = response.json()
        rows = page.get(ROWS) if isinstance(page, dict) else None
        self._next_reference = rows[-1].get("id") if isinstance(rows, list) and rows else None

    def update_request(self, request: Request) -> None:
        """Ask for what follows it."""
        request.params[self.param] = self._next_reference


def paginator_of(paging: Paging) -> BasePaginator:
    """dlt's paginator for a kind of paging; whether there is a next page is judged by Chain."""
    if paging.kind == "cursor":
        return JSONResponseCursorPaginator(paging.cursor_path, cursor_param=paging.param)
    if paging.kind == "last_id":
        return LastIdPaginator(paging.param)
    if paging.kind == "number":
        return PageNumberPaginator(1, page_param=paging.param, total_path=None)
    return SinglePagePaginator()


def pages(
    client: RESTClient, path: str, params: dict[str, Any], paging: Paging
) -> Iterator[tuple[bytes, list[Any]]]:
    """Each page as it was received, and its rows."""
    chain = Chain(path, paging)
    for page in client.paginate(
        path,
        params={**params},
        paginator=paginator_of(paging),
        data_selector="$",  # what is in the page is judged by Chain
        hooks={"response": [refuse_answer]},
        allow_redirects=False,
    ):
        content = page.response.content
        rows, goes_on = chain.add(content)
        yield content, rows
        if not goes_on:
            break
    chain.finish()


class Chain:
    """What the pages of one request said so far."""

    def __init__(self, path: str, paging: Paging) -> None:
        """No page yet."""
        self.where = f"/{path}"
        self.paging = paging
        self.page_count = self.row_count = 0
        self.total: int | None = None
        self.cursors: set[str] = set()
        self.digests: set[bytes] = set()

    def add(self, content: bytes) -> tuple[list[Any], bool]:
        """The rows of the next page, and whether others follow; refuses what would never end."""
        self.page_count += 1
        page = exact_json.DECODER.decode(content.decode("utf-8-sig").strip())
        rows = page.get(ROWS) if isinstance(page, dict) else None
        if not isinstance(rows, list):
            raise self._refusal("has no list 'data': is the base URL right?")
        digest = hashlib.sha256(exact_json.dumps(rows).encode()).digest()
        if rows and digest in self.digests:
            raise self._refusal("repeats an earlier page, its rows would count twice")
        self.digests.add(digest)
        self.row_count += len(rows)
        if self.paging.kind == "number":
            self.total = _number(page, self.paging.count_path)
            number_of_pages = _number(page, self.paging.total_path)
            if self.total is None or number_of_pages is None:
                raise self._refusal(f"does not say '{self.paging.count_path}'")
            return rows, self.page_count < number_of_pages and bool(rows)
        return rows, self.paging.kind != "single" and self._goes_on(page, rows)

    def _goes_on(self, page: dict, rows: list[Any]) -> bool:
        has_more = page.get(self.paging.has_more_path) if self.paging.has_more_path else None
        if self.paging.kind == "last_id":
            cursor = rows[-1].get("id") if rows and isinstance(rows[-1], dict) else None
        else:
            cursor = _at(page, self.paging.cursor_path)
        if has_more is False or (self.paging.has_more_path is None and not cursor):
            return False
        if has_more is not True and self.paging.has_more_path:
            raise self._refusal("does not say whether others follow (has_more)")
        if not cursor:
            raise self._refusal("says that others follow, and not which (no cursor)")
        if str(cursor) in self.cursors:
            raise self._refusal("leads back to an earlier page (same cursor)")
        self.cursors.add(str(cursor))
        return True

    def finish(self) -> None:
        """Refuse a chain that gave other rows than it said."""
        if self.total is not None and self.total != self.row_count:
            raise Refusal(
                f"{self.where}: gave {self.row_count} rows of {self.total}: they changed while "
                "they were read, run it again"
            )

    def _refusal(self, why: str) -> Refusal:
        return Refusal(f"{self.where}: page {self.page_count} {why}; nothing of it was landed")


def _at(page: dict, path: str) -> Any:
    values = jsonpath.find_values(path, page)
    return values[0] if values else None


def _number(page: dict, path: str) -> int | None:
    value = _at(page, path)
    return int(value) if value is not None and str(value).isdigit() else None
