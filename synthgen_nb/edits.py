"""What was asked of a version by an edit, as it is kept with the version that came of it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Breaking = Literal["refuse", "cascade", "mend"]
"""What becomes of an edit that breaks a rule: it is refused; its children are deleted, set NULL or follow a changed
key; or the cells that break the rule are drawn again."""


class Edit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`sql` is one or more UPDATE, DELETE and INSERT in the dataset's dialect, as a person could have typed them. Where
    a model wrote them, `prompt` holds the words it was given and `model` its name."""

    sql: str
    breaking: Breaking = "refuse"
    prompt: str = ""
    model: str = ""
