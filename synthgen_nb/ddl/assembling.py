"""The catalog, once every statement is applied, into a Schema: types resolved, references spelled out, rows completed.
Knows no syntax."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace
from msgspec.structs import replace as replace_raw

from ..errors import DDLError
from ..schema import Check, Column, Constraint, Domain, ForeignKey, Kind, Place, Schema, Table, Type, Unique
from .catalog import Catalog, ColumnDraft, TableDraft, UserType
from .columns import default_is_sequence
from .cursor import Cursor
from .fragments import columns_read, written_key
from .functions import inlined
from .inserts import NotLiteral, read_literal
from .reference import MISSING, Incomplete, completed, orphans, refuse_unreadable, without_repeats
from .splitter import Statement
from .tokens import tokenize
from .typenames import RawType, type_of

_TABLE_COLLATION = re.compile(r"\bCOLLATE\s*=?\s*['\"]?(\w+)", re.I)
_FORGETFUL = re.compile(r"\bENGINE\s*=?\s*(?:MyISAM|Aria|MEMORY|HEAP|ARCHIVE|CSV)\b", re.IGNORECASE)  # of foreign keys
_JSON_VALID = re.compile(r"\(*\s*json_valid\s*\(\s*`?(\w+)`?\s*\)\s*\)*", re.I)
_MAX_DOMAIN_DEPTH = 30  # domains over domains


def assemble(catalog: Catalog) -> Schema:
    """Raises DDLError for an unknown type, a foreign key to a missing column and, where strict, a missing parent."""
    domains = _domains(catalog)
    tables = {t.key: _table(t, catalog, domains) for t in catalog.tables.values()}
    tables = _with_rows(tables, catalog)
    return Schema(
        dialect=catalog.dialect.name,
        tables=tables,
        enums={t.key: tuple(t.labels) for t in catalog.types.values() if t.kind == "enum"},
        domains=domains,
        notes=tuple(sorted(catalog.notes, key=lambda n: (n.line, n.column))),
    )


def _type(raw: RawType, made: UserType | None, catalog: Catalog, depth: int = 0) -> Type:
    if not raw.key and catalog.dialect.name != "sqlite":
        return Type(kind=Kind.OTHER, sql="")  # a computed column without a type
    if depth > _MAX_DOMAIN_DEPTH:
        raise DDLError("domains stand on each other in a ring", raw.place.line, raw.place.column)

    def user_type(asked: RawType) -> Type | None:
        found = made or catalog.find_type(asked.parts)
        if found is not None:
            return _made_type(found, catalog, depth + 1)
        if (table := catalog.find(asked.parts)) is not None:  # a table's name is the type of its rows
            fields = [(column.name, column.type) for column in table.columns]
            return _row_type(written_key(table.namespace, table.name, catalog.dialect), fields, catalog, depth + 1)
        return None

    built = type_of(raw, catalog.dialect.name, user_type, has_extensions=catalog.extensions)
    if built is None:
        catalog.note("not_understood", f"type {raw.sql}", raw.place)
        return Type(kind=Kind.OTHER, sql=raw.sql)
    return built


def _made_type(made: UserType, catalog: Catalog, depth: int) -> Type:
    sql = written_key(made.namespace, made.name, catalog.dialect)
    if made.kind == "enum":
        return Type(kind=Kind.ENUM, sql=sql, values=tuple(made.labels))
    if made.kind == "range":
        element = _type(made.base, None, catalog, depth) if made.base else None
        return Type(kind=Kind.RANGE, sql=sql, element=element)
    if made.kind == "domain" and made.base is not None:
        return replace(_type(made.base, made.made, catalog, depth), domain=made.key)
    if made.kind == "row":
        return _row_type(sql, made.fields, catalog, depth)
    return Type(kind=Kind.OTHER, sql=sql)


def _row_type(sql: str, fields: list[tuple[str, RawType]], catalog: Catalog, depth: int) -> Type:
    known = tuple((name, _type(raw, None, catalog, depth)) for name, raw in fields)
    return Type(kind=Kind.STRUCT, sql=sql, fields=known)


def _domains(catalog: Catalog) -> dict[str, Domain]:
    """A domain over a domain takes over the other's conditions."""
    found: dict[str, Domain] = {}
    for made in catalog.types.values():
        if made.kind != "domain" or made.base is None:
            continue
        type_ = replace(_type(made.base, made.made, catalog), domain=None)
        checks, nullable, default = [], True, None
        link: UserType | None = made
        while link is not None and link.kind == "domain":
            plain = [_plain(sql, {"VALUE": type_, "value": type_}, catalog) for _, sql in link.checks]
            checks += [sql for sql in plain if sql not in checks]
            nullable = nullable and link.nullable
            default = default if default is not None else link.default
            link = link.made
        found[made.key] = Domain(
            name=made.key, type=type_, nullable=nullable, default=default, checks=tuple(checks), place=made.place
        )
    return found


