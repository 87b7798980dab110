"""One delivery from its files to the manifest: inspect, read, check, publish."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from landing import expectations, in_place, loading, overlaps, scopes, sql, summary
from landing.feeds import Feed, find_feed
from landing.files import IN_PLACE_HINT_BYTES, ExportFile, Stamp, inspect
from landing.loading import Rules
from landing.progress import Progress
from landing.reading import Quarantine, Rows, read_files
from landing.refusal import Refusal
from landing.request import (
    Request,
    declared_constants,
    delivery_id,
    now,
    read_currencies,
    refuse_future_export,
    refuse_unreadable_names,
    utc_text,
)
from landing.store import RawStore


@dataclass
class Outcome:
    """The manifest record of a delivery, and what else to tell the user."""

    record: dict
    is_new: bool
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Content:
    """The files of a delivery: for the manifest, for its identity, and how to read them."""

    files: list[dict]
    hashes: list[str]
    read: Callable[[dict], Rows]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Landing:
    """What every step of one landing needs."""

    con: duckdb.DuckDBPyConnection
    store: RawStore
    feed: Feed
    request: Request
    rules: Rules
    folder: Path


def land(request: Request) -> Outcome:
    """Land one delivery, wholly or not at all.

    Raises Refusal (one line for the user) for everything that cannot be accepted.
    """
    refuse_unreadable_names(request)
    feed = find_feed(request.sources_root, request.source, request.table)
    constants = declared_constants(feed, request.constants)
    landed_at = utc_text(request.landed_at or now(), "--landed-at")
    exported_at = utc_text(request.exported_at or landed_at, "--exported-at")
    refuse_future_export(exported_at, landed_at)
    rules = Rules(constants, read_currencies(request.currencies_path), request.date_order)
    store = RawStore(request.raw_root)
    with store.workspace() as folder, sql.connect(folder) as con:
        landing = Landing(con, store, feed, request, rules, folder)
        try:
            loading.check_constants(con, feed, rules)
            content = _content_in_place(landing) if request.is_in_place else _content(landing)
            record = _record(landing, content, exported_at, landed_at)
            if known := store.delivery(record["delivery_id"]):
                return Outcome(known, is_new=False)
            rows = content.read(record)
            rows.notes += content.notes
            return _finish(landing, record, rows)
        finally:
            expectations.release()


def _content(landing: Landing) -> Content:
    """Files that are copied; refuses a file given twice and a mix of formats."""
    progress = Progress()
    exports = [inspect(Path(f), landing.feed, progress) for f in landing.request.files]
    seen: dict[str, ExportFile] = {}
    for export in exports:
        twin = seen.setdefault(export.content_sha256, export)
        if twin is not export:
            raise Refusal(f"{export.name}: has the same content as {twin.name}: give it once")
    formats = sorted({export.file_format for export in exports})
    if len(formats) > 1:
        raise Refusal(f"{exports[0].name} ...: the files of one delivery are one format: {formats}")

    def read(record: dict) -> Rows:
        folder = landing.store.root / "_quarantine" / record["source"] / record["table"]
        quarantine = Quarantine(
            folder / f"{record['delivery_id']}.jsonl", landing.request.quarantines
        )
        rows = read_files(
            landing.con, landing.feed, exports, landing.rules, landing.folder, quarantine
        )
        for export in exports:
            if Stamp.of(export.path) != export.stamp:
                raise Refusal(
                    f"{export.name}: was written to while it was read: land it when it is complete"
                )
        return rows

    is_large = any(e.size_bytes > IN_PLACE_HINT_BYTES for e in exports)
    hint = "Parquet that is typed and large need not be copied: see --in-place"
    return Content(
        [{"name": e.name, "sha256": e.sha256, "bytes": e.size_bytes} for e in exports],
        [e.content_sha256 for e in exports],
        read,
        [hint] if is_large and formats == ["parquet"] else [],
    )


def _content_in_place(landing: Landing) -> Content:
    """Files that stay where they are."""
    con, feed, request = landing.con, landing.feed, landing.request
    in_place.check_arguments(feed, request.constants, request.quarantines)
    paths = [path for text in request.files for path in in_place.resolve(con, text)]
    prints = [in_place.fingerprint(con, path) for path in paths]

    def read(record: dict) -> Rows:
        with Progress().watching(con, f"{record['table']}: checking"):
            columns = in_place.create_views(con, feed, paths, landing.rules)
        scopes.cover_days(con, feed, [], None)
        lowered = {name.lower() for name in columns}
        found = {c.name for c in feed.columns if c.name.lower() in lowered}
        return Rows(found, paths=paths, physical_columns=columns)

    files = [
        {"name": path, "sha256": sha256, "bytes": size}
        for path, (sha256, size) in zip(paths, prints, strict=True)
    ]
    return Content(files, [sha256 for sha256, _ in prints], read)


def _record(landing: Landing, content: Content, exported_at: str, landed_at: str) -> dict:
    """The manifest record as far as it is known before the rows are read."""
    request, constants = landing.request, landing.rules.constants
    content_sha256 = hashlib.sha256("".join(sorted(content.hashes)).encode()).hexdigest()
    withdrawal_ids: list[str] = []
    own_id = delivery_id(request, constants, content_sha256, exported_at, withdrawal_ids)
    while withdrawal := landing.store.withdrawal(own_id):
        withdrawal_ids.append(withdrawal["delivery_id"])
        own_id = delivery_id(request, constants, content_sha256, exported_at, withdrawal_ids)
    return {
        "delivery_id": own_id,
        "source": landing.feed.source,
        "table": landing.feed.table,
        "mode": landing.feed.mode,
        "exported_at": exported_at,
        "landed_at": landed_at,
        "format_version": None,
        "storage": "in_place" if request.is_in_place else "landed",
        "paths": [],
        "columns": [],
        "rows": 0,
        "rows_quarantined": 0,
        "period_start": None,
        "period_end": None,
        "money": {},
        "files": content.files,
        "content_sha256": content_sha256,
        "scopes_path": None,
        "scope_sql": None,
        "date_order": None,
        "set": constants,
    }


def _finish(landing: Landing, record: dict, rows: Rows) -> Outcome:
    """Check, total and publish the rows in the view `accepted`."""
    con, feed, request = landing.con, landing.feed, landing.request
    totals = summary.summarise(con, feed, rows.columns)
    name = _first_name(record)
    if not totals.rows and not rows.has_covered_days:
        raise Refusal(f"{name}: has no rows: nothing to land, check the export")
    currencies = landing.rules.currencies
    expectations.validate(con, feed, currencies, request.raw_root, name)
    record |= vars(totals)
    record |= {"rows_quarantined": rows.quarantined, "date_order": rows.date_order}
    scope, data = None, None
    if feed.scope:
        scope = scopes.scope_sql(con, feed, request.replaces_days, not request.is_in_place)
        account = landing.rules.constants.get(feed.scope.account or "")
        scopes.create_scopes(con, feed, scope, account)
        record["scopes_path"] = f"_scopes/{record['delivery_id']}.parquet"
    if request.is_in_place:
        record |= {"paths": rows.paths, "columns": rows.physical_columns}
        record["scope_sql"] = vars(scope) if scope else None
    else:
        data = _write_data(landing, record, scope)
    return _publish(landing, record, data, rows.notes)


def _write_data(landing: Landing, record: dict, scope: scopes.ScopeSql | None) -> Path:
    """Write `part-0.parquet`, complete the record with its path and columns; its folder."""
    names = [file["name"] for file in record["files"]]
    added = {
        "_extra": "_extra",
        "_delivery_id": sql.literal(record["delivery_id"]),
        "_landed_at": f"timestamp {sql.literal(record['landed_at'][:-1])}",
        "_source_file": f"list_extract([{sql.literals(names)}], _file + 1)",
        "_row_number": "_row_number",
    }
    if scope:
        added |= {f"_scope_{part}": expression for part, expression in vars(scope).items()}
    columns = [sql.quoted(c.name) for c in landing.feed.columns]
    columns += [f"{expression} as {name}" for name, expression in added.items()]
    data = landing.folder / "data"
    data.mkdir()
    target = sql.literal(str(data / "part-0.parquet"))
    with Progress().watching(landing.con, f"{landing.feed.name}: writing"):
        landing.con.execute(
            f"copy (select {', '.join(columns)} from accepted) to {target} "
            "(format parquet, compression zstd)"
        )
    folder = landing.store.data_folder(record).relative_to(landing.store.root)
    record["paths"] = [f"{folder.as_posix()}/part-0.parquet"]
    record["columns"] = [c.name for c in landing.feed.columns] + list(added)
    return data


def _publish(landing: Landing, record: dict, data: Path | None, notes: list[str]) -> Outcome:
    """Compare with earlier deliveries and make this one exist, both under the lock."""
    con, store = landing.con, landing.store
    scopes_file = None
    if record["scopes_path"]:
        scopes_file = landing.folder / "scopes.parquet"
        scopes.write_scopes(con, record, scopes_file)
    with store.lock():
        if known := store.delivery(record["delivery_id"]):
            return Outcome(known, is_new=False)
        if store.withdrawal(record["delivery_id"]):
            raise Refusal(
                f"{_first_name(record)}: delivery {record['delivery_id']} was withdrawn while the "
                "same content was landed: land it again"
            )
        notes += _note_on_same_content(store, record)
        if scopes_file:
            if landing.request.replaces_days:
                con.execute("delete from partial_days")
            earlier = store.deliveries(landing.feed.name)
            scope = landing.feed.scope
            grows = bool(scope and scope.grows) and not landing.request.replaces_days
            notes += overlaps.compare(con, store.root, earlier, record, _first_name(record), grows)
        store.publish(record, data, scopes_file)
    return Outcome(record, is_new=True, notes=notes)


def _note_on_same_content(store: RawStore, record: dict) -> list[str]:
    """A constant that was wrong the first time is not taken back by landing the file again."""
    same = [
        earlier["delivery_id"]
        for earlier in store.deliveries(f"{record['source']}.{record['table']}")
        if earlier.get("content_sha256") == record["content_sha256"]
        and any(earlier.get(key) != record[key] for key in ("set", "date_order"))
    ]
    if not same:
        return []
    return [
        f"the same content was landed with other options as delivery {', '.join(same)}: where the "
        "accounts or days differ, both count"
    ]


def _first_name(record: dict) -> str:
    return record["files"][0]["name"].rsplit("/", 1)[-1]
