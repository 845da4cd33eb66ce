"""How long a question may take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec


class Budget(msgspec.Struct):
    """How long a whole question may take, in seconds from its creation, and whether somebody pressed Ctrl-C.

    `workers` is CP-SAT's number of threads for each run.
    """

    time_limit_s: float | None = None
    workers: int = 1
    interrupted: bool = False
    _started: float = msgspec.field(default_factory=time.monotonic)

    @property
    def remaining_s(self) -> float | None:
        """Seconds left, None where there is no limit, never below 0."""
        if self.time_limit_s is None:
            return None
        return max(0.0, self.time_limit_s - (time.monotonic() - self._started))

    @contextmanager
    def halved(self) -> Iterator[None]:
        """Within, only half of what remains may be taken."""
        whole, remaining = self.time_limit_s, self.remaining_s
        if whole is not None and remaining is not None:
            self.time_limit_s = whole - remaining / 2
        try:
            yield
        finally:
            self.time_limit_s = whole

    @property
    def spent(self) -> bool:
        """Whether nothing more may be started."""
        return self.interrupted or self.remaining_s == 0.0
