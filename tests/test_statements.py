"""The SQL of an edit as values: what a statement changes is tried over a few rows, dialect by dialect."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest

from synthgen_nb.dml import Delete, Insert, Statement, Update, read_statements
from synthgen_nb.dml.trying import WINDOW, window_query
from synthgen_nb.errors import InputError
from synthgen_nb.sandbox import connect, quoted, relation_names
from synthgen_nb.schema import Place, Schema
from synthgen_nb.storing import computed

from .small_tables import schema_of, stored

SHOP = """
CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, city VARCHAR(30), born DATE, points INT);
CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT REFERENCES customers (id), total DECIMAL(10,2) NOT NULL,
  placed DATE, qty INT NOT NULL);
"""
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "customers": [
        (1, "Ada", "Bern", dt.date(1990, 5, 1), 10),
        (2, "Bo", "Rome", None, None),
        (3, "Cy", "Bern", dt.date(2001, 1, 31), 7),
        (4, "Di", None, dt.date(1975, 12, 24), 0),
    ],
    "orders": [
        (10, 1, Decimal("5.50"), dt.date(2024, 1, 5), 1),
        (11, 1, Decimal("7.25"), dt.date(2024, 2, 5), 2),
        (12, 2, Decimal("7.25"), dt.date(2024, 3, 5), 3),
        (13, 3, Decimal("1.00"), None, 4),
        (14, None, Decimal("9.99"), dt.date(2024, 5, 5), 5),
    ],
}
DIALECTS = ("postgres", "mysql", "mariadb", "sqlite", "duckdb", "tsql", "oracle")


def read(sql: str, dialect: str = "postgres", ddl: str = SHOP) -> tuple[Statement, ...]:
    return read_statements(sql, schema_of(ddl, dialect), as_of="2026-01-01")


def outcome(
    sql: str, dialect: str = "postgres", ddl: str = SHOP, rows: dict[str, list[tuple[Any, ...]]] = ROWS
) -> dict[Any, Any]:
    """What becomes of the rows that the one statement touches: {first column: its new values, None where it goes}."""
    schema = schema_of(ddl, dialect)
    (statement,) = read_statements(sql, schema, as_of="2026-01-01")
    with connect(threads=1) as connection:
        for key, name in relation_names(schema.tables).items():
            connection.register(name, stored(schema, key, rows.get(key, [])))
        if isinstance(statement, Insert):
            found = connection.execute(statement.query).fetchall()
            return {row[0]: row[1:] for row in found}
        table = schema.tables[statement.table]
        connection.register(WINDOW, stored(schema, statement.table, rows[statement.table]))
        sets = statement.sets if isinstance(statement, Update) else {}
        values = [computed(sql or "NULL", table.column(name), dialect) for name, sql in sets.items()]
        first = f"{statement.alias}.{quoted(table.columns[0].name)}"
        query = window_query(statement.alias, [first, *values], statement.source, statement.where)
        found = connection.execute(query).fetchall()
    if isinstance(statement, Delete):
        return dict.fromkeys(row[0] for row in found)
    return {row[0]: row[1] if len(row) == 2 else row[1:] for row in found}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql, expected",
    [
        ("UPDATE customers SET points = points + 1 WHERE city = 'Bern'", {1: 11, 3: 8}),
        ("UPDATE orders SET total = total * 2, qty = 0 WHERE id = 10", {10: (Decimal("11.00"), 0)}),
        ("UPDATE customers SET city = NULL WHERE name IN ('Ada', 'Bo')", {1: None, 2: None}),
        ("UPDATE customers SET points = CASE WHEN points > 5 THEN 1 ELSE 0 END WHERE points IS NOT NULL",
         {1: 1, 3: 1, 4: 0}),
        ("DELETE FROM customers WHERE NOT (city = 'Bern') OR city IS NULL", {2: None, 4: None}),
        ("DELETE FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE city = 'Bern')",
         {10: None, 11: None, 13: None}),
        ("DELETE FROM orders WHERE customer_id NOT IN (SELECT id FROM customers WHERE city = 'Bern')", {12: None}),
        ("DELETE FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customers.id)",
         {4: None}),
        ("UPDATE customers SET points = (SELECT count(*) FROM orders o WHERE o.customer_id = customers.id)",
         {1: 2, 2: 1, 3: 1, 4: 0}),
        ("UPDATE customers SET points = (SELECT sum(o.qty) FROM orders o WHERE o.customer_id = customers.id) "
         "WHERE id IN (SELECT customer_id FROM orders GROUP BY customer_id HAVING count(*) > 1)", {1: 3}),
        ("UPDATE orders SET qty = 9 WHERE total = (SELECT max(total) FROM orders)", {14: 9}),
        ("DELETE FROM orders WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY customer_id "
         "ORDER BY total DESC) AS place FROM orders) ranked WHERE place > 1)", {10: None}),
        ("UPDATE orders SET qty = 1 WHERE id IN (SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id "
         "WHERE c.city = 'Rome')", {12: 1}),
        ("UPDATE orders SET qty = 0 WHERE customer_id IN (SELECT id FROM customers WHERE points = 10 "
         "UNION SELECT id FROM customers WHERE points = 7)", {10: 0, 11: 0, 13: 0}),
        ("UPDATE orders SET qty = 7 WHERE id = (SELECT min(id) FROM orders WHERE total > 7)", {11: 7}),
        ("INSERT INTO customers (id, name) VALUES (7, 'Ed'), (8, 'Flo')", {7: ("Ed",), 8: ("Flo",)}),
        ("INSERT INTO orders (id, total, qty) SELECT id + 100, total, qty FROM orders WHERE qty > 3",
         {113: (Decimal("1.00"), 4), 114: (Decimal("9.99"), 5)}),
    ],
)  # fmt: skip
def test_plain_statements_mean_the_same_in_every_dialect(dialect: str, sql: str, expected: dict[Any, Any]) -> None:
    assert outcome(sql, dialect) == expected


@pytest.mark.parametrize(
    "dialect, sql, expected",
    [
        ("postgres", "UPDATE orders o SET qty = c.points FROM customers c WHERE c.id = o.customer_id AND o.qty > 2",
         {12: None, 13: 7}),
        ("sqlite", "UPDATE orders SET qty = c.points FROM customers c WHERE c.id = customer_id AND qty = 4", {13: 7}),
        ("mysql", "UPDATE orders o JOIN customers c ON c.id = o.customer_id SET o.qty = c.points WHERE o.qty = 4",
         {13: 7}),
        ("tsql", "UPDATE o SET qty = c.points FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.qty = 4",
         {13: 7}),
        ("duckdb", "UPDATE orders o SET qty = c.points FROM customers c WHERE c.id = o.customer_id AND o.qty = 4",
         {13: 7}),
        ("postgres", "DELETE FROM orders o USING customers c WHERE c.id = o.customer_id AND c.city = 'Rome'",
         {12: None}),
        ("mysql", "DELETE o FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.city = 'Rome'", {12: None}),
        ("mysql", "DELETE FROM o USING orders o JOIN customers c ON c.id = o.customer_id WHERE c.city = 'Rome'",
         {12: None}),
        ("tsql", "DELETE o FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.city = 'Rome'", {12: None}),
        ("oracle", "DELETE orders WHERE qty = 3", {12: None}),
        ("postgres", "WITH rich AS (SELECT id FROM customers WHERE points > 8) "
         "UPDATE orders SET qty = 0 FROM rich WHERE rich.id = customer_id", {10: 0, 11: 0}),
        ("duckdb", "WITH rich AS (SELECT id FROM customers WHERE points > 8) "
         "UPDATE orders SET qty = 0 WHERE customer_id IN (SELECT id FROM rich)", {10: 0, 11: 0}),
        ("postgres", "UPDATE customers SET points = v.n FROM (VALUES (1, 100), (3, 300)) AS v(key, n) "
         "WHERE v.key = id", {1: 100, 3: 300}),
        ("postgres", "UPDATE orders SET (qty, total) = (qty + 1, 3) WHERE id = 10", {10: (2, Decimal("3.00"))}),
        ("postgres", "UPDATE orders o SET (qty, placed) = (SELECT points, born FROM customers c WHERE c.id = "
         "o.customer_id) WHERE o.id = 13", {13: (7, dt.date(2001, 1, 31))}),
        ("tsql", "DELETE FROM orders WHERE id IN (SELECT TOP 2 id FROM orders ORDER BY total DESC)",
         {11: None, 14: None}),
        ("oracle", "DELETE FROM orders WHERE id IN (SELECT id FROM orders ORDER BY total DESC FETCH FIRST 2 ROWS ONLY)",
         {11: None, 14: None}),
        ("mysql", "DELETE FROM orders WHERE id IN (SELECT id FROM (SELECT id FROM orders ORDER BY total LIMIT 1, 2) q)",
         {10: None, 11: None}),
        ("mysql", "INSERT INTO customers SET id = 9, name = 'Zoe'", {9: ("Zoe",)}),
        ("mysql", 'UPDATE customers SET city = "Ulm" WHERE city = \'BERN\'', {1: "Ulm", 3: "Ulm"}),  # ignores case
        ("postgres", "UPDATE customers SET city = 'Ulm' WHERE city = 'BERN'", {}),
        ("postgres", "UPDATE customers SET born = born + INTERVAL '1 month' WHERE id = 3", {3: dt.date(2001, 2, 28)}),
        ("mysql", "UPDATE customers SET born = DATE_ADD(born, INTERVAL 1 MONTH) WHERE id = 3",
         {3: dt.date(2001, 2, 28)}),
        ("postgres", "UPDATE orders SET placed = CURRENT_DATE - 1 WHERE id = 13", {13: dt.date(2025, 12, 31)}),
        ("tsql", "UPDATE orders SET placed = GETDATE() WHERE id = 13", {13: dt.date(2026, 1, 1)}),
        ("mysql", "UPDATE orders SET placed = CURDATE() WHERE id = 13", {13: dt.date(2026, 1, 1)}),
        ("sqlite", "UPDATE orders SET placed = date('now', '-1 day') WHERE id = 13", {13: dt.date(2025, 12, 31)}),
        ("duckdb", "UPDATE orders SET placed = today() WHERE id = 13", {13: dt.date(2026, 1, 1)}),
        ("oracle", "UPDATE orders SET placed = SYSDATE WHERE id = 13", {13: dt.date(2026, 1, 1)}),
        ("oracle", "UPDATE orders SET placed = DATE '2024-02-29' WHERE placed < DATE '2024-02-01'",
         {10: dt.date(2024, 2, 29)}),
        ("oracle", "UPDATE orders SET placed = TO_DATE('05.03.2024', 'DD.MM.YYYY') WHERE id = 13",
         {13: dt.date(2024, 3, 5)}),
        ("postgres", "UPDATE orders SET placed = make_date(2023, extract(month FROM placed)::int, 1) WHERE id = 12",
         {12: dt.date(2023, 3, 1)}),
        ("postgres", "UPDATE orders SET qty = qty / 2", {10: 0, 11: 1, 12: 1, 13: 2, 14: 2}),
        ("mysql", "UPDATE orders SET qty = qty / 2", {10: 1, 11: 1, 12: 2, 13: 2, 14: 3}),
        ("tsql", "UPDATE orders SET qty = total WHERE id = 14", {14: 9}),  # cuts where the others round
        ("postgres", "UPDATE orders SET qty = total WHERE id = 14", {14: 10}),
        ("postgres", "UPDATE orders SET total = '3.456' WHERE id = 14", {14: Decimal("3.46")}),
        ("postgres", "UPDATE orders SET qty = (SELECT avg(qty) FROM orders) WHERE id = 14", {14: 3}),
        ("mysql", "UPDATE customers SET points = (SELECT count(DISTINCT city) FROM customers) WHERE id = 4", {4: 2}),
        ("sqlite", "UPDATE customers SET points = (SELECT avg(total) FROM orders) > 6 WHERE id = 4", {4: 1}),
        ("postgres", "UPDATE orders SET qty = 0 WHERE total > ALL (SELECT total FROM orders WHERE id < 14)", {14: 0}),
        ("postgres", "UPDATE orders SET qty = 0 WHERE (customer_id, qty) IN (SELECT customer_id, max(qty) FROM orders "
         "GROUP BY 1)", {11: 0, 12: 0, 13: 0}),
    ],
)  # fmt: skip
def test_each_dialect_has_its_own_way(dialect: str, sql: str, expected: dict[Any, Any]) -> None:
    assert outcome(sql, dialect) == expected


TYPES = {
    "postgres": "CREATE TYPE mood AS ENUM ('sad', 'glad');"
    "CREATE TABLE t (id int PRIMARY KEY, b boolean, m mood, u uuid, j jsonb, a int[], d timestamptz, x bytea)",
    "mysql": "CREATE TABLE t (id int PRIMARY KEY, b boolean, m ENUM('sad','glad'), s SET('x','y','z'), d datetime)",
    "tsql": "CREATE TABLE t (id int PRIMARY KEY, b bit, d datetime2)",
    "sqlite": "CREATE TABLE t (id integer PRIMARY KEY, b boolean, n integer)",
}


@pytest.mark.parametrize(
    "dialect, value, expected",
    [
        ("postgres", "b = 'yes'", True),
        ("postgres", "m = 'glad'", "glad"),
        ("postgres", "u = '9E107D9D-372B-4B68-8D5C-1A2B3C4D5E6F'", "9e107d9d-372b-4b68-8d5c-1a2b3c4d5e6f"),
        ("postgres", """j = '{"a": 1}'""", '{"a": 1}'),
        ("postgres", "a = '{1,2}'", [1, 2]),
        ("postgres", "a = ARRAY[3, 4]", [3, 4]),
        ("postgres", "x = '\\xCAFE'", b"\xca\xfe"),
        ("mysql", "b = 1", True),
        ("mysql", "m = 'GLAD'", "glad"),
        ("mysql", "s = 'z,x'", "x,z"),
        ("mysql", "d = '20240131'", dt.datetime(2024, 1, 31)),
        ("tsql", "b = 3", True),
        ("sqlite", "b = 1 = 2", False),
    ],
)
def test_a_value_becomes_what_the_column_stores(dialect: str, value: str, expected: object) -> None:
    width = len(schema_of(TYPES[dialect], dialect).tables["t"].columns)
    rows: dict[str, list[tuple[Any, ...]]] = {"t": [(1, *[None] * (width - 1))]}
    assert outcome(f"UPDATE t SET {value}", dialect, TYPES[dialect], rows) == {1: expected}


@pytest.mark.parametrize(
    "dialect, sql, message",
    [
        ("postgres", "UPDATE custmers SET name = 'x'", "line 1, col 8: there is no table custmers (did you mean"),
        ("postgres", "UPDATE customers SET\n  emial = 'x'", "line 2, col 3: there is no column emial in customers"),
        ("postgres", "UPDATE customers c SET name = x.name", "line 1, col 31: there is no table x here (there is c)"),
        ("postgres", "UPDATE customers SET name = nam", "line 1, col 29: there is no column nam (did you mean name?)"),
        ("postgres", "UPDATE customers SET name = 'x' WHERE nam = 1", "col 39: there is no column nam"),
        ("postgres", "DELETE FROM orders o USING customers c WHERE id = 1", "id is in o and in c (say which: o.id)"),
        ("postgres", "UPDATE customers SET born = '2024-02-30'", "line 1, col 29: born: this is no value for it"),
        ("postgres", "UPDATE customers SET points = 'many'", "line 1, col 31: points: 'many' is no number"),
        ("postgres", "UPDATE customers SET points = TRUE", "boolean as a number"),
        ("postgres", "UPDATE customers SET points = 1, points = 2", "points is set twice"),
        ("mysql", "UPDATE customers SET points = 1, id = points", "MySQL reads the new points here"),
        ("postgres", "UPDATE customers SET name = random()", "what is drawn by chance is another edit each time"),
        ("mysql", "DELETE FROM customers WHERE rand() < 0.1", "synth_percent(10) is true for 10 % of the rows"),
        ("tsql", "UPDATE customers SET name = NEWID()", "drawn by chance"),
        ("duckdb", "DELETE FROM customers WHERE random() < 0.1", "drawn by chance"),
        ("postgres", "SELECT 1", "only UPDATE, DELETE and INSERT change tables here, not SELECT (it only asks"),
        ("postgres", "DROP TABLE customers", "only UPDATE, DELETE and INSERT change tables here, not DROP"),
        ("postgres", "TRUNCATE customers", "write DELETE FROM table"),
        ("mysql", "REPLACE INTO customers (id) VALUES (1)", "write UPDATE for rows that are there"),
        ("postgres", "DELETE FROM orders; DROP TABLE orders", "line 1, col 21: only UPDATE"),
        ("postgres", "INSERT INTO customers (id, name) VALUES (1, 'x') ON CONFLICT DO NOTHING", "CONFLICT is not read"),
        ("postgres", "DELETE FROM orders RETURNING id", "an edit gives no rows back"),
        ("mysql", "DELETE FROM orders ORDER BY total LIMIT 3", "choose the rows in a query"),
        ("mysql", "DELETE o FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE c.id IS NULL",
         "choose the rows with WHERE [NOT] EXISTS"),
        ("mysql", "DELETE o, c FROM orders o JOIN customers c ON c.id = o.customer_id", "deletes from one"),
        ("postgres", "DELETE FROM customers WHERE name = (SELECT name FROM customers ORDER BY name LIMIT 1)",
         "the order of text is the database's own"),
        ("postgres", "DELETE FROM orders WHERE count(*) > 1", "COUNT(*) can't stand here"),
        ("postgres", "DELETE FROM orders WHERE id IN (SELECT id, qty FROM orders)", "this query gives 2"),
        ("postgres", "DELETE FROM orders WHERE id IN (WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 "
         "FROM x) SELECT n FROM x)", "WITH RECURSIVE is not run here"),
        ("postgres", "INSERT INTO customers (id, name) VALUES (1)", "1 values are given for 2 columns (id, name)"),
        ("postgres", "INSERT INTO customers (id, id) VALUES (1, 2)", "a column is named twice"),
        ("postgres", "INSERT INTO customers (id, name) SELECT id FROM customers", "gives 1 values for 2 columns"),
        ("postgres", "UPDATE orders SET qty = ", "can't be read"),
        ("postgres", "UPDATE customers SET name = 'x", "can't be read"),
        ("postgres", "", "nothing was given"),
        ("mysql", "UPDATE customers /*!50000 SET name = 'x' */ SET points = 1", "a comment that the server would run"),
        ("postgres", "UPDATE customers SET name = " + "(" * 300 + "1" + ")" * 300, "nests deeper than"),
        ("postgres", "UPDATE customers SET name = '" + "x" * 70_000 + "'", "characters is not read"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_place_and_the_way_out(dialect: str, sql: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(sql, dialect)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "getenv('HOME')",
        "(SELECT content FROM read_text('/etc/passwd'))",
        "(SELECT a FROM 'x.csv')",
        "(SELECT a FROM read_csv('x.csv'))",
        "(SELECT a FROM duckdb_settings())",
        "(SELECT table_name FROM information_schema.tables)",
        "(SELECT 1 FROM pg_catalog.pg_class)",
        "current_setting('memory_limit')",
        "(SELECT name FROM customers USING SAMPLE 1)",
        "(SELECT x FROM (DELETE FROM orders RETURNING id) AS y(x))",
        "pg_read_file('x')",
        "load_extension('x')",
        "query('SELECT 1')",
        "nextval('s')",
        "1); DROP TABLE customers; --",
        "'x' --\n; COPY customers TO 'x.csv'",
    ],
)
@pytest.mark.parametrize("dialect", ["postgres", "mysql", "sqlite", "duckdb", "tsql", "oracle"])
def test_nothing_but_the_dataset_can_be_reached(dialect: str, value: str) -> None:
    with pytest.raises(InputError):
        read(f"UPDATE customers SET name = {value}", dialect)


def test_names_are_found_as_the_server_finds_them() -> None:
    ddl = """CREATE SCHEMA sales; CREATE TABLE sales."Order" ("Id" int PRIMARY KEY, "select" text, plain text)"""
    (update,) = read("""UPDATE sales."Order" SET "select" = PLAIN WHERE "Id" = 1""", ddl=ddl)
    assert isinstance(update, Update)
    assert (update.table, list(update.sets)) == ("sales.Order", ["select"])
    assert update.reads == {"plain", "Id"}
    with pytest.raises(InputError, match=r'write "Id"'):
        read("""UPDATE sales."Order" SET plain = 'x' WHERE Id = 1""", ddl=ddl)
    with pytest.raises(InputError, match=r"there is no table sales.order \(did you mean sales.Order"):
        read("""UPDATE sales."order" SET plain = 'x'""", ddl=ddl)
    (update,) = read("UPDATE Sales.ORDER_S SET PLAIN = 'x'", "mysql", "CREATE TABLE sales.order_s (id int, plain text)")
    assert list(update.sets) == ["plain"]  # type: ignore[union-attr]


def test_what_is_computed_can_not_be_set() -> None:
    ddl = "CREATE TABLE t (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a * 2) STORED)"
    with pytest.raises(InputError, match=r"col 14: b can't be set: it is computed \(it is a \* 2\)"):
        read("UPDATE t SET b = 1", ddl=ddl)
    with pytest.raises(InputError, match="b can't be set"):
        read("INSERT INTO t (a, b) VALUES (1, 2)", ddl=ddl)
    with pytest.raises(InputError, match="b can't be set"):
        read("INSERT INTO t VALUES (1, 2)", ddl=ddl)
    (insert,) = read("INSERT INTO t VALUES (1, DEFAULT)", ddl=ddl)
    assert isinstance(insert, Insert)
    assert insert.columns == ("a",)
    versioned = "CREATE TABLE v (a int, s timestamp(6) GENERATED ALWAYS AS ROW START, e timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING"  # noqa: E501
    with pytest.raises(InputError, match="fills it with the time of the row"):
        read("UPDATE v SET s = NULL", "mariadb", versioned)


def test_generator_calls_become_columns_of_the_table() -> None:
    (update,) = read(
        "UPDATE customers SET name = synth('person.name', locale => 'ja_JP', seed => 3), city = upper(synth()) "
        "WHERE synth_percent(12.5) AND city = 'Bern'"
    )
    assert isinstance(update, Update)
    name, city, percent = update.calls
    assert (name.column, name.meaning, name.locale, name.seed) == ("name", "person.name", "ja_JP", 3)
    assert (city.column, city.meaning, percent.percent) == ("city", "", Decimal("12.5"))
    assert update.sets["name"] == f"{update.alias}.{quoted(name.name)}"
    assert quoted(percent.name) in update.where
    assert (name.place, update.reads) == (Place(1, 29), {"city"})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_options_of_a_generator_can_be_told_by_their_place(dialect: str) -> None:
    (update,) = read("UPDATE customers SET name = synth('name', 'de_DE', 5)", dialect)
    (call,) = update.calls  # type: ignore[union-attr]
    assert (call.meaning, call.locale, call.seed) == ("name", "de_DE", 5)


def test_rows_with_the_same_columns_are_inserted_together() -> None:
    found = read(
        "INSERT INTO customers (id, name, city) VALUES (7, 'Ed', synth()), (8, 'Flo', synth()), (9, 'Gus', DEFAULT)"
    )
    assert [(i.columns, list(i.drawn)) for i in found if isinstance(i, Insert)] == [
        (("id", "name"), ["city"]),
        (("id", "name"), []),
    ]
    (rows,) = read("INSERT INTO customers SELECT synth_rows(100)")
    assert isinstance(rows, Insert)
    assert (rows.rows, rows.query) == (100, "")
    (copies,) = read("INSERT INTO customers (id, name) SELECT id + 10, synth('person.name') FROM customers")
    assert isinstance(copies, Insert)
    assert (copies.columns, list(copies.drawn)) == (("id",), ["name"])


@pytest.mark.parametrize(
    "sql, message",
    [
        ("UPDATE customers SET name = synth_percent(3)", "it stands in WHERE"),
        ("DELETE FROM customers WHERE synth()", "it stands in SET or VALUES"),
        ("DELETE FROM customers WHERE synth_percent(101)", "101 % are more than all rows"),
        ("DELETE FROM customers WHERE synth_percent()", "synth_percent() takes a number"),
        ("UPDATE customers SET name = synth(name)", "a text in quotes is wanted here"),
        ("UPDATE customers SET name = synth('x', local => 'y')", "synth() has no option local (did you mean locale?)"),
        ("UPDATE customers SET name = (SELECT synth())", "synth() can't stand inside a query"),
        ("INSERT INTO customers (id, name) SELECT synth_rows(100)", "synth_rows() draws whole rows"),
        ("INSERT INTO customers SELECT synth_rows(0)", "one row or more"),
        ("INSERT INTO customers SELECT synth_rows(10), 1", "synth_rows() stands alone"),
        ("INSERT INTO customers (id, name) VALUES (1, upper(synth()))", "synth() stands alone in VALUES"),
    ],
)
def test_a_generator_has_its_place(sql: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(sql)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "condition, whole",
    [
        ("", True),
        ("WHERE TRUE", True),
        ("WHERE 1 = 1", True),
        ("WHERE id = id", True),
        ("WHERE id IS NOT NULL", True),
        ("WHERE name LIKE 'A%' OR 2 > 1", True),
        ("WHERE id >= id AND TRUE", True),
        ("WHERE synth_percent(100)", True),
        ("WHERE city = city", False),  # NULL is not equal to itself
        ("WHERE 1 = 0", False),
        ("WHERE NULL", False),
        ("WHERE id = 1 AND TRUE", False),
        ("WHERE synth_percent(99)", False),
    ],
)
@pytest.mark.parametrize("dialect", ["postgres", "duckdb"])
def test_a_statement_that_means_every_row_says_so(dialect: str, condition: str, whole: bool) -> None:
    (delete,) = read(f"DELETE FROM customers {condition}", dialect)
    assert isinstance(delete, Delete)
    assert delete.whole is whole


def test_statements_know_their_text_and_place() -> None:
    first, second = read("-- two\nUPDATE customers SET points = 0\n  WHERE id = 1;\n\n  DELETE FROM orders;")
    assert (first.text, first.place) == ("UPDATE customers SET points = 0\n  WHERE id = 1", Place(2, 1))
    assert (second.text, second.place) == ("DELETE FROM orders", Place(5, 3))


def test_rows_side_by_side_are_told_apart() -> None:
    """Two orders have the same total: the key decides, each time."""
    (delete,) = read("DELETE FROM orders WHERE id IN (SELECT id FROM orders ORDER BY total DESC LIMIT 2)")
    assert isinstance(delete, Delete)
    assert 'ORDER BY "q1"."total" DESC NULLS FIRST, "q1"."id" LIMIT 2' in delete.where
    (insert,) = read("INSERT INTO orders (id, total, qty) SELECT id + 50, total, 1 FROM orders")
    assert isinstance(insert, Insert)
    assert 'ORDER BY "q1"."id"' in insert.query


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whatever_the_text_is_the_outcome_is_a_value_or_one_line(dialect: str) -> None:
    seeds = [
        "UPDATE customers SET name = upper(name), points = synth() WHERE city = 'Bern' AND synth_percent(10)",
        "DELETE FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = o.customer_id AND c.points > 3)",
        "INSERT INTO orders (id, total, qty) SELECT id + 1, sum(total), count(*) FROM orders GROUP BY id ORDER BY 1",
        "INSERT INTO customers (id, name, city) VALUES (1, 'a', DEFAULT), (2, synth('name', 'de_DE'), NULL)",
        "WITH a AS (SELECT * FROM orders) UPDATE customers SET points = (SELECT max(qty) FROM a) WHERE id IN (1, 2)",
    ]
    signs = "( ) , ; ' \" ` [ ] . * = <> || :: => -- /* $$ @ # \\ é 0x 1e9 OVER JOIN"
    words = [*" ".join(seeds).split(), *signs.split()]
    chance = random.Random(dialect)
    schema = schema_of(SHOP, dialect)
    for _ in range(40):
        parts = chance.choice(seeds).split()
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(parts))
            parts[at : at + chance.randint(0, 2)] = chance.choices(words, k=chance.randint(0, 3))
            parts = parts or ["UPDATE"]
        assert "\n" not in said(" ".join(parts), schema)


def said(sql: str, schema: Schema) -> str:
    """What is refused, "" where nothing is: any other error is a failure."""
    try:
        read_statements(sql, schema, as_of="2026-01-01")
    except InputError as error:
        return str(error)
    return ""
