"""JSON pages of an API (an envelope with nested lists) flattened to flat records of text.

`records: data[].results[]` says where the rows are; `data[].*` where they are the values of an
object whose keys are names. A row that is a list (`[1767225600, "0.5"]`) has its items under `0`,
`1` and so on. A column's path is relative to the row; a path that starts like the records path
(`data[].start_time`) is read from the parent the row hangs under.

A key with two spellings is written `resourceSpans|resource_spans[]`. A list that writers leave out
when it is empty is written `spans?[]`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from landing import exact_json, key_values
from landing.feeds import Column, Feed
from landing.files import ExportFile, text_lines
from landing.refusal import Refusal

MEASURES = ("decimal", "bigint", "double")
ANY_KEY = "*"


@dataclass
class Flattened:
    """What the pages of one delivery hold besides their rows."""

    rows: int = 0
    found: set[str] = field(default_factory=set)
    covered: list[str] = field(default_factory=list)
    has_more: bool = False
    seen: dict[tuple, str] = field(default_factory=dict)


def flatten(file: ExportFile, feed: Feed, out: IO[str], flattened: Flattened) -> int:
    """Write the records of one file to `out`, a JSON line of text values each; return their count.

    Keys are column names and `_extra`. Raises Refusal for text that is not JSON, an envelope
    without the records, and a time bucket that two pages both hold.
    """
    start = flattened.rows
    for number, page in enumerate(_pages(file), start=1):
        page_name = f"{file.name}, page {number}"
        if not isinstance(page, dict):
            raise Refusal(f"{page_name}: is no JSON object with '{feed.records}' in it")
        flattened.has_more = page.get("has_more") is True
        if feed.covers:
            flattened.covered += _covered(page, feed.covers, page_name)
        for ancestors in _walk(page, _segments(feed.records or ""), page_name):
            record = _record(ancestors, feed, flattened.found, page_name)
            _refuse_repeat(record, feed, flattened, page_name)
            out.write(json.dumps(record, ensure_ascii=False))
            out.write("\n")
            flattened.rows += 1
    return flattened.rows - start


def _pages(file: ExportFile) -> Iterator[Any]:
    """The pages of a file: one, a JSON list of them, or several one after another.

    While each line holds whole pages, one line is in memory at a time: a log may be larger than it.
    """
    lines, before = text_lines(file), 0
    try:
        for line in lines:
            try:
                values = iter(list(_values(line)))
            except json.JSONDecodeError:
                values = _values(line + "".join(lines))
            for value in values:
                yield from value if isinstance(value, list) else [value]
            before += 1
    except exact_json.KeyTwice as error:
        raise Refusal(f"{file.name}: {error}: keep one, or export it again") from error
    except json.JSONDecodeError as error:
        ending = "is cut short" if error.pos >= len(error.doc.rstrip()) - 1 else "is not valid JSON"
        raise Refusal(
            f"{file.name}: line {before + error.lineno}: the text {ending} ({error.msg}): "
            "download or export it again"
        ) from error


def _values(text: str) -> Iterator[Any]:
    """The JSON values of a text, one after another."""
    position = 0
    while True:
        while position < len(text) and text[position] in " \t\r\n":
            position += 1
        if position == len(text):
            return
        value, position = exact_json.DECODER.raw_decode(text, position)
        yield value


def _segments(path: str) -> list[tuple[str, bool]]:
    """`data[].results[]` as [('data', True), ('results', True)]; True where a list is unnested."""
    return [(part.removesuffix("[]"), part.endswith("[]")) for part in path.split(".") if part]


def _spellings(key: str) -> list[str]:
    """The names that a key of the records path may have."""
    return key.removesuffix("?").split("|")


def _walk(
    node: Any, segments: list[tuple[str, bool]], page_name: str, ancestors: tuple = ()
) -> Iterator[tuple]:
    """Every record with the objects it hangs under, outermost (the page) first."""
    if not segments and isinstance(node, list):
        node = {str(position): item for position, item in enumerate(node)}
    if not isinstance(node, dict):
        raise Refusal(f"{page_name}: found {exact_json.dumps(node)[:40]} where an object should be")
    if not segments:
        yield (*ancestors, node)
        return
    (key, is_list), rest = segments[0], segments[1:]
    if key == ANY_KEY:
        for child in node.values():
            yield from _walk(child, rest, page_name, (*ancestors, node))
        return
    spellings = _spellings(key)
    found = next((name for name in spellings if name in node), None)
    if found is None and key.endswith("?"):
        return
    if found is None:
        raise Refusal(f"{page_name}: has no '{spellings[0]}': is it an export of this table?")
    children = node[found] if is_list else [node[found]]
    if not isinstance(children, list):
        raise Refusal(f"{page_name}: '{found}' is not a list: is it an export of this table?")
    for child in children:
        yield from _walk(child, rest, page_name, (*ancestors, node))


def _record(ancestors: tuple, feed: Feed, found: set[str], page_name: str) -> dict[str, str | None]:
    """Text values by column name, and `_extra` with everything that no column takes."""
    segments = _segments(feed.records or "")
    leftovers = _copy(ancestors[-1])
    parents: dict[int, dict] = {}
    record: dict[str, str | None] = {}
    for column in feed.columns:
        for path in (column.path, column.name, *column.aliases):
            if path is None:
                continue
            depth, keys = _depth(path, segments)
            node, value = ancestors[depth], None
            # the page itself is an envelope; the levels between it and the record hold data
            spare = leftovers if depth == len(segments) else parents.setdefault(depth, _copy(node))
            is_present, value = _take(node, spare, keys, page_name)
            if is_present:
                found.add(column.name)
                if column.key_values:
                    value = key_values.as_object(value, f"{page_name}, column {column.name}")
                record[column.name] = exact_json.text(value)
                break
    for depth in range(1, len(segments)):
        if segments[depth][0] == ANY_KEY:
            continue  # its other keys are records of their own
        prefix = ".".join(key + "[]" * is_list for key, is_list in segments[:depth])
        spare = parents.get(depth, ancestors[depth])
        for key, value in spare.items():
            # `object` only says what kind of level this is, like the envelope
            if key not in (*_spellings(segments[depth][0]), "object") and value is not None:
                leftovers[f"{prefix}.{key}"] = value
    record["_extra"] = exact_json.dumps(leftovers) if leftovers else None
    return record


def _depth(path: str, segments: list[tuple[str, bool]]) -> tuple[int, list[str]]:
    """How deep the object lies that a path starts from, and the keys from there."""
    parts = path.split(".")
    depth = 0
    if "[]" not in path:
        return len(segments), parts
    while depth < len(segments) and parts[0] == segments[depth][0] + "[]" * segments[depth][1]:
        parts, depth = parts[1:], depth + 1
    return depth, parts


def _copy(value: Any) -> Any:
    return {key: _copy(item) for key, item in value.items()} if isinstance(value, dict) else value


def _take(node: Any, spare: Any, keys: list[str], page_name: str) -> tuple[bool, Any]:
    """(is it there, the value) at `keys` of `node`; it is removed from the copy `spare`.

    A key that is there but null still counts as there. Keys match whatever their case; two that do
    are refused.
    """
    trail = []
    dotted = ".".join(keys)
    for key in [dotted] if isinstance(node, dict) and dotted in node else keys:
        if not isinstance(node, dict):
            return node is None, None
        if key not in node or len({other.lower() for other in node}) < len(node):
            matches = [other for other in node if other.lower() == key.lower()]
            if len(matches) > 1:
                raise Refusal(
                    f"{page_name}: an object has the keys '{matches[0]}' and '{matches[1]}', which "
                    "mean the same: keep one, or export it again"
                )
            key = matches[0] if matches else key
        if key not in node:
            return False, None
        trail.append((spare, key))
        node, spare = node[key], spare.get(key) if isinstance(spare, dict) else None
    for owner, key in reversed(trail):
        if isinstance(owner, dict) and (owner is trail[-1][0] or owner.get(key) == {}):
            owner.pop(key, None)
    return True, node


def _covered(page: dict, path: str, page_name: str) -> list[str]:
    """The texts at `path` of every bucket, also of those without results."""
    *parents, (key, _) = _segments(path)
    values = (exact_json.text(nodes[-1].get(key)) for nodes in _walk(page, parents, page_name))
    return [value for value in values if value]


def _refuse_repeat(record: dict, feed: Feed, flattened: Flattened, page_name: str) -> None:
    """Refuse a row that an earlier page gave too: pages of overlapping exports count days twice."""
    if feed.mode != "replace":
        return
    key = tuple(record.get(c.name) for c in feed.columns if not _is_measure(c))
    first_page = flattened.seen.setdefault(key, page_name)
    if first_page != page_name:
        date = record.get(feed.scope.date) if feed.scope else None
        raise Refusal(
            f"{page_name}: repeats rows of {first_page} (time {date}), they would count twice: "
            "give each day in one file only, or land overlapping exports one after the other"
        )


def _is_measure(column: Column) -> bool:
    return column.data_type.startswith(MEASURES)
