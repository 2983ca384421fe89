"""The verdict of a real engine on a dataset: every table built and filled with all constraints on. Knows which engine
may judge which schema; how each one is built and filled is for engines/.

The database is always one that this run has created, `synthgen_<uuid>` on a server, memory for SQLite and DuckDB, and
only what this run created is dropped: the database that a URL names is connected to and nothing in it is touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from .engines.urls import Target, target
from .errors import InputError

if TYPE_CHECKING:
    from .dataset import Dataset
    from .engines import Engine
    from .engines.adapting import Adapted
    from .engines.filling import Filled

TableVerdict = Literal["holds", "broken", "not expressible here"]
_JUDGES = {"postgres": "postgres", "mysql": "mysql", "mariadb": "mysql"}
Ask = Callable[[str], str]


class Proved(Struct, frozen=True, kw_only=True):
    """One table. `words` are the engine's about what is broken; `not_expressible` lists what it has no way to hold, so
    that "holds" speaks of all the rest."""

    table: str
    verdict: TableVerdict
    rows: int = 0
    words: str = ""
    not_expressible: tuple[str, ...] = ()


class Proof(Struct, frozen=True, kw_only=True):
    """`engine` is its name and version; `where` the server, without a password. `not_expressible` is what belongs to no
    single table."""

    dataset: str
    version: int
    engine: str
    where: str
    tables: tuple[Proved, ...]
    not_expressible: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def broken(self) -> tuple[Proved, ...]:
        return tuple(t for t in self.tables if t.verdict == "broken")

    @property
    def holds(self) -> bool:
        """Every table was built, and none is broken."""
        return all(t.verdict == "holds" for t in self.tables)

    def line(self) -> str:
        counts = {v: sum(t.verdict == v for t in self.tables) for v in ("holds", "broken", "not expressible here")}
        lost = sum(len(t.not_expressible) for t in self.tables) + len(self.not_expressible)
        said = ", ".join(f"{n} {v.replace('holds', 'hold') if n != 1 else v}" for v, n in counts.items() if n)
        return f"{said or 'no tables'}; {lost} constraints or options not expressible here" if lost else said


def prove(dataset: Dataset, engine: str = "duckdb", *, ask: Ask | None = None) -> Proof:
    """Loads the dataset into a database of this run's own and says what the engine said. `engine` is duckdb, sqlite or
    the URL of a server (postgresql://, mysql://); `ask` is called for a password that is needed and nowhere found.
    Raises InputError for an engine that can't judge the schema, or where no database may be created, UnsafeSQLError
    for a schema that can't be built safely."""
    from .engines.filling import fill

    began = time.perf_counter()
    where = target(engine)
    opened, told = _open(dataset, where, ask)
    try:
        version = opened.version()
        filled = fill(opened, dataset, told)
        _compare(opened, dataset, filled)
    finally:
        opened.close()
    tables = []
    for key in dataset.rows:
        verdict: TableVerdict = "broken" if key in filled.broken else "holds"
        tables.append(
            Proved(
                table=key,
                verdict="not expressible here" if key in filled.missing else verdict,
                rows=filled.rows.get(key, 0),
                words=filled.broken.get(key, ""),
                not_expressible=tuple(filled.left_out.get(key, ())),
            )
        )
    return Proof(
        dataset=dataset.name,
        version=dataset.version,
        engine=version,
        where=where.shown(),
        tables=tuple(tables),
        not_expressible=tuple(filled.left_out.get("", ())),
        seconds=round(time.perf_counter() - began, 3),
    )


def _compare(opened: Engine, dataset: Dataset, filled: Filled) -> None:
    """What the engine computed itself must be what the dataset says."""
    from .engines.comparing import compared, difference
    from .errors import Refused

    for key, built in filled.tables.items():
        if key in filled.broken or key not in dataset:
            continue
        columns, others = compared(dataset.schema.tables[key], dataset.schema, as_of=dataset.as_of)
        columns = [c for c in columns if built.column(c.name).generated is not None]
        filled.left_out.setdefault(key, []).extend(others)
        try:
            words = difference(opened, dataset, key, built, columns) if columns else ""
        except Refused as error:
            words = str(error)
        if words:
            filled.broken[key] = words


def _open(dataset: Dataset, where: Target, ask: Ask | None) -> tuple[Engine, Adapted]:
    from .engines import adapting

    schema = dataset.schema
    if where.engine in ("duckdb", "sqlite"):
        if where.path:
            raise InputError(
                f"{where.shown()} names a file",
                hint=f"prove with --engine {where.engine}: it makes a database of its own",
            )
        return _own_database(where.engine), adapting.adapted(schema, where.engine, dataset.rows)
    if _JUDGES.get(schema.dialect) != where.engine:
        raise InputError(
            f"{where.shown()} can't judge a schema written for {schema.dialect}",
            hint="--engine duckdb and --engine sqlite take any schema, as far as they can express it",
        )
    if where.engine == "postgres":
        from .engines import postgres

        return postgres.fresh(where, ask), adapting.unchanged(schema)
    from .engines import mysql

    opened, moved = mysql.fresh(where, schema, ask)
    names = dict(zip(schema.tables, moved.tables, strict=True))
    return opened, replace(adapting.unchanged(moved), names=names)


def _own_database(engine: str) -> Engine:
    if engine == "sqlite":
        from .engines.sqlite import SQLite

        return SQLite()
    from .engines.duckdb import DuckDB

    return DuckDB()
