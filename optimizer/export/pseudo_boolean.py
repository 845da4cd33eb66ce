"""An Instance as clauses and linear sums over true and false: what OPB and WCNF are written from.

It is written from docs/model.md and the Instance alone and shares nothing with model/, so that other solvers check
our model too and not only our solver. Package `i` is variable `i + 1`; a negative number is a negated variable.
Nested formulas get a variable that is true exactly where the formula is (Tseitin 1968).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Formula,
    Instance,
    Limit,
    LimitKind,
    Package,
    PackageOrigin,
    RequirementKind,
)

_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)
_MAINTAINED = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
_BEFORE_WEAK = (ObjectiveKind.DIVERGENCE, ObjectiveKind.FEATURES)

Clause = tuple[int, ...]
Term = tuple[int, int]  # a weight and a variable


@dataclass(frozen=True, slots=True)
class Sum:
    """`constant` and the weights of the variables that are true, each variable once, weights not 0."""

    terms: tuple[Term, ...]
    constant: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """The weights of the variables that are true add up to `at_most`; weights may be negative."""

    terms: tuple[Term, ...]
    at_most: int


@dataclass(frozen=True, slots=True)
class Stage:
    """An objective to be minimised; `sign` is -1 where the problem maximises: then its value is the sum negated."""

    kind: ObjectiveKind
    sum: Sum
    sign: int

    def bound(self, optimum: int) -> Bound:
        """Return that a later stage leaves this one no worse than a value in the problem's own sign."""
        return Bound(self.sum.terms, self.sign * optimum - self.sum.constant)


