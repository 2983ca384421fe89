"""A scripted model for sets of texts: what it says is decided by the seed of the prompt alone, as a real one's is."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from synthgen_nb.llm.base import Ask, Reply
from synthgen_nb.llm.scripted import ScriptedModel
from synthgen_nb.textsets.domains import text_order
from synthgen_nb.textsets.orders import KindName, TextOrder

WORDS = [
    "river",
    "stone",
    "cloud",
    "table",
    "lamp",
    "window",
    "garden",
    "winter",
    "summer",
    "bottle",
    "pencil",
    "bridge",
    "forest",
    "engine",
    "letter",
    "market",
    "silver",
    "copper",
    "orange",
    "yellow",
    "purple",
    "violin",
    "guitar",
    "dragon",
    "castle",
    "harbour",
    "meadow",
    "kettle",
    "ladder",
    "mirror",
    "pocket",
    "saddle",
    "tunnel",
    "velvet",
    "walnut",
    "anchor",
    "basket",
    "candle",
    "desert",
    "feather",
    "hammer",
    "island",
    "jacket",
    "kitten",
    "lemon",
    "magnet",
    "needle",
    "oyster",
    "pepper",
]
AGAIN = 40  # texts that come again and again


def order(records: int = 60, kind: KindName = "qa", **given: Any) -> TextOrder:
    topics = given.pop("topics", ("python", "sql", "networks"))
    return text_order(Path("nowhere"), kind=kind, records=records, domain="technology", topics=topics, **given)


def model(again: float = 0.3, cut: float = 0.05, name: str = "scripted") -> ScriptedModel:
    """`again` of its answers are of the same few, `cut` of them are cut: half by the reply's word, half by a text
    that is as long as it may be."""
    return ScriptedModel(lambda ask: reply(ask, again, cut), name=name)


def reply(ask: Ask, again: float, cut: float) -> Reply:
    chance = random.Random(ask.seed)
    draw = chance.random()
    if draw < again:
        chance = random.Random(chance.randrange(AGAIN))
    value = said(ask.shape.schema, chance)  # type: ignore[union-attr]  # sets of texts ask for JSON alone
    if again <= draw < again + cut / 2:
        value = filled(ask.shape.schema, value)  # type: ignore[union-attr]
    text = json.dumps(value)
    return Reply(text=text, tokens=len(text) // 4, cut=again + cut / 2 <= draw < again + cut)


def said(schema: dict[str, Any], chance: random.Random) -> Any:
    match schema["type"]:
        case "object":
            return {name: said(of, chance) for name, of in schema["properties"].items()}
        case "array":
            return [
                said(schema["items"], chance) for _ in range(chance.randint(schema["minItems"], schema["maxItems"]))
            ]
    text = "the " + " ".join(chance.choice(WORDS) + str(chance.randrange(100)) for _ in range(chance.randint(6, 9)))
    return f"{text[: schema['maxLength'] - 2]}."


def filled(schema: dict[str, Any], value: Any) -> Any:
    """The value with its first text as long as it may be."""
    if schema["type"] == "array":
        return [filled(schema["items"], value[0]), *value[1:]]
    name = next(iter(schema["properties"]))
    inner = schema["properties"][name]
    first = filled(inner, value[name]) if inner["type"] != "string" else (value[name] * 99)[: inner["maxLength"]]
    return {**value, name: first}
