"""Blocks of columns placed: the sources that turn one digit of a code into a pair, or into a combination that holds."""

from __future__ import annotations

from ...specs import Digit, Listed, Pair, Ranked
from ..draft import Draft
from .blocks import MOST_LISTED, Combined, Pairs, ascending
from .claims import Claim, Unit, unit_size


def place_block(draft: Draft, claim: Claim, digit: str) -> None:
    """Sources for the units of a claim's block; `digit` names the source that counts its combinations."""
    assert claim.block is not None
    units = claim.units[: len(claim.block.names)]
    if isinstance(claim.block, Combined):
        _place_combined(draft, claim.block, units, digit)
    else:
        _place_pairs(draft, claim.block, units, digit)


def _place_combined(draft: Draft, block: Combined, units: tuple[Unit, ...], digit: str) -> None:
    name = f"{digit}, held"
    draft.sources[name] = Listed(of=digit, columns=block.names, sql=block.sql)
    divide = 1
    for unit in units:
        spec = draft.keys.unique_specs[unit.name]
        draft.sources[f"digit of {unit.name}"] = Digit(of=name, divide=divide, modulo=spec.size)
        draft.placed[unit.name] = (spec, f"digit of {unit.name}")
        divide *= spec.size


def _place_pairs(draft: Draft, block: Pairs, units: tuple[Unit, ...], digit: str) -> None:
    size = min(unit_size(draft.keys, unit, draft.parent_rows) for unit in units)
    first, second = (Pair(of=digit, size=size, how=block.how, side=side) for side in (0, 1))
    for unit, pair in zip(units, (first, second), strict=True):
        if unit.key is None:
            draft.sources[f"digit of {unit.name}"] = pair
            draft.placed[unit.name] = (draft.keys.unique_specs[unit.name], f"digit of {unit.name}")
        elif block.how not in ("below", "upto") or ascending(draft.parents[unit.key.table], unit.key):
            draft.sources[unit.name] = pair
        else:
            if size > MOST_LISTED:
                text = f"{unit.key.table} has too many rows to be put in the order of their keys"
                draft.broken(text, unit.columns, f"ask for {MOST_LISTED:,} or fewer")
            draft.sources[f"rank of {unit.name}"] = pair
            draft.sources[unit.name] = Ranked(
                of=f"rank of {unit.name}", table=unit.key.table, column=unit.key.references[0], among=size
            )
