"""Twenty-one ways in which made data gives itself away, each counted by a query over a dataset's own tables: what a
column is taken for says which columns a query is about. Nothing here looks at how a value was made."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

import polars as pl

from synthgen_nb import Dataset
from synthgen_nb.plan import ColumnPlan, Plan
from synthgen_nb.schema import Column, ForeignKey, Kind, Table
from synthgen_nb.specs.cities import cities
from synthgen_nb.specs.latin import fold
from synthgen_nb.specs.locales import listed, locales
from synthgen_nb.specs.pools import pool

MOMENTS = {Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ}
NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY}
_HOSTS = r"(^|[@./])([a-z0-9-]+\.)*(example\.(com|org|net|edu)|[a-z0-9-]+\.(example|test|invalid|localhost))($|[/:?#])"
_ADDRESSES = r"^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|198\.1[89]\.|10\.|127\.|2001:db8:|fd)"

Defect = Callable[[Dataset], Iterator[tuple[str, int]]]  # what, and in how many rows


def columns(dataset: Dataset, *meanings: str) -> Iterator[tuple[Table, Column]]:
    """The columns that are taken for one of these meanings, or for one of these groups."""
    for table, column, plan in all_columns(dataset):
        if plan.meaning in meanings or plan.group in meanings:
            yield table, column


@lru_cache(maxsize=2)  # a dataset reads its plan anew each time
def _plan(dataset: Dataset) -> Plan:
    return dataset.plan


def all_columns(dataset: Dataset) -> Iterator[tuple[Table, Column, ColumnPlan]]:
    plan = _plan(dataset)
    for key in dataset:
        table = plan.schema.tables[key]
        for column in table.columns:
            yield table, column, plan.tables[key].columns[column.name]


def meant(dataset: Dataset, table: Table, *meanings: str) -> list[str]:
    return [column.name for owner, column in columns(dataset, *meanings) if owner.key == table.key]


def count(dataset: Dataset, table: Table, wrong: pl.Expr) -> int:
    """Rows in which this is true."""
    own = len(table.rows)  # what the DDL itself inserts is not ours
    return int(dataset.scan(table.key).slice(own).select(wrong.fill_null(False).sum()).collect().item())


def told(table: Table, *names: str) -> str:
    return f"{table.key}.{' / '.join(names)}"


@cache
def _women_and_men() -> tuple[frozenset[str], frozenset[str]]:
    women = {name for locale in locales() for name in listed(locale, "female")}
    men = {name for locale in locales() for name in listed(locale, "male")}
    women.update(pool("first_name_female").values.to_pylist())
    men.update(pool("first_name_male").values.to_pylist())
    return frozenset(women - men), frozenset(men - women)


def wrong_gender(dataset: Dataset) -> Iterator[tuple[str, int]]:
    women, men = _women_and_men()
    for table, column in columns(dataset, "gender"):
        if column.type.kind not in (Kind.TEXT, Kind.ENUM):
            continue
        letter = pl.col(column.name).cast(pl.String).str.slice(0, 1).str.to_lowercase()
        for name in meant(dataset, table, "person.first_name"):
            first = pl.col(name).cast(pl.String)
            wrong = (letter.is_in(["m"]) & first.is_in(list(women))) | (
                letter.is_in(["f", "w"]) & first.is_in(list(men))
            )
            yield told(table, column.name, name), count(dataset, table, wrong)


def impossible_date(dataset: Dataset) -> Iterator[tuple[str, int]]:
    today = dt.date.fromisoformat(dataset.as_of)
    for table, column, plan in all_columns(dataset):
        if column.type.kind in MOMENTS and not any(column.name in check.columns for check in table.checks):
            day = pl.col(column.name).dt.date()
            latest = today if plan.group == "birth_date" else today.replace(year=today.year + 30)
            wrong = (day < dt.date(1900, 1, 1)) | (day > latest)
            if plan.group != "birth_date":
                wrong |= day == dt.date(1970, 1, 1)
            yield told(table, column.name), count(dataset, table, wrong)


@cache
def _places() -> dict[str, set[tuple[str, str]]]:
    """The pairs (city, what it has) of the library's table, by what it has."""
    known = cities().texts
    names = known["city"].to_pylist()
    fields = ("country", "country_code", "region", "time_zone")
    return {field: set(zip(names, known[field].to_pylist(), strict=True)) for field in fields}


