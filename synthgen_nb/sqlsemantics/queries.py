"""Queries of a source dialect in DuckDB's words: SELECT with joins, groups, set operations, WITH and LIMIT, and the
expressions over them. Every expression means what the shims of this package say. What has no exact equal is refused.

A query always gives the same rows: where ORDER BY leaves rows side by side, what tells them apart decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace
from sqlglot import exp

from ..errors import UnsafeSQLError
from ..sandbox import quoted
from ..schema import Kind, Schema
from .aggregates import AGGREGATES, aggregate
from .clauses import counts
from .froms import From, SourceReader
from .operators import Read, common, compared
from .reading import shimmed
from .relations import Query, Sight, column_named, forbidden, located, unknown_column, wrong
from .terms import TEXTUAL, Term, as_truth, refuse, same_kind, string, truth, whole

_Own = Callable[[exp.Expression, Read, Sight], Term | None]

_LONGEST = 1 << 18  # characters of a query in DuckDB's words: WITH is written out wherever it is named
_NUMBERINGS = {exp.RowNumber: "row_number", exp.Rank: "rank", exp.DenseRank: "dense_rank"}
_SET_WORDS = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}


class QueryReader(SourceReader):
    """Reads the expressions and queries of one statement against a schema. `reads` are the columns of the statement's
    own table that were met so far."""

    def __init__(self, schema: Schema, as_of: str) -> None:
        super().__init__(schema, as_of)
        self.reads: set[str] = set()
        self._own: dict[type[exp.Expression], _Own] = {
            exp.Column: self._column,
            exp.Subquery: self._scalar,
            exp.Select: self._scalar,
            exp.Exists: self._exists,
            exp.In: self._member,
            exp.Window: self._window,
            exp.Filter: self._filtered,
            **dict.fromkeys(_SET_WORDS, self._scalar),
            **dict.fromkeys(AGGREGATES, self._aggregate),
            **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), self._quantified),
        }

    # Expressions

    def read(self, node: exp.Expression, sight: Sight) -> Term:
        """What an expression means at this place. Raises UnsafeSQLError or InputError with the place of what can't be
        read."""

        def read(node: exp.Expression) -> Term:
            if sight.formed and node in sight.formed:
                return sight.formed[node]
            own = self._own.get(type(node))
            try:
                found = own(node, read, sight) if own else None
                return shimmed(node, read, self.scope) if found is None else found
            except UnsafeSQLError as error:
                raise located(error, node) from error

        return read(node)

    def condition(self, node: exp.Expression, sight: Sight) -> str:
        try:
            return as_truth(self.read(node, sight), self.scope).sql
        except UnsafeSQLError as error:
            raise located(error, node) from error

    def _column(self, node: exp.Expression, read: Read, sight: Sight) -> Term:
        assert isinstance(node, exp.Column)
        found = column_named(node, sight, self.dialect)
        if found is None:
            if self.scope.family == "sqlite" and node.this.args.get("quoted"):
                return string(node.name)  # a name in double quotes that is no column is a string there
            unknown_column(node, sight, self.dialect)
        owner = found.relation
        if owner is not None and owner.target:
            self.reads.add(found.name)
        grouped = found.sight.grouped
        if grouped is None:
            return found.term
        if found.term.sql in grouped:
            return grouped[found.term.sql]
        if owner is not None and owner.ties and all(tie.sql in grouped for tie in owner.ties):
            return replace(found.term, sql=f"any_value({found.term.sql})")  # all rows of a group have the same
        wrong(node, f"{found.name} is neither grouped by nor counted", hint="name it in GROUP BY, or take its max()")

    def _scalar(self, node: exp.Expression, read: Read, sight: Sight) -> Term:
        made = self.query(node, sight)
        if len(made.terms) != 1:
            wrong(node, f"one column is wanted here, this query gives {len(made.terms)}")
        return replace(made.terms[0], sql=f"({made.sql})", text=None)

    def _exists(self, node: exp.Expression, read: Read, sight: Sight) -> Term:
        return truth(f"(EXISTS ({self.query(node.this, sight).sql}))")

    def _member(self, node: exp.Expression, read: Read, sight: Sight) -> Term | None:
        query = node.args.get("query")
        if query is None or node.args.get("unnest") or node.args.get("field"):
            return None
        return self._among(exp.EQ, read(node.this), query, sight, every=False)

    def _quantified(self, node: exp.Expression, read: Read, sight: Sight) -> Term | None:
        """= ANY (SELECT ...), > ALL (SELECT ...)."""
        many = node.args["expression"]
        if not isinstance(many, (exp.Any, exp.All)) or not isinstance(many.this, exp.Query):
            return None
        return self._among(type(node), read(node.this), many.args["this"], sight, every=isinstance(many, exp.All))

    def _among(
        self, operator: type[exp.Expression], left: Term, query: exp.Expression, sight: Sight, *, every: bool
    ) -> Term:
        made = self.query(query, sight)
        wanted = len(left.items) if left.items is not None and left.kind != Kind.ARRAY else 1
        if len(made.terms) != wanted:
            wrong(query, f"{wanted} columns are wanted here, this query gives {len(made.terms)}")
        alias = self.alias()
        items = [replace(term, sql=f"{alias}.{term.sql}", text=None) for term in made.terms]
        if wanted == 1 and operator is exp.EQ and not every:
            left, item = same_kind(left, items[0], self.scope)
            return truth(f"({left.sql} IN (SELECT {item.sql} FROM ({made.sql}) AS {alias}))")
        right = items[0] if left.items is None else Term("", items=tuple(items))
        held_so = compared(operator, left, right, self.scope).sql
        ends = ("FALSE", "TRUE") if every else ("TRUE", "FALSE")
        rows = f"SELECT 1 FROM ({made.sql}) AS {alias} WHERE"
        return truth(
            f"(CASE WHEN EXISTS ({rows} {f'NOT {held_so}' if every else held_so}) THEN {ends[0]}"
            f" WHEN EXISTS ({rows} ({held_so}) IS NULL) THEN NULL ELSE {ends[1]} END)"
        )

    # Aggregates and windows

    def _aggregate(
        self, node: exp.Expression, read: Read, sight: Sight, *, only: exp.Expression | None = None, over: str = ""
    ) -> Term:
        if not over and not sight.counting:
            wrong(
                node, f"{node.sql()[:60]} can't stand here", hint="compare with a query: > (SELECT count(*) FROM ...)"
            )
        within = sight if over else replace(sight, grouped=None, formed={}, counting=False, numbering=False)
        for column in node.walk(prune=lambda part: isinstance(part, exp.Query)):
            if not over and isinstance(column, exp.Column):
                found = column_named(column, sight, self.dialect)
                if found is not None and found.sight is not sight:
                    refuse("an aggregate over a column of the query around it")

        def inner(part: exp.Expression) -> Term:
            return self.read(part, replace(within, numbering=False))

        condition = self.condition(only, within) if only is not None else ""
        return aggregate(node, inner, self.scope, only=condition, over=over)

    def _filtered(self, node: exp.Expression, read: Read, sight: Sight) -> Term:
        if type(node.this) not in AGGREGATES:
            refuse(node.sql()[:60])
        return self._aggregate(node.this, read, sight, only=node.args["expression"].this)

    def _window(self, node: exp.Expression, read: Read, sight: Sight) -> Term:
        self.only(node, {"this", "partition_by", "order", "over"})
        if not sight.numbering:
            wrong(
                node, "a window can't stand here", hint="name it in a query around: SELECT ... FROM (SELECT ...) AS q"
            )
        within = replace(sight, numbering=False)
        inner, order = node.this, node.args.get("order")
        cut = [self.alike(self.read(part, within)) for part in node.args.get("partition_by") or ()]
        sorting = [self.sorted_by(part, self.read(part.this, within)) for part in order.expressions] if order else []
        name = _NUMBERINGS.get(type(inner))
        if name == "row_number":
            sorting += self.ties(sight)
        if name is None and type(inner) not in AGGREGATES:
            refuse(f"{inner.sql()[:60]} OVER")
        if order is None and name in ("rank", "dense_rank"):
            wrong(node, f"{name}() counts along an order", hint="write OVER (ORDER BY ...)")
        clauses = [f"PARTITION BY {', '.join(cut)}"] if cut else []
        clauses += [f"ORDER BY {', '.join(sorting)}"] if sorting else []
        over = f" OVER ({' '.join(clauses)})"
        if name is not None:
            return whole(f"{name}(){over}")
        return self._aggregate(inner, read, within, over=over)

    # Queries

    def query(self, node: exp.Expression, outer: Sight, *, in_order: bool = False) -> Query:
        """`in_order`: its rows come in their order, though nothing cuts them off."""
        while isinstance(node, exp.Subquery) and not any(v for k, v in node.args.items() if k not in ("this", "alias")):
            node = node.this
        if isinstance(node, exp.Select):
            made = self._select(node, outer, in_order)
        elif isinstance(node, exp.SetOperation):
            made = self._set_operation(node, outer, in_order)
        elif isinstance(node, exp.Values):
            made = self._values(node, outer)
        else:
            forbidden(node, f"{node.key.upper()} is not read as a query")
        if len(made.sql) > _LONGEST:
            forbidden(node, "this query is too long once WITH is written out")
        return made

    def _select(self, node: exp.Select, outer: Sight, in_order: bool) -> Query:
        self.only(node, {"expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset",
                          "distinct", "with_"})  # fmt: skip
        outer = self.named(node, outer)
        first = node.args.get("from_")
        source = self.joined(first.this if first else None, node.args.get("joins") or (), outer)
        rows = Sight(source.relations, outer, source.merged)
        clauses = [f"FROM {source.sql}"] if source.sql else []
        if where := node.args.get("where"):
            clauses.append(f"WHERE {self.condition(where.this, rows)}")
        items = node.expressions
        sight, groups = self._grouped(node, items, rows)
        names, terms = self._items(items, source, replace(sight, numbering=True))
        if groups:
            clauses.append(f"GROUP BY {', '.join(groups)}")
        if having := node.args.get("having"):
            clauses.append(f"HAVING {self.condition(self.unaliased(having.this, items, sight), sight)}")
        listed = ", ".join(f"{term.sql} AS {quoted(f'c{at}')}" for at, term in enumerate(terms, 1))
        sql = " ".join([f"SELECT {listed}", *clauses])
        given = tuple(replace(term, sql=quoted(f"c{at}"), items=None) for at, term in enumerate(terms, 1))
        limit = self.limit(node)
        if distinct := node.args.get("distinct"):
            if distinct.args.get("on"):
                forbidden(node, "DISTINCT ON is not read here", hint="use row_number() OVER (PARTITION BY ...)")
            made = Query(self.distinct(sql, given), names, given)
            return self._cut(made, node, limit, in_order, [term.sql for term in terms], sight)
        if limit or in_order:
            sorting = self._order(node, items, terms, names, replace(sight, numbering=True), exact=bool(limit))
            sorting += groups if sight.grouped is not None else self.ties(rows)
            sql += f" ORDER BY {', '.join(sorting)}" if sorting else ""
        return Query(sql + limit, names, given)

    def _set_operation(self, node: exp.SetOperation, outer: Sight, in_order: bool) -> Query:
        self.only(node, {"this", "expression", "distinct", "order", "limit", "offset", "with_"})
        outer = self.named(node, outer)
        left, right = self.query(node.this, outer), self.query(node.expression, outer)
        if len(left.terms) != len(right.terms):
            wrong(node.expression, f"the queries give {len(left.terms)} and {len(right.terms)} columns")
        pairs = zip(left.terms, right.terms, strict=True)
        given = tuple(
            replace(common([replace(one, text=None), replace(other, text=None)]), sql=one.sql) for one, other in pairs
        )
        distinct, word = bool(node.args.get("distinct")), _SET_WORDS[type(node)]
        blind = any(term.collation == "ci" and term.kind in TEXTUAL for term in given)
        if blind and word != "UNION":
            refuse(f"{word} of texts that ignore case")
        sql = f"({left.sql}) {word}{'' if distinct and not blind else ' ALL'} ({right.sql})"
        made = Query(self.distinct(sql, given) if distinct and blind else sql, left.names, given)
        return self._cut(made, node, self.limit(node), in_order, [], outer)

    def _values(self, node: exp.Values, outer: Sight) -> Query:
        rows = [[self.read(item, outer) for item in _row(one)] for one in node.expressions]
        if len({len(row) for row in rows}) != 1:
            wrong(node, "the rows of VALUES are of different lengths")
        given = tuple(
            replace(common(column), sql=quoted(f"c{at}")) for at, column in enumerate(zip(*rows, strict=True), 1)
        )
        listed = ", ".join(f"({', '.join(term.sql for term in row)})" for row in rows)
        columns = ", ".join(term.sql for term in given)
        sql = f"SELECT {columns} FROM (VALUES {listed}) AS {self.alias()}({columns})"
        return Query(sql, tuple(f"column{at}" for at in range(1, len(given) + 1)), given)

    def named(self, node: exp.Expression, outer: Sight) -> Sight:
        """The sight with the queries of this node's WITH."""
        clause = node.args.get("with_")
        if clause is None:
            return outer
        if clause.args.get("recursive") and any(_calls_itself(cte) for cte in clause.expressions):
            forbidden(clause, "WITH RECURSIVE is not run here")
        for cte in clause.expressions:
            made = self.query(cte.this, outer)
            name, names = self.stored(cte.args["alias"].this), self.renamed(cte.args["alias"], made.names)
            outer = Sight(outer=outer, named={name: replace(made, names=names)})
        return outer

    # The parts of SELECT

    def _items(
        self, items: Sequence[exp.Expression], source: From, sight: Sight
    ) -> tuple[tuple[str, ...], tuple[Term, ...]]:
        names, terms = [], []
        for item in items:
            plain = item.this if isinstance(item, exp.Alias) else item
            star = plain.this if isinstance(plain, exp.Column) else plain
            if isinstance(star, exp.Star):
                self.only(star, set())
                for column in self.starred(plain, source):
                    names.append(column.name)
                    terms.append(self.read(column, sight))
                continue
            alias = item.args.get("alias")
            given = alias if alias is not None else plain.this if isinstance(plain, exp.Column) else None
            names.append("" if given is None else self.stored(given))
            terms.append(self.read(plain, sight))
        if not terms:
            raise UnsafeSQLError("a query that gives nothing")
        return tuple(names), tuple(terms)

    def _grouped(self, node: exp.Select, items: Sequence[exp.Expression], rows: Sight) -> tuple[Sight, list[str]]:
        group = node.args.get("group")
        if group is None:
            clauses = [*items, *(node.args[key] for key in ("having", "order") if node.args.get(key))]
            if not any(counts(clause) for clause in clauses):
                return rows, []
            return replace(rows, grouped={}, counting=True), []
        self.only(group, {"expressions"})
        grouped, formed, groups = {}, {}, []
        for part in group.expressions:
            meant = self.unaliased(self.item_at(part, items), items, rows)
            term = self.read(meant, rows)
            if next(meant.find_all(exp.Column, exp.Query), None) is None:
                refuse("GROUP BY a constant")
            same = self.alike(term)
            groups.append(same)
            shown = term if same == term.sql else replace(term, sql=f"min({term.sql})")
            grouped[term.sql] = formed[meant] = shown
        return replace(rows, grouped=grouped, formed=formed, counting=True), groups

    def _order(
        self, node: exp.Expression, items: Sequence[exp.Expression], terms: Sequence[Term], names: Sequence[str],
        sight: Sight, *, exact: bool,
    ) -> list[str]:  # fmt: skip
        found = []
        for part in node.args["order"].expressions if node.args.get("order") else ():
            at = self.position(part.this, terms, names)
            if at is None and next(part.find_all(exp.Column, exp.Query), None) is None:
                continue  # a constant
            found.append(self.sorted_by(part, self.read(part.this, sight) if at is None else terms[at], exact=exact))
        return found

    def _cut(
        self, made: Query, node: exp.Expression, limit: str, in_order: bool, sources: Sequence[str], sight: Sight
    ) -> Query:
        """ORDER BY and LIMIT over rows that were made one already: only what they give can be named."""
        if not (limit or in_order):
            return made
        sorting = []
        for part in node.args["order"].expressions if node.args.get("order") else ():
            at = self.position(part.this, made.terms, made.names)
            if at is None and (read := self.read(part.this, replace(sight, numbering=True)).sql) in sources:
                at = sources.index(read)
            if at is None:
                wrong(part, "only what the query gives can order it", hint="name one of its columns")
            sorting.append(self.sorted_by(part, made.terms[at], exact=bool(limit)))
        sorting += [term.sql for term in made.terms]
        sql = f"SELECT * FROM ({made.sql}) AS {self.alias()} ORDER BY {', '.join(sorting)}{limit}"
        return replace(made, sql=sql)


def _row(node: exp.Expression) -> list[exp.Expression]:
    if isinstance(node, exp.Tuple):
        return list(node.expressions)
    return [node.this if isinstance(node, exp.Paren) else node]


def _calls_itself(cte: exp.Expression) -> bool:
    name = cte.args["alias"].name.lower()
    return any(table.name.lower() == name for table in cte.this.find_all(exp.Table))
