"""A wish to end that comes while an answer is being made: the answer so far is finished first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from optimizer.model.budget import Budget

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

#: How the run of the main thread that is going on is stopped; empty while there is none.
_stops: list[Callable[[], None]] = []


class Interruption(msgspec.Struct):
    """What a signal would have raised; None while none came."""

    error: KeyboardInterrupt | None = None
    before: dict[int, Any] = msgspec.field(default_factory=dict)

    def take(self, number: int, frame: FrameType | None) -> bool:
        """Return whether the signal's own handler would end the work; a second one does."""
        try:
            self.before[number](number, frame)
        except KeyboardInterrupt as error:
            if self.error is not None:
                raise
            self.error = error
            return True
        return False


@contextmanager
def holding(budget: Budget) -> Iterator[Interruption]:
    """Within, the first signal that raises KeyboardInterrupt marks the budget and stops the solver instead.

    Between two runs of the solver it would else be lost what they found. Other handlers, and other threads than the
    main one, are left as they are.
    """
    held = Interruption()

    def note(number: int, frame: FrameType | None) -> None:
        if held.take(number, frame):
            budget.interrupted = True
            for stop in _stops:
                stop()

    if threading.current_thread() is threading.main_thread():
        held.before |= {number: before for number in SIGNALS if callable(before := signal.getsignal(number))}
    for number in held.before:
        signal.signal(number, note)
    try:
        yield held
    finally:
        for number, before in held.before.items():
            signal.signal(number, before)


@contextmanager
def stopped_by(stop: Callable[[], None]) -> Iterator[None]:
    """Within, `stop` is called when a signal asks the main thread's run to end."""
    _stops.append(stop)
    try:
        yield
    finally:
        _stops.remove(stop)
