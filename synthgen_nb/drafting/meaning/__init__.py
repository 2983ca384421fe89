"""What a column means: a name from a small vocabulary, the rule that said so and how sure it is.

Reads names, types, keys, CHECKs and comments of a Schema, the rules in data/meanings.tsv and, for what a column is
within its group, those in data/finer_meanings.tsv. Knows nothing of specs, values or plans. What no rule knows is
"opaque" with little confidence, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from msgspec import Struct, structs

from ...schema import Column, Kind, Schema, Table, Type
from ..domains import Scalar
from .matching import holding
from .names import entities, lines_of, singular, subject, words_of

OPAQUE = 0.2  # the confidence of "opaque"
SURE = 0.8


class Meaning(Struct, frozen=True):
    """`group` is the common vocabulary's name for `name`; `rule` says what decided; `confidence` is 0..1, and from SURE
    on a person would agree. `written` are values that somebody wrote for the column, in physical form."""

    name: str
    group: str
    rule: str
    confidence: float
    written: tuple[Scalar, ...] = ()


def meaning_of(schema: Schema, table: Table, column: Column) -> Meaning:
    """Keys first, then the rules over name and type, then the rules over the comment, at last `opaque`. What the column
    is within its group comes after that: it never changes the group."""
    if column.type.kind is Kind.ARRAY and column.type.element is not None:
        return _of_elements(schema, table, structs.replace(column, type=column.type.element))
    entity, words = subject(schema, table, column.name)
    if words == "title" and _courtesy(table, column):
        return Meaning("person.title", "category_code", "a short title beside a first name", 0.82)
    told = f"{entity} among {', '.join(sorted(entities(schema)))}" if entity in _GENERAL else entity
    return _refined(_grouped(schema, table, column), words, entity, told)


def _of_elements(schema: Schema, table: Table, column: Column) -> Meaning:
    """What one element of an array is: what a column called so in the singular would be ("emails"), or the name of such
    a thing ("skills"). `column` has the element's type."""
    *before, last = words_of(column.name) or ("",)
    one = " ".join((*before, singular(last)))
    found = meaning_of(schema, table, structs.replace(column, name=one.replace(" ", "_")))
    finer = found.name != found.group and not found.name.startswith("text.")
    if found.confidence >= 0.6 and (finer or found.group not in _VAGUE):
        return found
    thing = _by_rules("name", one, column.type, ())
    named = thing and _refined(thing, "name", one, one)
    if named is None or named.name == "object_name":
        return found
    return Meaning(named.name, named.group, f"elements: {named.rule}", 0.7)


_VAGUE = frozenset({"opaque", "category_code", "code_identifier", "free_text", "note", "object_name"})


def _courtesy(table: Table, column: Column) -> bool:
    """Whether there is room for Mr and Dr only, and a first name in the same table."""
    short = column.type.kind is Kind.TEXT and 2 <= (column.type.length or 0) <= _COURTESY
    return short and any({"first", "given"} & set(words_of(other.name)) for other in table.columns)


_COURTESY = 10  # characters
# tables of which only the others tell what they sort
_GENERAL = frozenset(
    {"category", "type", "kind", "genre", "status", "subcategory", "sub category", "group", "class", "note"}
    | {"concept", "concept synonym"}
)


def _grouped(schema: Schema, table: Table, column: Column) -> Meaning:
    key = _key(schema, table, column)
    if key is not None and key.confidence >= SURE:
        return key
    entity, words = subject(schema, table, column.name)
    kind = _held(column.type)
    labels = _labels(table, column)
    place = f"{entity} setting" if _holds_settings(table) else entity
    found = _by_rules(words, place, kind, labels)
    if found is None or found.confidence < 0.5:
        found = _by_head(words, place, kind, labels) or found
    if key is not None and (found is None or key.confidence >= found.confidence):
        return key
    if found is None or found.confidence < 0.6:
        found = _by_comment(column, place, kind, labels) or found
    if table.primary_key == (column.name,) and kind.kind is Kind.TEXT and (found is None or found.confidence < 0.6):
        return Meaning("natural_code", "natural_code", "text primary key", 0.85)
    if (
        found is None and kind.kind is Kind.TEXT and words and words == entity
    ):  # "project" in projects: what the thing is called
        return Meaning("object_name", "object_name", "named like its table", 0.7)
    return found or Meaning("opaque", "opaque", "no rule", OPAQUE)


# --- keys

_ACTOR = re.compile(r"(^| )(\w+ed|\w+en) by( user)?$|^(parent|owner|manager|reports to|supervisor|user|author)$")


