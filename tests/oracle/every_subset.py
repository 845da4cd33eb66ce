"""The answer to an Instance, and to questions about it, by looking at all subsets of its packages at once.

A set of packages is a number, the first package its highest bit; a rule, a formula or an amount is an array over all
of these numbers. Written from docs/model.md: of the product it knows values (Instance, Question), and no solver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from optimizer.model.question import PLAIN, Question
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Formula,
    Instance,
    LimitKind,
    Package,
    PackageOrigin,
    Requirement,
    RequirementKind,
)

LARGEST_INSTANCE = 16

Truth = NDArray[np.bool_]
Amount = NDArray[np.int64]

_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)
_DIVERGING = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
_NOTHING: Mapping[ObjectiveKind, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BestSet:
    """The value of each stage at the lexicographic optimum, and the one set left once all ties are broken."""

    values: tuple[int, ...]
    packages: tuple[int, ...]


class EverySubset:
    """All sets of an Instance's packages; sums must stay below 2^63.

    Raises ValueError where there are more than LARGEST_INSTANCE packages.
    """

    def __init__(self, instance: Instance) -> None:
        count = len(instance.packages)
        if count > LARGEST_INSTANCE:
            raise ValueError(count, "packages are too many to look at every subset")
        self.instance = instance
        sets = np.arange(1 << count, dtype=np.int64)
        self._everything = np.ones(1 << count, dtype=np.bool_)
        self._chosen = [(sets >> (count - 1 - place) & 1).astype(np.bool_) for place in range(count)]
        self._capabilities = [
            self._any(self._chosen[one] for one in held.providers) for held in instance.capabilities
        ]
        self._maintained = {
            number: self._any(
                self._chosen[place] for place, one in enumerate(instance.packages) if one.source == number
            )
            for number, source in enumerate(instance.sources)
            if source.origin in _DIVERGING
        }

    def feasible(self, question: Question = PLAIN, no_worse: Mapping[ObjectiveKind, int] = _NOTHING) -> Truth:
        """Return which sets keep every rule of a question, and are no worse in objectives than given values."""
        allowed = self._everything.copy()
        for rule in (*self._rules(question.lifted), *self._asked(question)):
            allowed &= rule
        for kind, value in no_worse.items():
            amount = self.amount(kind, question)
            allowed &= amount >= value if kind is ObjectiveKind.FEATURES else amount <= value
        return allowed

    def best(self, question: Question = PLAIN, no_worse: Mapping[ObjectiveKind, int] = _NOTHING) -> BestSet | None:
        """Return the best set and its value in each stage, None where no set will do."""
        left = np.nonzero(self.feasible(question, no_worse))[0]
        if not len(left):
            return None
        values = []
        for kind in _stages(self.instance):
            amount = self.amount(kind, question)[left]
            value = amount.max() if kind is ObjectiveKind.FEATURES else amount.min()
            values.append(int(value))
            left = left[amount == value]
        for preferred in self._preferences():
            left = left[preferred[left] == preferred[left].min()]
        first = int(left.max())
        count = len(self.instance.packages)
        return BestSet(tuple(values), tuple(place for place in range(count) if first >> (count - 1 - place) & 1))

    def amount(self, kind: ObjectiveKind | LimitKind, question: Question = PLAIN) -> Amount:
        """Return what each set comes to in an objective or a limited quantity, in its own unit and sign."""
        match kind.value:
            case "installed_size":
                return self._weighed(lambda one: self._known(one.installed_bytes))
            case "download_size":
                return self._weighed(lambda one: self._known(one.download_bytes))
            case "packages":
                return self._weighed(lambda one: one.origin is not PackageOrigin.VIRTUAL)
            case "age":
                return self._weighed(lambda one: one.age)
            case "downstream_sources":
                return self._sum((held, 1) for held in self._maintained.values())
            case "divergence":
                sources = self.instance.sources
                return self._sum((held, sources[number].weight) for number, held in self._maintained.items())
            case "features":
                optional = (one for one in self.instance.features if not one.required)
                return self._sum((self._holds(one.formula), one.value) for one in optional)
            case "weak":
                return self._sum((self._unmet(one), 1) for one in self._weak(question))
            case "changes":
                return self._changes()
        raise ValueError(kind)

    def group_amount(self, group: str | None) -> Amount:
        """Return how many features of a group hold in each set."""
        return self._sum((self._holds(one.formula), 1) for one in self.instance.features if one.group == group)

    def _rules(self, lifted: frozenset[tuple[str, int]]) -> Iterable[Truth]:
        """Yield where each rule holds that a question leaves standing."""
        kept: dict[str, Iterable[Truth]] = {
            "feature": (self._holds(one.formula) | (not one.required) for one in self.instance.features),
            "requirement": map(self._kept, self.instance.requirements),
            "exclusion": (
                ~(self._chosen[one.package] & self._holds(one.formula)) for one in self.instance.exclusions
            ),
            "unique_name": (self._at_most_one(one.packages) for one in self.instance.unique_names),
            "forbidden": (~self._holds(one.formula) for one in self.instance.forbidden),
            "pin": (~self._any(self._chosen[place] for place in one.excluded) for one in self.instance.pins),
            "limit": (self._within(number) for number in range(len(self.instance.limits))),
        }
        for kind, rules in kept.items():
            yield from (rule for number, rule in enumerate(rules) if (kind, number) not in lifted)

    def _asked(self, question: Question) -> Iterable[Truth]:
        """Yield where each thing holds that a question asks for besides."""
        yield from (~self._maintained[number] for number in question.without_sources)
        yield from (self._chosen[place] for place in question.with_packages)
        yield from (~self._chosen[place] for place in question.without_packages)
        yield from (self._holds(self.instance.features[number].formula) for number in question.with_features)
        yield from (self._any(self._chosen[place] for place in places) for places in question.with_one_of)

    def _preferences(self) -> tuple[Amount, ...]:
        """Return what is least in the best of equals (C10): age, packages not preferred, packages."""
        return (
            self._weighed(lambda one: one.age),
            self._weighed(lambda one: one.origin is not PackageOrigin.VIRTUAL and not one.preferred),
            self._weighed(lambda _one: 1),
        )

    def _holds(self, formula: Formula) -> Truth:
        if isinstance(formula, int):
            return self._capabilities[formula]
        operator, *parts = formula
        if operator == "not":
            return ~self._holds(parts[0])
        if operator == "any":
            return self._any(map(self._holds, parts))
        return ~self._any(~self._holds(part) for part in parts)

    def _kept(self, one: Requirement) -> Truth:
        return ~self._chosen[one.package] | self._holds(one.formula) if one.kind in _HARD else self._everything

    def _weak(self, question: Question) -> Iterable[Requirement]:
        for number, one in enumerate(self.instance.requirements):
            if one.kind not in _HARD and ("requirement", number) not in question.lifted:
                yield one

    def _unmet(self, weak: Requirement) -> Truth:
        chosen, holds = self._chosen[weak.package], self._holds(weak.formula)
        return chosen & ~holds if weak.kind is RequirementKind.RECOMMENDS else holds & ~chosen

    def _at_most_one(self, places: tuple[int, ...]) -> Truth:
        return self._sum((self._chosen[place], 1) for place in places) <= 1

    def _within(self, number: int) -> Truth:
        limit = self.instance.limits[number]
        amount = self.group_amount(limit.group) if limit.kind is LimitKind.FEATURE_GROUP else self.amount(limit.kind)
        within = self._everything.copy()
        if limit.maximum is not None:
            within &= amount <= limit.maximum
        if limit.minimum is not None:
            within &= amount >= limit.minimum
        return within

    def _changes(self) -> Amount:
        """Return how many packages come, and how many of the earlier ones go."""
        before = frozenset(self.instance.previous)
        real = [
            (self._chosen[place], one.nevra)
            for place, one in enumerate(self.instance.packages)
            if one.origin is not PackageOrigin.VIRTUAL
        ]
        return len(before) + self._sum((chosen, -1 if nevra in before else 1) for chosen, nevra in real)

    def _known(self, size: int | None) -> int:
        return (self.instance.unknown_bytes or 0) if size is None else size

    def _weighed(self, weight: Callable[[Package], int]) -> Amount:
        return self._sum((self._chosen[place], weight(one)) for place, one in enumerate(self.instance.packages))

    def _any(self, held: Iterable[Truth]) -> Truth:
        found = ~self._everything
        for one in held:
            found |= one
        return found

    def _sum(self, held: Iterable[tuple[Truth, int]]) -> Amount:
        total = np.zeros(len(self._everything), dtype=np.int64)
        for one, weight in held:
            total += one * np.int64(weight)
        return total


def _stages(instance: Instance) -> tuple[ObjectiveKind, ...]:
    """Return the stages: followed weak dependencies come in before the first that is not divergence or features."""
    kinds = instance.objectives
    if not instance.follow_weak or ObjectiveKind.WEAK in kinds:
        return kinds
    leading = 0
    while leading < len(kinds) and kinds[leading] in (ObjectiveKind.DIVERGENCE, ObjectiveKind.FEATURES):
        leading += 1
    return (*kinds[:leading], ObjectiveKind.WEAK, *kinds[leading:])
