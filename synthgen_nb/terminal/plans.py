"""The terminal's way to a plan: from a file, a database or a kept plan; and `synthgen plan`, which shows it."""

from __future__ import annotations

import datetime
import os
import sys
from argparse import Namespace
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from ..engines.urls import target
from ..errors import InputError
from ..instructing import fulfilled, propose, told_lines
from ..modeloptions import no_model
from ..options import Settings, settings
from ..pages import plural
from ..pages.plans import contacts_line, note_line, plan_page
from ..planfiles import PlanFile, plan_toml, read_plan
from ..request import (
    ASKED,
    Request,
    as_text,
    dataset_name,
    drafted,
    read_file,
    read_live,
    read_template,
    refuse_beside_plan,
    request,
    reuse,
)
from .console import asker, meter, model_of, model_options_of, show, store_of

if TYPE_CHECKING:
    from ..instructed import Instructed
    from ..plan import Plan
    from ..schema import Schema

_MOST_NOTES = 20  # on stderr; a dump of an old system may have hundreds


class Planned(NamedTuple):
    """A plan for a job, which finds out whether it can be run and what is `strict`; what the dataset is called if
    nobody says, and what a model had to do with it."""

    plan: Plan
    strict: bool
    name: str
    instructed: Instructed | None = None


def plan_command(args: Namespace) -> int:
    """Shows how each column would be filled. With --json it is the plan, which `generate --plan` takes back; with
    --toml what of it can be edited, which `generate FILE --plan` takes."""
    from ..feasibility import require

    if args.json and args.toml:
        raise InputError("--json and --toml both want stdout", hint="leave one out")
    made = planned(args, settings(os.environ))
    plan = made.plan
    require(plan, strict=made.strict)
    if args.toml:
        print(plan_toml(plan), end="")
    elif args.json:
        print(plan.to_json())
    else:
        show(plan_page(plan))
    return 0


def planned(args: Namespace, given: Settings) -> Planned:
    """What the options ask for."""
    kept = read_plan(_plan_text(args.plan), args.plan) if args.plan else None
    asked = request_of(args, given, kept if isinstance(kept, PlanFile) else None)
    source = args.file or args.plan
    stem = target(args.url).stem() if args.url else "stdin" if source == "-" else dataset_name(source or "")
    stem = args.template or stem
    if kept is None or isinstance(kept, PlanFile):
        plan, instructed = _drafted(args, asked)
        if line := contacts_line(plan):
            print(f"synthgen: warning: {line}", file=sys.stderr)
        return Planned(plan, asked.strict, stem, instructed)
    refuse_beside_plan(args)
    schema = None
    if args.file or args.url or args.template:
        asked = request_of(args, Settings(dialect=given.dialect or kept.schema.dialect))
        schema = schema_of(args, asked)
    return Planned(reuse(kept, schema, seed=args.seed), asked.strict, stem)


def _drafted(args: Namespace, asked: Request) -> tuple[Plan, Instructed | None]:
    """A plan by rules, and by what a model reads out of the instructions, if there are any."""
    options = model_options_of(args)
    if options.instructions and not options.name:
        if not options.ignore_instructions:
            raise no_model("--model NAME; `synthgen model list` has some")
        print("synthgen: note: the instructions are ignored: there is no model", file=sys.stderr)
    schema = _noted(schema_of(args, asked))
    if not (options.instructions and options.name):
        return drafted(schema, asked), None
    quiet = getattr(args, "quiet", False)
    shown = meter(quiet)
    with model_of(options, quiet) as model:
        try:
            proposal = propose(schema, asked, options, model, shown)
            plan, told = fulfilled(schema, asked, options, proposal, model, store_of(args), shown)
        finally:
            shown.close()
    if not quiet:
        head, *rest = told_lines(told)
        print("\n".join([f"synthgen: {head}", *rest]), file=sys.stderr)
    return plan, told


def schema_of(args: Namespace, asked: Request) -> Schema:
    """What FILE, the database of --from or a template defines."""
    ready = getattr(args, "template", None)
    given = {"a FILE": args.file, "--from": args.url, "--template": ready}
    if sum(map(bool, given.values())) > 1:
        raise InputError(f"both {' and '.join(name for name in given if given[name])}", hint="leave one out")
    if ready:
        return read_template(store_of(args).path, ready, asked)
    if args.url:
        return read_live(args.url, asked, asker())
    if not args.file:
        raise InputError("no FILE of CREATE TABLE statements", hint="- reads standard input, --from URL a database")
    with _opened(args.file) as file:
        return read_file(file, "standard input" if args.file == "-" else args.file, asked)


def request_of(args: Namespace, given: Settings, part: PlanFile | None = None) -> Request:
    options = {name: getattr(args, name, None) for name in ASKED}
    return request(given, datetime.date.today(), files=getattr(args, "given", None), part=part, **options)


def _plan_text(name: str) -> str:
    with _opened(name) as file:
        return as_text(file.read(), name)


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    path = Path(name)
    if path.is_dir():
        raise InputError(f"{name} is a folder", hint="name a file of CREATE TABLE statements")
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise InputError(f"there is no file {name}") from None


def _noted(schema: Schema) -> Schema:
    """What was not understood or left aside goes to stderr, so that nothing of the DDL is dropped in silence."""
    notes = [note for note in schema.notes if note.code != "ignored"]
    for note in notes[:_MOST_NOTES]:
        print(f"synthgen: note: {note_line(note)}", file=sys.stderr)
    if (rest := len(notes) - _MOST_NOTES) > 0:
        print(f"synthgen: note: and {plural(rest, 'more note')}; `synthgen schema` lists them all", file=sys.stderr)
    return schema
