"""Banks that real models write: the same one however the work is cut, and more various the warmer it is. What they say
is not looked at: one has no sense at all, the other is too small for much."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

import synthgen_nb as sg
from synthgen_nb.asking import write_bank
from synthgen_nb.drafting.wished.fitting import unwritable
from synthgen_nb.errors import Interrupted
from synthgen_nb.llm import Ask, Model, Reply, Sampling, Tick, silent
from synthgen_nb.llm.local import LocalModel
from synthgen_nb.wishes import Written

from .engines import load
from .models import UniformModel
from .random_schemas import kinds_of, random_schema

pytestmark = pytest.mark.llm
SHOP = """
CREATE TABLE product (id integer PRIMARY KEY, name varchar(24), kind text CHECK (kind IN ('bike', 'part', 'coat')),
                      price numeric(6, 2), since date, description varchar(100));
COMMENT ON TABLE product IS 'what a bike shop sells';
"""
NUMBERS = Written(table="product", columns=("kind", "price", "since"), prompt="products of a bike shop", many=60)
NAMES = Written(table="product", columns=("name", "kind"), prompt="products of a bike shop", many=10)
TEXTS = Written(table="product", columns=("description",), prompt="products of a bike shop, in a few words", many=40)
_TEXTS = 12


@pytest.fixture(scope="module")
def plan() -> sg.Plan:
    return sg.draft_plan(sg.parse_ddl(SHOP, dialect="postgres"), 10)


def loaded(folder: Path, dtype: str = "float32") -> LocalModel:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    weights = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()
    return LocalModel(weights, AutoTokenizer.from_pretrained(folder), name=folder.name, commit="0")


class Stopping:
    """A tick that counts tokens, and interrupts at each `every` of them (0: never)."""

    def __init__(self, every: int = 0) -> None:
        self.every, self.seen = every, 0

    def __call__(self, tokens: int) -> None:
        self.seen += tokens
        if self.every and self.seen > self.every:
            self.seen = 0
            raise Interrupted("stopped")


@pytest.mark.parametrize(
    "wish", [pytest.param(NUMBERS, id="tiny"), pytest.param(NAMES, id="small", marks=pytest.mark.slow)]
)
def test_a_bank_is_the_same_with_three_interruptions_and_in_batches_of_four_or_eight(
    plan: sg.Plan, wish: Written, tiny_mistral: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    model = loaded(tiny_mistral if wish is NUMBERS else request.getfixturevalue("smollm2"))
    model.widest, counting = 8, Stopping()
    whole = write_bank(plan, wish, model, sg.Store(tmp_path / "whole"), ceiling=0.9, tick=counting)
    assert len(whole.values) > 5
    cut, stopping = sg.Store(tmp_path / "cut"), Stopping(counting.seen // 4)
    for _ in range(3):
        with pytest.raises(Interrupted):
            write_bank(plan, wish, model, cut, ceiling=0.9, tick=stopping)
    assert write_bank(plan, wish, model, cut, ceiling=0.9) == whole
    model.widest = 4
    assert write_bank(plan, wish, model, sg.Store(tmp_path / "by four"), ceiling=0.9) == whole
    print(f"\n{len(whole.values)} rows of {counting.seen} tokens, {whole.ended}, {whole.counts}")


class Enough:
    """A model that keeps what it says, and stops after some replies."""

    def __init__(self, model: Model) -> None:
        self.model, self.said = model, list[str]()
        self.name, self.commit, self.context, self.count = model.name, model.commit, model.context, model.count

    def complete(self, asks: Sequence[Ask], tick: Tick = silent) -> Iterator[Reply]:
        for reply in self.model.complete(asks[:_TEXTS], tick):
            self.said.append(reply.text)
            yield reply
        raise Interrupted("enough")


def test_the_warmer_the_more_pairs_of_words_differ(plan: sg.Plan, smollm2: Path, tmp_path: Path) -> None:
    model = loaded(smollm2, "bfloat16")
    shares = []
    for warmth in (0.2, 0.8, 1.4):
        said = Enough(model)
        with pytest.raises(Interrupted):
            write_bank(plan, TEXTS, said, sg.Store(tmp_path), sampling=Sampling(temperature=warmth), ceiling=warmth)
        pairs = [pair for text in said.said for pair in pairwise(text.lower().split())]
        shares.append(len(set(pairs)) / len(pairs))
    print(f"\ndistinct-2 of {_TEXTS} texts at 0.2, 0.8 and 1.4: {', '.join(f'{share:.2f}' for share in shares)}")
    assert shares == sorted(set(shares))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_grammar_lets_through_fits_its_columns(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    schema = random_schema("duckdb", chance.sample(kinds_of("duckdb"), 1 + seed), seed)
    plan = sg.draft_plan(sg.parse_ddl(schema.ddl, dialect="duckdb"), 30)
    banks = []
    for key, table in plan.schema.tables.items():
        columns = [c.name for c in table.columns if not unwritable(c, table, "duckdb")][:3]
        if columns:
            wish = Written(table=key, columns=tuple(columns), prompt="any", many=8)
            banks.append(write_bank(plan, wish, UniformModel(), sg.Store(tmp_path), ceiling=0.9))
    other = sg.draft_plan(plan.schema, 30, wishes=[bank.wish for bank in banks if bank.values])
    assert not [finding for finding in other.not_done if "left out" in finding.text]
    load(schema.ddl, other, "duckdb")
