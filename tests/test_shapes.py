"""Shapes: what a grammar can hold, how long its texts are, and what a text is worth."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgen_nb.errors import Misshapen, ModelError
from synthgen_nb.llm import Ask, JsonSchema, Lark, Prompt, Regex, ScriptedModel, Shape, regexes, shapes
from tests.models import UniformModel

PRICE = {"type": "number", "exclusiveMinimum": 0, "maximum": 9.99, "multipleOf": 0.01}
ROW = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "minimum": -5, "exclusiveMaximum": 1000},
        "name": {"type": "string", "minLength": 1, "maxLength": 12},
        "code": {"type": "string", "pattern": r'^[A-Z]{2}-\d{1,4}"$'},
        "kind": {"enum": ["ä", "b", 3, None]},
        "price": PRICE,
        "note": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/note"}]},
        "flag": {"type": ["boolean", "null"]},
        "pair": {"type": "array", "prefixItems": [{"const": "x"}, {"type": "integer", "minimum": 0, "maximum": 9}]},
    },
    "required": ["id", "name", "code", "kind", "price", "note", "flag"],
}
ROWS = JsonSchema(
    {
        "type": "array",
        "items": ROW,
        "minItems": 1,
        "maxItems": 3,
        "$defs": {"note": {"type": "string", "maxLength": 20}},
    }
)
WORDS = Regex(r"[A-Z][a-zé]{1,9}(?: [\w.-]{2}|\t){0,3}")
SQL = Lark('start: "DELETE FROM " TABLE " WHERE a = " /[0-9]{1,3}/ ";"\nTABLE: "orders" | "people"\n')


def json_schema(**schema: Any) -> JsonSchema:
    return JsonSchema(schema)


@pytest.mark.llm
@pytest.mark.parametrize("shape", [ROWS, WORDS, SQL], ids=["json", "regex", "lark"])
def test_whatever_a_grammar_lets_through_is_read_and_ends_within_its_bound(shape: Shape) -> None:
    model = UniformModel()
    most = shapes.most_tokens(shape, model)
    asks = [Ask(prompt=Prompt(system="", shared=""), shape=shape, seed=seed, most=most) for seed in range(100)]
    read = shapes.reader(shape)
    replies = list(model.complete(asks))
    assert not any(reply.cut for reply in replies)
    assert len({reply.text for reply in replies}) > 50
    for reply in replies:
        assert read(reply.text) is not None


PIECES = st.sampled_from(["a", "é", r"\d", r"\w", r"\s", "[a-c]", r"[^\"]", r"[\d,.-]", ".", r"\.", r"\x41", r"\/"])
PATTERNS = st.recursive(
    PIECES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
        st.tuples(inner, st.sampled_from(["?", "{2}", "{0,3}"])).map("({0[0]}){0[1]}".format),
    ),
    max_leaves=6,
)


@pytest.mark.llm
@settings(max_examples=60, deadline=None)
@given(PATTERNS, st.integers(0, 99))
def test_a_pattern_means_the_same_to_the_grammar_and_to_python(pattern: str, seed: int) -> None:
    """Both alone and inside JSON, within the lengths that were told."""
    told = regexes.measured(pattern)
    quoted = json_schema(type="string", pattern=f"^(?:{pattern})$")
    model = UniformModel()
    for shape in (Regex(pattern), quoted):
        ask = Ask(
            prompt=Prompt(system="", shared=""), shape=shape, seed=seed, most=int(shapes.most_tokens(shape, model))
        )
        [reply] = model.complete([ask])
        assert not reply.cut
        assert told.least <= len(shapes.read(shape, reply.text)) <= told.most


@pytest.mark.llm
def test_a_grammar_that_is_none_is_refused_with_the_engine_s_reason() -> None:
    with pytest.raises(ModelError, match=r"grammar engine refuses: .*nowhere"):
        shapes.read(Lark("start: nowhere"), "")


@pytest.mark.llm
def test_a_text_of_another_grammar_is_not_read() -> None:
    assert shapes.read(SQL, "DELETE FROM people WHERE a = 12;")
    for text in ("DELETE FROM people;", "DELETE FROM people WHERE a = 1", "DELETE FROM pets WHERE a = 1;", ""):
        with pytest.raises(Misshapen):
            shapes.read(SQL, text)


@pytest.mark.parametrize(
    "schema, why",
    [
        ({"type": "string"}, "a string has no bound"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "a string has no bound"),
        ({"type": "string", "pattern": "[a-z]{1,3}"}, "a string has no bound"),
        ({"type": "string", "pattern": "^(?!x)a$"}, "look-around"),
        ({"type": "string", "maxLength": 9, "format": "email"}, "format can't be held"),
        ({"type": "array", "items": {"type": "null"}}, "an array has no bound"),
        ({"type": "array", "items": {"enum": ["a"]}, "maxItems": 3, "uniqueItems": True}, "uniqueItems can't be held"),
        ({"type": "object", "additionalProperties": {"type": "null"}}, "any properties"),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, r"\$\.a: a string has no bound"),
        ({"type": "object", "required": ["a"]}, "required but no property"),
        ({"type": "number", "minimum": 0, "maximum": 1}, "no last digit"),
        ({"type": "integer", "minimum": 0}, "no maximum"),
        ({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 4}, "no number is between"),
        ({"type": "text"}, "type text is unknown"),
        ({"maxLength": 3}, "says no type"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}, "holds itself"),
        ({"oneOf": [{"type": "null"}], "type": "null"}, "oneOf can't be held"),
    ],
)
def test_what_a_grammar_cannot_hold_is_refused_with_its_place(schema: dict[str, Any], why: str) -> None:
    with pytest.raises(ModelError, match=why):
        shapes.held(JsonSchema(schema))


@pytest.mark.parametrize(
    "pattern, why",
    [
        ("a+", "no bound"),
        ("(?=a)b", "look-around"),
        (r"(a)\1", r"\\1"),
        (r"\bfoo", r"\\b"),
        ("(?i)a", "flags"),
        ("a*?", "a second count"),
        ("a{2", "a count that is none"),
        ("a{3,1}", "ends before it begins"),
        ("(a", r"without its \)"),
        ("[a", "without its ]"),
        ("a)", "unmatched"),
        ("x^", "inside"),
        ("^a|b$", "bind tighter"),
        (r"\xZZ", "without its digits"),
    ],
)
def test_a_pattern_beyond_both_engines_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(ModelError, match=why):
        shapes.held(Regex(pattern))


def test_excluded_bounds_become_the_next_ones_on_the_grid() -> None:
    narrow = shapes.held(json_schema(**PRICE))
    assert isinstance(narrow, JsonSchema)
    assert narrow.schema == {"type": "number", "minimum": 0.01, "maximum": 9.99, "multipleOf": 0.01}
    whole = shapes.held(json_schema(type="integer", exclusiveMinimum=0, maximum=11, multipleOf=5))
    assert isinstance(whole, JsonSchema)
    assert whole.schema == {"type": "integer", "minimum": 5, "maximum": 10, "multipleOf": 5}


@pytest.mark.parametrize(
    "text, why",
    [
        ("[", "not JSON"),
        ('[{"id": NaN}]', "NaN"),
        ("[" * 100_000, "not JSON"),
        ('{"id": 1, "id": 2}', "twice"),
        ('["\\ud83d"]', "not JSON"),
        ("[]", "at \\$"),
        ('[{"id": 1}]', "required"),
    ],
)
def test_a_text_that_is_not_of_the_schema_is_not_read(text: str, why: str) -> None:
    with pytest.raises(Misshapen, match=why):
        shapes.read(ROWS, text)


def test_a_price_is_a_multiple_of_a_cent_though_binary_says_no() -> None:
    assert shapes.read(json_schema(**PRICE), "0.29") == 0.29
    for text in ("0.295", "0", "10"):
        with pytest.raises(Misshapen):
            shapes.read(json_schema(**PRICE), text)


def test_a_property_that_was_not_named_is_refused_though_the_schema_did_not_say_so() -> None:
    with pytest.raises(Misshapen, match="Additional properties"):
        shapes.read(json_schema(type="object", properties={"a": {"type": "null"}}), '{"b": null}')


def test_a_text_as_long_as_it_may_be_counts_as_cut() -> None:
    rows = [
        {"id": 1, "name": "as long as..", "code": 'AB-1"', "kind": "b", "price": 1, "note": None, "flag": None},
        {"id": 1, "name": "short", "code": 'AB-1234"', "kind": "b", "price": 1, "note": "x" * 20, "flag": True},
    ]
    assert shapes.cut_values(ROWS, json.dumps(rows)) == ("$[0].name", "$[1].note")
    assert shapes.cut_values(json_schema(enum=["a", "long"]), '"long"') == ()
    assert shapes.cut_values(json_schema(type="string", minLength=2, maxLength=2), '"de"') == ()
    assert shapes.cut_values(Regex("[a-z ]{1,5}"), "abcde") == ("$",)
    assert shapes.cut_values(Regex("[a-z ]{1,5}"), "abcd") == ()
    assert shapes.cut_values(Regex("[A-Z]{3}"), "ABC") == ()


def test_the_bound_of_tokens_is_half_the_context_at_most() -> None:
    wide = json_schema(type="string", maxLength=100_000)
    assert shapes.most_tokens(wide, ScriptedModel(str, context=4096)) == 2048
    assert shapes.most_tokens(SQL, ScriptedModel(str, context=4096)) == 2048
    assert shapes.most_tokens(json_schema(type="boolean"), ScriptedModel(str)) == 6
    assert shapes.most_tokens(Regex("[a-z]{2}é|x"), ScriptedModel(str)) == 5
