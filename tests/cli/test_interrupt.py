"""Ctrl-C, really sent, and a time limit that strikes: the best answer so far is kept, and said to be no more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.universe.snapshot import encode_instance
from tests.cli.conftest import Run
from tests.cli.instances import weighted_cover

_ENOUGH_S = 3.0  # a first answer takes half a second on two busy cores

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="looks into /proc for the solver's thread"
)


@pytest.fixture
def hard(tmp_path: Path) -> Callable[[str], Path]:
    """Write an Instance that takes far longer than any test, though answers are found at once."""

    def write(name: str) -> Path:
        file = tmp_path / f"{name}.instance"
        file.write_bytes(encode_instance(weighted_cover(name, packages=150, features=200, providers=8)))
        return file

    return write


def test_a_time_limit_keeps_the_best_answer(run: Run, hard: Callable[[str], Path], tmp_path: Path) -> None:
    begun = time.monotonic()
    printed = run("solve", hard("slow"), "--time-limit", "3", "-o", tmp_path)
    assert time.monotonic() - begun < 30
    assert printed.exit_code == 3
    assert printed.out.startswith("slow: feasible, not proven optimal")
    _assert_kept(tmp_path / "slow")


def test_a_question_that_ctrl_c_ends_was_interrupted_and_not_late(
    run: Run, hard: Callable[[str], Path], tmp_path: Path
) -> None:
    assert run("solve", hard("asked"), "--time-limit", "2", "-o", tmp_path).exit_code == 3
    process = _start("explain", tmp_path / "asked", "price")
    time.sleep(_ENOUGH_S)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "pkgset: interrupted"


@pytest.mark.parametrize("question", [("why", "p0"), ("what-if", "--forbid", "p0")])
def test_ctrl_c_in_the_solve_before_a_question_ends_it(
    hard: Callable[[str], Path], question: tuple[str, ...]
) -> None:
    process = _start("explain", hard("unsolved"), *question)
    _wait_for(lambda: _threads(process.pid) > 1)
    time.sleep(_ENOUGH_S)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "pkgset: interrupted"


def test_ctrl_c_keeps_the_best_answer_and_starts_nothing_more(hard: Callable[[str], Path], tmp_path: Path) -> None:
    process = _start("solve", hard("first"), hard("second"), "-o", tmp_path)
    _wait_for(lambda: len(_busy_children(process.pid)) == 1)
    time.sleep(_ENOUGH_S)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out.startswith("first: feasible, not proven optimal")
    assert err.splitlines() == [f"{tmp_path / 'second.instance'}: not solved: interrupted"]
    _assert_kept(tmp_path / "first")
    assert not (tmp_path / "second").exists()


def test_ctrl_c_of_one_problem_ends_in_3(hard: Callable[[str], Path], tmp_path: Path) -> None:
    process = _start("solve", hard("only"), "-o", tmp_path)
    _wait_for(lambda: _threads(process.pid) > 1)
    time.sleep(_ENOUGH_S)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (3, "")
    _assert_kept(tmp_path / "only")


def test_ctrl_c_reaches_every_job(hard: Callable[[str], Path], tmp_path: Path) -> None:
    files = [hard(name) for name in ("first", "second", "third")]
    process = _start("solve", *files, "-o", tmp_path, "--jobs", "2")
    _wait_for(lambda: len(_busy_children(process.pid)) == 2)
    time.sleep(_ENOUGH_S)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines() == [f"{files[2]}: not solved: interrupted"]
    _assert_kept(tmp_path / "first")
    _assert_kept(tmp_path / "second")
    assert not (tmp_path / "third").exists()


@pytest.mark.parametrize("victim", ["child", "worker"])
def test_a_job_that_dies_takes_nobody_with_it(hard: Callable[[str], Path], tmp_path: Path, victim: str) -> None:
    doomed, other = hard("doomed"), hard("other")
    process = _start("solve", doomed, other, "-o", tmp_path, "--jobs", "2", "--time-limit", "3")
    _wait_for(lambda: len(_busy_children(process.pid)) == 2)
    begun = _busy_children(process.pid)
    os.kill(min(begun if victim == "child" else _workers(process.pid)), signal.SIGKILL)
    _, err = process.communicate(timeout=90)
    assert (process.returncode, err) == (3, "")
    _assert_kept(tmp_path / "doomed")
    _assert_kept(tmp_path / "other")


def test_a_job_that_dies_twice_fails_alone(hard: Callable[[str], Path], tmp_path: Path) -> None:
    files = [hard(name) for name in ("doomed", "other")]
    process = _start("solve", *files, "-o", tmp_path, "--time-limit", "3")
    _wait_for(lambda: bool(_busy_children(process.pid)))
    (first,) = _busy_children(process.pid)
    os.kill(first, signal.SIGKILL)
    _wait_for(lambda: bool(_busy_children(process.pid)) and first not in _busy_children(process.pid))
    os.kill(_busy_children(process.pid)[0], signal.SIGKILL)
    _, err = process.communicate(timeout=90)
    assert process.returncode == 70
    assert err == f"pkgset: {files[0]}: the process that solved it was killed by signal 9\n"
    assert not (tmp_path / "doomed").exists()
    _assert_kept(tmp_path / "other")


def test_a_second_ctrl_c_leaves_nobody_behind(hard: Callable[[str], Path], tmp_path: Path) -> None:
    process = _start("solve", hard("first"), hard("second"), "-o", tmp_path, "--jobs", "2")
    _wait_for(lambda: len(_busy_children(process.pid)) == 2)
    orphans = _busy_children(process.pid)
    for child in orphans:  # which then cannot hear the first one
        os.kill(child, signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    _wait_for(lambda: not any(_lives(child) for child in orphans))


def _start(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start `pkgset` with Ctrl-C as a shell in the foreground would leave it, whatever this process was given."""
    command = [sys.executable, "-m", "optimizer", *map(str, arguments)]
    code = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-c", code, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _threads(process: int) -> int:
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def _busy_children(process: int) -> list[int]:
    """Return the children of worker processes in which the solver's own thread runs beside the main one."""
    return [
        child for worker in _workers(process) for child in _children(worker) if _lives(child) and _threads(child) > 1
    ]


def _workers(process: int) -> list[int]:
    return [held for held in _children(process) if b"spawn_main" in Path(f"/proc/{held}/cmdline").read_bytes()]


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _lives(process: int) -> bool:
    """Whether a process is there and no mere entry that nobody has asked for."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "nothing happened within a minute"
        time.sleep(0.05)


def _assert_kept(directory: Path) -> None:
    run = json.loads((directory / "run.json").read_bytes())
    assert run["status"] == "not proven"
    assert [stage["status"] for stage in run["stages"]] == ["feasible", "feasible"]
    assert run["stages"][0]["bound"] < run["stages"][0]["value"]
    assert json.loads((directory / "manifest.json").read_bytes())["totals"]["packages"] > 0
