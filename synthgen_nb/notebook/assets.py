"""The widgets' JavaScript and styles, as they lie in static/. Knows no widget."""

from __future__ import annotations

from importlib.resources import files


def assets(*names: str) -> str:
    """These files as one: a browser loads a widget's code from a blob, from where nothing can be imported."""
    folder = files("synthgen_nb") / "notebook" / "static"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
