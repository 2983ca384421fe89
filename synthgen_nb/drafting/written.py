"""Values that a model has written, as columns of a plan."""

from __future__ import annotations

from ..plan import TablePlan
from ..wishes import Written
from .draft import Draft


def grant_written(draft: Draft, plan: TablePlan, wish: Written) -> tuple[TablePlan, str]:
    """The table with the values of a bank in these columns, and why not, or not wholly."""
    return plan, "no values are written yet"
