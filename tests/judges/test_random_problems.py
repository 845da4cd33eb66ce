"""A thousand random problems on real repositories: answers are accepted, and where we have none libsolv has none."""

from __future__ import annotations

import functools
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import solv

from optimizer.answer.judges.libsolv import judge
from optimizer.answer.verify import verify
from optimizer.model.solution import Solution
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, World, close_problem
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Limits, Objective, ObjectiveKind, Problem, WeakDependencies
from tests.judges.random_problems import REPOSITORIES, Vocabulary, random_problem, read_vocabulary

pytestmark = pytest.mark.data

CHUNKS, CHUNK = 5, 100


@functools.cache
def vocabularies(word: str, mirror: Path) -> list[Vocabulary]:
    """Return the words of all repositories, and of the first alone: CentOS Stream 9's AppStream outgrew its base."""
    names = REPOSITORIES[word]
    with tempfile.TemporaryDirectory() as scratch:
        return [read_vocabulary(some, mirror, Path(scratch)) for some in dict.fromkeys((names, names[:1]))]


@pytest.mark.parametrize("word", REPOSITORIES)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_judge_rejects_a_random_problem(
    word: str,
    chunk: int,
    data_directory: Path,
    tmp_path: Path,
    record_property: Any,
) -> None:
    settings = Settings(mirror=data_directory)
    outcomes: Counter[str] = Counter()
    words = vocabularies(word, data_directory)
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        file = tmp_path / f"{word}-{number}.yaml"
        # The seed is the file's name, so one problem can be made again by itself.
        random_problem(Random(file.stem), words, REPOSITORIES[word], file)
        outcome = judged(load_problem(file), settings)
        assert outcome in ("feasible", "infeasible", "beyond its limit"), (outcome, file.read_text())
        outcomes[outcome] += 1
    record_property("outcomes", dict(outcomes))
    print(word, chunk, dict(outcomes))
    assert outcomes["feasible"] >= CHUNK // 5
    assert outcomes["infeasible"] >= CHUNK // 5


def judged(problem: Problem, settings: Settings) -> str:
    """Return how a problem ends, or what a judge has against it."""
    world, solution = solved(problem, settings)
    if solution.solved:
        return accepted(world, solution)
    if not problem.limits.positions:
        return "infeasible" if refused(world) else "libsolv installs what we say nobody can"
    (limit,) = world.closed.instance.limits
    assert limit.maximum is not None
    world, least = solved(unlimited(problem, ObjectiveKind(limit.kind.value)), settings)
    if not least.solved:
        return "infeasible" if refused(world) else "libsolv installs what we say nobody can"
    if accepted(world, least) != "feasible":
        return accepted(world, least)
    return (
        "beyond its limit" if least.stages[0].value > limit.maximum else "infeasible, and yet its limit can be kept"
    )


def unlimited(problem: Problem, kind: ObjectiveKind) -> Problem:
    """Return the problem without its limit, to find the least of what it limits; weak dependencies bind nobody."""
    policy = replace(problem.policy, weak_dependencies=WeakDependencies.IGNORE)
    return replace(problem, limits=Limits(), policy=policy, objectives=(Objective(kind),))


def solved(problem: Problem, settings: Settings) -> tuple[World, Solution]:
    """Return a problem's world and the product's answer, without the explanations a user would get."""
    world = close_problem(problem, settings)
    return world, Engine.of(world.closed.instance).solve()


def accepted(world: World, solution: Solution) -> str:
    """Return `feasible` where an answer is proven and both judges take it, else what they say."""
    if any(stage.status != "optimal" for stage in solution.stages):
        return f"not proven: {solution.stages}"
    violations = verify(world.closed.instance, solution)
    verdict = judge(world.universe, world.closed, solution)
    return "feasible" if verdict.accepted and not violations else f"{violations} {verdict}"


def refused(world: World) -> bool:
    """Return whether libsolv, free to choose, cannot have the features within what is forbidden and pinned."""
    universe, closed = world.universe, world.closed
    pool = universe.world.pool
    jobs = [pool.Job(solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE, universe.request_id)]
    for forbidden in universe.problem.forbidden:
        named = universe.world.dependency_id(forbidden.require)
        jobs.append(pool.Job(solv.Job.SOLVER_ERASE | solv.Job.SOLVER_SOLVABLE_PROVIDES, named))
    for pin in closed.instance.pins:
        for index in pin.excluded:
            jobs.append(pool.Job(solv.Job.SOLVER_LOCK | solv.Job.SOLVER_SOLVABLE, closed.solvable_ids[index]))
    for name in universe.problem.policy.install_only:
        name_id = pool.str2id(name, False)
        if name_id:
            jobs.append(pool.Job(solv.Job.SOLVER_MULTIVERSION | solv.Job.SOLVER_SOLVABLE_PROVIDES, name_id))
    solver = pool.Solver()
    solver.set_flag(solv.Solver.SOLVER_FLAG_IGNORE_RECOMMENDED, 1)
    solver.set_flag(solv.Solver.SOLVER_FLAG_NO_INFARCHCHECK, 1)
    return bool(solver.solve(jobs))
