"""docs/ says what is true: its examples run, its links lead somewhere, its options and names exist, and the pages that
are made from the code are as the code makes them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.notebook.arguments import COMMANDS
from synthgen_nb.terminal.cli import _parser
from synthgen_nb.terminal.demo import shop_ddl

from .reference import DOCS, MADE, commands, pages

ROOT = DOCS.parent
PAGES = sorted([*DOCS.glob("*.md"), *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "MODEL.md"))])


def blocks(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_pages_that_are_made_are_as_the_code_makes_them() -> None:
    for name, text in pages().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, "run python -m tests.reference"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, anchor = link.partition("#")
        if link.startswith("https://"):
            continue
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), link
        assert there.is_relative_to(ROOT)
        if anchor:
            heads = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads]


def test_every_page_is_in_the_list() -> None:
    listed = (DOCS / "README.md").read_text(encoding="utf-8")
    assert all(page.name in listed for page in DOCS.glob("*.md") if page.name != "README.md")


@pytest.mark.parametrize("page, many", [("extending", 3), pytest.param("executors", 4, marks=pytest.mark.slow)])
def test_the_examples_of_extending_run(page: str, many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = blocks(f"{page}.md")
    assert len(found) == many
    exec("\n".join(found), {"__name__": page})


def test_the_fixtures_work_as_they_stand(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    for block in blocks("fixtures.md"):
        name = re.match(r"# (\w+\.py)", block)
        assert name is not None
        files[name[1]] = files.get(name[1], "") + block
    files["test_orders.py"] += (
        "\n\ndef test_the_database_has_them(connection):\n"
        "    assert connection.execute('SELECT count(*) FROM orders').fetchone() == (500,)\n"
    )
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "shop.sql").write_text(shop_ddl(), encoding="utf-8")
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environ["PYTHONPATH"] = str(ROOT)
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "2 passed" in told.stdout, told.stdout + told.stderr


def test_every_command_and_name_of_the_endpoints_exists() -> None:
    known = {name.split(" ")[0] for name, _ in commands(_parser())}
    rows = re.findall(r"^\| `[A-Z]+ /.*\|$", (DOCS / "endpoints.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) >= 15
    for row in rows:
        assert set(re.findall(r"`synthgen (\w+)", row)) <= known
        assert set(re.findall(r"`%synthgen (\w+)", row)) <= COMMANDS.keys()
        assert all(hasattr(sg, name) for name in re.findall(r"\bsg\.(\w+)", row))


@pytest.mark.parametrize(
    "page",
    [page.name for page in PAGES if page.parent == DOCS and not page.read_text(encoding="utf-8").startswith(MADE)],
)
def test_every_option_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (DOCS / page).read_text(encoding="utf-8")))
    assert named <= set(re.findall(r"--[a-z][a-z-]+", (DOCS / "options.md").read_text(encoding="utf-8")))