@dataclass(slots=True)
class PseudoBoolean:
    """The clauses and bounds of C1-C10 and the stages, the objectives of an Instance in their order.

    `definitions` are the variables that are no packages, in an order in which each rests on earlier ones: a variable
    is true exactly where all of its literals are, or where the last word is False, any of them.
    """

    instance: Instance
    variables: int = 0
    clauses: list[Clause] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    stages: tuple[Stage, ...] = ()
    sources: dict[int, int] = field(default_factory=dict)
    definitions: list[tuple[int, tuple[int, ...], bool]] = field(default_factory=list)
    _named: dict[Formula, int] = field(default_factory=dict)

    @classmethod
    def of(cls, instance: Instance) -> PseudoBoolean:
        """Return the whole of an Instance."""
        made = cls(instance, variables=len(instance.packages))
        made._add_sources()
        made._add_rules()
        made.stages = tuple(made._stage(kind) for kind in stage_kinds(instance))
        for limit in instance.limits:
            made._add_limit(limit)
        once = (tuple(dict.fromkeys(clause)) for clause in made.clauses)  # some readers refuse a variable twice
        made.clauses = [clause for clause in once if not any(-one in clause for one in clause)]
        return made

    def new_variable(self) -> int:
        """Return a variable that nothing speaks of yet."""
        self.variables += 1
        return self.variables

    def true_variables(self, chosen: Iterable[int]) -> frozenset[int]:
        """Return the variables that are true where these packages are chosen."""
        true = {index + 1 for index in chosen}
        for name, literals, conjunction in self.definitions:
            if (all if conjunction else any)((abs(one) in true) is (one > 0) for one in literals):
                true.add(name)
        return frozenset(true)

    def literal(self, formula: Formula) -> int:
        """Return a literal that is true exactly where a formula is."""
        if not isinstance(formula, int) and formula[0] == "not":
            return -self.literal(formula[1])
        if formula not in self._named:
            if isinstance(formula, int):
                parts = [index + 1 for index in self.instance.capabilities[formula].providers]
            else:
                parts = [self.literal(part) for part in formula[1:]]
            conjunction = not isinstance(formula, int) and formula[0] == "all"
            self._named[formula] = self._equal(parts, conjunction=conjunction)
        return self._named[formula]

    def _equal(self, parts: Sequence[int], *, conjunction: bool) -> int:
        """Return a literal that is true exactly where all of some are, or any."""
        if len(parts) == 1:
            return parts[0]
        name, sign = self.new_variable(), -1 if conjunction else 1
        self.definitions.append((name, tuple(parts), conjunction))
        self.clauses += [(sign * name, -sign * part) for part in parts]
        self.clauses.append((-sign * name, *(sign * part for part in parts)))
        return name

    def _require(self, formula: Formula, *unless: int) -> None:
        """Add that a formula holds unless one of some literals is true."""
        if not isinstance(formula, int) and formula[0] == "all":
            for part in formula[1:]:
                self._require(part, *unless)
        elif isinstance(formula, int):
            providers = self.instance.capabilities[formula].providers
            self.clauses.append((*unless, *(index + 1 for index in providers)))
        elif formula[0] == "any":
            self.clauses.append((*unless, *(self.literal(part) for part in formula[1:])))
        else:
            self._refuse(formula[1], *unless)

    def _refuse(self, formula: Formula, *unless: int) -> None:
        """Add that a formula does not hold unless one of some literals is true."""
        if isinstance(formula, int):
            providers = self.instance.capabilities[formula].providers
            self.clauses += [(*unless, -index - 1) for index in providers]
        elif formula[0] == "any":
            for part in formula[1:]:
                self._refuse(part, *unless)
        else:
            self.clauses.append((*unless, -self.literal(formula)))

    def _add_rules(self) -> None:
        instance = self.instance
        for feature in instance.features:
            if feature.required:
                self._require(feature.formula)
        for requirement in instance.requirements:
            if requirement.kind in _HARD:
                self._require(requirement.formula, -requirement.package - 1)
        for exclusion in instance.exclusions:
            self._refuse(exclusion.formula, -exclusion.package - 1)
        for unique in instance.unique_names:
            for place, package in enumerate(unique.packages):
                self.clauses += [(-package - 1, -other - 1) for other in unique.packages[:place]]
        for forbidden in instance.forbidden:
            self._refuse(forbidden.formula)
        for pin in instance.pins:
            self.clauses += [(-package - 1,) for package in pin.excluded]

    def _add_sources(self) -> None:
        members: dict[int, list[int]] = {}
        for index, package in enumerate(self.instance.packages):
            if package.source is not None and self.instance.sources[package.source].origin in _MAINTAINED:
                members.setdefault(package.source, []).append(index + 1)
        for source, held in sorted(members.items()):
            self.sources[source] = self._equal(held, conjunction=False)

    def _add_limit(self, limit: Limit) -> None:
        if limit.kind is LimitKind.FEATURE_GROUP:
            group = [one for one in self.instance.features if one.group == limit.group]
            held = _sum((1, self.literal(one.formula)) for one in group)
        elif limit.kind is LimitKind.DOWNSTREAM_SOURCES:
            held = _sum((1, literal) for literal in self.sources.values())
        else:
            held = self._packages(ObjectiveKind(limit.kind.value))
        if limit.maximum is not None:
            self.bounds.append(Bound(held.terms, limit.maximum - held.constant))
        if limit.minimum is not None:
            negated = tuple((-weight, variable) for weight, variable in held.terms)
            self.bounds.append(Bound(negated, held.constant - limit.minimum))

    def _stage(self, kind: ObjectiveKind) -> Stage:
        instance = self.instance
        if kind is ObjectiveKind.FEATURES:
            optional = [one for one in instance.features if not one.required]
            return Stage(kind, _sum((-one.value, self.literal(one.formula)) for one in optional), -1)
        if kind is ObjectiveKind.DIVERGENCE:
            return Stage(kind, _sum((instance.sources[s].weight, v) for s, v in self.sources.items()), 1)
        if kind is ObjectiveKind.WEAK:
            return Stage(kind, _sum((1, literal) for literal in self._unmet()), 1)
        if kind is ObjectiveKind.CHANGES:
            return Stage(kind, self._changes(), 1)
        return Stage(kind, self._packages(kind), 1)

    def _unmet(self) -> Iterable[int]:
        for requirement in self.instance.requirements:
            if requirement.kind not in _HARD:
                package, formula = requirement.package + 1, self.literal(requirement.formula)
                recommends = requirement.kind is RequirementKind.RECOMMENDS
                yield self._equal([package, -formula] if recommends else [formula, -package], conjunction=True)

    def _changes(self) -> Sum:
        bearers: dict[str, list[int]] = {nevra: [] for nevra in self.instance.previous}
        terms: list[Term] = []
        for index, package in enumerate(self.instance.packages):
            if package.origin is PackageOrigin.VIRTUAL:
                continue
            if package.nevra in bearers:
                bearers[package.nevra].append(index + 1)
            else:
                terms.append((1, index + 1))
        return _sum([*terms, *((1, -self._equal(held, conjunction=False)) for held in bearers.values())])

    def _packages(self, kind: ObjectiveKind) -> Sum:
        unknown = self.instance.unknown_bytes or 0
        return _sum((_weight(one, kind, unknown), index + 1) for index, one in enumerate(self.instance.packages))


def stage_kinds(instance: Instance) -> tuple[ObjectiveKind, ...]:
    """Return the objectives, `weak` after divergence and features where weak dependencies are followed (C9)."""
    kinds = list(instance.objectives)
    if instance.follow_weak and ObjectiveKind.WEAK not in kinds:
        place = next((place for place, kind in enumerate(kinds) if kind not in _BEFORE_WEAK), len(kinds))
        kinds.insert(place, ObjectiveKind.WEAK)
    return tuple(kinds)


def _weight(package: Package, kind: ObjectiveKind, unknown: int) -> int:
    if package.origin is PackageOrigin.VIRTUAL:
        return 0
    if kind is ObjectiveKind.INSTALLED_SIZE:
        return unknown if package.installed_bytes is None else package.installed_bytes
    if kind is ObjectiveKind.DOWNLOAD_SIZE:
        return unknown if package.download_bytes is None else package.download_bytes
    return package.age if kind is ObjectiveKind.AGE else 1


def _sum(weighed: Iterable[tuple[int, int]]) -> Sum:
    """Return weighed literals as a sum over variables: a negated one counts where its variable is false."""
    total, constant = dict[int, int](), 0
    for weight, literal in weighed:
        if literal < 0:
            constant += weight
        total[abs(literal)] = total.get(abs(literal), 0) + (weight if literal > 0 else -weight)
    return Sum(tuple((weight, variable) for variable, weight in sorted(total.items()) if weight), constant)
