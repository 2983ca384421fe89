"""What people and programs are shown of a version's columns: a profile of each, beside its first rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict, replace

from ..pages import Bars, Grid, Mark, Page, Part, cut, dataset_page, plural, visible
from ..pages.documents import show_document

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..profiling import Profile

_MOST_TABLES = 12  # whose columns are counted when no table is named
_NAMED = 3  # of the commonest values
_COMMON = 0.05  # of the rows: from there on the values beside the commonest are named too
_LONGEST = 18


def show_page(dataset: Dataset, first_rows: int, tables: Sequence[str] = ()) -> Page:
    """The dataset's page with a profile of each table's columns before its first rows. Of many tables the first are
    counted; a table that is named always is."""
    shown = list(tables or dataset.rows)
    page = dataset_page(dataset, first_rows=first_rows, tables=shown)
    counted = shown if tables else shown[:_MOST_TABLES]
    parts = [part for part in page.parts if not part.folded]
    rows = [part for part in page.parts if part.folded]
    for number, table in enumerate(counted):
        profile = profile_part(dataset, table)
        parts.append(replace(profile, opened=not number))
        parts += [replace(part, opened=not number) for part in rows[number : number + 1]] if first_rows else []
    parts += rows[len(counted) :] if first_rows else []
    left = len(shown) - len(counted)
    note = f"{plural(left, 'more table')} not counted: name one for the profile of its columns"
    return replace(page, parts=tuple(parts), marks=(*page.marks, *([Mark("note", note)] if left else [])))


def profile_part(dataset: Dataset, table: str) -> Part:
    from ..profiling import profiles

    found = profiles(dataset, table)
    columns = ("column", "type", "null", "distinct", "spread", "least", "mean", "most", "meaning")
    grid = Grid(columns, tuple(_row(profile) for profile in found), frozenset({2, 3, 5, 6, 7}))
    rough = any(not profile.exact for profile in found)
    return Part(f"{table} · columns" + (" (≈ counted by HyperLogLog)" if rough else ""), grid, folded=True)


def _row(profile: Profile) -> tuple[str | Bars, ...]:
    share = profile.nulls / profile.rows if profile.rows else 0
    nulls = "" if not profile.nulls else "< 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
    if profile.distinct == profile.rows - profile.nulls and profile.distinct > 1 and profile.exact:
        distinct = "all"
    else:
        distinct = f"{'' if profile.exact else '≈ '}{profile.distinct:,}"
    ends = [f"{end} chars" if profile.spread == "lengths" else end for end in (profile.least, profile.most)]
    type_ = cut(visible(profile.type), _LONGEST)
    meaning = profile.meaning.replace("_", " ")
    counted = profile.meaning == "surrogate_key"  # how such numbers are spread, and their mean, says nothing
    spread, mean = ("", "") if counted else (_bars(profile), profile.mean)
    return (visible(profile.column), type_, nulls, distinct, spread, ends[0], mean, ends[1], meaning)


def _bars(profile: Profile) -> Bars | str:
    if not profile.bars:
        return ""
    there = max(1, profile.rows - profile.nulls)
    titles = tuple(f"{visible(bar.label)}: {plural(bar.rows, 'row')}" for bar in profile.bars)
    words = ""
    if profile.spread == "values":
        named = profile.bars[: _NAMED if profile.bars[0].rows / there > _COMMON else 1]
        words = ", ".join(f"{cut(visible(bar.label), _LONGEST)} {_percent(bar.rows / there)}" for bar in named)
        words += ", ..." if profile.distinct > len(named) else ""
    elif profile.spread == "lengths":
        words = "lengths"
    elif profile.spread == "growing bins":
        words = "log scale"
    return Bars(tuple(bar.rows for bar in profile.bars), titles, words)


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %") if share >= 0.01 else "< 1 %"


def profile_document(dataset: Dataset, tables: list[str], rows: int) -> dict[str, Any]:
    """`show_document`, and under "profiles" the columns of each table: {"column", "type", "meaning", "rows", "nulls",
    "distinct", "exact", "least", "mean", "most", "spread", "bars": [{"label", "rows"}]}."""
    from ..profiling import profiles

    counted = {table: [asdict(profile) for profile in profiles(dataset, table)] for table in tables}
    return {**show_document(dataset, tables, rows), "profiles": counted}
