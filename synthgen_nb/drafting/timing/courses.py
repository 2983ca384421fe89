"""What a table's rows go through, by its name alone: when each stage of their way is, which fates there are, how long
they last. So no date and no status changes what another one says. Knows no columns."""

from __future__ import annotations

import re
from itertools import accumulate

from msgspec import Struct

from ...specs import FATES, Late, Progress, Rhythmic, Span, Stage
from ..columns import YEAR
from ..meaning.names import words_of
from .lifecycles import LASTING

DAY_SECONDS = 86_400
# days of working time after the begin until which rows of the usual pace reach a stage, one after the other
_WAY = (
    ("created", 0.02), ("submitted", 0.3), ("assigned", 0.6), ("reviewed", 1.0), ("", 1.4), ("approved", 1.7),
    ("active", 2.0), ("paid", 2.4), ("started", 2.6), ("shipped", 3.0), ("delivered", 6), ("published", 8),
    ("resolved", 11), ("completed", 15), ("closed", 22), ("returned", 34), ("refunded", 42),
)  # fmt: skip
_NUMBERS = {name: number for number, (name, _) in enumerate(_WAY)}
_BOUNDS = (0, *(round(days * DAY_SECONDS) for _, days in _WAY))
_OUT = _NUMBERS[""]  # where a row leaves the way
# of 1,000 rows: those that leave the way, and those of which something becomes when they are old
_LEFT = {"cancelled": (0, 40), "failed": (40, 55), "expired": (55, 70), "rejected": (70, 100)}
_LATE = {"archived": (100, 180), "suspended": (180, 220), "terminated": (220, 330)}
_DELETED = (330, 350)
_BACK = {"returned": (350, 385), "refunded": (370, 385)}
# of 1,000 rows, those that come to a stage and never further, however old they are: what waits, what was forgotten
_STUCK = {
    "created": 6, "submitted": 4, "assigned": 6, "reviewed": 8, "approved": 6, "active": 4, "paid": 25,
    "started": 20, "shipped": 35, "delivered": 10, "published": 5, "resolved": 10,
}  # fmt: skip
_ENDS = (385, *accumulate((_STUCK.get(name, 0) for name, _ in _WAY), initial=385))[1:]
_LENT = re.compile(r"rental|loan|lend|borrow|checkout|circulation|hire|lease")
_LASTS = (
    ("session call job run shift appointment meeting lesson ride trip flight voyage sailing journey", 0.3),
    ("visit stay booking reserv exposure admission rental leave absence vacation", 14),
    ("contract employ subscription membership polic lease assignment salar title", 900),
)
_USUALLY = 60
_LATER = (300, round(3.3 * YEAR))  # days


class Course(Struct, frozen=True):
    """`lasting` rows go on for years, `lent` things come back; a row lasts `lasts` days, from its begin where it is
    `brief` and else from where it is started."""

    lasting: bool
    lent: bool
    lasts: float
    brief: bool

    def place(self, stage: str) -> Stage | Late:
        """Where a stage lies."""
        if (stage in _LEFT and not self.out) or (self.lasting and stage == "closed"):
            return Late(*_LEFT.get(stage, _LATE["terminated"]))
        if stage in _LATE or (self.lasting and stage == "ended"):
            return Late(*_LATE.get(stage, _LATE["terminated"]))
        if stage == "deleted":
            return Late(*_DELETED)
        stage = "completed" if stage == "ended" else stage
        number = _OUT if stage in _LEFT else _NUMBERS["completed" if self.lent and stage == "returned" else stage]
        if number == 0:
            return Stage(0, 0, 0)
        low, high = self._fates(stage)
        return Stage(
            number, _BOUNDS[number], _BOUNDS[number + 1], low, high, (_ENDS[0], _ENDS[number]) if self.stuck else (0, 0)
        )

    def _fates(self, stage: str) -> tuple[int, int]:
        if stage in _LEFT:
            return _LEFT[stage]
        if stage in _BACK and not self.lent:
            return _BACK[stage]
        if stage == "submitted":
            return 0, FATES
        return min(self.out, _LEFT["rejected"][0] if _NUMBERS[stage] < _OUT else self.out), FATES

    @property
    def out(self) -> int:
        """The fates below which a row leaves its way."""
        return 0 if self.lasting or self.lent else _LEFT["rejected"][1]

    @property
    def stuck(self) -> bool:
        """Whether some rows stay where they are: not what goes on for years, is given back or is over soon."""
        return not (self.lasting or self.brief)

    @property
    def end(self) -> Span:
        after = 0 if self.brief else _BOUNDS[_NUMBERS["started"] + 1]
        return Span("end", after, round(self.lasts * DAY_SECONDS))

    def progress(self, series: Rhythmic) -> Progress:
        end = self.end
        return Progress(
            series=series, way=_BOUNDS, stop=_OUT, out=self.out, late=(self.out, _DELETED[0]),
            end=(0, 0) if self.lasting else (end.after, end.within), days=_LATER[self.lasting],
            stuck=_ENDS if self.stuck else (),
        )  # fmt: skip


def course_of(table: str) -> Course:
    words = table.lower()
    lasts = next((days for names, days in _LASTS if any(name in words for name in names.split())), 0.0)
    lent = _LENT.search(words) is not None
    return Course(LASTING.search(words) is not None, lent, lasts or _USUALLY, bool(lasts) or lent)


def is_staff(table: str) -> bool:
    """Whether its rows are people who were hired."""
    return re.search(r"\b(employee|staff|worker|emp)s?\b", " ".join(words_of(table))) is not None
