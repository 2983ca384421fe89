"""`%%synthgen_text`: from a cell's words to a job that a model writes, and to the dataset that it makes; `%synthgen
domain` keeps what is said of a field."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import InputError
from ..modeloptions import model_options
from ..pages import Mark
from ..pages.texts import domain_page, domains_page
from ..textrequest import domain_request, text_export, text_name, text_request
from ..textsets.domains import delete_domain, domain_names, read_domain, save_domain
from ..textsets.orders import TABLE, texts_of
from .arguments import repeated
from .watching import leave, watch

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..ledger import Record
    from ..llm import Model
    from ..store import Store
    from ..textsets.orders import TextOrder
    from .place import Place


def make_texts(place: Place, args: Namespace, cell: str | None, variable: str) -> object:
    """The cell's value: the dataset, unless `variable` takes it; with --bg the job."""
    from ..exports import check_folder, export
    from ..jobs import by

    if cell and cell.strip():
        if args.describe:
            raise InputError("both a cell of words and --describe", hint="leave one out")
        args = Namespace(**{**vars(args), "describe": cell})
    to, options = text_export(args), model_options(place.given, args)
    if args.out:
        check_folder(Path(args.out))
    order = text_request(place.given, args, place.store.path, options.sampling)
    model = place.session.models.wanted(options)
    wanted = replace(
        place.wanted(),
        variable=variable,
        force=args.force,
        notes=tuple(Mark("note", said) for said in options.warnings),
        again=_again(args, variable),
    )
    name = args.name or variable or text_name(args, order)
    if (kept := _written_before(place.store, name, by(order, model))) is not None:
        place.session.names((TABLE,), wanted)
        nothing_new = Mark("note", f"nothing new: these texts are v{kept.version} of {name} already")
        page = place.session.page(kept, replace(wanted, notes=(nothing_new, *wanted.notes)))
        return place.result(kept, page, named=bool(variable))
    job = place.session.start_texts(place.store, order, model, name, wanted, timeout=args.timeout)
    if args.out:
        job.then(lambda dataset: export(dataset, args.out, to))
    return leave(place, job, wanted) if args.bg else watch(place, job, wanted, named=bool(variable))


def _written_before(store: Store, name: str, order: TextOrder) -> Dataset | None:
    """The current version, where it was made of this very order by this very model, whole and checked, and not edited
    since."""
    if not store.versions(name):
        return None
    latest = store.open(name)
    texts = texts_of(bytes(latest.manifest.plan))
    whole = latest.report is not None and not latest.partial and latest.parent is None
    return latest if whole and texts is not None and texts.texts == order else None


def writer_of(place: Place, record: Record, args: Namespace) -> Model | None:
    """The model that goes on with a job: the one named or held, for a job that makes texts; the job itself says whether
    it is the right one."""
    models, options = place.session.models, model_options(place.given, args)
    if record.texts is None or record.saved() is not None or not models.at_hand(options):
        return None
    return models.wanted(options)


def _domain(place: Place, args: Namespace) -> None:
    store = place.store.path
    if args.what != "list" and not args.name:
        raise InputError(f"domain {args.what} needs a NAME", hint="%synthgen domain list has them")
    if args.what == "save":
        save_domain(store, domain_request(args, store))
    if args.what == "delete":
        delete_domain(store, args.name)
    if args.what in ("list", "delete"):
        place.show(domains_page(domain_names(store)))
    else:
        place.show(domain_page(read_domain(store, args.name)))


def _again(args: Namespace, variable: str) -> str:
    options = repeated(
        {
            "--domain": args.domain,
            "--topics": args.topics,
            "-n": args.records,
            "--kind": args.kind,
            "-s": args.seed,
            "--tone": args.tone,
            "--rule": args.rules,
            "--labels": args.labels,
            "--speakers": args.speakers,
            "--language": args.language,
            "--model": args.model,
            "-t": args.temperature,
            "--name": args.name,
            "--store": args.store,
        }
    )
    return f"%%synthgen_text {f'{variable} << ' if variable else ''}{options}"


TEXT_COMMANDS: dict[str, Callable[[Place, Namespace], object]] = {"domain": _domain}
