"""The catalog that statements are applied to: tables, types and namespaces as they stand so far. Knows names and what a
change does to the rest; knows no syntax."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from ..errors import DDLError
from ..schema import Check, Constraint, Exclude, ForeignKey, Hint, Note, Period, Place, PrimaryKey, Unique
from .dialects import Dialect
from .fragments import columns_read, renamed
from .functions import Function
from .typenames import RawType

Value = str | int | float | bool | None
NOTE_LENGTH = 300  # characters of a statement that a note repeats

MAX_NOTES = 10_000


class UserType(Struct, eq=False):
    """What CREATE TYPE or CREATE DOMAIN made. A domain has a base; an enum has labels; a row type has fields."""

    namespace: str
    name: str
    kind: Literal["enum", "domain", "range", "row", "other"]
    place: Place
    labels: list[str] = field(default_factory=list)
    fields: list[tuple[str, RawType]] = field(default_factory=list)
    base: RawType | None = None
    made: UserType | None = None
    nullable: bool = True
    default: str | None = None
    checks: list[tuple[str, str]] = field(default_factory=list)  # (constraint name, condition)

    @property
    def key(self) -> str:
        return f"{self.namespace}.{self.name}" if self.namespace else self.name


class ColumnDraft(Struct, eq=False):
    name: str
    type: RawType
    place: Place
    made: UserType | None = None
    nullable: bool = True
    default: str | None = None
    default_name: str = ""
    generated: str | None = None
    identity: Literal["always", "by default", "auto"] | None = None
    comment: str = ""
    hint: Hint | None = None

    def copy(self) -> ColumnDraft:
        return ColumnDraft(
            self.name,
            self.type,
            self.place,
            self.made,
            self.nullable,
            self.default,
            self.default_name,
            self.generated,
            self.identity,
            self.comment,
            self.hint,
        )


class TableDraft(Struct, eq=False):
    """`rows` are reference rows so far, None once they were too many or could not be read."""

    namespace: str
    name: str
    dialect: Dialect
    place: Place
    columns: list[ColumnDraft] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    comment: str = ""
    partition_of: TableDraft | None = None
    partition_bound: str | None = None
    inherits: list[TableDraft] = field(default_factory=list)
    children: list[TableDraft] = field(default_factory=list)  # partitions and inheritors
    options: str = ""
    rows: list[dict[ColumnDraft, Value]] | None = field(default_factory=list)
    rows_ignored: bool = False  # INSERT IGNORE, ON CONFLICT DO NOTHING: a repeated key is no error

    @property
    def key(self) -> str:
        return f"{self.namespace}.{self.name}" if self.namespace else self.name

    @property
    def primary_key(self) -> PrimaryKey | None:
        return next((c for c in self.constraints if isinstance(c, PrimaryKey)), None)

    def find(self, name: str) -> ColumnDraft | None:
        same = self.dialect.same(name)
        return next((c for c in self.columns if self.dialect.same(c.name) == same), None)

    def column(self, name: str, place: Place) -> ColumnDraft:
        """Raises DDLError with a near name."""
        found = self.find(name)
        if found is None:
            close = difflib.get_close_matches(name, [c.name for c in self.columns], n=1)
            hint = f"did you mean '{close[0]}'?" if close else ""
            raise DDLError(f"table '{self.key}' has no column '{name}'", place.line, place.column, hint=hint)
        return found

    def add_primary_key(self, key: PrimaryKey) -> None:
        if (existing := self.primary_key) and existing.columns != key.columns:
            place = key.place or self.place
            raise DDLError(f"table '{self.key}' has two primary keys", place.line, place.column)
        if not existing:
            self.constraints.append(key)
        for name in key.columns:
            self.column(name, key.place or self.place).nullable = False

    def drop_column(self, name: str) -> None:
        """The column and every constraint that reads it."""
        column = self.find(name)
        if column is None:
            return
        self.columns.remove(column)
        gone = column.name
        self.constraints = [c for c in self.constraints if gone not in self.read_by(c, [gone])]

    def read_by(self, constraint: Constraint, names: list[str]) -> tuple[str, ...]:
        """Which of the names a constraint reads."""

        def read(sql: str) -> tuple[str, ...]:
            return columns_read(sql, names, self.dialect.name)

        if isinstance(constraint, Check):
            return read(constraint.sql)
        if isinstance(constraint, Exclude):
            return tuple(n for element, _ in constraint.elements for n in read(element))
        found = tuple(n for n in constraint.columns if n in names)
        if isinstance(constraint, Unique):
            for sql in (*constraint.expressions, constraint.where or ""):
                found += read(sql)
        return found

    def fix_names(self) -> None:
        """Before a rename: the engine named unnamed constraints after what is about to change and keeps the names."""
        self.constraints = [
            replace(c, name=next(self.default_names(c))) if not c.name and self.keeps_name(c) else c
            for c in self.constraints
        ]

    def keeps_name(self, c: Constraint) -> bool:
        return self.dialect.name == "postgres" or (self.dialect.backslashes and isinstance(c, Unique))

    def rename_column(self, old: str, new: str) -> None:
        """In this table; foreign keys of others that point here are the catalog's."""
        column = self.find(old)
        if column is None:
            return
        self.fix_names()
        old, column.name = column.name, new
        self.constraints = [self._with_name(c, old, new) for c in self.constraints]
        for other in self.columns:
            if other.generated is not None:
                other.generated = renamed(other.generated, old, new, self.dialect)

    def _with_name(self, c: Constraint, old: str, new: str) -> Constraint:

        def in_sql(sql: str) -> str:
            return renamed(sql, old, new, self.dialect)

        if isinstance(c, Check):
            return replace(c, sql=in_sql(c.sql))
        if isinstance(c, Exclude):
            return replace(c, elements=tuple((in_sql(e), o) for e, o in c.elements))
        columns = tuple(new if n == old else n for n in c.columns)
        if isinstance(c, Period):
            return replace(c, columns=(columns[0], columns[1]))
        if isinstance(c, Unique):
            return replace(
                c,
                columns=columns,
                expressions=tuple(in_sql(e) for e in c.expressions),
                where=None if c.where is None else in_sql(c.where),
                prefixes={new if n == old else n: length for n, length in c.prefixes.items()},
            )
        return replace(c, columns=columns)

    def default_names(self, c: Constraint) -> Iterator[str]:
        """The names the engine may have given an unnamed constraint."""
        columns = c.columns if not isinstance(c, Exclude) else tuple(e for e, _ in c.elements)
        if isinstance(c, Check):
            columns = columns_read(c.sql, [col.name for col in self.columns], self.dialect.name)
            columns = columns if len(columns) == 1 else ()
        if self.dialect.backslashes:
            if isinstance(c, Unique):
                yield (c.columns or ("",))[0]
            elif isinstance(c, PrimaryKey):
                yield "PRIMARY"
            else:
                same = [k for k in self.constraints if type(k) is type(c)]
                number = same.index(c) + 1
                yield from (f"{self.name}_ibfk_{number}", f"{self.name}_chk_{number}", f"CONSTRAINT_{number}")
            return
        suffix = {PrimaryKey: "pkey", Unique: "key", ForeignKey: "fkey", Check: "check"}.get(type(c), "excl")
        middle = () if isinstance(c, PrimaryKey) else columns
        yield "_".join((self.name, *middle, suffix))
        if isinstance(c, Unique):
            yield "_".join((self.name, *middle, "idx"))

    def constraint_named(self, name: str) -> Constraint | None:
        same = self.dialect.same(name)
        for c in self.constraints:
            if c.name and self.dialect.same(c.name) == same:
                return c
        for c in self.constraints:
            if not c.name and same in map(self.dialect.same, self.default_names(c)):
                return c
        return None


