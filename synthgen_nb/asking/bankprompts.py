"""What a model is told when it writes a bank: pure functions over the prompts in `prompts/`. Whatever a DDL says is
quoted and short, so that a comment is read as data."""

from __future__ import annotations

import json
from functools import cache

import msgspec

from ..drafting.domains import Domain, units_of
from ..drafting.wished.freedom import NUMBERS
from ..llm.base import Prompt
from ..rows import key_of
from ..schema import Column, Kind
from .prompts import prompt_file
from .rowshapes import RowShape

_LONGEST_COMMENT = 200  # characters
_MOST_TOLD = 30  # values of a column that are named
_FACETS = ("sort", "letter", "region", "decade")  # the later ones as novelty falls
LEVELS = len(_FACETS)


def shared(shape: RowShape, wish: str) -> Prompt:
    """What all prompts of a bank begin with."""
    lines = [_column(shape.table.column(name), shape.domains[name], shape.limit(name)) for name in shape.columns]
    order = "Each row is a JSON list of its values, in this order:" if len(lines) > 1 else "One column:"
    text = prompt_file("bank_shared.md").format(
        table=_quoted(shape.table.name),
        comment=f" ({_quoted(shape.table.comment)})" if shape.table.comment else "",
        columns="\n".join([order, *lines]),
        wish=" ".join(wish.split()) or "realistic values",
    )
    return Prompt(system=prompt_file("bank_system.md").strip(), shared=text)


def own(shape: RowShape, level: int, number: int, seed: int) -> str:
    """What the prompt with this number says beside: how many, and a hint for each facet up to `level`."""
    what = "one row" if shape.each == 1 else f"{shape.each} rows, all different"
    hints = [f"{facet}: {_hint(facet, number, seed)}" for facet in _FACETS[: level + 1]]
    return f"Write {what}, as a JSON list. Hints, where they fit: {'; '.join(hints)}."


def hints_text() -> str:
    """All hints as they are in the file, for fingerprints."""
    return prompt_file("bank_hints.json")


def _hint(facet: str, number: int, seed: int) -> str:
    """All hints of a facet in a random order, then all of them in another."""
    known = _hints()[facet]
    turn, place = divmod(number, len(known))
    return sorted(known, key=lambda hint: key_of(seed, "hint", facet, str(turn), hint))[place]


def _column(column: Column, domain: Domain, limit: int) -> str:
    comment = f", {_quoted(column.comment)}" if column.comment else ""
    return f"- {_quoted(column.name)}: {_kind(column, domain, limit)}{comment}"


def _kind(column: Column, domain: Domain, limit: int) -> str:
    if domain.values is not None and domain.kind in (Kind.TEXT, Kind.ENUM):
        return "one of " + ", ".join(_quoted(str(value)) for value in domain.values[:_MOST_TOLD])
    if domain.kind == Kind.TEXT:
        form = f" of the form {_quoted(domain.form.regex)}" if domain.form else ""
        case = f" in {domain.case} case" if domain.case else ""
        return f"a text{form}{case}, at most {limit} characters"
    if domain.kind == Kind.BOOLEAN:
        return "true or false"
    one = units_of(column.type)
    if domain.kind in NUMBERS:
        return "a whole number" if one == 1 else f"a number with {len(str(one)) - 1} digits behind the point"
    return f"a {domain.kind.value}"


def _quoted(text: str) -> str:
    short = text if len(text) <= _LONGEST_COMMENT else text[: _LONGEST_COMMENT - 1] + "…"
    return json.dumps(" ".join(short.split()), ensure_ascii=False)


@cache
def _hints() -> dict[str, list[str]]:
    return msgspec.json.decode(hints_text(), type=dict[str, list[str]])
