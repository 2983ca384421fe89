"""Payment cards: number, brand and last digits of a row are one card's, and the card is one of those published for
tests."""

from __future__ import annotations

from ...schema import Kind
from ...specs import Choice, Drawn
from ...specs.accounts import TEST_CARDS
from ..domains import Domain
from ..draft import Draft

_CARDS = tuple((brand, number) for brand, numbers in TEST_CARDS.items() for number in numbers)
_BRANDS = {brand.lower().replace(" ", ""): brand for brand in TEST_CARDS} | {"amex": "American Express"}


def place_cards(draft: Draft) -> None:
    """The columns of a card read one source, where the table has its number and the column holds all of it."""
    meant = {name: meaning.name for name, meaning in draft.meanings.items()}
    numbers = [name for name in meant if meant[name] == "id.card_number" and draft.open(name)]
    if len(numbers) != 1:
        return
    cards = [card for card in _CARDS if _spelled(draft, meant, card)]
    if not cards or not _fits(draft.domains[numbers[0]], [number for _, number in cards]):
        return
    draft.sources["card"] = Drawn(among=len(cards))
    for name, meaning in meant.items():
        if not draft.open(name):
            continue
        if meaning == "id.card_number":
            values = [number for _, number in cards]
        elif meaning == "id.card_digits":
            values = [number[-4:] for _, number in cards]
        elif meaning == "category.card_brand":
            values = [_spelled(draft, meant, card) for card in cards]
        else:
            continue
        if _fits(draft.domains[name], values):
            draft.placed[name] = (Choice(values=tuple(values)), "card")


def _spelled(draft: Draft, meant: dict[str, str], card: tuple[str, str]) -> str:
    """The card's brand as the table's column spells it; "" where that has other brands only."""
    for name, meaning in meant.items():
        values = draft.domains[name].values
        if meaning == "category.card_brand" and values is not None:
            known = {_BRANDS.get(str(v).lower().replace(" ", "").replace("_", ""), ""): str(v) for v in values}
            return known.get(card[0], "")
    return card[0]


def _fits(domain: Domain, values: list[str]) -> bool:
    return domain.kind in (Kind.TEXT, Kind.ENUM) and all(
        domain.allows(value) and domain.shortest <= len(value) and (not domain.longest or len(value) <= domain.longest)
        for value in values
    ) and domain.form is None and not domain.case and not domain.parts and not domain.hints  # fmt: skip
