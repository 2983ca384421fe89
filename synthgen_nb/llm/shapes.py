"""Shapes: which of them a grammar can hold, how long their texts can be, and the value of a text. Every text is read
again here after it was written, whatever wrote it. Knows no model.

A shape is narrowed, never widened: what passes here passes the shape as it was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from math import inf
from typing import Any

from ..errors import Misshapen, MissingExtra, ModelError
from ..llm import grammars
from .base import JsonSchema, Lark, Model, Regex, Shape
from .regexes import ESCAPED, Measured, measured

_SCALARS = frozenset({"string", "integer", "number", "boolean", "null"})
_KEYWORDS: Mapping[str, frozenset[str]] = {
    "string": frozenset({"minLength", "maxLength", "pattern"}),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "boolean": frozenset(),
    "null": frozenset(),
}
_ANYWHERE = frozenset({"type", "enum", "const", "anyOf", "$ref", "$defs", "$schema", "title", "description"})
_REF = "#/$defs/"

Reader = Callable[[str], Any]


def held(shape: Shape) -> Shape:
    """The shape as a grammar holds it: bounds that are excluded become the next ones that are not, objects have no
    properties but their own. Raises ModelError for what has no bound or no grammar."""
    match shape:
        case JsonSchema(schema):
            return JsonSchema(_held(schema, schema.get("$defs", {}), "$", ()))
        case Regex(pattern):
            found = measured(pattern)
            if found.most == inf:
                raise ModelError(f"pattern {pattern[:80]}: its texts have no bound", hint="write {0,50} for * and +")
            return Regex(found.pattern)
        case Lark():
            return shape


def most_tokens(shape: Shape, model: Model) -> int:
    """Tokens within which any text of the shape ends, its end included: a token is a byte at least. A context's half
    where that is less, or where there is no bound to be seen (a Lark grammar)."""
    room = model.context // 2
    match held(shape):
        case JsonSchema(schema):
            return int(min(room, _size(schema, schema.get("$defs", {})) + 1))
        case Regex(pattern):
            return int(min(room, measured(pattern).size + 1))
        case Lark():
            return room


def read(shape: Shape, text: str) -> Any:
    """The value of a JSON text, the text itself for the other shapes. Raises Misshapen for a text of another shape."""
    return reader(shape)(text)


def reader(shape: Shape) -> Reader:
    """`read` for many texts of one shape."""
    match narrow := held(shape):
        case JsonSchema(schema):
            return _json_reader(schema)
        case Regex(pattern):
            return _pattern_reader(pattern)
        case Lark():
            return _grammar_reader(narrow)


def cut_values(shape: Shape, text: str) -> tuple[str, ...]:
    """The places (such as "$.rows[3].name") of texts that are as long as they may be, and so ended because they had
    to: ask again with more room, or drop them. What may have one length only, or is one of a list, is never cut. A
    JSON string's bound is its maxLength; a pattern inside JSON is a form."""
    match narrow := held(shape):
        case JsonSchema():
            return cut_places(narrow, read(shape, text))
        case Regex(pattern):
            found = measured(pattern)
            return ("$",) if found.least < found.most == len(text) else ()
        case Lark():
            read(narrow, text)
            return ()


def cut_places(shape: JsonSchema, value: Any) -> tuple[str, ...]:
    """`cut_values` of a JSON value that was read."""
    return tuple(_cut(value, shape.schema, shape.schema.get("$defs", {}), "$"))


def _held(schema: Any, defs: Mapping[str, Any], at: str, above: tuple[str, ...]) -> dict[str, Any]:
    """`above` names the definitions that this place is inside of."""
    if not isinstance(schema, dict):
        raise _refused(at, "is no schema", "write it as an object with a type")
    kinds = _types(schema, at)
    allowed = _ANYWHERE.union(*(_KEYWORDS[kind] for kind in kinds))
    if odd := sorted(schema.keys() - allowed):
        raise _refused(at, f"{odd[0]} can't be held by a grammar", "check it on the values, or list them in an enum")
    if "$ref" in schema:
        _definition(schema, defs, at, above)
    narrow = dict(schema)
    if "anyOf" in schema:
        narrow["anyOf"] = [_held(one, defs, f"{at}|{i + 1}", above) for i, one in enumerate(schema["anyOf"])]
    if "$defs" in schema and not above and at == "$":
        narrow["$defs"] = {name: _held(one, defs, _REF + name, (name,)) for name, one in defs.items()}
    if "enum" in schema or "const" in schema:
        return narrow
    if "string" in kinds:
        narrow |= _held_string(schema, at)
    if "integer" in kinds or "number" in kinds:
        narrow = _held_number(narrow, kinds, at)
    if "array" in kinds:
        narrow |= _held_array(schema, defs, at, above)
    if "object" in kinds:
        narrow |= _held_object(schema, defs, at, above)
    return narrow


