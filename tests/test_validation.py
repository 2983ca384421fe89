"""Validation: each kind of rule held against data that keeps it and data that breaks it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from synthgen_nb import validation
from synthgen_nb.ddl import parse_ddl
from synthgen_nb.drafting import draft_plan
from synthgen_nb.jobs import generate
from synthgen_nb.physical import arrow_type
from synthgen_nb.report import Finding, Report
from synthgen_nb.schema import Schema
from synthgen_nb.store import Dataset, Store
from synthgen_nb.validation import validate

from .datasets import saved

Data = dict[str, dict[str, list[Any]]]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def dataset_of(store: Store, ddl: str, dialect: str, data: Data, rows_per_part: int = 1 << 20) -> Dataset:
    schema = parse_ddl(ddl, dialect)
    return saved(store, schema, arrow_tables(schema, data), rows_per_part=rows_per_part)


def arrow_tables(schema: Schema, data: Data) -> dict[str, pa.Table]:
    """Columns in the physical types that generation writes; a column that is not given is all NULL."""
    tables = {}
    for key, columns in data.items():
        size = len(next(iter(columns.values())))
        types = {c.name: arrow_type(c.type, schema.dialect) for c in schema.tables[key].columns}
        tables[key] = pa.table(
            {name: pa.array(columns.get(name, [None] * size), type_) for name, type_ in types.items()}
        )
    return tables


def checked(store: Store, ddl: str, data: Data, dialect: str = "postgres") -> Report:
    return validate(dataset_of(store, ddl, dialect, data))


def only(report: Report, rule: str, table: str | None = None) -> Finding:
    """The one finding of this rule that is broken, unverified or, if all hold, the first."""
    found = [f for f in report.findings if f.rule == rule and table in (None, f.table)]
    assert found, report
    return next((f for f in found if f.verdict != "holds"), found[0])


SHOP = """
CREATE TABLE customer (id bigint PRIMARY KEY, email varchar(20) NOT NULL UNIQUE, age smallint CHECK (age >= 18));
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id bigint REFERENCES customer,
    amount numeric(6,2) NOT NULL,
    CONSTRAINT positive CHECK (amount > 0)
);
"""
GOOD: Data = {
    "customer": {"id": [1, 2], "email": ["a@x.org", "b@x.org"], "age": [18, None]},
    "orders": {
        "id": [1, 2, 3],
        "customer_id": [2, None, 2],
        "amount": [Decimal("1.00"), Decimal("9999.99"), Decimal("5")],
    },
}


def test_data_that_keeps_every_rule_is_clean(store):
    report = checked(store, SHOP, GOOD)
    assert report.clean
    assert {f.verdict for f in report.findings} == {"holds"}
    assert report.summary()["foreign_key"] == {"holds": 1, "broken": 0, "unverified": 0}
    assert only(report, "foreign_key").checked == 2
    assert only(report, "primary_key", "orders").checked == 3
    assert {f.rule for f in report.findings} == {
        *("primary_key", "unique", "foreign_key", "not_null", "check", "length", "range")
    }


@pytest.mark.parametrize(
    "table,column,values,rule,failing",
    [
        ("orders", "id", [1, 1, 1], "primary_key", 2),
        ("orders", "id", [1, None, 3], "primary_key", 1),
        ("customer", "email", ["a@x.org", "a@x.org"], "unique", 1),
        ("customer", "email", ["a@x.org", None], "not_null", 1),
        ("customer", "email", ["a@x.org", "b" * 21], "length", 1),
        ("customer", "age", [17, 200], "check", 1),
        ("orders", "customer_id", [2, 3, 4], "foreign_key", 2),
        ("orders", "amount", [Decimal(0), Decimal("-1"), Decimal(1)], "check", 2),
    ],
)
def test_each_rule_is_found_broken_with_the_rows_that_break_it(store, table, column, values, rule, failing):
    data = {**GOOD, table: {**GOOD[table], column: values}}
    dataset = dataset_of(store, SHOP, "postgres", data)
    report = validate(dataset)
    finding = only(report, rule, table)
    assert (finding.verdict, finding.failing) == ("broken", failing)
    assert [f for f in report.broken if f.rule != "foreign_key"] in ([finding], [])
    assert 1 <= len(finding.sample) <= 5
    assert finding.columns == (column,)
    assert finding.line > 0
    assert dataset.sql(finding.sql).height >= 1
    dataset.keep_report(report)
    assert dataset.report == report


def test_more_parts_give_the_same_verdicts(store):
    size = 1_000
    data = {
        "customer": {"id": list(range(size)), "email": [f"{n % 999}@x" for n in range(size)], "age": [20] * size},
        "orders": {
            "id": list(range(size, 0, -1)),
            "customer_id": [n - 1 for n in range(size)],
            "amount": [Decimal(1)] * size,
        },
    }
    whole = validate(dataset_of(store, SHOP, "postgres", data))
    parts = validate(dataset_of(store, SHOP, "postgres", data, rows_per_part=150))
    assert [(f.rule, f.table) for f in whole.broken] == [("unique", "customer"), ("foreign_key", "orders")]
    assert [(f.verdict, f.failing, f.checked) for f in parts.findings] == [
        (f.verdict, f.failing, f.checked) for f in whole.findings
    ]


def test_an_empty_table_keeps_every_rule(store):
    assert checked(store, SHOP, {"customer": {"id": []}, "orders": {"id": []}}).clean


def test_a_foreign_key_into_an_empty_table_is_broken(store):
    finding = only(checked(store, SHOP, {**GOOD, "customer": {"id": []}}), "foreign_key")
    assert (finding.verdict, finding.failing) == ("broken", 2)


COMPOSITE = """
CREATE TABLE p (a int, b varchar(5), PRIMARY KEY (a, b));
CREATE TABLE c (x int, y varchar(5), FOREIGN KEY (x, y) REFERENCES p (a, b) {match});
"""
PARENTS = {"a": [1, 1, 2], "b": ["u", "v", "u"]}


def test_a_composite_foreign_key_is_held_as_a_whole(store):
    data: Data = {"p": PARENTS, "c": {"x": [1, 2, 2, None, None], "y": ["v", "u", "v", "q", None]}}
    simple = only(checked(store, COMPOSITE.format(match=""), data), "foreign_key")
    assert (simple.verdict, simple.failing, simple.checked) == ("broken", 1, 3)
    assert simple.sample == ({"x": 2, "y": "v"},)
    full = only(checked(store, COMPOSITE.format(match="MATCH FULL"), data), "foreign_key")
    assert (full.verdict, full.failing) == ("broken", 2)


def test_a_self_reference_and_a_cycle_are_held(store):
    ddl = """
    CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a, b_id int);
    CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a (id));
    ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);
    """
    good: Data = {"a": {"id": [1, 5], "up": [None, 1], "b_id": [7, 7]}, "b": {"id": [7], "a_id": [5]}}
    assert checked(store, ddl, good).clean
    bad = checked(store, ddl, {**good, "a": {**good["a"], "up": [2, 1]}})
    assert [(f.columns, f.failing) for f in bad.broken] == [(("up",), 1)]


def test_a_key_with_gaps_is_no_range(store):
    ddl = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p_id int REFERENCES p);"
    report = checked(store, ddl, {"p": {"id": [1, 3]}, "c": {"p_id": [1, 2, 3]}})
    assert only(report, "foreign_key").failing == 1


def test_keys_far_apart_and_keys_of_two_columns_are_counted_right(store):
    ddl = "CREATE TABLE t (a bigint, b bigint, UNIQUE (a, b));"
    top = 2**63 - 1
    assert checked(store, ddl, {"t": {"a": [-top - 1, top, 0], "b": [0, 0, 0]}}).clean
    assert only(checked(store, ddl, {"t": {"a": [-top - 1, top, top], "b": [1, 0, 0]}}), "unique").failing == 1
    assert checked(store, ddl, {"t": {"a": [1, 1, 2, 2], "b": [1, 2, 1, 2]}}).clean
    assert only(checked(store, ddl, {"t": {"a": [1, 1, 2, 2], "b": [1, 2, 1, 1]}}), "unique").failing == 1


TEXTS = "CREATE TABLE t (u text, f boolean); "


@pytest.mark.parametrize(
    "ddl,values,failing",
    [
        ("CREATE TABLE t (u text, f boolean, UNIQUE (u))", {"u": ["a", None, None]}, 0),
        ("CREATE TABLE t (u text, f boolean, UNIQUE NULLS NOT DISTINCT (u))", {"u": ["a", None, None]}, 1),
        (TEXTS + "CREATE UNIQUE INDEX ON t (u) WHERE f",
         {"u": ["a", "a", "a"], "f": [True, False, None]}, 0),
        (TEXTS + "CREATE UNIQUE INDEX ON t (u) WHERE f", {"u": ["a", "a"], "f": [True, True]}, 1),
        (TEXTS + "CREATE UNIQUE INDEX ON t (lower(u))", {"u": ["a", "A"]}, 1),
        (TEXTS + "CREATE UNIQUE INDEX ON t (lower(u))", {"u": ["a", "B"]}, 0),
        ("CREATE TABLE t (u char(3), f boolean, UNIQUE (u))", {"u": ["a", "a "]}, 1),
        ("CREATE TABLE t (u varchar(3), f boolean, UNIQUE (u))", {"u": ["a", "a "]}, 0),
    ],
)  # fmt: skip
def test_a_unique_key_is_what_postgres_calls_unique(store, ddl, values, failing):
    finding = only(checked(store, ddl, {"t": values}), "unique")
    assert (finding.verdict, finding.failing) == ("broken" if failing else "holds", failing)


@pytest.mark.parametrize(
    "key,values,failing",
    [
        ("u", ["a", "A"], 1),
        ("u", ["a", "a "], 1),
        ("u", ["e", "é"], 1),
        ("u", ["a", "b"], 0),
        ("u(2)", ["abx", "aby"], 1),
        ("u(2)", ["abx", "acx"], 0),
    ],
)
def test_a_unique_key_of_mysql_ignores_case_accents_and_trailing_spaces(store, key, values, failing):
    ddl = f"CREATE TABLE t (u varchar(20) NOT NULL, UNIQUE KEY k ({key})) DEFAULT CHARSET=utf8mb4;"
    assert only(checked(store, ddl, {"t": {"u": values}}, "mysql"), "unique").failing == failing


def test_a_binary_collation_tells_case(store):
    ddl = "CREATE TABLE t (u varchar(20) COLLATE utf8mb4_bin NOT NULL, UNIQUE KEY k (u));"
    assert only(checked(store, ddl, {"t": {"u": ["a", "A"]}}, "mysql"), "unique").verdict == "holds"


def test_a_foreign_key_of_text_ignores_case_where_its_engine_does(store):
    ddl = "CREATE TABLE p (k varchar(5) PRIMARY KEY); CREATE TABLE c (k varchar(5), FOREIGN KEY (k) REFERENCES p (k));"
    data: Data = {"p": {"k": ["Ab"]}, "c": {"k": ["aB"]}}
    assert only(checked(store, ddl, data, "mysql"), "foreign_key").verdict == "holds"
    assert only(checked(store, ddl, data, "postgres"), "foreign_key").verdict == "broken"


@pytest.mark.parametrize(
    "dialect,type_,good,bad,rule",
    [
        ("postgres", "varchar(3)", "éàü", "abcd", "length"),
        ("postgres", "char(3)", "abc", "abcd", "length"),
        ("mysql", "varbinary(2)", b"ab", b"abc", "length"),
        ("mysql", "tinytext", "x" * 255, "é" * 200, "length"),
        ("mysql", "varchar(255)", "é" * 255, "x" * 256, "length"),
        ("postgres", "bit(3)", "101", "10", "length"),
        ("postgres", "bit varying(3)", "10", "1010", "length"),
        ("mysql", "bit(3)", 7, 8, "range"),
        ("mysql", "mediumint", -(2**23), 2**23, "range"),
        ("mysql", "mediumint unsigned", 2**24 - 1, 2**24, "range"),
        ("mysql", "decimal(4,2) unsigned", Decimal("99.99"), Decimal("-0.01"), "range"),
        ("mysql", "double unsigned", 0.0, -0.5, "range"),
        ("mysql", "year", 0, 1900, "range"),
        ("mysql", "timestamp", dt.datetime(2038, 1, 1), dt.datetime(2039, 1, 1), "range"),
        ("mysql", "enum('a','b')", "a", "c", "enum"),
        ("mysql", "set('a','b')", "a,b", "a,c", "set"),
        ("mysql", "set('a','b')", "", ",", "set"),
        ("mysql", "json", '{"a": 1}', "{", "form"),
        ("postgres", "jsonb", "null", "nul", "form"),
        ("postgres", "uuid", "0c2e19a4-5b0c-4e0a-8c1f-000000000000", "0c2e19a4", "form"),
    ],
)
def test_a_value_fits_its_type(store, dialect, type_, good, bad, rule):
    ddl = f"CREATE TABLE t (id int, v {type_});"
    assert only(checked(store, ddl, {"t": {"id": [1, 2], "v": [good, None]}}, dialect), rule).verdict == "holds"
    broken = only(checked(store, ddl, {"t": {"id": [1, 2], "v": [good, bad]}}, dialect), rule)
    assert (broken.verdict, broken.failing, broken.columns) == ("broken", 1, ("v",))


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_lengths_that_bind_nobody_are_not_checked(store, dialect):
    report = checked(store, "CREATE TABLE t (v varchar(3))", {"t": {"v": ["abcdef"]}}, dialect)
    assert not [f for f in report.findings if f.rule == "length"]


def test_a_decimal_that_only_the_file_can_hold_is_out_of_range(store):
    schema = parse_ddl("CREATE TABLE t (v numeric(4,2));", "postgres")
    table = pa.table({"v": pa.array([Decimal("100.00")], pa.decimal128(8, 2))})
    assert only(validate(saved(store, schema, {"t": table})), "range").verdict == "broken"


DOMAINS = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN year AS integer CHECK (VALUE >= 1901 AND VALUE <= 2155);
CREATE TABLE t (id int PRIMARY KEY, y year, m mood, ms mood[]);
"""


