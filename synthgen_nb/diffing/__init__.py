"""What differs between any two versions of a dataset, and what made each."""

from .comparing import Diff, diff, diff_before, versions_compared
from .lineage import Step, history

__all__ = ["Diff", "Step", "diff", "diff_before", "history", "versions_compared"]
