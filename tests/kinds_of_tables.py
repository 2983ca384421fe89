"""The kinds of table that real schemas hold: parts of tables, names and namespaces, definitions changed by later
statements. Each is a few lines added to a sketch."""

from __future__ import annotations

from .sketches import Kinds, Sketch

TABLES = Kinds()


# --- tables that are parts of tables


@TABLES.kept("EXCLUDE of periods", "postgres")
def _exclude(s: Sketch) -> None:
    t = s.table()
    p = s.parent(t)
    s.before.append("CREATE EXTENSION IF NOT EXISTS btree_gist")
    (owner,) = s.point(t, p, "NOT NULL")
    s.foreign_key(t, (owner,), p)
    if s.chance():
        s.add(t, "tstzrange", s.pick("", "NOT NULL"), name="during")
        during = "during"
    else:
        low, high = (s.add(t, "date", "NOT NULL", name=n) for n in ("from_day", "to_day"))
        t.clauses.append(f"CHECK ({low} < {high})")
        during = f"daterange({low}, {high})"
    keys = f"{during} WITH &&" if p.column(p.key[0]).type.startswith("char") else f"{owner} WITH =, {during} WITH &&"
    t.clauses.append(f"EXCLUDE USING gist ({keys})")


@TABLES.kept("EXCLUDE of equals", "postgres")
def _exclude_equal(s: Sketch) -> None:
    t = s.host()
    name = s.add(t, "integer", s.pick("", "NOT NULL"))
    t.clauses.append(f"EXCLUDE USING btree ({s.quoted(name)} WITH =)" + s.pick("", f" WHERE ({s.quoted(name)} > 10)"))


def _partitioned(s: Sketch, type_: str, how: str, bounds: list[str]) -> None:
    t = s.table(None, sealed=True)
    number = s.add(t, "bigint", "NOT NULL", name="id")
    by = s.add(t, type_, "NOT NULL", name="part_by")
    s.add(t, "varchar(30)")
    if s.chance():
        t.clauses.append(f"PRIMARY KEY ({s.listed([number, by])})")
    t.tail = f" PARTITION BY {how} ({by})"
    for n, bound in enumerate(bounds):
        s.after.insert(n, f"CREATE TABLE {t.name}_p{n} PARTITION OF {t.name} {bound}")


@TABLES.kept("PARTITION BY RANGE", "postgres")
def _range_partitions(s: Sketch) -> None:
    years = [f"FOR VALUES FROM ('{y}-01-01') TO ('{y + 1}-01-01')" for y in (2021, 2022)]
    _partitioned(s, "date", "RANGE", years + (["DEFAULT"] if s.chance() else []))


@TABLES.kept("PARTITION BY LIST", "postgres")
def _list_partitions(s: Sketch) -> None:
    _partitioned(s, "varchar(10)", "LIST", ["FOR VALUES IN ('north', 'south')", "FOR VALUES IN ('east')"])


@TABLES.kept("PARTITION BY HASH", "postgres")
def _hash_partitions(s: Sketch) -> None:
    _partitioned(s, "integer", "HASH", [f"FOR VALUES WITH (MODULUS 2, REMAINDER {n})" for n in range(2)])


@TABLES.kept("partitions that take no NULL", "postgres")
def _gap_partitions(s: Sketch) -> None:
    t = s.table(None, sealed=True)
    s.add(t, "integer", name="part_by")
    s.add(t, "integer", name="other")
    by = s.pick("part_by", "part_by, other")
    t.tail = f" PARTITION BY RANGE ({by})"
    for n, (low, high) in enumerate((("1", "5"), ("100", "200"))):
        low, high = (f"{v}, 0" if "," in by else v for v in (low, high))
        s.after.insert(n, f"CREATE TABLE {t.name}_p{n} PARTITION OF {t.name} FOR VALUES FROM ({low}) TO ({high})")


@TABLES.kept("partitions of partitions", "postgres")
def _sub_partitions(s: Sketch) -> None:
    _partitioned(s, "varchar(10)", "LIST", ["FOR VALUES IN ('north') PARTITION BY RANGE (id)"])
    t = s.tables[-1]
    s.after.insert(1, f"CREATE TABLE {t.name}_p0_p0 PARTITION OF {t.name}_p0 FOR VALUES FROM (1) TO (900)")


