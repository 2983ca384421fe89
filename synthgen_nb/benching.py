"""One model, measured whole: how fast it is here, what its grammars cost, what it knows of the gold sets. Everything in
the report was measured by this run on this machine.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from .environment import LIBRARIES, Gpu, gpus, installed
from .errors import InputError, ModelError
from .goldsets import (
    Score,
    gold_instructions,
    gold_tables,
    gold_texts,
    score_instructions,
    score_meanings,
    score_rules,
    score_texts,
    written,
)
from .llm.base import Sampling
from .llm.diversity import Diversity, diversity
from .llm.measuring import (
    BATCHES,
    Equality,
    Gain,
    Load,
    Overhead,
    Speed,
    Validity,
    measured_equality,
    measured_gain,
    measured_load,
    measured_overhead,
    measured_speed,
    measured_validity,
)
from .pages import Grid, Mark, Page, Part, duration, size

if TYPE_CHECKING:
    from .llm.local import LocalModel

PARTS = ("speed", "grammar", "prefix", "equality", "validity", "instructions", "meanings", "texts")


class Bench(Struct, frozen=True, kw_only=True):
    """A part that was not asked for, or that this machine has no room for, is None; `left` says why."""

    model: str
    libraries: dict[str, str | None]
    machine: str
    gpus: list[Gpu]
    load: Load
    speeds: tuple[Speed, ...] = ()
    grammar: Overhead | None = None
    prefix: Gain | None = None
    equality: Equality | None = None
    validity: Validity | None = None
    instructions: Score | None = None
    meanings: Score | None = None
    meanings_by_rules: Score | None = None
    texts: Score | None = None
    diversity: Diversity | None = None
    left: tuple[str, ...] = ()


def parse_parts(text: str) -> tuple[str, ...]:
    """'speed,texts' -> those; all where nothing is said."""
    parts = tuple(word.strip() for word in text.split(",") if word.strip()) or PARTS
    if unknown := [part for part in parts if part not in PARTS]:
        raise InputError(f"{unknown[0]!r} is no part of the measurement", hint=f"any of {', '.join(PARTS)}")
    return parts


def bench(name: str, parts: tuple[str, ...], tell: Callable[[str], None], **options: Any) -> Bench:
    """Loads a model of this process, which gets the options of `load_model`, and measures it. `tell` hears what is
    measured next. Raises as `load_model`."""
    tell(f"loading {name}")
    model, load = measured_load(name, **options)
    found: dict[str, Any] = {"left": ()}
    measured: dict[str, Callable[[LocalModel], Iterator[tuple[str, Any]]]] = {
        "speed": _speeds,
        "grammar": lambda model: iter([("grammar", measured_overhead(model))]),
        "prefix": lambda model: iter([("prefix", measured_gain(model))]),
        "equality": lambda model: iter([("equality", measured_equality(model))]),
        "validity": lambda model: iter([("validity", measured_validity(model))]),
        "instructions": lambda model: iter([("instructions", score_instructions(model, gold_instructions()))]),
        "meanings": _meanings,
        "texts": _texts,
    }
    try:
        for part in parts:
            tell(part)
            try:
                found |= dict(measured[part](model))
            except ModelError as error:
                found["left"] += (f"{part}: {error}",)
    finally:
        model.unload()
    return Bench(
        model=model.name,
        libraries={library: installed(library) for library in ("synthgen-nb", *LIBRARIES["llm"])},
        machine=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        gpus=gpus(),
        load=load,
        **found,
    )


def _speeds(model: LocalModel) -> Iterator[tuple[str, Any]]:
    """Wider until there is no room."""
    speeds: list[Speed] = []
    for batch in BATCHES:
        try:
            speeds.append(measured_speed(model, batch=batch))
        except ModelError:
            if not speeds:
                raise
            break
    yield "speeds", tuple(speeds)


def _meanings(model: LocalModel) -> Iterator[tuple[str, Any]]:
    yield "meanings", score_meanings(model, gold_tables())
    yield "meanings_by_rules", score_rules(gold_tables())


def _texts(model: LocalModel) -> Iterator[tuple[str, Any]]:
    columns = gold_texts()
    values = written(model, columns, Sampling())
    yield "texts", score_texts(columns, values)
    yield "diversity", diversity([value for of in values for value in of])


def bench_page(found: Bench) -> Page:
    """The table of a measurement."""
    rows = [("load", f"{duration(found.load.seconds)}, {size(found.load.memory)} on {found.load.device}")]
    if found.load.peak is not None:
        rows.append(("most held on the GPU", size(found.load.peak)))
    rows += [
        (f"{each.batch} at once", f"{each.tokens_per_second:,.1f} tokens/s, {each.step_ms:,.0f} ms a step")
        for each in found.speeds
    ]
    if grammar := found.grammar:
        told = f"{grammar.grammar_ms:.2f} ms of grammar, {grammar.sampling_ms:.2f} of drawing in a step"
        rows.append((f"{grammar.batch} at once, of them", told))
    if prefix := found.prefix:
        rows.append(("a shared beginning", f"{prefix.prefix_tokens} tokens once: {prefix.times:.1f} times as fast"))
    if same := found.equality:
        rows.append(("equal in other batches", f"{same.equal_in_batches} of {same.rows}"))
        rows.append(("equal when resumed", f"{same.equal_resumed} of {same.rows}"))
    if valid := found.validity:
        rows.append(("valid answers", f"{valid.valid} of {valid.replies}, {valid.cut} cut"))
    scores = {
        "instructions understood": found.instructions,
        "meanings of columns": found.meanings,
        "the same by rules": found.meanings_by_rules,
        "texts keep constraints": found.texts,
    }
    rows += [(what, f"{of.share:.1%} ({of.right} of {of.asked})") for what, of in scores.items() if of is not None]
    if found.diversity:
        rows.append(("different pairs of words", f"{found.diversity.distinct_2:.1%}"))
    where = found.gpus[0].name if found.gpus else "no GPU"
    return Page(
        found.model,
        (found.machine, where, f"commit {found.load.commit[:12]}"),
        tuple(Mark("note", f"not measured: {line}") for line in found.left),
        (Part("measured", Grid(("what", "found"), tuple(rows))),),
    )


def write_bench(found: Bench, file: Path) -> None:
    """The report as JSON."""
    try:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    except OSError as error:
        raise InputError(f"can't write {file}: {error.strerror}") from None
