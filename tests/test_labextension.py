"""The labextension is in the wheel under the name and version that JupyterLab looks for."""

from __future__ import annotations

import json
import tomllib

from synthgen_nb import __version__
from tests.browsers import LABEXTENSION

SHARED = tomllib.loads((LABEXTENSION.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"][
    "targets"
]["wheel"]["shared-data"]


def test_the_wheel_puts_it_where_jupyterlab_looks() -> None:
    about = json.loads((LABEXTENSION / "package.json").read_text(encoding="utf-8"))
    assert {LABEXTENSION.name: f"share/jupyter/labextensions/{about['name']}"} == SHARED
    assert about["version"] == __version__
    entry = (LABEXTENSION / about["jupyterlab"]["_build"]["load"]).read_text(encoding="utf-8")
    assert f'const NAME = "{about["name"]}"' in entry


def test_nothing_of_it_is_built_or_fetched() -> None:
    files = {path.relative_to(LABEXTENSION).as_posix() for path in LABEXTENSION.rglob("*") if path.is_file()}
    assert files == {"package.json", "install.json", "static/remoteEntry.js"}
    assert "http" not in (LABEXTENSION / "static/remoteEntry.js").read_text(encoding="utf-8")
