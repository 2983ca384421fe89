"""What the command line and the magics share: option names, their defaults, and reading their values.

Knows nothing of argparse's output, of notebooks or of what the options do. The precedence is: an option, then `%config`
(in a notebook), then the variable SYNTHGEN_<OPTION>, then the default.
"""

from __future__ import annotations

import datetime
import math
import re
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import NoReturn

from .errors import InputError
from .maps import EXECUTORS, require_executor

MOST_SEED = 2**64 - 1
_SUFFIXES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


TABLE_FORMATS = ("csv", "parquet", "jsonl")  # one file per table
DATABASE_FORMATS = ("sql", "sqlite", "duckdb")  # one file
DISPLAYS = ("auto", "html", "text", "none")


@dataclass(frozen=True, slots=True)
class Scale:
    """A number that an option takes: its bounds, both included, and what it is where nobody says."""

    option: str
    least: float
    most: float
    default: float
    whole: bool = False


TEMPERATURE = Scale("-t", 0, 2, 0.8)
TOP_P = Scale("--top-p", 0, 1, 0.95)
TOP_K = Scale("--top-k", 0, 1000, 50, whole=True)
PLAN_TEMPERATURE = Scale("--plan-temperature", 0, 2, 0)
SCALES = {"temperature": TEMPERATURE, "top_p": TOP_P, "top_k": TOP_K, "plan_temperature": PLAN_TEMPERATURE}


@dataclass(frozen=True, slots=True)
class Settings:
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
        read: Callable[[str], int | str] = {"int": parse_seed, "bool": parse_flag}.get(str(field.type), str)
        try:
            found = replace(found, **{field.name: read(text)})  # type: ignore[arg-type]  # read by the field's own type
        except InputError as error:
            raise InputError(f"{variable}: {error.message}", hint=error.hint) from None
    return found


