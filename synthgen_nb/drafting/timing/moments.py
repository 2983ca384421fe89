"""What a date or a timestamp is in the life of its row: its birth, its beginning, a stage, an end, something to come.
Reads names and meanings; knows no domains and no specs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from ...ddl.expressions import row_time
from ...schema import Column, Kind, Table
from ..meaning import Meaning
from ..meaning.names import words_of
from .courses import course_of
from .lifecycles import Stage, stage_of

MOMENTS = {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}
Part = Literal["birth", "created", "start", "stage", "event", "end", "future", "updated", "deleted", "death", "own"]

_WHEN = re.compile(r"(^| )(timestamp|datetime|date time|time|date|day|at|on|when|utc|stamp)(?= |$)")
_FUTURE = re.compile(
    r"\b(due|expir\w*|deadline|scheduled|planned|expected|estimated|renew\w*|maturity|eta|promised|required|next|trial"
    r"|best before|until|valid to|valid thru|target|follow up|effective to)\b"
)
_DEATH = re.compile(r"\b(death|deceased|died)\b")
_LAST = re.compile(r"^last\b|\b(last (login|seen|visit|activity|access|used|sign in))\b")
_LEFT = re.compile(r"^(leave|leaving|exit|separation|resignation|checked out|discharge)$")
_ENDPOINT = re.compile(r"^((actual|scheduled) )?(?P<which>arrival|departure)s?$")
_TRAVEL = re.compile(
    r"\b(flights?|legs?|trips?|journeys?|voyages?|sailings?|crossings?|rides?|routes?|trains?|bus(es)?|ferr(y|ies)"
    r"|shipments?|deliver(y|ies)|transports?|consignments?|timetables?)\b"
)
_HIRED = re.compile(r"\b(hire|hired|employ\w*)\b")
_OWN = re.compile(
    r"\b(release|launch|premiere|effective|valid|founded|established|event|holiday|publication|manufactur\w*)\b"
)
_EXTREME = re.compile(r"^(first|last|latest|most recent|newest|recent|earliest|oldest)\b")
PROMPTLY = re.compile(r"\b(value|read|seen|acknowledg\w*|clearing|settlement|posting|respon\w*|answer\w*)\b")
_RECURRING = re.compile(r"\b(login|seen|activity|access)$")
_STARTED = re.compile(r"^(started|processed|begun)$")
_UPDATED = re.compile(r"\b(last )?(updat\w*|modif\w*|chang\w*|edited)\b")


class Moment(Struct, frozen=True):
    """One column. `words` are its name's without those that say that it is a date; `stage` is known of stages, ends
    and beginnings whose words say so."""

    column: str
    unit: Literal["day", "moment"]
    part: Part
    words: str
    stage: Stage | None
    waits: bool = False  # what is started then was there before


def moments_of(table: Table, meanings: Mapping[str, Meaning]) -> dict[str, Moment]:
    """The dates and timestamps of a table, in its order."""
    return {
        c.name: _moment(c, meanings[c.name], table)
        for c in table.columns
        if c.type.kind in MOMENTS and (c.generated is None or row_time(c))
    }


def _moment(column: Column, meaning: Meaning, table: Table) -> Moment:
    named = " ".join(words_of(column.name))
    words = _WHEN.sub(" ", named).strip()
    stage = stage_of(words)
    waits = _STARTED.search(words) is not None and not course_of(table.name).brief
    return Moment(column.name, unit_of(column), _part(named, words, meaning.group, stage, table), words, stage, waits)


def unit_of(column: Column) -> Literal["day", "moment"]:
    return "day" if column.type.kind is Kind.DATE else "moment"


def _part(named: str, words: str, group: str, stage: Stage | None, table: Table) -> Part:
    if endpoint := _ENDPOINT.search(words):  # guests leave after they came, travellers before
        leaves_first = _TRAVEL.search(" ".join(words_of(table.name))) is not None
        return "start" if (endpoint["which"] == "departure") == leaves_first else "end"
    if group == "birth_date":
        return "birth"
    if _DEATH.search(words):
        return "death"
    if group == "deleted_timestamp":
        return "deleted"
    if _FUTURE.search(words):
        return "stage" if stage is not None and stage.name == "expired" and words == "expired" else "future"
    if group == "updated_timestamp" or (_UPDATED.search(words) and not _LAST.search(words)):
        return "updated"
    if group == "created_timestamp":
        return "created"
    if _LAST.search(words) and words != "last":
        return "updated" if _UPDATED.search(words) else "event"
    if group in ("end_date", "end_timestamp"):
        return "end" if stage is None or stage.name in ("ended", "closed", "terminated") else "stage"
    if _HIRED.search(words) or words == "first":
        return "start"
    if _LEFT.search(words) or words == "last":
        return "end"
    if stage is not None:
        return "end" if stage.name == "ended" else "start" if stage.name == "started" else "stage"
    if _OWN.search(words):
        return "own"
    return "start" if group in ("start_date", "start_timestamp") else "event"


def anchor_of(moments: Mapping[str, Moment]) -> Moment | None:
    """With which the row begins, so far as it is known: when it was created, else its first event."""
    for parts, first in (
        (("created",), True),
        (("stage",), False),
        (("start",), True),
        (("event",), True),
        (("stage",), True),
    ):
        for moment in moments.values():
            begins = first or (moment.stage is not None and moment.stage.name == "created")
            if moment.part in parts and begins and not _EXTREME.search(moment.words):
                return moment
    return None


def begins(moment: Moment) -> bool:
    """Whether it tells of the begin of its row, by its name."""
    if _EXTREME.search(moment.words) or _RECURRING.search(moment.words):
        return False
    stage = moment.part == "stage" and moment.stage is not None and moment.stage.rank == 0
    event = moment.part == "event" and not PROMPTLY.search(moment.words)
    start = moment.part == "start" and not moment.waits
    return stage or event or start or moment.part == "created"


def begin_of(moments: Mapping[str, Moment]) -> Moment | None:
    """Before which nothing of the row, and nothing that belongs to it, can have been: its begin, or a birth."""
    told = anchor_of({name: moment for name, moment in moments.items() if begins(moment)})
    return told or next((m for m in moments.values() if m.part == "birth"), None)


def ages_of(table: str) -> tuple[int, int, int]:
    """(youngest, oldest, median) in years of the people in a table."""
    words = " ".join(words_of(table))
    for pattern, ages in (
        (r"\b(employee|staff|worker|teacher|doctor|nurse|instructor|agent|driver|personnel|emp|salesperson|operator"
         r"|technician|manager|payroll)s?\b", (18, 66, 40)),
        (r"\b(student|pupil|enrollment|learner)s?\b", (17, 34, 21)),
        (r"\b(child|children|kid)\b", (0, 17, 9)),
        (r"\b(patient|person|people|beneficiary|resident|citizen|insured|death)s?\b", (0, 95, 44)),
        (r"\b(actor|artist|author|director|musician|composer|writer)s?\b", (20, 85, 48)),
        (r"\b(player|athlete)s?\b", (17, 39, 25)),
        (r"\b(pet|animal|dog|cat|bird|cow|cattle|calf|sheep|goat|pig|puppy|puppies|kitten)s?\b", (0, 15, 4)),
        (r"\bhorses?\b", (0, 25, 8)),
    ):  # fmt: skip
        if re.search(pattern, words):
            return ages
    return 18, 90, 43
