"""A closure written down as an Instance: indices instead of libsolv ids, in an order that depends on nothing else."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from typing import Any

import solv

from optimizer.problem.problem import PackageVersion, Problem
from optimizer.problem.problem import Pin as ProblemPin
from optimizer.repository.repository import Repository, part_checksums
from optimizer.universe.close import Closure, by_name, wants_weak
from optimizer.universe.describe import Describer
from optimizer.universe.evidence import capability_neighbours
from optimizer.universe.exclusion import conflict_formula
from optimizer.universe.instance import (
    FALSE,
    TRUE,
    Capability,
    Exclusion,
    ExclusionKind,
    Feature,
    Forbidden,
    Formula,
    Input,
    InputPart,
    Instance,
    Limit,
    LimitKind,
    Pin,
    PinKind,
    Requirement,
    RequirementKind,
    UniqueName,
)
from optimizer.universe.pin import admits
from optimizer.universe.prepare import Universe
from optimizer.universe.world import MARKERS, World

_WEAK = {
    solv.SOLVABLE_RECOMMENDS: RequirementKind.RECOMMENDS,
    solv.SOLVABLE_SUPPLEMENTS: RequirementKind.SUPPLEMENTS,
}


@dataclass(frozen=True, slots=True)
class Closed:
    """An Instance and the libsolv id of each of its packages, in the same order."""

    instance: Instance
    solvable_ids: tuple[int, ...]
    missing_paths: frozenset[str]


def write_down(
    universe: Universe, closure: Closure, preferred: frozenset[int], inputs: tuple[Input, ...] = ()
) -> Closed:
    """Return the Instance of a closure; `preferred` are the ids of what libsolv itself would install."""
    named = by_name(universe.world, closure.reached)
    order = _ordered(named)
    table = _Table(universe, closure, order, named)
    instance = table.instance(inputs, preferred)
    return Closed(instance, tuple(order), frozenset(closure.missing_paths))


def _ordered(named: Mapping[str, list[Any]]) -> list[int]:
    """Return the reached ids by name, arch, newest first, repository: the order that breaks ties at last."""
    order: list[int] = []
    newest_first = cmp_to_key(_newer_first)
    for _, solvables in sorted(named.items()):
        if len(solvables) == 1:
            order.append(solvables[0].id)
            continue
        ranked = sorted(solvables, key=newest_first)
        order += [held.id for held in sorted(ranked, key=lambda held: held.arch)]
    return order


def _newer_first(one: Any, other: Any) -> int:
    return -int(one.evrcmp(other))


@dataclass(slots=True)
class _Need:
    """A dependency that packages have: who gives it by itself, and its formula once somebody else needs it."""

    text: str
    givers: Container[int]
    formula: Formula | None = None


def _kinds(dependencies: Sequence[int]) -> dict[int, RequirementKind]:
    """Return the kind of each of a package's requirements; markers divide them, the first of a kind counts."""
    if MARKERS.isdisjoint(dependencies):
        return dict.fromkeys(dependencies, RequirementKind.REQUIRES)
    kind = RequirementKind.REQUIRES
    kinds: dict[int, RequirementKind] = {}
    for dependency in dependencies:
        if dependency in MARKERS:
            kind = RequirementKind.PREREQUIRES
        else:
            kinds.setdefault(dependency, kind)
    return kinds


