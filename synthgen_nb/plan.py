"""The plan: which spec fills which column, for how many rows. Frozen data, JSON in and out; `check` holds it against
itself.

The same plan gives the same values for ever: everything that decides a value is in it (seed, as_of, distributions as
integer tables, the hash of the word pools).
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from .errors import PlanError
from .report import Finding
from .schema import Schema
from .specs import AnySource, AnySpec
from .specs.cities import PLACES_SHA256
from .specs.locales import LOCALES_SHA256
from .specs.pools import POOLS_SHA256
from .wishes import Wish

PLAN_VERSION = 1
NULL_SCALE = 1 << 16


class ColumnPlan(Struct, frozen=True, kw_only=True):
    """How one column is filled: `spec` read at the source `at` ("" draws at random, "row" is the row number), NULL in
    `nulls` of 65,536 rows. `nulls_of` names the source whose NULLs it shares: the columns of one key are NULL together.
    `meaning`, `group`, `rule` and `confidence` say what the column was taken for, and why."""

    spec: AnySpec
    at: str = ""
    nulls: int = 0
    nulls_of: str = ""
    meaning: str = "opaque"
    group: str = ""
    rule: str = ""
    confidence: float = 0.0


class Redraw(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Columns drawn together and again, by (row, attempt), until `sql` (in the schema's dialect, over `reads`) is not
    FALSE: for CHECKs that no construction serves. Never columns of a key; without columns it is only a condition that
    `check` tries on a few rows. `guesses` are specs for those columns of which chance alone hardly finds a value."""

    columns: tuple[str, ...]
    reads: tuple[str, ...]
    sql: str
    guesses: dict[str, AnySpec] = {}


class TablePlan(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`rows` is what the table gets of the `asked`; `capacity` (None: no limit found) and `why` explain fewer, or
    why so many were asked for."""

    rows: int
    asked: int
    columns: dict[str, ColumnPlan]
    sources: dict[str, AnySource] = {}
    redraws: tuple[Redraw, ...] = ()
    capacity: int | None = None
    why: str = ""


class Plan(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`as_of` is the day that counts as today (ISO date). `findings` are what drafting could not serve: a plan with
    broken ones is not run. `wishes` are all that were asked; those that could not be fulfilled are findings of the rule
    "wish"."""

    schema: Schema
    seed: int
    as_of: str
    tables: dict[str, TablePlan]
    findings: tuple[Finding, ...] = ()
    wishes: tuple[Wish, ...] = ()
    edges: float = 0  # the share of rows with edge cases
    pools: str = POOLS_SHA256
    locales: str = ""  # the hash of data/locales.parquet, where names and addresses come from it
    places: str = ""  # the hash of data/places.parquet, where cities come from it
    locale: str = ""  # where people and places are from, if somebody said so
    reachable: bool = False  # whether addresses and numbers may be somebody's
    version: int = PLAN_VERSION

    @property
    def not_done(self) -> tuple[Finding, ...]:
        """Wishes that the constraints leave no room for, or only in part, each with the reason in words."""
        return tuple(f for f in self.findings if f.rule == "wish")

    def to_json(self) -> str:
        return msgspec.json.format(msgspec.json.encode(self), indent=1).decode()


def plan_from_json(text: str | bytes) -> Plan:
    """PlanError with the place in the JSON if it is not a plan, or not one of this version of the word pools."""
    try:
        plan = msgspec.json.decode(text, type=Plan)
    except msgspec.MsgspecError as e:
        raise PlanError(f"this is not a plan: {e}", hint="start from `synthgen plan FILE --json`") from e
    if plan.version != PLAN_VERSION:
        raise PlanError(f"the plan is of version {plan.version}, this synthgen reads version {PLAN_VERSION}")
    known = (("", LOCALES_SHA256), ("", PLACES_SHA256))
    if plan.pools != POOLS_SHA256 or plan.locales not in known[0] or plan.places not in known[1]:
        raise PlanError("the plan was made with other word pools", hint="draft it again with this synthgen")
    return plan
