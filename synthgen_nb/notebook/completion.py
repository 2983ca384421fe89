"""Tab after `%%synthgen` and `%synthgen`: options, commands and the names of datasets. Knows nothing of running
them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from ..errors import StoreError
from .arguments import COMMANDS, FRAME_COMMANDS, command_parser, edit_parser, generation_parser, text_parser
from .edits import EDIT_COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..options import Parser
    from .magics import SynthgenMagics

_OF_DATASETS = {"show", "validate", "prove", "export", "drop", "rename", "copy", "regenerate", "list", *FRAME_COMMANDS}
_OF_DATASETS |= EDIT_COMMANDS.keys()
_LINE = re.compile(r"\s*(%%?)synthgen(_text|_edit)?(\s.*)?", re.DOTALL)


def completer_for(magics: SynthgenMagics) -> Callable[[CompletionContext], SimpleMatcherResult]:
    @context_matcher(identifier="synthgen.options")
    def complete(context: CompletionContext) -> SimpleMatcherResult:
        before = context.line_with_cursor[: context.cursor_position]
        match = _LINE.fullmatch(before)
        if not match or not match[3] or (match[1] == "%%" and context.cursor_line):
            return {"completions": []}
        *words, token = match[3].split(" ")
        typed = [word for word in words if word]
        known = candidates(magics, typed, match[1], match[2] or "")
        found = [c for c in known if c.startswith(token)]
        return {
            "completions": [SimpleCompletion(text=c, type="option") for c in found],
            "matched_fragment": token,
            "suppress": bool(found) or token.startswith("-"),
        }

    matcher: Callable[[CompletionContext], SimpleMatcherResult] = complete
    return matcher


def candidates(magics: SynthgenMagics, words: list[str], percent: str, door: str = "") -> list[str]:
    """Everything that could stand after `words`; `door` is what the magic's name has behind `synthgen`."""
    if door == "_text":
        return _options(text_parser(), words)
    if door == "_edit":
        return [*(() if words else _names(magics)), *_options(edit_parser(), words)]
    command = words[0] if percent == "%" and words and words[0] in COMMANDS else ""
    parser = command_parser(command) if command else generation_parser()
    options = _options(parser, words)
    if command in _OF_DATASETS and words == [command]:
        return [*_names(magics), *options]
    return [*(COMMANDS if percent == "%" and not words else ()), *options]


def _options(parser: Parser, words: list[str]) -> list[str]:
    """The values of the option before, or all options."""
    previous = words[-1] if words else ""
    for action in parser._actions:  # argparse has no public list of its options
        if previous in action.option_strings and action.nargs != 0:
            return [str(choice) for choice in action.choices or ()]
    return sorted((o for action in parser._actions for o in action.option_strings), key=lambda o: (o[:2] != "--", o))


def _names(magics: SynthgenMagics) -> tuple[str, ...]:
    from ..store import Store

    try:
        return Store(magics.store).names()
    except StoreError:  # a completion has no place for an error; the command itself will tell it
        return ()
