"""Solvables that no repository has: the request, equivalents of several capabilities, stubs.

They are real libsolv solvables, in repositories of their own, so that libsolv judges the very world the model sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import solv

from optimizer.problem.dependency import Capability, Dependency
from optimizer.problem.problem import Equivalent, Origin
from optimizer.universe.world import World

REQUEST_REPOSITORY = "@request"
EQUIVALENT_REPOSITORY = "@equivalents"
STUB_REPOSITORY = "@stubs"


def add_request(world: World, required: Iterable[Dependency], mentioned: Iterable[Dependency]) -> tuple[Any, int]:
    """Add a solvable that requires the features and suggests what else the problem names; return it and its id.

    It makes libsolv look for the file paths a problem names, and lets libsolv judge that an answer has its features.
    """
    solvable = _add(world, REQUEST_REPOSITORY, "pkgset-request", "1", "noarch")
    for dependency in required:
        solvable.add_requires(world.dependency(dependency))
    for dependency in mentioned:
        solvable.add_suggests(world.dependency(dependency))
    return solvable, solvable.id


def add_equivalents(world: World, equivalents: Iterable[Equivalent]) -> list[int]:
    """Add the equivalents to the world; return the ids of the virtual solvables made.

    One capability: an extra Provides on each upstream package that gives it, with that package's own EVR. Several
    needed together, or a rich one: a solvable of no size that provides the name and requires them all. The
    index of providers must be built before, and is stale afterwards.
    """
    made: list[int] = []
    provides: list[tuple[int, str]] = []
    for equivalent in equivalents:
        if not equivalent.upstream:
            continue
        single = equivalent.upstream[0]
        if len(equivalent.upstream) == 1 and isinstance(single, Capability):
            upstream = _upstream_providers(world, single)
            provides.extend((identifier, equivalent.name) for identifier in upstream)
            continue
        solvable = _add(world, EQUIVALENT_REPOSITORY, f"equivalent:{equivalent.name}", "0", "noarch")
        solvable.add_provides(world.pool.Dep(equivalent.name))
        for dependency in equivalent.upstream:
            solvable.add_requires(world.dependency(dependency))
        made.append(solvable.id)
    for identifier, name in provides:  # only now: one row's Provides must not answer another row's question
        solvable = world.solvable(identifier)
        solvable.add_provides(world.pool.Dep(name).Rel(solv.REL_EQ, solvable.evrid))
    return made


def add_stubs(world: World, capabilities: Iterable[Capability]) -> list[int]:
    """Add a package that does not exist yet for each capability that nobody provides; return their ids."""
    made = []
    for capability in capabilities:
        evr = capability.evr or "0"
        solvable = _add(world, STUB_REPOSITORY, f"stub:{capability.name}", evr, "noarch")
        provided = world.pool.Dep(capability.name)
        if capability.evr is not None:
            provided = provided.Rel(solv.REL_EQ, solvable.evrid)
        solvable.add_provides(provided)
        made.append(solvable.id)
    return made


def _upstream_providers(world: World, capability: Capability) -> list[int]:
    identifiers = world.providers(world.dependency_id(capability))
    return [identifier for identifier in identifiers if world.origin(world.solvable(identifier)) is Origin.UPSTREAM]


def _add(world: World, repository: str, name: str, evr: str, arch: str) -> Any:
    pool = world.pool
    held = next((held for held in pool.repos if held.name == repository), None)
    if held is None:
        held = pool.add_repo(repository)
    solvable = held.add_solvable()
    solvable.name, solvable.evr, solvable.arch = name, evr, arch
    solvable.add_provides(pool.Dep(name).Rel(solv.REL_EQ, solvable.evrid))
    return solvable
