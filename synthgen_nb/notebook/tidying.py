"""The commands of `%synthgen` that tidy a store and give its datasets away: each reads its options, calls one function
and shows what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from ..errors import InputError, StoreError
from ..listing import Wanted, listed
from ..pages import dataset_page, plural
from ..pages.outcomes import exported_page
from ..pages.stores import regenerated_page, store_page, sweep_page
from ..pages.templates import templates_page
from ..readymade import templates
from ..request import template_text
from ..storeoptions import ARCHIVE, csv_form_of, wanted_of

if TYPE_CHECKING:
    from argparse import Namespace

    from .place import Place


def _list(place: Place, args: Namespace) -> None:
    _show_store(place, wanted_of(args, datetime.now().astimezone()))


def _show_store(place: Place, wanted: Wanted | None = None) -> None:
    place.show(store_page(listed(place.store, wanted)))


def _export(place: Place, args: Namespace) -> None:
    from ..archives import archive
    from ..exports import export

    if args.to == ARCHIVE:
        exported = archive(place.store, args.name, args.out, args.version)
    else:
        dataset = place.store.open(args.name, args.version)
        exported = export(dataset, args.out, args.to, form=csv_form_of(args), of=args.of)
    place.show(exported_page(exported, args.out))


def _import(place: Place, args: Namespace) -> None:
    from ..importing import import_archive

    place.show(dataset_page(import_archive(place.store, args.file, args.name or ""), first_rows=0))


def _rename(place: Place, args: Namespace) -> None:
    from ..housekeeping import rename

    rename(place.store, args.old, args.new)
    _show_store(place)


def _copy(place: Place, args: Namespace) -> None:
    from ..housekeeping import copy

    copy(place.store, args.old, args.new)
    _show_store(place)


def _drop(place: Place, args: Namespace) -> None:
    from ..housekeeping import drop

    which = "all its versions" if args.version is None else f"version {args.version}"
    if not args.yes and not place.confirmed(f"drop {args.name}, {which}?"):
        raise InputError(f"{args.name} was left as it is", hint="--yes drops without asking")
    drop(place.store, args.name, args.version)
    _show_store(place)


def _gc(place: Place, args: Namespace) -> None:
    from ..sweeping import found, sweep

    what = found(place.store, args.keep)
    old = sum(each.version is not None for each in what.litter)
    if not args.dry_run:
        if old and not args.yes and not place.confirmed(f"remove {plural(old, 'old version')}?"):
            raise InputError("the store was left as it is", hint="--yes removes old versions without asking")
        sweep(place.store, what)
    place.show(sweep_page(place.store, what, not args.dry_run))


def _regenerate(place: Place, args: Namespace) -> None:
    from ..regenerating import regenerate

    made = regenerate(place.store, args.name, args.version)
    place.show(regenerated_page(made))
    if not made.equal:
        raise StoreError(f"{made.dataset} v{made.version}: {plural(len(made.differing), 'part')} came out otherwise")


def _templates(place: Place, args: Namespace) -> None:
    if ddl := template_text(place.store.path, args.words):
        print(ddl, end="")
        return
    place.show(templates_page(templates(place.store.path), "%synthgen --template clinic -n 300"))


STORE_COMMANDS: dict[str, Callable[[Place, Namespace], object]] = {
    "list": _list,
    "export": _export,
    "import": _import,
    "rename": _rename,
    "copy": _copy,
    "drop": _drop,
    "gc": _gc,
    "regenerate": _regenerate,
    "templates": _templates,
}
