"""Which commit of a model was loaded first: the same is required from then on. Knows one small file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import ModelError

_FILE = "SYNTHGEN_MODELS"  # names another file, for tests and for shared machines


def pins_file(environ: Mapping[str, str]) -> Path:
    if named := environ.get(_FILE):
        return Path(named)
    return Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "synthgen-nb" / "models.json"


def pinned(environ: Mapping[str, str]) -> dict[str, str]:
    """Commits by id. Raises ModelError for a file that is no such record."""
    path = pins_file(environ)
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError(f"the record of models {path} can't be read: {error}", hint="mend it, or remove it") from error
    if not isinstance(found, dict) or not all(isinstance(commit, str) for commit in found.values()):
        raise ModelError(f"the record of models {path} holds something else", hint="mend it, or remove it")
    return found


def required(model: str, commit: str, environ: Mapping[str, str]) -> None:
    """Records the commit of a model that was never loaded. Raises ModelError if another one is recorded."""
    known = pinned(environ)
    if known.setdefault(model, commit) != commit:
        raise changed(model, commit, environ)
    path = pins_file(environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    part.replace(path)


def changed(model: str, commit: str, environ: Mapping[str, str]) -> ModelError:
    return ModelError(
        f"{model} is now commit {commit[:12]}; {pinned(environ)[model][:12]} was recorded at its first load",
        hint=f"if you trust the new weights, remove its line from {pins_file(environ)}",
    )
