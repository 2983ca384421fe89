"""Which columns of a table speak of one and the same thing: those of a sender, of a recipient, of a billing address.
Knows names of columns and what they mean; decides no values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from msgspec import Struct

from ...schema import Table
from . import Meaning
from .names import words_of

# words that tell which of several addresses or numbers of the same person it is, and not whose
_KINDS_OF_CONTACT = frozenset(
    {"alternate", "alternative", "business", "cell", "day", "default", "evening", "home", "main", "mobile", "office"}
    | {"personal", "primary", "private", "second", "secondary", "work"}
)

_MOST = 0.6  # of a table's columns


class Role(Struct, frozen=True):
    """One thing that columns of a table speak of. `name` tells it from others of its kind ("billing", "sender"), and is
    "" for the one that needs no telling. `columns` say which field of it each column is, in the table's order: a field
    may be there twice (home and work phone)."""

    name: str
    columns: Mapping[str, str]

    def source(self, kind: str) -> str:
        """What the source is called that these columns read: "person", "person billing"."""
        return f"{kind} {self.name}".rstrip()

    def first(self, field: str) -> str | None:
        """The first column of a field."""
        return next((column for column, its in self.columns.items() if its == field), None)


def roles(
    table: Table, meanings: Mapping[str, Meaning], fields: Mapping[str, str], own: Collection[str]
) -> tuple[Role, ...]:
    """The things of one kind in a table, in the order of its columns. `fields` names the field of each meaning (or of a
    meaning's group) that is part of such a thing; `own` are the words by which the fields and the kind itself are
    called, so that what is left of a column's name is the role. Words that most columns of the table share tell
    nothing, nor do those of the table's name: a role does not hang on the few columns of its kind, so that one more of
    them changes none."""
    named: dict[str, tuple[str, tuple[str, ...]]] = {}
    told = {word for name in words_of(table.name) for word in (name, name.removesuffix("s"), name[:-3] + "y")}
    told |= _common(table)
    for column in table.columns:
        meaning = meanings[column.name]
        field = fields.get(meaning.name) or fields.get(meaning.group)
        if field is not None:
            left = (word for word in words_of(column.name) if word not in {*own, *told, *_KINDS_OF_CONTACT})
            named[column.name] = (field, tuple(dict.fromkeys(left)))
    found: dict[str, dict[str, str]] = {}
    for column_name, (field, words) in named.items():
        found.setdefault(" ".join(words), {})[column_name] = field
    return tuple(Role(role, columns) for role, columns in found.items())


def _common(table: Table) -> set[str]:
    """Words that most columns begin with or have in them: "c" in c_name, c_phone, c_city."""
    counts = Counter(word for column in table.columns for word in set(words_of(column.name)))
    most = max(3, _MOST * len(table.columns))
    return {word for word, count in counts.items() if count >= most}
