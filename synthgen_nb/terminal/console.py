"""What every command of the terminal shares: its store, its screen, its answers. Knows no command."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from getpass import getpass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..llm.trial import tried
from ..maps import Map, named
from ..meters import InLog, Meter, OnTerminal, Unseen
from ..modeloptions import ModelOptions, load, model_options, without_effect
from ..options import settings
from ..pages import Page
from ..pages.documents import encode
from ..pages.screen import Style, style_for, text
from ..progress import Bar, Lines, Reader, Silent

if TYPE_CHECKING:
    from ..llm import Model
    from ..llm.trial import Loading
    from ..store import Store


def store_of(args: Namespace) -> Store:
    from ..store import Store

    return Store(args.store or settings(os.environ).store)


def map_of(args: Namespace) -> Map | None:
    """Who is to make the rows; None: this process with its copies or threads. Raises InputError."""
    from ..jobs.working import cores

    return named(args.executor or settings(os.environ).executor, cores())


def model_options_of(args: Namespace) -> ModelOptions:
    """The options about a model, with what has to be said of them on stderr."""
    options = model_options(settings(os.environ), args)
    for said in (*options.warnings, *without_effect(options, loaded=bool(options.name))):
        print(f"synthgen: note: {said}", file=sys.stderr)
    return options


@contextmanager
def model_of(options: ModelOptions, quiet: bool = False) -> Iterator[Model]:
    """The model that the options name, loaded for this command alone; without a GPU it is told how slow it is before it
    begins. Raises ModelError."""
    with model_with_pace(options, quiet) as (model, _):
        yield model


@contextmanager
def model_with_pace(options: ModelOptions, quiet: bool = False) -> Iterator[tuple[Model, Loading]]:
    """The same, and what loading it took."""
    if not quiet:
        print(f"synthgen: loading {options.name}", file=sys.stderr)
    model, loading = tried(lambda: load(options))
    if loading.device == "cpu" and not quiet:
        print(f"synthgen: note: there is no GPU: {loading.words()}", file=sys.stderr)
    try:
        yield model, loading
    finally:
        model.unload()


def answer(args: Namespace, document: object, page: Page, commands: tuple[tuple[str, str], ...] = ()) -> None:
    """The document under --json, else the page with `commands` at its foot."""
    if args.json:
        print(encode(document))
    else:
        show(replace(page, commands=page.commands + commands))


def show(page: Page) -> None:
    print(text(page, style()))


def style() -> Style:
    return style_for(sys.stdout, os.environ, _width())


def reader(quiet: bool) -> Reader:
    """Progress on stderr: a bar on a terminal, else lines."""
    if quiet:
        return Silent()
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Bar(sys.stderr, style_for(sys.stderr, os.environ, _width()))
    return Lines(sys.stderr)


def meter(quiet: bool) -> Meter:
    """A model's work on stderr: one line on a terminal, else a line now and then."""
    if quiet:
        return Unseen()
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return OnTerminal(sys.stderr, _width())
    return InLog(sys.stderr)


def asker() -> Callable[[str], str] | None:
    """How to ask for a password: on a terminal alone."""
    return getpass if sys.stdin is not None and sys.stdin.isatty() else None


def confirmed(question: str) -> bool:
    """The person's yes; False where nobody can be asked."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def _width() -> int:
    return shutil.get_terminal_size((100, 24)).columns
