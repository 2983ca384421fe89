"""What the model is asked: a prompt is a function of the order, the topic and the number of the attempt, and so is its
seed. So a run that goes on asks what an uninterrupted one would have asked.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from math import gcd, prod

import msgspec
from msgspec import Struct

from ..llm.base import Ask, Prompt
from ..rows import key_of
from .kinds import kind_of, shape_of
from .orders import TextOrder

_FOLDER = files("synthgen_nb") / "prompts"
_SEED = 1 << 63
_CHARACTERS = 8  # of a word and its blank, with room: a model counts words, and what meets its bound is lost


class Slot(Struct, frozen=True, array_like=True):
    """A prompt: number `attempt` (from 0) of the topic at this place of the order."""

    topic: int
    attempt: int


class _Angles(Struct, frozen=True):
    """Words by which the prompts of one topic differ; each attempt takes one of each."""

    facets: tuple[str, ...]
    readers: tuple[str, ...]
    forms: tuple[str, ...]


def ask(order: TextOrder, slot: Slot, most: int) -> Ask:
    """`most` tokens at most."""
    prompt = Prompt(system=_file("text_system.md"), shared=_shared(order), own=_own(order, slot))
    return Ask(prompt=prompt, shape=shape_of(order), seed=seed(order, slot), sampling=order.sampling, most=most)


def seed(order: TextOrder, slot: Slot) -> int:
    """By the topic's name and not its place: one more topic changes nothing in the others."""
    return key_of(order.seed, "texts", order.topics[slot.topic], str(slot.attempt)) % _SEED


def _shared(order: TextOrder) -> str:
    """What all prompts of an order begin with."""
    words = order.length // _CHARACTERS
    task = _file(f"text_{order.kind}.md").format(words=words, speakers=" and ".join(order.speakers))
    about = ". ".join(part.rstrip(".") for part in (order.domain, order.description) if part)
    lines = [task, f"About: {about}.", f"Language: {order.language}."]
    lines += [f"Tone: {order.tone}."] if order.tone else []
    lines += [f"Rule: {rule}" for rule in order.rules]
    return "\n".join(lines) + "\n"


def _own(order: TextOrder, slot: Slot) -> str:
    topic = order.topics[slot.topic]
    facet, reader, form = _angle(order, slot)
    lines = [f"Topic: {topic}", f"Angle: {facet}, {form}, for {reader}"]
    if told := kind_of(order).told(order, slot.attempt):
        lines.append(told)
    return "\n".join(lines) + "\nJSON:"


def _angle(order: TextOrder, slot: Slot) -> tuple[str, str, str]:
    """Every combination comes once before one comes again, in an order of the topic's own."""
    angles = _angles()
    sides = (angles.facets, angles.readers, angles.forms)
    count = prod(len(side) for side in sides)
    key = key_of(order.seed, "angles", order.topics[slot.topic])
    step = next(step for step in range(key % count, 2 * count) if gcd(step, count) == 1)
    place = (key // count + slot.attempt * step) % count
    place, facet = divmod(place, len(angles.facets))
    form, reader = divmod(place, len(angles.readers))
    return angles.facets[facet], angles.readers[reader], angles.forms[form]


@cache
def _angles() -> _Angles:
    return msgspec.json.decode(_file("text_angles.json"), type=_Angles)


@cache
def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8").strip()