def mismatched_city(dataset: Dataset) -> Iterator[tuple[str, int]]:
    for table in _tables(dataset):
        towns = [name for name in meant(dataset, table, "city") if name not in _unique(table)]
        for field, pairs in _places().items():
            others = [name for name in meant(dataset, table, field) if table.column(name).type.kind is Kind.TEXT]
            if len(towns) == len(others) == 1 and (table.column(others[0]).type.length or 99) > 3:
                frame = dataset.scan(table.key).select(towns[0], others[0]).drop_nulls().collect()
                wrong = sum((town, other) not in pairs for town, other in frame.iter_rows())
                yield told(table, towns[0], others[0]), wrong


def self_loop(dataset: Dataset) -> Iterator[tuple[str, int]]:
    for table, key in _references(dataset):
        if key.table == table.key and len(key.columns) == 1 and table.column(key.columns[0]).nullable:
            wrong = pl.col(key.columns[0]) == pl.col(key.references[0])
            yield told(table, key.columns[0]), count(dataset, table, wrong)


def _references(dataset: Dataset) -> Iterator[tuple[Table, ForeignKey]]:
    for key in dataset:
        for foreign in _plan(dataset).schema.tables[key].foreign_keys:
            if foreign.table in dataset:
                yield _plan(dataset).schema.tables[key], foreign