def parse_flag(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise InputError(f"{text!r} is neither yes nor no", hint="use 1 or 0")


def parse_count(text: str) -> int:
    """'1000', '1_000', '5k', '1.5M' -> rows. What a table may have is for draft_plan to say."""
    match = re.fullmatch(r"\s*(-?\d[\d_,]*(?:\.\d+)?)\s*([kmg]?)\s*", text, re.IGNORECASE)
    if not match:
        raise InputError(f"{text!r} is not a number of rows", hint="examples: -n 1000, -n 5k, -n customers=500")
    number, suffix = match.groups()
    digits, _, fraction = re.sub("[_,]", "", number).partition(".")
    scale = _SUFFIXES[suffix.lower()]
    if len(digits) > 24 or len(fraction) > 12:  # int() of a million digits takes a while
        raise InputError("that number of rows has too many digits")
    whole, rest = divmod(int(digits + fraction) * scale, int(10 ** len(fraction)))
    if rest:
        raise InputError(f"{text.strip()} is not a whole number of rows")
    return whole


def parse_rows(values: Sequence[str]) -> dict[str, int]:
    """['1k', 'customers=500'] -> {'*': 1000, 'customers': 500}: the shape that draft_plan takes. The last word wins."""
    rows: dict[str, int] = {}
    for value in values:
        table, equals, count = value.rpartition("=")
        if equals and not table.strip():
            raise InputError(f"{value!r} names no table", hint="example: -n customers=500")
        rows[table.strip() if equals else "*"] = parse_count(count)
    return rows


def parse_scale(text: str) -> float:
    """'1', '0.5' -> how large, of 1."""
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if not 0 < scale < math.inf:
        raise InputError(f"a scale of {text!r} can't be", hint="--scale 1, --scale 0.1")
    return scale


def parse_names(text: str) -> tuple[str, ...]:
    """'a, b' -> ('a', 'b')."""
    return tuple(name for each in text.split(",") if (name := each.strip()))


def parse_given(values: Sequence[str]) -> dict[str, str]:
    """['customers=mine.csv'] -> {'customers': 'mine.csv'}."""
    found: dict[str, str] = {}
    for value in values:
        table, equals, file = value.partition("=")
        if not (equals and table.strip() and file.strip()):
            raise InputError(f"{value!r} names no table and file", hint="--given customers=mine.csv")
        found[table.strip()] = file.strip()
    return found


def parse_specs(values: Sequence[str]) -> dict[str, str]:
    """['orders.status: Choice(new=5)'] -> {'orders.status': 'Choice(new=5)'}. The last word wins."""
    specs: dict[str, str] = {}
    for value in values:
        name, colon, text = value.partition(":")
        if not (colon and name.strip() and text.strip()):
            example = '-p "orders.status: Choice(new=5, paid=90)"'
            raise InputError(f"-p {value!r} is no TABLE.COLUMN: SPEC", hint=f"example: {example}")
        specs[name.strip()] = text.strip()
    return specs


def parse_share(text: str) -> float:
    """'5%' or '0.05' -> 0.05."""
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise InputError(f"{text!r} is no share", hint="examples: 5%, 0.05")
    return share


def parse_bytes(text: str) -> int:
    """'2G', '500M' -> bytes."""
    match = re.fullmatch(r"(\d{1,15})\s*([kmg]?)b?", text.strip(), re.IGNORECASE)
    if not match:
        raise InputError(f"{text!r} is not a size", hint="examples: 500M, 2G")
    number, suffix = match.groups()
    return int(number) * _SUFFIXES[suffix.lower()]


def parse_seconds(text: str) -> float:
    """'90', '90s', '15m', '2h' -> seconds."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)\s*([smh]?)", text.strip().lower())
    if not match or not float(match[1]):
        raise InputError(f"{text!r} is not a length of time", hint="examples: 90, 90s, 15m, 2h")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def parse_scaled(text: str, scale: Scale) -> tuple[float, str]:
    """The number, moved into its range, and a warning that names the range where it was moved. Raises InputError for
    what is no number."""
    kind = "a whole number" if scale.whole else "a number"
    range_ = f"{scale.least:g} to {scale.most:g}"
    try:
        given = float(int(text)) if scale.whole else float(text)
    except (ValueError, OverflowError):
        given = math.nan
    if math.isnan(given):
        raise InputError(f"{scale.option} {text!r} is not {kind}", hint=f"{range_}, {scale.default:g} by default")
    used = min(max(given, scale.least), scale.most)
    return used, "" if used == given else f"{scale.option} {text} is out of range ({range_}): {used:g} is used"


def parse_seed(text: str) -> int:
    try:
        seed = int(text)
    except ValueError:
        raise InputError(f"{text!r} is not a seed", hint="a whole number, 0 or larger") from None
    if not 0 <= seed <= MOST_SEED:
        raise InputError(f"the seed {text} is out of range", hint="a whole number from 0 to 2**64 - 1")
    return seed


def parse_version(text: str) -> int:
    """'3' or 'v3'."""
    match = re.fullmatch(r"v?([1-9]\d{0,8})", text.strip().lower())
    if not match:
        raise InputError(f"{text!r} is no version", hint="examples: 3, v3")
    return int(match[1])


def parse_as_of(text: str) -> str:
    """'YYYY-MM-DD' as it came, or the word 'today', which is left for the caller's clock (see `dated`)."""
    if text == "today":
        return text
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise InputError(f"{text!r} is not a date", hint="write YYYY-MM-DD or today") from None


def dated(as_of: str, today: datetime.date) -> str:
    return today.isoformat() if as_of == "today" else as_of


def did_you_mean(word: str, words: Mapping[str, object] | Sequence[str]) -> str:
    near = get_close_matches(word, list(words), n=1)
    return f"did you mean {near[0]}?" if near else ""


def listed(names: Mapping[str, object] | Sequence[str], most: int = 8) -> str:
    """Names for a sentence; a long list is cut and says how many more there are."""
    shown = list(names)[:most]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


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