@dataclass(slots=True)
class _Table:
    """Where the parts of one Instance are collected; capabilities are shared by text and providers."""

    universe: Universe
    closure: Closure
    order: list[int]
    named: Mapping[str, list[Any]]
    world: World = field(init=False)
    index: dict[int, int] = field(init=False)
    capabilities: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)
    neighbours: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    leaves: dict[int, int] = field(default_factory=dict)
    _needs: dict[int, _Need] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = self.universe.world
        self.index = {identifier: index for index, identifier in enumerate(self.order)}

    def instance(self, inputs: tuple[Input, ...], preferred: frozenset[int]) -> Instance:
        problem = self.universe.problem
        describer = Describer(self.universe, self.order, preferred)
        features = tuple(self._features())
        requirements = tuple(self._requirements())
        exclusions = tuple(self._exclusions())
        forbidden = tuple(self._forbidden())
        packages = describer.packages()
        return Instance(
            format=1,
            problem=problem.name,
            arch=problem.arch,
            packages=packages,
            sources=describer.sources(),
            capabilities=tuple(
                Capability(text=text, providers=providers, neighbours=self.neighbours.get(index, ()))
                for (text, providers), index in self.capabilities.items()
            ),
            requirements=requirements,
            exclusions=exclusions,
            unique_names=tuple(self._unique_names()),
            features=features,
            forbidden=forbidden,
            pins=tuple(self._pins()),
            limits=limits_of(problem),
            objectives=tuple(objective.kind for objective in problem.objectives),
            follow_weak=problem.policy.weak_dependencies.value == "follow",
            unknown_bytes=unknown_bytes_of(problem),
            previous=previous_of(problem),
            inputs=inputs,
        )

    def _capability(self, text: str, providers: Collection[int], dependency_id: int | None = None) -> int:
        key = (text, tuple(sorted(self.index[held] for held in providers if held in self.index)))
        number = self.capabilities.setdefault(key, len(self.capabilities))
        if dependency_id is not None and number not in self.neighbours:
            self.neighbours[number] = capability_neighbours(self.world, dependency_id, providers)
        return number

    def _translate(self, formula: Formula) -> Formula:
        """Replace libsolv ids by capability indices."""
        if isinstance(formula, int):
            number = self.leaves.get(formula)
            if number is None:
                providers = self.closure.providers[formula]
                number = self.leaves[formula] = self._capability(self.world.text(formula), providers, formula)
            return number
        operator, *parts = formula
        return (operator, *map(self._translate, parts))

    def _features(self) -> Iterable[Feature]:
        for request in self.universe.requests:
            parts = [
                self._translate(self.closure.formula(self.world.dependency_id(dependency)))
                for dependency in request.dependencies
            ]
            formula = parts[0] if len(parts) == 1 else ("all", *parts)
            yield Feature(
                text=request.text,
                formula=formula,
                required=request.required,
                value=request.value,
                group=request.group,
                where=request.where,
            )

    def _requirements(self) -> Iterable[Requirement]:
        weak, text = wants_weak(self.universe), self.world.texts.__getitem__
        for index, identifier in enumerate(self.order):
            solvable = self.world.solvable(identifier)
            kinds = _kinds(solvable.lookup_idarray(solv.SOLVABLE_REQUIRES, 0))
            for dependency in sorted(kinds, key=text) if len(kinds) > 1 else kinds:
                need = self._needs.get(dependency) or self._need(dependency)
                if identifier not in need.givers:  # what a package gives itself binds nobody
                    formula = need.formula
                    if formula is None:
                        formula = self._said(need, dependency)
                    yield Requirement(package=index, kind=kinds[dependency], text=need.text, formula=formula)
            for key, kind in _WEAK.items() if weak else ():
                for dependency in self._by_text(solvable, key):
                    need = self._needs.get(dependency) or self._need(dependency)
                    if kind is RequirementKind.SUPPLEMENTS or identifier not in need.givers:
                        formula = self._said(need, dependency)
                        yield Requirement(package=index, kind=kind, text=need.text, formula=formula)

    def _by_text(self, solvable: Any, key: int) -> list[int]:
        """Return a solvable's dependencies under a tag, once each, by text: libsolv's files keep no order of them."""
        found = self.world.dependencies(solvable, key)
        return sorted(set(found), key=self.world.texts.__getitem__) if len(found) > 1 else found

    def _need(self, dependency: int) -> _Need:
        formula = self.closure.formulas[dependency]
        givers: Container[int] = ()
        if isinstance(formula, int):
            givers = frozenset(self.closure.providers[formula])
        elif formula == TRUE:
            givers = self.index
        need = self._needs[dependency] = _Need(self.world.text(dependency), givers)
        return need

    def _said(self, need: _Need, dependency: int) -> Formula:
        """Return what a dependency says; what nobody is asked for is no capability of the Instance."""
        if need.formula is None:
            need.formula = self._translate(self.closure.formulas[dependency])
        return need.formula

    def _exclusions(self) -> Iterable[Exclusion]:
        for index, identifier in enumerate(self.order):
            solvable = self.world.solvable(identifier)
            for dependency in self._by_text(solvable, solv.SOLVABLE_CONFLICTS):
                formula = self._conflict(identifier, dependency)
                if formula != FALSE:
                    text = self.world.text(dependency)
                    yield Exclusion(package=index, kind=ExclusionKind.CONFLICTS, text=text, formula=formula)
            for dependency in self._by_text(solvable, solv.SOLVABLE_OBSOLETES):
                matched = [
                    held
                    for held in self.world.providers(dependency)
                    if held in self.index
                    and held != identifier
                    and self.world.solvable(held).matchesdep(solv.SOLVABLE_NAME, dependency)
                ]
                if matched:
                    text = self.world.text(dependency)
                    formula = self._capability(text, matched)
                    yield Exclusion(package=index, kind=ExclusionKind.OBSOLETES, text=text, formula=formula)

    def _conflict(self, identifier: int, dependency: int) -> Formula:
        formula = self.closure.formula(dependency)
        if isinstance(formula, int):
            others = [held for held in self.closure.providers[formula] if held != identifier and held in self.index]
            return self._capability(self.world.text(formula), others) if others else FALSE
        within = conflict_formula(identifier, formula, self.closure.providers, frozenset(self.index))
        return self._translate_conflict(within)

    def _translate_conflict(self, formula: Formula) -> Formula:
        """As `_translate`, for formulas whose leaves may be `("package", id)`."""
        if isinstance(formula, int):
            return self._capability(self.world.text(formula), self.closure.providers[formula])
        operator, *parts = formula
        if operator == "package":
            return self._capability(str(self.world.solvable(parts[0])), parts)
        return (operator, *map(self._translate_conflict, parts))

    def _unique_names(self) -> Iterable[UniqueName]:
        install_only = self._install_only()
        several = {name: solvables for name, solvables in self.named.items() if len(solvables) > 1}
        for name, solvables in sorted(several.items()):
            cliques: dict[tuple[int, ...], None] = {}
            for colour in (1, 2):
                held = [one for one in solvables if _colour(one.arch) & colour]
                single = [one for one in held if one.id not in install_only]
                # Two exclude each other unless both may repeat and differ (libsolv src/rules.c, multiversion).
                for twins in _same_evr_and_arch([one for one in held if one.id in install_only]) or [[]]:
                    cliques[tuple(sorted(self.index[one.id] for one in (*single, *twins)))] = None
            maximal = [
                clique
                for clique in cliques
                if len(clique) > 1 and not any(clique != other and set(clique) <= set(other) for other in cliques)
            ]
            yield from (UniqueName(name=name, packages=clique) for clique in sorted(maximal))

    def _install_only(self) -> frozenset[int]:
        return frozenset(held for name in self.universe.install_only for held in self.world.providers(name))

    def _forbidden(self) -> Iterable[Forbidden]:
        for forbidden in self.universe.problem.forbidden:
            formula = self._translate(self.closure.formula(self.world.dependency_id(forbidden.require)))
            yield Forbidden(text=str(forbidden.require), formula=formula, where=forbidden.position.brief)

    def _pins(self) -> Iterable[Pin]:
        problem = self.universe.problem
        for pin in problem.pins:
            excluded = [
                index
                for index, identifier in enumerate(self.order)
                if not admits(self.world, pin, self.world.solvable(identifier))
            ]
            text = _pin_text(pin)
            yield Pin(kind=PinKind.PIN, name=pin.name, text=text, excluded=tuple(excluded), where=pin.position.brief)
        locked: dict[tuple[str, str], list[PackageVersion]] = {}
        for package in problem.lock:
            locked.setdefault((package.name, package.arch), []).append(package)
        for (name, arch), packages in sorted(locked.items()):
            kept = {package.evr for package in packages}
            excluded = [
                index
                for index, identifier in enumerate(self.order)
                if (one := self.world.solvable(identifier)).name == name and one.arch == arch and one.evr not in kept
            ]
            if excluded:
                text = " or ".join(sorted(map(str, packages)))
                yield Pin(kind=PinKind.LOCK, name=name, text=text, excluded=tuple(excluded))


