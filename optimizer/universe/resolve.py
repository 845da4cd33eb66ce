"""Every name of a problem looked up in its repositories, without solving anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import solv

from optimizer.problem.dependency import Capability, Dependency, leaves
from optimizer.problem.nearest import nearest
from optimizer.problem.problem import (
    CompsGroup,
    Downstream,
    Equivalent,
    Feature,
    Missing,
    Origin,
    Pin,
    Position,
    Problem,
)
from optimizer.repository.comps import Group, find_group
from optimizer.repository.error import NoSuchModule
from optimizer.universe.candidates import architectures
from optimizer.universe.features import group_packages
from optimizer.universe.finding import Absent, Finding, HeldBack, NameKind, Obstacle, Severity
from optimizer.universe.load import Loaded
from optimizer.universe.pin import admits
from optimizer.universe.prepare import Universe, can_hold, prepare_universe
from optimizer.universe.rebuild import source_name
from optimizer.universe.world import World

Load = Callable[[Problem, bool], Loaded]
_EXAMPLES = 3


def resolve_problem(problem: Problem, module_positions: Sequence[Position], load: Load) -> tuple[Finding, ...]:
    """Return a finding for each feature, forbidden dependency, pin, equivalent, module and group of a problem.

    `load` loads the repositories, with complete file lists if asked. Raises what it raises but NoSuchModule.
    """
    findings, problem = _modules(problem, module_positions, load)
    lookup = _Lookup(*_prepare(problem, load))
    for feature in problem.features:
        findings.append(lookup.feature(feature))
    for forbidden in problem.forbidden:
        text, where = str(forbidden.require), forbidden.position
        findings.append(lookup.dependency(NameKind.FORBIDDEN, text, where, forbidden.require, Severity.WARNING))
    findings += map(lookup.pin, problem.pins)
    explained = lookup.explained(findings)
    return (*explained, *_equivalents(problem, load))


def count_sources(world: World, origin: Origin) -> int:
    """Return how many source packages the repositories of an origin are built from."""
    held = [repository for repository in world.pool.repos if world.origins.get(repository.id) is origin]
    return len({source_name(solvable) for repository in held for solvable in repository.solvables_iter()})


def _modules(problem: Problem, positions: Sequence[Position], load: Load) -> tuple[list[Finding], Problem]:
    """Return what is wrong with named module streams, and the problem without those: one at a time is told."""
    findings: list[Finding] = []
    where = dict(zip(problem.modules, map(str, positions), strict=True))
    while True:
        try:
            load(problem, False)
        except NoSuchModule as error:
            absent = Absent(text=f"{error.named}: {error.problem}", nearest=error.nearest)
            findings.append(
                _finding(NameKind.MODULE, error.named, where.get(error.named, ""), Severity.ERROR, absent)
            )
            left = tuple(name for name in problem.modules if name != error.named)
            if left == problem.modules:
                return findings, problem
            problem = replace(problem, modules=left)
            continue
        wrong = {finding.text for finding in findings}
        right = [name for name in where if name not in wrong]
        return [*findings, *(_finding(NameKind.MODULE, name, where[name], Severity.OK) for name in right)], problem


def _prepare(problem: Problem, load: Load) -> tuple[Universe, tuple[Group, ...]]:
    """Return the universe of a problem without the groups nobody has, and the groups there are; no stubs."""
    loaded = load(problem, False)
    known = tuple(
        feature
        for feature in problem.features
        if not isinstance(feature.require, CompsGroup) or find_group(loaded.groups, feature.require.name)
    )
    asked = replace(problem, features=known, policy=replace(problem.policy, missing=Missing.ERROR))
    universe = prepare_universe(asked, loaded)
    if universe.more_filelists and any(_missing_paths(universe)):
        universe = prepare_universe(asked, load(problem, True))
    return replace(universe, problem=problem), loaded.groups


def _missing_paths(universe: Universe) -> Iterator[str]:
    request = universe.world.solvable(universe.request_id)
    for identifier in universe.world.dependencies(request, solv.SOLVABLE_SUGGESTS):
        text = universe.world.text(identifier)
        if text.startswith("/") and not universe.world.providers(identifier):
            yield text


@dataclass(slots=True)
class _Lookup:
    universe: Universe
    groups: tuple[Group, ...]
    wanted: dict[str, Capability] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.universe.world

    def feature(self, feature: Feature) -> Finding:
        stub = self.universe.problem.policy.missing is Missing.STUB
        if not isinstance(feature.require, CompsGroup):
            severity = Severity.ERROR if feature.required and not stub else Severity.WARNING
            text, where = str(feature.require), feature.position
            found = self.dependency(NameKind.FEATURE, text, where, feature.require, severity)
            return msgspec.structs.replace(found, stub=stub and feature.required and found.severity != Severity.OK)
        name, where = feature.require.name, feature.position
        if find_group(self.groups, name) is None:
            near = nearest(name, (group.id for group in self.groups))
            absent = Absent(text=name, nearest=near or nearest(name, (group.name for group in self.groups)))
            return _finding(NameKind.GROUP, name, str(where), Severity.ERROR, absent)
        members = group_packages(feature.require, feature, self.groups)
        missing = [member for member in members if not can_hold(self.world, self.world.dependency_id(member))]
        found = self._found(NameKind.GROUP, name, where, members)
        self._want(missing)
        return msgspec.structs.replace(
            found,
            severity=Severity.WARNING if missing else Severity.OK,
            absent=tuple(Absent(text=str(member)) for member in missing),
        )

    def dependency(
        self, kind: NameKind, text: str, where: Position, dependency: Dependency, severity: Severity
    ) -> Finding:
        """Return the finding of a dependency; `severity` is that of one that cannot hold."""
        found = self._found(kind, text, where, (dependency,))
        lacking = [leaf for leaf in leaves(dependency) if not self._providers(leaf)]
        self._want(lacking)
        holds = can_hold(self.world, self.world.dependency_id(dependency))
        absent = tuple(Absent(text=str(leaf)) for leaf in lacking)
        return msgspec.structs.replace(found, severity=Severity.OK if holds else severity, absent=absent)

    def pin(self, pin: Pin) -> Finding:
        text = " from ".join(str(part) for part in (pin.relation or pin.name, pin.repository or pin.origin) if part)
        bearers = [held for held in self.world.considered_solvables() if held.name == pin.name]
        fitting = [solvable for solvable in bearers if admits(self.world, pin, solvable)]
        severity = Severity.OK if fitting else Severity.WARNING
        absent = () if fitting else (Absent(text=text, other_versions=tuple(sorted(map(str, bearers)))),)
        if not bearers:
            self._want((Capability(pin.name),))
            absent = (Absent(text=pin.name),)
        finding = _finding(NameKind.PIN, text, str(pin.position), severity, *absent)
        return msgspec.structs.replace(finding, providers=len(fitting), examples=_examples(fitting))

    def explained(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings with what is near each absent capability; the world holds every package afterwards."""
        if not self.wanted:
            return list(findings)
        versions = {text: self._other_versions(capability) for text, capability in self.wanted.items()}
        candidates = frozenset(self.world.considered)
        names = _names(self.world)
        everything = [held.id for repository in self.world.pool.repos for held in repository.solvables_iter()]
        self.world.consider(identifier for identifier in everything if self.world.solvable(identifier).nameid)
        self.world.index()
        full = {
            text: Absent(
                text=text,
                other_versions=versions[text],
                held_back=tuple(self._held_back(capability, candidates)),
                nearest=nearest(capability.name, names - {capability.name}),
            )
            for text, capability in self.wanted.items()
        }
        return [
            msgspec.structs.replace(
                finding,
                absent=tuple(
                    full.get(held.text, held) if not held.other_versions else held for held in finding.absent
                ),
            )
            for finding in findings
        ]

    def _found(self, kind: NameKind, text: str, where: Position, dependencies: Iterable[Dependency]) -> Finding:
        leaf_ids = [leaf for dependency in dependencies for leaf in leaves(dependency)]
        found = {held.id: held for leaf in leaf_ids for held in self._providers(leaf)}
        return Finding(
            kind=kind,
            text=text,
            where=str(where),
            severity=Severity.OK,
            providers=len(found),
            examples=_examples(found.values()),
        )

    def _providers(self, capability: Capability) -> list[Any]:
        return [self.world.solvable(held) for held in self.world.providers(self.world.dependency_id(capability))]

    def _want(self, dependencies: Iterable[Dependency]) -> None:
        for dependency in dependencies:
            for leaf in leaves(dependency):
                self.wanted.setdefault(str(leaf), leaf)

    def _other_versions(self, capability: Capability) -> tuple[str, ...]:
        if capability.evr is None:
            return ()
        found = []
        for solvable in self._providers(Capability(capability.name)):
            provides = map(self.world.text, self.world.dependencies(solvable, solv.SOLVABLE_PROVIDES))
            found += [text for text in provides if text.partition(" ")[0] == capability.name]
        return tuple(sorted(set(found)))[:_EXAMPLES]

    def _held_back(self, capability: Capability, candidates: frozenset[int]) -> Iterator[HeldBack]:
        admitted = architectures(self.universe.problem)
        upstream_only = self.universe.problem.policy.downstream is Downstream.NONE
        eligible = {held for versions in self.universe.candidates.versions.values() for held in versions}
        outside = [held for held in self._providers(capability) if held.id not in candidates]
        for solvable in outside[:_EXAMPLES]:
            obstacle = Obstacle.MODULE
            if upstream_only and self.world.origin(solvable) is Origin.DOWNSTREAM:
                obstacle = Obstacle.DOWNSTREAM
            elif solvable.arch not in admitted:
                obstacle = Obstacle.ARCHITECTURE
            elif solvable.id in eligible:
                obstacle = Obstacle.OLDER
            yield HeldBack(package=str(solvable), obstacle=obstacle)


