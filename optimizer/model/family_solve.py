"""A family of Instances optimised together, stage by stage, down to one answer for each image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from optimizer.model.build import Model, negation
from optimizer.model.family import FamilyGuard, FamilyModel, own_value
from optimizer.model.solution import Solution, SolveStatus, Stage
from optimizer.model.solve import sign_of, stage_order
from optimizer.model.solver import Budget, Run, run
from optimizer.model.step import copied, lock, minimise, worth
from optimizer.model.tie_break import break_ties
from optimizer.problem.family import MAXIMISED, Family
from optimizer.problem.family_shape import FamilyObjective
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance


@dataclass(frozen=True, slots=True)
class FamilySolution:
    """What a family's solve found: its status and stages, and each image's packages.

    Without an answer `clash` names, as a minimal core, what couples the images and cannot all hold; empty where the
    time ended first.
    """

    status: SolveStatus
    stages: tuple[Stage, ...] = ()
    images: tuple[Solution, ...] = ()
    clash: tuple[FamilyGuard, ...] = ()

    @property
    def solved(self) -> bool:
        """Whether there is an answer."""
        return bool(self.images)


def kept_objectives(family: Family, instance: Instance) -> tuple[tuple[ObjectiveKind, int], ...]:
    """Return what an image must keep of its own objectives, and the per cent by which it may be worse."""
    if family.keep is None:
        return tuple((kind, 0) for kind in stage_order(instance))
    return family.keep


def solve_together(
    family: Family,
    instances: Sequence[Instance],
    alone: Sequence[Solution],
    budget: Budget | None = None,
    *,
    on_stage: Callable[[Stage], None] = lambda _stage: None,
) -> FamilySolution:
    """Return the lexicographic optimum of a family, given each image's own answer.

    These answers are the first ones known, so that a search that the budget ends is never worse than them, unless
    something must be of one version. Where one of them is not proven, nothing is: what an image keeps is measured by
    it. Ties are broken image by image, in the order of the family.
    """
    budget = budget or Budget()
    model = FamilyModel(tuple(instances))
    model.keep(alone, [kept_objectives(family, instance) for instance in instances])
    model.one_version(family.same_packages, family.same_sources)
    objectives = [(kind, model.terms(kind)) for kind in family.objectives]
    proto = copied(model.proto)
    model.bind(proto)
    best = _begin(model, proto, alone, budget)
    if not best.solved:
        best = minimise(proto, [], budget, None)
    if not best.solved:
        clash = _clash(model, budget) if best.status is SolveStatus.INFEASIBLE else ()
        return FamilySolution(best.status, clash=clash)
    certain = all(solution.status is SolveStatus.OPTIMAL for solution in alone)
    stages: list[Stage] = []
    for kind, (terms, constant) in objectives:
        found = minimise(proto, terms, budget, best) if terms else Run(SolveStatus.OPTIMAL, best.values, 0, 0)
        if found.solved:
            best = found
        value = worth(terms, best.values)
        lock(proto, terms, value)
        stage = _stage(kind, stages, value + constant, constant, found)
        stages.append(
            stage if certain else msgspec.structs.replace(stage, status=SolveStatus.FEASIBLE.value, bound=None)
        )
        on_stage(stages[-1])
    best, unique = _break_ties(model, proto, best, budget)
    proven = unique and certain and all(stage.status == SolveStatus.OPTIMAL for stage in stages)
    status = SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE
    stages.append(Stage(objective="tie_break", value=0, bound=0 if proven else None, status=status.value))
    on_stage(stages[-1])
    images = (_image(one, own, best.values) for one, own in zip(model.models, alone, strict=True))
    return FamilySolution(status, tuple(stages), tuple(images))


def _begin(model: FamilyModel, proto: Any, alone: Sequence[Solution], budget: Budget) -> Run:
    """Return the images' own answers as one of the family; unsolved where they break what couples the images.

    Every package is decided, so this takes no search: it may be asked when the time is already up.
    """
    trial = copied(proto)
    for one, solution in zip(model.models, alone, strict=True):
        held = set(solution.packages)
        literals = (literal if index in held else negation(literal) for index, literal in enumerate(one.package))
        trial.constraints.add().bool_and.literals.extend(literals)
    found = run(trial, Budget(workers=budget.workers))
    return Run(SolveStatus.FEASIBLE, found.values) if found.solved else Run(found.status)


def _stage(kind: FamilyObjective, before: list[Stage], value: int, constant: int, found: Run) -> Stage:
    sign = -1 if kind in MAXIMISED else 1
    earlier = all(stage.status == SolveStatus.OPTIMAL for stage in before)
    proven = earlier and found.status is SolveStatus.OPTIMAL
    bound: int | None = value if proven else None
    if earlier and not proven and found.solved and found.bound is not None:
        bound = found.bound + constant
    return Stage(
        objective=kind.value,
        value=sign * value,
        bound=None if bound is None else sign * bound,
        status=SolveStatus.OPTIMAL.value if proven else SolveStatus.FEASIBLE.value,
    )


def _break_ties(model: FamilyModel, proto: Any, best: Run, budget: Budget) -> tuple[Run, bool]:
    """Decide image by image, each held fast for those after it."""
    for one in model.models:
        best, proven = break_ties(one, proto, best, budget)
        if not proven:
            return best, False
        decided = [literal if best.values[literal] else negation(literal) for literal in one.package]
        proto.constraints.add().bool_and.literals.extend(decided)
    return best, True


def _clash(model: FamilyModel, budget: Budget) -> tuple[FamilyGuard, ...]:
    """Return a minimal set of guards that cannot all bind: the solver's core, then each left out in turn."""
    core = _core(model, list(model.guards), budget)
    for guard in reversed(core or []):
        if core and guard in core:
            smaller = _core(model, [held for held in core if held != guard], budget)
            core = core if smaller is None else smaller
    return tuple(core or ())


