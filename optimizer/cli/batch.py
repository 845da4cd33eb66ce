"""One problem in this process, or many elsewhere; outcomes come in the order the problems were named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from optimizer.cli.failure import USAGE, Failure
from optimizer.cli.interrupt import Interrupts
from optimizer.cli.task import Outcome, Task, failed, run_task
from optimizer.cli.terminal import tell_warning, terminal

if TYPE_CHECKING:
    from optimizer.cli.workers import Refused


def run_batch(tasks: Sequence[Task], *, jobs: int, quiet: bool, scheduler: str | None = None) -> Iterator[Outcome]:
    """Yield each task's outcome, in order; `jobs` problems are solved at a time.

    One problem is solved in this process, several in others that load what the problems share only once, or on the
    cluster of the `scheduler` at an address. After Ctrl-C the problems being solved end with their best answer, the
    others are not started.
    """
    if len(tasks) == 1 and scheduler is None:
        yield from _here(tasks, quiet=quiet)
        return
    outcomes = run_tasks(tasks, jobs, quiet=quiet, scheduler=scheduler, refused=_Names().refused)
    for task, outcome in zip(tasks, outcomes, strict=True):
        for warning in outcome.warnings:
            tell_warning(warning, about=str(task.file))
        yield outcome


def _here(tasks: Sequence[Task], *, quiet: bool) -> Iterator[Outcome]:
    with Interrupts():
        for task in tasks:
            yield run_task(task, terminal(quiet=quiet))


def run_tasks(
    tasks: Sequence[Task],
    jobs: int,
    *,
    quiet: bool,
    scheduler: str | None,
    refused: Refused = lambda _task: None,
) -> Iterator[Outcome]:
    """Yield each task's outcome, in order: from processes here, or from the cluster of a scheduler."""
    if scheduler is None or not tasks:
        from optimizer.cli.workers import run_in_processes

        return run_in_processes(tasks, jobs, quiet=quiet, refused=refused)
    from optimizer.cli.remote import run_on_cluster

    return run_on_cluster(tasks, jobs, scheduler, refused)


class _Names(msgspec.Struct):
    """Which task came first with a name: the results of another of that name would go where its results go."""

    first: dict[str, Path] = msgspec.field(default_factory=dict)

    def refused(self, task: Task) -> Outcome | None:
        """Return the outcome of a task whose results would overwrite an earlier one's."""
        name = None if task.directory is None else _problem_name(task.file)
        if name is None or self.first.setdefault(name, task.file) is task.file:
            return None
        words = f"{task.file}: is named {name!r}, as is {self.first[name]}: one's results would overwrite the other's"
        return failed(task, Failure(USAGE, (words,)))


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
