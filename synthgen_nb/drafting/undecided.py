"""Columns of a drafted table that keys, CHECKs and other subjects have left alone: whoever gives them values may."""

from __future__ import annotations

from dataclasses import dataclass

from ..specs import AnySpec
from .domains import Domain
from .draft import Draft


@dataclass(frozen=True, slots=True)
class Told:
    """What fills a column, and the share of rows in which it is NULL (None: as its meaning has it)."""

    spec: AnySpec
    nulls: float | None = None


def is_free(draft: Draft, name: str, domain: Domain) -> bool:
    """Whether nothing but the column's own type and bounds decides on its values."""
    unit, column = draft.keys.owner[name], draft.table.column(name)
    decided = name in draft.placed or name in draft.chosen or name in draft.refused or name in draft.computed
    key = unit.key is not None or draft.keys.claimed(unit) or draft.keys.of_tenant(unit)
    plain = not (domain.parts or domain.forbidden or domain.gaps or domain.empty or domain.always_null)
    asked = name in contested(draft) or column.generated is not None or name in draft.keys.nulled
    return plain and not (decided or key or asked or draft.meanings[name].written) and domain.step == 1


def contested(draft: Draft) -> frozenset[str]:
    """Columns of CHECKs that only drawing again can hold."""
    loose = {name for pair in draft.keys.loose for name in pair}
    return frozenset({name for check in draft.left for name in check.columns} | loose)
