"""What a DDL text that can't be used is answered with: one line, the place, a way out. And what is only noted."""

from __future__ import annotations

import time

import pytest

from synthgen_nb.ddl import detect_dialect, parse_ddl, splitter
from synthgen_nb.ddl.inserts import MAX_REFERENCE_ROWS
from synthgen_nb.errors import DDLError

# (name, dialect, text, line, column, what the message says)
ERRORS = [
    ("empty text", "postgres", "  \n\t", 0, 0, "empty"),
    ("only comments", "postgres", "-- nothing\n/* here */", 0, 0, "no CREATE TABLE"),
    ("no table", "postgres", "\n SELECT 1;", 2, 2, "no CREATE TABLE"),
    ("junk", "postgres", "once upon a time; there was", 1, 1, "no CREATE TABLE"),
    ("unknown dialect", "cobol", "CREATE TABLE t (a int)", 0, 0, "unknown dialect 'cobol'"),
    ("unknown type", "postgres", "CREATE TABLE t (\n  a integr)", 2, 5, "did you mean 'integer'"),
    ("a type of another dialect", "postgres", "CREATE TABLE t (a longblob)", 1, 19, "a type of mysql"),
    ("unknown type in an array", "duckdb", "CREATE TABLE t (a nope[])", 1, 19, "unknown type 'nope'"),
    ("table twice", "postgres", "CREATE TABLE t (a int);\nCREATE TABLE T (b int);", 2, 14, "created twice"),
    ("column twice", "sqlite", "CREATE TABLE t (a int,\n A int)", 2, 2, "column 'A' twice"),
    (
        "two primary keys",
        "postgres",
        "CREATE TABLE t (a int PRIMARY KEY, b int PRIMARY KEY)",
        1,
        42,
        "two primary keys",
    ),
    (
        "foreign key to a missing column",
        "postgres",
        "CREATE TABLE p (code int);\nCREATE TABLE c (a int REFERENCES p (kode))",
        2,
        23,
        "no column 'kode' (did you mean 'code'?)",
    ),
    ("key on a missing column", "mysql", "CREATE TABLE t (a int,\n PRIMARY KEY (b))", 2, 15, "no column 'b'"),
    (
        "as many columns as the parent's",
        "postgres",
        "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE c (a int REFERENCES p)",
        1,
        74,
        "has 1 columns and refers to 2",
    ),
    ("open parenthesis", "postgres", "CREATE TABLE t (a int,\n b numeric(3;", 2, 11, "never closed"),
    ("closing parenthesis", "postgres", "CREATE TABLE t (a int));", 1, 23, "closes nothing"),
    ("open quote", "postgres", "CREATE TABLE t (\n a text DEFAULT 'x);\n", 2, 17, "string is never closed"),
    ("open comment", "mysql", "CREATE TABLE t (a int); /* and so on", 1, 25, "comment is never closed"),
    ("open dollar quote", "postgres", "SELECT 1;\n DO $x$ BEGIN;", 2, 5, "dollar quote is never closed"),
    ("two commas", "postgres", "CREATE TABLE t (a int,, b int)", 1, 23, "before this comma"),
    ("no body", "postgres", "CREATE TABLE t;", 1, 15, "expected ("),
    ("no type", "postgres", "CREATE TABLE t (a, b int)", 1, 18, "expected a type"),
    ("a number for a name", "postgres", "CREATE TABLE t (1 int)", 1, 17, "expected a column"),
    ("parent not in the text", "postgres", "CREATE TABLE t (a int) INHERITS (nobody)", 1, 34, "not in the text"),
    ("all dropped", "postgres", "CREATE TABLE t (a int); DROP TABLE t;", 1, 1, "dropped"),
    (
        "deep parentheses",
        "postgres",
        f"CREATE TABLE t (a int CHECK ({'(' * 600}a > 0{')' * 600}))",
        1,
        228,
        "deeper than 200",
    ),
    ("words without end", "mysql", "CREATE TABLE t (a int " + "b " * 1_002 + ")", 1, 23, "more than 1,000 words"),
    (
        "a name of several lines",
        "postgres",
        f'CREATE TABLE t (a "x\n{"y" * 500}")',
        1,
        19,
        "unknown type 'x yyy",
    ),
    ("domains in a ring", "postgres", "CREATE DOMAIN d AS d; CREATE TABLE t (a d)", 1, 20, "in a ring"),
]


@pytest.mark.parametrize("name, dialect, text, line, column, said", ERRORS, ids=[e[0] for e in ERRORS])
def test_a_text_that_cannot_be_used_is_refused_at_its_place(
    name: str, dialect: str, text: str, line: int, column: int, said: str
) -> None:
    with pytest.raises(DDLError) as caught:
        parse_ddl(text, dialect)
    error = caught.value
    assert said in str(error)
    assert (error.line, error.column) == (line, column)
    assert "\n" not in str(error)
    if line:
        assert error.source == text.split("\n")[line - 1]
        assert error.caret().splitlines()[1].endswith("^")