def _types(schema: dict[str, Any], at: str) -> tuple[str, ...]:
    kinds = schema.get("type", [])
    kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if not kinds and not schema.keys() & {"enum", "const", "anyOf", "$ref"}:
        raise _refused(at, "says no type", "give it a type, an enum or a const")
    if unknown := [kind for kind in kinds if kind not in _KEYWORDS]:
        raise _refused(at, f"type {unknown[0]} is unknown", "JSON has " + ", ".join(_KEYWORDS))
    return kinds


def _definition(schema: dict[str, Any], defs: Mapping[str, Any], at: str, above: tuple[str, ...]) -> None:
    name = str(schema["$ref"]).removeprefix(_REF)
    if name not in defs:
        raise _refused(at, f"$ref {schema['$ref']} names no definition", f"write {_REF}NAME")
    if name in above:
        raise _refused(at, f"{_REF}{name} holds itself, so it has no bound", "write its levels out")
    _held(defs[name], defs, at, (*above, name))


def _held_string(schema: dict[str, Any], at: str) -> dict[str, Any]:
    pattern = schema.get("pattern")
    found = measured(pattern) if pattern is not None else None
    if "maxLength" not in schema and not (found and found.begins and found.ends and found.most < inf):
        raise _refused(at, "a string has no bound", "give it maxLength, or a pattern ^...$ with bounded counts")
    return {"pattern": _anchored(found)} if found else {}


def _anchored(found: Measured) -> str:
    return f"{'^' if found.begins else ''}{found.pattern}{'$' if found.ends else ''}"


def _held_number(schema: dict[str, Any], kinds: tuple[str, ...], at: str) -> dict[str, Any]:
    """Bounds included, on the grid of multipleOf: the engine lets an excluded bound of a fraction through."""
    if "number" in kinds and "multipleOf" not in schema:
        raise _refused(at, "a number has no last digit", "give it multipleOf, such as 0.01")
    step = Decimal(str(schema.get("multipleOf", 1)))
    narrow = {key: value for key, value in schema.items() if not key.startswith("exclusive")}
    for side, sign in (("Minimum", 1), ("Maximum", -1)):
        included, excluded = schema.get(side.lower()), schema.get("exclusive" + side)
        if included is None and excluded is None:
            raise _refused(at, f"a number has no {side.lower()}", "give it both bounds")
        bounds = [] if included is None else [_on_grid(Decimal(str(included)), step, sign)]
        if excluded is not None:
            bound = _on_grid(Decimal(str(excluded)), step, sign)
            bounds.append(bound + sign * step if bound == Decimal(str(excluded)) else bound)
        narrow[side.lower()] = _plain(max(bounds) if sign > 0 else min(bounds))
    if narrow["minimum"] > narrow["maximum"]:
        raise _refused(at, "no number is between its bounds", "widen them")
    return narrow


def _on_grid(value: Decimal, step: Decimal, sign: int) -> Decimal:
    """The multiple of `step` that is nearest, within the bound."""
    times = value / step
    whole = times.to_integral_value("ROUND_CEILING" if sign > 0 else "ROUND_FLOOR")
    return whole * step


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _held_array(schema: dict[str, Any], defs: Mapping[str, Any], at: str, above: tuple[str, ...]) -> dict[str, Any]:
    first = [_held(one, defs, f"{at}[{i}]", above) for i, one in enumerate(schema.get("prefixItems", []))]
    items = schema.get("items", False)
    if items is False:
        return {"items": False, "maxItems": min(len(first), schema.get("maxItems", len(first)))} | (
            {"prefixItems": first} if first else {}
        )
    if "maxItems" not in schema:
        raise _refused(at, "an array has no bound", "give it maxItems")
    return {"items": _held(items, defs, f"{at}[]", above)} | ({"prefixItems": first} if first else {})


def _held_object(schema: dict[str, Any], defs: Mapping[str, Any], at: str, above: tuple[str, ...]) -> dict[str, Any]:
    if schema.get("additionalProperties", False) is not False:
        raise _refused(at, "an object with any properties has no bound", "name its properties")
    named = schema.get("properties", {})
    if lacking := [name for name in schema.get("required", []) if name not in named]:
        raise _refused(at, f"{lacking[0]} is required but no property", "name it in properties")
    properties = {name: _held(one, defs, f"{at}.{name}", above) for name, one in named.items()}
    return {"properties": properties, "additionalProperties": False}


def _refused(at: str, what: str, hint: str) -> ModelError:
    return ModelError(f"schema at {at}: {what}", hint=hint)


