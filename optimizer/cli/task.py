"""One problem of a batch: solved, written and put into words, in whatever process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from optimizer.cli.failure import ENDED, INTERRUPTED, Failure, attempt, worst
from optimizer.cli.terminal import Terminal

if TYPE_CHECKING:
    from optimizer.answer.result import Result
    from optimizer.batch.variation import Point
    from optimizer.cli.interrupt import Interrupts
    from optimizer.pipeline import Settings
    from optimizer.problem.problem import Problem
    from optimizer.universe.stock import Demand, Stock

_Done = TypeVar("_Done")


class Task(msgspec.Struct, frozen=True):
    """A problem file and how to solve it; `directory` None writes nothing.

    With a `point` it is one run of a sweep: the file with the point's values, the answer kept for the next time.
    """

    file: Path
    directory: Path | None
    mirror: Path | None
    time_limit_s: float | None
    workers: int
    point: Point | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What became of a task: `text` for people, `document` for programs, `failure` where there is no result."""

    exit_code: int
    text: str
    document: dict[str, Any]
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()


def run_task(task: Task, progress: Terminal) -> Outcome:
    """Return a task's outcome; nothing is raised, Ctrl-C during the solve gives the best answer so far."""
    return _tried(task, progress, lambda: _solve(task, progress))


def run_from_stock(
    task: Task, progress: Terminal, stock: Stock, interrupts: Interrupts, solve: Callable[..., _Done]
) -> _Done | Outcome:
    """Return what `solve(task, progress, problem, stock)` returns in a forked child, or why there is nothing.

    What is loaded stays in the stock; `problem` is None for an Instance. Raises ChildDiedError.
    """
    from optimizer.batch.fork import in_child

    loaded = attempt(lambda: _load(task, progress, stock))
    if isinstance(loaded, Failure):
        return failed(task, loaded.of(task.file), tuple(progress.warnings))
    if isinstance(loaded, Outcome):
        return loaded
    own = progress.again()  # a repository that is in stock tells its warnings again

    def begin() -> _Done:
        interrupts.begin()
        return solve(task, own, loaded, stock)

    def work() -> tuple[_Done | Outcome, Demand]:
        outcome = _tried(task, own, begin)
        interrupts.working = False
        return outcome, stock.demand()

    outcome, demand = in_child(work)
    stock.note(demand)
    return outcome


def solve_task(task: Task, progress: Terminal, problem: Problem | None, stock: Stock) -> Outcome:
    """Return the outcome of a task whose repositories are in stock; raises what `solve_file` raises."""
    if problem is not None and task.point is not None:
        from optimizer.cli.point import solve_point

        return solve_point(task, problem, settings_of(task, progress, stock))
    return _solve(task, progress, problem, stock)


def _tried(task: Task, progress: Terminal, work: Callable[[], _Done]) -> _Done | Outcome:
    done = attempt(work)
    if isinstance(done, Failure):
        return failed(task, done.of(task.file), tuple(progress.warnings))
    return done


def failed(task: Task, failure: Failure, warnings: tuple[str, ...] = ()) -> Outcome:
    """Return the outcome of a task that has no result."""
    document = {
        "file": str(task.file),
        "problem": None,
        "status": "interrupted" if failure.exit_code in ENDED else "error",
        "exit_code": failure.exit_code,
        "directory": None,
        "errors": list(failure.lines),
        "warnings": list(warnings),
    }
    return Outcome(failure.exit_code, "", document, failure, warnings)


def not_started(task: Task) -> Outcome:
    """Return the outcome of a task that came after Ctrl-C."""
    return failed(task, Failure(INTERRUPTED, (f"{task.file}: not solved: interrupted",)))


def _load(task: Task, progress: Terminal, stock: Stock) -> Problem | Outcome | None:
    """Return the problem, its repositories in stock; None for an Instance, which has none; or what is known of it."""
    from optimizer.pipeline import keep_repositories
    from optimizer.problem.family import is_family
    from optimizer.problem.load import load_problem
    from optimizer.universe.snapshot import SUFFIX

    if task.file.suffix == SUFFIX or is_family(task.file):
        return None
    settings = settings_of(task, progress, stock)
    if task.point is None:
        problem = load_problem(task.file)
    else:
        from optimizer.cli.point import known_point, load_point

        problem = load_point(task.file, task.point)
        known = known_point(task, problem, settings)
        if known is not None:
            return known
    keep_repositories(problem, settings)
    return problem


def settings_of(task: Task, progress: Terminal, stock: Stock | None = None) -> Settings:
    """Return how to work on a task."""
    from optimizer.pipeline import Settings
    from optimizer.repository.cache import Cache

    return Settings(
        mirror=task.mirror,
        cache=Cache(progress=progress),
        progress=progress,
        time_limit_s=task.time_limit_s,
        workers=task.workers,
        stock=stock,
    )


def _solve(task: Task, progress: Terminal, problem: Problem | None = None, stock: Stock | None = None) -> Outcome:
    from optimizer.pipeline import solve_file, solve_problem
    from optimizer.problem.family import is_family

    settings = settings_of(task, progress, stock)
    if problem is None and is_family(task.file):
        from optimizer.cli.family import solve_family_task

        return solve_family_task(task, settings, progress.warnings)
    result = solve_file(task.file, settings) if problem is None else solve_problem(problem, settings)
    return finish(task, result, progress)


def finish(task: Task, result: Result, progress: Terminal) -> Outcome:
    """Return the outcome of a task that has a result, which is written first."""
    from optimizer.report.text import result_text

    written = attempt(lambda: _write(task, result))  # before any words: they must not cost the answer
    text, warnings = result_text(result), tuple(progress.warnings)
    if isinstance(written, Failure):  # an answer that took an hour is worth showing all the same
        failure, code = written.of(task.file), worst((result.exit_code, written.exit_code))
        document = _document(task, result, None, warnings) | {"exit_code": code, "errors": list(failure.lines)}
        return Outcome(code, text, document, failure, warnings)
    if written is not None:
        text += f"\nwritten: {written}\n"
    return Outcome(result.exit_code, text, _document(task, result, written, warnings), warnings=warnings)


def _write(task: Task, result: Result) -> Path | None:
    from optimizer.export.results import write_results

    return None if task.directory is None else write_results(result, task.directory)


def _document(task: Task, result: Result, written: Path | None, warnings: tuple[str, ...]) -> dict[str, Any]:
    import msgspec

    document = {
        "file": str(task.file),
        "problem": result.instance.problem,
        "status": result.record.status,
        "exit_code": result.exit_code,
        "directory": None if written is None else str(written),
        "errors": [],
        "warnings": list(warnings),
        "run": msgspec.to_builtins(result.record),
    }
    if result.manifest is not None:
        document["manifest"] = msgspec.to_builtins(result.manifest)
    if result.divergence is not None:
        document["divergence"] = msgspec.to_builtins(result.divergence)
    return document
