"""A batch that is stopped from outside: what is finished is kept, nobody is left behind, and the rest can be had."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from optimizer.universe.snapshot import encode_instance
from tests.cli.instances import weighted_cover
from tests.cli.test_cluster import cluster
from tests.demo.recipes import DEMO
from tests.faults.processes import start

__all__ = ["cluster"]  # the fixture

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks into /proc for processes")

_SWEEP = ("sweep", DEMO / "weights.yaml", "--set", "limits.packages=40..59")


def _start(*arguments: str | Path, cache: Path) -> subprocess.Popen[str]:
    return start(*arguments, cache=cache).process


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, list[str]]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err.splitlines()


def _wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "nothing happened within a minute"
        time.sleep(0.02)


def _children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def _workers(process: int) -> Iterator[int]:
    for child in _children(process):
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            yield child


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _finished(directory: Path) -> list[Path]:
    return sorted(directory.glob("*/run.json"))


def _files(directory: Path) -> dict[str, bytes]:
    found = sorted(path for path in directory.rglob("*") if path.is_file() and path.name != "run.json")
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """What the sweep prints and writes if nobody stops it."""
    place = tmp_path_factory.mktemp("undisturbed")
    code, out, _ = _ended(_start(*_SWEEP, "-o", place / "out", "--csv", "-", cache=place / "cache"))
    assert code == 0
    return out, _files(place / "out")


@pytest.mark.parametrize(("number", "place"), [(signal.SIGTERM, "here"), (signal.SIGINT, "cluster")])
def test_a_stopped_sweep_goes_on_to_the_same_bytes(
    number: signal.Signals,
    place: str,
    tmp_path: Path,
    undisturbed: tuple[str, dict[str, bytes]],
    request: pytest.FixtureRequest,
) -> None:
    where = () if place == "here" else ("--scheduler", request.getfixturevalue("cluster")[0])
    asked = (*_SWEEP, "-o", tmp_path / "out", "--jobs", "2", "--csv", "-", *where)
    process = _start(*asked, cache=tmp_path / "cache")
    _wait_for(lambda: len(_finished(tmp_path / "out")) >= 3)
    process.send_signal(number)
    code, out, err = _ended(process)
    rows = [line.split(",") for line in out.splitlines()[1:]]
    proven = [row[0] for row in rows if row[2] == "proven"]
    assert len(rows) == 20, "every run has a row, begun or not"
    assert {row[2] for row in rows} == {"proven", "interrupted"}
    assert code == 130
    assert [line for line in err if "not solved: interrupted" in line], "the rest is told as not run"
    assert set(proven) == {path.parent.name for path in _finished(tmp_path / "out")}
    again, out, err = _ended(_start(*asked, cache=tmp_path / "cache"))
    assert (again, out, _files(tmp_path / "out")) == (0, *undisturbed)
    known = next(int(line.split()[0]) for line in err if "known already" in line)
    assert len(proven) <= known < 20


def test_a_killed_worker_costs_a_sweep_nothing(tmp_path: Path, undisturbed: tuple[str, dict[str, bytes]]) -> None:
    process = _start(*_SWEEP, "-o", tmp_path / "out", "--jobs", "2", "--csv", "-", cache=tmp_path / "cache")
    for enough in (3, 10):
        _wait_for(lambda enough=enough: len(_finished(tmp_path / "out")) >= enough)  # type: ignore[misc]
        os.kill(next(_workers(process.pid)), signal.SIGKILL)
    code, out, err = _ended(process)
    assert (code, out, _files(tmp_path / "out")) == (0, *undisturbed)
    assert [line for line in err if "died" in line] == []


@pytest.fixture
def hard(tmp_path: Path) -> list[Path]:
    """Three Instances that take far longer than any test."""
    files = []
    for name in ("first", "second", "third"):
        files.append(tmp_path / f"{name}.instance")
        files[-1].write_bytes(encode_instance(weighted_cover(name, packages=150, features=200, providers=8)))
    return files


def test_whoever_ends_the_batch_ends_its_processes(hard: list[Path], tmp_path: Path) -> None:
    process = _start("solve", *hard, "--no-write", "--jobs", "2", cache=tmp_path / "cache")
    _wait_for(lambda: sum(len(_children(worker)) for worker in _workers(process.pid)) == 2)
    below = [*_workers(process.pid), *(child for worker in _workers(process.pid) for child in _children(worker))]
    process.kill()
    process.communicate(timeout=60)
    assert len(below) == 4
    _wait_for(lambda: not any(_lives(held) for held in below))


def test_sigterm_keeps_the_best_answers_and_tells_the_rest(hard: list[Path], tmp_path: Path) -> None:
    process = _start("solve", *hard, "-o", tmp_path / "out", "--jobs", "2", cache=tmp_path / "cache")
    _wait_for(lambda: sum(len(_children(worker)) for worker in _workers(process.pid)) == 2)
    time.sleep(3.0)  # a first answer takes half a second on two busy cores
    for held in (process.pid, *_workers(process.pid)):  # as a service manager does to all of a service
        os.kill(held, signal.SIGTERM)
    code, _, err = _ended(process)
    assert code == 130
    assert err == [f"{hard[2]}: not solved: interrupted"]
    assert [path.parent.name for path in _finished(tmp_path / "out")] == ["first", "second"]