def _size(schema: dict[str, Any], defs: Mapping[str, Any]) -> float:
    """Bytes of the longest text of a schema that is held."""
    if "enum" in schema or "const" in schema:
        return max(_written(one) for one in schema.get("enum", [schema.get("const")]))
    if "$ref" in schema:
        return _size(defs[schema["$ref"].removeprefix(_REF)], defs)
    if "anyOf" in schema:
        return max(_size(one, defs) for one in schema["anyOf"])
    kinds = schema["type"]
    return max(_size_of(kind, schema, defs) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _size_of(kind: str, schema: dict[str, Any], defs: Mapping[str, Any]) -> float:
    match kind:
        case "string":
            whole = ESCAPED * schema.get("maxLength", inf)
            if "pattern" in schema and (found := measured(schema["pattern"])).begins and found.ends:
                whole = min(whole, found.quoted)
            return float(whole) + 2
        case "integer" | "number":
            exponent = Decimal(str(schema.get("multipleOf", 1))).normalize().as_tuple().exponent
            digits = max(len(str(abs(int(schema[side])))) for side in ("minimum", "maximum"))
            # A whole number may be written 1.0 where fractions are allowed; the sign takes a byte
            return 1 + digits + (1 + max(1, -int(exponent)) if kind == "number" else 0)
        case "array":
            first = [_size(one, defs) for one in schema.get("prefixItems", [])][: schema["maxItems"]]
            rest = schema["maxItems"] - len(first)
            more = rest * _size(schema["items"], defs) if rest else 0
            return 2.0 + sum(first) + more + max(0, int(schema["maxItems"]) - 1)
        case "object":
            pairs = [_written(name) + 1 + _size(one, defs) for name, one in schema["properties"].items()]
            return 2 + sum(pairs) + max(0, len(pairs) - 1)
        case _:
            return len("false")


def _written(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def _json_reader(schema: dict[str, Any]) -> Reader:
    valid = _validator(schema)

    def read_json(text: str) -> Any:
        try:
            value = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError) as error:
            raise Misshapen(f"not JSON: {str(error)[:120]}", hint="ask again") from error
        found = next(valid.iter_errors(value), None)
        if found is not None:
            raise Misshapen(f"at {found.json_path}: {found.message[:120]}", hint="ask again")
        return value

    return read_json


def _validator(schema: dict[str, Any]) -> Any:
    return _kind_of_validator()(schema)


@cache
def _kind_of_validator() -> Any:
    """Made once: to make it takes longer than to read most texts."""
    try:
        from jsonschema.validators import Draft202012Validator, extend
    except ImportError as error:
        raise MissingExtra("llm") from error

    def multiple(_: Any, step: float, value: Any, __: Any) -> Iterator[Any]:
        # In decimals: 0.29 is a multiple of 0.01, though 0.29 / 0.01 is not whole in binary
        from jsonschema import ValidationError

        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and Decimal(str(value)) % Decimal(str(step)):
            yield ValidationError(f"{value} is not a multiple of {step}")

    return extend(Draft202012Validator, {"multipleOf": multiple})


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _pattern_reader(pattern: str) -> Reader:
    whole = re.compile(pattern)

    def read_text(text: str) -> str:
        if whole.fullmatch(text) is None:
            raise Misshapen(f"{text[:60]!r} does not match {pattern[:80]}", hint="ask again")
        return text

    return read_text


def _grammar_reader(shape: Lark) -> Reader:
    fresh = grammars.begun(grammars.byte_tokens(), grammars.source(shape))

    def read_text(text: str) -> str:
        automaton, written = fresh.deep_copy(), list(text.encode("utf-8", "replace"))
        if automaton.try_consume_tokens(written) < len(written) or not automaton.is_accepting():
            raise Misshapen(f"{text[:60]!r} is not of the grammar", hint="ask again")
        return text

    return read_text


def _cut(value: Any, schema: dict[str, Any], defs: Mapping[str, Any], at: str) -> Iterator[str]:
    if "enum" in schema or "const" in schema:
        return
    if "$ref" in schema:
        yield from _cut(value, defs[schema["$ref"].removeprefix(_REF)], defs, at)
    elif "anyOf" in schema:
        fits = (one for one in schema["anyOf"] if _validator(one | {"$defs": dict(defs)}).is_valid(value))
        yield from _cut(value, next(fits), defs, at)
    elif isinstance(value, str):
        if schema.get("minLength", 0) < schema.get("maxLength", inf) == len(value):
            yield at
    elif isinstance(value, list):
        first = schema.get("prefixItems", [])
        for i, one in enumerate(value):
            yield from _cut(one, first[i] if i < len(first) else schema["items"], defs, f"{at}[{i}]")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _cut(one, schema["properties"][name], defs, f"{at}.{name}")
