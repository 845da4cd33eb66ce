"""Lexicographic optimisation of an Instance, stage by stage, down to one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ortools.sat.python import cp_model_helper as cp_sat

from optimizer.model.build import Guard, Model
from optimizer.model.objective import limited_terms, objective_terms
from optimizer.model.question import PLAIN, Question, fix
from optimizer.model.rules import RULES
from optimizer.model.solution import Solution, SolveStatus, Stage
from optimizer.model.solver import Budget, Run, run
from optimizer.model.step import lock, minimise, worth
from optimizer.model.tie_break import break_ties
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, LimitKind

_LEADING = (ObjectiveKind.DIVERGENCE, ObjectiveKind.FEATURES)


@dataclass(slots=True)
class Engine:
    """One Instance, built once and asked many questions."""

    model: Model

    @classmethod
    def of(cls, instance: Instance, *, explain: bool = False) -> Engine:
        """Return an engine for an Instance; `explain` lets every single rule be lifted."""
        model = Model(instance, explain=explain)
        for add in RULES.values():
            add(model)
        return cls(model)

    def solve(
        self,
        question: Question = PLAIN,
        budget: Budget | None = None,
        *,
        unique: bool = True,
        on_stage: Callable[[Stage], None] = lambda _stage: None,
        no_worse: Mapping[ObjectiveKind, int] = MappingProxyType({}),
    ) -> Solution:
        """Return the lexicographic optimum of a question; `unique` breaks ties until one answer is left.

        `on_stage` hears of each stage as it ends. No answer is worse in an objective than what `no_worse` says of it,
        in a stage's unit and sign.
        """
        budget = budget or Budget()
        proto = self.proto(question)
        self.hold(proto, no_worse)
        stages: list[Stage] = []
        best: Run | None = None
        for kind in stage_order(self.model.instance):
            terms, constant = objective_terms(self.model, kind)
            found = best if best is not None and not terms else minimise(proto, terms, budget, best)
            if not found.solved:
                if best is None:
                    return Solution(status=found.status)
                found = Run(SolveStatus.FEASIBLE, best.values, worth(terms, best.values))
            best = found
            value = worth(terms, best.values)
            lock(proto, terms, value)
            stages.append(_stage(kind, stages, value + constant, constant, found if terms else None))
            on_stage(stages[-1])
        best = best or minimise(proto, [], budget, None)
        if not best.solved:
            return Solution(status=best.status)
        if unique:
            best, proven = break_ties(self.model, proto, best, budget)
            stages.append(_tie_break_stage(stages, proven))
            on_stage(stages[-1])
        return self._solution(stages, best)

    def feasible(self, question: Question, budget: Budget | None = None) -> bool:
        """Return whether a question has any answer.

        Raises TimeoutError where the budget ends first.
        """
        found = run(self.proto(question), budget or Budget())
        if found.status is SolveStatus.UNKNOWN:
            raise TimeoutError
        return found.solved

    def least(self, question: Question, kind: LimitKind, budget: Budget | None = None) -> tuple[int | None, bool]:
        """Return the least amount of a limited quantity a question can have, and whether that is proven."""
        found = minimise(self.proto(question), limited_terms(self.model, kind), budget or Budget(), None)
        return (found.value if found.value is not None else 0) if found.solved else None, (
            found.status is SolveStatus.OPTIMAL
        )

    def hold(self, proto: Any, no_worse: Mapping[ObjectiveKind, int]) -> None:
        """Keep objectives of a copy of the model from being worse than given values, in a stage's unit and sign."""
        for kind, value in no_worse.items():
            terms, constant = objective_terms(self.model, kind)
            lock(proto, terms, sign_of(kind) * value - constant)

    def proto(self, question: Question, free: frozenset[Guard] = frozenset()) -> Any:
        """Return a copy of the model with a question added to it; guards in `free` are left to the solver."""
        proto = cp_sat.CpModelProto()
        proto.copy_from(self.model.proto)
        fix(self.model, proto, question, free)
        return proto

    def _solution(self, stages: list[Stage], best: Run) -> Solution:
        proven = all(stage.status == SolveStatus.OPTIMAL for stage in stages)
        values, model = best.values, self.model
        features = model.instance.features
        return Solution(
            status=SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE,
            stages=tuple(stages),
            packages=tuple(index for index, literal in enumerate(model.package) if values[literal]),
            sources=tuple(index for index, literal in model.source.items() if values[literal]),
            features=tuple(f for f, v in sorted(model.feature.items()) if values[v] and not features[f].required),
            unmet=tuple(index for index, literal in sorted(model.unmet.items()) if values[literal]),
        )


def stage_order(instance: Instance) -> tuple[ObjectiveKind, ...]:
    """Return the stages of an Instance; followed weak dependencies are met after divergence and features (C9)."""
    kinds = list(instance.objectives)
    if instance.follow_weak and ObjectiveKind.WEAK not in kinds:
        place = next((i for i, kind in enumerate(kinds) if kind not in _LEADING), len(kinds))
        kinds.insert(place, ObjectiveKind.WEAK)
    return tuple(kinds)


def sign_of(kind: ObjectiveKind) -> int:
    """Return 1 for an objective that is minimised, -1 for one that is maximised."""
    return -1 if kind is ObjectiveKind.FEATURES else 1


def _stage(kind: ObjectiveKind, before: list[Stage], value: int, constant: int, found: Run | None) -> Stage:
    sign = sign_of(kind)
    earlier = all(stage.status == SolveStatus.OPTIMAL for stage in before)
    proven = earlier and (found is None or found.status is SolveStatus.OPTIMAL)
    bound: int | None = value if proven else None
    if earlier and not proven and found is not None and found.bound is not None:
        bound = found.bound + constant
    return Stage(
        objective=kind.value,
        value=sign * value,
        bound=None if bound is None else sign * bound,
        status=SolveStatus.OPTIMAL.value if proven else SolveStatus.FEASIBLE.value,
    )


def _tie_break_stage(before: list[Stage], proven: bool) -> Stage:
    proven = proven and all(stage.status == SolveStatus.OPTIMAL for stage in before)
    status = SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE
    return Stage(objective="tie_break", value=0, bound=0 if proven else None, status=status.value)
