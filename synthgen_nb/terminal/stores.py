"""The terminal's commands that tidy a store and give its datasets away: `synthgen list, export, import, drop, copy,
rename, gc, regenerate, templates`."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import InputError
from ..options import add_store_option, add_template_words
from ..pages import dataset_page, plural
from ..pages.documents import dataset_document
from ..pages.outcomes import exported_page
from ..pages.stores import (
    regenerated_document,
    regenerated_page,
    store_document,
    store_page,
    sweep_document,
    sweep_page,
)
from ..pages.templates import templates_document, templates_page
from ..readymade import templates
from ..request import template_text
from ..storeoptions import ARCHIVE, add_export_options, add_gc_options, add_listing_options, csv_form_of, wanted_of
from .console import answer, confirmed, store_of

if TYPE_CHECKING:
    from ..store import Store


def add_store_commands(commands: Any) -> None:
    """`commands` is the action of `add_subparsers`."""
    listing = commands.add_parser("list", help="the datasets of a store", description=_list.__doc__)
    add_listing_options(listing)
    listing.set_defaults(run=_list)
    export = commands.add_parser("export", help="a dataset as files", description=_export.__doc__)
    export.add_argument("name", metavar="NAME", help="a dataset in the store")
    export.add_argument("--version", type=int, metavar="N", help="default: the latest")
    add_export_options(export)
    export.set_defaults(run=_export)
    taken = commands.add_parser("import", help="a dataset out of an archive", description=_import.__doc__)
    taken.add_argument("file", metavar="FILE", help="NAME.synthgen.zip")
    taken.add_argument("--name", help="the dataset's name in the store (default: its own)")
    taken.set_defaults(run=_import)
    drop = commands.add_parser("drop", help="remove a dataset", description=_drop.__doc__)
    drop.add_argument("name", metavar="NAME", help="a dataset in the store")
    drop.add_argument("--version", type=int, metavar="N", help="default: all of them")
    drop.add_argument("--yes", action="store_true", help="do not ask")
    drop.set_defaults(run=_drop)
    rename = commands.add_parser("rename", help="give a dataset another name", description=_rename.__doc__)
    rename.add_argument("old", metavar="OLD")
    rename.add_argument("new", metavar="NEW")
    rename.set_defaults(run=_rename)
    copy = commands.add_parser("copy", help="a dataset under another name too", description=_copy.__doc__)
    copy.add_argument("old", metavar="OLD")
    copy.add_argument("new", metavar="NEW")
    copy.set_defaults(run=_copy)
    gc = commands.add_parser("gc", help="remove what nobody lists or needs", description=_gc.__doc__)
    add_gc_options(gc)
    gc.set_defaults(run=_gc)
    regenerate = commands.add_parser("regenerate", help="make a dataset again", description=_regenerate.__doc__)
    regenerate.add_argument("name", metavar="NAME", help="a dataset in the store")
    regenerate.add_argument("--version", type=int, metavar="N", help="default: the latest")
    regenerate.set_defaults(run=_regenerate)
    for command in (listing, export, taken, drop, rename, copy, gc, regenerate):
        add_store_option(command)
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    templates = commands.add_parser("templates", help="ready schemas", description=_templates.__doc__)
    add_template_words(templates)
    add_store_option(templates)
    templates.add_argument("--json", action="store_true", help="one JSON object on stdout")
    templates.set_defaults(run=_templates)


def _list(args: Namespace) -> int:
    """Lists the datasets of the store, those that are asked for."""
    from ..listing import listed

    listing = listed(store_of(args), wanted_of(args, datetime.now().astimezone()))
    answer(args, store_document(listing), store_page(listing))
    return 0


def _answer_store(args: Namespace, store: Store) -> None:
    """What the store holds now."""
    from ..listing import listed

    listing = listed(store)
    answer(args, store_document(listing), store_page(listing))


def _export(args: Namespace) -> int:
    """Writes a dataset as files: one for each table, or one for all in a database's format or a
    ZIP; with --to archive all versions for `import`."""
    from ..archives import archive
    from ..exports import export

    store = store_of(args)
    if args.to == ARCHIVE:
        exported = archive(store, args.name, args.out, args.version)
    else:
        dataset = store.open(args.name, args.version)
        exported = export(dataset, args.out, args.to, form=csv_form_of(args), of=args.of)
    answer(args, msgspec.to_builtins(exported), exported_page(exported, args.out))
    return 0


def _import(args: Namespace) -> int:
    """Takes a dataset that `export --to archive` wrote, here or on another machine, into the store. Every sum is
    checked, nothing in the file is run, and it is there whole or not at all."""
    from ..importing import import_archive

    dataset = import_archive(store_of(args), args.file, args.name or "")
    answer(args, dataset_document(dataset), dataset_page(dataset, first_rows=0))
    return 0


def _drop(args: Namespace) -> int:
    """Removes a dataset, or one version of it. Asks first; --yes where nobody can be asked."""
    from ..housekeeping import drop

    store = store_of(args)
    which = "all its versions" if args.version is None else f"version {args.version}"
    if not args.yes and not confirmed(f"drop {args.name}, {which}?"):
        raise InputError(f"{args.name} was left as it is", hint="--yes drops without asking")
    drop(store, args.name, args.version)
    _answer_store(args, store)
    return 0


def _rename(args: Namespace) -> int:
    """Gives a dataset another name, with all its versions."""
    from ..housekeeping import rename

    store = store_of(args)
    rename(store, args.old, args.new)
    _answer_store(args, store)
    return 0


def _copy(args: Namespace) -> int:
    """Gives a dataset a second name. Both share their files on the disk, and neither needs the other."""
    from ..housekeeping import copy

    store = store_of(args)
    copy(store, args.old, args.new)
    _answer_store(args, store)
    return 0


def _gc(args: Namespace) -> int:
    """Removes what nobody lists or needs: drafts of processes that are gone, stray files, exports that are kept, and
    with --keep N old versions, for which it asks first. Nothing that a job or a version needs is touched."""
    from ..sweeping import found, sweep

    store = store_of(args)
    what = found(store, args.keep)
    old = sum(each.version is not None for each in what.litter)
    if not args.dry_run:
        if old and not args.yes and not confirmed(f"remove {plural(old, 'old version')}?"):
            raise InputError("the store was left as it is", hint="--yes removes old versions without asking")
        sweep(store, what)
    answer(args, sweep_document(store, what, not args.dry_run), sweep_page(store, what, not args.dry_run))
    return 0


def _regenerate(args: Namespace) -> int:
    """Makes a version again from its plan and its edits, and holds every part against the one in the store; parts that
    were damaged are put back. Exit 1 if one comes out otherwise."""
    from ..regenerating import regenerate

    made = regenerate(store_of(args), args.name, args.version)
    answer(args, regenerated_document(made), regenerated_page(made))
    return 0 if made.equal else 1


def _templates(args: Namespace) -> int:
    """Lists the ready schemas, keeps or deletes one of your own in the store, or writes the DDL of one to stdout:
    `synthgen templates shop > shop.sql`."""
    store = store_of(args).path
    if ddl := template_text(store, args.words):
        print(ddl, end="")
        return 0
    known = templates(store)
    answer(args, templates_document(known), templates_page(known, "synthgen generate --template clinic -n 300"))
    return 0
