"""The one way through: a problem file to a judged result. No other module wires the rooms together."""

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
from optimizer.answer.judges.dnf import Dnf
from optimizer.answer.judges.libsolv import judge
from optimizer.answer.manifest import Manifest, write_manifest
from optimizer.answer.relaxation import Relaxation, relaxations
from optimizer.answer.result import (
    STATUS_WORDS,
    DivergenceList,
    Judgement,
    Result,
    RunRecord,
    first_answer,
    instance_size,
)
from optimizer.answer.steering import Steered, steer_with_dnf, used_repositories, wanted_packages
from optimizer.answer.stored import checked_solution, read_record, read_stored, stored_instance
from optimizer.answer.verify import Violation, verify
from optimizer.explain.answered import Answered
from optimizer.explain.change import Change, change_problem, dropped_features
from optimizer.explain.changed_instance import change_instance
from optimizer.explain.difference import chosen_identities, nearest_to
from optimizer.explain.subject import Subject, UnknownSubjectError, find_subject, provided_subject, wanted
from optimizer.explain.what_if import Ground, WhatIf, compare_answers
from optimizer.model.question import PLAIN
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine, stage_order
from optimizer.model.solver import VERSION as SOLVER_VERSION
from optimizer.model.solver import Budget
from optimizer.problem.dependency import Dependency, DependencySyntaxError, parse_dependency
from optimizer.problem.extend import read_extended
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Downstream, Feature, Origin, Position, Problem
from optimizer.problem.supposition import NOTHING, Suppositions
from optimizer.repository.cache import Cache
from optimizer.repository.error import BadRepositoryData
from optimizer.repository.progress import Progress, Silent
from optimizer.repository.repository import open_repository
from optimizer.universe.assemble import Closed, close_universe
from optimizer.universe.fault import faults
from optimizer.universe.finding import Finding
from optimizer.universe.instance import Input, Instance, Package, PackageOrigin
from optimizer.universe.load import Loaded, load_world
from optimizer.universe.prepare import Universe, prepare_universe
from optimizer.universe.resolve import resolve_problem
from optimizer.universe.size import check_known_sizes
from optimizer.universe.snapshot import SUFFIX, read_instance
from optimizer.universe.steer import plain_world
from optimizer.universe.stock import Stock
from optimizer.universe.world import libsolv_version
from optimizer.version import VERSION

if TYPE_CHECKING:
    from optimizer.repository.repository import Repository


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


class RejectedError(AssertionError):
    """An answer that a judge rejected: no question can be put to it."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.instance.problem)
        self.result = result

    def __str__(self) -> str:
        rejecting = [one for one in self.result.record.judges if one.verdict == "rejected"]
        return "\n".join(f"{one.judge} rejects the answer: {line}" for one in rejecting for line in one.evidence)


class OtherQuestionError(ValueError):
    """A problem file that does not ask what a result answers: the file, and the repositories that have changed."""

    def __init__(self, file: Path, result: Path, repositories: tuple[str, ...]) -> None:
        super().__init__(file, result, repositories)
        self.file, self.result, self.repositories = file, result, repositories

    def __str__(self) -> str:
        if self.repositories:
            named = ", ".join(self.repositories)
            return f"{self.file}: not what it was when {self.result} was made: {named}; solve it again"
        return f"{self.file}: asks another question than {self.result} answers; solve it again"


@dataclass(slots=True)
class Clock:
    """Seconds spent in each stage of the way."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Add the time inside to a stage."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - begun, 6)


@dataclass(frozen=True, slots=True)
class World:
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
        repositories = _open(problem, settings)

    load = load_world if settings.stock is None else settings.stock.load

    def close(*, filelists: bool) -> World:
        with clock.measure("load"):
            loaded = load(problem, repositories, settings.cache, settings.progress, filelists=filelists)
        with clock.measure("prepare"):
            universe = prepare_universe(problem, loaded, suppositions)
        settings.progress.start("close", None)
        with clock.measure("close"):
            closed = close_universe(universe, tuple(map(_input, repositories)))
        settings.progress.finish()
        return World(universe, closed)

    world = close(filelists=False)
    if world.universe.more_filelists and _lacks_paths(world):
        world = close(filelists=True)
    for name in world.universe.skipped:
        settings.progress.warn(f"no repository has {name}, which a comps group names; left out, as dnf does")
    for what in faults(world.closed.instance):  # sizes and counts that no arithmetic here could hold
        raise BadRepositoryData(", ".join(repository.id for repository in repositories), "", what)
    check_known_sizes(world.closed.instance)
    return world