def test_domains_enums_and_arrays_of_enums_bind_their_columns(store):
    good: Data = {"t": {"id": [1, 2], "y": [1901, None], "m": ["ok", "sad"], "ms": [["sad", "ok"], []]}}
    assert checked(store, DOMAINS, good).clean
    bad = checked(store, DOMAINS, {"t": {"id": [1], "y": [1900], "m": ["no"], "ms": [["sad", "no"]]}})
    assert sorted((f.rule, f.columns) for f in bad.broken) == [("check", ("y",)), ("enum", ("m",)), ("enum", ("ms",))]


def test_a_check_passes_null_and_speaks_its_dialect(store):
    ddl = "CREATE TABLE t (a int, b int, CHECK (a / 2 = b));"
    good: Data = {"t": {"a": [7, None, 1], "b": [3, 5, None]}}
    assert only(checked(store, ddl, good), "check").verdict == "holds"
    assert only(checked(store, ddl, good, "duckdb"), "check").failing == 1


def test_what_can_not_be_evaluated_is_unverified_and_never_clean(store):
    ddl = "CREATE TABLE t (a int CHECK (luhn(a)), b int CHECK (b > 0), c text CHECK (c ~ '(.)\\1'));"
    report = checked(store, ddl, {"t": {"a": [1], "b": [1], "c": ["x"]}})
    assert [(f.columns, f.verdict) for f in report.findings if f.rule == "check"] == [
        *(((c,), v) for c, v in (("a", "unverified"), ("b", "holds"), ("c", "unverified")))
    ]
    assert "luhn()" in report.unverified[0].reason
    assert not report.broken
    assert not report.clean


