"""What a person would say, held against what a model says: forty tables with the meaning of each column, sixty
instructions with the changes they mean, sixty edits with their SQL, thirty text columns with ten constraints each.
Scores are shares of what is right; what works without a model is scored beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files

import msgspec
from msgspec import Struct

from .errors import InputError
from .llm.base import GREEDY, Ask, JsonSchema, Model, Prompt, Sampling, Tick, silent
from .llm.scripted import ScriptedModel
from .schema import Schema
from .wishes import Wish, Written

_FOLDER = files("synthgen_nb") / "gold"
_TABLE = re.compile(r"CREATE TABLE (\w+) \(\n(.*?)\n\);", re.DOTALL)
_COLUMN = re.compile(r"  (\w+) (.+?),? -- (\S+)")
_SYSTEM = "You know databases. You name what each column of a table holds, in one of the given words. JSON only."
_WRITER = "You write values for a column of a database. JSON only: a list of texts."
_DIALECTS = {"shop": "postgres", "clinic": "sqlite", "library": "mysql", "sensors": "duckdb", "people": "postgres"}
_EDITED = {"shop": "postgres", "rental": "mysql", "school": "sqlite"}
_ROOMY = 100_000  # tokens of context
_VALUES = 12  # of each text column
_LONGEST_NAME = 40  # characters of a meaning


class GoldTable(Struct, frozen=True):
    """`ddl` is without the answers; `meanings` has the names that will do, by column."""

    name: str
    ddl: str
    meanings: Mapping[str, frozenset[str]]


class GoldInstruction(Struct, frozen=True):
    """`answer` is the JSON of a model that understood."""

    schema: str
    instructions: str
    answer: str


class GoldEdit(Struct, frozen=True):
    """`sql` is in the dialect of the schema."""

    schema: str
    prompt: str
    sql: str


class GoldText(Struct, frozen=True):
    """`rules` are checked on every value, `rules_together` on all of a column."""

    column: str
    length: int
    prompt: str
    rules: tuple[str, ...]
    rules_together: tuple[str, ...]


class Score(Struct, frozen=True, kw_only=True):
    """`right` of `asked`, and what went wrong, the first few in words."""

    right: int
    asked: int
    wrong: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.right / self.asked if self.asked else 0.0


def gold_tables() -> tuple[GoldTable, ...]:
    found = []
    for table in _TABLE.finditer((_FOLDER / "meanings.sql").read_text(encoding="utf-8")):
        columns = [match.groups() for line in table[2].splitlines() if (match := _COLUMN.fullmatch(line))]
        ddl = ",\n".join(f"  {name} {type_}" for name, type_, _ in columns)
        meanings = {name: frozenset(answer.split("|")) for name, _, answer in columns}
        found.append(GoldTable(table[1], f"CREATE TABLE {table[1]} (\n{ddl}\n);", meanings))
    return tuple(found)


def gold_texts() -> tuple[GoldText, ...]:
    lines = [line for line in (_FOLDER / "texts.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    found = []
    for head, below in zip(lines[::2], lines[1::2], strict=True):
        place, _, prompt = head.partition(": ")
        column, _, length = place.partition(" ")
        rules = below.strip().split("; ")
        together = tuple(rule for rule in rules if rule.split(" ")[0] in ("distinct", "openings"))
        found.append(GoldText(column, int(length), prompt, tuple(r for r in rules if r not in together), together))
    return tuple(found)


def gold_instructions() -> tuple[GoldInstruction, ...]:
    cases = msgspec.json.decode((_FOLDER / "instructions.json").read_bytes())
    return tuple(
        GoldInstruction(
            each["schema"],
            each["instructions"],
            msgspec.json.encode({"changes": each["changes"], "not_done": each["not_done"]}).decode(),
        )
        for each in cases
    )


def gold_edits() -> tuple[GoldEdit, ...]:
    return msgspec.json.decode((_FOLDER / "edits.json").read_bytes(), type=tuple[GoldEdit, ...])


def edit_schema(name: str) -> Schema:
    """What the gold edits of this name change."""
    from .ddl import parse_ddl

    return parse_ddl((_FOLDER / f"{name}.sql").read_text(encoding="utf-8"), _EDITED[name])


def names() -> tuple[str, ...]:
    """The words that a column's meaning may be told in."""
    return tuple(sorted({name for table in gold_tables() for of in table.meanings.values() for name in of}))


def score_meanings(model: Model, tables: Sequence[GoldTable], tick: Tick = silent) -> Score:
    """Each table's columns, named by the model at temperature 0."""
    words = names()
    asks = []
    for table in tables:
        answers = {"type": "string", "enum": list(words), "maxLength": _LONGEST_NAME}
        shape = {
            "type": "object",
            "properties": dict.fromkeys(table.meanings, answers),
            "required": list(table.meanings),
            "additionalProperties": False,
        }
        prompt = Prompt(system=_SYSTEM, shared=f"The words: {', '.join(words)}.\n", own=f"The table:\n{table.ddl}")
        asks.append(Ask(prompt=prompt, shape=JsonSchema(shape), seed=0, sampling=GREEDY, most=40 * len(table.meanings)))
    said = [_object(reply.text) for reply in model.complete(asks, tick)]
    return _scored(
        tables, [{c: str(answer.get(c, "")) for c in t.meanings} for t, answer in zip(tables, said, strict=True)]
    )


def score_rules(tables: Sequence[GoldTable]) -> Score:
    """The same by the rules that draft a plan without a model."""
    from .ddl import parse_ddl
    from .drafting.meaning import meaning_of

    said = []
    for table in tables:
        schema = parse_ddl(table.ddl, "postgres")
        own = schema.tables[table.name]
        said.append({c.name: meaning_of(schema, own, c).group for c in own.columns})
    return _scored(tables, said)


