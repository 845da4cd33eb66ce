"""Attacks on libsolv and on our own readers, in processes that may use little, and what the child costs."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import solv

from benchmarks.place import ROOT
from benchmarks.reliability.promise import Figure, Promise, Scale
from optimizer.problem.problem import Origin, Position, RepositorySource
from optimizer.repository.cache import Cache
from optimizer.repository.progress import Silent
from optimizer.repository.repository import Repository, open_part, open_repository
from optimizer.universe.containment import begin_reading, conclude, read_again
from tests.repository import attacks, attacks_on_libsolv

_MODULES = {attacks: "tests.repository.attacks", attacks_on_libsolv: "tests.repository.attacks_on_libsolv"}
_LARGE = "centos-stream-9-appstream"


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Run every attack, then read the largest repository with libsolv in this process and in a child."""
    ended = [
        _attacked(module, name)
        for held, module in _MODULES.items()
        for name in list(held.ATTACKS)[: scale.count(100, 2)]
    ]
    held = _repository(scale.data / _LARGE, scale.directory / "containment")
    rounds = range(scale.count(7, 1))
    here = statistics.median(_read_here(held) for _ in rounds)
    child = statistics.median(_read_in_child(held) for _ in rounds)
    return (
        Figure(name="attacks, each within 1 GiB and 20 s", value=len(ended)),
        Figure(name="that ended otherwise than in one line", value=ended.count(False), wanted=0),
        Figure(name=f"parsing and writing {_LARGE} in this process", value=round(here, 3), unit="s"),
        Figure(name="in a child, read again", value=round(child, 3), unit="s"),
    )


def _attacked(module: str, name: str) -> bool:
    done = subprocess.run([sys.executable, "-m", module, name], cwd=ROOT, capture_output=True, text=True, check=False)
    return (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)


def _repository(root: Path, cache: Path) -> Repository:
    source = RepositorySource("r", Origin.UPSTREAM, (str(root),), Position("", 1, ""))
    return open_repository(source, mirror=None, cache=Cache(cache), progress=Silent())


def _read_here(held: Repository) -> float:
    begin = time.perf_counter()
    file = open_part(held, "primary")
    assert file is not None
    pool = solv.Pool()  # a repository does not keep its pool
    repository = pool.add_repo("r")
    with file:
        assert repository.add_rpmmd(solv.xfopen_fd("x.xml", file.fileno()), None)
    assert repository.write(solv.xfopen("/dev/null", "w"))
    return time.perf_counter() - begin


def _read_in_child(held: Repository) -> float:
    begin = time.perf_counter()
    with begin_reading(held, with_filelists=False) as reading:
        file = read_again(reading)
        pool = solv.Pool()
        assert pool.add_repo("r").add_solv(solv.xfopen_fd("x.solv", file.fileno()))
        conclude(reading)
    return time.perf_counter() - begin


ROW = Promise(
    name="containment",
    promise="What is made to crash, or to cost time or memory, ends in one line about the repository",
    tests=(
        "tests/universe/test_containment.py::test_a_crash_of_libsolv_is_an_error_about_the_repository",
        "tests/repository/test_hostile_packages.py::test_what_costs_much_is_refused_for_little",
        "tests/repository/test_hostile_metadata.py::test_what_costs_much_is_refused_for_little",
    ),
    measure=measure,
)
