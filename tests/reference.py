"""The pages of docs/ that are made from the code, so that they can't be wrong: options, specs, meanings, errors.
`python -m tests.reference` writes them; test_docs.py holds them against the code."""

from __future__ import annotations

import argparse
import re
import tempfile
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

import synthgen_nb as sg
from synthgen_nb import errors
from synthgen_nb.drafting.meaning import rules, vocabulary
from synthgen_nb.drafting.wished.catalogue import FORMS
from synthgen_nb.notebook.arguments import COMMANDS, command_parser, edit_parser, generation_parser, text_parser
from synthgen_nb.notebook.magics import SynthgenMagics
from synthgen_nb.specs import AnySource, AnySpec
from synthgen_nb.terminal.cli import _parser

DOCS = Path(__file__).parents[1] / "docs"
MADE = "<!-- made by `python -m tests.reference`: edit the code it tells of -->\n"


def pages() -> dict[str, str]:
    """File name -> text, of every page that is made."""
    made = {"options.md": options(), "specs.md": specs(), "meanings.md": meanings(), "errors.md": catalogue()}
    made["columns.md"] = columns()
    return {name: f"{MADE}{text.rstrip()}\n" for name, text in made.items()}


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)])


# --- what a person types for a column

_DOORS = """
What fills a column is yours to say, before any row is made:

```
synthgen generate shop.sql -p "orders.status: Choice(new=5, paid=95)" -p "customers.email: email domain=example.org"
%%synthgen -p "orders.status: Choice(new=5, paid=95)"
sg.draft_plan(schema, specs={"orders.status": "Choice(new=5, paid=95)"})
```

in a comment of the DDL, on the column's line or in a COMMENT (a hint touches only the column that it stands at):

```sql
email text NOT NULL, -- @synth email domain=example.org
name  text NOT NULL, /* @synth person.full_name locale=de_DE */
```

or in a plan file, TOML or JSON, for `generate FILE --plan plan.toml`; `synthgen plan FILE --toml` writes one with every
decision that can be changed, behind a #:

```toml
seed = 7
rows = "10k"
[tables.orders]
rows = 50000
[tables.orders.columns]
status = "Choice(new=5, paid=95)"
shipped_at = "nulls=40%"
```

At its top may also stand `scale = 1` (in place of `rows`), `exclude = ["audit_log"]`, `edges = "5%"`, `locale`, `as_of`
and `realistic_contacts`; an option beside the file counts more than what is in it.

It is one of the Specs below, or a meaning ([meanings.md](meanings.md)), which counts as if the column were called
so, with `locale=` or, for e-mail, `domain=`; behind either, or alone, `nulls=20%`. Names, numbers, texts, lists and
dicts are read, nothing is evaluated. Bounds are written as the column's values are.

Constraints win over all of it: what the type, a key, a foreign key or a CHECK forbids is an error before the first
row, and says what would fit. Of several texts for one column an option counts before a plan file, that before a
hint of the DDL; and each of them before what a model reads out of `-i`, which is told as not done.
"""


def columns() -> str:
    parts = ["# What fills a column", _DOORS.strip()]
    for form in FORMS.values():
        rows = [(f"`{name}`", said) for name, said in form.parameters.items()]
        parts += [f"## {form.name}", f"{form.gives[:1].upper()}{form.gives[1:]}.", f"`{form.example}`"]
        parts += [_table(("parameter", "means"), rows)] if rows else []
    return "\n\n".join(parts)


# --- options


