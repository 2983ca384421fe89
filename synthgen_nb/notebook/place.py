"""Where a line of a magic was typed: the shell's session, the settings in force there, and how its output is seen."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from IPython.core.error import StdinNotImplementedError
from IPython.display import display
from msgspec import Struct, field

from ..maps import Map, named
from ..options import Settings
from ..typed import parse_bytes
from .session import Session, Wanted
from .views import bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..dataset import Dataset
    from ..pages import Page
    from ..store import Store
    from .frontend import FrontEnd

    Show = Callable[[Mapping[str, str]], None]


def show_bundle(bundle: Mapping[str, object]) -> None:
    display(dict(bundle), raw=True)


class Drawn:
    """The value that a cell returns although it has drawn it already: it must not be drawn a second time. A terminal
    writes "Out[3]:" before a value, so there the drawing itself waits for that."""

    def __init__(self) -> None:
        self._value: object = None
        self._bundle: Mapping[str, str] | None = None

    def remember(self, value: object, bundle: Mapping[str, str] | None = None) -> object:
        self._value, self._bundle = value, bundle
        return value

    def show(self, value: object, page: Callable[[Any], Page]) -> None:
        """The view of a cell's value: nothing if this very cell has drawn it already."""
        before, self._value = self._value, None
        if before is not value:
            show_bundle(bundle(page(value)))
        elif self._bundle is not None:
            show_bundle(self._bundle)


class Place(Struct, frozen=True):
    session: Session
    given: Settings
    front_end: FrontEnd
    drawn: Drawn = field(default_factory=Drawn)

    @property
    def store(self) -> Store:
        from ..store import Store

        return Store(self.given.store)

    @property
    def map(self) -> Map | None:
        """Who makes the rows; None: this process with its threads. Raises InputError."""
        from ..jobs.working import cores

        return named(self.given.executor, cores())

    @property
    def quiet(self) -> bool:
        return self.given.quiet or self.front_end == "none"

    def wanted(self) -> Wanted:
        """What is bound where no cell said otherwise."""
        given = self.given
        budget = parse_bytes(given.budget) if given.budget else 0
        return Wanted(frames=given.vars, prefix=given.prefix, budget=budget)

    def show(self, page: Page) -> None:
        show_bundle(bundle(page))

    def result(self, dataset: Dataset, page: Page, *, named: bool, show: Show = show_bundle) -> Dataset | None:
        """Shows a dataset (`show` puts it in the place of its bars); it is the cell's value unless it has a name or the
        cell is to be quiet."""
        drawn = bundle(page)
        waits = self.front_end == "text" and not named
        if not self.quiet and not waits:
            show(drawn)
        if named or self.quiet:
            return None
        self.drawn.remember(dataset, drawn if waits else None)
        return dataset

    def confirmed(self, question: str) -> bool:
        """The person's yes; False where nobody can be asked."""
        try:
            return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
        except (StdinNotImplementedError, EOFError, OSError):  # nbclient; a pipe at its end; a captured standard input
            return False


def screen_width() -> int:
    return shutil.get_terminal_size((100, 24)).columns
