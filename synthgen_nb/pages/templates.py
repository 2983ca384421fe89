"""The list of ready schemas, as people and programs are shown it."""

from __future__ import annotations

from collections.abc import Mapping

from ..pages import Grid, Page, Part, plural
from ..readymade import Template


def templates_page(known: Mapping[str, Template], command: str) -> Page:
    """`command` is what makes a dataset of one."""
    rows = tuple((name, each.about + (" (yours)" if each.own else "")) for name, each in known.items())
    part = Part("templates", Grid(("template", "about"), rows))
    return Page("templates", (plural(len(known), "ready schema"),), parts=(part,), commands=(("use one", command),))


def templates_document(known: Mapping[str, Template]) -> dict[str, object]:
    """{"templates": {NAME: {"about", "own"}}}"""
    return {"templates": {name: {"about": each.about, "own": each.own} for name, each in known.items()}}
