"""How large a value of an expression can get, read from DuckDB's own syntax tree before anything is computed: a limit
of memory does not hold one call of a scalar function, and nothing stops it once it runs. Knows no connection.

Sizes are bytes of a text or of a list with all its elements, and no more than a bound: what can't be told has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import inf, prod
from typing import Any

from msgspec import Struct

COLUMN = 256  # bytes of a column's value that are reckoned with
_HELD = 64 * COLUMN  # of what an aggregate gathers: a limit of memory holds that, not what is made of it
MOST = 100_000  # bytes of a value in one row: thousands of rows are computed at once
_STEPS = 1_000_000  # of a comparison that looks at each sign of one text beside each of another

_EACH_NAMES = "list_transform array_transform list_apply array_apply apply"
_SPLIT_NAMES = """
    split str_split string_split string_to_array str_split_regex string_split_regex regexp_split_to_array
    regexp_extract_all
"""
_TWICE_NAMES = "hex to_hex encode to_base64 regexp_escape list_zip strip_accents ucase upper"
_COMPARING_NAMES = "levenshtein damerau_levenshtein editdist3 jaccard jaro_similarity jaro_winkler_similarity"
_LENGTH_NAMES = """
    length len char_length character_length strlen octet_length bit_length length_grapheme position instr strpos
    list_position list_indexof array_length array_position json_array_length
"""
_SMALL_NAMES = """
    year month day hour minute second quarter week weekday dayofmonth dayofweek dayofyear isodow date_part datepart
    ascii unicode ord sign century decade isoyear yearweek
"""
_SAME_NAMES = "abs floor ceil ceiling round trunc round_even roundbankers"
_NUMBER_NAMES = """
    list_sum list_avg list_count list_median list_product md5 sha1 sha256 hash mod power pow sqrt ln log exp divide
    multiply add subtract + - * / // % ** ^ & | << >> ~
