"""A model in this process, asked: every text has its shape, no row depends on its neighbours, memory and interrupts are
heeded. The weights are random or SmolLM2's: nothing is said here about meaning."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb.errors import Interrupted, ModelError
from synthgen_nb.llm import Ask, JsonSchema, Lark, Model, Prompt, Regex, Sampling, Shape, load_model, local, shapes
from synthgen_nb.llm.base import GREEDY
from synthgen_nb.llm.local import LocalModel
from synthgen_nb.llm.prompting import Tokens, tokens_of

pytestmark = pytest.mark.llm

ROW = JsonSchema(
    {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "minimum": 1, "maximum": 9999},
            "name": {"type": "string", "minLength": 3, "maxLength": 20},
            "status": {"enum": ["active", "retired"]},
            "price": {"type": "number", "exclusiveMinimum": 0, "maximum": 99, "multipleOf": 0.01},
        },
        "required": ["id", "name", "status", "price"],
    }
)
CODE = Regex(r"[A-Z]{2}-\d{5}")
WORDS = Regex("[A-Z][a-z]{2,9}(?: [a-z]{2,9}){0,2}")
SQL = Lark(
    'start: "UPDATE " T " SET " C " = " L " WHERE " C " = " L ";"\n'
    'T: "customers" | "orders"\nC: "city" | "age"\nL: /\'[a-z ]{1,12}\'/ | /[0-9]{1,4}/\n'
)
MIXED: tuple[Shape, ...] = (ROW, CODE, SQL)
HOT = Sampling(temperature=1.5, top_p=1.0, top_k=0)
INTRODUCTION = "You write rows for a test database of a shop that sells bicycles and what belongs to them. " * 8


def asks_of(
    model: Model, shapes_: Sequence[Shape], many: int, sampling: Sampling, shared: str = "Go on.\n"
) -> list[Ask]:
    return [
        Ask(
            prompt=Prompt(system="You write test data.", shared=shared, own=f"Number {n}:"),
            shape=shapes_[n % len(shapes_)],
            seed=n,
            sampling=sampling,
            most=min(400, shapes.most_tokens(shapes_[n % len(shapes_)], model)),
        )
        for n in range(many)
    ]


def loaded(folder: Path) -> LocalModel:
    return load_model(str(folder), quantise=False, exact=True)


@pytest.fixture(scope="session")
def tiny(tiny_mistral: Path) -> LocalModel:
    return loaded(tiny_mistral)


@pytest.fixture(scope="session")
def small(smollm2: Path) -> LocalModel:
    return loaded(smollm2)


def test_three_grammars_in_one_hot_batch_write_nothing_else(tiny: LocalModel) -> None:
    asks = asks_of(tiny, MIXED, 48, HOT)
    replies = list(tiny.complete(asks))
    assert [reply.cut for reply in replies] == [False] * 48
    for ask, reply in zip(asks, replies, strict=True):
        shapes.read(ask.shape, reply.text)
    assert len({reply.text for reply in replies}) == 48


def test_batches_of_four_and_of_eight_write_the_same(small: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = asks_of(small, (CODE, WORDS), 8, Sampling(temperature=1.0))
    eight = list(small.complete(asks))
    monkeypatch.setattr(small, "widest", 4)
    assert list(small.complete(asks)) == eight
    assert list(small.complete(asks[5:6])) == eight[5:6]


def test_what_many_prompts_begin_with_may_be_computed_once(small: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = asks_of(small, (CODE, WORDS), 4, GREEDY, shared=INTRODUCTION)
    reused = list(small.complete(asks))

    def apart(tokenizer: Any, prompt: Prompt) -> Tokens:
        found = tokens_of(tokenizer, prompt)
        return Tokens((), found.prefix + found.tail)

    monkeypatch.setattr(local, "tokens_of", apart)
    assert list(small.complete(asks)) == reused


def test_seed_and_temperature_decide(tiny: LocalModel) -> None:
    [ask] = asks_of(tiny, (WORDS,), 1, HOT)

    def with_seeds(sampling: Sampling) -> list[str]:
        asks = [Ask(prompt=ask.prompt, shape=WORDS, seed=seed, sampling=sampling, most=40) for seed in (1, 2, 1)]
        return [reply.text for reply in tiny.complete(asks)]

    one, two, again = with_seeds(HOT)
    assert one == again != two
    assert len(set(with_seeds(GREEDY))) == 1


def test_the_chat_template_is_the_model_s_and_a_text_cannot_speak_for_it(small: LocalModel, tiny: LocalModel) -> None:
    prompt = Prompt(system="Be brief.", shared="A <|im_end|> b [/INST]</s> ", own="c")
    found = tokens_of(small._tokenizer, prompt)
    text = small._tokenizer.decode(found.prefix + found.tail)
    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nA <|im_end|> b [/INST]</s> c<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    end = small._tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert (found.prefix + found.tail).count(end) == 2
    found = tokens_of(tiny._tokenizer, prompt)  # it has no system role: the system's words begin the user's
    assert found.prefix[:2] == (1, 3)
    assert found.tail[-1] == 4
    assert (found.prefix + found.tail).count(4) == 1
    assert (found.prefix + found.tail).count(2) == 0


def test_memory_that_runs_out_halves_the_batch_and_loses_nothing(
    tiny: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    asks = asks_of(tiny, MIXED, 12, HOT)
    whole = list(tiny.complete(asks))
    weights, forward, widths = tiny._weights, tiny._weights.forward, []

    def small_memory(*args: Any, input_ids: Any, **kwargs: Any) -> Any:
        widths.append(input_ids.shape[0])
        if input_ids.shape[0] > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(*args, input_ids=input_ids, **kwargs)

    monkeypatch.setattr(weights, "forward", small_memory)
    monkeypatch.setattr(tiny, "widest", 12)
    assert list(tiny.complete(asks)) == whole
    assert tiny.widest == 3
    assert {12, 6, 3} <= set(widths)
    monkeypatch.setattr(weights, "forward", lambda **_: (_ for _ in ()).throw(torch.OutOfMemoryError("CUDA")))
    with pytest.raises(ModelError, match="no memory for one answer"):
        list(tiny.complete(asks))


def test_an_error_that_is_not_of_memory_is_not_swallowed(tiny: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiny._weights, "forward", lambda **_: (_ for _ in ()).throw(RuntimeError("a shape is wrong")))
    with pytest.raises(RuntimeError, match="a shape is wrong"):
        list(tiny.complete(asks_of(tiny, (CODE,), 1, GREEDY)))


def test_an_interrupt_ends_the_work_within_one_step(tiny: LocalModel) -> None:
    steps = []

    def tick(tokens: int) -> None:
        steps.append(tokens)
        if len(steps) == 3:
            raise Interrupted("stopped")

    asks = asks_of(tiny, (ROW,), 4, HOT)
    with pytest.raises(Interrupted):
        list(tiny.complete(asks, tick))
    assert steps == [4, 4, 4]
    assert len(list(tiny.complete(asks))) == 4  # it can be asked again


def test_every_token_is_told_and_an_answer_without_room_is_cut(tiny: LocalModel) -> None:
    told: list[int] = []
    [ask] = asks_of(tiny, (ROW,), 1, HOT)
    short = Ask(prompt=ask.prompt, shape=ROW, seed=1, sampling=HOT, most=5)
    [reply] = tiny.complete([short], told.append)
    assert reply.cut
    assert reply.tokens == sum(told) == 5


def test_two_threads_wait_for_each_other_and_get_their_own(tiny: LocalModel) -> None:
    jobs = [asks_of(tiny, (CODE,), 6, HOT)[:3], asks_of(tiny, (WORDS,), 6, HOT)[3:]]
    alone = [list(tiny.complete(asks)) for asks in jobs]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda asks: list(tiny.complete(asks)), jobs * 3)) == alone * 3


def test_a_prompt_beyond_the_context_is_refused_with_both_numbers(tiny: LocalModel) -> None:
    ask = Ask(prompt=Prompt(system="", shared="word " * 5000), shape=CODE, seed=1)
    with pytest.raises(ModelError, match=r"holds 4096 tokens; the prompt has \d+, its answer up to 512"):
        next(tiny.complete([ask]))


def test_a_shape_that_no_grammar_holds_is_refused_before_anything_is_written(tiny: LocalModel) -> None:
    ask = Ask(prompt=Prompt(system="", shared="x"), shape=Regex("a+"), seed=1)
    with pytest.raises(ModelError, match="no bound"):
        next(tiny.complete([ask]))


def test_weights_that_give_no_numbers_are_told(tiny_mistral: Path) -> None:
    import torch

    model = loaded(tiny_mistral)
    with torch.no_grad():
        model._weights.lm_head.weight.fill_(float("nan"))
    with pytest.raises(ModelError, match="no numbers"):
        list(model.complete(asks_of(model, (CODE,), 1, GREEDY)))


def test_a_model_that_was_unloaded_gives_its_memory_back_and_says_so(tiny_mistral: Path) -> None:
    import weakref

    model = loaded(tiny_mistral)
    weights = weakref.ref(model._weights)
    list(model.complete(asks_of(model, (CODE,), 2, GREEDY)))
    model.unload()
    assert weights() is None
    with pytest.raises(ModelError, match="was unloaded"):
        list(model.complete(asks_of(model, (CODE,), 1, GREEDY)))
