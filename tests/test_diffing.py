"""What differs between two versions: equal to a comparison row by row in plain Python, whatever the columns hold and
however the rows lie in parts; and enough to make the one version of the other."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from synthgen_nb import draft_plan, generate, parse_ddl
from synthgen_nb.cells import spelled
from synthgen_nb.diffing import Diff, diff, diff_before, pairing
from synthgen_nb.diffs import TableDiff
from synthgen_nb.editing import Change, propose, set_cells, spelled_rows
from synthgen_nb.parquet import write_part
from synthgen_nb.physical import arrow_type
from synthgen_nb.schema import Kind, Schema
from synthgen_nb.store import Dataset, Store

from .datasets import plan_of
from .kinds_of_columns import COLUMNS
from .random_schemas import random_schema
from .sketches import ENGINES, Name

Row = dict[str, Any]
NAN = float("nan")
KINDS = {  # of column: values of the kind that are all different, some of them unlike only to a careless reader
    "whole bigint": [0, 1, -1, 2**62],
    "big hugeint": [Decimal(0), Decimal(10**37), Decimal(-1)],
    "tiny utinyint": [0, 255, 7],
    "real double": [0.0, 1.5, NAN, float("inf"), 1e-300],
    "small float": [0.0, 0.5, NAN],
    "price decimal(10, 2)": [Decimal("0.00"), Decimal("12.50"), Decimal("-0.01")],
    "flag boolean": [True, False],
    "name text": ["", "a", "A", "Ünï", "NULL", "x" * 300],
    "raw blob": [b"", b"\0", b"\xff"],
    "day date": [dt.date(2026, 1, 1), dt.date(1, 1, 1)],
    "clock time": [dt.time(0), dt.time(23, 59, 59, 999999)],
    "at timestamp": [dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 1, 0, 0, 0, 1)],
    "seen timestamptz": [dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(1999, 1, 1, tzinfo=dt.UTC)],
    "mood ENUM ('low', 'mid', 'high')": ["low", "mid", "high"],
    "id uuid": ["0b7f7d9e-0000-4000-8000-000000000000", "0b7f7d9e-0000-4000-8000-000000000001"],
    "doc json": ["{}", '{"a": 1}', "null"],
    "gap interval": ["1 day", "2 days"],
    "tags varchar[]": [[], ["a"], ["a", None], [None], ["a", "b"]],
    "marks double[]": [[NAN], [0.0], [NAN, 0.0]],
    "deep integer[][]": [[[1], []], [[1]], [None]],
    "pair STRUCT(a double, b varchar[])": [{"a": NAN, "b": ["x"]}, {"a": None, "b": None}, {"a": 0.0, "b": []}],
    "named MAP(varchar, integer)": [[("k", 1)], [("k", 2)], []],
    "many STRUCT(c date, d decimal(6, 2)[])[]": [[{"c": None, "d": [Decimal("1.00")]}], [None], []],
}


def schema_of(random_: random.Random, key: str) -> Schema:
    columns = random_.sample(list(KINDS), random_.randint(2, 7))
    return parse_ddl(f"CREATE TABLE t ({', '.join([key, *columns]).removeprefix(', ')})", dialect="duckdb")


def value(random_: random.Random, column: str, kind: str) -> object:
    values = next(values for name, values in KINDS.items() if name.split(" ")[0] == column)
    if random_.random() < 0.2:
        return None
    chosen = random_.choice(values)
    return -0.0 if chosen == 0.0 and kind == Kind.FLOAT and random_.random() < 0.5 else chosen


def written(store: Store, schema: Schema, tables: Mapping[str, Sequence[Row]], random_: random.Random) -> Dataset:
    """The rows as the next version, in parts and row groups of any size."""
    with store.begin("t") as draft:
        parts = {}
        for key, rows in tables.items():
            fields = [(c.name, arrow_type(c.type, schema.dialect)) for c in schema.tables[key].columns]
            arrays = [pa.array([row[name] for row in rows], kind) for name, kind in fields]
            table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
            step, group = random_.choice([3, 7, 100]), random_.choice([2, 4, 100])
            parts[key] = [
                write_part(
                    draft.part_path(key, index),
                    table.schema,
                    table.slice(first, step).combine_chunks().to_batches(max_chunksize=group),
                    dictionary=random_.choice([(), ("name",)]) if "name" in table.column_names else (),
                )
                for index, first in enumerate(range(0, max(len(rows), 1), step))
            ]
        return draft.commit(plan_of(schema), parts, seconds={})


def plain(value: object) -> object:
    """A value that equals itself, and zero whatever its sign, inside of others too; it can be a key."""
    match value:
        case float():
            return "NaN" if value != value else value + 0.0
        case list() | tuple():
            return tuple(plain(item) for item in value)
        case dict():
            return tuple((name, plain(item)) for name, item in value.items())
    return value


def rows_read(dataset: Dataset, table: str = "t") -> list[Row]:
    """As they are stored."""
    import pyarrow.parquet as pq

    return [row for path in dataset.parts(table) for row in pq.read_table(path).to_pylist()]


def edited(random_: random.Random, schema: Schema, rows: Sequence[Row], fresh: int) -> list[Row]:
    """Some rows changed, gone, new or moved; at times none of it."""
    kinds = {c.name: c.type.kind for c in schema.tables["t"].columns}
    keys = schema.tables["t"].identifying
    acts = random_.sample(["change", "remove", "add", "move"], random_.randint(0, 4))
    made = [dict(row) for row in rows]
    for row in made:
        if "change" in acts and random_.random() < 0.3:
            name = random_.choice([name for name in kinds if name not in keys])
            row[name] = value(random_, name, kinds[name])
    if "remove" in acts:
        made = [row for row in made if random_.random() < 0.8]
    if "add" in acts:
        for number in range(random_.randint(1, 5)):
            row = {name: value(random_, name, kind) for name, kind in kinds.items() if name not in keys}
            at = random_.choice([len(made), random_.randint(0, len(made))])
            made.insert(at, dict.fromkeys(keys, fresh + number) | row)
    if "move" in acts and len(made) > 1:
        random_.shuffle(made)
    return made


def compared(table: str, key: Sequence[str], old: Sequence[Row], new: Sequence[Row]) -> tuple[Counter[str], set[Any]]:
    """Counts, and the changed cells, row by row: by key, by number, or as a bag."""
    counts: Counter[str] = Counter()
    if not key and len(old) != len(new):
        bags = [Counter(tuple(plain(v) for v in row.values()) for row in rows) for rows in (old, new)]
        return Counter(added=(bags[1] - bags[0]).total(), removed=(bags[0] - bags[1]).total()), set()
    names = [
        {tuple(row[k] for k in key) if key else (number,): row for number, row in enumerate(rows)}
        for rows in (old, new)
    ]
    cells = set()
    for name in names[0].keys() | names[1].keys():
        one, other = names[0].get(name), names[1].get(name)
        if one is None or other is None:
            counts["added" if one is None else "removed"] += 1
            continue
        unlike = [column for column in one if plain(one[column]) != plain(other[column])]
        counts["changed"] += bool(unlike)
        cells |= {(name, column) for column in unlike}
    return counts, cells


def applied(rows: Sequence[Row], key: Sequence[str], columns: Sequence[str], frame: pl.DataFrame) -> Counter[Any]:
    """The old rows with all that the frame says, as a bag."""
    by_key = bool(key)
    left = {tuple(row[k] for k in key) if by_key else (n,): dict(row) for n, row in enumerate(rows)}
    for said in frame.to_dicts():
        name = tuple(said[k] for k in (key or ("row",)))
        if said["change"] == "removed":
            gone = left.pop(name)
            assert all(plain(said[f"{c}_before"]) == plain(_as_frame(gone[c])) for c in columns if c not in key)
        elif said["change"] == "added":
            left[name if by_key else ("new", *name)] = {c: said[c] for c in columns}
        else:
            for column in [c for c in columns if c in said and c not in key]:
                assert plain(_as_frame(left[name][column])) == plain(said[f"{column}_before"])
                left[name][column] = said[column]
    return frame_rows(list(left.values()))


def frame_rows(rows: Sequence[Row]) -> Counter[Any]:
    """The rows as a bag."""
    return Counter(tuple(plain(_as_frame(v)) for v in row.values()) for row in rows)


def _as_frame(value: object) -> object:
    """A map is a dict there, and pairs in Arrow."""
    return dict(value) if isinstance(value, list) and value and isinstance(value[0], tuple) else value


@pytest.mark.parametrize("key", ["pk bigint PRIMARY KEY", "pk bigint NOT NULL UNIQUE", ""])
@pytest.mark.parametrize("seed", range(int(os.environ.get("SYNTHGEN_DIFFS", "12"))))
def test_a_diff_is_what_a_comparison_row_by_row_finds(
    seed: int, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed % 3 == 0:  # many passes and many batches, as tables of many millions have them
        monkeypatch.setattr(pairing, "_PASS", 5)
        monkeypatch.setattr(pairing, "_AT_ONCE", 4)
    random_ = random.Random(f"{seed} {key}")
    schema = schema_of(random_, key)
    keys = schema.tables["t"].identifying
    assert keys == (("pk",) if key else ())
    kinds = {c.name: c.type.kind for c in schema.tables["t"].columns}
    rows = [
        {name: number if name in keys else value(random_, name, kind) for name, kind in kinds.items()}
        for number in range(random_.choice([0, 1, 20, 60]))
    ]
    store = Store(tmp_path)
    old = written(store, schema, {"t": rows}, random_)
    new = written(store, schema, {"t": edited(random_, schema, rows, 1000)}, random_)
    check(diff(old, new), keys)
    check(diff(new, old), keys)
    assert not diff(old, old)


def check(found: Diff, keys: Sequence[str]) -> None:
    before, after = rows_read(found.old), rows_read(found.new)
    counts, cells = compared("t", keys, before, after)
    if not counts.total():
        assert not found
        return
    table = found.tables["t"]
    assert (table.added, table.removed, table.changed) == (counts["added"], counts["removed"], counts["changed"])
    assert table.columns == Counter(column for _, column in cells)
    assert (table.before, table.after, table.key) == (len(before), len(after), tuple(keys))
    frame = found["t"]
    assert dict(frame["change"].value_counts().iter_rows()) == {k: v for k, v in counts.items() if v}
    assert applied(before, keys, list(found.new.schema.tables["t"].column_names), frame) == frame_rows(after)
    check_sample(table, found.new)


def check_sample(table: TableDiff, dataset: Dataset) -> None:
    for kind, count in (("changed", table.changed), ("added", table.added), ("removed", table.removed)):
        assert len([row for row in table.sample if row.kind == kind]) == min(10, count)
    types = {c.name: c.type for c in dataset.schema.tables["t"].columns}
    news = {spelled(row[table.key[0]], types[table.key[0]]): row for row in rows_read(dataset)} if table.key else {}
    for row in table.sample:
        for column, (old, new) in row.cells.items():
            assert old is None or row.kind != "added"
            assert new is None or row.kind != "removed"
            if table.key and row.kind != "removed":
                assert new == spelled(news[row.key[0]][column], types[column])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", [1, 2])
def test_columns_of_every_kind_are_compared(engine: Name, seed: int, tmp_path: Path) -> None:
    kinds = [kind for kind in COLUMNS if engine in kind.engines]
    schema = parse_ddl(random_schema(engine, kinds, seed).ddl, dialect=engine)
    store = Store(tmp_path)
    old, new = (generate(draft_plan(schema, rows=rows, seed=seed), store, "t") for rows, seed in ((40, 1), (60, 2)))
    found = diff(old, new)
    assert found
    for name in old:
        key = found.tables[name].key if name in found.tables else schema.tables[name].identifying
        counts, cells = compared(name, key, rows_read(old, name), rows_read(new, name))
        assert (name in found) == bool(counts)
        if name in found:
            table = found.tables[name]
            assert (table.added, table.removed, table.changed) == tuple(
                counts[kind] for kind in ("added", "removed", "changed")
            )
            assert table.columns == Counter(column for _, column in cells)
            assert found[name].height == counts.total()
            types = {**old[name].schema, "change": pl.Enum(("changed", "added", "removed"))}
            assert all(
                types.get(column.removesuffix("_before"), kind) == kind for column, kind in found[name].schema.items()
            )


def shop(store: Store, seed: int = 1, ddl: str = "", rows: int = 30) -> Dataset:
    schema = parse_ddl(ddl or SHOP, dialect="postgres")
    return generate(draft_plan(schema, rows=rows, seed=seed), store, "shop")


SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, email varchar(60) NOT NULL UNIQUE, city text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customers (id), quantity integer NOT NULL);
"""


