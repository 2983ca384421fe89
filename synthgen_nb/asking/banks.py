"""Banks: a model writes values for one column, or rows for several that belong together, once. The engine multiplies
them; no row of a table ever waits for a model.

A bank is written in batches, each a function of the order, of its number and of what the batches before it found: so
one that was interrupted goes on with the next batch, and equals one written in one go. Each batch lies in the store as
it is done, and the whole bank at last: the same order is never asked twice.
"""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

from ..drafting.conditions.computed import with_types
from ..drafting.domains import units_of
from ..drafting.keying.grounds import read_table
from ..drafting.meaning import meaning_of
from ..drafting.preparing import prepared
from ..drafting.wished.fitting import TWICE, Ground, fitting, ground_of, unique_keys, unwritable
from ..drafting.wished.freedom import NUMBERS
from ..drafting.words.written import plain
from ..errors import InputError
from ..leases import acquire
from ..llm.base import Ask, JsonSchema, Model, Prompt, Sampling, Tick, silent
from ..llm.shapes import most_tokens
from ..plan import Plan
from ..reserved import reserved
from ..rows import key_of
from ..schema import Kind
from ..store import Store
from ..wishes import Written
from .bankfiles import Row, bank_path, batch_name, clear, home, load, save
from .bankprompts import LEVELS, hints_text, own, shared
from .rowshapes import SHORT, WIDENED, RowShape, rows_of

USUAL = Sampling()
WARMEST = 1.4  # how far novelty control may go where nobody said otherwise
MOST = 5_000  # rows of a bank
MOST_WORDS = 2_000  # characters of what is wanted
_STEP = 0.1  # by which it warms
_NEW = 30  # of 100 rows that are asked for, below which a batch counts as poor
_ASKS = 32  # of a batch
_FEWEST = 4
_LISTED = 5  # short values that one prompt asks for: the model sees those it has just written
_PROSE = {"free_text", "comment", "note", "config_value"}
_FORMAT = 1


class Counts(Struct, frozen=True, kw_only=True):
    """Rows that were asked for, and what became of those that are not in the bank. `redacted` are texts in it of which
    something was replaced."""

    asked: int = 0
    duplicates: int = 0
    cut: int = 0
    invalid: int = 0
    redacted: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


class Bank(Struct, frozen=True, kw_only=True):
    """What a model wrote, and all that decided it. `temperatures` has one for each batch; `dry` tells that new rows had
    become too rare to go on."""

    wish: Written
    prompt: Prompt
    model: str
    commit: str
    seed: int
    sampling: Sampling
    ceiling: float
    fingerprint: str
    temperatures: tuple[float, ...] = ()
    counts: Counts = Counts()
    dry: bool = False

    @property
    def values(self) -> tuple[Row, ...]:
        return self.wish.values  # type: ignore[return-value]

    @property
    def ended(self) -> str:
        """ "complete", or at how many rows it ran dry."""
        return f"dry at {len(self.values)}" if self.dry else "complete"


class _Batch(Struct, frozen=True, kw_only=True):
    temperature: float
    level: int
    counts: Counts


class _Order(Struct, frozen=True):
    """All that decides a bank but the model's own words."""

    ground: Ground
    shape: RowShape
    prompt: Prompt
    many: int
    sampling: Sampling
    ceiling: float
    seed: int
    fingerprint: str


def write_bank(
    plan: Plan,
    wish: Written,
    model: Model,
    store: Store,
    *,
    sampling: Sampling = USUAL,
    ceiling: float = WARMEST,
    seed: int = 0,
    tick: Tick = silent,
) -> Bank:
    """The bank that `wish` asks for, for `draft_plan(..., wishes=(bank.wish,))`; read from the store where it is there.
    Where few rows are new, the temperature rises from `sampling`'s up to `ceiling`, never above it (an explicit one is
    both), and the hints multiply. Raises InputError for columns that can't be written, ModelError, StoreError where
    another process writes it, and Interrupted out of `tick`: then the batches that are done are kept."""
    order = _order(plan, wish, model, sampling, ceiling, seed)
    folder = home(store, order.fingerprint)
    if (bank := _read(folder, wish)) is not None:
        return bank
    with acquire(folder):
        bank = _read(folder, wish) or _written(order, wish, model, folder, tick)
        clear(folder)
    return bank


