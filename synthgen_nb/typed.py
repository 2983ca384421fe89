"""What a person types as the value of an option: numbers with a k behind, shares, dates, names; each is read or refused
in one line with what would do. Knows no option but the bounds of a model's numbers."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from msgspec import Struct

from .errors import InputError

MOST_SEED = 2**64 - 1


_SUFFIXES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


class Scale(Struct, frozen=True):
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
