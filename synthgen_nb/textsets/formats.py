"""The line formats of trainers: Alpaca, ShareGPT and OpenAI messages. Each is a type; a line is checked by reading it
back as that type. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from ..errors import InputError
from .kinds import Exchange, Row, kind_of
from .orders import TextOrder

_Said = Annotated[str, Meta(min_length=1)]


class Alpaca(Struct, frozen=True, forbid_unknown_fields=True):
    """`history` are the turns before, as [what was asked, the answer]."""

    instruction: _Said
    input: str
    output: _Said
    history: tuple[tuple[_Said, _Said], ...] = ()


class _Turn(Struct, frozen=True, forbid_unknown_fields=True, rename={"speaker": "from"}):
    speaker: Literal["human", "gpt"]
    value: _Said


class ShareGPT(Struct, frozen=True, forbid_unknown_fields=True):
    conversations: Annotated[tuple[_Turn, ...], Meta(min_length=2)]


class _Message(Struct, frozen=True, forbid_unknown_fields=True):
    role: Literal["user", "assistant"]
    content: _Said


class OpenAI(Struct, frozen=True, forbid_unknown_fields=True):
    messages: Annotated[tuple[_Message, ...], Meta(min_length=2)]


Line = Alpaca | ShareGPT | OpenAI


def _alpaca(exchanges: list[Exchange]) -> Line:
    *before, last = exchanges
    return Alpaca(last.asked, last.given, last.answer, tuple((e.asked, e.answer) for e in before))


def _sharegpt(exchanges: list[Exchange]) -> Line:
    return ShareGPT(tuple(t for e in exchanges for t in (_Turn("human", _whole(e)), _Turn("gpt", e.answer))))


def _openai(exchanges: list[Exchange]) -> Line:
    return OpenAI(tuple(m for e in exchanges for m in (_Message("user", _whole(e)), _Message("assistant", e.answer))))


LINE_FORMATS: dict[str, tuple[type[Line], Callable[[list[Exchange]], Line]]] = {
    "alpaca": (Alpaca, _alpaca),
    "sharegpt": (ShareGPT, _sharegpt),
    "openai": (OpenAI, _openai),
}


def line(form: str, order: TextOrder, row: Row) -> bytes:
    """A row as one line of that format, checked, without a line break."""
    written = msgspec.json.encode(LINE_FORMATS[form][1](kind_of(order).exchanges(order, row)))
    require(form, written)
    return written


def require(form: str, written: bytes) -> None:
    """Raises InputError, with the place in the line, for what is not of that format: another key, a text that is
    missing, turns that do not alternate."""
    try:
        read = msgspec.json.decode(written, type=LINE_FORMATS[form][0])
    except msgspec.MsgspecError as error:
        raise InputError(f"this line is not {form}: {error}") from None
    match read:
        case ShareGPT():
            _require_turns(form, [turn.speaker for turn in read.conversations], ("human", "gpt"))
        case OpenAI():
            _require_turns(form, [message.role for message in read.messages], ("user", "assistant"))
        case Alpaca():
            pass


def _require_turns(form: str, speakers: list[str], pair: tuple[str, str]) -> None:
    for place, speaker in enumerate(speakers):
        if speaker != pair[place % 2]:
            raise InputError(f"this line is not {form}: turn {place + 1} is by {speaker}, not by {pair[place % 2]}")
    if len(speakers) % 2:
        raise InputError(f"this line is not {form}: it ends without an answer")


def _whole(exchange: Exchange) -> str:
    return f"{exchange.asked}\n\n{exchange.given}" if exchange.given else exchange.asked
