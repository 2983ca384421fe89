"""Tables changed: each edit is a new version whose parent is the old one, checked before it is there."""

from .diffing import Diff, diff, diff_before
from .typed import Change, fixed, rows_of, set_cells, spelled_rows

__all__ = ["Change", "Diff", "diff", "diff_before", "fixed", "rows_of", "set_cells", "spelled_rows"]
