"""A schema's own function of one expression is read, met and checked as that expression; any other stays a call."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.engines.urls import target

from .databases import scratch, server, talking, url_of

FUNCTIONS = r"""
CREATE SCHEMA app;
CREATE OR REPLACE FUNCTION is_even(i integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT i % 2 = 0 -- so
$$;
CREATE FUNCTION app.is_code(v text, most int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT
    AS $$ BEGIN RETURN v ~ '^[A-Z]+$' AND length(v) <= most; END; $$;
CREATE FUNCTION half(numeric) RETURNS numeric IMMUTABLE RETURN $1 / 2;
CREATE FUNCTION is_nice(x integer) RETURNS boolean LANGUAGE sql AS 'SELECT is_even(x) AND x > 10;';
CREATE FUNCTION both_given(a text, b text) RETURNS boolean STRICT LANGUAGE sql AS 'SELECT a <> b';
CREATE FUNCTION is_busy(x integer) RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT 1 FROM t WHERE id = x)';
CREATE FUNCTION for_ever(x integer) RETURNS integer LANGUAGE sql AS 'SELECT for_ever(x) + for_ever(x)';
CREATE FUNCTION either(x integer) RETURNS boolean LANGUAGE sql AS 'SELECT x > 1';
CREATE FUNCTION either(x text) RETURNS boolean LANGUAGE sql AS 'SELECT x > $$a$$';
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := 1; RETURN NEW; END $$;
"""
PLAIN = """
CREATE DOMAIN even AS int CHECK (is_even(VALUE));
CREATE FUNCTION folded(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
CREATE TABLE t (
    id int PRIMARY KEY, a int NOT NULL CHECK (is_even(a)), n smallint CHECK (public.is_nice(n)), e even,
    c varchar(8) NOT NULL CHECK (app.is_code(c, 5)), h numeric(10,2) GENERATED ALWAYS AS (half(a)) STORED,
    u text NOT NULL
);
CREATE UNIQUE INDEX ON t (folded(u));
"""


def check_of(condition: str, columns: str = "a int, b smallint, s varchar(9), w char(5)") -> str:
    schema = sg.parse_ddl(f"{FUNCTIONS} CREATE TABLE t (id int, {columns}, CHECK ({condition}));", "postgres")
    assert schema.notes == ()
    return schema.tables["t"].checks[0].sql


@pytest.mark.parametrize(
    "call, expression",
    [
        ("is_even(a)", "(a % 2 = 0)"),
        ("b IS NULL OR public.is_nice(b)", "b IS NULL OR ((b % 2 = 0) AND b > 10)"),
        ("app.is_code(s, 5)", "(s ~ '^[A-Z]+$' AND LENGTH(s) <= 5)"),
        ("half(a) > 1", "(CAST(a AS DECIMAL) / 2) > 1"),
        ("is_even(a + 1)", "(CAST(a + 1 AS INT) % 2 = 0)"),
        ("app.is_code(w, 5)", "(CAST(w AS TEXT) ~ '^[A-Z]+$' AND LENGTH(CAST(w AS TEXT)) <= 5)"),
        ("both_given(s, 'x')", "(s <> 'x')"),
        ("both_given(s, lower(s))",
         "(CASE WHEN NOT s IS NULL AND NOT CAST(LOWER(s) AS TEXT) IS NULL THEN (s <> CAST(LOWER(s) AS TEXT)) END)"),
    ],
)  # fmt: skip
def test_a_call_is_read_as_the_expression_of_the_function(call: str, expression: str) -> None:
    assert check_of(call) == expression


@pytest.mark.parametrize("call", ["is_busy(a)", "for_ever(a) > 1", "either(a)", "unknown(a)", "is_even(a, b)"])
def test_what_is_no_single_expression_stays_a_call(call: str) -> None:
    began = time.perf_counter()
    assert check_of(call) == call
    assert time.perf_counter() - began < 2


def test_values_meet_the_functions_of_a_schema(tmp_path: Path) -> None:
    schema = sg.parse_ddl(FUNCTIONS + PLAIN, "postgres")
    dataset = sg.generate(sg.draft_plan(schema, 200), sg.Store(tmp_path), "t")
    assert dataset.report is not None
    assert (dataset.report.broken, dataset.report.unverified) == ((), ())
    rows = dataset["t"]
    assert (rows["a"] % 2 == 0).all()
    assert rows["c"].str.contains(r"^[A-Z]{1,5}$").all()


@pytest.mark.engines
def test_the_server_takes_the_rows_with_the_functions_themselves(tmp_path: Path) -> None:
    at = server("postgres")
    with scratch(at) as name, talking(target(at), name) as run:
        run("SET check_function_bodies = off;" + FUNCTIONS + PLAIN)
        url = url_of(target(at), name)
        schema = sg.read_database(url)
        assert [c.sql for c in schema.tables["t"].checks] == [
            "(a % 2 = 0)",
            "((n % 2 = 0) AND n > 10)",
            "(c ~ '^[A-Z]+$' AND LENGTH(c) <= 5)",
        ]
        dataset = sg.generate(sg.draft_plan(schema, 200), sg.Store(tmp_path), "t")
        assert sg.load(dataset, url).tables == {"t": 200}
    assert sg.prove(dataset, at).holds
