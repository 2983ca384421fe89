"""`%%synthgen` and `%synthgen`: the door. Reads a line, finds who answers it, and makes every error one line that fails
the cell.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from msgspec.structs import fields
from traitlets import Bool, Enum, Float, Int, TraitError, Unicode, Union, validate

from ..engines.urls import masked
from ..errors import DDLError, InputError, SynthgenError
from ..options import DISPLAYS, Settings, settings
from ..typed import SCALES
from .arguments import (
    FRAME_COMMANDS,
    assigned,
    command_of,
    command_parser,
    edit_parser,
    generation_parser,
    parse,
    text_parser,
)
from .commands import DATASET_COMMANDS
from .doctor import config_page
from .edits import EDIT_COMMANDS, propose_edit
from .frontend import front_end
from .jobcells import JOB_COMMANDS
from .making import make
from .place import Drawn, Place
from .queries import QUERY_COMMANDS
from .session import Session
from .texting import TEXT_COMMANDS, make_texts
from .tidying import STORE_COMMANDS

if TYPE_CHECKING:
    from argparse import Namespace


def _number(help: str) -> Union:
    """A number of a model's, kept as it was written; empty: nobody said."""
    return Union([Float(), Unicode()], help=help).tag(config=True)


@magics_class
class SynthgenMagics(Magics):
    """Defaults of the options of `%%synthgen`; SYNTHGEN_ROWS and its like set them from outside."""

    rows = Union([Int(), Unicode()], help="Rows of every table: -n").tag(config=True)
    seed = Int(help="Equal seeds give equal data: -s").tag(config=True)
    as_of = Unicode(help="The day the data believes it is, YYYY-MM-DD or today: --as-of").tag(config=True)
    dialect = Unicode(help="The DDL's dialect; empty: found out from the text: --dialect").tag(config=True)
    store = Unicode(help="The folder of datasets, or s3://BUCKET/PREFIX: --store").tag(config=True)
    executor = Unicode(help="Who makes the rows: threads, processes or dask://HOST:PORT: --executor").tag(config=True)
    strict = Bool(help="Notes and smaller tables are errors: --strict").tag(config=True)
    quiet = Bool(help="Show nothing, return nothing: -q").tag(config=True)
    vars = Bool(help="Bind one frame per table: --vars, --no-vars").tag(config=True)
    prefix = Unicode(help="Put before the names of the frames: --prefix").tag(config=True)
    budget = Unicode(help="Memory for frames (2G); above it they are lazy; empty: a quarter of what is free").tag(
        config=True
    )
    model = Unicode(help="The model for -i: --model; empty: the one that is loaded").tag(config=True)
    quantise = Bool(help="Load a model's weights in 4 bits: --no-quantise").tag(config=True)
    temperature = _number("How freely a model writes, 0 to 2; one that is set is never exceeded: -t")
    top_p = _number("Draw from the likeliest words of this share, 0 to 1: --top-p")
    top_k = _number("Draw from this many words at most: --top-k")
    plan_temperature = _number("How freely instructions are read, 0 to 2: --plan-temperature")
    locale = Unicode(help="Where people and places are from, as de_DE or de_DE=70,en_US=30: --locale").tag(config=True)
    realistic_contacts = Bool(help="Addresses that may be somebody's: --realistic-contacts").tag(config=True)
    ignore_instructions = Bool(help="Without a model go on by rules: --ignore-instructions").tag(config=True)
    display = Enum(DISPLAYS, help="How progress and result are shown: --display").tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        found = settings(os.environ)
        super().__init__(shell, **{f.name: getattr(found, f.name) for f in fields(Settings)})
        self.session = Session(shell)
        self.drawn = Drawn()

    @validate("rows", "as_of", "budget", "executor", *SCALES)
    def _check(self, proposal: Mapping[str, Any]) -> object:
        try:
            Settings(**{proposal["trait"].name: str(proposal["value"])})  # type: ignore[arg-type]  # all of them are text
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

    @no_var_expand
    @line_cell_magic
    def synthgen_text(self, line: str, cell: str | None = None) -> object:
        """A set of texts by domain and topics, written by a model; the cell says what they are about.

        %%synthgen_text faq << --domain technology --topics python,sql -n 1000 --kind qa
        for people who change from spreadsheets to databases
        """
        try:
            assigned_name, rest = assigned(line)
            args = parse(parser := text_parser(), rest)
            if args.help:
                print(parser.format_help())
                return None
            return make_texts(self.place(args), args, cell, assigned_name or args.variable or "")
        except SynthgenError as error:
            raise UsageError(_one_line(error)) from None

    @no_var_expand
    @line_cell_magic
    def synthgen_edit(self, line: str, cell: str | None = None) -> object:
        """A dataset changed by SQL or in words; what it changes is shown, and nothing counts before it is applied.

        %%synthgen_edit shop
        make 10% of the customers German
        """
        try:
            args = parse(parser := edit_parser(), line)
            if args.help:
                print(parser.format_help())
                return None
            return propose_edit(self.place(args), args, cell)
        except SynthgenError as error:
            raise UsageError(_one_line(error)) from None

    def _command(self, line: str) -> object:
        variable, said = assigned(line)
        takes = not variable or said.split(" ", 1)[0] in FRAME_COMMANDS
        name, rest = command_of(said) if takes else ("", line)
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
        if variable:
            args.variable = variable
        place = self.place(args)
        if name == "config":
            place.show(config_page(self))
            return None
        commands = DATASET_COMMANDS | STORE_COMMANDS | QUERY_COMMANDS | JOB_COMMANDS | TEXT_COMMANDS | EDIT_COMMANDS
        return commands[name](place, args)

    def _generate(self, line: str, cell: str | None) -> object:
        assigned_name, rest = assigned(line)
        parser = generation_parser()
        args = parse(parser, rest)
        if args.help:
            print(parser.format_help())
            return None
        return make(self.place(args), args, cell, assigned_name or args.variable or "")

    def place(self, args: Namespace | None = None) -> Place:
        """What a line starts from: `%config` under the options that it gives; rows, seed and dialect follow in
        `request`."""
        own = {f.name: getattr(self, f.name) for f in fields(Settings)}
        own |= {name: str(own[name]) for name in ("rows", *SCALES)}
        options = ("store", "executor", "vars", "prefix", "quiet", "display")
        line = {n: v for n in options if (v := getattr(args, n, None)) is not None}
        given = Settings(**(own | line))
        kernel = hasattr(self.session.shell, "kernel")
        seen = front_end(given.display, kernel=kernel, environ=os.environ, modules=sys.modules)
        return Place(self.session, given, seen, self.drawn)


def _one_line(error: SynthgenError) -> str:
    """The message with its place, and for DDL the line with a caret under it."""
    caret = error.caret() if isinstance(error, DDLError) else ""
    said = masked(str(error))
    return f"{said}\n{caret}" if caret else said