def _core(model: FamilyModel, guards: list[FamilyGuard], budget: Budget) -> list[FamilyGuard] | None:
    """Return those of some guards that the solver needed to prove a clash; None where it proves none in time."""
    proto = copied(model.proto)
    given = set(guards)
    left_out = [negation(literal) for guard, literal in model.guards.items() if guard not in given]
    if left_out:
        proto.constraints.add().bool_and.literals.extend(left_out)
    proto.assumptions.extend([model.guards[guard] for guard in guards])
    found = run(proto, budget, assuming=True)
    if found.status is not SolveStatus.INFEASIBLE:
        return None
    named = set(found.core)
    return [guard for guard in guards if model.guards[guard] in named] if named else guards


def _image(model: Model, alone: Solution, values: tuple[int, ...]) -> Solution:
    """Return one image's answer; its own stages are proven as far as they are as good as alone."""
    features = model.instance.features
    found = Solution(
        status=SolveStatus.FEASIBLE,
        packages=tuple(index for index, literal in enumerate(model.package) if values[literal]),
        sources=tuple(index for index, literal in model.source.items() if values[literal]),
        features=tuple(f for f, v in sorted(model.feature.items()) if values[v] and not features[f].required),
        unmet=tuple(index for index, literal in sorted(model.unmet.items()) if values[literal]),
    )
    if found.packages == alone.packages:
        return alone
    return _with_stages(model, alone, found)


def _with_stages(model: Model, alone: Solution, found: Solution) -> Solution:
    best = {stage.objective: stage for stage in alone.stages}
    stages: list[Stage] = []
    for kind in stage_order(model.instance):
        value = sign_of(kind) * own_value(model, kind, found)
        first = all(stage.status == SolveStatus.OPTIMAL for stage in stages)
        own = best[kind.value]
        proven = first and own.status == SolveStatus.OPTIMAL and own.value == value
        stages.append(
            Stage(
                objective=kind.value,
                value=value,
                bound=own.bound if first else None,
                status=SolveStatus.OPTIMAL.value if proven else SolveStatus.FEASIBLE.value,
            )
        )
    proven = all(stage.status == SolveStatus.OPTIMAL for stage in stages)
    return Solution(
        status=SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE,
        stages=tuple(stages),
        packages=found.packages,
        sources=found.sources,
        features=found.features,
        unmet=found.unmet,
    )
