"""From what a person asked for to a plan that can be run, or one clear refusal before any row is made.
Knows nothing of stores or of screens.
"""

from __future__ import annotations

import datetime
import io
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from msgspec import Struct, field
from msgspec.structs import replace
from msgspec.structs import replace as replace_fields

from .errors import InputError
from .options import Settings
from .planfiles import PlanFile
from .readymade import delete_template, save_template, template
from .typed import (
    dated,
    did_you_mean,
    listed,
    parse_as_of,
    parse_given,
    parse_names,
    parse_rows,
    parse_scale,
    parse_seed,
    parse_share,
    parse_specs,
)

if TYPE_CHECKING:
    from argparse import Namespace

    from .plan import Plan
    from .schema import Schema
    from .wishes import Wish


ASKED = (
    "rows", "seed", "as_of", "dialect", "strict", "specs", "edges", "scale", "tables", "exclude", "locale",
    "realistic_contacts",
)  # fmt: skip
"""The options that `request` takes as a parser names them."""


class Request(Struct, frozen=True):
    """The generation options after precedence. `rows` has a count under "*" and those of single tables; `specs` are
    texts by "table.column" with the place they come from, of which the last counts."""

    rows: Mapping[str, int]
    seed: int
    as_of: str
    dialect: str | None
    strict: bool
    specs: tuple[tuple[str, Mapping[str, str]], ...] = ()
    edges: float = 0
    scale: float = 0
    tables: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    locale: str = ""
    realistic_contacts: bool = False


def request(
    given: Settings,
    today: datetime.date,
    *,
    rows: Sequence[str] | None = None,
    seed: str | None = None,
    as_of: str | None = None,
    dialect: str | None = None,
    strict: bool | None = None,
    specs: Sequence[str] | None = None,
    edges: str | None = None,
    scale: str | None = None,
    tables: str | None = None,
    exclude: str | None = None,
    files: Sequence[str] | None = None,
    locale: str | None = None,
    realistic_contacts: bool | None = None,
    part: PlanFile | None = None,
) -> Request:
    """Options (None: not given) over those of a plan file over `given`. `-n customers=500` alone keeps the default for
    the other tables."""
    written = part or PlanFile("")
    counted = any("=" not in count for count in rows or ())
    if scale and counted:
        raise InputError("--scale and -n both say how many rows", hint="-n TABLE=N beside --scale, for single tables")
    seed, as_of = written.seed if seed is None else seed, written.as_of if as_of is None else as_of
    edges = written.edges if edges is None else edges
    scale = written.scale if scale is None and not counted else scale  # a number for all tables is said over a scale
    return Request(
        rows=parse_rows([given.rows, *written.rows, *(rows or ())]),
        seed=given.seed if seed is None else parse_seed(seed),
        as_of=dated(given.as_of if as_of is None else parse_as_of(as_of), today),
        dialect=(given.dialect if dialect is None else dialect) or None,
        strict=given.strict if strict is None else strict,
        specs=((written.name, written.specs), ("-p", parse_specs(specs or ()))),
        edges=parse_share(edges) if edges else 0,
        scale=parse_scale(scale) if scale else 0,
        tables=parse_names(tables or ""),
        exclude=written.exclude if exclude is None else parse_names(exclude),
        given=parse_given(files or ()),
        locale=(written.locale or given.locale) if locale is None else locale,
        realistic_contacts=bool(realistic_contacts) or written.realistic_contacts or given.realistic_contacts,
    )


def read_schema(text: str, asked: Request) -> Schema:
    from .ddl import parse_ddl

    return parse_ddl(text, asked.dialect, strict=asked.strict)


def read_template(store: Path, name: str, asked: Request) -> Schema:
    """The schema of a ready one. Raises InputError."""
    found = template(store, name)
    return read_schema(found.ddl, replace_fields(asked, dialect=asked.dialect or found.dialect or None))


def template_text(store: Path, words: Sequence[str]) -> str:
    """What `templates WORDS` prints: the DDL of one; nothing after one is kept or deleted, or to list them. Raises
    InputError, for DDL that can't be read too."""
    match list(words):
        case []:
            return ""
        case ["save", name, file]:
            ddl = as_text(_bytes(file), file)
            from .ddl import parse_ddl

            parse_ddl(ddl)
            save_template(store, name, ddl)
            return ""
        case ["delete", name]:
            delete_template(store, name)
            return ""
        case [name] if name not in ("save", "delete"):
            return template(store, name).ddl
    raise InputError(f"can't read `templates {' '.join(words)}`", hint="NAME, save NAME FILE, or delete NAME")


