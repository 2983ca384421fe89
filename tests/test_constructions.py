"""Each kind of constraint, made by construction and taken by a real engine with everything on."""

from __future__ import annotations

from collections import Counter

import pytest

import synthgen_nb as sg

from .engines import load, made
from .worlds import drawn

CASES = {
    "a self reference": ("CREATE TABLE t (id integer PRIMARY KEY, parent integer REFERENCES t (id), name varchar(40))", 300, 300),
    "a self reference that must be set": (
        "CREATE TABLE t (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES t (id))", 200, 200),
    "a self reference that is unique": (
        "CREATE TABLE t (id integer PRIMARY KEY, previous integer UNIQUE REFERENCES t (id))", 200, 200),
    "a self reference that must be set, to another row": (
        "CREATE TABLE t (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES t (id), CHECK (parent <> id))", 200, 200),
    "friends that are two": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE t (a integer REFERENCES a (id), b integer REFERENCES a (id), PRIMARY KEY (a, b), CHECK (a <> b))",
        200, 200),
    "all friends of all": (
        "CREATE TABLE a (id integer PRIMARY KEY CHECK (id BETWEEN 1 AND 7)); CREATE TABLE t (a integer REFERENCES a (id), b integer REFERENCES a (id), PRIMARY KEY (a, b), CHECK (b != a))",
        100, 42),
    "a sender and a receiver": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE t (id integer PRIMARY KEY, s integer NOT NULL REFERENCES a (id), r integer REFERENCES a (id), CHECK (s <> r))",
        300, 300),
    "columns that differ": ("CREATE TABLE t (a integer CHECK (a BETWEEN 1 AND 3), b integer CHECK (b BETWEEN 1 AND 3), CHECK (a <> b))", 100, 100),
    "text by pattern": (
        "CREATE TABLE t (code varchar(12) PRIMARY KEY CHECK (code LIKE 'AB-%'), email varchar(60) CHECK (email LIKE '%@%.%'), zip char(5) CHECK (zip LIKE '_____'))", 300, 300),
    "positions among siblings": (
        "CREATE TABLE t (id integer PRIMARY KEY, parent integer REFERENCES t (id), position integer NOT NULL, UNIQUE (parent, position))",
        300, 300),
    "a junction": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY);"
        "CREATE TABLE t (a integer REFERENCES a (id), b integer REFERENCES b (id), PRIMARY KEY (a, b))", 200, 200),
    "a junction that is full": (
        "CREATE TABLE a (id integer PRIMARY KEY CHECK (id BETWEEN 1 AND 8)); CREATE TABLE b (id integer PRIMARY KEY CHECK (id BETWEEN 1 AND 5));"
        "CREATE TABLE t (a integer REFERENCES a (id), b integer REFERENCES b (id), PRIMARY KEY (a, b))", 100, 40),
    "a junction with a kind": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY);"
        "CREATE TABLE t (a integer NOT NULL REFERENCES a (id), b integer NOT NULL REFERENCES b (id),"
        " kind varchar(9) NOT NULL CHECK (kind IN ('read', 'write')), PRIMARY KEY (a, b, kind))", 200, 200),
    "a ring of keys": (
        "CREATE TABLE t (id integer PRIMARY KEY REFERENCES b (id)); CREATE TABLE b (id integer PRIMARY KEY REFERENCES t (id))", 80, 80),
    "an order inside a UNIQUE": ("CREATE TABLE t (low integer, high integer, UNIQUE (low, high), CHECK (low <= high))", 200, 200),
    "overlapping UNIQUEs of keys": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY); CREATE TABLE c (id integer PRIMARY KEY);"
        "CREATE TABLE t (a integer NOT NULL REFERENCES a (id), b integer NOT NULL REFERENCES b (id), c integer NOT NULL REFERENCES c (id), UNIQUE (a, b), UNIQUE (b, c))",
        100, 100),
    "text without blanks": ("CREATE TABLE t (email varchar(60) NOT NULL CHECK (email NOT LIKE '% %'), score integer CHECK (score IS NOT NULL))", 300, 300),
    "a unique computed column": (
        "CREATE TABLE t (id integer PRIMARY KEY, name varchar(30) NOT NULL, slug varchar(30) GENERATED ALWAYS AS (lower(name))); CREATE UNIQUE INDEX u ON t (slug)",
        300, 300),
    "documents": ("CREATE TABLE t (doc text NOT NULL CHECK (json_valid(doc)))", 100, 100),
    "a sum that a CHECK asks for": (
        "CREATE TABLE t (net integer NOT NULL CHECK (net > 0), tax integer NOT NULL, gross integer NOT NULL, CHECK (gross = net + tax), CHECK (gross < 500))",
        300, 300),
    "at most one default": (
        "CREATE TABLE a (id integer PRIMARY KEY CHECK (id < 11)); CREATE TABLE t (a integer NOT NULL REFERENCES a (id), is_default boolean NOT NULL);"
        "CREATE UNIQUE INDEX u ON t (a) WHERE is_default", 300, 300),
    "one to one, for some": (
        "CREATE TABLE a (id integer PRIMARY KEY CHECK (id < 11)); CREATE TABLE t (id integer PRIMARY KEY, a integer UNIQUE REFERENCES a (id), k varchar(3) UNIQUE CHECK (k IN ('x', 'y')))",
        100, 100),
    "line numbers": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE t (a integer REFERENCES a (id), line integer, qty integer CHECK (qty > 0), PRIMARY KEY (a, line))",
        500, 500),
    "a name within its parent": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE t (a integer NOT NULL REFERENCES a (id), name varchar(30) NOT NULL, PRIMARY KEY (a, name))",
        500, 500),
    "one to one": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL UNIQUE REFERENCES a (id))", 150, 150),
    "a key that is a foreign key": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE t (id integer PRIMARY KEY REFERENCES a (id), note text)", 150, 150),
    "a chain of keys that are foreign keys": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY REFERENCES a (id));"
        "CREATE TABLE t (id integer PRIMARY KEY REFERENCES b (id), other integer REFERENCES b (id))", 150, 150),
    "a composite foreign key": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (a integer REFERENCES a (id), n integer, PRIMARY KEY (a, n));"
        "CREATE TABLE t (id integer PRIMARY KEY, a integer, n integer, FOREIGN KEY (a, n) REFERENCES b (a, n))", 300, 300),
    "a composite foreign key and its parts": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (a integer REFERENCES a (id), n integer, PRIMARY KEY (a, n));"
        "CREATE TABLE t (id integer PRIMARY KEY, a integer REFERENCES a (id), n integer, FOREIGN KEY (a, n) REFERENCES b (a, n))", 300, 300),
    "grandchildren of a junction": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (a integer REFERENCES a (id), n integer, PRIMARY KEY (a, n));"
        "CREATE TABLE t (a integer, n integer, step integer, PRIMARY KEY (a, n, step), FOREIGN KEY (a, n) REFERENCES b (a, n))", 400, 400),
    "unique text": ("CREATE TABLE t (id integer PRIMARY KEY, email varchar(60) NOT NULL UNIQUE, code varchar(8) UNIQUE, name text UNIQUE)", 1000, 1000),
    "short unique text": ("CREATE TABLE t (code char(2) PRIMARY KEY, label varchar(3) UNIQUE)", 500, 500),
    "unique dates and numbers": (
        "CREATE TABLE t (day date PRIMARY KEY, moment timestamp UNIQUE, price decimal(8, 2) UNIQUE, ratio double UNIQUE)", 800, 800),
    "a unique pair of small sets": (
        "CREATE TABLE t (x integer CHECK (x IN (1, 2, 3)), y varchar(5) CHECK (y IN ('a', 'b')), UNIQUE (x, y))", 100, 6),
    "a small key": ("CREATE TABLE t (id integer PRIMARY KEY CHECK (id BETWEEN 5 AND 20))", 100, 16),
    "ranges": (
        "CREATE TABLE t (a integer CHECK (a > 5 AND a <= 9), b decimal(6, 2) CHECK (b >= 0.05 AND b < 1), c date CHECK (c BETWEEN '2020-01-01' AND '2020-03-01'),"
        " d double CHECK (d BETWEEN -1 AND 1), e integer CHECK (e <> 0), f varchar(9) CHECK (length(f) >= 4))", 300, 300),
    "columns in order": (
        "CREATE TABLE t (a date, b date, c date, low integer, high integer, CHECK (a <= b), CHECK (c > b), CHECK (low < high), CHECK (high < 50))", 400, 400),
    "a choice of conditions": (
        "CREATE TABLE t (kind varchar(10) CHECK (kind = 'x' OR kind = 'y'), a integer, b integer, CHECK (a % 2 = 0 OR b > 50))", 400, 400),
    "NULL or a condition": ("CREATE TABLE t (a integer CHECK (a IS NULL OR a > 100), b varchar(5) CHECK (b IS NULL OR b IN ('p', 'q')))", 300, 300),
    "exactly one of two parents": (
        "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY); CREATE TABLE t (id integer PRIMARY KEY,"
        " a integer REFERENCES a (id), b integer REFERENCES b (id), CHECK ((a IS NULL) <> (b IS NULL)))", 300, 300),
    "exactly one of three values": (
        "CREATE TABLE t (a integer, b integer, c integer, CHECK (CASE WHEN a IS NULL THEN 0 ELSE 1 END + CASE WHEN b IS NULL THEN 0 ELSE 1 END + CASE WHEN c IS NULL THEN 0 ELSE 1 END = 1))",
        300, 300),
    "a condition on a computed column": (
        "CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, c integer GENERATED ALWAYS AS (a + b), CHECK (c < 300))", 300, 300),
    "sums that must hold": ("CREATE TABLE t (net integer CHECK (net > 0), tax integer CHECK (tax > 0), CHECK (net + tax < 400))", 300, 300),
}  # fmt: skip


