"""Time and interruption: whatever ends a run, what is said of the answer is true, and no more is said."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as with_fields

from optimizer.answer.verify import verify
from optimizer.model import optimum, remainder, solver, step, tie_break
from optimizer.model.build import Model
from optimizer.model.form import Clause, Form
from optimizer.model.question import PLAIN
from optimizer.model.reduction import successive
from optimizer.model.reduction.ideal import Ideal
from optimizer.model.reduction.reduce import Reduction
from optimizer.model.reduction.residue import Residue
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget, InvalidModelError, Run, parameters, run
from optimizer.universe.instance import Instance
from tests.model.making import make
from tests.model.test_solve import limited_instances

OBJECTIVES = ("divergence", "installed_size", "packages")


def hard_model() -> tuple[Any, list[tuple[int, int]], Run]:
    """A market split: five equations over 45 variables, that no solver settles in a second.

    Returned with it: what to minimise, slacks that make an equation easy, and the solution with all of them, to start
    from. Source: Cornuejols and Dawande 1998, "A class of hard small 0-1 programs".
    """
    order = random.Random(7)
    model = Model(make(""))
    variables = [model.new_variable() for _ in range(45)]
    slacks = [model.new_variable() for _ in range(5)]
    for slack in slacks:
        weights = [order.randrange(100) for _ in variables]
        half = sum(weights) // 2
        model.add_linear([*zip(variables, weights, strict=True), (slack, half)], half, half)
    start = Run(SolveStatus.FEASIBLE, (0,) * len(variables) + (1,) * len(slacks))
    return model.proto, [(slack, 1) for slack in slacks], start


def test_no_time_at_all_is_unknown_and_not_infeasible() -> None:
    engine = Engine.of(make("a", required=["a"], objectives=OBJECTIVES))
    solution = engine.solve(budget=Budget(time_limit_s=0))
    assert (solution.status, solution.stages, solution.packages) == (SolveStatus.UNKNOWN, (), ())
    assert not solution.solved


@pytest.mark.parametrize("limit", [1e-9, 1e-4, 1e-3])
def test_hardly_any_time_gives_unknown_or_an_answer_that_holds(limit: float) -> None:
    instance = make("abcd", required=[("any", "a", "b")], requires=[("a", "c")], objectives=OBJECTIVES)
    solution = Engine.of(instance).solve(budget=Budget(time_limit_s=limit))
    assert solution.status is not SolveStatus.INFEASIBLE
    assert not solution.solved or verify(instance, solution) == ()


def test_no_answer_at_the_ideal_when_time_ends_is_unknown_and_not_infeasible() -> None:
    """Any two of three packages do; that one alone cannot do is what the first reduction sees."""
    engine = Engine.of(make("abc", required=[("any", *two) for two in ("ab", "bc", "ac")], objectives=OBJECTIVES))
    budget = Budget()

    def interrupt(found: Reduction) -> None:
        assert found.ideal
        assert not found.possible
        budget.interrupted = True

    engine.reductions = interrupt
    assert engine.solve(budget=budget).status is SolveStatus.UNKNOWN
    engine.reductions = lambda _found: None
    assert engine.solve().status is SolveStatus.OPTIMAL


def test_an_interrupted_budget_starts_nothing() -> None:
    budget = Budget()
    assert (budget.remaining_s, budget.spent) == (None, False)
    budget.interrupted = True
    assert budget.spent
    assert Engine.of(make("a")).solve(budget=budget).status is SolveStatus.UNKNOWN


def test_what_remains_never_falls_below_nothing() -> None:
    budget = Budget(time_limit_s=60)
    remaining = budget.remaining_s
    assert remaining is not None
    assert 59 < remaining <= 60
    assert parameters(budget).max_time_in_seconds == pytest.approx(remaining, abs=1)
    assert Budget(time_limit_s=-1).remaining_s == 0.0


@settings(max_examples=40, deadline=None)
@given(instance=limited_instances(), runs=st.integers(0, 10), reduce=st.booleans())
def test_an_interruption_between_stages_leaves_an_answer_that_holds(
    instance: Instance, runs: int, reduce: bool
) -> None:
    """After so many runs somebody presses Ctrl-C: what was proven stays proven, nothing after it is."""
    whole = Engine.of(instance).solve()
    budget = Budget()
    left = runs

    def counted(proto: Any, held: Budget) -> Run:
        nonlocal left
        held.interrupted |= left == 0
        left -= 1
        return run(proto, held)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, "run", counted)
        patch.setattr(tie_break, "run", counted)
        patch.setattr(optimum, "_SMALL", 0)  # so that a reduced model, too, is left to CP-SAT
        patch.setattr(remainder, "_WIDEST", 1)
        patch.setattr(successive, "assume_ideal", lambda _values, _columns: Ideal())
        solution = Engine.of(instance, reduce=reduce).solve(budget=budget)
    if not budget.interrupted:
        assert solution == whole
        return
    if not solution.solved:
        assert solution.status in (SolveStatus.UNKNOWN, whole.status)
        return
    assert solution.status is SolveStatus.FEASIBLE
    assert verify(instance, solution) == ()
    proven = [stage for stage in solution.stages if stage.status == "optimal"]
    assert solution.stages[: len(proven)] == tuple(proven) == whole.stages[: len(proven)]
    assert all(stage.bound is None for stage in solution.stages[len(proven) :])


@pytest.mark.parametrize(("proves", "proven"), [((True, True), 2), ((True, False), 1), ((False, True), 0)])
def test_what_comes_after_a_column_that_is_not_proven_is_not_proven(
    proves: tuple[bool, ...], proven: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A circle of five, of every two neighbours one: three of them, and then as few of the dear ones as may be."""
    circle: list[Clause] = [(place, (place + 1) % 5) for place in range(5)]
    members: dict[int, tuple[int, ...]] = {place: (place,) for place in range(5)}
    part = Residue(members, [1] * 5, list(range(5)), circle, [], [])
    columns = [[(place, 1) for place in range(5)], [(place, 1 + place) for place in range(5)]]
    coming = iter(proves)

    def run_out(proto: Any, held: Budget) -> Run:
        found = run(proto, held)
        return found if next(coming) else with_fields(found, status=SolveStatus.FEASIBLE, bound=None)

    monkeypatch.setattr(remainder, "_WIDEST", 1)
    monkeypatch.setattr(step, "run", run_out)
    found = remainder.solve_remainder([part], columns, None, Budget())
    assert next(coming, None) is None
    assert (found.proven, found.status is SolveStatus.OPTIMAL) == (proven, all(proves))
    assert found.true == {0, 1, 3}


