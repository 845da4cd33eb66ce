"""Worker processes: each keeps a stock of repositories, and forks a child for each problem."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from optimizer.batch.fork import ChildDiedError, end_with
from optimizer.batch.relay import Relay, Step, Steps
from optimizer.cli.failure import OUR_BUG, Failure, failure_of
from optimizer.cli.interrupt import Interrupts
from optimizer.cli.task import Outcome, Task, failed, not_started, run_from_stock, solve_task
from optimizer.cli.terminal import Terminal

if TYPE_CHECKING:
    from optimizer.universe.stock import Stock

_Done = TypeVar("_Done")

#: Tasks handed out beyond one a process, so that none waits for its next.
AHEAD = 2

#: Why a task is not begun, asked in the order of the tasks; None where nothing is against it.
Refused = Callable[[Task], Outcome | None]


def run_in_processes(
    tasks: Sequence[Task], jobs: int, *, quiet: bool, refused: Refused = lambda _task: None
) -> Iterator[Outcome]:
    """Yield each task's outcome, in order; a single worker shows its progress unless `quiet`."""
    size = min(jobs, len(tasks))
    work = functools.partial(_work, bars=size == 1 and not quiet and sys.stderr.isatty())

    def steps(task: Task) -> Steps[Outcome]:
        outcome = refused(task)
        if outcome is not None:
            return outcome
        found = yield Step(work, (task,))
        return lost(task, found) if isinstance(found, Exception) else found

    yield from watch(Relay(tasks, steps, not_started, pool, size, size + AHEAD))


def watch(relay: Relay[Task, Outcome]) -> Iterator[Outcome]:
    """Yield the outcomes of a relay; Ctrl-C reaches its processes, the second time as a kill.

    Where the outcomes are no longer wanted, the processes are killed.
    """
    with Interrupts(working=False) as interrupts:
        told = 0

        def look() -> bool:
            nonlocal told
            if told < interrupts.count:
                signal_workers(signal.SIGINT if interrupts.count == 1 else signal.SIGKILL)
                told = interrupts.count
            return told > 0

        ended = False
        try:
            yield from relay.run(look)
            ended = True
        finally:
            if not ended:
                signal_workers(signal.SIGKILL)


def lost(task: Task, error: Exception) -> Outcome:
    """Return the outcome of a task that a process or a cluster could not do."""
    return failed(task, failure_of(error).of(task.file))


def pool(size: int) -> ProcessPoolExecutor:
    """Return an executor of fresh processes that keep a stock of repositories; for `in_worker`."""
    # Fresh and not forked ones: threads of this process (a bar's, the pool's) would not survive a fork.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(size, context, initializer=_begin, initargs=(os.getpid(),))


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


def _begin(parent: int) -> None:
    """In a new process: Ctrl-C reaches it through its parent only, once, and never between two tasks."""
    os.setpgid(0, 0)
    for number in (signal.SIGTERM, signal.SIGHUP):  # who ends every process of a service ends the parent too
        signal.signal(number, signal.SIG_IGN)
    # A shell's background job ignores Ctrl-C; that the parent was asked to end otherwise is told in the same way.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _interrupts.__enter__()
    end_with(parent)
    import optimizer.pipeline  # noqa: F401 - once, and not once a child


@functools.cache
def _stock() -> Stock:
    from optimizer.universe.stock import Stock

    return Stock()


def _work(task: Task, *, bars: bool = False) -> Outcome:
    return in_worker(task, solve_task, bars=bars)


def in_worker(task: Task, solve: Callable[..., _Done], *, bars: bool = False) -> _Done | Outcome:
    """Return what `solve` makes of a task in a child of this process; where a child dies, one more tries."""
    for _ in range(2):
        if _interrupts.count:
            return not_started(task)
        try:
            return run_from_stock(task, Terminal(bars=bars, echo=False), _stock(), _interrupts, solve)
        except ChildDiedError as error:
            died = error
    return failed(task, Failure(OUR_BUG, (f"pkgset: {task.file}: the process that solved it {died}",)))