"""
_GROWING_NAMES = "list array_agg string_agg group_concat listagg histogram max_by min_by approx_top_k mode"
_EACH = frozenset(_EACH_NAMES.split())
_SIFTED = frozenset(("list_filter", "array_filter", "filter"))
_REDUCED = frozenset(("list_reduce", "array_reduce", "reduce"))
_JOINED = frozenset(("array_to_string", "list_string_agg", "list_aggregate", "list_aggr"))
_SPLIT = frozenset(_SPLIT_NAMES.split())
_TIMES = dict.fromkeys(_TWICE_NAMES.split(), 2) | {"bin": 8, "to_binary": 8, "url_encode": 3}
_COMPARING = frozenset(_COMPARING_NAMES.split())
_LENGTHS = frozenset(_LENGTH_NAMES.split())
_SMALL = frozenset(_SMALL_NAMES.split())
_SAME = frozenset(_SAME_NAMES.split())
_NUMBERS = _SMALL | _SAME | _LENGTHS | _COMPARING | frozenset(_NUMBER_NAMES.split())
_GROWING = frozenset(_GROWING_NAMES.split())  # aggregates
_OF_TYPE = {"BOOLEAN": 1, "TINYINT": 128, "UTINYINT": 255, "SMALLINT": 32_768, "USMALLINT": 65_535}
_TRUTHS = {"COMPARISON", "CONJUNCTION", "BETWEEN"}


class Bound(Struct, frozen=True):
    """Of a value: its bytes, how far from 0 it is where it is a number, how many elements it has where it is a list,
    and the bytes of the largest."""

    size: float
    number: float = inf
    elements: float = inf
    largest: float = inf


_DEEP = "what is nested so deeply"
_NUMBER = 40  # bytes of one, as text
_ASKED = ""  # among names: what a column has, where the size itself is asked for and nothing refused


def too_large(tree: object) -> str:
    """Why a value may get too large somewhere in the tree of an expression, in words; "" where none can."""
    try:
        _bound(tree, {})
    except _Unbounded as found:
        return str(found)
    except RecursionError:
        return _DEEP
    return ""


def size(tree: object, column: int) -> float:
    """Bytes of the expression's own value, where no column's value has more than so many."""
    return _plain(tree, {_ASKED: Bound(column)}).size


def too_large_in_query(tree: object) -> str:
    """The same of a query. What a query in a query makes, the outer one may make larger again."""
    nodes = list(nodes_of(tree))
    if any(node.get("type") == "RECURSIVE_CTE_NODE" for node in nodes):
        return "a recursive query may make texts longer without end"
    selects = [node for node in nodes if node.get("type") == "SELECT_NODE"]
    try:
        made = [max((_bound(each, {}).size for each in node["select_list"]), default=0) for node in selects]
        tables = [id(node["function"]) for node in nodes if node.get("type") == "TABLE_FUNCTION"]  # their rows stream
        for node in nodes:
            if node.get("class") == "FUNCTION" and id(node) not in tables:
                _bound(node, {})
    except _Unbounded as found:
        return str(found)
    except RecursionError:
        return _DEEP
    most = COLUMN * prod(max(1.0, size / COLUMN) for size in made)
    return "" if most <= MOST else "texts made of texts, again and again"


class _Unbounded(Exception):
    pass


def _bound(node: Any, names: Mapping[str, Bound]) -> Bound:
    """Raises _Unbounded."""
    found = _plain(node, names)
    if found.size > MOST and _ASKED not in names:
        name = node.get("function_name") or node.get("type", "").lower()
        raise _Unbounded(f"{name}() of what may be very large")
    return found


def _plain(node: Any, names: Mapping[str, Bound]) -> Bound:
    kind = node.get("class")
    if kind == "CONSTANT":
        return _constant(node.get("literal") or {})
    if kind in ("COLUMN_REF", "LAMBDA_REF"):
        path = node.get("column_names") or [node.get("name", "")]
        named = names.get(path[0].lower()) if len(path) == 1 else None
        return named or names.get(_ASKED, Bound(COLUMN))
    if kind == "FUNCTION":
        return _called(node, names)
    parts = [_bound(child, names) for child in _children(node)]
    if kind in _TRUTHS:
        return Bound(1, 1)
    if kind == "CAST":
        said = node.get("type_expr", {}).get("type_name", "").upper()
        (child,) = parts[:1] or [Bound(0)]
        spelled = 4 * child.size + _NUMBER if said == "VARCHAR" and child.elements < inf else child.size + _NUMBER
        return Bound(spelled, min(child.number, _OF_TYPE.get(said, inf)))
    if kind == "CASE" or node.get("type") == "OPERATOR_COALESCE":
        return Bound(max((p.size for p in parts), default=0), max((p.number for p in parts), default=0))
    return Bound(sum(p.size for p in parts), max((p.number for p in parts), default=inf))


def _constant(literal: Mapping[str, Any]) -> Bound:
    text = str(literal.get("text", ""))
    try:
        return Bound(len(text.encode()), abs(float(text)))
    except ValueError:
        return Bound(len(text.encode()))


def _called(node: Any, names: Mapping[str, Bound]) -> Bound:
    name = node["function_name"].lower()
    nodes = [argument["expression"] for argument in node.get("arguments", ())]
    if name in _EACH | _SIFTED | _REDUCED and len(nodes) > 1:
        return _over_list(name, nodes, names)
    parts = [_bound(each, names) for each in nodes]
    sizes, numbers = [p.size for p in parts], [p.number for p in parts]
    if name in _COMPARING and prod(sizes) > _STEPS and _ASKED not in names:
        raise _Unbounded(f"{name}() of long texts")
    if name in _GROWING:
        return Bound(_HELD)
    size, number = _size(name, nodes, sizes, numbers), _value(name, sizes, numbers)
    if name in _SPLIT and sizes:
        return Bound(size, number, sizes[0] + 1, sizes[0])
    if name in ("range", "generate_series"):
        return Bound(size, max(numbers, default=0), sum(numbers[:2]), _NUMBER)
    if name in ("list_value", "list_pack", "array_value"):
        return Bound(size, max(numbers, default=0), len(sizes), max(sizes, default=0))
    return Bound(size, number)


def _size(name: str, nodes: Sequence[Any], sizes: Sequence[float], numbers: Sequence[float]) -> float:
    total = sum(sizes) + 16 * len(sizes) + _NUMBER
    match name:
        case "repeat" if len(sizes) == 2:
            return sizes[0] * numbers[1] if sizes[0] else 0
        case "lpad" | "rpad" if len(sizes) > 1:
            return 4 * numbers[1]
        case "bitstring" if len(sizes) > 1:
            return numbers[1] + total
        case "range" | "generate_series":
            return 16 * sum(numbers[:2])
        case "replace" | "regexp_replace" if len(sizes) > 2:
            return (sizes[0] + 1) * max(1, sizes[2])
        case "concat_ws":
            return total + len(sizes) * sizes[0]
        case "printf" | "format":
            return _formatted(name, nodes[0] if nodes else {}, sizes)
        case "strftime":
            return 32 * total
    if name in _NUMBERS:
        return _NUMBER
    if name in _JOINED:
        return sizes[0] * (1 + sum(sizes[1:])) if sizes else 0
    if name in _SPLIT:
        return 16 * total
    return total * (_TIMES.get(name, 1) if not name.startswith("json") and name != "to_json" else 6)


def _value(name: str, sizes: Sequence[float], numbers: Sequence[float]) -> float:
    match name:
        case "+" | "-":
            return sum(numbers)
        case "*":
            return prod(numbers) if numbers and min(numbers) > 0 else 0 if 0 in numbers else inf
        case "%" | "mod" if len(numbers) == 2:
            return numbers[1]
        case "least":
            return min(numbers, default=inf)
        case "greatest" | "ifnull" | "coalesce" | "if":
            return max(numbers, default=inf)
    if name in _LENGTHS:
        return 8 * sum(sizes)
    if name in _SMALL:
        return 1_200_000
    if name in _SAME:
        return numbers[0] + 1 if numbers else inf
    return inf


_WIDTH = re.compile(r"\d+")


def _formatted(name: str, form: Any, sizes: Sequence[float]) -> float:
    """Widths are in the format itself; one that is an argument, or a format that is made, has no bound."""
    said = (form.get("literal") or {}).get("text") if form.get("class") == "CONSTANT" else None
    text = str(said)
    if said is None or "*" in text or re.search(r"\{[^}]*\{", text):
        return inf
    places = text.count("%" if name == "printf" else "{")
    return len(text) + sum(float(width) for width in _WIDTH.findall(text)) + places * max([*sizes[1:], _NUMBER])


def _over_list(name: str, nodes: Sequence[Any], names: Mapping[str, Bound]) -> Bound:
    """An element is no larger than its list. What a reduction makes must not depend on how large it was before."""
    elements, function = _bound(nodes[0], names), nodes[1]
    for extra in nodes[2:]:
        _bound(extra, names)
    if function.get("class") != "LAMBDA":
        return Bound(elements.size)
    parameters = [str(n["column_names"][-1]).lower() for n in nodes_of(function.get("lhs")) if n.get("column_names")]
    parameters += [str(each).lower() for each in function.get("parameters", ())]
    body = function.get("expr") or {}

    count, largest = min(elements.elements, elements.size), min(elements.largest, elements.size)

    def inside(size: float) -> Bound:
        return _bound(body, {**names, **dict.fromkeys(parameters, Bound(size, elements.number))})

    if name in _SIFTED:
        inside(largest)
        return elements
    if name in _EACH:
        made = inside(largest)
        return Bound(count * (16 + made.size), made.number, count, made.size)
    once, twice = inside(largest + 1), inside(2 * largest + 2)
    if once.size != twice.size:
        raise _Unbounded(f"{name}() of what grows with each element")
    return once


def _children(node: Mapping[str, Any]) -> Iterator[Any]:
    """The expressions right under this one."""
    for key, value in node.items():
        if key in ("type_expr", "qualified_name"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from [each] if "class" in each else _children(each)


def nodes_of(tree: object) -> Iterator[dict[str, Any]]:
    """Every object in the tree, with a stack of our own: depth is the writer's to choose."""
    stack = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