def set_quantity(store: Store, dataset: Dataset, row: int, new: str) -> Dataset:
    old = spelled_rows(dataset, "orders", [row])[0][2]
    return set_cells(store, dataset, [Change(table="orders", row=row, column="quantity", old=old, new=new)])


def test_a_changed_cell_is_named_by_its_key_with_what_it_was_and_is(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = shop(store)
    second = set_quantity(store, first, 3, "77")
    found = diff(first, second)
    assert list(found) == ["orders"]
    assert "customers" not in found
    before = first["orders"]["quantity"][3]
    assert found["orders"].rows(named=True) == [
        {"change": "changed", "id": first["orders"]["id"][3], "quantity": 77, "quantity_before": before}
    ]
    assert found["orders"].columns == ["change", "id", "quantity", "quantity_before"]
    assert found.tables["orders"].sample[0].cells == {"quantity": (str(before), "77")}
    assert repr(found) == "<Diff v1 -> v2: orders +0 -0 ~1>"
    with pytest.raises(KeyError, match="'customer' does not differ"):
        found["customer"]


def test_the_document_counts_rows_and_cells_and_holds_the_verdict(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = shop(store)
    second = set_quantity(store, first, 3, "77")
    assert diff(first, second).json() == {
        "modifiedTables": {"orders": {"added": 0, "removed": 0, "updatedRows": 1, "updatedCells": 1}},
        "rowCountChanges": {},
        "validation": {"clean": True, "holds": len(second.report.findings), "broken": 0, "unverified": 0},
    }  # fmt: skip
    fewer = shop(store, rows=20)
    said = diff(second, fewer).json()
    assert said["rowCountChanges"]["orders"] == {"before": 30, "after": 20}


def test_what_an_edit_changed_is_kept_with_the_version_it_made(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = shop(store)
    second = store.open("shop", set_quantity(store, first, 3, "77").version)
    assert first.diff is None
    assert second.diff == diff(first, second).told
    store.copy("shop", "copy")
    assert store.open("copy").diff == second.diff
    assert diff_before(first, second)["orders"].height == 1
    third = set_quantity(store, second, 4, "78")
    assert diff_before(first, third).tables["orders"].changed == 2  # kept is what differs from its parent


def test_only_the_columns_that_are_said_to_differ_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    first = shop(store)
    second = set_quantity(store, first, 3, "77")
    read: set[str] = set()

    def watched(*given: Any, look: Any = pairing._unlike) -> Any:
        read.add(given[-1])
        return look(*given)

    monkeypatch.setattr(pairing, "_unlike", watched)
    assert diff(first, second, columns={"orders": ["quantity"]}).told == second.diff
    assert read == {"quantity"}
    assert not diff(first, second, columns={"orders": ["customer_id"]})


def test_of_rows_that_are_left_only_the_columns_that_are_said_to_differ_are_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = shop(store)
    with propose(first, "DELETE FROM orders WHERE id IN (2, 9); UPDATE orders SET quantity = 5 WHERE id < 5") as edit:
        said = edit.diff.tables["orders"]
        assert (said.removed, said.changed, set(said.columns)) == (2, 3, {"quantity"})
        assert edit.diff.told == diff(first, edit.dataset).told
        assert not diff(first, edit.dataset, columns={"orders": ()}).tables["orders"].columns


def test_tables_and_columns_that_one_version_alone_has_are_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = shop(store)
    other = (
        SHOP.replace("quantity integer", "quantity bigint").replace("city", "town") + "CREATE TABLE tags (name text);"
    )
    second = shop(store, ddl=other)
    found = diff(first, second)
    assert found.notes == (
        "customers.town is only in v2", "customers.city is only in v1",
        "orders.quantity is integer in v1, bigint in v2: not compared", "tags is only in v2",
    )  # fmt: skip
    assert (found.tables["tags"].before, found.tables["tags"].added) == (0, 30)
    assert found["tags"].columns == ["change", "row", "name"]
    back = diff(second, first)
    assert (back.tables["tags"].removed, back.tables["tags"].after) == (30, 0)
    assert back["tags"].columns == ["change", "row", "name_before"]


def test_names_of_the_table_itself_are_not_taken(tmp_path: Path) -> None:
    ddl = "CREATE TABLE shop (change integer PRIMARY KEY, a text, a_before text, row_ text)"
    store = Store(tmp_path)
    found = diff(shop(store, ddl=ddl), shop(store, ddl=ddl, seed=2))
    assert found["shop"].columns == [
        "change_", "change", "a", "a_before_", "a_before", "a_before_before", "row_", "row__before",
    ][: len(found["shop"].columns)]  # fmt: skip


def test_a_key_that_does_not_tell_rows_apart_names_none(tmp_path: Path) -> None:
    schema = parse_ddl("CREATE TABLE t (id bigint PRIMARY KEY, a text)", dialect="duckdb")
    random_ = random.Random(1)
    rows = [{"id": 1, "a": "x"}, {"id": 1, "a": "y"}, {"id": 2, "a": "z"}]
    store = Store(tmp_path)
    old = written(store, schema, {"t": rows}, random_)
    new = written(store, schema, {"t": [*rows[:2], {"id": 2, "a": "Z"}]}, random_)
    assert (diff(old, new).tables["t"].key, diff(old, new).tables["t"].columns) == ((), {"a": 1})
    fewer = written(store, schema, {"t": rows[1:]}, random_)
    assert diff(old, fewer)["t"].rows() == [("removed", 0, 1, "x")]