def options() -> str:
    typed = dict(commands(_parser()))
    parts = [
        "# Options",
        "Every command and every option, in the terminal first, then what a notebook has of its own. `SYNTHGEN_ROWS`,"
        " `SYNTHGEN_SEED` and so on in the environment set a default.",
    ]
    parts += [part for name, parser in typed.items() for part in _command(f"synthgen {name}", parser)]
    for parser in (generation_parser(), text_parser(), edit_parser()):
        parts += _command(parser.prog, parser)
    parts += [
        "## %synthgen COMMAND",
        "Options as in the terminal; beside them:",
        _table(("command", "does", "further options"), [_magic(name, typed.get(name)) for name in COMMANDS]),
    ]
    traits = SynthgenMagics.class_traits(config=True)
    held = [(f"`{name}`", trait.help) for name, trait in traits.items() if name not in ("log", "parent", "config")]
    parts += [
        "## %config SynthgenMagics",
        "`%config SynthgenMagics.rows = 500` changes a default for a session; `%config SynthgenMagics` shows all.",
        _table(("name", "meaning"), held),
    ]
    return "\n\n".join(parts)


def _command(called: str, parser: argparse.ArgumentParser) -> list[str]:
    rows = [_option(action) for action in parser._actions if _told(action)]
    described = " ".join((parser.description or "").split())
    return [
        f"## {called}",
        *([described] if described else []),
        *([_table(("option", "meaning"), rows)] if rows else []),
    ]


def _magic(name: str, typed: argparse.ArgumentParser | None) -> tuple[str, str, str]:
    there = {option for action in typed._actions for option in action.option_strings} if typed is not None else set()
    own = [action for action in command_parser(name)._actions if action.option_strings and _told(action)]
    more = [
        f"{shown}: {help_}"
        for action in own
        if not there & {*action.option_strings}
        for shown, help_ in [_option(action)]
    ]
    return f"`{name}`", COMMANDS[name], "; ".join(more)


