"""A batch on a cluster: closed here, solved there, judged and written here."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING

from optimizer.cli.failure import Failure, attempt
from optimizer.cli.interrupt import Interrupts
from optimizer.cli.task import Outcome, Task, failed, finish, not_started, settings_of
from optimizer.cli.terminal import Terminal
from optimizer.cli.workers import in_worker, pool, signal_workers

if TYPE_CHECKING:
    from optimizer.batch.shipped import Shipment
    from optimizer.problem.problem import Problem
    from optimizer.universe.stock import Stock

#: Shipments under way beyond one a thread of the cluster, so that none waits for its next.
_AHEAD = 2


def run_on_cluster(tasks: Sequence[Task], jobs: int, address: str) -> Iterator[Outcome]:
    """Yield each task's outcome, in order; `jobs` processes here close and judge, the cluster solves.

    After Ctrl-C nothing more is started, and what the cluster has not yet answered is given up. Raises
    MissingClusterError, NoClusterError.
    """
    from optimizer.batch.cluster import cluster

    with cluster(address) as (executor, threads), Interrupts() as interrupts, pool(min(jobs, len(tasks))) as here:
        courier = ThreadPoolExecutor(max(1, threads) * _AHEAD + jobs)
        futures = [courier.submit(_carry, task, here, executor) for task in tasks]
        for task, future in zip(tasks, futures, strict=True):
            while True:
                try:
                    yield future.result()
                    break
                except CancelledError:
                    yield not_started(task)
                    break
                except KeyboardInterrupt:
                    interrupts.working = False
                    courier.shutdown(wait=False, cancel_futures=True)
                    executor.shutdown(wait=False, cancel_futures=True)
                    signal_workers(signal.SIGINT)
        courier.shutdown()


def _carry(task: Task, here: ProcessPoolExecutor, there: Executor) -> Outcome:
    """Take one task all the way; a thread that mostly waits."""
    from optimizer.batch.shipped import solve_shipment

    closed = here.submit(_close, task).result()
    if isinstance(closed, Outcome):
        return closed
    solved = attempt(lambda: there.submit(solve_shipment, closed).result())
    if isinstance(solved, Failure):
        return failed(task, solved.of(task.file))
    return here.submit(_finish, task, solved).result()


def _close(task: Task) -> Outcome | Shipment:
    return in_worker(task, close_task)


def _finish(task: Task, solved: bytes) -> Outcome:
    def received(task: Task, progress: Terminal, problem: Problem | None, stock: Stock) -> Outcome:
        return receive_task(task, progress, problem, stock, solved)

    return in_worker(task, received)


def close_task(task: Task, progress: Terminal, problem: Problem | None, stock: Stock) -> Shipment:
    """Return a task's Instance, ready to be sent; raises what `close_problem` raises."""
    from optimizer.batch.shipped import ship
    from optimizer.pipeline import close_problem
    from optimizer.universe.snapshot import read_instance

    settings = settings_of(task, progress, stock)
    if problem is None:
        return ship(read_instance(task.file), settings)
    return ship(close_problem(problem, settings).closed.instance, settings)


def receive_task(task: Task, progress: Terminal, problem: Problem | None, stock: Stock, solved: bytes) -> Outcome:
    """Return a task's outcome from what the cluster found: closed once more, for libsolv to judge it by."""
    from optimizer.batch.shipped import receive
    from optimizer.pipeline import close_problem
    from optimizer.universe.snapshot import read_instance

    settings = settings_of(task, progress, stock)
    if problem is None:
        return finish(task, receive(solved, read_instance(task.file), None), progress)
    world = close_problem(problem, settings)
    result = receive(solved, world.closed.instance, world)
    if task.point is None:
        return finish(task, result, progress)
    from optimizer.cli.point import keep_point

    return keep_point(task, problem, settings, result)
