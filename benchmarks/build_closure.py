"""What it takes to build a set of divergent Photon sources on an upstream base, and what that costs.

A source package's Requires are its BuildRequires. Each is met by upstream (through the equivalents as well), by the
divergent set itself, or by nobody; what is in a build root brings its own runtime requirements with it, and those
that only the divergent set meets are needed too. `find_order` turns that into an order of stages.

The *cost* of a source, a weight for `objectives: [{divergence: {weights: ...}}]`:

    1 for the source + 1 for each patch + 1 more for each CVE patch + 1 for each BuildRequires that nobody meets

The CVE patches are among the patches; they count twice because each must be followed until a release has the fix. A
BuildRequires that nobody meets stands for a package that must be made or kept besides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import solv

from benchmarks.build_order import Cycle, find_order
from optimizer.pipeline import Settings, close_problem, open_repositories
from optimizer.problem.dependency import parse_dependency
from optimizer.problem.problem import (
    Downstream,
    Equivalent,
    Feature,
    Missing,
    Origin,
    Policy,
    Position,
    Problem,
    RepositorySource,
)
from optimizer.universe.formula import dependency_formula
from optimizer.universe.instance import Formula
from optimizer.universe.load import load_world
from optimizer.universe.rebuild import source_name
from optimizer.universe.virtual import EQUIVALENT_REPOSITORY
from optimizer.universe.world import World

_HERE = Position("benchmarks.build_closure", 1, "")
_ARCH = "x86_64"


class SourceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A Photon source: what its spec file says; `cve_patches` are among `patches`."""

    name: str
    evr: str
    license: str
    patches: int
    cve_patches: int
    binaries: tuple[str, ...]
    build_requires: tuple[str, ...]


class SourceReport(msgspec.Struct, frozen=True, kw_only=True):
    """A divergent source and who meets its BuildRequires; `cost` as the module says."""

    facts: SourceFacts
    met_by_upstream: tuple[str, ...]
    met_by_divergent: tuple[str, ...]
    met_by_nobody: tuple[str, ...]
    cost: int


