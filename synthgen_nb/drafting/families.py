"""Wishes about how many rows a table has."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ..report import Finding
from ..schema import Schema
from ..wishes import Count, Wish
from .granting import told

MOST_ROWS = 10**12  # of one table


def counted(
    schema: Schema, asked: Mapping[str, int], named: Collection[str], wishes: Mapping[str, Sequence[Wish]]
) -> tuple[dict[str, int], list[Finding]]:
    """The rows of every table as wished, and the wishes that can't be. Rows that are asked for by a table's name
    stay."""
    counts, findings = dict(asked), []
    for wish in (wish for own in wishes.values() for wish in own if isinstance(wish, Count)):
        if not 0 <= wish.rows <= MOST_ROWS:
            findings.append(told(wish, f"{wish.rows:,} rows can't be made: 0 to {MOST_ROWS:,}"))
        elif wish.table in named and counts[wish.table] != wish.rows:
            findings.append(told(wish, f"{counts[wish.table]:,} rows of {wish.table} were asked for by name"))
        else:
            counts[wish.table] = wish.rows
    return counts, findings