def _key(schema: Schema, table: Table, column: Column) -> Meaning | None:
    """What the constraints say, or a name that ends in "id"; None for every other column."""
    for fk in table.foreign_keys:
        if column.name in fk.columns:
            return Meaning("foreign_key", "foreign_key", f"foreign key to {fk.table}", 1.0)
    kind = column.type.kind
    whole = kind is Kind.INTEGER or (kind is Kind.DECIMAL and column.type.scale == 0)
    entity, words = subject(schema, table, column.name)
    if table.primary_key == (column.name,):
        if whole and not words.endswith(("year", "number")):
            return Meaning("surrogate_key", "surrogate_key", "integer primary key", 0.98)
        if kind is Kind.UUID:
            return Meaning("uuid", "uuid", "uuid primary key", 0.98)
    if column.identity is not None:
        return Meaning("surrogate_key", "surrogate_key", "identity column", 0.95)
    if not (whole or kind in (Kind.UUID, Kind.TEXT)):
        return None
    full = " ".join(words_of(column.name))
    named = re.sub(r" (id|key|fk|ids)$", "", full)
    others = entities(schema)
    if full in ("id", "row id", "pk") or (named == entity and named != full):
        own = not table.primary_key and whole
        return Meaning("surrogate_key", "surrogate_key", "own id without a primary key", 0.9) if own else None
    if named != full:
        target = _last_words_in(named, others)
        if target and (kind is not Kind.TEXT or target == named):
            return Meaning("foreign_key", "foreign_key", f"named like {target}", 0.9 if whole else 0.8)
        if kind is Kind.TEXT:
            return None
        return Meaning("foreign_key", "foreign_key", "name ends in id", 0.8 if whole else 0.7)
    if whole and (_ACTOR.search(full) or (full in others and full != entity)):
        return Meaning("foreign_key", "foreign_key", "names another row", 0.8)
    return None


def _last_words_in(name: str, entities: frozenset[str]) -> str:
    """The longest tail of `name` that is the name of a table, or ""."""
    words = name.split(" ")
    return next((" ".join(words[i:]) for i in range(len(words)) if " ".join(words[i:]) in entities), "")


# --- types


def _held(type_: Type) -> Type:
    """The type of one value: an array's element; an unknown type counts as text without a limit."""
    if type_.kind is Kind.ARRAY:
        return type_.element or Type(kind=Kind.TEXT, sql="text")
    return type_


def _is_bool(t: Type) -> bool:
    one_bit = t.kind is Kind.BIT and t.length in (None, 1)
    return t.kind is Kind.BOOLEAN or one_bit or (t.kind is Kind.INTEGER and t.sql.lower().startswith("tinyint(1)"))


def _is_int(t: Type) -> bool:
    return t.kind is Kind.INTEGER or (t.kind is Kind.DECIMAL and t.scale == 0 and t.precision is not None)


def _is_bintext(t: Type) -> bool:
    """Short byte strings hold text in schemas older than utf8mb4 (MediaWiki's)."""
    return t.kind is Kind.BINARY and t.length is not None and t.length <= 255 and t.length != 16


def _is_real(t: Type) -> bool:
    return t.kind in (Kind.FLOAT, Kind.MONEY) or (t.kind is Kind.DECIMAL and not _is_int(t))


