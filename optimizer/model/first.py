"""A choice among equal groups by a fixed order, never by the solver.

A group is what of some variables is true. First is the group whose last member comes first, then the one before it,
in the order of the variables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.model.build import negation
from optimizer.model.form import Term
from optimizer.model.solution import SolveStatus
from optimizer.model.solver import Budget, Run
from optimizer.model.step import lock, minimise, worth


def settle(proto: Any, terms: list[Term], budget: Budget, hint: Run | None = None) -> Run | None:
    """Minimise a sum and lock it; None where there is no answer. Raises TimeoutError."""
    found = minimise(proto, terms, budget, hint)
    if found.status is SolveStatus.INFEASIBLE:
        return None
    if found.status is not SolveStatus.OPTIMAL:
        raise TimeoutError
    lock(proto, terms, worth(terms, found.values))
    return found


def another_group(proto: Any, variables: Sequence[int], group: tuple[int, ...], budget: Budget) -> bool:
    """Return whether a model allows a group that does not hold all of this one, of places among the variables."""
    trial = type(proto)()
    trial.copy_from(proto)
    trial.constraints.add().bool_or.literals.extend([negation(variables[place]) for place in group])
    found = minimise(trial, [], budget, None)
    if found.status is SolveStatus.UNKNOWN:
        raise TimeoutError
    return found.solved


def first_group(proto: Any, variables: Sequence[int], found: Run, budget: Budget) -> tuple[int, ...]:
    """Return, of the groups of one size that a model allows, the first, as ascending places among the variables.

    `found` holds one of them; the model is changed. Raises TimeoutError.
    """
    chosen: list[int] = []
    number = len(group_of(variables, found))
    while len(chosen) < number and another_group(proto, variables, group_of(variables, found), budget):
        last = len(proto.variables)
        proto.variables.add().domain.extend((0, len(variables)))
        for place, variable in enumerate(variables):
            if place not in chosen:
                bound = proto.constraints.add().linear
                bound.vars.extend((last, variable))
                bound.coeffs.extend((1, -place))
                bound.domain.extend((0, len(variables)))
        step = settle(proto, [(last, 1)], budget, found)
        assert step is not None, "the hint is an answer"
        found = step
        chosen.append(max(place for place in group_of(variables, found) if place not in chosen))
        proto.constraints.add().bool_or.literals.append(variables[chosen[-1]])
    return group_of(variables, found)


def group_of(variables: Sequence[int], found: Run) -> tuple[int, ...]:
    """Return the places of the variables that are true in a run."""
    return tuple(place for place, variable in enumerate(variables) if found.values[variable])
