"""Tables changed: each edit is a new version whose parent is the old one, checked before it is there."""

from .diffing import Diff, diff, diff_before, versions_compared
from .lineage import Step, history
from .proposing import Proposal, apply, propose
from .typed import Change, fixed, rows_of, set_cells, spelled_rows

__all__ = [
    "Change",
    "Diff",
    "Proposal",
    "Step",
    "apply",
    "diff",
    "diff_before",
    "fixed",
    "history",
    "propose",
    "rows_of",
    "set_cells",
    "spelled_rows",
    "versions_compared",
]
