"""Primary keys, UNIQUEs and foreign keys against the data. Knows how to prove them cheaply: integers mark bits, other
keys are compared by a 64-bit hash (different hashes are different keys), and only what is not proven so is counted
exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..schema import ForeignKey, Kind, PrimaryKey, Type, Unique
from ..sqlsemantics.terms import fold
from .columns import ascends, contained, different
from .footers import Footer
from .rules import Ground

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_MOST_BITS = 1 << 30
_AT_ONCE = 1 << 23  # keys hashed in one pass; more rows take more passes, not more memory


class Key(Struct, frozen=True):
    """A key as DuckDB sees it: `parts` are expressions equal exactly where the engine calls the values equal; `plain`
    are the columns where every part is just a column; `where` is the condition of a partial key."""

    relation: str
    parts: tuple[str, ...]
    plain: tuple[str, ...] = ()
    where: str = ""


class Tally(Struct, frozen=True):
    """`sql` shows the rows that fail."""

    failing: int
    checked: int
    sql: str


def key_of(ground: Ground, relation: str, constraint: PrimaryKey | Unique) -> Key:
    """Raises InputError for an expression or a condition that can't be evaluated."""
    if isinstance(constraint, PrimaryKey):
        parts = [_column(ground, name) for name in constraint.columns]
        return Key(relation, tuple(parts), constraint.columns)
    parts = [_column(ground, name, constraint.prefixes.get(name)) for name in constraint.columns]
    parts += [ground.translated(sql) for sql in constraint.expressions]
    where = ground.condition(constraint.where) if constraint.where else ""
    plain = () if constraint.expressions or constraint.prefixes else constraint.columns
    return Key(relation, tuple(parts), plain, where)


def _column(ground: Ground, name: str, prefix: int | None = None) -> str:
    return comparable(ground.column(name), ground.table.column(name).type, ground.schema.dialect, prefix)


def comparable(sql: str, kind: Type, dialect: str, prefix: int | None = None) -> str:
    """A value in a form that is equal where the engine may call two values equal."""
    family = "mysql" if dialect == "mariadb" else dialect
    if prefix is not None:
        sql = f"hex({sql})[1:{2 * prefix}]" if kind.kind == Kind.BINARY else f"left({sql}, {prefix})"
    if kind.kind == Kind.TEXT and kind.case_insensitive:
        return fold(sql, family)
    if kind.kind == Kind.TEXT and (kind.fixed or family == "mysql") and family != "sqlite":
        return f"rtrim({sql}, ' ')"
    return f"lower({sql})" if kind.kind == Kind.UUID else sql


def told_apart(key: Key, ground: Ground, paths: Sequence[Path], whole: pa.Table | None) -> bool:
    """Whether the stored values tell at once that no two rows share the key: they are few (`whole` is the table then),
    or integers that ascend. False says nothing."""
    if not key.plain or key.where or any(p != ground.column(n) for p, n in zip(key.parts, key.plain, strict=True)):
        return False
    if whole is not None:
        return all(_comparable_bytes(whole.schema.field(n).type) for n in key.plain) and different(whole, key.plain)
    least, widths = [], []
    for name in key.plain:
        footer = ground.footers.get(name)
        if footer is None or footer.nulls != 0 or not isinstance(footer.low, int) or not isinstance(footer.high, int):
            return False
        least.append(footer.low)
        widths.append(footer.high - footer.low + 1)
    return (
        prod(widths) < 1 << 62
        and not any(abs(low) >= 1 << 62 for low in least)
        and ascends(paths, key.plain, least, widths)
    )


def _comparable_bytes(kind: pa.DataType) -> bool:
    """Types whose values are equal where they are stored alike (0.0 and -0.0 are equal, too)."""
    import pyarrow as pa

    known = (pa.types.is_integer, pa.types.is_decimal, pa.types.is_string, pa.types.is_large_string, pa.types.is_date)
    return any(holds(kind) for holds in known) or pa.types.is_timestamp(kind)


