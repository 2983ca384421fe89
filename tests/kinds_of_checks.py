"""The kinds of CHECK that real schemas hold, each as a few lines added to a sketch."""

from __future__ import annotations

from .sketches import ENGINES, Kinds, Name, SchemaKind, Sketch

CHECKS = Kinds()


# --- CHECKs on one column


def _checked(name: str, type_: str, *conditions: str, engines: tuple[Name, ...] = ENGINES) -> None:
    """A kind that is one of some conditions on one column, written `x`; in line or as a table's clause."""

    def add(s: Sketch) -> None:
        t = s.host()
        column = s.add(t, type_, s.pick("", "NOT NULL"))
        check = f"CHECK ({s.pick(*conditions).replace('{x}', s.quoted(column))})"
        if s.chance():
            t.clauses.append(f"CONSTRAINT {s.fresh('ck')} {check}")
        else:
            t.column(column).rest.append(check)

    CHECKS.append(SchemaKind(name, add, engines))


_checked(
    "CHECK of a range", "integer", "{x} BETWEEN 3 AND 9", "{x} > 0", "{x} >= -5 AND {x} < 5", "0 <= {x}", "{x} > 1e3"
)
_checked("CHECK of a decimal range", "decimal(8, 2)", "{x} > 0", "{x} >= 0.01 AND {x} <= 99.99", "{x} BETWEEN 0 AND 1")
_checked(
    "CHECK of a date", "date", "{x} > '1999-12-31'", "{x} BETWEEN '2020-01-01' AND '2020-01-31'", "{x} < '2030-01-01'"
)
_checked("CHECK of a time", "timestamp", "{x} > '2001-01-01 00:00:00'", "{x} >= '2020-01-01' AND {x} < '2021-01-01'")
_checked("CHECK IN", "varchar(12)", "{x} IN ('a', 'bb', 'it''s')", "{x} = 'x' OR {x} = 'y'", "{x} NOT IN ('no', '')")
_checked(
    "CHECK IN of numbers", "integer", "{x} IN (1, 2, 4, 8)", "{x} = 0 OR {x} = 1", "{x} IN (-1, 0)", "{x} NOT IN (0)"
)
_checked(
    "CHECK of a length",
    "varchar(20)",
    "length({x}) = 8",
    "length({x}) >= 5",
    "length({x}) BETWEEN 2 AND 3",
    "length(trim({x})) > 0",
)
_checked(
    "CHECK LIKE",
    "varchar(40)",
    "{x} LIKE 'A%'",
    "{x} LIKE '%@%'",
    "{x} LIKE '___-%'",
    "{x} NOT LIKE '% %'",
    "{x} LIKE '%.com'",
)
_checked("CHECK ILIKE", "varchar(40)", "{x} ILIKE 'ab%'", "{x} NOT ILIKE '%admin%'", engines=("duckdb", "postgres"))
_checked("CHECK <>", "varchar(30)", "{x} <> ''", "{x} <> 'none'", "trim({x}) <> ''", "{x} != 'x' AND {x} <> 'y'")
_checked(
    "CHECK of a regex",
    "varchar(30)",
    "{x} ~ '^[A-Z]{2}[0-9]{4}$'",
    "{x} ~* '^[a-z_]+$'",
    "{x} !~ '[[:space:]]'",
    "{x} ~ '^\\d{3}-\\d{2}$'",
    "{x} SIMILAR TO '[A-C]+'",
    "{x} ~ '^(new|sent|paid)$'",
    "{x} ~ '^[a-z]+(?:-[a-z]+)*$' AND length({x}) >= 6",
    "{x} ~ E'^\\d{5}$'",
    engines=("postgres",),
)
_checked(
    "CHECK of letter case over a list",
    "varchar(10)",
    "upper({x}) IN ('A', 'B', 'c')",
    "lower({x}) = 'on' OR {x} IS NULL",
    "trim({x}) IN ('x', ' y')",
)
_checked(
    "CHECK of bytes", "bytea", "octet_length({x}) = 20", "{x} IS NULL OR octet_length({x}) <= 8", engines=("postgres",)
)
_checked(
    "CHECK of REGEXP", "varchar(30)", "{x} REGEXP '^[A-Z]{2}[0-9]{4}$'", "{x} RLIKE '^[a-z]+$'", engines=("mariadb",)
)
_checked(
    "CHECK of regexp_matches",
    "varchar(30)",
    "regexp_matches({x}, '^[A-Z]{2}[0-9]{4}$')",
    "regexp_full_match({x}, '[a-z]+')",
    engines=("duckdb",),
)
_checked(
    "CHECK GLOB",
    "varchar(30)",
    "{x} GLOB '[A-Z][0-9]*'",
    "{x} GLOB 'ab?'",
    "{x} NOT GLOB '*[^0-9]*'",
    engines=("sqlite",),
)
_checked("CHECK of a case", "varchar(20)", "{x} = lower({x})", "upper({x}) = {x}")
_checked(
    "CHECK of arithmetic on one column", "integer", "{x} % 5 = 0", "{x} * 2 < 100", "abs({x}) <= 10", "{x} + 1 > 0"
)
_checked(
    "CHECK of a boolean",
    "boolean",
    "{x}",
    "NOT {x}",
    "{x} = true",
    "{x} IN (true, false)",
    engines=("duckdb", "postgres", "sqlite"),
)
_checked(
    "CHECK of NULL",
    "integer",
    "{x} IS NULL OR {x} > 3",
    "{x} IS NOT NULL",
    "coalesce({x}, 0) >= 0",
    "NOT ({x} < 0)",
    "NOT ({x} < 0 OR {x} > 9 AND NOT {x} = 20)",
)
_checked(
    "CHECK of = ANY",
    "varchar(10)",
    "{x} = ANY (ARRAY['a', 'b'])",
    "({x})::text = ANY (ARRAY['a'::text, 'b'::text])",
    engines=("postgres",),
)
_checked("CHECK of a float", "double precision", "{x} >= 0 AND {x} <= 1", "{x} > -180.0", "{x} BETWEEN -90 AND 90")
_checked("CHECK of what is JSON", "text", "json_valid({x})", engines=("sqlite", "mariadb", "duckdb"))
_checked(
    "CHECK of a pattern with branches",
    "varchar(60)",
    "{x} ~ '^(foo|bar)-[0-9]{2}$'",
    "{x} ~ '^[a-z0-9]+(-[a-z0-9]+)*$'",
    "{x} ~ '^[^@]+@[^@]+[.][^@]+$'",
    "{x} ~ '^(red|light blue)$'",
    "{x} ~ '^[[:alpha:]][[:alnum:]_]*$'",
    "{x} !~ '[^a-z]'",
    "{x} NOT SIMILAR TO '%[0-9]'",
    "{x} SIMILAR TO '[A-Z]{3}-[0-9]+'",
    engines=("postgres",),
)
_checked(
    "CHECK of what is not in it",
    "varchar(40)",
    "{x} NOT GLOB '*[^0-9]*'",
    "{x} NOT GLOB '*[^A-Za-z0-9_]*'",
    "{x} NOT LIKE '% %'",
    engines=("sqlite",),
)
_checked(
    "CHECK of multiples",
    "decimal(8, 2)",
    "{x} % 5 = 0",
    "{x} = round({x}, 1)",
    "floor({x}) = {x}",
    "{x} % 0.25 = 0 AND {x} > 3",
    engines=("duckdb", "postgres", "mariadb"),
)


