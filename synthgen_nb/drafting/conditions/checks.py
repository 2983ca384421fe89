"""CHECKs read from their syntax trees: what they ask of one column, which columns they put in order, and what is left.

A CHECK holds where it is not FALSE, so NULL passes: `x IS NULL OR x > 0` asks `x > 0` of the values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import lcm

from msgspec import structs
from sqlglot import exp

from ...ddl.expressions import parse_expression
from ...physical import scale_of
from ...schema import Check, Column, ForeignKey, Kind, PrimaryKey, Table, Unique
from ..domains import Domain, units, units_of
from .forms import PATTERNS, note_hints, read_form, read_forms, read_no_form
from .reading import Order, Reading, allow, scalar_of
from .trees import bare, column_in, conjuncts, folded_in, literal_in, measured_in, positive, sqlglot_name

_COUNTED = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY}
_FLIPPED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.EQ: exp.EQ,
    exp.NEQ: exp.NEQ,
}


def read_checks(table: Table, checks: tuple[Check, ...], domains: Mapping[str, Domain], dialect: str) -> Reading:
    reading = Reading(dict(domains), dialect)
    pieces = [(check, p) for check in checks for p in conjuncts(positive(parse_expression(check.sql, dialect)))]
    columns = {c.name.lower(): c for c in table.columns if not c.generated}  # computed values can't be narrowed
    twice = {name for name, count in Counter(c.name.lower() for c in table.columns).items() if count > 1}
    alike = [not twice.isdisjoint(_names(part)) for _, part in pieces]  # read by no one: drawn again
    for (check, part), is_alike in zip(pieces, alike, strict=True):
        if is_alike:
            named = {c.name if c.this.args.get("quoted") else c.name.lower() for c in part.find_all(exp.Column)}
            among = [c.name for c in table.columns if c.name.lower() in _names(part)]
            kept = tuple(name for name in among if name.lower() not in twice or name in named)
            reading.left.append(structs.replace(check, sql=part.sql(dialect=sqlglot_name(dialect)), columns=kept))
    pieces = [piece for piece, is_alike in zip(pieces, alike, strict=True) if not is_alike]
    pieces = [(check, part) for check, part in pieces if not _read_equation(part, table, columns, reading)]
    for check, part in pieces:
        if not _read(part, columns, reading):
            note_hints(part, columns, reading)
            kept = tuple(c.name for c in table.columns if c.name.lower() in _names(part))
            reading.left.append(structs.replace(check, sql=part.sql(dialect=sqlglot_name(dialect)), columns=kept))
    return reading


def _names(tree: exp.Expr) -> set[str]:
    """The columns that it reads, in small letters."""
    return {c.name.lower() for c in tree.find_all(exp.Column)}


def _read_equation(tree: exp.Expr, table: Table, columns: dict[str, Column], reading: Reading) -> bool:
    """`a = f(b, c)`: a free column that a CHECK ties to others is computed from them, and leaves `columns`."""
    if not isinstance(tree, exp.EQ):
        return False
    keys = [c.columns for c in table.constraints if isinstance(c, PrimaryKey | Unique | ForeignKey)]
    bound = {name for key in keys for name in key}
    for side, other in ((tree.this, tree.expression), (tree.expression, tree.this)):
        column = columns.get(side.name.lower()) if isinstance(side, exp.Column) else None
        inputs = {c.name.lower() for c in other.find_all(exp.Column)}
        plain = isinstance(other.unnest(), exp.Column | exp.Lower | exp.Upper)
        if column is None or plain or column.name in bound or column.name.lower() in inputs:
            continue
        if not inputs or not inputs <= columns.keys():
            continue
        if not _stored_exactly(other, column, columns):
            continue
        if reading.dialect == "sqlite" and column.type.kind != Kind.INTEGER:
            if not _exact_in_binary(other):
                continue
            for name in (columns[i].name for i in inputs):  # quarters: sums of doubles are then those of decimals
                one = units_of(columns[name.lower()].type)
                fourth = one if one % 4 else one // 4
                known = reading.domains[name]
                reading.domains[name] = structs.replace(known, step=lcm(known.step, fourth)).settled()
        reading.computed[column.name] = other.sql(dialect=sqlglot_name(reading.dialect))
        if not column.nullable:
            for name in (columns[i].name for i in inputs):
                reading.domains[name] = structs.replace(reading.domains[name], nullable=False)
        del columns[column.name.lower()]
        return True
    return False


def _stored_exactly(tree: exp.Expr, column: Column, columns: Mapping[str, Column]) -> bool:
    """Whether no digit of a number is lost where it is kept: a quotient that is rounded is not equal any more."""
    if column.type.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY):
        return True
    digits = _digits_of(tree, columns)
    return digits is not None and digits <= scale_of(column.type)


def _digits_of(tree: exp.Expr, columns: Mapping[str, Column]) -> int | None:
    """How many digits behind its point a number has at most; None where that is not known."""
    tree = tree.unnest()
    if isinstance(tree, exp.Column):
        column = columns.get(tree.name.lower())
        exact = column is not None and column.type.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY)
        return scale_of(column.type) if column is not None and exact else None
    if isinstance(tree, exp.Literal):
        return None if tree.is_string else len(tree.name.partition(".")[2])
    if isinstance(tree, exp.Neg | exp.Abs):
        return _digits_of(tree.this, columns)
    if isinstance(tree, exp.Coalesce | exp.Greatest | exp.Least):
        parts = [_digits_of(part, columns) for part in (tree.this, *tree.expressions)]
        return None if None in parts else max(part for part in parts if part is not None)
    if isinstance(tree, exp.Round):
        digits = literal_in(tree.args["decimals"]) if tree.args.get("decimals") else 0
        return max(digits, 0) if isinstance(digits, int) else None
    if isinstance(tree, exp.Add | exp.Sub | exp.Mul | exp.Mod):
        sides = [_digits_of(side, columns) for side in (tree.this, tree.expression)]
        if None in sides:
            return None
        known = [side for side in sides if side is not None]
        return sum(known) if isinstance(tree, exp.Mul) else max(known)
    if isinstance(tree, exp.Length | exp.Floor | exp.Ceil | exp.IntDiv | exp.Year | exp.Month | exp.Day | exp.Extract):
        return 0
    return None


def _exact_in_binary(tree: exp.Expr) -> bool:
    """Sums, and products with whole numbers, of what is exact itself."""
    if isinstance(tree, exp.Paren):
        return _exact_in_binary(tree.this)
    if isinstance(tree, exp.Add | exp.Sub):
        return _exact_in_binary(tree.this) and _exact_in_binary(tree.expression)
    if isinstance(tree, exp.Mul):
        whole = isinstance(literal_in(tree.expression), int) or isinstance(literal_in(tree.this), int)
        return whole and _exact_in_binary(tree.this) and _exact_in_binary(tree.expression)
    return isinstance(tree, exp.Column) or isinstance(literal_in(tree), int)


def _read(tree: exp.Expr, columns: Mapping[str, Column], reading: Reading) -> bool:
    """Narrow `reading` by one condition; False if it is of another kind."""
    if isinstance(tree, exp.Or):
        return _read_or(tree, columns, reading)
    if isinstance(tree, tuple(_FLIPPED)):
        return _read_comparison(tree, columns, reading)
    if isinstance(tree, exp.In):
        return _read_among(tree.this, tree.expressions, columns, reading)
    if isinstance(tree, exp.Not):
        return _read_not(tree.this.unnest(), columns, reading)
    if isinstance(tree, exp.Anonymous) and tree.name.lower() == "json_valid":
        column = column_in(tree.expressions[0], columns) if tree.expressions else None
        if column is not None and column.type.kind in (Kind.TEXT, Kind.JSON):
            known = reading.domains[column.name]
            nullable = known.nullable and reading.dialect != "sqlite"  # before version 3.45 it says 0 of NULL
            reading.domains[column.name] = structs.replace(known, json=True, nullable=nullable)
            return True
    if isinstance(tree, exp.Is) and isinstance(tree.expression, exp.JSON) and not tree.expression.args.get("this"):
        column = column_in(tree.this, columns)
        if column is not None and column.type.kind == Kind.TEXT:
            reading.domains[column.name] = structs.replace(reading.domains[column.name], json=True)
            return True
    if isinstance(tree, exp.Is) and isinstance(tree.expression, exp.Null):
        column = column_in(tree.this, columns)
        if column is not None and column.nullable:
            reading.domains[column.name] = structs.replace(reading.domains[column.name], always_null=True)
            return True
    if isinstance(tree, exp.Column):
        column = column_in(tree, columns)
        return column is not None and column.type.kind == Kind.BOOLEAN and allow(column, [True], reading)
    return read_form(tree, columns, reading)


def _read_among(side: exp.Expr, listed: list[exp.Expr], columns: Mapping[str, Column], reading: Reading) -> bool:
    """`x IN (...)`, `UPPER(x) IN (...)`: of the latter's values, those that stay as they are."""
    found = folded_in(side, columns)
    column = found[0] if found else column_in(side, columns)
    values = [literal_in(e) for e in listed]
    if column is None or not values or None in values:
        return False
    return allow(column, [v for v in values if not found or v == found[1](str(v))], reading)