NOT_IN_DUCKDB = {
    "at most one default",
    "a ring of keys",
    "a unique computed column",
    "a condition on a computed column",
    "a self reference that must be set",
    "a self reference that must be set, to another row",
}  # no row of a statement may refer to itself there


@pytest.mark.parametrize(
    "case, engine", [(c, e) for c in CASES for e in ("duckdb", "sqlite") if e != "duckdb" or c not in NOT_IN_DUCKDB]
)
def test_a_real_engine_takes_every_row(case: str, engine: str) -> None:
    ddl, asked, expected = CASES[case]
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect=engine), asked)
    assert sg.check(plan).broken == ()
    assert load(ddl, plan, engine)["t"].num_rows == expected


def test_a_cycle_of_tables_is_no_trouble() -> None:
    ddl = (
        "CREATE TABLE staff (id integer PRIMARY KEY, store integer NOT NULL REFERENCES store (id));"
        "CREATE TABLE store (id integer PRIMARY KEY, manager integer NOT NULL UNIQUE REFERENCES staff (id));"
    )
    load(ddl, sg.draft_plan(sg.parse_ddl(ddl, dialect="sqlite"), 200), "sqlite")


def test_a_table_smaller_than_asked_says_why() -> None:
    ddl, asked, expected = CASES["a junction that is full"]
    table = sg.draft_plan(sg.parse_ddl(ddl, dialect="duckdb"), asked).tables["t"]
    assert (table.asked, table.rows, table.capacity) == (100, expected, expected)
    assert "8 x 5" in table.why


