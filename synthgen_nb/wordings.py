"""What a person types for a column, read as a value: `Choice(new=5, paid=90)`, `email domain=example.org`,
`person.full_name locale=de_DE nulls=20%`. Knows the grammar alone: which names there are, and what fits a column, is
for those who know columns.

Only names, numbers, texts, lists and dicts are read, by the syntax tree; nothing is ever evaluated.
"""

from __future__ import annotations

import ast
import re

from msgspec import Struct, field

from .errors import InputError

_MOST = 20_000  # characters: a list of some hundred values, not a file of them
_DEEPEST = 12  # brackets within brackets
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_SETTING = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"']+)(?=\s|$)")
_OPEN, _CLOSE = "([{", ")]}"


class Pairs(Struct, frozen=True):
    """A dict as it was typed: its keys may be any literals."""

    items: tuple[tuple[object, object], ...]


class Call(Struct, frozen=True):
    """`Choice("a", "b", weights=[1, 2])`: arguments are literals, tuples of them, Pairs, or Calls."""

    name: str
    values: tuple[object, ...] = ()
    named: dict[str, object] = field(default_factory=dict)


class Wording(Struct, frozen=True):
    """One of `call` and `meaning`, or neither where only settings were typed."""

    call: Call | None
    meaning: str
    settings: dict[str, str]


def worded(text: str) -> Wording:
    """Raises InputError, in plain words, for what is none."""
    text = text.strip()
    if not text:
        raise InputError("nothing is said", hint='examples: Choice("new", "paid"), email domain=example.org')
    if len(text) > _MOST:
        raise InputError(f"more than {_MOST:,} characters", hint="a shorter list of values")
    name = _NAME.match(text)
    rest = name.end() if name else 0
    if name and text[rest:].lstrip()[:1] == "(":
        stop = _end(text, rest)
        return Wording(_call(text[:stop]), "", _settings(text[stop:]))
    if name and re.match(r"\s*=", text[rest:]):
        return Wording(None, "", _settings(text))
    if not name:
        raise InputError(f"can't read {_shown(text)}", hint="a Spec as Choice(...), or a meaning as email")
    return Wording(None, name.group(), _settings(text[rest:]))


def _end(text: str, start: int) -> int:
    """Behind the bracket that closes the first one from `start` on."""
    depth, quote, place = 0, "", start
    while place < len(text):
        letter = text[place]
        if quote:
            place += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in _OPEN:
            depth += 1
            if depth > _DEEPEST:
                raise InputError(f"brackets nest deeper than {_DEEPEST}")
        elif letter in _CLOSE:
            depth -= 1
            if not depth:
                return place + 1
        place += 1
    raise InputError(f"a quote or a bracket is never closed in {_shown(text)}")


def _settings(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while text.strip():
        setting = _SETTING.match(text)
        if not setting:
            raise InputError(f"can't read {_shown(text.strip())}", hint="settings are written as name=value")
        found[setting[1]] = setting[2].strip("\"'")
        text = text[setting.end() :]
    return found


def _call(text: str) -> Call:
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError) as error:
        hint = 'labels that are no names go into a dict: Choice({"in progress": 3, "done": 7})'
        raise InputError(f"can't read {_shown(text)}: {getattr(error, 'msg', error)}", hint=hint) from None
    found = _item(tree)
    if not isinstance(found, Call):
        raise InputError(f"{_shown(text)} is no Spec", hint="write it as Choice(...)")
    return found


def _item(node: ast.expr) -> object:
    match node:
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            named: dict[str, object] = {}
            for keyword in keywords:
                if keyword.arg is None:
                    break
                named[keyword.arg] = _item(keyword.value)
            else:
                return Call(name, tuple(_item(arg) for arg in args), named)
        case ast.Constant(value=str() | int() | float() | None as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return tuple(_item(item) for item in items)
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return Pairs(tuple((_item(k), _item(v)) for k, v in zip(keys, values, strict=True) if k is not None))
    raise InputError(
        f"can't read {_shown(ast.unparse(node))}", hint="names, numbers, texts in quotes, lists and dicts; nothing else"
    )


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 60 else text[:59] + "…")
