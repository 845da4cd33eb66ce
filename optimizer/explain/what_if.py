"""What an answer would be if its problem, or the packages there are, were other than they are."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from optimizer.answer.core import CorePart
from optimizer.answer.result import STATUS_WORDS
from optimizer.explain.answered import Answered
from optimizer.explain.change import Change
from optimizer.explain.difference import Difference, difference
from optimizer.model.solution import Solution
from optimizer.universe.instance import Instance, PackageOrigin, formula_capabilities


class Ground(StrEnum):
    """What the changed question was made from: the repositories closed again, or the Instance that was there."""

    REPOSITORIES = "repositories"
    INSTANCE = "instance"


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a question and what becomes of its answer.

    `status` is `proven`, `not proven` or `infeasible`; then `core` says what cannot all hold. `idle` are the parts of
    the change that nothing in the closed question meets: what is forbidden and nobody provides, a supposed package
    nobody asks for. `weighted` says that divergence counts weights and not sources.
    """

    problem: str
    changes: tuple[str, ...]
    ground: Ground
    status: str
    difference: Difference
    core: tuple[CorePart, ...] = ()
    idle: tuple[str, ...] = ()
    weighted: bool = False


def compare_answers(
    answered: Answered,
    change: Change,
    ground: Ground,
    changed: tuple[Instance, Solution],
    core: tuple[CorePart, ...] = (),
) -> WhatIf:
    """Return how the answer to a changed question differs from the one that was asked about."""
    instance, solution = changed
    return WhatIf(
        problem=answered.instance.problem,
        changes=change.words,
        ground=ground,
        status=STATUS_WORDS[solution.status],
        difference=difference((answered.instance, answered.solution), changed),
        core=core,
        idle=_idle(instance, change),
        weighted=any(source.weight != 1 for source in (*answered.instance.sources, *instance.sources)),
    )


def _idle(instance: Instance, change: Change) -> tuple[str, ...]:
    forbidden = {str(require) for require in change.forbidden}
    unprovided = {
        one.text
        for one in instance.forbidden
        if not any(instance.capabilities[leaf].providers for leaf in formula_capabilities(one.formula))
    }
    there = {package.name for package in instance.packages if package.origin is PackageOrigin.STUB}
    unasked = [package.name for package in change.packages if f"stub:{package.name}" not in there]
    return (*(f"--forbid {text}" for text in sorted(forbidden & unprovided)), *(f"--stub {name}" for name in unasked))
