"""Tasks taken through their steps, several at a time, by one thread: in processes here, which may die, or elsewhere.

One thread, because the kernel ends a worker together with the thread that started it (`optimizer.batch.fork`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")

#: How long Ctrl-C may wait to be seen, in seconds.
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Step:
    """A call for another process: of this machine, or with `elsewhere` of a worker of the cluster."""

    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    elsewhere: bool = False


class LostProcessError(RuntimeError):
    """A step whose process died, when others were under way beside it and then when it was alone."""

    def __str__(self) -> str:
        return "the process that solved it died, and died again with nothing beside it"


#: What a task goes through: it is sent what each step returned or raised, and returns what became of it.
Steps = Generator[Step, Any, _Done]


@dataclass(slots=True)
class _Held(Generic[_Done]):
    """A task under way: its place among the others, and the executor that does its step."""

    place: int
    steps: Steps[_Done]
    step: Step
    executor: Executor
    alone: bool = False


@dataclass(slots=True)
class Relay(Generic[_Task, _Done]):
    """Takes tasks through `steps`, `most` at a time; `pool` makes an executor of so many processes here.

    `given_up` is what becomes of a task that was stopped, or never begun. A process that dies takes its pool with it:
    each step that was under way there, of which one may have killed it, is tried once more in a process of its own,
    and all others go on in a new pool.
    """

    tasks: Sequence[_Task]
    steps: Callable[[_Task], Steps[_Done]]
    given_up: Callable[[_Task], _Done]
    pool: Callable[[int], ProcessPoolExecutor]
    size: int
    most: int
    elsewhere: Executor | None = None
    _here: ProcessPoolExecutor | None = None
    _under_way: dict[Future[Any], _Held[_Done]] = field(default_factory=dict)
    _done: dict[int, _Done] = field(default_factory=dict)
    _stopped: bool = False

    def run(self, look: Callable[[], bool]) -> Iterator[_Done]:
        """Yield what became of each task, in order; once `look` returns True nothing is begun.

        `look` is called many times a second; it is to tell the processes here that they shall end.
        """
        coming = deque(enumerate(self.tasks))
        for place in range(len(self.tasks)):
            while place not in self._done:
                self._stopped = look() or self._stopped
                if self._stopped:
                    self._give_up(coming)
                while coming and len(self._under_way) < self.most:
                    index, task = coming.popleft()
                    self._go_on(index, self.steps(task), None)
                if place not in self._done:
                    finished, _ = wait(self._under_way, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
                    for future in finished:
                        self._collect(future, self._under_way.pop(future))
            yield self._done.pop(place)
        if self._here is not None:
            self._here.shutdown()

    def _give_up(self, coming: deque[tuple[int, _Task]]) -> None:
        """Drop what has not begun and what is elsewhere; what is done here ends by itself, with what it has."""
        for index, task in coming:
            self._done[index] = self.given_up(task)
        coming.clear()
        for future, held in list(self._under_way.items()):
            if held.step.elsewhere:
                future.cancel()
                del self._under_way[future]
                self._drop(held.place, held.steps)

    def _drop(self, place: int, steps: Steps[_Done]) -> None:
        steps.close()
        self._done[place] = self.given_up(self.tasks[place])

    def _collect(self, future: Future[Any], held: _Held[_Done]) -> None:
        error = CancelledError() if future.cancelled() else future.exception()
        if held.alone:
            held.executor.shutdown(wait=False)
        if error is None:
            self._go_on(held.place, held.steps, future.result())
        elif self._stopped:
            self._drop(held.place, held.steps)
        elif not isinstance(error, BrokenProcessPool):
            self._go_on(held.place, held.steps, error)
        elif held.alone:
            self._go_on(held.place, held.steps, LostProcessError())
        else:
            self._forget(held.executor)
            self._begin(_Held(held.place, held.steps, held.step, self.pool(1), alone=True))

    def _go_on(self, place: int, steps: Steps[_Done], found: Any) -> None:
        """Send a task what its last step gave, and begin the next."""
        try:
            step = steps.send(found)
        except StopIteration as ended:
            self._done[place] = ended.value
            return
        if step.elsewhere and self._stopped:
            self._drop(place, steps)
        else:
            self._begin(_Held(place, steps, step, self._executor(step)))

    def _begin(self, held: _Held[_Done]) -> None:
        try:
            future = held.executor.submit(held.step.work, *held.step.arguments)
        except BrokenProcessPool:  # which those under way in it are yet to be told
            self._forget(held.executor)
            held.executor = self._executor(held.step)
            future = held.executor.submit(held.step.work, *held.step.arguments)
        self._under_way[future] = held

    def _executor(self, step: Step) -> Executor:
        if step.elsewhere:
            assert self.elsewhere is not None
            return self.elsewhere
        if self._here is None:
            self._here = self.pool(self.size)
        return self._here

    def _forget(self, broken: Executor) -> None:
        if broken is self._here:
            self._here = None
