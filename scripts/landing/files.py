"""The files of a delivery before anything is parsed: format, compression, text encoding, sha256."""

import codecs
import gzip
import hashlib
import io
import json
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from landing import exact_json
from landing.feeds import Feed
from landing.refusal import Refusal

CHUNK = 1 << 20
IN_PLACE_HINT_BYTES = 1 << 30


@dataclass(frozen=True)
class Stamp:
    """What changes when a file is written to or replaced."""

    inode: int
    size_bytes: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> "Stamp":
        """The stamp of a file as it lies there now."""
        status = path.stat()
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class ExportFile:
    """One file of an export, known to be readable to its last byte.

    `sha256` is of the file as it lies there, `content_sha256` of what it holds once unpacked, so
    that packing an export again does not make it a new one. `has_last_line_end` is about text.
    """

    path: Path
    name: str
    file_format: str
    is_gzip: bool
    sha256: str
    content_sha256: str
    size_bytes: int
    stamp: Stamp
    has_last_line_end: bool


def open_bytes(file: ExportFile) -> IO[bytes]:
    """The unpacked content of a file."""
    return gzip.open(file.path, "rb") if file.is_gzip else file.path.open("rb")  # type: ignore


def text_lines(file: ExportFile) -> Iterator[str]:
    """The unpacked lines of a text file, without a byte order mark, line ends kept.

    Only CR and LF end a line; a reader of `codecs` would split at U+2028 and others, too.
    """
    with open_bytes(file) as stream:
        yield from io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")


def last_character(file: ExportFile) -> str:
    """The last character of a text file that is not blank."""
    with open_bytes(file) as stream:
        last = b""
        while chunk := stream.read(CHUNK):
            last = chunk.rstrip()[-1:] or last
    return last.decode(errors="replace")


def inspect(path: Path, feed: Feed, progress: Callable[[str, float], None]) -> ExportFile:
    """Read a file once: hash it, prove that it is whole and (for text) UTF-8, tell its format.

    Raises Refusal for anything that is not a complete file of a format that the feed takes.
    """
    name = path.name
    if path.is_dir():
        raise Refusal(f"{path}: is a folder: name the files in it")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Refusal(f"{path}: is a pipe or a device, not a file: save the export as a file")
        size, stamp = status.st_size, Stamp.of(path)
        with path.open("rb") as stream:
            head = stream.read(4)
    except FileNotFoundError as error:
        raise Refusal(f"{path}: no such file: check the path") from error
    except OSError as error:
        raise Refusal(f"{path}: cannot be read: {error.strerror}") from error
    if size == 0:
        raise Refusal(f"{name}: the file is empty: export it again")
    if head.startswith(b"PK"):
        raise Refusal(f"{name}: is a zip archive: unpack it and land the files in it")
    is_gzip = head.startswith(b"\x1f\x8b")
    is_parquet = head == b"PAR1"
    sha256, content_sha256, start, last = _read_whole(
        path, name, is_gzip, is_parquet, size, progress
    )
    if not is_parquet and not start.strip():
        raise Refusal(f"{name}: the file is empty: export it again")
    file_format = "parquet" if is_parquet else _text_format(name, start, feed)
    if file_format not in feed.formats:
        raise Refusal(
            f"{name}: looks like {file_format}, but {feed.name} is exported as "
            f"{' or '.join(feed.formats)}: check the file and the table"
        )
    has_end = last in (b"\n", b"\r")
    return ExportFile(
        path, name, file_format, is_gzip, sha256, content_sha256, size, stamp, has_end
    )


def _read_whole(
    path: Path,
    name: str,
    is_gzip: bool,
    is_binary: bool,
    size: int,
    progress: Callable[[str, float], None],
) -> tuple[str, str, str, bytes]:
    """(sha256 of the file, sha256 of its content, its first characters, its last byte) of all."""
    raw_hash, content_hash = hashlib.sha256(), hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    start, last, done = "", b"", 0
    with path.open("rb") as raw:
        while chunk := raw.read(CHUNK):
            raw_hash.update(chunk)
            if not is_gzip:
                start = _take(chunk, name, content_hash, decoder, is_binary, start)
                last = chunk[-1:]
            done += len(chunk)
            progress(f"{name}: checking", done / size)
    if is_gzip:
        try:
            with gzip.open(path, "rb") as unpacked:
                while chunk := unpacked.read(CHUNK):
                    start = _take(chunk, name, content_hash, decoder, is_binary, start)
                    last = chunk[-1:]
        except (EOFError, OSError, zlib.error) as error:
            raise Refusal(
                f"{name}: the gzip file is cut short or damaged ({error}): copy or export it again"
            ) from error
    if not is_binary:
        _decode(decoder, b"", name, is_final=True)
    return raw_hash.hexdigest(), content_hash.hexdigest(), start, last


def _take(chunk, name, content_hash, decoder, is_binary, start: str) -> str:
    content_hash.update(chunk)
    if is_binary:
        return start
    text = _decode(decoder, chunk, name)
    return start if start.strip() else text[:CHUNK]


def _decode(decoder, chunk: bytes, name: str, is_final: bool = False) -> str:
    try:
        return decoder.decode(chunk, is_final)
    except UnicodeDecodeError as error:
        raise Refusal(
            f"{name}: the text is not UTF-8 ({error.reason}): save it as UTF-8"
        ) from error


def _text_format(name: str, start: str, feed: Feed) -> str:
    """The format of a text file by its first character, then by what the feed takes."""
    bare = start.lstrip()
    if bare[0] not in "[{":
        return "csv"
    if not {"json_pages", "jsonl"} <= set(feed.formats):
        return "json_pages" if "json_pages" in feed.formats else "jsonl"
    first_key = (feed.records or "").split(".")[0].removesuffix("[]")
    try:
        first, _ = exact_json.DECODER.raw_decode(bare.lstrip("[ \t\r\n"))
    except (json.JSONDecodeError, exact_json.KeyTwice, RecursionError):
        return "json_pages" if f'"{first_key}"' in bare[:200] else "jsonl"
    is_page = isinstance(first, dict) and isinstance(first.get(first_key), list)
    return "json_pages" if is_page else "jsonl"
