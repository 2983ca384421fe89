"""What a generator call means for the column it is assigned to: a spec, and what it is read at. Knows plans, meanings
and how columns are drafted; draws nothing."""

from __future__ import annotations

from msgspec import Struct, structs

from ..ddl.expressions import row_checks
from ..drafting.columns import random_spec
from ..drafting.domains import Domain, units_of
from ..drafting.draft import Draft
from ..drafting.meaning import Meaning, is_for
from ..drafting.meaning.naming import locale_named, meaning_named
from ..drafting.preparing import prepared
from ..drafting.wished.granting import granted
from ..drafting.wished.origins import Origins
from ..errors import InputError, PlanError
from ..plan import ColumnPlan, Plan, TablePlan
from ..schema import Column, Kind, PrimaryKey, Schema, Table, Unique
from ..specs import (
    Among,
    AnySource,
    AnySpec,
    Branched,
    Digit,
    Drawn,
    Given,
    Inside,
    Key,
    Null,
    Permuted,
    Person,
    Product,
    Range,
    Shaped,
    Tally,
    Town,
)  # fmt: skip
from ..specs.folk import Folk
from ..specs.people import namesakes
from ..wishes import Locales, Share

PEOPLE = "person"  # the source that the columns of one person read
PLACES = "place"  # that of one place
_MEANINGS = "synthgen_nb/data/meanings.tsv lists them; synth() alone draws as the plan does"
_SPANS = {"person.age": (18, 90)}  # in years; of others the group says enough
_ROOM = 4  # times as many different values as there are rows, so that few have to be drawn again
_SAID = 8


class Index(Struct, frozen=True):
    """Where a spec is read: a random integer below `size`, the same for all columns that name one `source`. Of those
    that the plan permutes, or counts by the row, the first `used` stand for rows that exist."""

    source: str
    size: int
    used: int = 0
    permuted: bool = False


class Recipe(Struct, frozen=True):
    """How one column is drawn: `spec` at `index`, modulo `fold` where there is one; without an index at random. NULL in
    `nulls` of 65,536 rows, as `nulls_of` has it. `guesses` are for where chance alone finds nothing that its CHECKs
    allow. Of a place `town` tells the city, of the person at the index where it is one's."""

    spec: AnySpec
    index: Index | None = None
    fold: int = 0
    nulls: int = 0
    nulls_of: str = ""
    guesses: AnySpec | None = None
    town: Town | None = None


def planned(plan: Plan, table: str, column: str) -> Recipe:
    """As the plan has it. Raises InputError for a column that can't be drawn by itself."""
    drawn = plan.tables[table].columns.get(column)
    if drawn is None:
        raise InputError(f"{table}.{column}: the plan of this dataset does not say how it is drawn")
    if isinstance(drawn.spec, Key):  # no key of the schema: the plan has two tables agree for the sake of a third
        return planned(plan, drawn.spec.table, drawn.spec.column)
    if isinstance(drawn.spec, Tally):  # nothing points to a row before it is there; what does so later is counted then
        return Recipe(_untallied(drawn.spec))
    if isinstance(drawn.spec, Product):  # of any category: the parent's row is not known yet
        drawn = structs.replace(drawn, spec=structs.replace(drawn.spec, category=None))
    if isinstance(drawn.spec, Branched):  # at the top of the tree: nor is the row above
        drawn = structs.replace(drawn, spec=Given(values=drawn.spec.tops))
    guesses = next((r.guesses[column] for r in plan.tables[table].redraws if column in r.guesses), None)
    source = plan.tables[table].sources.get(drawn.at)
    if isinstance(source, Inside):
        told = f"{table}.{column} lies in the place of a row of {source.table}: only the plan's own rows know it"
        raise InputError(told, hint=f"synth('{drawn.meaning}') draws one from anywhere")
    if isinstance(source, Town):
        index, town = _index_of(source, plan.tables[table]), source
    else:
        index, town = _index(plan.tables[table], drawn), None
    return Recipe(drawn.spec, index, 0, drawn.nulls, drawn.nulls_of or column, guesses=guesses, town=town)


def _untallied(spec: Tally) -> AnySpec:
    if spec.empty is None:
        return Null()
    return Range(low=spec.empty, high=spec.empty, scale=spec.of.scale if spec.of is not None else 0)