@TABLES.kept("PARTITION BY an expression", "mariadb")
def _expression_partitions(s: Sketch) -> None:
    t = s.table(None, sealed=True)
    s.add(t, "integer", "NOT NULL", name="id")
    s.add(t, "date", "NOT NULL", name="day")
    t.clauses.append("PRIMARY KEY (id, day)")
    t.tail = s.pick(
        " PARTITION BY RANGE (year(day)) (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN (2010))",
        " PARTITION BY RANGE COLUMNS (day) (PARTITION p0 VALUES LESS THAN ('2000-01-01'))",
        " PARTITION BY LIST (id) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (7, 9))",
    )


@TABLES.kept("PARTITION BY in one table", "mariadb")
def _mariadb_partitions(s: Sketch) -> None:
    t = s.table(None, sealed=True)
    t.columns = []
    s.add(t, "integer", "NOT NULL", "PRIMARY KEY", name="id")
    s.add(t, "varchar(30)")
    t.tail = s.pick(
        " PARTITION BY HASH (id) PARTITIONS 4",
        " PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (50), PARTITION p1 VALUES LESS THAN (500))",
        " PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (50), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    )


@TABLES.kept("INHERITS", "postgres")
def _inherits(s: Sketch) -> None:
    t = s.table(type_="integer")
    name = s.add(t, "varchar(20)", "NOT NULL")
    t.column(name).rest.append(f"CHECK (length({s.quoted(name)}) > 2)")
    child = s.table(None, sealed=True)
    s.add(child, "integer", s.pick("", "NOT NULL"), name=s.fresh("extra"))
    child.tail = f" INHERITS ({s.quoted(t.name)})"
    if s.chance():
        child.clauses.append(f"PRIMARY KEY ({t.key[0]})")


# --- names, and what later statements change


@TABLES.kept("quoted odd identifiers")
def _odd(s: Sketch) -> None:
    t = s.table(None, sealed=True)
    t.name = s.pick("Order Lines", "groupBy", "übersicht", "t-1", "SELECT me") + str(len(s.tables))
    key = s.pick("Key No", "Id", "primary key", "%id")
    s.add(t, "integer", "NOT NULL", "PRIMARY KEY", name=key)
    s.add(t, "varchar(20)", "UNIQUE", name=s.pick("E-Mail", "from", "Straße", "a b c", "1st"))
    s.add(t, "integer", f"CHECK ({s.quoted('Max Qty')} > 3)", name="Max Qty")
    s.add(t, "integer", s.references(t, (key,)), name="Parent Id")


@TABLES.kept("several namespaces", "duckdb", "postgres")
def _namespace(s: Sketch) -> None:
    space = s.fresh("area")
    s.before.append(f"CREATE SCHEMA {space}")
    t = s.table(sealed=s.engine == "duckdb")  # which has no foreign keys between namespaces
    t.name = f"{space}.{t.name}"
    if s.engine == "postgres":
        p = s.parent(t)
        s.foreign_key(t, s.point(t, p), p)


@TABLES.kept("names that differ by case only", "sqlite", "postgres")
def _case_only(s: Sketch) -> None:
    if s.engine == "sqlite":  # where names have no case
        t = s.table(None)
        s.add(t, "integer", "PRIMARY KEY", name="ID")
        t.clauses.append("CHECK (id > 4)")
        return
    t = s.table(None, sealed=True)
    t.name = f"Upper_{len(s.tables)}"
    s.add(t, "integer", "PRIMARY KEY", name="id")
    s.add(t, "integer", f"REFERENCES {s.quoted(t.name)} (id)", name="ID")
    s.add(t, "integer", 'CHECK ("Id" > 100)', name="Id")


@TABLES.kept("later DROP, RENAME and ALTER TYPE", "postgres", "mariadb")
def _altered(s: Sketch) -> None:
    t = s.table(sealed=True)
    old, kept = s.add(t, "integer", "NOT NULL"), s.add(t, "varchar(40)")
    t.clauses.append(f"CONSTRAINT gone CHECK ({old} > 1000000)")
    alter = f"ALTER TABLE {s.quoted(t.name)}"
    s.after += [f"{alter} DROP CONSTRAINT gone", f"{alter} RENAME COLUMN {kept} TO renamed"]
    s.after.append(
        f"{alter} " + s.only(postgres="ALTER COLUMN renamed TYPE varchar(3)", other="MODIFY renamed varchar(3)")
    )
    s.after.append(s.pick(f"{alter} DROP COLUMN {old}", f"{alter} ADD COLUMN late integer NOT NULL"))
    if s.engine == "postgres" and s.chance():
        s.after.append(f"{alter} ADD CONSTRAINT later CHECK (length(renamed) = 3) NOT VALID")


@TABLES.kept("a constraint by ALTER", "postgres", "mariadb")
def _constraint_by_alter(s: Sketch) -> None:
    t = s.host()
    name = s.add(t, "integer", s.pick("", "NOT NULL"))
    rule = s.pick(f"UNIQUE ({s.quoted(name)})", f"CHECK ({s.quoted(name)} BETWEEN 3 AND 900)")
    s.after.append(f"ALTER TABLE {s.quoted(t.name)} ADD CONSTRAINT {s.fresh('rule')} {rule}")


@TABLES.kept("a key USING INDEX", "postgres")
def _using_index(s: Sketch) -> None:
    t = s.table(None, sealed=True)
    name, index = s.add(t, s.key_type(), "NOT NULL"), s.fresh("ix")
    s.after.insert(
        0, f"ALTER TABLE {t.name} ADD CONSTRAINT {index} {s.pick('PRIMARY KEY', 'UNIQUE')} USING INDEX {index}"
    )
    s.after.insert(0, f"CREATE UNIQUE INDEX {index} ON {t.name} ({s.quoted(name)})")


@TABLES.kept("a deferrable UNIQUE", "postgres")
def _deferrable_unique(s: Sketch) -> None:
    s.add(s.host(), s.key_type(), "UNIQUE DEFERRABLE INITIALLY DEFERRED")


@TABLES.kept("LIKE another table", "postgres", "mariadb")
def _like(s: Sketch) -> None:
    t = s.table(type_="integer", sealed=True)
    s.add(t, "varchar(20)", "NOT NULL", "UNIQUE")
    copy = s.fresh("copy")
    s.after.append(f"CREATE TABLE {copy} " + s.only(postgres=f"(LIKE {t.name} INCLUDING ALL)", other=f"LIKE {t.name}"))


@TABLES.kept("rows that the definitions insert")
def _own_rows(s: Sketch) -> None:
    t = s.table(None, sealed=True)
    t.key = ("id",)
    s.add(t, "integer", "PRIMARY KEY", name="id")
    s.add(t, "varchar(20)", "NOT NULL", "UNIQUE", name="label")
    child = s.table()
    s.foreign_key(child, s.point(child, t), t)
    s.after.append(f"INSERT INTO {t.name} (id, label) VALUES (1, 'low'), (2, 'it''s'), (7, 'high')")


# --- tables that sum up others


@TABLES.kept("a total over lines")
def _total(s: Sketch) -> None:
    head, lines = s.table(), s.table()
    head.name, lines.name = s.fresh("invoice"), s.fresh("invoice_line")
    limit = s.pick("", "CHECK (total <= 900)", "CHECK (total >= 0)")
    s.add(head, s.pick("decimal(10, 2)", "decimal(6, 2)", "integer", "double precision"), s.pick("", "NOT NULL"), limit,
          name="total")  # fmt: skip
    s.add(head, s.pick("integer", "smallint"), s.pick("", "NOT NULL"), name="line_count")
    s.foreign_key(lines, s.point(lines, head, s.pick("", "NOT NULL")), head)
    if s.chance():
        s.add(lines, s.pick("decimal(8, 2)", "integer"), s.pick("", "NOT NULL"), name="amount")
        return
    s.add(lines, s.pick("integer", "decimal(6, 3)"), "NOT NULL", name="quantity")
    s.add(lines, "decimal(8, 2)", s.pick("", "NOT NULL"), name="unit_price")
    if s.chance():
        s.add(lines, s.pick("decimal(3, 0)", "integer"), name="discount_percent")
    if s.chance():
        s.add(lines, s.pick("decimal(10, 2)", "decimal(7, 2)"), name="line_total")


@TABLES.kept("a price from a table of products")
def _price(s: Sketch) -> None:
    products, lines = s.table(), s.table()
    products.name, lines.name = s.fresh("product"), s.fresh("sale")
    s.add(products, "decimal(8, 2)", s.pick("", "NOT NULL"), s.pick("", "CHECK (price > 5)"), name="price")
    s.add(products, "timestamp", name="last_sale_at")
    s.add(products, "integer", name="sale_count")
    s.foreign_key(lines, s.point(lines, products, s.pick("", "NOT NULL")), products)
    s.add(lines, "integer", "NOT NULL", name="quantity")
    s.add(lines, "decimal(8, 2)", s.pick("", "NOT NULL"), s.pick("", "CHECK (price < 100)"), name="price")
    s.add(lines, "timestamp", name="sold_at")
    s.add(lines, "decimal(9, 2)", s.pick("", "NOT NULL"), name="total")
