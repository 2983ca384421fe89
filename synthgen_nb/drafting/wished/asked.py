"""What a person typed for columns, in the command line, a plan file or a comment of the DDL, held against the schema
before anything is drafted: done, or refused with what would fit. One door for all of them.

A Spec is placed before anything else may decide on its column; where a UNIQUE decides it is read at the key's source.
A meaning counts as if the column were named so. Of what is typed for one column the last counts: a comment of the DDL,
then a plan file, then an option. A model's wishes come behind all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from ...dataset import near
from ...errors import DDLError, InputError, PlanError
from ...plan import ColumnPlan, TablePlan
from ...report import Finding
from ...schema import Column, Schema, Table
from ...specs import AnySpec, Either, Joined, Null, Parted, Person, Place
from ...specs.folk import Folk, limit_of, shortened
from ...wishes import Between, Filled, Nulls, Rhythm, Shares, Wish, Written
from ...wordings import Call, Wording, worded
from ..domains import Domain, Facts
from ..draft import Draft
from ..meaning import Meaning, is_for
from ..meaning.naming import locale_named, meaning_named
from ..people.persons import PEOPLE
from .catalogue import spec_of
from .freedom import bound
from .goals import Goal, takes
from .holding import outside, span

_MEANINGS = "a Spec as Choice(...), or a meaning as email; synthgen_nb/data/meanings.tsv lists them"
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_SETTINGS = {"nulls": "20% or 0.2", "locale": "de_DE", "domain": "example.org"}


class Asked(Struct, frozen=True):
    """What a person typed for one column, read: its meaning or a Spec, or neither; the share of its NULLs."""

    wish: Filled
    meaning: Meaning | None = None
    spec: AnySpec | None = None
    nulls: float | None = None
    host: str = ""  # of the e-mails of the row's person


def filled(schema: Schema, specs: Mapping[str, str], origin: str) -> tuple[Filled, ...]:
    """The wishes of texts by "table.column". Raises InputError for a column that is not there."""
    found = []
    for name, text in specs.items():
        table, column = _column_of(schema, name, origin)
        found.append(Filled(table=table, column=column, text=text, origin=origin))
    return tuple(found)


def _column_of(schema: Schema, name: str, origin: str) -> tuple[str, str]:
    where = f"{origin} {name}".strip()
    owner, dot, column = name.rpartition(".")
    if not dot:
        owners = [key for key, table in schema.tables.items() if name.lower() in map(str.lower, table.column_names)]
        if len(owners) != 1:
            known = [f"{key}.{name}" for key in owners[:3]]
            raise InputError(f"{where}: which table's?", hint=f"write {' or '.join(known) or 'TABLE.COLUMN'}")
        owner, column = owners[0], name
    tables = [key for key in schema.tables if owner.lower() in (key.lower(), key.rpartition(".")[2].lower())]
    if len(tables) != 1:
        hint = f"tables: {', '.join(list(schema.tables)[:12])}"
        raise InputError(f"{where}: there is no table {owner}{near(owner, schema.tables)}", hint=hint)
    names = schema.tables[tables[0]].column_names
    found = [own for own in names if own == column] or [own for own in names if own.lower() == column.lower()]
    if not found:
        told = f"{where}: {tables[0]} has no column {column}{near(column, names)}"
        raise InputError(told, hint=f"columns: {', '.join(names[:12])}")
    return tables[0], found[0]


def with_hints(schema: Schema, wishes: Sequence[Wish]) -> tuple[Wish, ...]:
    """The wishes, and before them the hints of the DDL for columns of which nothing else is typed. Of several texts for
    one column the last is kept."""
    last = {(wish.table, wish.column): wish for wish in wishes if isinstance(wish, Filled)}
    hints = {
        (key, column.name): Filled(
            table=key, column=column.name, text=column.hint.text, line=column.hint.place.line,
            place=column.hint.place.column, origin="@synth",
        )
        for key, table in schema.tables.items()
        for column in table.columns
        if column.hint is not None and not table.partition_of
    }  # fmt: skip
    return (*(hints | last).values(), *(wish for wish in wishes if not isinstance(wish, Filled)))


def typed_first(wishes: Sequence[Wish]) -> tuple[list[Wish], list[tuple[Wish, str, bool]]]:
    """The wishes without those that speak of a column for which a person typed something, and these with the reason."""
    typed = {(wish.table, wish.column) for wish in wishes if isinstance(wish, Filled)}
    kept: list[Wish] = []
    left: list[tuple[Wish, str, bool]] = []
    for wish in wishes:
        match wish:
            case Shares() | Between() | Rhythm() | Nulls() if (wish.table, wish.column) in typed:
                left.append((wish, f"what is typed for {wish.column} counts", False))
            case Written() if both := [name for name in wish.columns if (wish.table, name) in typed]:
                left.append((wish, f"what is typed for {', '.join(both)} counts", False))
            case _:
                kept.append(wish)
    return kept, left


def read(wish: Filled, table: Table, domain: Domain, facts: Facts) -> Asked:
    """Raises InputError with the place of what is no wording, or does not fit the column."""
    column = table.column(wish.column)
    try:
        wording = worded(wish.text)
        if why := _undecidable(table, column):
            raise InputError(why)
        return _fitted(wish, wording, Goal(column, domain, facts), table)
    except InputError as error:
        raise placed(wish, error) from None


def placed(wish: Filled, error: InputError) -> InputError:
    """The error with the column, and the place where it was typed."""
    told = f"{wish.table}.{wish.column} {error.message}" if error.message.startswith("takes ") else error.message
    if not told.startswith(f"{wish.table}."):
        told = f"{wish.table}.{wish.column}: {told}"
    if wish.line:
        return DDLError(f"{wish.origin} {told}", wish.line, wish.place, hint=error.hint)
    return InputError(f"{wish.origin} {told}".strip(), hint=error.hint)


def _undecidable(table: Table, column: Column) -> str:
    """Why nothing can be typed for a column; "" where it can."""
    if column.generated is not None:
        return f"{column.name} is computed"
    for key in table.foreign_keys:
        if column.name in key.columns:
            return f"{column.name} points to rows of {key.table}: its values are theirs"
    return ""


def _fitted(wish: Filled, wording: Wording, goal: Goal, table: Table) -> Asked:
    settings = dict(wording.settings)
    nulls = _share(settings.pop("nulls")) if "nulls" in settings else None
    if nulls and not goal.domain.nullable:
        raise InputError(f"{goal.column.name} is NOT NULL", hint="leave nulls out")
    meaning = None
    if wording.meaning:
        meaning = meaning_named(wording.meaning, f"named in {wish.origin or 'specs'}", _MEANINGS)
        labels = tuple(str(value) for value in goal.domain.values or ())
        if not is_for(meaning.name, goal.column.type, labels):
            raise InputError(takes(goal), hint=f"'{meaning.name}' is for other types")
    known = ("nulls",) if meaning is None else ("nulls", "locale", "domain")
    for name in settings:
        if name not in known:
            raise InputError(f"there is no setting {name}{near(name, known)}", hint=_examples(known))
    host = settings.pop("domain", "")
    if host and (meaning is None or meaning.group != "email" or not _HOST.fullmatch(host)):
        raise InputError(f"domain={host} is no host of an e-mail", hint="email domain=example.org")
    spec = _spec(wording.call, meaning, settings, host, goal)
    if spec is not None and (why := outside(spec, goal)):
        raise InputError(why)
    if meaning is None and spec is None and nulls is None:
        raise InputError("nothing is said", hint=_MEANINGS)
    return Asked(wish, meaning, spec, nulls, host if spec is None else "")


def _examples(known: Sequence[str]) -> str:
    return ", ".join(f"{name}={_SETTINGS[name]}" for name in known)


def _share(text: str) -> float:
    """In percent."""
    try:
        percent = float(text.removesuffix("%")) * (1 if text.endswith("%") else 100)
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise InputError(f"nulls={text} is no share", hint="20% or 0.2")
    return percent


def _spec(
    call: Call | None, meaning: Meaning | None, settings: Mapping[str, str], host: str, goal: Goal
) -> AnySpec | None:
    """What the Spec or the meaning's locale comes to; None where the meaning alone decides."""
    if call is not None:
        return spec_of(call, goal)
    if meaning is None or not settings:
        return None
    folk = (Folk(weight=1, locale=locale_named(settings["locale"])),)
    field = PEOPLE.get(meaning.group)
    if field is not None:
        person = Person(field=field, longest=goal.domain.longest, ascii=goal.domain.ascii, folk=folk, host=host)
        person.check_room()
        return person
    call = Call("Place", (meaning.group,), {"locale": settings["locale"]})
    try:
        return spec_of(call, goal)
    except InputError:
        raise InputError(f"'{meaning.name}' is the same in every locale", hint="leave locale out") from None