def meant(plan: Plan, table: Table, column: Column, meaning: str, locale: str, rows: int) -> Recipe:
    """By the name of a meaning, for a table of about so many rows. Raises InputError for a meaning or a locale that is
    not known, and where the column can't hold such values."""
    meant_as = meaning_named(meaning, "named in an edit", _MEANINGS)
    spoken = locale_named(locale) if locale else ""
    place = f"{table.key}.{column.name}"
    if any(column.name in key.columns for key in table.foreign_keys):
        parent = next(key.table for key in table.foreign_keys if column.name in key.columns)
        raise InputError(f"{place} points to rows of {parent}", hint="synth() draws one of those")
    people = None if spoken else _people_of(plan.tables[table.key])
    unique = column.name in table.primary_key or any(column.name in u.columns or u.expressions for u in table.uniques)
    wanted = _ROOM * max(rows, 1) if unique else 1
    built = _drafted(plan, table, column, meant_as, spoken, wanted)
    spec = built.columns[column.name].spec
    if isinstance(spec, Person):
        return _of_people(spec, people, plan.tables[table.key], unique, rows)
    source = built.sources.get(built.columns[column.name].at)
    if isinstance(source, Town):
        return _of_places(spec, source, plan.tables[table.key], spoken, rows)
    return Recipe(_spanned(spec, meant_as, column), _index(built, built.columns[column.name]))


def _spanned(spec: AnySpec, meaning: Meaning, column: Column) -> AnySpec:
    """Within the span of the meaning, where the column leaves room for it."""
    if meaning.name not in _SPANS or not isinstance(spec, Shaped | Range):
        return spec
    one = units_of(column.type)
    low, high = (bound * one for bound in _SPANS[meaning.name])
    least, most = (spec.points[0], spec.points[-1]) if isinstance(spec, Shaped) else (spec.low, spec.high)
    inside = Range(low=max(low, least), high=min(high, most), step=one, scale=spec.scale)
    return inside if inside.size else spec


# --- as a table of this column alone would be drafted


def _drafted(plan: Plan, table: Table, column: Column, meaning: Meaning, locale: str, rows: int) -> TablePlan:
    schema = _alone(plan.schema, table, column, keys=rows > 1)
    origins = Origins(plan.locale, plan.reachable)
    meant = {(table.key, column.name): meaning}
    draft = prepared(schema, rows, plan.as_of, known=meant, origins=origins).drafts[table.key][0]
    _refuse_unfit(table, column, meaning, draft)
    wishes = (Locales(table=table.key, shares=(Share(locale, 100),)),) if locale else ()
    built, broken, refused = granted(draft, rows, None, "", wishes)
    if refused and rows > 1:  # a UNIQUE leaves no room for places: those that are there already are drawn again
        return _drafted(plan, table, column, meaning, locale, 1)
    if broken:
        raise InputError(f"{table.key}.{column.name}: {broken[0].text}", hint=broken[0].hint)
    if refused:
        raise _without_locale(table, column, meaning, refused[0].why)
    return built


def _alone(schema: Schema, table: Table, column: Column, *, keys: bool) -> Schema:
    """The column with what the table asks of it alone; with its keys, where its values are to be different."""
    checks = tuple(check for check in row_checks(schema, table) if set(check.columns) == {column.name})
    uniques = tuple(
        constraint
        for constraint in table.constraints
        if keys and isinstance(constraint, (PrimaryKey, Unique)) and constraint.columns in ((column.name,), ())
    )
    uniques = tuple(u for u in uniques if isinstance(u, PrimaryKey) or not (u.where or u.expressions))
    held = structs.replace(column, generated=None, identity=None, default=None, hint=None)
    alone = structs.replace(table, columns=(held,), constraints=(*checks, *uniques), rows=(), inherits=())
    alone = structs.replace(alone, partition_of=None, partition_bound=None)
    return structs.replace(schema, tables={table.key: alone}, notes=())


def _refuse_unfit(table: Table, column: Column, meaning: Meaning, draft: Draft) -> None:
    domain = draft.domains[column.name]
    place, kind = f"{table.key}.{column.name}", column.type.sql
    hint = "synth() draws what fits"
    labels = tuple(str(value) for value in domain.values or ()) if column.type.kind in (Kind.TEXT, Kind.ENUM) else ()
    if labels and not is_for(meaning.name, column.type, labels):
        few = ", ".join(map(repr, labels[:_SAID])) + (", ..." if len(labels) > _SAID else "")
        raise InputError(f"{place} holds only {few}: it can't be drawn by '{meaning.name}'", hint=hint)
    if not is_for(meaning.name, column.type) and not labels:
        raise InputError(f"{place} is {kind}: it can't be drawn by '{meaning.name}'", hint=hint)
    if column.type.kind != Kind.TEXT or labels:
        return
    code = Meaning("code_identifier", "code_identifier", "", 1.0)
    free = structs.replace(column, type=structs.replace(column.type, length=None))
    anything = Domain(kind=Kind.TEXT)
    try:
        is_code = random_spec(column, meaning, domain, draft.facts) == random_spec(column, code, domain, draft.facts)
    except PlanError as error:
        raise InputError(f"{place}: {error.message}", hint=error.hint or hint) from error
    was_code = random_spec(free, meaning, anything, draft.facts) == random_spec(free, code, anything, draft.facts)
    if is_code and not was_code:
        raise InputError(f"{place} ({kind}): its length or its CHECKs leave no room for '{meaning.name}'", hint=hint)


