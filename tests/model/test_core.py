"""Cores and liftings are minimal: none of their parts can be left out, on random Instances without an answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimizer.answer.core import ASKED, GIVEN, explain_infeasible, guards_of
from optimizer.model.build import Guard
from optimizer.model.core import minimal_core, minimal_lifting
from optimizer.model.question import PLAIN, Question
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.universe.instance import Instance, Limit, LimitKind
from tests.model.making import make
from tests.model.test_solve import limited_instances

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def without(engine: Engine, kept: tuple[Guard, ...], kinds: tuple[str, ...]) -> Question:
    """The question in which, of some kinds of parts, only these bind."""
    return Question(lifted=frozenset(guards_of(engine, kinds)) - frozenset(kept))


@SOME
@given(limited_instances(), st.sampled_from([ASKED, (*ASKED, *GIVEN)]))
def test_a_core_clashes_and_no_part_of_it_is_needless(instance: Instance, kinds: tuple[str, ...]) -> None:
    engine = Engine.of(instance, explain=True)
    core = minimal_core(engine, PLAIN, guards_of(engine, kinds))
    assert (core is None) == engine.feasible(PLAIN)
    assume(core is not None)
    assert core is not None
    assert not engine.feasible(without(engine, core, kinds))
    for part in core:
        fewer = tuple(one for one in core if one != part)
        assert engine.feasible(without(engine, fewer, kinds))


@SOME
@given(limited_instances())
def test_a_lifting_helps_and_no_part_of_it_is_needless(instance: Instance) -> None:
    engine = Engine.of(instance)
    assume(not engine.feasible(PLAIN))
    guards = guards_of(engine, ASKED)
    lifted = minimal_lifting(engine, PLAIN, guards)
    if lifted is None:
        assert not engine.feasible(Question(lifted=frozenset(guards)))
        return
    assert engine.feasible(Question(lifted=frozenset(lifted)))
    for part in lifted:
        assert not engine.feasible(Question(lifted=frozenset(lifted) - {part}))


@SOME
@given(limited_instances())
def test_an_explanation_is_there_exactly_where_there_is_no_answer(instance: Instance) -> None:
    parts = explain_infeasible(Engine.of(instance, explain=True), PLAIN)
    assert bool(parts) == (not Engine.of(instance).feasible(PLAIN))


CHAIN: dict[str, Any] = {"provides": {"nobody": ""}, "requires": [("a", "b"), ("b", "nobody")]}


@pytest.mark.parametrize(
    ("instance", "core"),
    [
        (make("ab", required=["b", "a"], conflicts=[("a", "b")]), "feature 'b', feature 'a', a conflicts b"),
        (make("ab", required=["a"], **CHAIN), "feature 'a', a requires b, b requires nobody"),
        (make("ab", required=["b", "a"], unique=["ab"]), "feature 'b', feature 'a', same_name ab"),
        (make("ab", required=["b", "a"], excluded=["a"]), "feature 'a', pin a"),
        (make("ab", required=["b", "a"], forbidden=["a"]), "feature 'a', forbidden a"),
        (
            make("ab", required=["b", "a"], limits=[Limit(kind=LimitKind.PACKAGES, maximum=1)]),
            "feature 'b', feature 'a', limit packages <= 1 (2)",
        ),
    ],
    ids=["conflict", "chain", "same-name", "pin", "forbidden", "limit"],
)
def test_the_explanation_reads_from_the_demand_to_the_clash(instance: Instance, core: str) -> None:
    parts = explain_infeasible(Engine.of(instance, explain=True), PLAIN)
    words = [
        f"feature {part.text!r}" if part.kind == "feature" else f"{part.package[:1]} {part.kind} {part.text}".strip()
        for part in parts
    ]
    amounts = [f" ({part.least})" if part.least is not None else "" for part in parts]
    assert ", ".join(map("".join, zip(words, amounts, strict=True))) == core


def test_later_demands_are_given_up_before_earlier_ones() -> None:
    engine = Engine.of(make("abc", required=["a", "b", "c"], conflicts=[("a", "b"), ("b", "c")]))
    assert minimal_lifting(engine, PLAIN, guards_of(engine, ("feature",))) == (("feature", 1),)
    engine = Engine.of(make("ab", required=["a", "b"], conflicts=[("a", "b")]))
    assert minimal_lifting(engine, PLAIN, guards_of(engine, ("feature",))) == (("feature", 1),)


def test_a_budget_that_is_spent_is_no_proof_of_anything() -> None:
    engine = Engine.of(make("ab", required=["a", "b"], conflicts=[("a", "b")]), explain=True)
    spent = Budget(time_limit_s=0)
    with pytest.raises(TimeoutError):
        minimal_core(engine, PLAIN, guards_of(engine, ASKED), spent)
    with pytest.raises(TimeoutError):
        minimal_lifting(engine, PLAIN, guards_of(engine, ASKED), spent)
    with pytest.raises(TimeoutError):
        engine.feasible(PLAIN, spent)
    assert engine.least(PLAIN, LimitKind.PACKAGES, spent) == (None, False)