@CHECKS.kept("CHECK IN on what is UNIQUE")
def _check_in_unique(s: Sketch) -> None:
    t = s.table()
    name = s.add(t, "varchar(10)", "NOT NULL", "UNIQUE")
    t.column(name).rest.append(f"CHECK ({s.quoted(name)} IN ('red', 'green', 'blue'))")


@CHECKS.kept("CHECK of a pattern on what is UNIQUE", "sqlite", "postgres", "mariadb", "duckdb")
def _check_pattern_unique(s: Sketch) -> None:
    t = s.host()
    name = s.add(t, "varchar(40)", "NOT NULL", "UNIQUE")
    q = s.quoted(name)
    t.column(name).rest.append(
        f"CHECK ({s.pick(f'{q} LIKE {chr(39)}%@%{chr(39)}', f'length({q}) = 10', f'{q} = lower({q})')})"
    )


# --- CHECKs across columns


@CHECKS.kept("CHECK of an order")
def _check_order(s: Sketch) -> None:
    t = s.host()
    type_ = s.pick("integer", "date", "timestamp", "decimal(8, 2)", "time")
    low, high = (s.add(t, type_, s.pick("", "NOT NULL"), name=s.fresh(n)) for n in ("low", "high"))
    t.clauses.append(f"CHECK ({s.pick(f'{low} < {high}', f'{high} >= {low}', f'{high} IS NULL OR {low} <= {high}')})")
    if s.chance(0.4):
        top = s.add(t, type_, name=s.fresh("top"))
        t.clauses.append(f"CHECK ({top} > {high})")


@CHECKS.kept("CHECK of an order in a UNIQUE")
def _check_order_unique(s: Sketch) -> None:
    t = s.table()
    type_ = s.pick("integer", "date", "smallint")
    low, high = (s.add(t, type_, "NOT NULL", name=s.fresh(n)) for n in ("first", "last"))
    t.clauses += [f"CHECK ({low} {s.pick('<', '<=', '<>')} {high})", f"UNIQUE ({s.listed([low, high])})"]


