"""OpenTelemetry's attributes, lists of key and typed value, as one JSON object of plain values.

`[{"key": "a", "value": {"intValue": "3"}}]` becomes `{"a": 3}`, lists and nested key-value lists
likewise. Field names may be in camelCase, as OTLP asks, or in snake_case, as protobuf also prints.
"""

import re
from typing import Any

from landing import exact_json
from landing.exact_json import Number
from landing.refusal import Refusal

KINDS = ("string", "bool", "int", "double", "array", "kvlist", "bytes")
WRAPPERS = {f"{kind}Value": kind for kind in KINDS} | {f"{kind}_value": kind for kind in KINDS}
WHOLE = re.compile(r"[+-]?\d+")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


def as_object(pairs: Any, where: str) -> Any:
    """A list of attributes as an object; of a key that is there twice the last value counts.

    SDKs overwrite an attribute that is set again. What is an object already stays what it is.
    Raises Refusal, beginning with `where`, for anything else.
    """
    if pairs is None or isinstance(pairs, dict):
        return pairs
    if not isinstance(pairs, list):
        raise Refusal(f"{where}: {_shown(pairs)} is no list of attributes: export it again")
    found: dict[str, Any] = {}
    for pair in pairs:
        if not isinstance(pair, dict) or not isinstance(pair.get("key"), str):
            raise Refusal(f"{where}: {_shown(pair)} is no attribute with a key: export it again")
        found[pair["key"]] = _plain(pair.get("value"), f"{where}, attribute {pair['key']}")
    return found


def _plain(value: Any, where: str) -> Any:
    """A typed value without its type; a value that has no type stays what it is."""
    if not isinstance(value, dict):
        return value
    if not value:
        return None
    name = next(iter(value))
    if len(value) > 1 or name not in WRAPPERS:
        return value
    kind, inner = WRAPPERS[name], value[name]
    if kind == "int":
        if not WHOLE.fullmatch(str(inner)):
            raise Refusal(f"{where}: {_shown(inner)} is not a whole number: export it again")
        return Number(int(inner))
    if kind == "double" and isinstance(inner, str) and NUMBER.fullmatch(inner):
        return Number(inner)
    if kind == "array":
        return [_plain(item, where) for item in _values(inner, where)]
    if kind == "kvlist":
        return as_object(_values(inner, where), where)
    return inner


def _values(inner: Any, where: str) -> list:
    values = (inner or {}).get("values") or [] if isinstance(inner or {}, dict) else inner
    if not isinstance(values, list):
        raise Refusal(f"{where}: {_shown(values)} is no list of values: export it again")
    return values


def _shown(value: Any) -> str:
    return exact_json.dumps(value)[:40]
