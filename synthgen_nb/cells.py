"""One cell as text: how a stored value is spelled in full, and what a person may type for a column. Knows types and
their plain words of refusal; nothing of rows, rules or files.

What is typed back as it is spelled gives an equal value. Kinds whose form only the engine knows can't be typed.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from .errors import InputError
from .physical import arrow_type
from .schema import Kind, Type

_FOREIGN = {
    Kind.INTERVAL: "an interval",
    Kind.XML: "an XML document",
    Kind.RANGE: "a range",
    Kind.GEOMETRY: "a geometry",
    Kind.TSVECTOR: "a search vector",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?")
_ZONE = re.compile(r"(Z|[+-]\d{2}(:?\d{2})?)$", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_MAC = re.compile(r"([0-9a-f]{2}:){5}([0-9a-f]{2})|([0-9a-f]{2}:){7}[0-9a-f]{2}", re.IGNORECASE)
_TRUE, _FALSE = frozenset(("true", "t", "yes", "1")), frozenset(("false", "f", "no", "0"))
_MOST_LABELS = 12  # in a message


def spelled(value: object, column: Type) -> str | None:
    """A stored value (as Arrow gives it to Python) as text, whole; None for NULL."""
    match value:
        case None:
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(np.float32(value)) if column.kind == Kind.FLOAT and column.bits == 32 else repr(value)
        case Decimal():
            return f"{value:f}"
        case bytes():
            return "\\x" + value.hex()
        case dt.datetime():
            return value.isoformat(" ")
        case dt.date() | dt.time():
            return value.isoformat()
        case list() | dict():
            return json.dumps(_document(value), ensure_ascii=False)
    return str(value)


def untypable(column: Type, dialect: str) -> str:
    """Why no value can be typed for a column of this type; "" where one can."""
    if column.kind in _FOREIGN:
        return f"{_FOREIGN[column.kind]} can't be typed here: only the engine knows its form"
    nested = [column.element] if column.element else [type_ for _, type_ in column.fields]
    if column.kind in (Kind.STRUCT, Kind.MAP, Kind.ARRAY):
        if not nested or (column.kind != Kind.ARRAY and dialect != "duckdb"):
            return f"{column.sql or 'a row type'} can't be typed here: only the engine knows its form"
        return next((why for type_ in nested if (why := untypable(type_, dialect))), "")
    if column.kind == Kind.OTHER and dialect != "sqlite":  # SQLite takes any text in any column
        return f"{column.sql or 'this type'} can't be typed here: only the engine knows its form"
    return ""


def typed(text: str, column: Type, dialect: str) -> object:
    """What Arrow is to store for this text in a column of this type; None where NULL was written (in a column of text
    that word is a text). Raises InputError, in plain words, for a text that is no such value."""
    if why := untypable(column, dialect):
        raise InputError(why)
    if column.kind not in (Kind.TEXT, Kind.OTHER, Kind.ENUM, Kind.SET) and text.strip().upper() == "NULL":
        return None
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError("this text holds half a character") from None
    return _READERS.get(column.kind, _text)(text, column, dialect)


def _text(text: str, column: Type, dialect: str) -> str:
    if "\0" in text:
        raise InputError("a text can't hold a zero character")
    return text


def _integer(text: str, column: Type, dialect: str) -> int | Decimal:
    text = text.strip()
    if not re.fullmatch(r"[+-]?\d{1,60}", text):
        raise InputError(f"{_shown(text)} is no whole number")
    number = int(text)
    bits = column.bits or 64
    if column.kind == Kind.YEAR:
        low, high = 1901, 2155
    elif column.kind == Kind.BIT:
        low, high = 0, 2 ** (column.length or 1) - 1
    else:
        low, high = (0, 2**bits - 1) if column.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if not low <= number <= high and not (column.kind == Kind.YEAR and number == 0):
        raise InputError(f"{text} is beyond {column.sql or 'the type'}: {low} to {high}")
    if bits <= 64:
        return number
    if abs(number) >= 10**38:
        raise InputError(f"{text} has more than 38 digits")
    return Decimal(number)


def _decimal(text: str, column: Type, dialect: str) -> Decimal:
    text = text.strip().removeprefix("$") if column.kind == Kind.MONEY else text.strip()
    arrow = arrow_type(column, dialect)
    try:
        number = Decimal(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", text, re.I) else None
    except InvalidOperation:
        number = None
    if number is None:
        raise InputError(f"{_shown(text)} is no number")
    sign, digits, exponent = number.as_tuple()
    places = -int(exponent) if any(digits) else 0
    if places > arrow.scale and any(digits[len(digits) - places + arrow.scale :] if places else ()):
        raise InputError(f"{_shown(text)} has more than {arrow.scale} digits after the point")
    if number and number.adjusted() >= arrow.precision - arrow.scale:
        raise InputError(f"{_shown(text)} has more than {arrow.precision - arrow.scale} digits before the point")
    units = int("".join(map(str, digits))) * 10 ** max(0, arrow.scale - places) // 10 ** max(0, places - arrow.scale)
    return Decimal((sign, tuple(map(int, str(units))), -arrow.scale))


def _float(text: str, column: Type, dialect: str) -> float:
    text = text.strip()
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", text, re.IGNORECASE):
        raise InputError(f"{_shown(text)} is no number")
    with np.errstate(over="ignore"):
        number = float(np.float32(text)) if column.bits == 32 else float(text)
    if number - number != 0:
        raise InputError(f"{_shown(text)} is beyond {column.sql or 'the type'}")
    return number


def _boolean(text: str, column: Type, dialect: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise InputError(f"{_shown(text)} is neither true nor false")
    return word in _TRUE


def _date(text: str, column: Type, dialect: str) -> dt.date:
    text = text.strip()
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{_shown(text)} is no date (2026-12-31)") from None


def _time(text: str, column: Type, dialect: str) -> dt.time:
    text = text.strip()
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        clock = dt.time.fromisoformat(text)
    except ValueError:
        raise InputError(f"{_shown(text)} is no time of day (23:59:59)") from None
    _fraction(clock.microsecond, text, column)
    return clock


def _moment(text: str, column: Type, dialect: str) -> dt.datetime:
    text = text.strip()
    zoned = column.kind == Kind.TIMESTAMPTZ
    zone = _ZONE.search(text[10:])
    day, _, clock = (text[: 10 + zone.start()] if zone else text).replace("T", " ", 1).partition(" ")
    clock = clock.strip() or "00:00"
    try:
        if not _DATE.fullmatch(day) or not _TIME.fullmatch(clock):
            raise ValueError
        moment = dt.datetime.fromisoformat(f"{day} {clock}{zone[0].upper() if zone else ''}")
        if zoned:
            moment = moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise InputError(f"{_shown(text)} is no moment (2026-12-31 23:59:59)") from None
    if zone and not zoned:
        raise InputError(f"{column.sql or 'this type'} holds no time zone: leave out {zone[0]}")
    _fraction(moment.microsecond, text, column)
    return moment


def _fraction(micros: int, text: str, column: Type) -> None:
    if column.precision is not None and column.precision < 6 and micros % 10 ** (6 - column.precision):
        raise InputError(f"{text} is finer than {column.sql}: {column.precision} digits of a second")


def _binary(text: str, column: Type, dialect: str) -> bytes:
    if not re.fullmatch(r"\\x([0-9a-f]{2})*", text.strip(), re.IGNORECASE):
        raise InputError(f"{_shown(text)} is no sequence of bytes (\\xCAFE)")
    return bytes.fromhex(text.strip()[2:])


def _bits(text: str, column: Type, dialect: str) -> object:
    if dialect in ("mysql", "mariadb"):
        return _integer(text, column, dialect)
    if not re.fullmatch("[01]*", text.strip()):
        raise InputError(f"{_shown(text)} is no sequence of bits (0101)")
    return text.strip()


def _label(text: str, column: Type, dialect: str) -> str:
    if text not in column.values:
        raise InputError(f"{_shown(text)} is none of {_listed(column.values)}")
    return text


def _labels(text: str, column: Type, dialect: str) -> str:
    """In the order of the definition, as MySQL keeps them."""
    chosen = [part.strip() for part in text.split(",")] if text else []
    for part in chosen:
        _label(part, column, dialect)
    return ",".join(label for label in column.values if label in chosen)


def _uuid(text: str, column: Type, dialect: str) -> str:
    if not _UUID.fullmatch(text.strip()):
        raise InputError(f"{_shown(text)} is no UUID")
    return text.strip().lower()


def _json(text: str, column: Type, dialect: str) -> str:
    _read_json(text)
    return text


def _network(text: str, column: Type, dialect: str) -> str:
    text, only = text.strip(), column.sql.lower()
    try:
        if only == "cidr":
            ipaddress.ip_network(text)
        else:
            ipaddress.ip_interface(text)
            if only in ("inet4", "inet6"):  # MariaDB's: an address, no mask
                ipaddress.IPv4Address(text) if only == "inet4" else ipaddress.IPv6Address(text)
    except ValueError:
        raise InputError(f"{_shown(text)} is no {'network' if only == 'cidr' else 'address'} (192.168.0.1)") from None
    return text


def _mac(text: str, column: Type, dialect: str) -> str:
    eight = column.sql.lower() == "macaddr8"  # which takes six bytes, too
    if not _MAC.fullmatch(text.strip()) or (text.count(":") == 7 and not eight):
        raise InputError(f"{_shown(text)} is no hardware address (08:00:2b:01:02:03)")
    return text.strip().lower()


def _nested(text: str, column: Type, dialect: str) -> object:
    return _inside(_read_json(text), column, dialect)


def _inside(found: object, column: Type, dialect: str) -> object:
    """A document's value as one of the type, whatever it is nested in."""
    if found is None:
        return None
    if column.kind == Kind.ARRAY and column.element:
        if not isinstance(found, list):
            raise InputError(f'{_shown(json.dumps(found))} is no list (["a", "b"])')
        if column.length is not None and len(found) != column.length and dialect == "duckdb":
            raise InputError(f"{column.sql} holds {column.length} values, not {len(found)}")
        return [_inside(item, column.element, dialect) for item in found]
    if column.kind == Kind.MAP:
        if not isinstance(found, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in found):
            raise InputError(f"{_shown(json.dumps(found))} is no map ([[key, value], ...])")
        (_, key), (_, item) = column.fields
        pairs = [(_inside(k, key, dialect), _inside(v, item, dialect)) for k, v in found]
        if any(k is None for k, _ in pairs) or len({repr(k) for k, _ in pairs}) < len(pairs):
            raise InputError("the keys of a map are all different, and none is null")
        return pairs
    if column.kind == Kind.STRUCT:
        names = [name for name, _ in column.fields]
        if not isinstance(found, dict) or set(found) != set(names):
            raise InputError(f"an object with {_listed(names)} is wanted here")
        return {name: _inside(found[name], type_, dialect) for name, type_ in column.fields}
    return typed(found if isinstance(found, str) else json.dumps(found), column, dialect)


