"""Which columns of a drafted table a wish may change, and how one is changed. What a key, a CHECK or an expression
decides is not free; the reason is told in words. Knows no kind of wish."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from msgspec import structs

from ...plan import ColumnPlan, TablePlan
from ...schema import Column, Kind
from ...specs import (
    LIFE,
    After,
    AnySpec,
    Begin,
    Elapsed,
    Expression,
    Flag,
    Floor,
    Joined,
    Life,
    Null,
    Part,
    Rhythmic,
    Since,
)
from ...wishes import Value
from ..conditions.reading import scalar_of
from ..domains import Domain, Scalar, units_of
from ..draft import Draft

NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.YEAR}
MOMENTS = {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}
_NAMEABLE = NUMBERS | MOMENTS | {Kind.TIME, Kind.BOOLEAN, Kind.TEXT, Kind.ENUM}
_EPOCH = dt.datetime(1970, 1, 1)
_LONGEST_NUMBER = 40  # characters: 1e999999999 is short and no number to compute with


def bound(draft: Draft, plan: TablePlan, name: str) -> str:
    """Why a column's values are not free; "" if they are."""
    column, spec, unit = draft.table.column(name), plan.columns[name].spec, draft.keys.owner[name]
    if column.generated is not None or name in draft.computed or isinstance(spec, Expression):
        return f"{name} is computed from other columns"
    if unit.key is not None:
        return f"{name} points to rows of {unit.key.table}"
    if draft.keys.claimed(unit):
        return f"{name} is in a key or a UNIQUE, which decides its values"
    if name in draft.chosen or not shared_freely(plan.columns[name].at):
        return f"the values of {name} follow from a key, a UNIQUE, a partition or a bank"
    if isinstance(spec, Null):
        return f"{name} can only be NULL"
    return ""


def of_person(at: str) -> bool:
    """Whether a column that reads this source is drawn freely, or as a field of a person."""
    return not at or at == "person" or at.startswith("person ")


def shared_freely(at: str) -> bool:
    """Whether a column that reads this source is no key's, and can be drawn anew."""
    return of_person(at) or at in ("place", "product", "file", "measure") or at.startswith("place ")


def follows(plan: TablePlan, name: str) -> str:
    """Why a free column can't be drawn by itself; "" if it can."""
    match plan.columns[name].spec:
        case After(column=before) | Since(floors=(Floor(column=before, table=""), *_)):
            return f"{name} is drawn from {before} on, which comes before it"
        case Since(when=state) if state:
            return f"{name} is there as {state} has it"
        case Since(floors=(Floor(column=before, table=table), *_)):
            return f"{name} is drawn from {before} of {table} on, to which the row belongs"
        case Since():
            return f"{name} is a moment in the life of its row"
        case Part(column=moment) | Elapsed(end=moment):
            return f"{name} repeats a part of {moment}"
        case Flag(column=state):
            return f"{name} says what {state} says"
    return ""


def begins(spec: AnySpec) -> bool:
    """Whether it tells when its row begins, and nothing else has a say in that."""
    return isinstance(spec, Since) and isinstance(spec.on, Begin) and not spec.needs


def life_of(plan: TablePlan) -> Rhythmic:
    """How the begins of a table's rows spread."""
    life = plan.sources[LIFE]
    assert isinstance(life, Life)
    return life.series


def with_life(plan: TablePlan, series: Rhythmic) -> TablePlan:
    """The table with other begins: all that follows in its rows goes with them. Parents of whose begin nothing tells
    leave them alone, and so do siblings."""
    life = plan.sources[LIFE]
    assert isinstance(life, Life)
    told = tuple(parent for parent in life.parents if parent.told)
    fresh = structs.replace(life, series=series, parents=told, along="", every=0, year=0)
    return structs.replace(plan, sources=plan.sources | {LIFE: fresh})


def decided_together(plan: TablePlan, name: str) -> str:
    """The conditions under which the column is drawn again, as SQL; "" if there are none."""
    return next((redraw.sql for redraw in plan.redraws if name in redraw.columns), "")


def beside(name: str, sql: str) -> str:
    """What is told of a wish that is fulfilled as far as such conditions leave it."""
    return f"CHECK {sql} decides on {name} too, so that some rows may differ" if sql else ""


