"""Language models, as the rest of the house sees them: names are loaded when they are first used, for whoever only has
to say Model or Sampling needs none. Knows nothing of schemas, plans or datasets."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_ROOMS = {
    "NAMES": "loading",
    "Ask": "base",
    "JsonSchema": "base",
    "Lark": "base",
    "Model": "base",
    "Needs": "hub",
    "Prompt": "base",
    "Regex": "base",
    "Reply": "base",
    "Sampling": "base",
    "ScriptedModel": "scripted",
    "Shape": "base",
    "Tick": "base",
    "load_model": "loading",
    "needs": "hub",
    "silent": "base",
}

__all__ = [  # spelled out: type checkers do not read an expression here
    "NAMES",
    "Ask",
    "JsonSchema",
    "Lark",
    "Model",
    "Needs",
    "Prompt",
    "Regex",
    "Reply",
    "Sampling",
    "ScriptedModel",
    "Shape",
    "Tick",
    "load_model",
    "needs",
    "silent",
]

if TYPE_CHECKING:
    from .base import Ask, JsonSchema, Lark, Model, Prompt, Regex, Reply, Sampling, Shape, Tick, silent
    from .hub import Needs, needs
    from .loading import NAMES, load_model
    from .scripted import ScriptedModel


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_ROOMS[name]}", __name__), name)
    globals()[name] = value
    return value
