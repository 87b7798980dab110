"""SQLAlchemy dialect with which Great Expectations reads landing's own DuckDB connection.

The stock duckdb-engine dialect rolls back before results are fetched, which discards them; here
nothing is ever rolled back, committed or closed, because checks only read. Whoever validates sets
`LandingDialect.current` first.
"""

from typing import Any, ClassVar

import duckdb
import duckdb_engine
from sqlalchemy.dialects import registry


class _Connection:
    """A DB-API connection that hands out cursors of the landing that is under way."""

    autocommit = None
    closed = False
    notices: ClassVar[list[str]] = []

    def cursor(self) -> duckdb_engine.CursorWrapper:
        return duckdb_engine.CursorWrapper(LandingDialect.live().cursor(), self)  # type: ignore

    def close(self) -> None:
        """Nothing to close: landing owns the database."""

    commit = rollback = begin = close

    def __getattr__(self, name: str) -> Any:
        return getattr(LandingDialect.live(), name)


class LandingDialect(duckdb_engine.Dialect):
    """DuckDB, read only, on `current`."""

    supports_statement_cache = False
    current: ClassVar[duckdb.DuckDBPyConnection | None] = None

    @classmethod
    def live(cls) -> duckdb.DuckDBPyConnection:
        """The connection of the landing that is under way."""
        assert cls.current is not None, "no landing is under way"
        return cls.current

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        """A connection that is not one: see _Connection."""
        return _Connection()

    def do_rollback(self, connection: Any) -> None:
        """Keep the open result."""

    def do_reset(self, *args: Any) -> None:
        """Keep the open result."""

    def do_begin(self, connection: Any) -> None:
        """No transaction: one reader, no writer."""

    def do_commit(self, connection: Any) -> None:
        """Nothing was written."""


registry.register("landing", __name__, "LandingDialect")
