"""The attacks behind the constructions: each is a DDL that breaks a careless generator, with the rows that are possible
and what else must be true of them. One line a verdict (pytest -s shows them)."""

# ruff: noqa: E501  (a DDL of two or three tables reads as one line)

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest

import synthgen_nb as sg

from .engines import load
from .servers import SERVERS, Servers
from .sketches import Name

Tables = Mapping[str, pa.Table]
LITE: tuple[Name, ...] = ("duckdb", "sqlite")
ALL: tuple[Name, ...] = ("duckdb", "sqlite", "postgres", "mariadb")
CYCLES: tuple[Name, ...] = ("sqlite", "postgres", "mariadb")
POSTGRES: tuple[Name, ...] = ("postgres",)
MARIADB: tuple[Name, ...] = ("mariadb",)


@dataclass(frozen=True)
class Attack:
    """`rows` are the tables that come out smaller than asked, with what is possible. `also` is true of the frames."""

    name: str
    engines: tuple[Name, ...]
    ddl: str
    asked: Mapping[str, int] = field(default_factory=lambda: {"*": 60})
    rows: Mapping[str, int] = field(default_factory=dict)
    also: Callable[[Tables], bool] = lambda tables: True
    not_yet: str = ""


def values(tables: Tables, table: str, column: str) -> list[Any]:
    return list(tables[table].column(column).to_pylist())


def rows(tables: Tables, table: str) -> list[dict[str, Any]]:
    return list(tables[table].to_pylist())


def _no_row_above_itself(tables: Tables) -> bool:
    parent = {row["id"]: row["parent"] for row in rows(tables, "t")}
    for start in parent:
        at, steps = start, 0
        while parent[at] not in (None, at):
            at, steps = parent[at], steps + 1
            if steps > len(parent):
                return False
    return True


def _one_path(tables: Tables) -> bool:
    nexts = Counter(v for v in values(tables, "t", "previous") if v is not None)
    return max(nexts.values()) == 1 and values(tables, "t", "previous").count(None) == 1


def _own_child(tables: Tables) -> bool:
    owner = {row["id"]: row["a"] for row in rows(tables, "t")}
    return all(row["chosen"] is None or owner[row["chosen"]] == row["id"] for row in rows(tables, "a"))


def _many_tenants(tables: Tables) -> bool:
    return len(set(values(tables, "t", "a"))) > 4


def _mostly_set(tables: Tables) -> bool:
    return all(values(tables, "t", name).count(None) < tables["t"].num_rows / 3 for name in ("n", "m"))


def _children_within_tenants(tables: Tables) -> bool:
    """Several tenants, each with a tree of tasks, and with members that differ."""
    tasks = {(r["tenant"], r["id"]): r["above"] for r in rows(tables, "task")}
    deep = sum(v is not None for v in tasks.values())
    return len({tenant for tenant, _ in tasks}) == 6 and deep == len(tasks) - 6


A, B, C = (f"CREATE TABLE {n} (id integer PRIMARY KEY);" for n in "abc")
OF_A, OF_B, OF_C = (f"FOREIGN KEY ({n}) REFERENCES {n} (id)" for n in "abc")

SIDES = "CREATE TABLE b (a integer, n integer, PRIMARY KEY (a, n)); CREATE TABLE c (a integer, m integer, PRIMARY KEY (a, m));"
OF_SIDES = "FOREIGN KEY (a, n) REFERENCES b (a, n), FOREIGN KEY (a, m) REFERENCES c (a, m)"
OF_SIDES_FULL = OF_SIDES.replace("),", ") MATCH FULL,") + " MATCH FULL"

DOMAINS_FIRST = (
    Attack("a narrow child under a wide parent", ("sqlite", "postgres"),
           "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE t (a smallint NOT NULL REFERENCES a (id))",
           {"a": 40_000, "t": 200}),
    Attack("a child that allows less than its parent", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY);"
           f"CREATE TABLE t (a integer NOT NULL CHECK (a BETWEEN 100 AND 120), {OF_A})",
           {"a": 15, "t": 200}),
    Attack("a subtype: only parents of one type", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY, type varchar(1) NOT NULL CHECK (type IN ('P', 'Q')), UNIQUE (id, type));"
           "CREATE TABLE t (n integer PRIMARY KEY, id integer NOT NULL, type varchar(1) NOT NULL CHECK (type = 'P'),"
           " FOREIGN KEY (id, type) REFERENCES a (id, type))"),
    Attack("two subtypes that share the key", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY, type varchar(1) NOT NULL CHECK (type IN ('P', 'Q')), UNIQUE (id, type));"
           "CREATE TABLE t (id integer PRIMARY KEY, type varchar(1) NOT NULL CHECK (type = 'P'),"
           " FOREIGN KEY (id, type) REFERENCES a (id, type));"
           "CREATE TABLE u (id integer PRIMARY KEY, type varchar(1) NOT NULL CHECK (type = 'Q'),"
           " FOREIGN KEY (id, type) REFERENCES a (id, type))", {"a": 100, "t": 30, "u": 30},
           also=lambda ts: set(values(ts, "a", "type")) == {"P", "Q"}),
    Attack("a subtype whose type is computed, and one with several", ("sqlite", "postgres"),
           "CREATE TABLE a (id integer PRIMARY KEY, type varchar(1) NOT NULL CHECK (type IN ('P', 'Q', 'R')), UNIQUE (id, type));"
           "CREATE TABLE t (id integer PRIMARY KEY, type varchar(1) GENERATED ALWAYS AS ('P') STORED,"
           " FOREIGN KEY (id, type) REFERENCES a (id, type));"
           "CREATE TABLE u (id integer PRIMARY KEY, type varchar(1) NOT NULL DEFAULT 'Q' CHECK (type IN ('Q', 'R')),"
           " FOREIGN KEY (id, type) REFERENCES a (id, type))", {"a": 90, "t": 60, "u": 80}, {"t": 30, "u": 60}),
    Attack("lines of the parents of one type, and a type that only children tell", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY, type varchar(9) NOT NULL, UNIQUE (id, type));"
           "CREATE TABLE t (id integer NOT NULL, type varchar(9) NOT NULL CHECK (type = 'card'), line integer NOT NULL,"
           " PRIMARY KEY (id, line), FOREIGN KEY (id, type) REFERENCES a (id, type));"
           "CREATE TABLE u (n integer PRIMARY KEY, id integer, type varchar(9) NOT NULL CHECK (type = 'cash'),"
           " FOREIGN KEY (id, type) REFERENCES a (id, type))", {"a": 40, "t": 200, "u": 200}),
    Attack("a subtype by an ENUM", ("postgres", "mariadb"),
           "CREATE TABLE a (id integer PRIMARY KEY, type KIND NOT NULL, UNIQUE (id, type));"
           "CREATE TABLE t (id integer PRIMARY KEY, type KIND NOT NULL CHECK (type = 'P'),"
           " FOREIGN KEY (id, type) REFERENCES a (id, type));"
           "CREATE TABLE u (id integer PRIMARY KEY, type KIND NOT NULL CHECK (type = 'R'),"
           " FOREIGN KEY (id, type) REFERENCES a (id, type))", {"a": 90, "t": 25, "u": 30}),
    Attack("a key that is an ENUM", ("postgres", "duckdb"),
           "CREATE TYPE mood AS ENUM ('low', 'mid', 'high'); CREATE TABLE a (id mood PRIMARY KEY);"
           f"CREATE TABLE t (n integer PRIMARY KEY, a mood NOT NULL, {OF_A})", rows={"a": 3}),
    Attack("capacities down a chain", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY CHECK (id BETWEEN 1 AND 5));"
           f"CREATE TABLE b (id integer PRIMARY KEY, a integer NOT NULL UNIQUE, {OF_A});"
           f"CREATE TABLE t (id integer PRIMARY KEY, b integer NOT NULL UNIQUE, {OF_B})", rows={"a": 5, "b": 5, "t": 5}),
    Attack("later than a parent that is never early", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY, created_at date NOT NULL CHECK (created_at > '2025-12-30'));"
           "CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL,"
           f" created_at date NOT NULL CHECK (created_at < '2020-01-01'), {OF_A})"),
)  # fmt: skip

