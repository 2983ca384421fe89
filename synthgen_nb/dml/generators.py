"""The generator calls in a statement's tree: taken out of it, each becomes a column of the statement's own table. Knows
how they are written; not what they give."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sqlglot import exp

from ..schema import Column, Place
from ..sqlsemantics.relations import near, wrong
from .calls import Call

_NAMES = ("synth", "synth_percent", "synth_rows")
_OPTIONS = {"synth": ("meaning", "locale", "seed"), "synth_percent": ("percent", "seed"), "synth_rows": ("rows",)}
_MOST_ROWS = 100_000_000


class Generators:
    """Those of one statement. `owner` is the name of its table in it; `placed` gives the place of an offset."""

    def __init__(self, owner: str, placed: Callable[[int], Place]) -> None:
        self._owner, self._placed = owner, placed
        self.calls: list[Call] = []

    def hidden(self, tree: exp.Expression, column: Column | None) -> exp.Expression:
        """The tree with a column in place of every call: of synth() in what is assigned to `column`, of synth_percent()
        in a condition (None)."""
        wanted = "synth" if column is not None else "synth_percent"
        for node in [part for part in tree.walk() if is_call(part)]:
            name = node.name.lower()
            if node.find_ancestor(exp.Query):
                wrong(
                    node, f"{name}() can't stand inside a query", hint="call it in SET or WHERE of the statement itself"
                )
            if name != wanted:
                where = {"synth": "in SET or VALUES", "synth_percent": "in WHERE"}.get(
                    name, "in INSERT ... SELECT alone"
                )
                wrong(node, f"{name}() can't stand here", hint=f"it stands {where}")
            call = self.call(node, column.name if column is not None else "")
            shown = exp.column(exp.to_identifier(call.name, quoted=True), exp.to_identifier(self._owner, quoted=True))
            shown.this.meta.update(node.meta)
            if node is tree:
                return shown
            node.replace(shown)
        return tree

    def call(self, node: exp.Expr, column: str) -> Call:
        given = _arguments(node)
        place = self._placed(node.meta["start"]) if "start" in node.meta else None
        call = Call(
            name=f"{node.name.lower()} {len(self.calls) + 1} ",
            column=column,
            meaning=_text(given.get("meaning")),
            locale=_text(given.get("locale")),
            seed=_whole(given.get("seed"), 1 << 63),
            percent=_percent(node, given.get("percent")) if node.name.lower() == "synth_percent" else None,
            place=place,
        )
        self.calls.append(call)
        return call


def is_call(node: object) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() in _NAMES


def rows_drawn(query: exp.Expression | None) -> int | None:
    """n of SELECT synth_rows(n), None for any other query. Raises InputError where it stands among other things."""
    found = [part for part in query.walk() if is_call(part) and part.name.lower() == "synth_rows"] if query else []
    if not found:
        return None
    assert query is not None
    said = {key for key, value in query.args.items() if value}
    first = query.args.get("from_")
    dual = first is not None and first.this.name.lower() == "dual" and not first.this.args.get("joins")
    bare = said <= {"expressions"} or (dual and said <= {"expressions", "from_"})
    if not isinstance(query, exp.Select) or not bare or query.expressions != [found[0]]:
        wrong(found[0], "synth_rows() stands alone", hint="INSERT INTO table SELECT synth_rows(100)")
    rows = _whole(_arguments(found[0]).get("rows"), _MOST_ROWS)
    if rows < 1:
        wrong(found[0], "synth_rows() makes one row or more", hint="synth_rows(100)")
    return rows


def _arguments(node: exp.Expr) -> dict[str, exp.Expression]:
    options = _OPTIONS[node.name.lower()]
    found: dict[str, exp.Expression] = {}
    for at, part in enumerate(node.expressions):
        if isinstance(part, (exp.Kwarg, exp.PropertyEQ)):
            name, value = part.this.name.lower(), part.expression
            if name not in options:
                wrong(part, f"{node.name}() has no option {name}", hint=near(name, options))
        elif at < len(options):
            name, value = options[at], part
        else:
            wrong(part, f"{node.name}() takes {len(options)} arguments", hint=", ".join(options))
        if name in found:
            wrong(part, f"{name} is given twice")
        found[name] = value
    return found


def _text(node: exp.Expression | None) -> str:
    if node is None:
        return ""
    if not isinstance(node, exp.Literal) or not node.is_string:
        wrong(node, "a text in quotes is wanted here", hint="synth('person_name', 'ja_JP')")
    return node.name


def _whole(node: exp.Expression | None, most: int) -> int:
    if node is None:
        return 0
    if not isinstance(node, exp.Literal) or node.is_string or not node.name.isdigit() or len(node.name) > 20:
        wrong(node, "a whole number is wanted here")
    if int(node.name) >= most:
        wrong(node, f"{int(node.name):,} is too many", hint=f"at most {most - 1:,}")
    return int(node.name)


def _percent(call: exp.Expr, node: exp.Expression | None) -> Decimal:
    hint = "synth_percent(10) is true for 10 % of the rows"
    if not isinstance(node, exp.Literal) or node.is_string or len(node.name) > 20:
        wrong(node or call, "synth_percent() takes a number", hint=hint)
    percent = Decimal(node.name)
    if percent > 100:
        wrong(node, f"{percent} % are more than all rows", hint=hint)
    return percent
