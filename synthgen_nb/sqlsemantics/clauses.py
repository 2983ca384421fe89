"""GROUP BY, ORDER BY, DISTINCT and LIMIT: what their parts stand for, and how DuckDB has to be told. Knows terms; not
where they come from."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from sqlglot import exp

from ..schema import Kind
from .aggregates import AGGREGATES, orderable
from .relations import Sight, column_named, forbidden, name_in, wrong
from .tables import TableReader
from .terms import TEXTUAL, Term, fold, refuse


class ClauseReader(TableReader):
    """The clauses of one statement's queries."""

    def position(self, node: exp.Expression, terms: Sequence[Term], names: Sequence[str]) -> int | None:
        """Which column of the query this is: a number, or a name it gives."""
        if isinstance(node, exp.Literal) and not node.is_string:
            if not node.name.isdigit() or not 1 <= int(node.name) <= len(terms):
                wrong(node, f"there is no column {node.name} to order by")
            return int(node.name) - 1
        if isinstance(node, exp.Column) and not node.args.get("table"):
            name = name_in(node.this, [name for name in names if name], self.dialect)
            return None if name is None else names.index(name)
        return None

    def item_at(self, node: exp.Expression, items: Sequence[exp.Expression]) -> exp.Expression:
        """GROUP BY 1."""
        if not isinstance(node, exp.Literal) or node.is_string:
            return node
        if not node.name.isdigit() or not 1 <= int(node.name) <= len(items):
            wrong(node, f"there is no column {node.name} to group by")
        item = items[int(node.name) - 1]
        return item.this if isinstance(item, exp.Alias) else item

    def unaliased(self, node: exp.Expression, items: Sequence[exp.Expression], sight: Sight) -> exp.Expression:
        """A name that SELECT gives, where no column of the tables has it, as what it stands for."""
        aliases = {self.stored(item.args["alias"]): item.this for item in items if isinstance(item, exp.Alias)}
        level = replace(sight, outer=None)

        def meant(part: exp.Expression) -> exp.Expression:
            if not isinstance(part, exp.Column) or part.args.get("table"):
                return part
            name = name_in(part.this, aliases, self.dialect)
            return part if name is None or column_named(part, level, self.dialect) else aliases[name].copy()

        return node.transform(meant) if aliases else node

    def sorted_by(self, node: exp.Expression, term: Term, *, exact: bool = True) -> str:
        term = replace(term, kind=term.kind or text_kind(term))
        if exact and term.kind is not None and not orderable(term, self.scope):
            forbidden(node, f"the order of {term.kind} is the database's own here", hint="order by a number or a date")
        nulls = "FIRST" if node.args.get("nulls_first") else "LAST"
        if node.args.get("with_fill"):
            refuse("WITH FILL")
        return f"{self.alike(term)} {'DESC' if node.args.get('desc') else 'ASC'} NULLS {nulls}"

    def alike(self, term: Term) -> str:
        """What is the same for texts that the source takes for one."""
        return fold(term.sql, self.scope.family) if term.collation == "ci" and term.kind in TEXTUAL else term.sql

    def distinct(self, sql: str, terms: Sequence[Term]) -> str:
        if not any(self.alike(term) != term.sql for term in terms):
            return f"SELECT DISTINCT * FROM ({sql}) AS {self.alias()}"
        alike = [self.alike(term) for term in terms]
        shown = [t.sql if same == t.sql else f"min({t.sql}) AS {t.sql}" for t, same in zip(terms, alike, strict=True)]
        return f"SELECT {', '.join(shown)} FROM ({sql}) AS {self.alias()} GROUP BY {', '.join(alike)}"

    def ties(self, sight: Sight) -> list[str]:
        return [tie.sql for relation in sight.relations for tie in relation.ties]

    def limit(self, node: exp.Expression) -> str:
        """ " LIMIT n OFFSET m"."""
        limit, offset, made = node.args.get("limit"), node.args.get("offset"), ""
        if limit is not None:
            options = limit.args.get("limit_options")
            if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
                forbidden(limit, "PERCENT and WITH TIES are not read here")
            made += f" LIMIT {self._whole(limit.args.get('expression') or limit.args.get('count'), limit)}"
        if offset is not None:
            made += f" OFFSET {self._whole(offset.args.get('expression'), offset)}"
        return made

    def _whole(self, node: exp.Expression | None, clause: exp.Expression) -> int:
        while isinstance(node, exp.Paren):
            node = node.this
        if not isinstance(node, exp.Literal) or not node.name.isdigit() or len(node.name) > 18:
            forbidden(clause, "a plain number is wanted after LIMIT and OFFSET")
        return int(node.name)


def counts(clause: exp.Expression) -> bool:
    """Whether an aggregate stands in it that is neither over a window nor of a query within."""
    for node in clause.walk(prune=lambda inner: isinstance(inner, exp.Query)):
        window = node.parent.parent if isinstance(node.parent, exp.Filter) else node.parent
        if type(node) in AGGREGATES and not isinstance(window, exp.Window):
            return True
    return False


def text_kind(term: Term) -> Kind | None:
    """A literal that has met no type is text."""
    return Kind.TEXT if term.text is not None else None
