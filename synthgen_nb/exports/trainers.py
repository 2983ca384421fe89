"""A dataset of texts as trainers read it: JSON Lines of Alpaca, ShareGPT or OpenAI messages, every line checked against
its format. Knows no other dataset.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from ..errors import InputError
from ..textsets.formats import line
from ..textsets.orders import texts_of

if TYPE_CHECKING:
    from ..dataset import Dataset


def writer(form: str) -> Callable[[Dataset, str, IO[bytes]], None]:
    def write(dataset: Dataset, table: str, sink: IO[bytes]) -> None:
        texts = texts_of(bytes(dataset.manifest.plan))
        if texts is None:
            raise InputError(f"{dataset.name} is no dataset of texts", hint=f"{form} is for what `synthgen text` makes")
        for row in dataset[table].iter_rows(named=True):
            sink.write(line(form, texts.texts, row) + b"\n")

    return write
