"""What the expressions of a statement mean, for every dialect but DuckDB's own: terms of `sqlsemantics`, as its columns
store them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ..errors import InputError, UnsafeSQLError
from ..sandbox import quoted
from ..schema import Column, Table
from ..sqlsemantics.queries import QueryReader
from ..sqlsemantics.relations import Relation, Sight, located, one_line, wrong
from ..storing import computed
from .assigning import assigned
from .trying import Trial


class TranslatedWords(QueryReader):
    def target(self, table: Table, given: exp.Expression | None) -> tuple[str, Relation]:
        """The table of the statement: what it is called in its query, and what can be named of it."""
        alias = quoted("q0")
        return alias, self.relation(table, alias, given, target=True)

    def value(self, node: exp.Expression, column: Column, sight: Sight) -> str:
        """What is assigned to a column."""
        if isinstance(node, exp.HexString) and column.type.kind == "binary":
            return f"from_hex('{''.join(c for c in node.name if c.isalnum())}')"
        term = self.read(node, sight)
        try:
            return assigned(term, column.type, self.scope, self.schema.dialect).sql
        except UnsafeSQLError as error:
            raise located(error, node) from error
        except InputError as error:
            wrong(node, f"{column.name}: {error.message}", hint=error.hint)

    def rows(self, node: exp.Expression, columns: Sequence[Column | None], outer: Sight, trial: Trial) -> str:
        """The rows of a query as those of the columns; what stands at the place of a None is left out."""
        made = self.query(node, outer, in_order=True)
        if len(made.terms) != len(columns):
            wrong(node, f"the query gives {len(made.terms)} values for {len(columns)} columns")
        given = []
        for term, column in zip(made.terms, columns, strict=True):
            if column is not None:
                try:
                    sql = assigned(term, column.type, self.scope, self.schema.dialect).sql
                except InputError as error:
                    wrong(node, f"{column.name}: {one_line(error.message)}", hint=error.hint)
                given.append(computed(sql, column, self.schema.dialect))
        return f"SELECT {', '.join(given) or 'NULL'} FROM ({made.sql}) AS {quoted('given')}"
