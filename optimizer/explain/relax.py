"""What stands in the way of an answer, or of an optional feature in it, and what could be given up for it."""

from __future__ import annotations

import msgspec

from optimizer.answer.core import CorePart, explain_infeasible
from optimizer.answer.relaxation import DEFAULT_MOST, Relaxation, relaxations
from optimizer.explain.answered import Answered
from optimizer.explain.difference import StageChange, stage_changes
from optimizer.model.question import Question


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """An optional feature that the answer does not have.

    Either it can be had, at the price of `stages`, or `infeasible` is a minimal core of what stops it and
    `relaxations` what could be given up for it, nothing where nothing helps.
    """

    feature: str
    value: int
    where: str
    stages: tuple[StageChange, ...] = ()
    infeasible: tuple[CorePart, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()


class Relaxed(msgspec.Struct, frozen=True, kw_only=True):
    """Of a problem without an answer a minimal core and relaxations; of another the optional features left out."""

    problem: str
    feasible: bool
    infeasible: tuple[CorePart, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether every answer told, and every one it is compared with, is proven to be the best."""
        told = [*self.relaxations, *(one for feature in self.left_out for one in feature.relaxations)]
        reached = [outcome for one in told for outcome in (one.then, one.without) if outcome is not None]
        compared = [stage.status for feature in self.left_out for stage in feature.stages]
        return all(one.status == "proven" for one in reached) and all(status == "optimal" for status in compared)


def relax(answered: Answered, most: int = DEFAULT_MOST) -> Relaxed:
    """Return what could be given up: all smallest sets of demands, and others up to so many; raises TimeoutError."""
    problem = answered.instance.problem
    if answered.solution.solved:
        wanted = [
            index
            for index, feature in enumerate(answered.instance.features)
            if not feature.required and feature.value > 0 and index not in answered.solution.features
        ]
        return Relaxed(
            problem=problem, feasible=True, left_out=tuple(_left_out(answered, index, most) for index in wanted)
        )
    return Relaxed(
        problem=problem,
        feasible=False,
        infeasible=explain_infeasible(answered.explainer, Question(), answered.budget),
        relaxations=tuple(relaxations(answered.engine, answered.budget, most=most)),
    )


def _left_out(answered: Answered, index: int, most: int) -> LeftOut:
    feature, question = answered.instance.features[index], Question(with_features=frozenset({index}))
    found = LeftOut(feature=feature.text, value=feature.value, where=feature.where)
    solved = answered.engine.solve(question, answered.budget, unique=False)
    if solved.solved:
        stages = stage_changes(answered.solution.stages, solved.stages)
        return msgspec.structs.replace(found, stages=stages)
    core = explain_infeasible(answered.explainer, question, answered.budget)
    given_up = relaxations(answered.engine, answered.budget, question=question, most=most)
    return msgspec.structs.replace(found, infeasible=core, relaxations=tuple(given_up))
