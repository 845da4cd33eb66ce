"""Ctrl-C, SIGTERM and SIGHUP: while problems are solved the best answer is kept, and nothing more is started."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

#: A person, a service manager or `timeout`, a terminal that is closed.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """The wish of somebody outside that this process ends; `number` is the signal that says so."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Interrupts:
    """Counts the signals that ask to end; raises Stopped, on which the solver stops, only while `working`.

    A process that was started with one ignored (nohup, a background job) goes on ignoring it. Outside the main
    thread, where Python allows no handlers, nothing is counted.
    """

    def __init__(self, *, working: bool = True) -> None:
        self.count = 0
        self.working = working
        self._before: dict[int, Any] = {}
        self._last: int = signal.SIGINT

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                before = signal.getsignal(number)
                if before not in (signal.SIG_IGN, None):
                    self._before[number] = before
                    signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._before:
            signal.signal(*self._before.popitem())

    def begin(self) -> None:
        """Begin to work: from now on a signal raises Stopped, at once if it came before."""
        self.working = True
        if self.count:
            raise Stopped(self._last)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.count += 1
        self._last = number
        if self.working:
            raise Stopped(number)
