"""Named functions of the source dialects as terms of DuckDB SQL: a table of differences. A row is (functions,
families, shim); a function of one family only is refused in the others, a function that is not in the table is
refused everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from sqlglot import exp

from ..schema import Kind
from .calls import Name, arguments, called, number_to, text_to
from .documents import (
    array_length,
    contains_all,
    json_contains_path,
    json_exists,
    json_has,
    json_has_all,
    json_length,
    json_member,
    json_of,
    json_text,
    json_type,
    json_unquoted,
    json_valid,
    json_value,
    of_array,
)
from .moments import (
    age,
    days_between,
    extract,
    formatted,
    last_day,
    lite_moment,
    made_date,
    moment,
    moved,
    now,
    part_of,
    truncated,
    units_between,
    written_moment,
    zoned,
)
from .operators import Read, Shim, common, compared
from .patterns import posix
from .terms import (
    EXACT,
    MOMENTS,
    NUMERIC,
    Scope,
    Term,
    as_moment,
    as_number,
    as_text,
    fold,
    literal,
    refuse,
    string,
    truth,
    whole,
)


def length(node: exp.Expression, read: Read, scope: Scope) -> Term:
    value = read(node.this)
    if value.kind == Kind.BINARY:
        return whole(f"octet_length({value.sql})")
    text = as_text(value, scope).sql
    if node.args.get("binary"):  # MySQL's LENGTH counts bytes
        return whole(f"strlen({text})")
    if scope.family == "tsql":
        return whole(f"length(rtrim({text}, ' '))")
    return whole(f"length({text})")


def octets(terms: Sequence[Term], scope: Scope) -> Term:
    value = terms[0]
    return whole(f"octet_length({value.sql})" if value.kind == Kind.BINARY else f"strlen({as_text(value, scope).sql})")


def lower_upper(word: str) -> Shim:
    capitals, small = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"

    def call(terms: Sequence[Term], scope: Scope) -> Term:
        text = as_text(terms[0], scope)
        if scope.family == "sqlite":  # ASCII letters alone
            pair = (capitals, small) if word == "lower" else (small, capitals)
            return replace(text, sql=f"translate({text.sql}, '{pair[0]}', '{pair[1]}')", kind=Kind.TEXT, text=None)
        return replace(text, sql=f"{word}({text.sql})", kind=Kind.TEXT, text=None)

    return called(call, 1)


def trim(node: exp.Expression, read: Read, scope: Scope) -> Term:
    text = as_text(read(node.this), scope)
    chars = read(node.expression) if node.expression else string(" ")
    if scope.family == "mysql" and len(chars.text or "") != 1:
        refuse("TRIM of more than one character")
    side = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position", "")).upper(), "trim")
    return Term(f"{side}({text.sql}, {chars.sql})", Kind.TEXT, collation=text.collation)


def substring(node: exp.Expression, read: Read, scope: Scope) -> Term:
    text = as_text(read(node.this), scope)
    start, size = read(node.args["start"]), node.args.get("length")
    if start.text is not None and scope.family == "postgres" and size is None:  # substring(text FROM pattern)
        pattern = posix(start.text)
        group = int("(" in pattern.replace("(?:", "").replace(r"\(", ""))
        found = f"regexp_extract({text.sql}, {literal(pattern)}, {group}, 's')"
        return Term(f"CASE WHEN regexp_matches({text.sql}, {literal(pattern)}, 's') THEN {found} END", Kind.TEXT)
    at = start.sql.strip("()")
    least = 1 if scope.family in ("postgres", "mysql", "tsql") else 0
    if at.lstrip("-").isdigit() and int(at) < least and (scope.family in ("postgres", "tsql") or at == "0"):
        refuse(f"SUBSTRING from {at}")
    more = f", {as_number(read(size), scope).sql}" if size is not None else ""
    return Term(f"substring({text.sql}, {as_number(start, scope).sql}{more})", Kind.TEXT, collation=text.collation)


def left_right(word: str) -> Shim:
    def call(terms: Sequence[Term], scope: Scope) -> Term:
        text, size = as_text(terms[0], scope), as_number(terms[1], scope)
        if scope.family == "mysql" and size.sql.startswith("("):
            refuse(f"{word.upper()} of a negative length")
        return Term(f"{word}({text.sql}, {size.sql})", Kind.TEXT, collation=text.collation)

    return called(call, 2)


def position(node: exp.Expression, read: Read, scope: Scope) -> Term:
    if node.args.get("position") or node.args.get("occurrence"):
        refuse("a search that starts later")
    text, part = as_text(read(node.this), scope), as_text(read(node.args["substr"]), scope)
    if scope.family in ("mysql", "tsql") and "ci" in (text.collation, part.collation):
        return whole(f"strpos({fold(text.sql, scope.family)}, {fold(part.sql, scope.family)})")
    return whole(f"strpos({text.sql}, {part.sql})")


def concat(node: exp.Expression, read: Read, scope: Scope) -> Term:
    texts = [as_text(read(part), scope).sql for part in node.expressions]
    if node.args.get("coalesce") or scope.family in ("postgres", "tsql", "duckdb"):  # NULL counts as ''
        return Term(f"concat({', '.join(texts)})", Kind.TEXT)
    return Term(f"({' || '.join(texts)})", Kind.TEXT)


def coalesce(node: exp.Expression, read: Read, scope: Scope) -> Term:
    terms = [read(part) for part in arguments(node)]
    return replace(common(terms), sql=f"coalesce({', '.join(term.sql for term in terms)})")


def nullif(node: exp.Expression, read: Read, scope: Scope) -> Term:
    left, right = read(node.this), read(node.expression)
    same = compared(exp.EQ, left, right, scope)
    return replace(left, sql=f"CASE WHEN {same.sql} THEN NULL ELSE {left.sql} END", text=None)


def extreme(word: str) -> Shim:
    """GREATEST and LEAST: PostgreSQL passes over NULL, the others return it."""

    def shim(node: exp.Expression, read: Read, scope: Scope) -> Term:
        terms = [read(part) for part in arguments(node)]
        made = f"{word}({', '.join(term.sql for term in terms)})"
        like_one = common(terms)
        if like_one.kind not in NUMERIC | MOMENTS | {None}:
            refuse(f"{word} of {like_one.kind}")
        if scope.family not in ("postgres", "duckdb"):
            made = f"CASE WHEN {' OR '.join(f'{term.sql} IS NULL' for term in terms)} THEN NULL ELSE {made} END"
        return replace(like_one, sql=made)

    return shim


def rounding(word: str) -> Shim:
    """ROUND and TRUNC: exact numbers to the digit; a half of a double goes to even in PostgreSQL alone."""

    def shim(node: exp.Expression, read: Read, scope: Scope) -> Term:
        value, digits = as_number(read(node.this), scope), node.args.get("decimals")
        places = read(digits).sql.strip("()") if digits is not None else "0"
        if node.args.get("truncate") or not places.lstrip("-").isdigit():
            refuse(f"{word.upper()} to {places}")
        if value.kind == Kind.INTEGER and not places.startswith("-"):
            return value
        if value.kind not in EXACT and word == "round" and scope.family == "postgres":
            return Term(f"round_even({value.sql}, {places})", value.kind)
        scale = max(int(places), 0) if value.kind in EXACT else None
        return Term(f"{word}({value.sql}, {places})", value.kind, scale=scale)

    return shim


def power(terms: Sequence[Term], scope: Scope) -> Term:
    base, exponent = (as_number(term, scope).sql for term in terms)
    return Term(f"power({base}, {exponent})", Kind.FLOAT)


def storage_class(terms: Sequence[Term], scope: Scope) -> Term:
    """SQLite's typeof, from the column's affinity: it is the loader that decides, and it loads dates as text."""
    value = terms[0]
    if value.kind in (Kind.DECIMAL, Kind.MONEY):
        name = f"CASE WHEN {value.sql} = trunc({value.sql}) THEN 'integer' ELSE 'real' END"
    else:
        kinds = {Kind.INTEGER: "integer", Kind.BOOLEAN: "integer", Kind.FLOAT: "real", Kind.BINARY: "blob"}
        kinds |= {Kind.YEAR: "integer"}
        if value.kind is None:
            refuse("typeof of an unknown type")
        name = literal(kinds.get(value.kind, "text"))
    return Term(f"CASE WHEN {value.sql} IS NULL THEN 'null' ELSE {name} END", Kind.TEXT)


def counted(test: str) -> Shim:
    """num_nulls and num_nonnulls."""

    def call(terms: Sequence[Term], scope: Scope) -> Term:
        return whole(f"({' + '.join(f'CAST({term.sql} IS {test} AS INTEGER)' for term in terms)})")

    return called(call, 1, 1000)


def find_in_set(terms: Sequence[Term], scope: Scope) -> Term:
    part, text = (fold(as_text(term, scope).sql, "mysql") for term in terms)
    return whole(f"coalesce(list_position(string_split({text}, ','), {part}), 0)")


def field(terms: Sequence[Term], scope: Scope) -> Term:
    whens = [f"WHEN {compared(exp.EQ, terms[0], term, scope).sql} THEN {at}" for at, term in enumerate(terms[1:], 1)]
    return whole(f"CASE {' '.join(whens)} ELSE 0 END")


def substring_index(node: exp.Expression, read: Read, scope: Scope) -> Term:
    text, mark, count = (read(node.args[key]) for key in ("this", "delimiter", "count"))
    if count.sql not in ("1", "(-1)"):
        refuse(f"SUBSTRING_INDEX({count.sql})")
    return Term(f"split_part({as_text(text, scope).sql}, {mark.sql}, {count.sql})", Kind.TEXT, collation=text.collation)


def padded(node: exp.Expression, read: Read, scope: Scope) -> Term:
    text, size = as_text(read(node.this), scope), as_number(read(node.expression), scope)
    fill = node.args.get("fill_pattern")
    side = "lpad" if node.args.get("is_left") else "rpad"
    return Term(f"{side}({text.sql}, {size.sql}, {read(fill).sql if fill else literal(' ')})", Kind.TEXT)


def regexp_replace(node: exp.Expression, read: Read, scope: Scope) -> Term:
    text, pattern, new = (read(node.args[key]) for key in ("this", "expression", "replacement"))
    flags = read(node.args["modifiers"]).text if node.args.get("modifiers") else ""
    if pattern.text is None or new.text is None or flags is None or set(flags) - set("gi"):
        refuse("this REGEXP_REPLACE")
    made = f"{as_text(text, scope).sql}, {literal(posix(pattern.text))}, {new.sql}, '{flags}s'"
    return Term(f"regexp_replace({made})", Kind.TEXT)


_ALL = ("postgres", "mysql", "sqlite", "tsql", "oracle", "duckdb")
_ROWS: list[tuple[tuple[Name, ...], tuple[str, ...], Shim]] = [
    ((exp.Length,), _ALL, length),
    (("octet_length",), _ALL, called(octets, 1)),
    (("bit_length",), ("postgres", "mysql"), text_to("(strlen({}) * 8)", Kind.INTEGER)),
    ((exp.Lower,), _ALL, lower_upper("lower")),
    ((exp.Upper,), _ALL, lower_upper("upper")),
    ((exp.Trim,), _ALL, trim),
    ((exp.Substring,), _ALL, substring),
    (("mid",), ("mysql",), text_to("substring({}, {}, {})", Kind.TEXT, "tnn")),
    ((exp.SubstringIndex,), ("mysql",), substring_index),
    ((exp.Left,), _ALL, left_right("left")),
    ((exp.Right,), _ALL, left_right("right")),
    ((exp.Pad,), _ALL, padded),
    ((exp.StrPosition,), _ALL, position),
    ((exp.Concat,), _ALL, concat),
    (
        (exp.Replace, "replace"),
        ("postgres", "mysql", "sqlite", "oracle", "duckdb"),
        text_to("replace({}, {}, {})", Kind.TEXT, "ttt"),
    ),
    ((exp.Reverse,), _ALL, text_to("reverse({})", Kind.TEXT)),
    ((exp.SplitPart,), ("postgres",), text_to("split_part({}, {}, {})", Kind.TEXT, "ttn")),
    ((exp.StartsWith,), ("postgres", "duckdb"), text_to("starts_with({}, {})", Kind.BOOLEAN, "tt")),
    ((exp.RegexpReplace,), ("postgres",), regexp_replace),
    ((exp.Ascii,), ("postgres", "duckdb"), text_to("ascii({})", Kind.INTEGER)),
    ((exp.MD5,), ("postgres", "mysql"), text_to("md5({})", Kind.TEXT)),
    ((exp.Hex,), ("mysql", "sqlite"), text_to("hex({})", Kind.TEXT)),
    (("field",), ("mysql",), called(field, 2, 1000)),
    (("find_in_set",), ("mysql",), called(find_in_set, 2)),
    ((exp.Coalesce,), _ALL, coalesce),
    ((exp.Nullif,), _ALL, nullif),
    ((exp.Greatest,), _ALL, extreme("greatest")),
    ((exp.Least,), _ALL, extreme("least")),
    (("num_nulls",), ("postgres",), counted("NULL")),
    (("num_nonnulls",), ("postgres",), counted("NOT NULL")),
    (("likely", "unlikely"), ("sqlite",), called(lambda terms, scope: terms[0], 1)),
    ((exp.Typeof,), ("sqlite",), called(storage_class, 1)),
    ((exp.Abs,), _ALL, number_to("abs({})")),
    ((exp.Sign,), _ALL, number_to("sign({})", Kind.INTEGER)),
    ((exp.Ceil,), _ALL, number_to("ceil({})")),
    ((exp.Floor,), _ALL, number_to("floor({})")),
    ((exp.Sqrt,), _ALL, number_to("sqrt({})", Kind.FLOAT)),
    ((exp.Round,), _ALL, rounding("round")),
    ((exp.Trunc, "trunc"), ("postgres", "mysql", "oracle"), rounding("trunc")),
    ((exp.Pow,), _ALL, called(power, 2)),
    ((exp.CurrentDate,), _ALL, now(Kind.DATE)),
    (
        (exp.CurrentTimestamp, exp.UtcTimestamp, exp.Localtimestamp, "now"),
        ("mysql", "sqlite", "tsql", "oracle"),
        now(Kind.TIMESTAMP),
    ),
    (
        (exp.CurrentTimestamp, exp.CurrentTimestampLTZ, "now", "clock_timestamp", "transaction_timestamp"),
        ("postgres", "duckdb"),
        now(Kind.TIMESTAMPTZ),
    ),
    ((exp.Localtimestamp,), ("postgres", "duckdb"), now(Kind.TIMESTAMP)),
    ((exp.Extract,), _ALL, extract),
    ((exp.Year,), _ALL, part_of("year")),
    ((exp.Month,), _ALL, part_of("month")),
    ((exp.Day, exp.DayOfMonth), _ALL, part_of("day")),
    ((exp.Date, exp.TsOrDsToDate), ("mysql", "sqlite", "postgres", "duckdb", "tsql"), moment(Kind.DATE)),
    ((exp.TsOrDsToTimestamp, exp.TimeStrToTime, exp.Timestamp), _ALL, moment(Kind.TIMESTAMP)),
    ((exp.DateStrToDate, exp.StrToTime, exp.StrToDate), ("oracle",), written_moment),
    (("make_date",), ("postgres",), called(made_date, 3)),
    ((exp.TimeToStr,), _ALL, formatted),
    ((exp.TimestampTrunc, exp.DateTrunc), ("postgres", "duckdb"), truncated),
    ((exp.DateAdd,), ("mysql", "tsql"), moved("+")),
    ((exp.DateSub,), ("mysql",), moved("-")),
    ((exp.DateDiff,), ("mysql", "tsql"), days_between),
    ((exp.TimestampDiff,), ("mysql",), units_between),
    (("age",), ("postgres",), called(age, 1, 2)),
    ((exp.AtTimeZone,), ("postgres",), zoned),
    (
        ("isfinite",),
        ("postgres",),
        called(lambda terms, scope: truth(f"isfinite({as_moment(terms[0], scope).sql})"), 1),
    ),
    ((exp.JSONExtract, exp.JSONBExtract), ("postgres", "mysql", "sqlite"), json_member),
    ((exp.JSONExtractScalar, exp.JSONBExtractScalar), ("postgres", "mysql", "sqlite"), json_text),
    ((exp.JSONType, "jsonb_typeof", "json_typeof"), ("postgres", "mysql", "sqlite"), json_type),
    (("json_valid",), ("mysql", "sqlite"), called(json_valid, 1)),
    (
        ("isjson",),
        ("tsql",),
        called(lambda terms, scope: whole(f"CAST(json_valid({json_of(terms[0])}) AS INTEGER)"), 1),
    ),
    (("json_length",), ("mysql",), called(json_length, 1)),
    (("json_unquote",), ("mysql",), called(json_unquoted, 1)),
    (
        ("jsonb_array_length", "json_array_length"),
        ("postgres", "sqlite"),
        called(lambda terms, scope: whole(f"json_array_length({json_of(terms[0])})"), 1),
    ),
    ((exp.JSONBContainsTopKey,), ("postgres",), called(json_has, 2)),
    ((exp.ArraySize,), ("postgres",), array_length),
    (("cardinality",), ("postgres",), of_array("len({})", whole)),
    ((exp.ArrayPosition,), ("postgres",), of_array("list_position({}, {})", whole)),
    ((exp.ArrayOverlaps,), ("postgres",), of_array("list_has_any({}, {})", truth)),
    ((exp.ArrayContainsAll,), ("postgres",), contains_all),
    (("array_ndims",), ("postgres",), of_array("if(len({0}) > 0, 1, NULL)", whole)),
    (("array_upper",), ("postgres",), of_array("if({1} = 1 AND len({0}) > 0, len({0}), NULL)", whole, 2)),
    (("array_lower",), ("postgres",), of_array("if({1} = 1 AND len({0}) > 0, 1, NULL)", whole, 2)),
    ((exp.JSONBContainsAllTopKeys,), ("postgres",), json_has_all(" AND ")),
    ((exp.JSONBContainsAnyTopKeys,), ("postgres",), json_has_all(" OR ")),
    (("json_exists",), ("mysql",), called(json_exists, 2)),
    (("json_contains_path",), ("mysql",), called(json_contains_path, 3, 20)),
    ((exp.JSONValue,), ("mysql",), json_value),
    ((exp.DayOfWeek,), ("mysql",), part_of("dayofweek", 1)),
    (("weekday",), ("mysql",), part_of("isodow", -1)),
    ((exp.DayOfYear,), ("mysql",), part_of("dayofyear")),
    ((exp.LastDay,), ("mysql",), last_day),
    (("date", exp.Date), ("sqlite",), lite_moment(Kind.DATE)),
    (("datetime", exp.Datetime, exp.TsOrDsToTimestamp), ("sqlite",), lite_moment(Kind.TIMESTAMP)),
    (("time", exp.Time), ("sqlite",), lite_moment(Kind.TIME)),
    (("julianday",), ("sqlite",), lite_moment(Kind.FLOAT)),
    (("unixepoch",), ("sqlite",), lite_moment(Kind.INTEGER)),
    ((exp.ArrayContainedBy,), ("postgres",), of_array("list_has_all({1}, {0})", truth)),
]

FUNCTIONS: dict[tuple[Name, str], Shim] = {
    (name, family): shim for names, families, shim in _ROWS for name in names for family in families
}
