"""Wishes as lines for people, and as the JSON that a model writes of them."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from typing import Any

from ..wishes import Between, Children, Count, Filled, Locales, Nulls, Rhythm, Share, Shares, Wish, Written

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPREADS = ("evenly", "some more than others", "a few have most")
Names = Mapping[str, tuple[str, str]]  # what a model calls a column, or a table's parent -> (table, column or parent)


def describe(wish: Wish) -> str:
    """A line that says what changes."""
    match wish:
        case Shares():
            return f"{wish.table}.{wish.column}: {_percents(wish.shares)}"
        case Between():
            ends = [f"{word} {end}" for word, end in (("from", wish.low), ("to", wish.high)) if end]
            ends += [f"typically {wish.typical}"] if wish.typical else []
            return f"{wish.table}.{wish.column}: {', '.join(ends)}"
        case Rhythm():
            times = [f"{calendar.month_name[month]} × {count:g}" for month, count in wish.months.items()]
            times += [f"{_WEEKDAYS[day - 1]} × {count:g}" for day, count in wish.weekdays.items()]
            times += [f"{hour:02}:00 × {count:g}" for hour, count in wish.hours.items()]
            return f"{wish.table}.{wish.column}: {', '.join(times)}"
        case Nulls():
            return f"{wish.table}.{wish.column}: {wish.percent:g} % NULL"
        case Locales():
            return f"{wish.table}: people and places {_percents(wish.shares)}"
        case Count():
            return f"{wish.table}: {wish.rows:,} rows"
        case Children():
            return f"{wish.table}: {_children(wish)} for each row of {wish.parent}"
        case Written():
            return f"{wish.table}.{', '.join(wish.columns)}: {wish.many:,} written: {wish.prompt}"
        case Filled():
            return f"{wish.table}.{wish.column}: {wish.text}"


def shown(text: str) -> str:
    """A model's text on one line, without what no screen shows."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _percents(shares: tuple[Share, ...]) -> str:
    return ", ".join(f"{share.percent:g} % {share.value}" for share in shares)


def _children(wish: Children) -> str:
    rows = "rows"
    if wish.least is not None and wish.most is not None:
        rows = f"{wish.least:,} to {wish.most:,} rows"
    elif wish.least is not None or wish.most is not None:
        rows = f"at most {wish.most:,} rows" if wish.least is None else f"at least {wish.least:,} rows"
    return rows if wish.skew is None else f"{rows} ({_SPREADS[min(max(wish.skew, 0), 2)]})"


def wishes_of(changes: list[dict[str, Any]], columns: Names, families: Names) -> Iterator[Wish]:
    """The wishes that a model's changes spell."""
    for change in changes:
        kind, of = change["change"], change["of"]
        table, column = (of, "") if kind in ("rows", "locales") else (families if kind == "children" else columns)[of]
        match kind:
            case "shares":
                yield Shares(table=table, column=column, shares=_shares(change["shares"], "value"))
            case "between":
                low, high, typical = (str(change.get(end, "")) for end in ("low", "high", "typical"))
                yield Between(table=table, column=column, low=low, high=high, typical=typical)
            case "rhythm":
                words = ("month", "weekday", "hour")
                times = [{one[word]: one["times"] for one in change.get(f"{word}s", ())} for word in words]
                yield Rhythm(table=table, column=column, months=times[0], weekdays=times[1], hours=times[2])
            case "nulls":
                yield Nulls(table=table, column=column, percent=change["percent"])
            case "locales":
                yield Locales(table=table, shares=_shares(change["shares"], "locale"))
            case "rows":
                yield Count(table=table, rows=change["rows"])
            case "children":
                counts = {word: change.get(word) for word in ("least", "most", "skew")}
                yield Children(table=table, parent=column, **counts)
            case "written":
                others = (columns[name] for name in change.get("with", ()))
                together = dict.fromkeys([column, *(other for place, other in others if place == table)])
                yield Written(table=table, columns=tuple(together), prompt=shown(change["prompt"]), many=change["many"])


def _shares(shares: list[dict[str, Any]], word: str) -> tuple[Share, ...]:
    return tuple(Share(share[word], share["percent"]) for share in shares)
