"""Tables changed: each edit is a new version whose parent is the old one, checked before it is there."""

from .diffing import Diff, diff, diff_before, versions_compared
from .lineage import Step, history
from .typed import Change, fixed, rows_of, set_cells, spelled_rows

__all__ = [
    "Change",
    "Diff",
    "Step",
    "diff",
    "diff_before",
    "fixed",
    "history",
    "rows_of",
    "set_cells",
    "spelled_rows",
    "versions_compared",
]
