"""Ctrl-C, really sent, and a time limit that strikes: the best answer so far is kept, and said to be no more."""

from __future__ import annotations

import json
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


def test_ctrl_c_keeps_the_best_answer_and_starts_nothing_more(hard: Callable[[str], Path], tmp_path: Path) -> None:
    process = _start("solve", hard("first"), hard("second"), "-o", tmp_path)
    _wait_for(lambda: _threads(process.pid) > 1)
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


def test_a_job_that_dies_takes_nobody_with_it(hard: Callable[[str], Path], tmp_path: Path) -> None:
    doomed, other = hard("doomed"), hard("other")
    process = _start("solve", doomed, other, "-o", tmp_path, "--jobs", "2", "--time-limit", "3")
    _wait_for(lambda: len(_busy_children(process.pid)) == 2)
    subprocess.run(["kill", "-9", str(min(_busy_children(process.pid)))], check=True)
    process.communicate(timeout=90)
    assert process.returncode == 3
    _assert_kept(tmp_path / "doomed")
    _assert_kept(tmp_path / "other")


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
    """Return the worker processes in which the solver's own thread runs beside the main one."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    workers = [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    return [worker for worker in workers if _threads(worker) > 1]


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
