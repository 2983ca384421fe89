"""What stands in a FROM: tables, queries, VALUES and the joins between them, in DuckDB's words. Knows nothing of what
is selected from it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace
from sqlglot import exp

from ..sandbox import quoted
from .clauses import ClauseReader, text_kind
from .operators import common, compared
from .relations import Query, Relation, Sight, column_named, forbidden, name_in, wrong
from .terms import Term

_SIDES = {"": "JOIN", "LEFT": "LEFT JOIN", "RIGHT": "RIGHT JOIN", "FULL": "FULL JOIN"}


class From(Struct, frozen=True):
    """What stands in a FROM, in DuckDB's words ("" for nothing)."""

    sql: str
    relations: tuple[Relation, ...]
    merged: Mapping[str, Term]


class SourceReader(ClauseReader):
    """Reads FROM; the queries and conditions in it are read by whoever knows those."""

    @abstractmethod
    def query(self, node: exp.Expression, outer: Sight, *, in_order: bool = False) -> Query: ...

    @abstractmethod
    def condition(self, node: exp.Expression, sight: Sight) -> str: ...

    def joined(self, first: exp.Expression | None, joins: Sequence[exp.Expression], outer: Sight) -> From:
        """A table or query and what is joined to it."""
        if first is None:
            return From("", (), {})
        sql, relation = self._source(first, outer)
        relations = [relation] if relation else []
        merged: dict[str, Term] = {}
        joins = [*(first.args.get("joins") or ()), *joins]
        sides = {(join.args.get("side") or "").upper() for join in joins}
        for join in joins:
            self.only(join, {"this", "on", "using", "side", "kind"})
            side, kind = ((join.args.get(word) or "").upper() for word in ("side", "kind"))
            bare = not join.args.get("on") and not join.args.get("using")
            if side not in _SIDES or kind not in ("", "INNER", "OUTER", "CROSS", "STRAIGHT") or (side and bare):
                forbidden(join, f"{' '.join((side, kind)).strip()} JOIN is not read here")
            if bare and not kind and {"RIGHT", "FULL"} & sides:
                forbidden(join, "a comma beside RIGHT or FULL JOIN is not read here", hint="write CROSS JOIN")
            more, relation = self._source(join.this, outer)
            if relation is None:
                continue
            if any(self.dialect.same(one.name) == self.dialect.same(relation.name) for one in relations):
                wrong(join, f"two tables are called {relation.name} here", hint="give one another name: ... AS other")
            before = Sight(tuple(relations), outer, merged)
            relations.append(relation)
            if bare:
                sql = f"{sql} CROSS JOIN {more}"
                continue
            if join.args.get("using"):
                condition = self._using(join, before, relation, side, merged)
            else:
                condition = self.condition(join.args["on"], Sight(tuple(relations), outer, merged))
            sql = f"{sql} {_SIDES[side]} {more} ON {condition}"
        return From(sql if relations else "", tuple(relations), merged)

    def _using(self, join: exp.Expression, before: Sight, right: Relation, side: str, merged: dict[str, Term]) -> str:
        found = []
        for identifier in join.args["using"]:
            column = exp.Column(this=identifier.copy())
            left = column_named(column, replace(before, outer=None), self.dialect)
            name = name_in(identifier, right.columns, self.dialect)
            if left is None or name is None:
                wrong(identifier, f"{identifier.name} is not a column of both sides")
            other = right.columns[name]
            found.append(compared(exp.EQ, left.term, other, self.scope).sql)
            both = replace(common([left.term, other]), sql=f"coalesce({left.term.sql}, {other.sql})")
            merged[name] = {"RIGHT": other, "FULL": both}.get(side, left.term)
        return f"({' AND '.join(found)})"

    def _source(self, node: exp.Expression, outer: Sight) -> tuple[str, Relation | None]:
        alias, given = self.alias(), node.args.get("alias")
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            made = None if node.args.get("db") else self.of_with(node.this, outer)
            if made is None:
                if self.scope.family in ("oracle", "mysql") and node.name.lower() == "dual":
                    return "", None
                self.only(node, {"this", "db", "alias", "only", "joins"})
                if given is not None and given.args.get("columns"):
                    forbidden(node, "columns of a table can't be given other names here")
                table = self.table(node)
                return f"{quoted(self.called[table.key])} AS {alias}", self.relation(table, alias, given)
            self.only(node, {"this", "alias", "joins"})
        elif isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            self.only(node, {"this", "alias", "joins"})
            made = self.query(node.args["this"], outer)
        elif isinstance(node, exp.Values):
            made = self.query(node, outer)
        else:
            forbidden(node, f"{node.key.upper()} is not read in FROM")
        names = self.renamed(given, made.names)
        if repeated := [name for at, name in enumerate(names) if name and name in names[:at]]:
            wrong(node, f"two columns are called {repeated[0]} here", hint="give one another name: ... AS other")
        terms = [replace(term, sql=f"{alias}.{term.sql}", kind=term.kind or text_kind(term), text=None)
                 for term in made.terms]  # fmt: skip
        called = self.stored(given.this) if given is not None and given.this else node.name
        columns = {name or f" {at}": term for at, (name, term) in enumerate(zip(names, terms, strict=True))}
        return f"({made.sql}) AS {alias}", Relation(called, columns, tuple(terms))

    def starred(self, node: exp.Expression, source: From) -> list[exp.Column]:
        owner = node.args.get("table") if isinstance(node, exp.Column) else None
        relations = [one for one in source.relations if owner is None or name_in(owner, [one.name], self.dialect)]
        if not relations:
            wrong(node, "there is nothing that * could stand for")
        named = [("", name) for name in source.merged] if owner is None else []
        named += [(one.name, n) for one in relations for n in one.columns if owner or n not in source.merged]
        return [exp.column(exp.to_identifier(name, quoted=True),
                           table=exp.to_identifier(of, quoted=True) if of else None)
                for of, name in named if not name.startswith(" ")]  # fmt: skip
