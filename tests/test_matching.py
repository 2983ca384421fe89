"""Whether words hold a rule's expression: as re says, without compiling an expression for words that can't."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from synthgen_nb.drafting.magnitudes import table_of_magnitudes
from synthgen_nb.drafting.meaning import _finer, rules
from synthgen_nb.drafting.meaning.absences import _SHARES
from synthgen_nb.drafting.meaning.matching import branches_of, holding, starts_in
from synthgen_nb.drafting.meaning.names import words_of
from synthgen_nb.drafting.timing.lifecycles import _STAGES

LABELS = Path(__file__).parent / "meanings" / "labels.tsv"
STEP = 13  # every expression is asked about one in so many names, each time others


def expressions() -> list[str]:
    of_rules = {text for rule in rules() for text in (rule.name, rule.table)}
    finer = {text for group in _finer().values() for one in group for text in (one.name, one.table)}
    stages = {text for _, text in _STAGES}
    absent = {text for text, _ in _SHARES}
    sizes = {text for line in table_of_magnitudes() for text in (line.meaning, line.words, line.table)}
    return sorted((of_rules | finer | sizes | stages | absent) - {"-"})


def test_every_expression_of_the_tables_is_held_by_the_words_that_re_finds_it_in() -> None:
    lines = [line.split("\t") for line in LABELS.read_text(encoding="utf-8").splitlines()[1:]]
    names = sorted({" ".join(words_of(name)) for line in lines for name in line[:2]} | {""})
    for turn, expression in enumerate(expressions()):
        holds, search = holding(expression), re.compile(expression).search
        for words in names[turn % STEP :: STEP]:
            assert bool(holds(words)) == bool(search(words)), (expression, words)


@pytest.mark.parametrize(
    "expression, starts",
    [
        (r"\b(colou?r|hired?)s?$", {"colo", "r", "hire"}),
        (r"^(first|given) ?name$", {"firs", "give", "name"}),
        (r"organi[sz]ation", {"orga", "atio"}),
        (r"\w+(ed|en) by$", {"ed", "en", " by"}),
        (r".", set()),
        (r"^(?!.*\b(team|league)\b)", set()),
    ],
)
def test_what_an_expression_spells_out_begins_with_these_letters(expression: str, starts: set[str]) -> None:
    assert starts_in(expression) == starts


@pytest.mark.parametrize(
    "expression, branches",
    [
        (r"^(first|given) name$|\bdob\b", [(r"^first name$", "first"), (r"^given name$", "given"), (r"\bdob\b", "")]),
        (r"\b((?:car|bus) )?(type|kind)$", [(r"\b((?:car|bus) )?(type|kind)$", "")]),
        (r"(^|\b)((?:a|b c) x|y\w*) z", [(f"{at}{one} z", called) for at in ("^", r"\b") for one, called in
                                         (("a x", "a"), ("b c x", "b c"), (r"y\w*", ""))]),
    ],
)  # fmt: skip
def test_an_expression_is_compiled_branch_by_branch(expression: str, branches: list[tuple[str, str]]) -> None:
    assert [(one.expression, one.spelled) for one in branches_of(expression)] == branches