def test_time_ends_a_hard_run_with_what_was_found() -> None:
    proto, terms, start = hard_model()
    budget = Budget(time_limit_s=0.5)
    begun = time.monotonic()
    found = step.minimise(proto, terms, budget, start)
    assert time.monotonic() - begun < 10
    assert found.status is SolveStatus.FEASIBLE
    assert found.value is not None
    assert found.bound is not None
    assert found.bound < found.value == step.worth(terms, found.values)


def test_ctrl_c_ends_a_hard_run_with_what_was_found() -> None:
    proto, terms, start = hard_model()
    budget = Budget(time_limit_s=30)
    timer = threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    try:
        found = step.minimise(proto, terms, budget, start)
    finally:
        timer.cancel()
    assert budget.interrupted
    assert time.monotonic() - begun < 15
    assert found.status is SolveStatus.FEASIBLE


def test_a_run_in_another_thread_gives_the_same() -> None:
    engine = Engine.of(make("ab", required=["a"], requires=[("a", "b")], objectives=OBJECTIVES))
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(engine.solve()))
    thread.start()
    thread.join()
    assert found == [engine.solve()]


@pytest.mark.parametrize("large", [1 << 20, 1 << 55, 1 << 57])
def test_a_sum_that_no_double_holds_is_proven_to_its_last_unit(large: int) -> None:
    order = random.Random(0)
    form = Form(16)
    dear, cheap = range(4), range(4, 16)
    form.add_clause((0, 1))
    form.add_clause((2, 3))
    needs = [order.sample(cheap, 3) for _ in range(25)]
    for need in needs:
        form.add_clause(need)
    covers = (held for size in cheap for held in combinations(cheap, size - 3) if all({*held} & {*n} for n in needs))
    least = len(next(covers))
    terms = [*((variable, large) for variable in dear), *((variable, 1) for variable in cheap)]
    found = step.minimise(form.proto, terms, Budget(), None)
    assert (found.status, found.value) == (SolveStatus.OPTIMAL, 2 * large + least)


@pytest.mark.parametrize("proven", [0, -7, 12, (1 << 53) - 1, (1 << 57) + 1, (1 << 57) + 15, -(1 << 57) - 9])
def test_a_bound_is_never_above_what_was_proven(proven: int) -> None:
    assert proven - 64 <= solver._at_least(float(proven)) <= proven


def test_a_model_that_the_solver_refuses_is_our_bug() -> None:
    model = Model(make("a"))
    model.add_linear([(99, 1)], 0, 1)
    with pytest.raises(InvalidModelError, match="99"):
        Engine(model, reduce=False).feasible(PLAIN)
