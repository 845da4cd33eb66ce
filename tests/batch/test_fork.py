"""A forked child: what it returns, what it leaves alone, and how its death is told."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from optimizer.batch.fork import ChildDiedError, in_child


def test_what_the_child_returns_comes_back_whatever_its_size() -> None:
    content = os.urandom(3 << 20)
    assert in_child(lambda: (content, os.getpid())) != (content, os.getpid())
    assert in_child(lambda: content) == content


def test_the_child_changes_its_own_copy_only() -> None:
    held = [1]

    def change() -> list[int]:
        held.append(2)
        return held

    assert in_child(change) == [1, 2]
    assert held == [1]


def test_a_child_that_dies_is_told() -> None:
    with pytest.raises(ChildDiedError, match=r"^was killed by signal 9$"):
        in_child(lambda: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(ChildDiedError, match=r"^ended with 3$"):
        in_child(lambda: os._exit(3))


def test_what_the_child_raises_is_shown_and_ends_it(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError("no such thing")

    with pytest.raises(ChildDiedError, match=r"^ended with 1$"):
        in_child(fail)
    assert "ValueError: no such thing" in capfd.readouterr().err


def test_descriptors_are_given_back() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        in_child(lambda: None)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
