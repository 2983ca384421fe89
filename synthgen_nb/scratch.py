"""A store for work that is not to stay: a hidden folder in a store, on the same disk, signed by its process and removed
at the end. Knows not what is done in it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from . import leases
from .errors import StoreError
from .store import Store

PREFIX = ".scratch-"


@contextmanager
def scratch(store: Store) -> Iterator[Store]:
    """Raises StoreError where the store can't be written."""
    folder = store.path / f"{PREFIX}{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise StoreError(f"can't write the store {store.path}: {error.strerror}") from error
    try:
        leases.acquire(folder)
        yield Store(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
