"""What the cells and panels of one shell share: its jobs, and the names that their results are bound to. The one room
that touches the user's namespace; it never takes a variable of the user's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..errors import InputError
from ..pages import FIRST_ROWS, Mark, Page, dataset_page
from ..textsets.orders import TABLE
from .binding import Binding, binding, memory_needed
from .doctor import free_memory
from .models import Models
from .proposals import Proposals

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from ..dataset import Dataset
    from ..instructed import Instructed
    from ..jobs import Job, Jobs
    from ..llm import Model
    from ..maps import Map
    from ..plan import Plan
    from ..store import Store
    from ..textsets.orders import TextOrder
    from .panel import Panel


class Wanted(Struct, frozen=True):
    """What a cell or a panel wants of a dataset once it is made: `variable` holds it, and each table's frame has the
    table's name after `prefix`. Above `budget` bytes (0: a quarter of the free memory) frames are lazy. `notes` and
    `again`, the line that repeats it, are shown with the result."""

    variable: str = ""
    frames: bool = True
    prefix: str = ""
    force: bool = False
    budget: int = 0
    notes: tuple[Mark, ...] = ()
    again: str = ""


class Session:
    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self._bound: dict[str, object] = {}
        self._sources: dict[str, tuple[Dataset, str]] = {}  # of bound names: dataset and table ("": the dataset itself)
        self.models = Models()
        self.proposals = Proposals()
        self.followers: list[Callable[[Dataset], None]] = []
        """What shows a dataset and may have to show another version of it: called with each that becomes current."""
        self.panels: dict[str, Panel] = {}  # by the path of their store
        self._jobs: dict[str, Jobs] = {}
        self._wanted: dict[Job, Wanted] = {}
        self._pages: dict[Job, Page] = {}  # of results that are bound and not yet shown

    def jobs(self, store: Store) -> Jobs:
        """One for each store, whoever asks: what runs at once is counted together."""
        from ..jobs import Jobs

        return self._jobs.setdefault(str(store.path.absolute()), Jobs(store))

    def start(
        self,
        store: Store,
        plan: Plan,
        name: str,
        wanted: Wanted,
        *,
        map: Map | None = None,
        instructed: Instructed | None = None,
        strict: bool = False,
        timeout: float | None = None,
    ) -> Job:
        """A job whose result will be bound as wanted. What an earlier run bound to these names is unbound, so that no
        later cell goes on with stale frames. Raises as `Jobs.start`, and InputError for a variable of the user's."""
        names = self.names(plan.schema.tables, wanted)
        job = self.jobs(store).start(plan, name, map=map, instructed=instructed, strict=strict, timeout=timeout)
        self._release((wanted.variable, *names.variables))
        self.attend(job, wanted)
        return job

    def start_texts(
        self, store: Store, order: TextOrder, model: Model, name: str, wanted: Wanted, *, timeout: float | None = None
    ) -> Job:
        """As `start`, for a job that a model writes."""
        names = self.names((TABLE,), wanted)
        job = self.jobs(store).start_texts(order, model, name, timeout=timeout)
        self._release((wanted.variable, *names.variables))
        self.attend(job, wanted)
        return job

    def attend(self, job: Job, wanted: Wanted) -> None:
        """The job's result will be bound as wanted, by whoever asks for it first: a cell that shows it, `await job`,
        `job.result()`."""
        self._wanted[job] = wanted
        job.then(lambda dataset: self._pages.update({job: self.page(dataset, wanted)}))

    def result(self, job: Job, otherwise: Wanted) -> tuple[Dataset, Page]:
        """What a job made, bound, and the page that shows it. Waits. A job that no cell of this session began is bound
        as `otherwise`. Raises as `Job.result`."""
        if job not in self._wanted:
            self.attend(job, otherwise)
        dataset = job.result()
        return dataset, self._pages.pop(job, None) or self.page(dataset, self._wanted[job])

    def page(self, dataset: Dataset, wanted: Wanted) -> Page:
        """Binds a dataset as wanted; the page of it says what was bound and what was not."""
        page = dataset_page(dataset, first_rows=FIRST_ROWS)
        marks = (*page.marks, *wanted.notes, *self._bind(dataset, wanted))
        return replace(page, marks=marks, commands=(("repeat it", wanted.again),) if wanted.again else ())

    def names(self, tables: Iterable[str], wanted: Wanted) -> Binding:
        """Which tables would be bound to which names now. Raises InputError if the variable is the user's own."""
        space, hidden = self.shell.user_ns, self.shell.user_ns_hidden
        foreign = {n for n, v in space.items() if n not in hidden and v is not self._bound.get(n, self)}
        if wanted.variable in foreign and not wanted.force:
            raise InputError(
                f"{wanted.variable} is a variable of yours", hint="--force takes the name, or choose another"
            )
        tables = tables if wanted.frames else ()
        return binding(tables, prefix=wanted.prefix, foreign=foreign | {wanted.variable}, force=wanted.force)

    def _bind(self, dataset: Dataset, wanted: Wanted) -> list[Mark]:
        marks = []
        try:
            names = self.names(dataset, wanted)
        except InputError as error:  # a job takes its time: the name was free when it began
            marks.append(Mark("note", f"not bound: {error.message}"))
            wanted = replace(wanted, variable="")
            names = self.names(dataset, wanted)
        lazy = bool(names.variables) and memory_needed(dataset) > (wanted.budget or free_memory() // 4)
        bound: dict[str, object] = {
            name: dataset.scan(table) if lazy else dataset[table] for name, table in names.variables.items()
        }
        if bound:
            kind = "LazyFrame, more than the memory budget" if lazy else "DataFrame"
            marks.append(Mark("note", f"bound ({kind}): {', '.join(bound)}"))
        if names.left:
            holder = wanted.variable or "_"
            reasons = "; ".join(f'{holder}["{table}"]: {reason}' for table, reason in names.left.items())
            marks.append(Mark("note", f"not bound: {reasons}"))
        if wanted.variable:
            bound[wanted.variable] = dataset
        self._keep(bound, dataset, names.variables)
        return marks

    def assign(self, name: str, value: object, *, force: bool) -> None:
        """Binds one value. Raises InputError for a variable of the user's own."""
        self.names((), Wanted(variable=name, force=force))
        self._release((name,))
        self.shell.push({name: value})
        self._bound[name] = value

    def follow(self, dataset: Dataset) -> str:
        """Names that hold another version of the dataset hold this one from now on; one line says which. A name that
        the user has given another value since is the user's. Only the tables that differ are read. Followers are told
        of it."""
        import polars as pl

        bound: dict[str, object] = {}
        tables: dict[str, str] = {}
        for name, (before, table) in self._sources.items():
            held = self._bound.get(name)
            same = (
                before.path.parent == dataset.path.parent and held is not None and held is self.shell.user_ns.get(name)
            )
            if not same or before == dataset or (table and table not in dataset):
                continue
            tables[name] = table
            if not table:
                bound[name] = dataset
            elif isinstance(held, pl.LazyFrame):
                bound[name] = dataset.scan(table)
            else:
                sums = [[part.sha256 for part in d.manifest.tables[table].parts] for d in (before, dataset)]
                bound[name] = held if sums[0] == sums[1] else dataset[table]
        self._keep(bound, dataset, tables)
        for follower in self.followers:
            follower(dataset)
        return f"{', '.join(bound)} now of v{dataset.version}" if bound else ""

    def _keep(self, bound: dict[str, object], dataset: Dataset, tables: Mapping[str, str]) -> None:
        self.shell.push(bound)
        self._bound.update(bound)
        self._sources.update({name: (dataset, tables.get(name, "")) for name in bound})

    def _release(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self._bound and self.shell.user_ns.get(name) is self._bound.pop(name):
                del self.shell.user_ns[name]
