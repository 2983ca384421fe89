"""The sandbox: what SQL may say, and what a connection can do even if it said something else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen_nb.errors import InputError, StoreError, UnsafeSQLError
from synthgen_nb.sandbox import connect, guard_expression, guard_query, relation_names
from synthgen_nb.selecting import USUAL, select

TABLES = ("t", "Sales.orders", "c")

ALLOWED = [
    "SELECT 1",
    "FROM t",
    "VALUES (1), (2);",
    "SELECT * FROM sales.orders",
    'SELECT * FROM "Sales.orders"',
    "WITH r(a) AS MATERIALIZED (SELECT 1) SELECT DISTINCT ON (a) *, count(*) FILTER (WHERE a > 1) OVER (PARTITION BY a "
    "ORDER BY b DESC NULLS LAST ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM r x LEFT JOIN t USING (a) "
    "WHERE EXISTS (SELECT 1) AND a IN (SELECT 2) GROUP BY GROUPING SETS ((a), (b)) HAVING sum(b) > 1 "
    "QUALIFY row_number() OVER () = 1 ORDER BY ALL LIMIT 10 OFFSET 2",
    "WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
    "SELECT list_transform([1], x -> x + 1), CASE WHEN true THEN 1 END, '1'::INT, DATE '2020-01-01' + INTERVAL 1 DAY",
    "SELECT trim(both 'x' from a), substring(a from 1 for 2), a LIKE 'x' ESCAPE 'y', {'a': 1}.a, [1, 2][1:1] FROM t",
    "SELECT * FROM t PIVOT (sum(a) FOR b IN ('x', 'y'))",
    "SELECT * FROM range(5) r(i), unnest([1]) u(x), (VALUES (1, 2)) v(a, b), generate_series(1, 3)",
    "SELECT * FROM t TABLESAMPLE 10%",
    "SELECT a, (SELECT max(b) FROM c) FROM t UNION BY NAME SELECT * EXCLUDE (x) FROM c EXCEPT SELECT 1",
    "SELECT COLUMNS('a') FROM t",
]

REFUSED = [
    ("COPY (SELECT 1) TO 'x'", "only SELECT"),
    ("SELECT 1; SELECT 2", "one statement"),
    ("SELECT 1; DROP TABLE t", "only SELECT"),
    ("", "one statement"),
    ("PRAGMA version", "only SELECT"),
    ("SET threads = 1", "only SELECT"),
    ("ATTACH 'x'", "only SELECT"),
    ("INSTALL httpfs", "only SELECT"),
    ("LOAD httpfs", "only SELECT"),
    ("CALL pragma_version()", "only SELECT"),
    ("EXPORT DATABASE 'x'", "only SELECT"),
    ("CREATE TABLE x AS SELECT 1", "only SELECT"),
    ("INSERT INTO t VALUES (1)", "only SELECT"),
    ("EXPLAIN ANALYZE SELECT 1", "only SELECT"),
    ("WITH x AS (INSERT INTO t VALUES (1)) SELECT 1", "insert"),
    ("SELECT * FROM read_csv('/etc/passwd')", "read_csv"),
    ("SELECT * FROM parquet_scan('x')", "parquet_scan"),
    ("SELECT * FROM (SELECT * FROM read_text('x'))", "read_text"),
    ("SELECT (SELECT count(*) FROM read_blob('x'))", "read_blob"),
    ("SELECT * FROM glob('*')", "glob"),
    ("SELECT * FROM query('SELECT 1')", "query"),
    ("SELECT * FROM duckdb_settings()", "duckdb_settings"),
    ("SELECT * FROM 'x.parquet'", "not a table"),
    ("SELECT * FROM other", "not a table"),
    ("SELECT * FROM memory.main.t", "not a table"),
    ("SELECT * FROM information_schema.tables", "not a table"),
    ('WITH "x.csv" AS (SELECT 1) SELECT * FROM "x.csv"', "not a table"),
    ("SELECT * FROM t AT (TIMESTAMP => now())", "not a table"),
    ("SELECT current_setting('home_directory')", "current_setting"),
    ("SELECT getvariable('x')", "getvariable"),
    ("SELECT nextval('s')", "nextval"),
    ("SELECT sleep_ms(10000)", "sleep_ms"),
    ("SELECT json_execute_serialized_sql('x')", "json_execute"),
    ("SELECT write_log('x')", "write_log"),
    ("SELECT main.abs(1)", "abs"),
    ("SELECT $1", "parameter"),
    ("DESCRIBE t", "show ref"),
]


@pytest.fixture
def part(tmp_path):
    path = tmp_path / "part.parquet"
    pq.write_table(pa.table({"id": [1, 2, 3], "name": ["a", "b", None]}), path)
    return path


@pytest.mark.parametrize("query", ALLOWED)
def test_a_select_over_the_tables_passes_unchanged(query):
    assert guard_query(query, TABLES) == query.rstrip(";")


@pytest.mark.parametrize("query,said", REFUSED)
def test_anything_else_is_refused_naming_what_was_seen(query, said):
    with pytest.raises(UnsafeSQLError) as error:
        guard_query(query, TABLES)
    assert said.lower() in str(error.value).lower()


@pytest.mark.parametrize("query", ["SELEC 1", "SELECT (", "SELECT " + "(" * 5_000 + "1" + ")" * 5_000])
def test_what_is_not_sql_is_an_error_of_ours(query):
    with pytest.raises(InputError):
        guard_query(query, TABLES)


@pytest.mark.parametrize(
    "sql,canonical",
    [("a > 1 -- or not", "(a > 1)"), ("a in (1, 2)", "(a IN (1, 2))"), ("'it''s' || chr(10)", "('it''s' || chr(10))")],
)
def test_an_expression_is_spelled_anew_without_its_comments(sql, canonical):
    assert guard_expression(sql) == canonical


@pytest.mark.parametrize(
    "sql",
    [
        *("(SELECT 1)", "sum(a)", "row_number() OVER ()", "*", "COLUMNS('a')", "?", "random()", "uuid()", "now(?)"),
        *("1) FROM t WHERE (1 = 1", "1) UNION SELECT (2", "a; SELECT 1", "1 AS b", "", "nextval('s')", "unnest(a)"),
    ],
)
def test_an_expression_is_one_value_of_one_row(sql):
    with pytest.raises(InputError):
        guard_expression(sql)


HOSTILE = [
    "COPY (SELECT 1) TO '{folder}/new.csv'",
    "COPY t TO '{part}'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '{part}'",
    "SELECT * FROM read_parquet('{part}')",
    "ATTACH '{folder}/x.db'",
    "EXPORT DATABASE '{folder}/all'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM glob('{folder}/*')",
    "SET enable_external_access = true",
    "SET temp_directory = '{folder}'",
    "SET lock_configuration = false",
    "RESET threads",
    "SET memory_limit = '100GB'",
    "SELECT * FROM secret",
    "CREATE PERSISTENT SECRET s (TYPE s3)",
    "CALL enable_logging(storage = 'file')",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_even_unguarded_sql_can_neither_read_nor_write_a_file(part, query):
    secret = pa.table({"x": [1]})  # a variable that DuckDB would find by its name
    before = part.read_bytes()
    with connect({"t": [part]}) as connection, pytest.raises(duckdb.Error):
        connection.execute(query.format(folder=part.parent, part=part)).fetchall()
    assert part.read_bytes() == before
    assert [path.name for path in part.parent.iterdir()] == ["part.parquet"]
    assert secret.num_rows == 1


def test_limits_are_arguments(part):
    with connect({"t": [part]}, memory="100MB", threads=1) as connection:
        query = "SELECT name, value FROM duckdb_settings() WHERE name IN ('memory_limit', 'threads', 'TimeZone')"
        settings = dict(connection.execute(query).fetchall())
        assert settings == {"memory_limit": "95.3 MiB", "threads": "1", "TimeZone": "UTC"}
        with pytest.raises(duckdb.OutOfMemoryException):
            connection.execute("SELECT list(i::VARCHAR || repeat('x', 50)) FROM range(5000000) t(i)").fetchall()


def test_columns_and_filters_go_down_to_the_parts(part):
    with connect({"t": [part]}) as connection:
        plan = connection.execute("EXPLAIN SELECT name FROM t WHERE id = 2").fetchall()[0][1]
    assert "Projections: name" in plan.replace("\n", " ")
    assert 'Filters: "id" = 2' in plan


def test_names_that_differ_by_case_alone_get_a_number(part, tmp_path):
    assert relation_names(["Users", "users", "a.b", "users_2"]) == {
        "Users": "Users",
        "users": "users_3",
        "a.b": "a.b",
        "users_2": "users_2",
    }
    twice = tmp_path / "twice.parquet"
    pq.write_table(pa.table({"Id": [1], "id": ["x"], 'a"b': [2]}), twice)
    found = select(
        'SELECT t."Id", t.id_2, u.id, "a""b" FROM "T" t, "t_2" u WHERE u.id = 3', {"T": [twice], "t": [part]}, USUAL
    ).frame
    assert found.rows() == [(1, "x", 3, 2)]


def test_a_namespace_is_a_schema_and_a_dotted_name_is_one_name(part):
    tables = {"sales.orders": [part], "main.t": [part], "a.b.c": [part]}
    query = 'SELECT count(*) AS n FROM sales.orders, "sales.orders" o, "main.t" m, "a.b.c" c'
    assert select(query, tables, USUAL).frame["n"].to_list() == [81]


def test_a_missing_part_is_an_error_of_ours(tmp_path):
    with pytest.raises(StoreError, match="can't be read"):
        select("FROM t", {"t": [tmp_path / "nowhere.parquet"]}, USUAL)
    (tmp_path / "no.parquet").write_text("no parquet")
    with pytest.raises(StoreError, match="can't be read"):
        select("FROM t", {"t": [Path(tmp_path / "no.parquet")]}, USUAL)
