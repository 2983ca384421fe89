"""Versions removed, datasets copied and renamed. Refuses while a job makes a version there; at any instant the store
lists only what is whole."""

from __future__ import annotations

from .errors import StoreError
from .exports.cache import forget
from .filenames import escape
from .ledger import Ledger
from .store import Store


def drop(store: Store, name: str, version: int | None = None) -> tuple[int, ...]:
    """The versions that are gone: the one given, or all. Raises StoreError."""
    Ledger(store).require_idle(name)
    versions = store.versions(name) if version is None else (version,)
    if not versions or version not in (None, *store.versions(name)):
        store.look(name, version)  # says what there is instead
    for each in versions:
        store.remove(name, each)
        forget(store.path / escape(name), each)
    return versions


def copy(store: Store, old: str, new: str) -> None:
    """Gives every version of `old` under the name `new` too, with its own number; both share their parts on the disk
    and neither needs the other. Raises StoreError where `new` is taken."""
    Ledger(store).require_idle(old)
    Ledger(store).require_idle(new)
    if store.versions(new):
        raise StoreError(f"there is a dataset {new!r} already", hint="choose another name, or drop it first")
    store.copy(old, new)


def rename(store: Store, old: str, new: str) -> None:
    """Gives every version of `old` the name `new`, under its own number. Each is there under the new name before any is
    gone under the old one. Raises StoreError where `new` is taken."""
    copy(store, old, new)
    drop(store, old)
