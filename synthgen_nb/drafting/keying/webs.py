"""UNIQUEs that overlap, decided together: rings, chains and junctions that share no parent. Every row is two integers,
and every column of the web a sum of them, so that any two of unlike sums name the row (a Latin square)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import product
from math import prod

from msgspec import Struct

MOST_BUNDLES = 6
_COLOURS = ((1, 0), (0, 1), (1, 1), (1, 2), (1, 3))  # weights of the row's two integers
Colour = tuple[int, int]


class Web(Struct, frozen=True):
    """`bundles` are names of units that stand in the same UNIQUEs, `colours` the weights of each bundle's sum,
    `uniques` the places of the bundles that each UNIQUE has. A `dense` bundle counts on: 1, 2, 3 ... for everyone."""

    bundles: tuple[tuple[str, ...], ...]
    colours: tuple[Colour, ...]
    uniques: tuple[tuple[int, ...], ...]
    dense: bool = False

    def axes(self, sizes: Sequence[int]) -> tuple[int, int, int]:
        """How many values the row's two integers have, and the modulus of the sums (0: none), for bundles of so many
        values."""
        mixed = [(size, colour) for size, colour in zip(sizes, self.colours, strict=True) if all(colour)]
        modulus = min((size for size, _ in mixed), default=0)
        if any(weight > 1 for _, (_, weight) in mixed):
            while modulus % 2 == 0 or modulus % 3 == 0:  # the weights and their differences must be invertible
                if modulus < 2:
                    break
                modulus -= 1
        first, second = (
            min([s for s, c in zip(sizes, self.colours, strict=True) if c == axis] + [modulus] * bool(mixed), default=1)
            for axis in _COLOURS[:2]
        )
        return first, second, modulus

    def shared(self, axis: Colour) -> int | None:
        """The one bundle of this colour that every UNIQUE has, if there is one."""
        found = [place for place, colour in enumerate(self.colours) if colour == axis]
        return found[0] if len(found) == 1 and all(found[0] in unique for unique in self.uniques) else None


def woven(
    groups: Sequence[frozenset[str]], size_of: Callable[[str], int], counted: Collection[str], wanted: int
) -> Web | None:
    """A web for UNIQUEs over units of these sizes, with room for the rows where there is any; `counted` units would
    rather count on. None where there are too many units for a search."""
    members: dict[str, tuple[int, ...]] = {}
    for place, group in enumerate(groups):
        for name in sorted(group):
            members[name] = (*members.get(name, ()), place)
    bundles: Mapping[tuple[int, ...], list[str]] = {places: [] for places in members.values()}
    for name, places in members.items():
        bundles[places].append(name)
    if len(bundles) > MOST_BUNDLES:
        return None
    uniques = tuple(tuple(k for k, places in enumerate(bundles) if g in places) for g in range(len(groups)))
    named = tuple(map(tuple, bundles.values()))
    sizes = [min(prod(map(size_of, names)), 1 << 31) for names in named]
    best: tuple[tuple[int, bool, int, int], Web] | None = None
    for colours in product(_COLOURS, repeat=len(named)):
        if any(len({colours[k] for k in unique}) < 2 for unique in uniques):
            continue
        first = [names for names, colour in zip(named, colours, strict=True) if colour == _COLOURS[0]]
        dense = len(first) == 1 and len(first[0]) == 1 and first[0][0] in counted
        web = Web(named, colours, uniques, dense)
        room, other, modulus = web.axes(sizes)
        score = (min(room * other, wanted), dense, -sum(sum(colour) for colour in colours), modulus)
        if best is None or score > best[0]:
            best = score, web
    return best[1] if best is not None else None


def connected(groups: Sequence[frozenset[str]]) -> list[list[frozenset[str]]]:
    """The groups that share members, together."""
    found: list[list[frozenset[str]]] = []
    for group in groups:
        touching = [web for web in found if any(group & other for other in web)]
        found = [web for web in found if web not in touching] + [[*(g for web in touching for g in web), group]]
    return found
