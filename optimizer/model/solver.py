"""The one place that runs CP-SAT: parameters, time, interruption, statuses."""

from __future__ import annotations

import math
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from optimizer.model.budget import Budget
from optimizer.model.interruption import stopped_by
from optimizer.model.solution import SolveStatus

__all__ = ["Budget", "InvalidModelError", "Run", "parameters", "run", "solver_version"]

_ASK_AGAIN_S = 0.5


def solver_version() -> str:
    """Return the version of the installed OR-Tools, empty where it is not to be told.

    Where it is, the name of the metadata directory beside it says so; importing it to ask brings `logging` along.
    """
    spec = find_spec("ortools")
    place = None if spec is None or spec.origin is None else Path(spec.origin).parent.parent
    found = () if place is None else sorted(path.name for path in place.glob("ortools-*.dist-info"))
    return next((name.removeprefix("ortools-").removesuffix(".dist-info") for name in found), "")


class InvalidModelError(AssertionError):
    """CP-SAT refused a model that we built: our own bug."""


class Run(msgspec.Struct, frozen=True):
    """One run: `values` by variable where there is a solution; `value` and `bound` of the objective, if it has one.

    `core` are the assumption literals that together cannot hold.
    """

    status: SolveStatus
    values: tuple[int, ...] = ()
    value: int | None = None
    bound: int | None = None
    core: tuple[int, ...] = ()

    @property
    def solved(self) -> bool:
        """Whether there is a solution."""
        return self.status in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE)


def parameters(budget: Budget, *, assuming: bool = False) -> Any:
    """Return CP-SAT's parameters; see docs/decisions/0005-solver-parameters.md for how they were chosen."""
    from ortools.sat.python import cp_model_helper as cp_sat

    chosen = cp_sat.SatParameters()
    chosen.num_workers = 1 if assuming else budget.workers
    chosen.random_seed = 0
    chosen.linearization_level = 2
    chosen.symmetry_level = 0
    chosen.absolute_gap_limit = 0  # the gap is one of doubles: beyond 2^53 it is nought before anything is proven
    if assuming:  # a core is wanted: the same on every machine, and presolve only hides assumptions
        chosen.linearization_level = 0
        chosen.cp_model_presolve = False
    chosen.catch_sigint_signal = False  # ours to handle: the answer so far is still written
    remaining = budget.remaining_s
    if remaining is not None:
        chosen.max_time_in_seconds = remaining
    return chosen


def run(proto: Any, budget: Budget, *, assuming: bool = False) -> Run:
    """Solve a model within a budget; Ctrl-C ends the run with the best solution so far and marks the budget.

    `assuming` is for models with assumptions: one worker, no presolve.

    Raises InvalidModelError.
    """
    if budget.spent:
        return Run(SolveStatus.UNKNOWN)
    from ortools.sat.python import cp_model_helper as cp_sat

    wrapper = cp_sat.SolveWrapper()
    wrapper.set_parameters(parameters(budget, assuming=assuming))
    response = _interruptible(wrapper, proto, budget)
    status = response.status.name
    if status == "MODEL_INVALID":
        raise InvalidModelError(cp_sat.CpSatHelper.validate_model(proto))
    if status not in ("OPTIMAL", "FEASIBLE"):
        core = tuple(response.sufficient_assumptions_for_infeasibility)
        return Run(SolveStatus.INFEASIBLE if status == "INFEASIBLE" else SolveStatus.UNKNOWN, core=core)
    values = tuple(response.solution)
    if not proto.has_objective():
        return Run(SolveStatus.OPTIMAL, values)
    value = sum(
        coefficient * values[variable]
        for variable, coefficient in zip(proto.objective.vars, proto.objective.coeffs, strict=True)
    )
    bound = value if status == "OPTIMAL" else _at_least(response.best_objective_bound)
    return Run(SolveStatus(status.lower()), values, value, bound)


def _at_least(bound: float) -> int:
    """Return a bound as an integer, never above what the solver proved: beyond 2^53 a double is a rounded one."""
    return round(bound) if abs(bound) < 1 << 53 else math.floor(math.nextafter(bound, -math.inf))


def _interruptible(wrapper: Any, proto: Any, budget: Budget) -> Any:
    """Run CP-SAT in a thread: Python handles signals in the main thread only between its own instructions."""
    if threading.current_thread() is not threading.main_thread():
        return wrapper.solve(proto)
    answers: list[Any] = []
    ended = threading.Event()

    def work() -> None:
        try:
            answers.append(wrapper.solve(proto))
        finally:
            ended.set()

    threading.Thread(target=work, name="cp-sat").start()
    with stopped_by(wrapper.stop_search):
        while not ended.is_set():
            try:
                # Not Thread.join: interrupted, Python 3.11's takes the thread for dead (issue 90882).
                ended.wait(_ASK_AGAIN_S)
            except KeyboardInterrupt:
                budget.interrupted = True
            if budget.interrupted:  # again and again: a solver that has not begun yet does not hear it
                wrapper.stop_search()
    if not answers:
        raise InvalidModelError("the solver ended without an answer")
    return answers[0]
