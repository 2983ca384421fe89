"""What a table's own definition asks of each of its rows, as conditions a row can violate. Knows types and dialects;
reads no rows (what the footers prove is settled here)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from ..computing import unheld
from ..ddl.expressions import row_checks, row_time, with_value
from ..ddl.fragments import columns_read
from ..ddl.partitions import (
    division_of,
    key_columns,
    membership,
    own_checks,
    own_not_null,
    partitions_of,
    reach,
    unreadable,
)
from ..errors import InputError
from ..sandbox import quoted
from ..schema import Column, Kind, Place, Schema, Table, Type
from ..sqlsemantics import condition, translate
from .footers import Footer

_LOOSE = frozenset(("sqlite",))  # declared widths and lengths are hints there
_UNMEASURED = frozenset(("sqlite", "duckdb"))  # VARCHAR(n) takes any length
_BY_BYTES = re.compile(r"(tiny|medium|long)?text\b|.*\bbyte\)", re.IGNORECASE)  # MySQL's TEXTs; VARCHAR2(n BYTE)
_UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


class RowRule(Struct, frozen=True, gc=False):
    """`violated` is true of a row that breaks the rule; "" where the footers prove that none does. `reason` says why it
    can't be evaluated. `alone` says that it reads its `columns` and no others. `longest`: it holds where no value of
    its column has more bytes (0: it asks for something else)."""

    rule: str
    columns: tuple[str, ...]
    text: str
    place: Place | None = None
    violated: str = ""
    reason: str = ""
    alone: bool = False
    longest: int = 0


class Ground(Struct, frozen=True):
    """What the rules of a table are read against. `names` are its columns in DuckDB."""

    schema: Schema
    table: Table
    names: Mapping[str, str]
    footers: Mapping[str, Footer]
    as_of: str

    def column(self, name: str) -> str:
        return quoted(self.names[name])

    def types(self) -> dict[str, Type]:
        return {column.name: column.type for column in self.table.columns}

    def translated(self, sql: str) -> str:
        return translate(sql, self.schema.dialect, self.types(), as_of=self.as_of, names=self.names)

    def condition(self, sql: str) -> str:
        return condition(sql, self.schema.dialect, self.types(), as_of=self.as_of, names=self.names)


def row_rules(ground: Ground) -> Iterator[RowRule]:
    """NOT NULL, types (ranges, lengths, labels, forms), generated columns, CHECKs with those of domains, partition
    bounds."""
    keys = set(ground.table.primary_key)
    for column in ground.table.columns:
        if not column.nullable and column.name not in keys:  # a key's NULLs are counted with the key
            yield replace(_not_null(ground, column), alone=True)
        yield from (replace(rule, alone=True) for rule in _typed(ground, column))
        yield from _inside(ground, column)
        if column.generated and not row_time(column):
            yield _generated(ground, column)
    for check in row_checks(ground.schema, ground.table):
        if check.enforced:
            yield _condition(ground, "check", check.columns, f"CHECK ({check.sql})", check.sql, check.place)
    if ground.table.partition_of and ground.table.partition_bound:
        yield _bound(ground)
    yield from _routed(ground)
    for partition in partitions_of(ground.schema, ground.table.key):
        yield from _of_partition(ground, partition)


def _not_null(ground: Ground, column: Column) -> RowRule:
    footer = ground.footers.get(column.name)
    proven = footer is not None and footer.nulls == 0
    violated = "" if proven else f"{ground.column(column.name)} IS NULL"
    return RowRule("not_null", (column.name,), f"{column.name} NOT NULL", column.place, violated)


def _typed(ground: Ground, column: Column) -> Iterator[RowRule]:
    """What the column's type asks of its values."""
    kind, name, dialect = column.type, ground.column(column.name), ground.schema.dialect
    place, only = column.place, (column.name,)
    text = f"{column.name} {kind.sql}"
    if kind.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.YEAR, Kind.BIT) and dialect not in _LOOSE:
        if (limits := _limits(kind, dialect)) is not None:
            low, high = limits
            footer = ground.footers.get(column.name)
            ends = footer.numbers if footer is not None else None
            proven = ends is not None and low <= ends[0] and ends[1] <= high
            outside = f"{name} NOT BETWEEN {low} AND {high}" + (f" AND {name} <> 0" if kind.kind == Kind.YEAR else "")
            yield RowRule("range", only, text, place, "" if proven else outside)
    elif kind.kind == Kind.FLOAT and kind.unsigned:
        yield RowRule("range", only, text, place, f"{name} < 0")
    elif kind.kind == Kind.TIMESTAMP and kind.sql.lower().startswith("timestamp") and dialect in ("mysql", "mariadb"):
        years = "TIMESTAMP '1970-01-01 00:00:01' AND TIMESTAMP '2038-01-19 03:14:07'"
        yield RowRule("range", only, text, place, f"{name} NOT BETWEEN {years}")
    elif kind.kind == Kind.ENUM and kind.values:
        yield RowRule("enum", only, text, place, f"{name} NOT IN ({_labels(kind)})")
    elif kind.kind == Kind.SET and kind.values:
        part = f"list_filter(string_split({name}, ','), lambda part: NOT list_contains([{_labels(kind)}], part))"
        yield RowRule("set", only, text, place, f"{name} <> '' AND len({part}) > 0")
    elif kind.kind == Kind.ARRAY and kind.element is not None and kind.element.values:
        part = f"list_filter({name}, lambda part: NOT list_contains([{_labels(kind.element)}], part))"
        yield RowRule("enum", only, text, place, f"len({part}) > 0")
    elif kind.kind == Kind.UUID and not any(key.columns == only for key in ground.table.foreign_keys):
        # (a foreign key's values are its parent's, whose form is looked at there)
        yield RowRule("form", only, text, place, f"NOT regexp_full_match({name}, '{_UUID}')")
    elif kind.kind == Kind.JSON and dialect not in _UNMEASURED:
        yield RowRule("form", only, text, place, f"NOT json_valid({name})")
    if (violated := _too_long(kind, name, dialect)) is not None:
        exact = kind.fixed and kind.kind == Kind.BIT
        yield RowRule("length", only, text, place, violated, longest=0 if exact else kind.length or 0)


