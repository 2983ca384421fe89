"""Laws of reading DDL: whatever the text, only our own errors; whatever the cut of its lines, the same statements."""

from __future__ import annotations

import contextlib
import io
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgen_nb.ddl import parse_ddl, render
from synthgen_nb.ddl.dialects import DIALECTS
from synthgen_nb.ddl.expressions import parse_expression, row_checks
from synthgen_nb.ddl.splitter import split
from synthgen_nb.errors import DDLError

FILES = {p.stem: p.read_text(encoding="utf-8") for p in sorted((Path(__file__).parent / "ddl").glob("*.sql"))}
PIECES = st.sampled_from(
    ["(", ")", ",", ";", "'", '"', "`", "[", "$$", "--", "/*", "*/", "\n", "NOT", "KEY", "::", "CHECK", " "]
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_damaged_text_raises_only_our_own_errors(name: str, data: st.DataObject) -> None:
    text = FILES[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(len(text), start + 40)))
        text = text[:start] + data.draw(PIECES) + text[stop:]
    try:
        schema = parse_ddl(text, name.split("_")[0])
    except DDLError:
        return
    render(schema)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "CREATE",
                "TABLE",
                "ALTER",
                "ADD",
                "DROP",
                "t",
                "a",
                "int",
                "(",
                ")",
                ",",
                ";",
                "'",
                "PRIMARY",
                "KEY",
                "UNIQUE",
                "REFERENCES",
                "CHECK",
                "AS",
            ]
        )
    ),
    st.sampled_from(sorted(DIALECTS)),
)
def test_any_words_raise_only_our_own_errors(words: list[str], dialect: str) -> None:
    with contextlib.suppress(DDLError):
        parse_ddl("CREATE TABLE t (a int); " + " ".join(words), dialect)


@pytest.mark.parametrize("name", sorted(n for n in FILES if "RENAME" not in FILES[n] and "CHANGE" not in FILES[n]))
def test_every_place_of_a_column_shows_its_name_in_the_text(name: str) -> None:
    lines = FILES[name].split("\n")
    for table in parse_ddl(FILES[name], name.split("_")[0]).tables.values():
        for column in table.columns:
            assert column.place is not None
            there = lines[column.place.line - 1][column.place.column - 1 :].lower()
            assert there.lstrip("\"`['").startswith(column.name.lower()[:3]) or there.startswith("like")


@given(st.lists(st.sampled_from(["SELECT 1", "a 'b;c' d", 'x "y;" z', "-- c;\nq", "/* ; */ r", "$t$;$t$"]), max_size=6))
def test_a_statement_ends_only_at_a_delimiter_outside_quotes_and_comments(statements: list[str]) -> None:
    text = ";\n".join(statements) + ";"
    assert len(list(split(io.StringIO(text), "postgres"))) == len(statements)


def test_the_splitter_reads_lines_as_they_come() -> None:
    def endless() -> io.StringIO:
        yield "CREATE TABLE t (\n"
        yield "a int);\n"
        raise AssertionError("read on before the first statement was asked for")

    first = next(iter(split(endless(), "postgres")))
    assert (first.text, first.line, first.column) == ("CREATE TABLE t (\na int)", 1, 1)


def test_copy_data_is_kept_for_small_tables_and_streamed_past_for_large_ones() -> None:
    lines = ["COPY t (a) FROM stdin;\n", *(f"{n}\n" for n in range(5_000)), "\\.\n", "SELECT 1;\n"]
    copy, select = split(lines, "postgres")
    assert (len(copy.data), copy.more) == (1_001, 3_999)
    assert (select.text, select.line) == ("SELECT 1", 5_003)


def test_three_hundred_tables_are_read_in_about_a_second() -> None:
    columns = ",\n".join(f"  c{n} varchar(20) NOT NULL DEFAULT 'x' CHECK (c{n} <> '')" for n in range(20))
    text = "\n".join(
        f"CREATE TABLE t{n} (\n  id serial PRIMARY KEY,\n  up integer REFERENCES t{max(0, n - 1)},\n{columns}\n);"
        for n in range(300)
    )
    start = time.process_time()
    schema = parse_ddl(text, "postgres")
    assert time.process_time() - start < 6  # about one on an idle machine
    assert len(schema.tables) == 300


def test_reading_takes_time_in_proportion_to_the_text() -> None:
    def seconds(tables: int) -> float:
        text = "\n".join(
            f"CREATE TABLE t{n} (id int PRIMARY KEY, a text); ALTER TABLE t{n} ADD b int;" for n in range(tables)
        )
        start = time.process_time()
        parse_ddl(text, "postgres")
        return time.process_time() - start

    seconds(50)
    assert seconds(1_600) < 12 * seconds(400) + 0.5  # four times the text; sixteen would be quadratic


def test_row_checks_are_own_inherited_and_of_domains() -> None:
    schema = parse_ddl(
        """CREATE DOMAIN positive AS int CHECK (VALUE > 0) CHECK (VALUE < 100);
        CREATE TABLE base (n positive, m int CHECK (m <> n));
        CREATE TABLE sub ("odd name" positive, CHECK (m > 5)) INHERITS (base);
        CREATE TABLE off (a int);""",
        "postgres",
    )
    found = [(c.sql, c.columns) for c in row_checks(schema, schema.tables["sub"])]
    assert found == [
        ("m > 5", ("m",)),
        ("m <> n", ("n", "m")),
        ("n > 0", ("n",)),
        ("n < 100", ("n",)),
        ('"odd name" > 0', ("odd name",)),
        ('"odd name" < 100', ("odd name",)),
    ]


def test_a_check_that_is_not_enforced_is_no_row_check() -> None:
    schema = parse_ddl("CREATE TABLE t (a int CHECK (a > 0) NOT ENFORCED, b int, CHECK (b > a))", "mysql")
    assert [c.sql for c in row_checks(schema, schema.tables["t"])] == ["b > a"]


@pytest.mark.parametrize("sql", ["a >", "1; DROP TABLE t", "a FROM t", "a, b", "(" * 500 + "a" + ")" * 500, ""])
def test_what_is_not_one_expression_is_refused(sql: str) -> None:
    with pytest.raises(DDLError):
        parse_expression(sql, "postgres")


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_a_condition_is_read_in_every_dialect(dialect: str) -> None:
    assert (
        parse_expression("price * 2 > 10 AND kind IN ('a', 'b')", dialect).sql()
        == "price * 2 > 10 AND kind IN ('a', 'b')"
    )