def duplicates(connection: duckdb.DuckDBPyConnection, key: Key, rows: int, footers: Mapping[str, Footer]) -> int:
    """Rows beyond the first of their key. NULLs count as distinct."""
    given = [f"{part} IS NOT NULL" for part in key.parts] + ([f"({key.where})"] if key.where else [])
    where = " AND ".join(given)
    if (code := _code(key, rows, footers)) is not None:
        expression, size = code
        marked = f"bit_count(bitstring_agg(CAST({expression} AS BIGINT), 0, {size - 1}))"
        if one(connection, f"SELECT count(*) = coalesce({marked}, 0) FROM {key.relation} WHERE {where}"):
            return 0
    elif _hashes_differ(connection, key, where, rows):
        return 0
    parts = ", ".join(key.parts)
    exact = f"SELECT count(*) - 1 AS more FROM {key.relation} WHERE {where} GROUP BY {parts} HAVING count(*) > 1"
    return int(one(connection, f"SELECT coalesce(sum(more), 0) FROM ({exact})"))


def meeting(connection: duckdb.DuckDBPyConnection, key: Key, changed: str) -> int:
    """How many keys of the rows in the relation `changed`, which are rows of the key's own, stand in several rows."""
    given = [f"{part} IS NOT NULL" for part in key.parts] + ([f"({key.where})"] if key.where else [])
    named = ", ".join(f'{part} AS "key {at}"' for at, part in enumerate(key.parts))
    names = ", ".join(f'"key {at}"' for at in range(len(key.parts)))
    mine, all_ = (f"SELECT {named} FROM {name} WHERE {' AND '.join(given)}" for name in (changed, key.relation))
    both = f"SELECT {names} FROM ({all_}) SEMI JOIN ({mine}) USING ({names})"
    return one(connection, f"SELECT count(*) FROM ({both} GROUP BY {names} HAVING count(*) > 1)")


def duplicates_with_nulls(connection: duckdb.DuckDBPyConnection, key: Key) -> int:
    """The same with NULLS NOT DISTINCT."""
    parts, where = ", ".join(key.parts), f" WHERE {key.where}" if key.where else ""
    exact = f"SELECT count(*) - 1 AS more FROM {key.relation}{where} GROUP BY {parts} HAVING count(*) > 1"
    return int(one(connection, f"SELECT coalesce(sum(more), 0) FROM ({exact})"))


def showing_duplicates(key: Key, *, nulls_distinct: bool = True) -> str:
    given = [f"{part} IS NOT NULL" for part in key.parts] if nulls_distinct else []
    given += [f"({key.where})"] if key.where else []
    where = f" WHERE {' AND '.join(given)}" if given else ""
    parts = ", ".join(key.parts)
    return f"SELECT {parts}, count(*) AS rows FROM {key.relation}{where} GROUP BY {parts} HAVING count(*) > 1"


def _code(key: Key, rows: int, footers: Mapping[str, Footer]) -> tuple[str, int] | None:
    """One integer that numbers all combinations of the key's columns, and how many there are: a bit each, if few
    enough."""
    if not key.plain or key.where:
        return None
    expression, size = "", 1
    for part, name in zip(key.parts, key.plain, strict=True):
        footer = footers.get(name)
        if footer is None or not isinstance(footer.low, int) or not isinstance(footer.high, int):
            return None
        width = footer.high - footer.low + 1
        step = f"(CAST({part} AS HUGEINT) - {footer.low})" if _wide(footer) else f"({part}::BIGINT - {footer.low})"
        expression = f"({expression} * {width} + {step})" if expression else step
        size *= width
    return (expression, size) if size <= min(max(64 * rows, 1 << 16), _MOST_BITS) else None


def _wide(footer: Footer) -> bool:
    return any(isinstance(end, int) and abs(end) >= 1 << 62 for end in (footer.low, footer.high))


