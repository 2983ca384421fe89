"""`%%synthgen` and `%synthgen`: parse, call one function, show its value. Remembers which names it bound, so that it
never takes a variable of the user's; the library itself remembers nothing.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.display import display
from traitlets import Bool, Enum, Int, TraitError, Unicode, Union, validate

from ..engines.urls import masked, target
from ..errors import DDLError, InputError, MissingExtra, SynthgenError
from ..options import DISPLAYS, Settings, parse_bytes, settings
from ..pages import FIRST_ROWS, Mark, Page, dataset_page, note_line, readable_plan, store_page
from ..progress import follow
from ..request import Request, dataset_name, draft, read_file, read_live, read_schema, request, table_key
from .arguments import assigned, command_of, command_parser, generation_parser, parse, repeated
from .binding import Binding, binding, memory_needed
from .doctor import config_page, doctor_page, free_memory
from .frontend import FrontEnd, front_end
from .live import Display, display_for
from .views import bundle

if TYPE_CHECKING:
    from argparse import Namespace

    from ..dataset import Dataset
    from ..jobs import Jobs
    from ..plan import Plan
    from ..schema import Schema
    from ..store import Store


@magics_class
class SynthgenMagics(Magics):
    """Defaults of the options of `%%synthgen`; SYNTHGEN_ROWS and its like set them from outside."""

    rows = Union([Int(), Unicode()], help="Rows of every table: -n").tag(config=True)
    seed = Int(help="Equal seeds give equal data: -s").tag(config=True)
    as_of = Unicode(help="The day the data believes it is, YYYY-MM-DD or today: --as-of").tag(config=True)
    dialect = Unicode(help="The DDL's dialect; empty: found out from the text: --dialect").tag(config=True)
    store = Unicode(help="The folder of datasets: --store").tag(config=True)
    strict = Bool(help="Notes and smaller tables are errors: --strict").tag(config=True)
    quiet = Bool(help="Show nothing, return nothing: -q").tag(config=True)
    vars = Bool(help="Bind one frame per table: --vars, --no-vars").tag(config=True)
    prefix = Unicode(help="Put before the names of the frames: --prefix").tag(config=True)
    budget = Unicode(help="Memory for frames (2G); above it they are lazy; empty: a quarter of what is free").tag(
        config=True
    )
    display = Enum(DISPLAYS, help="How progress and result are shown: --display").tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        found = settings(os.environ)
        super().__init__(shell, **{f.name: getattr(found, f.name) for f in fields(Settings)})
        self._shell = shell  # Magics.shell is declared optional
        self._bound: dict[str, object] = {}
        self._jobs: dict[Path, Jobs] = {}
        self._returned: tuple[Dataset, Mapping[str, str] | None] | None = None

    @validate("rows", "as_of", "budget")
    def _check(self, proposal: Mapping[str, Any]) -> object:
        try:
            Settings(**{proposal["trait"].name: str(proposal["value"])})  # type: ignore[arg-type]  # all three are text
        except InputError as error:
            raise TraitError(str(error)) from None
        return proposal["value"]

    @no_var_expand
    @line_cell_magic
    def synthgen(self, line: str, cell: str | None = None) -> object:
        """Realistic rows for CREATE TABLE statements: `%synthgen help` lists options and commands.

        %%synthgen shop << -n 1000 -s 7
        CREATE TABLE customers (id integer PRIMARY KEY, email varchar(80) NOT NULL UNIQUE);
        """
        try:
            return self._generate(line, cell) if cell is not None else self._command(line)
        except SynthgenError as error:
            raise UsageError(_one_line(error)) from None

    def _command(self, line: str) -> object:
        name, rest = ("", line) if "<<" in line else command_of(line)
        if name == "help" or not line.strip():
            print(generation_parser().format_help())
            return None
        if not name:
            return self._generate(line, None)
        parser = command_parser(name)
        args = parse(parser, rest)
        if args.help:
            print(parser.format_help())
            return None
        commands: dict[str, Callable[[Namespace], object]] = {
            "ui": self._ui,
            "show": self._show,
            "list": self._list,
            "validate": self._validate,
            "prove": self._prove,
            "plan": self._plan,
            "schema": self._schema,
            "config": self._config,
            "doctor": self._doctor,
        }
        return commands[name](args)

    def _generate(self, line: str, cell: str | None) -> object:
        assigned_name, rest = assigned(line)
        parser = generation_parser()
        args = parse(parser, rest)
        if args.help:
            print(parser.format_help())
            return None
        given = self._settings(args)
        variable = assigned_name or args.variable or ""
        asked = _request(args, given)
        schema = _schema_of(args, cell, asked)
        plan = draft(schema, asked)
        if args.dry_run:
            return plan
        name = args.name or variable or _stem(args) or _first_table(schema)
        names = self._names(schema, variable, given, args.force)
        screen = display_for(self._front_end(given), os.environ, _width(), quiet=given.quiet)
        dataset, is_new = self._dataset(plan, given.store, name, screen, (variable, *names.variables))
        marks = [*_notes(schema), *self._bind(dataset, variable, names, given)]
        if not is_new:
            marks.insert(0, Mark("note", f"nothing new: this plan is v{dataset.version} of {name} already"))
        result = bundle(_result(dataset, marks, _command_again(args, given, asked, variable)))
        if variable or given.quiet:
            screen.result(result)
            return None
        if self._front_end(given) == "text":  # a terminal writes "Out[3]:" before a value: the result belongs after it
            self._returned = (dataset, result)
        else:
            screen.result(result)
            self._returned = (dataset, None)
        return dataset

    def _dataset(
        self, plan: Plan, folder: str, name: str, screen: Display, names: tuple[str, ...]
    ) -> tuple[Dataset, bool]:
        """The dataset of the plan, and whether it had to be made. An interrupt leaves none of `names` behind: a later
        cell must not go on with the frames of an earlier run."""
        from ..store import Store

        store = Store(folder)
        if (kept := _same(store, name, plan)) is not None:
            return kept, False
        for each in names:
            if each in self._bound and self._shell.user_ns.get(each) is self._bound.pop(each):
                del self._shell.user_ns[each]
        job = self.jobs(store).start(plan, name)
        try:
            follow(job.events, screen)
            return job.result(), True
        except KeyboardInterrupt:
            job.pause("interrupt")
            job.wait()
            raise UsageError(f"paused at {job.progress.percent}: `%synthgen resume {job.number}` goes on") from None
        finally:
            screen.close()

    def _names(self, schema: Schema, variable: str, given: Settings, force: bool) -> Binding:
        space = self._shell.user_ns
        hidden = self._shell.user_ns_hidden
        foreign = {n for n, v in space.items() if n not in hidden and v is not self._bound.get(n, self)}
        if variable and variable in foreign and not force:
            raise InputError(f"{variable} is a variable of yours", hint="--force takes the name, or choose another")
        tables = schema.tables if given.vars else ()
        return binding(tables, prefix=given.prefix, foreign=foreign | {variable}, force=force)

    def _bind(self, dataset: Dataset, variable: str, names: Binding, given: Settings) -> list[Mark]:
        """Binds the dataset and its frames, and says in words what was bound and what was not."""
        holder = variable or "_"
        marks = []
        budget = parse_bytes(given.budget) if given.budget else free_memory() // 4
        lazy = bool(names.variables) and memory_needed(dataset) > budget
        bound: dict[str, object] = {
            name: dataset.scan(table) if lazy else dataset[table] for name, table in names.variables.items()
        }
        if bound:
            kind = "LazyFrame, more than the memory budget" if lazy else "DataFrame"
            marks.append(Mark("note", f"bound ({kind}): {', '.join(bound)}"))
        if names.left:
            reasons = "; ".join(f'{holder}["{table}"]: {reason}' for table, reason in names.left.items())
            marks.append(Mark("note", f"not bound: {reasons}"))
        if variable:
            bound[variable] = dataset
        self._shell.push(bound)
        self._bound.update(bound)
        return marks

    def show_once(self, dataset: Dataset) -> None:
        """The view of a dataset as a cell's value: nothing if this very cell has drawn it already."""
        returned, self._returned = self._returned, None
        if returned is None or returned[0] is not dataset:
            display(bundle(dataset_page(dataset)), raw=True)
        elif returned[1] is not None:
            display(dict(returned[1]), raw=True)

    def jobs(self, store: Store) -> Jobs:
        """The jobs of this session in a store: every face starts them here, so that they queue together."""
        from ..jobs import Jobs

        return self._jobs.setdefault(store.path.absolute(), Jobs(store))

    def _ui(self, args: Namespace) -> None:
        given = self._settings(args)
        if self._front_end(given) != "html":
            where = Mark("note", "it needs a notebook in a browser; %synthgen help lists what there is here")
            self._display(Page("synthgen panel", marks=(where,)))
            return
        try:
            from .opening import Opening
            from .panel import Panel
        except ModuleNotFoundError as error:
            raise MissingExtra("lab") from error
        Opening(Panel(given, self.jobs(self._store(args)), folder=Path()), asyncio.get_running_loop())

    def _show(self, args: Namespace) -> None:
        dataset = self._store(args).open(args.name, args.version)
        tables = [table_key(dataset.rows, t) for t in args.tables] or None
        page = dataset_page(dataset, first_rows=max(0, args.first), tables=tables)
        if tables:
            page = replace(page, parts=tuple(replace(p, folded=False) for p in page.parts[1:]))
        self._display(page)

    def _list(self, args: Namespace) -> None:
        self._display(store_page(self._store(args)))

    def _validate(self, args: Namespace) -> object:
        from ..validation import validate

        dataset = self._store(args).open(args.name, args.version)
        report = validate(dataset)
        dataset.keep_report(report)
        return report

    def _prove(self, args: Namespace) -> object:
        from ..proving import prove

        return prove(self._store(args).open(args.name, args.version), args.engine, ask=getpass)

    def _plan(self, args: Namespace) -> object:
        asked = _request(args, self._settings(args))
        return draft(_schema_of(args, None, asked), asked)

    def _schema(self, args: Namespace) -> object:
        return _schema_of(args, None, _request(args, self._settings(args)))

    def _config(self, args: Namespace) -> None:
        self._display(config_page(self))

    def _doctor(self, args: Namespace) -> None:
        self._display(doctor_page(self._front_end(self._settings(args)), self._store(args)))

    def _display(self, page: Page) -> None:
        display(bundle(page), raw=True)

    def _settings(self, args: Namespace) -> Settings:
        """`%config` under the options that the line gives; rows, seed and dialect follow in `request`."""
        own = {f.name: getattr(self, f.name) for f in fields(Settings)} | {"rows": str(self.rows)}
        line = {
            n: v for n in ("store", "vars", "prefix", "quiet", "display") if (v := getattr(args, n, None)) is not None
        }
        return Settings(**(own | line))

    def _store(self, args: Namespace) -> Store:
        from ..store import Store

        return Store(args.store or self.store)

    def _front_end(self, given: Settings) -> FrontEnd:
        return front_end(given.display, kernel=hasattr(self._shell, "kernel"), environ=os.environ, modules=sys.modules)