class Catalog:
    """`home` is the namespace that is not written in keys (None until a dialect without a fixed one shows it);
    `path` are the namespaces that an unqualified name is looked for in, the first of which gets new tables."""

    def __init__(self, dialect: Dialect, *, strict: bool = False) -> None:
        self.dialect = dialect
        self.strict = strict
        self.tables: dict[str, TableDraft] = {}
        self.types: dict[str, UserType] = {}
        self.functions: dict[tuple[str, int], Function | None] = {}  # by key and number of parameters; None: several
        self.notes: list[Note] = []
        self.home: str | None = dialect.home or None
        self.path: tuple[str, ...] = ("",)
        self.schemas: set[str] = set()
        self.not_tables: set[str] = set()  # views and sequences, so that an ALTER TABLE of one is no riddle
        self.passed_by: set[str] = set()  # beginnings of INSERTs that bring nothing any more
        self.extensions = False
        self.created = 0  # CREATE TABLE statements read, whatever became of the tables

    def note(self, code: str, text: str, place: Place) -> None:
        if len(self.notes) > MAX_NOTES:
            return
        if len(self.notes) == MAX_NOTES:
            code, text = "not_understood", f"and more: {MAX_NOTES:,} notes are kept"
        text = " ".join(text[: 2 * NOTE_LENGTH].split())
        text = text if len(text) <= NOTE_LENGTH else text[: NOTE_LENGTH - 1] + "…"
        self.notes.append(Note(code=code, text=text, line=place.line, column=place.column))

    def namespace(self, name: str) -> str:
        """A namespace as keys write it: empty for the home."""
        if self.home is None:
            self.home = name
        return "" if self.dialect.same(name) == self.dialect.same(self.home) else name

    def use(self, names: list[str]) -> None:
        """USE, SET search_path: where unqualified names are looked for from here on."""
        known = [n for n in names if self.namespace(n) == "" or n in self.schemas]
        self.path = tuple(self.namespace(n) for n in known or names[:1]) or ("",)

    def split_name(self, parts: tuple[str, ...]) -> tuple[str, str]:
        """(namespace, name) of a new object."""
        return (self.namespace(parts[-2]) if len(parts) > 1 else self.path[0]), parts[-1]

    def _candidates(self, parts: tuple[str, ...]) -> Iterator[str]:
        spaces = (self.namespace(parts[-2]),) if len(parts) > 1 else dict.fromkeys((*self.path, ""))
        for space in spaces:
            yield self.dialect.same(f"{space}.{parts[-1]}" if space else parts[-1])

    def find(self, parts: tuple[str, ...]) -> TableDraft | None:
        return next((self.tables[k] for k in self._candidates(parts) if k in self.tables), None)

    def find_type(self, parts: tuple[str, ...]) -> UserType | None:
        return next((self.types[k] for k in self._candidates(parts) if k in self.types), None)

    def add_function(self, parts: tuple[str, ...], made: Function) -> None:
        """The last of that name and those types counts; two of different types are told apart by nobody here."""
        space, name = self.split_name(parts)
        place = (self.dialect.same(f"{space}.{name}" if space else name), len(made.parameters))
        other = self.functions.get(place, made)
        same = other is not None and [t.sql for _, t in other.parameters] == [t.sql for _, t in made.parameters]
        self.functions[place] = made if same else None

    def find_function(self, parts: tuple[str, ...], arguments: int) -> Function | None:
        places = ((key, arguments) for key in self._candidates(parts))
        return next((self.functions[place] for place in places if place in self.functions), None)

    def is_no_table(self, parts: tuple[str, ...]) -> bool:
        return any(k in self.not_tables for k in self._candidates(parts))

    def future_key(self, parts: tuple[str, ...]) -> str:
        """The key of a table that may yet come."""
        found = self.find(parts)
        if found:
            return found.key
        space, name = self.split_name(parts)
        return f"{space}.{name}" if space else name

    def add_table(self, table: TableDraft) -> None:
        same = self.dialect.same(table.key)
        if same in self.tables:
            raise DDLError(
                f"table '{table.key}' is created twice",
                table.place.line,
                table.place.column,
                hint=f"first at line {self.tables[same].place.line}; IF NOT EXISTS keeps the first",
            )
        self.tables[same] = table

    def add_type(self, made: UserType) -> None:
        self.types[self.dialect.same(made.key)] = made

    def drop_table(self, table: TableDraft) -> None:
        """With its children and, where the engine does so, the foreign keys that point to it."""
        for child in list(table.children):
            self.drop_table(child)
        for parent in filter(None, (table.partition_of, *table.inherits)):
            parent.children.remove(table)
        self.tables.pop(self.dialect.same(table.key), None)
        if self.dialect.name in ("postgres", "tsql", "oracle"):
            for other in self.tables.values():
                other.constraints = [
                    c for c in other.constraints if not (isinstance(c, ForeignKey) and c.table == table.key)
                ]

    def move_table(self, table: TableDraft, namespace: str, name: str) -> None:
        """RENAME TO, SET SCHEMA: the table, its place in the order and the foreign keys that point to it."""
        old = table.key
        if name != table.name:
            table.fix_names()
        table.namespace, table.name = namespace, name
        self.tables = {self.dialect.same(t.key): t for t in self.tables.values()}
        for other in self.tables.values():
            other.constraints = [
                replace(c, table=table.key) if isinstance(c, ForeignKey) and c.table == old else c
                for c in other.constraints
            ]

    def family(self, table: TableDraft) -> list[TableDraft]:
        """The table, then all that inherit from it or are its partitions."""
        found = [table]
        for member in found:
            found += [child for child in member.children if child not in found]
        return found

    def rename_column(self, table: TableDraft, old: str, new: str) -> None:
        for member in self.family(table):
            column = member.find(old)
            if column is None:
                continue
            was = column.name
            member.rename_column(old, new)
            for other in self.tables.values():
                other.constraints = [
                    replace(c, references=tuple(new if r == was else r for r in c.references))
                    if isinstance(c, ForeignKey) and c.table == member.key
                    else c
                    for c in other.constraints
                ]
