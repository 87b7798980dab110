"""A word on stderr for whoever waits; nothing as long as it is quick."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

QUIET_SECONDS = 10.0


class Progress:
    """Says how far a slow step is, at most every ten seconds."""

    def __init__(self) -> None:
        """The wait starts now."""
        self._last = time.monotonic()

    def __call__(self, what: str, share: float) -> None:
        """`what` is under way, `share` (0..1) of it done."""
        now = time.monotonic()
        if now - self._last >= QUIET_SECONDS:
            self._last = now
            print(f"{what}, {share:.0%}", file=sys.stderr, flush=True)

    @contextmanager
    def watching(self, con: duckdb.DuckDBPyConnection, what: str) -> Iterator[None]:
        """Report a query that runs inside the block on `con`."""
        is_done = threading.Event()

        def watch() -> None:
            while not is_done.wait(1.0):
                self(what, max(con.query_progress(), 0.0) / 100)

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_done.set()
            thread.join()
