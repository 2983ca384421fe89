"""What the command line and the magics share: option names and their defaults.

Knows nothing of argparse's output, of notebooks or of what the options do. The precedence is: an option, then `%config`
(in a notebook), then the variable SYNTHGEN_<OPTION>, then the default.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import fields, replace

from .errors import InputError
from .maps import EXECUTORS, require_executor
from .typed import (
    SCALES,
    listed,
    parse_as_of,
    parse_bytes,
    parse_flag,
    parse_rows,
    parse_scaled,
    parse_seed,
)

TABLE_FORMATS = ("csv", "parquet", "jsonl")  # one file per table
DATABASE_FORMATS = ("sql", "sqlite", "duckdb")  # one file
DISPLAYS = ("auto", "html", "text", "none")


class Settings(Struct, frozen=True):
    """The options that have a default worth changing for a whole session; `%config SynthgenMagics` lists the same
    names. Empty text means "not set", which for a model's numbers differs from their default: a temperature that
    somebody set is a ceiling. `vars`, `prefix`, `budget` and `display` speak of notebooks only."""

    rows: str = "1000"
    seed: int = 0
    as_of: str = "2026-01-01"
    dialect: str = ""
    store: str = "synthgen_store"
    executor: str = "threads"
    strict: bool = False
    quiet: bool = False
    vars: bool = True
    prefix: str = ""
    budget: str = ""
    display: str = "auto"
    model: str = ""
    quantise: bool = True
    temperature: str = ""
    top_p: str = ""
    top_k: str = ""
    plan_temperature: str = ""
    ignore_instructions: bool = False
    locale: str = ""
    realistic_contacts: bool = False

    def __post_init__(self) -> None:
        parse_rows([self.rows])
        parse_as_of(self.as_of)
        for name, scale in SCALES.items():
            if text := getattr(self, name):
                parse_scaled(text, scale)
        if self.budget:
            parse_bytes(self.budget)
        require_executor(self.executor)
        if self.display not in DISPLAYS:
            raise InputError(f"unknown display {self.display!r}", hint=f"one of {listed(DISPLAYS)}")


def settings(environ: Mapping[str, str]) -> Settings:
    """The built-in defaults, overlaid by SYNTHGEN_ROWS, SYNTHGEN_SEED and so on. Raises InputError naming the
    variable."""
    found = Settings()
    for field in fields(Settings):
        variable = f"SYNTHGEN_{field.name.upper()}"
        if not (text := environ.get(variable, "").strip()):
            continue
        read: Callable[[str], int | str] = {int: parse_seed, bool: parse_flag}.get(field.type, str)
        try:
            found = replace(found, **{field.name: read(text)})  # read by the field's own type
        except InputError as error:
            raise InputError(f"{variable}: {error.message}", hint=error.hint) from None
    return found


class Parser(ArgumentParser):
    """argparse with our error contract: a wrong option is an InputError and never ends the process."""

    def error(self, message: str) -> NoReturn:
        raise InputError(message[:1].lower() + message[1:], hint=f"see {self.prog} --help")


def add_generation_options(parser: ArgumentParser) -> None:
    """The options that decide what is generated. Each defaults to None: "not given", so that `%config` and SYNTHGEN_*
    can speak before the default does."""
    parser.add_argument(
        "-n", "--rows", action="append", metavar="N|TABLE=N", help="rows for every table, or for one; k and M suffixes"
    )
    parser.add_argument(
        "--scale",
        metavar="S",
        help="a sensible size for every table: 1 is a thousand customers, 0.1 a hundred",
    )
    parser.add_argument("--tables", metavar="T,T", help="only these tables, and those that their foreign keys need")
    parser.add_argument("--exclude", metavar="T,T", help="every table but these; keys that may point to them are NULL")
    parser.add_argument(
        "--given",
        action="append",
        metavar="T=FILE",
        help="the rows of a table from FILE.csv or FILE.parquet, as they are: --given customers=mine.csv; repeatable",
    )
    parser.add_argument("-s", "--seed", metavar="INT", help="equal seeds give equal data (default 0)")
    parser.add_argument(
        "--as-of", metavar="DATE", help="the day the data believes it is (default 2026-01-01), or today"
    )
    parser.add_argument("--template", metavar="NAME", help="a ready schema instead of DDL; `templates` lists them")
    parser.add_argument(
        "-p",
        "--spec",
        dest="specs",
        action="append",
        metavar="COLUMN: SPEC",
        help='what fills a column: -p "orders.status: Choice(new=5, paid=90)", -p "customers.mail: email"; repeatable',
    )
    parser.add_argument(
        "--edges",
        metavar="SHARE",
        help="this share of the rows takes edge cases: 5%% (bounds, longest texts, Unicode ...)",
    )
    parser.add_argument(
        "--locale", metavar="LOCALE", help="where people and places are from: de_DE, or de_DE=70,en_US=30"
    )
    parser.add_argument(
        "--realistic-contacts",
        action="store_true",
        default=None,
        help="e-mail addresses and numbers that may be somebody's, instead of reserved ones",
    )
    parser.add_argument(
        "--plan", metavar="FILE", help="a plan kept by `synthgen plan --json`, or a part of one in TOML or JSON"
    )
    add_reading_options(parser)


def add_reading_options(parser: ArgumentParser) -> None:
    told = parser.add_mutually_exclusive_group()
    told.add_argument(
        "--dialect",
        metavar="NAME",
        help="postgres, mysql, mariadb, sqlite, duckdb, tsql or oracle; found out from the text if not given",
    )
    told.add_argument(
        "--from",
        dest="url",
        metavar="URL",
        help="the tables of a database instead: postgresql://, mysql://, sqlite:/// or duckdb:///; its catalog is read,"
        " never a row",
    )
    parser.add_argument(
        "--strict", action="store_true", default=None, help="what would be told in a note or smaller table is an error"
    )


def add_template_words(parser: ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="NAME|save NAME FILE|delete NAME", help="default: the list of them; NAME: its DDL"
    )


def add_store_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--store", metavar="DIR|URL", help="the folder of datasets (default synthgen_store), or s3://BUCKET/PREFIX"
    )


def add_executor_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--executor", metavar="NAME", help=f"who makes the rows: {EXECUTORS} (default threads); the rows are the same"
    )


def add_edit_options(parser: ArgumentParser) -> None:
    """What an edit speaks of, what becomes of one that would break a rule, and the model that reads words."""
    parser.add_argument("--table", metavar="T", help="the table that the words are about")
    parser.add_argument("--yes", action="store_true", help="apply it without asking, even where it speaks of all rows")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--cascade", action="store_true", help="what would break a rule in other tables follows")
    way.add_argument("--mend", action="store_true", help="cells that would break a rule are drawn again")
    parser.add_argument(
        "--plan-temperature", metavar="0-2", help="how freely a model reads the words (default 0: always alike)"
    )
    add_loading_options(parser)


def add_query_options(parser: ArgumentParser) -> None:
    """What a query may take."""
    parser.add_argument("--limit-rows", metavar="N", help="rows of the result (default 10k); k and M suffixes")
    parser.add_argument("--timeout", metavar="TIME", help="stop the query after 90, 90s or 15m (default 60 s)")
    parser.add_argument("--memory", metavar="SIZE", help="stop the query beyond 500M or 4G of memory (default 2G)")


def add_loading_options(parser: ArgumentParser) -> None:
    """Which model: also where it is settled already how it draws."""
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help="a name of `model list`, an id on the hub, a folder, a FILE.gguf or http://127.0.0.1:PORT/v1",
    )
    add_fetching_options(parser)


def add_fetching_options(parser: ArgumentParser) -> None:
    """How the model that is named gets here."""
    parser.add_argument("--download", action="store_true", help="fetch the model if it is not here yet")
    parser.add_argument(
        "--elsewhere",
        action="store_true",
        help="ask a server on another machine too: instructions and names of tables leave this one",
    )
    parser.add_argument(
        "--no-quantise", dest="quantise", action="store_false", default=None, help="weights as they are, not in 4 bits"
    )


def add_model_options(parser: ArgumentParser) -> None:
    """The model and how it draws: wherever a model may write."""
    add_loading_options(parser)
    parser.add_argument(
        "-t",
        "--temperature",
        metavar="0-2",
        help="how freely it writes (default 0.8); one that you give is never exceeded",
    )
    parser.add_argument("--top-p", metavar="0-1", help="draw from the likeliest words of this share (default 0.95)")
    parser.add_argument("--top-k", metavar="INT", help="draw from this many words at most (default 50; 0: no limit)")


def add_instruction_options(parser: ArgumentParser) -> None:
    """What the data should be like, in words, and the model that reads it."""
    parser.add_argument(
        "-i", "--instructions", metavar="TEXT|@FILE", help="what the data should be like; needs a model"
    )
    parser.add_argument("--drop", metavar="2,5", help="leave these of the model's changes out")
    parser.add_argument(
        "--ignore-instructions",
        action="store_true",
        default=None,
        help="without a model go on by rules instead of refusing -i",
    )
    parser.add_argument(
        "--plan-temperature", metavar="0-2", help="how freely it reads the instructions (default 0: always alike)"
    )
    add_model_options(parser)
