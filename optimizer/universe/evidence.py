"""Upstream packages that come near what was asked: evidence for the divergence list, never providers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import solv

from optimizer.problem.dependency import Capability, DependencySyntaxError, parse_dependency
from optimizer.problem.problem import Origin
from optimizer.universe.instance import Neighbour
from optimizer.universe.world import World

_MOST = 5
_COMPARED = re.compile("[<=>]")


def capability_neighbours(world: World, dependency_id: int, providers: Iterable[int]) -> tuple[Neighbour, ...]:
    """Return upstream packages that provide a capability's name at versions that do not fit; `providers` fit.

    Empty where an upstream package fits, and where the capability has no version.
    """
    text = world.text(dependency_id)
    if not _COMPARED.search(text) or any(_is_upstream(world, held) for held in providers):
        return ()
    try:
        capability = parse_dependency(text)
    except DependencySyntaxError:
        return ()
    if not isinstance(capability, Capability) or capability.evr is None:
        return ()
    name_id = world.dependency_id(Capability(capability.name))
    return neighbours(world, name_id, capability.name, capability.evr)


def neighbours(world: World, name_id: int, name: str, evr: str) -> tuple[Neighbour, ...]:
    """Return the upstream providers of a name, each compared with `evr`, nearest version last-released first."""
    found = [world.solvable(held) for held in world.providers(name_id) if _is_upstream(world, held)]
    result = []
    for solvable in sorted(found, key=lambda held: (held.name, held.arch, held.id)):
        provided = _provided_evr(world, solvable, name)
        comparison = compare_evr(world, provided, evr) if provided else 0
        spelt = f"{name} = {provided}" if provided else name
        result.append(Neighbour(nevra=str(solvable), provides=spelt, comparison=comparison))
    return tuple(result[:_MOST])


def _is_upstream(world: World, identifier: int) -> bool:
    return world.origin(world.solvable(identifier)) is Origin.UPSTREAM


def _provided_evr(world: World, solvable: Any, name: str) -> str:
    """Return the version at which a package provides a name, empty where it gives none."""
    prefix = f"{name} = "
    texts = map(world.text, world.dependencies(solvable, solv.SOLVABLE_PROVIDES))
    return next((text[len(prefix) :] for text in texts if text.startswith(prefix)), "")


def compare_evr(world: World, one: str, other: str) -> int:
    """Return -1, 0 or 1: `one` is older than, equal to, or newer than `other`; a missing release is a wildcard.

    Source: libsolv src/evr.c, EVRCMP_MATCH_RELEASE, reached through two scratch solvables.
    """
    first, second = map(world.solvable, world.scratch)
    first.evr, second.evr = one, other
    if "-" not in one or "-" not in other:
        first.evr, second.evr = one.partition("-")[0], other.partition("-")[0]
    order: int = first.evrcmp(second)
    return (order > 0) - (order < 0)
