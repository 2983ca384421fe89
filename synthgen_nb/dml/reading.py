"""The SQL of an edit as values: what each statement changes, in DuckDB's words. Knows UPDATE, DELETE and INSERT of
every dialect and refuses the rest; the data it never sees.

Only what is listed here and in `sqlsemantics` is read. Every refusal names its place in the edit's text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import Dialect as Sqlglot
from sqlglot import ErrorLevel, Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError

from ..ddl.dialects import dialect_named
from ..ddl.expressions import settled
from ..ddl.tokens import MAX_DEPTH
from ..errors import InputError, UnsafeSQLError
from ..schema import Place, Schema
from ..sqlsemantics.relations import one_line
from .statements import Delete, Insert, Statement, Update
from .translating import StatementReader

__all__ = ["Delete", "Insert", "Statement", "Update", "read_statements"]

MOST_CHARACTERS = 1 << 16  # of one edit; to read more takes seconds
MOST_STATEMENTS = 200
_HINTS = {
    "SELECT": "it only asks: use sql or ask",
    "TRUNCATE": "write DELETE FROM table",
    "REPLACE": "write UPDATE for rows that are there, INSERT for new ones",
    "MERGE": "write UPDATE for rows that are there, INSERT for new ones",
}


def read_statements(sql: str, schema: Schema, *, as_of: str) -> tuple[Statement, ...]:
    """One or more statements in the schema's dialect. `as_of` stands for the current date and time. Raises InputError
    for what can't be read and UnsafeSQLError for what is not allowed, each with its line and column."""
    dialect = dialect_named(schema.dialect)
    try:
        _bounded(sql)
        pieces = list(_pieces(sql, Sqlglot.get_or_raise(dialect.sqlglot)))
        if not pieces:
            raise InputError("an edit is one or more UPDATE, DELETE or INSERT, nothing was given")
        if len(pieces) > MOST_STATEMENTS:
            raise InputError(
                f"{len(pieces)} statements are more than one edit takes", hint=f"at most {MOST_STATEMENTS}"
            )
        with StatementReader(schema, as_of, lambda offset: _place_in(sql, offset)) as reader:
            found: list[Statement] = []
            for tokens in pieces:
                start, end = tokens[0].start, tokens[-1].end + 1
                try:
                    tree = settled(_parsed(tokens, sql, dialect.sqlglot), dialect.name)
                    found += reader.statements(tree, sql[start:end], _place_in(sql, start))
                except InputError as error:
                    error.details.setdefault("offset", start)
                    raise
            return tuple(found)
    except RecursionError as error:
        raise InputError("this SQL is nested too deeply") from error
    except InputError as error:
        raise _placed(error, sql) from error


def _bounded(sql: str) -> None:
    if len(sql) > MOST_CHARACTERS:
        raise InputError(f"an edit of {len(sql):,} characters is not read", hint=f"at most {MOST_CHARACTERS:,}")
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise InputError("this text holds half a character", details={"offset": error.start}) from None
    if (at := sql.find("\0")) >= 0:
        raise InputError("this text holds a zero character", details={"offset": at})


def _pieces(sql: str, dialect: Sqlglot) -> Iterator[list[Token]]:
    """The tokens of each statement."""
    try:
        tokens = dialect.tokenize(sql)
    except SqlglotError as error:
        raise InputError(f"this SQL can't be read: {one_line(str(error))}") from error
    depth, piece = 0, []
    for token in tokens:
        depth += token.token_type in (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.CASE)
        depth -= token.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.END)
        if depth > MAX_DEPTH:
            raise InputError(f"this SQL nests deeper than {MAX_DEPTH}", details={"offset": token.start})
        if any(comment.startswith("!") for comment in token.comments):
            raise UnsafeSQLError("a comment that the server would run", hint="write it without /*! */")
        if token.token_type != TokenType.SEMICOLON:
            piece.append(token)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _parsed(tokens: Sequence[Token], sql: str, dialect: str) -> exp.Expression:
    word = tokens[0].text.upper()
    if word not in ("UPDATE", "DELETE", "INSERT", "WITH"):
        raise UnsafeSQLError(
            f"only UPDATE, DELETE and INSERT change tables here, not {one_line(word, 30)}",
            hint=_HINTS.get(word, ""),
            details={"offset": tokens[0].start},
        )
    parser = Sqlglot.get_or_raise(dialect).parser(error_level=ErrorLevel.IMMEDIATE)
    try:
        trees = parser.parse(list(tokens), sql)
    except ParseError as error:
        raise _unread(error, tokens) from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Expression):
        raise InputError("a ; is missing between two statements", details={"offset": tokens[0].start})
    return trees[0]


def _unread(error: ParseError, tokens: Sequence[Token]) -> InputError:
    said = error.errors[0] if error.errors else {}
    near = one_line(str(said.get("highlight") or ""), 40)
    at = next((t for t in tokens if t.line == said.get("line") and t.col == said.get("col")), tokens[-1])
    what = f"near {near!r}" if near else "to its end"
    return InputError(f"this statement can't be read {what}", details={"offset": at.start})


def _placed(error: InputError, sql: str) -> InputError:
    """The error with line and column in place of an offset."""
    offset = error.details.get("offset")
    if offset is None:
        return error
    place = _place_in(sql, offset)
    message = f"line {place.line}, col {place.column}: {error.message}"
    return type(error)(message, hint=error.hint, details={"line": place.line, "column": place.column})


def _place_in(sql: str, offset: int) -> Place:
    return Place(sql.count("\n", 0, offset) + 1, offset - sql.rfind("\n", 0, offset))