def _read_not(tree: exp.Expr, columns: Mapping[str, Column], reading: Reading) -> bool:
    if isinstance(tree, PATTERNS):
        return read_no_form(tree, columns, reading)
    column = column_in(tree.this, columns) if isinstance(tree, exp.Is | exp.In) else column_in(tree, columns)
    if column is None:
        return False
    domain = reading.domains[column.name]
    if isinstance(tree, exp.Is) and isinstance(tree.expression, exp.Null):
        reading.domains[column.name] = structs.replace(domain, nullable=False)
        return True
    if isinstance(tree, exp.In):
        banned = [scalar_of(column, literal_in(e)) for e in tree.expressions]
        if not banned or None in banned:
            return False
        forbidden = domain.forbidden | {b for b in banned if b is not None}
        reading.domains[column.name] = structs.replace(domain, forbidden=forbidden).settled()
        return True
    return column.type.kind == Kind.BOOLEAN and allow(column, [False], reading)


def _read_or(tree: exp.Or, columns: Mapping[str, Column], reading: Reading) -> bool:
    parts = [p.unnest() for p in tree.flatten()]
    if any(p is tree for p in parts):
        return False
    rest = [p for p in parts if not (isinstance(p, exp.Is) and isinstance(p.expression, exp.Null))]
    if len(rest) == 1 and len(rest) < len(parts):
        nulls = {c.name.lower() for p in parts if p is not rest[0] for c in p.find_all(exp.Column)}
        used = {c.name.lower() for c in rest[0].find_all(exp.Column)}
        before = {columns[name].name: reading.domains[columns[name].name].nullable for name in nulls & columns.keys()}
        read = nulls <= used and all(_read(p, columns, reading) for p in conjuncts(rest[0]))
        for name, nullable in before.items():
            reading.domains[name] = structs.replace(reading.domains[name], nullable=nullable)
        return read
    if any(isinstance(p, PATTERNS) for p in rest):
        return read_forms(rest, columns, reading)
    found: set[str] = set()
    values: list[object] = []
    for part in parts:  # x = 1 OR x = 2 OR x IN (3, 4)
        if isinstance(part, exp.EQ):
            column, value = column_in(part.this, columns), [literal_in(part.expression)]
        elif isinstance(part, exp.In):
            column, value = column_in(part.this, columns), [literal_in(e) for e in part.expressions]
        else:
            return False
        if column is None or None in value or not value:
            return False
        found.add(column.name)
        values += value
    return len(found) == 1 and allow(columns[found.pop().lower()], values, reading)


