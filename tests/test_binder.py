"""Binder's files: everything they install has one version, which is one that pyproject.toml allows."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
BINDER = ROOT / "binder"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins() -> dict[str, str]:
    lines = (ROOT / "tests/constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in found}


def installed(wanted: list[str], extra: str = "") -> set[str]:
    """All that pip brings for these requirements here, the requirements of the required among them."""
    names: set[str] = set()
    waiting = [Requirement(each) for each in wanted]
    while waiting:
        one = waiting.pop()
        if canonicalize_name(one.name) in names or not (one.marker is None or one.marker.evaluate({"extra": extra})):
            continue
        names.add(canonicalize_name(one.name))
        for extra_of_it in one.extras or {""}:
            further = [Requirement(each) for each in requires(one.name) or ()]
            waiting += [r for r in further if r.marker is None or r.marker.evaluate({"extra": extra_of_it})]
    return names


def test_every_package_that_comes_along_is_pinned() -> None:
    lines = [line for line in (BINDER / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert lines == ["-c ../tests/constraints.txt", ".[lab]"]
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]]
    assert sorted(installed(wanted) - pins().keys()) == []


def test_the_pins_are_what_the_project_allows() -> None:
    for line in [*PROJECT["dependencies"], *(r for of in PROJECT["optional-dependencies"].values() for r in of)]:
        requirement = Requirement(line)
        if requirement.name == PROJECT["name"]:  # extras that are made of others
            continue
        assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)]), line


def test_its_python_is_one_the_project_runs_on() -> None:
    (version,) = re.findall(r"^python-(\d+\.\d+)$", (BINDER / "runtime.txt").read_text(), re.MULTILINE)
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]


def test_the_readme_opens_the_notebook_that_is_there() -> None:
    (address,) = re.findall(r"urlpath=lab/tree/(\S+?\.ipynb)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert (ROOT / address).is_file()