def test_children_are_spread_unevenly_over_their_parents() -> None:
    ddl = CASES["line numbers"][0]
    tables = load(ddl, sg.draft_plan(sg.parse_ddl(ddl, dialect="duckdb"), {"a": 500, "t": 2000}), "duckdb")
    sizes = Counter(tables["t"].column("a").to_pylist())
    assert max(sizes.values()) >= 10
    assert sum(n == 1 for n in sizes.values()) > 50


def test_a_tree_has_roots_levels_and_no_cycle() -> None:
    ddl = CASES["a self reference"][0]
    rows = load(ddl, sg.draft_plan(sg.parse_ddl(ddl, dialect="duckdb"), 300), "duckdb")["t"].to_pylist()
    parent = {row["id"]: row["parent"] for row in rows}
    depth = Counter()
    for row in parent:
        steps, at = 0, row
        while parent[at] is not None:
            at, steps = parent[at], steps + 1
            assert steps < 10
        depth[steps] += 1
    assert len(depth) >= 3


@pytest.mark.parametrize(
    "ddl, words",
    [
        ("CREATE TABLE t (a integer NOT NULL CHECK (a > 5 AND a < 3))", "no value of a"),
        ("CREATE TABLE t (a integer PRIMARY KEY CHECK (a > 2147483647))", "no value"),
        ("CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, CHECK (a < b), CHECK (b < a))", "after 64 draws"),
        ("CREATE TABLE t (a varchar(2) NOT NULL CHECK (length(a) > 4))", "no value of a"),
    ],
)
def test_what_cannot_be_satisfied_is_said_before_any_row(ddl: str, words: str) -> None:
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), 100)
    report = sg.check(plan)
    assert any(words in finding.text for finding in report.broken), report.findings