@CHECKS.kept("CHECK of a sum in a UNIQUE")
def _check_sum_unique(s: Sketch) -> None:
    t = s.table()
    a, b = (s.add(t, "integer", "NOT NULL", name=s.fresh(n)) for n in ("first", "last"))
    t.clauses += [f"CHECK ({n} BETWEEN 1 AND {s.pick(5, 12, 40)})" for n in (a, b)]
    held = s.pick(f"{a} + {b} < 9", f"{a} % 2 = {b} % 2", f"{a} * {b} <= 20", f"{a} < {b} AND {a} + {b} <> 7")
    t.clauses += [f"CHECK ({held})", f"UNIQUE ({s.listed([a, b])})"]


@CHECKS.kept("CHECK of an order between two keys")
def _check_order_keys(s: Sketch) -> None:
    t = s.table()
    p = s.table(first=True, type_=s.pick("integer", "bigint"))
    a, b = *s.point(t, p, "NOT NULL"), *s.point(t, p, "NOT NULL")
    for c in (a, b):
        s.foreign_key(t, (c,), p, "clause")
    t.clauses.append(f"CHECK ({a} {s.pick('<', '<>')} {b})")
    if s.chance():
        t.clauses.append(f"UNIQUE ({s.listed([a, b])})")


@CHECKS.kept("CHECK of branches")
def _check_branches(s: Sketch) -> None:
    t = s.host()
    kind = s.add(t, "varchar(10)", "NOT NULL", name=s.fresh("kind"))
    a, b = s.add(t, "integer", name=s.fresh("amount")), s.add(t, "varchar(20)", name=s.fresh("label"))
    t.clauses.append(
        s.pick(
            f"CHECK (({kind} = 'a' AND {a} IS NOT NULL AND {b} IS NULL)"
            f" OR ({kind} = 'b' AND {a} IS NULL AND {b} IS NOT NULL))",
            f"CHECK ({kind} <> 'a' OR {a} IS NOT NULL)",
            f"CHECK ({kind} IN ('a', 'b') AND ({kind} = 'a' OR {a} > 10))",
            f"CHECK (CASE WHEN {kind} = 'a' THEN {a} > 0 ELSE {b} <> '' END)",
        )
    )


@CHECKS.kept("CHECK of both or none")
def _check_both(s: Sketch) -> None:
    t = s.host()
    a, b = s.add(t, "integer", name=s.fresh("amount")), s.add(t, "varchar(3)", name=s.fresh("currency"))
    t.clauses.append(
        s.pick(
            f"CHECK (({a} IS NULL) = ({b} IS NULL))",
            f"CHECK (({a} IS NULL AND {b} IS NULL) OR ({a} IS NOT NULL AND {b} IS NOT NULL))",
            f"CHECK ({a} IS NOT NULL OR {b} IS NOT NULL)",
        )
    )


@CHECKS.kept("CHECK of exactly one parent")
def _check_one_parent(s: Sketch) -> None:
    t = s.table()
    a, b = s.table(first=True), s.table(first=True)
    (x,), (y,) = s.point(t, a), s.point(t, b)
    s.foreign_key(t, (x,), a, "clause")
    s.foreign_key(t, (y,), b, "clause")
    exactly = f"({x} IS NULL) <> ({y} IS NULL)"
    if s.engine == "postgres":
        exactly = s.pick(exactly, f"num_nonnulls({x}, {y}) = 1")
    t.clauses.append(f"CHECK ({exactly})")


@CHECKS.kept("CHECK of arithmetic")
def _check_arithmetic(s: Sketch) -> None:
    t = s.host()
    type_ = s.pick("integer", "decimal(10, 2)")
    a, b, c = (s.add(t, type_, s.pick("", "NOT NULL"), name=s.fresh(n)) for n in ("net", "tax", "gross"))
    t.clauses.append(
        s.pick(
            f"CHECK ({a} + {b} <= {c})",
            f"CHECK ({c} = {a} + {b})",
            f"CHECK ({a} - {b} >= 0)",
            f"CHECK ({a} * 2 < {c})",
            f"CHECK ({a} + {b} < 400)",
        )
    )


@CHECKS.kept("CHECK of a span")
def _check_span(s: Sketch) -> None:
    t = s.host()
    low, high = (s.add(t, "date", "NOT NULL", name=s.fresh(n)) for n in ("starts", "ends"))
    month = s.only(postgres=f"{low} + interval '1 month'", duckdb=f"{low} + INTERVAL 1 MONTH",
                   sqlite=f"date({low}, '+1 month')", mariadb=f"{low} + INTERVAL 1 MONTH")  # fmt: skip
    t.clauses.append(f"CHECK ({high} {s.pick('>=', '<=')} {month})")


@CHECKS.kept("CHECK of a user's function", "postgres")
def _check_function(s: Sketch) -> None:
    name = s.fresh("is_fine")
    s.before.append(
        f"CREATE FUNCTION {name}(v text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT v ~ '^[A-Za-z0-9]*$' $$"
    )
    s.add(s.host(), "varchar(20)", f"CHECK ({name}(code_{name}))", name=f"code_{name}")
