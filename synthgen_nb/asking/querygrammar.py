"""The grammar of the questions about one dataset: one SELECT in DuckDB's dialect over its own tables, joined along
their foreign keys. A FROM has the columns that it brings, no others; all lists, literals and nestings have bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ..drafting.wished.freedom import MOMENTS, NUMBERS
from ..drafting.wished.possible import TableRoom
from ..sandbox import relation_names
from ..schema import Kind, Schema
from .conditions import AMONG, Field, conditions, joined, one_of
from .derivations import Part, Rules, either, maybe, pattern, seq, several, word, words
from .editgrammar import SqlShape
from .sqlprompts import Names
from .sqlwords import said

_JOINED, _SOURCES, _ORDERS = 4, 40, 12  # tables of a FROM, FROMs, and orders of each
_ITEMS, _AMOUNTS = 4, 3
_ANDS, _ORS, _INNER = 3, 2, 2
_UNITS = ("day", "week", "month", "quarter", "year")
_COUNT = pattern("[0-9]{1,9}", 9)
_HOW = said("duckdb")


class _Link(Struct, frozen=True):
    """A foreign key of one column: ON `child`.`pointer` = `parent`.`reference`."""

    child: str
    parent: str
    condition: str


_Order = tuple[tuple[str, ...], tuple[str, ...]]  # of tables, and how that is written


class _From(Struct, frozen=True):
    """Tables that are joined, in some orders. Each piece is a word of its own to the engine, which takes the longer of
    two that begin alike and never turns back."""

    tables: tuple[str, ...]
    orders: tuple[tuple[str, ...], ...]


def query_names(schema: Schema, keys: Sequence[str]) -> dict[str, Names]:
    """Of these tables, as the sandbox has them."""
    called = relation_names(keys)
    found = {}
    for key in keys:
        columns = relation_names(schema.tables[key].column_names)
        found[key] = Names(_HOW.name(called[key]), {own: _HOW.name(name) for own, name in columns.items()})
    return found


def query_shape(schema: Schema, rooms: Mapping[str, TableRoom], names: Mapping[str, Names]) -> SqlShape:
    """One SELECT over the tables of `rooms`."""
    rules = Rules()
    fields = {
        key: tuple(
            Field(f"{names[key].table}.{names[key].columns[name]}", column) for name, column in room.columns.items()
        )
        for key, room in rooms.items()
    }
    plain = {key: rules.named(one_of([*conditions(of, _HOW)])) for key, of in fields.items()}
    links = list(_links(schema, names))
    selects = [_select(source, fields, plain, links, names, rules) for source in _froms(links, names)]
    start = either([rules.named(part) for part in selects])
    return SqlShape(rules.grammar(start), start.size)


def _links(schema: Schema, names: Mapping[str, Names]) -> Iterator[_Link]:
    for key, own in names.items():
        for foreign in schema.tables[key].foreign_keys:
            if len(foreign.columns) == 1 and foreign.table in names and foreign.table != key:
                other = names[foreign.table]
                pointer = f"{own.table}.{own.columns[foreign.columns[0]]}"
                reference = f"{other.table}.{other.columns[foreign.references[0]]}"
                yield _Link(key, foreign.table, f"{pointer} = {reference}")


def _froms(links: Sequence[_Link], names: Mapping[str, Names]) -> list[_From]:
    """Each set of tables that hang together, in every order that joins them one by one; the small sets first."""
    found: dict[frozenset[str], list[_Order]] = {
        frozenset({key}): [((key,), (f" FROM {own.table}",))] for key, own in names.items()
    }
    last = list(found)
    for _ in range(_JOINED - 1):
        further = []
        for tables in last:
            for link in links:
                new = {link.child, link.parent} - tables
                if len(new) != 1 or (len(found) >= _SOURCES and tables | new not in found):
                    continue
                (table,) = new
                join = f" JOIN {names[table].table} ON {link.condition}"
                if tables | new not in found:
                    further.append(tables | new)
                orders = found.setdefault(tables | new, [])
                orders += [((*order, table), (*pieces, join)) for order, pieces in found[tables]]
        last = further
    return [
        _From(orders[0][0], tuple(dict.fromkeys(pieces for _, pieces in orders))[:_ORDERS]) for orders in found.values()
    ]


def _select(
    source: _From,
    fields: Mapping[str, tuple[Field, ...]],
    plain: Mapping[str, Part],
    links: Sequence[_Link],
    names: Mapping[str, Names],
    rules: Rules,
) -> Part:
    """SELECT ... FROM one set of tables: rows as they are, or amounts by group."""
    tables, from_ = source.tables, rules.named(either([seq(*pieces) for pieces in source.orders]))
    here = [field for key in tables for field in fields[key]]
    columns = words([field.name for field in here])
    count = rules.named(either([*_counts(here)]))
    amount = rules.named(either([count, *_ends(here)]))
    group = either([columns, *_groups(here)])
    inner = {key: rules.named(joined(one, _INNER, 1)) for key, one in plain.items()}
    asked = [*(plain[key] for key in tables), *_among(tables, links, names, inner)]
    where = maybe(seq(" WHERE ", rules.named(joined(either(asked), _ANDS, _ORS))))
    first = maybe(seq(" LIMIT ", pattern("[1-9][0-9]{0,3}", 4)))
    turned = maybe(words([" DESC", " ASC"]))
    rows = seq(
        "SELECT ", maybe(word("DISTINCT ")), either([word("*"), several(columns, ", ", _ITEMS)]), from_,
        where, maybe(seq(" ORDER BY ", columns, turned)), first,
    )  # fmt: skip
    by_group = seq(
        "SELECT ", several(group, ", ", _ITEMS), ", ", several(amount, ", ", _AMOUNTS), from_, where,
        " GROUP BY ALL", maybe(seq(" HAVING ", count, words([" > ", " >= ", " < ", " <= ", " = "]), _COUNT)),
        maybe(seq(" ORDER BY ", either([amount, word("1")]), turned)), first,
    )  # fmt: skip
    whole = seq("SELECT ", several(amount, ", ", _AMOUNTS), from_, where)
    return either([rows, by_group, whole])


def _counts(fields: Sequence[Field]) -> Iterator[Part]:
    yield word("count(*)")
    yield seq("count(DISTINCT ", words([field.name for field in fields]), ")")
    if numbers := [field.name for field in fields if field.kind in NUMBERS]:
        named = words(numbers)
        yield seq(words(["sum(", "avg("]), named, maybe(seq(words([" * ", " - ", " + "]), named)), ")")
        yield seq("round(avg(", named, "), ", words(["0", "1", "2"]), ")")


def _ends(fields: Sequence[Field]) -> Iterator[Part]:
    if ordered := [field.name for field in fields if field.kind in NUMBERS | MOMENTS | {Kind.TEXT}]:
        yield seq(words(["min(", "max("]), words(ordered), ")")


def _groups(fields: Sequence[Field]) -> Iterator[Part]:
    if moments := [field.name for field in fields if field.kind in MOMENTS]:
        named = words(moments)
        yield seq("date_trunc(", words([f"'{unit}'" for unit in _UNITS]), ", ", named, ")")
        yield seq(words(["year(", "month(", "dayofweek(", "hour("]), named, ")")


def _among(
    tables: tuple[str, ...], links: Sequence[_Link], names: Mapping[str, Names], inner: Mapping[str, Part]
) -> Iterator[Part]:
    """Rows that have a child, or one that is so and so, in a table beside those of the FROM; NULLs left aside, for NOT
    IN knows nothing else."""
    for link in links:
        if link.parent in tables and link.child not in tables:
            pointer, _, reference = link.condition.partition(" = ")
            where = maybe(seq(" AND ", inner[link.child]))
            inside = f"SELECT {pointer} FROM {names[link.child].table} WHERE {pointer} IS NOT NULL"
            yield seq(reference, AMONG, inside, where, ")")
