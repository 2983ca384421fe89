"""The kinds of records: the columns of each, the shape that a model writes it in, and how it reads as a conversation.
One kind is one value; no other room asks which kind it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ..llm.base import JsonSchema
from .orders import TABLE

if TYPE_CHECKING:
    from ..schema import Schema
    from .orders import KindName, TextOrder

DIALECT = "duckdb"
Row = dict[str, Any]
"""Column -> text, or a list of {field: text} for the turns of a conversation; without `id` and `topic`."""


class Exchange(Struct, frozen=True):
    """What a person says, what it is about (`given`, may be ""), and the answer."""

    asked: str
    answer: str
    given: str = ""


class Kind(Struct, frozen=True):
    """`columns` is DDL. `shape` bounds every text; `row` makes a row of a value of that shape, for prompt number
    `attempt` of its topic; `gist` is the part in which two records must differ; `told` is a line that
    this prompt alone has."""

    columns: str
    shape: Callable[[TextOrder], dict[str, Any]]
    row: Callable[[TextOrder, int, Mapping[str, Any]], Row]
    gist: Callable[[Row], str]
    exchanges: Callable[[TextOrder, Row], list[Exchange]]
    told: Callable[[TextOrder, int], str] = lambda order, attempt: ""


def kind_of(order: TextOrder) -> Kind:
    return KINDS[order.kind]


def schema_of(order: TextOrder) -> Schema:
    """The one table of a dataset of texts."""
    return _schema(kind_of(order).columns, order.topics, order.labels)


@cache
def _schema(columns: str, topics: tuple[str, ...], labels: tuple[str, ...]) -> Schema:
    from ..ddl import parse_ddl

    columns = columns.replace("LABELS", _listed(labels))
    return parse_ddl(
        f"CREATE TABLE {TABLE} (\n  id integer PRIMARY KEY,\n"
        f"  topic varchar NOT NULL CHECK (topic IN ({_listed(topics)})),{columns}\n);",
        dialect=DIALECT,
    )


def shape_of(order: TextOrder) -> JsonSchema:
    return JsonSchema(kind_of(order).shape(order))


def texts_in(row: Row) -> tuple[str, ...]:
    """Every text of a row, turns included, in the order of its columns."""
    found: list[str] = []
    for value in row.values():
        found += [value] if isinstance(value, str) else [turn[list(turn)[-1]] for turn in value]
    return tuple(text for text in found if text)


def changed(row: Row, change: Callable[[str], str]) -> Row:
    """The row with every text changed, names of speakers and roles excepted."""
    fresh: Row = {}
    for name, value in row.items():
        if isinstance(value, str):
            fresh[name] = change(value)
        else:
            fresh[name] = [turn | {last: change(turn[last])} for turn in value if (last := list(turn)[-1])]
    return fresh


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)


def _text(most: int, least: int = 1) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _short(order: TextOrder) -> int:
    return max(60, order.length // 2)


def _instruct_shape(order: TextOrder) -> dict[str, Any]:
    return _object(instruction=_text(_short(order), 8), input=_text(_short(order), 0), output=_text(order.length, 2))


def _chat_shape(order: TextOrder) -> dict[str, Any]:
    turn = _object(user=_text(_short(order), 4), assistant=_text(order.length, 4))
    return _object(turns={"type": "array", "items": turn, "minItems": 1, "maxItems": 3})


def _dialogue_shape(order: TextOrder) -> dict[str, Any]:
    first, second = order.speakers
    turn = _object(**{first: _text(_short(order), 2), second: _text(_short(order), 2)})
    return _object(scene=_text(160, 8), turns={"type": "array", "items": turn, "minItems": 2, "maxItems": 4})


def _chat_row(order: TextOrder, attempt: int, said: Mapping[str, Any]) -> Row:
    turns = [(role, turn[role]) for turn in said["turns"] for role in ("user", "assistant")]
    return {"messages": [{"role": role, "content": text} for role, text in turns]}


def _dialogue_row(order: TextOrder, attempt: int, said: Mapping[str, Any]) -> Row:
    turns = [(name, turn[name]) for turn in said["turns"] for name in order.speakers]
    return {"scene": said["scene"], "turns": [{"speaker": name, "text": text} for name, text in turns]}


def _said(row: Row, column: str) -> str:
    return " ".join(turn[list(turn)[-1]] for turn in row[column])


def _pairs(turns: list[dict[str, str]]) -> list[Exchange]:
    texts = [turn[list(turn)[-1]] for turn in turns]
    return [Exchange(asked, answer) for asked, answer in zip(texts[::2], texts[1::2], strict=True)]


def _label(order: TextOrder, attempt: int) -> str:
    """The labels take turns."""
    return order.labels[attempt % len(order.labels)]


KINDS: dict[KindName, Kind] = {
    "instruct": Kind(
        columns="""
  instruction varchar NOT NULL CHECK (instruction <> ''),
  input varchar NOT NULL DEFAULT '',
  output varchar NOT NULL CHECK (output <> ''),
  UNIQUE (instruction, input)""",
        shape=_instruct_shape,
        row=lambda order, attempt, said: {name: said[name] for name in ("instruction", "input", "output")},
        gist=lambda row: f"{row['instruction']} {row['input']}",
        exchanges=lambda order, row: [Exchange(row["instruction"], row["output"], row["input"])],
    ),
    "qa": Kind(
        columns="""
  question varchar NOT NULL UNIQUE CHECK (question <> ''),
  answer varchar NOT NULL CHECK (answer <> '')""",
        shape=lambda order: _object(question=_text(_short(order), 8), answer=_text(order.length, 2)),
        row=lambda order, attempt, said: {name: said[name] for name in ("question", "answer")},
        gist=lambda row: str(row["question"]),
        exchanges=lambda order, row: [Exchange(row["question"], row["answer"])],
    ),
    "chat": Kind(
        columns="""
  messages STRUCT(role VARCHAR, content VARCHAR)[] NOT NULL CHECK (len(messages) BETWEEN 2 AND 6)""",
        shape=_chat_shape,
        row=_chat_row,
        gist=lambda row: _said(row, "messages"),
        exchanges=lambda order, row: _pairs(row["messages"]),
    ),
    "classification": Kind(
        columns="""
  text varchar NOT NULL UNIQUE CHECK (text <> ''),
  label varchar NOT NULL CHECK (label IN (LABELS))""",
        shape=lambda order: _object(text=_text(order.length, 8)),
        row=lambda order, attempt, said: {"text": said["text"], "label": _label(order, attempt)},
        gist=lambda row: str(row["text"]),
        exchanges=lambda order, row: [
            Exchange(f"Which of these labels fits the text: {', '.join(order.labels)}?", row["label"], row["text"])
        ],
        told=lambda order, attempt: f"Label: {_label(order, attempt)}",
    ),
    "dialogue": Kind(
        columns="""
  scene varchar NOT NULL CHECK (scene <> ''),
  turns STRUCT(speaker VARCHAR, text VARCHAR)[] NOT NULL CHECK (len(turns) BETWEEN 4 AND 8)""",
        shape=_dialogue_shape,
        row=_dialogue_row,
        gist=lambda row: _said(row, "turns"),
        exchanges=lambda order, row: _pairs(row["turns"]),
    ),
}
