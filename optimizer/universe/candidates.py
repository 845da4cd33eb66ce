"""Which solvables of the loaded repositories may be chosen at all: architecture, downstream mode, modules, newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import solv

from optimizer.problem.problem import Candidates, Downstream, ObjectiveKind, Origin, Problem
from optimizer.repository.modules import ModuleSelection, artifact_name
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
# Solvables of SUSE repositories that are no packages one could install.
_NO_PACKAGES = ("patch:", "srcpackage:", "application:")


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """`chosen`: ids of the solvables that may be in; `versions`: every eligible id by (origin, name id), for ages."""

    chosen: tuple[int, ...]
    versions: dict[tuple[Origin, int], list[int]]


def architectures(problem: Problem) -> frozenset[str]:
    """Return the package architectures that a problem admits: its own, `noarch`, and with multilib the secondary."""
    native = _NATIVE.get(problem.arch, (problem.arch,))
    secondary = _SECONDARY.get(problem.arch, ()) if problem.policy.multilib else ()
    return frozenset((*native, *secondary, "noarch"))


def select_candidates(world: World, problem: Problem, modules: ModuleSelection) -> CandidateSet:
    """Return the candidates of a problem; `modules` says what the module streams leave.

    `newest` keeps the newest EVR of each name and architecture in each repository, as dnf's "best" does, and the
    versions that a pin, a lock or, where changes count, the earlier manifest names.
    """
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


def _admitted(
    world: World, names: frozenset[str], newest_only: bool, without_downstream: bool, modules: ModuleSelection
) -> CandidateSet:
    """Return the candidates as far as they are the same for every problem of these architectures and this policy."""
    pool = world.pool
    arch_ids = {pool.str2id(arch) for arch in names}
    chosen: list[int] = []
    versions: dict[tuple[Origin, int], list[int]] = {}
    for repository in pool.repos:
        origin = world.origins.get(repository.id)
        if origin is None:
            continue
        if origin is Origin.DOWNSTREAM and without_downstream:
            continue
        eligible = _eligible(world, repository.solvables_iter(), arch_ids, modules)
        for name_id, _, identifier in eligible:
            versions.setdefault((origin, name_id), []).append(identifier)
        if newest_only:
            chosen.extend(_newest(pool, eligible))
        else:
            chosen.extend(identifier for _, _, identifier in eligible)
    return CandidateSet(tuple(sorted(set(chosen))), versions)


def _eligible(
    world: World, solvables: Iterable[Any], arch_ids: set[int], modules: ModuleSelection
) -> list[tuple[int, int, int]]:
    """Return (name id, arch id, id) of the solvables that architecture and modules admit."""
    suspects = _suspect_names(world, modules)
    names: dict[int, bool] = {}
    found = []
    for solvable in solvables:
        arch_id = solvable.archid
        if arch_id not in arch_ids:
            continue
        name_id = solvable.nameid
        if name_id not in names:
            names[name_id] = not solvable.name.startswith(_NO_PACKAGES)
        if not names[name_id]:
            continue
        if (name_id in suspects or modules.active_names) and _masked(world, solvable, modules):
            continue
        found.append((name_id, arch_id, solvable.id))
    return found


def _suspect_names(world: World, modules: ModuleSelection) -> frozenset[int]:
    """Return the ids of the names that a package of a module stream bears: no other can be masked by NEVRA."""
    artifacts = modules.excluded_artifacts | modules.active_artifacts
    return frozenset(world.pool.str2id(artifact_name(artifact)) for artifact in artifacts)


def _masked(world: World, solvable: Any, modules: ModuleSelection) -> bool:
    evr = solvable.evr if ":" in solvable.evr else f"0:{solvable.evr}"
    provided: Iterable[str] = ()
    if modules.active_names:
        texts = map(world.text, world.dependencies(solvable, solv.SOLVABLE_PROVIDES))
        provided = (text.partition(" ")[0] for text in texts)
    return modules.excludes(f"{solvable.name}-{evr}.{solvable.arch}", solvable.name, provided)


def _newest(pool: Any, eligible: list[tuple[int, int, int]]) -> list[int]:
    best: dict[tuple[int, int], int] = {}
    for name_id, arch_id, identifier in eligible:
        key = (name_id, arch_id)
        held = best.get(key)
        if held is None:
            best[key] = identifier
            continue
        if pool.id2solvable(held).evrcmp(pool.id2solvable(identifier)) < 0:
            best[key] = identifier
    return list(best.values())


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
