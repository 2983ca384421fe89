"""Which statement this is, and who reads it. Knows the first words of statements, not what follows them."""

from __future__ import annotations

import re
from itertools import islice

from ..errors import DDLError
from ..schema import Place
from .alter import alter_table
from .catalog import Catalog
from .cursor import Cursor, NotUnderstood
from .dialects import words
from .functions import read_function
from .inserts import copy_rows, forget_rows, insert_rows, skips_insert
from .objects import (
    alter_type,
    comment_on,
    create_domain,
    create_index,
    create_other,
    create_schema,
    create_type,
    drop,
    rename,
    set_variable,
    use_names,
)
from .splitter import Statement, split
from .tables import create_table
from .tokens import lex, tokenize

# first words of statements that define no table and change none
_IGNORED = words(
    """GRANT REVOKE DENY SELECT WITH VALUES BEGIN COMMIT START END ROLLBACK SAVEPOINT RELEASE ABORT PRAGMA CALL EXEC
    EXECUTE DECLARE PRINT IF ELSE WHILE RETURN RAISERROR THROW ANALYZE ANALYSE VACUUM LOCK UNLOCK RESET DISCARD
    LISTEN NOTIFY CLUSTER REINDEX FLUSH PURGE CHECKPOINT OPTIMIZE REPAIR CHECK EXPLAIN SHOW SECURITY REASSIGN
    REFRESH PREPARE DEALLOCATE INSTALL LOAD ATTACH DETACH EXPORT IMPORT KILL SHUTDOWN BACKUP RESTORE DBCC WAITFOR
    DISABLE ENABLE SIGNAL HANDLER XA STOP CHANGE MERGE BULK AUDIT NOAUDIT ASSOCIATE DESCRIBE DESC SUMMARIZE USING
    GET PERFORM DEFINE UNDEFINE"""
)
_CREATE_IGNORED = words(
    """FUNCTION PROCEDURE PROC AGGREGATE OPERATOR CAST LANGUAGE TRIGGER RULE POLICY DATABASE ROLE USER LOGIN GROUP
    SERVER PUBLICATION SUBSCRIPTION STATISTICS EVENT TEXT ACCESS TABLESPACE SYNONYM DIRECTORY COLLATION CONVERSION
    TRANSFORM PACKAGE LIBRARY CONTEXT DIMENSION PROFILE PARTITION FULLTEXT XML ASSEMBLY SYMMETRIC ASYMMETRIC MASTER
    CERTIFICATE DEFAULT CREDENTIAL ENDPOINT QUEUE SERVICE CONTRACT MESSAGE MACRO SECRET JAVA EDITION CLUSTER LOGFILE
    RESOURCE UNDO SPATIAL OUTLINE EXTERNAL DEFINER ALGORITHM SQL AUTHORIZATION ROUTE BROKER WORKLOAD AVAILABILITY
    REMOTE SEARCH FOREIGN"""
)
_ALTER_IGNORED = _CREATE_IGNORED | words(
    "SEQUENCE INDEX SCHEMA VIEW MATERIALIZED EXTENSION SYSTEM LARGE SESSION DATABASE"
)
_DROP_READ = words("TABLE TYPE DOMAIN INDEX SCHEMA TEMPORARY")
_BEFORE_TABLE = words("""GLOBAL LOCAL TEMP TEMPORARY UNLOGGED FOREIGN EXTERNAL VIRTUAL PRIVATE OR REPLACE""")
_BEFORE_INDEX = words("UNIQUE CLUSTERED NONCLUSTERED BITMAP OR REPLACE COLUMNSTORE")
_DEFINES = re.compile(r"\b(?:CREATE\s+(?:TABLE|TYPE|DOMAIN|UNIQUE)|ALTER\s+TABLE)\b", re.I)
_HEAD = 6  # tokens that tell what a statement is


def apply(statement: Statement, catalog: Catalog) -> None:
    """The statement's effect on the catalog. Raises DDLError where a table hangs on what can't be read; elsewhere what
    was not understood becomes a note."""
    head = [token.key for token in islice(lex(statement.text, catalog.dialect), _HEAD)]
    place = Place(statement.line, statement.column)
    if head[:1] not in (["INSERT"], ["REPLACE"]):
        catalog.passed_by.clear()  # the names of tables may mean others from here on
    reads = _reads(head, statement, catalog)
    if reads is None:
        catalog.note("not_understood", statement.text, place)
    elif reads and not (head[0] in ("INSERT", "REPLACE") and skips_insert(statement, catalog)):
        notes = len(catalog.notes)
        try:
            _apply_read(statement, catalog)
        except NotUnderstood as problem:
            if _makes_table(head):
                raise DDLError(problem.message, problem.line, problem.column, hint=problem.hint) from None
            del catalog.notes[notes:]
            catalog.note("not_understood", statement.text, place)


def _makes_table(head: list[str]) -> bool:
    return head[:1] == ["CREATE"] and "TABLE" in head