_CLASSES: dict[str, Callable[[Type], bool]] = {
    "any": lambda t: True,
    "bool": _is_bool,
    "flag": lambda t: _is_bool(t) or _is_int(t) or (t.kind is Kind.TEXT and t.length is not None and t.length <= 5),
    "smallflag": lambda t: _CLASSES["flag"](t) and t.bits in (None, 8, 16),
    "charflag": lambda t: t.kind is Kind.TEXT and t.length is not None and t.length <= 3,
    "bit": lambda t: t.kind is Kind.BIT,
    "bits": lambda t: t.kind is Kind.BIT and not _is_bool(t),
    "int": _is_int,
    "bigint": lambda t: t.kind is Kind.INTEGER and t.bits in (None, 32, 64),
    "real": _is_real,
    "num": lambda t: _is_int(t) or _is_real(t),
    "wide2": lambda t: t.kind is Kind.DECIMAL and 2 <= t.scale <= 4 and (t.precision or 0) >= 8,
    "decimal2": lambda t: t.kind is Kind.DECIMAL and 2 <= t.scale <= 4,
    "float": lambda t: t.kind is Kind.FLOAT,
    "money": lambda t: t.kind is Kind.MONEY,
    "text": lambda t: t.kind in (Kind.TEXT, Kind.ENUM, Kind.SET, Kind.OTHER, Kind.TSVECTOR) or _is_bintext(t),
    "smallint": lambda t: t.kind is Kind.INTEGER and t.bits in (None, 8, 16),
    "small": lambda t: t.kind is Kind.INTEGER and t.bits in (8, 16),
    "code": lambda t: t.kind is Kind.TEXT and t.length is not None and t.length <= 64,
    "wide": lambda t: t.kind is Kind.TEXT and t.length is not None and t.length >= 400,
    "datetext": lambda t: t.kind is Kind.TEXT and (t.length is None or t.length >= 8),
    "amount": lambda t: _is_real(t) or (_is_int(t) and t.bits != 8),
    "short16": lambda t: t.kind is Kind.TEXT and t.length is not None and t.length <= 16,
    "short8": lambda t: t.kind is Kind.TEXT and t.length is not None and t.length <= 8,
    "long": lambda t: t.kind is Kind.TEXT and (t.length is None or t.length >= 400),
    "enum": lambda t: t.kind in (Kind.ENUM, Kind.SET),
    "date": lambda t: t.kind is Kind.DATE,
    "stamp": lambda t: t.kind in (Kind.TIMESTAMP, Kind.TIMESTAMPTZ),
    "moment": lambda t: t.kind in (Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ),
    "time": lambda t: t.kind is Kind.TIME,
    "interval": lambda t: t.kind is Kind.INTERVAL,
    "year": lambda t: t.kind is Kind.YEAR,
    "json": lambda t: t.kind is Kind.JSON,
    "xml": lambda t: t.kind is Kind.XML,
    "uuid": lambda t: t.kind is Kind.UUID,
    "inet": lambda t: t.kind is Kind.INET,
    "mac": lambda t: t.kind is Kind.MACADDR,
    "geo": lambda t: t.kind is Kind.GEOMETRY,
    "blob": lambda t: t.kind is Kind.BINARY and not _is_bintext(t),
    "bintext": lambda t: _is_bintext(t),
    "blob16": lambda t: t.kind is Kind.BINARY and t.length == 16,
    "tsvector": lambda t: t.kind is Kind.TSVECTOR,
}

_YES_NO = frozenset({"y", "n", "yes", "no", "t", "f", "true", "false", "0", "1", "on", "off"})


def _labels(table: Table, column: Column) -> tuple[str, ...]:
    """The values an ENUM, or a CHECK (column IN (...)) of text, allows; () where neither does."""
    if column.type.values:
        return column.type.values
    if column.type.kind is not Kind.TEXT:
        return ()
    lists = (c.sql for c in table.checks if c.columns == (column.name,) and re.search(r"\bin\b|\bany\b", c.sql, re.I))
    return next((tuple(re.findall(r"'([^']*)'", sql)) for sql in lists), ())


# --- rules


class _Rule(NamedTuple):
    meaning: str
    group: str
    kinds: tuple[str, ...]
    name: str
    table: str
    confidence: float
    source: str


def _by_rules(words: str, entity: str, kind: Type, labels: tuple[str, ...]) -> Meaning | None:
    classes = {name for name, holds in _CLASSES.items() if holds(kind)}
    if labels:
        classes |= {"enum", "yesno"} if {label.lower() for label in labels} <= _YES_NO else {"enum"}
    return _first(words, entity, frozenset(classes))


@lru_cache(maxsize=20_000)
def _first(words: str, entity: str, classes: frozenset[str]) -> Meaning | None:
    """The first rule that fits; a rule of confidence 0 says "none of these"."""
    for rule in _rules_for(classes):
        if holding(rule.name)(words) and holding(rule.table)(entity):
            return Meaning(rule.meaning, rule.group, rule.source, rule.confidence) if rule.confidence else None
    return None


class _Finer(NamedTuple):
    meaning: str
    groups: tuple[str, ...]
    name: str
    table: str
    among: bool  # the rule reads of the schema's other tables too


def _refined(found: Meaning, words: str, entity: str, told: str) -> Meaning:
    """The first finer meaning of the group that fits the same words; as it was where a rule was as fine already."""
    if found.name != found.group:
        return found
    for finer in _finer().get(found.group, ()):
        place = told if finer.among else entity
        if holding(finer.name)(words) and holding(finer.table)(place):
            return structs.replace(found, name=finer.meaning)
    return found


