"""DDL text into statements, each with its place. Knows quotes, comments and client lines, not what a statement means.

It reads line by line and keeps one statement at a time, so a dump of any size passes through. Of a long INSERT it keeps
the beginning; an INSERT that nobody wants any more (`passed_by`) is not even cut out of the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from ..errors import DDLError
from .dialects import DIALECTS, Dialect
from .source import Lines

MAX_STATEMENT = 16_000_000  # characters; a longer one that brings no rows is no statement
MAX_INSERT = 2_000_000  # characters kept of an INSERT; a longer one is data
KEPT_COPY_LINES = 1_001  # one more than the reference rows a table may have, so that the reader sees "too many"


class Statement(Struct, frozen=True):
    """`text` begins at its first code, at `line` and `column` of the source, and keeps its inner comments; markers of
    executable comments became blanks, so every offset still tells the place. `data` are the first lines that a COPY
    FROM stdin brought; `more` counts what was streamed past: lines of a COPY, characters of an INSERT."""

    text: str
    line: int
    column: int
    data: tuple[str, ...] = ()
    more: int = 0


_COPY = re.compile(r"COPY\s.*\bFROM\s+STDIN\b", re.I | re.S)
_ROUTINE = re.compile(
    r"(?:CREATE|ALTER)\s+(?:(?!TABLE\b|INDEX\b|VIEW\b|UNIQUE\b|SCHEMA\b|SEQUENCE\b|DOMAIN\b|EXTENSION\b)\S+\s+){0,8}?"
    r"(?:TRIGGER|PROC|PROCEDURE|FUNCTION|EVENT|PACKAGE|TYPE\s+BODY)\b",
    re.I,
)
_ROWS = re.compile(r"(?:INSERT|REPLACE)\b", re.I)
_ALTER = re.compile(r"ALTER\b", re.I)
_PLSQL_BLOCK = re.compile(r"(?:BEGIN|DECLARE)\b", re.I)
_VIEW = re.compile(r"(?:CREATE|ALTER)\s+(?:OR\s+ALTER\s+)?VIEW\b", re.I)
_BLOCK_WORD = re.compile(r"\b(?:(BEGIN|CASE)|END(?!\s+(?:IF|LOOP|WHILE|REPEAT|FOR)\b)(?:\s+CASE)?)\b", re.I)
_BATCH_START = re.compile(
    r"\s*(?:CREATE|ALTER|INSERT|DROP|EXEC|EXECUTE|PRINT|USE|GRANT|DENY|REVOKE|IF|DECLARE|SELECT|UPDATE|DELETE|TRUNCATE|"
    r"RAISERROR|SET|BEGIN|END|ELSE|MERGE|COMMIT|ROLLBACK|RETURN)\b(?!\s+(?:CASCADE|NO\s+ACTION|NULL|DEFAULT)\b)",
    re.I,
)
# (what the pending statement begins with, what a line that goes on with it begins with)
_GOES_ON = (
    (
        re.compile(r"ALTER\b", re.I),
        re.compile(r"\s*(?:ALTER\s+COLUMN|DROP\s+(?:COLUMN|CONSTRAINT|PERIOD)|SET\s*\()", re.I),
    ),
    (re.compile(r"INSERT\b", re.I), re.compile(r"\s*(?:SELECT|EXEC|EXECUTE)\b", re.I)),
    (re.compile(r"(?:GRANT|DENY|REVOKE)\b", re.I), re.compile(r"\s*\w+")),
)
_Q_CLOSERS = {"[": "]", "{": "}", "(": ")", "<": ">"}
_NAMES = {"string": "string", "name": "quoted name", "block": "comment", "dollar": "dollar quote", "q": "string"}


@cache
def _opener(dialect: Dialect, delimiter: str) -> re.Pattern[str]:
    """What ends plain code: the start of a quote or comment, or the delimiter."""
    parts = [rf"(?P<delimiter>{re.escape(delimiter)})", r"(?P<line>--)"]
    if dialect.backslashes:  # there -- needs a blank after it
        parts[1] = r"(?P<line>--(?=\s|$)|\#)"
        parts.append(r"(?P<executable>/\*M?!(?P<version>\d{0,6}))")
        parts.append(r"(?P<end_executable>\*/)")
    parts.append(r"(?P<block>/\*)")
    if dialect.dollar_quotes:
        parts.append(r"(?P<dollar>(?<![\w$])\$(?:[^\W\d]\w*)?\$)")
    if dialect.e_strings:
        parts.append(r"(?P<e>(?<!\w)[eE]')")
    if dialect.q_strings:
        parts.append(r"(?P<q>(?<!\w)[nN]?[qQ]'(?P<q_open>.))")
    parts.append(rf"(?P<string>[{dialect.string_quotes}])")
    parts.append(rf"(?P<name>[{re.escape(dialect.name_quotes)}])")
    return re.compile("|".join(parts))


@cache
def _closer(quote: str, backslashes: bool) -> re.Pattern[str]:
    """From inside a quote to just after its end; possessive, so that a quote that never ends costs one pass."""
    q = re.escape({"[": "]"}.get(quote, quote))
    if backslashes:
        return re.compile(rf"[^{q}\\]*+(?:(?:{q}{q}|\\.)[^{q}\\]*+)*+{q}", re.S)
    return re.compile(rf"[^{q}]*+(?:{q}{q}[^{q}]*+)*+{q}")


@cache
def _run(dialect: Dialect, delimiter: str) -> str:
    """A pattern of plain code and whole quotes, as far as they go: what the rows of an INSERT are made of."""
    marks = {"-", "/", *dialect.string_quotes, *dialect.name_quotes, *delimiter}
    marks |= {"$"} if dialect.dollar_quotes else set()
    marks |= {"#", "*"} if dialect.backslashes else set()
    marks |= {"\n"} if dialect.batches else set()
    parts = [rf"[^{re.escape(''.join(sorted(marks)))}]++", r"-(?!-)", r"/(?!\*)"]
    if dialect.backslashes:
        parts.append(r"\*(?!/)")
    if dialect.e_strings:
        parts.append(rf"(?<=\W[eE])'{_closer(chr(39), True).pattern}")
    for quote in dialect.string_quotes:
        other = r"(?<!\W[eE])" * dialect.e_strings + r"(?<!\W[qQ])(?<!\W[nN][qQ])" * dialect.q_strings
        parts.append(rf"{other}{quote}{_closer(quote, dialect.backslashes).pattern}")
    parts += [rf"{re.escape(quote)}{_closer(quote, False).pattern}" for quote in dialect.name_quotes]
    return rf"(?s:(?:{'|'.join(parts)})*+)"


@cache
def _unwanted(dialect: Dialect, heads: frozenset[str]) -> re.Pattern[str]:
    """Whole statements, one after the other, that begin with one of the heads."""
    head = rf"(?:{'|'.join(re.escape(h) for h in sorted(heads, key=len, reverse=True))})(?![\w$]|\s*+\.)"
    run = _run(dialect, ";")
    if dialect.batches:  # there a statement ends where the next one begins
        return re.compile(rf"(?:{head}{run};?[ \t]*\n(?=[ \t]*(?:INSERT|GO)\b))*+", re.I)
    return re.compile(rf"(?:{head}{run};\s*)*+")


_COMMENT_END = re.compile(r"/\*|\*/")
_FLAT_COMMENT_END = re.compile(r"\*/")


class _Pending:
    """The statement being read."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.pieces: list[str] = []
        self.length = self.more = 0  # characters kept, and those of an INSERT that were not
        self.line = self.column = 0
        self.parens = 0
        self.code: list[str] = []  # plain code not yet searched for BEGIN and END
        self.blocks = 0
        self.routine: bool | None = None
        self.rows: bool | None = None

    def add_code(self, fragment: str, line: int, offset: int) -> None:
        if not self.pieces:
            bare = fragment.lstrip()
            if not bare:
                return
            offset += len(fragment) - len(bare)
            fragment, self.line, self.column = bare, line, offset + 1
        self._keep(fragment)
        self.parens += fragment.count("(") - fragment.count(")")
        if not self.more:
            self.code.append(fragment)

    def add_quoted(self, fragment: str, line: int, offset: int) -> None:
        if not self.pieces:
            self.line, self.column = line, offset + 1
        self._keep(fragment)

    def add_comment(self, fragment: str) -> None:
        if self.pieces:
            self._keep(fragment)

    def _keep(self, fragment: str) -> None:
        if self.more or (self.length > MAX_INSERT and self.brings_rows()):
            self.more += len(fragment)
            return
        self.pieces.append(fragment)
        self.length += len(fragment)
        if self.length > MAX_STATEMENT:
            hint = "is a delimiter missing, or is it another dialect?"
            raise DDLError(
                f"this statement has more than {MAX_STATEMENT:,} characters", self.line, self.column, hint=hint
            )

    def brings_rows(self) -> bool:
        if self.rows is None:
            self.rows = self.begins(_ROWS)
        return self.rows

    def add_rows(self, fragment: str) -> None:
        """Values of an INSERT, quotes and all: no code in which anyone looks for a BEGIN."""
        if fragment:
            self._keep(fragment)

    def head(self) -> str:
        return "".join(self.pieces[:40])[:400]

    def begins(self, pattern: re.Pattern[str]) -> bool:
        return pattern.match(self.head()) is not None

    def inside_routine(self, dialect: Dialect) -> bool:
        """Whether a delimiter here stands in the body of a routine."""
        if self.routine is None:
            self.routine = self.begins(_ROUTINE)
            if dialect.q_strings:  # there only what is created has a body; ALTER TRIGGER ... ENABLE ends with its ;
                self.routine = self.begins(_PLSQL_BLOCK) or (self.routine and not self.begins(_ALTER))
        if not self.routine:
            return False
        if dialect.q_strings or dialect.batches:
            return True  # PL/SQL ends at a line with "/", a T-SQL module with its batch
        for word in _BLOCK_WORD.finditer("".join(self.code)):
            self.blocks += 1 if word.group(1) else -1
        self.code.clear()
        return self.blocks > 0

    def taken(self) -> Statement | None:
        """The statement, if there is one; the next begins."""
        text = "".join(self.pieces).rstrip()
        done = Statement(text, self.line, self.column, more=self.more) if text else None
        self.reset()
        return done


