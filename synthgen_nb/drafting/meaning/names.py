"""Names of tables and columns as plain words: cut apart, abbreviations spelled out, prefixes taken off.

Knows data/name_words.tsv and nothing of meanings: "cust_fname" is "customer first name" here, no more.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files

from ...schema import Schema, Table

_PIECE = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+|[^\W\d_]+")
_TAILS = ("name", "date", "time", "code", "type", "flag", "desc", "count", "number", "address", "status", "amount")
_NOT_ID = re.compile(r"(pa|va|vo|flu|gr|sol|liqu|hum|rap|hybr|cov|oste?ro|ro|u|gu|b|k|m|a|l|ac|asp)id$")  # paid, valid
_SHORT = frozenset({"id", "no", "by", "at", "on", "is", "ip", "to", "of", "dt", "cd", "nm", "ts", "in"})
# words of a table's name that say how it is kept, not what its rows are
_NOISE = frozenset(
    {"archive", "archived", "backup", "dim", "dimension", "fact", "hist", "master", "mst", "mstr", "old", "raw", "ref"}
    | {"staging", "stg", "t", "table", "tb", "tbl", "temp", "temporary", "tmp", "view"}
)
# last words of a column's name that change nothing
_DROPPED = frozenset(
    {"current", "en", "eng", "english", "gmt", "local", "new", "old", "orig", "original", "previous", "raw", "tmp"}
    | {"us", "utc"}
)


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """A name in lower-case words: cut at underscores, case and digits, abbreviations spelled out, numbers left out."""
    abbreviations, vocabulary = _lexicon()
    found: list[str] = []
    for token in re.split(r"[\W_]+", name):
        if token.lower() in abbreviations:
            found += abbreviations[token.lower()].split()
            continue
        for piece in _PIECE.findall(token):
            low = piece.lower()
            if low not in abbreviations and low not in vocabulary:
                low = low.rstrip("0123456789")
            for part in _cut(low) if low else ():
                found += abbreviations.get(part, part).split()
    while len(found) > 1 and found[-1] in _DROPPED:
        found.pop()
    return tuple(found)


def _cut(token: str) -> list[str]:
    """`token` in known words if it can be written with them ("ordertime"), else a known tail cut off ("xyzdate")."""
    abbreviations, vocabulary = _lexicon()

    def known(part: str) -> bool:
        if len(part) <= 2:
            return part in _SHORT
        return part in vocabulary or part in abbreviations or (part.endswith("s") and part[:-1] in vocabulary)

    if len(token) < 5 or token in vocabulary or token in abbreviations or token.rstrip("s") in vocabulary:
        return [token]
    best: list[list[str] | None] = [[]] + [None] * len(token)
    for end in range(1, len(token) + 1):
        for start in range(max(0, end - 14), end):
            head = best[start]
            if head is not None and known(token[start:end]):
                current = best[end]
                if current is None or len(head) + 1 < len(current):
                    best[end] = [*head, token[start:end]]
    whole = best[-1]
    if whole is not None and (len(whole) == 2 or sum(len(part) <= 3 for part in whole[1:]) <= 1):
        return whole
    if token.endswith("id") and not _NOT_ID.search(token):
        return [token[:-2], "id"]
    tails = (tail for tail in _TAILS if token.endswith(tail) and len(token) - len(tail) > 1)
    return next(([token[: -len(tail)], tail] for tail in tails), [token])


def singular(word: str) -> str:
    """A word in the singular, as far as its ending tells."""
    if word in ("people", "persons"):
        return "person"
    if word.endswith("ies") and len(word) > 4:
        return "movie" if word == "movies" else "series" if word == "series" else word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "uses")) and not word.endswith("houses"):
        return word[:-2]
    return (
        word[:-1] if word.endswith("s") and (word == "menus" or not word.endswith(("ss", "us", "is", "news"))) else word
    )


@lru_cache(maxsize=2_000)
def _entity(table: str, prefix: str) -> str:
    """What one row of the table is, in words: "order line" for `tbl_OrderLines`."""
    short = table[len(prefix) :] if prefix and table.lower().startswith(prefix) else table
    abbreviations, vocabulary = _lexicon()
    head, _, rest = short.partition("_")
    if rest and len(head) <= 4 and head.lower() not in vocabulary and head.lower() not in abbreviations:
        short = rest  # "oc_address", "ps_group": the product's initials
    words = [singular(w) for w in words_of(short) if w not in _NOISE]
    return " ".join(words) or " ".join(words_of(table))


@lru_cache(maxsize=16)
def _table_prefix(tables: tuple[str, ...]) -> str:
    """The part up to the first underscore that most tables share ("wp_"), or ""."""
    counts = Counter(name.lower().split("_", 1)[0] + "_" for name in tables if "_" in name.strip("_"))
    prefix, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return prefix if len(tables) >= 4 and count >= 0.6 * len(tables) else ""


def entities(schema: Schema) -> frozenset[str]:
    """What the rows of all tables are."""
    return _entities(tuple(t.name for t in schema.tables.values()))


@lru_cache(maxsize=16)
def _entities(tables: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_entity(name, _table_prefix(tables)) for name in tables)


@lru_cache(maxsize=2_000)
def _column_prefix(columns: tuple[str, ...]) -> str:
    """A short first part, no word of its own, that most columns share ("usr_", "c_"), or ""."""
    heads = Counter(name.lower().split("_", 1)[0] for name in columns if "_" in name.strip("_"))
    head, count = max(heads.items(), key=lambda item: item[1], default=("", 0))
    most = len(columns) >= 3 and count >= 0.6 * len(columns) and len(head) <= 4 and head not in _lexicon()[1]
    return head if most and head not in ("is", "has") else ""


def subject(schema: Schema, table: Table, name: str) -> tuple[str, str]:
    """What a row of the table is, and the column's words without the table's own name before them."""
    entity = _entity(table.name, _table_prefix(tuple(t.name for t in schema.tables.values())))
    own = entity.split()
    prefix = _column_prefix(table.column_names)
    head, _, rest = name.partition("_")
    if words_of(rest) and head and (head.lower() == prefix or _abbreviates(head.lower(), own)):
        name = rest
    words = list(words_of(name))
    for lead in (own, own[-1:]) if own else ():
        if len(words) > len(lead) and [singular(w) for w in words[: len(lead)]] == lead:
            words = words[len(lead) :]
            break
    return entity, " ".join(words)


def _abbreviates(head: str, entity: list[str]) -> bool:
    """True for "stor" of store, "emp" of employee, "ol" of order line: two letters or more and no word of its own."""
    abbreviations, vocabulary = _lexicon()
    if len(head) < 2 or head in _SHORT or (head in vocabulary and head not in entity):
        return False
    whole = abbreviations.get(head, head) in entity or head == "".join(word[0] for word in entity)
    return whole or any(word.startswith(head) for word in entity)


def lines_of(name: str) -> list[list[str]]:
    """The fields of a table in data/, comments left out."""
    text = files("synthgen_nb").joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _lexicon() -> tuple[dict[str, str], frozenset[str]]:
    """Abbreviations and their words; and all words by which a name can be cut."""
    lines = lines_of("name_words.tsv")
    return {f[0]: f[1] for f in lines if len(f) > 1}, frozenset(f[0] for f in lines if len(f) == 1)
