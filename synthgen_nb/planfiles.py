"""A plan file: what a person writes of a plan in TOML or JSON, read with the place of what can't be used, and written
from a plan so that it can be edited. What it leaves out is decided as without it.

    seed = 7
    rows = "10k"
    edges = "5%"
    [tables.orders]
    rows = 50000
    [tables.orders.columns]
    status = "Choice(new=5, paid=95)"
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from .errors import InputError
from .typed import did_you_mean, listed, parse_as_of, parse_rows, parse_scale, parse_seed, parse_share
from .wishes import Filled

if TYPE_CHECKING:
    from .plan import Plan

_TOP = ("seed", "as_of", "rows", "scale", "exclude", "edges", "locale", "realistic_contacts", "tables")
_TABLE = ("rows", "columns")


class PlanFile(Struct, frozen=True):
    """`rows` as options would have them ("5k", "orders=500"); `specs` by "table.column". None and "": nobody said."""

    name: str
    seed: str | None = None
    as_of: str | None = None
    edges: str | None = None
    rows: tuple[str, ...] = ()
    specs: Mapping[str, str] = field(default_factory=dict)
    locale: str = ""
    realistic_contacts: bool = False
    scale: str | None = None
    exclude: tuple[str, ...] = ()


def read_plan(text: str, name: str) -> Plan | PlanFile:
    """A whole plan as `plan --json` writes it, or a part of one. Raises InputError with the place."""
    if not text.lstrip().startswith("{"):
        try:
            return _part(tomllib.loads(text), name)
        except tomllib.TOMLDecodeError as error:
            raise InputError(
                f"{name} is no TOML: {error}", hint="texts stand in quotes: status = 'Choice(...)'"
            ) from None
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InputError(f"{name} is no JSON: {error}") from None
    if isinstance(document, dict) and "schema" not in document:
        return _part(document, name)
    from .plan import plan_from_json

    return plan_from_json(text)


def _part(document: Mapping[str, Any], name: str) -> PlanFile:
    _known(document, _TOP, name)
    rows = [_rows(document["rows"], f"{name}: rows")] if "rows" in document else []
    specs: dict[str, str] = {}
    tables = _object(document.get("tables", {}), f"{name} [tables]")
    for table, part in tables.items():
        place = f"{name} [tables.{table}]"
        _known(_object(part, place), _TABLE, place)
        if "rows" in part:
            rows.append(f"{table}={_rows(part['rows'], f'{place} rows')}")
        for column, said in _object(part.get("columns", {}), f"{place[:-1]}.columns]").items():
            if not isinstance(said, str):
                raise InputError(
                    f"{name} [tables.{table}.columns] {column} is no text", hint="'Choice(new=5, paid=95)'"
                )
            specs[f"{table}.{column}"] = said
    if "scale" in document and "rows" in document:
        raise InputError(f"{name}: scale and rows both say how many rows", hint="rows of single tables beside a scale")
    seed, as_of, edges, scale = (document.get(one) for one in ("seed", "as_of", "edges", "scale"))
    exclude = document.get("exclude", [])
    if not isinstance(exclude, list) or not all(isinstance(one, str) for one in exclude):
        raise InputError(f"{name}: exclude is no list of tables", hint='exclude = ["audit_log"]')
    return PlanFile(
        name,
        None if seed is None else str(_at(f"{name}: seed", parse_seed, str(seed))),
        None if as_of is None else _at(f"{name}: as_of", parse_as_of, str(as_of)),
        None if edges is None else str(_at(f"{name}: edges", parse_share, str(edges))),
        tuple(rows),
        specs,
        str(document.get("locale", "")),
        document.get("realistic_contacts", False) is True,
        None if scale is None else str(_at(f"{name}: scale", parse_scale, str(scale))),
        tuple(exclude),
    )


def _known(document: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    for name in document:
        if name not in known:
            hint = did_you_mean(name, known) or f"there is {listed(known)}"
            raise InputError(f"{place}: nothing is called {name}", hint=hint)


def _object(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{place} is no table", hint='[tables.orders.columns] and below it status = "Choice(...)"')
    return value


def _rows(value: object, place: str) -> str:
    text = str(value)
    _at(place, lambda given: parse_rows([given])["*"], text)
    return text


def _at(place: str, read: Any, text: str) -> Any:
    try:
        return read(text)
    except (InputError, KeyError) as error:
        why = error.message if isinstance(error, InputError) else f"{text!r} is not a number of rows"
        raise InputError(f"{place}: {why}", hint=getattr(error, "hint", "")) from None


def plan_toml(plan: Plan) -> str:
    """The plan's decisions that a person may change: what was typed as it was, and what the rules chose behind a #, to
    be taken off and edited."""
    from .drafting.wished.telling import told

    typed = {(wish.table, wish.column): wish.text for wish in plan.wishes if isinstance(wish, Filled)}
    lines = [f"seed = {plan.seed}", f'as_of = "{plan.as_of}"']
    lines += [f"edges = {plan.edges:g}"] if plan.edges else []
    lines += [f"locale = {json.dumps(plan.locale)}"] if plan.locale else []
    lines += ["realistic_contacts = true"] if plan.reachable else []
    for key, table in plan.tables.items():
        lines += ["", f"[tables.{_key(key)}]", f"rows = {table.asked}", f"[tables.{_key(key)}.columns]"]
        for column in plan.schema.tables[key].columns:
            if (key, column.name) in typed:
                lines.append(f"{_key(column.name)} = {json.dumps(typed[key, column.name], ensure_ascii=False)}")
            elif text := told(table.columns[column.name], column):
                lines.append(f"# {_key(column.name)} = {json.dumps(text, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    bare = name.replace("_", "a").replace("-", "a")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name, ensure_ascii=False)