def _request(args: Namespace, given: Settings) -> Request:
    options = {name: getattr(args, name, None) for name in ("rows", "seed", "as_of", "dialect", "strict")}
    return request(given, datetime.date.today(), **options)


def _schema_of(args: Namespace, cell: str | None, asked: Request) -> Schema:
    """What the cell, the file or the database defines; a cell without a word in it is no cell."""
    given = {"a cell of DDL": bool(cell and cell.strip()), "--file": bool(args.file), "--from": bool(args.url)}
    if sum(given.values()) > 1:
        raise InputError(f"both {' and '.join(name for name in given if given[name])}", hint="leave one out")
    if args.url:
        return read_live(args.url, asked, getpass)
    if args.file:
        return _file_schema(args.file, asked)
    if cell is None:
        raise InputError("no DDL", hint="%%synthgen with the statements below, %synthgen -f FILE or --from URL")
    return read_schema(cell, asked)


def _file_schema(file: str, asked: Request) -> Schema:
    try:
        with Path(file).open("rb") as opened:
            return read_file(opened, file, asked)
    except OSError as error:
        raise InputError(f"can't read {file}: {error.strerror}") from None


def _stem(args: Namespace) -> str:
    return target(args.url).stem() if args.url else dataset_name(args.file or "")


def _first_table(schema: Schema) -> str:
    return next(iter(schema.tables.values())).name