def _column(
    draft: ColumnDraft, table: TableDraft, catalog: Catalog, domains: dict[str, Domain], collation: str
) -> Column:
    raw = draft.type
    if collation and not raw.collation and not raw.charset:
        raw = replace_raw(raw, collation=collation)
    type_ = _type(raw, draft.made, catalog)
    identity = draft.identity
    if identity is None and draft.default is not None and default_is_sequence(draft.default):
        identity = "auto"
    domain = domains.get(type_.domain) if type_.domain else None
    return Column(
        name=draft.name,
        type=type_,
        nullable=draft.nullable and (domain is None or domain.nullable),
        by_domain=draft.nullable and domain is not None and not domain.nullable,
        default=draft.default,
        generated=draft.generated,
        identity=identity,
        comment=draft.comment,
        hint=draft.hint,
        place=draft.place,
    )


def _table(draft: TableDraft, catalog: Catalog, domains: dict[str, Domain]) -> Table:
    collation = ""
    if catalog.dialect.backslashes and (found := _TABLE_COLLATION.search(draft.options)):
        collation = found[1]
    columns = [_column(c, draft, catalog, domains, collation) for c in draft.columns]
    types = {column.name: column.type for column in columns}
    columns = [replace(c, generated=c.generated and _plain(c.generated, types, catalog)) for c in columns]
    given_constraints = [_without_calls(given, types, catalog) for given in draft.constraints]
    constraints = [c for given in given_constraints if (c := _constraint(given, draft, catalog)) is not None]
    if catalog.dialect.name == "mariadb":
        columns, constraints = _json_columns(columns, constraints)
    return Table(
        name=draft.name,
        namespace=draft.namespace,
        columns=tuple(columns),
        constraints=tuple(constraints),
        comment=draft.comment,
        partition_of=draft.partition_of.key if draft.partition_of else None,
        partition_bound=draft.partition_bound,
        inherits=tuple(parent.key for parent in draft.inherits),
        options=draft.options,
        place=draft.place,
    )


def _without_calls(given: Constraint, types: dict[str, Type], catalog: Catalog) -> Constraint:
    """The constraint with the schema's own functions in the place of their calls."""
    if isinstance(given, Check):
        return replace(given, sql=_plain(given.sql, types, catalog))
    if isinstance(given, Unique):
        expressions = tuple(_plain(sql, types, catalog) for sql in given.expressions)
        return replace(given, expressions=expressions, where=given.where and _plain(given.where, types, catalog))
    return given


def _plain(sql: str, types: dict[str, Type], catalog: Catalog) -> str:
    return inlined(sql, catalog.find_function, types, catalog.dialect) if catalog.functions else sql


