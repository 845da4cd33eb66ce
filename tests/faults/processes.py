"""`pkgset` as a process of its own, with signals as a shell in the foreground would leave them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, as a shell counts, and what it printed."""

    exit_code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Started:
    """A process that is running."""

    process: subprocess.Popen[str]

    def threads(self) -> int:
        """Return how many threads it has."""
        return _threads(self.process.pid)

    def solving(self) -> int:
        """Return how many children of its worker processes have a solver's thread beside the main one."""
        workers = _children(self.process.pid)
        return sum(_threads(child) > 1 for worker in workers for child in _children(worker))

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so; the process must not end before."""
        until = time.monotonic() + PATIENCE_S
        while not condition():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < until, "nothing happened within a minute"
            time.sleep(0.01)

    def end(self) -> Ended:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=PATIENCE_S)
        code = self.process.returncode
        return Ended(128 - code if code < 0 else code, out, err)


def _threads(process: int) -> int:
    try:
        return len(list(Path(f"/proc/{process}/task").iterdir()))
    except FileNotFoundError:
        return 0


def _children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []


def start(
    *arguments: str | Path, cache: Path | None = None, ignoring: signal.Signals | None = None, **environment: str
) -> Started:
    """Start `pkgset` with these arguments, whatever signals this process was given."""

    def signals() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN if number is ignoring else signal.SIG_DFL)

    known = os.environ | environment | ({} if cache is None else {"PKGSET_CACHE": str(cache)})
    process = subprocess.Popen(
        [sys.executable, "-m", "optimizer", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=known,
        preexec_fn=signals,  # noqa: PLW1509 - signals are the child's own, and no thread is asked
    )
    return Started(process)