FOREIGN_KEYS = (
    Attack("a key whose parts are unique each", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY, name varchar(20) NOT NULL, n integer NOT NULL, UNIQUE (name, n));"
           "CREATE TABLE t (name varchar(20) NOT NULL UNIQUE, n integer NOT NULL UNIQUE, PRIMARY KEY (name, n),"
           " FOREIGN KEY (name, n) REFERENCES a (name, n))"),
    Attack("one parent row gives both columns", ALL,
           "CREATE TABLE a (x integer, y varchar(20), PRIMARY KEY (x, y));"
           "CREATE TABLE t (id integer PRIMARY KEY, x integer, y varchar(20), FOREIGN KEY (x, y) REFERENCES a (x, y))"),
    Attack("to a UNIQUE that is no key", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY, code varchar(9) NOT NULL UNIQUE);"
           "CREATE TABLE t (code varchar(9) NOT NULL, FOREIGN KEY (code) REFERENCES a (code))"),
    Attack("to a UNIQUE that may be NULL", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY, code varchar(9) UNIQUE);"
           "CREATE TABLE t (code varchar(9) NOT NULL, FOREIGN KEY (code) REFERENCES a (code))"),
    Attack("MATCH FULL: all or none", POSTGRES,
           "CREATE TABLE a (x integer, y integer, PRIMARY KEY (x, y));"
           "CREATE TABLE t (id integer, x integer, y integer, FOREIGN KEY (x, y) REFERENCES a (x, y) MATCH FULL)",
           also=lambda ts: 0 < values(ts, "t", "x").count(None) < 60),
    Attack("only the column of one's own goes NULL", ALL,
           "CREATE TABLE a (x integer, y integer, PRIMARY KEY (x, y));"
           "CREATE TABLE t (id integer, x integer NOT NULL, y integer, FOREIGN KEY (x, y) REFERENCES a (x, y))",
           also=lambda ts: 0 < values(ts, "t", "y").count(None) < 60),
    Attack("a chain of keys that are keys, with a junction", ALL,
           f"{A} CREATE TABLE b (id integer PRIMARY KEY, FOREIGN KEY (id) REFERENCES a (id));"
           "CREATE TABLE c (id integer PRIMARY KEY, FOREIGN KEY (id) REFERENCES a (id));"
           f"CREATE TABLE t (b integer, c integer, PRIMARY KEY (b, c), {OF_B}, {OF_C})",
           {"a": 30, "b": 10, "c": 20, "t": 250}, {"t": 200}),
    Attack("a ring of keys that are keys", ("sqlite",),
           "CREATE TABLE a (id integer PRIMARY KEY REFERENCES b (id)); CREATE TABLE b (id integer PRIMARY KEY REFERENCES a (id))"),
    Attack("one column under two parents", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY);"
           "CREATE TABLE t (x integer NOT NULL, FOREIGN KEY (x) REFERENCES a (id), FOREIGN KEY (x) REFERENCES b (id))",
           {"a": 20, "b": 40, "t": 100}),
    Attack("one column under two parents with keys of another kind each", ALL,
           "CREATE TABLE a (id varchar(12) PRIMARY KEY); CREATE TABLE b (id varchar(12) PRIMARY KEY);"
           "CREATE TABLE t (x varchar(12) NOT NULL, FOREIGN KEY (x) REFERENCES a (id), FOREIGN KEY (x) REFERENCES b (id))",
           {"a": 40, "b": 20, "t": 100}),
    Attack("one column under two parents of other ranges", ALL,
           "CREATE TABLE a (id integer PRIMARY KEY CHECK (id BETWEEN 1 AND 60)); CREATE TABLE b (id integer PRIMARY KEY CHECK (id >= 31));"
           "CREATE TABLE t (x integer NOT NULL, FOREIGN KEY (x) REFERENCES a (id), FOREIGN KEY (x) REFERENCES b (id))",
           {"a": 20, "b": 20, "t": 100}),
    Attack("two columns under two parents", ALL,
           "CREATE TABLE a (x integer, y varchar(9), PRIMARY KEY (x, y)); CREATE TABLE b (x integer, y varchar(9), PRIMARY KEY (x, y));"
           "CREATE TABLE t (x integer NOT NULL, y varchar(9), FOREIGN KEY (x, y) REFERENCES a (x, y), FOREIGN KEY (x, y) REFERENCES b (x, y))",
           {"a": 20, "b": 40, "t": 100}),
    Attack("one column under the ends of two chains", ALL,
           f"{A}{B} CREATE TABLE c (id integer PRIMARY KEY, FOREIGN KEY (id) REFERENCES a (id));"
           "CREATE TABLE d (id integer PRIMARY KEY, FOREIGN KEY (id) REFERENCES b (id));"
           "CREATE TABLE t (x integer NOT NULL, FOREIGN KEY (x) REFERENCES c (id), FOREIGN KEY (x) REFERENCES d (id))",
           {"a": 40, "b": 50, "c": 30, "d": 20, "t": 100}),
    Attack("one of two parents", ALL,
           f"{A}{B} CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer, {OF_A}, {OF_B},"
           " CHECK ((a IS NULL) <> (b IS NULL)))",
           also=lambda ts: 0 < values(ts, "t", "a").count(None) < 60),
    Attack("types that differ", ("sqlite", "postgres"),
           "CREATE TABLE a (id integer PRIMARY KEY, code varchar(30) NOT NULL UNIQUE);"
           "CREATE TABLE t (id bigint PRIMARY KEY, a bigint REFERENCES a (id), code varchar(5) REFERENCES a (code))"),
)  # fmt: skip

CHILDREN_BY_ORDINAL = (
    Attack("three UNIQUEs share the parent", ALL,
           f"{A} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, x integer NOT NULL, y varchar(20) NOT NULL,"
           f" z date NOT NULL, UNIQUE (a, x), UNIQUE (a, y), UNIQUE (a, z), {OF_A})", {"a": 10, "t": 300}),
    Attack("as many children as a small domain allows", ALL,
           f"{A} CREATE TABLE t (a integer NOT NULL, k varchar(5) NOT NULL CHECK (k IN ('x', 'y', 'z')), UNIQUE (a, k), {OF_A})",
           {"a": 10, "t": 300}, {"t": 30}),
    Attack("an exact total over few parents", ALL,
           f"{A} CREATE TABLE t (a integer, line integer, PRIMARY KEY (a, line), {OF_A})", {"a": 7, "t": 1001}),
    Attack("lines of lines", ALL,
           f"{A} CREATE TABLE b (a integer, n integer, PRIMARY KEY (a, n), {OF_A});"
           "CREATE TABLE t (a integer, n integer, m integer, PRIMARY KEY (a, n, m), FOREIGN KEY (a, n) REFERENCES b (a, n))",
           {"a": 9, "b": 40, "t": 300}),
)  # fmt: skip

SELF = (
    Attack("nobody is above himself", ALL,
           "CREATE TABLE t (id integer PRIMARY KEY, parent integer, FOREIGN KEY (parent) REFERENCES t (id))",
           {"t": 500}, also=_no_row_above_itself),
    Attack("a UNIQUE parent makes one path", ALL,
           "CREATE TABLE t (id integer PRIMARY KEY, previous integer UNIQUE, FOREIGN KEY (previous) REFERENCES t (id))",
           {"t": 200}, also=_one_path),
    Attack("a parent that must be set", CYCLES,
           "CREATE TABLE t (id integer PRIMARY KEY, parent integer NOT NULL, FOREIGN KEY (parent) REFERENCES t (id))",
           also=_no_row_above_itself),
    Attack("a parent that must be set and be another", CYCLES,
           "CREATE TABLE t (id integer PRIMARY KEY, parent integer NOT NULL, FOREIGN KEY (parent) REFERENCES t (id),"
           " CHECK (parent <> id))"),
    Attack("positions among siblings", ALL,
           "CREATE TABLE t (id integer PRIMARY KEY, parent integer, position integer NOT NULL, UNIQUE (parent, position),"
           " FOREIGN KEY (parent) REFERENCES t (id))", {"t": 300}),
    Attack("a parent within the same tenant", CYCLES,
           f"{A} CREATE TABLE t (a integer NOT NULL, n integer NOT NULL, above integer, PRIMARY KEY (a, n), {OF_A},"
           " FOREIGN KEY (a, above) REFERENCES t (a, n))", {"a": 8, "t": 100},
           also=lambda ts: values(ts, "t", "above").count(None) == 8),
)  # fmt: skip

OWN_CHILD = (
    Attack("a default that is one's own child", ("sqlite",),
           "CREATE TABLE a (id integer PRIMARY KEY, chosen integer, FOREIGN KEY (id, chosen) REFERENCES t (a, id));"
           "CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL REFERENCES a (id), UNIQUE (a, id))",
           also=_own_child),
    Attack("a default that is one's own child, and must be", ("postgres", "mariadb"),
           "CREATE TABLE a (id integer PRIMARY KEY, chosen integer NOT NULL);"
           "CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL REFERENCES a (id), UNIQUE (a, id));"
           "ALTER TABLE a ADD FOREIGN KEY (id, chosen) REFERENCES t (a, id)", {"a": 30, "t": 100},
           also=_own_child),
    Attack("a default that is one's own child within a tenant", ("sqlite",),
           "CREATE TABLE tenant (id integer PRIMARY KEY); CREATE TABLE a (tenant integer NOT NULL REFERENCES tenant (id),"
           " id integer NOT NULL, chosen integer, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, id, chosen) REFERENCES t (tenant, a, id));"
           "CREATE TABLE t (tenant integer NOT NULL, a integer NOT NULL, id integer NOT NULL, PRIMARY KEY (tenant, a, id),"
           " FOREIGN KEY (tenant, a) REFERENCES a (tenant, id))", {"tenant": 9, "a": 40, "t": 120},
           also=lambda ts: 0 < values(ts, "a", "chosen").count(None) < 30),
    Attack("a default that is some child", ("postgres",),
           "CREATE TABLE a (id integer PRIMARY KEY, chosen integer);"
           "CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL REFERENCES a (id));"
           "ALTER TABLE a ADD FOREIGN KEY (chosen) REFERENCES t (id)"),
)  # fmt: skip