def _pin_text(pin: ProblemPin) -> str:
    parts = [str(pin.relation) if pin.relation is not None else pin.name]
    if pin.origin is not None:
        parts.append(f"from {pin.origin}")
    if pin.repository is not None:
        parts.append(f"from repository {pin.repository}")
    return " ".join(parts)


def _colour(arch: str) -> int:
    """Return libsolv's colour bits of an architecture: 1 for 32 bit, 2 for 64 bit, both for noarch.

    Source: libsolv src/poolarch.c, pool_arch2color_slow.
    """
    if arch == "noarch":
        return 3
    return 2 if arch.endswith("64") or arch in ("s390x", "ppc64le") else 1


def _same_evr_and_arch(solvables: list[Any]) -> list[list[Any]]:
    twins: dict[tuple[str, str], list[Any]] = {}
    for solvable in solvables:
        twins.setdefault((solvable.evr, solvable.arch), []).append(solvable)
    return list(twins.values())


def unknown_bytes_of(problem: Problem) -> int | None:
    """Return what an unknown size counts in a problem's Instance; None where it may not be counted."""
    return None if problem.policy.unknown_size == "error" else problem.policy.unknown_size


def previous_of(problem: Problem) -> tuple[str, ...]:
    """Return the NEVRAs of a problem's earlier manifest as its Instance has them."""
    return tuple(sorted(str(package) for package in problem.previous))


def limits_of(problem: Problem) -> tuple[Limit, ...]:
    """Return a problem's limits as its Instance has them."""
    return tuple(_limits(problem))


def _limits(problem: Problem) -> Iterable[Limit]:
    limits = problem.limits
    bounds = (
        (LimitKind.INSTALLED_SIZE, limits.installed_bytes),
        (LimitKind.DOWNLOAD_SIZE, limits.download_bytes),
        (LimitKind.PACKAGES, limits.packages),
        (LimitKind.DOWNSTREAM_SOURCES, limits.downstream_sources),
    )
    for kind, maximum in bounds:
        if maximum is not None:
            position = limits.positions.get(kind.value)
            yield Limit(kind=kind, maximum=maximum, where=position.brief if position else "")
    for group in limits.feature_groups:
        yield Limit(
            kind=LimitKind.FEATURE_GROUP,
            maximum=group.maximum,
            minimum=group.minimum,
            group=group.group,
            where=group.position.brief,
        )


def input_of(repository: Repository) -> Input:
    """Return what an Instance and run.json say of a repository that went in."""
    return Input(
        repository=repository.id,
        origin=repository.origin.value,
        location=repository.location,
        checksum=repository.checksum,
        signed_by=repository.signed_by,
        baseurl=repository.baseurl,
        parts=tuple(InputPart(name=name, checksum=checksum) for name, checksum in part_checksums(repository)),
        keys=repository.keys,
    )
