"""The tree of errors. Every error a person can meet names the place, what was seen and the way out.

SynthgenError                code "error"          exit 3
+-- InputError               "input"               exit 2   an option, a file or a name that can't be used
|   +-- DDLError             "ddl"                 exit 2   a statement that can't be read; has line and column
|   +-- PlanError            "plan"                exit 2   a plan that is not well formed
|   +-- InfeasibleError      "infeasible"          exit 2   constraints that no data can satisfy; carries the findings
|   +-- StoreError           "store"               exit 2   a store, dataset or version that can't be read or written
|   +-- UnsafeSQLError       "unsafe_sql"          exit 2   SQL outside the allow-list
|   +-- MissingExtra         "missing_extra"       exit 2   an optional package that is not installed
|   +-- RefusedEdit          "refused_edit"        exit 2   a change of data that a type or a rule does not take
|   +-- Refused              "refused"             exit 2   a database's own words about what it did not take
|   +-- ModelError           "model"               exit 2   a language model that is not there or can't do what is asked
|       +-- Misshapen        "misshapen"           exit 2   a model's text that has not the shape it was asked for
+-- Interrupted              "interrupted"         exit 130 stopped by the user; nothing half-written
"""

from __future__ import annotations

from typing import Any, ClassVar


class SynthgenError(Exception):
    """Root of the tree. `str(error)` is one line; `to_json()` is the contract of the command line and of events."""

    code: ClassVar[str] = "error"
    exit: ClassVar[int] = 3

    def __init__(self, message: str, *, hint: str = "", details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details or {}

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def to_json(self) -> dict[str, Any]:
        """`{"error": {"message", "code", "details"}}`; details hold the hint and whatever the class adds."""
        details = {"hint": self.hint, **self.details} if self.hint else dict(self.details)
        return {"error": {"message": self.message, "code": self.code, "details": details}}


class InputError(SynthgenError):
    code = "input"
    exit = 2


_LONGEST = 300  # characters of a message that repeats what the text says


def _shown(text: str) -> str:
    """On one line, however long or odd the names in it are."""
    text = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


class DDLError(InputError):
    """Line and column count from 1; `source` is the text of that line, for the caret."""

    code = "ddl"

    def __init__(self, message: str, line: int = 0, column: int = 0, *, source: str = "", hint: str = "") -> None:
        super().__init__(_shown(message), hint=_shown(hint), details={"line": line, "column": column} if line else {})
        self.line, self.column, self.source = line, column, source

    def __str__(self) -> str:
        place = f"line {self.line}, col {self.column}: " if self.line else ""
        return place + super().__str__()

    def caret(self) -> str:
        """The offending line with a caret under the column, cut to a screen's width; empty without a place."""
        if not self.line or not self.source.strip():
            return ""
        start = max(0, self.column - 60)
        shown = self.source[start : start + 100].replace("\t", " ")
        return f"{shown}\n{' ' * (self.column - 1 - start)}^"


class PlanError(InputError):
    code = "plan"


class InfeasibleError(InputError):
    code = "infeasible"


class StoreError(InputError):
    code = "store"


class UnsafeSQLError(InputError):
    code = "unsafe_sql"


class RefusedEdit(InputError):
    """`details` hold the table, row and column of the change, and the findings of the rules that it would break."""

    code = "refused_edit"


class Refused(InputError):
    code = "refused"


class ModelError(InputError):
    code = "model"


class Misshapen(ModelError):
    code = "misshapen"


class MissingExtra(InputError):
    code = "missing_extra"

    def __init__(self, extra: str) -> None:
        super().__init__(
            f"this needs the extra '{extra}'",
            hint=f"pip install 'synthgen-nb[{extra}]'",
            details={"extra": extra},
        )


class Interrupted(SynthgenError):
    code = "interrupted"
    exit = 130
