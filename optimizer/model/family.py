"""Several Instances in one CP-SAT model: a copy of the rules for each image, and what the family has in common.

A package is the same in two images if NEVRA, repository and checksum are. `in_pool` holds where any image has it,
`in_shared` where all have it. What couples the images has guards, so that a clash can be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer.model.build import Model, negation
from optimizer.model.form import Form, Term
from optimizer.model.objective import count_weight, download_weight, installed_weight, objective_terms
from optimizer.model.question import PLAIN, fix
from optimizer.model.rules import RULES
from optimizer.model.solution import Solution
from optimizer.problem.family import Names
from optimizer.problem.family_shape import FamilyObjective
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, Package, PackageOrigin

Identity = tuple[str, str, str]

#: What couples images: "package" or "source" and its name, or "keep", the image's name and the objective.
FamilyGuard = tuple[str, ...]

_WEIGHTS = {
    FamilyObjective.POOL_PACKAGES: count_weight,
    FamilyObjective.POOL_SIZE: installed_weight,
    FamilyObjective.POOL_DOWNLOAD_SIZE: download_weight,
    FamilyObjective.SHARED_PACKAGES: count_weight,
    FamilyObjective.SHARED_SIZE: installed_weight,
}
_TOTALS = {
    FamilyObjective.TOTAL_DIVERGENCE: ObjectiveKind.DIVERGENCE,
    FamilyObjective.TOTAL_PACKAGES: ObjectiveKind.PACKAGES,
    FamilyObjective.TOTAL_SIZE: ObjectiveKind.INSTALLED_SIZE,
}
_SHARED = (FamilyObjective.SHARED_PACKAGES, FamilyObjective.SHARED_SIZE)
_POOL = (FamilyObjective.POOL_PACKAGES, FamilyObjective.POOL_SIZE, FamilyObjective.POOL_DOWNLOAD_SIZE)


@dataclass(slots=True)
class FamilyModel:
    """The images' models in one proto; `members` lists for each real package where it is a candidate: image, index.

    `in_pool`, `in_shared` and `diverging` are literals by package and by source name, made at the first call.
    """

    instances: tuple[Instance, ...]
    form: Form = field(default_factory=Form)
    models: list[Model] = field(default_factory=list)
    members: dict[Identity, list[tuple[int, int]]] = field(default_factory=dict)
    guards: dict[FamilyGuard, int] = field(default_factory=dict)
    _pool: dict[Identity, int] | None = None
    _shared: dict[Identity, int] | None = None
    _diverging: dict[str, int] | None = None

    def __post_init__(self) -> None:
        members: dict[Identity, list[tuple[int, int]]] = defaultdict(list)
        for image, instance in enumerate(self.instances):
            model = Model(instance, form=self.form)
            for add in RULES.values():
                add(model)
            fix(model, self.proto, PLAIN)
            self.models.append(model)
            for index, package in enumerate(instance.packages):
                if package.origin is not PackageOrigin.VIRTUAL:
                    members[identity(package)].append((image, index))
        self.members = dict(members)

    def new_variable(self) -> int:
        """Add a Boolean variable and return its literal."""
        return self.form.new_variable()

    def add_clause(self, literals: Iterable[int]) -> None:
        """Add a disjunction of literals."""
        self.form.add_clause(literals)

    @property
    def proto(self) -> Any:
        """The whole as a CP-SAT model; whoever changes it must copy it first."""
        return self.form.proto

    def literals(self, package: Identity) -> list[int]:
        """Return the literals of a package in the images in which it is a candidate."""
        return [self.models[image].package[index] for image, index in self.members[package]]

    def in_pool(self) -> dict[Identity, int]:
        """Return, for each package, a literal that holds exactly where an image has it."""
        if self._pool is None:
            self._pool = {package: self.any_of(self.literals(package)) for package in self.members}
        return self._pool

    def in_shared(self) -> dict[Identity, int]:
        """Return, for each package that all images may have, a literal that holds exactly where all have it."""
        if self._shared is None:
            everywhere = [package for package, held in self.members.items() if len(held) == len(self.instances)]
            self._shared = {
                package: negation(self.any_of([negation(literal) for literal in self.literals(package)]))
                for package in everywhere
            }
        return self._shared

    def diverging(self) -> dict[str, int]:
        """Return, for each downstream source or stub by name, a literal that holds where an image maintains it."""
        if self._diverging is None:
            named: dict[str, list[int]] = defaultdict(list)
            for model in self.models:
                for source, literal in model.source.items():
                    named[model.instance.sources[source].name].append(literal)
            self._diverging = {name: self.any_of(literals) for name, literals in named.items()}
        return self._diverging

    def any_of(self, literals: Sequence[int]) -> int:
        """Return a literal that holds exactly where one of some literals does."""
        if len(literals) == 1:
            return literals[0]
        union = self.new_variable()
        for literal in literals:
            self.add_clause((negation(literal), union))
        self.add_clause((negation(union), *literals))
        return union

    def weight(self, package: Identity, objective: FamilyObjective) -> int:
        """Return what a package counts once in the family: the most that any image counts it."""
        return max(self._weights(package, objective))

    def terms(self, objective: FamilyObjective) -> tuple[list[Term], int]:
        """Return the terms and the constant whose sum a stage minimises; `shared_*` are negated to be maximised."""
        if objective in _TOTALS:
            return self._total(_TOTALS[objective])
        if objective in _SHARED:
            return _positive((literal, -self.weight(p, objective)) for p, literal in self.in_shared().items())
        if objective in _POOL:
            return _positive((literal, self.weight(p, objective)) for p, literal in self.in_pool().items())
        if objective is FamilyObjective.POOL_DIVERGENCE:
            return _positive((literal, self._source_weight(name)) for name, literal in self.diverging().items())
        terms, constant = self._total(ObjectiveKind.INSTALLED_SIZE)
        saved, more = _positive((literal, -self._saved(p)) for p, literal in self.in_shared().items())
        return terms + saved, constant + more

    def keep(self, alone: Sequence[Solution], kept: Sequence[Sequence[tuple[ObjectiveKind, int]]]) -> None:
        """Keep each image from being worse than alone by more than so many per cent, by objective."""
        for model, solution, kinds in zip(self.models, alone, kept, strict=True):
            for kind, percent in kinds:
                terms, constant = objective_terms(model, kind)
                if not terms:
                    continue
                value = own_value(model, kind, solution) - constant
                most = value + abs(value + constant) * percent // 100
                self._bound(("keep", model.instance.problem, kind.value), terms, most)

    def one_version(self, packages: Names, sources: Names) -> None:
        """Let the family hold at most one version of each package named, by architecture, and of each source."""
        by_package: dict[tuple[str, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        by_source: dict[tuple[str, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for package, places in self.members.items():
            image, index = places[0]
            instance = self.instances[image]
            held = instance.packages[index]
            if held.name in packages:
                by_package["package", f"{held.name}.{held.arch}"][held.evr] += self.literals(package)
            source = "" if held.source is None else instance.sources[held.source].name
            if source and source in sources:
                by_source["source", source][source_version(instance, held)] += self.literals(package)
        for guard, versions in (by_package | by_source).items():
            if len(versions) > 1:
                chosen = [self.any_of(list(dict.fromkeys(literals))) for literals in versions.values()]
                self._bound(guard, [(literal, 1) for literal in chosen], 1)

    def bind(self, proto: Any) -> None:
        """Let everything that couples the images bind in a copy of the proto."""
        if self.guards:
            proto.constraints.add().bool_and.literals.extend(self.guards.values())

    def _bound(self, guard: FamilyGuard, terms: list[Term], most: int) -> None:
        binds = self.guards[guard] = self.new_variable()
        lowest = sum(weight for _, weight in terms if weight < 0)
        self.form.add_sum(terms, min(lowest, most), most, enforced_by=binds)

    def _total(self, kind: ObjectiveKind) -> tuple[list[Term], int]:
        parts = [objective_terms(model, kind) for model in self.models]
        return [term for terms, _ in parts for term in terms], sum(constant for _, constant in parts)

    def _weights(self, package: Identity, objective: FamilyObjective) -> list[int]:
        weigh = _WEIGHTS[objective]
        return [
            weigh(self.instances[image].packages[index], self.instances[image].unknown_bytes)
            for image, index in self.members[package]
        ]

    def _saved(self, package: Identity) -> int:
        """Return what it saves that all images have a package in common: all copies but one."""
        weights = self._weights(package, FamilyObjective.SHARED_SIZE)
        return sum(weights) - max(weights)

    def _source_weight(self, name: str) -> int:
        return max(
            model.instance.sources[source].weight
            for model in self.models
            for source in model.source
            if model.instance.sources[source].name == name
        )


def identity(package: Package) -> Identity:
    """Return what makes two images' packages one: NEVRA, repository, checksum."""
    return package.nevra, package.repository, package.checksum


def source_version(instance: Instance, package: Package) -> str:
    """Return the version of the source that a package is built from."""
    assert package.source is not None
    return package.source_evr or instance.sources[package.source].evr


def own_value(model: Model, kind: ObjectiveKind, solution: Solution) -> int:
    """Return an objective's value in an answer of one image, negated where it is maximised."""
    terms, constant = objective_terms(model, kind)
    true = {model.package[index] for index in solution.packages}
    true |= {model.source[index] for index in solution.sources}
    true |= {model.feature[index] for index in solution.features}
    true |= {model.unmet[index] for index in solution.unmet}
    return constant + sum(weight for variable, weight in terms if variable in true)


def _positive(terms: Iterable[Term]) -> tuple[list[Term], int]:
    """Return terms over variables alone: a negated literal is 1 less its variable."""
    found: list[Term] = []
    constant = 0
    for literal, weight in terms:
        if not weight:
            continue
        if literal >= 0:
            found.append((literal, weight))
        else:
            found.append((negation(literal), -weight))
            constant += weight
    return found, constant