def test_the_caret_stands_under_the_place() -> None:
    with pytest.raises(DDLError) as caught:
        parse_ddl("CREATE TABLE t (\n  id int,\n  name strng\n)", "postgres")
    assert caught.value.caret() == "  name strng\n       ^"


def test_a_statement_over_the_limit_is_refused_at_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitter, "MAX_STATEMENT", 10_000)
    with pytest.raises(DDLError, match="more than 10,000 characters") as caught:
        parse_ddl("SELECT 1;\n SELECT " + "x " * 5_000)
    assert (caught.value.line, caught.value.column) == (2, 2)


@pytest.mark.parametrize(
    "junk",
    ["lorem ipsum dolor " * 600_000, "(" * 10_000_000, "CREATE TABLE t (" * 600_000, "';\n" * 3_000_000],
    ids=["words", "parentheses", "tables in tables", "quotes"],
)
def test_ten_megabytes_of_junk_fail_in_seconds_with_one_line(junk: str) -> None:
    start = time.process_time()
    with pytest.raises(DDLError) as caught:
        parse_ddl(junk)
    assert time.process_time() - start < 15
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


def notes(text: str, dialect: str = "postgres") -> list[tuple[str, int, int]]:
    return [(n.code, n.line, n.column) for n in parse_ddl(text, dialect).notes]


def test_what_is_not_understood_is_noted_with_its_place() -> None:
    text = "CREATE TABLE t (a int GRUMBLE 5 NOT NULL);\n FROBNICATE t;\nALTER TABLE t ADD WIBBLE CHECK(;"
    with pytest.raises(DDLError, match="never closed"):
        parse_ddl(text, "postgres")
    assert notes(text.replace("CHECK(", "")) == [
        ("not_understood", 1, 23),
        ("not_understood", 2, 2),
        ("not_understood", 3, 1),
    ]


def test_a_prefix_that_is_no_length_is_noted() -> None:
    assert notes("CREATE TABLE t (a text, UNIQUE (a(2.5)))", "mysql") == [("not_understood", 1, 25)]


def test_what_is_not_about_tables_needs_no_note() -> None:
    text = """CREATE TABLE t (a int);
    SET client_encoding = 'UTF8'; GRANT ALL ON t TO me; CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT * FROM t;
    CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql; ANALYZE t; SELECT setval('s', 1);
    CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t OWNER TO me;
    CREATE SEQUENCE s; ALTER TABLE s OWNER TO me; COMMENT ON FUNCTION f() IS 'x'; ALTER VIEW v OWNER TO me;"""
    assert notes(text) == []


def test_a_foreign_key_to_a_table_elsewhere_is_a_plain_column_with_a_note() -> None:
    text = "CREATE TABLE t (a int REFERENCES elsewhere (id))"
    schema = parse_ddl(text, "postgres")
    assert schema.tables["t"].foreign_keys == ()
    assert [n.code for n in schema.notes] == ["missing_parent"]
    with pytest.raises(DDLError, match="'elsewhere' is not in the text"):
        parse_ddl(text, "postgres", strict=True)


def test_a_statement_about_an_unknown_table_is_noted() -> None:
    assert notes("CREATE TABLE t (a int);\nALTER TABLE u ADD PRIMARY KEY (a);\nCREATE UNIQUE INDEX i ON u (a);") == [
        ("not_understood", 2, 13),
        ("not_understood", 3, 21),
    ]


def test_a_table_made_by_a_query_is_noted() -> None:
    assert notes("CREATE TABLE t (a int);\nCREATE TABLE u AS SELECT * FROM t;") == [("not_understood", 2, 16)]


def test_more_rows_than_reference_data_has_are_dropped_with_a_note() -> None:
    values = ", ".join(f"({n})" for n in range(MAX_REFERENCE_ROWS))
    few = parse_ddl(f"CREATE TABLE t (a int); INSERT INTO t VALUES {values};", "postgres")
    assert len(few.tables["t"].rows) == MAX_REFERENCE_ROWS
    many = parse_ddl(
        f"CREATE TABLE t (a int);\nINSERT INTO t VALUES {values};\nINSERT INTO t VALUES (5000);", "postgres"
    )
    assert many.tables["t"].rows == ()
    assert [(n.code, n.line) for n in many.notes] == [("rows_dropped", 3)]


