"""Values for the generator calls of an edit: by the plan or by a meaning, from the keys of rows."""

from .drawing import Draws, row_keys

__all__ = ["Draws", "row_keys"]
