"""Language models, as the rest of the house sees them. Knows nothing of schemas, plans or datasets."""

from __future__ import annotations

from .base import Ask, JsonSchema, Lark, Model, Prompt, Regex, Reply, Sampling, Shape, Tick, silent
from .hub import Needs, needs
from .loading import NAMES, load_model
from .scripted import ScriptedModel

__all__ = [
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