def _order(plan: Plan, wish: Written, model: Model, sampling: Sampling, ceiling: float, seed: int) -> _Order:
    ground = _checked(plan, wish)
    table = ground.table
    groups = {name: meaning_of(plan.schema, table, table.column(name)).group for name in wish.columns}
    shape = RowShape(table, wish.columns, ground.domains, frozenset(n for n, g in groups.items() if g in _PROSE), 1)
    if len(wish.columns) == 1 and shape.limit(wish.columns[0]) <= SHORT:
        shape = structs.replace(shape, each=_LISTED)
    prompt = shared(shape, wish.prompt)
    types = [table.column(name).type for name in wish.columns]
    shapes = [shape.at(attempt) for attempt in range(len(WIDENED))]
    sampling = structs.replace(sampling, temperature=min(sampling.temperature, ceiling))
    decided = (_FORMAT, prompt, hints_text(), types, shapes, model.commit, seed, sampling, ceiling, wish.many)
    fingerprint = hashlib.sha256(msgspec.json.encode(decided)).hexdigest()[:32]
    return _Order(ground, shape, prompt, wish.many, sampling, ceiling, seed, fingerprint)


def _checked(plan: Plan, wish: Written) -> Ground:
    schema = with_types(plan.schema)
    table = schema.tables.get(wish.table)
    if table is None:
        raise InputError(f"there is no table '{wish.table}'", hint=f"tables: {', '.join(list(schema.tables)[:12])}")
    if table.key not in plan.tables:
        raise InputError(f"{wish.table} has no rows of its own", hint=f"its rows are those of {table.partition_of}")
    if not wish.columns or len(set(wish.columns)) < len(wish.columns):
        raise InputError(f"a bank for {wish.table} needs columns, each once")
    if unknown := [name for name in wish.columns if name not in table.column_names]:
        raise InputError(f"{wish.table} has no column '{unknown[0]}'", hint=f"columns: {', '.join(table.column_names)}")
    refused = [unwritable(table.column(name), table, schema.dialect) for name in wish.columns]
    if why := next(filter(None, refused), ""):
        raise InputError(f"no bank can be written for {wish.table}: {why}", hint="leave that column out")
    if not 1 <= wish.many <= MOST:
        raise InputError(f"a bank of {wish.many:,} rows can't be written", hint=f"1 to {MOST:,}; the engine multiplies")
    if len(wish.prompt) > MOST_WORDS:
        raise InputError(f"{len(wish.prompt):,} characters say what is wanted", hint=f"at most {MOST_WORDS:,}")
    draft = prepared(schema, {key: one.asked for key, one in plan.tables.items()}, plan.as_of).drafts[table.key][0]
    ground = ground_of(schema, table, read_table(schema, table), draft.domains, draft.facts)
    if empty := [name for name in wish.columns if ground.domains[name].empty or ground.domains[name].always_null]:
        raise InputError(f"no bank can be written for {wish.table}: no value of {empty[0]} can hold its CHECKs")
    return ground


def _read(folder: Path, wish: Written) -> Bank | None:
    found = load(bank_path(folder))
    if found is None:
        return None
    rows, told = found
    bank = msgspec.json.decode(told, type=Bank)
    return structs.replace(bank, wish=structs.replace(wish, values=rows))


def _written(order: _Order, wish: Written, model: Model, folder: Path, tick: Tick) -> Bank:
    rows: list[Row] = []
    seen: set[Any] = set()
    temperature, level, dry = order.sampling.temperature, 0, False
    done: list[_Batch] = []
    while len(rows) < order.many and not dry:
        path = folder / batch_name(len(done))
        found = load(path)
        if found is None:
            fresh, batch = _batch(order, len(done), len(rows), seen, temperature, level, model, tick)
            save(path, wish.columns, fresh, msgspec.json.encode(batch))
        else:
            fresh, batch = list(found[0]), msgspec.json.decode(found[1], type=_Batch)
        rows += fresh
        seen.update(key for row in fresh for key in _keys(order, row))
        done.append(batch)
        if len(fresh) * 100 < _NEW * batch.counts.asked:
            dry = temperature >= order.ceiling and level + 1 >= LEVELS
            temperature = min(order.ceiling, round(temperature + _STEP, 2))
            level = min(level + 1, LEVELS - 1)
    counts = Counts()
    for batch in done:
        counts = counts.plus(batch.counts)
    bank = Bank(
        wish=structs.replace(wish, values=()), prompt=order.prompt, model=model.name, commit=model.commit,
        seed=order.seed, sampling=order.sampling, ceiling=order.ceiling, fingerprint=order.fingerprint,
        temperatures=tuple(batch.temperature for batch in done), counts=counts, dry=len(rows) < order.many,
    )  # fmt: skip
    kept = tuple(rows[: order.many])
    save(bank_path(folder), wish.columns, kept, msgspec.json.encode(bank))
    return structs.replace(bank, wish=structs.replace(wish, values=kept))


