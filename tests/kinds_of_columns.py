"""The kinds of type and of computed column that real schemas hold, each as a few lines added to a sketch."""

from __future__ import annotations

from .sketches import ENGINES, Kinds, Name, SchemaKind, Sketch

COLUMNS = Kinds()


def _typed(name: str, **types: tuple[str, ...]) -> None:
    """A kind that is one of some types: a plain column most of the time, at times a UNIQUE one."""

    def add(s: Sketch) -> None:
        type_ = s.pick(*types.get(s.engine, types.get("other", ())))
        rest = [s.pick("", "NOT NULL"), "UNIQUE" if s.chance(0.25) and name not in _NEVER_UNIQUE else ""]
        s.add(s.host(), type_, *rest, name=s.fresh(name.lower().replace(" ", "_")))

    engines: tuple[Name, ...] = ENGINES if "other" in types else tuple(e for e in ENGINES if e in types)
    COLUMNS.append(SchemaKind(name, add, engines))


_NEVER_UNIQUE = {"JSON", "XML", "geometry", "TSVECTOR", "SET", "ENUM", "BOOLEAN", "TINYINT", "ARRAY", "YEAR", "BIT",
                 "STRUCT", "rare type"}  # fmt: skip

_typed("TINYINT", duckdb=("tinyint", "utinyint"), mariadb=("tinyint", "tinyint unsigned", "tinyint(1)"))
_typed("SMALLINT", other=("smallint",))
_typed("MEDIUMINT", mariadb=("mediumint", "mediumint unsigned", "mediumint(8) unsigned zerofill"))
_typed("BIGINT", other=("bigint",))
_typed(
    "UNSIGNED",
    duckdb=("usmallint", "uinteger", "ubigint"),
    mariadb=("int unsigned", "smallint unsigned", "bigint(20) unsigned"),
    sqlite=("unsigned big int", "int unsigned"),
)
_typed("HUGEINT", duckdb=("hugeint", "uhugeint"))
_typed("FLOAT", other=("real", "double precision", "float"), mariadb=("float", "double", "float unsigned"))
_typed(
    "DECIMAL",
    other=("decimal(10, 2)", "decimal(4, 4)", "numeric(18, 6)", "numeric"),
    mariadb=("decimal(10,2)", "decimal(5,5) unsigned", "decimal(18,6)"),
)
_typed(
    "wide DECIMAL",
    duckdb=("decimal(38, 10)",),
    postgres=("numeric(38, 10)", "numeric(50, 0)"),
    mariadb=("decimal(65,30)",),
)
_typed("BOOLEAN", other=("boolean",))
_typed("CHAR", other=("char(1)", "char(3)", "char(36)"))
_typed("TEXT", other=("text", "varchar(255)", "varchar(3)", "varchar(40)"))
_typed("DATE", other=("date",))
_typed("TIME", other=("time",))
_typed("TIMESTAMP", other=("timestamp",), mariadb=("timestamp NULL", "datetime(6)", "datetime"))
_typed("TIMESTAMPTZ", duckdb=("timestamptz",), postgres=("timestamptz", "timestamp with time zone"))
_typed("INTERVAL", duckdb=("interval",), postgres=("interval", "interval day to second"))
_typed("YEAR", mariadb=("year", "year(4)"))
_typed("UUID", duckdb=("uuid",), postgres=("uuid",), mariadb=("uuid",))
_typed("JSON", duckdb=("json",), postgres=("json", "jsonb"), mariadb=("json",), sqlite=("json",))
_typed("XML", postgres=("xml",))
_typed("INET", postgres=("inet", "cidr", "macaddr"), mariadb=("inet6", "inet4"))
_typed(
    "BIT", duckdb=("bit",), postgres=("bit(1)", "bit(8)", "bit varying(12)"), mariadb=("bit(1)", "bit(8)", "bit(64)")
)
_typed("MONEY", postgres=("money",))
_typed("RANGE", postgres=("int4range", "daterange", "tstzrange", "numrange"))
_typed("TSVECTOR", postgres=("tsvector",))
_typed(
    "BYTES", duckdb=("blob",), sqlite=("blob",), postgres=("bytea",), mariadb=("binary(16)", "varbinary(20)", "blob")
)
_typed(
    "geometry",
    postgres=("point", "box", "polygon", "line", "lseg", "path", "circle", "box[]"),
    mariadb=("point", "geometry", "polygon", "linestring", "multipoint", "multilinestring", "multipolygon",
             "geometrycollection"),
)  # fmt: skip
_typed("SET", mariadb=("SET ('a', 'b', 'c d')", "set('x')"))
_typed(
    "ARRAY",
    duckdb=("integer[]", "varchar[]", "date[]"),
    postgres=("integer[]", "text[]", "varchar(5)[]", "numeric(6,2)[]", "integer[3]"),
)
_typed(
    "STRUCT",
    duckdb=(
        "STRUCT(a integer, b varchar)",
        "MAP(varchar, integer)",
        "float[3]",
        "integer[][]",
        "integer[2][3]",
        "STRUCT(a ENUM('x', 'y'), b STRUCT(c date, d decimal(6, 2)[]))[]",
        "UNION(n integer, s varchar)",
        "MAP(integer, STRUCT(a timestamptz))",
        "bignum",
        "varchar[2][]",
    ),
)
_typed(
    "rare type",
    postgres=(
        "tsquery",
        "pg_lsn",
        "pg_snapshot",
        "regclass",
        "regtype[]",
        "tstzmultirange",
        "tid",
        "jsonpath",
        "nummultirange",
        "timetz",
        "macaddr8",
        '"char"',
        "name",
    ),
)
_typed("any type", sqlite=("varying character(20)", "native character(70)", "long", "", "datetime", "bigint unsigned"))


