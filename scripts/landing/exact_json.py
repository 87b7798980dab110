"""JSON in which numbers keep the digits they were written with."""

import json
from typing import Any


class Number(str):
    """A JSON number as its source text: `0.8958740000000000` stays that."""

    __slots__ = ()


class KeyTwice(ValueError):
    """An object that names a key twice: which value is meant, nobody can tell."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise KeyTwice(f"an object has the key '{twice}' twice")
    return value


DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=Number, object_pairs_hook=_object
)


def dumps(value: Any) -> str:
    """JSON text of a parsed value; the numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        items = (f"{json.dumps(key, ensure_ascii=False)}:{dumps(v)}" for key, v in value.items())
        return "{" + ",".join(items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dumps(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def text(value: Any) -> str | None:
    """A parsed value as the text of a cell: strings and numbers bare, objects and lists as JSON."""
    if value is None:
        return None
    return str(value) if isinstance(value, str) else dumps(value)