def changed(plan: TablePlan, name: str, column: ColumnPlan) -> TablePlan:
    """The table with another plan for a column. Where a CHECK may have it drawn again, what it was drawn from so far is
    guessed too, so that a wish never takes the last value away that holds it."""
    before = plan.columns[name]
    plan = structs.replace(plan, columns=plan.columns | {name: column})
    return plan if column.spec == before.spec else guessing(plan, name, before.spec)


def guessing(plan: TablePlan, name: str, spec: AnySpec) -> TablePlan:
    """The table with a guess more for a column, where it is drawn again."""
    redraws = list(plan.redraws)
    for place, redraw in enumerate(redraws):
        if name in redraw.columns and not spec.needs:
            guesses = redraw.guesses | {name: _either(redraw.guesses.get(name), spec)}
            redraws[place] = structs.replace(redraw, guesses=guesses)
    return structs.replace(plan, redraws=tuple(redraws))


def _either(guess: AnySpec | None, spec: AnySpec) -> AnySpec:
    """What was guessed, and what was drawn: one Joined, for one inside of another would choose alike."""
    if guess is None or guess == spec:
        return spec
    parts = guess.parts if isinstance(guess, Joined) and not guess.weights else (guess,)
    others = spec.parts if isinstance(spec, Joined) and not spec.weights else (spec,)
    return Joined(parts=(*parts, *(other for other in others if other not in parts)))


def physical(column: Column, value: Value) -> Scalar | None:
    """A wished value as one of the column's; None if it can't be one."""
    if column.type.kind in NUMBERS and not sane(value):
        return None
    if column.type.kind in (Kind.TEXT, Kind.ENUM):
        return value if isinstance(value, str) else None if isinstance(value, bool) else str(value)
    return scalar_of(column, value)


def sane(value: Value) -> bool:
    """Whether it is a number of a size that columns have."""
    text = str(value)
    try:
        return len(text) <= _LONGEST_NUMBER and abs(Decimal(text).adjusted()) <= _LONGEST_NUMBER
    except (InvalidOperation, ValueError):
        return False


def unfit(column: Column, domain: Domain, value: Value) -> str:
    """Why the column can't hold a value; "" if it can."""
    if column.type.kind not in _NAMEABLE or domain.json or domain.path:
        return f"values of {column.name} ({column.type.sql}) can't be named one by one"
    scalar = physical(column, value)
    if scalar is None:
        return f"{value!r} is no value of {column.name} ({column.type.sql})"
    if domain.parts:
        return "" if any(not unfit(column, part, value) for part in domain.parts) else f"{value!r} is in no partition"
    if domain.values is not None and scalar not in domain.values:
        few = ", ".join(repr(v) for v in domain.values[:6])
        return f"{value!r} is none of the values of {column.name} ({few}{', ...' if len(domain.values) > 6 else ''})"
    if domain.meet(Domain(kind=domain.kind, values=(scalar,))).empty or scalar in domain.forbidden:
        return f"{value!r} is outside of what the type and the CHECKs of {column.name} allow"
    if isinstance(scalar, str):
        return _unfit_text(column.name, domain, scalar)
    return ""


def _unfit_text(name: str, domain: Domain, text: str) -> str:
    if not text.isprintable() or any(ord(c) > 0xFFFF for c in text):
        return f"{text!r} has characters that not every database keeps"
    if domain.ascii and not text.isascii():
        return f"{text!r} has letters that the character set of {name} lacks"
    if domain.form is not None and not re.search(domain.form.regex, text):
        return f"{text!r} has not the form that a CHECK of {name} asks for"
    if domain.case and text != getattr(text, domain.case)():
        return f"{text!r} is not in {domain.case} case, as a CHECK of {name} has it"
    return ""


def spelled(column: Column, value: Scalar) -> Value:
    """A physical value as a wish names it."""
    kind = column.type.kind
    if isinstance(value, str | bool):
        return value
    if kind == Kind.DATE:
        return (_EPOCH + dt.timedelta(days=value)).date().isoformat()
    if kind in MOMENTS:
        return (_EPOCH + dt.timedelta(microseconds=value)).isoformat(" ")
    if kind == Kind.TIME:
        return (_EPOCH + dt.timedelta(microseconds=value)).time().isoformat()
    exact = Decimal(value) / units_of(column.type)
    return int(exact) if exact == int(exact) else float(exact)