def check_file(path: Path, settings: Settings) -> tuple[Finding, ...]:
    """Return what each name of a problem file resolves to; nothing is solved.

    Raises ProblemError and RepositoryError.
    """
    problem = load_problem(path)
    lines = read_extended(path)
    repositories = _open(problem, settings)

    def load(asked: Problem, filelists: bool) -> Loaded:
        return load_world(asked, repositories, settings.cache, settings.progress, filelists=filelists)

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
        return _solve(instance, None, settings, clock, budget)
    with clock.measure("read"):
        problem = load_problem(path)
    world = close_problem(problem, settings, clock)
    return _solve(world.closed.instance, world, settings, clock, budget)


def solve_problem(problem: Problem, settings: Settings, clock: Clock | None = None) -> Result:
    """Return the result of a problem; raises what `close_problem` raises."""
    clock = clock or Clock()
    return solve_world(close_problem(problem, settings, clock), settings, clock)


def solve_instance(instance: Instance, settings: Settings) -> Result:
    """Return the result of an Instance alone, which libsolv is not asked about."""
    return _solve(instance, None, settings, Clock())


def judge_result(result: Result, world: World) -> Result:
    """Return a result that was found elsewhere as both judges here see it."""
    if not result.solution.solved:
        return result
    violations, judgements = _judge(result.instance, result.solution, world)
    record = msgspec.structs.replace(result.record, judges=judgements)
    if any(judgement.verdict == "rejected" for judgement in judgements):
        rejected = msgspec.structs.replace(record, status="rejected")
        return Result(result.instance, result.solution, violations, rejected)
    return replace(result, violations=violations, record=record)


def solve_world(world: World, settings: Settings, clock: Clock | None = None) -> Result:
    """Return the result of a problem that is closed already."""
    return _solve(world.closed.instance, world, settings, clock or Clock())


def open_answer(path: Path, settings: Settings) -> Answered:
    """Return an answer to put questions to: a directory that `pkgset solve` wrote, a problem or an Instance file.

    A problem or an Instance is solved first, and judged; its divergence list is not made. Raises what `solve_file`
    raises, BadResultError, UnknownPackagesError, RejectedError, TimeoutError where the time limit ends first, and
    KeyboardInterrupt where Ctrl-C does: who asks a question wants none about half an answer.
    """
    if path.is_dir():
        return _stored_answer(path, settings)
    budget = Budget(settings.time_limit_s, settings.workers)
    result = _whole(solve_file(path, replace(settings, divergence=False), budget), budget)
    return Answered(result.instance, result.solution, Budget(settings.time_limit_s, settings.workers))


def open_subject(path: Path, word: str, settings: Settings, problem: Path | None = None) -> tuple[Answered, Subject]:
    """Return an answer and what a word names in it; `path` and `problem` as for `suppose`.

    An Instance knows the paths and capabilities that something asks for. For another one the problem is closed over
    its repositories with one more, optional, feature, if there are any to ask. Raises what `open_answer` raises,
    NoAnswerError, UnknownSubjectError and OtherQuestionError.
    """
    answered = open_answer(path, settings)
    answered.require_answer()
    file = problem if problem is not None or path.is_dir() or path.suffix == SUFFIX else path
    try:
        return answered, find_subject(answered.instance, word)
    except UnknownSubjectError:
        sought = _dependency(word)
        if file is None or sought is None:
            raise
    asked = load_problem(file)
    if problem is not None:
        _check_question(asked, file, path, answered.instance, settings)
    return answered, provided_subject(answered.instance, word, _providers(asked, sought, settings))


def _dependency(word: str) -> Dependency | None:
    try:
        return parse_dependency(word)
    except DependencySyntaxError:
        return None


def _providers(problem: Problem, sought: Dependency, settings: Settings) -> tuple[Package, ...]:
    """Return the packages of a problem's repositories that help a dependency to hold."""
    probe = Feature(sought, False, 0, None, Position("", 0, "sought"))
    wider = close_problem(replace(problem, features=(*problem.features, probe)), settings).closed.instance
    formula = next(feature.formula for feature in wider.features if feature.where == probe.position.brief)
    givers = sorted({index for held in wanted(formula) for index in wider.capabilities[held].providers})
    made = (PackageOrigin.STUB, PackageOrigin.VIRTUAL)
    return tuple(wider.packages[index] for index in givers if wider.packages[index].origin not in made)


def open_instance(path: Path, settings: Settings) -> Instance:
    """Return the question of a result directory, an Instance file or a problem file; nothing is solved.

    Raises what `close_problem` raises, ProblemError, BadInstanceError, BadResultError.
    """
    if path.is_dir():
        return stored_instance(path)
    if path.suffix == SUFFIX:
        return read_instance(path)
    return close_problem(load_problem(path), settings).closed.instance


