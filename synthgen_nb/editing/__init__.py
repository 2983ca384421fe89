"""Tables changed: each edit is a new version whose parent is the old one, checked before it is there."""

from .explaining import Problem
from .proposing import Proposal, apply, propose
from .typed import Change, fixed, rows_of, set_cells, spelled_rows

__all__ = [
    "Change",
    "Problem",
    "Proposal",
    "apply",
    "fixed",
    "propose",
    "rows_of",
    "set_cells",
    "spelled_rows",
]
