"""Which solvables of the loaded repositories may be chosen at all: architecture, downstream mode, modules, newest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import solv
from msgspec import json

from optimizer.problem.problem import Candidates, Downstream, ObjectiveKind, Origin, Problem
from optimizer.repository.module_selection import ModuleSelection
from optimizer.universe.admission import eligible_packages, newest_packages
from optimizer.universe.version import compare_evr
from optimizer.universe.world import World

# What an architecture runs without being asked for multilib, and what multilib adds (rpm's arch_compat tables).
_NATIVE = {
    "i686": ("i686", "i586", "i486", "i386"),
    "i586": ("i586", "i486", "i386"),
    "armv7hl": ("armv7hl", "armv6hl"),
    "ppc64": ("ppc64",),
}
_SECONDARY = {
    "x86_64": ("i686", "i586", "i486", "i386"),
    "ppc64": ("ppc",),
    "s390x": ("s390",),
    "aarch64": (),
}


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """`chosen`: ids of the solvables that may be in; `versions`: every eligible id by (origin, name id).

    Where only candidates were loaded, `others` holds in place of `versions` the versions that each of several
    repositories of one origin has, by the repository's id and `name.arch`.
    """

    chosen: tuple[int, ...]
    versions: dict[tuple[Origin, int], list[int]] = field(default_factory=dict)
    others: dict[int, dict[str, list[str]]] = field(default_factory=dict)

    def age(self, world: World, solvable: Any) -> int:
        """Return how many newer versions of a package its origin has for its architecture; 0 for what we made."""
        if world.only is not None and not self.others:
            return 0
        origin = world.origin(solvable)
        if origin is None:
            return 0
        if world.only is None:
            versions = self.versions[origin, solvable.nameid]
            if len(versions) == 1:
                return 0
            held = map(world.solvable, versions)
            return len({one.evrid for one in held if one.archid == solvable.archid and one.evrcmp(solvable) > 0})
        name = f"{solvable.name}.{solvable.arch}"
        having = [identifier for identifier, held in self.others.items() if name in held]
        if len(having) < 2:
            return 0
        # Its own repository has none that is newer: it would be the candidate.
        own = solvable.repo.id
        elsewhere = (held for held in having if held != own and world.origins[held] is origin)
        spelt = {evr for held in elsewhere for evr in self.others[held][name]}
        return sum(compare_evr(evr, solvable.evr) > 0 for evr in spelt)


def architectures(problem: Problem) -> frozenset[str]:
    """Return the package architectures that a problem admits: its own, `noarch`, and with multilib the secondary."""
    native = _NATIVE.get(problem.arch, (problem.arch,))
    secondary = _SECONDARY.get(problem.arch, ()) if problem.policy.multilib else ()
    return frozenset((*native, *secondary, "noarch"))


def wants_newest_only(problem: Problem) -> bool:
    """Return whether no candidate of a problem can be other than the newest of its name in its repository."""
    changes = any(objective.kind is ObjectiveKind.CHANGES for objective in problem.objectives)
    named = any(pin.relation is not None for pin in problem.pins) or problem.lock or (changes and problem.previous)
    return problem.policy.candidates is Candidates.NEWEST and not named


def select_candidates(world: World, problem: Problem, modules: ModuleSelection) -> CandidateSet:
    """Return the candidates of a problem; `modules` says what the module streams leave.

    `newest` keeps the newest EVR of each name and architecture in each repository, as dnf's "best" does, and the
    versions that a pin, a lock or, where changes count, the earlier manifest names.
    """
    if world.only is not None:
        return CandidateSet(world.only, others=_others(world))
    newest_only = problem.policy.candidates is Candidates.NEWEST
    without_downstream = problem.policy.downstream is Downstream.NONE
    asked = architectures(problem), newest_only, without_downstream, modules
    if asked not in world.admitted:
        world.admitted[asked] = _admitted(world, *asked)
    admitted: CandidateSet = world.admitted[asked]
    if not newest_only:
        return admitted
    named = _named_versions(world, problem, admitted.versions)
    return replace(admitted, chosen=tuple(sorted({*admitted.chosen, *named})))


def _others(world: World) -> dict[int, dict[str, list[str]]]:
    """Return the versions of the repositories that are not the only one of their origin: just these have ages."""
    origins = list(world.origins.values())
    several = [held for held, origin in world.origins.items() if origins.count(origin) > 1]
    return {held: json.decode(world.versions[held], type=dict[str, list[str]]) for held in several}


def _admitted(
    world: World, names: frozenset[str], newest_only: bool, without_downstream: bool, modules: ModuleSelection
) -> CandidateSet:
    """Return the candidates as far as they are the same for every problem of these architectures and this policy."""
    pool = world.pool
    chosen: list[int] = []
    versions: dict[tuple[Origin, int], list[int]] = {}
    for repository in pool.repos:
        origin = world.origins.get(repository.id)
        if origin is None:
            continue
        if origin is Origin.DOWNSTREAM and without_downstream:
            continue
        eligible = eligible_packages(pool, repository.solvables_iter(), names, modules)
        for name_id, _, solvable in eligible:
            versions.setdefault((origin, name_id), []).append(solvable.id)
        if newest_only:
            chosen.extend(newest_packages(eligible))
        else:
            chosen.extend(solvable.id for _, _, solvable in eligible)
    return CandidateSet(tuple(sorted(set(chosen))), versions)


def _named_versions(world: World, problem: Problem, versions: dict[tuple[Origin, int], list[int]]) -> list[int]:
    """Return the eligible solvables that a version pin or an earlier manifest names, newest or not."""
    wanted: list[int] = []
    pool = world.pool
    for pin in problem.pins:
        if pin.relation is None:
            continue
        relation = world.dependency_id(pin.relation)
        for solvable in _bearers(pool, versions, pin.name):
            if solvable.matchesdep(solv.SOLVABLE_NAME, relation):
                wanted.append(solvable.id)
    kept = any(objective.kind is ObjectiveKind.CHANGES for objective in problem.objectives)
    earlier = (*problem.lock, *(problem.previous if kept else ()))
    locked = {(package.name, package.evr, package.arch) for package in earlier}
    for name in sorted({package.name for package in earlier}):
        for solvable in _bearers(pool, versions, name):
            if (name, solvable.evr, solvable.arch) in locked:
                wanted.append(solvable.id)
    return wanted


def _bearers(pool: Any, versions: dict[tuple[Origin, int], list[int]], name: str) -> list[Any]:
    name_id = pool.str2id(name, False)
    found = [versions.get((origin, name_id), []) for origin in Origin]
    return [pool.id2solvable(identifier) for identifiers in found for identifier in identifiers]
