"""What the statements of an edit change, as values, in DuckDB's words. Knows neither how they are read nor how they are
carried out."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..schema import Place
from .calls import Call


class Update(Struct, frozen=True):
    """`sets` are the columns' new values (None: DEFAULT) in the words of DuckDB, which see the rows of `table` under
    `alias`, the rows of `source` (what stands in FROM beside it; "" for nothing) and the columns of `calls`. Other
    mentions of the table mean it as it stood before the statement. `reads` are its columns that sets and where read.
    `whole`: it may touch every row, as written."""

    table: str
    alias: str
    sets: Mapping[str, str | None]
    source: str
    where: str
    calls: tuple[Call, ...]
    reads: frozenset[str]
    text: str
    place: Place
    whole: bool


class Delete(Struct, frozen=True):
    """As Update."""

    table: str
    alias: str
    source: str
    where: str
    calls: tuple[Call, ...]
    reads: frozenset[str]
    text: str
    place: Place
    whole: bool


class Insert(Struct, frozen=True):
    """`query` gives the values of `columns` for each new row, in that order, cast to the types in which they are
    stored; one column of NULLs where there are no `columns`. Columns that are `drawn` are not among them. With
    synth_rows `query` is "": `rows` new ones are drawn as the plan would."""

    table: str
    columns: tuple[str, ...]
    query: str
    drawn: Mapping[str, Call]
    rows: int
    text: str
    place: Place


Statement = Update | Delete | Insert
