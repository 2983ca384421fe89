"""What SQL may say about the columns of one table: their literals, and conditions on them. Parts of grammars, made for
the type and the values of each column; knows neither edits nor queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ..drafting.wished.freedom import MOMENTS, NUMBERS
from ..drafting.wished.possible import ColumnRoom
from ..schema import Kind
from .derivations import Part, either, pattern, seq, several, word, words
from .grammar import CLOCK, DAY, YEAR
from .sqlwords import Said

_TEXT = 40  # characters of a literal
_LISTED = 6  # literals of an IN
_MOST_LABELS = 60
_DIGITS, _DECIMALS = 12, 4
_MARK = r"(?:[^'\\\x00-\x1f\x7f]|'')"  # a character between quotes; without the backslash, which MySQL reads
_PLAIN = r"[ -&(-[\]-~]"  # the same of ASCII alone: beyond it the engines' LIKEs differ
_BYTES = 4  # of a character
_EQUAL, _ORDERED = ("=", "<>"), ("=", "<>", "<", "<=", ">", ">=")
AMONG = words([" IN (", " NOT IN ("])  # of a list and of a subquery alike: the engine takes the longer of two words
MONTHS = words([str(number) for number in range(1, 13)])


class Field(Struct, frozen=True):
    """A column as statements call it."""

    name: str
    room: ColumnRoom

    @property
    def kind(self) -> Kind:
        return self.room.column.type.kind

    @property
    def ordered(self) -> bool:
        return self.kind in NUMBERS | MOMENTS | {Kind.TIME}


def filled(template: str, **parts: Part) -> Part:
    """A template with parts in the places of its {words}."""
    told: list[Part | str] = []
    for piece in template.replace("}", "{").split("{"):
        told.append(parts.get(piece, piece))
    return seq(*(part for part in told if part != ""))


def text(most: int) -> Part:
    """A literal of at most so many characters: one word to the engine, which would else end it at the first quote."""
    return pattern(f"'{_MARK}{{0,{most}}}'", _BYTES * most + 2)


def number(digits: int = _DIGITS, decimals: int = _DECIMALS, *, negative: bool = False) -> Part:
    """With at most so many digits before the point, and behind it."""
    sign, point = "-?" if negative else "", f"(?:[.][0-9]{{1,{decimals}}})?" if decimals else ""
    more = f"[1-9][0-9]{{0,{digits - 1}}}" if digits > 1 else "[1-9]"
    return pattern(f"{sign}(?:0|{more}){point}", 1 + digits + 1 + decimals)


def _number(field: Field) -> Part:
    """What the type holds: of 32 bits nine digits, which all of them can be."""
    kind = field.room.column.type
    if kind.kind == Kind.YEAR:
        return pattern(YEAR, len("2026"))
    whole = (
        len(str(1 << (kind.bits or 64) - 1)) - 1 if kind.kind == Kind.INTEGER else (kind.precision or 64) - kind.scale
    )
    negative = (field.room.low or 0) < 0 and not kind.unsigned
    return number(min(whole, _DIGITS), min(field.room.digits, _DECIMALS), negative=negative) if whole else word("0")


def literal(field: Field, said: Said) -> Part | None:
    """A value that this column may hold: one of its labels where it has some; None where there is no way to spell
    one."""
    room, kind = field.room, field.kind
    labels = [value for value in room.values if len(str(value)) <= _TEXT][:_MOST_LABELS]
    if labels and kind in {Kind.TEXT, Kind.ENUM}:
        return words([said.dialect.literal(str(value)) for value in labels])
    if labels and kind in NUMBERS:
        return words([str(value) for value in labels])
    match kind:
        case Kind.BOOLEAN:
            return words(said.truth)
        case Kind.TEXT:
            return text(min(room.text or _TEXT, _TEXT))
        case Kind.DATE:
            return _moment(DAY)
        case Kind.TIMESTAMP | Kind.TIMESTAMPTZ:
            return _moment(f"{DAY}(?: {CLOCK}:[0-5][0-9])?")
        case Kind.TIME:
            return _moment(f"{CLOCK}:[0-5][0-9]")
    if kind in NUMBERS:
        return _number(field)
    return None


def _moment(regex: str) -> Part:
    return seq("'", pattern(regex, len("2026-01-01 12:00:00")), "'")


def conditions(fields: Sequence[Field], said: Said) -> Iterator[Part]:
    """Everything that can be asked of one row without looking at another table."""
    for field in fields:
        yield from _of_one(field, said)
    for same in ([f for f in fields if f.kind in NUMBERS], [f for f in fields if f.kind in MOMENTS]):
        if len(same) > 1:
            names = words([field.name for field in same])
            yield seq(names, " ", words(_ORDERED), " ", names)


def _of_one(field: Field, said: Said) -> Iterator[Part]:
    value, name = literal(field, said), word(field.name)
    if value is not None:
        signs = _ORDERED if field.ordered else _EQUAL
        yield seq(name, " ", words(signs), " ", value)
        yield seq(name, AMONG, several(value, ", ", _LISTED), ")")
    if value is not None and field.ordered:
        yield seq(name, " BETWEEN ", value, " AND ", value)
    if field.kind == Kind.TEXT and not field.room.values:
        yield seq(name, words([" LIKE ", " NOT LIKE "]), pattern(f"'{_PLAIN}{{0,{_TEXT}}}'", _TEXT + 2))
    if field.kind in MOMENTS:
        yield seq(filled(said.year, column=name), " ", words(_ORDERED), " ", pattern(YEAR, len("2026")))
        yield seq(filled(said.month, column=name), " ", words(_ORDERED), " ", MONTHS)
    if field.room.column.nullable:
        yield seq(name, words([" IS NULL", " IS NOT NULL"]))


def joined(atom: Part, ands: int, ors: int) -> Part:
    """Conditions with AND, and groups of them with OR."""
    return several(several(atom, " AND ", ands), " OR ", ors)


def one_of(parts: Sequence[Part]) -> Part:
    """Any of the conditions; TRUE's own spelling where a table has none."""
    return either(parts) if parts else word("1 = 1")
