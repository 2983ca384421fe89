"""What one types about a store: the options of both faces, and the listing and the form of files that they ask
for. Knows no
screen and no store."""

from __future__ import annotations

import datetime
import re
from argparse import ArgumentParser, Namespace
from typing import get_args

from .errors import InputError
from .exports.csv import ENCODINGS, PLAIN, CsvForm
from .listing import Order, State, Wanted
from .options import DATABASE_FORMATS, TABLE_FORMATS
from .textsets.formats import LINE_FORMATS
from .typed import parse_bytes

_AGE = re.compile(r"(\d{1,6})\s*([mhdw])")
ARCHIVE = "archive"  # of every version, unless one is named
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def add_listing_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("pattern", nargs="?", default="", metavar="PATTERN", help="a piece of the name, or a pattern with * and ?")
    add("--larger", metavar="SIZE", help="only those above this size: 500M, 2G")
    add("--smaller", metavar="SIZE", help="only those below it")
    add("--newer", metavar="DATE|AGE", help="only those made after a day (2026-01-31) or within 30m, 12h, 7d, 2w")
    add("--older", metavar="DATE|AGE", help="only those made before")
    add("--state", choices=get_args(State), help="only those whose checks, or files, came out like that")
    add("--sort", choices=get_args(Order), default="name", help="default: name")
    add("--limit", type=int, metavar="N", help="show so many (default: all)")
    add("--offset", type=int, default=0, metavar="N", help="leave so many out at the beginning")


def wanted_of(args: Namespace, now: datetime.datetime) -> Wanted:
    """Raises InputError."""
    for option, least, given in (("--limit", 1, args.limit), ("--offset", 0, args.offset)):
        if given is not None and given < least:
            raise InputError(f"{option} {given} is too small", hint=f"a whole number, {least} or larger")
    return Wanted(
        name=args.pattern,
        larger=parse_bytes(args.larger) if args.larger else None,
        smaller=parse_bytes(args.smaller) if args.smaller else None,
        newer=parse_moment(args.newer, now) if args.newer else None,
        older=parse_moment(args.older, now) if args.older else None,
        state=args.state,
        order=args.sort,
        limit=args.limit,
        offset=args.offset,
    )


def parse_moment(text: str, now: datetime.datetime) -> float:
    """'2026-01-31' (its beginning, in the time zone of `now`) or an age like '7d' -> seconds of the epoch."""
    if match := _AGE.fullmatch(text.strip().lower()):
        return now.timestamp() - int(match[1]) * _SECONDS[match[2]]
    try:
        day = datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{text!r} is neither a day nor an age", hint="examples: 2026-01-31, 12h, 7d") from None
    return datetime.datetime.combine(day, datetime.time(), now.tzinfo).timestamp()


def add_gc_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--keep", type=int, metavar="N", help="remove old versions too: all but the latest N of each dataset")
    add("--dry-run", action="store_true", help="say what would go and what it would free, remove nothing")
    add("--yes", action="store_true", help="do not ask before old versions go")


def add_verify_option(parser: ArgumentParser) -> None:
    parser.add_argument("--verify", action="store_true", help="first read every part again and check its sum")


def add_export_options(parser: ArgumentParser) -> None:
    formats = (*TABLE_FORMATS, *DATABASE_FORMATS, *LINE_FORMATS)
    add = parser.add_argument
    add("--to", choices=(*formats, "zip", ARCHIVE), default="csv", help=f"default: csv; {ARCHIVE} is for `import`")
    add("--of", choices=formats, default="csv", help="with --to zip: what is in it (default csv)")
    add("--out", metavar="DIR", required=True, help="a new or empty folder, or one it wrote before")
    csv = parser.add_argument_group("options of CSV")
    csv.add_argument("--delimiter", metavar="SIGN", default=PLAIN.delimiter, help="between fields: , or ; or | or tab")
    csv.add_argument("--quote", metavar="SIGN", default=PLAIN.quote, help='around odd texts (default ")')
    csv.add_argument("--no-header", dest="header", action="store_false", help="no line of names")
    csv.add_argument("--null", metavar="TEXT", default=PLAIN.null, help="what stands for NULL (default: nothing)")
    csv.add_argument("--line-end", choices=("lf", "crlf"), default=PLAIN.line_end, help="default: lf")
    csv.add_argument("--encoding", choices=ENCODINGS, default=PLAIN.encoding, help="utf-8-sig is for Excel")
    csv.add_argument("--date-format", metavar="FORMAT", default=PLAIN.date_format, help="as of strftime: %%d.%%m.%%Y")
    csv.add_argument("--timestamp-format", metavar="FORMAT", default=PLAIN.timestamp_format, help="likewise")
    csv.add_argument(
        "--time-zone", metavar="ZONE", default=PLAIN.time_zone, help="of timestamps that have one: Europe/Berlin"
    )
    csv.add_argument(
        "--no-formulas", action="store_true", help="a ' before texts that a spreadsheet would calculate (= + - @)"
    )


def csv_form_of(args: Namespace) -> CsvForm:
    return CsvForm(
        delimiter={"tab": "\t", "\\t": "\t"}.get(args.delimiter, args.delimiter),
        quote=args.quote,
        header=args.header,
        null=args.null,
        line_end=args.line_end,
        encoding=args.encoding,
        date_format=args.date_format,
        timestamp_format=args.timestamp_format,
        time_zone=args.time_zone,
        no_formulas=args.no_formulas,
    )
