"""From a form that a condition asks for to a template of text that has it, or to all such texts. Knows no columns."""

from __future__ import annotations

import string
from itertools import product
from math import prod

from .patterns import Chars, Either, Form, Node, Repeat, Sequence

_FILLER = 4  # characters where any number may stand
_LONGEST = 24
_LETTERS = {
    string.digits: "#",
    string.ascii_uppercase: "@",
    string.ascii_lowercase: "?",
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ": "*",
    "0123456789abcdef": "%",
}
_SPECIAL = "#@?*%\\[]"


def template_of(form: Form, *, shortest: int = 0, longest: int = 0, case: str = "", wanted: int = 1) -> str | None:
    """A template of specs.Pattern: `shortest` to `longest` (0: any) characters, in one `case` if that is asked for,
    with `wanted` values or as many as there can be. None if nothing fits."""
    best: list[str] | None = None
    for filler in (*range(_FILLER, max(_LONGEST, shortest) + 1), *range(_FILLER - 1, -1, -1)):
        spelled = _spelled(form.tree, filler, case)
        if spelled is None:
            return None
        spelled = _filled(form, spelled, shortest, case)
        if len(spelled) < shortest or (longest and len(spelled) > longest) or not spelled:
            continue
        if best is None or _size(best) < _size(spelled):
            best = spelled
        if _size(best) >= wanted:
            break
    return None if best is None else "".join(map(_letter, best))


def _filled(form: Form, spelled: list[str], shortest: int, case: str) -> list[str]:
    """Long enough, where the form leaves an end open."""
    more = [string.ascii_uppercase if case == "upper" else string.ascii_lowercase] * (shortest - len(spelled))
    if not more or form.whole:
        return spelled
    if not form.regex.endswith("$"):
        return spelled + more
    return spelled if form.regex.startswith("^") else more + spelled


def literal(text: str) -> str:
    """The template that spells this text alone."""
    return "".join(map(_letter, text))


def listed(form: Form, most: int = 64) -> tuple[str, ...] | None:
    """All the texts that have the form, if that is all there are and they are few."""
    found = _all(form.tree, most) if form.whole else None
    return tuple(dict.fromkeys(found)) if found else None


def widest(forms: list[Form]) -> Form | None:
    return max(forms, key=lambda form: _size(_spelled(form.tree, _FILLER, "") or [""]), default=None)


def _size(spelled: list[str]) -> int:
    return prod(map(len, spelled))


def _spelled(tree: Node, filler: int, case: str) -> list[str] | None:
    """The characters for each place; None if a place has none in this case."""
    if isinstance(tree, Chars):
        kept = _nice("".join(c for c in tree.alphabet if not case or c == getattr(c, case)()))
        return [kept] if kept else None
    if isinstance(tree, Repeat):
        usual = filler if isinstance(tree.of, Chars) else min(filler, 1)
        count = max(tree.least, usual if tree.most is None else min(usual, tree.most))
        inner = _spelled(tree.of, filler, case) if count else []
        return None if inner is None else inner * count
    if isinstance(tree, Either):
        ways = [found for way in tree.ways if (found := _spelled(way, filler, case)) is not None]
        return max(ways, key=_size, default=None)
    spelled: list[str] = []
    for part in tree.parts if isinstance(tree, Sequence) else ():
        inner = _spelled(part, filler, case)
        if inner is None:
            return None
        spelled += inner
    return spelled


def _nice(alphabet: str) -> str:
    """The characters that people would use, of those that may stand here."""
    have = set(alphabet)
    for whole in (string.ascii_lowercase, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", string.ascii_uppercase):
        if have.issuperset(whole):
            return whole
    for whole in ("0123456789abcdef", "0123456789ABCDEF", string.digits):
        if have.issuperset(whole):
            return whole
    return "".join(c for c in alphabet if c.isalnum()) or alphabet


def _letter(alphabet: str) -> str:
    if alphabet in _LETTERS:
        return _LETTERS[alphabet]
    written = "".join("\\" + char if char in _SPECIAL else char for char in alphabet)
    return written if len(alphabet) == 1 else f"[{written}]"


def _all(tree: Node, most: int) -> list[str] | None:
    """Every text that the tree spells; None if there are more than `most`."""
    if isinstance(tree, Chars):
        return list(tree.alphabet) if len(tree.alphabet) <= most else None
    if isinstance(tree, Either):
        return _joined([_all(way, most) for way in tree.ways], most)
    if isinstance(tree, Repeat):
        if tree.most is None or tree.most > most:
            return None
        counts = range(tree.least, tree.most + 1)
        return _joined([_all(Sequence((tree.of,) * count), most) for count in counts], most)
    found = [""]
    for part in tree.parts if isinstance(tree, Sequence) else ():
        ends = _all(part, most)
        if ends is None or len(found) * len(ends) > most:
            return None
        found = ["".join(pair) for pair in product(found, ends)]
    return found


def _joined(ways: list[list[str] | None], most: int) -> list[str] | None:
    found = [text for way in ways if way is not None for text in way]
    return found if None not in ways and len(found) <= most else None