def test_a_rule_that_fails_to_run_does_not_take_the_others_with_it(store):
    ddl = "CREATE TABLE t (a int CHECK (10 / a > 0), b int CHECK (b > 0));"
    report = checked(store, ddl, {"t": {"a": [0], "b": [-1]}})
    assert only(report, "check", "t").verdict == "unverified"
    assert "zero" in report.unverified[0].reason
    assert [f.columns for f in report.broken] == [("b",)]


def test_an_exclusion_by_rare_operators_is_left_to_the_engine(store):
    ddl = "CREATE TABLE t (r int, s tsrange, EXCLUDE USING gist (r WITH =, s WITH -|-));"
    finding = only(checked(store, ddl, {"t": {"r": [1]}}), "exclude")
    assert (finding.verdict, finding.text) == ("unverified", "EXCLUDE (r WITH =, s WITH -|-)")


GENERATED = """
CREATE TABLE t (
    price numeric(10,2), tax numeric(4,2),
    gross numeric(12,2) GENERATED ALWAYS AS (round(price * (1 + tax / 100), 2)) STORED,
    label text GENERATED ALWAYS AS (upper('x') || price::text) STORED
);
"""


def test_a_generated_column_equals_what_the_engine_computes(store):
    good: Data = {
        "t": {
            "price": [Decimal("10.01"), None],
            "tax": [Decimal("7.50"), Decimal("1.00")],
            "gross": [Decimal("10.76"), None],
            "label": ["X10.01", None],
        }
    }
    assert checked(store, GENERATED, good).clean
    bad = checked(store, GENERATED, {"t": {**good["t"], "gross": [Decimal("10.77"), None]}})
    assert [(f.rule, f.columns) for f in bad.broken] == [("generated", ("gross",))]


