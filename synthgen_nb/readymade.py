"""Ready schemas by name: those that come with the package, and a person's own in a folder of their store. Knows nothing
of what is done with them.
"""

from __future__ import annotations

import re
import secrets
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from .errors import InputError, StoreError

TEMPLATE_DIALECT = "postgres"  # of those of the package
_FOLDER = files("synthgen_nb") / "templates"
_OWN = ".templates"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Template(Struct, frozen=True):
    """`about` is the comment in its first line. A person's own hides one of the package; its dialect is found out."""

    name: str
    ddl: str
    own: bool

    @property
    def about(self) -> str:
        first = self.ddl.lstrip().partition("\n")[0]
        return first.lstrip("- ").strip() if first.startswith("--") else ""

    @property
    def dialect(self) -> str:
        return "" if self.own else TEMPLATE_DIALECT


def templates(store: Path) -> dict[str, Template]:
    """Every template by name, sorted."""
    shipped = {
        name: Template(name, file.read_text(encoding="utf-8"), False)
        for file in _FOLDER.iterdir()
        if (name := file.name.removesuffix(".sql")) != file.name
    }
    own = {
        path.stem: Template(path.stem, path.read_text(encoding="utf-8"), True) for path in (store / _OWN).glob("*.sql")
    }
    return dict(sorted((shipped | own).items()))


def template(store: Path, name: str) -> Template:
    """Raises InputError."""
    known = templates(store)
    if name not in known:
        near = get_close_matches(name, known, n=1)
        told = f"there is no template {name!r}" + (f" (did you mean {near[0]}?)" if near else "")
        raise InputError(told, hint=f"one of {', '.join(known)}")
    return known[name]


def save_template(store: Path, name: str, ddl: str) -> None:
    """Keeps a person's own. Raises InputError for a name that is none, StoreError where it can't be kept."""
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} can't name a template", hint="small letters, digits, - and _; 40 at most")
    path = store / _OWN / f"{name}.sql"
    draft = path.with_name(f".{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(ddl, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise StoreError(f"can't write the store {store}: {error.strerror}", hint="choose another --store") from error


def delete_template(store: Path, name: str) -> None:
    """Raises InputError for one that is not the person's own."""
    known = templates(store)
    if name not in known or not known[name].own:
        raise InputError(f"there is no template {name!r} of yours", hint="`templates` marks your own")
    (store / _OWN / f"{name}.sql").unlink()