def _read_comparison(tree: exp.Expr, columns: Mapping[str, Column], reading: Reading) -> bool:
    kind, left, right = type(tree), tree.this.unnest(), tree.expression.unnest()
    if isinstance(right, exp.Any) and kind is exp.EQ:  # pg_dump writes IN as = ANY (ARRAY[...])
        array = right.find(exp.Array)
        return array is not None and _read_among(left, array.expressions, columns, reading)
    if kind is exp.EQ and folded_in(left, columns) is not None and literal_in(right) is not None:
        return _read_among(left, [right], columns, reading)
    if column_in(left, columns) is None and measured_in(left, columns) is None:
        left, right, kind = right, left, _FLIPPED[kind]
    if _read_step(kind, left, right, columns, reading):
        return True
    measured = measured_in(left, columns)
    if measured is not None:
        return _read_length(kind, measured, literal_in(right), reading)
    column, other, value = column_in(left, columns), column_in(right, columns), literal_in(right)
    if column is None:
        return False
    if other is not None:
        return _read_order(kind, column, other, reading)
    if value is None:
        return _read_case(kind, column, right, columns, reading)
    domain = reading.domains[column.name]
    if kind is exp.EQ:
        return allow(column, [value], reading)
    if kind is exp.NEQ:
        scalar = scalar_of(column, value)
        if scalar is None:
            return False
        reading.domains[column.name] = structs.replace(domain, forbidden=domain.forbidden | {scalar}).settled()
        return True
    if not domain.ordered:
        return False
    low = units(value, column.type, up=True)
    high = units(value, column.type)
    if low is None or high is None:
        return False
    exact = low == high
    if kind is exp.GT:
        narrowed = structs.replace(domain, low=max(_or(domain.low, low), low + 1 if exact else low))
    elif kind is exp.GTE:
        narrowed = structs.replace(domain, low=max(_or(domain.low, low), low))
    elif kind is exp.LT:
        narrowed = structs.replace(domain, high=min(_or(domain.high, high), high - 1 if exact else high))
    else:
        narrowed = structs.replace(domain, high=min(_or(domain.high, high), high))
    reading.domains[column.name] = narrowed.settled()
    return True


