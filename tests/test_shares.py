"""Look-ups that are cheap: by weights, as a binary search would, and at parents that children share."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import synthgen_nb as sg
from synthgen_nb.generation import Chunk, Engine, generate_chunk
from synthgen_nb.rows import Rows, bits
from synthgen_nb.specs.shares import running, shares, weighed

MANY = tuple(int(n) for n in bits(3, np.arange(2500, dtype=np.uint64)) % np.uint64(1000))


@pytest.mark.parametrize(
    "weights",
    [
        (1,),
        (5, 3),
        (50, 33, 25, 20, 16),
        (1 << 40, 1, 1 << 50, 3),
        (0, 4, 0, 2, 0),
        MANY,
        (*MANY, 1 << 55),
        (1,) * 9000,
    ],
    ids=["one", "two", "few", "uneven", "with zeros", "days", "one that outweighs all", "all alike"],
)
def test_each_number_names_the_thing_in_whose_share_it_lies(weights: tuple[int, ...]) -> None:
    held, ends = weighed(weights), running(weights)
    numbers = np.concatenate([bits(1, np.arange(5000, dtype=np.uint64)) % ends[-1], ends - np.uint64(1), [0]])
    numbers = numbers[numbers < ends[-1]].astype(np.uint64)
    np.testing.assert_array_equal(held.place(numbers), np.searchsorted(ends, numbers, side="right"))


def test_what_has_no_weight_is_never_drawn() -> None:
    drawn = weighed((0, 3, 0, 1)).draw(bits(7, np.arange(4000, dtype=np.uint64)))
    assert set(drawn.tolist()) == {1, 3}
    assert 0.7 < (drawn == 1).mean() < 0.8


def test_nothing_has_no_shares() -> None:
    assert shares(np.zeros(0, np.uint64)).total == 0


def test_siblings_look_at_each_of_their_parents_once() -> None:
    ddl = """CREATE TABLE a (id int PRIMARY KEY, made date NOT NULL);
    CREATE TABLE b (a int NOT NULL REFERENCES a, line int NOT NULL, PRIMARY KEY (a, line));"""
    engine = Engine(sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), {"a": 50, "b": 400}))
    parents = np.repeat(np.arange(10, 30, dtype=np.uint64), np.arange(20))
    rows = Rows(engine, "b", np.arange(len(parents), dtype=np.uint64), 0)
    together, apart = rows.of("a", parents), Rows(engine, "a", parents)
    assert rows.of("a", parents) is together
    np.testing.assert_array_equal(together.column("made").data, apart.column("made").data)
    np.testing.assert_array_equal(together.column("id").data, apart.column("id").data)


def test_a_small_table_that_many_rows_look_at_is_drawn_once_and_gives_the_same() -> None:
    ddl = """CREATE TABLE a (id int PRIMARY KEY, made date NOT NULL, size int);
    CREATE TABLE b (a int NOT NULL REFERENCES a, line int NOT NULL, seen date, PRIMARY KEY (a, line));
    CREATE TABLE c (id int PRIMARY KEY, a int NOT NULL, line int NOT NULL, FOREIGN KEY (a, line) REFERENCES b);"""
    plan = sg.draft_plan(sg.parse_ddl(ddl, dialect="postgres"), {"a": 300, "b": 5000, "c": 20_000})
    whole = generate_chunk(Engine(plan), Chunk("c", 0, 20_000))
    engine = Engine(plan)
    pieces = [generate_chunk(engine, Chunk("c", at, at + 500)) for at in range(0, 20_000, 500)]  # too few to look up
    assert whole.equals(pa.Table.from_batches(pieces).combine_chunks().to_batches()[0])
    parents = bits(5, np.arange(6000, dtype=np.uint64)) % np.uint64(300)
    rows = Rows(engine, "b", np.arange(6000, dtype=np.uint64), 0)
    for name in ("made", "size"):
        looked_up, drawn = rows.of("a", parents).column(name), Rows(engine, "a", parents).column(name)
        np.testing.assert_array_equal(looked_up.data, drawn.data)
        assert (looked_up.valid is None) == (drawn.valid is None)
        if drawn.valid is not None:
            np.testing.assert_array_equal(looked_up.valid, drawn.valid)
