"""Operators, literals and conditions of the source dialects as terms of DuckDB SQL: one small function per kind of
syntax node, listed in OPERATORS. Knows nothing of named functions (functions.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace
from sqlglot import exp

from ..schema import Kind, Type
from .arithmetic import ARITHMETIC, BITS, arithmetic, bitwise, division, interval, negative, whole_division
from .casts import array_from, array_of, converted
from .patterns import glob, like_with_classes, posix, similar
from .terms import (
    EXACT,
    NUMERIC,
    Scope,
    Term,
    as_text,
    as_truth,
    literal,
    number,
    refuse,
    same_kind,
    string,
    truth,
    whole,
)

Read = Callable[[exp.Expression], Term]
Shim = Callable[[exp.Expression, Read, Scope], Term]

_ORDERED: dict[type[exp.Expression], str] = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_COMPARED: dict[type[exp.Expression], str] = {exp.EQ: "=", exp.NEQ: "<>", **_ORDERED}


def column(node: exp.Expression, read: Read, scope: Scope) -> Term:
    name = node.name
    if scope.family == "postgres" and not node.this.args.get("quoted") and name.lower() in (scope.columns or {}):
        name = name.lower()  # two columns may differ by case alone
    quoted = '"' + scope.names.get(name, name).replace('"', '""') + '"'
    if scope.columns is None:
        return Term(quoted)
    found = name if name in scope.columns else None
    if found is None:
        close = [known for known in scope.columns if known.lower() == name.lower()]
        if not close and scope.family == "sqlite" and node.this.quoted:
            return string(name)  # a name in double quotes that is no column is a string there
        if len(close) != 1:
            refuse(f"the unknown column {name}")
        found = close[0]
        quoted = '"' + scope.names.get(found, found).replace('"', '""') + '"'
    return held(quoted, scope.columns[found], scope)


def held(quoted: str, kind: Type, scope: Scope) -> Term:
    """What a column of this type holds, under the name that DuckDB knows it by."""
    collation = "ci" if kind.case_insensitive else ""
    if kind.kind == Kind.FLOAT:  # a float32 meets numbers as a double, everywhere but in DuckDB
        return Term(f"CAST({quoted} AS DOUBLE)" if scope.family != "duckdb" else quoted, Kind.FLOAT)
    if kind.kind == Kind.INTERVAL and scope.family == "postgres":  # a text in our files
        return Term(f"CAST({quoted} AS INTERVAL)", Kind.INTERVAL)
    if kind.kind == Kind.BIT:
        return whole(quoted) if scope.family == "mysql" else Term(quoted, Kind.BIT)
    if kind.kind == Kind.TEXT and kind.fixed and scope.family != "sqlite":
        return Term(f"rtrim({quoted}, ' ')", Kind.TEXT, collation=collation)
    if (
        kind.kind in (Kind.DECIMAL, Kind.MONEY) and scope.family == "sqlite"
    ):  # kept as a double, or as an integer if whole
        return Term(f"CAST({quoted} AS DOUBLE)", Kind.DECIMAL)
    if kind.kind == Kind.DECIMAL and kind.precision is None:
        return Term(quoted, Kind.DECIMAL, scale=2)
    scale = {Kind.INTEGER: 0, Kind.YEAR: 0, Kind.DECIMAL: kind.scale, Kind.MONEY: 2}.get(kind.kind)
    return Term(quoted, kind.kind, scale=scale, collation=collation)


def constant(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return string(node.name) if not isinstance(node, exp.Literal) or node.is_string else number(node.name, scope)


def bits(node: exp.Expression, read: Read, scope: Scope) -> Term:
    if scope.family == "mysql":
        return whole(str(int(node.name or "0", 2)))
    return Term(literal(node.name), Kind.BIT)


def boolean(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return truth("TRUE" if node.this else "FALSE")


def null(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return Term("NULL")


def inner(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return read(node.this)


def introduced(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return read(node.expression)


def junction(node: exp.Expression, read: Read, scope: Scope) -> Term:
    word = " AND " if isinstance(node, exp.And) else " OR "
    return truth(f"({word.join(as_truth(read(part), scope).sql for part in _operands(node))})")


def _operands(node: exp.Expression) -> list[exp.Expression]:
    """a AND b AND c as three, in order, without recursing into a chain that may be long."""
    found, stack = [], [node]
    while stack:
        item = stack.pop()
        if type(item) is type(node):
            stack += [item.expression, item.this]
        else:
            found.append(item)
    return found


def exclusive(node: exp.Expression, read: Read, scope: Scope) -> Term:
    left, right = (as_truth(read(part), scope).sql for part in (node.this, node.expression))
    return truth(f"({left} <> {right})")


def negation(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return truth(f"(NOT {as_truth(read(node.this), scope).sql})")


def comparison(node: exp.Expression, read: Read, scope: Scope) -> Term:
    many = node.expression
    if isinstance(many, exp.Any):
        return _quantified(type(node), read(node.this), read(many.this), scope, " OR ")
    if isinstance(many, exp.Anonymous) and many.name.lower() == "all":
        return _quantified(type(node), read(node.this), read(many.expressions[0]), scope, " AND ")
    return compared(type(node), read(node.this), read(node.expression), scope)


def compared(operator: type[exp.Expression], left: Term, right: Term, scope: Scope) -> Term:
    if left.items is not None and right.items is not None and Kind.ARRAY not in (left.kind, right.kind):
        if len(left.items) != len(right.items) or operator not in (exp.EQ, exp.NEQ):
            refuse("this comparison of rows")
        pairs = [compared(exp.EQ, one, other, scope).sql for one, other in zip(left.items, right.items, strict=True)]
        together = f"({' AND '.join(pairs)})"
        return truth(together if operator is exp.EQ else f"(NOT {together})")
    if Kind.ARRAY in (left.kind, right.kind):
        left, right = array_from(left), array_from(right)
    left, right = same_kind(left, right, scope, ordered=operator in _ORDERED)
    return truth(f"({left.sql} {_COMPARED[operator]} {right.sql})")


def _quantified(operator: type[exp.Expression], left: Term, array: Term, scope: Scope, word: str) -> Term:
    """`x = ANY (array)`, as pg_dump writes IN."""
    if array.items is not None:
        pairs = [compared(operator, left, item, scope).sql for item in array.items]
        return truth(f"({word.join(pairs)})" if pairs else "FALSE" if word == " OR " else "TRUE")
    if array.kind != Kind.ARRAY:
        refuse("ANY or ALL over this")
    yes, none = ("TRUE", "FALSE") if word == " OR " else ("FALSE", "TRUE")
    if operator is exp.EQ and word == " OR ":
        found = f"list_contains({array.sql}, {left.sql})"
    else:  # of all: none that is otherwise
        held = f"({left.sql} {_COMPARED[operator]} part)"
        found = f"len(list_filter({array.sql}, lambda part: {held if yes == 'TRUE' else f'NOT {held}'})) > 0"
    return truth(
        f"CASE WHEN {found} THEN {yes} WHEN {left.sql} IS NULL OR {array.sql} IS NULL"
        f" OR list_count({array.sql}) < len({array.sql}) THEN NULL ELSE {none} END"
    )


def distinctness(node: exp.Expression, read: Read, scope: Scope) -> Term:
    left, right = same_kind(read(node.this), read(node.expression), scope)
    no = " NOT" if isinstance(node, exp.NullSafeEQ) else ""
    return truth(f"({left.sql} IS{no} DISTINCT FROM {right.sql})")


def test(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """IS NULL, IS TRUE, IS JSON and their negations."""
    no = " NOT" if node.args.get("negate") else ""
    subject, target = read(node.this), node.expression
    if isinstance(target, exp.Null):
        if subject.items is not None and subject.kind != Kind.ARRAY:
            return truth(f"({' AND '.join(f'{item.sql} IS{no} NULL' for item in subject.items)})")
        return truth(f"({subject.sql} IS{no} NULL)")
    if isinstance(target, exp.Boolean):
        return truth(f"({as_truth(subject, scope).sql} IS{no} {'TRUE' if target.this else 'FALSE'})")
    if isinstance(target, exp.JSON) and not target.args.get("this"):
        return truth(f"(json_valid({as_text(subject, scope).sql}) IS{no} TRUE)")
    refuse(f"IS {target.sql()}")


def membership(node: exp.Expression, read: Read, scope: Scope) -> Term:
    if node.args.get("query") or node.args.get("unnest") or node.args.get("field"):
        refuse("IN over a query")
    left = read(node.this)
    pairs = [(left, read(item)) for item in node.expressions]
    if left.items is None:
        pairs = [same_kind(one, other, scope) for one, other in pairs]
        if len({one.sql for one, _ in pairs}) == 1:
            return truth(f"({pairs[0][0].sql} IN ({', '.join(other.sql for _, other in pairs)}))")
        return truth(f"({' OR '.join(f'{one.sql} = {other.sql}' for one, other in pairs)})")
    return truth(f"({' OR '.join(compared(exp.EQ, one, other, scope).sql for one, other in pairs)})")


def between(node: exp.Expression, read: Read, scope: Scope) -> Term:
    value, low, high = read(node.this), read(node.args["low"]), read(node.args["high"])

    def inside(a: Term, b: Term) -> str:
        return f"({compared(exp.GTE, value, a, scope).sql} AND {compared(exp.LTE, value, b, scope).sql})"

    if node.args.get("symmetric"):
        return truth(f"({inside(low, high)} OR {inside(high, low)})")
    return truth(inside(low, high))


def like(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """LIKE and ILIKE, with the ESCAPE around them."""
    escape = None
    if isinstance(node, exp.Escape):
        escape, node = read(node.expression), node.this
        if not isinstance(node, (exp.Like, exp.ILike)):
            refuse("this ESCAPE")
    text, pattern = as_text(read(node.this), scope), as_text(read(node.expression), scope)
    no = "NOT " if node.args.get("negate") else ""
    if scope.family == "tsql":
        if pattern.text is None or escape is not None:
            refuse("this LIKE")
        matched = f"regexp_full_match({text.sql}, {literal(like_with_classes(pattern.text))}, 'si')"
        return truth(f"({no}{matched})")
    words = "ILIKE" if isinstance(node, exp.ILike) else "LIKE"
    if scope.family == "sqlite":  # ignores the case of ASCII letters, and of those alone
        if pattern.text is None or not pattern.text.isascii():
            refuse("LIKE with letters beyond ASCII")
        words = "ILIKE"
    elif scope.family == "mysql" and "bin" not in (text.collation, pattern.collation):
        words = "ILIKE" if "ci" in (text.collation, pattern.collation) else words
    suffix = ""
    if escape is not None:
        suffix = f" ESCAPE {escape.sql}"
    elif scope.family in ("postgres", "mysql") and (pattern.text is None or "\\" in pattern.text):
        suffix = r" ESCAPE '\'"
    return truth(f"({text.sql} {no}{words} {pattern.sql}{suffix})")


def matching(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """~, ~*, REGEXP, RLIKE, REGEXP_LIKE(text, pattern [, flags])."""
    if scope.family == "sqlite":
        refuse("REGEXP, which SQLite itself lacks")
    text, pattern = as_text(read(node.this), scope), read(node.expression)
    flag = node.args.get("flag")
    flags = read(flag).text if flag is not None else ""
    if pattern.text is None or flags is None or set(flags) - set("ic"):
        refuse("this regular expression")
    blind = isinstance(node, exp.RegexpILike) or "i" in flags
    if scope.family == "mysql" and "c" not in flags and "bin" not in (text.collation, pattern.collation):
        blind = blind or "ci" in (text.collation, pattern.collation)
    options = ("" if scope.family == "mysql" else "s") + ("i" if blind else "")  # s: a dot matches a line's end
    return truth(f"regexp_matches({text.sql}, {literal(posix(pattern.text))}, {literal(options)})")


def whole_match(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """GLOB and SIMILAR TO."""
    text, pattern = as_text(read(node.this), scope), read(node.expression)
    if pattern.text is None:
        refuse("a pattern that is not a literal")
    regex = glob(pattern.text) if isinstance(node, exp.Glob) else similar(pattern.text)
    return truth(f"regexp_full_match({text.sql}, {literal(regex)}, 's')")


def joined(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """|| on texts; || on arrays and JSON is something else."""
    parts = [read(part) for part in _operands(node)]
    if any(part.kind in (Kind.ARRAY, Kind.JSON, Kind.BINARY) for part in parts):
        refuse("|| of anything but text")
    return Term(f"({' || '.join(as_text(part, scope).sql for part in parts)})", Kind.TEXT)


def case(node: exp.Expression, read: Read, scope: Scope) -> Term:
    subject = read(node.this) if node.this is not None else None
    branches = []
    for branch in node.args["ifs"]:
        when = read(branch.this)
        condition = as_truth(when, scope) if subject is None else compared(exp.EQ, subject, when, scope)
        branches.append((condition.sql, read(branch.args["true"])))
    default = node.args.get("default")
    return _chosen(branches, read(default) if default is not None else Term("NULL"))


def conditional(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """IF and IIF."""
    other = node.args.get("false")
    yes = (as_truth(read(node.this), scope).sql, read(node.args["true"]))
    return _chosen([yes], read(other) if other is not None else Term("NULL"))


def _chosen(branches: Sequence[tuple[str, Term]], default: Term) -> Term:
    like_one = common([result for _, result in branches] + [default])
    whens = " ".join(f"WHEN {condition} THEN {result.sql}" for condition, result in branches)
    return replace(like_one, sql=f"CASE {whens} ELSE {default.sql} END")


def common(terms: Sequence[Term]) -> Term:
    """What the result of COALESCE or CASE is, given its branches; refused where DuckDB would choose another type."""
    kinds = {term.kind for term in terms if term.kind is not None}
    texts = any(term.text is not None for term in terms)
    if len(kinds) > 1 and not kinds <= NUMERIC:
        refuse(f"a choice of {' and '.join(sorted(kinds))}")
    kind = next(iter(kinds), Kind.TEXT if texts else None)
    if len(kinds) > 1:
        kind = Kind.DECIMAL if kinds <= EXACT else Kind.FLOAT
    scales = [term.scale for term in terms if term.kind is not None]
    collation = next((term.collation for term in terms if term.collation), "")
    known = [scale for scale in scales if scale is not None]
    return Term("", kind, scale=max(known) if known and len(known) == len(scales) else None, collation=collation)


def cast(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return converted(read(node.this), node.args["to"], scope)


def array(node: exp.Expression, read: Read, scope: Scope) -> Term:
    return array_of([read(item) for item in node.expressions])


def row(node: exp.Expression, read: Read, scope: Scope) -> Term:
    items = tuple(read(item) for item in node.expressions)
    return Term(f"({', '.join(item.sql for item in items)})", items=items)


def collated(node: exp.Expression, read: Read, scope: Scope) -> Term:
    name = node.expression.name.lower()
    if name.endswith("_ci") or name == "nocase" or "_ci_" in name:
        return replace(read(node.this), collation="ci")
    if name.endswith(("_bin", "_cs")) or name in ("binary", "c", "posix", "ucs_basic", "pg_catalog.default"):
        return replace(read(node.this), collation="bin")
    refuse(f"the collation {node.expression.name}")


def bracket(node: exp.Expression, read: Read, scope: Scope) -> Term:
    """array[1]: the parser has made the index count from 0."""
    subject, index = read(node.this), read(node.expressions[0]) if len(node.expressions) == 1 else None
    if subject.kind != Kind.ARRAY or index is None or index.kind != Kind.INTEGER:
        refuse("this [ ]")
    return Term(f"list_extract({subject.sql}, {index.sql} + 1)")


OPERATORS: dict[type[exp.Expression], Shim] = {
    exp.Column: column,
    exp.Literal: constant,
    exp.National: constant,
    exp.RawString: constant,
    exp.ByteString: constant,
    exp.BitString: bits,
    exp.Boolean: boolean,
    exp.Null: null,
    exp.Paren: inner,
    exp.Introducer: introduced,
    exp.Neg: negative,
    exp.And: junction,
    exp.Or: junction,
    exp.Xor: exclusive,
    exp.Not: negation,
    **dict.fromkeys(_COMPARED, comparison),
    exp.NullSafeEQ: distinctness,
    exp.NullSafeNEQ: distinctness,
    exp.Is: test,
    exp.In: membership,
    exp.Between: between,
    exp.Like: like,
    exp.ILike: like,
    exp.Escape: like,
    exp.RegexpLike: matching,
    exp.RegexpILike: matching,
    exp.Glob: whole_match,
    exp.SimilarTo: whole_match,
    **dict.fromkeys(ARITHMETIC, arithmetic),
    exp.Div: division,
    exp.IntDiv: whole_division,
    **dict.fromkeys(BITS, bitwise),
    exp.DPipe: joined,
    exp.Case: case,
    exp.If: conditional,
    exp.Cast: cast,
    exp.TryCast: cast,
    exp.Array: array,
    exp.Tuple: row,
    exp.Collate: collated,
    exp.Interval: interval,
    exp.Bracket: bracket,
}
