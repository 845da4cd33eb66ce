"""Worker processes: each keeps a stock of repositories, and forks a child for each problem."""

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
from typing import TYPE_CHECKING, TypeVar

from optimizer.cli.failure import OUR_BUG, Failure
from optimizer.cli.interrupt import Interrupts
from optimizer.cli.task import Outcome, Task, failed, not_started, run_from_stock, solve_task
from optimizer.cli.terminal import Terminal

if TYPE_CHECKING:
    from optimizer.universe.stock import Stock

_Done = TypeVar("_Done")


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