def _names(world: World) -> frozenset[str]:
    """Return every bare name that candidates have or provide; sonames and the like look like everything."""
    names: set[str] = set()
    for solvable in world.considered_solvables():
        if solvable.repo.id in world.origins:
            names.add(solvable.name)
            provides = map(world.text, world.dependencies(solvable, solv.SOLVABLE_PROVIDES))
            names.update(name for text in provides if "(" not in (name := text.partition(" ")[0]))
    return frozenset(names)


def _equivalents(problem: Problem, load: Load) -> list[Finding]:
    """Return the rows of the table, each asked of upstream as it is, before any row has added a Provides."""
    rows = [row for row in problem.equivalents if row.upstream]
    if not rows:
        return []
    asked = tuple(Feature(needed, False, 1, None, row.position) for row in rows for needed in row.upstream)
    policy = replace(problem.policy, downstream=Downstream.NONE)
    alone = replace(problem, equivalents=(), features=asked, forbidden=(), pins=(), lock=(), policy=policy)
    lookup = _Lookup(*_prepare(alone, load))
    return lookup.explained([_row(lookup, row) for row in rows])


def _row(lookup: _Lookup, row: Equivalent) -> Finding:
    parts = [
        lookup.dependency(NameKind.EQUIVALENT, row.name, row.position, needed, Severity.WARNING)
        for needed in row.upstream
    ]
    lacking = any(part.severity is not Severity.OK for part in parts)
    return msgspec.structs.replace(
        parts[0],
        severity=Severity.WARNING if lacking else Severity.OK,
        providers=sum(part.providers for part in parts),
        examples=tuple(example for part in parts for example in part.examples)[:_EXAMPLES],
        absent=tuple(absent for part in parts for absent in part.absent),
    )


def _examples(solvables: Iterable[Any]) -> tuple[str, ...]:
    return tuple(sorted(map(str, solvables))[:_EXAMPLES])


def _finding(kind: NameKind, text: str, where: str, severity: Severity, *absent: Absent) -> Finding:
    return Finding(kind=kind, text=text, where=where, severity=severity, absent=absent)
