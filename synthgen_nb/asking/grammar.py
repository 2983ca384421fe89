"""The JSON schema that a model's changes are bound to: this schema's tables and columns and nothing else, and for each
column only what fits it. Every text and list has a bound."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from ..drafting.wished.possible import ColumnRoom, TableRoom
from ..llm.base import JsonSchema
from ..schema import Kind
from ..specs.locales import locales

MOST_CHANGES = 16
MOST_NOT_DONE = 6
_MOST_SHARES = 6
_MOST_LISTED = 60  # values of a column that are spelled out
_TEXT = 40  # characters of a value
_LINE = 120  # characters of what was not done
_DECIMALS = 4
_PROMPT = 200  # characters of what a model is asked to write later
YEAR = "(?:19|20)[0-9]{2}"
_LONG, _SHORT = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])", "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
DAY = f"{YEAR}-(?:{_LONG}|{_SHORT}|02-(?:0[1-9]|1[0-9]|2[0-8]))"
CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_TIMES = {"type": "number", "minimum": 0, "maximum": 20, "multipleOf": 0.1}
_PERCENT = {"type": "number", "minimum": 0.1, "maximum": 100, "multipleOf": 0.1}


class ChangesShape(Struct, frozen=True):
    """`columns` ("orders.total") and `families` ("orders of customers") as the model calls them: (table, column) and
    (table, parent)."""

    shape: JsonSchema
    columns: Mapping[str, tuple[str, str]]
    families: Mapping[str, tuple[str, str]]


def changes_shape(tables: Mapping[str, TableRoom]) -> ChangesShape:
    places = {(key, name): room for key, table in tables.items() for name, room in table.columns.items() if room.any}
    columns = {f"{key}.{name}": (key, name) for key, name in places}
    families = {f"{key} of {parent}": (key, parent) for key, table in tables.items() for parent in table.parents}
    rooms = {name: places[place] for name, place in columns.items()}
    kinds = [*_of_columns(rooms, columns), *_of_tables(tables)]
    told = {"type": "array", "maxItems": MOST_NOT_DONE, "items": {"type": "string", "maxLength": _LINE}}
    changes = {"type": "array", "maxItems": MOST_CHANGES, "items": {"anyOf": kinds}}
    return ChangesShape(JsonSchema(_object({"changes": changes, "not_done": told})), columns, families)


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _change(kind: str, of: list[str], properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return _object({"change": {"const": kind}, "of": {"enum": of}, **properties}, optional)


def _list(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": most, "items": items}


def _of_columns(rooms: Mapping[str, ColumnRoom], places: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for value, of in _alike({name: _value(room) for name, room in rooms.items() if room.shares}):
        share = _object({"value": value, "percent": _PERCENT})
        found.append(_change("shares", of, {"shares": _list(share, _most(value))}))
    for end, of in _alike({name: _bound(room) for name, room in rooms.items() if room.bounds and not room.typical}):
        found.append(_change("between", of, {"low": end, "high": end}, ("low", "high")))
    for end, of in _alike({name: _bound(room) for name, room in rooms.items() if room.typical}):
        ends = {"low": end, "high": end, "typical": end}
        found.append(_change("between", of, ends, tuple(ends)))
    months = _list(_object({"month": _whole(1, 12), "times": _TIMES}), 12)
    weekdays = _list(_object({"weekday": _whole(1, 7), "times": _TIMES}), 7)
    hours = _list(_object({"hour": _whole(0, 23), "times": _TIMES}), 24)
    for kinds, given in (
        ((True, True), {"months": months, "weekdays": weekdays, "hours": hours}),
        ((True, False), {"months": months, "weekdays": weekdays}),
        ((False, True), {"hours": hours}),
    ):
        if of := [name for name, room in rooms.items() if (room.days, room.hours) == kinds]:
            found.append(_change("rhythm", of, given, tuple(given)))
    if of := [name for name, room in rooms.items() if room.nulls]:
        found.append(_change("nulls", of, {"percent": {**_PERCENT, "minimum": 0}}))
    written = [name for name, room in rooms.items() if room.written]
    for table in dict.fromkeys(places[name][0] for name in written):
        of = [name for name in written if places[name][0] == table]
        others = [name for name, room in rooms.items() if room.beside and places[name][0] == table]
        given = {"with": _list({"enum": others}, 3), "prompt": _text(3, _PROMPT), "many": _whole(10, 2000)}
        found.append(_change("written", of, given, ("with",)))
    return found


def _of_tables(tables: Mapping[str, TableRoom]) -> list[dict[str, Any]]:
    found = [_change("rows", list(tables), {"rows": _whole(0, 10**9)})]
    if of := [key for key, table in tables.items() if table.locales]:
        share = _object({"locale": {"enum": list(locales())}, "percent": _PERCENT})
        found.append(_change("locales", of, {"shares": _list(share, _MOST_SHARES)}))
    if of := [f"{key} of {parent}" for key, table in tables.items() for parent in table.parents]:
        given = {"least": _whole(0, 1000), "most": _whole(0, 1000), "skew": _whole(0, 2)}
        found.append(_change("children", of, given, tuple(given)))
    return found


def _value(room: ColumnRoom) -> dict[str, Any]:
    """One value of a column."""
    if room.values:
        few = [value for value in room.values if len(str(value)) <= _TEXT][:_MOST_LISTED]
        return {"enum": few or [room.values[0]]}
    return _text(0, min(room.text, _TEXT)) if room.text else _bound(room)


def _bound(room: ColumnRoom) -> dict[str, Any]:
    match room.column.type.kind:
        case Kind.DATE:
            return {"type": "string", "pattern": f"^{DAY}$"}
        case Kind.TIMESTAMP | Kind.TIMESTAMPTZ:
            return {"type": "string", "pattern": f"^{DAY}(?: {CLOCK})?$"}
        case Kind.TIME:
            return {"type": "string", "pattern": f"^{CLOCK}$"}
    low, high = room.low or Decimal(0), room.high or Decimal(0)
    if not room.digits:
        return _whole(int(low), int(high))
    step = 1 / 10 ** min(room.digits, _DECIMALS)
    return {"type": "number", "minimum": float(low), "maximum": float(high), "multipleOf": step}


def _whole(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high}


def _text(least: int, most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most}


def _most(value: dict[str, Any]) -> int:
    return min(_MOST_SHARES, len(value.get("enum", range(_MOST_SHARES))))


def _alike(shapes: Mapping[str, dict[str, Any]]) -> list[tuple[dict[str, Any], list[str]]]:
    """Shapes, and the columns that share each: the grammar stays small."""
    found: list[tuple[dict[str, Any], list[str]]] = []
    for name, shape in shapes.items():
        known = next((of for other, of in found if other == shape), None)
        if known is None:
            found.append((shape, [name]))
        else:
            known.append(name)
    return found