TENANTS = (
    Attack("one child for each row of a tenant", ALL,
           f"{A} CREATE TABLE p (id integer PRIMARY KEY, a integer NOT NULL, {OF_A}, UNIQUE (id, a));"
           f"CREATE TABLE s (a integer PRIMARY KEY, {OF_A});"
           "CREATE TABLE t (p integer PRIMARY KEY, a integer NOT NULL, FOREIGN KEY (p, a) REFERENCES p (id, a),"
           " FOREIGN KEY (a) REFERENCES s (a))"),
    Attack("two composite keys share the tenant", ALL,
           f"{A} CREATE TABLE b (a integer, n integer, PRIMARY KEY (a, n), {OF_A});"
           f"CREATE TABLE c (a integer, m integer, PRIMARY KEY (a, m), {OF_A});"
           "CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n integer NOT NULL, m integer NOT NULL,"
           " FOREIGN KEY (a, n) REFERENCES b (a, n), FOREIGN KEY (a, m) REFERENCES c (a, m))",
           {"a": 10, "b": 60, "c": 40, "t": 200}, also=_many_tenants),
    Attack("two composite keys share a tenant that is no row", ALL,
           f"{SIDES} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n integer NOT NULL, m integer NOT NULL,"
           f" {OF_SIDES})", {"b": 60, "c": 40, "t": 200}, also=_many_tenants),
    Attack("within the tenant or NULL, and mostly within", ALL,
           f"{SIDES} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n integer, m integer, {OF_SIDES})",
           {"b": 60, "c": 40, "t": 200}, also=_mostly_set),
    Attack("the tenant is a foreign key too", ALL,
           f"{A} {SIDES.replace('))', f'), {OF_A})')} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n integer NOT NULL,"
           f" m integer NOT NULL, {OF_A}, {OF_SIDES})", {"a": 30, "b": 60, "c": 20, "t": 200}, also=_many_tenants),
    Attack("more tenants than rows on one side", ALL,
           f"{A} {SIDES.replace('))', f'), {OF_A})')} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n integer NOT NULL,"
           f" m integer NOT NULL, {OF_SIDES})", {"a": 50, "b": 7, "c": 40, "t": 200}, also=_many_tenants),
    Attack("a junction within the tenant", ALL,
           f"{SIDES} CREATE TABLE t (a integer NOT NULL, n integer NOT NULL, m integer NOT NULL, PRIMARY KEY (a, n, m), {OF_SIDES})",
           {"b": 60, "c": 48, "t": 200}),
    Attack("one for each parent of the tenant", ALL,
           f"{SIDES} CREATE TABLE t (a integer NOT NULL, n integer NOT NULL, m integer NOT NULL, PRIMARY KEY (a, n), {OF_SIDES})",
           {"b": 60, "c": 48, "t": 60}, also=_many_tenants),
    Attack("one for some parents of the tenant", ALL,
           f"{SIDES} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n integer, m integer, UNIQUE (a, n), {OF_SIDES})",
           {"b": 60, "c": 48, "t": 100}, also=lambda ts: 20 < values(ts, "t", "n").count(None) < 80),
    Attack("lines within a parent within the tenant", ALL,
           f"{SIDES} CREATE TABLE t (a integer NOT NULL, n integer NOT NULL, line integer NOT NULL, m integer NOT NULL,"
           f" PRIMARY KEY (a, n, line), {OF_SIDES})", {"b": 60, "c": 48, "t": 200}, also=_many_tenants),
    Attack("MATCH FULL within the tenant", POSTGRES,
           f"{SIDES} CREATE TABLE t (a integer, n integer, m integer, {OF_SIDES_FULL})", {"b": 60, "c": 48, "t": 200},
           also=lambda ts: 0 < values(ts, "t", "a").count(None) == values(ts, "t", "n").count(None) < 60),
    Attack("MATCH FULL within a tenant that must be set", POSTGRES,
           f"{SIDES} CREATE TABLE t (a integer NOT NULL, n integer, m integer, {OF_SIDES_FULL})", {"b": 60, "c": 48, "t": 200},
           also=lambda ts: values(ts, "t", "n").count(None) == 0),
    Attack("every table of the tenant's own", CYCLES,
           "CREATE TABLE tenant (id integer PRIMARY KEY);"
           "CREATE TABLE person (tenant integer NOT NULL, id integer NOT NULL, email varchar(60) NOT NULL, PRIMARY KEY (tenant, id),"
           " UNIQUE (tenant, email), FOREIGN KEY (tenant) REFERENCES tenant (id));"
           "CREATE TABLE project (tenant integer NOT NULL, id integer NOT NULL, owner integer NOT NULL, PRIMARY KEY (tenant, id),"
           " FOREIGN KEY (tenant) REFERENCES tenant (id), FOREIGN KEY (tenant, owner) REFERENCES person (tenant, id));"
           "CREATE TABLE task (tenant integer NOT NULL, id integer NOT NULL, project integer NOT NULL, person integer, above integer,"
           " PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, project) REFERENCES project (tenant, id),"
           " FOREIGN KEY (tenant, person) REFERENCES person (tenant, id), FOREIGN KEY (tenant, above) REFERENCES task (tenant, id));"
           "CREATE TABLE remark (tenant integer NOT NULL, id integer NOT NULL, task integer NOT NULL, person integer NOT NULL,"
           " PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, task) REFERENCES task (tenant, id),"
           " FOREIGN KEY (tenant, person) REFERENCES person (tenant, id));"
           "CREATE TABLE member (tenant integer NOT NULL, project integer NOT NULL, person integer NOT NULL,"
           " PRIMARY KEY (tenant, project, person), FOREIGN KEY (tenant, project) REFERENCES project (tenant, id),"
           " FOREIGN KEY (tenant, person) REFERENCES person (tenant, id))",
           {"*": 300, "tenant": 6, "person": 60, "project": 40}, also=_children_within_tenants),
    Attack("no rows at all, but of the tenants", ALL,
           f"{A} {SIDES.replace('))', f'), {OF_A})')} CREATE TABLE t (a integer NOT NULL, n integer NOT NULL, m integer NOT NULL,"
           f" PRIMARY KEY (a, n, m), {OF_SIDES})", {"*": 0, "a": 5}),
    Attack("ids that are serial, and the tenant beside them", ALL,
           "CREATE TABLE tenant (id integer PRIMARY KEY);"
           "CREATE TABLE b (id integer PRIMARY KEY, a integer NOT NULL, UNIQUE (a, id), FOREIGN KEY (a) REFERENCES tenant (id));"
           "CREATE TABLE c (id integer PRIMARY KEY, a integer NOT NULL, UNIQUE (a, id), FOREIGN KEY (a) REFERENCES tenant (id));"
           "CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n integer NOT NULL, m integer,"
           " FOREIGN KEY (a, n) REFERENCES b (a, id), FOREIGN KEY (a, m) REFERENCES c (a, id))",
           {"tenant": 12, "b": 60, "c": 40, "t": 200}, also=_many_tenants),
)  # fmt: skip

