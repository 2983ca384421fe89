"""From a name to a loaded model: 4-bit or whole, on the GPU where there is one. Weights are numbers only (safetensors
or GGUF), no code of a model's ever runs, and nothing is fetched unless the caller says so."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtra, ModelError
from ..llm import batches, hub, pins
from .local import LocalModel

if TYPE_CHECKING:
    from .server import ServerModel

_LIBRARIES = ("torch", "transformers", "llguidance", "jsonschema", "safetensors", "huggingface_hub")
# What a short name stands for, the first that is here or can be had: quantised already, and whole.
NAMES: Mapping[str, tuple[str, ...]] = {
    "mistral": ("unsloth/mistral-7b-instruct-v0.3-bnb-4bit", "mistralai/Mistral-7B-Instruct-v0.3"),
}
_SPELLED_OUT = 4  # 16 bits for the 4 or so in a GGUF
_BRAIN_FLOATS = 8  # the first major capability of a GPU that computes in bfloat16 itself


def load_model(
    name: str,
    *,
    quantise: bool = True,
    download: bool = False,
    exact: bool = False,
    elsewhere: bool = False,
    widest: int = batches.WIDEST,
    environ: Mapping[str, str] = os.environ,
) -> LocalModel | ServerModel:
    """`name` is one of NAMES, an id on the hub (owner/name), a folder, a FILE.gguf, or the URL of a server with #NAME
    of its model behind it. Without `download` only what is on this disk is looked at; without `elsewhere` only servers
    on this machine are asked. `exact` computes in float32, so that on a CPU no batch changes a row. Raises ModelError
    for what is not there, has no room or is not to be trusted, MissingExtra without the extra llm."""
    if name.startswith(("http://", "https://")):
        url, _, model = name.partition("#")
        from .server import ServerModel  # its library for HTTP is not for those who have no server

        return ServerModel(url, name=model, elsewhere=elsewhere)
    if any(importlib.util.find_spec(library) is None for library in _LIBRARIES):
        raise MissingExtra("llm")
    path = Path(name).expanduser()
    if path.suffix == ".gguf":
        return _from_gguf(path, widest, exact)
    if path.is_dir() and name not in NAMES:
        return _from_folder(path, name=path.name, commit="", quantise=quantise, exact=exact, widest=widest)
    model, folder = _here(name, _ids(name, quantise), environ, download, quantise)
    found = _from_folder(folder, name=model, commit=folder.name, quantise=quantise, exact=exact, widest=widest)
    pins.required(model, folder.name, environ)
    return found


def _ids(name: str, quantise: bool) -> tuple[str, ...]:
    if known := NAMES.get(name):
        return known if quantise else known[1:]
    if name.count("/") != 1 or any(not part or part.startswith((".", "~")) for part in name.split("/")):
        raise ModelError(
            f"no model is called {name}",
            hint=f"write {', '.join(NAMES)}, an id such as owner/name, a folder, or a FILE.gguf that exists",
        )
    return (name,)


def _here(
    name: str, models: tuple[str, ...], environ: Mapping[str, str], download: bool, quantise: bool
) -> tuple[str, Path]:
    """The first of the models that is on this disk at the commit that was recorded, or was fetched now."""
    known = pins.pinned(environ)
    for model in models:
        if folder := hub.cached(model, known.get(model), environ):
            return model, folder
    if not download:
        for model in models:
            if model in known and (other := hub.cached(model, None, environ)):
                raise pins.changed(model, other.name, environ)
        raise ModelError(
            f"the model {models[0]} is not on this disk",
            hint=f"fetch it once: synthgen model load {name} --download",
        )
    for last, model in enumerate(models, start=1):
        try:
            return model, _fetched(model, known, environ, quantise)
        except ModelError as error:
            if last == len(models) or "absent" not in error.details:
                raise
    raise AssertionError("a name stands for one model at least")


def _fetched(model: str, known: Mapping[str, str], environ: Mapping[str, str], quantise: bool) -> Path:
    wanted = hub.needs(model, environ, quantise=quantise)
    if known.get(model, wanted.commit) != wanted.commit:
        raise pins.changed(model, wanted.commit, environ)
    if wanted.access != "open":
        raise hub.no_access(model, wanted.access)
    if wanted.lacking:
        raise ModelError(f"no room for {model}: {'; '.join(wanted.lacking)}", hint="free some, or take a smaller model")
    return hub.fetch(model, wanted.commit, environ)


def _from_folder(folder: Path, *, name: str, commit: str, quantise: bool, exact: bool, widest: int) -> LocalModel:
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise ModelError(f"{folder} holds no weights as safetensors", hint="pickled ones (.bin) are never loaded")
    with _quiet(), _reasons(name):
        size = sum(file.stat().st_size for file in weights)
        _check_memory(2 * size if exact else size, quantise and not _is_quantised(folder))
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        device, number = _device(), _number(exact)
        options: dict[str, Any] = {"config": config, "dtype": number, "device_map": device}
        if getattr(config, "quantization_config", None) is not None:
            if not quantise:
                raise ModelError(f"{name} is in 4 bits already", hint="take the model that it was made of")
            # Stored for another GPU perhaps; a quantization_config= beside it would be ignored
            if "bnb_4bit_compute_dtype" in config.quantization_config:
                config.quantization_config["bnb_4bit_compute_dtype"] = str(number).removeprefix("torch.")
        elif quantise:
            options["quantization_config"] = _four_bits(number)
        found = AutoModelForCausalLM.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, **options
        )
        _cast(found, number)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return LocalModel(found.eval(), tokenizer, name=name, commit=commit or _hash(weights), widest=widest)


def _from_gguf(file: Path, widest: int, exact: bool) -> LocalModel:
    """Its numbers are spelled out in 16 bits: what it was quantised to stays, but not its size."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if not file.is_file():
        raise ModelError(f"there is no file {file}", hint="check its path")
    if importlib.util.find_spec("gguf") is None:
        raise MissingExtra("llm")
    _check_memory(_SPELLED_OUT * file.stat().st_size, False)
    number = _number(exact)
    with _quiet(), _reasons(file.name):
        options = {"gguf_file": file.name, "local_files_only": True, "trust_remote_code": False}
        found = AutoModelForCausalLM.from_pretrained(file.parent, dtype=number, device_map=_device(), **options)
        tokenizer = AutoTokenizer.from_pretrained(file.parent, **options)
    return LocalModel(found.eval(), tokenizer, name=file.stem, commit=_hash([file]), widest=widest)


