"""What people agree on beforehand, so that it starts at a full quarter of an hour: lessons, opening hours. By names of
tables and columns alone."""

from __future__ import annotations

import re

from ...physical import MICROS
from .names import words_of

QUARTER = 15 * 60 * MICROS  # of an hour
_AGREED = re.compile(
    r"\b(appointments?|meetings?|lessons?|lectures?|seminars?|webinars?|workshops?|trainings?|consultations?|interviews?"
    r"|exams?|shifts?|rehearsals?|screenings?|showings?|class(es)?|class sessions?|(home|office|clinic|site) visits?)$"
)
_TIMES = re.compile(
    r"\b(start|begin|end|finish|open|close)(s|ing)?( (time|at|hours?))?$|^(from|until|to)( (time|hours?))?$"
)


def agreed(table: str) -> bool:
    """Whether people agree beforehand when its rows start."""
    return _AGREED.search(" ".join(words_of(table))) is not None


def of_schedule(column: str) -> bool:
    """Whether a time of day of that name is one of a schedule."""
    return _TIMES.search(" ".join(words_of(column))) is not None
