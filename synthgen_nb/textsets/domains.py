"""Domains: what is worth saying about a field before anyone asks for texts of it. A dozen come with the package; a
person's own lie in a folder of their store. Knows nothing of what is made of them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
from msgspec import Struct

from ..errors import InputError, StoreError
from ..llm.base import Sampling
from .orders import AS_OF, KindName, TextOrder, checked

_SHIPPED = files("synthgen_nb") / "domains"
_OWN = ".domains"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Domain(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """Defaults of a TextOrder: see there for each."""

    name: str
    description: str
    topics: tuple[str, ...]
    tone: str = ""
    rules: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("positive", "neutral", "negative")
    speakers: tuple[str, str] = ("A", "B")
    language: str = "English"


def domain_names(store: Path) -> dict[str, bool]:
    """Every domain by name, sorted, and whether it is the person's own, which hides one of the package."""
    shipped = {file.name.removesuffix(".json"): False for file in _SHIPPED.iterdir() if file.name.endswith(".json")}
    own = {path.stem: True for path in (store / _OWN).glob("*.json")}
    return dict(sorted((shipped | own).items()))


def read_domain(store: Path, name: str) -> Domain:
    """Raises InputError for one that is not there."""
    known = domain_names(store)
    if name not in known:
        raise InputError(f"there is no domain {name!r}", hint=f"one of {', '.join(known)}, or `domain save` your own")
    text = (_path(store, name) if known[name] else _SHIPPED / f"{name}.json").read_bytes()
    try:
        return msgspec.json.decode(text, type=Domain)
    except msgspec.MsgspecError as error:
        raise InputError(f"the domain {name} can't be read: {error}", hint=f"`domain delete {name}`") from error


def find_domain(store: Path, name: str) -> Domain | None:
    """None for a field of the person's own words, such as "beekeeping"."""
    plain = name.strip().lower().replace(" ", "-")
    return read_domain(store, plain) if plain in domain_names(store) else None


def text_order(
    store: Path,
    *,
    kind: KindName,
    records: int,
    domain: str = "",
    description: str = "",
    topics: Sequence[str] = (),
    tone: str = "",
    rules: Sequence[str] = (),
    labels: Sequence[str] = (),
    speakers: Sequence[str] = (),
    language: str = "",
    length: int = 600,
    near: float = 0.8,
    seed: int = 0,
    batch_size: int = 25,
    sampling: Sampling = Sampling(),  # noqa: B008 - frozen
    as_of: str = AS_OF,
) -> TextOrder:
    """The order of these words; what they leave open is the domain's. Raises InputError for what can't be asked."""
    known = find_domain(store, domain)
    base = known or Domain(name=domain, description="", topics=())
    if len(speakers) not in (0, 2):
        raise InputError(f"{len(speakers)} speakers", hint="a dialogue has two: --speakers guest,waiter")
    first, second = speakers or base.speakers
    return checked(
        TextOrder(
            kind=kind,
            domain=domain,
            description=". ".join(part.strip().rstrip(".") for part in (base.description, description) if part.strip()),
            topics=tuple(topics) or base.topics,
            records=records,
            seed=seed,
            batch_size=batch_size,
            sampling=sampling,
            language=language or base.language,
            tone=tone or base.tone,
            rules=(*base.rules, *rules),
            labels=tuple(labels) or base.labels,
            speakers=(first, second),
            length=length,
            near=near,
            as_of=as_of,
        )
    )


def save_domain(store: Path, domain: Domain) -> None:
    """Raises InputError for a name that is none or a domain that says nothing, StoreError where it can't be saved."""
    if not _NAME.fullmatch(domain.name):
        raise InputError(f"{domain.name!r} can't name a domain", hint="small letters, digits, - and _; 40 at most")
    if not domain.description.strip() or not domain.topics:
        raise InputError(f"the domain {domain.name} says too little", hint="give --describe and --topics")
    path = _path(store, domain.name)
    draft = path.with_name(f".{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(domain), indent=1))
        draft.replace(path)
    except OSError as error:
        raise StoreError(f"can't write the store {store}: {error.strerror}", hint="choose another --store") from error


def delete_domain(store: Path, name: str) -> None:
    """Raises InputError for one that is not the person's own."""
    if not domain_names(store).get(name):
        raise InputError(f"there is no domain {name!r} of yours", hint="`domain list` marks your own")
    _path(store, name).unlink()


def _path(store: Path, name: str) -> Path:
    return store / _OWN / f"{name}.json"