def _inside(ground: Ground, column: Column) -> Iterator[RowRule]:
    """The CHECKs of the DOMAIN that an array's elements are of; those of a row type's fields are the engine's."""
    if any(type_.domain for _, type_ in column.type.fields):
        reason = "the fields of a row type are left to the engine"
        yield RowRule("check", (column.name,), f"{column.name} {column.type.sql}", column.place, reason=reason)
    element = column.type.element
    domain = ground.schema.domains.get(element.domain or "") if element is not None else None
    if element is None or domain is None or column.type.kind != Kind.ARRAY:
        return
    for sql in domain.checks:
        text = f"each of {column.name}: CHECK ({sql})"
        try:
            asked = with_value(sql, "part", ground.schema.dialect)
            held = condition(asked, ground.schema.dialect, {"part": element})
        except InputError as error:
            yield RowRule("check", (column.name,), text, column.place, reason=str(error))
        else:
            failing = f'list_filter({ground.column(column.name)}, lambda "part": ({held}) IS FALSE)'
            yield RowRule("check", (column.name,), text, column.place, f"len({failing}) > 0")


def _limits(kind: Type, dialect: str) -> tuple[int | Decimal, int | Decimal] | None:
    """The least and greatest value of a numeric type; None if it has none."""
    if kind.kind == Kind.YEAR:
        return 1901, 2155
    if kind.kind == Kind.BIT:
        return (0, 2 ** (kind.length or 1) - 1) if dialect in ("mysql", "mariadb") else None
    if kind.kind == Kind.DECIMAL:
        if kind.precision is None:
            return None
        top = Decimal(10) ** kind.precision - 1
        top = top.scaleb(-kind.scale) if kind.precision < 28 else Decimal(f"{top:f}").scaleb(-kind.scale)
        return (Decimal(0) if kind.unsigned else -top), top
    bits = kind.bits or 64
    return (0, 2**bits - 1) if kind.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _too_long(kind: Type, name: str, dialect: str) -> str | None:
    """strlen (bytes, kept with every string) is looked at first: it is never less than the number of characters."""
    if dialect in _UNMEASURED:
        return None
    if kind.kind == Kind.BIT and dialect not in ("mysql", "mariadb") and kind.length:
        return f"length({name}) {'<>' if kind.fixed else '>'} {kind.length}"
    if kind.kind == Kind.BINARY and kind.length:
        return f"octet_length({name}) > {kind.length}"
    if kind.kind != Kind.TEXT or not kind.length:
        return None
    in_bytes = (dialect in ("mysql", "mariadb", "oracle") and _BY_BYTES.match(kind.sql)) or (
        dialect == "oracle" and "char)" not in kind.sql.lower()  # bytes by default there
    )
    return f"strlen({name}) > {kind.length}" + ("" if in_bytes else f" AND length({name}) > {kind.length}")


