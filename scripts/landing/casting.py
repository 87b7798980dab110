"""Text to the declared type: either exactly, or not at all.

Every expression gives NULL for what it cannot read, so that a text with a NULL beside it is a bad
value. Plain casts are not enough: DuckDB rounds '1.5' to a bigint, reads '1_000', 'nan' and the
year 5, and drops a zone offset when it casts to timestamp.
"""

import re
from decimal import Decimal

from landing.dates import WORDS, slashed_timestamp

NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
# spreadsheets show money as '$10,100.00'. A comma before a point, or one or two decimals behind a
# dollar sign, can be read in one way only; '1,234' and '$1.234' cannot, and are refused.
SHOWN_MONEY = r"[+-]?(\$?\d{1,3}(,\d{3})+\.\d+|\$\d+\.\d{1,2})"
WHOLE = r"[+-]?\d+(\.0*)?"
ISO_DATE = r"\d{4}-\d{2}-\d{2}"
ISO = ISO_DATE + r"([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|UTC|[+-](0\d|1[0-5])(:?[0-5]\d)?))?)?"
# a binary number printed so that it reads back the same has at most as many digits: what is beyond
# the scale is the noise of its last ones
FLOAT_DIGITS = 17
# a unix time outside these is in another unit: 2000-01-01 .. 2100-01-01
UNIX_SECONDS = (946684800, 4102444800)


def cleaned(text: str, data_type: str) -> str:
    """SQL: the text of a cell; blank counts as empty unless the column is a string."""
    return text if data_type == "string" else f"nullif(trim({text}, ' \t\r\n'), '')"


def typed(text: str, data_type: str, unit: str | None = None, order: str | None = None) -> str:
    """SQL: a cleaned text as `data_type` (naive UTC for timestamps), NULL where it is none.

    `unit` (unix_seconds, unix_milliseconds, unix_nanoseconds) is for timestamps given as numbers,
    `order` (mdy, dmy) for dates that are not ISO 8601.
    """
    if data_type == "string":
        return text
    if data_type == "bigint":
        return _whole(text)
    if data_type == "double":
        value = f"try_cast({text} as double)"
        return f"case when {_looks(text, NUMBER)} and isfinite({value}) then {value} end"
    if data_type == "boolean":
        return (
            f"case lower({text}) when 'true' then true when '1' then true "
            "when 'false' then false when '0' then false end"
        )
    if data_type == "timestamp":
        return _moment(text, unit, order)
    if data_type == "date":
        moment = _moment(text, unit, order)
        return (
            f"case when {_looks(text, ISO_DATE)} then try_cast({text} as date) "
            f"when {moment} = date_trunc('day', {moment}) then cast({moment} as date) end"
        )
    shown = f"replace(replace({text}, '$', ''), ',', '')"
    return (
        f"case when {_looks(text, NUMBER)} then {_decimal(text, data_type)} "
        f"when {_looks(text, SHOWN_MONEY)} then {_decimal(shown, data_type)} end"
    )


def scale_of(data_type: str) -> int:
    """The decimals that a decimal type holds."""
    return int(data_type.rstrip(")").split(",")[1])


def is_rounded(text: str, data_type: str) -> str:
    """SQL: has the text of a number more decimals, other than zeros, than the type holds?"""
    mantissa = f"split_part(lower({text}), 'e', 1)"
    exponent = f"coalesce(try_cast(nullif(split_part(lower({text}), 'e', 2), '') as double), 0)"
    zeros = f"(length(replace({mantissa}, '.', '')) - length({_stripped(text)}))"
    decimals = f"length(split_part({mantissa}, '.', 2)) - {zeros} - {exponent}"
    # most texts are too short to need a look
    is_short = f"length({text}) <= {scale_of(data_type) + 1} and not contains(lower({text}), 'e')"
    return (
        f"case when {is_short} then false "
        f"else {_digits(text)} > 0 and {decimals} > {scale_of(data_type)} end"
    )


def _decimal(text: str, data_type: str) -> str:
    """SQL: a number as a decimal; NULL where rounding loses more than a float's last digits."""
    value = f"try_cast({text} as {data_type})"
    return (
        f"case when not {is_rounded(text, data_type)} "
        f"or ({_digits(text)} <= {FLOAT_DIGITS} and {value} <> 0) then {value} end"
    )


def _stripped(text: str) -> str:
    return f"rtrim(replace(split_part(lower({text}), 'e', 1), '.', ''), '0')"


def _digits(text: str) -> str:
    return f"length(ltrim({_stripped(text)}, '+-0'))"


def _looks(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, '{pattern}')"


def _whole(text: str) -> str:
    number = f"try_cast({text} as decimal(38, 18))"
    return (
        f"case when {_looks(text, WHOLE)} then try_cast(split_part({text}, '.', 1) as bigint) "
        f"when {_looks(text, NUMBER)} and contains(lower({text}), 'e') "
        f"and {number} = trunc({number}) and try_cast({text} as double) = cast({number} as double) "
        f"then try_cast({number} as bigint) end"
    )


def _moment(text: str, unit: str | None, order: str | None) -> str:
    timestamp = _timestamp(text, order)
    return f"coalesce({_unix(text, unit)}, {timestamp})" if unit else timestamp


def _unix(text: str, unit: str) -> str:
    # seconds may have a fraction: Prometheus counts in milliseconds and shows seconds
    number = f"case when {_looks(text, NUMBER)} then try_cast({text} as decimal(38, 6)) end"
    per_second = {"unix_seconds": 1, "unix_milliseconds": 1_000}.get(unit, 1_000_000_000)
    low, high = (bound * per_second for bound in UNIX_SECONDS)
    # a timestamp holds microseconds: what is beyond them is cut, not rounded into the next day
    micros = (
        f"({number}) * {1_000_000 // per_second}"
        if per_second <= 1_000_000
        else f"try_cast(trunc({number}) as bigint) // {per_second // 1_000_000}"
    )
    return (
        f"case when ({number}) >= {low} and ({number}) < {high} "
        f"then make_timestamp(cast({micros} as bigint)) end"
    )


def _timestamp(text: str, order: str | None) -> str:
    shape = _looks(f"upper({text})", ISO)
    moment = f"cast(try_cast(upper({text}) as timestamptz) as timestamp)"
    # an offset may lead out of the years that a four-digit date can say
    iso = f"when {shape} then case when year({moment}) between 1 and 9999 then {moment} end"
    slashed = f" else {slashed_timestamp(text, order)}" if order else ""
    return f"case {iso}{slashed} end"


def complaint(value: str, data_type: str, unit: str | None, order: str | None) -> str:
    """Why a value was not read, to follow 'row 7, column spend: '."""
    shown = value if len(value) <= 60 else value[:57] + "..."
    if data_type in ("timestamp", "date") and unit:
        return f"'{shown}' is not a time in {unit.replace('_', ' ')} between 2000 and 2100"
    if data_type == "timestamp":
        also = f" or {WORDS[order]}" if order else ""
        return f"'{shown}' is not a timestamp (ISO 8601{also})"
    words = {
        "bigint": "a whole number (bigint)",
        "double": "a finite number (double)",
        "boolean": "a boolean (true, false, 1, 0)",
        "date": "a date (YYYY-MM-DD)",
    }
    if data_type.startswith("decimal") and re.fullmatch(NUMBER, value):
        scale = scale_of(data_type)
        if (number := Decimal(value)) and number.adjusted() < 38 - scale:
            return f"'{shown}' has more than the {scale} decimals that are kept"
    return f"'{shown}' is not {words.get(data_type, 'a ' + data_type)}"
