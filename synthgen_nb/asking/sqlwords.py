"""How an edit says things in each dialect: names, literals, parts and shifts of dates. A table of differences; knows
no grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from ..ddl.dialects import DIALECTS, Dialect, dialect_named
from ..schema import Kind, Table

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED_NAMES = """
    abort add all alter always analyse analyze and any array as asc asymmetric at attach autoincrement before begin
    between bigint binary blob both by cascade case cast change char character check collate collation column columns
    commit condition constraint continue convert create cross cube cume_dist current current_date current_time
    current_timestamp current_user cursor database databases date day dec decimal declare default deferrable delete
    delayed dense_rank desc describe deterministic distinct distinctrow div do double drop dual each else elseif empty
    enclosed end escape escaped except exclude exists exit explain extract false fetch filter first_value float for
    force foreign from full fulltext function generated glob grant group grouping groups having hour identified if
    ignore ilike in index infile initially inner inout insensitive insert int integer intersect interval into is isnull
    iterate join key keys kill lag last_value lateral lead leading leave left level like limit linear lines load
    localtime localtimestamp lock long loop map match merge minus minute mod mode modifies month natural next no not
    notnull nth_value ntile null nulls number numeric of offset offline on online only open optimize option optionally
    or order out outer over overlaps partition percent percent_rank pivot placing plan pragma precision prepare primary
    prior procedure public purge qualify range rank raw read real recursive references regexp release rename repeat
    replace require resource restrict return returning revoke right rlike rollback row row_number rows schema schemas
    second select semi sensitive separator session session_user set share show similar size smallint some spatial
    specific sql start starting struct summarize symmetric synonym sysdate system table tables tablesample temp
    temporary terminated then time timestamp tinyint to top trailing trigger true try type uid undo union unique unlock
    unpivot unsigned update usage use user using validate values varbinary varchar varying view virtual when where
    while window with without write xor year zerofill
"""
_RESERVED = frozenset(_RESERVED_NAMES.split())  # in any of the dialects: quoting one too many costs nothing


class Said(Struct, frozen=True):
    """Templates with {column}, {n} and {unit} in the places of a column's name, a number and one of `units`. `year` and
    `month` are parts of a date; `later` and `earlier` move one by so many units, and a timestamp too unless it has its
    own. `joined` puts a {text} behind a column's, `replaced` one in the place of another. `reads_new`: an
    assignment reads what those before it have assigned."""

    dialect: Dialect
    year: str = "EXTRACT(YEAR FROM {column})"
    month: str = "EXTRACT(MONTH FROM {column})"
    later: str = "{column} + INTERVAL '{n} {unit}'"
    earlier: str = "{column} - INTERVAL '{n} {unit}'"
    moment_later: str = ""
    moment_earlier: str = ""
    units: tuple[str, ...] = ("day", "month", "year")
    clock: tuple[str, ...] = ("hour", "minute")
    joined: str = "{column} || {text}"
    truth: tuple[str, str] = ("TRUE", "FALSE")
    replaced: str = "REPLACE({column}, {old}, {new})"
    reads_new: bool = False
    named_arguments: bool = False

    def name(self, name: str) -> str:
        return name if _PLAIN.fullmatch(name) and name not in _RESERVED else self.dialect.quoted(name)

    def table(self, table: Table) -> str:
        names = [self.name(part) for part in (table.namespace, table.name) if part]
        return ".".join(names)

    def shifts(self, kind: Kind) -> tuple[str, str]:
        """A date or a timestamp later, and earlier."""
        of_moments = (self.moment_later or self.later, self.moment_earlier or self.earlier)
        return (self.later, self.earlier) if kind == Kind.DATE else of_moments

    def spans(self, kind: Kind) -> tuple[str, ...]:
        return self.units if kind == Kind.DATE else (*self.units, *self.clock)


def said(dialect: str) -> Said:
    return _SAID[dialect_named(dialect).name]


_MYSQL = Said(
    DIALECTS["mysql"],
    later="{column} + INTERVAL {n} {unit}",
    earlier="{column} - INTERVAL {n} {unit}",
    units=("DAY", "MONTH", "YEAR"),
    clock=("HOUR", "MINUTE"),
    joined="CONCAT({column}, {text})",
    reads_new=True,
)
_SAID: Mapping[str, Said] = {
    "postgres": Said(DIALECTS["postgres"], named_arguments=True),
    "duckdb": Said(DIALECTS["duckdb"], named_arguments=True),
    "mysql": _MYSQL,
    "mariadb": replace(_MYSQL, dialect=DIALECTS["mariadb"]),
    "sqlite": Said(
        DIALECTS["sqlite"],
        year="CAST(strftime('%Y', {column}) AS INTEGER)",
        month="CAST(strftime('%m', {column}) AS INTEGER)",
        later="date({column}, '+{n} {unit}')",
        earlier="date({column}, '-{n} {unit}')",
        moment_later="datetime({column}, '+{n} {unit}')",
        moment_earlier="datetime({column}, '-{n} {unit}')",
        truth=("1", "0"),
    ),
    "oracle": Said(
        DIALECTS["oracle"],
        later="{column} + INTERVAL '{n}' {unit}",
        earlier="{column} - INTERVAL '{n}' {unit}",
        units=("DAY", "MONTH", "YEAR"),
        clock=("HOUR", "MINUTE"),
        truth=("1", "0"),
        named_arguments=True,
    ),
    "tsql": Said(
        DIALECTS["tsql"],
        year="YEAR({column})",
        month="MONTH({column})",
        later="DATEADD({unit}, {n}, {column})",
        earlier="DATEADD({unit}, -{n}, {column})",
        joined="CONCAT({column}, {text})",
        replaced="",
        truth=("1", "0"),
    ),
}
