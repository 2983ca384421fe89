"""What is written of banks, on disk: STORE/.banks/FINGERPRINT/batch-NNNNN.parquet as batches finish, bank.parquet when
all have. A file is there whole or not at all. Knows rows and one piece of JSON beside them; not how they were made."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import StoreError
from ..parquet import write_part
from ..store import Store

FOLDER = ".banks"  # hidden: no dataset has such a name
_KEY = b"synthgen"
_BANK = "bank.parquet"

Row = tuple[str | int | float | bool, ...]


def home(store: Store, fingerprint: str) -> Path:
    """The folder of one bank, made if it is not there. Raises StoreError."""
    path = store.path / FOLDER / fingerprint
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"can't write the store {store.path}: {error.strerror}") from error
    return path


def batch_name(number: int) -> str:
    return f"batch-{number:05d}.parquet"


def save(path: Path, columns: Sequence[str], rows: Sequence[Row], told: bytes) -> None:
    """The rows with `told` (JSON) beside them; replaces a file of that name in one step. A column's values are of one
    type."""
    arrays = [pa.array([row[place] for row in rows]) for place in range(len(columns))]
    table = pa.table(dict(zip(columns, arrays, strict=True))).replace_schema_metadata({_KEY: told})
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_part(draft, table.schema, table.to_batches())
    try:
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StoreError(f"can't write {path}: {error.strerror}", hint="is the disk full?") from error


def load(path: Path) -> tuple[tuple[Row, ...], bytes] | None:
    """None where there is no such file. Raises StoreError for one that can't be read."""
    try:
        table = pq.read_table(path)
        told = (table.schema.metadata or {})[_KEY]
    except FileNotFoundError:
        return None
    except (OSError, KeyError, pa.ArrowInvalid) as error:
        raise StoreError(f"{path} can't be read: {error}", hint="delete its folder to have it written anew") from error
    return tuple(zip(*(column.to_pylist() for column in table.columns), strict=True)), told


def bank_path(folder: Path) -> Path:
    return folder / _BANK


def clear(folder: Path) -> None:
    """The batches of a bank that is whole, and what a killed process left half-written, are needed no more."""
    for path in (*folder.glob("batch-*.parquet"), *folder.glob(".*.parquet.*")):
        path.unlink(missing_ok=True)
