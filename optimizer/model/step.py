"""One step of a lexicographic optimisation: minimise a sum, then keep it from getting worse."""

from __future__ import annotations

from typing import Any

from optimizer.model.budget import Budget
from optimizer.model.form import Sum, Term
from optimizer.model.solver import Run, run


def minimise(proto: Any, terms: list[Term], budget: Budget, hint: Run | None) -> Run:
    """Minimise the sum of terms over a model, starting from an earlier run's solution."""
    proto.clear_objective()
    for variable, weight in terms:
        proto.objective.vars.append(variable)
        proto.objective.coeffs.append(weight)
    proto.clear_solution_hint()
    if hint is not None:
        proto.solution_hint.vars.extend(range(len(hint.values)))
        proto.solution_hint.values.extend(hint.values)
    return run(proto, budget)


def copied(proto: Any) -> Any:
    """Return a copy of a CP-SAT model."""
    copy = type(proto)()
    copy.copy_from(proto)
    return copy


def add_sum(proto: Any, bounded: Sum) -> None:
    """Add a sum that always binds to a CP-SAT model; one without terms says nothing."""
    if bounded.terms:
        constraint = proto.constraints.add().linear
        constraint.vars.extend([variable for variable, _ in bounded.terms])
        constraint.coeffs.extend([weight for _, weight in bounded.terms])
        constraint.domain.extend((bounded.minimum, bounded.maximum))


def lock(proto: Any, terms: list[Term], value: int) -> None:
    """Keep a stage's value from getting worse in later stages."""
    add_sum(proto, at_most(terms, value))


def at_most(terms: list[Term], value: int) -> Sum:
    """Return that a sum is at most a value."""
    lowest = sum(weight for _, weight in terms if weight < 0)
    return Sum(tuple(terms), min(lowest, value), value)


def worth(terms: list[Term], values: tuple[int, ...]) -> int:
    """Return the sum of terms in a solution."""
    return sum(weight * values[variable] for variable, weight in terms)
