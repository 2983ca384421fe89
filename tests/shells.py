"""IPython's own shell in this process, for tests of magics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config


class Cells:
    """A shell to run cells in; `said` is what the last one showed, stdout, stderr and displays together."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell, self.said = shell, ""

    def __call__(self, cell: str) -> ExecutionResult:
        with capture_output() as seen:
            result = self.shell.run_cell(cell)
        shown = [output.data.get("text/plain", "") for output in seen.outputs]
        self.said = "\n".join([seen.stdout, seen.stderr, *shown])
        return result

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]

    def __contains__(self, name: str) -> bool:
        return name in self.shell.user_ns


@pytest.fixture
def cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cells]:
    """A new shell with our extension, in a folder of its own. It keeps no history: the database would outlive its
    folder, and complain when the process ends."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "synthgen_nb")
    yield Cells(shell)
    InteractiveShell.clear_instance()
