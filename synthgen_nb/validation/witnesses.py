"""A few values that speak for a whole column: those of its dictionaries, or its least and its greatest. A rule over
that column alone that holds for them holds in every row. Runs no rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..sandbox import expression_tree
from .columns import few_values
from .rules import Ground, RowRule

if TYPE_CHECKING:
    import pyarrow as pa

MANY = 1 << 16  # rows of a table from which on it pays to look for witnesses

_SINGLE = frozenset(("check", "enum", "form", "length", "range", "set"))
_ORDERED = frozenset(
    f"COMPARE_{name}"
    for name in ("EQUAL", "LESSTHAN", "GREATERTHAN", "LESSTHANOREQUALTO", "GREATERTHANOREQUALTO", "BETWEEN")
)


def witnesses(
    ground: Ground, paths: Sequence[Path], rules: Iterable[RowRule]
) -> tuple[list[RowRule], dict[str, pa.Array]]:
    """Those of the rules that have witnesses, and these: by DuckDB's names of the columns, all of one length, filled up
    with the first of each."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    single = [rule for rule in rules if rule.rule in _SINGLE and len(rule.columns) == 1]
    footers = {r.columns[0]: ground.footers[r.columns[0]] for r in single if r.columns[0] in ground.footers}
    texts = few_values(paths, [name for name, footer in footers.items() if footer.coded])
    kinds = pq.read_schema(paths[0])
    spoken, columns = [], dict[str, pa.Array]()
    for rule in single:
        name = rule.columns[0]
        footer = footers.get(name)
        if footer is None:
            continue
        if name in texts:
            values = texts[name]
        elif footer.low is not None and footer.high is not None and _convex(rule.violated):
            values = pa.array([footer.low, footer.high], kinds.field(name).type)
        else:
            continue
        columns[ground.names[name]] = values if footer.nulls == 0 else _with_null(values)
        spoken.append(rule)
    longest = max(map(len, columns.values()), default=0)
    return spoken, {name: _filled(values, longest) for name, values in columns.items()}


def _with_null(values: pa.Array) -> pa.Array:
    import pyarrow as pa

    return pa.concat_arrays([values, pa.nulls(1, values.type)])


def _filled(values: pa.Array, length: int) -> pa.Array:
    """(Values of an empty column may be none at all.)"""
    import pyarrow as pa

    if not len(values):
        return pa.nulls(length, values.type)
    return values.take(pa.array([*range(len(values)), *[0] * (length - len(values))]))


def _convex(violated: str) -> bool:
    """Whether a rule that both ends of a range of values hold is held by all between them: comparisons of the column
    with constants, every one of which has to hold."""
    tree = expression_tree(violated)
    false = tree.get("right") or {}
    if tree.get("type") != "COMPARE_NOT_DISTINCT_FROM" or (false.get("literal") or {}).get("text") != "false":
        return False  # (cond) IS FALSE is all that a CHECK's rule is written as
    return _ordered(tree["left"])


def _ordered(node: Mapping[str, Any]) -> bool:
    match node.get("type"):
        case "OPERATOR_CAST" if node["type_expr"].get("type_name") == "BOOLEAN":
            return _ordered(node["child"])
        case "CONJUNCTION_AND":
            return all(map(_ordered, node["children"]))
        case kind if kind in _ORDERED:
            sides = [node[side] for side in ("left", "right", "input", "lower", "upper") if side in node]
            columns = [side for side in sides if side.get("type") == "COLUMN_REF"]
            return len(columns) == 1 and all(side is columns[0] or _constant(side) for side in sides)
    return False


def _constant(node: Mapping[str, Any]) -> bool:
    if node.get("type") == "OPERATOR_CAST":
        return _constant(node["child"])
    return node.get("type") == "VALUE_CONSTANT"
