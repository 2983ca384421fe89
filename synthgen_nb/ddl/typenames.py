"""Reading a type off the tokens and giving it its meaning. Knows types, not columns or tables."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

from msgspec import Struct, structs

from ..errors import DDLError
from ..schema import Kind, Place, Type
from .cursor import Cursor
from .dialects import DIALECTS, Dialect, words
from .tokens import string_value
from .types import EXTENSION_TYPES, TYPES, Shape, affinity

# what may follow the first word of a type of several words
_MORE_WORDS = {
    "DOUBLE": (("PRECISION",),),
    "CHARACTER": (("VARYING",), ("LARGE", "OBJECT")),
    "CHAR": (("VARYING",), ("BYTE",), ("LARGE", "OBJECT")),
    "NCHAR": (("VARYING",), ("VARCHAR",), ("LARGE", "OBJECT")),
    "BIT": (("VARYING",),),
    "BINARY": (("VARYING",), ("LARGE", "OBJECT")),
    "NATIONAL": (
        ("CHARACTER", "VARYING"),
        ("CHAR", "VARYING"),
        ("CHARACTER",),
        ("CHAR",),
        ("VARCHAR",),
    ),
    "LONG": (("RAW",), ("VARCHAR",), ("VARBINARY",), ("CHAR", "VARYING")),
}
_ZONES = (
    ("WITH", "LOCAL", "TIME", "ZONE"),
    ("WITH", "TIME", "ZONE"),
    ("WITHOUT", "TIME", "ZONE"),
)
_FIELDS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO")
_FLAGS = ("UNSIGNED", "SIGNED", "ZEROFILL", "BINARY", "ASCII", "UNICODE", "BYTE")
_NESTED = ("STRUCT", "ROW", "UNION", "MAP")
# words that begin a column constraint: SQLite's type is every word before one of these
SQLITE_TYPE_ENDS = words(
    """CONSTRAINT PRIMARY NOT NULL UNIQUE CHECK DEFAULT COLLATE REFERENCES GENERATED AS ON DEFERRABLE AUTOINCREMENT"""
)


class RawType(Struct, frozen=True):
    """A type as written. `parts` is the folded name, `key` its upper-case words; `args` are the texts between its
    parentheses, `fields` the same as names ("" where there is none) and types for STRUCT, ROW, UNION and MAP; `sizes`
    are the numbers in its array brackets, None for empty ones, the innermost first; `collation` and `charset` are
    names, "" where none is given."""

    parts: tuple[str, ...]
    key: str
    sql: str
    place: Place
    args: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    sizes: tuple[int | None, ...] = ()
    fields: tuple[tuple[str, RawType], ...] = ()
    charset: str = ""
    collation: str = ""
    suffix: str = ""


def read_type(c: Cursor) -> RawType:
    """The type that comes next. SQLite may have none."""
    start, place = c.i, c.place()
    parts, words = _read_name(c)
    args: tuple[str, ...] = ()
    fields: tuple[tuple[str, RawType], ...] = ()
    if c.at("(") and words and c.dialect.name == "duckdb" and words[-1] in _NESTED:
        fields = tuple(_read_field(item, named=words[-1] != "MAP") for item in c.group().items())
    elif c.at("(") and words:
        args = tuple(item.rest() for item in c.group().items())
    for zone in _ZONES:
        if words[-1:] in (["TIME"], ["TIMESTAMP"]) and c.take(*zone):
            words = [*words, *zone]
    if words == ["INTERVAL"]:
        while c.at_any(*_FIELDS):
            c.next()
            if c.at("("):
                c.group()
    flags: list[str] = []
    if c.dialect.backslashes:
        while flag := c.take_any(*_FLAGS):
            flags.append(flag)
    sizes: list[int | None] = [None] if c.take("ARRAY") else []
    while c.at("["):
        inside = ""
        while not c.done and not c.take("]"):
            inside = c.next().text
        if c.dialect.name != "postgres":
            sizes.append(int(inside) if inside.isdigit() else None)
        elif not sizes:
            sizes.append(None)  # one array type there, whatever its dimensions and sizes
    sql = " ".join(c.text(start, c.i).split())
    raw = RawType(parts, " ".join(words), sql, place, args, tuple(flags), tuple(sizes), fields)
    return _read_charset(c, raw)


def _read_field(c: Cursor, *, named: bool) -> tuple[str, RawType]:
    name = c.name("a field") if named else ""
    return name, read_type(c)


def _read_name(c: Cursor) -> tuple[tuple[str, ...], list[str]]:
    if c.dialect.name == "sqlite":
        names: list[str] = []
        while c.is_name() and c.peek().key not in SQLITE_TYPE_ENDS:
            names.append(c.name())
        if c.at("(") and not names:
            return (), []
        return (" ".join(names),), " ".join(names).upper().split()
    quoted = c.peek().kind == "name"
    parts = c.qualified("a type")
    last = parts[-1]
    if quoted and c.dialect.name == "postgres" and parts == ("char",):
        return parts, ['"char"']
    words = [last.upper()]
    if len(parts) == 1 and not quoted:
        for more in _MORE_WORDS.get(words[0], ()):
            if c.take(*more):
                words.extend(more)
                break
    return parts, words


def _read_charset(c: Cursor, raw: RawType) -> RawType:
    """CHARACTER SET and COLLATE, which belong to the type wherever they stand."""
    while True:
        if c.dialect.backslashes and (c.take("CHARACTER", "SET") or c.take("CHARSET") or c.take("CHAR", "SET")):
            c.take("=")
            raw = with_charset(raw, c.label("a character set"))
        elif c.take("COLLATE"):
            c.take("=")
            raw = read_collation(c, raw)
        else:
            return raw


def with_charset(raw: RawType, charset: str) -> RawType:
    return structs.replace(raw, charset=charset, suffix=f"{raw.suffix} CHARACTER SET {charset}")


def read_collation(c: Cursor, raw: RawType) -> RawType:
    """The name after COLLATE."""
    start = c.i
    name = c.label("a collation") if c.dialect.backslashes else c.qualified("a collation")[-1]
    return structs.replace(raw, collation=name, suffix=f"{raw.suffix} COLLATE {c.text(start, c.i)}")


def type_of(
    raw: RawType, dialect_name: str, user_type: Callable[[RawType], Type | None], *, has_extensions: bool = False
) -> Type | None:
    """The Type of a raw type; None if nobody knows it and the dialect leaves that open. `user_type` looks up what the
    DDL itself made (CREATE TYPE, CREATE DOMAIN, a table's row type). Raises DDLError."""
    dialect = DIALECTS[dialect_name]
    table = TYPES[dialect_name]
    shape = table.get(raw.key) if len(raw.parts) < 2 or raw.parts[0] in ("pg_catalog", "sys") else None
    if raw.fields:
        element = _nested(raw, dialect_name, user_type, has_extensions=has_extensions)
    elif shape is not None:
        element = _built(shape, raw, dialect)
    else:
        made = user_type(raw) if raw.parts else None
        if made is not None:
            element = made
        elif raw.key in EXTENSION_TYPES and dialect_name in ("postgres", "duckdb"):
            element = _built(EXTENSION_TYPES[raw.key], raw, dialect)
        elif dialect_name == "sqlite":
            element = _built(affinity(raw.key), raw, dialect)
        elif has_extensions:
            element = Type(kind=Kind.OTHER, sql=_bare(raw) + raw.suffix)
        elif dialect.any_type:
            return None
        else:
            raise _unknown_type(raw, dialect)
    for depth, size in enumerate(raw.sizes):
        last = depth == len(raw.sizes) - 1
        sql = raw.sql + raw.suffix if last else f"{element.sql}[{size or ''}]"
        element = Type(kind=Kind.ARRAY, sql=sql, element=element, length=size)
    return element


def _nested(
    raw: RawType, dialect_name: str, user_type: Callable[[RawType], Type | None], *, has_extensions: bool
) -> Type:
    """A type made of others. The values of a UNION are those of its first member."""
    found = [
        (name, type_of(field, dialect_name, user_type, has_extensions=has_extensions) or Type(kind=Kind.OTHER, sql=""))
        for name, field in raw.fields
    ]
    if raw.key == "UNION":
        return structs.replace(found[0][1], sql=_bare(raw))
    if raw.key == "MAP":
        (_, key), (_, value) = found
        return Type(kind=Kind.MAP, sql=_bare(raw), fields=(("key", key), ("value", value)))
    return Type(kind=Kind.STRUCT, sql=_bare(raw), fields=tuple(found))


def _unknown_type(raw: RawType, dialect: Dialect) -> DDLError:
    name = ".".join(raw.parts)
    close = difflib.get_close_matches(name.lower(), sorted(known.lower() for known in TYPES[dialect.name]), n=1)
    others = [other for other in TYPES if raw.key in TYPES[other] and not DIALECTS[other].any_type]
    if close:
        hint = f"did you mean '{close[0]}'?"
    elif others:
        hint = f"that is a type of {others[0]}: is the dialect right?"
    else:
        hint = "add its CREATE TYPE, CREATE DOMAIN or CREATE EXTENSION to the text"
    return DDLError(f"unknown type '{name}' in {dialect.name}", raw.place.line, raw.place.column, hint=hint)


def _bare(raw: RawType) -> str:
    """The type as written, without array brackets."""
    return re.sub(r"\s*(?:ARRAY\s*)?(?:\[[^\]]*\]\s*)*$", "", raw.sql, flags=re.I) if raw.sizes else raw.sql


def _numbers(raw: RawType) -> list[int]:
    found = [re.match(r"\s*(-?\d{1,18})", arg) for arg in raw.args]
    return [int(m[1]) for m in found if m]


def _built(shape: Shape, raw: RawType, dialect: Dialect) -> Type:
    sql = _bare(raw) + raw.suffix
    length, precision, scale, bits = shape.length, shape.precision, shape.scale, shape.bits
    values: tuple[str, ...] = ()
    kind = shape.kind
    numbers = _numbers(raw)
    if shape.args == "values":
        values = tuple(string_value(arg, dialect) for arg in raw.args if arg[-1:] in ("'", '"'))
    elif shape.args == "length" and numbers:
        length = _family_length(raw.key, numbers[0]) if dialect.backslashes else numbers[0]
    elif shape.args == "length" and raw.args:
        length = None  # varchar(max)
    elif shape.args == "precision" and numbers:
        precision, scale = numbers[0], numbers[1] if len(numbers) > 1 else 0
    elif shape.args == "digits" and numbers:
        precision = numbers[0]
    elif shape.args == "bits" and len(numbers) > 1:
        precision, scale = numbers[0], numbers[1]
    elif shape.args == "bits" and numbers and raw.key == "FLOAT":
        bits = 32 if numbers[0] <= 24 and dialect.name != "sqlite" else 64
    if raw.key == "TINYINT" and numbers == [1] and dialect.backslashes and "UNSIGNED" not in raw.flags:
        kind = Kind.BOOLEAN
    if kind is Kind.TEXT and raw.charset.lower() == "binary":
        kind = Kind.BINARY
    element = (
        _built(TYPES[dialect.name][shape.element.upper()], _plain(shape.element, raw), dialect)
        if shape.element
        else None
    )
    return Type(
        kind=kind,
        sql=sql,
        bits=bits,
        unsigned=shape.unsigned or "UNSIGNED" in raw.flags or "ZEROFILL" in raw.flags,
        precision=precision,
        scale=scale,
        length=length,
        fixed=shape.fixed,
        values=values,
        element=element,
        case_insensitive=_ignores_case(shape, kind, raw, dialect),
    )


def _plain(name: str, raw: RawType) -> RawType:
    return RawType((name,), name.upper(), name, raw.place)


_MYSQL_FAMILIES = {"TEXT": (255, 65_535, 16_777_215, 4_294_967_295), "BLOB": (255, 65_535, 16_777_215, 4_294_967_295)}


def _family_length(key: str, asked: int) -> int:
    """MySQL's TEXT(n) is the smallest of its family that holds n."""
    return next((size for size in _MYSQL_FAMILIES.get(key, ()) if size >= asked), asked)


_CASE_KEPT = re.compile(r"(?:_bin|_cs|_cs_\w*|_bin2)$|^binary$|_cs_|_bin2?(?:_|$)", re.I)


def _ignores_case(shape: Shape, kind: Kind, raw: RawType, dialect: Dialect) -> bool:
    if kind is not Kind.TEXT:
        return False
    if shape.ignores_case is not None:
        return shape.ignores_case
    if dialect.text_ignores_case:
        return "BINARY" not in raw.flags and not _CASE_KEPT.search(raw.collation)
    return raw.collation.upper().split(".")[0] == "NOCASE"
