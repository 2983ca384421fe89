"""A schema being written: tables, columns and clauses that become DDL text for one engine. Knows the four engines'
words, and that a parent stands before its children; the kinds of constraint are told by others."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Name = Literal["duckdb", "sqlite", "postgres", "mariadb"]
ENGINES: tuple[Name, ...] = ("duckdb", "sqlite", "postgres", "mariadb")
MOST_TABLES = 6
T = TypeVar("T")

_TABLES = [
    "customer",
    "product",
    "orders",
    "invoice",
    "employee",
    "course",
    "booking",
    "device",
    "article",
    "account",
    "branch",
    "ticket",
    "shipment",
]
_COLUMNS = {
    "integer": ["quantity", "amount", "position", "level", "score", "age", "stock", "weight", "year_built", "version"],
    "decimal": ["price", "total", "balance", "cost", "tax", "discount", "fee"],
    "text": ["name", "title", "code", "status", "description", "city", "reference", "label", "note", "email"],
    "date": ["birth_date", "start_date", "issued_on", "due_date", "valid_from"],
    "time": ["created_at", "updated_at", "opened_at", "last_seen"],
    "other": ["data", "payload", "value", "extra", "content"],
}
_WORDS: dict[str, dict[str, str]] = {  # a type's name where an engine does not take the common one
    "duckdb": {"double precision": "double", "bytes": "blob"},
    "sqlite": {"bytes": "blob", "uuid": "text"},
    "postgres": {"bytes": "bytea"},
    "mariadb": {"timestamp": "datetime", "bytes": "varbinary(64)", "text": "varchar(200)"},
}


@dataclass
class Column:
    """`rest` is everything behind the type: NOT NULL, DEFAULT, CHECK, REFERENCES ..."""

    name: str
    type: str
    rest: list[str] = field(default_factory=list)


@dataclass
class Sketched:
    """One table. `key` are the columns a foreign key may point to, `sealed` keeps other kinds away from it."""

    name: str
    columns: list[Column] = field(default_factory=list)
    clauses: list[str] = field(default_factory=list)
    key: tuple[str, ...] = ()
    tail: str = ""
    sealed: bool = False

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


@dataclass
class Sketch:
    """The whole text: `before` and `after` are statements around the tables' own."""

    engine: Name
    rng: random.Random
    tables: list[Sketched] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    numbered: int = 0

    # --- choices

    def pick(self, *options: T) -> T:
        return self.rng.choice(options)

    def chance(self, share: float = 0.5) -> bool:
        return self.rng.random() < share

    def only(self, **words: str) -> str:
        """The word for this engine, or `other`."""
        return words.get(self.engine, words.get("other", ""))

    # --- names and types

    def fresh(self, stem: str) -> str:
        self.numbered += 1
        return f"{stem}_{self.numbered}"

    def quoted(self, name: str) -> str:
        mark = "`" if self.engine == "mariadb" else '"'
        plain = re.compile(r"(?!(from|order|group)$)[a-z_][a-z0-9_]*")
        return ".".join(p if plain.fullmatch(p) else f"{mark}{p}{mark}" for p in name.split("."))

    def listed(self, names: Sequence[str]) -> str:
        return ", ".join(map(self.quoted, names))

    def type(self, common: str) -> str:
        return _WORDS[self.engine].get(common, common)

    def key_type(self) -> str:
        """A type that keys have in real schemas; integers most of all."""
        if self.chance(0.6):
            return self.pick("integer", "bigint", "smallint")
        narrow = ["varchar(20)", "char(6)", "date", "decimal(8, 0)", "varchar(60)"]
        return self.pick(*narrow, *(["uuid"] if self.engine != "sqlite" else []))

    # --- tables and columns

    def table(self, key: str | None = "id", *, first: bool = False, type_: str = "", sealed: bool = False) -> Sketched:
        """A new table with a primary key on one column, or with none (key=None). `first`: before all the others."""
        made = Sketched(self.fresh(self.pick(*_TABLES)), sealed=sealed)
        if key:
            made.columns.append(Column(key, type_ or self.key_type(), ["PRIMARY KEY"]))
            made.key = (key,)
        self.tables.insert(0 if first else len(self.tables), made)
        return made

    def host(self) -> Sketched:
        """A table to put something into: one that is there, or a new one while there is room."""
        open_ = [t for t in self.tables if not t.sealed]
        if open_ and (len(self.tables) >= MOST_TABLES or self.chance(0.7)):
            return self.rng.choice(open_)
        return self.table(self.pick("id", "id", "id", None))

    def parent(self, child: Sketched, *, columns: int = 1) -> Sketched:
        """A table before `child` whose key has so many columns; a new one where there is none."""
        before = self.tables[: self.tables.index(child)]
        fit = [t for t in before if len(t.key) == columns and not t.sealed]
        if fit and self.chance(0.7):
            return self.rng.choice(fit)
        if columns == 1:
            return self.table(first=True)
        made = self.table(None, first=True)
        names = [self.add(made, self.key_type(), "NOT NULL") for _ in range(columns)]
        made.clauses.append(f"PRIMARY KEY ({self.listed(names)})")
        made.key = tuple(names)
        return made

    def add(self, table: Sketched, type_: str, *rest: str, name: str = "") -> str:
        """A new column; `type_` is the common word for its type."""
        kind = next(
            (
                known
                for known, starts in {
                    "decimal": ("dec", "num", "float", "real", "double"), "text": ("char", "varchar", "text"),
                    "date": ("date",), "time": ("time",), "integer": ("int", "big", "small", "tiny", "medium"),
                }.items() if type_.startswith(starts)
            ),
            "other",
        )  # fmt: skip
        free = [n for n in _COLUMNS[kind] if all(c.name != n for c in table.columns)]
        name = name or (self.rng.choice(free) if free else self.fresh("column"))
        table.columns.append(Column(name, self.type(type_), [r for r in rest if r]))
        return name

    def point(self, table: Sketched, parent: Sketched, *rest: str, stem: str = "") -> tuple[str, ...]:
        """New columns of the types of a parent's key. The clause that makes them a foreign key is the caller's."""
        stem = stem or parent.name
        return tuple(
            self.add(table, parent.column(k).type, *rest, name=self.fresh(f"{stem.replace('.', '_')}_{k}"))
            for k in parent.key
        )

    def references(self, parent: Sketched, columns: Sequence[str] = ()) -> str:
        return f"REFERENCES {self.quoted(parent.name)} ({self.listed(columns or parent.key)})"

    def foreign_key(
        self, table: Sketched, columns: Sequence[str], parent: Sketched, how: str = "", tail: str = ""
    ) -> None:
        """A FOREIGN KEY over the columns: in line, as a table's clause, or by ALTER where the engine has it."""
        forms = ["clause", *(["inline"] if len(columns) == 1 else [])]
        how = how or self.pick(*forms, *(["alter"] if self.engine in ("postgres", "mariadb") else []))
        if how == "inline":
            table.column(columns[0]).rest.append(f"{self.references(parent)}{tail}")
        elif how == "clause":
            table.clauses.append(f"FOREIGN KEY ({self.listed(columns)}) {self.references(parent)}{tail}")
        else:
            self.after.append(
                f"ALTER TABLE {self.quoted(table.name)} ADD FOREIGN KEY ({self.listed(columns)})"
                f" {self.references(parent)}{tail}"
            )

    # --- the text

    def text(self) -> str:
        made = [self._create(t) for t in self.tables if t.columns]
        return ";\n".join([*self.before, *made, *self.after]) + ";\n"

    def _create(self, table: Sketched) -> str:
        lines = [" ".join([self.quoted(c.name), c.type, *c.rest]) for c in table.columns] + table.clauses
        return f"CREATE TABLE {self.quoted(table.name)} (\n  " + ",\n  ".join(lines) + f"\n){table.tail}"


@dataclass(frozen=True)
class SchemaKind:
    """A thing that schemas hold: `add` writes it into a sketch, `engines` have it at all."""

    name: str
    add: Callable[[Sketch], None]
    engines: tuple[Name, ...] = ENGINES


class Kinds(list[SchemaKind]):
    """The kinds of one subject, each kept by decorating the function that writes it."""

    def kept(self, name: str, *engines: Name) -> Callable[[Callable[[Sketch], None]], Callable[[Sketch], None]]:
        def keep(add: Callable[[Sketch], None]) -> Callable[[Sketch], None]:
            self.append(SchemaKind(name, add, engines or ENGINES))
            return add

        return keep
