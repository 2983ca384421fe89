"""What people and programs are shown of models: those that are known, what one takes, what came of loading it. Asks the
hub for one that is not here; loads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, to_builtins

from ..environment import folder_size, model_cache
from ..errors import InputError
from ..llm import NAMES, Needs, needs
from ..llm.hub import cached
from ..llm.trial import Loading
from ..pages import Grid, Mark, Page, Part, duration, plural, size


class Standing(Struct, frozen=True, kw_only=True):
    """A model that is known by a name, or that lies in the cache. `bytes` are those on this disk."""

    name: str
    model: str
    here: bool
    bytes: int


def standing(environ: Mapping[str, str]) -> tuple[Standing, ...]:
    """The models with a name, then the others that were fetched once."""
    cache = model_cache(environ)
    known = {model: name for name, models in NAMES.items() for model in models}
    folders = sorted(cache.glob("models--*--*")) if cache.is_dir() else []
    fetched = [folder.name.removeprefix("models--").replace("--", "/", 1) for folder in folders]
    others = [model for model in fetched if model not in known and cached(model, None, environ)]
    return tuple(
        Standing(
            name=known.get(model, ""),
            model=model,
            here=cached(model, None, environ) is not None,
            bytes=folder_size(cache / f"models--{model.replace('/', '--')}"),
        )
        for model in (*known, *others)
    )


def models_page(found: tuple[Standing, ...], *, held: str, load: str) -> Page:
    """`held` is the model that is loaded; `load` the command that loads one."""
    rows = tuple(
        (each.name, each.model, size(each.bytes) if each.here else "not here yet", "yes" if each.model == held else "")
        for each in found
    )
    grid = Grid(("name", "model", "on this disk", "loaded"), rows, frozenset({2}))
    other = Mark("note", "any other: owner/name of the hub, a folder, a FILE.gguf or http://127.0.0.1:PORT/v1")
    loaded = (f"{held} is loaded",) if held else ("none is loaded",)
    return Page("models", loaded, (other,), (Part("models", grid),), (("load one", f"{load} NAME"),))


def what_it_takes(
    name: str, environ: Mapping[str, str], *, quantise: bool
) -> tuple[tuple[Needs, ...], tuple[str, ...]]:
    """What each model that the name stands for asks of this machine; and why that can't be told of the others."""
    told, untold = [], []
    for model in NAMES.get(name, (name,)):
        try:
            told.append(needs(model, environ, quantise=quantise))
        except InputError as error:
            untold.append(str(error))
    return tuple(told), tuple(dict.fromkeys(untold))


def needs_page(name: str, told: tuple[Needs, ...], untold: tuple[str, ...], *, prefix: str) -> Page:
    """`prefix` stands before the command in this face: "" or "%"."""
    marks = [Mark("unverified", line) for line in untold]
    for each in told:
        marks += [Mark("broken", f"{each.model}: {line}") for line in each.lacking]
        marks += [Mark("broken", f"{each.model}: {each.access}")] if each.access != "open" else []
        marks += [] if each.lacking or each.access != "open" else [Mark("ok", f"{each.model} can be loaded here")]
    parts = [Part(each.model, Grid(("what", "found"), tuple(_facts(each)))) for each in told]
    commands = tuple(("fetch it, once", prefix + each.command) for each in told[:1])
    return Page(name, (plural(len(told), "model"),) if told else (), tuple(marks), tuple(parts), commands)


def _facts(found: Needs) -> list[tuple[str, str]]:
    gpu = "none seen: it works on the CPU, slowly" if found.gpu_free is None else f"{size(found.gpu_free)} free"
    return [
        ("commit", found.commit),
        ("licence", found.licence),
        ("access", found.access),
        ("to fetch", size(found.download) if found.download else "nothing: it is here"),
        ("disk", f"{size(found.disk_free)} free"),
        ("memory it takes", size(found.memory)),
        ("memory", f"{size(found.memory_free)} free"),
        ("GPU", gpu),
    ]


def loading_page(found: Loading) -> Page:
    bits = "4 bits" if found.quantised else "whole"
    where = (found.device, bits, size(found.bytes)) if found.device else ("in another process",)
    marks = [Mark("ok", loading_words(found))]
    if found.device == "cpu":
        marks.append(Mark("note", "there is no GPU: it works, slowly; instructions take a minute or more"))
    rows = [("memory free", size(found.before.memory), size(found.after.memory))]
    if found.before.gpu is not None and found.after.gpu is not None:
        rows.append(("GPU memory free", size(found.before.gpu), size(found.after.gpu)))
    grid = Grid(("what", "before", "after"), tuple(rows), frozenset({1, 2}))
    return Page(found.model, (*where, f"commit {found.commit[:12]}"), tuple(marks), (Part("memory", grid),))


def loading_words(found: Loading) -> str:
    speed = f"; {found.words()}" if found.words() else ""
    return f"{found.model} is loaded, in {duration(found.seconds)}{speed}"


def models_document(found: tuple[Standing, ...]) -> dict[str, Any]:
    """{"models": [{"name", "model", "here", "bytes"}]}"""
    return {"models": to_builtins(found)}


def needs_document(told: tuple[Needs, ...], untold: tuple[str, ...]) -> dict[str, Any]:
    """{"models": [Needs], "untold": [...]}"""
    return {"models": to_builtins(told), "untold": list(untold)}