def _reads(head: list[str], statement: Statement, catalog: Catalog) -> bool | None:
    """Whether the statement must be read; None if nobody knows its first words."""
    first, second = [*head, "", ""][:2]
    if first in ("COMMENT", "INSERT", "REPLACE", "COPY", "SET", "USE", "UPDATE", "DELETE", "TRUNCATE", "DO"):
        return True
    if first == "RENAME":
        return second in ("TABLE", "TABLES")
    if first == "CREATE":
        words = [w for w in head[1:] if w not in ("OR", "REPLACE", "ALTER")]
        known = any(w in _CREATE_IGNORED for w in words[:1]) and not {"TABLE"} & set(words[:2])
        return not known or (words[:1] == ["FUNCTION"] and catalog.dialect.name == "postgres")
    if first == "ALTER":
        return second in ("TABLE", "TYPE", "DOMAIN") or (False if second in _ALTER_IGNORED else None)
    if first == "DROP":
        return second in _DROP_READ
    if first in ("IF", "BEGIN", "ELSE") and catalog.dialect.batches:
        return _DEFINES.search(statement.text) is not None
    if first in ("EXEC", "EXECUTE", "CALL") and catalog.dialect.batches:
        return False
    return False if first in _IGNORED or first == "(" else None


def _apply_read(statement: Statement, catalog: Catalog) -> None:
    c = Cursor(tokenize(statement, catalog.dialect.name))
    if c.at_any("IF", "BEGIN", "ELSE"):
        _to_definition(c)
    _apply_cursor(c, statement, catalog)


def _to_definition(c: Cursor) -> None:
    """Over T-SQL's IF ... BEGIN, to the definition in it."""
    while not c.done and not c.at("CREATE", "TABLE") and not c.at("ALTER", "TABLE") and not c.at("CREATE", "UNIQUE"):
        c.skip()


def _apply_cursor(c: Cursor, statement: Statement, catalog: Catalog) -> None:
    place = c.place()
    if c.take("CREATE"):
        _create(c, statement, catalog)
    elif c.take("ALTER", "TABLE"):
        alter_table(c, catalog)
    elif c.take("ALTER", "TYPE") or c.take("ALTER", "DOMAIN"):
        alter_type(c, catalog)
    elif c.take("COMMENT", "ON"):
        comment_on(c, catalog)
    elif c.take("DROP"):
        drop(c, catalog)
    elif c.take("SET"):
        set_variable(c, catalog)
    elif c.take("USE"):
        if c.dialect.backslashes or c.dialect.name == "duckdb":  # elsewhere it names a database, not a namespace
            use_names([Cursor(c.tokens, c.i)], catalog)
    elif c.take("RENAME"):
        rename(c, catalog)
    elif c.take_any("INSERT", "REPLACE"):
        insert_rows(c, catalog)
    elif c.take("COPY"):
        copy_rows(c, statement, catalog)
    elif c.take_any("UPDATE", "DELETE", "TRUNCATE"):
        forget_rows(c, catalog)
    elif c.take("DO"):
        _do(c, statement, catalog)
    else:
        catalog.note("not_understood", statement.text, place)


def _create(c: Cursor, statement: Statement, catalog: Catalog) -> None:
    start = c.i
    modifiers: list[str] = []
    while c.at_any(*_BEFORE_TABLE, *_BEFORE_INDEX):
        modifiers.append(c.next().key)
    if c.take("TABLE"):
        create_table(c, modifiers, catalog)
    elif c.take("INDEX"):
        create_index(c, modifiers, catalog)
    elif c.take("TYPE"):
        create_type(c, catalog)
    elif c.take("DOMAIN"):
        create_domain(c, catalog)
    elif c.take("SCHEMA"):
        if not catalog.dialect.backslashes:
            _schema_elements(c, statement, catalog)
    elif c.take("EXTENSION"):
        catalog.extensions = True
    elif c.dialect.name == "postgres" and c.take("FUNCTION"):
        name = c.qualified("a function name")
        catalog.add_function(name, read_function(c))
    elif _to_named(c):
        create_other(c, catalog)
    elif not any(token in _CREATE_IGNORED for token in (c.peek(k).key for k in range(4))):
        catalog.note("not_understood", c.text(start - 1), c.place(start - 1))


def _to_named(c: Cursor) -> bool:
    """Steps to the name of a view or a sequence that is created."""
    for ahead in range(12):
        if c.peek(ahead).key in ("VIEW", "SEQUENCE"):
            c.i += ahead + 1
            return True
    return False


def _schema_elements(c: Cursor, statement: Statement, catalog: Catalog) -> None:
    path = catalog.path
    name_at = c.i
    elements = create_schema(c, catalog)
    if elements:
        again = Cursor(c.tokens, name_at)
        again.take("IF", "NOT", "EXISTS")
        again.take("AUTHORIZATION")
        catalog.use([again.qualified("a schema")[-1]])
        for element in elements:
            if not element.at("GRANT"):
                _apply_cursor(element, statement, catalog)
        catalog.path = path


_BLOCK = re.compile(r"\bBEGIN\b(.*?)\b(?:EXCEPTION\b|END\b(?!\s+IF))", re.I | re.S)
_CONDITION = re.compile(r"\s*(?:BEGIN\b|IF\b.*?\bTHEN\b)", re.I | re.S)


def _do(c: Cursor, statement: Statement, catalog: Catalog) -> None:
    """DO $$ BEGIN CREATE TYPE ...; EXCEPTION ... END $$: migrations guard their definitions so."""
    body = next((t for t in (c.peek(k) for k in range(4)) if t.kind == "string"), None)
    if body is None or not _DEFINES.search(body.text):
        return
    place = c.place()
    block = _BLOCK.search(body.text)
    if block is None or "EXECUTE" in body.text.upper().split():
        catalog.note("not_understood", statement.text, place)
        return
    for inner in split(block.group(1).splitlines(keepends=True), catalog.dialect.name):
        text = inner.text
        while condition := _CONDITION.match(text):
            text = text[condition.end() :]
        if not _DEFINES.match(text.lstrip()):
            continue
        apply(Statement(text.lstrip(), place.line, place.column), catalog)
