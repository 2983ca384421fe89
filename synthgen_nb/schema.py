"""What a DDL text says: tables, columns, types and constraints. Knows nothing of data, plans or files.

All values are frozen and go to disk as JSON (msgspec). SQL fragments (CHECK, DEFAULT, GENERATED) stay text in the
schema's own dialect: they are rendered back as they came, and parsed where somebody needs their tree. Only a call of
the schema's own function, where that is one expression, stands there as the expression. What there are thousands of
can't hold itself, so the garbage collector need not look at it (`gc=False`): it would, again and again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct


class Kind(StrEnum):
    """What values a type holds, whatever a dialect calls it."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    MONEY = "money"
    BOOLEAN = "boolean"
    TEXT = "text"
    BINARY = "binary"
    BIT = "bit"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    INTERVAL = "interval"
    YEAR = "year"
    UUID = "uuid"
    JSON = "json"
    XML = "xml"
    ENUM = "enum"
    SET = "set"
    INET = "inet"
    MACADDR = "macaddr"
    ARRAY = "array"
    STRUCT = "struct"
    MAP = "map"
    RANGE = "range"
    GEOMETRY = "geometry"
    TSVECTOR = "tsvector"
    OTHER = "other"


class Place(Struct, frozen=True, gc=False, array_like=True):
    """Where in the DDL text, both counted from 1."""

    line: int
    column: int


class Hint(Struct, frozen=True, gc=False, array_like=True):
    """What stands behind `@synth` in a comment of a column, and where that begins."""

    text: str
    place: Place


class Type(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """`sql` is the type as the dialect writes it (without NOT NULL, DEFAULT ...). `length` counts characters for TEXT,
    bytes for BINARY, bits for BIT; `fixed` is CHAR/BINARY(n). `bits` is the width of an INTEGER (8, 16, 24, 32, 64) or
    FLOAT (32, 64). `values` are the labels of an ENUM or SET. `element` is what an ARRAY or RANGE is of (`length`: how
    many a fixed ARRAY holds); `fields` are the names and types of a STRUCT (a row type, too), or the key and the value
    of a MAP. `domain` names the DOMAIN it came through. `case_insensitive` is true where equality ignores case (MySQL's
    default collations, citext, NOCASE)."""

    kind: Kind
    sql: str
    bits: int | None = None
    unsigned: bool = False
    precision: int | None = None
    scale: int = 0
    length: int | None = None
    fixed: bool = False
    values: tuple[str, ...] = ()
    element: Type | None = None
    fields: tuple[tuple[str, Type], ...] = ()
    domain: str | None = None
    case_insensitive: bool = False


class Column(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    name: str
    type: Type
    nullable: bool = True
    by_domain: bool = False  # NOT NULL is said by its domain alone
    default: str | None = None
    generated: str | None = None  # the expression of a computed column
    identity: Literal["always", "by default", "auto"] | None = None  # "auto": serial, AUTO_INCREMENT, AUTOINCREMENT
    comment: str = ""
    hint: Hint | None = None
    place: Place | None = None


class PrimaryKey(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="primary_key"):
    columns: tuple[str, ...]
    name: str = ""
    place: Place | None = None


class Unique(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="unique"):
    """`expressions` are key parts that are no plain column; `prefixes` maps a column to its key length (MySQL)."""

    columns: tuple[str, ...]
    name: str = ""
    where: str | None = None
    expressions: tuple[str, ...] = ()
    prefixes: dict[str, int] = {}
    nulls_distinct: bool = True
    place: Place | None = None


class ForeignKey(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="foreign_key"):
    """`table` is a key of `Schema.tables`; `references` are its columns, always spelled out. Rows agree with one that
    is not `enforced` too, but no engine asks for it (MyISAM reads a foreign key and forgets it)."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]
    name: str = ""
    match: Literal["simple", "full", "partial"] = "simple"
    deferrable: bool = False
    on_delete: str = ""
    on_update: str = ""
    enforced: bool = True
    place: Place | None = None


class Check(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="check"):
    """`sql` is the condition alone, without CHECK ( ). `columns` are the columns it reads."""

    sql: str
    columns: tuple[str, ...] = ()
    name: str = ""
    enforced: bool = True
    place: Place | None = None


class Exclude(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="exclude"):
    """PostgreSQL's EXCLUDE: `elements` are (column or expression, operator). Keys WITHOUT OVERLAPS are told as one,
    with && for what must not overlap."""

    elements: tuple[tuple[str, str], ...]
    using: str = ""
    where: str | None = None
    name: str = ""
    place: Place | None = None


class Period(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="period"):
    """MariaDB's PERIOD FOR: from the first of two columns up to, not including, the second; the first is less."""

    name: str
    columns: tuple[str, str]
    place: Place | None = None


Constraint = PrimaryKey | Unique | ForeignKey | Check | Exclude | Period


class Table(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`key` (NAME, or SCHEMA.NAME outside the default namespace) is how everything else calls this table.
    `rows` are reference rows that the DDL itself inserts: one tuple of values per row, in the order of `columns`;
    a value is NULL (None), a number, a boolean or text as SQL would take it for that column."""

    name: str
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()
    namespace: str = ""
    comment: str = ""
    partition_of: str | None = None
    partition_bound: str | None = None
    inherits: tuple[str, ...] = ()
    rows: tuple[tuple[str | int | float | bool | None, ...], ...] = ()
    options: str = ""  # what follows the closing parenthesis, as written (ENGINE=..., WITHOUT ROWID)
    place: Place | None = None

    @property
    def key(self) -> str:
        return f"{self.namespace}.{self.name}" if self.namespace else self.name

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """KeyError if there is no such column."""
        for c in self.columns:
            if c.name == name:
                return c
        raise KeyError(f"{self.key}.{name}")

    @property
    def primary_key(self) -> tuple[str, ...]:
        return next((c.columns for c in self.constraints if isinstance(c, PrimaryKey)), ())

    @property
    def identifying(self) -> tuple[str, ...]:
        """The columns that tell its rows apart: of the primary key, else of the first UNIQUE over plain columns that
        are NOT NULL; () where there is neither."""
        plain = (c for c in self.uniques if not (c.where or c.expressions or c.prefixes))
        never_null = {column.name for column in self.columns if not column.nullable}
        return self.primary_key or next((c.columns for c in plain if never_null.issuperset(c.columns)), ())

    @property
    def uniques(self) -> tuple[Unique, ...]:
        return tuple(c for c in self.constraints if isinstance(c, Unique))

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        return tuple(c for c in self.constraints if isinstance(c, ForeignKey))

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(c for c in self.constraints if isinstance(c, Check))


class Domain(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """CREATE DOMAIN: conditions speak of VALUE."""

    name: str
    type: Type
    nullable: bool = True
    default: str | None = None
    checks: tuple[str, ...] = ()
    place: Place | None = None


class Note(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Something the reader of the DDL should know: `code` is "not_understood" for a statement (or a part of one) that
    was kept aside, "missing_parent" for a foreign key to a table that is not in the text, "ignored" for what is not
    about tables (SET, GRANT, views ...) and says so. `line` and `column` are 0 where there was no text."""

    code: str
    text: str
    line: int
    column: int


class Schema(Struct, frozen=True, omit_defaults=True, kw_only=True):
    dialect: str
    tables: dict[str, Table]
    enums: dict[str, tuple[str, ...]] = {}
    domains: dict[str, Domain] = {}
    notes: tuple[Note, ...] = ()