def _bytes(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"can't read {file}: {error.strerror}") from None


def read_live(url: str, asked: Request, ask: Callable[[str], str] | None) -> Schema:
    """The schema of a database that exists; `ask` is called for a password that the server wants."""
    from .introspection import read_database

    return read_database(url, ask=ask, strict=asked.strict)


def read_file(file: BinaryIO, place: str, asked: Request) -> Schema:
    """The schema of a DDL file or a dump of any size, packed or not. What can't go back, as a pipe, is copied to a
    temporary file first."""
    from .ddl import read_ddl

    if file.seekable():
        return read_ddl(file, place, asked.dialect, strict=asked.strict)
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        return read_ddl(cast(BinaryIO, copy), place, asked.dialect, strict=asked.strict)


def drafted(schema: Schema, asked: Request, wishes: Sequence[Wish] = ()) -> Plan:
    """A plan by rules, and by wishes as far as they can be fulfilled, for whoever finds out next whether it is
    feasible, as a job does when it starts. Raises InputError for a table that is not in the schema."""
    from .drafting import draft_plan
    from .drafting.wished.asked import filled
    from .given import with_given

    files = {table_key(schema.tables, name): file for name, file in asked.given.items()}
    schema = with_given(schema, files) if files else schema
    typed = [wish for origin, specs in asked.specs for wish in filled(schema, specs, origin)]
    rows = {name if name == "*" else table_key(schema.tables, name): count for name, count in asked.rows.items()}
    rows = {key: len(schema.tables[key].rows) for key in files} | rows  # all of them, unless more are asked for
    return draft_plan(
        schema,
        rows,
        seed=asked.seed,
        as_of=asked.as_of,
        wishes=(*typed, *wishes),
        edges=asked.edges,
        scale=asked.scale,
        tables=asked.tables,
        exclude=asked.exclude,
        locale=asked.locale,
        realistic_contacts=asked.realistic_contacts,
    )


def refuse_beside_plan(args: Namespace) -> None:
    """Raises InputError for options that a whole plan leaves nothing to decide for."""
    decided = (args.rows, args.as_of, args.specs, args.edges, args.scale, args.tables, args.exclude, args.given)
    if any((*decided, args.locale, args.realistic_contacts)):
        raise InputError("--plan holds its rows, its date and its specs", hint="leave them out, or draft a new plan")
    if args.instructions is not None:
        raise InputError("--plan holds what its instructions came to", hint="leave -i out, or draft a new plan")


def reuse(plan: Plan, schema: Schema | None, *, seed: str | None) -> Plan:
    """A plan that someone kept, under another seed where one is given. Raises InputError if `schema` is not the
    plan's."""
    if schema is not None and schema.tables.keys() != plan.schema.tables.keys():
        differ = sorted(schema.tables.keys() ^ plan.schema.tables.keys())
        raise InputError(f"the plan was made for another schema: {listed(differ)}", hint="draft it again from this DDL")
    if schema is not None:
        for key, table in schema.tables.items():
            if (
                table.columns != plan.schema.tables[key].columns
                or table.constraints != plan.schema.tables[key].constraints
            ):
                raise InputError(f"the plan was made for another {key}", hint="draft it again from this DDL")
    return plan if seed is None else replace(plan, seed=parse_seed(seed))


def table_key(tables: Mapping[str, object], name: str) -> str:
    """The key that `name` means: itself, or the one table with that name whatever its case or namespace."""
    if name in tables:
        return name
    alike = [k for k in tables if name.lower() in {k.lower(), k.rpartition(".")[2].lower()}]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise InputError(f"the table {name!r} could be {' or '.join(alike)}", hint="write the whole name")
    raise InputError(f"there is no table {name!r}", hint=did_you_mean(name, tables) or f"tables: {listed(tables)}")


def dataset_name(file: str) -> str:
    """What a dataset is called that is made from this file."""
    return Path(file.removesuffix(".gz")).stem


def as_text(data: bytes, place: str) -> str:
    """The text of a small file, decoded as a DDL file is. Raises InputError for what is no text."""
    from .ddl.source import decoded

    return "".join(decoded(io.BytesIO(data), place))
