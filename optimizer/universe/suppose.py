"""Suppositions made true in libsolv's world, so that libsolv judges what is supposed as it judges what is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import solv

from optimizer.problem.dependency import Capability, Dependency, dependency_name, leaves
from optimizer.problem.supposition import Cut, SupposedPackage, UnknownSuppositionError
from optimizer.universe.features import Request
from optimizer.universe.size import Measure
from optimizer.universe.virtual import STUB_REPOSITORY, Reserve, stub_name
from optimizer.universe.world import World

_CUT = (solv.SOLVABLE_REQUIRES, solv.SOLVABLE_RECOMMENDS, solv.SOLVABLE_SUPPLEMENTS)


def drop_requests(requests: Sequence[Request], dropped: frozenset[tuple[str, str]]) -> tuple[Request, ...]:
    """Return the requests that are left without some, by their text and place."""
    return tuple(request for request in requests if (request.text, request.where) not in dropped)


def supposed_names(packages: Iterable[SupposedPackage]) -> list[Dependency]:
    """Return what supposed packages require, as bare names: libsolv must look for the file paths among them."""
    named = [leaf.name for package in packages for dependency in package.requires for leaf in leaves(dependency)]
    return [Capability(name) for name in dict.fromkeys(named)]


def add_supposed(world: World, held: Reserve, packages: Iterable[SupposedPackage]) -> dict[int, Measure]:
    """Add packages that are supposed to exist; return their ids and their sizes, which no estimate replaces."""
    made: dict[int, Measure] = {}
    for package in packages:
        solvable = held.fill(world, STUB_REPOSITORY, stub_name(package.name))
        solvable.add_provides(world.pool.Dep(package.name))
        for dependency in package.requires:
            solvable.add_requires(world.dependency_id(dependency))
        made[solvable.id] = Measure(package.installed_bytes, package.download_bytes)
    return made


def cut_dependencies(world: World, identifiers: Iterable[int], cuts: Sequence[Cut]) -> None:
    """Take dependencies away from solvables, in place; raises UnknownSuppositionError where one was nowhere."""
    if not cuts:
        return
    solvables = [world.solvable(identifier) for identifier in identifiers]
    for cut in cuts:
        named = [solvable for solvable in solvables if cut.speaks_of(solvable.name)]
        severed: dict[int, bool] = {}
        if not sum([_cut(world, solvable, cut, severed) for solvable in named]):
            raise _nowhere(world, cut, solvables, named)


def _cut(world: World, solvable: Any, cut: Cut, severed: dict[int, bool]) -> bool:
    """Cut one dependency of one solvable; `severed` remembers which ids the cut means."""
    changed = False
    for key in _CUT:
        before = solvable.lookup_idarray(key, 0)
        for identifier in before:
            if identifier not in severed:
                severed[identifier] = not world.is_marker(identifier) and cut.severs(world.text(identifier))
        after = [identifier for identifier in before if not severed[identifier]]
        if after != before:
            changed = True
            world.set_dependencies(solvable, key, after)
    return changed


def _nowhere(world: World, cut: Cut, solvables: list[Any], named: list[Any]) -> UnknownSuppositionError:
    if not named:
        names = {solvable.name for solvable in solvables}
        return UnknownSuppositionError("cut", cut.package, "package", names)
    asked = {identifier for one in named for key in _CUT for identifier in world.dependencies(one, key)}
    known = {spelling for text in map(world.text, asked) for spelling in (text, dependency_name(text))}
    return UnknownSuppositionError("cut", cut.dependency, cut.whose, known)
