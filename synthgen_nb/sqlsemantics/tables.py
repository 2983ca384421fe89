"""Tables as a query of a source dialect names them: found in the schema, and called in DuckDB by names of ours. Knows
names; not what is asked of the tables."""

from __future__ import annotations

from itertools import count

from sqlglot import exp

from ..ddl.dialects import dialect_named
from ..sandbox import quoted, relation_names
from ..schema import Schema, Table
from .operators import held
from .relations import Query, Relation, Sight, forbidden, name_in, near, wrong
from .terms import Scope, family_of


class TableReader:
    """The names of one schema, as one statement uses them."""

    def __init__(self, schema: Schema, as_of: str) -> None:
        self.schema, self.dialect = schema, dialect_named(schema.dialect)
        self.scope = Scope(family_of(schema.dialect), None, {}, as_of)
        self.called = relation_names(schema.tables)
        self._numbers = count(1)

    def table(self, node: exp.Table) -> Table:
        """The table of the schema that is meant."""
        namespace = node.args.get("db")
        if node.args.get("catalog"):
            forbidden(node, "a table is named by its schema and its name, no more")
        spaces = {table.namespace for table in self.schema.tables.values()}
        space: str | None = ""
        if namespace is not None and self.dialect.same(namespace.name) != self.dialect.same(self.dialect.home):
            # where no namespace is home, the first one seen was made it
            space = name_in(namespace, spaces - {""}, self.dialect) or ("" if not self.dialect.home else None)
        tables = {table.name: table for table in self.schema.tables.values() if table.namespace == space}
        name = name_in(node.this, tables, self.dialect)
        if name is None:
            said = f"{namespace.name}.{node.name}" if namespace is not None else node.name
            wrong(node, f"there is no table {said}", hint=near(said, self.schema.tables))
        table = tables[name]
        if table.partition_of:
            wrong(node, f"the rows of {table.key} are kept in {table.partition_of}", hint=f"name {table.partition_of}")
        heirs = [other.key for other in self.schema.tables.values() if table.key in other.inherits]
        if heirs and not node.args.get("only"):
            forbidden(node, f"the rows of {', '.join(heirs)} belong to {table.key} too", hint=f"write ONLY {table.key}")
        return table

    def relation(self, table: Table, alias: str, given: exp.Expression | None, *, target: bool = False) -> Relation:
        """A table under a name of ours, and under the one that it was given."""
        called = relation_names(table.column_names)
        columns = {c.name: held(f"{alias}.{quoted(called[c.name])}", c.type, self.scope) for c in table.columns}
        ties = tuple(columns[name] for name in table.identifying or table.column_names)
        name = self.stored(given.this) if given is not None and given.this else table.name
        return Relation(name, columns, ties, table.namespace if given is None else "", target)

    def of_with(self, identifier: exp.Expression, sight: Sight | None) -> Query | None:
        while sight is not None:
            name = name_in(identifier, sight.named, self.dialect)
            if name is not None:
                return sight.named[name]
            sight = sight.outer
        return None

    def alias(self) -> str:
        return quoted(f"q{next(self._numbers)}")

    def stored(self, identifier: exp.Expression) -> str:
        """A name as the server keeps it."""
        name = identifier.name
        return self.dialect.cut(name) if identifier.args.get("quoted") else self.dialect.folded(name)

    def renamed(self, alias: exp.Expression | None, names: tuple[str, ...]) -> tuple[str, ...]:
        given = (alias.args.get("columns") if alias is not None else None) or ()
        if len(given) > len(names):
            assert alias is not None
            wrong(alias, f"{len(given)} names are given to {len(names)} columns")
        return tuple(self.stored(one) for one in given) + names[len(given) :]

    def only(self, node: exp.Expression, allowed: set[str]) -> None:
        for key, value in node.args.items():
            if value and key not in allowed:
                forbidden(node, f"{key.strip('_').upper().replace('_', ' ')} is not read here")
