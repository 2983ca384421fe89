"""The terminal's commands about sets of texts: `synthgen text`, and `synthgen domain` for what is said of a field once
and for all."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec

from ..errors import InputError
from ..options import add_model_options, add_store_option, settings
from ..pages import dataset_page
from ..pages.documents import dataset_document
from ..pages.texts import domain_page, domains_page
from ..textrequest import add_domain_options, add_text_options, domain_request, text_export, text_name, text_request
from ..textsets.domains import delete_domain, domain_names, read_domain, save_domain
from ..textsets.orders import texts_of
from .console import answer, model_of, model_options_of, store_of
from .jobs import add_watching_options, watched


def add_text_commands(commands: Any) -> None:
    """`commands` is the action of `add_subparsers`."""
    text = commands.add_parser("text", help="a set of texts by domain and topics", description=_text.__doc__)
    add_text_options(text)
    add_model_options(text)
    add_watching_options(text)
    add_store_option(text)
    text.add_argument("--json", action="store_true", help="one JSON object on stdout")
    text.set_defaults(run=_text)
    domain = commands.add_parser("domain", help="fields that sets of texts are about", description=_domain.__doc__)
    domain.set_defaults(run=_domain)
    add_domain_options(domain)
    add_store_option(domain)
    domain.add_argument("--json", action="store_true", help="one JSON object on stdout")


def _text(args: Namespace) -> int:
    """Writes a set of texts with a model: records of a kind, shared evenly over topics, near duplicates left out.

    It is kept as the next version of NAME in the store, with its quality."""
    from ..exports import check_folder, export
    from ..jobs import Jobs

    if args.events and args.json:
        raise InputError("--events and --json both want stdout", hint="leave one out")
    to = text_export(args)
    if args.out:
        check_folder(Path(args.out))
    store, options = store_of(args), model_options_of(args)
    order = text_request(settings(os.environ), args, store.path, options.sampling)
    with model_of(options) as model:
        dataset = watched(Jobs(store).start_texts(order, model, text_name(args, order), timeout=args.timeout), args)
    exported = export(dataset, args.out, to) if args.out else None
    commands = [("files", f"{len(exported.tables)} in {args.out}")] if exported else []
    if args.json or not (args.quiet or args.events):
        texts = texts_of(bytes(dataset.manifest.plan))
        document = {**dataset_document(dataset), "quality": texts.quality if texts else None}
        answer(args, document, dataset_page(dataset, first_rows=3), tuple(commands))
    return 1 if dataset.report and dataset.report.broken else 0


def _domain(args: Namespace) -> int:
    """Lists the domains, shows one, saves one of your own in the store or deletes it."""
    store = store_of(args).path
    if args.what != "list" and not args.name:
        raise InputError(f"domain {args.what} needs a NAME", hint="`synthgen domain list` has them")
    if args.what == "save":
        save_domain(store, domain_request(args, store))
    if args.what == "delete":
        delete_domain(store, args.name)
    if args.what in ("list", "delete"):
        known = domain_names(store)
        answer(args, {"domains": known}, domains_page(known))
    else:
        domain = read_domain(store, args.name)
        answer(args, msgspec.to_builtins(domain), domain_page(domain))
    return 0