def split(
    blocks: Iterable[str], dialect: str = "postgres", *, passed_by: Collection[str] = frozenset()
) -> Iterator[Statement]:
    """The statements of a text given in blocks of any size (its lines, a file, `[text]`). `passed_by` are beginnings of
    INSERTs that need not be told; whoever reads the statements may change it as they come. Raises DDLError at a
    quote or a comment that is never closed and for a statement without an end."""
    lines = Lines(blocks)
    reader = _Reader(DIALECTS[dialect], lines)
    while True:
        if passed_by and reader.between_statements:
            lines.skip(_unwanted(reader.dialect, frozenset(passed_by)))
        number, offset = lines.number, lines.offset
        if not (line := lines.take()):
            break
        yield from reader.read(line, number, offset)
    yield from reader.finish()


class _Reader:
    """What is open at the end of the lines read so far: a statement, and in it a quote, a comment, COPY data.

    `state` names the open quote or comment ("" in plain code), `closer` finds its end, `opened` is its place; `nesting`
    counts open block comments, `running` open executable ones."""

    def __init__(self, dialect: Dialect, lines: Lines) -> None:
        self.dialect = dialect
        self.lines = lines
        self._use(";")
        self.now = _Pending()
        self.state = ""
        self.closer = _closer("'", False)
        self.opened = (0, 0)
        self.nesting = self.running = 0
        self.copy: Statement | None = None
        self.data: list[str] = []
        self.more = 0

    def _use(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.opener = _opener(self.dialect, delimiter)
        self.run = re.compile(_run(self.dialect, delimiter))

    @property
    def between_statements(self) -> bool:
        busy = self.now.pieces or self.state or self.copy or self.running
        return not busy and self.delimiter == ";" and not self.lines.offset

    def read(self, line: str, number: int, offset: int) -> Iterator[Statement]:
        """The statements that end in this line, or piece of a line that begins `offset` characters before it."""
        if self.copy is not None:
            yield from self._read_copy(line)
            return
        if not self.state and not offset:
            command = self.dialect.line_command.match(line)
            if command and not (self.now.pieces and command.groupdict().get("first")):
                yield from self._flushed()
                if "delimiter" in command.re.groupindex and command["delimiter"]:
                    self._use(command["delimiter"])
                self._to_line_end(line)
                return
            pending = self.dialect.batches and self.now.pieces and self.now.parens <= 0
            if pending and _starts_batch_statement(self.now, line):
                yield from self._flushed()
        position = 0
        while position < len(line) and self.copy is None:
            if self.state:
                position = self._read_inside(line, position, number, offset)
                continue
            if not self.dialect.batches and self.now.pieces and self.now.brings_rows():
                position = self._read_rows(line, position, number, offset)
            found = self.opener.search(line, position)
            if not found:
                self.now.add_code(line[position:], number, offset + position)
                return
            self.now.add_code(line[position : found.start()], number, offset + position)
            position = found.end()
            if found.lastgroup == "delimiter":
                yield from self._at_delimiter(found, number, offset)
            elif found.lastgroup == "line":
                self.now.add_comment(line[found.start() :])
                self._to_line_end(line)
                return
            else:
                self._open(found, number, offset)

    def _to_line_end(self, line: str) -> None:
        """What is left of a line that comes in pieces belongs to its comment."""
        self.state = "" if line.endswith("\n") else "line"

    def _read_rows(self, line: str, position: int, number: int, offset: int) -> int:
        """Over values, many at once; gives the position of what needs a closer look."""
        found = self.run.match(line, position)
        stop = found.end() if found else position
        if line[stop : stop + 1] == "'":  # the letters before a quote belong to it
            stop = position + len(line[position:stop].rstrip("eEnNqQ"))
        self.now.add_rows(line[position:stop])
        return stop

    def finish(self) -> Iterator[Statement]:
        if self.copy is not None:  # a dump cut short: its last data ends with the text
            yield replace(self.copy, data=tuple(self.data), more=self.more)
        if self.state and self.state != "line":
            hint = f"read as {self.dialect.name}: is that the right dialect?"
            raise DDLError(f"this {_NAMES[self.state]} is never closed", *self.opened, hint=hint)
        yield from self._flushed()

    def _flushed(self) -> Iterator[Statement]:
        if done := self.now.taken():
            yield done

    def _read_copy(self, line: str) -> Iterator[Statement]:
        if line.rstrip() == "\\." and self.copy is not None:
            yield replace(self.copy, data=tuple(self.data), more=self.more)
            self.copy, self.data, self.more = None, [], 0
        elif len(self.data) < KEPT_COPY_LINES:
            self.data.append(line.rstrip("\n"))
        else:
            self.more += 1 + self.lines.skip_to("\\.")

    def _read_inside(self, line: str, position: int, number: int, offset: int) -> int:
        """To the end of the open quote or comment, or of the line; gives the new position."""
        if self.state == "line":
            self.now.add_comment(line)
            self._to_line_end(line)
            return len(line)
        if self.state == "block":
            found = (_COMMENT_END if self.dialect.nested_comments else _FLAT_COMMENT_END).search(line, position)
            stop = found.end() if found else len(line)
            self.now.add_comment(line[position:stop])
            if found:
                self.nesting += 1 if found.group() == "/*" else -1
                self.state = "block" if self.nesting else ""
            return stop
        found = self.closer.match(line, position)
        stop = found.end() if found else len(line)
        self.now.add_quoted(line[position:stop], number, offset + position)
        self.state = "" if found else self.state
        return stop

    def _at_delimiter(self, found: re.Match[str], number: int, offset: int) -> Iterator[Statement]:
        if self.delimiter == ";" and self.now.pieces and self.now.inside_routine(self.dialect):
            self.now.add_code(found.group(), number, offset + found.start())
            return
        for done in self._flushed():
            if self.dialect.dollar_quotes and _COPY.match(done.text):
                self.copy = done  # it is complete with its data
            else:
                yield done

    def _open(self, found: re.Match[str], number: int, offset: int) -> None:
        """At the start of a quote or comment, or at the end of an executable comment."""
        kind = found.lastgroup or ""
        if kind == "executable" and _runs(self.dialect, found):
            self.running += 1
            self.now.add_comment(" " * len(found.group()))
        elif kind == "end_executable" and self.running:
            self.running -= 1
            self.now.add_comment("  ")
        elif kind == "end_executable":
            self.now.add_code(found.group(), number, offset + found.start())
        elif kind in ("block", "executable"):
            self.state, self.nesting, self.opened = "block", 1, (number, offset + found.start() + 1)
            self.now.add_comment(found.group())
        else:
            self.now.add_quoted(found.group(), number, offset + found.start())
            self.opened, self.state = (number, offset + found.start() + 1), "string" if kind == "e" else kind
            if kind == "dollar":
                self.closer = re.compile(rf".*?{re.escape(found.group())}", re.S)
            elif kind == "q":
                end = _Q_CLOSERS.get(found["q_open"], found["q_open"])
                self.closer = re.compile(rf".*?{re.escape(end)}'", re.S)
            else:
                backslashes = kind == "e" or (self.dialect.backslashes and kind == "string")
                self.closer = _closer(found.group()[-1], backslashes)


def _runs(dialect: Dialect, found: re.Match[str]) -> bool:
    """Whether the server runs what is in this `/*!` or `/*M!` comment."""
    if found.group().startswith("/*M") and not dialect.marked_executable:
        return False
    version = int(found["version"] or 0)
    return any(low <= version <= high for low, high in dialect.executable)


def _starts_batch_statement(now: _Pending, line: str) -> bool:
    """Whether a new statement begins at this line of a batch without `;`."""
    if not _BATCH_START.match(line):
        return False
    head = now.head()
    if _ROUTINE.match(head) or _VIEW.match(head):
        return False
    return not any(begins.match(head) and goes_on.match(line) for begins, goes_on in _GOES_ON)