UNIQUES = (
    Attack("UNIQUEs that overlap", ALL,
           "CREATE TABLE t (x integer NOT NULL, y varchar(9) NOT NULL, z date NOT NULL, UNIQUE (x, y), UNIQUE (y, z))",
           {"t": 300}),
    Attack("junctions that overlap", ALL,
           f"{A}{B}{C} CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, c integer NOT NULL, UNIQUE (a, b), UNIQUE (b, c),"
           f" {OF_A}, {OF_B}, {OF_C})", {"a": 20, "b": 20, "c": 20, "t": 200}),
    Attack("a ring over three small sets", ALL,
           "CREATE TABLE t (room integer NOT NULL CHECK (room BETWEEN 1 AND 6), slot integer NOT NULL CHECK (slot BETWEEN 1 AND 7),"
           " teacher integer NOT NULL CHECK (teacher BETWEEN 1 AND 8), UNIQUE (room, slot), UNIQUE (teacher, slot),"
           " UNIQUE (room, teacher))", {"t": 100}, {"t": 42}),
    Attack("a junction with places on both sides", ALL,
           f"{A}{B} CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, n integer NOT NULL, PRIMARY KEY (a, b),"
           f" UNIQUE (a, n), UNIQUE (b, n), {OF_A}, {OF_B})", {"a": 20, "b": 20, "t": 200}),
    Attack("a ring of junctions", ALL,
           f"{A}{B}{C} CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, c integer NOT NULL, UNIQUE (a, b), UNIQUE (b, c),"
           f" UNIQUE (a, c), {OF_A}, {OF_B}, {OF_C})", {"a": 12, "b": 5, "c": 9, "t": 200}, {"t": 45},
           also=lambda ts: len(set(values(ts, "t", "a"))) == 12),
    Attack("a ring of four", ALL,
           f"{A}{B} CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, k varchar(2) NOT NULL CHECK (k IN ('x', 'y', 'z')),"
           f" n integer NOT NULL CHECK (n BETWEEN 1 AND 9), UNIQUE (a, b), UNIQUE (b, k), UNIQUE (k, n), UNIQUE (n, a),"
           f" {OF_A}, {OF_B})", {"a": 12, "b": 10, "t": 200}, {"t": 27}),
    Attack("four, of which any two are UNIQUE", ALL,
           f"{A}{B}{C} CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, c integer NOT NULL, n integer NOT NULL,"
           " UNIQUE (a, b), UNIQUE (a, c), UNIQUE (b, c), UNIQUE (a, n), UNIQUE (b, n), UNIQUE (c, n),"
           f" {OF_A}, {OF_B}, {OF_C})", {"a": 11, "b": 13, "c": 12, "t": 400}, {"t": 132}),
    Attack("a chain of junctions, with triples", ALL,
           f"{A}{B}{C} CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, c integer NOT NULL, k varchar(2) NOT NULL"
           f" CHECK (k IN ('x', 'y')), UNIQUE (a, b, k), UNIQUE (b, k, c), {OF_A}, {OF_B}, {OF_C})",
           {"a": 9, "b": 5, "c": 7, "t": 200}, {"t": 70}),
    Attack("places on both sides that count on", ALL,
           f"{A}{B} CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, place integer NOT NULL, UNIQUE (a, b),"
           f" UNIQUE (a, place), UNIQUE (b, place), {OF_A}, {OF_B})", {"a": 20, "b": 30, "t": 300},
           also=lambda ts: max(values(ts, "t", "place")) == 15),
    Attack("at most one default each", ("sqlite", "postgres"),
           f"{A} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, is_default boolean NOT NULL, {OF_A});"
           "CREATE UNIQUE INDEX one ON t (a) WHERE is_default", {"a": 10, "t": 300},
           also=lambda ts: 0 < sum(values(ts, "t", "is_default")) <= 10),
    Attack("one open period each", ("sqlite", "postgres"),
           f"{A} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, ended date, {OF_A});"
           "CREATE UNIQUE INDEX one ON t (a) WHERE ended IS NULL", {"a": 10, "t": 300},
           also=lambda ts: 5 < values(ts, "t", "ended").count(None) <= 10),
    Attack("one active of each kind, with line numbers", ("sqlite", "postgres"),
           f"{A} CREATE TABLE t (a integer NOT NULL, line integer NOT NULL, kind varchar(5) NOT NULL CHECK (kind IN ('x', 'y')),"
           " state varchar(9) NOT NULL CHECK (state IN ('active', 'old', 'draft')), main boolean NOT NULL, PRIMARY KEY (a, line),"
           f" {OF_A}); CREATE UNIQUE INDEX one ON t (a, kind) WHERE state = 'active';"
           "CREATE UNIQUE INDEX two ON t (a) WHERE main", {"a": 10, "t": 300},
           also=lambda ts: 10 < values(ts, "t", "state").count("active") <= 20 and sum(values(ts, "t", "main")) > 5),
    Attack("one of all", ("sqlite", "postgres"),
           "CREATE TABLE t (id integer PRIMARY KEY, is_default boolean NOT NULL);"
           "CREATE UNIQUE INDEX one ON t (is_default) WHERE is_default", {"t": 300},
           also=lambda ts: sum(values(ts, "t", "is_default")) == 1),
    Attack("one open period each, after its start", ("sqlite", "postgres"),
           f"{A} CREATE TABLE t (id integer PRIMARY KEY, a integer, started date NOT NULL, ended date, CHECK (ended >= started),"
           f" {OF_A}); CREATE UNIQUE INDEX one ON t (a) WHERE ended IS NULL", {"a": 10, "t": 300},
           also=lambda ts: 5 < values(ts, "t", "ended").count(None) <= 10),
    Attack("two rules on one flag", ("sqlite", "postgres"),
           f"{A}{B} CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, flag boolean NOT NULL, {OF_A}, {OF_B});"
           "CREATE UNIQUE INDEX one ON t (a) WHERE flag; CREATE UNIQUE INDEX two ON t (b) WHERE flag", {"a": 9, "b": 9, "t": 300}),
    Attack("a name without case", ("duckdb", "sqlite", "postgres"),
           "CREATE TABLE t (id integer PRIMARY KEY, name varchar(30) NOT NULL); CREATE UNIQUE INDEX one ON t (lower(name))",
           {"t": 500}, also=lambda ts: len({v.lower() for v in values(ts, "t", "name")}) == 500),
    Attack("a collation without case", ("sqlite", "mariadb"),
           "CREATE TABLE t (id integer PRIMARY KEY, name varchar(3) COLLATE NOCASE NOT NULL UNIQUE)", {"t": 500}),
    Attack("citext", POSTGRES, "CREATE EXTENSION citext; CREATE TABLE t (name citext PRIMARY KEY)", {"t": 500}),
    Attack("only the first letters count", MARIADB,
           "CREATE TABLE t (url varchar(200) NOT NULL, note text NOT NULL, UNIQUE KEY one (url(12)), UNIQUE KEY two (note(8)))",
           {"t": 300}),
    Attack("trailing blanks do not count", MARIADB,
           "CREATE TABLE t (code char(3) PRIMARY KEY, name varchar(4) NOT NULL UNIQUE)", {"t": 500},
           also=lambda ts: len({v.rstrip().lower() for v in values(ts, "t", "name")}) == 500),
    Attack("a pair in either order", ("duckdb", "sqlite", "postgres"),
           f"{A} CREATE TABLE t (x integer NOT NULL, y integer NOT NULL, FOREIGN KEY (x) REFERENCES a (id),"
           " FOREIGN KEY (y) REFERENCES a (id)); CREATE UNIQUE INDEX one ON t (LEAST(x, y), GREATEST(x, y))",
           {"a": 8, "t": 20}),
    Attack("a pair of values in either order", ("duckdb", "sqlite", "postgres"),
           "CREATE TABLE t (x integer NOT NULL CHECK (x BETWEEN 1 AND 20), y integer NOT NULL CHECK (y BETWEEN 1 AND 20),"
           " CHECK (x <> y)); CREATE UNIQUE INDEX one ON t (LEAST(x, y), GREATEST(x, y))", {"t": 300}, {"t": 190},
           also=lambda ts: any(row["x"] > row["y"] for row in rows(ts, "t"))),
    Attack("the digest of what is drawn", POSTGRES,
           "CREATE TABLE t (url text NOT NULL, body text NOT NULL);"
           "CREATE UNIQUE INDEX one ON t (md5(url)); CREATE UNIQUE INDEX two ON t (sha256(body::bytea))", {"t": 300}),
    Attack("text put together", ("sqlite", "postgres"),
           "CREATE TABLE t (a varchar(20) NOT NULL, b varchar(20) NOT NULL); CREATE UNIQUE INDEX one ON t ((lower(a) || b))",
           {"t": 300}),
    Attack("one a day", POSTGRES,
           f"{A} CREATE TABLE t (a integer NOT NULL, at timestamp NOT NULL, {OF_A}); CREATE TABLE u (at timestamp NOT NULL, day date);"
           "CREATE UNIQUE INDEX one ON t (a, date_trunc('day', at)); CREATE UNIQUE INDEX two ON u ((at::date));"
           "CREATE UNIQUE INDEX three ON u (date_trunc('month', day::timestamp))", {"a": 5, "t": 100, "u": 100}),
    Attack("one a day, wherever it begins", POSTGRES,
           "CREATE TABLE t (at timestamptz NOT NULL);"
           "CREATE UNIQUE INDEX one ON t (date_trunc('day', at AT TIME ZONE 'America/New_York'))", {"t": 300}),
    Attack("a member of a document", POSTGRES,
           "CREATE TABLE t (doc jsonb NOT NULL, more json NOT NULL, note text); CREATE UNIQUE INDEX one ON t ((doc ->> 'sku'));"
           "CREATE UNIQUE INDEX two ON t (((more -> 'a') ->> 'n'))", {"t": 300},
           also=lambda ts: len({json.loads(doc)["sku"] for doc in values(ts, "t", "doc")}) == 300),
    Attack("a member of a document as a number", ("sqlite",),
           "CREATE TABLE t (doc text NOT NULL CHECK (json_valid(doc))); CREATE UNIQUE INDEX one ON t (json_extract(doc, '$.n'))",
           {"t": 300}),
    Attack("the first letters", ("sqlite", "postgres"),
           "CREATE TABLE t (name varchar(60) NOT NULL, note text); CREATE UNIQUE INDEX one ON t (substr(name, 1, 8))", {"t": 300}),
    Attack("NULL is a value", ("duckdb", "sqlite", "postgres"),
           f"{A} CREATE TABLE t (id integer PRIMARY KEY, a integer, n integer, {OF_A});"
           "CREATE UNIQUE INDEX one ON t (coalesce(a, 0)); CREATE UNIQUE INDEX two ON t (coalesce(n, -1))", {"a": 9, "t": 60}, {"t": 9}),
    Attack("NULLs that are not distinct", POSTGRES,
           f"{A} CREATE TABLE t (a integer, k varchar(3), UNIQUE NULLS NOT DISTINCT (a, k), {OF_A})", {"a": 5, "t": 100}),
    Attack("NULLs that are", ALL,
           f"{A} CREATE TABLE t (id integer PRIMARY KEY, a integer UNIQUE, {OF_A})", {"a": 5, "t": 100}),
    Attack("UNIQUE on what is computed", CYCLES,
           "CREATE TABLE t (id integer PRIMARY KEY, name varchar(30) NOT NULL,"
           " slug varchar(30) GENERATED ALWAYS AS (lower(name)) STORED, UNIQUE (slug))", {"t": 300}),
)  # fmt: skip

