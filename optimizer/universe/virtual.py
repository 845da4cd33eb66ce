"""Solvables that no repository has: the request, equivalents of several capabilities, stubs.

They are real libsolv solvables, in repositories of their own, so that libsolv judges the very world the model sees.
All are reserved, blank, before the world's first index: libsolv's bindings size the map of considered solvables once,
and write past its end for a solvable made later.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import solv

from optimizer.problem.dependency import Capability, Comparison, Dependency, Rich, RichOperator, leaves
from optimizer.problem.problem import Equivalent, Origin, Problem
from optimizer.universe.world import World

REQUEST_REPOSITORY = "@request"
EQUIVALENT_REPOSITORY = "@equivalents"
STUB_REPOSITORY = "@stubs"


class Reserve(msgspec.Struct):
    """Blank solvables, by the repository they belong to, to be filled in once each."""

    blank: dict[str, list[Any]]

    def fill(self, world: World, repository: str, name: str, evr: str = "0") -> Any:
        """Return a blank solvable made a noarch package of this name and version."""
        solvable = self.blank[repository].pop(0)
        solvable.name, solvable.evr, solvable.arch = name, evr, "noarch"
        solvable.add_provides(world.pool.Dep(name).Rel(solv.REL_EQ, solvable.evrid))
        return solvable


def equivalent_name(name: str) -> str:
    """Return the name of the virtual solvable that stands for a downstream name."""
    return f"equivalent:{name}"


def stub_name(name: str) -> str:
    """Return the name of the solvable that stands for a package which must still be made."""
    return f"stub:{name}"


def reserve(world: World, problem: Problem, *, stubs: int) -> Reserve:
    """Add the blank solvables a problem can need: the request, one for each equivalent, so many stubs."""
    virtual = len(problem.equivalents)
    blank: dict[str, list[Any]] = {}
    for name, count in ((REQUEST_REPOSITORY, 1), (EQUIVALENT_REPOSITORY, virtual), (STUB_REPOSITORY, stubs)):
        repository = world.pool.add_repo(name)
        blank[name] = [repository.add_solvable() for _ in range(count)]
    return Reserve(blank)


def add_request(world: World, held: Reserve, mentioned: Iterable[Dependency]) -> Any:
    """Add the solvable that will require the features, and that suggests whatever the problem names; return it.

    The suggestions make libsolv look for the file paths a problem names; the requirements let libsolv judge that an
    answer has its features.
    """
    solvable = held.fill(world, REQUEST_REPOSITORY, "pkgset-request")
    for dependency in mentioned:
        solvable.add_suggests(world.dependency_id(dependency))
    return solvable


def add_equivalents(world: World, held: Reserve, problem: Problem) -> list[int]:
    """Add a problem's equivalents to the world; return the ids of the virtual solvables made.

    One capability: an extra Provides on each upstream package that gives it, with that package's own EVR. Several
    needed together, a rich one, or a name that a pin speaks of (the pin then excludes it): a solvable of no size
    that provides the name and requires them all, of upstream packages. The index of providers must be built before,
    and is stale afterwards.
    """
    pinned = {pin.name for pin in problem.pins}
    rows = [row for row in problem.equivalents if row.upstream]
    single = [row for row in rows if _is_single(row) and row.name not in pinned]
    several = [row for row in rows if row not in single and all(_stands(world, part) for part in row.upstream)]
    named = dict.fromkeys(leaf for row in several for dependency in row.upstream for leaf in leaves(dependency))
    # All questions come first: no row's Provides may answer another row's question, or its own.
    provided = [(identifier, row.name) for row in single for identifier in _upstream(world, row.upstream[0])]
    marked = [(identifier, _upstream_mark(leaf)) for leaf in named for identifier in _upstream(world, leaf)]
    for identifier, name in provided:
        solvable = world.solvable(identifier)
        solvable.add_provides(world.pool.Dep(name).Rel(solv.REL_EQ, solvable.evrid))
    for identifier, mark in marked:
        world.solvable(identifier).add_provides(world.pool.Dep(mark))
    return [_add_virtual(world, held, row) for row in several]


def add_stubs(world: World, held: Reserve, capabilities: Iterable[Capability]) -> list[int]:
    """Add a package that does not exist yet for each capability that nobody provides; return their ids.

    It provides the version asked for; where that is only a bound to stay above or below, the whole range.
    """
    made = []
    for capability in capabilities:
        solvable = held.fill(world, STUB_REPOSITORY, stub_name(capability.name), capability.evr or "0")
        promised = capability
        if capability.comparison in (Comparison.GE, Comparison.LE):
            promised = Capability(capability.name, Comparison.EQ, capability.evr)
        solvable.add_provides(world.dependency_id(promised))
        made.append(solvable.id)
    return made


def _is_single(row: Equivalent) -> bool:
    return len(row.upstream) == 1 and isinstance(row.upstream[0], Capability)


def _upstream(world: World, dependency: Dependency) -> list[int]:
    identifiers = world.providers(world.dependency_id(dependency))
    return [identifier for identifier in identifiers if world.origin(world.solvable(identifier)) is Origin.UPSTREAM]


def _stands(world: World, dependency: Dependency) -> bool:
    """Whether upstream has the providers a dependency needs: a row without them stands for nothing."""
    if isinstance(dependency, Capability) or dependency.operator in (RichOperator.WITH, RichOperator.WITHOUT):
        return bool(_upstream(world, dependency))
    if dependency.operator in (RichOperator.AND, RichOperator.OR):
        parts = [_stands(world, operand) for operand in dependency.operands]
        return all(parts) if dependency.operator is RichOperator.AND else any(parts)
    return True


def _upstream_mark(leaf: Capability) -> str:
    """Return a capability that just the upstream providers of `leaf` bear: a downstream one stands for nothing."""
    return f"upstream({leaf})".replace(" ", "")


def _marked(dependency: Dependency) -> Dependency:
    if isinstance(dependency, Capability):
        return Capability(_upstream_mark(dependency))
    return Rich(dependency.operator, tuple(map(_marked, dependency.operands)))


def _add_virtual(world: World, held: Reserve, row: Equivalent) -> int:
    solvable = held.fill(world, EQUIVALENT_REPOSITORY, equivalent_name(row.name))
    solvable.add_provides(world.pool.Dep(row.name))
    for dependency in row.upstream:
        solvable.add_requires(world.dependency_id(_marked(dependency)))
    return int(solvable.id)
