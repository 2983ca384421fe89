"""Patterns become templates whose values fit them."""

from __future__ import annotations

import re

import pytest

from synthgen_nb.drafting.conditions.patterns import Form, from_like, from_regex, from_similar
from synthgen_nb.drafting.conditions.templates import listed, template_of
from synthgen_nb.specs import Pattern

from .worlds import drawn, world


def values(form: Form) -> list[str]:
    return spelled(template_of(form))


def spelled(template: str | None) -> list[str]:
    assert template is not None
    return drawn(world({"x": (Pattern(template=template), "text", "")})).column("x").to_pylist()


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
        "^[^@]+@[^@]+$",
        "^[a-z0-9]+(?:-[a-z0-9]+)*$",
        r"^(?:sip|tel):[+]?\d{3,}$",
        "^[[:alpha:]_][[:alnum:]_]*$",
        r"^([01]\d|2[0-3]):[0-5]\d$",
        r"^[]\w.-]{2}x{0}$",
        "[^a]",
        "a|^b|c$",
    ],
)
def test_regular_expressions_are_met(pattern: str) -> None:
    form = from_regex(pattern)
    assert form is not None
    assert all(re.search(form.regex, value) for value in values(form))


@pytest.mark.parametrize("pattern", ["%[a-z]{3,5}", "(A|B)_#.", "v[0-9]+(.[0-9]+)?"])
def test_similar_to_is_met(pattern: str) -> None:
    form = from_similar(pattern)
    assert form is not None
    assert all(re.search(form.regex, value) for value in values(form))


@pytest.mark.parametrize(
    "pattern,texts",
    [
        ("^(draft|sent)$", ("draft", "sent")),
        ("^(?:a|b)?[cd]$", ("c", "d", "ac", "ad", "bc", "bd")),
        ("^a$|^b$", ("a", "b")),
        ("^x{1,2}$", ("x", "xx")),
        ("(draft|sent)$", None),
        ("^[a-z]{2}$", None),
        ("^a+$", None),
    ],
)
def test_few_texts_are_listed(pattern: str, texts: tuple[str, ...] | None) -> None:
    form = from_regex(pattern)
    assert form is not None
    assert listed(form) == texts


@pytest.mark.parametrize("shortest,longest,case", [(0, 0, "lower"), (12, 0, ""), (0, 3, ""), (30, 40, "upper")])
def test_a_template_keeps_to_length_and_case(shortest: int, longest: int, case: str) -> None:
    form = from_regex("^[A-Za-z]+-?[0-9]*$")
    assert form is not None
    for text in spelled(template_of(form, shortest=shortest, longest=longest, case=case, wanted=10**6)):
        assert re.search(form.regex, text)
        assert shortest <= len(text) <= (longest or len(text))
        assert not case or text == getattr(text, case)()


def test_a_template_grows_to_as_many_values_as_are_wanted() -> None:
    form = from_regex(r"^\d+$")
    assert form is not None
    assert len(template_of(form, wanted=10**9) or "") == 9
    assert template_of(form, longest=2, wanted=10**9) == "##"


@pytest.mark.parametrize("pattern", ["^[a-z]{3}$", "^Q[0-9]$"])
def test_what_cannot_be_in_that_case_or_length_has_no_template(pattern: str) -> None:
    form = from_regex(pattern)
    assert form is not None
    assert template_of(form, longest=1) is None
    assert template_of(form, case="upper" if "a" in pattern else "lower") is None


@pytest.mark.parametrize(
    "pattern",
    [r"^(\d+)\1$", "", r"\bword", "(?=a)b", "a^b", "a$b", "[a", "(a", "a)", "*a", "[b-a]", "a{2,1}",
     "[ä-ö]", "[[:odd:]]", r"\q"],
)  # fmt: skip
def test_what_is_not_understood_is_left_to_drawing_again(pattern: str) -> None:
    assert from_regex(pattern) is None
