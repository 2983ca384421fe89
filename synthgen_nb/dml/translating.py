"""One parsed statement as a value: its table, what it sets, which rows it means. Knows the clauses of UPDATE, DELETE
and INSERT; what expressions mean, `words` know: translated.py for the dialects, native.py for DuckDB's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from sqlglot import exp

from ..ddl.expressions import row_time
from ..errors import InputError
from ..sandbox import quoted
from ..schema import Column, Kind, Place, Schema, Table, Type
from ..sqlsemantics.froms import From
from ..sqlsemantics.operators import held
from ..sqlsemantics.relations import Sight, column_named, forbidden, missing, name_in, one_line, wrong
from ..storing import computed
from .calls import Call
from .clauses import Joined, identifier_of, is_called, is_default, listed, only, refuse_chance, spread
from .generators import Generators, is_call, rows_drawn
from .native import NativeWords
from .statements import Delete, Insert, Statement, Update
from .translated import TranslatedWords
from .trying import Trial, window_query

if TYPE_CHECKING:
    from types import TracebackType

Words = TranslatedWords | NativeWords


class _Aim(Struct, frozen=True):
    """The table that a statement changes, called `alias`, and all that its expressions can name: the table itself comes
    first in `sight`. `source` is what stands beside it, `joined` the conditions under which it does."""

    table: Table
    alias: str
    sight: Sight
    source: str
    joined: tuple[exp.Expression, ...]

    def with_calls(self, calls: Sequence[Call], words: Words) -> _Aim:
        """Each generator call as a column of the table."""
        own, *others = self.sight.relations
        shown = {
            call.name: held(f"{self.alias}.{quoted(call.name)}", self.type_of(call), words.scope) for call in calls
        }
        own = replace(own, columns={**own.columns, **shown})
        return replace(self, sight=replace(self.sight, relations=(own, *others)))

    def type_of(self, call: Call) -> Type:
        return self.table.column(call.column).type if call.column else Type(kind=Kind.BOOLEAN, sql="boolean")


class StatementReader:
    """Reads parsed statements against one schema. Close it. `placed` gives the place of an offset in the edit's
    text."""

    def __init__(self, schema: Schema, as_of: str, placed: Callable[[int], Place]) -> None:
        self._schema, self._as_of, self._placed = schema, as_of, placed
        self._trial = Trial(schema)

    def __enter__(self) -> StatementReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._trial.__exit__(kind, error, trace)

    def statements(self, tree: exp.Expression, text: str, place: Place) -> list[Statement]:
        """The statement as values: an INSERT may become several."""
        refuse_chance(tree)
        words = (NativeWords if self._schema.dialect == "duckdb" else TranslatedWords)(self._schema, self._as_of)
        if isinstance(tree, exp.Update):
            return [self._update(tree, words, text, place)]
        if isinstance(tree, exp.Delete):
            return [self._delete(tree, words, text, place)]
        if isinstance(tree, exp.Insert):
            return self._insert(tree, words, text, place)
        forbidden(tree, f"only UPDATE, DELETE and INSERT change tables here, not {tree.key.upper()}")

    # UPDATE

    def _update(self, node: exp.Update, words: Words, text: str, place: Place) -> Update:
        only(node, {"this", "expressions", "from_", "where", "with_"})
        own, first = node.this, node.args.get("from_")
        others = [] if first is None else listed(first.this)
        if own.args.get("joins"):
            sides = (part.this.args.get("table") for part in node.expressions if isinstance(part.this, exp.Column))
            alias = own.args.get("alias")
            aim = self._aim_within(listed(own), next(sides, None) or (alias or own).this, node, words)
        elif words.dialect.name == "tsql" and any(is_called(one, own.this, words.dialect) for one, _ in others):
            aim = self._aim_within(others, own.this, node, words)
        else:
            aim = self._aim(own, first.this if first is not None else None, (), node, words)
        generators = Generators(aim.sight.relations[0].name, self._placed)
        given = [
            (column, value if is_default(value) else generators.hidden(value, column))
            for column, value in self._assignments(node.expressions, aim, words)
        ]
        where = self._hidden_where(node, generators)
        aim = aim.with_calls(generators.calls, words)
        sets: dict[str, str | None] = {}
        reads: set[str] = set()
        for column, value in given:
            if column.name in sets:
                wrong(value, f"{column.name} is set twice")
            words.reads.clear()
            sets[column.name] = None if is_default(value) else self._value(value, column, aim.sight, words)
            if words.dialect.name in ("mysql", "mariadb") and (new := words.reads & sets.keys() - {column.name}):
                wrong(value, f"MySQL reads the new {min(new)} here, not the old one", hint="write two statements")
            reads |= words.reads
        condition, whole = self._condition(where, aim, words, generators.calls)
        self._tried([value for value in sets.values() if value is not None], condition, aim, generators.calls)
        return Update(aim.table.key, aim.alias, sets, aim.source, condition, tuple(generators.calls),
                      frozenset((reads | words.reads) & set(aim.table.column_names)), text, place, whole)  # fmt: skip

    def _assignments(
        self, parts: Sequence[exp.Expression], aim: _Aim, words: Words
    ) -> list[tuple[Column, exp.Expression]]:
        found: list[tuple[Column, exp.Expression]] = []
        for part in parts:
            if not isinstance(part, exp.EQ):
                forbidden(part, "SET takes column = value, no more")
            left, right = part.this, part.expression
            while isinstance(left, exp.Paren):
                left = left.this
            if isinstance(left, exp.Tuple):
                columns = [self._assigned_column(one, aim, words) for one in left.expressions]
                found += zip(columns, spread(right, len(columns)), strict=True)
            else:
                found.append((self._assigned_column(left, aim, words), right))
        return found

    def _assigned_column(self, node: exp.Expression, aim: _Aim, words: Words) -> Column:
        if not isinstance(node, exp.Column):
            forbidden(node, "a column is wanted here")
        owner = node.args.get("table")
        if owner is not None and not name_in(owner, [aim.sight.relations[0].name, aim.table.name], words.dialect):
            wrong(node, f"this statement changes {aim.table.key}, not {owner.name}", hint="write one for each table")
        return self._settable(node, node.this, aim.table, words)

    def _settable(self, node: exp.Expression, identifier: exp.Expression, table: Table, words: Words) -> Column:
        name = name_in(identifier, table.column_names, words.dialect)
        if name is None:
            missing(node, identifier, table.column_names, words.dialect, table.key)
        column = table.column(name)
        if row_time(column):
            wrong(node, f"{name} can't be set: the engine fills it with the time of the row", hint="leave it out")
        if column.generated is not None:
            wrong(node, f"{name} can't be set: it is computed", hint=f"it is {one_line(column.generated, 80)}")
        return column

    def _value(self, node: exp.Expression, column: Column, sight: Sight, words: Words) -> str:
        sql = words.value(node, column, sight)
        if next(node.find_all(exp.Column, exp.Query), None) is None:  # tried at once, so that its place can be told
            try:
                self._trial.constant(computed(sql, column, self._schema.dialect))
            except InputError as error:
                wrong(node, f"{column.name}: {error.message}")
        return sql

    # DELETE

    def _delete(self, node: exp.Delete, words: Words, text: str, place: Place) -> Delete:
        only(node, {"this", "tables", "using", "where", "with_"})
        named, own, using = node.args.get("tables") or [], node.args.get("this"), node.args.get("using") or []
        if len(named) > 1:
            wrong(named[1], "one statement deletes from one table", hint="write one for each")
        if named and own:
            aim = self._aim_within(listed(own), named[0].this, node, words)
        elif own and using and words.scope.family == "mysql":
            aim = self._aim_within([pair for one in using for pair in listed(one)], own.this, node, words)
        elif own and using:
            more = [exp.Join(this=one) for one in using[1:]]
            aim = self._aim(own, using[0], more, node, words)
        else:
            aim = self._aim(own or named[0], None, (), node, words)
        generators = Generators(aim.sight.relations[0].name, self._placed)
        where = self._hidden_where(node, generators)
        aim = aim.with_calls(generators.calls, words)
        condition, whole = self._condition(where, aim, words, generators.calls)
        self._tried([], condition, aim, generators.calls)
        return Delete(aim.table.key, aim.alias, aim.source, condition, tuple(generators.calls),
                      frozenset(words.reads & set(aim.table.column_names)), text, place, whole)  # fmt: skip

    # INSERT

    def _insert(self, node: exp.Insert, words: Words, text: str, place: Place) -> list[Statement]:
        only(node, {"this", "expression", "default", "with_"})
        owner = node.this.this if isinstance(node.this, exp.Schema) else node.this
        table, given = self._table(owner, words), node.args.get("expression")
        if isinstance(node.this, exp.Schema):
            columns = [self._settable(part, identifier_of(part), table, words) for part in node.this.expressions]
            if len({column.name for column in columns}) != len(columns):
                wrong(node.this, "a column is named twice")
        else:
            columns = [c for c in table.columns if c.generated is None]
        if (rows := rows_drawn(given)) is not None:
            if isinstance(node.this, exp.Schema):
                wrong(
                    node.this,
                    "synth_rows() draws whole rows",
                    hint=f"INSERT INTO {owner.name} SELECT synth_rows({rows})",
                )
            return [Insert(table.key, (), "", {}, rows, text, place)]
        outer, generators = words.named(node, Sight()), Generators(table.name, self._placed)
        if node.args.get("default"):
            return [Insert(table.key, (), "SELECT NULL", {}, 0, text, place)]
        if isinstance(given, exp.Values):
            return self._rows(given, columns, table, outer, generators, words, text, place)
        if not isinstance(given, (exp.Select, exp.SetOperation, exp.Subquery)):
            forbidden(node, "INSERT takes VALUES or a query")
        drawn: dict[str, Call] = {}
        kept: list[Column | None] = list(columns)
        if isinstance(given, exp.Select):
            for at, part in enumerate(given.expressions):
                inner = part.this if isinstance(part, exp.Alias) else part
                if is_call(inner) and at < len(columns) and inner.name.lower() == "synth":
                    if any(isinstance(other, exp.Star) or other.is_star for other in given.expressions):
                        wrong(inner, "synth() can't stand beside *", hint="name the columns")
                    drawn[columns[at].name] = generators.call(inner, columns[at].name)
                    kept[at] = None
                    inner.replace(exp.Null())
        generators.hidden(given, None)  # what else there is stands inside a query
        query = words.rows(given, kept, outer, self._trial)
        self._trial.columns(query)
        return [Insert(table.key, tuple(c.name for c in kept if c), query, drawn, 0, text, place)]

    def _rows(
        self, node: exp.Values, columns: Sequence[Column], table: Table, outer: Sight, generators: Generators,
        words: Words, text: str, place: Place,
    ) -> list[Statement]:  # fmt: skip
        """VALUES: consecutive rows that leave the same columns to their defaults and to generators are one."""
        rows = []
        for one in node.expressions:
            items = list(one.expressions) if isinstance(one, exp.Tuple) else [one.this]
            row = dict(zip((c.name for c in self._named(one, items, columns, table)), items, strict=False))
            calls = {
                n: generators.call(item, n) for n, item in row.items() if is_call(item) and item.name.lower() == "synth"
            }
            plain = {n: self._plain(item, table.column(n), outer, words)
                     for n, item in row.items() if n not in calls and not is_default(item)}  # fmt: skip
            told = tuple((n, c.meaning, c.locale, c.seed) for n, c in calls.items())
            rows.append(((tuple(plain), told), plain, calls))
        found: list[Statement] = []
        for _, group in groupby(rows, key=lambda row: row[0]):
            alike = list(group)
            names, drawn = tuple(alike[0][1]), alike[0][2]
            values = ", ".join(f"({', '.join(plain.values()) or 'NULL'})" for _, plain, _ in alike)
            query = f"SELECT * FROM (VALUES {values}) AS given"
            self._trial.columns(query)
            found.append(Insert(table.key, names, query, drawn, 0, text, place))
        return found

    def _plain(self, node: exp.Expression, column: Column, outer: Sight, words: Words) -> str:
        for inner in node.walk():
            if is_call(inner):
                wrong(inner, "synth() stands alone in VALUES", hint="INSERT first, then UPDATE")
        return computed(self._value(node, column, outer, words), column, self._schema.dialect)

    def _named(
        self, node: exp.Expression, items: Sequence[exp.Expression], columns: Sequence[Column], table: Table
    ) -> Sequence[Column]:
        """The columns that a row of VALUES speaks of: computed ones may be there, as DEFAULT."""
        if len(items) == len(columns):
            return columns
        if len(items) == len(table.columns) and len(columns) == sum(c.generated is None for c in table.columns):
            for column, item in zip(table.columns, items, strict=True):
                if column.generated is not None and not is_default(item):
                    wrong(item, f"{column.name} can't be set: it is computed", hint="write DEFAULT, or leave it out")
            return table.columns
        wrong(node, f"{len(items)} values are given for {len(columns)} columns",
              hint=", ".join(column.name for column in columns))  # fmt: skip

    # What all have

    def _table(self, node: exp.Expression, words: Words) -> Table:
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            forbidden(node, "the name of a table is wanted here")
        only(node, {"this", "db", "alias", "only", "joins", "catalog"})
        return words.table(node)

    def _aim(
        self, own: exp.Expression, first: exp.Expression | None, joins: Sequence[exp.Expression], node: exp.Expression,
        words: Words,
    ) -> _Aim:  # fmt: skip
        """A statement on `own` with other tables beside it."""
        table, outer = self._table(own, words), words.named(node, Sight())
        source = words.joined(first, joins, outer)
        return self._aimed(own, table, source, outer, (), words)

    def _aim_within(
        self, parts: Sequence[Joined], name: exp.Expression, node: exp.Expression,
        words: Words,
    ) -> _Aim:  # fmt: skip
        """A statement whose table is one of those that it joins."""
        outer = words.named(node, Sight())
        found = [one for one, _ in parts if is_called(one, name, words.dialect)]
        if len(found) != 1:
            wrong(name, f"there is no table {name.name} in FROM")
        own, rest = found[0], [one.copy() for one, _ in parts if one is not found[0]]
        for one in (*rest, own):
            one.set("joins", None)
        table = self._table(own, words)
        source = words.joined(rest[0] if rest else None, [exp.Join(this=one) for one in rest[1:]], outer)
        conditions = tuple(join.args["on"] for _, join in parts if join is not None and join.args.get("on"))
        for _, join in parts:
            if join is not None and (join.args.get("side") or join.args.get("using") or join.args.get("method")):
                forbidden(join, "only JOIN ... ON is read here", hint="choose the rows with WHERE [NOT] EXISTS (...)")
        return self._aimed(own, table, source, outer, conditions, words)

    def _aimed(
        self, own: exp.Expression, table: Table, source: From, outer: Sight, joined: tuple[exp.Expression, ...],
        words: Words,
    ) -> _Aim:  # fmt: skip
        alias, relation = words.target(table, own.args.get("alias"))
        if any(words.dialect.same(one.name) == words.dialect.same(relation.name) for one in source.relations):
            wrong(own, f"two tables are called {relation.name} here", hint="give one another name: ... AS other")
        sight = Sight((relation, *source.relations), outer, source.merged)
        return _Aim(table, alias, sight, source.sql, joined)

    def _hidden_where(self, node: exp.Expression, generators: Generators) -> exp.Expression | None:
        where = node.args.get("where")
        return None if where is None else generators.hidden(where.this, None)

    def _condition(
        self, where: exp.Expression | None, aim: _Aim, words: Words, calls: Sequence[Call]
    ) -> tuple[str, bool]:
        """The rows that are meant, and whether these are all of them, as written."""
        words.reads.clear()
        sides = [words.condition(node, aim.sight) for node in (*aim.joined, *([where] if where is not None else []))]
        certain = {call.name for call in calls if call.percent == 100}

        def always(node: exp.Expression) -> bool:
            match node:
                case exp.Paren():
                    return always(node.this)
                case exp.And():
                    return always(node.this) and always(node.expression)
                case exp.Or():
                    return always(node.this) or always(node.expression)
                case exp.EQ() | exp.GTE() | exp.LTE() | exp.NullSafeEQ():
                    if node.this == node.expression and never_null(node.this):
                        return True
                case exp.Not(this=exp.Is(this=subject, expression=exp.Null())):
                    return never_null(subject)
                case exp.Is(this=subject, expression=exp.Null()) if node.args.get("negate"):
                    return never_null(subject)
                case exp.Column():
                    return node.name in certain
            if next(node.find_all(exp.Column, exp.Query), None) is not None:
                return False
            return self._trial.constant(words.condition(node, aim.sight)) is True

        def never_null(node: exp.Expression) -> bool:
            found = column_named(node, aim.sight, words.dialect) if isinstance(node, exp.Column) else None
            if found is None or found.relation is None or not found.relation.target:
                return False
            return found.name in aim.table.column_names and not aim.table.column(found.name).nullable

        whole = not aim.joined and (where is None or always(where))
        return " AND ".join(sides) or "TRUE", whole

    def _tried(self, values: Sequence[str], condition: str, aim: _Aim, calls: Sequence[Call]) -> None:
        query = window_query(aim.alias, values, aim.source, condition)
        self._trial.columns(query, aim.table, {call.name: aim.type_of(call) for call in calls})
