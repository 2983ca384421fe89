"""The terminal's commands about models: `synthgen model list, show, load`, and `synthgen bench-model`."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from ..errors import InputError
from ..llm.trial import tried
from ..modeloptions import load
from ..options import add_fetching_options, add_loading_options
from ..pages.models import (
    loading_page,
    models_document,
    models_page,
    needs_document,
    needs_page,
    standing,
    what_it_takes,
)
from .console import answer, model_options_of, show

_LOAD = "synthgen model load"


def add_model_commands(commands: Any) -> None:
    """`commands` is the action of `add_subparsers`."""
    model = commands.add_parser("model", help="language models: list, show, load", description=_LOAD)
    acts = model.add_subparsers(metavar="list|show|load", required=True, parser_class=type(model))
    for name, run in {"list": _list, "show": _show, "load": _load}.items():
        helped = str(run.__doc__).splitlines()[0].rstrip(".").lower()
        act = acts.add_parser(name, help=helped, description=run.__doc__)
        act.set_defaults(run=run)
        if name != "list":
            act.add_argument(
                "model", metavar="NAME", help="a name of `model list`, an id on the hub, a folder or a file"
            )
            add_fetching_options(act)
        act.add_argument("--json", action="store_true", help="one JSON object on stdout")


def add_bench_command(commands: Any) -> None:
    measure = commands.add_parser("bench-model", help="measure a model on this machine", description=_bench.__doc__)
    measure.add_argument("--out", metavar="FILE", required=True, help="the report, JSON")
    measure.add_argument("--parts", default="", metavar="A,B", help="speed,texts: only these parts; default: all")
    add_loading_options(measure)
    measure.set_defaults(run=_bench, json=False)


def _bench(args: Namespace) -> int:
    """Loads a model and measures it here: its speed by batch, what grammars cost, the gold sets."""
    from ..benching import bench, bench_page, parse_parts, write_bench

    options, out, parts = model_options_of(args), Path(args.out), parse_parts(args.parts)
    if not options.name:
        raise InputError("no model is named", hint="--model NAME, an id, a folder or a FILE.gguf")
    if not out.absolute().parent.is_dir():
        raise InputError(f"there is no folder {out.parent}")
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"synthgen: {time.monotonic() - began:6.0f} s  {what}", file=sys.stderr)

    found = bench(options.name, parts, tell, quantise=options.quantise, download=options.download)
    write_bench(found, out)
    show(bench_page(found))
    return 0


def _list(args: Namespace) -> int:
    """The models that are known here, and which of them are on this disk."""
    found = standing(os.environ)
    answer(args, models_document(found), models_page(found, held="", load=_LOAD))
    return 0


def _show(args: Namespace) -> int:
    """What a model takes before it is fetched.

    Its size, licence and access, and the memory and disk of this machine. Asks the hub; fetches nothing."""
    options = model_options_of(args)
    told, untold = what_it_takes(options.name, os.environ, quantise=options.quantise)
    answer(args, needs_document(told, untold), needs_page(options.name, told, untold, prefix=""))
    return 0


def _load(args: Namespace) -> int:
    """Fetches a model with --download, and tries it.

    Says what it takes first. The commands that use it load it again, each for itself."""
    options = model_options_of(args)
    if options.download and not args.json:
        show(needs_page(options.name, *what_it_takes(options.name, os.environ, quantise=options.quantise), prefix=""))
    print(f"synthgen: loading {options.name}", file=sys.stderr)
    model, loading = tried(lambda: load(options))
    model.unload()
    answer(args, to_builtins(loading), loading_page(loading))
    return 0