CHECKS = (
    Attack("a CHECK that only the engine can compute", POSTGRES,
           "CREATE FUNCTION fits(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN IF n > 5 THEN RETURN false; END IF; RETURN true; END';"
           "CREATE TABLE t (id integer PRIMARY KEY, a integer CHECK (fits(a)), b integer CHECK (b > 5))",
           also=lambda t: set(values(t, "t", "a")) == {None}),
    Attack("a case that is checked", ALL,
           "CREATE TABLE t (id integer PRIMARY KEY, a varchar(1) NOT NULL CHECK (upper(a) IN ('M', 'F')),"
           " b varchar(9) CHECK (lower(b) IN ('x', 'yes') OR b IS NULL))",
           also=lambda t: set(values(t, "t", "a")) == {"M", "F"}),
    Attack("NOT over AND, over an integer that is a text's equal nowhere", ("sqlite",),
           "CREATE TABLE t (a text NOT NULL, c integer NOT NULL, CHECK (NOT (a = 'x' AND c NOT IN ('y', 'z'))),"
           " CHECK (NOT (c < 0 OR NOT (c < 1000 AND NOT c = 3))))", {"t": 300}),
    Attack("a key that must be NULL", ALL,
           f"{A} CREATE TABLE t (id integer PRIMARY KEY, a integer CHECK (a IS NULL), {OF_A})",
           also=lambda t: set(values(t, "t", "a")) == {None}),
    Attack("a UNIQUE pair in order: a triangle", ALL,
           "CREATE TABLE t (x integer NOT NULL CHECK (x BETWEEN 1 AND 9), y integer NOT NULL CHECK (y BETWEEN 1 AND 9),"
           " UNIQUE (x, y), CHECK (x < y))", {"t": 60}, {"t": 36}),
    Attack("a UNIQUE pair that differs: no diagonal", ALL,
           f"{A} CREATE TABLE t (x integer NOT NULL, y integer NOT NULL, PRIMARY KEY (x, y), CHECK (x <> y),"
           " FOREIGN KEY (x) REFERENCES a (id), FOREIGN KEY (y) REFERENCES a (id))", {"a": 8, "t": 60}, {"t": 56}),
    Attack("friends: each pair of keys once", ALL,
           f"{A} CREATE TABLE t (x integer NOT NULL, y integer NOT NULL, PRIMARY KEY (x, y), CHECK (x < y),"
           " FOREIGN KEY (x) REFERENCES a (id), FOREIGN KEY (y) REFERENCES a (id))", {"a": 8, "t": 60}, {"t": 28}),
    Attack("friends whose names are no numbers", ("duckdb", "sqlite", "postgres", "mariadb"),
           "CREATE TABLE a (day date PRIMARY KEY); CREATE TABLE t (x date NOT NULL, y date NOT NULL, UNIQUE (x, y),"
           " CHECK (y >= x), FOREIGN KEY (x) REFERENCES a (day), FOREIGN KEY (y) REFERENCES a (day))",
           {"a": 8, "t": 60}, {"t": 36}),
    Attack("a UNIQUE pair of which one is at most the other", ALL,
           "CREATE TABLE t (x date NOT NULL CHECK (x BETWEEN '2024-01-01' AND '2024-01-05'), y date NOT NULL"
           " CHECK (y BETWEEN '2024-01-03' AND '2024-01-08'), UNIQUE (x, y), CHECK (x <= y))", {"t": 60}, {"t": 27}),
    Attack("a UNIQUE pair of words that differ", ALL,
           "CREATE TABLE t (x varchar(5) NOT NULL CHECK (x IN ('a', 'b', 'c', 'd')), y varchar(5) NOT NULL"
           " CHECK (y IN ('b', 'c', 'd', 'e')), UNIQUE (x, y), CHECK (x <> y))", {"t": 60}, {"t": 13}),
    Attack("a UNIQUE triple that holds a sum, with its parent", ALL,
           f"{A} CREATE TABLE t (a integer NOT NULL, x integer NOT NULL CHECK (x BETWEEN 0 AND 4), y integer NOT NULL"
           f" CHECK (y BETWEEN 0 AND 4), UNIQUE (a, x, y), CHECK (x + y = 4 OR x * y > 11), {OF_A})",
           {"a": 3, "t": 60}, {"t": 24}),
    Attack("a key that is a multiple", ALL,
           "CREATE TABLE t (id integer PRIMARY KEY CHECK (id % 7 = 3))", {"t": 500}),
    Attack("keys in order, in no UNIQUE", ALL,
           f"{A} CREATE TABLE t (id integer PRIMARY KEY, x integer NOT NULL, y integer NOT NULL, CHECK (x < y),"
           " FOREIGN KEY (x) REFERENCES a (id), FOREIGN KEY (y) REFERENCES a (id))", {"a": 8, "t": 60}),
    Attack("redrawing never touches a key", ALL,
           "CREATE TABLE t (id integer PRIMARY KEY, code varchar(9) NOT NULL UNIQUE, x integer NOT NULL,"
           " CHECK (x % 3 = 0 OR length(code) > 3))", {"t": 800}),
    Attack("a choice of branches", ALL,
           "CREATE TABLE t (kind varchar(5) NOT NULL, amount integer, label varchar(9),"
           " CHECK ((kind = 'a' AND amount IS NOT NULL AND label IS NULL) OR (kind = 'b' AND amount IS NULL AND label IS NOT NULL)))",
           {"t": 300}, also=lambda ts: set(values(ts, "t", "kind")) == {"a", "b"}),
    Attack("both or none", ALL,
           "CREATE TABLE t (amount integer, currency varchar(3), CHECK ((amount IS NULL) = (currency IS NULL)))", {"t": 300}),
    Attack("a sum of doubles", ("sqlite",),
           "CREATE TABLE t (net decimal(8, 2) NOT NULL, tax decimal(8, 2) NOT NULL, gross decimal(9, 2) NOT NULL,"
           " CHECK (gross = net + tax), CHECK (net > 0))", {"t": 200}),
    Attack("a sum", ("duckdb", "postgres", "mariadb"),
           "CREATE TABLE t (net decimal(8, 2) NOT NULL, tax decimal(8, 2) NOT NULL, gross decimal(9, 2) NOT NULL,"
           " CHECK (gross = net + tax))", {"t": 200}),
    Attack("a product under a bound", ("duckdb", "postgres", "mariadb"),
           "CREATE TABLE t (qty integer NOT NULL CHECK (qty > 0), price decimal(8, 2) NOT NULL CHECK (price > 0),"
           " total decimal(12, 2) NOT NULL, CHECK (total = qty * price), CHECK (total <= 1000))", {"t": 200}),
    Attack("a chain of orders", ALL,
           "CREATE TABLE t (d1 date NOT NULL, d2 date, d3 date NOT NULL, d4 date, CHECK (d1 <= d2), CHECK (d2 < d3),"
           " CHECK (d3 <= d4), CHECK (d1 > '2020-01-01'), CHECK (d4 < '2020-03-01'))", {"t": 300}),
    Attack("a moment in a key, and another that is later", ALL,
           "CREATE TABLE t (no char(6) NOT NULL, leaves timestamp NOT NULL, arrives timestamp NOT NULL, UNIQUE (no, leaves),"
           " CHECK (arrives > leaves))", {"t": 1000}),
    Attack("later than what is always NULL", ALL,
           "CREATE TABLE t (id integer PRIMARY KEY, a integer CHECK (a IS NULL), b integer, CHECK (b > a))", {"t": 60},
           also=lambda ts: set(values(ts, "t", "a")) == {None} and len(set(values(ts, "t", "b"))) > 5),
    Attack("a pattern on what has a meaning", ALL,
           "CREATE TABLE t (email varchar(60) NOT NULL CHECK (email LIKE '%.com'), last_name varchar(40) CHECK (last_name LIKE 'A%'),"
           " phone varchar(20) CHECK (phone LIKE '+1-%'), url varchar(80) CHECK (url LIKE 'https://%'))", {"t": 200}),
    Attack("text exactly as long as it must be", ALL,
           "CREATE TABLE t (label varchar(3) CHECK (length(label) = 3), city varchar(40) CHECK (length(city) >= 12),"
           " note varchar(12) CHECK (length(note) BETWEEN 8 AND 9))", {"t": 500}),
    Attack("relations that chance does not find", ALL,
           "CREATE TABLE a (x integer NOT NULL, y integer NOT NULL, CHECK (x + y = 100)); CREATE TABLE b (x integer NOT NULL,"
           " y integer NOT NULL, CHECK (abs(x - y) < 5)); CREATE TABLE c (x integer NOT NULL, y integer NOT NULL, CHECK (x * y <= 100));"
           "CREATE TABLE t (x integer NOT NULL, y integer NOT NULL, CHECK (x BETWEEN y AND y + 10), CHECK (NOT (x > 50 AND y > 50)))",
           {"*": 300}),
    Attack("text that holds what chance does not spell", ALL,
           "CREATE TABLE a (s varchar(60) NOT NULL CHECK (replace(s, ' ', '') = s), r varchar(60) NOT NULL CHECK (substr(r, 1, 1) = 'A'));"
           "CREATE TABLE t (s varchar(60) NOT NULL CHECK (substr(s, 1, 2) = 'x-'), r varchar(60) NOT NULL CHECK (replace(r, '@', '') <> r))",
           {"*": 300}),
    Attack("spans of days, and whole hours", POSTGRES,
           "CREATE TABLE t (s date NOT NULL, e date NOT NULL, m date NOT NULL, h timestamptz NOT NULL, CHECK (e - s BETWEEN 1 AND 7),"
           " CHECK (m = date_trunc('month', m)), CHECK (date_trunc('hour', h) = h))", {"t": 300}),
    Attack("CHECKs that only the engine can compute pass by NULL", POSTGRES,
           "CREATE TABLE t (id integer PRIMARY KEY, r int4range CHECK (upper(r) - lower(r) <= 10), b bit(8) CHECK (get_bit(b, 0) = 1),"
           " p point CHECK (p[0] BETWEEN 100 AND 101), x integer NOT NULL, y integer[] CHECK (array_to_string(y, ',') = x::text),"
           " i inet NOT NULL CHECK (masklen(i) = 32), d daterange CHECK (lower(d) IS NOT NULL), e daterange NOT NULL CHECK (NOT isempty(e)),"
           " s text CHECK (s IN ('a', 'b') OR quote_ident(s) = s), m int4range NOT NULL DEFAULT '[3,4)' CHECK (upper(m) - lower(m) = 1))",
           {"t": 300}, also=lambda ts: {"a", "b"} <= set(values(ts, "t", "s"))),
    Attack("columns that differ by case alone, and are called like functions", POSTGRES,
           "CREATE TABLE t (\"Name\" varchar(9) NOT NULL, name text NOT NULL, \"order\" integer NOT NULL CHECK (\"order\" < 5), NAMES integer"
           " NOT NULL CHECK (Names > 500), length integer CHECK (length < 9), CHECK (\"Name\" = upper(\"Name\") AND length(\"Name\") = 3),"
           " CHECK (NAME ~ '^[a-z]{5}$'), CHECK (\"Name\" <> name))", {"t": 300}),
    Attack("one of three parents, as a kind says", POSTGRES,
           f"{A} {B} {C} CREATE TABLE t (kind text NOT NULL, a integer, b integer, c integer, {OF_A}, {OF_B}, {OF_C}, CHECK (CASE kind"
           " WHEN 'a' THEN a IS NOT NULL AND b IS NULL AND c IS NULL WHEN 'b' THEN a IS NULL AND b IS NOT NULL AND c IS NULL"
           " WHEN 'c' THEN num_nonnulls(a, b) = 0 AND c IS NOT NULL ELSE false END))", {"*": 200},
           also=lambda ts: {"a", "b", "c"} == set(values(ts, "t", "kind"))),
    Attack("what is rounded when it is kept is not equal", ("duckdb", "postgres", "mariadb"),
           "CREATE TABLE t (n numeric(8, 2) NOT NULL, m numeric(8, 2) NOT NULL, CHECK (n = m / 2)); CREATE TABLE u"
           " (n numeric(8, 2) NOT NULL, g numeric(9, 2) NOT NULL, h numeric(12, 4) NOT NULL, CHECK (g = n * 1.2), CHECK (h = n * n))",
           {"*": 300}),
    Attack("moments that SQLite computes", ("sqlite",),
           "CREATE TABLE t (s date NOT NULL, e date NOT NULL, w date NOT NULL CHECK (strftime('%w', w) = '1'), at text NOT NULL"
           " CHECK (at IS datetime(at)), day text NOT NULL CHECK (day IS date(day, '+0 days')), hour text NOT NULL CHECK (time(hour) IS NOT NULL),"
           " first date NOT NULL CHECK (first = date(first, 'start of month')), CHECK (e <= date(s, '+30 days')), CHECK (julianday(e) - julianday(s) >= 2))",
           {"t": 300}),
    Attack("moments and documents that MariaDB computes", MARIADB,
           "CREATE TABLE t (s date NOT NULL CHECK (dayofweek(s) = 2), e date NOT NULL CHECK (last_day(e) = e), w date NOT NULL CHECK (weekday(w) < 5),"
           " j json NOT NULL CHECK (json_exists(j, '$.a')), k json NOT NULL CHECK (json_value(k, '$.a') = 'x' AND json_exists(k, '$.a')),"
           " c varchar(9) NOT NULL, CHECK (length(c) > 2 AND c REGEXP BINARY '^[a-z]'))", {"t": 300}),
    Attack("a key that is NULL as a whole, with a column that by its name often is", POSTGRES,
           "CREATE TABLE p (year integer NOT NULL, note varchar(30) NOT NULL, UNIQUE (year, note));"
           "CREATE TABLE c (p_year integer, note varchar(30), FOREIGN KEY (p_year, note) REFERENCES p (year, note) MATCH FULL)",
           {"*": 300}, also=lambda made: made["c"]["p_year"].is_null().equals(made["c"]["note"].is_null())),
    Attack("a cast that may fail says nothing of NULL", ("duckdb",),
           "CREATE TABLE t (s varchar NOT NULL CHECK (try_cast(s AS integer) IS NOT NULL))", {"t": 300}),
    Attack("documents and arrays with what must be in them", POSTGRES,
           "CREATE TABLE t (j jsonb NOT NULL CHECK (j ? 'name' AND j ->> 'kind' = 'x' AND (j ->> 'n')::int > 4), k jsonb NOT NULL,"
           " l jsonb NOT NULL CHECK (l @> '{\"a\": {\"b\": \"x\"}}' AND l ?& ARRAY['a', 'c'] AND jsonb_typeof(l -> 'c') = 'string'), q integer[] NOT NULL"
           " CHECK (9 > ALL (q) AND array_upper(q, 1) = 7), CHECK"
           " (jsonb_typeof(k) = 'array' AND jsonb_array_length(k) > 0), x text[] NOT NULL CHECK ('a' = ANY (x)), y integer[] NOT NULL"
           " CHECK (cardinality(y) = 5), z bytea NOT NULL CHECK (length(z) IN (20, 32)), n text NOT NULL CHECK (n::int > 0))", {"t": 300}),
    Attack("text that fits a pattern and is UNIQUE", POSTGRES,
           "CREATE TABLE t (code varchar(8) PRIMARY KEY CHECK (code ~ '^[A-Z]{2}-[0-9]{3}$'))", {"t": 300}),
    Attack("a row type with a field of a form", POSTGRES,
           "CREATE DOMAIN code AS text CHECK (VALUE ~ '^[A-Z]{2}(-[0-9]{3})+$'); CREATE TYPE part AS (c code, n integer);"
           "CREATE TABLE t (p part NOT NULL, tags text[] NOT NULL CHECK (tags <> '{}'), wait interval CHECK (wait > '0'))",
           {"t": 50}, also=lambda made: made["t"].column("wait").null_count < 50),
    Attack("groups, ways and escapes of a pattern in keys", POSTGRES,
           "CREATE DOMAIN sum32 AS bytea CHECK (VALUE IS NULL OR octet_length(VALUE) = 32);"
           "CREATE TABLE t (slug text PRIMARY KEY CHECK (slug ~ '^[a-z0-9]+(?:-[a-z0-9]+)*$' AND length(slug) >= 12),"
           " link text UNIQUE CHECK (link ~* '^(https?|ftp)://[^[:space:]]+$'), card char(5) UNIQUE CHECK (card ~ E'^\\\\d{5}$'),"
           " sum sum32 NOT NULL UNIQUE, state text NOT NULL CHECK (state ~ '^(open|shut)$'), kind char(2) CHECK (upper(kind) IN ('GO', 'IN')))",
           {"t": 300}, also=lambda made: {"open", "shut"} == set(values(made, "t", "state"))),
)  # fmt: skip

