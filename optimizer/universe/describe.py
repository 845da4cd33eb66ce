"""The packages and sources of an Instance, read from libsolv."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import solv

from optimizer.problem.problem import Origin
from optimizer.universe.evidence import compare_evr, neighbours
from optimizer.universe.instance import Neighbour, Package, PackageOrigin, Source
from optimizer.universe.prepare import Universe
from optimizer.universe.rebuild import source_identity
from optimizer.universe.size import Scales
from optimizer.universe.virtual import STUB_REPOSITORY

# SUSE's patterns and products have no files: they stand for what they require.
_VIRTUAL_NAMES = ("pattern:", "product:")
_ORIGINS = {origin: PackageOrigin(origin.value) for origin in Origin}


@dataclass(slots=True)
class Describer:
    """Describes the solvables of `order`; sources are numbered by origin and name."""

    universe: Universe
    order: list[int]
    preferred: frozenset[int]
    _numbers: dict[tuple[PackageOrigin, str], int] = field(default_factory=dict)
    _members: dict[tuple[PackageOrigin, str], list[Any]] = field(default_factory=dict)
    _keys: dict[int, tuple[PackageOrigin, str]] = field(default_factory=dict)
    _repositories: dict[int, str] = field(default_factory=dict)
    _source_evrs: dict[int, str] = field(default_factory=dict)
    _scales: Scales = field(init=False)

    def __post_init__(self) -> None:
        self._scales = Scales(self.universe.world, self.universe.problem)
        names = {repository.id: repository.name for repository in self.universe.world.pool.repos}
        for identifier in self.order:
            solvable = self.universe.world.solvable(identifier)
            repository_id = solvable.repo.id
            self._repositories[identifier] = names[repository_id]
            origin = self._origin(solvable, repository_id)
            name, self._source_evrs[identifier] = source_identity(solvable)
            key = self._keys[identifier] = origin, "" if origin is PackageOrigin.VIRTUAL else name
            if origin is not PackageOrigin.VIRTUAL:
                self._members.setdefault(key, []).append(solvable)
        self._numbers = {key: number for number, key in enumerate(sorted(self._members))}

    def packages(self) -> tuple[Package, ...]:
        """Return the packages, in order."""
        return tuple(self._package(self.universe.world.solvable(identifier)) for identifier in self.order)

    def sources(self) -> tuple[Source, ...]:
        """Return the sources, by origin and name."""
        weights = {
            name: weight for objective in self.universe.problem.objectives for name, weight in objective.weights
        }
        return tuple(
            Source(
                name=name,
                evr=self._source_evrs[self._members[origin, name][0].id],
                origin=origin,
                weight=weights.get(name, 1),
                neighbours=self._neighbours(self._members[origin, name])
                if origin is PackageOrigin.DOWNSTREAM
                else (),
            )
            for origin, name in self._numbers
        )

    def _origin(self, solvable: Any, repository_id: int) -> PackageOrigin:
        origin = self.universe.world.origins.get(repository_id)
        if origin is None:
            stub = self._repositories[solvable.id] == STUB_REPOSITORY
            return PackageOrigin.STUB if stub else PackageOrigin.VIRTUAL
        if solvable.name.startswith(_VIRTUAL_NAMES):
            return PackageOrigin.VIRTUAL
        return _ORIGINS[origin]

    def _package(self, solvable: Any) -> Package:
        identifier = solvable.id
        key = self._keys[identifier]
        origin, _ = key
        name, evr = solvable.name, solvable.evr
        epoch, version, release = split_evr(evr)
        measure = self.universe.supposed.get(identifier)
        if measure is None:
            measure = self._scales.measure(solvable, origin)
        checksum = solvable.lookup_checksum(solv.SOLVABLE_CHECKSUM)
        source = None if origin is PackageOrigin.VIRTUAL else self._numbers[key]
        return Package(
            name=name,
            epoch=epoch,
            version=version,
            release=release,
            arch=solvable.arch,
            repository=self._repositories[identifier],
            origin=origin,
            source=source,
            source_evr=self._source_evrs[identifier],
            installed_bytes=measure.installed_bytes,
            download_bytes=measure.download_bytes,
            estimated=measure.estimated,
            checksum=str(checksum) if checksum else "",
            location=solvable.lookup_location()[0] or "",
            license=solvable.lookup_str(solv.SOLVABLE_LICENSE) or "",
            age=self.universe.candidates.age(self.universe.world, solvable),
            preferred=identifier in self.preferred,
        )

    def _neighbours(self, members: list[Any]) -> tuple[Neighbour, ...]:
        """Return the upstream packages nearest to a downstream source: those that provide its packages' names."""
        world = self.universe.world
        found: dict[str, Neighbour] = {}
        for solvable in members:
            for neighbour in neighbours(world, solvable.nameid, solvable.name, solvable.evr):
                if neighbour.nevra not in found:
                    held = _version(neighbour.provides)
                    order = compare_evr(world, held, split_evr(solvable.evr)[1]) if held else neighbour.comparison
                    found[neighbour.nevra] = Neighbour(
                        nevra=neighbour.nevra, provides=neighbour.provides, comparison=order
                    )
        return tuple(found.values())


def split_evr(evr: str) -> tuple[int, str, str]:
    """Return epoch, version and release of `[epoch:]version[-release]`."""
    epoch, colon, rest = evr.partition(":")
    if not colon or not epoch.isdigit():
        epoch, rest = "0", evr
    version, _, release = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return int(epoch), version, release


def _version(provides: str) -> str:
    """Return the version alone of `name = [epoch:]version-release`: epochs do not compare across distributions."""
    return split_evr(provides.partition(" = ")[2])[1]
