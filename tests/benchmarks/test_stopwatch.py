"""What is measured of commands and functions, and in which order."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.stopwatch import CommandFailedError, Taken, median_ratio, run_command, take_turns, timed


def _python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def test_a_command_is_timed_and_its_words_are_kept(tmp_path: Path) -> None:
    code = (
        "import os,sys; print(os.environ['WORD'], os.getcwd()); sys.stderr.write('e'); sum(range(10**6)); sys.exit(3)"
    )
    ended = run_command(_python(code), environment={"WORD": "w"}, directory=tmp_path, expected=(0, 3))
    assert (ended.exit_code, ended.stdout.strip(), ended.stderr) == (3, f"w {tmp_path}", "e")
    assert ended.taken.wall_s > 0
    assert ended.taken.processor_s > 0


def test_the_processor_time_of_grandchildren_counts() -> None:
    busy = "import time; e = time.process_time() + 0.3\nwhile time.process_time() < e: pass"
    ended = run_command(_python(f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {busy!r}])"))
    assert ended.taken.processor_s >= 0.3


def test_memory_is_the_childs_and_not_ours() -> None:
    held = bytearray(200 * 2**20)
    held[:: 2**12] = b"x" * len(held[:: 2**12])
    assert run_command(_python("pass")).taken.memory_bytes < 100 * 2**20
    assert run_command(_python("held = b'x' * (150 * 2**20)")).taken.memory_bytes > 150 * 2**20


@pytest.mark.parametrize("command", [_python("print('why'); raise SystemExit(1)"), ["/nowhere/why"]])
def test_another_end_than_expected_is_an_error(command: list[str]) -> None:
    with pytest.raises(CommandFailedError, match="why") as raised:
        run_command(command)
    assert raised.value.command == tuple(command)


def test_contestants_take_turns() -> None:
    order: list[str] = []

    def run(name: str) -> Taken:
        order.append(name)
        return Taken(len(order), 1)

    taken = take_turns({"a": lambda: run("a"), "b": lambda: run("b")}, 3)
    assert "".join(order) == "abbaab"
    assert [one.wall_s for one in taken["b"]] == [2, 3, 6]


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    ours, theirs = [Taken(1, 5), Taken(9, 5), Taken(4, 5)], [Taken(2, 1), Taken(1, 1), Taken(4, 2)]
    assert median_ratio(ours, theirs) == 1
    assert median_ratio(ours, theirs, processor=True) == 5


def test_a_function_is_timed() -> None:
    taken, answer = timed(lambda: sum(range(10**6)))
    assert answer == sum(range(10**6))
    assert taken.wall_s > 0
    assert taken.processor_s > 0
