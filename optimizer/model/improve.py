"""The least of a limited amount that buys anything: where an answer first gets better as a limit is raised."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.model.objective import limited_terms, objective_terms
from optimizer.model.question import PLAIN, Question
from optimizer.model.solution import SolveStatus, Stage
from optimizer.model.solve import Engine, stage_order
from optimizer.model.solver import Budget
from optimizer.model.step import lock, minimise
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import LimitKind


def least_improving(
    engine: Engine,
    stages: Sequence[Stage],
    kind: LimitKind,
    question: Question = PLAIN,
    budget: Budget | None = None,
) -> tuple[int | None, bool]:
    """Return the least amount that an answer better than `stages` can have, None where none is; and if it is proven.

    An answer is better where one stage is, and those before it are no worse: each stage in turn is asked to be, and
    the least amount over all of them is the one sought. The question must leave the limit itself open.
    """
    budget = budget or Budget()
    values = {stage.objective: stage.value for stage in stages}
    least: int | None = None
    kinds = stage_order(engine.model.instance)
    for place, better in enumerate(kinds):
        proto = engine.proto(question)
        for other in kinds[: place + 1]:
            terms, constant = objective_terms(engine.model, other)
            sign = -1 if other is ObjectiveKind.FEATURES else 1
            bound = sign * values[other.value] - constant - (other is better)
            if bound < sum(weight for _, weight in terms if weight < 0):
                break  # nothing is less than the least that there can be
            lock(proto, terms, bound)
        else:
            found = minimise(proto, limited_terms(engine.model, kind), budget, None)
            if found.status is SolveStatus.INFEASIBLE:
                continue
            if found.status is not SolveStatus.OPTIMAL:
                return least, False
            amount = found.value or 0
            least = amount if least is None else min(least, amount)
    return least, True