def _labels(kind: Type) -> str:
    return ", ".join("'" + label.replace("'", "''") + "'" for label in kind.values)


def _condition(
    ground: Ground, rule: str, columns: tuple[str, ...], text: str, sql: str, place: Place | None
) -> RowRule:
    try:
        return RowRule(rule, columns, text, place, f"({ground.condition(sql)}) IS FALSE")
    except InputError as error:
        return RowRule(rule, columns, text, place, reason=str(error))


def _generated(ground: Ground, column: Column) -> RowRule:
    """The stored value is the one the engine would compute. JSON is compared without regard to spaces and order."""
    name, only, text = ground.column(column.name), (column.name,), f"{column.name} AS ({column.generated})"
    if reason := unheld(column, ground.types(), ground.schema.dialect, ground.as_of):
        return RowRule("generated", only, text, column.place, reason=reason)
    try:
        made = ground.translated(column.generated or "")
    except InputError as error:
        return RowRule("generated", only, text, column.place, reason=str(error))
    if column.type.kind == Kind.JSON:
        pair = (f"json_normalize({name})", f"json_normalize({made})")
    else:
        pair = (name, f"cast_to_type({made}, {name})")
    return RowRule("generated", only, text, column.place, f"{pair[0]} IS DISTINCT FROM {pair[1]}")


def _routed(ground: Ground) -> Iterator[RowRule]:
    """Some partition takes every row of the partitioned table."""
    division = division_of(ground.schema, ground.table)
    if division is None:
        return
    text, place = f"every row of {ground.table.key} finds a partition", ground.table.place
    if reason := unreadable(division):
        yield RowRule("partition", (), text, place, reason=reason)
    elif sql := reach(division):
        columns = key_columns(division, ground.table, ground.schema.dialect)
        yield _condition(ground, "partition", columns, text, sql, place)


def _of_partition(ground: Ground, partition: Table) -> Iterator[RowRule]:
    """What a partition asks of its rows on top of the whole table, whose rows they are."""
    rules: list[tuple[str, tuple[str, ...], str, str, Place | None]] = []
    for name in own_not_null(ground.table, partition):
        rules.append(("not_null", (name,), f"{name} NOT NULL", f"{ground.column(name)} IS NULL", partition.place))
    for check in own_checks(ground.table, partition):
        try:
            sql = f"({ground.condition(check.sql)}) IS FALSE"
        except InputError as error:
            text = f"in {partition.key}: CHECK ({check.sql})"
            yield RowRule("check", check.columns, text, check.place, reason=str(error))
        else:
            rules.append(("check", check.columns, f"CHECK ({check.sql})", sql, check.place))
    if not rules:
        return
    inside = membership(ground.schema, partition)
    for rule, columns, text, violated, place in rules:
        text = f"in {partition.key}: {text}"
        if inside is None:
            yield RowRule(rule, columns, text, place, reason="nobody but the engine knows which rows lie there")
        else:
            yield RowRule(rule, columns, text, place, f"({ground.condition(inside)}) IS TRUE AND {violated}")


def _bound(ground: Ground) -> RowRule:
    text = f"PARTITION OF {ground.table.partition_of} {ground.table.partition_bound}"
    bound = membership(ground.schema, ground.table)
    if bound is None:
        reason = "nobody but the engine knows the hash"
        return RowRule("partition", (), text, ground.table.place, reason=reason)
    columns = tuple(columns_read(bound, ground.table.column_names, ground.schema.dialect))
    return _condition(ground, "partition", columns, text, bound, ground.table.place)