def commands(parser: argparse.ArgumentParser, prefix: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """(the words that call it, its parser), commands of commands after their own."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield f"{prefix}{name}", inner
                yield from commands(inner, f"{prefix}{name} ")


def _told(action: argparse.Action) -> bool:
    hidden = isinstance(action, argparse._SubParsersAction) or "--help" in action.option_strings
    return not hidden and action.help is not argparse.SUPPRESS


def _option(action: argparse.Action) -> tuple[str, str]:
    names = ", ".join(action.option_strings)
    values = "" if action.nargs == 0 else "|".join(map(str, action.choices or ())) or action.dest.upper()
    if action.metavar:
        values = action.metavar if isinstance(action.metavar, str) else " ".join(action.metavar)
    return f"`{' '.join(filter(None, (names, values)))}`", action.help or ""


# --- specs


def specs() -> str:
    parts = [
        "# Specs",
        "A Spec is a kind of column, a Source a kind of integer that columns of one row read in common. These are all;"
        " a plan (`synthgen plan FILE --json`) holds one Spec for each column under `spec`, with its `kind` and the"
        " fields below. What can be left out has a default.",
        "## Kinds of columns",
        *(_struct(kind) for kind in _members(AnySpec)),
        "## What columns are read at",
        *(_struct(kind) for kind in _members(AnySource)),
    ]
    return "\n\n".join(parts)


def _members(union: Any) -> list[type[msgspec.Struct]]:
    found = typing.get_args(union)
    return sorted(found, key=lambda kind: kind.__name__)


def _struct(kind: type[msgspec.Struct]) -> str:
    rows = []
    for field in msgspec.structs.fields(kind):
        default = field.default if field.default is not msgspec.NODEFAULT else None
        if field.default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
            default = typing.cast(Callable[[], object], field.default_factory)()
        shown = "required" if field.required else f"`{default!r}`"
        rows.append((f"`{field.encode_name}`", f"`{_type(field.type)}`", shown))
    head = f"### {kind.__name__} (`kind: {kind.__struct_config__.tag}`)"
    told = " ".join((kind.__doc__ or "").split())
    return "\n\n".join([head, told, *([_table(("field", "type", "default"), rows)] if rows else [])])


def _type(kind: Any) -> str:
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        members = typing.get_args(kind)
        if len(members) > 6:
            return "any Spec" if set(_members(AnySpec)) <= set(members) else "any Source"
        return " or ".join(_type(member) for member in members)
    if typing.get_origin(kind) is typing.Literal:
        return " or ".join(repr(value) for value in typing.get_args(kind))
    if inner := typing.get_args(kind):
        name = getattr(typing.get_origin(kind), "__name__", str(kind))
        return f"{name}[{', '.join('...' if each is Ellipsis else _type(each) for each in inner)}]"
    return getattr(kind, "__name__", str(kind))


# --- meanings


def meanings() -> str:
    known = {rule.meaning: set() for rule in rules() if rule.confidence}
    for rule in rules():
        if rule.confidence:
            known[rule.meaning].update(rule.kinds)
    named = vocabulary()
    rows = [
        (f"`{name}`", f"`{named[name]}`", ", ".join(sorted(known.get(name, ()))) or "as its group")
        for name in sorted(named)
    ]
    return "\n\n".join(
        [
            "# Meanings",
            f"What a column can be taken for: {len(named)} names. `synthgen plan FILE --json` tells for each column its"
            " meaning, the rule that said so and how sure it is; `synth('MEANING')` in an edit draws by one. The group"
            " is the wider name. The classes of types are those of `synthgen_nb/drafting/meaning.py`; how rules work is"
            " told in [pools.md](pools.md#meanings).",
            _table(("meaning", "group", "found in columns of"), rows),
        ]
    )


# --- errors

SHOP = "CREATE TABLE t (id integer PRIMARY KEY, a smallint NOT NULL CHECK (a > 5));"


def _fails(act: Callable[[], object]) -> sg.SynthgenError:
    try:
        act()
    except sg.SynthgenError as error:
        return error
    raise AssertionError("it did not fail")


def _refused_edit() -> object:
    with tempfile.TemporaryDirectory() as folder:
        plan = sg.draft_plan(sg.parse_ddl(SHOP, dialect="sqlite"), 5)
        dataset = sg.generate(plan, sg.Store(Path(folder) / "store"), "t")
        return sg.apply(dataset, "UPDATE t SET a = 1 WHERE id = 3")


def _unsafe() -> object:
    from synthgen_nb.sandbox import guard_query

    return guard_query("SELECT * FROM read_csv('/etc/hosts')", ["t"])


_EXAMPLES: dict[str, Callable[[], object]] = {
    "input": lambda: sg.draft_plan(sg.parse_ddl(SHOP, dialect="sqlite"), {"orders": 5}),
    "ddl": lambda: sg.parse_ddl("CREATE TABLE t (id integer PRIMARY KEY,, a text);", dialect="postgres"),
    "plan": lambda: sg.plan_from_json('{"seed": 1}'),
    "infeasible": lambda: sg.generate(
        sg.draft_plan(sg.parse_ddl("CREATE TABLE t (a int NOT NULL CHECK (a > 5 AND a < 3));", dialect="sqlite"), 5),
        sg.Store("nowhere"),
    ),
    "store": lambda: sg.Store("nowhere").open("shop"),
    "unsafe_sql": _unsafe,
    "refused_edit": _refused_edit,
}


def catalogue() -> str:
    found = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, sg.SynthgenError)]
    told = dict(re.findall(r"^[|+\- ]*(\w+) +(?:code )?\"\w+\" +(?:exit \d+)? *(.*)$", errors.__doc__ or "", re.M))
    parts = [
        "# Errors",
        "One shape everywhere: one line for a person (place, what was seen, the way out), and for programs, with"
        ' `--json`, in events and as `error.to_json()`, `{"error": {"message", "code", "details"}}`. Codes and exit'
        " statuses are kept.",
    ]
    for kind in found:
        text = told.get(kind.__name__, "").strip() or "a fault of ours: please report it"
        parts.append(f"## `{kind.code}`\n\n`{kind.__name__}`, exit {kind.exit}: {text}.")
        if kind.code in _EXAMPLES:
            error = _fails(_EXAMPLES[kind.code])
            assert error.code == kind.code, (error.code, kind.code)
            parts.append(f"```\nsynthgen: {error}\n```")
    return "\n\n".join(parts)


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
