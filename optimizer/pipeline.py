"""The one way through: a problem file to a judged result; `inquiry` and `family` build on it, nothing else wires."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from optimizer.answer.core import CorePart, explain_infeasible
from optimizer.answer.divergence import diverge
from optimizer.answer.judges.libsolv import judge
from optimizer.answer.manifest import write_manifest
from optimizer.answer.relaxation import Relaxation, relaxations
from optimizer.answer.result import (
    STATUS_WORDS,
    DivergenceList,
    Judgement,
    Result,
    RunRecord,
    first_answer,
    instance_size,
    with_files,
)
from optimizer.answer.verify import Violation, verify
from optimizer.model.interruption import holding
from optimizer.model.question import PLAIN
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine, stage_order
from optimizer.model.solver import Budget, solver_version
from optimizer.problem.extend import read_extended
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Downstream, Origin, Problem
from optimizer.problem.supposition import NOTHING, Suppositions
from optimizer.repository.cache import Cache
from optimizer.repository.error import BadRepositoryData
from optimizer.repository.progress import Progress, Silent
from optimizer.repository.repository import open_repository
from optimizer.universe.assemble import Closed, input_of, write_down
from optimizer.universe.close import reach_closure
from optimizer.universe.fault import faults
from optimizer.universe.instance import Input, Instance
from optimizer.universe.load import Loaded, load_world
from optimizer.universe.prepare import Universe, libsolv_choice, prepare_universe
from optimizer.universe.size import check_known_sizes
from optimizer.universe.snapshot import SUFFIX, read_instance
from optimizer.universe.world import libsolv_version
from optimizer.version import VERSION

if TYPE_CHECKING:
    from optimizer.repository.repository import Repository
    from optimizer.universe.finding import Finding
    from optimizer.universe.stock import Stock


@dataclass(slots=True)
class Settings:
    """How to work, whatever the problem: where mirrors and cache are, how long and with how many threads to solve.

    `stock` holds what this process has loaded already; a loaded world leaves it with the problem that takes it.
    """

    mirror: Path | None = None
    cache: Cache = field(default_factory=Cache)
    progress: Progress = field(default_factory=Silent)
    time_limit_s: float | None = None
    workers: int = 1
    divergence: bool = True
    stock: Stock | None = None


class Clock(msgspec.Struct):
    """Seconds spent in each stage of the way."""

    seconds: dict[str, float] = msgspec.field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Add the time inside to a stage."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - begun, 6)


class World(msgspec.Struct, frozen=True):
    """A closed problem together with the libsolv world it was closed from."""

    universe: Universe
    closed: Closed


def close_problem(
    problem: Problem, settings: Settings, clock: Clock | None = None, *, suppositions: Suppositions = NOTHING
) -> World:
    """Return a problem closed over its repositories; file lists are loaded only if a path is not found without.

    Raises RepositoryError, NoSuchModule, UnknownGroupError, UnknownSizeError, UnknownSuppositionError.
    """
    clock = clock or Clock()
    with clock.measure("open"):
        repositories = open_repositories(problem, settings)
    if settings.stock is None or suppositions is not NOTHING:
        world = _close(problem, repositories, settings, clock, suppositions)
    else:
        world = _close_from_stock(problem, repositories, settings, settings.stock, clock)
    for name in world.universe.skipped:
        settings.progress.warn(f"no repository has {name}, which a comps group names; left out, as dnf does")
    for what in faults(world.closed.instance):  # sizes and counts that no arithmetic here could hold
        raise BadRepositoryData(", ".join(repository.id for repository in repositories), "", what)
    check_known_sizes(world.closed.instance)
    return world


def _close(
    problem: Problem, repositories: list[Repository], settings: Settings, clock: Clock, suppositions: Suppositions
) -> World:
    def close(*, filelists: bool) -> World:
        with clock.measure("load"):
            loaded = _load(problem, repositories, settings, filelists=filelists)
        with clock.measure("prepare"):
            universe = prepare_universe(problem, loaded, suppositions)
        settings.progress.start("close", None)
        with clock.measure("close"):
            closure = reach_closure(universe)
        with clock.measure("libsolv"):  # once the closure is known to be none that costs libsolv too much
            preferred = libsolv_choice(universe)
        with clock.measure("close"):
            closed = write_down(universe, closure, preferred, tuple(map(input_of, repositories)))
        settings.progress.finish()
        return World(universe, closed)

    world = close(filelists=False)
    if world.universe.more_filelists and _lacks_paths(world):
        world = close(filelists=True)
    return world


def _load(problem: Problem, repositories: list[Repository], settings: Settings, *, filelists: bool) -> Loaded:
    cache, progress = settings.cache, settings.progress
    if settings.stock is not None:
        return settings.stock.load(problem, repositories, cache, progress, filelists=filelists)
    return load_world(problem, repositories, cache, progress, filelists=filelists, only_candidates=True)


def _close_from_stock(
    problem: Problem, repositories: list[Repository], settings: Settings, stock: Stock, clock: Clock
) -> World:
    """Return a problem closed, by a closure in stock if there is one; the stock is told of what is made anew."""
    from optimizer.universe.restate import closing_question, closure_key, restate

    with clock.measure("close"):
        key = closure_key(closing_question(problem), tuple(map(input_of, repositories)))
        held = stock.closure(key, settings.progress)
        if held is not None:
            universe, closed = held
            return World(replace(universe, problem=problem), restate(closed, problem))
    world = _close(problem, repositories, settings, clock, NOTHING)
    stock.closed.append((key, problem.name))
    return world


def check_file(path: Path, settings: Settings) -> tuple[Finding, ...]:
    """Return what each name of a problem file resolves to; nothing is solved.

    Raises ProblemError and RepositoryError.
    """
    problem = load_problem(path)
    lines = read_extended(path)
    repositories = open_repositories(problem, settings)

    def load(asked: Problem, filelists: bool) -> Loaded:
        return load_world(asked, repositories, settings.cache, settings.progress, filelists=filelists)

    from optimizer.universe.resolve import resolve_problem

    modules = [lines.position(("modules", index)) for index in range(len(problem.modules))]
    return resolve_problem(problem, modules, load)


def solve_file(path: Path, settings: Settings, budget: Budget | None = None) -> Result:
    """Return the result of a problem file or of an Instance file (`*.instance`).

    A `budget` that is given says afterwards whether somebody pressed Ctrl-C. Raises ProblemError, BadInstanceError
    and what `close_problem` raises.
    """
    clock = Clock()
    if path.suffix == SUFFIX:
        with clock.measure("read"):
            instance = read_instance(path)
        check_known_sizes(instance)
        return solve_closed(instance, None, settings, clock, budget)
    with clock.measure("read"):
        problem = load_problem(path)
    world = close_problem(problem, settings, clock)
    return solve_closed(world.closed.instance, world, settings, clock, budget)


def solve_problem(problem: Problem, settings: Settings, clock: Clock | None = None) -> Result:
    """Return the result of a problem; raises what `close_problem` raises."""
    clock = clock or Clock()
    return solve_world(close_problem(problem, settings, clock), settings, clock)


def solve_instance(instance: Instance, settings: Settings) -> Result:
    """Return the result of an Instance alone, which libsolv is not asked about."""
    return solve_closed(instance, None, settings)


def judge_result(result: Result, world: World) -> Result:
    """Return a result that was found elsewhere as both judges here see it."""
    if not result.solution.solved:
        return result
    violations, judgements = _judge(result.instance, result.solution, world)
    result = with_files(result, world.universe.problem)
    record = msgspec.structs.replace(result.record, judges=judgements)
    if any(judgement.verdict == "rejected" for judgement in judgements):
        rejected = msgspec.structs.replace(record, status="rejected")
        return Result(result.instance, result.solution, violations, rejected)
    return replace(result, violations=violations, record=record)


def solve_world(world: World, settings: Settings, clock: Clock | None = None) -> Result:
    """Return the result of a problem that is closed already."""
    return solve_closed(world.closed.instance, world, settings, clock)


def repository_inputs(problem: Problem, settings: Settings) -> tuple[Input, ...]:
    """Return what a problem's repositories are at this moment, by checksum; raises RepositoryError."""
    return tuple(map(input_of, open_repositories(problem, settings)))


