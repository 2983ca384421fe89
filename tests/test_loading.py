"""From a name to a loaded model: by the real code, from folders, a GGUF and a hub that runs on this machine."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthgen_nb.errors import MissingExtra, ModelError
from synthgen_nb.llm import Ask, Prompt, Regex, hub, load_model, loading, needs
from tests.fake_hub import COMMIT, FakeHub, serving

MODEL = "somebody/tiny"
CODE = Regex("[A-Z]{3}-[0-9]{2}")


def writes(model: Any) -> str:
    [reply] = model.complete([Ask(prompt=Prompt(system="", shared="Go."), shape=CODE, seed=1)])
    assert not reply.cut
    return str(reply.text)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """No hub, an empty cache, no record."""
    return {
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "HF_HUB_CACHE": str(tmp_path / "hub"),
        "SYNTHGEN_MODELS": str(tmp_path / "config" / "models.json"),
    }


@pytest.fixture
def tiny_hub(tiny_mistral: Path, environ: dict[str, str]) -> Iterator[FakeHub]:
    files = {file.name: file.read_bytes() for file in tiny_mistral.iterdir()}
    with serving(FakeHub(MODEL, files | {"consolidated.safetensors": b"the same once more", "x.bin": b"no"})) as fake:
        environ["HF_ENDPOINT"] = fake.url
        yield fake


@pytest.mark.llm
def test_a_folder_is_loaded_in_four_bits_and_writes(tiny_mistral: Path) -> None:
    model, whole = load_model(str(tiny_mistral)), load_model(str(tiny_mistral), quantise=False)
    kinds = {type(module).__name__ for module in model._weights.modules()}
    assert "Linear4bit" in kinds
    assert model.quantised
    assert not whole.quantised
    assert model.memory < 0.6 * whole.memory  # the embeddings of a small model stay, and weigh
    print(f"NF4 {model.memory / 2**20:.1f} MiB, whole {whole.memory / 2**20:.1f} MiB")
    assert model.commit == whole.commit
    assert len(model.commit) == 40
    for one in (model, whole):
        assert len(writes(one)) == 6


@pytest.mark.llm
def test_a_checkpoint_in_four_bits_computes_as_this_machine_does(
    tiny_mistral: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a T4 needs it: what is stored in bfloat16 becomes float16, in the layers and beside them."""
    import torch

    first = load_model(str(tiny_mistral))
    first._weights.save_pretrained(tmp_path)
    first._tokenizer.save_pretrained(tmp_path)
    stored = json.loads((tmp_path / "config.json").read_text())["quantization_config"]
    assert stored["bnb_4bit_compute_dtype"] == "bfloat16"
    monkeypatch.setattr(loading, "_number", lambda exact: torch.float16)
    again = load_model(str(tmp_path))
    layer = again._weights.model.layers[0].mlp.up_proj
    assert (type(layer).__name__, layer.compute_dtype) == ("Linear4bit", torch.float16)
    assert {parameter.dtype for parameter in again._weights.parameters()} == {torch.uint8, torch.float16}
    assert writes(again)
    with pytest.raises(ModelError, match="in 4 bits already"):
        load_model(str(tmp_path), quantise=False)


@pytest.mark.llm
@pytest.mark.parametrize(
    "capability, exact, number", [((7, 5), False, "float16"), ((8, 9), False, "bfloat16"), ((7, 5), True, "float32")]
)
def test_the_numbers_are_those_the_gpu_computes_in(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], exact: bool, number: str
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)
    assert loading._number(exact) == getattr(torch, number)
    assert loading._device() == {"": 0}
    bits = loading._four_bits(loading._number(exact))
    assert (bits.bnb_4bit_quant_type, bits.bnb_4bit_use_double_quant) == ("nf4", True)


@pytest.mark.llm
def test_pickled_weights_are_never_loaded(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(ModelError, match="no weights as safetensors"):
        load_model(str(tmp_path))


@pytest.mark.llm
def test_a_model_with_code_of_its_own_is_refused(tiny_mistral: Path, tmp_path: Path) -> None:
    for file in tiny_mistral.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    own = {"model_type": "own", "auto_map": {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}}
    (tmp_path / "config.json").write_text(json.dumps(config | own))
    (tmp_path / "own.py").write_text("raise SystemExit('this code must not run')")
    with pytest.raises(ModelError, match="can't be loaded"):
        load_model(str(tmp_path))


@pytest.mark.llm
def test_broken_weights_are_told_in_one_line(tiny_mistral: Path, tmp_path: Path) -> None:
    for file in tiny_mistral.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelError, match="can't be loaded"):
        load_model(str(tmp_path))