def _read_order(kind: type[exp.Expr], column: Column, other: Column, reading: Reading) -> bool:
    if column.type.kind != other.type.kind or column.type.scale != other.type.scale:
        return False
    if column.name == other.name:
        return False
    if kind is exp.NEQ:
        reading.apart.append((column.name, other.name))
        return True
    if not reading.domains[column.name].ordered or kind is exp.EQ:
        return False
    if kind in (exp.LT, exp.LTE):
        reading.orders.append(Order(column.name, other.name, kind is exp.LT))
    else:
        reading.orders.append(Order(other.name, column.name, kind is exp.GT))
    return True


def _read_length(kind: type[exp.Expr], column: Column, value: object, reading: Reading) -> bool:
    domain = reading.domains[column.name]
    if not isinstance(value, int) or domain.kind not in (Kind.TEXT, Kind.BINARY):
        return False
    shortest, longest = domain.shortest, domain.longest
    if kind in (exp.GT, exp.GTE, exp.EQ):
        shortest = max(shortest, value + (kind is exp.GT))
    if kind in (exp.LT, exp.LTE, exp.EQ):
        bound = value - (kind is exp.LT)
        longest = min(longest, bound) if longest else bound
    if kind is exp.NEQ:
        if value:
            return False
        shortest = max(shortest, 1)
    reading.domains[column.name] = structs.replace(domain, shortest=shortest, longest=longest)
    return True


def _read_step(
    kind: type[exp.Expr], left: exp.Expr, right: exp.Expr, columns: Mapping[str, Column], reading: Reading
) -> bool:
    """`x % 5 = 0`, `x = round(x, 1)`, `x = trunc(x)`: multiples alone."""
    if kind is not exp.EQ:
        return False
    for side, other in ((left, right), (right, left)):
        if isinstance(side, exp.Mod) and literal_in(other) == 0:
            column, value = column_in(side.this.unnest(), columns), literal_in(side.expression.unnest())
            break
        column, value = column_in(other, columns), _digit(side, other)
        if value:
            break
    if column is None or value is None or column.type.kind not in _COUNTED:
        return False
    step = units(value, column.type)
    domain = reading.domains[column.name]
    if not step or step < 0 or step != units(value, column.type, up=True) or domain.values is not None:
        return False
    reading.domains[column.name] = structs.replace(domain, step=lcm(domain.step, step)).settled()
    return True


def _digit(tree: exp.Expr, column: exp.Expr) -> float | None:
    """What a number rounded by this is a multiple of; None if it is no rounding of the column itself."""
    if not isinstance(tree, exp.Round | exp.Trunc | exp.Floor | exp.Ceil) or bare(tree.this) != bare(column):
        return None
    digits = literal_in(tree.args["decimals"]) if tree.args.get("decimals") else 0
    return 10.0**-digits if isinstance(digits, int) else None


def _read_case(
    kind: type[exp.Expr], column: Column, right: exp.Expr, columns: Mapping[str, Column], reading: Reading
) -> bool:
    if kind is not exp.EQ or not isinstance(right, exp.Lower | exp.Upper) or column_in(right.this, columns) != column:
        return False
    case = "lower" if isinstance(right, exp.Lower) else "upper"
    reading.domains[column.name] = structs.replace(reading.domains[column.name], case=case)
    return True


def _or(a: int | None, b: int) -> int:
    return b if a is None else a
