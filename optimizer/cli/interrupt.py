"""Ctrl-C while problems are being solved: the solver keeps its best answer, and nothing more is started."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """Counts Ctrl-C; raises KeyboardInterrupt, on which the solver stops, only while `working`.

    A process that was started with SIGINT ignored (nohup, a background job) goes on ignoring it.
    """

    def __init__(self, *, working: bool = True) -> None:
        self.count = 0
        self.working = working
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def begin(self) -> None:
        """Begin to work: from now on Ctrl-C raises KeyboardInterrupt, at once if it came before."""
        self.working = True
        if self.count:
            raise KeyboardInterrupt

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.working:
            raise KeyboardInterrupt
