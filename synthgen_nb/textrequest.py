"""Sets of texts as one types them: the options of both faces, and the order, the domain and the files they ask for.
Knows no model and no screen.
"""

from __future__ import annotations

import datetime
from argparse import ArgumentParser, Namespace
from pathlib import Path

from .errors import InputError
from .llm.base import Sampling
from .options import DATABASE_FORMATS, TABLE_FORMATS, Settings
from .textsets.domains import Domain, read_domain, text_order
from .textsets.formats import LINE_FORMATS
from .textsets.orders import KIND_NAMES, TextOrder
from .typed import dated, parse_as_of, parse_count, parse_seed

_RECORDS = "100"


def add_text_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--domain", default="", metavar="NAME", help="one of `domain list`, or a field in your own words")
    add("--describe", default="", metavar="TEXT", help="what the texts are about and for whom")
    add("--topics", default="", metavar="A,B", help="they share the records evenly (default: the domain's)")
    add("-n", "--records", default=_RECORDS, metavar="N", help=f"records that are kept (default {_RECORDS})")
    add("--kind", choices=KIND_NAMES, default="instruct", help="default: instruct")
    add("--batch-size", type=int, default=25, metavar="N", help="prompts between two savings (default 25)")
    add("-s", "--seed", metavar="INT", help="equal seeds ask for equal records (default 0)")
    add("--length", type=int, default=600, metavar="N", help="characters of the longest text (default 600)")
    add(
        "--near",
        type=float,
        default=0.8,
        metavar="0.5-1",
        help="likeness from which a record goes (default 0.8)",
    )
    _add_wording(parser)
    add("--name", help="the dataset's name in the store (default: the domain's and the kind's)")
    add("--to", choices=(*TABLE_FORMATS, *DATABASE_FORMATS), help="also write files")
    add("--format", choices=tuple(LINE_FORMATS), help="with --to jsonl: the lines that trainers read")
    add("--out", metavar="DIR", help="where --to writes: a new or empty folder, or one it wrote before")


def add_domain_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("what", choices=("list", "show", "save", "delete"), nargs="?", default="list")
    add("name", nargs="?", metavar="NAME")
    add("--like", metavar="NAME", help="save: begin with another domain")
    add("--describe", default="", metavar="TEXT", help="save: what the field is")
    add("--topics", default="", metavar="A,B", help="save: its usual topics")
    _add_wording(parser)


def _add_wording(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--tone", default="", metavar="TEXT", help="how the texts sound")
    add("--rule", dest="rules", action="append", metavar="TEXT", help="what every text keeps to; repeatable")
    add("--labels", default="", metavar="A,B", help="the labels of a classification; they take turns")
    add("--speakers", default="", metavar="A,B", help="the two of a dialogue")
    add("--language", default="", metavar="NAME", help="in English words (default English)")


def text_request(given: Settings, args: Namespace, store: Path, sampling: Sampling) -> TextOrder:
    """The order of a line over `given`. Raises InputError for what can't be asked."""
    return text_order(
        store,
        kind=args.kind,
        records=parse_count(args.records),
        domain=args.domain,
        description=args.describe,
        topics=_listed(args.topics),
        tone=args.tone,
        rules=args.rules or (),
        labels=_listed(args.labels),
        speakers=_listed(args.speakers),
        language=args.language,
        length=args.length,
        near=args.near,
        seed=given.seed if args.seed is None else parse_seed(args.seed),
        batch_size=args.batch_size,
        sampling=sampling,
        as_of=dated(parse_as_of(given.as_of), datetime.date.today()),
    )


def text_name(args: Namespace, order: TextOrder) -> str:
    """What the dataset is called: a word of the domain and the kind, where nobody named it."""
    plain = "".join(c if c.isalnum() else " " for c in order.domain).split()
    return args.name or "-".join((*(word.lower() for word in plain[:4]), order.kind))


def text_export(args: Namespace) -> str:
    """The format of the files, "" for none. Raises InputError for options that do not go together."""
    to = args.to or ("jsonl" if args.format else "")
    if args.format and to != "jsonl":
        raise InputError(f"--format {args.format} is one of JSON Lines, not of {to}", hint="--to jsonl, or no --to")
    if bool(to) != bool(args.out):
        raise InputError("--to and --out go together", hint="example: --to jsonl --format openai --out data")
    return args.format or to


def domain_request(args: Namespace, store: Path) -> Domain:
    """The domain that `domain save` is to keep."""
    like = read_domain(store, args.like) if args.like else None
    speakers = _listed(args.speakers) or (like.speakers if like else ("A", "B"))
    if len(speakers) != 2:
        raise InputError(f"{len(speakers)} speakers", hint="a dialogue has two: --speakers guest,waiter")
    return Domain(
        name=args.name,
        description=args.describe or (like.description if like else ""),
        topics=_listed(args.topics) or (like.topics if like else ()),
        tone=args.tone or (like.tone if like else ""),
        rules=tuple(args.rules or (like.rules if like else ())),
        labels=_listed(args.labels) or (like.labels if like else ("positive", "neutral", "negative")),
        speakers=(speakers[0], speakers[1]),
        language=args.language or (like.language if like else "English"),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
