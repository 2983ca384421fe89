"""What a check found: a Report of Findings. Knows nothing of how they were found."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Verdict = Literal["holds", "broken", "unverified"]


class Finding(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One rule held against the data (or, for `check(plan)`, against the plan).

    `rule` is a short stable word: primary_key, foreign_key, not_null, check, unique, enum, length, range, exclude,
    capacity ... `text` says it in words; `failing` counts rows; `checked` counts the rows looked at; `sample` holds up
    to five failing rows; `sql` is a DuckDB query that shows them. `reason` is given where the verdict is "unverified".
    `hint` is the way out. `line` and `column` are the rule's place in the DDL, 0 if unknown."""

    verdict: Verdict
    rule: str
    table: str
    columns: tuple[str, ...] = ()
    text: str = ""
    failing: int = 0
    checked: int = 0
    sample: tuple[dict[str, Any], ...] = ()
    sql: str = ""
    reason: str = ""
    hint: str = ""
    line: int = 0
    column: int = 0


class Report(Struct, frozen=True, omit_defaults=True, kw_only=True):
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def broken(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.verdict == "broken")

    @property
    def unverified(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.verdict == "unverified")

    @property
    def clean(self) -> bool:
        """Zero broken AND zero unverified: what could not be evaluated is never called clean."""
        return not self.broken and not self.unverified

    def summary(self) -> dict[str, dict[str, int]]:
        """Per rule: how many hold, are broken, are unverified."""
        counts: dict[str, dict[str, int]] = {}
        for f in self.findings:
            counts.setdefault(f.rule, {"holds": 0, "broken": 0, "unverified": 0})[f.verdict] += 1
        return counts

    def line(self) -> str:
        """One line for people: '14 rules, 0 failing' and what could not be verified."""
        text = f"{len(self.findings)} rules, {len(self.broken)} failing"
        return text + (f", {len(self.unverified)} unverified" if self.unverified else "")