def _hashes_differ(connection: duckdb.DuckDBPyConnection, key: Key, where: str, rows: int) -> bool:
    hashed = f"SELECT hash({', '.join(key.parts)}) AS h FROM {key.relation} WHERE {where}"
    passes = -(-rows // _AT_ONCE) or 1
    for turn in range(passes):
        some = f" WHERE h % {passes} = {turn}" if passes > 1 else ""
        if not one(connection, f"SELECT count(*) = count(DISTINCT h) FROM ({hashed}){some}"):
            return False
    return True


def dangling(
    connection: duckdb.DuckDBPyConnection,
    key: ForeignKey,
    child: Ground,
    parents: Sequence[tuple[str, Ground]],
    relation: str,
    rows: int,
    *,
    dense: bool,
    whole: tuple[pa.Table, pa.Table] | None = None,
    suspects: str = "",
) -> Tally:
    """Child rows whose key is in none of the `parents` (a partitioned table and its partitions are several). `dense`
    says that the parent's key is unique, never NULL and has every integer between its least and its greatest;
    `whole` are the child's rows and those of the only parent, where both are few; `suspects` is a relation of the only
    child rows that may have lost theirs."""
    shown = _lost(key, child, parents, relation, folded=True)
    counts = [child.footers.get(name) for name in key.columns]
    if len(counts) == 1 and counts[0] is not None and counts[0].nulls is not None:
        checked = rows - counts[0].nulls
        if dense and _within(counts[0], parents[0][1].footers.get(key.references[0])):
            return Tally(0, checked, shown)
        if whole is not None and contained(whole[0].column(key.columns[0]), whole[1].column(key.references[0])):
            return Tally(0, checked, shown)
    else:
        given = " AND ".join(f"{child.column(name)} IS NOT NULL" for name in key.columns)
        checked = one(connection, f"SELECT count(*) FROM {relation} WHERE {given}")
    if suspects and not one(connection, f"SELECT count(*) FROM ({_lost(key, child, parents, suspects, folded=True)})"):
        return Tally(0, checked, shown)
    as_stored = _lost(key, child, parents, relation, folded=False)
    if as_stored != shown and not one(connection, f"SELECT count(*) FROM ({as_stored})"):
        return Tally(0, checked, shown)  # what is equal byte by byte is equal in any collation, and cheaper to compare
    return Tally(one(connection, f"SELECT count(*) FROM ({shown})"), checked, shown)


def _lost(key: ForeignKey, child: Ground, parents: Sequence[tuple[str, Ground]], relation: str, *, folded: bool) -> str:
    """The child rows that have no parent; with MATCH FULL also those that are NULL in part. `folded` compares as the
    collations of the two columns do."""
    kinds = [parents[0][1].table.column(name).type for name in key.references]
    both = [(child.table.column(name).type, kind) for name, kind in zip(key.columns, kinds, strict=True)]
    kinds = [mine if mine.case_insensitive or mine.fixed else other for mine, other in both]

    def keys(ground: Ground, names: Sequence[str]) -> list[str]:
        dialect, pairs = child.schema.dialect, zip(names, kinds, strict=True)
        return [comparable(ground.column(n), kind, dialect) if folded else ground.column(n) for n, kind in pairs]

    sources = []
    for name, ground in parents:
        named = ", ".join(f'{part} AS "parent key {at}"' for at, part in enumerate(keys(ground, key.references)))
        sources.append(f"SELECT {named} FROM {name}")
    mine = enumerate(keys(child, key.columns))
    matched = " AND ".join(f'{part} = parent."parent key {at}"' for at, part in mine)
    nulls = " OR ".join(f"{child.column(name)} IS NULL" for name in key.columns)
    whole = f"SELECT * FROM {relation} WHERE NOT ({nulls})"
    lost = f"SELECT child.* FROM ({whole}) AS child ANTI JOIN ({' UNION ALL '.join(sources)}) AS parent ON {matched}"
    if key.match != "full" or len(key.columns) == 1:
        return lost
    empty = " AND ".join(f"{child.column(name)} IS NULL" for name in key.columns)
    return f"{lost} UNION ALL SELECT * FROM {relation} WHERE ({nulls}) AND NOT ({empty})"


def dense(footer: Footer | None, rows: int) -> bool:
    """Given that the column is unique and never NULL: does it have every integer between its ends?"""
    if footer is None or not isinstance(footer.low, int) or not isinstance(footer.high, int):
        return False
    return footer.nulls == 0 and footer.high - footer.low + 1 == rows


def _within(child: Footer, parent: Footer | None) -> bool:
    ends = (child.low, child.high)
    if parent is None or not all(isinstance(end, int) for end in (*ends, parent.low, parent.high)):
        return False
    return bool(parent.low <= child.low and child.high <= parent.high)  # type: ignore[operator]


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    rows = connection.execute(sql).fetchall()  # to the end: a result left open blocks the connection
    return rows[0][0] if rows else 0