class BuildNeed(msgspec.Struct, frozen=True, kw_only=True):
    """`source` can be built only after `needs`, because of BuildRequires or of what these require at run time."""

    source: str
    needs: str
    because: tuple[str, ...]


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the divergent sources; a BuildRequires counts once for each source that has it."""

    sources: int
    patches: int
    cve_patches: int
    build_requires: int
    met_by_upstream: int
    met_by_divergent: int
    met_by_nobody: int
    cycles: int
    broken: int
    cost: int


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """The build closure of a divergent set, everything sorted by name.

    `order` are the stages; `broken` the needs that a bootstrap must meet, by `cycles`; `added` the other sources of
    the release that must be built besides, were the BuildRequires that nobody meets taken from it, and theirs in
    turn; `absent` the BuildRequires, of either, that not even the release itself meets.
    """

    release: str
    upstream: tuple[str, ...]
    sources: tuple[SourceReport, ...]
    needs: tuple[BuildNeed, ...]
    order: tuple[tuple[str, ...], ...]
    cycles: tuple[Cycle, ...]
    broken: tuple[BuildNeed, ...]
    added: tuple[str, ...]
    absent: tuple[str, ...]
    totals: Totals

    @property
    def weights(self) -> dict[str, int]:
        """The cost of each source, as `Objective.weights` and a problem file take it."""
        return {source.facts.name: source.cost for source in self.sources}


class UnknownSourceError(ValueError):
    """Names that are no sources of a release."""

    def __init__(self, release: str, names: tuple[str, ...]) -> None:
        super().__init__(release, names)
        self.release, self.names = release, names

    def __str__(self) -> str:
        return f"{self.release} has no source {', '.join(self.names)}"


def load_sources(data: Path, release: str) -> dict[str, SourceFacts]:
    """Return the sources of a release (`photon-5.0`) by name, of two versions of one the newer.

    Read from the repository `<release>-source` and `lists/<release>-sources.json`. Raises RepositoryError, OSError.
    """
    listed: dict[str, Any] = msgspec.json.decode((data / "lists" / f"{release}-sources.json").read_bytes())
    problem = _problem([_repository(data, f"{release}-source", Origin.DOWNSTREAM)])
    settings = Settings(mirror=data)
    repositories = open_repositories(problem, settings)
    # Source packages are no candidates, so that closing would leave them out.
    world = load_world(problem, repositories, settings.cache, settings.progress, filelists=False).world
    newest: dict[str, Any] = {}
    for repository in world.pool.repos:
        for solvable in repository.solvables_iter() if repository.id in world.origins else ():
            held = newest.setdefault(solvable.name, solvable)
            if held.evrcmp(solvable) < 0:
                newest[solvable.name] = solvable
    return {name: _facts(world, newest[name], listed[name]) for name in sorted(newest)}


def build_closure(
    release: str,
    divergent: Collection[str],
    data: Path,
    upstream_ids: Sequence[str],
    *,
    equivalents: Sequence[Equivalent] = (),
    policy: Policy | None = None,
) -> BuildReport:
    """Return who meets the BuildRequires of the `divergent` sources of a release, in which order to build, the cost.

    `upstream_ids` are repositories below `data`; `equivalents` and `policy` those of the problem that diverges so.
    Raises UnknownSourceError and what `close_problem` raises.
    """
    facts = load_sources(data, release)
    unknown = tuple(sorted(set(divergent) - facts.keys()))
    if unknown:
        raise UnknownSourceError(release, unknown)
    repositories = [_repository(data, name, Origin.UPSTREAM) for name in upstream_ids]
    repositories.append(_repository(data, release, Origin.DOWNSTREAM))
    asked = sorted({text for source in facts.values() for text in source.build_requires})
    problem = replace(
        _problem(repositories),
        equivalents=tuple(equivalents),
        features=tuple(Feature(parse_dependency(text), False, 1, None, _HERE) for text in asked),
        policy=replace(policy or Policy(), downstream=Downstream.REBUILT, missing=Missing.ERROR, unknown_size=0),
    )
    world = close_problem(problem, Settings(mirror=data)).universe.world
    return _Builder(world, facts, frozenset(divergent)).report(release, tuple(upstream_ids))


def _problem(repositories: Sequence[RepositorySource]) -> Problem:
    return Problem("build-closure", _ARCH, tuple(repositories), (), Path("build-closure.yaml"))


def _repository(data: Path, name: str, origin: Origin) -> RepositorySource:
    return RepositorySource(name, origin, (str((data / name).absolute()),), _HERE)


def _facts(world: World, solvable: Any, listed: Mapping[str, Any]) -> SourceFacts:
    requires = map(world.text, world.dependencies(solvable, solv.SOLVABLE_REQUIRES))
    return SourceFacts(
        name=solvable.name,
        evr=solvable.evr,
        license=listed["license"],
        patches=listed["patches"],
        cve_patches=listed["cve_patches"],
        binaries=tuple(sorted(listed["binaries"])),
        build_requires=tuple(sorted(set(requires))),
    )


@dataclass(slots=True)
class _Builder:
    """Answers who meets a dependency, in a world of upstream and downstream packages, rebuilt on upstream."""

    world: World
    facts: dict[str, SourceFacts]
    divergent: frozenset[str]
    _upstream: dict[int, bool] = field(default_factory=dict)

    def report(self, release: str, upstream: tuple[str, ...]) -> BuildReport:
        """Return the report."""
        sources = tuple(self._source(self.facts[name]) for name in sorted(self.divergent))
        needs = tuple(need for source in sources for need in self._needs(source, self.divergent))
        order = find_order(self.divergent, [(need.source, need.needs) for need in needs])
        broken = frozenset(order.broken)
        added, absent = self._grow(sources)
        return BuildReport(
            release=release,
            upstream=upstream,
            sources=sources,
            needs=needs,
            order=order.stages,
            cycles=order.cycles,
            broken=tuple(need for need in needs if (need.source, need.needs) in broken),
            added=added,
            absent=absent,
            totals=_totals(sources, cycles=len(order.cycles), broken=len(broken)),
        )

    def _source(self, facts: SourceFacts) -> SourceReport:
        upstream, ours, nobody = [], [], []
        for text in facts.build_requires:
            dependency = self._id(text)
            if self._by_upstream(dependency):
                upstream.append(text)
            elif self._holds(dependency, self.divergent):
                ours.append(text)
            else:
                nobody.append(text)
        return SourceReport(
            facts=facts,
            met_by_upstream=tuple(upstream),
            met_by_divergent=tuple(ours),
            met_by_nobody=tuple(nobody),
            cost=1 + facts.patches + facts.cve_patches + len(nobody),
        )

    def _needs(self, source: SourceReport, allowed: frozenset[str]) -> list[BuildNeed]:
        """Return the sources that must be built first, by the packages that a build root of this one draws in."""
        name = source.facts.name
        because: dict[str, set[str]] = {}
        seen: set[int] = set()
        waiting = [(self._id(text), text) for text in source.met_by_divergent]
        while waiting:
            dependency, text = waiting.pop()
            for package in self._choose(dependency, allowed, name) or ():
                because.setdefault(source_name(package), set()).add(text)
                if package.id in seen:
                    continue
                seen.add(package.id)
                for required in self.world.dependencies(package, solv.SOLVABLE_REQUIRES):
                    if not self._by_upstream(required):
                        waiting.append((required, f"{package.name}: {self.world.text(required)}"))
        return [
            BuildNeed(source=name, needs=other, because=tuple(sorted(because[other]))) for other in sorted(because)
        ]

    def _grow(self, sources: Iterable[SourceReport]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the sources to add until the release meets whatever it can, and what it cannot."""
        everything = frozenset(self.facts)
        held = set(self.divergent)
        absent: set[str] = set()
        waiting = list(sources)
        while waiting:
            source = waiting.pop()
            unmet = [text for text in source.facts.build_requires if not self._by_upstream(self._id(text))]
            absent |= {text for text in unmet if not self._holds(self._id(text), everything)}
            wanted = msgspec.structs.replace(source, met_by_divergent=tuple(unmet))
            for need in self._needs(wanted, everything):
                if need.needs not in held:
                    held.add(need.needs)
                    waiting.append(self._source(self.facts[need.needs]))
        return tuple(sorted(held - self.divergent)), tuple(sorted(absent))

    def _id(self, text: str) -> int:
        return self.world.dependency_id(parse_dependency(text))

    def _by_upstream(self, dependency: int) -> bool:
        held = self._upstream.get(dependency)
        if held is None:
            held = self._upstream[dependency] = self._holds(dependency, frozenset())
        return held

    def _holds(self, dependency: int, sources: frozenset[str]) -> bool:
        return self._choose(dependency, sources) is not None

    def _choose(self, dependency: int, sources: frozenset[str], builder: str = "") -> list[Any] | None:
        """Return the fewest packages of these sources that, beside upstream, meet a dependency; None: they cannot.

        What must *not* be there (`unless`, the condition of an `if`) is left to whoever fills the build root.
        """

        def choose(formula: Formula) -> list[Any] | None:
            if isinstance(formula, int):
                return self._provider(formula, sources, builder)
            operator, *parts = formula
            if operator == "not":
                return []
            chosen = [choose(part) for part in parts]
            possible = [each for each in chosen if each is not None]
            if operator == "any":
                return min(possible, key=len, default=None)
            return [package for each in possible for package in each] if len(possible) == len(parts) else None

        return choose(dependency_formula(self.world, dependency, int))

    def _provider(self, capability: int, sources: frozenset[str], builder: str) -> list[Any] | None:
        """Return no package where upstream provides a capability, else the one of these sources to take.

        Of several: a divergent source's before one that would be added, another source's before the builder's own,
        which would need itself, then the one that bears the name asked for, then the first by name.
        """
        found = list(map(self.world.solvable, self.world.providers(capability)))
        if any(self._is_upstream(held) for held in found):
            return []
        ours = [
            held for held in found if self.world.origin(held) is Origin.DOWNSTREAM and source_name(held) in sources
        ]
        name = self.world.text(capability).partition(" ")[0]

        def rank(held: Any) -> tuple[bool, bool, bool, str, int]:
            source = source_name(held)
            return source not in self.divergent, source == builder, held.name != name, held.name, held.id

        return [min(ours, key=rank)] if ours else None

    def _is_upstream(self, solvable: Any) -> bool:
        """An equivalent of several capabilities is upstream where upstream has them all."""
        if solvable.repo.name != EQUIVALENT_REPOSITORY:
            return self.world.origin(solvable) is Origin.UPSTREAM
        return all(map(self._by_upstream, self.world.dependencies(solvable, solv.SOLVABLE_REQUIRES)))


def _totals(sources: Sequence[SourceReport], *, cycles: int, broken: int) -> Totals:
    return Totals(
        sources=len(sources),
        patches=sum(source.facts.patches for source in sources),
        cve_patches=sum(source.facts.cve_patches for source in sources),
        build_requires=sum(len(source.facts.build_requires) for source in sources),
        met_by_upstream=sum(len(source.met_by_upstream) for source in sources),
        met_by_divergent=sum(len(source.met_by_divergent) for source in sources),
        met_by_nobody=sum(len(source.met_by_nobody) for source in sources),
        cycles=cycles,
        broken=broken,
        cost=sum(source.cost for source in sources),
    )