def keep_repositories(problem: Problem, settings: Settings) -> None:
    """Load into the stock what a problem will ask of it, before this process forks for the problem.

    Where problems before it closed alike, that is their closure. Raises RepositoryError.
    """
    if settings.stock is None:
        return
    repositories = open_repositories(problem, settings)
    from optimizer.universe.restate import closing_question, closure_key

    question = closing_question(problem)
    key = closure_key(question, tuple(map(input_of, repositories)))
    if not settings.stock.is_shared(key, problem.name):
        settings.stock.keep(problem, repositories, settings.cache, settings.progress)
        return

    def close(progress: Progress) -> tuple[Universe, Closed]:
        noted = [replace(repository, progress=progress) for repository in repositories]
        world = _close(question, noted, replace(settings, progress=progress), Clock(), NOTHING)
        return world.universe, world.closed

    settings.stock.keep_closure(key, settings.progress, close)


def open_repositories(problem: Problem, settings: Settings) -> list[Repository]:
    """Return the repositories that a problem asks of, opened; raises RepositoryError."""
    open_source = open_repository if settings.stock is None else settings.stock.open
    return [
        open_source(source, mirror=settings.mirror, cache=settings.cache, progress=settings.progress)
        for source in problem.repositories
        if not (source.origin is Origin.DOWNSTREAM and problem.policy.downstream is Downstream.NONE)
    ]


def _lacks_paths(world: World) -> bool:
    """Whether a path was asked for that nobody has, or that a stub was made for."""
    stubbed = any(name.startswith("/") for name in world.universe.stubbed)
    return stubbed or bool(world.closed.missing_paths)


