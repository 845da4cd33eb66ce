"""Who needs a source in an answer: what falls when its packages are taken out."""

from __future__ import annotations

import msgspec

from optimizer.model.solution import Solution
from optimizer.universe.instance import Formula, Instance, PackageOrigin, RequirementKind, holds

_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


class Demand(msgspec.Struct, frozen=True):
    """A formula that holds in an answer only through one source's packages, and the feature or NEVRA that asks it."""

    asker: str
    text: str
    formula: Formula


def demands_on(instance: Instance, solution: Solution, source: int) -> tuple[Demand, ...]:
    """Return the demands of features, then of upstream, then of other packages that only this source meets."""
    chosen = frozenset(solution.packages)
    without = chosen - _members(instance, solution, source)

    def lost(formula: Formula) -> bool:
        return holds(formula, instance, chosen) and not holds(formula, instance, without)

    demands = [
        Demand(f"feature {feature.text}", feature.text, feature.formula)
        for feature in instance.features
        if lost(feature.formula)
    ]
    asking = [
        requirement
        for requirement in instance.requirements
        if requirement.package in without
        and (requirement.kind in _HARD or instance.follow_weak)
        and requirement.kind is not RequirementKind.SUPPLEMENTS
        and lost(requirement.formula)
    ]
    upstream = PackageOrigin.UPSTREAM
    asking.sort(key=lambda requirement: instance.packages[requirement.package].origin is not upstream)
    demands += [
        Demand(instance.packages[requirement.package].nevra, requirement.text, requirement.formula)
        for requirement in asking
    ]
    return tuple(demands)


def features_needing(instance: Instance, solution: Solution, source: int) -> tuple[int, ...]:
    """Return the features that fall when a source's packages, and all that then lacks something, are taken out."""
    standing = frozenset(solution.packages) - _members(instance, solution, source)
    hard = [r for r in instance.requirements if r.kind in _HARD and r.package in standing]
    while True:
        fallen = {r.package for r in hard if r.package in standing and not holds(r.formula, instance, standing)}
        if not fallen:
            break
        standing -= fallen
    chosen = frozenset(solution.packages)
    return tuple(
        index
        for index, feature in enumerate(instance.features)
        if holds(feature.formula, instance, chosen) and not holds(feature.formula, instance, standing)
    )


def _members(instance: Instance, solution: Solution, source: int) -> frozenset[int]:
    return frozenset(index for index in solution.packages if instance.packages[index].source == source)