def repeated_text(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """Long texts that come more than a few times."""
    for table, column in columns(dataset, "free_text", "comment", "note"):
        told_of_parcels = column.name in meant(
            dataset, table, "text.tracking_note"
        )  # two may leave one town at one hour
        if column.type.kind is not Kind.TEXT or 0 < (column.type.length or 0) < 100 or told_of_parcels:
            continue
        often = (
            dataset.scan(table.key).select(pl.col(column.name).alias("text")).drop_nulls()
            .filter(pl.col("text").str.len_chars() > 40).group_by("text").len()
        )  # fmt: skip
        most = 3 + dataset.rows[table.key] // 10_000
        yield told(table, column.name), int(often.select((pl.col("len") > most).sum()).collect().item())


def cut_word(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """Sentences that end in the midst, at the column's length."""
    for table, column in columns(dataset, "free_text", "comment", "note"):
        longest = column.type.length or 0
        if column.type.kind is Kind.TEXT and longest >= 60:
            text = pl.col(column.name).cast(pl.String)
            wrong = (text.str.len_chars() >= longest - 1) & ~text.str.contains(r"[.!?)…\"']$")
            yield told(table, column.name), count(dataset, table, wrong)


def price_off_by_a_thousand(dataset: Dataset) -> Iterator[tuple[str, int]]:
    for table, column in columns(dataset, "money.price", "money.cost", "money.fee", "money.salary", "money.rent"):
        if column.type.kind in NUMBERS:
            value = pl.col(column.name).cast(pl.Float64)
            middle = value.filter(value > 0).median()
            wrong = (value > 1000 * middle) | ((value > 0) & (value * 1000 < middle)) | (value < 0)
            yield told(table, column.name), count(dataset, table, wrong)


def updated_before_created(dataset: Dataset) -> Iterator[tuple[str, int]]:
    for table in _tables(dataset):
        for first in _moments(dataset, table, "created_timestamp"):
            for later in _moments(dataset, table, "updated_timestamp", "deleted_timestamp"):
                yield told(table, first, later), count(dataset, table, _day(later) < _day(first))


def end_before_start(dataset: Dataset) -> Iterator[tuple[str, int]]:
    for table in _tables(dataset):
        starts = _moments(dataset, table, "start_date", "start_timestamp")
        ends = _moments(dataset, table, "end_date", "end_timestamp")
        if len(starts) == len(ends) == 1:
            yield told(table, starts[0], ends[0]), count(dataset, table, _day(ends[0]) < _day(starts[0]))


def _tables(dataset: Dataset) -> list[Table]:
    return [_plan(dataset).schema.tables[key] for key in dataset]


def _moments(dataset: Dataset, table: Table, *groups: str) -> list[str]:
    return [name for name in meant(dataset, table, *groups) if table.column(name).type.kind in MOMENTS]


def _day(name: str) -> pl.Expr:
    return pl.col(name).dt.date()


def child_before_parent(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """By when both rows were made."""
    for table, key in _references(dataset):
        parent = _plan(dataset).schema.tables[key.table]
        own, above = (_moments(dataset, t, "created_timestamp") for t in (table, parent))
        if len(key.columns) == len(own) == len(above) == 1 and parent.key != table.key:
            left = dataset.scan(table.key).select(pl.col(key.columns[0]).alias("key"), pl.col(own[0]).alias("own"))
            right = dataset.scan(parent.key).select(
                pl.col(key.references[0]).alias("key"), pl.col(above[0]).alias("above")
            )
            joined = left.join(right, on="key")
            wrong = joined.select((pl.col("own").dt.date() < pl.col("above").dt.date()).sum()).collect().item()
            yield told(table, own[0], f"{parent.key}.{above[0]}"), int(wrong or 0)


# the statuses in which a stage's moment must be there, and those in which it can't be
_STAGES = {
    "paid_at": ({"paid", "shipped", "delivered", "completed"}, {"new", "pending", "draft"}),
    "shipped_at": ({"shipped", "delivered"}, {"new", "pending", "paid", "draft"}),
    "delivered_at": ({"delivered"}, {"new", "pending", "paid", "shipped", "draft"}),
    "cancelled_at": ({"cancelled", "canceled"}, {"new", "pending", "paid", "shipped", "delivered"}),
    "resolved_at": ({"resolved"}, {"new", "open", "in_progress", "pending"}),
    "closed_at": ({"closed"}, {"new", "open", "in_progress", "active"}),
    "completed_at": ({"completed", "done"}, {"new", "open", "pending", "scheduled", "todo"}),
    "published_at": ({"published"}, {"draft"}),
}


def status_without_its_date(dataset: Dataset) -> Iterator[tuple[str, int]]:
    for table, column in columns(dataset, "status_code"):
        if column.type.kind not in (Kind.TEXT, Kind.ENUM):
            continue
        status = pl.col(column.name).cast(pl.String).str.to_lowercase().str.replace_all("[ -]", "_")
        for other in table.columns:
            reached, not_yet = _STAGES.get(other.name.lower().replace("_on", "_at"), (set(), set()))
            if reached and other.type.kind in MOMENTS and other.nullable:
                there = pl.col(other.name).is_not_null()
                wrong = (status.is_in(list(reached)) & ~there) | (status.is_in(list(not_yet)) & there)
                yield told(table, column.name, other.name), count(dataset, table, wrong)


def email_of_somebody_else(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """An address that holds neither the first name of its row nor the last."""
    for table in _tables(dataset):
        emails = meant(dataset, table, "email")
        names = [*meant(dataset, table, "person.first_name"), *meant(dataset, table, "person.last_name")]
        if len(emails) == 1 and len(names) == 2:
            frame = dataset.scan(table.key).select(emails[0], *names).drop_nulls().collect()
            wrong = sum(not any(fold(name)[:4] in mail for name in two) for mail, *two in frame.iter_rows())
            yield told(table, emails[0], *names), wrong


def contact_of_a_real_host(dataset: Dataset) -> Iterator[tuple[str, int]]:
    for table, column in columns(dataset, "email", "url", "hostname"):
        if column.type.kind is Kind.TEXT and not 0 < (column.type.length or 99) < 20:
            text = pl.col(column.name)
            wrong = text.str.contains(r"[@.]") & ~text.str.contains(_HOSTS)  # a bare name is nobody's host
            yield told(table, column.name), count(dataset, table, wrong)
    for table, column in columns(dataset, "ip"):
        if column.type.kind in (Kind.TEXT, Kind.INET):
            yield told(table, column.name), count(dataset, table, ~pl.col(column.name).str.contains(_ADDRESSES))


def guess_dressed_up(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """A shop's categories where nobody knows what the column holds."""
    goods = pool("category").values.to_pylist()
    unknown = ("opaque", "code_identifier", "natural_code", "small_code", "config_value", "id.source_value")
    for table, column in columns(dataset, *unknown):
        if column.type.kind is Kind.TEXT and not column.type.values:
            yield told(table, column.name), count(dataset, table, pl.col(column.name).is_in(goods))


def name_with_digits(dataset: Dataset) -> Iterator[tuple[str, int]]:
    for table, column in columns(dataset, "person.first_name", "person.last_name", "person.full_name", "country"):
        if column.type.kind is Kind.TEXT and column.name not in _unique(table):
            yield told(table, column.name), count(dataset, table, pl.col(column.name).str.contains(r"\d"))


def _unique(table: Table) -> set[str]:
    return {key.columns[0] for key in table.uniques if len(key.columns) == 1} | set(table.primary_key)


def event_in_the_future(dataset: Dataset) -> Iterator[tuple[str, int]]:
    today = dt.date.fromisoformat(dataset.as_of)
    for table, column in columns(dataset, "created_timestamp", "updated_timestamp", "deleted_timestamp", "birth_date"):
        if column.type.kind in MOMENTS:
            yield told(table, column.name), count(dataset, table, _day(column.name) > today)


def number_beyond_its_scale(dataset: Dataset) -> Iterator[tuple[str, int]]:
    scales = {"percentage": (0, 100), "number.stars": (0, 10), "person.age": (0, 120), "latitude": (-90, 90),
              "longitude": (-180, 180), "number.month": (1, 12), "number.hour": (0, 24),
              "quantity": (0, 1_000_000)}  # fmt: skip
    for meaning, (low, high) in scales.items():
        for table, column in columns(dataset, meaning):
            if column.type.kind in NUMBERS:
                value = pl.col(column.name).cast(pl.Float64)
                yield told(table, column.name), count(dataset, table, (value < low) | (value > high))


def broken_code(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """Hashes, UUIDs and JSON that are none."""
    for table, column in columns(dataset, "hash.md5", "hash.sha1", "hash.sha256"):
        if column.type.kind is Kind.TEXT:
            yield told(table, column.name), count(dataset, table, ~pl.col(column.name).str.contains(r"^[0-9a-f]+$"))
    for table, column in columns(dataset, "uuid"):
        if column.type.kind in (Kind.UUID, Kind.TEXT) and column.type.length in (None, 36):
            form = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
            yield (
                told(table, column.name),
                count(dataset, table, ~pl.col(column.name).cast(pl.String).str.contains(form)),
            )
    for table, column in columns(dataset, "json_doc"):
        if column.type.kind in (Kind.JSON, Kind.TEXT):
            texts = dataset.scan(table.key).select(column.name).drop_nulls().head(20_000).collect()[column.name]
            yield told(table, column.name), sum(not _parses(text) for text in texts)


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def lookup_that_repeats(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """A small table of names in which a name comes twice."""
    for table in _tables(dataset):
        groups = ("object_name", "country", "language_name", "role_name", "department_name")
        named = [
            n for n in meant(dataset, table, *groups) if n.lower() in ("name", table.name.lower(), "title", "label")
        ]
        if dataset.rows[table.key] <= 50 and named and not table.foreign_keys:
            names = dataset[table.key][named[0]].drop_nulls()
            yield told(table, named[0]), len(names) - names.n_unique()


def one_number_for_all(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """Phones, addresses and birthdays that too many people share."""
    for table, column in columns(dataset, "phone", "street_address"):
        rows = dataset.rows[table.key]
        if rows >= 1000 and column.type.kind is Kind.TEXT:
            often = dataset.scan(table.key).select(column.name).drop_nulls().group_by(column.name).len()
            most = max(20, rows // 100)
            yield told(table, column.name), int(often.select((pl.col("len") > most).sum()).collect().item())


_CALLED_TWICE = ("city", "region", "county", "street_address", "company", "uuid", "hash")  # Walla Walla


def doubled_word(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """A word that comes twice, one behind the other, as in no name and in no sentence. Towns and people may be called
    so."""
    for table, column, plan in all_columns(dataset):
        own = plan.meaning.startswith(("person.", "address.")) or plan.group in _CALLED_TWICE
        if column.type.kind is not Kind.TEXT or own or plan.group == "foreign_key":
            continue
        words = pl.col(column.name).cast(pl.String).str.to_lowercase().str.extract_all(r"\p{L}+|[^\p{L}\s]")
        pairs = words.list.eval((pl.element() == pl.element().shift(1)) & (pl.element().str.len_chars() > 2)).list.any()
        yield told(table, column.name), count(dataset, table, pairs)


DEFECTS: tuple[Defect, ...] = (
    wrong_gender,
    impossible_date,
    mismatched_city,
    self_loop,
    repeated_text,
    cut_word,
    price_off_by_a_thousand,
    updated_before_created,
    end_before_start,
    child_before_parent,
    status_without_its_date,
    email_of_somebody_else,
    contact_of_a_real_host,
    guess_dressed_up,
    name_with_digits,
    event_in_the_future,
    number_beyond_its_scale,
    broken_code,
    lookup_that_repeats,
    one_number_for_all,
    doubled_word,
)


def findings(dataset: Dataset) -> dict[str, dict[str, int]]:
    """By defect, the columns in which it was found, with the number of rows."""
    found = {defect.__name__: {what: rows for what, rows in defect(dataset) if rows} for defect in DEFECTS}
    return {name: places for name, places in found.items() if places}


def looked_at(dataset: Dataset) -> dict[str, int]:
    """By defect, how many columns there were to look at."""
    return {defect.__name__: sum(1 for _ in defect(dataset)) for defect in DEFECTS}