def solve_closed(
    instance: Instance,
    world: World | None,
    settings: Settings,
    clock: Clock | None = None,
    budget: Budget | None = None,
) -> Result:
    """Return the result of an Instance, which libsolv judges too where the world it was closed from is given."""
    clock = clock or Clock()
    budget = budget or Budget(settings.time_limit_s, settings.workers)
    with clock.measure("build"):
        engine = Engine.of(instance)
    settings.progress.start("solve", len(stage_order(instance)) + 1)
    with clock.measure("solve"), holding(budget) as interruption:
        solution = engine.solve(budget=budget, on_stage=lambda _stage: settings.progress.advance(1))
    settings.progress.finish()
    if interruption.error is not None and solution.status is SolveStatus.UNKNOWN:
        raise interruption.error  # there is nothing to keep
    result = conclude(engine, solution, world, settings, clock, budget)
    return result if world is None else with_files(result, world.universe.problem)


def conclude(
    engine: Engine, solution: Solution, world: World | None, settings: Settings, clock: Clock, budget: Budget
) -> Result:
    """Return the result of a solution, judged and explained: how the way ends, whatever solve it comes from."""
    instance = engine.model.instance
    if not solution.solved:
        with clock.measure("explain"):
            core = _explain(instance, solution, budget)
        with clock.measure("relax"):
            relaxed = _relax(engine, solution, budget) if settings.divergence else ()
        record = _record(instance, solution, (), core, STATUS_WORDS[solution.status], clock, relaxed)
        return Result(instance, solution, (), record)
    with clock.measure("judge"):
        violations, judgements = _judge(instance, solution, world)
    if any(judgement.verdict == "rejected" for judgement in judgements):
        return Result(instance, solution, violations, _record(instance, solution, judgements, (), "rejected", clock))
    divergence = None
    if settings.divergence:
        with clock.measure("diverge"):
            again = Budget(settings.time_limit_s, settings.workers, interrupted=budget.interrupted)
            with holding(again):
                entries = diverge(instance, solution, engine, again)
        divergence = DivergenceList(format=1, problem=instance.problem, entries=entries)
    record = _record(instance, solution, judgements, (), STATUS_WORDS[solution.status], clock)
    return Result(instance, solution, violations, record, write_manifest(instance, solution), divergence)


def _explain(instance: Instance, solution: Solution, budget: Budget) -> tuple[CorePart, ...]:
    if solution.status is not SolveStatus.INFEASIBLE:
        return ()
    try:
        return explain_infeasible(Engine.of(instance, explain=True), PLAIN, budget)
    except TimeoutError:
        return ()


def _relax(engine: Engine, solution: Solution, budget: Budget) -> tuple[Relaxation, ...]:
    """Return what a problem without an answer could give up, as far as the budget goes."""
    found: list[Relaxation] = []
    if solution.status is SolveStatus.INFEASIBLE:
        with suppress(TimeoutError):
            found.extend(relaxations(engine, budget))
    return tuple(found)


def _judge(
    instance: Instance, solution: Solution, world: World | None
) -> tuple[tuple[Violation, ...], tuple[Judgement, ...]]:
    violations = verify(instance, solution)
    words = tuple(f"{violation.rule}: {violation.what}" for violation in violations)
    judgements = [Judgement(judge="verify", verdict="rejected" if violations else "accepted", evidence=words)]
    if world is None:
        why = ("an Instance has no repositories for libsolv to look into",)
        judgements.append(Judgement(judge="libsolv", verdict="not asked", evidence=why))
        return violations, tuple(judgements)
    verdict = judge(world.universe, world.closed, solution)
    evidence = (
        *verdict.problems,
        *(f"libsolv adds {name}" for name in verdict.added),
        *(f"libsolv leaves out {name}" for name in verdict.left_out),
    )
    accepted = "accepted" if verdict.accepted else "rejected"
    judgements.append(Judgement(judge="libsolv", verdict=accepted, evidence=evidence))
    return violations, tuple(judgements)


def _record(
    instance: Instance,
    solution: Solution,
    judgements: tuple[Judgement, ...],
    core: tuple[CorePart, ...],
    status: str,
    clock: Clock,
    relaxed: tuple[Relaxation, ...] = (),
) -> RunRecord:
    return RunRecord(
        format=1,
        problem=instance.problem,
        status=status,
        stages=solution.stages,
        judges=judgements,
        infeasible=core,
        libsolv_first_answer=first_answer(instance),
        size_of_instance=instance_size(instance),
        timings=dict(clock.seconds),
        versions=versions(),
        inputs=instance.inputs,
        warnings=(),
        relaxations=relaxed,
    )


def versions() -> dict[str, str]:
    """Return what an answer's bytes may depend on, by name."""
    return {"pkgset": VERSION, "ortools": solver_version(), "solv": libsolv_version()}
