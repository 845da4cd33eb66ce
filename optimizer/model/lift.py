"""From what a reduced model decided back to the whole one: packages say what everything else is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from optimizer.model.build import Model
from optimizer.model.question import Question
from optimizer.universe.instance import RequirementKind, holds


@dataclass(frozen=True, slots=True)
class Lifted:
    """An answer in full, as ascending indices into the Instance; `true` are the variables that hold."""

    packages: tuple[int, ...]
    sources: tuple[int, ...]
    features: tuple[int, ...]
    unmet: tuple[int, ...]
    true: frozenset[int]


def read(model: Model, is_true: Callable[[int], object]) -> Lifted:
    """Return the answer that values of all variables are."""
    features = model.instance.features
    everything = (model.package, model.source.values(), model.feature.values(), model.unmet.values())
    return Lifted(
        packages=tuple(index for index, literal in enumerate(model.package) if is_true(literal)),
        sources=tuple(index for index, literal in model.source.items() if is_true(literal)),
        features=tuple(f for f, v in sorted(model.feature.items()) if is_true(v) and not features[f].required),
        unmet=tuple(index for index, literal in sorted(model.unmet.items()) if is_true(literal)),
        true=frozenset(literal for literals in everything for literal in literals if is_true(literal)),
    )


def lift(model: Model, question: Question, true: Iterable[int]) -> Lifted:
    """Return the answer with those packages that are among some true variables; all others follow from these.

    A reduction may leave out clauses that only define a variable (see Form), so its value is worked out anew.
    """
    instance, found = model.instance, set(true)
    chosen = frozenset(index for index, literal in enumerate(model.package) if literal in found)
    used = {instance.packages[index].source for index in chosen}
    decided = {model.package[index] for index in chosen}
    decided.update(literal for index, literal in model.source.items() if index in used)
    for index, literal in model.feature.items():
        if holds(instance.features[index].formula, instance, chosen):
            decided.add(literal)
    for index, literal in model.unmet.items():
        weak = instance.requirements[index]
        if model.explain and ("requirement", index) in question.lifted:
            continue
        if weak.package in chosen:
            unmet = weak.kind is RequirementKind.RECOMMENDS and not holds(weak.formula, instance, chosen)
        else:
            unmet = weak.kind is not RequirementKind.RECOMMENDS and holds(weak.formula, instance, chosen)
        if unmet:
            decided.add(literal)
    return read(model, decided.__contains__)