PARTITIONS = """
CREATE TABLE pay (id int NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE pay_1 PARTITION OF pay FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
CREATE TABLE pay_2 PARTITION OF pay FOR VALUES FROM ('2020-02-01') TO ('2020-03-01');
CREATE TABLE note (pay_id int, pay_day date, FOREIGN KEY (pay_id, pay_day) REFERENCES pay (id, day));
"""


def test_a_partition_holds_its_bounds_and_is_found_through_its_parent(store):
    january, february = dt.date(2020, 1, 31), dt.date(2020, 2, 1)
    good: Data = {
        "pay": {"id": [], "day": []},
        "pay_1": {"id": [1], "day": [january]},
        "pay_2": {"id": [1], "day": [february]},
        "note": {"pay_id": [1, 1], "pay_day": [january, february]},
    }
    assert checked(store, PARTITIONS, good).clean
    bad = checked(store, PARTITIONS, {**good, "pay_1": good["pay_2"]})
    assert sorted((f.rule, f.table) for f in bad.broken) == [("foreign_key", "note"), ("partition", "pay_1")]


def test_names_in_any_spelling_are_found(store):
    ddl = """
    CREATE TABLE "Users" ("Id" int PRIMARY KEY, "id" int CHECK ("id" > 10), "a""b" int NOT NULL);
    CREATE TABLE users (id int PRIMARY KEY, "select" int REFERENCES "Users" ("Id"));
    CREATE SCHEMA sales;
    CREATE TABLE sales.users (id int PRIMARY KEY REFERENCES users (id));
    """
    good: Data = {
        "Users": {"Id": [1, 2], "id": [11, 11], 'a"b': [0, 0]},
        "users": {"id": [5], "select": [2]},
        "sales.users": {"id": [5]},
    }
    assert checked(store, ddl, good).clean
    bad = checked(store, ddl, {**good, "Users": {"Id": [1, 3], "id": [11, 1], 'a"b': [0, None]}})
    assert sorted((f.rule, f.table, f.columns) for f in bad.broken) == [
        ("check", "Users", ("id",)),
        ("foreign_key", "users", ("select",)),
        ("not_null", "Users", ('a"b',)),
    ]


