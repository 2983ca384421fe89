"""Realistic test data from CREATE TABLE statements. The public door: names are loaded when they are first used.

>>> import synthgen_nb as sg
>>> schema = sg.parse_ddl("CREATE TABLE t (id integer PRIMARY KEY)", dialect="sqlite")
>>> list(schema.tables)
['t']
"""

from __future__ import annotations

import gc
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Which room each public name lives in. A plain import of all of them would load sqlglot, Polars and Arrow: a second of
# CPU that a kernel pays at start-up although most sessions of a notebook only need some of it.
_ROOMS = {
    "DDLError": "errors",
    "InfeasibleError": "errors",
    "InputError": "errors",
    "RefusedEdit": "errors",
    "Interrupted": "errors",
    "MissingExtra": "errors",
    "PlanError": "errors",
    "StoreError": "errors",
    "SynthgenError": "errors",
    "UnsafeSQLError": "errors",
    "Schema": "schema",
    "Finding": "report",
    "Report": "report",
    "parse_ddl": "ddl",
    "render": "ddl",
    "schema_json": "ddl",
    "Plan": "plan",
    "check": "feasibility",
    "plan_from_json": "plan",
    "draft_plan": "drafting",
    "with_given": "given",
    "ask_edit": "asking",
    "ask_plan": "asking",
    "ask_query": "asking",
    "Dataset": "dataset",
    "Store": "store",
    "validate": "validation",
    "Change": "editing",
    "set_cells": "editing",
    "Diff": "diffing",
    "Edit": "edits",
    "Proposal": "editing",
    "apply": "editing",
    "diff": "diffing",
    "history": "diffing",
    "propose": "editing",
    "export": "exports",
    "Job": "jobs",
    "Jobs": "jobs",
    "generate": "jobs",
    "run": "jobs",
    "write_texts": "jobs",
    "TextOrder": "textsets.orders",
    "text_order": "textsets.domains",
    "Proof": "proving",
    "prove": "proving",
    "load": "loading",
    "read_database": "introspection",
    "ui": "notebook",
}

__all__ = [  # spelled out: type checkers do not read an expression here
    "Change",
    "DDLError",
    "Dataset",
    "Diff",
    "Edit",
    "Finding",
    "InfeasibleError",
    "InputError",
    "Interrupted",
    "Job",
    "Jobs",
    "MissingExtra",
    "Plan",
    "PlanError",
    "Proof",
    "Proposal",
    "RefusedEdit",
    "Report",
    "Schema",
    "Store",
    "StoreError",
    "SynthgenError",
    "TextOrder",
    "UnsafeSQLError",
    "__version__",
    "apply",
    "ask_edit",
    "ask_plan",
    "ask_query",
    "check",
    "diff",
    "draft_plan",
    "export",
    "generate",
    "history",
    "load",
    "load_ipython_extension",
    "parse_ddl",
    "plan_from_json",
    "propose",
    "prove",
    "read_database",
    "render",
    "run",
    "schema_json",
    "set_cells",
    "text_order",
    "ui",
    "unload_ipython_extension",
    "validate",
    "with_given",
    "write_texts",
]

if TYPE_CHECKING:  # the same names for type checkers and editors; a test holds the two lists together
    from IPython.core.interactiveshell import InteractiveShell

    from .asking import ask_edit, ask_plan, ask_query
    from .dataset import Dataset
    from .ddl import parse_ddl, render, schema_json
    from .diffing import Diff, diff, history
    from .drafting import draft_plan
    from .editing import Change, Proposal, apply, propose, set_cells
    from .edits import Edit
    from .errors import (
        DDLError,
        InfeasibleError,
        InputError,
        Interrupted,
        MissingExtra,
        PlanError,
        RefusedEdit,
        StoreError,
        SynthgenError,
        UnsafeSQLError,
    )
    from .exports import export
    from .feasibility import check
    from .given import with_given
    from .introspection import read_database
    from .jobs import Job, Jobs, generate, run, write_texts
    from .loading import load
    from .notebook import ui
    from .plan import Plan, plan_from_json
    from .proving import Proof, prove
    from .report import Finding, Report
    from .schema import Schema
    from .store import Store
    from .textsets.domains import text_order
    from .textsets.orders import TextOrder
    from .validation import validate


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    collecting = gc.isenabled()
    gc.disable()  # what loads is no garbage, and looking for some meanwhile took a sixth of the time
    try:
        value = getattr(import_module(f".{_ROOMS[name]}", __name__), name)
    finally:
        if collecting:
            gc.enable()
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """`%load_ext synthgen_nb`: the magics, their completion and the views. A second call changes nothing."""
    from .notebook import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    from .notebook import unload

    unload(shell)
