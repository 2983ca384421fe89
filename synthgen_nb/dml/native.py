"""What the expressions of a statement mean in DuckDB's own dialect: what they say. Tables are called as a connection
knows them, WITH is written out where it is named, the current time is the dataset's own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp, parse_one

from ..sandbox import quoted
from ..schema import Column, Kind, Table
from ..sqlsemantics.froms import From
from ..sqlsemantics.queries import QueryReader
from ..sqlsemantics.relations import Query, Relation, Sight, column_named, forbidden, unknown_column, wrong
from ..sqlsemantics.terms import today
from ..storing import computed
from .trying import Trial

_MOMENTS: dict[type[exp.Expr], Kind] = {
    exp.CurrentDate: Kind.DATE,
    exp.CurrentTimestamp: Kind.TIMESTAMPTZ,
    exp.Localtimestamp: Kind.TIMESTAMP,
}
_MOMENT_NAMES = frozenset(("now", "get_current_timestamp", "transaction_timestamp"))


class NativeWords(QueryReader):
    def target(self, table: Table, given: exp.Expression | None) -> tuple[str, Relation]:
        name = given.name if given is not None else table.name
        return quoted(name), self.relation(table, quoted(name), given, target=True)

    def value(self, node: exp.Expression, column: Column, sight: Sight) -> str:
        return self._written(node, sight)

    def condition(self, node: exp.Expression, sight: Sight) -> str:
        return f"({self._written(node, sight)})"

    def rows(self, node: exp.Expression, columns: Sequence[Column | None], outer: Sight, trial: Trial) -> str:
        text = self._written(node, outer)
        found = trial.columns(text)
        if found != len(columns):
            wrong(node, f"the query gives {found} values for {len(columns)} columns")
        called = [f"c{at}" for at in range(1, found + 1)]
        given = [
            computed(quoted(name), column, self.schema.dialect)
            for name, column in zip(called, columns, strict=True)
            if column is not None
        ]
        listed = ", ".join(map(quoted, called))
        return f"SELECT {', '.join(given) or 'NULL'} FROM ({text}) AS {quoted('given')}({listed})"

    def joined(self, first: exp.Expression | None, joins: Sequence[exp.Expression], outer: Sight) -> From:
        if first is None:
            return From("", (), {})
        select = exp.Select(expressions=[exp.Star()], from_=exp.From(this=first.copy()))
        select.set("joins", [join.copy() for join in joins])
        text = self._written(select, outer).partition(" FROM ")[2]
        return From(text, (Relation(first.alias_or_name, {}, ()),), {})

    def named(self, node: exp.Expression, outer: Sight) -> Sight:
        clause = node.args.get("with_")
        if clause is None:
            return outer
        if clause.args.get("recursive"):
            forbidden(clause, "WITH RECURSIVE is not run here")
        for cte in clause.expressions:
            columns = [name.name for name in cte.args["alias"].args.get("columns") or ()]
            made = Query(self._written(cte.this, outer), tuple(columns), ())
            outer = Sight(outer=outer, named={cte.alias: made})
        return outer

    def _written(self, node: exp.Expression, sight: Sight) -> str:
        tree = exp.Paren(this=node.copy())  # so that the whole of it can be replaced
        inside = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        for table in list(tree.find_all(exp.Table)):
            if isinstance(table.this, exp.Identifier) and (table.args.get("db") or table.name.lower() not in inside):
                table.replace(self._known(table, sight))
        for part in list(tree.find_all(exp.Func)):
            if (moment := self._moment(part)) is not None:
                part.replace(parse_one(moment, read="duckdb"))
        self._read(tree, sight)
        text: str = tree.this.sql(dialect="duckdb", comments=False)
        return text

    def _known(self, node: exp.Table, sight: Sight) -> exp.Expression:
        alias = node.args.get("alias")
        made = None if node.args.get("db") else self.of_with(node.this, sight)
        if made is not None:
            columns = [exp.to_identifier(name, quoted=True) for name in made.names]
            name = alias.this if alias is not None else exp.to_identifier(node.name, quoted=True)
            query = parse_one(f"SELECT * FROM ({made.sql})", read="duckdb")
            shown: exp.Expression = exp.Subquery(this=query, alias=exp.TableAlias(this=name, columns=columns))
        else:
            table = self.table(node)
            name = alias or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
            shown = exp.Table(this=exp.to_identifier(self.called[table.key], quoted=True), alias=name)
        for key in ("joins", "sample"):
            if node.args.get(key):
                shown.set(key, node.args[key])
        return shown

    def _moment(self, node: exp.Expr) -> str | None:
        named = isinstance(node, exp.Anonymous) and node.name.lower()
        kind = Kind.TIMESTAMPTZ if named in _MOMENT_NAMES else _MOMENTS.get(type(node))
        if named == "age" and len(node.expressions) == 1:
            forbidden(node, "age() counts from the day it is asked", hint="write age(current_date, ...)")
        return None if kind is None else today(self.scope, kind).sql

    def _read(self, tree: exp.Expression, sight: Sight) -> None:
        """Notes which columns of the statement's own table are named, and finds those that can't be there."""
        if not sight.relations or not sight.relations[0].target:
            return
        own = {name.lower(): name for name in sight.relations[0].columns}
        alone = len(sight.relations) == 1
        for column in tree.find_all(exp.Column):
            if (name := own.get(column.name.lower())) is not None:
                self.reads.add(name)
            # a row of a list is named as a column is
            elif alone and not column.args.get("table") and not column.find_ancestor(exp.Query, exp.Lambda, exp.List,
                                                                                      exp.Comprehension):  # fmt: skip
                if column_named(column, sight, self.dialect) is None:
                    unknown_column(column, sight, self.dialect)
            elif column.args.get("table") and column.table.lower() in own:  # a field of a struct
                self.reads.add(own[column.table.lower()])
