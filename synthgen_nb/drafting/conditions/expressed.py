"""UNIQUEs over expressions, told in plain columns: which columns carry the uniqueness through the expression, and what
their values must be for it to survive. What merges values tells nothing apart and is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace
from sqlglot import exp

from ...ddl.expressions import parse_expression
from ...errors import DDLError
from ...physical import DAY, MICROS
from ...schema import Kind, Table, Unique
from ..domains import Domain, units_of
from .trees import literal_in

Demand = Callable[[Domain], Domain]
_DIGESTS = {"digest", "encode", "hex", "hash", "sha1", "sha224", "sha256", "sha384", "sha512", "convert_to", "text"}
_SAME = (
    exp.Paren, exp.Collate, exp.Lower, exp.Upper, exp.Trim, exp.MD5, exp.MD5Digest, exp.SHA, exp.SHA2, exp.SHA2Digest,
    exp.SHA1Digest, exp.Encode, exp.Hex, exp.Neg,
)  # fmt: skip
_JSON = (exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar)
_SPANS = {
    "MICROSECOND": 1, "MILLISECOND": 1000, "SECOND": MICROS, "MINUTE": 60 * MICROS, "HOUR": 3600 * MICROS, "DAY": DAY,
    "WEEK": 7 * DAY, "MONTH": 31 * DAY, "QUARTER": 92 * DAY, "YEAR": 366 * DAY,
}  # fmt: skip
_LONGER = {Kind.TEXT, Kind.OTHER}


class Expressed(Struct, frozen=True):
    """`columns` must be unique together; `demands` are what their domains must be; of `filled` ones NULL is a value
    like others; a `pair` may stand in either order; `lost` are expressions that tell nothing apart."""

    columns: tuple[str, ...] = ()
    demands: Mapping[str, tuple[Demand, ...]] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    pair: tuple[str, str] | None = None
    lost: tuple[str, ...] = ()

    def joined(self, other: Expressed) -> Expressed:
        demands = dict(self.demands)
        for name, asked in other.demands.items():
            demands[name] = (*demands.get(name, ()), *asked)
        return Expressed(
            tuple(dict.fromkeys((*self.columns, *other.columns))),
            demands,
            self.filled | other.filled,
            self.pair or other.pair,
            (*self.lost, *other.lost),
        )


def expressed(unique: Unique, table: Table, dialect: str) -> Expressed:
    """A UNIQUE in plain columns: its own, and those that its expressions and computed columns speak of."""
    generated = {name: table.column(name).generated for name in unique.columns}
    whole = Expressed(tuple(name for name in unique.columns if not generated[name]))
    written = [text for text in (*generated.values(), *unique.expressions) if text]
    trees: list[exp.Expr] = []
    for text in written:
        try:
            trees.append(parse_expression(text, dialect))
        except DDLError:
            whole = whole.joined(Expressed(lost=(text,)))
    pair = _either(trees, table)
    if pair is not None:
        trees = [t for t in trees if not isinstance(t.unnest(), exp.Least | exp.Greatest)]
        whole = whole.joined(Expressed(pair, pair=pair))
    for tree in (t for t in trees if t.find(exp.Column)):  # a constant tells nothing and asks nothing
        whole = whole.joined(_carried(tree, table) or Expressed(lost=(tree.sql(),)))
    return whole


def _either(trees: list[exp.Expr], table: Table) -> tuple[str, str] | None:
    """The two columns of which the lesser and the greater one are both there."""
    found = []
    for kind in (exp.Least, exp.Greatest):
        tree = next((t.unnest() for t in trees if isinstance(t.unnest(), kind)), None)
        names = [tree.this, *tree.expressions] if tree is not None else []
        found.append(tuple(sorted(c for n in names if (c := _column(n, table)))))
    first, second = found
    return (first[0], first[1]) if first == second and len(first) == 2 else None


def _column(tree: exp.Expr, table: Table) -> str | None:
    if not isinstance(tree, exp.Column):
        return None
    return next((c.name for c in table.columns if c.name.lower() == tree.name.lower() and not c.generated), None)


def _carried(tree: exp.Expr, table: Table) -> Expressed | None:
    """The columns whose different values make the expression's value differ; None where there are none."""
    name = _column(tree, table)
    if name is not None:
        return Expressed((name,))
    if isinstance(tree, exp.Coalesce):
        inner = _carried(tree.this, table)
        return inner and replace(inner, filled=inner.filled | set(inner.columns))
    if isinstance(tree, exp.Cast):
        return _cast(tree, table)
    if isinstance(tree, exp.Date | exp.TsOrDsToDate):
        return _spaced(tree.this, DAY, table)
    if isinstance(tree, exp.TimestampTrunc | exp.DateTrunc):
        return _spaced(tree.this, _SPANS.get(str(tree.args["unit"].name).upper(), 0), table)
    if isinstance(tree, _SAME):
        return _carried(tree.this, table)
    if isinstance(tree, exp.Anonymous) and tree.name.lower() in _DIGESTS and tree.expressions:
        return _carried(tree.expressions[0], table)
    if isinstance(tree, exp.Left | exp.Right):
        return _short(tree.this, literal_in(tree.expression), table)
    if isinstance(tree, exp.Substring) and literal_in(tree.args["start"]) == 1:
        return _short(tree.this, literal_in(tree.args.get("length") or exp.Null()), table)
    if isinstance(tree, exp.DPipe | exp.Concat | exp.ConcatWs):
        return _joined(tree, table)
    if isinstance(tree, exp.Abs):
        return _asking(tree.this, table, lambda domain: replace(domain, low=max(domain.low or 0, 0)))
    if isinstance(tree, exp.Add | exp.Sub):
        known = tree.expression if literal_in(tree.expression) is not None else tree.this
        other = tree.this if known is tree.expression else tree.expression
        return _carried(other, table) if literal_in(known) is not None else None
    if isinstance(tree, _JSON):
        return _member(tree, table)
    return None


