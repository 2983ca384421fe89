"""What is shown of the domains of sets of texts: the list, and one of them. Holds the words; knows no rendering."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from ..pages import Grid, Page, Part, plural, visible
from ..textsets.domains import Domain

_WIDTH = 70  # characters of a line of words


def domains_page(known: Mapping[str, bool]) -> Page:
    """`known` maps a name to whether it is the person's own."""
    rows = tuple((name, "yours" if own else "of the package") for name, own in known.items())
    return Page("domains", (plural(len(known), "domain"),), parts=(Part("domains", Grid(("domain", "whose"), rows)),))


def domain_page(domain: Domain) -> Page:
    said = {
        "about": domain.description,
        "topics": ", ".join(domain.topics),
        "tone": domain.tone,
        "rules": " ".join(domain.rules),
        "labels": ", ".join(domain.labels),
        "speakers": " and ".join(domain.speakers),
        "language": domain.language,
    }
    rows = tuple(
        ("" if place else what, line)
        for what, words in said.items()
        for place, line in enumerate(wrap(visible(words), _WIDTH))
    )
    return Page(domain.name, parts=(Part("domain", Grid(("what", "words"), rows)),))
