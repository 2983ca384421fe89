"""The jobs of a language model here: instructions become wishes, wishes for texts banks of values, requests edits and
questions SELECTs. Whatever a model writes is bound by a grammar made for the schema and read again; nothing else of it
is used."""

from .banks import WARMEST, Bank, Counts, write_bank
from .changes import describe
from .editing import ask_edit
from .planning import MOST_INSTRUCTIONS, Asked, ask_plan, sound
from .querying import ask_query

__all__ = [
    "MOST_INSTRUCTIONS",
    "WARMEST",
    "Asked",
    "Bank",
    "Counts",
    "ask_edit",
    "ask_plan",
    "ask_query",
    "describe",
    "sound",
    "write_bank",
]