# --- where it goes


def narrowed(domain: Domain, asked: Asked, column: Column, facts: Facts) -> Domain:
    """The domain within the ends of what is typed, so that whatever follows the column follows them."""
    if isinstance(asked.spec, Null):
        return structs.replace(domain, always_null=True)
    ends = span(asked.spec, Goal(column, domain, facts)) if asked.spec is not None else None
    if ends is None or not domain.ordered or domain.values is not None:
        return domain
    return domain.meet(Domain(kind=domain.kind, low=ends[0], high=ends[1]))


def place_asked(draft: Draft) -> None:
    """The columns that a person decides on and no key does, before others may."""
    for name, asked in draft.asked.items():
        free = name not in draft.placed and name not in draft.chosen and name not in draft.computed
        if (
            asked.spec is not None
            and not isinstance(asked.spec, Null)
            and free
            and not draft.keys.claimed(draft.keys.owner[name])
        ):
            draft.placed[name] = (asked.spec, "")


def place_hosts(draft: Draft) -> None:
    """E-mails of the people that are placed by now get the host that a person named."""
    for name, asked in draft.asked.items():
        if not asked.host:
            continue
        spec, at = draft.placed.get(name, (None, ""))
        if not isinstance(spec, Person):
            raise placed(asked.wish, InputError("its domain has no room here, or other rules decide on it"))
        made = structs.replace(spec, host=asked.host, company="")
        if made.patterns:
            made = structs.replace(made, patterns=made.fitting_patterns())
        try:
            made.check_room()
        except PlanError as error:
            raise placed(asked.wish, error) from None
        draft.placed[name] = (made, at)