EXCLUDED = (
    Attack("no two periods of one parent overlap", POSTGRES,
           f"CREATE EXTENSION btree_gist; {A} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, during tstzrange NOT NULL,"
           f" {OF_A}, EXCLUDE USING gist (a WITH =, during WITH &&))", {"a": 5, "t": 200}),
    Attack("no two periods of two columns overlap", POSTGRES,
           f"CREATE EXTENSION btree_gist; {A} CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, low date NOT NULL,"
           f" high date NOT NULL, {OF_A}, CHECK (low < high), EXCLUDE USING gist (a WITH =, daterange(low, high) WITH &&))",
           {"a": 5, "t": 200}),
    Attack("no two periods overlap at all", POSTGRES,
           "CREATE TABLE t (d daterange, n numrange, i int8range, EXCLUDE USING gist (d WITH &&), EXCLUDE USING gist (n WITH &&),"
           " EXCLUDE USING gist (i WITH &&))", {"t": 3000}),
    Attack("a period that includes its end", POSTGRES,
           f"CREATE EXTENSION btree_gist; {A} CREATE TABLE t (a integer NOT NULL, s date, e date, {OF_A},"
           " CHECK (s BETWEEN '2024-01-01' AND '2024-02-01'), CHECK (e < '2024-02-01'),"
           " EXCLUDE USING gist (a WITH =, daterange(s, e, '[]') WITH &&))", {"a": 5, "t": 300}, {"t": 75}),
    Attack("one teacher and one room at a time", POSTGRES,
           f"CREATE EXTENSION btree_gist; {A} {B} CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, during tsrange, {OF_A},"
           f" {OF_B}, EXCLUDE USING gist (a WITH =, during WITH &&), EXCLUDE USING gist (b WITH =, during WITH &&))",
           {"a": 5, "b": 4, "t": 300}),
    Attack("a room's periods are its key, too", POSTGRES,
           f"CREATE EXTENSION btree_gist; {A} CREATE TABLE t (a integer NOT NULL, s timestamptz, e timestamptz, made timestamptz,"
           f" PRIMARY KEY (a, s), {OF_A}, CHECK (made <= s), EXCLUDE USING gist (a WITH =, tstzrange(s,"
           " COALESCE(e, 'infinity'::timestamptz)) WITH &&) WHERE (a > 2))", {"a": 5, "t": 300}),
    Attack("a key without overlaps", MARIADB,
           f"{A} CREATE TABLE t (a integer NOT NULL, s date, e date, PERIOD FOR p (s, e), {OF_A},"
           " PRIMARY KEY (a, p WITHOUT OVERLAPS))", {"a": 5, "t": 300},
           also=lambda ts: all(row["s"] < row["e"] for row in rows(ts, "t"))),
    Attack("partitions by range with a gap", POSTGRES,
           "CREATE TABLE t (n integer) PARTITION BY RANGE (n); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (5);"
           "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100) TO (200)", {"t": 100}),
    Attack("partitions by list, and a subpartition", POSTGRES,
           "CREATE TABLE t (k varchar(9), d date NOT NULL) PARTITION BY LIST (k); CREATE TABLE t1 PARTITION OF t"
           " FOR VALUES IN ('x', 'y') PARTITION BY RANGE (d); CREATE TABLE t11 PARTITION OF t1"
           " FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')", {"t": 100}),
    Attack("subpartitions that differ", POSTGRES,
           "CREATE TABLE t (id bigint, k varchar(9), d date NOT NULL, PRIMARY KEY (id, k, d)) PARTITION BY LIST (k);"
           "CREATE TABLE x PARTITION OF t FOR VALUES IN ('x', 'y') PARTITION BY RANGE (d);"
           "CREATE TABLE x1 PARTITION OF x FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');"
           "CREATE TABLE z PARTITION OF t FOR VALUES IN ('z') PARTITION BY RANGE (d);"
           "CREATE TABLE z1 PARTITION OF z FOR VALUES FROM ('2023-01-01') TO ('2023-02-01');"
           "CREATE TABLE z2 PARTITION OF z FOR VALUES FROM ('2025-01-01') TO (MAXVALUE)", {"t": 100},
           also=lambda ts: {(row["k"] == "z", row["d"].year) for row in rows(ts, "t")} == {(False, 2020), (True, 2023), (True, 2025)}),
    Attack("subpartitions that differ, in a key", POSTGRES,
           "CREATE TABLE t (k varchar(9), d date NOT NULL, PRIMARY KEY (k, d)) PARTITION BY LIST (k);"
           "CREATE TABLE x PARTITION OF t FOR VALUES IN ('x', 'y') PARTITION BY RANGE (d);"
           "CREATE TABLE x1 PARTITION OF x FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');"
           "CREATE TABLE z PARTITION OF t FOR VALUES IN ('z') PARTITION BY RANGE (d);"
           "CREATE TABLE z1 PARTITION OF z FOR VALUES FROM ('2023-01-01') TO ('2023-02-01')", {"t": 100}, {"t": 62}),
    Attack("bounds on two columns", POSTGRES,
           "CREATE TABLE t (a integer, b integer) PARTITION BY RANGE (a, b); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1, 0)"
           " TO (5, 7); CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100, MINVALUE) TO (100, 3)", {"t": 100},
           also=lambda ts: {1, 5, 100} < set(values(ts, "t", "a"))),
    Attack("a DEFAULT and the rest of a LIST", POSTGRES,
           "CREATE TABLE t (k varchar(20)) PARTITION BY LIST (k); CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('a', NULL);"
           "CREATE TABLE t0 PARTITION OF t DEFAULT", {"t": 100},
           also=lambda ts: 20 < values(ts, "t", "k").count("a") < 80),
    Attack("a DEFAULT and the gaps between ranges", POSTGRES,
           "CREATE TABLE t0 (d date NOT NULL); CREATE TABLE t (d date NOT NULL) PARTITION BY RANGE (d);"
           "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');"
           "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');"
           "ALTER TABLE t ATTACH PARTITION t0 DEFAULT", {"t": 100},
           also=lambda ts: {2020, 2021} < {day.year for day in values(ts, "t", "d")}),
    Attack("nothing but NULL", POSTGRES,
           "CREATE TABLE t (k integer, n integer) PARTITION BY LIST (k); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (NULL)",
           {"t": 100}),
    Attack("bounds on what is computed", POSTGRES,
           "CREATE TABLE t (at timestamp NOT NULL) PARTITION BY RANGE ((extract(year from at)));"
           "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (2010) TO (2012);"
           "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (2019) TO (2020)", {"t": 100},
           also=lambda ts: {2010, 2011, 2019} == {at.year for at in values(ts, "t", "at")}),
    Attack("hashes of two sizes, and ranges below", POSTGRES,
           "CREATE TABLE t (n integer, d date) PARTITION BY HASH (n);"
           "CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0) PARTITION BY RANGE (d);"
           "CREATE TABLE t2 PARTITION OF t FOR VALUES WITH (MODULUS 4, REMAINDER 1);"
           "CREATE TABLE t3 PARTITION OF t FOR VALUES WITH (MODULUS 4, REMAINDER 3);"
           "CREATE TABLE t11 PARTITION OF t1 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')", {"t": 100}),
    Attack("a partition's own CHECK", POSTGRES,
           "CREATE TABLE t (n integer, m integer) PARTITION BY RANGE (n); CREATE TABLE t1 PARTITION OF t (CHECK (m > 1000))"
           " FOR VALUES FROM (1) TO (5)", {"t": 100}),
    Attack("partitions' own rules, each its own", POSTGRES,
           "CREATE TABLE t (id integer NOT NULL, n integer, m integer, s text, CHECK (id > 0)) PARTITION BY RANGE (n);"
           "CREATE TABLE t1 PARTITION OF t (CHECK (m > 1000), s NOT NULL, CHECK (length(s) > 20 OR m > 50), PRIMARY KEY (id))"
           " FOR VALUES FROM (1) TO (5); CREATE TABLE t2 PARTITION OF t (CHECK (m < 0)) FOR VALUES FROM (7) TO (9)", {"t": 100}),
    Attack("a bound on the year", MARIADB,
           "CREATE TABLE t (id integer NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (year(d))"
           " (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN (2010))", {"t": 100}),
    Attack("bounds on days, months, remainders and sums", MARIADB,
           "CREATE TABLE a (id integer PRIMARY KEY) PARTITION BY LIST (id % 4) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3));"
           "CREATE TABLE b (at datetime NOT NULL) PARTITION BY RANGE (to_days(at)) (PARTITION p0 VALUES LESS THAN (735000));"
           "CREATE TABLE c (d date) PARTITION BY LIST (month(d)) (PARTITION p0 VALUES IN (1, 2, 3), PARTITION p1 VALUES IN (7));"
           "CREATE TABLE t (d date) PARTITION BY RANGE (year(d) * 100 + month(d)) (PARTITION p0 VALUES LESS THAN (202001))",
           also=lambda ts: {1, 2, 3, 7} == {day.month for day in values(ts, "c", "d") if day}),
    Attack("columns and their order", MARIADB,
           "CREATE TABLE a (k varchar(9), n int) PARTITION BY LIST COLUMNS (k, n) (PARTITION p0 VALUES IN (('a', 1), ('b', 2)),"
           " PARTITION p1 VALUES IN (('c', 3))); CREATE TABLE t (id integer NOT NULL, d date NOT NULL, PRIMARY KEY (id, d))"
           " PARTITION BY RANGE COLUMNS (id, d) (PARTITION p0 VALUES LESS THAN (10, '2000-01-01'),"
           " PARTITION p1 VALUES LESS THAN (20, MAXVALUE))"),
    Attack("moments that count seconds", MARIADB,
           "CREATE TABLE t (at timestamp NOT NULL) PARTITION BY RANGE (unix_timestamp(at)) (PARTITION p0 VALUES LESS THAN"
           " (unix_timestamp('2010-01-01 00:00:00')), PARTITION p1 VALUES LESS THAN (1293840000))",
           also=lambda ts: {2010} < {at.year for at in values(ts, "t", "at")}),
)  # fmt: skip

