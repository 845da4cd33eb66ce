"""The first judge: an answer checked against the Instance in plain Python, written from docs/model.md alone.

Nothing here is shared with the model that found the answer: formulas are evaluated as they stand, sums are added up
again. `check_<rule>` is the twin of `add_<rule>` in model/rules.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from optimizer.model.solution import Solution, SolveStatus
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    ExclusionKind,
    Formula,
    Instance,
    LimitKind,
    Package,
    PackageOrigin,
    RequirementKind,
    holds,
)


class Answer(msgspec.Struct, frozen=True):
    """A solution beside its Instance, with what every check asks of it."""

    instance: Instance
    solution: Solution
    chosen: frozenset[int]

    def holds(self, formula: Formula) -> bool:
        """Return whether a formula is true of the chosen packages."""
        return holds(formula, self.instance, self.chosen)

    @property
    def packages(self) -> list[Package]:
        """The chosen packages that are real: virtual ones stand for others."""
        packages = (self.instance.packages[index] for index in sorted(self.chosen))
        return [package for package in packages if package.origin is not PackageOrigin.VIRTUAL]


class Violation(msgspec.Struct, frozen=True):
    """One broken rule: its number, and what breaks it in words."""

    rule: str
    what: str


def verify(instance: Instance, solution: Solution) -> tuple[Violation, ...]:
    """Return every violation of C1-C10 by a solution, and every stage whose value its packages do not add up to."""
    answer = Answer(instance, solution, frozenset(solution.packages))
    broken = [Violation(rule, what) for rule, check in CHECKS.items() for what in check(answer)]
    broken += [Violation("objective", what) for what in check_stages(answer)]
    return tuple(broken)


def check_feature(answer: Answer) -> Iterator[str]:
    """C1: required features hold; the optional ones named are exactly those that hold."""
    named = set(answer.solution.features)
    for index, feature in enumerate(answer.instance.features):
        if feature.required and not answer.holds(feature.formula):
            yield f"required feature {feature.text!r} does not hold"
        if not feature.required and answer.holds(feature.formula) != (index in named):
            yield f"optional feature {feature.text!r} is not as the solution says"


def check_requires(answer: Answer) -> Iterator[str]:
    """C2: what a chosen package requires holds."""
    hard = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)
    for requirement in answer.instance.requirements:
        if (
            requirement.kind in hard
            and requirement.package in answer.chosen
            and not answer.holds(requirement.formula)
        ):
            yield f"{_nevra(answer, requirement.package)} requires {requirement.text!r}, which does not hold"


def check_conflicts(answer: Answer) -> Iterator[str]:
    """C3: nothing a chosen package conflicts with is chosen."""
    yield from _exclusions(answer, ExclusionKind.CONFLICTS)


def check_obsoletes(answer: Answer) -> Iterator[str]:
    """C4: nothing a chosen package obsoletes is chosen."""
    yield from _exclusions(answer, ExclusionKind.OBSOLETES)


def check_unique_name(answer: Answer) -> Iterator[str]:
    """C5: of each name and colour at most one package is chosen."""
    for unique in answer.instance.unique_names:
        held = answer.chosen.intersection(unique.packages)
        if len(held) > 1:
            yield f"{', '.join(_nevra(answer, index) for index in sorted(held))} bear one name and exclude each other"


def check_forbidden(answer: Answer) -> Iterator[str]:
    """C6: nothing forbidden holds."""
    for forbidden in answer.instance.forbidden:
        if answer.holds(forbidden.formula):
            yield f"forbidden {forbidden.text!r} holds"


def check_limits(answer: Answer) -> Iterator[str]:
    """C7: every limited quantity lies within its bounds."""
    for limit in answer.instance.limits:
        if limit.kind is LimitKind.FEATURE_GROUP:
            members = (feature for feature in answer.instance.features if feature.group == limit.group)
            amount = sum(answer.holds(feature.formula) for feature in members)
        elif limit.kind is LimitKind.DOWNSTREAM_SOURCES:
            amount = len(_maintained(answer))
        else:
            amount = _total(answer, ObjectiveKind(limit.kind.value))
        if limit.maximum is not None and amount > limit.maximum:
            yield f"{limit.kind} is {amount}, above its limit of {limit.maximum}"
        if limit.minimum is not None and amount < limit.minimum:
            yield f"{limit.kind} is {amount}, below its limit of {limit.minimum}"


def check_pins(answer: Answer) -> Iterator[str]:
    """C8: nothing that a pin or a lock excludes is chosen."""
    for pin in answer.instance.pins:
        for index in sorted(answer.chosen.intersection(pin.excluded)):
            yield f"{_nevra(answer, index)} does not fit the pin {pin.text!r}"


def check_weak(answer: Answer) -> Iterator[str]:
    """C9: the weak dependencies named as unmet are exactly those that the chosen packages leave unmet."""
    unmet = unmet_weak(answer.instance, answer.chosen)
    for index in sorted(set(unmet).symmetric_difference(answer.solution.unmet)):
        requirement = answer.instance.requirements[index]
        package = _nevra(answer, requirement.package)
        yield f"{package} {requirement.kind} {requirement.text!r}, which is not as the solution says"


def check_divergence(answer: Answer) -> Iterator[str]:
    """C10: the sources named as maintained are exactly those of the chosen downstream packages and stubs."""
    maintained = _maintained(answer)
    if maintained != set(answer.solution.sources):
        names = sorted(
            answer.instance.sources[index].name for index in maintained.symmetric_difference(answer.solution.sources)
        )
        yield f"sources maintained are not as the solution says: {', '.join(names)}"


#: Every rule, in the order of docs/model.md.
CHECKS: dict[str, Callable[[Answer], Iterator[str]]] = {
    "C1": check_feature,
    "C2": check_requires,
    "C3": check_conflicts,
    "C4": check_obsoletes,
    "C5": check_unique_name,
    "C6": check_forbidden,
    "C7": check_limits,
    "C8": check_pins,
    "C9": check_weak,
    "C10": check_divergence,
}


def check_stages(answer: Answer) -> Iterator[str]:
    """Yield what is wrong with the stages: their order, a false claim of proof, a value the packages do not have."""
    solved = [stage.objective for stage in answer.solution.stages if stage.objective != "tie_break"]
    asked = _stage_names(answer.instance)
    if solved != asked:
        yield f"stages are {', '.join(solved) or 'none'}, asked were {', '.join(asked) or 'none'}"
    proven = True
    for stage in answer.solution.stages:
        proven = proven and stage.status == SolveStatus.OPTIMAL
        if (stage.status == SolveStatus.OPTIMAL) != proven or (proven and stage.bound != stage.value):
            yield f"stage {stage.objective} claims to be proven and is not"
    for stage in answer.solution.stages:
        if stage.objective in ObjectiveKind.__members__.values():
            amount = _total(answer, ObjectiveKind(stage.objective))
            if amount != stage.value:
                yield f"stage {stage.objective} claims {stage.value}, the packages add up to {amount}"


def _stage_names(instance: Instance) -> list[str]:
    """Return the stages an Instance asks for: followed weak dependencies come after divergence and features."""
    names = [kind.value for kind in instance.objectives]
    if instance.follow_weak and "weak" not in names:
        place = next((i for i, name in enumerate(names) if name not in ("divergence", "features")), len(names))
        names.insert(place, "weak")
    return names


def unmet_weak(instance: Instance, chosen: frozenset[int]) -> list[int]:
    """Return the indices of the weak requirements that are unmet: see docs/model.md, C9."""
    unmet = []
    for index, requirement in enumerate(instance.requirements):
        if requirement.kind not in (RequirementKind.RECOMMENDS, RequirementKind.SUPPLEMENTS):
            continue
        package_in, formula = requirement.package in chosen, holds(requirement.formula, instance, chosen)
        recommends = requirement.kind is RequirementKind.RECOMMENDS
        if (package_in and not formula) if recommends else (formula and not package_in):
            unmet.append(index)
    return unmet


def objective_value(instance: Instance, solution: Solution, kind: ObjectiveKind) -> int:
    """Return an objective's value in a solution, in a stage's unit and sign."""
    return _total(Answer(instance, solution, frozenset(solution.packages)), kind)


def _total(answer: Answer, kind: ObjectiveKind) -> int:
    """Return an objective's value, added up over the chosen packages."""
    instance, unknown = answer.instance, answer.instance.unknown_bytes or 0
    if kind is ObjectiveKind.DIVERGENCE:
        return sum(instance.sources[index].weight for index in _maintained(answer))
    if kind is ObjectiveKind.FEATURES:
        return sum(f.value for f in instance.features if not f.required and answer.holds(f.formula))
    if kind is ObjectiveKind.INSTALLED_SIZE:
        return sum(unknown if p.installed_bytes is None else p.installed_bytes for p in answer.packages)
    if kind is ObjectiveKind.DOWNLOAD_SIZE:
        return sum(unknown if p.download_bytes is None else p.download_bytes for p in answer.packages)
    if kind is ObjectiveKind.PACKAGES:
        return len(answer.packages)
    if kind is ObjectiveKind.WEAK:
        return len(unmet_weak(instance, answer.chosen))
    if kind is ObjectiveKind.CHANGES:
        return len({package.nevra for package in answer.packages}.symmetric_difference(instance.previous))
    return sum(package.age for package in answer.packages)


def _maintained(answer: Answer) -> set[int]:
    diverging = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
    return {p.source for p in answer.packages if p.source is not None and p.origin in diverging}


def _exclusions(answer: Answer, kind: ExclusionKind) -> Iterator[str]:
    for exclusion in answer.instance.exclusions:
        if exclusion.kind is kind and exclusion.package in answer.chosen and answer.holds(exclusion.formula):
            yield f"{_nevra(answer, exclusion.package)} {kind} {exclusion.text!r}, which is in"


def _nevra(answer: Answer, index: int) -> str:
    return answer.instance.packages[index].nevra