def _read_json(text: str) -> Any:
    def refuse(word: str) -> None:
        raise ValueError(word)  # NaN and Infinity are Python's, not JSON's

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise InputError(f"{_shown(text)} is no JSON") from None


def _document(value: object) -> object:
    """Lists and dicts for JSON: what it has no type for is spelled."""
    match value:
        case list() | tuple():
            return [_document(item) for item in value]
        case dict():
            return {name: _document(item) for name, item in value.items()}
        case None | bool() | int() | float() | str():
            return value
    return spelled(value, Type(kind=Kind.OTHER, sql=""))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names[:_MOST_LABELS]) + (" ..." if len(names) > _MOST_LABELS else "")


_READERS: dict[Kind, Callable[[str, Type, str], object]] = {
    Kind.INTEGER: _integer,
    Kind.YEAR: _integer,
    Kind.DECIMAL: _decimal,
    Kind.MONEY: _decimal,
    Kind.FLOAT: _float,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.TIMESTAMP: _moment,
    Kind.TIMESTAMPTZ: _moment,
    Kind.BINARY: _binary,
    Kind.BIT: _bits,
    Kind.ENUM: _label,
    Kind.SET: _labels,
    Kind.UUID: _uuid,
    Kind.JSON: _json,
    Kind.INET: _network,
    Kind.MACADDR: _mac,
    Kind.ARRAY: _nested,
    Kind.STRUCT: _nested,
    Kind.MAP: _nested,
}
