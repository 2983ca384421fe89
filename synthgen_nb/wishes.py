"""What a person wants of the data beyond its constraints: typed, small, each to be dropped or kept by itself. Frozen
data; `drafting` fulfils what the constraints leave room for and tells of the rest. A model may write them, a person
too."""

from __future__ import annotations

from msgspec import Struct

Value = str | int | float | bool


class Share(Struct, frozen=True):
    """`percent` of the rows have `value`."""

    value: Value
    percent: float


class Shares(Struct, frozen=True, tag="shares", kw_only=True):
    """How often values come in a column; what is left of 100 percent goes to the column's other values."""

    table: str
    column: str
    shares: tuple[Share, ...]


class Between(Struct, frozen=True, tag="between", kw_only=True):
    """Bounds, both included, spelled as the column's values are (a date as 2024-12-31); "" is none. Half of the values
    lie below `typical`."""

    table: str
    column: str
    low: str = ""
    high: str = ""
    typical: str = ""


class Rhythm(Struct, frozen=True, tag="rhythm", kw_only=True):
    """How many times the usual number of rows some months (1-12), days of the week (1 is Monday) and hours (0-23)
    get; all others get 1."""

    table: str
    column: str
    months: dict[int, float] = {}
    weekdays: dict[int, float] = {}
    hours: dict[int, float] = {}


class Nulls(Struct, frozen=True, tag="nulls", kw_only=True):
    """`percent` of the rows are NULL."""

    table: str
    column: str
    percent: float


class Locales(Struct, frozen=True, tag="locales", kw_only=True):
    """People and places of a table by locale ("de_DE"), in percent."""

    table: str
    shares: tuple[Share, ...]


class Count(Struct, frozen=True, tag="count", kw_only=True):
    """Rows of a table."""

    table: str
    rows: int


class Children(Struct, frozen=True, tag="children", kw_only=True):
    """`least`..`most` rows of `table` for each row of `parent`; `skew` 0 (alike) to 2 (a few have most)."""

    table: str
    parent: str
    least: int | None = None
    most: int | None = None
    skew: int | None = None


class Written(Struct, frozen=True, tag="written", kw_only=True):
    """Values for one text column, or rows for several that belong together, that a model writes once (`prompt`, about
    `many` of them). `values` are there once they are written: one tuple a row, in the order of `columns`."""

    table: str
    columns: tuple[str, ...]
    prompt: str
    many: int = 200
    values: tuple[tuple[Value | None, ...], ...] = ()


class Filled(Struct, frozen=True, omit_defaults=True, tag="filled", kw_only=True):
    """What a person typed for a column, as it was typed (see wordings.py): it is done, or it is an error. `origin` says
    where it was typed; `line` and `place` count from 1 in the DDL, 0 elsewhere."""

    table: str
    column: str
    text: str
    origin: str = ""
    line: int = 0
    place: int = 0


Wish = Shares | Between | Rhythm | Nulls | Locales | Count | Children | Written | Filled
