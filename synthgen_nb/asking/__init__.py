"""The jobs of a language model here: instructions become wishes, and wishes for texts become banks of values. Whatever
a model writes is bound by a grammar made for the schema and read again; nothing else of it is used."""

from .banks import WARMEST, Bank, Counts, write_bank
from .changes import describe
from .planning import MOST_INSTRUCTIONS, Asked, ask_plan, sound

__all__ = ["MOST_INSTRUCTIONS", "WARMEST", "Asked", "Bank", "Counts", "ask_plan", "describe", "sound", "write_bank"]
