"""docs/model.md says what the rules say: the table's rows are the functions and the sentences of the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from optimizer.answer.verify import CHECKS
from optimizer.model.rules import RULES
from tests.requirements import PROJECT_ROOT

DOCUMENT = (PROJECT_ROOT / "docs" / "model.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells[1:]
    for line in DOCUMENT.splitlines()
    if re.match(r"\| C[0-9]+ \|", line) and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 5
}


def sentence(rule: str, function: Callable[..., Any]) -> str:
    """The first line of a rule's docstring, without the rule's number."""
    assert function.__doc__ is not None
    number, colon, words = function.__doc__.splitlines()[0].partition(": ")
    assert (number, colon) == (rule, ": ")
    return words


def test_model_verifier_and_document_have_the_same_rules() -> None:
    assert list(ROWS) == list(RULES) == list(CHECKS) == [f"C{number}" for number in range(1, 11)]


@pytest.mark.parametrize("rule", RULES)
def test_the_row_is_what_the_model_says(rule: str) -> None:
    name, words, _, _ = ROWS[rule]
    assert name == f"`{RULES[rule].__name__}`"
    assert words == sentence(rule, RULES[rule])


@pytest.mark.parametrize("rule", CHECKS)
def test_the_row_is_what_the_verifier_says(rule: str) -> None:
    _, _, name, words = ROWS[rule]
    assert name == f"`{CHECKS[rule].__name__}`"
    assert words == sentence(rule, CHECKS[rule])


@pytest.mark.parametrize("rule", RULES)
def test_twins_bear_one_name(rule: str) -> None:
    assert RULES[rule].__name__.removeprefix("add_") == CHECKS[rule].__name__.removeprefix("check_")


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_a_note_on_what_its_sentence_leaves_open(rule: str) -> None:
    assert f"- **{rule}.** " in DOCUMENT