@COLUMNS.kept("ENUM", "duckdb", "postgres", "mariadb")
def _enum(s: Sketch) -> None:
    labels = s.pick("ENUM ('low', 'high')", "ENUM ('A', 'b b', 'it''s', 'Ünï')")
    type_ = labels
    if s.engine != "mariadb":
        type_ = s.fresh("mood")
        s.before.append(f"CREATE TYPE {type_} AS {labels}")
    t = s.host()
    name = s.add(t, type_, s.pick("", "NOT NULL"), name=s.fresh("mood"))
    if s.chance(0.3) and "low" in labels:
        t.column(name).rest.append("DEFAULT 'low'")


@COLUMNS.kept("DOMAIN", "postgres")
def _domain(s: Sketch) -> None:
    base, check = s.pick(
        ("integer", "CHECK (VALUE > 0)"), ("integer", "CHECK (VALUE BETWEEN 1900 AND 2155)"),
        ("text", "CHECK (length(VALUE) >= 3)"), ("varchar(5)", "CHECK (VALUE ~ '^[0-9]{5}$')"),
        ("text", "NOT NULL CHECK (VALUE IN ('a', 'b'))"), ("text", "CHECK (VALUE ~* '^[a-z0-9._]+@[a-z]+[.][a-z]+$')"),
        ("numeric(8, 2)", "NOT NULL DEFAULT 1 CHECK (VALUE >= 0) CHECK (VALUE < 1000)"), ("integer[]", ""),
    )  # fmt: skip
    name = s.fresh("domain")
    s.before.append(f"CREATE DOMAIN {name} AS {base} {check}".rstrip())
    s.add(s.host(), name, s.pick("", "NOT NULL"), name=s.fresh("value"))


@COLUMNS.kept("DOMAIN over a DOMAIN", "postgres")
def _domain_over_domain(s: Sketch) -> None:
    below, above = s.fresh("positive"), s.fresh("digit")
    s.before += [
        f"CREATE DOMAIN {below} AS integer CHECK (VALUE > 0)",
        f"CREATE DOMAIN {above} AS {below} CHECK (VALUE < 9)",
    ]
    s.add(s.host(), s.pick(above, f"{above}[]"), s.pick("", "NOT NULL"), name=s.fresh("value"))


@COLUMNS.kept("a type of an extension", "postgres")
def _extension_type(s: Sketch) -> None:
    name = s.pick("ltree", "hstore", "cube", "seg", "citext")
    s.before.append(f"CREATE EXTENSION IF NOT EXISTS {name}")
    s.add(s.host(), s.pick(name, f"{name}[]"), s.pick("", "NOT NULL"), name=s.fresh("value"))


