"""What the options of a query mean. Knows no screen."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from .errors import InputError
from .selecting import USUAL, Limits
from .typed import parse_bytes, parse_count, parse_seconds

MOST_ROWS = 10_000  # of a result, where nobody says


def limits_of(args: Namespace) -> Limits:
    """The limits that a line's options name. Raises InputError."""
    return Limits(
        seconds=USUAL.seconds if args.timeout is None else parse_seconds(args.timeout),
        memory=USUAL.memory if args.memory is None else parse_bytes(args.memory),
        rows=MOST_ROWS if args.limit_rows is None else parse_count(args.limit_rows),
    )


def one_text(words: Sequence[str], what: str, example: str = 'sql NAME "SELECT count(*) FROM orders"') -> str:
    """The text behind NAME: one word of the line. Raises InputError where it came without quotes, or not at all."""
    if len(words) != 1 or not words[0].strip():
        raise InputError(f"the {what} is one text in quotes", hint=f"example: {example}")
    return words[0].strip()
