"""CHECKs that can't be evaluated here: values that pass them as surely as can be known, NULL before all. Whether they
did, the engine says: such a CHECK is unverified until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import structs
from sqlglot import exp

from ...computing import Calculator
from ...ddl.expressions import parse_expression
from ...errors import DDLError
from ...report import Finding
from ...schema import Check, Column, Kind, Schema, Table
from ..domains import Domain, Facts, Scalar
from .reading import Reading, scalar_of
from .trees import literal_in, sqlglot_name

# what is not NULL although a part of it is
_PRESENT = (
    exp.And, exp.Or, exp.Coalesce, exp.Case, exp.If, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Array, exp.Tuple,
    exp.Concat, exp.ConcatWs, exp.Select, exp.Lambda,
)  # fmt: skip
_COUNTING = {
    "num_nulls",
    "num_nonnulls",
    "ifnull",
    "isnull",
    "typeof",
    "row",
    "jsonb_build_object",
    "jsonb_build_array",
}
_WRITTEN = {Kind.TEXT, Kind.JSON, Kind.RANGE, Kind.INET, Kind.INTERVAL, Kind.XML, Kind.UUID, Kind.OTHER, Kind.TSVECTOR}


def set_aside(readings: Mapping[str, Reading], schema: Schema, facts: Facts) -> list[Finding]:
    """Takes the CHECKs that can't be evaluated out of what is left to draw again, and narrows domains to what passes
    them; says so for each."""
    findings = []
    for key, reading in readings.items():
        if reading.left:
            table = schema.tables[key]
            calculator = Calculator(facts.dialect, table, str(facts.as_of))
            findings += list(_set_aside(table, reading, calculator.refusal))
    return findings


def _set_aside(table: Table, reading: Reading, refusal: Callable[[str], str]) -> Iterator[Finding]:
    """`refusal` gives the reason why a condition can't be evaluated, "" where it can."""
    kept = []
    for check in reading.left:
        reason = refusal(check.sql)
        if not reason:
            kept.append(check)
            continue
        tree = parse_expression(check.sql, reading.dialect)
        part = _evaluated(tree, lambda one: not refusal(one.sql(dialect=sqlglot_name(reading.dialect))))
        if part is not None and part.find(exp.Column) is not None:
            names = {c.name.lower() for c in part.find_all(exp.Column)}
            columns = tuple(name for name in check.columns if name.lower() in names)
            kept.append(structs.replace(check, sql=part.sql(dialect=sqlglot_name(reading.dialect)), columns=columns))
        else:
            yield _unverified(table, check, f"{reason}: {_conserve(table, check, tree, reading)}")
    reading.left[:] = kept


def _evaluated(tree: exp.Expr, can_be: Callable[[exp.Expr], bool]) -> exp.Expr | None:
    """The ways to meet an OR that can be evaluated: to meet one of them is enough."""
    tree = tree.unnest()
    if not isinstance(tree, exp.Or):
        return tree if can_be(tree) else None
    ways = [way for side in (tree.left, tree.right) if (way := _evaluated(side, can_be)) is not None]
    return exp.or_(*ways) if ways else None


def _conserve(table: Table, check: Check, tree: exp.Expr, reading: Reading) -> str:
    """Narrows the domains of the columns that the condition reads; how, in words."""
    columns = [table.column(name) for name in check.columns]
    if isinstance(tree, exp.Not) and isinstance(tree.this.unnest(), exp.Is):  # f(x) IS NOT NULL
        for column in columns:
            reading.domains[column.name] = structs.replace(reading.domains[column.name], nullable=False)
    empty = [c for c in columns if reading.domains[c.name].nullable and _null_passes(tree, c.name)]
    if any(reading.domains[c.name].always_null for c in empty):
        return "it passes where a column is NULL"
    bound = {*table.primary_key, *reading.computed}
    free = [c for c in empty if c.name not in bound and not c.generated]
    if free:
        for column in free if _of_functions(tree) else [_least_needed(table, free)]:
            reading.domains[column.name] = structs.replace(reading.domains[column.name], always_null=True)
        return "it passes where a column is NULL"
    keyed = {name for key in (table.primary_key, *(u.columns for u in table.uniques)) for name in key}
    keyed |= {name for key in table.foreign_keys for name in key.columns}
    known = False
    for column in columns:
        values = () if column.name in keyed or column.generated else tuple(_known(table, column, reading.dialect))
        only = reading.domains[column.name].meet(Domain(kind=column.type.kind, values=values))
        if values and not only.empty:
            reading.domains[column.name], known = only, True
    return "values of the DDL's own may pass it" if known else "ordinary values may break it"


def _of_functions(tree: exp.Expr) -> bool:
    """Whether it calls what nothing is known of: that may take one NULL for FALSE, all of them rather not."""
    return tree.find(exp.Anonymous) is not None


def _least_needed(table: Table, columns: list[Column]) -> Column:
    keyed = {name for key in table.foreign_keys for name in key.columns} | {n for u in table.uniques for n in u.columns}
    return next((c for c in reversed(columns) if c.name not in keyed), columns[-1])


def _null_passes(tree: exp.Expr, name: str) -> bool:
    """Whether the condition is NULL where this column is."""
    for node in tree.find_all(exp.Column):
        above = node.parent if node.name.lower() == name.lower() else None
        while above is not None and not _present(above):
            if above is tree:
                return True
            above = above.parent
        if node is tree:
            return True
    return False


def _present(node: exp.Expr) -> bool:
    if isinstance(node, exp.Is):
        return isinstance(node.expression, exp.Null | exp.Boolean)
    return isinstance(node, _PRESENT) or (isinstance(node, exp.Anonymous) and node.name.lower() in _COUNTING)


def _known(table: Table, column: Column, dialect: str) -> Iterator[Scalar]:
    """The column's DEFAULT, and what the DDL itself inserts."""
    given: list[object] = []
    try:
        given.append(literal_in(parse_expression(column.default, dialect)) if column.default else None)
    except DDLError:
        given.append(None)  # no plain value
    given += [row[table.column_names.index(column.name)] for row in table.rows]
    for value in dict.fromkeys(v for v in given if v is not None):
        scalar = str(value) if column.type.kind in _WRITTEN else scalar_of(column, value)
        if scalar is not None:
            yield scalar


def _unverified(table: Table, check: Check, reason: str) -> Finding:
    line, column = (check.place.line, check.place.column) if check.place else (0, 0)
    return Finding(
        verdict="unverified", rule="check", table=table.key, columns=check.columns, text=f"CHECK ({check.sql})",
        reason=reason, line=line, column=column,
    )  # fmt: skip