def _json_columns(columns: list[Column], constraints: list[Constraint]) -> tuple[list[Column], list[Constraint]]:
    """MariaDB's JSON is a long text with CHECK (json_valid(c)); its dumps write it so."""
    checked = {
        found[1].lower(): c for c in constraints if isinstance(c, Check) and (found := _JSON_VALID.fullmatch(c.sql))
    }
    columns = [
        replace(c, type=Type(kind=Kind.JSON, sql="json"))
        if c.name.lower() in checked and c.type.kind is Kind.TEXT
        else c
        for c in columns
    ]
    json = {c.name.lower() for c in columns if c.type.kind is Kind.JSON}
    gone = [check for name, check in checked.items() if name in json]
    return columns, [c for c in constraints if c not in gone]


def _constraint(given: Constraint, table: TableDraft, catalog: Catalog) -> Constraint | None:
    if isinstance(given, Check):
        names = [c.name for c in table.columns]
        return replace(given, columns=columns_read(given.sql, names, catalog.dialect.name))
    if isinstance(given, ForeignKey):
        return _foreign_key(given, table, catalog)
    return given


def _foreign_key(fk: ForeignKey, table: TableDraft, catalog: Catalog) -> ForeignKey | None:
    place = fk.place or table.place
    parent = catalog.tables.get(catalog.dialect.same(fk.table)) or _only_namesake(fk.table, catalog)
    if parent is None:
        _say_without_parent(f"table '{fk.table}' is not in the text", fk, table, catalog, place)
        return None
    references = fk.references
    if not references:
        if parent.primary_key is None:
            _say_without_parent(f"table '{parent.key}' has no primary key", fk, table, catalog, place)
            return None
        references = parent.primary_key.columns
    if len(references) != len(fk.columns):
        raise DDLError(
            f"a foreign key of '{table.key}' has {len(fk.columns)} columns and refers to {len(references)}",
            place.line,
            place.column,
        )
    spelled = tuple(parent.column(name, place).name for name in references)
    forgotten = catalog.dialect.backslashes and _FORGETFUL.search(table.options) is not None
    return replace(fk, table=parent.key, references=spelled, enforced=not forgotten)


def _only_namesake(key: str, catalog: Catalog) -> TableDraft | None:
    """MySQL's table names keep their case on some servers and not on others."""
    if not catalog.dialect.backslashes:
        return None
    found = [t for t in catalog.tables.values() if t.key.casefold() == key.casefold()]
    return found[0] if len(found) == 1 else None


def _say_without_parent(why: str, fk: ForeignKey, table: TableDraft, catalog: Catalog, place: Place) -> None:
    text = f"{table.key}({', '.join(fk.columns)}) refers to {fk.table}: {why}"
    if catalog.strict:
        raise DDLError(text, place.line, place.column, hint="add the table, or leave out strict")
    catalog.note("missing_parent", f"{text}; kept as plain columns", place)


def _with_rows(tables: dict[str, Table], catalog: Catalog) -> dict[str, Table]:
    """The tables with those of their reference rows that are complete and hold all keys among themselves."""
    done = dict(tables)
    for draft in catalog.tables.values():
        if not draft.rows:
            continue
        table = tables[draft.key]
        given = [[row.get(column, MISSING) for column in draft.columns] for row in draft.rows]
        try:
            rows = completed(table.columns, given, _default_of(catalog), table.primary_key)
            refuse_unreadable(table, rows)
            rows = without_repeats(table, rows, ignored=draft.rows_ignored)
        except Incomplete as problem:
            catalog.note("rows_dropped", f"rows of {draft.key} are not kept: {problem}", draft.place)
        else:
            done[draft.key] = replace(table, rows=tuple(rows))
    while lost := orphans(done):
        for key, why in lost.items():
            catalog.note("rows_dropped", f"rows of {key} are not kept: {why}", done[key].place or Place(1, 1))
            done[key] = replace(done[key], rows=())
    return done


def _default_of(catalog: Catalog) -> Callable[[Column], object]:
    def default(column: Column) -> object:
        statement = Statement(column.default or "NULL", 1, 1)
        c = Cursor(tokenize(statement, catalog.dialect.name))
        try:
            value = read_literal(c)
        except NotLiteral:
            return MISSING
        return value if c.done else MISSING

    return default
