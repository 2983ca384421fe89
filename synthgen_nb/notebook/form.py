"""The form of the panel: what its fields hold, what they mean, and the magic line that does the same. Knows neither
widgets nor jobs.
"""

from __future__ import annotations

import datetime
from argparse import Namespace
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from ..errors import DDLError, InputError, SynthgenError
from ..modeloptions import ModelOptions, model_options
from ..options import Settings
from ..pages import plural
from ..pages.plans import note_line
from ..request import Request, request
from ..typed import SCALES, parse_rows, parse_scaled, parse_seed
from .arguments import repeated
from .binding import unfit

if TYPE_CHECKING:
    from ..schema import Schema

LONGEST = 2_000_000  # characters of DDL in a text field; a browser types slowly beyond, and sockets have a limit too
_LONGEST_FIELD = 10_000
_SHOWN_NOTES = 50
_NUMBERS = ("temperature", "top_p", "top_k")  # of a model


class Form(Struct, frozen=True):
    """Every field as it was typed. `tables` has the rows asked of single tables. The last five are a model's."""

    name: str = ""
    dialect: str = ""
    rows: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)
    seed: str = ""
    model: str = ""
    temperature: str = ""
    top_p: str = ""
    top_k: str = ""
    instructions: str = ""


def form_of(values: object) -> Form:
    """What a front end sent; whatever is no text of a sane length, or no field of ours, is as if it were not there."""
    sent = values if isinstance(values, Mapping) else {}
    known: dict[str, Any] = {name: _text(sent[name]) for name in Form.__struct_fields__ if name in sent}
    tables = sent.get("tables")
    return Form(**known | {"tables": dict(_filled(tables)) if isinstance(tables, Mapping) else {}})


def _filled(tables: Mapping[Any, object]) -> Iterator[tuple[str, str]]:
    for table, rows in tables.items():
        if isinstance(table, str) and (text := _text(rows)):
            yield table, text


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= _LONGEST_FIELD else ""


def problems(form: Form) -> dict[str, str]:
    """What is wrong with single fields, by field; `tables.NAME` for the rows of one table."""
    found = {}
    for name, text in (("rows", form.rows), *((f"tables.{t}", rows) for t, rows in form.tables.items())):
        try:
            parse_rows([text] if text else [])
            if "=" in text:
                raise InputError(f"{text!r} is not a number of rows", hint="examples: 1000, 5k, 1.5M")
        except InputError as error:
            found[name] = str(error)
    try:
        parse_seed(form.seed or "0")
    except InputError as error:
        found["seed"] = str(error)
    for name in _NUMBERS:
        try:
            parse_scaled(getattr(form, name) or "0", SCALES[name])
        except InputError as error:
            found[name] = str(error)
    return found


def asked(form: Form, given: Settings, today: datetime.date) -> Request:
    """What the form asks for, an empty field meaning the session's default. Raises InputError."""
    if wrong := problems(form):
        raise InputError(next(iter(wrong.values())))
    return request(
        given,
        today,
        rows=[*([form.rows] if form.rows else []), *(f"{table}={rows}" for table, rows in form.tables.items())],
        seed=form.seed or None,
        dialect=form.dialect or None,
    )


def asked_of_model(form: Form, given: Settings) -> ModelOptions:
    """What the form asks of a model. Raises InputError."""
    typed = {name: getattr(form, name) or None for name in ("model", "instructions", *_NUMBERS)}
    return model_options(given, Namespace(**typed))


def dataset_named(form: Form, schema: Schema | None) -> str:
    """The dataset's name in the store: the one typed, else that of the first table."""
    return form.name or (next(iter(schema.tables.values())).name if schema else "")


def variable_of(form: Form, schema: Schema | None) -> str:
    """The variable that holds the dataset; empty where its name is no fit name for one."""
    name = dataset_named(form, schema)
    return name if name and not unfit(name) else ""


def line_of(form: Form, schema: Schema | None, given: Settings, dropped: Collection[int] = ()) -> str:
    """The first line of a cell that asks for the same, its DDL to stand below; `dropped` are changes that were
    unticked."""
    name, variable = dataset_named(form, schema), variable_of(form, schema)
    options = repeated(
        {
            "-n": [form.rows or given.rows, *(f"{table}={rows}" for table, rows in form.tables.items())],
            "-s": form.seed or str(given.seed),
            "--dialect": form.dialect,
            "--name": None if variable else name,
            "-i": " ".join(form.instructions.split()),
            "--drop": ",".join(map(str, sorted(dropped))),
            "--model": form.model,
            "-t": form.temperature,
            "--top-p": form.top_p,
            "--top-k": form.top_k,
        }
    )
    return f"%%synthgen {f'{variable} << ' if variable else ''}{options}"


def understood(schema: Schema) -> dict[str, Any]:
    """The live summary: '4 tables, 3 foreign keys, postgres', what to know of it, and the tables by name."""
    keys = sum(len(table.foreign_keys) for table in schema.tables.values())
    notes = [note_line(note) for note in schema.notes if note.code != "ignored"]
    more = len(notes) - _SHOWN_NOTES
    return {
        "state": "ok",
        "text": ", ".join((plural(len(schema.tables), "table"), plural(keys, "foreign key"), schema.dialect)),
        "notes": notes[:_SHOWN_NOTES] + ([f"and {more} more"] if more > 0 else []),
        "tables": list(schema.tables),
    }


def refused(error: SynthgenError) -> dict[str, Any]:
    """The same where the DDL can't be used: the message with its place, and the line with a caret under it."""
    place = {"line": error.line, "column": error.column} if isinstance(error, DDLError) else {}
    caret = error.caret() if isinstance(error, DDLError) else ""
    return {"state": "error", "text": str(error), "caret": caret, **place, "notes": [], "tables": []}
