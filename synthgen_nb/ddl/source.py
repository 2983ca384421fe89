"""A DDL text of any size as blocks, then as lines: encodings, line ends, what is read past unseen. Knows no SQL.

A dump of gigabytes has lines of megabytes, so a long line comes in pieces, and only one block is held at a time.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from ..errors import DDLError, InputError

BLOCK = 1 << 20  # bytes read at once, and about how long a piece of a line may be
MAX_PIECE = 16 * BLOCK  # characters held of a line that can be cut nowhere
_NEAR = 4_096  # characters before the end of a long piece in which a place to cut it is looked for
# No quote, comment mark or escape lies across these places, and no quote that could be doubled begins after them.
_CUT = re.compile(r"[,\s](?=[^'\"`\]])|(?<=[0-9A-Za-z]{16})(?=[0-9A-Za-z]{16})")
_GZIP = b"\x1f\x8b"


def opened(file: BinaryIO) -> BinaryIO:
    """The file, or what is packed in it if it is a .gz, at its start. `file` must be able to go back."""
    file.seek(0)
    packed = file.read(2) == _GZIP
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file


def decoded(file: BinaryIO, place: str) -> Iterator[str]:
    """The text of a file from its start, in blocks, with `\\n` for every line end: UTF-8, UTF-16 with its mark (what
    PowerShell's `>` writes), or Latin-1 in the lines that are no UTF-8, as old dumps have it. Raises InputError for
    what is no text."""
    file.seek(0)
    try:
        for text in _decoded(file):
            if "\0" in text:
                raise InputError(f"{place} is not text", hint="give a file of CREATE TABLE statements")
            yield text
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise InputError(f"{place} can't be unpacked: {problem}") from None


def _decoded(file: BinaryIO) -> Iterator[str]:
    rest = file.read(BLOCK)
    if rest[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield from _wide(rest, file)
        return
    rest = rest.removeprefix(b"\xef\xbb\xbf")
    while data := file.read(BLOCK):
        rest += data
        end = _whole(rest)
        yield _lines_decoded(rest[:end])
        rest = rest[end:]
    yield _lines_decoded(rest)


def _wide(data: bytes, file: BinaryIO) -> Iterator[str]:
    """UTF-16, of which half a character or half a line end waits for the next block."""
    name = "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be"
    data, held = data[2:], ""
    while data:
        more = file.read(BLOCK)
        end = len(data) - len(data) % 2 if more else len(data)
        if more and (data[end - 1 if name == "utf-16-le" else end - 2] & 0xFC) == 0xD8:
            end -= 2  # the first half of a pair
        text = held + data[:end].decode(name, errors="replace")
        held = "\r" if more and text.endswith("\r") else ""
        yield _ends(text.removesuffix("\r") if held else text)
        data = data[end:] + more


def _whole(data: bytes) -> int:
    """How much of the data ends with a line, or at least not inside a character or a line end."""
    if end := data.rfind(b"\n") + 1:
        return end
    end = len(data)
    while end > len(data) - 4 and data[end - 1] & 0xC0 == 0x80:
        end -= 1
    return end - 1 if data[end - 1] >= 0xC0 or data[end - 1] == 13 else len(data)


def _lines_decoded(data: bytes) -> str:
    try:
        return _ends(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _ends("".join(map(_line_decoded, data.splitlines(keepends=True))))


def _line_decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class Lines:
    """The lines of a text that comes in blocks; `number` (from 1) and `offset` tell where the next one stands, offset
    being 0 unless part of its line was given already."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self._blocks = iter(blocks)
        self._text = ""
        self._at = 0
        self._begun = False
        self.number, self.offset = 1, 0

    def take(self) -> str:
        """The next line with its end; of a line longer than a block the next piece; "" after the last. A block is asked
        for only when it is needed. Raises DDLError for a long line that can't be cut."""
        end = self._text.find("\n", self._at)
        while end < 0:
            if len(self._text) - self._at > BLOCK and (cut := self._cut()):
                return self._taken(cut)
            if len(self._text) - self._at > MAX_PIECE:
                raise DDLError(f"{MAX_PIECE:,} characters without a comma, a blank or a word", self.number)
            if not self._more():
                return self._taken(len(self._text))
            end = self._text.find("\n", self._at)
        return self._taken(end + 1)

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Goes on past what the pattern matches from here, within what is at hand."""
        if found := pattern.match(self._text, self._at):
            self._pass(found.end())

    def skip_to(self, mark: str) -> int:
        """From the start of a line on to the next line that begins with the mark, or to the end; tells how many lines
        it passed."""
        before, wanted = self.number, "\n" + mark
        while self.offset or not self._text.startswith(mark, self._at):
            found = self._text.find(wanted, self._at)
            if found >= 0:
                self._pass(found + 1)
                break
            self._pass(max(self._at, len(self._text) - len(mark)))  # the block may end with a part of the mark
            if not self._more():
                self._pass(len(self._text))
                break
        return self.number - before

    def _more(self) -> bool:
        block = next(self._blocks, None)
        if block is None:
            return False
        if not self._begun:
            block, self._begun = block.removeprefix("\ufeff"), True
        self._text, self._at = self._text[self._at :] + block, 0
        return True

    def _cut(self) -> int:
        """Where a long line may be cut; 0 if nowhere."""
        end = self._at + BLOCK
        return max((m.end() for m in _CUT.finditer(self._text, end - _NEAR, end)), default=0)

    def _taken(self, stop: int) -> str:
        text = self._text[self._at : stop]
        self._pass(stop)
        return text

    def _pass(self, stop: int) -> None:
        if lines := self._text.count("\n", self._at, stop):
            self.number += lines
            self.offset = stop - self._text.rindex("\n", self._at, stop) - 1
        else:
            self.offset += stop - self._at
        self._at = stop
