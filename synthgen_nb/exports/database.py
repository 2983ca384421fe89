"""What filling a database file came to, as an export says it."""

from __future__ import annotations

from ..engines.filling import Filled
from ..errors import InputError


def lines(filled: Filled) -> tuple[str, ...]:
    """Raises InputError where a table or its rows were refused: a file with half of the data is none."""
    for table, words in filled.broken.items():
        raise InputError(f"{table}: {words}", hint="--to csv or --to parquet take rows as they are")
    for table in sorted(filled.missing):
        raise InputError(f"{table}: {filled.left_out[table][-1]}", hint="--to csv or --to parquet take any type")
    return tuple(f"{table}: {line}" if table else line for table, found in filled.left_out.items() for line in found)
