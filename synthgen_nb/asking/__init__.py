"""The jobs of a language model here: instructions become wishes. Whatever a model writes is bound by a grammar made for
the schema, read again, and held against a drafted plan; nothing else of it is used."""

from .changes import describe
from .planning import MOST_INSTRUCTIONS, Asked, ask_plan

__all__ = ["MOST_INSTRUCTIONS", "Asked", "ask_plan", "describe"]
