"""The options of `%%synthgen` and `%synthgen`, and reading a line of them. Knows nothing of what they do."""

from __future__ import annotations

import os
import re
import shlex
from argparse import Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping

from ..errors import InputError
from ..options import (
    DISPLAYS,
    Parser,
    add_edit_options,
    add_executor_option,
    add_fetching_options,
    add_generation_options,
    add_instruction_options,
    add_loading_options,
    add_model_options,
    add_query_options,
    add_reading_options,
    add_store_option,
    add_template_words,
)
from ..storeoptions import add_export_options, add_gc_options, add_listing_options, add_verify_option
from ..textrequest import add_domain_options, add_text_options
from ..typed import did_you_mean, parse_seconds, parse_version
from .binding import unfit

_ASSIGNED = re.compile(r"\s*(\S+)\s*<<(?:\s+|$)(.*)", re.DOTALL)
_EXAMPLES = """examples:
  %%synthgen -n 1000                   the cell's CREATE TABLE statements; every table becomes a variable
  %%synthgen shop << -n 1k -n orders=5k -s 7
  %synthgen -f shop.sql --as shop      the same from a file
  %synthgen --from sqlite:///shop.db   or for the tables of a database, of which no row is read
  %synthgen ui                         a form instead of options
  %synthgen show shop                  again later, from the store

commands: """
COMMANDS = {
    "ui": "the panel: a form, live bars and results, without typing a magic",
    "show": "a dataset's summary, what its columns hold, and first rows",
    "list": "the datasets in the store",
    "sql": "a SELECT over a dataset's tables: a frame",
    "edit": "change a dataset by SQL or in words: looked at before it counts",
    "apply": "make the edit that is proposed the current version",
    "discard": "drop the edit that is proposed",
    "diff": "what differs between two versions of a dataset: a frame for each table",
    "history": "the versions of a dataset and what made each",
    "undo": "go back to the version before an edit",
    "redo": "take an undo back",
    "ask": "a question about a dataset in words: the SELECT that a model writes, and a frame",
    "validate": "check every rule of a dataset again",
    "prove": "the verdict of a real database engine on a dataset",
    "export": "a dataset as files",
    "import": "a dataset out of an archive that `export --to archive` wrote",
    "rename": "give a dataset another name",
    "copy": "give a dataset a second name",
    "drop": "remove a dataset, or one version of it",
    "gc": "remove what nobody lists or needs, and old versions where asked",
    "regenerate": "make a dataset again and hold every part against the one in the store",
    "templates": "ready schemas and your own, or the DDL of one",
    "plan": "how each column of a DDL file or a database would be filled",
    "schema": "what is understood of a DDL file or a database",
    "model": "language models: list, show, load, unload; one is held",
    "domain": "fields that sets of texts are about: list, show, save, delete",
    "jobs": "the jobs of the store: what runs, what rests",
    "log": "what a job did",
    "resume": "finish a job that was paused, interrupted or failed",
    "pause": "let a job rest, here or in another process",
    "cancel": "end a job and drop what it made",
    "wait": "watch a job to its end and bind its result",
    "config": "every default and where it comes from",
    "doctor": "this environment: front end, versions, store, memory",
    "help": "this text",
}

FRAME_COMMANDS = ("sql", "ask")  # their result is a frame, which NAME << takes