def suppose(path: Path, change: Change, settings: Settings, problem: Path | None = None) -> WhatIf:
    """Return what the answer would be under a change; `path` as for `open_answer`.

    Where `path` is a problem file, or `problem` names the one that a result or an Instance came from, the changed
    problem is closed over its repositories again. Else the Instance is changed. Ties fall to the answer's packages.
    Raises what `open_answer` raises, UnknownSuppositionError, OutsideClosureError and OtherQuestionError.
    """
    answered = open_answer(path, settings)
    dropped = dropped_features(answered.instance, change)
    file = problem if problem is not None or path.is_dir() or path.suffix == SUFFIX else path
    world = None
    if file is None:
        instance = change_instance(answered.instance, change, dropped)
        check_known_sizes(instance)
    else:
        asked = load_problem(file)
        if problem is not None:
            _check_question(asked, file, path, answered.instance, settings)
        changed, suppositions = change_problem(asked, change, dropped)
        world = close_problem(changed, settings, suppositions=suppositions)
        instance = world.closed.instance
    near = nearest_to(instance, chosen_identities(answered.instance, answered.solution))
    budget = Budget(settings.time_limit_s, settings.workers)
    result = _whole(_solve(near, world, replace(settings, divergence=False), Clock(), budget), budget)
    ground = Ground.INSTANCE if world is None else Ground.REPOSITORIES
    return compare_answers(answered, change, ground, (near, result.solution), result.record.infeasible)


def _whole(result: Result, budget: Budget) -> Result:
    """Return a result that a question can go on from.

    Raises KeyboardInterrupt where Ctrl-C ended its solve, TimeoutError without a result, RejectedError.
    """
    if budget.interrupted:
        raise KeyboardInterrupt
    if result.solution.status is SolveStatus.UNKNOWN:
        raise TimeoutError
    if result.record.status == "rejected":
        raise RejectedError(result)
    return result


def _check_question(problem: Problem, file: Path, result: Path, instance: Instance, settings: Settings) -> None:
    """Raise OtherQuestionError unless closing the problem again gives the very Instance that was answered."""
    again = close_problem(problem, settings).closed.instance
    if again == instance:
        return
    before = {held.repository: held.checksum for held in instance.inputs}
    changed = tuple(held.repository for held in again.inputs if before.get(held.repository) != held.checksum)
    raise OtherQuestionError(file, result, changed)


def _stored_answer(directory: Path, settings: Settings) -> Answered:
    instance = stored_instance(directory)
    if read_record(directory).status == "infeasible":
        solution = Solution(status=SolveStatus.INFEASIBLE)
    else:
        solution = checked_solution(read_stored(directory), instance)
    return Answered(instance, solution, Budget(settings.time_limit_s, settings.workers))


def steer_answer(manifest: Manifest, problem: Problem, settings: Settings) -> tuple[Steered, Dnf]:
    """Return the shortest request for an answer's packages from the repositories they come from, and dnf.

    Raises RepositoryError, MissingRepositoriesError.
    """
    problem = used_repositories(problem, manifest)
    repositories = _open(problem, settings)
    loaded = load_world(problem, repositories, settings.cache, settings.progress, filelists=True)
    world = plain_world(problem, loaded, wanted_packages(manifest))
    settings.progress.start("steer", None)
    found = steer_with_dnf(world, problem, repositories, settings.time_limit_s)
    settings.progress.finish()
    return found


def repository_inputs(problem: Problem, settings: Settings) -> tuple[Input, ...]:
    """Return what a problem's repositories are at this moment, by checksum; raises RepositoryError."""
    return tuple(map(_input, _open(problem, settings)))


def keep_repositories(problem: Problem, settings: Settings) -> None:
    """Load into the stock what a problem will ask of it, before this process forks for the problem.

    Raises RepositoryError.
    """
    if settings.stock is not None:
        settings.stock.keep(problem, _open(problem, settings), settings.cache, settings.progress)


def _open(problem: Problem, settings: Settings) -> list[Repository]:
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


def _solve(
    instance: Instance, world: World | None, settings: Settings, clock: Clock, budget: Budget | None = None
) -> Result:
    budget = budget or Budget(settings.time_limit_s, settings.workers)
    with clock.measure("build"):
        engine = Engine.of(instance)
    settings.progress.start("solve", len(stage_order(instance)) + 1)
    with clock.measure("solve"):
        solution = engine.solve(budget=budget, on_stage=lambda _stage: settings.progress.advance(1))
    settings.progress.finish()
    return conclude(engine, solution, world, settings, clock, budget)


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
        versions={"pkgset": VERSION, "ortools": SOLVER_VERSION, "solv": libsolv_version()},
        inputs=instance.inputs,
        warnings=(),
        relaxations=relaxed,
    )


def _input(repository: Repository) -> Input:
    return Input(
        repository=repository.id,
        origin=repository.origin.value,
        location=repository.location,
        checksum=repository.checksum,
        signed_by=repository.signed_by,
        baseurl=repository.baseurl,
    )
