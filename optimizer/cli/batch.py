"""Many problems, one after another or in processes; outcomes come in the order the problems were named."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from optimizer.cli.failure import OUR_BUG, USAGE, Failure
from optimizer.cli.interrupt import Interrupts
from optimizer.cli.task import Outcome, Task, failed, not_started, run_task
from optimizer.cli.terminal import Terminal, tell_warning, terminal


def run_batch(tasks: Sequence[Task], *, jobs: int, quiet: bool) -> Iterator[Outcome]:
    """Yield each task's outcome, in order; `jobs` above 1 solves that many at a time.

    After Ctrl-C the problems being solved end with their best answer, the others are not started.
    """
    clashes = _clashes(tasks)
    free = [task for index, task in enumerate(tasks) if index not in clashes]
    in_processes = min(jobs, len(free)) > 1
    outcomes = _in_processes(free, jobs) if in_processes else _here(free, quiet=quiet, several=len(tasks) > 1)
    for index, task in enumerate(tasks):
        outcome = failed(task, clashes[index]) if index in clashes else next(outcomes)
        if in_processes:
            for warning in outcome.warnings:
                tell_warning(warning, about=str(task.file))
        yield outcome


def _here(tasks: Sequence[Task], *, quiet: bool, several: bool) -> Iterator[Outcome]:
    with Interrupts() as interrupts:
        for task in tasks:
            about = str(task.file) if several else ""
            yield not_started(task) if interrupts.count else run_task(task, terminal(quiet=quiet, about=about))


def _in_processes(tasks: Sequence[Task], jobs: int) -> Iterator[Outcome]:
    """Fresh processes and not forked ones: libsolv's and the solver's threads would not survive a fork."""
    with Interrupts() as interrupts, _pool(min(jobs, len(tasks))) as pool:
        futures = [pool.submit(_work, task) for task in tasks]
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
            _signal_workers(signal.SIGINT if interrupts.count == 1 else signal.SIGKILL)


def _alone(task: Task) -> Outcome:
    """A process died and took its pool with it; nobody knows which problem it was, so each gets another one."""
    try:
        with _pool(1) as pool:
            return pool.submit(_work, task).result()
    except BrokenProcessPool:
        return failed(task, Failure(OUR_BUG, (f"pkgset: {task.file}: the process that solved it died",)))


def _pool(size: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(size, multiprocessing.get_context("spawn"), initializer=_begin)


def _signal_workers(number: int) -> None:
    for child in multiprocessing.active_children():
        if child.pid is not None:
            os.kill(child.pid, number)


_interrupts = Interrupts(working=False)


def _begin() -> None:
    """In a new process: Ctrl-C reaches it through its parent only, once, and never between two tasks."""
    os.setpgid(0, 0)
    _interrupts.__enter__()


def _work(task: Task) -> Outcome:
    if _interrupts.count:
        return not_started(task)
    _interrupts.working = True
    try:
        return run_task(task, Terminal(bars=False, echo=False))
    finally:
        _interrupts.working = False


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
    from optimizer.problem.load import load_problem
    from optimizer.universe.snapshot import SUFFIX

    named = msgspec.defstruct("Named", [("problem", str)])
    try:
        if file.suffix == SUFFIX:
            return str(msgspec.json.decode(file.read_bytes(), type=named).problem)  # type: ignore[attr-defined]
        return load_problem(file).name
    except (ProblemError, OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