def _asking(tree: exp.Expr, table: Table, demand: Demand) -> Expressed | None:
    """One plain column, with a demand."""
    inner = _carried(tree, table)
    if inner is None or len(inner.columns) != 1:
        return None
    return inner.joined(Expressed(demands={inner.columns[0]: (demand,)}))


def _cast(tree: exp.Cast, table: Table) -> Expressed | None:
    inner = _carried(tree.this, table)
    name = _column(tree.this.unnest(), table)
    kind = table.column(name).type.kind if name else Kind.TEXT
    target = tree.to.this
    if kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ) and target == exp.DType.DATE:
        return _spaced(tree.this, DAY, table)
    if kind in (Kind.DECIMAL, Kind.FLOAT) and target in exp.DataType.INTEGER_TYPES:
        assert name is not None
        return _asking(tree.this, table, _grain(units_of(table.column(name).type)))
    whole = kind not in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ) or target in (*exp.DataType.TEMPORAL_TYPES, *_TEXTS)
    return inner if whole else None


_TEXTS = exp.DataType.TEXT_TYPES


def _spaced(tree: exp.Expr, span: int, table: Table) -> Expressed | None:
    """Moments that lie far enough apart to fall into different days, months ..."""
    while isinstance(tree, exp.AtTimeZone | exp.Paren | exp.Cast):
        tree = tree.this
    name = _column(tree, table)
    if name is None or not span:
        return None
    kind = table.column(name).type.kind
    if kind == Kind.DATE:
        return _asking(tree, table, _grain(-(-span // DAY)))
    if kind == Kind.TIMESTAMPTZ:
        span *= 2  # wherever the day begins, and however long a clock's change makes it
    return _asking(tree, table, _grain(span)) if kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ) else None


def _grain(units: int) -> Demand:
    return lambda domain: replace(domain, grain=max(domain.grain, units))


def _short(tree: exp.Expr, length: object, table: Table) -> Expressed | None:
    """Text that differs within its first (or last) letters, for it has no more."""
    if not isinstance(length, int) or length < 1:
        return None

    def cut(domain: Domain) -> Domain:
        return replace(domain, longest=min(length, domain.longest or length)) if domain.kind in _LONGER else domain

    return _asking(tree, table, cut)


def _joined(tree: exp.Expr, table: Table) -> Expressed | None:
    """Text put together: one column of codes of one length tells the whole apart, whatever stands around it."""
    for column in tree.find_all(exp.Column, bfs=False):
        name = _column(column, table)
        if name is None or table.column(name).type.kind not in _LONGER:
            continue
        above = column.parent
        while isinstance(above, exp.DPipe | exp.Concat | exp.ConcatWs | exp.Paren | exp.Lower | exp.Upper | exp.Cast):
            if above is tree:
                return _asking(column, table, lambda domain: replace(domain, coded=True))
            above = above.parent
    return None


def _member(tree: exp.Expr, table: Table) -> Expressed | None:
    """A member of a document: the path to it, of plain names."""
    path: list[str] = []
    at: exp.Expr = tree
    while isinstance(at, _JSON):
        steps = at.expression
        if isinstance(steps, exp.JSONPath):
            keys = [step for step in steps.expressions if not isinstance(step, exp.JSONPathRoot)]
            if not all(isinstance(step, exp.JSONPathKey) for step in keys):
                return None
            path[:0] = [str(step.this) for step in keys]
        elif steps.is_string and steps.name.startswith("{"):
            path[:0] = steps.name.strip("{}").split(",")
        else:
            return None
        at = at.this.unnest()
    if not path or not all(step.replace("_", "").replace("-", "").isalnum() for step in path):
        return None
    return _asking(at, table, lambda domain: replace(domain, path=tuple(path)))