def test_samples_are_values_that_json_can_hold(store):
    ddl = "CREATE TABLE t (a numeric(4,1) CHECK (a > 0), b date, c bytea, d double precision, e timestamptz, f text[]);"
    row = {"a": [Decimal("-1.5")], "b": [dt.date(2020, 1, 1)], "c": [b"\x01"], "d": [float("nan")]}
    row |= {"e": [dt.datetime(2020, 1, 1, tzinfo=dt.UTC)], "f": [["x", None]]}
    finding = only(checked(store, ddl, {"t": row}), "check")
    assert finding.sample == (
        {"a": "-1.5", "b": "2020-01-01", "c": "01", "d": "nan", "e": "2020-01-01 00:00:00+00:00", "f": ["x", None]},
    )


def test_many_small_tables_are_validated_in_seconds(store):
    ddl = "\n".join(
        f"CREATE TABLE t{n} (id int PRIMARY KEY, name varchar(9) NOT NULL CHECK (length(name) > 1), up int"
        + (f" REFERENCES t{n - 1});" if n else ");")
        for n in range(60)
    )
    data: Data = {f"t{n}": {"id": [1, 2], "name": ["ab", "cd"], "up": [2, None]} for n in range(60)}
    report = checked(store, ddl, data)
    assert report.clean
    assert report.seconds < 10


@pytest.mark.parametrize(
    "by,bounds,verdict",
    [
        ("RANGE (a)", ["FROM (1) TO (10)", "FROM (10) TO (20)"], "holds"),
        ("RANGE (a, b)", ["FROM (1, 1) TO (5, 10)"], "holds"),
        ("HASH (a)", ["WITH (MODULUS 2, REMAINDER 0)", "WITH (MODULUS 2, REMAINDER 1)"], ""),
    ],
)
def test_rows_that_may_find_no_partition_are_never_called_clean(
    tmp_path: Path, by: str, bounds: list[str], verdict: str
) -> None:
    ddl = f"CREATE TABLE m (a integer NOT NULL, b integer NOT NULL) PARTITION BY {by};" + "".join(
        f"CREATE TABLE m{n} PARTITION OF m FOR VALUES {bound};" for n, bound in enumerate(bounds)
    )
    plan = draft_plan(parse_ddl(ddl, dialect="postgres"), 50)
    report = validate(generate(plan, Store(tmp_path), "m"))
    assert {f.verdict for f in report.findings if f.rule == "partition"} == ({verdict} if verdict else set())


