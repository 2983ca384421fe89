"""What `import synthgen_nb` costs, and that its lazy door is complete."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import synthgen_nb

HEAVY = ("torch", "transformers", "jupyterlab", "dask", "faker", "duckdb", "pyarrow", "polars", "sqlglot", "IPython")
LIMIT = 0.5  # seconds of CPU
_PROBE = """
import json, sys, time
began = time.process_time()
import synthgen_nb
spent = time.process_time() - began
print(json.dumps({"cpu": spent, "loaded": sorted({m.partition(".")[0] for m in sys.modules})}))
"""
_ROWS = """
import json, sys
import synthgen_nb as sg
plan = sg.draft_plan(sg.parse_ddl("CREATE TABLE t (id integer PRIMARY KEY, name text)", dialect="postgres"), 10)
for event in sg.run(plan, sg.Store("made"), "t", validate=False):
    pass
print(json.dumps(sorted(sys.modules)))
"""


def test_a_plain_import_loads_nothing_heavy_and_costs_less_than_half_a_second(
    capsys: pytest.CaptureFixture[str],
) -> None:
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", _PROBE], text=True)) for _ in range(2)]
    cpu = min(run["cpu"] for run in runs)
    loaded = [name for name in HEAVY if name in runs[0]["loaded"]]
    others = [m for m in runs[0]["loaded"] if m not in sys.stdlib_module_names and not m.startswith(("_", "synthgen"))]
    with capsys.disabled():
        print(
            f"\nimport synthgen_nb: {cpu:.3f} s CPU (limit {LIMIT}); loaded besides Python's own: {others or 'nothing'}"
        )
    assert loaded == []
    assert cpu < LIMIT


@pytest.mark.parametrize("name", [n for n in synthgen_nb.__all__ if not n.startswith("__")])
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(synthgen_nb, name) is not None
    assert name in dir(synthgen_nb)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = synthgen_nb.no_such_name


def test_type_checkers_see_the_same_names_from_the_same_rooms() -> None:
    tree = ast.parse(Path(synthgen_nb.__file__).read_text(encoding="utf-8"))
    block = next(n for n in tree.body if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING")
    seen = {
        name.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.level
        for name in node.names
    }
    assert seen == synthgen_nb._ROOMS
    assert {*seen, "__version__", "load_ipython_extension", "unload_ipython_extension"} == set(synthgen_nb.__all__)


def test_rows_are_made_without_what_only_texts_and_reports_need(tmp_path: Path) -> None:
    loaded = set(json.loads(subprocess.check_output([sys.executable, "-c", _ROWS], cwd=tmp_path, text=True)))
    needless = (
        "validation",
        "llm.hub",
        "llm.local",
        "textsets.kinds",
        "textsets.sieving",
        "jobs.textmaking",
        "reserved",
    )
    assert loaded & {*(f"synthgen_nb.{room}" for room in needless), "duckdb", "polars", "pyarrow.dataset"} == set()


def test_no_room_defines_a_dataclass() -> None:
    """Each takes 0.4 ms to define, a msgspec struct next to nothing, and every process pays for all that it loads."""
    rooms = Path(synthgen_nb.__file__).parent.rglob("*.py")
    assert [room.name for room in rooms if "dataclasses" in room.read_text(encoding="utf-8")] == []
