"""Which database a person means: a URL, or the bare words duckdb and sqlite. A password is read here, and never shown
again. Opens nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct, field

from ..errors import InputError

_ENGINES = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
}
_FORMS = "postgresql://user@host/db, mysql://user@host/db, sqlite:///file or duckdb:///file"
_OPTIONS = {
    "postgres": {"sslmode", "host", "sslrootcert", "connect_timeout"},
    "mysql": {"unix_socket", "socket", "ssl_ca"},
}


class Target(Struct, frozen=True):
    """`engine` is postgres, mysql (MariaDB too), sqlite or duckdb. `path` is the file of the latter two, empty for a
    database of this run's own. The password is no part of what repr shows."""

    engine: str
    host: str = ""
    port: int = 0
    user: str = ""
    database: str = ""
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    password: str = ""

    def __repr__(self) -> str:
        return f"Target({self.shown()!r})"

    def shown(self) -> str:
        """The URL with *** for the password."""
        if self.engine in ("sqlite", "duckdb"):
            return f"{self.engine}:///{self.path}" if self.path else self.engine
        login = self.user + (":***" if self.password else "")
        port = f":{self.port}" if self.port else ""
        scheme = "postgresql" if self.engine == "postgres" else self.engine
        return f"{scheme}://{login + '@' if login else ''}{self.host}{port}/{self.database}"

    def stem(self) -> str:
        """The database's own name, without folders and endings."""
        return Path(self.path).stem or self.database

    def hidden(self, text: str) -> str:
        """The text without the password, however it came into it."""
        return text.replace(self.password, "***") if self.password else text


def target(url: str, environ: Mapping[str, str] | None = None) -> Target:
    """Reads a URL; what it leaves out comes from the environment (PGHOST and its like are libpq's own affair;
    MYSQL_HOST, MYSQL_USER, MYSQL_PWD). Raises InputError, in words that never repeat a password."""
    found = os.environ if environ is None else environ
    if url in ("sqlite", "duckdb"):
        return Target(url)
    try:
        parts = urlsplit(url)
        engine = _ENGINES[parts.scheme.partition("+")[0].lower()]
        port = parts.port or 0
    except (KeyError, ValueError):
        raise InputError(f"{masked(url)} is not a database that is known here", hint=f"write {_FORMS}") from None
    if engine in ("sqlite", "duckdb"):
        path = unquote(url.partition("://")[2])
        # sqlite:///file is relative to here and sqlite:////file is not, as everywhere
        return Target(engine, path=path.removeprefix("/"))
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(options.keys() - _OPTIONS[engine]):
        known = ", ".join(sorted(_OPTIONS[engine]))
        raise InputError(f"unknown in a URL: {', '.join(unknown)}", hint=f"known are {known}")
    mysql = engine == "mysql"
    return Target(
        engine,
        host=parts.hostname or (found.get("MYSQL_HOST", "") if mysql else ""),
        port=port,
        user=unquote(parts.username or "") or (found.get("MYSQL_USER", "") if mysql else ""),
        database=unquote(parts.path.removeprefix("/")),
        options=options,
        password=unquote(parts.password or "") or (found.get("MYSQL_PWD", "") if mysql else ""),
    )


def existing(url: str) -> Target:
    """The database that a URL names, where it names one that may be there: a file that is, or any name on a server.
    Raises InputError."""
    where = target(url)
    if where.engine in ("sqlite", "duckdb"):
        if not where.path or not Path(where.path).is_file():
            raise InputError(f"there is no file {where.path or url}", hint=f"write {where.engine}:///FILE")
    elif not where.database:
        raise InputError(f"{where.shown()} names no database", hint=f"write {where.shown()}NAME")
    return where


def masked(text: str) -> str:
    """A URL, or a text with one in it, with *** for what may be a password: for echoing what a person typed."""
    return re.sub(r"(\w+://[^\s:/@]*:)\S*@", r"\1***@", text)


def without_password(words: list[str]) -> list[str]:
    """A command line as it may be shown, kept or repeated."""
    return [masked(word) for word in words]
