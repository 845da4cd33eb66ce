"""Instances that are hard for their structure and not for their size; seeded, and each with an answer.

Real closures are easy: a package has one provider nearly always. These are what a user can write all the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Capability,
    Exclusion,
    ExclusionKind,
    Feature,
    Instance,
    Limit,
    LimitKind,
    Package,
    PackageOrigin,
    Requirement,
    RequirementKind,
    Source,
    UniqueName,
)

_MIB = 2**20


@dataclass(slots=True)
class Draft:
    """An Instance in the making; each package name is of a source of its own, and a capability has its number."""

    name: str
    packages: list[Package] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    capabilities: list[Capability] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    features: list[Feature] = field(default_factory=list)
    unique_names: list[UniqueName] = field(default_factory=list)
    arch: str = "x86_64"

    def package(self, size: int, origin: PackageOrigin = PackageOrigin.UPSTREAM, weight: int = 1) -> int:
        """Add a package and return its index."""
        index = len(self.packages)
        name = f"p{index:05}"  # in order of name, as an Instance's packages are
        self.sources.append(Source(name=name, evr="1-1", origin=origin, weight=weight))
        package = Package(
            name=name,
            epoch=0,
            version="1",
            release="1",
            arch="x86_64",
            repository=origin.value,
            origin=origin,
            source=index,
            installed_bytes=size,
            download_bytes=size // 3,
        )
        self.packages.append(package)
        return index

    def versions(self, sizes: Mapping[str, int]) -> list[int]:
        """Add a package in versions, newest first, each with its size, of one source; return their indices."""
        first, source = len(self.packages), len(self.sources)
        name = f"p{first:05}"
        self.sources.append(Source(name=name, evr=f"{next(iter(sizes))}-1", origin=PackageOrigin.UPSTREAM))
        for age, (version, size) in enumerate(sizes.items()):
            package = Package(
                name=name,
                epoch=0,
                version=version,
                release="1",
                arch=self.arch,
                repository="upstream",
                origin=PackageOrigin.UPSTREAM,
                source=source,
                source_evr=f"{version}-1",
                installed_bytes=size,
                download_bytes=size // 3,
                age=age,
            )
            self.packages.append(package)
        made = list(range(first, len(self.packages)))
        if len(made) > 1:
            self.unique_names.append(UniqueName(name=name, packages=tuple(made)))
        return made

    def capability(self, providers: Iterable[int]) -> int:
        """Add a capability and return its index, which is the formula that asks for it."""
        self.capabilities.append(Capability(text=f"c{len(self.capabilities)}", providers=tuple(sorted(providers))))
        return len(self.capabilities) - 1

    def require(self, package: int, capability: int) -> None:
        """Let a package require a capability."""
        self.requirements.append(
            Requirement(package=package, kind=RequirementKind.REQUIRES, text=f"c{capability}", formula=capability)
        )

    def conflict(self, package: int, other: int) -> None:
        """Let a package conflict with another."""
        formula = self.capability([other])
        self.exclusions.append(
            Exclusion(package=package, kind=ExclusionKind.CONFLICTS, text=f"c{formula}", formula=formula)
        )

    def instance(self, *objectives: ObjectiveKind, limits: tuple[Limit, ...] = ()) -> Instance:
        """Return the Instance."""
        return Instance(
            format=1,
            problem=self.name,
            arch=self.arch,
            packages=tuple(self.packages),
            sources=tuple(self.sources),
            capabilities=tuple(self.capabilities),
            requirements=tuple(self.requirements),
            exclusions=tuple(self.exclusions),
            unique_names=tuple(self.unique_names),
            features=tuple(self.features),
            forbidden=(),
            pins=(),
            limits=limits,
            objectives=objectives,
        )


def knapsack(size: int, seed: int = 1) -> Instance:
    """Return optional features of differing value whose packages share libraries, half of which the limit admits.

    `size` features, twice as many libraries, three of which each feature needs.
    """
    drawn = random.Random(f"knapsack {seed} {size}")
    draft = Draft(f"knapsack-{size}")
    libraries = [draft.package(drawn.randint(1, 40 * _MIB)) for _ in range(2 * size)]
    named = [draft.capability([library]) for library in libraries]
    for number in range(size):
        package = draft.package(drawn.randint(1, 60 * _MIB))
        for library in drawn.sample(named, 3):
            draft.require(package, library)
        wanted = draft.capability([package])
        draft.features.append(Feature(text=f"f{number}", formula=wanted, required=False, value=drawn.randint(10, 99)))
    total = sum(package.installed_bytes or 0 for package in draft.packages)
    limit = Limit(kind=LimitKind.INSTALLED_SIZE, maximum=total // 2)
    return draft.instance(ObjectiveKind.FEATURES, ObjectiveKind.INSTALLED_SIZE, limits=(limit,))


def alternatives(size: int, seed: int = 1) -> Instance:
    """Return `size` capabilities with six providers each, every provider in conflict with four of other capabilities.

    One provider of each capability is free of conflicts with its like, so that there is an answer, and is dear.
    """
    drawn = random.Random(f"alternatives {seed} {size}")
    draft = Draft(f"alternatives-{size}")
    groups = [[draft.package(drawn.randint(_MIB, 30 * _MIB)) for _ in range(6)] for _ in range(size)]
    safe = {draft.package(drawn.randint(30 * _MIB, 60 * _MIB)) for _ in range(size)}
    for number, (group, dear) in enumerate(zip(groups, sorted(safe), strict=True)):
        wanted = draft.capability([*group, dear])
        draft.features.append(Feature(text=f"f{number}", formula=wanted, required=True))
        for package in group:
            for other in drawn.sample([one for one in groups if one is not group], min(4, size - 1)):
                draft.conflict(package, drawn.choice(other))
    return draft.instance(ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.PACKAGES)


def cover(size: int, seed: int = 1) -> Instance:
    """Return `size` required features, each met by any of four downstream sources of which there are as many."""
    drawn = random.Random(f"cover {seed} {size}")
    draft = Draft(f"cover-{size}")
    origin = PackageOrigin.DOWNSTREAM
    packages = [draft.package(drawn.randint(_MIB, 30 * _MIB), origin, drawn.randint(1, 3)) for _ in range(size)]
    for number in range(size):
        wanted = draft.capability(drawn.sample(packages, min(4, size)))
        draft.features.append(Feature(text=f"f{number}", formula=wanted, required=True))
    return draft.instance(ObjectiveKind.DIVERGENCE, ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.PACKAGES)


#: What one unit of a scale's `hard` gives, and the family.
FAMILIES: tuple[tuple[int, Callable[[int], Instance]], ...] = ((20, knapsack), (10, alternatives), (20, cover))