def generation_parser() -> Parser:
    commands = ", ".join(COMMANDS)
    parser = Parser(
        prog="%%synthgen",
        usage="%%%%synthgen [NAME <<] [options]  (DDL below)   or   %%synthgen [COMMAND] [options]",
        description="Realistic rows for CREATE TABLE statements, with every constraint holding.",
        epilog=_EXAMPLES + commands + " (%synthgen COMMAND -h)",
        formatter_class=RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    add_generation_options(parser)
    add_instruction_options(parser)
    parser.add_argument("--name", help="the dataset's name in the store (default: NAME, else the first table's)")
    _add_binding_options(parser)
    parser.add_argument("-f", "--file", metavar="PATH", help="the DDL from a file")
    parser.add_argument("--dry-run", action="store_true", help="show the plan and what it will cost, make nothing")
    add_working_options(parser)
    add_executor_option(parser)
    add_showing_options(parser)
    add_store_option(parser)
    add_help_option(parser)
    return parser


def text_parser() -> Parser:
    parser = Parser(
        prog="%%synthgen_text",
        usage="%%%%synthgen_text [NAME <<] [options]  (what the texts are about below)",
        description="A set of texts by domain and topics, written by a model.",
        add_help=False,
        allow_abbrev=False,
    )
    add_text_options(parser)
    add_model_options(parser)
    _add_binding_options(parser)
    add_working_options(parser)
    add_showing_options(parser)
    add_store_option(parser)
    add_help_option(parser)
    return parser


def edit_parser() -> Parser:
    parser = Parser(
        prog="%%synthgen_edit",
        usage="%%%%synthgen_edit NAME [options]  (SQL or words below)",
        description=COMMANDS["edit"],
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("text", nargs="*", metavar="TEXT", help="instead of the cell")
    add_edit_options(parser)
    add_showing_options(parser)
    add_store_option(parser)
    add_help_option(parser)
    return parser


def _add_binding_options(parser: Parser) -> None:
    parser.add_argument(
        "--as", dest="variable", metavar="VAR", help="bind the dataset to this variable, as NAME << does"
    )
    parser.add_argument("--vars", action="store_true", default=None, help="bind one frame per table (default)")
    parser.add_argument("--no-vars", dest="vars", action="store_false", help="bind no frames")
    parser.add_argument("--prefix", help="put this before the names of the frames")
    parser.add_argument("--force", action="store_true", help="take names even if they hold a variable of yours")


def command_parser(command: str) -> Parser:
    parser = Parser(prog=f"%synthgen {command}", description=COMMANDS[command], add_help=False, allow_abbrev=False)
    if command in {"show", "validate", "prove", "export", "drop", "regenerate", *FRAME_COMMANDS}:
        parser.add_argument("name", metavar="NAME")
        which = "all of them" if command == "drop" else "the latest"
        parser.add_argument("--version", type=int, metavar="N", help=f"default: {which}")
    if command == "show":
        parser.add_argument("tables", nargs="*", metavar="TABLE", help="default: all")
        parser.add_argument("--grid", action="store_true", help="all rows, to scroll, sort, filter and edit")
        parser.add_argument("--first", type=int, default=10, metavar="N", help="rows of each table (default 10)")
    if command == "sql":
        parser.add_argument("query", nargs="+", metavar="SELECT", help="in quotes; DuckDB's dialect")
    if command == "ask":
        parser.add_argument("question", nargs="+", metavar="QUESTION", help="in quotes; needs a model")
        add_model_options(parser)
    if command in FRAME_COMMANDS:
        add_query_options(parser)
        parser.add_argument(
            "--as", dest="variable", metavar="VAR", help="bind the frame to this variable, as NAME << does"
        )
        parser.add_argument("--force", action="store_true", help="take the name even if it holds a variable of yours")
    if command == "prove":
        parser.add_argument(
            "--engine", default="duckdb", metavar="ENGINE|URL", help="duckdb, sqlite, postgresql://, mysql://"
        )
    if command == "export":
        add_export_options(parser)
    if command == "validate":
        add_verify_option(parser)
    if command == "list":
        add_listing_options(parser)
    if command == "import":
        parser.add_argument("file", metavar="FILE", help="NAME.synthgen.zip")
        parser.add_argument("--name", help="the dataset's name in the store (default: its own)")
    if command == "gc":
        add_gc_options(parser)
    if command in {"edit", "apply", "discard", "diff", "history", "undo", "redo"}:
        parser.add_argument("name", metavar="NAME")
    if command == "edit":
        words = "SQL, or what to change in words (needs a model); none: what is proposed, with another way out"
        parser.add_argument("text", nargs="*", metavar="TEXT", help=words)
        add_edit_options(parser)
    if command == "apply":
        parser.add_argument("--yes", action="store_true", help="even where it speaks of all rows")
    if command == "diff":
        versions = "none, one or two: default the current one and the one before it"
        parser.add_argument("versions", nargs="*", type=parse_version, metavar="VERSION", help=versions)
    if command in {"rename", "copy"}:
        parser.add_argument("old", metavar="OLD")
        parser.add_argument("new", metavar="NEW")
    if command == "templates":
        add_template_words(parser)
    if command in {"plan", "schema"}:
        parser.add_argument("-f", "--file", metavar="PATH", help="the DDL")
    if command == "plan":
        add_generation_options(parser)
        add_instruction_options(parser)
    if command == "model":
        parser.add_argument("act", choices=("list", "show", "load", "unload"))
        parser.add_argument(
            "model", nargs="?", metavar="NAME", help="a name of `list`, an id on the hub, a folder, a file"
        )
        add_fetching_options(parser)
    if command == "schema":
        add_reading_options(parser)
    if command == "domain":
        add_domain_options(parser)
    if command in {"log", "resume", "pause", "cancel", "wait"}:
        parser.add_argument("job", type=int, metavar="JOB", help="its number in `%%synthgen jobs`")
    if command == "resume":
        add_loading_options(parser)
        add_working_options(parser)
        add_executor_option(parser)
    if command in {"resume", "wait", "edit", "apply", "undo", "redo"}:
        add_showing_options(parser)
    if command == "cancel":
        parser.add_argument("--keep", action="store_true", help="keep its rows as a version marked partial")
    if command in {"cancel", "drop"}:
        parser.add_argument("--yes", action="store_true", help="do not ask")
    if command not in {"plan", "schema", "config", "model"}:
        add_store_option(parser)
    add_help_option(parser)
    return parser


def add_working_options(parser: Parser) -> None:
    parser.add_argument("--bg", action="store_true", help="in the background: the cell ends, the names are bound later")
    parser.add_argument(
        "--timeout", type=parse_seconds, metavar="TIME", help="pause it after 90, 90s, 15m or 2h of work"
    )


def add_showing_options(parser: Parser) -> None:
    parser.add_argument("-q", "--quiet", action="store_true", default=None, help="show nothing, return nothing")
    parser.add_argument("--display", choices=DISPLAYS, help="progress and result: auto looks at the front end")


def add_help_option(parser: Parser) -> None:
    # argparse's own action ends the process; here help is printed and the cell goes on
    parser.add_argument("-h", "--help", action="store_true", help="show this text")


def parse(parser: Parser, line: str) -> Namespace:
    """The options of a line. Raises InputError. With -h nothing else is required."""
    try:
        words = shlex.split(line.replace("\\", "\\\\") if os.name == "nt" else line)  # C:\\data keeps its backslashes
    except ValueError as error:
        raise InputError(f"can't split the options: {error}", hint="quotes come in pairs") from None
    if {"-h", "--help"} & set(words):
        return Namespace(help=True)
    return parser.parse_args(words)


def assigned(line: str) -> tuple[str, str]:
    """('shop', '-n 10') of 'shop << -n 10'; the name is empty where there is no `<<`."""
    match = _ASSIGNED.fullmatch(line)
    if not match:
        return "", line
    if reason := unfit(match[1]):
        raise InputError(f"can't assign: {reason}")
    return match[1], match[2]


def command_of(line: str) -> tuple[str, str]:
    """('show', 'shop -h') of 'show shop -h'; the command is empty where the line begins with an option."""
    word, _, rest = line.strip().partition(" ")
    if not word or word.startswith("-"):
        return "", line
    if word not in COMMANDS:
        raise InputError(
            f"unknown command {word!r}", hint=did_you_mean(word, COMMANDS) or f"one of {', '.join(COMMANDS)}"
        )
    return word, rest


def repeated(options: Mapping[str, object]) -> str:
    """Options as one would type them: {'-n': ['1000', 'a=5'], '--strict': True} -> '-n 1000 -n a=5 --strict'."""
    words: list[str] = []
    for option, value in options.items():
        if value is True:
            words.append(option)
        elif isinstance(value, (list, tuple)):
            words += [f"{option} {_quoted(str(each))}" for each in value]
        elif value not in (None, False, ""):
            words.append(f"{option} {_quoted(str(value))}")
    return " ".join(words)


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w.,:=/+-]+", word) else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
