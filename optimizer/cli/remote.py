"""A batch on a cluster: closed here, solved there, judged and written here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from optimizer.batch.cluster import cluster, explained
from optimizer.batch.relay import Relay, Step, Steps
from optimizer.batch.shipped import FamilyShipment, solve_family_shipment, solve_shipment
from optimizer.cli.task import Outcome, Task, finish, not_started, settings_of
from optimizer.cli.terminal import Terminal
from optimizer.cli.workers import AHEAD, Refused, in_worker, lost, pool, watch

if TYPE_CHECKING:
    from optimizer.batch.shipped import Shipment
    from optimizer.problem.problem import Problem
    from optimizer.universe.stock import Stock

#: Shipments under way beyond one a thread of the cluster, so that none waits for its next.
_AHEAD = 2


def run_on_cluster(tasks: Sequence[Task], jobs: int, address: str, refused: Refused) -> Iterator[Outcome]:
    """Yield each task's outcome, in order; `jobs` processes here close and judge, the cluster solves.

    After Ctrl-C nothing more is started, and what the cluster has not yet answered is given up. Raises
    MissingClusterError, NoClusterError.
    """

    def steps(task: Task) -> Steps[Outcome]:
        outcome = refused(task)
        return outcome if outcome is not None else (yield from _steps(task))

    with cluster(address) as (executor, threads):
        size = min(jobs, len(tasks))
        most = max(1, threads) * _AHEAD + size + AHEAD
        yield from watch(Relay(tasks, steps, not_started, pool, size, most, executor))


def _steps(task: Task) -> Steps[Outcome]:
    """Close here, solve there, judge and write here."""
    found = yield Step(_close, (task,))
    if not isinstance(found, Exception | Outcome):
        work = solve_family_shipment if isinstance(found, FamilyShipment) else solve_shipment
        found = yield Step(work, (found,), elsewhere=True)
        if isinstance(found, Exception):
            return lost(task, explained(found))
        found = yield Step(_finish, (task, found))
    return lost(task, found) if isinstance(found, Exception) else found


def _close(task: Task) -> Outcome | Shipment | FamilyShipment:
    return in_worker(task, close_task)


def _finish(task: Task, solved: bytes) -> Outcome:
    def received(task: Task, progress: Terminal, problem: Problem | None, stock: Stock) -> Outcome:
        return receive_task(task, progress, problem, stock, solved)

    return in_worker(task, received)


def close_task(task: Task, progress: Terminal, problem: Problem | None, stock: Stock) -> Shipment | FamilyShipment:
    """Return a task's Instance, or those of a family, ready to be sent; raises what closing raises."""
    from optimizer.batch.shipped import ship, ship_family
    from optimizer.family import close_family
    from optimizer.pipeline import close_problem
    from optimizer.problem.family import is_family, load_family
    from optimizer.universe.snapshot import SUFFIX, read_instance

    settings = settings_of(task, progress, stock)
    if problem is not None:
        return ship(close_problem(problem, settings).closed.instance, settings)
    if task.file.suffix == SUFFIX or not is_family(task.file):
        return ship(read_instance(task.file), settings)
    family = load_family(task.file)
    return ship_family(family, close_family(family, settings), settings)


def receive_task(task: Task, progress: Terminal, problem: Problem | None, stock: Stock, solved: bytes) -> Outcome:
    """Return a task's outcome from what the cluster found: closed once more, for libsolv to judge it by."""
    from optimizer.batch.shipped import receive, receive_family
    from optimizer.cli.family import finish_family
    from optimizer.pipeline import close_problem
    from optimizer.problem.family import is_family, load_family
    from optimizer.universe.snapshot import SUFFIX, read_instance

    settings = settings_of(task, progress, stock)
    if problem is None and task.file.suffix != SUFFIX and is_family(task.file):
        family = load_family(task.file)
        return finish_family(task, family, receive_family(solved, family, settings), progress.warnings)
    if problem is None:
        return finish(task, receive(solved, read_instance(task.file), None), progress)
    world = close_problem(problem, settings)
    result = receive(solved, world.closed.instance, world)
    if task.point is None:
        return finish(task, result, progress)
    from optimizer.cli.point import keep_point

    return keep_point(task, problem, settings, result)
