"""Many problems, in worker processes; outcomes come in the order the problems were named."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from optimizer.cli.failure import OUR_BUG, USAGE, Failure
from optimizer.cli.interrupt import Interrupts
from optimizer.cli.task import Outcome, Task, failed, not_started, run_from_stock, run_task, solve_task
from optimizer.cli.terminal import Terminal, tell_warning, terminal

if TYPE_CHECKING:
    from optimizer.universe.stock import Stock

_Done = TypeVar("_Done")


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
        return run_in_processes(tasks, jobs, quiet=quiet)
    from optimizer.cli.remote import run_on_cluster

    return run_on_cluster(tasks, jobs, scheduler)


def run_in_processes(tasks: Sequence[Task], jobs: int, *, quiet: bool) -> Iterator[Outcome]:
    """Yield each task's outcome, in order; a single worker shows its progress unless `quiet`."""
    # Fresh workers and not forked ones: threads of this process (a bar's, the pool's) would not survive a fork.
    size = min(jobs, len(tasks))
    work = functools.partial(_work, bars=size == 1 and not quiet and sys.stderr.isatty())
    with Interrupts() as interrupts, pool(size) as workers:
        futures = [workers.submit(work, task) for task in tasks]
        for task, future in zip(tasks, futures, strict=True):
            yield _await(task, future, futures, interrupts)


def _await(task: Task, future: Future[Outcome], futures: list[Future[Outcome]], interrupts: Interrupts) -> Outcome:
    while True:
        try:
            return future.result()
        except CancelledError:
            return not_started(task)
        except BrokenProcessPool:
            return not_started(task) if interrupts.count else _alone(task)
        except KeyboardInterrupt:
            for waiting in futures:
                waiting.cancel()
            signal_workers(signal.SIGINT if interrupts.count == 1 else signal.SIGKILL)


def _alone(task: Task) -> Outcome:
    """A process died and took its pool with it; nobody knows which problem it was, so each gets another one."""
    try:
        with pool(1) as workers:
            return workers.submit(_work, task).result()
    except BrokenProcessPool:
        return failed(task, Failure(OUR_BUG, (f"pkgset: {task.file}: the process that solved it died",)))


def pool(size: int) -> ProcessPoolExecutor:
    """Return an executor of fresh processes that keep a stock of repositories; for `in_worker`."""
    return ProcessPoolExecutor(size, multiprocessing.get_context("spawn"), initializer=_begin)


def signal_workers(number: int) -> None:
    """Reach each worker and the child that it forked; one that has only begun has no group of its own yet."""
    for worker in multiprocessing.active_children():
        assert worker.pid is not None
        try:
            os.killpg(worker.pid, number)
        except ProcessLookupError:
            with suppress(ProcessLookupError):
                os.kill(worker.pid, number)


_interrupts = Interrupts(working=False)


def _begin() -> None:
    """In a new process: Ctrl-C reaches it through its parent only, once, and never between two tasks."""
    os.setpgid(0, 0)
    _interrupts.__enter__()
    import optimizer.pipeline  # noqa: F401 - once, and not once a child


@functools.cache
def _stock() -> Stock:
    from optimizer.universe.stock import Stock

    return Stock()


def _work(task: Task, *, bars: bool = False) -> Outcome:
    return in_worker(task, solve_task, bars=bars)


def in_worker(task: Task, solve: Callable[..., _Done], *, bars: bool = False) -> _Done | Outcome:
    """Return what `solve` makes of a task in a child of this process; where a child dies, one more tries."""
    from optimizer.batch.fork import ChildDiedError

    for _ in range(2):
        if _interrupts.count:
            return not_started(task)
        try:
            return run_from_stock(task, Terminal(bars=bars, echo=False), _stock(), _interrupts, solve)
        except ChildDiedError as error:
            died = error
    return failed(task, Failure(OUR_BUG, (f"pkgset: {task.file}: the process that solved it {died}",)))


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
