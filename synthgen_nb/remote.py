"""A store at an object store's URL, and the folder here that mirrors it: an object for each file, under the same name.
Knows files and objects; nothing of versions.

There is no rename and no lock over there. What there is: an object is there whole or not at all, and `create` makes one
that only one process alone can have made. Both are enough for versions whose manifest is written last.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from .errors import MissingExtra, StoreError
from .filenames import escape
from .maps import threads

_URL = re.compile(r"(s3|gs|az)://[^/]+(/.*)?")
_AT_ONCE = 8  # objects on their way
_RETRYING = timedelta(seconds=20)  # after which a server that does not answer is an error


class Remote:
    """Files are named by their place in the mirror. Every verb raises StoreError where the object store refuses or does
    not answer."""

    def __init__(self, url: str, mirror: str | Path | None = None) -> None:
        """`mirror` is a folder on this machine; by default one for this URL in the user's cache. Raises StoreError for
        what is no URL, and MissingExtra."""
        self.url = url.rstrip("/")
        if not _URL.fullmatch(self.url):
            raise StoreError(f"no store can be at {url}", hint="a folder, or s3://BUCKET/PREFIX (also gs://, az://)")
        try:
            import obstore  # noqa: F401
        except ImportError as error:
            raise MissingExtra("s3") from error
        self.path = Path(mirror) if mirror is not None else _mirror(self.url)

    def create(self, path: Path, data: bytes) -> bool:
        """False where the object is there already, whoever made it."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._asking(path):
            try:
                obstore.put(self._objects, self._key(path), data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    def push(self, paths: Iterable[Path]) -> None:
        """These files as objects, each in one step."""
        import obstore

        def each(path: Path) -> None:
            with self._asking(path):
                obstore.put(self._objects, self._key(path), path)

        _all(each, paths)

    def repeat(self, source: Path, path: Path) -> None:
        """An object once more under another name, without a way through this machine."""
        import obstore

        with self._asking(path):
            obstore.copy(self._objects, self._key(source), self._key(path))

    def read(self, path: Path) -> bytes | None:
        """None where there is no such object."""
        import obstore

        with self._asking(path):
            try:
                return bytes(obstore.get(self._objects, self._key(path)).bytes())
            except FileNotFoundError:
                return None

    def pull(self, path: Path) -> bool:
        """Makes the file what the object is: whole, or gone with it. Whether it is there."""
        data = self.read(path)
        if data is None:
            path.unlink(missing_ok=True)
            return False
        with _placed(path) as draft:
            draft.write_bytes(data)
        return True

    def fetch(self, files: Iterable[tuple[Path, int]]) -> None:
        """Those that are not here with so many bytes; what is gone over there is left out."""
        import obstore

        def each(path: Path) -> None:
            with self._asking(path), suppress(FileNotFoundError), _placed(path) as draft, draft.open("xb") as file:
                for piece in obstore.get(self._objects, self._key(path)).stream():
                    file.write(piece)

        _all(each, (path for path, size in files if not (path.is_file() and path.stat().st_size == size)))

    def sizes(self, folder: Path) -> dict[Path, int]:
        """The objects under a folder, with their bytes."""
        import obstore

        key = self._key(folder)
        with self._asking(folder):
            metas = [meta for chunk in obstore.list(self._objects, key or None) for meta in chunk]
        return {self.path / str(meta["path"]): int(meta["size"]) for meta in metas}

    def remove(self, folder: Path, first: str = "") -> None:
        """All objects under a folder; the one named `first` before any other."""
        import obstore

        with self._asking(folder):
            if first:
                with suppress(FileNotFoundError):
                    obstore.delete(self._objects, self._key(folder / first))
            if keys := [self._key(path) for path in self.sizes(folder)]:
                obstore.delete(self._objects, keys)

    @cached_property
    def _objects(self) -> Any:
        from obstore.store import from_url

        return from_url(self.url, retry_config={"max_retries": 5, "retry_timeout": _RETRYING})

    def _key(self, path: Path) -> str:
        """Of a file in the mirror: what a manifest names may lie nowhere else."""
        if not path.is_relative_to(self.path) or ".." in path.parts:
            raise StoreError(f"{self.url}: a version names {path}, which is outside of it")
        found = path.relative_to(self.path).as_posix()
        return "" if found == "." else found

    @contextmanager
    def _asking(self, path: Path) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError) as error:
            said = " ".join(str(error).partition("<?xml")[0].partition("Debug source")[0].split())[:200]
            raise StoreError(
                f"{self.url}/{self._key(path)}: {said}",
                hint="is the bucket there, are AWS_ENDPOINT_URL, AWS_REGION and the keys right?",
            ) from error


def _all(each: Callable[[Path], None], paths: Iterable[Path]) -> None:
    for _ in threads(_AT_ONCE)(each, paths):
        continue


@contextmanager
def _placed(path: Path) -> Iterator[Path]:
    """A file of another name, which takes this one once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _mirror(url: str) -> Path:
    """The same URL means another store at another endpoint."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "synthgen-nb" / escape(f"{url} {endpoint}".strip())
