"""One Great Expectations suite per feed, derived from its YAML, run on the typed rows.

The suite holds what a delivery must keep before anything is accepted; row by row reading has
found unreadable values before. Reports are HTML pages under `$RAW_ROOT/_data_docs`.
"""

import contextlib
import io
import os
import shutil
import warnings
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import duckdb

from landing.feeds import Feed
from landing.refusal import Refusal

_context: Any = None
_docs = Path()
_runs = 0


def suite_of(feed: Feed, currencies: list[str]) -> list[dict[str, Any]]:
    """The expectations of a feed, as {type, kwargs}."""
    suite: list[dict[str, Any]] = [
        {
            "type": "expect_table_columns_to_match_set",
            "kwargs": {"column_set": [c.name for c in feed.columns], "exact_match": False},
        }
    ]
    if not feed.covers:
        suite.append({"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}})
    for column in feed.columns:
        if feed.is_never_null(column):
            suite.append(
                {
                    "type": "expect_column_values_to_not_be_null",
                    "kwargs": {"column": column.name},
                }
            )
    both_cases = currencies + [code.lower() for code in currencies]
    for name in feed.currency_columns:
        suite.append(
            {
                "type": "expect_column_values_to_be_in_set",
                "kwargs": {"column": name, "value_set": both_cases, "mostly": 1.0},
            }
        )
    return suite + [{"type": e["type"], "kwargs": e.get("kwargs", {})} for e in feed.expectations]


def validate(
    con: duckdb.DuckDBPyConnection, feed: Feed, currencies: list[str], raw_root: Path, what: str
) -> None:
    """Run the feed's suite on the view `accepted`; refuse at the first expectation that fails."""
    global _runs
    gx, context = _great_expectations(con, raw_root)
    _runs += 1
    name = f"{feed.name}.{_runs}"
    with _quiet():
        from landing.gx_dialect import LandingDialect

        LandingDialect.current = con
        asset = context.data_sources.get("landing").add_table_asset(name, table_name="accepted")
        batch = asset.add_batch_definition_whole_table("delivery")
        suite = context.suites.add(
            gx.ExpectationSuite(name=name, expectations=suite_of(feed, currencies))
        )
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(name=name, data=batch, suite=suite)
        )
        result = definition.run(result_format={"result_format": "SUMMARY"})
    failed = next((r for r in result.results if not r.success), None)
    if failed is not None:
        raise Refusal(f"{what}: {_in_words(failed)}: correct the export")


def _great_expectations(con: duckdb.DuckDBPyConnection, raw_root: Path) -> tuple[Any, Any]:
    """The library (imported on first use, it is slow) and one context for the whole process."""
    global _context, _docs
    _docs = (raw_root / "_data_docs").absolute()
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with _quiet():
        import great_expectations as gx

        from landing.gx_dialect import LandingDialect

        LandingDialect.current = con
        if _context is None:
            _context = gx.get_context(mode="ephemeral")
            _context.variables.progress_bars = {"globally": False, "metric_calculations": False}
            _context.data_sources.add_sql("landing", connection_string="landing://")
            _context.add_data_docs_site(
                "raw",
                {
                    "class_name": "SiteBuilder",
                    "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                    "store_backend": {
                        "class_name": "TupleFilesystemStoreBackend",
                        # a site of its own for each run: building one wipes what was there
                        "base_directory": str(_docs / run),
                    },
                },
            )
    return gx, _context


def build_docs() -> None:
    """Write the reports of this process's deliveries; a failure is no reason to lose a landing."""
    global _context, _runs
    if _context is not None and _runs:
        with _quiet(), contextlib.suppress(Exception):
            # a site of its own in the temporary folder, 4 MB each time, is the library's default
            _context.build_data_docs(site_names=["raw"])
        with contextlib.suppress(OSError):
            share_static_files(_docs)
            write_index(_docs)
    _context, _runs = None, 0


def share_static_files(docs: Path) -> None:
    """Keep the 4 MB of styles and pictures that every site brings along once."""
    for own in docs.glob("*/static"):
        if not own.is_symlink():
            if (docs / "static").exists():
                shutil.rmtree(own)
            else:
                own.rename(docs / "static")
            own.symlink_to("../static")


def write_index(docs: Path) -> None:
    """`deliveries.html`: a link to the report of every delivery ever checked, newest first.

    Great Expectations' own index knows one run only, and needs scripts from the internet.
    """
    reports = sorted(
        docs.glob("*/validations/*/*/*/*/*/*.html"), key=lambda path: path.parent.name, reverse=True
    )
    rows = [
        f"<tr><td>{escape('.'.join(report.relative_to(docs).parts[2:4]))}</td>"
        f"<td>{escape(report.parent.name[:15])}Z</td>"
        f"<td><a href='{escape(report.relative_to(docs).as_posix())}'>report</a></td></tr>"
        for report in reports
    ]
    (docs / "deliveries.html").write_text(
        "<!doctype html><meta charset='utf-8'><title>Checked deliveries</title>"
        "<style>body{font:16px sans-serif;margin:2em}td,th{padding:.2em 1.5em .2em 0;"
        "text-align:left}</style><h1>Checked deliveries</h1>"
        "<table><tr><th>feed</th><th>checked at</th><th></th></tr>"
        f"{''.join(rows)}</table>\n",
        encoding="utf-8",
    )


def release() -> None:
    """Let go of the connection of a finished landing."""
    with contextlib.suppress(ImportError):
        from landing.gx_dialect import LandingDialect

        LandingDialect.current = None


def _in_words(failed: Any) -> str:
    config = failed.expectation_config
    column = config.kwargs.get("column")
    place = f"column {column}: " if column else ""
    found = failed.result or {}
    examples = found.get("partial_unexpected_list") or []
    count = found.get("unexpected_count")
    seen = f", {count} values do not fit" if count else ""
    seen += f", such as '{examples[0]}'" if examples else ""
    if "observed_value" in found:
        seen += f", found {found['observed_value']}"
    if failed.exception_info and not found:
        seen += ", it could not be computed"
    return f"{place}{config.type} failed{seen}"


@contextlib.contextmanager
def _quiet():
    """Keep the libraries' chatter off the terminal."""
    import logging

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield
