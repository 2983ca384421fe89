"""What the values of a dataset look like, for whoever has to name some: a few texts where there are few, the lowest and
the highest number and date. Reads parts of this machine; what it tells is data, quoted by whoever passes it on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from ..drafting.wished.freedom import MOMENTS, NUMBERS
from ..schema import Column, Kind
from .sqlprompts import Names, ToldTable

if TYPE_CHECKING:
    import polars as pl

    from ..dataset import Dataset

_LOOKED = 10_000  # rows in which texts are looked for
_FEW = 12  # different ones
_LONGEST = 40  # characters


def told_table(dataset: Dataset, key: str, names: Mapping[str, Names]) -> ToldTable:
    """What a model is told of a table; `names` are those of all tables that it may meet."""
    table, own = dataset.schema.tables[key], names[key]
    return ToldTable(
        table=table,
        name=own.table,
        columns=own.columns,
        rows=dataset.rows[key],
        facts=facts(dataset, key, table.columns),
        parents=[
            f"{own.columns[foreign.columns[0]]} -> {names[foreign.table].table}."
            f"{names[foreign.table].columns[foreign.references[0]]}"
            for foreign in table.foreign_keys
            if len(foreign.columns) == 1 and foreign.table in names
        ],
    )


def facts(dataset: Dataset, table: str, columns: Collection[Column]) -> dict[str, str]:
    """A few words for each column of which there is something to say."""
    ends = [c.name for c in columns if c.type.kind in NUMBERS | MOMENTS]
    texts = [c.name for c in columns if c.type.kind in {Kind.TEXT, Kind.ENUM}]
    found: dict[str, str] = {}
    for name, (low, high) in _ends(dataset.scan(table), ends).items():
        if low is not None:
            found[name] = f"from {_short(low)} to {_short(high)}"
    head = dataset.scan(table).select(texts).head(_LOOKED).collect()
    for name in texts:
        values = sorted(head[name].drop_nulls().unique().cast(str).to_list())
        if values and len(values) <= _FEW and max(map(len, values)) <= _LONGEST:
            found[name] = f"one of {', '.join(values)}"
        elif values:
            found[name] = f"such as {', '.join(_short(value) for value in values[:2])}"
    return found


def _ends(rows: pl.LazyFrame, names: list[str]) -> dict[str, tuple[object, object]]:
    import polars as pl

    if not names:
        return {}
    asked = [getattr(pl.col(name), end)().alias(f"{end} {name}") for name in names for end in ("min", "max")]
    told = rows.select(asked).collect().row(0, named=True)
    return {name: (told[f"min {name}"], told[f"max {name}"]) for name in names}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