def _without_locale(table: Table, column: Column, meaning: Meaning, why: str) -> InputError:
    if "no columns of people or places" in why:
        why = f"'{meaning.name}' is the same in every locale"
        return InputError(f"{table.key}.{column.name}: {why}", hint="leave the locale out")
    return InputError(f"{table.key}.{column.name}: {why}")


# --- what a spec is read at


def _of_people(spec: Person, known: tuple[Folk, ...] | None, plan: TablePlan, unique: bool, rows: int) -> Recipe:
    """A person of the plan's own crowd, or of the locale's; the same for all the columns of a row."""
    source = plan.sources.get(PEOPLE)
    if known is not None and isinstance(source, Permuted):
        copies = max(c.spec.copies for c in plan.columns.values() if isinstance(c.spec, Person))
        return Recipe(_roomy(structs.replace(spec, folk=known, copies=copies)), _permuted(PEOPLE, source, plan))
    folk = _alike(spec.folk)
    size, once = _crowded(folk, rows), namesakes(1, folk)
    spec = _roomy(structs.replace(spec, folk=folk, copies=size // once if unique else 1))
    return Recipe(spec, Index(PEOPLE, size), fold=0 if unique else once)


def _of_places(spec: AnySpec, drafted: Town, plan: TablePlan, locale: str, rows: int) -> Recipe:
    """Where the table's people live; in the country of the locale, as people of that locale do."""
    source = plan.sources.get(PLACES)
    if locale:
        folk = _alike(drafted.folk)
        town = Town(folk=folk, of=PEOPLE, limits=drafted.limits)
        return Recipe(spec, Index(PEOPLE, _crowded(folk, rows)), town=town)
    town = structs.replace(source, limits=drafted.limits) if isinstance(source, Town) else drafted
    return Recipe(spec, _index_of(town, plan), town=town)


def _index_of(town: Town, plan: TablePlan) -> Index | None:
    """Whose place it is; None where it is nobody's."""
    source = plan.sources.get(town.of)
    return _permuted(town.of, source, plan) if isinstance(source, Permuted) else None


def _alike(folk: tuple[Folk, ...]) -> tuple[Folk, ...]:
    """One group with as many persons as it has pairs of names, whatever its weight."""
    return tuple(structs.replace(group, weight=1) for group in folk)


def _roomy(spec: Person) -> Person:
    try:
        spec.check_room()
    except PlanError as error:
        raise InputError(error.message, hint=error.hint) from error
    return spec


def _people_of(plan: TablePlan) -> tuple[Folk, ...] | None:
    """The groups that the table's people come from; None where it has none."""
    found = [c.spec.folk for c in plan.columns.values() if isinstance(c.spec, Person) and c.at == PEOPLE]
    return found[0] if found else None


def _crowded(folk: tuple[Folk, ...], rows: int) -> int:
    """How many persons are told apart, enough for a table of so many rows."""
    copies = 1
    while namesakes(copies, folk) < _ROOM * rows:
        copies *= 2
    return namesakes(copies, folk)


def _index(plan: TablePlan, column: ColumnPlan) -> Index | None:
    """None where the spec draws at random anyway."""
    if not column.at:
        return None
    source: AnySource | None = plan.sources.get(column.at)
    match source:
        case Permuted(of="row", present=None):
            return _permuted(column.at, source, plan)
        case Drawn():
            return Index(column.at, source.among)
        case Permuted(present=int(present)):
            return Index(column.at, max(present, 1))
        case Digit() if source.modulo:
            return Index(column.at, source.modulo)
        case Among():
            return Index(column.at, 2)
    size = column.spec.size
    if column.at == "row" and size:
        return Index("row", size, used=plan.rows if plan.rows < size else 0)
    return Index(column.at, size) if size else None


def _permuted(name: str, source: Permuted, plan: TablePlan) -> Index:
    return Index(name, source.size, used=plan.rows if plan.rows < source.size else 0, permuted=True)