def test_asking_for_no_rows_gives_no_rows() -> None:
    ddl = CASES["a junction"][0]
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="duckdb"), {"*": 10, "a": 0})
    assert {key: table.rows for key, table in plan.tables.items()} == {"a": 0, "b": 10, "t": 0}
    assert "which has no rows" in plan.tables["t"].why or "0" in plan.tables["t"].why


@pytest.mark.parametrize("rows, words", [({"nope": 3}, "no table"), (-1, "can't be made"), (10**15, "can't be made")])
def test_impossible_row_counts_are_refused(rows: dict[str, int] | int, words: str) -> None:
    schema = sg.parse_ddl("CREATE TABLE t (a integer)", dialect="postgres")
    with pytest.raises(sg.InputError, match=words):
        sg.draft_plan(schema, rows)


def test_rows_of_a_partition_are_asked_of_its_parent() -> None:
    ddl = (
        "CREATE TABLE m (id integer NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);"
        "CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');"
        "CREATE TABLE m2 PARTITION OF m FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');"
    )
    schema = sg.parse_ddl(ddl, dialect="postgres")
    plan = sg.draft_plan(schema, 200)
    assert list(plan.tables) == ["m"]
    days = made(plan)["m"].column("day").to_pylist()
    assert (str(min(days))[:7], str(max(days))[:7]) == ("2024-01", "2024-02")
    with pytest.raises(sg.InputError, match="its rows are those of m"):
        sg.draft_plan(schema, {"m1": 5})


def test_a_plan_goes_through_json_unchanged() -> None:
    ddl = ";".join(
        case[0].replace(" t (", f" t{n} (").replace("REFERENCES t ", f"REFERENCES t{n} ")
        for n, case in enumerate(CASES.values())
        if "TABLE a" not in case[0]
    )
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="duckdb"), 50)
    assert sg.plan_from_json(plan.to_json()) == plan


def test_a_computed_column_without_a_type_is_computed_in_sql_server_too() -> None:
    ddl = "CREATE TABLE t (a nvarchar(9) NOT NULL, n int NOT NULL, b AS (concat(a, N'-')) PERSISTED NOT NULL, c AS (n * 2))"
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="tsql"), 20)
    assert sg.check(plan).broken == ()
    rows = drawn(plan, [(0, 20)], "t").to_pylist()
    assert all(row["b"] == row["a"] + "-" and int(row["c"]) == row["n"] * 2 for row in rows)
