"""Stages that things go through: what the labels of a status and the names of dates say of them, and which stages a
status has reached. Knows no columns and no specs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from ..meaning.matching import holding

# the way of most things, in its order; what stands on one line is one place on it
_WAY = (
    ("created", r"new|creat\w*|pending|draft\w*|open|opened|placed|order|ordered|queued|todo|to do|request\w*|unpaid"
                r"|waiting|book\w*|initiat\w*|regist\w*|invited|backlog|rental|rented|reserved|applied|planned"
                r"|overdue|past due"),
    ("submitted", r"submi\w*|lodged|filed"),
    ("assigned", r"assign\w*|triaged|acknowledged|claimed"),
    ("reviewed", r"review\w*|in review|under review"),
    ("approved", r"approv\w*|confirm\w*|accept\w*|verif\w*|validated|signed"),
    ("active", r"activat\w*|active|enabled|enrol\w*"),
    ("paid", r"paid|payment|captured|funded|prepaid"),
    ("started", r"start\w*|in progress|process\w*|running|prepar\w*|packed|ready|begun|ongoing|admitted|checked in"),
    ("shipped", r"ship\w*|dispatch\w*|in transit|transit|out for delivery|sent|mailed|picked"),
    ("delivered", r"deliver\w*|arrived|picked up|received|receipt|collected"),
    ("published", r"publish\w*|live|released"),
    ("resolved", r"resolv\w*|fixed|solved|answered"),
    ("completed", r"complet\w*|done|succe\w*|fulfilled|settled|graduated|passed|processed"),
    ("closed", r"clos\w*"),
    ("returned", r"return\w*"),
    ("refunded", r"refund\w*|reimburs\w*"),
)  # fmt: skip
# ways out of it: the stages that were reached before, beside the first
_OUT = (
    ("cancelled", r"cancel\w*|void\w*|abort\w*|withdrawn|no show", ("submitted",)),
    ("rejected", r"reject\w*|declin\w*|denied|refused", ("submitted", "assigned", "reviewed")),
    ("failed", r"fail\w*|error\w*|bounced|crashed", ("submitted", "started")),
    ("expired", r"expir\w*|lapsed", ("submitted",)),
    ("archived", r"archiv\w*", ("submitted", "reviewed", "approved", "published", "resolved", "completed")),
    ("suspended", r"suspend\w*|inactive|block\w*|banned|lock\w*|disabled|deactivat\w*|paused|on leave|frozen|freez\w*",
     ("submitted", "approved", "active", "started")),
    ("terminated", r"terminat\w*|resign\w*|retired|left|dismissed|discharged|checked out",
     ("submitted", "approved", "active", "started")),
    ("deleted", r"delet\w*|removed|purged", ("submitted",)),
)  # fmt: skip
_ENDED = re.compile(r"\b(end|ended|finish\w*|stop\w*|exit\w*)\b")
_FINAL = {"completed", "closed", "returned", "refunded", "resolved", "terminated", *(name for name, _, _ in _OUT)}
_RANK = {name: rank for rank, (name, _) in enumerate(_WAY)}
_STAGES = [(name, rf"\b({words})\b") for name, words in (*((n, w) for n, w, _ in _OUT), *reversed(_WAY))]
_NOT_YET = re.compile(r"^(not|un|non|awaiting|to be) |^part\w* paid$")

# tables whose rows go on for years
LASTING = re.compile(
    r"account|customer|client|user|member|subscri|contract|employee|staff|tenant|vendor|supplier|store|branch|polic"
    r"|license|device|vehicle|person|people|patient|student|teacher|product|company|organi"
)


class Stage(Struct, frozen=True):
    """`rank` is its place on the way, None for a way out."""

    name: str
    rank: int | None


def stage_of(words: str) -> Stage | None:
    """The stage that a label or a column's name, in words, speaks of."""
    if _NOT_YET.search(words):
        return Stage("created", 0)
    if _ENDED.search(words):
        return Stage("ended", None)
    return next((Stage(name, _RANK.get(name)) for name, found in _STAGES if holding(found)(words)), None)


def stages_of(labels: Sequence[str]) -> list[Stage] | None:
    """The stage of each label; of one that is not known that of the one before. None where most are not known."""
    found = [stage_of(" ".join(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", t).lower()))) for t in labels]
    if len(labels) < 2 or sum(stage is not None for stage in found) * 2 <= len(labels):
        return None
    stages: list[Stage] = []
    for stage in found:
        stages.append(stage or (stages[-1] if stages else Stage("created", 0)))
    names = {stage.name for stage, label in zip(stages, labels, strict=True) if label.lower() != "sent"}
    if "paid" in names and not names & {"shipped", "delivered"}:  # a bill is sent before it is paid
        sent = Stage("submitted", _RANK["submitted"])
        stages = [sent if label.lower() == "sent" else stage for label, stage in zip(labels, stages, strict=True)]
    return stages


def reached(stage: Stage, stages: Sequence[Stage]) -> tuple[int, ...]:
    """Which of a status's labels, by their `stages`, have reached a stage."""
    names = {each.name for each in stages}
    if stage.name in ("ended", "closed", "completed", "resolved") and stage.name not in names:
        last = max((each.rank or 0 for each in stages if each.name not in ("returned", "refunded")), default=0)
        ends = {s.name for s in stages if s.name in _FINAL or (s.rank == last and s.name not in ("created", "active"))}
        if stage.name == "completed":
            ends -= {name for name, _, _ in _OUT}
        return tuple(place for place, each in enumerate(stages) if each.name in ends)
    return tuple(place for place, each in enumerate(stages) if _has_reached(each, stage))


def _has_reached(here: Stage, stage: Stage) -> bool:
    if here.name == stage.name or stage.name == "created":
        return True
    if here.rank is not None:
        return stage.rank is not None and stage.rank <= here.rank
    return any(stage.name in before for name, _, before in _OUT if name == here.name)
