"""Languages of a row: its code and its name are one language's. Knows which columns."""

from __future__ import annotations

from ...schema import Kind
from ...specs import Bank, Drawn, Given, Permuted
from ...specs.pools import fields
from ..draft import Draft
from ..meaning.names import singular, words_of

SOURCE = "language"
_GROUPS = ("language_name", "language_code")  # the fields of the pool
_OFTEN = 60


def place_tongues(draft: Draft) -> None:
    """The first name and the first code read one source: where one of them is unique, its own; in a table of languages
    each comes in turn, whether both are told or one."""
    found = {group: name for group in _GROUPS for name in draft.table.column_names[::-1] if _speaks(draft, name, group)}
    rooms = [draft.domains[found[group]].longest or 99 if group in found else 99 for group in _GROUPS]
    pairs = zip(*(field.values.to_pylist() for field in fields("language")), strict=True)
    known = [pair for pair in pairs if all(len(text) <= room for text, room in zip(pair, rooms, strict=True))]
    unique = [draft.placed[name][1] for name in found.values() if name in draft.placed]
    if not found or not known or (draft.rows > len(known) and unique):
        return
    if not unique and [singular(word) for word in words_of(draft.table.name)[-1:]] == ["language"]:
        for place, group in enumerate(_GROUPS):
            if group in found:
                values = tuple(pair[place] for pair in known)
                count = draft.rows if place == 0 and _numbered(draft, rooms[0], values) else 0
                draft.placed[found[group]] = (Given(values=values, count=count, turns=True), "")
        return
    if len(found) < len(_GROUPS):
        return
    if not unique:  # the pool's order is that of how much they are spoken
        known = [pair for place, pair in enumerate(known) for _ in range(max(1, _OFTEN // (place + 2)))]
    source = unique[0] if unique else SOURCE
    draft.sources[source] = Permuted(size=len(known)) if unique else Drawn(among=len(known))
    for place, group in enumerate(_GROUPS):
        draft.placed[found[group]] = (Given(values=tuple(pair[place] for pair in known)), source)


def _numbered(draft: Draft, room: int, names: tuple[str, ...]) -> bool:
    """Whether the rows are more than the names, and the column has room for numbers behind."""
    return draft.rows > len(names) and max(map(len, names)) + len(f" ({draft.rows})") <= room


def _speaks(draft: Draft, name: str, group: str) -> bool:
    """Whether the column is of that group, and free, or in a UNIQUE of its own that the row's number serves."""
    column, domain = draft.table.column(name), draft.domains[name]
    if draft.meanings[name].group != group or column.type.kind != Kind.TEXT or name in draft.computed:
        return False
    if domain.values is not None or domain.parts or domain.hints or domain.forbidden or domain.form or domain.case:
        return False
    if draft.open(name):
        return domain.shortest <= 2
    spec, at = draft.placed.get(name, (None, ""))
    source = draft.sources.get(at)
    plain = isinstance(source, Permuted) and source.of == "row" and source.present is None
    alone = [other for other, (_, its) in draft.placed.items() if its == at] == [name]
    return (
        isinstance(spec, Bank)
        and spec.pool == "language"
        and plain
        and alone
        and draft.table.column(name).generated is None
    )
