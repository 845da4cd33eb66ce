"""Downstream packages as they would be, were their sources rebuilt on the upstream base.

What a rebuild changes is what rpmbuild derives from the packages around it: version bounds on other sources follow
what is there, a soname follows the library it is linked against. What the spec file says of the package itself, and
the exact bounds between sub-packages of one source, stay.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import solv

from optimizer.problem.dependency import (
    Capability,
    Dependency,
    DependencySyntaxError,
    Rich,
    RichOperator,
    leaves,
    parse_dependency,
)
from optimizer.problem.problem import Origin
from optimizer.universe.world import World

# libfoo.so.1.2(SYMBOL)(64bit): the library, and the marker of its word size.
_SONAME = re.compile(r"^(?P<library>[^/\s]+?)\.so(?:\.[\w.]+)?\((?P<symbol>[^)]*)\)(?P<bits>\(64bit\))?$")

_RELAXED = (solv.SOLVABLE_REQUIRES, solv.SOLVABLE_RECOMMENDS, solv.SOLVABLE_SUPPLEMENTS)


def rebuild(world: World, downstream: Iterable[int], upstream: Iterable[int]) -> None:
    """Give the downstream solvables the dependencies that a rebuild on the upstream ones would give them.

    Changes the solvables in place, so sizes, files and names stay those of the package as shipped; the index of
    providers must be built before (for sibling packages) and is stale afterwards.
    """
    solvables = [world.solvable(identifier) for identifier in downstream]
    siblings = _siblings(solvables)
    sonames = _Sonames(world, upstream)
    for solvable in solvables:
        own = siblings[source_name(solvable)]
        for key in _RELAXED:
            _relax(world, solvable, key, own, sonames)


def source_name(solvable: Any) -> str:
    """Return the name of the source package a solvable was built from, its own name where that is not known.

    Source: rpm's SOURCERPM tag, `name-version-release.src.rpm`.
    """
    return source_identity(solvable)[0]


def source_identity(solvable: Any) -> tuple[str, str]:
    """Return name and EVR of the source package a solvable was built from, its own where they are not known."""
    parts = (solvable.lookup_sourcepkg() or "").rsplit("-", 2)
    if len(parts) < 3:
        return solvable.name, solvable.evr
    return parts[0], f"{parts[1]}-{parts[2]}".removesuffix(".src.rpm").removesuffix(".nosrc.rpm")


def _siblings(solvables: list[Any]) -> dict[str, set[int]]:
    siblings: dict[str, set[int]] = defaultdict(set)
    for solvable in solvables:
        siblings[source_name(solvable)].add(solvable.id)
    return siblings


def _relax(world: World, solvable: Any, key: int, siblings: set[int], sonames: _Sonames) -> None:
    before = solvable.lookup_idarray(key, 0)
    after = [
        identifier if world.is_marker(identifier) else _relaxed(world, identifier, siblings, sonames)
        for identifier in before
    ]
    if after != before:
        world.set_dependencies(solvable, key, after)


def _relaxed(world: World, identifier: int, siblings: set[int], sonames: _Sonames) -> int:
    text = world.text(identifier)
    try:
        dependency = parse_dependency(text)
    except DependencySyntaxError:
        return identifier
    relaxed = _relax_dependency(world, dependency, siblings, sonames)
    return identifier if relaxed == dependency else world.dependency_id(relaxed)


def _relax_dependency(world: World, dependency: Dependency, siblings: set[int], sonames: _Sonames) -> Dependency:
    if isinstance(dependency, Rich):
        if dependency.operator in (RichOperator.WITH, RichOperator.WITHOUT):
            return _relax_range(world, dependency, siblings)
        operands = tuple(_relax_dependency(world, operand, siblings, sonames) for operand in dependency.operands)
        return Rich(dependency.operator, operands)
    if _is_of(world, dependency, siblings):
        return dependency
    found = sonames.replacement(dependency.name)
    return found if found is not None else Capability(dependency.name)


def _is_of(world: World, capability: Capability, siblings: set[int]) -> bool:
    """Whether a package of the same source provides a name, at whatever version: such a bound stays exact."""
    return not siblings.isdisjoint(world.providers(world.dependency_id(Capability(capability.name))))


def _relax_range(world: World, dependency: Rich, siblings: set[int]) -> Dependency:
    """Drop the bounds of a `with` set such as `(foo >= 1 with foo < 2)`, which then may be a mere `foo`."""
    if any(_is_of(world, leaf, siblings) for leaf in leaves(dependency)):
        return dependency
    if dependency.operator is RichOperator.WITHOUT:
        return _unbounded(dependency.operands[0])
    names = tuple(dict.fromkeys(Capability(leaf.name) for leaf in leaves(dependency)))
    return names[0] if len(names) == 1 else Rich(RichOperator.WITH, names)


def _unbounded(dependency: Dependency) -> Dependency:
    if isinstance(dependency, Capability):
        return Capability(dependency.name)
    return Rich(dependency.operator, tuple(map(_unbounded, dependency.operands)))


class _Sonames:
    """The sonames the upstream packages provide, by library; read at the first question only."""

    def __init__(self, world: World, upstream: Iterable[int]) -> None:
        self._world, self._upstream = world, upstream
        self._by_library: dict[tuple[str, str], list[str]] | None = None

    def replacement(self, name: str) -> Dependency | None:
        """Return what a rebuild would link against instead of a soname that upstream does not provide as it is."""
        match = _SONAME.match(name)
        if match is None or self._upstream_has(name):
            return None
        if self._by_library is None:
            self._by_library = self._read()
        sonames = self._by_library.get((match["library"], match["bits"] or ""), [])
        candidates = tuple(Capability(soname) for soname in sonames)
        if len(candidates) > 1:
            return Rich(RichOperator.OR, candidates)
        return candidates[0] if candidates else None

    def _upstream_has(self, name: str) -> bool:
        providers = self._world.providers(self._world.dependency_id(Capability(name)))
        return any(self._world.origin(self._world.solvable(held)) is Origin.UPSTREAM for held in providers)

    def _read(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for identifier in self._upstream:
            solvable = self._world.solvable(identifier)
            for dependency in self._world.dependencies(solvable, solv.SOLVABLE_PROVIDES):
                match = _SONAME.match(self._world.text(dependency))
                if match is not None and not match["symbol"]:
                    found[match["library"], match["bits"] or ""].add(self._world.text(dependency))
        return {library: sorted(names) for library, names in found.items()}
