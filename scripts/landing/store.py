"""The raw layer on disk: the manifest, and the one moment in which a delivery appears in it.

Everything is built in `.incoming/` and moved into place; the manifest, appended last, is what makes
a delivery exist. A crash leaves at most files that no manifest line names.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from landing.refusal import Refusal

MANIFEST = "_deliveries.jsonl"
# Spark passes over files whose names begin with _ or . without a word: it reads the manifest by a
# second name.
SPARK_MANIFEST = "deliveries.jsonl"
ORDERED_BY = ("exported_at", "landed_at", "delivery_id")
# a manifest line of this source and table says that the delivery under `withdraws` counts no more
WITHDRAWAL = ("landing", "withdrawals")


class RawStore:
    """The folder that dbt reads raw data from."""

    def __init__(self, root: Path) -> None:
        """Make the folder if it is missing; a Refusal if it cannot be written."""
        self.root = root
        if any(character in str(root.absolute()) for character in "*?["):
            raise Refusal(
                f"{root}: a raw folder with * ? [ in its path is a pattern for the engines that "
                "read it: set RAW_ROOT to another"
            )
        try:
            root.mkdir(parents=True, exist_ok=True)
            if not os.access(root, os.W_OK | os.X_OK):
                raise PermissionError(13, "no permission to write")
        except OSError as error:
            raise Refusal(
                f"{root}: the raw folder cannot be written ({error.strerror}): "
                "check the disk, or set RAW_ROOT"
            ) from error

    def deliveries(self, feed_name: str | None = None) -> list[dict]:
        """The deliveries that count, all or of one `source.table`, oldest landing first."""
        records = self.records()
        gone = {record["withdraws"] for record in records if is_withdrawal(record)}
        return [
            record
            for record in records
            if record["delivery_id"] not in gone
            and not is_withdrawal(record)
            and feed_name in (None, f"{record['source']}.{record['table']}")
        ]

    def records(self) -> list[dict]:
        """The lines of the manifest, those of withdrawals and of what they withdraw too."""
        path = self.root / MANIFEST
        if not path.exists():
            return []
        records, seen = [], set()
        # not splitlines(): a file name or a constant may hold a separator such as U+2028
        for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                texts = [record[key] for key in ("source", "table", *ORDERED_BY)]
                texts += [record["scopes_path"]] if record["mode"] == "replace" else []
                texts += [record["withdraws"]] if is_withdrawal(record) else []
                is_sound = all(isinstance(text, str) and text for text in texts)
            except (ValueError, TypeError, KeyError):
                is_sound = False
            # an id stands once per table; closed tables may be kept under one id for the month
            key = (record["source"], record["table"], record["delivery_id"]) if is_sound else ()
            if not is_sound or key in seen:
                why = "is damaged" if not is_sound else "repeats an earlier delivery"
                raise Refusal(f"{path}: line {number} {why}: restore the manifest from a backup")
            seen.add(key)
            records.append(record)
        return records

    def delivery(self, delivery_id: str) -> dict | None:
        """The record of one delivery that counts, None if it is not there."""
        return next((r for r in self.deliveries() if r["delivery_id"] == delivery_id), None)

    def withdrawal(self, delivery_id: str) -> dict | None:
        """The record that withdraws a delivery, None if it counts or never existed."""
        records = filter(is_withdrawal, self.records())
        return next((r for r in records if r["withdraws"] == delivery_id), None)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Only one landing at a time may look at the manifest and then write it."""
        with (self.root / ".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder for this landing alone, gone afterwards whatever happens."""
        incoming = self.root / ".incoming"
        with self.lock():
            incoming.mkdir(exist_ok=True)
            self._sweep(incoming)
            folder = incoming / os.urandom(8).hex()
            folder.mkdir()
            handle = _hold(folder)
        try:
            yield folder
        finally:
            with self.lock():
                shutil.rmtree(folder, ignore_errors=True)
                os.close(handle)
                with contextlib.suppress(OSError):
                    incoming.rmdir()

    def _sweep(self, incoming: Path) -> None:
        """Remove what landings that were killed have left: folders that nobody holds."""
        for folder in incoming.iterdir():
            with contextlib.suppress(OSError):
                handle = _hold(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(handle)
        for temporary in self.root.glob(f"{MANIFEST}.*"):
            temporary.unlink(missing_ok=True)

    def publish(self, record: dict, data: Path | None, scopes: Path | None) -> None:
        """Move a finished delivery into place and append its record; call it under `lock`.

        `data` is the folder with its Parquet (None in place), `scopes` its scopes file (None for
        append feeds).
        """
        moves = []
        if data is not None:
            moves.append((data, self.data_folder(record)))
        if scopes is not None:
            moves.append((scopes, self.root / record["scopes_path"]))
        self.publish_all([record], moves)

    def publish_all(self, records: list[dict], moves: list[tuple[Path, Path]]) -> None:
        """Move files and folders into place and append the records, all or none; under `lock`."""
        done: list[Path] = []
        try:
            for source, target in moves:
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.is_dir():
                    shutil.rmtree(target)
                source.replace(target)
                done.append(target)
            self._append(records)
        except BaseException:
            for target in done:
                shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)
            raise

    def data_folder(self, record: dict) -> Path:
        """Where the Parquet of a delivery lies."""
        return self.root / record["source"] / record["table"] / record["delivery_id"]

    def _append(self, records: list[dict]) -> None:
        path = self.root / MANIFEST
        known = path.read_bytes() if path.exists() else b""
        if known and not known.endswith(b"\n"):
            known += b"\n"
        lines = b"".join(json.dumps(r, ensure_ascii=False).encode() + b"\n" for r in records)
        temporary = path.with_name(f"{MANIFEST}.{os.getpid()}")
        try:
            with temporary.open("wb") as out:
                out.write(known + lines)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        # the delivery exists from here on: nothing below may fail it
        with contextlib.suppress(OSError):
            (self.root / SPARK_MANIFEST).symlink_to(MANIFEST)
        with contextlib.suppress(OSError):
            folder = os.open(self.root, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def is_withdrawal(record: dict) -> bool:
    """Does this line of the manifest withdraw a delivery, instead of being one?"""
    return (record["source"], record["table"]) == WITHDRAWAL


def _hold(folder: Path) -> int:
    """A handle that holds a folder until it is closed or its process ends; OSError if it is held.

    A process id would not do: two containers that share the raw folder do not see each other's.
    """
    handle = os.open(folder / ".held", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