@pytest.mark.parametrize(
    "insert, why",
    [
        ("INSERT INTO t (b) VALUES (1)", "not given"),
        ("INSERT INTO t VALUES (NULL, 1)", "NOT NULL"),
        ("INSERT INTO t VALUES (1, now())", "computed by the server"),
        ("INSERT INTO t SELECT 1, 2", "come from a query"),
        ("INSERT INTO t VALUES (1)", "1 values for 2 columns"),
        ("INSERT INTO t VALUES (1, 2), (1, 3)", "the same (a)"),
        ("INSERT INTO t VALUES (1, 'two')", "'two' is not read as a value of b"),
        ("INSERT INTO t VALUES (1, 2); UPDATE t SET b = 3", "an UPDATE changes them"),
    ],
)
def test_rows_that_cannot_be_completed_are_dropped_with_the_reason(insert: str, why: str) -> None:
    schema = parse_ddl(f"CREATE TABLE t (a int PRIMARY KEY, b int);\n{insert};", "postgres")
    assert schema.tables["t"].rows == ()
    assert [why in n.text for n in schema.notes] == [True]


@pytest.mark.parametrize(
    "dialect, type_, value",
    [
        ("mysql", "datetime", "0000-00-00 00:00:00"),
        ("postgres", "timestamptz", "-infinity"),
        ("postgres", "numeric", "NaN"),
        ("tsql", "datetime", "Jan 1 1900"),
        ("sqlite", "INTEGER", "many"),
        ("duckdb", "time", "noon"),
    ],
)
def test_rows_with_a_value_that_is_none_of_its_type_are_dropped(dialect: str, type_: str, value: str) -> None:
    schema = parse_ddl(f"CREATE TABLE t (a int, b {type_}); INSERT INTO t VALUES (1, '{value}');", dialect)
    assert schema.tables["t"].rows == ()
    assert [n.code for n in schema.notes] == ["rows_dropped"]


def test_rows_that_point_to_dropped_rows_are_dropped_too() -> None:
    schema = parse_ddl(
        """CREATE TABLE a (id int PRIMARY KEY, at timestamp NOT NULL);
        CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);
        CREATE TABLE c (id int PRIMARY KEY, b_id int REFERENCES b);
        INSERT INTO a VALUES (1, now()); INSERT INTO b VALUES (1, 1); INSERT INTO c VALUES (1, 1), (2, NULL);""",
        "postgres",
    )
    assert [len(t.rows) for t in schema.tables.values()] == [0, 0, 0]


@pytest.mark.parametrize(
    "text, dialect",
    [
        ("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB", "mysql"),
        ("-- MariaDB dump 10.19\nCREATE TABLE `t` (`id` int(11))", "mariadb"),
        ("CREATE TABLE t (id SERIAL, doc jsonb DEFAULT '{}'::jsonb)", "postgres"),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)", "sqlite"),
        ("CREATE TABLE t (id TEXT PRIMARY KEY) WITHOUT ROWID", "sqlite"),
        ("CREATE TABLE [dbo].[t] ([id] [int] IDENTITY(1,1))\nGO\n", "tsql"),
        ("CREATE TABLE t (id NUMBER(10), name VARCHAR2(20))", "oracle"),
        ("CREATE TABLE t (id UBIGINT, s STRUCT(a INTEGER))", "duckdb"),
        ("CREATE TABLE t (id integer PRIMARY KEY)", "postgres"),
        ("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (m mood)", "postgres"),
        ("CREATE TABLE t (m ENUM ('sad', 'ok'))", "mysql"),
        ("-- the sqlite tables\nCREATE TABLE t (id integer PRIMARY KEY)", "sqlite"),
        ("-- of `mysql`: AUTO_INCREMENT, ENGINE=x\nCREATE TABLE t (id serial, a text DEFAULT 'ENGINE=a')", "postgres"),
    ],
)
def test_the_dialect_is_told_from_what_only_it_writes(text: str, dialect: str) -> None:
    assert detect_dialect(text) == dialect
    assert parse_ddl(text).dialect == dialect


@pytest.mark.parametrize(
    "file, text, dialect",
    [
        ("shop_sqlite.sql", "CREATE TABLE t (id INT UNSIGNED AUTO_INCREMENT UNIQUE, b MEDIUMBLOB)", "sqlite"),
        ("dir/shop.mariadb.sql", "CREATE TABLE t (id int)", "mariadb"),
        (
            "sqlite.sql",
            "/*!40101 SET x=1 */;\nCREATE TABLE `t` (id int AUTO_INCREMENT) ENGINE=InnoDB",
            "mysql",
        ),
        ("duckdbs.sql", "CREATE TABLE t (id int)", "postgres"),
    ],
)
def test_the_name_of_a_file_tells_its_dialect_where_the_text_does_not_say_otherwise(
    file: str, text: str, dialect: str
) -> None:
    assert detect_dialect(text, file) == dialect
