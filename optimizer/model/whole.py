"""Lexicographic optimisation of the whole model by CP-SAT alone: what a reduction is tested against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from optimizer.model.budget import Budget
from optimizer.model.build import Model
from optimizer.model.form import Term
from optimizer.model.optimum import Optimum
from optimizer.model.solution import SolveStatus
from optimizer.model.solver import Run
from optimizer.model.step import lock, minimise, worth
from optimizer.model.tie_break import break_ties


def solve_whole(
    model: Model,
    proto: Any,
    columns: Sequence[list[Term]],
    budget: Budget,
    *,
    unique: bool,
    on_settled: Callable[[int, Optimum], None] = lambda _columns, _found: None,
) -> Optimum:
    """Return the best answer of a copy of the model's proto, which is changed; of equals the first with `unique`.

    `on_settled` hears after how many columns what is known.
    """
    known = Optimum(SolveStatus.UNKNOWN)
    best: Run | None = None
    for place, terms in enumerate(columns):
        found = best if best is not None and not terms else minimise(proto, terms, budget, best)
        if not found.solved:
            if best is None:
                return Optimum(found.status)
            found = Run(SolveStatus.FEASIBLE, best.values)
        best = found
        lock(proto, terms, worth(terms, best.values))
        known = _known(known, place, best, proven=not terms or found.status is SolveStatus.OPTIMAL)
        on_settled(place + 1, known)
    if best is None:
        best = minimise(proto, [], budget, None)
        known = Optimum(best.status, _true(best))
    if not best.solved or not unique:
        return known
    best, proven = break_ties(model, proto, best, budget)
    sure = proven and known.status is SolveStatus.OPTIMAL
    return Optimum(known.status, _true(best), known.proven, known.bound, sure)


def _known(before: Optimum, place: int, found: Run, *, proven: bool) -> Optimum:
    if before.proven < place:
        return Optimum(SolveStatus.FEASIBLE, _true(found), before.proven, before.bound)
    if proven:
        return Optimum(SolveStatus.OPTIMAL, _true(found), place + 1)
    return Optimum(SolveStatus.FEASIBLE, _true(found), place, found.bound)


def _true(found: Run) -> frozenset[int]:
    return frozenset(variable for variable, value in enumerate(found.values) if value)