@COLUMNS.kept("a composite TYPE", "postgres")
def _composite_type(s: Sketch) -> None:
    name = s.fresh("address")
    label, positive, outer = s.fresh("label"), s.fresh("positive"), s.fresh("outer")
    s.before += [
        f"CREATE TYPE {label} AS ENUM ('a \"b\"', 'it''s')",
        f"CREATE DOMAIN {positive} AS numeric(8, 2) CHECK (VALUE > 0)",
        f"CREATE TYPE {name} AS (street text, zip integer, since date, kind {label}, price {positive}, tags text[])",
        f'CREATE TYPE {outer} AS (of {name}, at timestamptz, "Box" box, b bytea)',
    ]
    s.add(s.host(), s.pick(name, f"{name}[]", outer, f"{outer}[]"), name=s.fresh("place"))


@COLUMNS.kept("a narrow character set", "mariadb")
def _character_set(s: Sketch) -> None:
    t = s.host()
    charset = s.pick("latin1", "ascii", "latin1 COLLATE latin1_general_ci", "utf8")
    for name in ("name", "city", "note"):
        if all(c.name != name for c in t.columns):
            s.add(t, f"varchar(40) CHARACTER SET {charset}", s.pick("", "NOT NULL"), name=name)


@COLUMNS.kept("a key of type DOMAIN", "postgres")
def _domain_key(s: Sketch) -> None:
    name = s.fresh("domain")
    s.before.append(f"CREATE DOMAIN {name} AS {s.pick('text CHECK (length(VALUE) = 6)', 'bigint CHECK (VALUE > 99)')}")
    t = s.table(type_=name)
    child = s.table()
    s.foreign_key(child, s.point(child, t), t)


@COLUMNS.kept("DEFAULTs and comments")
def _defaults(s: Sketch) -> None:
    t = s.host()
    s.add(t, "varchar(20)", "DEFAULT 'it''s'", "NOT NULL")
    s.add(t, "timestamp", s.pick("DEFAULT CURRENT_TIMESTAMP", "NOT NULL DEFAULT CURRENT_TIMESTAMP"))
    s.add(t, "integer", s.pick("DEFAULT 0", "DEFAULT -1", "NOT NULL DEFAULT 7"))
    if s.engine in ("postgres", "duckdb"):
        s.after.append(f"COMMENT ON TABLE {s.quoted(t.name)} IS 'what''s in; here'")


# --- computed columns


@COLUMNS.kept("GENERATED")
def _generated(s: Sketch) -> None:
    t = s.host()
    a, b = s.add(t, "integer", "NOT NULL"), s.add(t, "varchar(10)", "NOT NULL")
    a, b = s.quoted(a), s.quoted(b)
    joined = s.only(mariadb=f"concat({b}, '-', {a})", duckdb=f"{b} || '-' || {a}", sqlite=f"{b} || '-' || {a}",
                    postgres=f"{b} || '-' || {a}::text")  # fmt: skip
    type_, expression = s.pick(
        ("integer", f"{a} % 7"), ("bigint", f"{a} div 2" if s.engine == "mariadb" else f"{a} / 2"),
        ("integer", f"{a} / 3"), ("varchar(20)", f"upper({b})"),
        ("varchar(60)", joined), ("integer", f"length({b})"), ("integer", f"CASE WHEN {a} > 100 THEN 1 ELSE 0 END"),
    )  # fmt: skip
    stored = s.pick(*s.only(duckdb="VIRTUAL", postgres="STORED", other="VIRTUAL STORED").split())
    s.add(t, type_, f"GENERATED ALWAYS AS ({expression}) {stored}", name=s.fresh("computed"))


@COLUMNS.kept("GENERATED from nothing", "duckdb", "sqlite", "postgres", "mariadb")
def _generated_constant(s: Sketch) -> None:
    kind = s.only(duckdb="VIRTUAL", other="STORED")
    s.add(s.table(), "integer", f"GENERATED ALWAYS AS ({s.pick('7', '1 + 1')}) {kind}", name=s.fresh("computed"))


@COLUMNS.kept("GENERATED and UNIQUE", "postgres", "mariadb", "sqlite")
def _generated_unique(s: Sketch) -> None:
    t = s.host()
    base = s.add(t, "varchar(30)", "NOT NULL")
    name = s.add(t, "varchar(30)", f"GENERATED ALWAYS AS (lower({s.quoted(base)})) STORED", name=s.fresh("slug"))
    s.after.append(f"CREATE UNIQUE INDEX {s.fresh('ux')} ON {s.quoted(t.name)} ({name})")
