"""The loaded repositories turned into the world of one problem: candidates, equivalents, rebuilds, stubs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import solv

from optimizer.problem.dependency import Capability, Comparison, leaves
from optimizer.problem.problem import Downstream, Missing, Origin, Problem
from optimizer.problem.supposition import NOTHING, Suppositions
from optimizer.universe.candidates import CandidateSet, select_candidates
from optimizer.universe.features import Request, expand_features, mentioned
from optimizer.universe.formula import dependency_formula
from optimizer.universe.instance import Formula
from optimizer.universe.load import Loaded
from optimizer.universe.rebuild import rebuild
from optimizer.universe.size import Measure
from optimizer.universe.suppose import add_supposed, cut_dependencies, drop_requests, supposed_names
from optimizer.universe.virtual import add_equivalents, add_request, add_stubs, reserve
from optimizer.universe.world import World


@dataclass(frozen=True, slots=True)
class Universe:
    """The world of one problem, indexed and ready to be closed.

    `request_id` is the solvable that requires every required feature; `install_only` are libsolv's ids of the names
    that may be there several times; `skipped` are group members nobody has;
    `stubbed` are the capabilities that stubs were made for; `more_filelists` says that complete file lists exist that
    were not loaded; `supposed` are the sizes of packages that are supposed to exist, by their ids.
    """

    problem: Problem
    world: World
    candidates: CandidateSet
    requests: tuple[Request, ...]
    skipped: tuple[str, ...]
    stubbed: tuple[str, ...]
    request_id: int
    install_only: tuple[int, ...]
    more_filelists: bool
    supposed: Mapping[int, Measure] = field(default_factory=dict)


def prepare_universe(problem: Problem, loaded: Loaded, suppositions: Suppositions = NOTHING) -> Universe:
    """Return the universe of a problem over loaded repositories, whose pool it takes over and changes.

    Raises UnknownGroupError, UnknownSuppositionError.
    """
    world = loaded.world
    requests = drop_requests(expand_features(problem, loaded.groups), suppositions.dropped)
    candidates = select_candidates(world, problem, loaded.modules)
    named = (*mentioned(problem, requests), *supposed_names(suppositions.packages))
    required = [dependency for request in requests if request.required for dependency in request.dependencies]
    stubs = sum(len(leaves(dependency)) for dependency in required)
    held = reserve(world, problem, stubs=stubs + len(suppositions.packages))
    request = add_request(world, held, named)
    world.consider((*candidates.chosen, request.id))
    # Names are looked up before the index is built: it makes libsolv forget where they are (World.dependency_id).
    install_only = tuple(world.dependency_id(Capability(name)) for name in problem.policy.install_only)
    asked = [dependency for one in requests for dependency in one.dependencies]
    for dependency in (*asked, *(forbidden.require for forbidden in problem.forbidden)):
        world.dependency_id(dependency)
    world.look_up(package.name for package in problem.previous)
    world.index_paths()
    world.index()
    _rebuild_downstream(problem, world, candidates)
    chosen = [*candidates.chosen, *add_equivalents(world, held, problem)]
    supposed = add_supposed(world, held, suppositions.packages)
    chosen += supposed
    cut_dependencies(world, chosen, suppositions.cuts)
    world.consider((*chosen, request.id))
    if problem.equivalents or supposed or problem.policy.downstream is Downstream.REBUILT:
        world.index()
    requests, skipped = _skip_absent_members(world, requests)
    stubbed: list[str] = []
    while problem.policy.missing is Missing.STUB and (absent := _one_a_name(_absent(world, requests))):
        chosen += add_stubs(world, held, absent)
        stubbed += [capability.name for capability in absent]
        world.consider((*chosen, request.id))
        world.index()
    for dependency in (d for r in requests if r.required for d in r.dependencies):
        request.add_requires(world.dependency_id(dependency))
    return Universe(
        problem,
        world,
        candidates,
        requests,
        skipped,
        tuple(stubbed),
        request.id,
        install_only,
        loaded.more_filelists,
        supposed,
    )


def _rebuild_downstream(problem: Problem, world: World, candidates: CandidateSet) -> None:
    if problem.policy.downstream is not Downstream.REBUILT:
        return
    by_origin: dict[Origin | None, list[int]] = {Origin.UPSTREAM: [], Origin.DOWNSTREAM: []}
    for identifier in candidates.chosen:
        by_origin[world.origin(world.solvable(identifier))].append(identifier)
    rebuild(world, by_origin[Origin.DOWNSTREAM], by_origin[Origin.UPSTREAM])


def _skip_absent_members(world: World, requests: Sequence[Request]) -> tuple[tuple[Request, ...], tuple[str, ...]]:
    """Drop group members that no repository has, as dnf does; optional groups lose the member only."""
    kept: list[Request] = []
    skipped: list[str] = []
    for request in requests:
        if not request.from_group:
            kept.append(request)
            continue
        there = tuple(d for d in request.dependencies if can_hold(world, world.dependency_id(d)))
        skipped += [str(d) for d in request.dependencies if d not in there]
        if there:
            kept.append(replace(request, dependencies=there))
    return tuple(kept), tuple(dict.fromkeys(skipped))


def _absent(world: World, requests: Sequence[Request]) -> list[Capability]:
    """Return the capabilities to stub: those that nobody provides, of required features that cannot hold."""
    absent: dict[str, Capability] = {}
    for request in requests:
        if not request.required:
            continue
        for dependency in request.dependencies:
            if can_hold(world, world.dependency_id(dependency)):
                continue
            for leaf in leaves(dependency):
                if not world.providers(world.dependency_id(leaf)):
                    absent.setdefault(str(leaf), leaf)
    return [absent[text] for text in sorted(absent)]


def _one_a_name(absent: list[Capability]) -> list[Capability]:
    """Return one capability of each name, exact versions before ranges before none: one stub may do for several."""
    order = {Comparison.EQ: 0, Comparison.GE: 1, Comparison.LE: 1, Comparison.GT: 2, Comparison.LT: 2, None: 3}
    first: dict[str, Capability] = {}
    for capability in sorted(absent, key=lambda held: (order[held.comparison], str(held))):
        first.setdefault(capability.name, capability)
    return [first[name] for name in sorted(first)]


def can_hold(world: World, dependency_id: int) -> bool:
    """Return whether a dependency has the providers it needs, whatever these need in turn."""

    def possible(formula: Formula) -> bool:
        if isinstance(formula, bool):
            return formula
        operator, *parts = formula
        if operator == "not":
            return True
        return (all if operator == "all" else any)(possible(part) for part in parts)

    def leaf(identifier: int) -> Formula:
        return bool(world.providers(identifier))

    return possible(dependency_formula(world, dependency_id, leaf))


def libsolv_choice(universe: Universe) -> frozenset[int]:
    """Return the ids libsolv itself would install for the required features; empty where it finds a problem.

    Recommends are ignored, as `dnf --setopt=install_weak_deps=False` does.
    """
    pool = universe.world.pool
    solver = pool.Solver()
    solver.set_flag(solv.Solver.SOLVER_FLAG_IGNORE_RECOMMENDED, 1)
    if solver.solve(install_jobs(universe, (universe.request_id,))):
        return frozenset()
    chosen = {solvable.id for solvable in solver.transaction().newsolvables()}
    return frozenset(chosen - {universe.request_id})


def install_jobs(universe: Universe, solvable_ids: Iterable[int]) -> list[Any]:
    """Return libsolv's jobs to install these solvables, install-only names being free to repeat."""
    pool = universe.world.pool
    jobs = [pool.Job(solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE, identifier) for identifier in solvable_ids]
    multiple = solv.Job.SOLVER_MULTIVERSION | solv.Job.SOLVER_SOLVABLE_PROVIDES
    return jobs + [pool.Job(multiple, name_id) for name_id in universe.install_only]
