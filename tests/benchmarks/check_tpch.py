"""What must hold of the TPC-H tables that were made, asked of the files by DuckDB: keys, links, dates, prices, totals,
the volume of text. `python -m tests.benchmarks.make_tpch OUT --check` runs it on its own output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

DBGEN_TEXT = 518_500_000  # bytes in the text columns of TPC's own generator at scale 1; all but constant per row

VIOLATIONS: Mapping[str, str] = {
    "orders of one key": "SELECT count(*) - count(DISTINCT o_orderkey) FROM orders",
    "lines of one key": """SELECT count(*) FROM
        (SELECT 1 FROM lineitem GROUP BY l_orderkey, l_linenumber HAVING count(*) > 1)""",
    "offers of one key": """SELECT count(*) FROM
        (SELECT 1 FROM partsupp GROUP BY ps_partkey, ps_suppkey HAVING count(*) > 1)""",
    "lines of no order": "SELECT count(*) FROM lineitem ANTI JOIN orders ON l_orderkey = o_orderkey",
    "lines of no offer": """SELECT count(*) FROM lineitem ANTI JOIN partsupp
        ON l_partkey = ps_partkey AND l_suppkey = ps_suppkey""",
    "offers of no part": "SELECT count(*) FROM partsupp ANTI JOIN part ON ps_partkey = p_partkey",
    "offers of no supplier": "SELECT count(*) FROM partsupp ANTI JOIN supplier ON ps_suppkey = s_suppkey",
    "orders of no customer": "SELECT count(*) FROM orders ANTI JOIN customer ON o_custkey = c_custkey",
    "orders without lines": "SELECT count(*) FROM orders ANTI JOIN lineitem ON o_orderkey = l_orderkey",
    "dates out of order": """SELECT count(*) FROM lineitem JOIN orders ON l_orderkey = o_orderkey
        WHERE NOT (o_orderdate <= l_shipdate AND o_orderdate <= l_commitdate AND l_shipdate < l_receiptdate)""",
    "prices that are not quantity * the part's": """SELECT count(*) FROM lineitem JOIN part ON l_partkey = p_partkey
        WHERE l_extendedprice <> l_quantity * p_retailprice""",
    "totals that are not the sum of their lines": """SELECT count(*) FROM orders JOIN
        (SELECT l_orderkey, sum(l_extendedprice) AS total FROM lineitem GROUP BY l_orderkey) ON o_orderkey = l_orderkey
        WHERE o_totalprice <> total""",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that break each rule, the bytes of all text, and how many different remarks the lines have."""

    violations: Mapping[str, int]
    text: int
    remarks: int


def found(files: Mapping[str, Sequence[Path]]) -> Found:
    """`files` are the parts of each table."""
    with duckdb.connect() as connection:
        text = 0
        for table, parts in files.items():
            paths = ", ".join(f"'{part}'" for part in parts)
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{paths}])")
            columns = connection.execute(f"DESCRIBE {table}").fetchall()
            sums = [f"coalesce(sum(strlen({name})), 0)" for name, kind, *_ in columns if kind == "VARCHAR"]
            text += one(connection, f"SELECT {' + '.join(sums)} FROM {table}")
        violations = {rule: one(connection, sql) for rule, sql in VIOLATIONS.items()}
        return Found(violations, text, one(connection, "SELECT count(DISTINCT l_comment) FROM lineitem"))


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def told(result: Found, scale: float) -> str:
    lines = [f"{rule:<45}{count:>12,}" for rule, count in result.violations.items()]
    lines.append(f"{'text, of what the original has':<45}{result.text / (DBGEN_TEXT * scale):>12.3f}")
    lines.append(f"{'different l_comment':<45}{result.remarks:>12,}")
    return "\n".join(lines)