@pytest.mark.llm
def test_weights_without_a_word_of_what_they_are_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match=r"can't be loaded: .*config\.json"):
        load_model(str(tmp_path))


@pytest.mark.llm
def test_a_folder_that_is_called_as_a_model_does_not_stand_for_it(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mistral").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=r"unsloth/.* is not on this disk"):
        load_model("mistral", environ=environ)


@pytest.mark.llm
def test_weights_beyond_the_memory_are_not_begun(tiny_mistral: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading.batches, "free_on", lambda device: 10**6)
    with pytest.raises(ModelError, match=r"GB of memory, 0\.0 GB are free"):
        load_model(str(tiny_mistral))


@pytest.mark.llm
@pytest.mark.parametrize(
    "name, why",
    [
        ("nobody", "no model is called nobody"),
        ("/nowhere/at/all", "no model is called"),
        ("../up", "no model is called"),
        ("some.gguf", "there is no file"),
        ("somebody/else", "not on this disk"),
        ("mistral", "unsloth/mistral-7b-instruct-v0.3-bnb-4bit is not on this disk"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_the_way_out(name: str, why: str, environ: dict[str, str]) -> None:
    with pytest.raises(ModelError, match=why) as told:
        load_model(name, environ=environ)
    assert told.value.hint


@pytest.mark.llm
def test_without_a_word_of_the_user_no_hub_is_asked(tiny_hub: FakeHub, environ: dict[str, str]) -> None:
    with pytest.raises(ModelError, match=f"synthgen model load {MODEL} --download"):
        load_model(MODEL, environ=environ)
    assert tiny_hub.asked == []


@pytest.mark.llm
def test_what_a_model_needs_is_told_before_it_is_fetched(tiny_hub: FakeHub, environ: dict[str, str]) -> None:
    found = needs(MODEL, environ)
    wanted = sum(
        len(content) for name, content in tiny_hub.files.items() if not name.startswith("cons") and name != "x.bin"
    )
    assert (found.licence, found.access, found.commit, found.download) == ("apache-2.0", "open", COMMIT, wanted)
    assert found.command == f"synthgen model load {MODEL} --download"
    assert found.lacking == ()
    assert needs(MODEL, environ, quantise=False).memory > found.memory
    assert not any("resolve" in path for path in tiny_hub.asked)


@pytest.mark.llm
def test_a_model_is_fetched_once_and_then_needs_no_hub(tiny_hub: FakeHub, environ: dict[str, str]) -> None:
    first = load_model(MODEL, download=True, environ=environ)
    assert (first.name, first.commit) == (MODEL, COMMIT)
    fetched = {path.rsplit("/", 1)[1] for path in tiny_hub.asked if "/resolve/" in path}
    assert "model.safetensors" in fetched
    assert not fetched & {"consolidated.safetensors", "x.bin"}
    assert json.loads(Path(environ["SYNTHGEN_MODELS"]).read_text()) == {MODEL: COMMIT}
    tiny_hub.asked.clear()
    assert writes(load_model(MODEL, environ=environ)) == writes(first)
    assert tiny_hub.asked == []


@pytest.mark.llm
def test_a_download_that_was_broken_off_is_not_taken_for_a_model(tiny_hub: FakeHub, environ: dict[str, str]) -> None:
    load_model(MODEL, download=True, environ=environ)
    [weights] = Path(environ["HF_HUB_CACHE"]).rglob("snapshots/*/model.safetensors")
    weights.unlink()
    with pytest.raises(ModelError, match="not on this disk"):
        load_model(MODEL, environ=environ)
    assert writes(load_model(MODEL, download=True, environ=environ))


@pytest.mark.llm
def test_weights_that_changed_on_the_hub_are_refused(tiny_hub: FakeHub, environ: dict[str, str]) -> None:
    record = Path(environ["SYNTHGEN_MODELS"])
    record.parent.mkdir()
    record.write_text(json.dumps({MODEL: "b" * 40}))
    with pytest.raises(ModelError, match=r"is now commit aaaaaaaaaaaa; bbbbbbbbbbbb was recorded .*remove its line"):
        load_model(MODEL, download=True, environ=environ)
    record.unlink()
    load_model(MODEL, download=True, environ=environ)
    record.write_text(json.dumps({MODEL: "b" * 40}))
    with pytest.raises(ModelError, match="was recorded at its first load"):
        load_model(MODEL, environ=environ)
    record.write_text("no record")
    with pytest.raises(ModelError, match="can't be read"):
        load_model(MODEL, environ=environ)


@pytest.mark.llm
def test_a_gated_model_tells_how_to_get_in(tiny_hub: FakeHub, environ: dict[str, str]) -> None:
    tiny_hub.gated = True
    assert needs(MODEL, environ).access == "set HF_TOKEN (on Colab: a secret of that name), accept its terms at " + (
        f"{tiny_hub.url}/{MODEL}"
    )
    with pytest.raises(ModelError, match=f"no access to {MODEL} .*HF_TOKEN"):
        load_model(MODEL, download=True, environ=environ)
    environ["HF_TOKEN"] = "other"
    assert needs(MODEL, environ).access == f"accept its terms at {tiny_hub.url}/{MODEL}"
    environ["HF_TOKEN"] = "good"
    assert needs(MODEL, environ).access == "open"
    load_model(MODEL, download=True, environ=environ)
    kept = [path for path in Path(environ["HF_HUB_CACHE"]).parent.rglob("*") if path.is_file()]
    assert not any(b"good" in path.read_bytes()[:2000] for path in kept if path.suffix != ".safetensors")


@pytest.mark.llm
def test_the_name_mistral_falls_back_where_its_first_model_is_gone(
    tiny_hub: FakeHub, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "NAMES", {"mistral": ("nobody/gone", MODEL)})
    assert load_model("mistral", download=True, environ=environ).name == MODEL
    record = Path(environ["SYNTHGEN_MODELS"])
    record.write_text(json.dumps({MODEL: "b" * 40}))
    monkeypatch.setattr(loading, "NAMES", {"mistral": (MODEL, "nobody/gone")})
    with pytest.raises(ModelError, match="was recorded"):  # not a reason to take another one
        load_model("mistral", download=True, environ=environ)


@pytest.mark.llm
def test_a_hub_s_refusals_are_told_in_our_words(tiny_hub: FakeHub, environ: dict[str, str]) -> None:
    with pytest.raises(ModelError, match="has no model nobody/knows"):
        needs("nobody/knows", environ)
    tiny_hub.files = {"pytorch_model.bin": b"x", "config.json": b"{}"}
    with pytest.raises(ModelError, match="no weights as safetensors"):
        needs(MODEL, environ)
    environ["HF_ENDPOINT"] = "http://127.0.0.1:9"
    with pytest.raises(ModelError, match="can't be reached"):
        needs(MODEL, environ)


@pytest.mark.llm
def test_a_disk_and_a_gpu_that_are_too_small_stop_it_before_a_byte_is_fetched(
    tiny_hub: FakeHub, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "_disk_free", lambda folder: 1000)
    monkeypatch.setattr(hub, "gpus", lambda: [hub_gpu(free=10**8)])
    with pytest.raises(ModelError, match=r"disk: .* to fetch, 0\.0 GB free; GPU memory: about 2\.2 GB needed"):
        load_model(MODEL, download=True, environ=environ)
    assert not any("resolve" in path for path in tiny_hub.asked)


def hub_gpu(*, free: int) -> Any:
    from synthgen_nb.environment import Gpu

    return Gpu(name="T4", memory=16 * 10**9, free=free)


def test_the_token_is_the_user_s_own_and_colab_s_secret_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub.token({"HF_TOKEN": "mine"}) == "mine"
    assert hub.token({}) is None

    class Refused(Exception): ...

    def refuse(name: str) -> str:
        raise Refused(name)

    secrets = types.SimpleNamespace(
        get={"HF_TOKEN": "secret"}.get, SecretNotFoundError=Refused, NotebookAccessError=Refused
    )
    colab = types.ModuleType("google.colab")
    colab.userdata = secrets  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    assert hub.token({}) == "secret"
    secrets.get = refuse
    assert hub.token({}) is None


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'synthgen-nb\[llm\]'"):
        load_model("mistral")


@pytest.mark.llm
def test_a_gguf_is_loaded_by_its_file(smollm2_gguf: Any) -> None:
    """From the wheel; in the same session its numbers serve all tests of SmolLM2."""
    assert smollm2_gguf.name == "SmolLM2-135M-Instruct.Q4_1"
    assert len(smollm2_gguf.commit) == 40
    assert len(writes(smollm2_gguf)) == 6
