"""The grammar of the edits of one dataset: UPDATE, DELETE and INSERT over its own tables and columns in its dialect,
each value of the column's type. Every list, literal and nesting has a bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ..drafting.meaning import is_for, vocabulary
from ..drafting.wished.freedom import MOMENTS, NUMBERS
from ..drafting.wished.possible import TableRoom
from ..errors import InputError
from ..llm.base import Lark
from ..schema import Kind, Schema, Table
from ..specs.locales import locales
from .conditions import AMONG, Field, conditions, filled, joined, literal, number, one_of, text
from .derivations import Part, Rules, either, maybe, pattern, seq, several, word, words
from .sqlwords import Said, said

_STATEMENTS = 3
_ANDS, _ORS, _GROUP = 3, 2, 3
_INNER = 2  # conditions inside of a subquery
_LEVELS = 2  # subqueries in subqueries
_PIECE = 20  # characters of a text that is put behind another or replaced
_ASSIGNED = NUMBERS | MOMENTS | {Kind.TIME, Kind.TEXT, Kind.ENUM, Kind.BOOLEAN, Kind.UUID, Kind.JSON}


class SqlShape(Struct, frozen=True):
    """`longest` counts the bytes of the longest text of the grammar."""

    shape: Lark
    longest: int


class _Told(Struct, frozen=True):
    """One table: how it is called, its columns, and the conditions that need no other table."""

    table: Table
    name: str
    fields: tuple[Field, ...]
    plain: Part


def edit_shape(schema: Schema, rooms: Mapping[str, TableRoom], changed: Sequence[str]) -> SqlShape:
    """Statements that change the tables `changed`; those of `rooms` may say which rows. Raises InputError where others
    inherit from all of them."""
    how, rules = said(schema.dialect), Rules()
    above = {key for table in schema.tables.values() for key in table.inherits}  # their rows are in several tables
    told = {key: _told(schema.tables[key], room, how, rules) for key, room in rooms.items() if key not in above}
    where = {key: one.plain for key, one in told.items()}
    percent = seq("synth_percent(", pattern("(?:100|[1-9]?[0-9](?:[.][0-9])?)", 4), ")")
    for _ in range(_LEVELS):
        inner = {key: rules.named(joined(one, _INNER, 1)) for key, one in where.items()}
        where = {key: rules.named(one_of([told[key].plain, *_nested(key, told, inner, how)])) for key in told}
    statements = []
    for key, one in told.items():
        if key not in changed:
            continue
        group = seq("(", several(one.plain, " OR ", _GROUP), ")")
        condition = maybe(seq(" WHERE ", rules.named(joined(either([where[key], percent, group]), _ANDS, _ORS))))
        statements += [seq(f"INSERT INTO {one.name} SELECT synth_rows(", pattern("[1-9][0-9]{0,5}", 6), ")")]
        statements += [seq(f"DELETE FROM {one.name}", condition)]
        if sets := list(_assignments(one, how)):
            statements += [seq(f"UPDATE {one.name} SET ", _in_order(sets, rules), condition)]
    if not statements:
        raise InputError(f"rows of {', '.join(changed)} are rows of other tables too", hint="write the SQL yourself")
    start = several(rules.named(either(statements)), "; ", _STATEMENTS)
    return SqlShape(rules.grammar(start), start.size)


def _told(table: Table, room: TableRoom, how: Said, rules: Rules) -> _Told:
    fields = tuple(Field(how.name(name), one) for name, one in room.columns.items())
    return _Told(table, how.table(table), fields, rules.named(one_of([*conditions(fields, how)])))


def _nested(key: str, told: Mapping[str, _Told], inner: Mapping[str, Part], how: Said) -> Iterator[Part]:
    """Membership along foreign keys of one column: in the rows of a parent that are so and so, or of a child."""
    for child, other in told.items():
        for foreign in other.table.foreign_keys:
            if len(foreign.columns) > 1 or foreign.table not in told:
                continue
            reference, pointer = how.name(foreign.references[0]), how.name(foreign.columns[0])
            if child == key:
                where = maybe(seq(" WHERE ", inner[foreign.table]))
                yield seq(pointer, AMONG, f"SELECT {reference} FROM {told[foreign.table].name}", where, ")")
            if foreign.table == key:
                where = maybe(seq(" WHERE ", inner[child]))
                yield seq(reference, AMONG, f"SELECT {pointer} FROM {other.name}", where, ")")


def _in_order(sets: Sequence[Part], rules: Rules) -> Part:
    """One or more of the assignments, each once: in the order of the columns."""
    starts, rest = [], Part("", 0)
    for part in map(rules.named, reversed(sets)):
        starts.append(seq(part, rest) if rest.lark else part)
        rest = rules.named(seq(maybe(seq(", ", part)), rest) if rest.lark else maybe(seq(", ", part)))
    return either(starts)


def _assignments(told: _Told, how: Said) -> Iterator[Part]:
    keys = {name for key in told.table.foreign_keys for name in key.columns}
    for field in told.fields:
        column = field.room.column
        given = column.generated is not None or column.identity == "always"
        if not given and field.kind in _ASSIGNED and column.name not in told.table.primary_key:
            values = [*_plain(field, how), *_drawn(field, how, column.name in keys)]
            if column.name not in keys:
                values += _computed(field, [field] if how.reads_new else told.fields, how)
            yield seq(f"{field.name} = ", either(values))


def _plain(field: Field, how: Said) -> Iterator[Part]:
    value, column = literal(field, how), field.room.column
    if value is not None:
        yield value
    if column.nullable:
        yield word("NULL")
    if column.default is not None:
        yield word("DEFAULT")


def _drawn(field: Field, how: Said, is_key: bool) -> Iterator[Part]:
    """Generator calls: as the plan has it; and a text that is free, by meaning."""
    yield word("synth()")
    if is_key or field.room.values or field.kind != Kind.TEXT:
        return
    known = [name for name in vocabulary() if is_for(name, field.room.column.type)]
    locale = seq(", locale => " if how.named_arguments else ", ", words([f"'{name}'" for name in locales()]))
    if known:
        yield seq("synth(", words([f"'{name}'" for name in known]), maybe(locale), ")")


def _computed(field: Field, fields: Sequence[Field], how: Said) -> Iterator[Part]:
    """From these columns of the row."""
    if field.room.values:
        return
    if field.kind in NUMBERS:
        names = words([other.name for other in fields if other.kind in NUMBERS])
        sum_ = seq(names, words([" + ", " - ", " * ", " / "]), either([number(), names]))
        yield sum_
        yield seq("ROUND(", sum_, ", ", words(["0", "1", "2"]), ")")
    elif field.kind == Kind.TEXT:
        name, piece = word(field.name), text(_PIECE)
        yield seq(words(["UPPER(", "LOWER("]), name, ")")
        yield filled(how.joined, column=name, text=piece)
        if how.replaced:
            yield filled(how.replaced, column=name, old=piece, new=piece)
    elif field.kind in MOMENTS:
        names = words([other.name for other in fields if other.kind in MOMENTS])
        count = pattern("[1-9][0-9]{0,3}", 4)
        for template in how.shifts(field.kind):
            yield filled(template, column=names, n=count, unit=words(how.spans(field.kind)))
