"""Patterns become templates whose values fit them."""

from __future__ import annotations

import re

import pytest

from synthgen_nb.drafting.patterns import Form, from_like, from_regex
from synthgen_nb.specs import Pattern

from .worlds import drawn, world


def values(form: Form) -> list[str]:
    return drawn(world({"x": (Pattern(template=form.template), "text", "")})).column("x").to_pylist()


@pytest.mark.parametrize(
    "pattern", ["AB%", "%@%.%", "___-__", "100\\%", "a_b%c", "%", "#@?*", "Größe%"],
)  # fmt: skip
def test_like_patterns_are_met(pattern: str) -> None:
    form = from_like(pattern)
    assert form is not None
    assert all(re.fullmatch(form.regex, value) for value in values(form))


@pytest.mark.parametrize(
    "pattern,like",
    [
        ("[0-9][0-9][0-9]-[0-9][0-9]", r"\d{3}-\d\d"),
        ("[A-Z]%", r"[A-Z].*"),
        ("[a-z][A-Z0-9]x", r"[a-z][A-Z0-9]x"),
        ("[pq]_", r"[pq]."),
    ],
)
def test_classes_of_t_sql_are_met(pattern: str, like: str) -> None:
    form = from_like(pattern, classes=True)
    assert form is not None
    assert all(re.fullmatch(like, value) for value in values(form))


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-\d{4}$",
        r"^[a-z0-9]+$",
        r"^\w+@\w+\.com$",
        r"[0-9]{2,5}",
        r"^#[0-9a-f]{6}$",
        r"^a?b*c+$",
        "^[A-Z][a-z]+ [A-Z]$",
    ],
)
def test_regular_expressions_are_met(pattern: str) -> None:
    form = from_regex(pattern)
    assert form is not None
    assert all(re.search(pattern, value) for value in values(form))


@pytest.mark.parametrize("pattern", ["^(a|b)$", "a|b", r"^(\d+)\1$", "[^a]", "", r"\bword"])
def test_what_is_not_understood_is_left_to_drawing_again(pattern: str) -> None:
    assert from_regex(pattern) is None
