"""Why an edit is refused: the rules that it would break, in words."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..errors import RefusedEdit
from ..report import Finding, Report


def worse(before: Report, after: Report) -> list[Finding]:
    """Rules that fail in more rows than before: data that was broken can be mended step by step."""
    known = {_name(finding): finding.failing for finding in before.findings}
    return [finding for finding in after.broken if finding.failing > known.get(_name(finding), 0)]


def refusal(problems: Sequence[Finding]) -> RefusedEdit:
    """The error of an edit that these rules stand against."""
    first = problems[0]
    rows = f"{first.failing:,} row{'' if first.failing == 1 else 's'}"
    more = f", and {len(problems) - 1} more rules" if len(problems) > 1 else ""
    return RefusedEdit(
        f"{first.table}: {first.text} would not hold in {rows}{more}",
        hint="change the edit, or let it cascade to other tables or mend what breaks (--cascade, --mend)",
        details={"findings": [msgspec.to_builtins(finding) for finding in problems]},
    )


def _name(finding: Finding) -> tuple[str, str, tuple[str, ...], str]:
    return finding.table, finding.rule, finding.columns, finding.text