def _scored(tables: Sequence[GoldTable], said: Sequence[Mapping[str, str]]) -> Score:
    pairs = [(t.name, c, said[n].get(c, ""), of) for n, t in enumerate(tables) for c, of in t.meanings.items()]
    wrong = tuple(f"{table}.{column}: {answer}" for table, column, answer, of in pairs if answer not in of)
    return Score(right=len(pairs) - len(wrong), asked=len(pairs), wrong=wrong[:20])


def score_instructions(model: Model, cases: Sequence[GoldInstruction], tick: Tick = silent) -> Score:
    """The changes that a model reads, against those that were meant: of a kind and at a place, whatever their numbers.
    One too many counts as one that is wrong; nothing, where nothing was meant, as one that is right."""
    from .asking import ask_plan
    from .ddl import parse_ddl
    from .drafting import draft_plan

    plans = {
        name: draft_plan(parse_ddl((_FOLDER / f"{name}.sql").read_text(encoding="utf-8"), dialect), 1000)
        for name, dialect in _DIALECTS.items()
    }
    right, asked, wrong = 0, 0, []
    for case in cases:
        understood = ScriptedModel(lambda ask, answer=case.answer: answer, context=_ROOMY)  # type: ignore[misc]
        meant = {_place(w) for w in ask_plan(plans[case.schema], case.instructions, understood).changes}
        try:
            said = {_place(w) for w in ask_plan(plans[case.schema], case.instructions, model, tick=tick).changes}
        except InputError as error:
            said = {("", str(error), ())}
        right += len(meant & said) or (meant == said)
        asked += len(meant | said) or 1
        if meant != said:
            wrong.append(f"{case.instructions}: {len(meant & said)} of {len(meant)}, {len(said - meant)} too many")
    return Score(right=right, asked=asked, wrong=tuple(wrong[:20]))


def _place(wish: Wish) -> tuple[str, str, tuple[str, ...]]:
    """What kind of change it is, and where."""
    columns = wish.columns if isinstance(wish, Written) else (getattr(wish, "column", getattr(wish, "parent", "")),)
    return type(wish).__name__, wish.table, columns


def written(
    model: Model, columns: Sequence[GoldText], sampling: Sampling, tick: Tick = silent
) -> tuple[tuple[str, ...], ...]:
    """Twelve values of each column, as the model writes them; fewer where it was cut."""
    asks = [
        Ask(
            prompt=Prompt(
                system=_WRITER,
                shared="",
                own=f"{column.prompt}\n{_VALUES} different values, {column.length} characters each at most.",
            ),
            shape=JsonSchema(
                {
                    "type": "array",
                    "items": {"type": "string", "minLength": 1, "maxLength": column.length},
                    "minItems": _VALUES,
                    "maxItems": _VALUES,
                }
            ),
            seed=seed,
            sampling=sampling,
            most=_VALUES * (column.length + 8),
        )
        for seed, column in enumerate(columns)
    ]
    replies = model.complete(asks, tick)
    return tuple(
        () if reply.cut else tuple(value for value in _array(reply.text) if isinstance(value, str)) for reply in replies
    )


def score_texts(columns: Sequence[GoldText], values: Sequence[Sequence[str]]) -> Score:
    """Each column's values held against its ten constraints; those that are not there keep none."""
    right, asked, wrong = 0, 0, []
    for column, own in zip(columns, values, strict=True):
        for rule in column.rules:
            held = sum(holds(rule, value) for value in own)
            right, asked = right + held, asked + _VALUES
            if held < _VALUES:
                wrong.append(f"{column.column}: {rule}: {held} of {_VALUES}")
        for rule in column.rules_together:
            held = _VALUES if own and holds_together(rule, own) else 0
            right, asked = right + held, asked + _VALUES
            if not held:
                wrong.append(f"{column.column}: {rule}")
    return Score(right=right, asked=asked, wrong=tuple(wrong[:20]))


def holds(rule: str, value: str) -> bool:
    """One constraint of the gold set on one value."""
    name, _, told = rule.partition(" ")
    checks: dict[str, Callable[[], bool]] = {
        "len": lambda: _within(len(value), told),
        "words": lambda: _within(len(value.split()), told),
        "has": lambda: any(word in value.lower() for word in told.split("|")),
        "lacks": lambda: not any(word in value.lower() for word in told.split("|")),
        "match": lambda: re.fullmatch(told, value) is not None,
        "upper": lambda: value[:1].isupper(),
        "ascii": value.isascii,
        "nodigits": lambda: not any(c.isdigit() for c in value),
        "oneline": lambda: "\n" not in value and "\r" not in value,
        "end": lambda: value[-1:] in tuple(told),
        "noend": lambda: value[-1:] not in tuple(told),
    }
    return bool(value) and checks[name]()


def holds_together(rule: str, values: Sequence[str]) -> bool:
    """One constraint on all values of a column."""
    name, _, percent = rule.partition(" ")
    seen = {v.strip().lower() for v in values} if name == "distinct" else {v.lower().split(" ")[0] for v in values}
    return 100 * len(seen) >= int(percent) * len(values)


def _within(number: int, told: str) -> bool:
    least, _, most = told.partition("-")
    return int(least) <= number <= int(most)


def _object(text: str) -> Mapping[str, object]:
    """What a model said; nothing where it can't be read, which counts as wrong."""
    found = _decoded(text)
    return found if isinstance(found, dict) else {}


def _array(text: str) -> Sequence[object]:
    found = _decoded(text)
    return found if isinstance(found, list) else []


def _decoded(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
