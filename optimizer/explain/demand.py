"""What an answer asks of its own packages: formulas that hold in it and must go on holding.

Demands are the features, each package's Requires, the weak dependencies that are met, and what keeps a rich Conflicts
from striking (`Conflicts: (a unless b)` asks for `b`). A condition (`if`, `unless`) is read as it stands in the
answer: what is asked because `B` is in counts, what would be asked if `B` came does not (the reduct of Gelfond and
Lifschitz 1988, "The stable model semantics").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.explain.subject import wanted
from optimizer.model.build import Guard
from optimizer.universe.instance import FALSE, TRUE, Formula, Instance, Requirement, RequirementKind, holds

HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A feature or a package, by its index: features come first."""

    is_package: bool
    index: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What a node asks of an answer; `givers`, ascending, are the packages of it that help the demand to hold.

    `kind` is feature, conflicts, obsoletes, or a requirement's tag. Without an asker it is `forbidden`, what must be
    in so that a rich forbidden dependency does not hold, or `kept`, a package that is in though nobody asks for it.
    `formula` has no negation: conditions are decided already; `conditional` says that there were some. `guard` names
    the rule it comes from. Weak demands are not `hard`.
    """

    asker: Node | None
    kind: str
    text: str
    formula: Formula
    givers: tuple[int, ...]
    guard: Guard | None
    hard: bool = True
    conditional: bool = False


def demands_of(instance: Instance, chosen: frozenset[int]) -> Iterator[Demand]:
    """Yield the demands of an answer that lead to a package, in the Instance's order."""
    for index, feature in enumerate(instance.features):
        if holds(feature.formula, instance, chosen):
            asker = Node(is_package=False, index=index)
            yield from _demand(instance, chosen, asker, "feature", feature.text, feature.formula, ("feature", index))
    for index, requirement in enumerate(instance.requirements):
        yield from _required(instance, chosen, requirement, ("requirement", index))
    for index, exclusion in enumerate(instance.exclusions):
        if exclusion.package in chosen:
            asker = Node(is_package=True, index=exclusion.package)
            formula = ("not", exclusion.formula)
            yield from _demand(
                instance, chosen, asker, exclusion.kind.value, exclusion.text, formula, ("exclusion", index)
            )
    for index, forbidden in enumerate(instance.forbidden):
        formula = ("not", forbidden.formula)
        yield from _demand(instance, chosen, None, "forbidden", forbidden.text, formula, ("forbidden", index))


def reduct(formula: Formula, instance: Instance, chosen: frozenset[int], *, sign: bool = True) -> Formula:
    """Return a formula, or its negation, without negations: those it has are decided by what is chosen.

    What remains is true of every set of packages it is true of together with the conditions of the answer, and holds
    in the answer where the formula does. TRUE where nothing needs to stay for it to hold.
    """
    if isinstance(formula, int):
        present = not chosen.isdisjoint(instance.capabilities[formula].providers)
        if sign:
            return formula if present else FALSE
        return FALSE if present else TRUE
    operator, *parts = formula
    if operator == "not":
        return reduct(parts[0], instance, chosen, sign=not sign)
    conjunction = (operator == "all") is sign
    neutral, decisive = (TRUE, FALSE) if conjunction else (FALSE, TRUE)
    reduced = [reduct(part, instance, chosen, sign=sign) for part in parts]
    if decisive in reduced:
        return decisive
    left = [part for part in reduced if part != neutral]
    if len(left) == 1:
        return left[0]
    return ("all" if conjunction else "any", *left)


def _required(instance: Instance, chosen: frozenset[int], requirement: Requirement, guard: Guard) -> Iterator[Demand]:
    if requirement.package not in chosen:
        return
    kind, formula = requirement.kind, requirement.formula
    asker = Node(is_package=True, index=requirement.package)
    if kind is RequirementKind.SUPPLEMENTS:
        if not holds(formula, instance, chosen):
            return
        reduced = reduct(formula, instance, chosen)
        for index in _givers(instance, chosen, reduced):  # whoever makes it hold asks for the supplement
            own = Node(is_package=True, index=index)
            yield Demand(own, kind.value, requirement.text, TRUE, (requirement.package,), guard, hard=False)
    elif kind in HARD or holds(formula, instance, chosen):
        yield from _demand(instance, chosen, asker, kind.value, requirement.text, formula, guard, hard=kind in HARD)


def _demand(
    instance: Instance,
    chosen: frozenset[int],
    asker: Node | None,
    kind: str,
    text: str,
    formula: Formula,
    guard: Guard,
    *,
    hard: bool = True,
) -> Iterator[Demand]:
    reduced = reduct(formula, instance, chosen)
    if asker is not None and asker.is_package and holds(reduced, instance, frozenset((asker.index,))):
        return  # what a package gives itself it asks of nobody
    givers = _givers(instance, chosen, reduced)
    if givers:
        yield Demand(asker, kind, text, reduced, givers, guard, hard, _has_negation(formula))


def _givers(instance: Instance, chosen: frozenset[int], reduced: Formula) -> tuple[int, ...]:
    providers = {index for held in wanted(reduced) for index in instance.capabilities[held].providers}
    return tuple(sorted(providers & chosen))


def _has_negation(formula: Formula) -> bool:
    if isinstance(formula, int):
        return False
    return formula[0] == "not" or any(map(_has_negation, formula[1:]))
