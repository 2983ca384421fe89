"""The terminal's commands that tidy a store and give its datasets away: `synthgen export, drop, rename, templates`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import msgspec

from ..errors import InputError
from ..options import DATABASE_FORMATS, TABLE_FORMATS, add_store_option
from ..pages import store_page
from ..pages.documents import store_document
from ..pages.outcomes import exported_page
from ..readymade import template, template_names
from ..textsets.formats import LINE_FORMATS
from .console import answer, confirmed, store_of


def add_store_commands(commands: Any) -> None:
    """`commands` is the action of `add_subparsers`."""
    export = commands.add_parser("export", help="a dataset as files", description=_export.__doc__)
    export.add_argument("name", metavar="NAME", help="a dataset in the store")
    export.add_argument("--version", type=int, metavar="N", help="default: the latest")
    export.add_argument(
        "--to", choices=(*TABLE_FORMATS, *DATABASE_FORMATS, *LINE_FORMATS), default="csv", help="default: csv"
    )
    export.add_argument("--out", metavar="DIR", required=True, help="a new or empty folder, or one it wrote before")
    export.set_defaults(run=_export)
    drop = commands.add_parser("drop", help="remove a dataset", description=_drop.__doc__)
    drop.add_argument("name", metavar="NAME", help="a dataset in the store")
    drop.add_argument("--version", type=int, metavar="N", help="default: all of them")
    drop.add_argument("--yes", action="store_true", help="do not ask")
    drop.set_defaults(run=_drop)
    rename = commands.add_parser("rename", help="give a dataset another name", description=_rename.__doc__)
    rename.add_argument("old", metavar="OLD")
    rename.add_argument("new", metavar="NEW")
    rename.set_defaults(run=_rename)
    for command in (export, drop, rename):
        add_store_option(command)
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    templates = commands.add_parser("templates", help="ready schemas", description=_templates.__doc__)
    templates.add_argument("name", nargs="?", metavar="NAME", help="default: the list of them")
    templates.set_defaults(run=_templates)


def _export(args: Namespace) -> int:
    """Writes a dataset as files: one for each table, or one for all in a database's format."""
    from ..exports import export

    exported = export(store_of(args).open(args.name, args.version), args.out, args.to)
    answer(args, msgspec.to_builtins(exported), exported_page(exported, args.out))
    return 0


def _drop(args: Namespace) -> int:
    """Removes a dataset, or one version of it. Asks first; --yes where nobody can be asked."""
    from ..housekeeping import drop

    store = store_of(args)
    which = "all its versions" if args.version is None else f"version {args.version}"
    if not args.yes and not confirmed(f"drop {args.name}, {which}?"):
        raise InputError(f"{args.name} was left as it is", hint="--yes drops without asking")
    drop(store, args.name, args.version)
    answer(args, store_document(store), store_page(store))
    return 0


def _rename(args: Namespace) -> int:
    """Gives a dataset another name, with all its versions."""
    from ..housekeeping import rename

    store = store_of(args)
    rename(store, args.old, args.new)
    answer(args, store_document(store), store_page(store))
    return 0


def _templates(args: Namespace) -> int:
    """Lists the ready schemas, or writes the DDL of one to stdout: `synthgen templates shop > shop.sql`."""
    print(template(args.name) if args.name else "\n".join(template_names()))
    return 0