VALUES = (
    Attack("every width of integer", MARIADB,
           "CREATE TABLE t (a tinyint PRIMARY KEY, b tinyint unsigned UNIQUE, c smallint unsigned UNIQUE, d mediumint unsigned UNIQUE,"
           " e int unsigned UNIQUE, f bigint unsigned UNIQUE)", {"t": 300}, {"t": 256}),
    Attack("a character set of 256 letters", MARIADB,
           "CREATE TABLE t (name varchar(40), city varchar(40), first_name varchar(30)) CHARACTER SET latin1", {"t": 300}),
    Attack("a character set of 128 letters", MARIADB,
           "CREATE TABLE t (name varchar(40) CHARACTER SET ascii, city varchar(40) CHARACTER SET ascii)", {"t": 300}),
    Attack("character sets written as texts", MARIADB,
           "CREATE TABLE t (name varchar(9) CHARACTER SET 'latin1' COLLATE 'latin1_bin' UNIQUE, city varchar(9) COLLATE 'utf8mb4_bin')"
           " COLLATE='utf8mb4_unicode_ci'", {"t": 300}),
    Attack("prose where four gigabytes fit", MARIADB, "CREATE TABLE t (note longtext, body mediumtext, title longtext NOT NULL)", {"t": 300}),
    Attack("255 bytes", MARIADB, "CREATE TABLE t (note tinytext, body tinyblob, title tinytext)", {"t": 300}),
    Attack("texts inserted into bytes", MARIADB,
           "CREATE TABLE t (id int PRIMARY KEY, note blob); INSERT INTO t VALUES (1, 'é'), (2, NULL)", {"t": 2},
           also=lambda ts: values(ts, "t", "note") == ["é".encode(), None]),
    Attack("computed as the engine computes", POSTGRES,
           "CREATE TABLE t (a integer NOT NULL, b integer, s varchar(20), n numeric(8, 2), d date,"
           " x integer GENERATED ALWAYS AS (a / 3) STORED, y text GENERATED ALWAYS AS (upper(left(s, 2)) || '-' || a) STORED,"
           " z numeric GENERATED ALWAYS AS (round(n * 1.19, 2)) STORED, w date GENERATED ALWAYS AS (d + 7) STORED,"
           " v boolean GENERATED ALWAYS AS (a > b) STORED, u integer GENERATED ALWAYS AS (7) STORED)", {"t": 300}),
    Attack("computed decimals are rounded as the engine rounds", ("postgres", "mariadb"),
           "CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n numeric(8, 2), f double precision,"
           " x numeric(10, 4) GENERATED ALWAYS AS (n / 3) STORED, y numeric(10, 2) GENERATED ALWAYS AS (n * 1.19) STORED,"
           " z numeric(8, 1) GENERATED ALWAYS AS (n) STORED, w numeric(12, 6) GENERATED ALWAYS AS (a / 7.0) STORED,"
           " v integer GENERATED ALWAYS AS (n * 0.5) STORED, u integer GENERATED ALWAYS AS (f) STORED,"
           " s real GENERATED ALWAYS AS (f / 3) STORED)", {"t": 500}),
    Attack("computed columns without a type", ("sqlite", "duckdb"),
           "CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n decimal(8, 2), d date, x AS (n * 2), y AS (a * 1.0 / 3),"
           " z AS (round(n, 1)), w AS (a > 5), v AS (upper('a') || a))", {"t": 300}),
    Attack("computed as SQLite computes", ("sqlite",),
           "CREATE TABLE t (a integer NOT NULL, b integer, s text, x AS (a / 3), y AS (a || '-' || b), z integer AS (a % 7) STORED,"
           " w AS (round(a * 1.5, 1)), v AS (upper(s)), u AS (substr('abc', 1, 2)))", {"t": 300}),
    Attack("computed as MariaDB computes", MARIADB,
           "CREATE TABLE t (a int NOT NULL, b int, x int AS (a DIV 3) VIRTUAL, y double AS (a / 3) STORED, z int AS (a / 2) STORED,"
           " w varchar(60) AS (concat(a, '-', b)) VIRTUAL, v int AS (if(a > b, 1, 0)) STORED, u varchar(32) AS (md5(a)) STORED)",
           {"t": 300}),
    Attack("computed as DuckDB computes", ("duckdb",),
           "CREATE TABLE t (a integer NOT NULL, b integer, s varchar, x AS (a // 3), y integer AS (a / 2), z AS (a % 7),"
           " w AS (upper(s) || a))", {"t": 300}),
    Attack("a DOMAIN over a DOMAIN, and its arrays", POSTGRES,
           "CREATE DOMAIN pos AS integer CHECK (VALUE > 0); CREATE DOMAIN digit AS pos CHECK (VALUE < 9);"
           "CREATE TABLE t (id integer PRIMARY KEY, x digit NOT NULL, y digit[])", {"t": 100}),
    Attack("arrays of everything", POSTGRES,
           "CREATE TYPE mood AS ENUM ('low', 'high'); CREATE TABLE t (a mood[], b uuid[], c timestamptz[], d date[], e numeric(5, 1)[],"
           " f boolean[], g jsonb[], h inet[], i text[][], j integer[3])", {"t": 100}),
    Attack("rare types, UNIQUE", POSTGRES,
           "CREATE TABLE t (a inet PRIMARY KEY, b macaddr UNIQUE, c cidr UNIQUE, d bit(16) UNIQUE, e money UNIQUE, f bytea UNIQUE,"
           " g interval UNIQUE, h int4range UNIQUE, i jsonb UNIQUE, j tsvector UNIQUE, k time UNIQUE, l uuid UNIQUE)", {"t": 100}),
    Attack("ranges and arrays, UNIQUE", POSTGRES,
           f"{A} CREATE TABLE t (a int4range PRIMARY KEY, b daterange UNIQUE, c tstzrange UNIQUE, d tsrange UNIQUE, e numrange UNIQUE,"
           " f integer[] UNIQUE, g text[] UNIQUE, h boolean[] UNIQUE, i uuid[] UNIQUE, o integer NOT NULL REFERENCES a (id), r interval,"
           " UNIQUE (o, r))", {"a": 5, "t": 300}),
    Attack("a SET that is UNIQUE", MARIADB,
           "CREATE TABLE t (s set('a', 'b', 'c', 'd') PRIMARY KEY)", {"t": 60}, {"t": 16}),
)  # fmt: skip

