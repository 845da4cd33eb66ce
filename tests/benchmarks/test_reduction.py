"""The table of reductions shows what a solve's own reductions did."""

from __future__ import annotations

from benchmarks.reduction import measure, table
from optimizer.model.solve import Engine
from tests.model.making import make

CHOICE = make("abc", required=[("any", "a", "b")], requires=[("b", "c")], objectives=("packages",))


def test_a_row_shows_what_was_there_what_went_and_what_is_left() -> None:
    reduced = measure(CHOICE)
    assert reduced.clauses == len(Engine.of(CHOICE).model.form.constraints)
    assert reduced.last.possible
    assert (reduced.last.variables, reduced.last.clauses) == (0, 0)
    assert reduced.last.begun[0] - sum(step.variables for step in reduced.last.steps) == 0
    head, rule, row = table([reduced])
    assert head.count("|") == rule.count("|") == row.count("|")
    assert row.startswith("| made | 4, ")


def test_what_has_no_answer_is_told() -> None:
    *_, row = table([measure(make("ab", required=["a", "b"], conflicts=[("a", "b")]))])
    assert "| no answer |" in row
