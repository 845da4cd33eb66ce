"""Tasks taken through steps: in order, whatever dies on the way; what nobody waits for any more is given up."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from optimizer.batch.relay import LostProcessError, Relay, Step, Steps

Run = Callable[..., list[str]]


def _pool(size: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(size, multiprocessing.get_context("spawn"))


def _told(found: object) -> str:
    return type(found).__name__ if isinstance(found, Exception) else str(found)


def _never() -> bool:
    return False


def work(name: str, directory: str) -> str:
    """Note in a file of its own that this was begun, then do what the name says."""
    path = Path(directory)
    begun = len(list(path.glob(f"{name}.*")))
    (path / f"{name}.{begun}").touch()
    if name == "dies" or (name == "dies-once" and not begun):
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "raises":
        raise ValueError(name)
    return name


def _once(task: str, directory: str) -> Steps[str]:
    found = yield Step(work, (task, directory))
    return _told(found)


@pytest.fixture
def carry(tmp_path: Path) -> Run:
    """Take tasks of these names through one step each, two processes at it."""

    def carry(names: list[str], look: Callable[[], bool] = _never) -> list[str]:
        relay: Relay[str, str] = Relay(
            names, lambda task: _once(task, str(tmp_path)), lambda task: f"{task} given up", _pool, 2, 4
        )
        return list(relay.run(look))

    return carry


def _begun(directory: Path) -> dict[str, int]:
    held = sorted(path.name.rpartition(".")[0] for path in directory.iterdir())
    return {name: len(list(group)) for name, group in itertools.groupby(held)}


def test_outcomes_come_in_order_and_what_a_step_raises_is_its_own(carry: Run) -> None:
    names = [f"task-{number}" for number in range(9)]
    assert carry([*names[:3], "raises", *names[3:]]) == [*names[:3], "ValueError", *names[3:]]


def test_a_process_that_dies_once_costs_nothing(carry: Run, tmp_path: Path) -> None:
    names = [f"task-{number}" for number in range(12)]
    asked = [*names[:2], "dies-once", *names[2:]]
    assert carry(asked) == asked
    begun = _begun(tmp_path)
    assert begun["dies-once"] == 2
    again = [name for name in names if begun[name] > 1]
    assert len(again) <= 3, "only what was under way is done once more"
    assert all(begun[name] <= 2 for name in names)


def test_a_process_that_dies_twice_is_told_and_takes_nobody_with_it(carry: Run, tmp_path: Path) -> None:
    names = [f"task-{number}" for number in range(8)]
    assert carry(["dies", *names]) == [LostProcessError.__name__, *names]
    assert _begun(tmp_path)["dies"] == 2


def test_several_that_die_are_told_each(carry: Run, tmp_path: Path) -> None:
    asked = ["first", "dies", "second", "dies", "raises", "third"]
    told = [LostProcessError.__name__ if name == "dies" else name for name in asked]
    assert carry(asked) == [("ValueError" if name == "raises" else name) for name in told]


def test_once_stopped_nothing_is_begun(carry: Run, tmp_path: Path) -> None:
    looks = iter([False])
    names = [f"task-{number}" for number in range(20)]
    told = carry(names, lambda: next(looks, True))
    begun = set(_begun(tmp_path))
    assert told[:4] == names[:4], "what was handed out ends by itself"
    assert told[4:] == [f"{name} given up" for name in names[4:]]
    assert begun == set(names[:4])


def test_a_process_that_dies_after_the_stop_is_not_tried_again(carry: Run, tmp_path: Path) -> None:
    looks = iter([False])
    assert carry(["dies", "late"], lambda: next(looks, True))[0] == "dies given up"
    assert _begun(tmp_path)["dies"] == 1


def test_steps_here_and_elsewhere_hand_over_what_they_found(tmp_path: Path) -> None:
    def steps(task: str) -> Steps[str]:
        first = yield Step(work, (task, str(tmp_path)))
        second = yield Step(str.upper, (first,), elsewhere=True)
        third = yield Step(str.title, (second,))
        return f"{first} {second} {third}"

    with ThreadPoolExecutor(2) as cluster:
        relay: Relay[str, str] = Relay(["one", "two"], steps, str, _pool, 1, 3, cluster)
        assert list(relay.run(_never)) == ["one ONE One", "two TWO Two"]


def test_what_is_elsewhere_is_given_up_at_once(tmp_path: Path) -> None:
    released = multiprocessing.Event()

    def steps(task: str) -> Steps[str]:
        yield Step(released.wait, (60,), elsewhere=True)
        return "waited"

    with ThreadPoolExecutor(1) as cluster:
        looks = iter([False, False])
        relay: Relay[str, str] = Relay(["one", "two"], steps, lambda task: "given up", _pool, 1, 3, cluster)
        assert list(relay.run(lambda: next(looks, True))) == ["given up", "given up"]
        released.set()


def test_a_step_that_no_process_is_needed_for_begins_none() -> None:
    def steps(task: str) -> Steps[str]:
        return task.upper()
        yield

    def pool(size: int) -> ProcessPoolExecutor:
        raise AssertionError("no process is needed")

    relay: Relay[str, str] = Relay(["a", "b"], steps, str, pool, 2, 4)
    assert list(relay.run(_never)) == ["A", "B"]


def test_outcomes_are_handed_on_while_others_are_under_way(carry: Run, tmp_path: Path) -> None:
    names = [f"task-{number}" for number in range(10)]
    relay: Relay[str, str] = Relay(names, lambda task: _once(task, str(tmp_path)), str, _pool, 1, 2)
    found: Iterator[str] = relay.run(_never)
    assert next(found) == "task-0"
    assert len(_begun(tmp_path)) <= 3
    assert list(found) == names[1:]