def _by_head(words: str, entity: str, kind: Type, labels: tuple[str, ...]) -> Meaning | None:
    """The rules without the last word ("note private", "phone mobile"): some put the general word first. Never sure."""
    head = words.rpartition(" ")[0]
    found = _by_rules(head, entity, kind, labels) if head else None
    if found is None or found.confidence < 0.5:
        return None
    return Meaning(found.name, found.group, f"first words: {found.rule}", round(0.75 * found.confidence, 2))


def _holds_settings(table: Table) -> bool:
    """A small table of texts where a key (or, in the smallest, a name) and its value stand side by side."""
    kinds = {c.name.lower(): c.type.kind for c in table.columns}
    most = 8 if "key" in kinds else 3 if "name" in kinds else 0
    return len(kinds) <= most and kinds.get("value") is Kind.TEXT


_FLAG_COMMENT = re.compile(r"\b0\s*[=:-].*\b1\s*[=:-]|\b1\s*[=:-].*\b0\s*[=:-]", re.S)


def _by_comment(column: Column, entity: str, kind: Type, labels: tuple[str, ...]) -> Meaning | None:
    """The rules over the comment's first words, less sure than a name; "0 = no, 1 = yes" makes a flag."""
    if _is_int(kind) and _FLAG_COMMENT.search(column.comment):
        name = "small_code" if re.search(r"\b2\s*[=:-]", column.comment) else "boolean_flag"
        return Meaning(name, name, "comment lists values", 0.8)
    words = words_of(re.split(r"[.,;:(]|\b(?:of|for|in|that|which|when|where|used)\b", column.comment, maxsplit=1)[0])
    if not 1 <= len(words) <= 5:
        return None
    found = _by_rules(" ".join(w for w in words if w not in ("the", "a", "an", "this", "its")), entity, kind, labels)
    return found and Meaning(found.name, found.group, f"comment: {found.rule}", round(0.8 * found.confidence, 2))


@cache
def rules() -> tuple[_Rule, ...]:
    """The table of rules as it stands in data/meanings.tsv, in its order."""
    parts: dict[str, str] = {}
    found: list[_Rule] = []

    def whole(text: str) -> str:
        for word, part in parts.items():
            text = part if text == "{" + word + "}" else text.replace("{" + word + "}", f"(?:{part})")
        return text

    for fields in lines_of("meanings.tsv"):
        if fields[0].startswith("@"):
            parts[fields[0][1:]] = fields[1]
        elif fields[0] != "meaning":
            meaning, group, kinds, name, table, confidence = fields
            found.append(_Rule(meaning, meaning if group == "-" else group, tuple(kinds.split(",")), whole(name),
                               whole(table), float(confidence), name))  # fmt: skip
    return tuple(found)


@cache
def _finer() -> Mapping[str, tuple[_Finer, ...]]:
    """The finer meanings of each group, in the order of data/finer_meanings.tsv."""
    found: dict[str, list[_Finer]] = {}
    for meaning, groups, name, table in lines_of("finer_meanings.tsv")[1:]:
        finer = _Finer(meaning, tuple(groups.split(",")), name, table, " among " in table)
        for group in finer.groups:
            found.setdefault(group, []).append(finer)
    return {group: tuple(finer) for group, finer in found.items()}


@cache
def vocabulary() -> Mapping[str, str]:
    """Every meaning that a rule knows, and every group, with its group: of several, the first."""
    named = {rule.meaning: rule.group for rule in rules() if rule.confidence}
    finer = {one.meaning: one.groups[0] for many in _finer().values() for one in many}
    return {group: group for group in named.values()} | named | finer


def is_for(name: str, kind: Type, labels: tuple[str, ...] = ()) -> bool:
    """Whether some rule finds this meaning, or one of this group, in columns of such a type; of text that is one of a
    few `labels`, where there are some."""
    classes = {kind_class for kind_class, holds in _CLASSES.items() if holds(_held(kind))}
    if labels:
        classes = {"enum", "yesno"} if {label.lower() for label in labels} <= _YES_NO else {"enum"}
    groups = {name} | {group for group, many in _finer().items() if any(one.meaning == name for one in many)}
    told = (rule for rule in rules() if rule.confidence and (rule.meaning in groups or rule.group in groups))
    return any(not classes.isdisjoint(rule.kinds) for rule in told)


@lru_cache(maxsize=500)
def _rules_for(classes: frozenset[str]) -> tuple[_Rule, ...]:
    return tuple(rule for rule in rules() if not classes.isdisjoint(rule.kinds))
