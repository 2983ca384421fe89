"""The ready schemas that come with the package, by name. Knows nothing of what is done with them."""

from __future__ import annotations

from importlib.resources import files

from .errors import InputError

TEMPLATE_DIALECT = "postgres"
_FOLDER = files("synthgen_nb") / "templates"


def template_names() -> list[str]:
    return sorted(file.name.removesuffix(".sql") for file in _FOLDER.iterdir() if file.name.endswith(".sql"))


def template(name: str) -> str:
    """Raises InputError."""
    if name not in template_names():
        raise InputError(f"there is no template {name!r}", hint=f"one of {', '.join(template_names())}")
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