def _same(store: Store, name: str, plan: Plan) -> Dataset | None:
    """The latest version, where it was made of this very plan and checked."""
    if not store.versions(name):
        return None
    latest = store.open(name)
    return latest if latest.report is not None and readable_plan(latest) == plan else None


def _notes(schema: Schema) -> list[Mark]:
    return [Mark("note", note_line(n)) for n in schema.notes if n.code != "ignored"]


def _result(dataset: Dataset, marks: list[Mark], again: str) -> Page:
    page = dataset_page(dataset, first_rows=FIRST_ROWS)
    return replace(page, marks=page.marks + tuple(marks), commands=(("repeat it", again),))


def _command_again(args: Namespace, given: Settings, asked: Request, variable: str) -> str:
    percent = "%synthgen" if args.file or args.url else "%%synthgen"
    rows = [str(n) if table == "*" else f"{table}={n}" for table, n in asked.rows.items()]
    options = repeated(
        {
            "-n": rows,
            "-s": str(asked.seed),
            "--as-of": asked.as_of,
            "--dialect": None if args.url else asked.dialect,
            "--strict": asked.strict,
            "-f": args.file,
            "--from": masked(args.url or ""),
            "--name": args.name,
            "--store": args.store,
            "--prefix": given.prefix,
            "--no-vars": not given.vars,
        }
    )
    return f"{percent} {f'{variable} << ' if variable else ''}{options}"


def _width() -> int:
    return shutil.get_terminal_size((100, 24)).columns


def _one_line(error: SynthgenError) -> str:
    """The message with its place, and for DDL the line with a caret under it."""
    caret = error.caret() if isinstance(error, DDLError) else ""
    said = masked(str(error))
    return f"{said}\n{caret}" if caret else said
