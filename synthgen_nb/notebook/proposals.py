"""The edits of a session that are proposed and neither applied nor discarded: at most one of each dataset. Knows
nothing of what they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from ..editing import Proposal
    from ..store import Store


class Proposals:
    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Proposal] = {}

    def keep(self, store: Store, proposal: Proposal) -> None:
        """Instead of the one that was open for its dataset, if any is."""
        self.give_up(store, proposal.dataset.name)
        self._open[_key(store, proposal.dataset.name)] = proposal

    def give_up(self, store: Store, name: str) -> None:
        """Another one is asked for: it gets the number that the open one has held."""
        if self.get(store, name) is not None:
            self.discard(store, name)

    def of(self, store: Store, name: str) -> Proposal:
        """Raises InputError where none is open."""
        if (proposal := self.get(store, name)) is None:
            raise InputError(f"no edit of {name} is proposed", hint=f'%synthgen edit {name} "..." proposes one')
        return proposal

    def get(self, store: Store, name: str) -> Proposal | None:
        return self._open.get(_key(store, name))

    def close(self, store: Store, name: str) -> None:
        """It has been applied."""
        self._open.pop(_key(store, name), None)

    def discard(self, store: Store, name: str) -> Proposal:
        """Raises InputError where none is open."""
        proposal = self.of(store, name)
        self.close(store, name)
        proposal.discard()
        return proposal


def _key(store: Store, name: str) -> tuple[str, str]:
    return str(store.path.absolute()), name
