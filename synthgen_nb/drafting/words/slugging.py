"""Slugs and addresses of pages that follow the row's title or name. Knows which columns; what a slug is, is told in
specs/slugs.py."""

from __future__ import annotations

import re
from itertools import takewhile

from ...schema import Kind
from ...specs import Pattern, Permuted, Slug
from ..draft import Draft
from ..meaning.names import words_of

_TITLED = frozenset({"title", "work_title", "product_name", "object_name", "company", "role_name", "department_name"})
_CALLED = frozenset({"title", "name", "headline", "heading", "label"})
_PAGES = {"slug": ("", ""), "url": ("https://www.example.com/", "")}  # a reserved host: RFC 2606
_IMAGE = ("https://images.example.com/", ".jpg")
_ROOM = 12  # characters at least for the words themselves


def place_slugs(draft: Draft) -> None:
    for column in draft.table.columns:
        source = _titled(draft, column.name)
        meaning, domain = draft.meanings[column.name], draft.domains[column.name]
        if column.type.kind != Kind.TEXT or not source or meaning.group not in _PAGES:
            continue
        before, after = _IMAGE if meaning.name == "url.image" else _PAGES[meaning.group]
        if meaning.name in ("url.callback", "url.profile", "url.video", "url.document"):
            continue
        unique = _only_unique(draft, column.name)
        digits = max(6, len(str(draft.rows)) + 1)
        room = len(before) + len(after) + _ROOM + (digits + 1 if unique else 0)
        other = domain.values is not None or domain.parts or domain.hints or domain.forbidden or domain.shortest > 4
        if other or domain.case not in ("", "lower") or (0 < domain.longest < room) or domain.coded or domain.json:
            continue
        if domain.form is not None and not all(re.search(domain.form.regex, text) for text in ("item", "a-new-item-1")):
            continue
        spec = Slug(column=source, longest=domain.longest, before=before, after=after, digits=digits)
        if unique:
            draft.placed[column.name] = (spec, "row")
        elif draft.open(column.name):
            draft.placed[column.name] = (spec, "")


def _titled(draft: Draft, before: str) -> str:
    """The first text that the row is called by, of those before a column: what is added behind it changes no slug."""
    for column in takewhile(lambda column: column.name != before, draft.table.columns):
        words = words_of(column.name)
        called = draft.meanings[column.name].group in _TITLED and bool(words) and words[-1] in _CALLED
        if called and column.type.kind == Kind.TEXT and column.generated is None and column.name not in draft.computed:
            return column.name
    return ""


def _only_unique(draft: Draft, name: str) -> bool:
    """Whether the column is alone in a UNIQUE whose codes the row's number serves as well."""
    spec, at = draft.placed.get(name, (None, ""))
    source = draft.sources.get(at)
    plain = at == "row" or (isinstance(source, Permuted) and source.of == "row" and source.present is None)
    return isinstance(spec, Pattern) and plain and draft.keys.owner[name].key is None
