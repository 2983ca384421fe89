"""Which tables of a dataset become variables of a notebook, and as what. Decides from values; touches no namespace."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ..dataset import Dataset

# In, Out, _, __, _3, _i, _i3, _ih, _dh ...: IPython fills them at every cell.
_IPYTHON = re.compile(r"In|Out|exit|quit|get_ipython|_+|_i+|_i?\d+|_[ido]h")
_SAMPLE = 1000  # rows from which the size of a table in memory is told
_UNSAMPLED = 200.0  # bytes per row, for a table without rows


class Binding(Struct, frozen=True):
    """`variables` maps a variable's name to its table; `left` a table to the reason why it has none."""

    variables: Mapping[str, str]
    left: Mapping[str, str]


def binding(tables: Iterable[str], *, prefix: str, foreign: Collection[str], force: bool) -> Binding:
    """`foreign` are the names that the user's own code holds; they are only taken under `force`."""
    variables, left = {}, {}
    for table in tables:
        name = prefix + table
        if reason := unfit(name):
            left[table] = reason
        elif name in foreign and not force:
            left[table] = f"{name} is a variable of yours (--force takes it)"
        else:
            variables[name] = table
    return Binding(variables, left)


def unfit(name: str) -> str:
    """Why a variable can't or should not have this name; empty if it can."""
    if not name.isidentifier():
        return f"{name} is not a Python name"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        return f"{name} is a word of Python's"
    if hasattr(builtins, name):
        return f"{name} is a builtin of Python's"
    if _IPYTHON.fullmatch(name):
        return f"{name} is a name of IPython's"
    return ""


def memory_needed(dataset: Dataset) -> int:
    """Bytes of all tables as frames, told from each one's first rows."""
    return int(sum(_row_bytes(dataset, table) * rows for table, rows in dataset.rows.items()))


def _row_bytes(dataset: Dataset, table: str) -> float:
    head = dataset.scan(table).head(_SAMPLE).collect()
    return head.estimated_size() / head.height if head.height else _UNSAMPLED
