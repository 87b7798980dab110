"""The feeds that can be landed, read from the source YAML files of the staging models.

A feed is a source table with `config.meta.feed`; its columns, types and rules are declared there
and nowhere else.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from landing.refusal import Refusal

DATA_TYPES = re.compile(r"string|bigint|double|boolean|date|timestamp|decimal\(\d+, ?\d+\)")
UNITS = (None, "unix_seconds", "unix_milliseconds", "unix_nanoseconds")
# the C loader is ten times as fast, but not in every build of PyYAML
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FORMATS = ("json_pages", "jsonl", "csv", "parquet")


@dataclass(frozen=True)
class Column:
    """A raw column: its name and type in the Parquet, and how to find it in an export.

    `key_values` is for OpenTelemetry's lists of key and typed value, which become one JSON object.
    """

    name: str
    data_type: str
    path: str | None = None
    aliases: tuple[str, ...] = ()
    required: bool = False
    not_null: bool = False
    unit: str | None = None
    key_values: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        """Lower-case names that mean this column in a header."""
        return tuple(text.lower() for text in (self.name, *self.aliases))


@dataclass(frozen=True)
class Scope:
    """What a delivery of a replace feed speaks for: account × project × day (or month).

    `provider` lists the columns, first one given wins, that tell bills of many providers in one
    feed apart: their account ids may be alike. `grows` says that rows are only ever added to a day:
    a later delivery with fewer of them lacks some.
    """

    date: str
    provider: tuple[str, ...] = ()
    account: str | None = None
    project: str | None = None
    grain: str = "day"
    grows: bool = False


@dataclass(frozen=True)
class Feed:
    """One source table that exports can be landed into.

    `names_in_brackets` is for exports whose header may be translated, with the column's own name
    behind: `Kategorie der Verbrauchseinheit (MeterCategory)`. Of each list in `any_of` an export
    must have a column; of each in `not_together` it may have one only, because the column that it
    has tells what others mean.
    """

    source: str
    table: str
    columns: tuple[Column, ...]
    formats: tuple[str, ...]
    mode: str = "append"
    records: str | None = None
    null_values: tuple[str, ...] = ("",)
    scope: Scope | None = None
    covers: str | None = None
    period: str | None = None
    money: dict[str, str] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)
    date_proof: tuple[str, ...] = ()
    expectations: tuple[dict[str, Any], ...] = ()
    names_in_brackets: bool = False
    any_of: tuple[tuple[str, ...], ...] = ()
    not_together: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        """`source.table`, as the command line and the messages say it."""
        return f"{self.source}.{self.table}"

    def column(self, name: str) -> Column | None:
        """The declared column of this name or alias, whatever its case; None if there is none."""
        lowered = name.lower()
        own = next((c for c in self.columns if c.name.lower() == lowered), None)
        return own or next((c for c in self.columns if lowered in c.spellings), None)

    def is_never_null(self, column: Column) -> bool:
        """True where a NULL makes a row unreadable: declared so, or it decides what is replaced."""
        return column.not_null or (self.scope is not None and column.name == self.scope.date)

    def complaint_about(self, columns: set[str]) -> str | None:
        """What is wrong with an export of these columns: none of a choice, or several of one."""
        for names in self.any_of:
            if not columns & set(names):
                one = " or ".join(names)
                return f"it has no column {one}: export one of them, or check the table"
        for names in self.not_together:
            found = [name for name in names if name in columns]
            if len(found) > 1:
                return (
                    f"it has the columns {' and '.join(found)}, which mean different exports: "
                    "land the exports that they come from one by one"
                )
        return None

    @property
    def currency_columns(self) -> list[str]:
        """Columns that hold an ISO 4217 code, each once."""
        return list(dict.fromkeys(c for c in self.money.values() if self.column(c)))


@cache
def load_feeds(sources_root: Path) -> dict[str, Feed]:
    """All feeds under `sources_root` (`<source>/_<source>__sources.yml`), by `source.table`."""
    feeds: dict[str, Feed] = {}
    for path in sorted(sources_root.glob("**/_*__sources.yml")):
        try:
            document = yaml.load(path.read_text(encoding="utf-8"), LOADER) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise Refusal(f"{path}: not a readable YAML file: {error}") from error
        for source in document.get("sources") or []:
            for table in source.get("tables") or []:
                meta = (table.get("config") or {}).get("meta") or table.get("meta") or {}
                if "feed" in meta:
                    feed = _feed(path, source["name"], table, meta["feed"])
                    feeds[feed.name] = feed
    return feeds


def find_feed(sources_root: Path, source: str, table: str) -> Feed:
    """The feed `source.table`; a refusal that lists the known ones if it does not exist."""
    feeds = load_feeds(sources_root)
    if f"{source}.{table}" in feeds:
        return feeds[f"{source}.{table}"]
    known = ", ".join(feeds) or f"none, there is no source YAML under {sources_root}"
    raise Refusal(f"{source}.{table}: no such source and table; known are: {known}")


def _feed(path: Path, source: str, table: dict[str, Any], meta: dict[str, Any]) -> Feed:
    columns = tuple(
        _column(path, column)
        for column in table.get("columns") or []
        if not column["name"].startswith("_")
    )
    scope = meta.get("scope")
    feed = Feed(
        source=source,
        table=table["name"],
        columns=columns,
        formats=tuple(meta["formats"]),
        mode=meta["delivery"],
        records=meta.get("records"),
        null_values=tuple(str(value) for value in meta.get("null_values", [""])),
        scope=_scope(scope) if scope and meta["delivery"] == "replace" else None,
        covers=meta.get("covers"),
        period=meta.get("period"),
        money=meta.get("money") or {},
        versions={str(k): v for k, v in (meta.get("versions") or {}).items()},
        date_proof=tuple(meta.get("date_proof") or ()),
        expectations=tuple(meta.get("expectations") or ()),
        names_in_brackets=bool(meta.get("names_in_brackets")),
        any_of=tuple(map(tuple, meta.get("any_of") or ())),
        not_together=tuple(map(tuple, meta.get("not_together") or ())),
    )
    _check(path, feed)
    return feed


def _column(path: Path, column: dict[str, Any]) -> Column:
    meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
    data_type = str(column.get("data_type", "")).lower()
    unit = meta.get("unit")
    if not DATA_TYPES.fullmatch(data_type):
        raise Refusal(f"{path}: column {column['name']} has no known data_type ('{data_type}')")
    return Column(
        name=column["name"],
        data_type=data_type.replace(" ", ""),
        path=meta.get("path"),
        aliases=tuple(meta.get("aliases") or ()),
        required=bool(meta.get("required")),
        not_null=bool(meta.get("not_null")),
        unit=unit if unit in UNITS else None,
        key_values=bool(meta.get("key_values")),
    )


def _scope(declared: dict) -> Scope:
    return Scope(**{**declared, "provider": tuple(declared.get("provider") or ())})


def _check(path: Path, feed: Feed) -> None:
    """Refuse a declaration that names columns or formats that do not exist."""
    scope = feed.scope
    named = [feed.period, *feed.money, *feed.date_proof]
    named += [name for names in (*feed.any_of, *feed.not_together) for name in names]
    named += [scope.date, *scope.provider, scope.account, scope.project] if scope else []
    missing = [name for name in named if name and not feed.column(name)]
    if missing:
        raise Refusal(
            f"{path}: {feed.name}: the feed names columns that are not declared: {missing}"
        )
    if feed.mode not in ("replace", "append") or not set(feed.formats) <= set(FORMATS):
        raise Refusal(f"{path}: {feed.name}: delivery or formats are not among the known ones")
    if feed.mode == "replace" and scope is None:
        raise Refusal(f"{path}: {feed.name}: a replace feed needs a scope")
