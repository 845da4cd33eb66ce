"""The way of a family: each image closed and solved alone, all solved together, each judged and explained.

Only one image's libsolv world is in memory at a time: a world is closed again when its image is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from optimizer.answer.family import (
    FamilyRecord,
    clash_words,
    own_values,
    record_family,
    verify_family,
)
from optimizer.answer.result import EXIT_CODES, STATUS_WORDS, Result, with_files
from optimizer.model.family_solve import FamilySolution, solve_together
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.pipeline import Clock, Settings, World, close_problem, conclude
from optimizer.problem.document import show
from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.family import Family
from optimizer.problem.nearest import nearest
from optimizer.problem.problem import Problem
from optimizer.universe.instance import Instance


@dataclass(frozen=True, slots=True)
class FamilyResult:
    """A family solved, judged and explained; `images` are those with a result, in the family's order.

    Without an answer these are the images that have none by themselves. `rejected` says what the family's own
    verification found.
    """

    record: FamilyRecord
    images: tuple[Result, ...]
    rejected: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The command's exit code for this result."""
        return EXIT_CODES[self.record.status]


@dataclass(frozen=True, slots=True)
class Searched:
    """What the solves of a family found: each image alone with the seconds it took, then all together.

    `together` is None where an image has no answer by itself.
    """

    alone: tuple[Solution, ...]
    seconds: tuple[float, ...]
    together: FamilySolution | None


def solve_family(family: Family, settings: Settings) -> FamilyResult:
    """Return the result of a family of images.

    The time limit is for all solves together; each image alone may take half of what is left. Raises ProblemError
    where a name that must be of one version is no candidate's, and what `close_problem` raises.
    """
    clocks = [Clock() for _ in family.images]
    instances = close_family(family, settings, clocks)
    return conclude_family(family, instances, search_family(family, instances, settings), settings, clocks)


def close_family(family: Family, settings: Settings, clocks: Sequence[Clock] = ()) -> tuple[Instance, ...]:
    """Return each image closed over its repositories, its world let go of; raises as `solve_family` does."""
    instances = tuple(
        close_problem(problem, settings, clock).closed.instance
        for problem, clock in zip(family.images, clocks or [Clock() for _ in family.images], strict=True)
    )
    _check_names(family, instances)
    return instances


def search_family(family: Family, instances: Sequence[Instance], settings: Settings) -> Searched:
    """Return what solving each image alone and then all together finds; of the family only its rules are read."""
    budget = Budget(settings.time_limit_s, settings.workers)
    alone, seconds = _alone(instances, settings, budget)
    if not all(solution.solved for solution in alone):
        return Searched(tuple(alone), tuple(seconds), None)
    settings.progress.start("solve together", len(family.objectives) + 1)
    found = solve_together(family, instances, alone, budget, on_stage=lambda _stage: settings.progress.advance(1))
    settings.progress.finish()
    return Searched(tuple(alone), tuple(seconds), found)


def conclude_family(
    family: Family, instances: Sequence[Instance], searched: Searched, settings: Settings, clocks: Sequence[Clock]
) -> FamilyResult:
    """Return the result of what was found, each image closed once more to be judged, and explained."""
    for clock, spent in zip(clocks, searched.seconds, strict=True):
        clock.seconds["solve"] = spent
    alone, found = searched.alone, searched.together
    if found is None:
        return _without(family, instances, alone, clocks, settings)
    if not found.solved:
        clash = tuple(clash_words(instances, guard) for guard in found.clash)
        return FamilyResult(_no_answer(family, STATUS_WORDS[found.status], clash=clash), ())
    return _judged(family, instances, alone, found, clocks, settings)


def _check_names(family: Family, instances: Sequence[Instance]) -> None:
    packages = {package.name for instance in instances for package in instance.packages}
    sources = {source.name for instance in instances for source in instance.sources}
    mistakes = [
        Mistake(position, f"a {kind} that an image may hold", show(name), nearest(name, known))
        for kind, names, known in (
            ("package", family.same_packages, packages),
            ("source", family.same_sources, sources),
        )
        for name, position in names.listed
        if name not in known
    ]
    if mistakes:
        raise ProblemError(tuple(mistakes))


def _alone(instances: Sequence[Instance], settings: Settings, budget: Budget) -> tuple[list[Solution], list[float]]:
    """Return each image's own answer: with what no image may lose, and the first answer of the family's search."""
    settings.progress.start("solve alone", len(instances))
    found, seconds = [], []
    for instance in instances:
        left = budget.remaining_s
        own = Budget(None if left is None else left / 2, settings.workers, interrupted=budget.interrupted)
        clock = Clock()
        with clock.measure("solve"):
            found.append(Engine.of(instance).solve(budget=own))
        seconds.append(clock.seconds["solve"])
        budget.interrupted = own.interrupted
        settings.progress.advance(1)
    settings.progress.finish()
    return found, seconds


def _without(
    family: Family,
    instances: Sequence[Instance],
    alone: Sequence[Solution],
    clocks: Sequence[Clock],
    settings: Settings,
) -> FamilyResult:
    """Return the result of a family in which an image has no answer even by itself."""
    infeasible = any(solution.status is SolveStatus.INFEASIBLE for solution in alone)
    results = [
        _concluded(family, problem, Engine.of(instance), solution, None, settings, clock)
        for problem, instance, solution, clock in zip(family.images, instances, alone, clocks, strict=True)
        if solution.status is (SolveStatus.INFEASIBLE if infeasible else SolveStatus.UNKNOWN)
    ]
    status = SolveStatus.INFEASIBLE if infeasible else SolveStatus.UNKNOWN
    names = tuple(result.instance.problem for result in results)
    return FamilyResult(_no_answer(family, STATUS_WORDS[status], without=names), tuple(results))


def _judged(
    family: Family,
    instances: Sequence[Instance],
    alone: Sequence[Solution],
    found: FamilySolution,
    clocks: Sequence[Clock],
    settings: Settings,
) -> FamilyResult:
    results = []
    for place, problem in enumerate(family.images):
        instance, solution, clock = instances[place], found.images[place], clocks[place]
        world = close_problem(problem, settings, clock)
        results.append(_concluded(family, problem, Engine.of(instance), solution, world, settings, clock))
    before = [own_values(family, *pair) for pair in zip(instances, alone, strict=True)]
    broken = verify_family(family, instances, found.images, before, found.stages)
    rejected = broken or any(result.record.status == "rejected" for result in results)
    if rejected:  # never written as a result
        evidence = tuple(f"{one.rule}: {one.what}" for one in broken)
        return FamilyResult(_no_answer(family, "rejected"), tuple(results), evidence)
    status = STATUS_WORDS[found.status]
    return FamilyResult(record_family(family, instances, found.images, alone, status, found.stages), tuple(results))


def _concluded(
    family: Family,
    problem: Problem,
    engine: Engine,
    solution: Solution,
    world: World | None,
    settings: Settings,
    clock: Clock,
) -> Result:
    result = conclude(engine, solution, world, settings, clock, Budget(settings.time_limit_s, settings.workers))
    named = replace(result, record=msgspec.structs.replace(result.record, family=family.name))
    return with_files(named, problem)


def _no_answer(
    family: Family, status: str, *, clash: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> FamilyRecord:
    return FamilyRecord(
        format=1,
        family=family.name,
        status=status,
        stages=(),
        images=(),
        totals={},
        alone={},
        shared=(),
        pool=(),
        clash=clash,
        without=without,
    )
