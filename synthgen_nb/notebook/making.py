"""`%%synthgen`: from a cell, a file or a database to a job, and to the dataset that it makes."""

from __future__ import annotations

import datetime
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..engines.urls import masked, target
from ..errors import InputError
from ..pages import Mark
from ..pages.jobs import estimate_words
from ..pages.plans import contacts_line, note_line
from ..planfiles import PlanFile, read_plan
from ..request import (
    ASKED,
    Request,
    as_text,
    dataset_name,
    read_file,
    read_live,
    read_schema,
    read_template,
    refuse_beside_plan,
    request,
    reuse,
)
from .arguments import repeated
from .instructions import Drafted, drafted_by
from .watching import leave, watch

if TYPE_CHECKING:
    from argparse import Namespace

    from ..dataset import Dataset
    from ..options import Settings
    from ..plan import Plan
    from ..schema import Schema
    from ..store import Store
    from .place import Place


def make(place: Place, args: Namespace, cell: str | None, variable: str) -> object:
    """The cell's value: the dataset, unless `variable` takes it; with --bg the job; with --dry-run the plan."""
    asked, (plan, instructed, said) = planned(place, args, cell)
    schema = plan.schema
    if args.dry_run:
        return _tried(plan, strict=asked.strict)
    name = args.name or variable or _stem(args) or next(iter(schema.tables.values())).name
    wanted = replace(
        place.wanted(),
        variable=variable,
        force=args.force,
        notes=(*said, *_contacts(plan), *_notes(schema)),
        again=_command_again(args, place.given, asked, variable),
    )
    if (made := made_before(place.store, name, plan)) is not None:
        place.session.names(schema.tables, wanted)
        nothing_new = Mark("note", f"nothing new: this plan is v{made.version} of {name} already")
        page = place.session.page(made, replace(wanted, notes=(nothing_new, *wanted.notes)))
        return place.result(made, page, named=bool(variable))
    job = place.session.start(
        place.store,
        plan,
        name,
        wanted,
        map=place.map,
        instructed=instructed,
        strict=asked.strict,
        timeout=args.timeout,
    )
    if args.bg:
        return leave(place, job, wanted)
    return watch(place, job, wanted, named=bool(variable))


def planned(place: Place, args: Namespace, cell: str | None) -> tuple[Request, Drafted]:
    """The plan that a line and its cell ask for, a whole one that somebody kept among them."""
    kept = read_plan(_plan_text(args.plan), args.plan) if args.plan else None
    if kept is None or isinstance(kept, PlanFile):
        asked = request_of(args, place.given, kept)
        return asked, drafted_by(place, args, schema_of(place, args, cell, asked), asked)
    refuse_beside_plan(args)
    asked = request_of(args, place.given)
    told = bool((cell and cell.strip()) or args.file or args.url or args.template)
    return asked, Drafted(reuse(kept, schema_of(place, args, cell, asked) if told else None, seed=args.seed), None, ())


def request_of(args: Namespace, given: Settings, part: PlanFile | None = None) -> Request:
    options = {name: getattr(args, name, None) for name in ASKED}
    return request(given, datetime.date.today(), files=getattr(args, "given", None), part=part, **options)


def _plan_text(file: str) -> str:
    try:
        return as_text(Path(file).read_bytes(), file)
    except OSError as error:
        raise InputError(f"can't read {file}: {error.strerror}") from None


def schema_of(place: Place, args: Namespace, cell: str | None, asked: Request) -> Schema:
    """What the cell, the file or the database defines; a cell without a word in it is no cell."""
    ready = getattr(args, "template", None)
    given = {"a cell of DDL": bool(cell and cell.strip()), "--file": bool(args.file), "--from": bool(args.url)}
    given["--template"] = bool(ready)
    if sum(given.values()) > 1:
        raise InputError(f"both {' and '.join(name for name in given if given[name])}", hint="leave one out")
    if ready:
        return read_template(place.store.path, ready, asked)
    if args.url:
        return read_live(args.url, asked, getpass)
    if args.file:
        return _file_schema(args.file, asked)
    if cell is None:
        raise InputError("no DDL", hint="%%synthgen with the statements below, %synthgen -f FILE or --from URL")
    return read_schema(cell, asked)


def _tried(plan: Plan, *, strict: bool) -> Plan:
    from ..estimates import estimate
    from ..feasibility import require
    from ..jobs.working import cores

    print(estimate_words(estimate(require(plan, strict=strict), cores())))
    return plan


def _file_schema(file: str, asked: Request) -> Schema:
    try:
        with Path(file).open("rb") as opened:
            return read_file(opened, file, asked)
    except OSError as error:
        raise InputError(f"can't read {file}: {error.strerror}") from None


def _stem(args: Namespace) -> str:
    return args.template or (target(args.url).stem() if args.url else dataset_name(args.file or ""))


def made_before(store: Store, name: str, plan: Plan) -> Dataset | None:
    """The current version, where it was made of this very plan, whole and checked, and not edited since."""
    if not store.versions(name):
        return None
    latest = store.open(name)
    whole = latest.report is not None and not latest.partial and latest.parent is None
    return latest if whole and latest.readable_plan == plan else None


def _contacts(plan: Plan) -> tuple[Mark, ...]:
    line = contacts_line(plan)
    return (Mark("note", line),) if line else ()


def _notes(schema: Schema) -> tuple[Mark, ...]:
    return tuple(Mark("note", note_line(n)) for n in schema.notes if n.code != "ignored")


def _command_again(args: Namespace, given: Settings, asked: Request, variable: str) -> str:
    percent = "%synthgen" if args.file or args.url or args.template else "%%synthgen"
    rows = [str(n) if table == "*" else f"{table}={n}" for table, n in asked.rows.items()]
    rows = [each for each in rows if "=" in each] if args.scale else rows
    options = repeated(
        {
            "-n": args.rows if args.plan else rows,  # a plan file says the rest
            "-s": args.seed if args.plan else str(asked.seed),
            "--as-of": args.as_of if args.plan else asked.as_of,
            "-p": args.specs,
            "--edges": args.edges,
            "--scale": args.scale,
            "--tables": args.tables,
            "--exclude": args.exclude,
            "--given": args.given,
            "--locale": asked.locale,
            "--realistic-contacts": asked.realistic_contacts,
            "--plan": args.plan,
            "--dialect": None if args.url else asked.dialect,
            "--strict": asked.strict,
            "-f": args.file,
            "--template": args.template,
            "--from": masked(args.url or ""),
            "--name": args.name,
            "--store": args.store,
            "--executor": args.executor,
            "--prefix": given.prefix,
            "-i": args.instructions,
            "--drop": args.drop,
            "--model": args.model,
            "-t": args.temperature,
            "--top-p": args.top_p,
            "--top-k": args.top_k,
            "--plan-temperature": args.plan_temperature,
            "--ignore-instructions": args.ignore_instructions,
            "--no-vars": not given.vars,
        }
    )
    return f"{percent} {f'{variable} << ' if variable else ''}{options}"
