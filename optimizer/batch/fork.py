"""Work done in a forked child: it sees all that this process has loaded, and may change or break its own copy.

Only for processes of one thread: a lock that another thread holds at the fork would stay locked in the child.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")
_READ_SIZE = 1 << 20
_PR_SET_PDEATHSIG = 1


class ChildDiedError(RuntimeError):
    """A forked child that ended without a result; `status` as `os.waitstatus_to_exitcode` tells it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status

    def __str__(self) -> str:
        if self.status < 0:
            return f"was killed by signal {-self.status}"
        return f"ended with {self.status}"


def in_child(work: Callable[[], _Result]) -> _Result:
    """Return what `work` returns when a forked child does it; what it raises is our own bug and kills the child.

    Raises ChildDiedError.
    """
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page of the child
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    parent, child = os.getpid(), os.fork()
    if child == 0:
        _work(work, writing, parent)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        content = b"".join(iter(lambda: pipe.read(_READ_SIZE), b""))
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    if ended != 0:
        raise ChildDiedError(ended)
    result: _Result = pickle.loads(content)  # noqa: S301 - written by our own child
    return result


def _work(work: Callable[[], object], writing: int, parent: int) -> None:
    """Do the work and end this process, whatever happens: nothing of the parent's may run twice."""
    status = 1
    try:
        end_with(parent)
        content = pickle.dumps(work())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)
        sys.stdout.flush()
        sys.stderr.flush()
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        os._exit(status)


def end_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends, as nobody would wait for it; Linux only: prctl(2).

    The parent is the thread that started this process, which must outlive it.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:
            os._exit(1)
