"""How the seven dialects differ in their letters and names, as one table. Knows nothing of statements or types."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from ..errors import DDLError


def words(text: str) -> frozenset[str]:
    """The words of a text, for tables of keywords."""
    return frozenset(text.split())


_PSQL_LINE = re.compile(r"\\")
_DELIMITER_LINE = re.compile(r"\s*(?:DELIMITER\s+(?P<delimiter>\S+)\s*$|(?P<first>SOURCE\s|\\\.\s))", re.I)
_GO_LINE = re.compile(r"\s*GO\s*\d*\s*;?\s*(?:--.*)?$|:[a-z!]", re.I)
_SQLPLUS_LINE = re.compile(
    r"\s*/\s*$|(?P<first>\s*(?:REM(?:ARK)?|PROMPT|SPOOL|WHENEVER|ACCEPT|DEFINE|UNDEFINE|CONN(?:ECT)?|HOST|EXIT|QUIT|SHOW|TIMING|"
    r"VARIABLE|PRINT|PAUSE|START|COLUMN|CLEAR|TTITLE|BTITLE|@@?)(?:\s|$)|\s*@\S|"
    r"\s*SET\s+(?:ECHO|DEFINE|DEF|FEEDBACK|FEED|VERIFY|VER|SERVEROUT|LINESIZE|LIN|PAGESIZE|PAGES|TERM|TRIM|"
    r"SQLBL|HEAD|NUM|TAB|CONCAT|SCAN|TIMING|LONG|ESCAPE|SQLP))",
    re.I,
)
_NO_LINE = re.compile(r"(?!)")


class Dialect(Struct, frozen=True):
    """`executable` are the version ranges whose `/*!NNNNN ... */` comments the server runs. `line_command` matches a
    line that belongs to the client and not to SQL (psql, DELIMITER, GO, SQL*Plus); its group `first` is one that does
    so only where no statement is open. `fold` is what the server does to an unquoted name; `names_ignore_case` says
    whether it finds `Users` under `users`. `home` is the namespace that stands for "no namespace"; where it is empty,
    the first one seen does. `batches`: statements may follow without a `;`. `any_type`: a type that is not in the
    table of types is no error. `nulls_distinct`: NULLs in a key differ."""

    name: str
    sqlglot: str
    string_quotes: str = "'"
    name_quotes: str = '"'
    backslashes: bool = False
    e_strings: bool = False
    q_strings: bool = False
    hash_comments: bool = False
    nested_comments: bool = False
    dollar_quotes: bool = False
    substitutions: bool = False
    executable: tuple[tuple[int, int], ...] = ()
    marked_executable: bool = False
    line_command: re.Pattern[str] = _NO_LINE
    batches: bool = False
    fold: str = ""
    longest_name: int = 0
    names_ignore_case: bool = True
    home: str = ""
    text_ignores_case: bool = False
    nulls_distinct: bool = True
    any_type: bool = False

    def folded(self, name: str) -> str:
        """An unquoted name as the server stores it."""
        return self.cut(name.lower() if self.fold == "lower" else name)

    def cut(self, name: str) -> str:
        """A name as long as the server keeps it (bytes of UTF-8)."""
        if self.longest_name and len(name) * 4 > self.longest_name:
            return name.encode()[: self.longest_name].decode(errors="ignore")
        return name

    def same(self, name: str) -> str:
        """The form under which two names are one to the server."""
        return name.casefold() if self.names_ignore_case else name

    def quoted(self, name: str) -> str:
        """A name in the dialect's own quotes, whatever it holds."""
        if self.name_quotes[0] == "[":
            return "[" + name.replace("]", "]]") + "]"
        quote = self.name_quotes[0]
        return quote + name.replace(quote, quote * 2) + quote

    def literal(self, text: str) -> str:
        """A string literal."""
        if self.backslashes:
            text = text.replace("\\", "\\\\")
        return "'" + text.replace("'", "''") + "'"


_MYSQL = Dialect(
    name="mysql",
    sqlglot="mysql",
    string_quotes="'\"",
    name_quotes="`",
    backslashes=True,
    hash_comments=True,
    line_command=_DELIMITER_LINE,
    text_ignores_case=True,
    executable=((0, 99_999),),
)

DIALECTS: dict[str, Dialect] = {
    d.name: d
    for d in (
        Dialect(
            name="postgres",
            sqlglot="postgres",
            e_strings=True,
            nested_comments=True,
            dollar_quotes=True,
            line_command=_PSQL_LINE,
            fold="lower",
            longest_name=63,
            names_ignore_case=False,
            home="public",
        ),
        _MYSQL,
        # measured on MariaDB 10.11: MySQL's versions from 5.7 on are skipped, its own up to 10.11 are run
        replace(_MYSQL, name="mariadb", executable=((0, 50_699), (100_000, 101_199)), marked_executable=True),
        Dialect(name="sqlite", sqlglot="sqlite", name_quotes='"`[', home="main", any_type=True),
        Dialect(name="duckdb", sqlglot="duckdb", e_strings=True, dollar_quotes=True, home="main"),
        Dialect(
            name="tsql",
            sqlglot="tsql",
            name_quotes='["',
            nested_comments=True,
            line_command=_GO_LINE,
            batches=True,
            home="dbo",
            text_ignores_case=True,
            nulls_distinct=False,
            any_type=True,  # sp_addtype and assemblies make types that no CREATE TYPE tells of
        ),
        Dialect(
            name="oracle",
            sqlglot="oracle",
            q_strings=True,
            substitutions=True,
            line_command=_SQLPLUS_LINE,
            any_type=True,
        ),
    )
}


def dialect_named(name: str) -> Dialect:
    """The dialect of that name or of a name people use for it. Raises DDLError."""
    known = {"postgresql": "postgres", "pg": "postgres", "mssql": "tsql", "sqlserver": "tsql", "sqlite3": "sqlite"}
    lowered = name.lower()
    try:
        return DIALECTS[known.get(lowered, lowered)]
    except KeyError:
        raise DDLError(f"unknown dialect '{name}'", hint="one of " + ", ".join(DIALECTS)) from None
