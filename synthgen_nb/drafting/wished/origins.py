"""Where all people and places of a schema are from, as a person says it: "de_DE", or "de_DE=70, en_US=30"."""

from __future__ import annotations

from msgspec import Struct

from ...errors import InputError
from ...specs.folk import FOLK, Folk
from ...wishes import Share
from ..meaning.naming import locale_named
from .localities import folk_of


class Origins(Struct, frozen=True):
    """The locale or locales in words ("": the package's own mixture), and whether e-mail addresses and numbers may be
    somebody's."""

    locale: str = ""
    reachable: bool = False

    @property
    def folk(self) -> tuple[Folk, ...]:
        return _folk(self.locale) if self.locale else FOLK


def _folk(text: str) -> tuple[Folk, ...]:
    shares = []
    for part in text.split(","):
        name, equals, percent = part.partition("=")
        try:
            share = float(percent.strip().removesuffix("%")) if equals else 100.0
        except ValueError:
            raise InputError(f"{percent!r} is no share of the people", hint="de_DE=70,en_US=30") from None
        shares.append(Share(locale_named(name), share))
    folk, why = folk_of(shares)
    if why:
        raise InputError(f"locale {text}: {why}", hint="de_DE, or de_DE=70,en_US=30")
    return folk
