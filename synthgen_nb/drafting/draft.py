"""A table on its way to a plan: what is known of it so far. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ..report import Finding
from ..schema import Check, Table
from ..specs import AnySource, AnySpec
from .conditions.reading import Order
from .domains import Domain, Facts, Scalar
from .keying.claims import Chosen, TableKeys
from .meaning import Meaning
from .timing.lineage import Lineage

if TYPE_CHECKING:
    from .keying.periods import Slices
    from .people.located import Spot
    from .wished.asked import Asked
    from .wished.fitting import Fitted


class Draft(Struct):
    """A table on its way to a plan. `rows` is settled for every table by now."""

    keys: TableKeys
    domains: Mapping[str, Domain]
    kinds: Mapping[str, tuple[Scalar, ...]]  # columns whose values take turns, row by row
    meanings: Mapping[str, Meaning]
    orders: list[Order]
    left: list[Check]
    computed: Mapping[str, str]
    facts: Facts
    rows: int
    head: bool  # its key counts for itself although it is a foreign key: the others of its ring follow
    parents: Mapping[str, Table]  # every table of the schema, by its name
    parent_rows: Callable[[str], int]
    slices: Sequence[Slices] = ()
    boxes: Sequence[Mapping[str, Domain]] = ()  # where rows can lie: its columns agree on one, row by row
    asked: Mapping[str, Asked] = field(default_factory=dict)  # columns for which a person typed something
    spots: Sequence[Spot] = ()  # the places that its columns speak of
    banks: Sequence[Fitted] = ()  # what somebody wrote for columns of it, row by row
    route: str = ""  # the condition under which a row finds a partition
    lineage: Lineage = field(default_factory=Lineage)  # the rows that its own are later than
    sources: dict[str, AnySource] = field(default_factory=dict)
    placed: dict[str, tuple[AnySpec, str]] = field(default_factory=dict)
    chosen: dict[str, tuple[Chosen, str]] = field(default_factory=dict)  # with the source that says which
    refused: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    chained: Mapping[str, Domain] = field(default_factory=dict)  # the domains, as orders between columns narrow them

    @property
    def table(self) -> Table:
        return self.keys.table

    def open(self, name: str) -> bool:
        """Whether nothing has decided yet what the column holds."""
        column, domain = self.table.column(name), self.domains[name]
        decided = name in self.placed or name in self.chosen or self.keys.owner[name].key is not None
        formula = column.generated is not None or name in self.computed
        return not (decided or formula or domain.empty or domain.always_null or self.meanings[name].written)

    def afresh(self, domains: Mapping[str, Domain], boxes: Sequence[Mapping[str, Domain]]) -> Draft:
        """The same table over other domains, with nothing decided yet."""
        return replace(
            self, domains=domains, boxes=boxes, sources={}, placed={}, chosen={}, refused={}, findings=[], chained={}
        )

    def broken(self, text: str, columns: tuple[str, ...], hint: str, rule: str = "plan") -> None:
        place = self.table.column(columns[0]).place if columns else self.table.place
        line, column = (place.line, place.column) if place else (0, 0)
        self.findings.append(
            Finding(
                verdict="broken",
                rule=rule,
                table=self.table.key,
                columns=columns,
                text=text,
                hint=hint,
                line=line,
                column=column,
            )
        )