def _device() -> Any:
    import torch

    # Never "auto": it would put layers of a 4-bit model on the CPU without a word
    return {"": 0} if torch.cuda.is_available() else "cpu"


def _number(exact: bool) -> Any:
    """The type of numbers to compute in. Asked of the capability: a GPU may say it has bfloat16 and imitate it."""
    import torch

    if exact:
        return torch.float32
    if torch.cuda.is_available() and torch.cuda.get_device_capability()[0] < _BRAIN_FLOATS:
        return torch.float16
    return torch.bfloat16


def _four_bits(number: Any) -> Any:
    if importlib.util.find_spec("bitsandbytes") is None:
        raise MissingExtra("llm")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=number,
    )


def _cast(weights: Any, number: Any) -> None:
    """What a quantised checkpoint left in its own 16 bits: dtype= does not reach it."""
    for parameter in weights.parameters():
        if parameter.is_floating_point() and parameter.dtype != number:
            parameter.data = parameter.data.to(number)
    weights.config.dtype = number


def _is_quantised(folder: Path) -> bool:
    return "quantization_config" in json.loads((folder / "config.json").read_text())


def _check_memory(size: int, shrinks: bool) -> None:
    """Raises ModelError where the weights alone have no room."""
    import torch

    device = torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    needed, free = int(size * (hub.QUANTISED if shrinks else 1)), batches.free_on(device)
    if needed > free:
        place = "GPU memory" if device.type == "cuda" else "memory"
        raise ModelError(
            f"the weights need {needed / 1e9:.1f} GB of {place}, {free / 1e9:.1f} GB are free",
            hint="unload what is loaded, or take a smaller model",
        )


def _hash(files: list[Path]) -> str:
    """Of names and contents: a folder has no commit."""
    found = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            found.update(f"{file.name}\n{hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
    return found.hexdigest()[:40]


@contextmanager
def _reasons(name: str) -> Iterator[None]:
    """What the libraries say of weights that they can't load, in one line."""
    import torch
    from safetensors import SafetensorError

    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"the GPU has no memory for {name}", hint="unload what is loaded, or a smaller model"
        ) from error
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"{name} can't be loaded: {reason}", hint="causal language models can, without own code"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """No bars, no notes and no network of the libraries while they load; their state is as before afterwards."""
    from huggingface_hub import constants
    from transformers.utils import logging as told

    bars, level, offline = told.is_progress_bar_enabled(), told.get_verbosity(), constants.HF_HUB_OFFLINE
    told.disable_progress_bar()
    told.set_verbosity_error()
    # bitsandbytes looks for kernels on a hub when it is imported, and says that it found none
    constants.HF_HUB_OFFLINE = True
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = offline
        told.set_verbosity(level)
        if bars:
            told.enable_progress_bar()