def _batch(
    order: _Order,
    number: int,
    have: int,
    seen: set[Any],
    temperature: float,
    level: int,
    model: Model,
    tick: Tick,
) -> tuple[list[Row], _Batch]:
    """The rows of batch `number` that are new, and what became of the others."""
    shape = order.shape
    count = max(_FEWEST, min(_ASKS, -(-(order.many - have) * 5 // (4 * shape.each))))
    written, cut, invalid = _replies(order, number, count, structs.replace(order.sampling, temperature=temperature),
                                     level, model, tick)  # fmt: skip
    tidied = [_tidied(order, row) for row in written]
    fitted = fitting(order.ground, shape.columns, [row for row, _ in tidied])
    twice = fitted.left_out.get(TWICE, 0)
    invalid += len(written) - len(fitted.rows) - twice
    fresh: list[Row] = []
    redacted, known = 0, set(seen)
    for place in fitted.places:
        row, replaced = tidied[place]
        keys = _keys(order, row)
        if keys & known:
            continue
        known |= keys
        fresh.append(row)
        redacted += replaced
    asked = count * shape.each
    duplicates = twice + len(fitted.rows) - len(fresh)
    told = Counts(asked=asked, duplicates=duplicates, cut=cut, invalid=invalid, redacted=redacted)
    return fresh, _Batch(temperature=temperature, level=level, counts=told)


def _replies(
    order: _Order, number: int, count: int, sampling: Sampling, level: int, model: Model, tick: Tick
) -> tuple[list[Row], int, int]:
    """(rows, rows that were cut, rows that were none). A reply with something cut in it is asked for again with more
    room, where there is more."""
    rows: dict[int, list[Row]] = {}
    cut = invalid = 0
    places = list(range(count))
    for attempt in range(len(WIDENED)):
        asks = [_ask(order, number, place, attempt, sampling, level, model) for place in places]
        again = []
        for place, reply in zip(places, model.complete(asks, tick) if asks else (), strict=True):
            rows[place], was_cut, was_none = rows_of(order.shape, attempt, reply)
            cut, invalid = cut + was_cut, invalid + was_none
            if was_cut and (reply.cut or order.shape.grows(attempt)):
                again.append(place)
        places = again
    return [row for place in sorted(rows) for row in rows[place]], cut, invalid


def _ask(order: _Order, number: int, place: int, attempt: int, sampling: Sampling, level: int, model: Model) -> Ask:
    shape = order.shape.at(attempt)
    seed = key_of(order.seed, order.fingerprint, str(number), str(place), str(attempt)) >> 1
    prompt = structs.replace(order.prompt, own=own(order.shape, level, number * _ASKS + place, order.seed))
    return Ask(prompt=prompt, shape=shape, seed=seed, sampling=sampling, most=_room(order, shape, attempt, model))


def _room(order: _Order, shape: JsonSchema, attempt: int, model: Model) -> int:
    """Tokens for an answer: half a token for each character is plenty in most languages; all that the shape may take,
    where that was too few."""
    whole = most_tokens(shape, model)
    usual = order.shape.each * (16 + order.shape.characters(attempt) // 2 + 4 * len(order.shape.columns))
    return whole if attempt else min(whole, usual)


def _tidied(order: _Order, row: Row) -> tuple[Row, bool]:
    """The row as it is kept: one space between words, the case that a CHECK asks for, nothing that is somebody's."""
    values: list[str | int | float | bool] = []
    replaced = 0
    for name, value in zip(order.shape.columns, row, strict=True):
        domain = order.ground.domains[name]
        if isinstance(value, str) and domain.kind == Kind.TEXT and domain.values is None:
            value, count = reserved(" ".join(unicodedata.normalize("NFC", value).split()))
            value = getattr(value, domain.case)() if domain.case else value
            value = "" if _says_nothing(order, name, value) else value  # which fits nowhere
            replaced += count
        if domain.kind in NUMBERS:  # JSON has one kind of numbers, a file's column too, but another
            value = int(value) if units_of(order.ground.table.column(name).type) == 1 else float(value)
        values.append(value)
    return tuple(values), replaced > 0


def _says_nothing(order: _Order, column: str, text: str) -> bool:
    """Marks alone, or the column's or its table's own name: what a small model writes that has nothing to say."""
    named = {plain(name.replace("_", " ")) for name in (column, order.ground.table.name)}
    return not any(c.isalnum() for c in text) or plain(text.replace("_", " ").strip(" .,:;")) in named


def _keys(order: _Order, row: Row) -> set[Any]:
    """What no two rows of a bank may share: their texts together, and each value of a UNIQUE."""
    ground, columns = order.ground, order.shape.columns
    free = [n for n in columns if ground.domains[n].kind == Kind.TEXT and ground.domains[n].values is None]
    named = dict(zip(columns, row, strict=True))
    texts = tuple(plain(str(named[n])) for n in free or columns)
    return {texts, *unique_keys(ground.table, columns, row)}
