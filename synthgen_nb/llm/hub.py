"""Models on a hub: what one needs before it is fetched, fetching it at one commit, finding it on this disk. Knows no
weights. Only `needs` and `fetch` touch the network; no token is ever kept."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from ..environment import free_memory, gpus, model_cache
from ..errors import MissingExtra, ModelError

_HUB = "https://huggingface.co"
# Weights as numbers only, and what stands beside them; "consolidated" holds the same numbers once more.
_WANTED = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model")
_UNWANTED = ("consolidated*", "*/*")
QUANTISED = 0.32  # of 16-bit weights, in 4 bits with their embeddings left as they are
_WORK = 2 * 2**30  # bytes beside the weights: keys and values of a batch, and the libraries' own


class Needs(Struct, frozen=True, kw_only=True):
    """What a model asks of this machine before it is fetched. All sizes in bytes; `download` is what is yet to come.
    `memory` is needed by the loaded model, on the GPU where there is one (`gpu_free` is None where there is none).
    `access` is "open", or what has to be done first. `command` fetches it."""

    model: str
    commit: str
    licence: str
    access: str
    download: int
    disk_free: int
    memory: int
    memory_free: int
    gpu_free: int | None
    command: str

    @property
    def lacking(self) -> tuple[str, ...]:
        """What this machine has too little of; () is nothing."""
        room = self.memory_free if self.gpu_free is None else self.gpu_free
        place = "memory" if self.gpu_free is None else "GPU memory"
        found = []
        if self.download > self.disk_free:
            found.append(f"disk: {_gb(self.download)} to fetch, {_gb(self.disk_free)} free")
        if self.memory > room:
            found.append(f"{place}: about {_gb(self.memory)} needed, {_gb(room)} free")
        return tuple(found)


def needs(model: str, environ: Mapping[str, str], *, quantise: bool = True) -> Needs:
    """Asks the hub. Raises ModelError for a model it does not know or has no safe weights of."""
    with _told(model, environ):
        info = _api(environ).model_info(model, files_metadata=True)
        access = "open" if not info.gated else _access(model, environ)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or [] if _is_wanted(file.rfilename)}
    weights = sum(size for name, size in sizes.items() if name.endswith(".safetensors"))
    if not weights:
        raise ModelError(
            f"{model} has no weights as safetensors", hint="take a model that has; a GGUF is loaded by its file"
        )
    here = cached(model, info.sha, environ)
    quantised = "quantization_config" in (info.config or {})
    found = gpus()
    return Needs(
        model=model,
        commit=info.sha,
        licence=_licence(info),
        access=access,
        download=0 if here else sum(sizes.values()),
        disk_free=_disk_free(model_cache(environ)),
        memory=int(weights * (QUANTISED if quantise and not quantised else 1)) + _WORK,
        memory_free=free_memory(),
        gpu_free=max((gpu.free for gpu in found if gpu.usable is not False), default=None),
        command=f"synthgen model load {model} --download",
    )


def fetch(model: str, commit: str, environ: Mapping[str, str]) -> Path:
    """The folder of a model at one commit, after what is missing of it was fetched."""
    hub = _library()
    with _told(model, environ):
        return Path(
            hub.snapshot_download(
                model,
                revision=commit,
                cache_dir=model_cache(environ),
                endpoint=_endpoint(environ),
                token=token(environ),
                allow_patterns=list(_WANTED),
                ignore_patterns=list(_UNWANTED),
            )
        )


def cached(model: str, commit: str | None, environ: Mapping[str, str]) -> Path | None:
    """The folder of a model on this disk, once it is whole; without a commit the one that was fetched last."""
    snapshots = model_cache(environ) / f"models--{model.replace('/', '--')}" / "snapshots"
    folders = [snapshots / commit] if commit else sorted(snapshots.glob("*"), key=lambda one: one.stat().st_mtime)
    return next((folder for folder in reversed(folders) if _is_whole(folder)), None)


def _is_whole(folder: Path) -> bool:
    """Whether a download of it has ended: each file has its name only when it is complete."""
    try:
        shards = json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"].values()
    except FileNotFoundError:
        shards = ["model.safetensors"]
    return all((folder / name).exists() for name in ("config.json", "tokenizer_config.json", *shards))


def token(environ: Mapping[str, str]) -> str | None:
    """The user's own: from the environment, or from Colab's secrets where this notebook may read them."""
    if found := environ.get("HF_TOKEN"):
        return found
    try:
        from google.colab import userdata
    except ImportError:
        return None
    try:
        return str(userdata.get("HF_TOKEN"))
    except (userdata.SecretNotFoundError, userdata.NotebookAccessError):
        return None


def no_access(model: str, first: str) -> ModelError:
    """`first` is what has to be done before."""
    return ModelError(f"no access to {model}", hint=first, details={"absent": model})


def _access(model: str, environ: Mapping[str, str]) -> str:
    from huggingface_hub.errors import GatedRepoError

    try:
        _api(environ).auth_check(model)
    except GatedRepoError:
        return _first(model, environ)
    return "open"


def _first(model: str, environ: Mapping[str, str]) -> str:
    begun = "" if token(environ) else "set HF_TOKEN (on Colab: a secret of that name), "
    return f"{begun}accept its terms at {_endpoint(environ)}/{model}"


@contextmanager
def _told(model: str, environ: Mapping[str, str]) -> Iterator[None]:
    """A hub's refusals in our words."""
    _library()
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        HTTPError,
        RepositoryNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise no_access(model, _first(model, environ)) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        hint = "check its spelling; a private one needs HF_TOKEN"
        raise ModelError(f"{_endpoint(environ)} has no model {model}", hint=hint, details={"absent": model}) from error
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "an error")
        if status in (401, 403):
            raise no_access(model, _first(model, environ)) from error
        raise ModelError(f"{_endpoint(environ)} answers {status} for {model}", hint="try again later") from error
    except (HTTPError, OSError) as error:  # no name, no route, no answer
        hint = "check the network, or load a model that is here"
        raise ModelError(f"{_endpoint(environ)} can't be reached: {str(error)[:120]}", hint=hint) from error


def _library() -> Any:
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"  # read when the library is first imported
    try:
        import huggingface_hub
        import huggingface_hub.constants  # it loads its parts when they are asked for
    except ImportError as error:
        raise MissingExtra("llm") from error
    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True  # where it was imported before
    return huggingface_hub


def _api(environ: Mapping[str, str]) -> Any:
    return _library().HfApi(endpoint=_endpoint(environ), token=token(environ))


def _endpoint(environ: Mapping[str, str]) -> str:
    return environ.get("HF_ENDPOINT") or _HUB


def _is_wanted(name: str) -> bool:
    path = Path(name)
    return any(path.match(one) for one in _WANTED) and not any(path.match(one) for one in _UNWANTED)


def _licence(info: Any) -> str:
    tags = [tag.removeprefix("license:") for tag in info.tags or [] if tag.startswith("license:")]
    return tags[0] if tags else "not told"


def _disk_free(folder: Path) -> int:
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    return shutil.disk_usage(there).free


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
