"""One problem in this process, or many elsewhere; outcomes come in the order the problems were named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from optimizer.cli.failure import USAGE, Failure
from optimizer.cli.interrupt import Interrupts
from optimizer.cli.task import Outcome, Task, failed, run_task
from optimizer.cli.terminal import tell_warning, terminal


def run_batch(tasks: Sequence[Task], *, jobs: int, quiet: bool, scheduler: str | None = None) -> Iterator[Outcome]:
    """Yield each task's outcome, in order; `jobs` problems are solved at a time.

    One problem is solved in this process, several in others that load what the problems share only once, or on the
    cluster of the `scheduler` at an address. After
    Ctrl-C the problems being solved end with their best answer, the others are not started.
    """
    clashes = _clashes(tasks)
    free = [task for index, task in enumerate(tasks) if index not in clashes]
    in_processes = len(free) > 1 or scheduler is not None
    outcomes = run_tasks(free, jobs, quiet=quiet, scheduler=scheduler) if in_processes else _here(free, quiet=quiet)
    for index, task in enumerate(tasks):
        outcome = failed(task, clashes[index]) if index in clashes else next(outcomes)
        if in_processes:
            for warning in outcome.warnings:
                tell_warning(warning, about=str(task.file))
        yield outcome


def _here(tasks: Sequence[Task], *, quiet: bool) -> Iterator[Outcome]:
    with Interrupts():
        for task in tasks:
            yield run_task(task, terminal(quiet=quiet))


def run_tasks(tasks: Sequence[Task], jobs: int, *, quiet: bool, scheduler: str | None) -> Iterator[Outcome]:
    """Yield each task's outcome, in order: from processes here, or from the cluster of a scheduler."""
    if scheduler is None or not tasks:
        from optimizer.cli.workers import run_in_processes

        return run_in_processes(tasks, jobs, quiet=quiet)
    from optimizer.cli.remote import run_on_cluster

    return run_on_cluster(tasks, jobs, scheduler)


def _clashes(tasks: Sequence[Task]) -> dict[int, Failure]:
    """Return the tasks, by index, whose results would go where those of an earlier one go."""
    if len(tasks) < 2 or tasks[0].directory is None:
        return {}
    first: dict[str, Path] = {}
    clashes: dict[int, Failure] = {}
    for index, task in enumerate(tasks):
        name = _problem_name(task.file)
        if name is not None and first.setdefault(name, task.file) is not task.file:
            words = f"{task.file}: is named {name!r}, as is {first[name]}: one's results would overwrite the other's"
            clashes[index] = Failure(USAGE, (words,))
    return clashes


def _problem_name(file: Path) -> str | None:
    """Return the name of a problem or Instance file, None where solving it will tell what is wrong with it."""
    import msgspec

    from optimizer.problem.error import ProblemError
    from optimizer.problem.family import is_family, load_family
    from optimizer.problem.load import load_problem
    from optimizer.universe.snapshot import SUFFIX

    named = msgspec.defstruct("Named", [("problem", str)])
    try:
        if file.suffix == SUFFIX:
            return str(msgspec.json.decode(file.read_bytes(), type=named).problem)  # type: ignore[attr-defined]
        return load_family(file).name if is_family(file) else load_problem(file).name
    except (ProblemError, OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
