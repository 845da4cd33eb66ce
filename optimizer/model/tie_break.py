"""Among answers equal in every stage, the one an engineer would pick: newer, then as libsolv chooses, then by name.

What is left after that is decided package by package in the Instance's own order, until no other answer is equal:
one problem has one answer, whatever the solver, its seed or its number of workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.model.budget import Budget
from optimizer.model.build import Model, negation
from optimizer.model.form import Term
from optimizer.model.objective import age_weight, count_weight
from optimizer.model.solution import SolveStatus
from optimizer.model.solver import Run, run
from optimizer.model.step import lock, minimise, worth
from optimizer.universe.instance import Package

# As many packages at a time as have distinct powers of two in a sum that CP-SAT still handles exactly.
_CHUNK = 40


def break_ties(model: Model, proto: Any, best: Run, budget: Budget) -> tuple[Run, bool]:
    """Return the one answer that is left, and whether it is proven to be the only one of its worth.

    `proto` holds the locks of all stages; it is changed.
    """
    for terms in preferences(model):
        found = minimise(proto, terms, budget, best)
        if not found.solved:
            return best, False
        best = found
        lock(proto, terms, worth(terms, best.values))
        if found.status is not SolveStatus.OPTIMAL:
            return best, False
    return decide_in_order(proto, model.package, best, budget)


def decide_in_order(proto: Any, literals: Sequence[int], best: Run, budget: Budget) -> tuple[Run, bool]:
    """Return the answer that has the earlier literals, and whether it is proven to be the only one that does.

    `proto` holds the locks of all that comes before; it is changed.
    """
    other = _another(proto, literals, best, budget)
    if other.status is SolveStatus.INFEASIBLE:
        return best, True
    if not other.solved:
        return best, False
    return _in_order(proto, literals, best, budget)


def preferences(model: Model) -> list[list[Term]]:
    """Newer before older, libsolv's own choice before others, fewer packages before more, virtual ones included."""
    packages = model.instance.packages
    weights = (
        [age_weight(package, None) for package in packages],
        [int(not package.preferred) * _real(package) for package in packages],
        [1 for _ in packages],
    )
    terms = [[(model.package[i], weight) for i, weight in enumerate(column) if weight] for column in weights]
    return [column for column in terms if column]


def _real(package: Package) -> int:
    return count_weight(package, None)


def _another(proto: Any, literals: Sequence[int], best: Run, budget: Budget) -> Run:
    """Look for an answer of the same worth that holds other packages."""
    proto.clear_objective()
    proto.clear_solution_hint()
    trial = type(proto)()
    trial.copy_from(proto)
    differing = [negation(literal) if best.values[literal] else literal for literal in literals]
    trial.constraints.add().bool_or.literals.extend(differing)
    return run(trial, budget)


def _in_order(proto: Any, literals: Sequence[int], best: Run, budget: Budget) -> tuple[Run, bool]:
    """Prefer packages that come first in the Instance, a chunk at a time, each chunk decided for good."""
    for start in range(0, len(literals), _CHUNK):
        chunk = literals[start : start + _CHUNK]
        terms = [(literal, -(1 << (len(chunk) - 1 - place))) for place, literal in enumerate(chunk)]
        found = minimise(proto, terms, budget, best)
        if not found.solved:
            return best, False
        best = found
        if found.status is not SolveStatus.OPTIMAL:
            return best, False
        for literal in chunk:
            decided = literal if best.values[literal] else negation(literal)
            proto.constraints.add().bool_or.literals.append(decided)
    return best, True