WAYS = {  # (rows of a table that is read whole, rows from which on witnesses speak for a column)
    "read whole": (4096, 1 << 16),
    "scanned": (-1, 1 << 16),
    "by witnesses": (-1, 0),
}
MANY_RULES = """
CREATE TABLE kind (code char(2) PRIMARY KEY, label varchar(5) UNIQUE);
CREATE TABLE thing (
    a integer, b integer, kind char(2) REFERENCES kind, said varchar(4) CHECK (said IN ('yes', 'no', 'so so')),
    day date CHECK (day BETWEEN DATE '2020-01-01' AND DATE '2020-12-31'), even integer CHECK (even % 2 = 0),
    odd_or_large integer CHECK (odd_or_large > 10 OR odd_or_large = 1),
    cost numeric(8,2) CHECK (cost >= 0 AND 10 > cost),
    at timestamp CHECK (at < TIMESTAMP '2021-01-01 00:00:00'), given integer CHECK (given IS NOT NULL),
    said_too text CHECK (said_too IS NOT NULL), ratio double precision CHECK (ratio < 1),
    PRIMARY KEY (a, b), UNIQUE (kind, said, even), CHECK (a <> even)
);
"""
KEPT: Data = {
    "kind": {"code": ["aa", "bb", "cc"], "label": ["one", None, None]},
    "thing": {
        "a": [1, 1, 2],
        "b": [5, 7, 0],
        "kind": ["aa", None, "cc"],
        "said": ["yes", None, "no"],
        "day": [dt.date(2020, 1, 1), None, dt.date(2020, 12, 31)],
        "even": [4, 0, 8],
        "odd_or_large": [1, 99, 11],
        "cost": [Decimal(0), Decimal("9.99"), None],
        "at": [dt.datetime(2020, 1, 1), dt.datetime(2020, 12, 31, 23), None],
        "given": [1, 2, 3],
        "said_too": ["x", "y", "x"],
        "ratio": [0.5, float("-inf"), None],
    },
}
BROKEN: list[tuple[str, str, list[Any]]] = [
    ("kind", "code", ["aa", "aa", "cc"]),
    ("kind", "code", ["aa", "aa ", "cc"]),  # char(2) does not see the space
    ("kind", "label", ["one", "two", "two"]),
    ("kind", "label", ["one", "twelve", None]),
    ("thing", "b", [5, 5, 5]),
    ("thing", "b", [7, 5, 0]),  # in no order, and yet unique
    ("thing", "kind", ["aa", "xx", "cc"]),
    ("thing", "said", ["yes", "so so", "no"]),
    ("thing", "said", ["yes", "?", "no"]),
    ("thing", "day", [dt.date(2020, 1, 1), dt.date(2021, 1, 1), None]),
    ("thing", "even", [4, 5, 8]),
    ("thing", "even", [4, 1, 8]),
    ("thing", "odd_or_large", [1, 5, 11]),  # between two that hold it
    ("thing", "cost", [Decimal(0), Decimal(10), None]),
    ("thing", "at", [dt.datetime(2020, 1, 1), dt.datetime(2021, 1, 1), None]),
    ("thing", "given", [1, None, 3]),
    ("thing", "said_too", ["x", None, "x"]),
    ("thing", "ratio", [0.5, float("nan"), 0.0]),
]


@pytest.mark.parametrize("table,column,values", [("kind", "code", KEPT["kind"]["code"]), *BROKEN])
@pytest.mark.parametrize("rows_per_part", [1, 1000])
def test_a_table_is_judged_alike_however_it_is_looked_at(store, monkeypatch, table, column, values, rows_per_part):
    data = {**KEPT, table: {**KEPT[table], column: values}}
    schema = parse_ddl(MANY_RULES, "postgres")
    dataset = saved(store, schema, arrow_tables(schema, data), rows_per_part=rows_per_part, coded=True)
    found = []
    for small, many in WAYS.values():
        monkeypatch.setattr(validation, "SMALL", small)
        monkeypatch.setattr(validation.singles, "MANY", many)
        found.append(validate(dataset).findings)
    assert found[0] == found[1] == found[2]
    assert all(f.verdict == "holds" for f in found[0]) == (values in (KEPT["kind"]["code"], [7, 5, 0]))