ATTACKS = (
    *DOMAINS_FIRST, *FOREIGN_KEYS, *CHILDREN_BY_ORDINAL, *SELF, *OWN_CHILD, *TENANTS, *UNIQUES, *CHECKS, *EXCLUDED, *VALUES,
)  # fmt: skip


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    found = Servers()
    with found.open:
        yield found


def tried(engine: Name, attack: Attack) -> Any:
    marks = [pytest.mark.engines] if engine in SERVERS else []
    if attack.not_yet:
        marks.append(pytest.mark.xfail(strict=True, reason=attack.not_yet))
    return pytest.param(engine, attack, id=f"{engine}-{attack.name}", marks=marks)


@pytest.mark.parametrize("engine, attack", [tried(e, attack) for attack in ATTACKS for e in attack.engines])
def test_an_attack_is_held(engine: Name, attack: Attack, servers: Servers) -> None:
    ddl = attack.ddl.replace("COLLATE NOCASE", "") if engine == "mariadb" else attack.ddl
    if " KIND " in ddl:  # an ENUM is a type of its own, or written in place
        made = "CREATE TYPE kind AS ENUM ('P', 'Q', 'R');" if engine == "postgres" else ""
        ddl = made + ddl.replace(" KIND ", " kind " if engine == "postgres" else " enum ('P', 'Q', 'R') ")
    ddl = ddl.replace("LEAST(", "min(").replace("GREATEST(", "max(") if engine == "sqlite" else ddl
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect=engine), attack.asked)
    broken = sg.check(plan).broken
    verdict = "; ".join(f"{f.table}: {f.text}" for f in broken)
    if not broken:
        tables = load(ddl, plan, engine, servers.connection(engine))
        sizes = {key: table.num_rows for key, table in tables.items()}
        verdict = ", ".join(f"{key} {size}" for key, size in sizes.items())
    print(f"{engine:9} {attack.name:45} {'refused' if broken else 'holds'}: {verdict}")
    assert not broken, verdict
    expected = {key: attack.rows.get(key, attack.asked.get(key, attack.asked.get("*"))) for key in sizes}
    assert sizes == expected
    assert attack.also(tables)


@pytest.mark.parametrize(
    "ddl, words",
    [
        ("CREATE TABLE t (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES t (id), CHECK (parent <> id))", "lone row"),
        ("CREATE TABLE t (a integer NOT NULL CHECK (a > 5 AND a < 3))", "no value of a"),
        ("CREATE TABLE a (k varchar(3) PRIMARY KEY CHECK (k IN ('x', 'y')));"
         "CREATE TABLE t (k varchar(3) NOT NULL CHECK (k IN ('z')) REFERENCES a (k))", "no value of k"),
        ("CREATE TABLE t (n integer) PARTITION BY HASH (n); CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
         "not every remainder"),
        ("CREATE TABLE t (n integer) PARTITION BY LIST (n); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1) PARTITION BY LIST (n)",
         "no row finds a partition"),
        ("CREATE TABLE t (id integer PRIMARY KEY CHECK (id BETWEEN 1 AND 5), x integer NOT NULL CHECK (x > 2), CHECK (x < id - 4))", "x"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_its_reason(ddl: str, words: str) -> None:
    """No row at all can be made of these."""
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 1)
    texts = [finding.text for finding in sg.check(plan).broken]
    print("refused:", "; ".join(texts))
    assert any(words in text for text in texts), texts
