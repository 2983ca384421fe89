"""What the options about a model mean, after precedence and within their ranges. Knows no library of models; loads
one, by its name, for whoever needs it.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from .errors import InputError, ModelError
from .llm.base import GREEDY, Sampling
from .options import Settings
from .typed import SCALES, parse_scaled

if TYPE_CHECKING:
    from .llm import Model

_DRAWING = {"temperature": "-t", "top_p": "--top-p", "top_k": "--top-k", "plan_temperature": "--plan-temperature"}
_USUAL = Sampling()
NO_EFFECT = "no effect without a model"


class ModelOptions(Struct, frozen=True):
    """`name` is empty where no model is asked for. `ceiling` is a temperature that somebody gave: nothing is drawn
    hotter; None leaves room for novelty. `planning` reads instructions, `sampling` writes banks and text. `warnings`
    are lines for the person; `given` are the drawing options of this very line."""

    name: str = ""
    instructions: str = ""
    drop: frozenset[int] = frozenset()
    ignore_instructions: bool = False
    quantise: bool = True
    download: bool = False
    elsewhere: bool = False
    sampling: Sampling = _USUAL
    planning: Sampling = GREEDY
    ceiling: float | None = None
    warnings: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


def model_options(given: Settings, args: Namespace) -> ModelOptions:
    """The options of a line (those it does not have, or None: not given) over `given`. Raises InputError for what is
    no number, for instructions that are empty or too long and for a file of them that can't be read."""
    line: Mapping[str, object] = vars(args)
    numbers, warnings = {}, []
    for name, scale in SCALES.items():
        text = str(line[name] if line.get(name) is not None else getattr(given, name))
        numbers[name], warning = parse_scaled(text, scale) if text else (scale.default, "")
        warnings += [warning] if warning else []
    hot = line.get("temperature") is not None or bool(given.temperature)
    top_p, top_k = numbers["top_p"], int(numbers["top_k"])
    instructions, ignored = line.get("instructions"), line.get("ignore_instructions")
    quantise = line.get("quantise")
    return ModelOptions(
        name=str(line.get("model") if line.get("model") is not None else given.model),
        instructions="" if instructions is None else read_instructions(str(instructions)),
        drop=parse_drop(str(line.get("drop") or "")),
        ignore_instructions=given.ignore_instructions if ignored is None else bool(ignored),
        quantise=given.quantise if quantise is None else bool(quantise),
        download=bool(line.get("download")),
        elsewhere=bool(line.get("elsewhere")),
        sampling=Sampling(temperature=numbers["temperature"], top_p=top_p, top_k=top_k),
        planning=Sampling(temperature=numbers["plan_temperature"], top_p=top_p, top_k=top_k),
        ceiling=numbers["temperature"] if hot else None,
        warnings=tuple(warnings),
        given=tuple(option for name, option in _DRAWING.items() if line.get(name) is not None),
    )


def read_instructions(text: str) -> str:
    """The words themselves, or those of the file behind an @. Raises InputError for none and for too many."""
    from .asking import sound

    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            raise InputError(f"can't read the instructions in {text[1:]}: {reason}") from None
    return sound(text)


def parse_drop(text: str) -> frozenset[int]:
    """'2,5' -> {2, 5}: numbers of changes, from 1."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if wrong := [word for word in words if not (word.isdecimal() and 0 < int(word) < 10**6)]:
        raise InputError(f"--drop: {wrong[0]!r} is not the number of a change", hint="example: --drop 2,5")
    return frozenset(int(word) for word in words)


def without_effect(options: ModelOptions, *, loaded: bool) -> tuple[str, ...]:
    """A line for options that do nothing here: those that say how a model draws where no model is."""
    return (f"{', '.join(options.given)}: {NO_EFFECT}",) if options.given and not loaded else ()


def no_model(
    load: str, *, need: str = "the instructions (-i)", otherwise: str = "--ignore-instructions goes on by rules"
) -> ModelError:
    """The refusal of what needs a model without one; `load` is the way to one, `otherwise` the way without."""
    return ModelError(f"{need} need a model and none is loaded", hint=f"{load}; {otherwise}")


def load(options: ModelOptions) -> Model:
    """The model that the options name. Raises ModelError for one that can't be loaded, and where its name is empty."""
    from .llm import load_model

    if not options.name:
        raise ModelError("no model is named", hint="--model NAME; `synthgen model list` has some")
    return load_model(options.name, quantise=options.quantise, download=options.download, elsewhere=options.elsewhere)