def distinct(asked: Asked, wanted: int) -> AnySpec | None:
    """The spec for a column that a UNIQUE decides; with as many people of one name as it takes."""
    spec = asked.spec
    if isinstance(spec, Person) and 0 < spec.size < wanted:
        return structs.replace(spec, copies=-(-wanted // spec.size))
    return spec if spec is not None and spec.size else None


def require(draft: Draft, plan: TablePlan, found: Sequence[Finding]) -> None:
    """Raises InputError where a column does not hold what was typed for it."""
    if any(finding.verdict == "broken" for finding in found):
        return  # that is told first
    for name, asked in draft.asked.items():
        if asked.spec is None or _carries(plan.columns[name], asked):
            continue
        why = bound(draft, plan, name) or f"other rules of {draft.table.key} decide on {name}"
        if draft.keys.claimed(draft.keys.owner[name]) and not asked.spec.size:
            why = f"no two rows may share {name}"
        hint = "there Range(...), Pattern(...), Person(...) or Uuid() gives each row a value of its own"
        raise placed(asked.wish, InputError(why, hint=hint if draft.keys.claimed(draft.keys.owner[name]) else ""))


def _carries(column: ColumnPlan, asked: Asked) -> bool:
    return any(_alike(spec, asked.spec) for spec in _parts(column.spec))


def _alike(spec: AnySpec, asked: AnySpec | None) -> bool:
    """The same but for what a UNIQUE changes of it."""
    if isinstance(spec, Person) and isinstance(asked, Person):
        return spec.field == asked.field and spec.folk == shortened(asked.folk, limit_of(spec.folk))
    if isinstance(spec, Place) and isinstance(asked, Place):
        return spec.field == asked.field
    return spec == asked


def _parts(spec: AnySpec) -> list[AnySpec]:
    match spec:
        case Joined() | Parted():
            return [inner for part in spec.parts for inner in _parts(part)]
        case Either():
            return [*_parts(spec.first), *_parts(spec.second)]
    return [spec]
