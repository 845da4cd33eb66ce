"""Two hundred runs on one cache, twenty at a time, cold and warm: the same bytes, each part fetched once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.place import ROOT
from benchmarks.reliability.killing import FILES, served, web_problem
from benchmarks.reliability.promise import Figure, Promise, Scale
from benchmarks.reliability.sites import over_http

_AT_ONCE = 20


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Solve cs9-host over http on loopback, all runs on one cache that is cold, and then warm."""
    runs = scale.count(200, 4)
    counted: list[Figure] = []
    with scale.folder() as folder:
        for state in ("cold", "warm"):
            asked: list[str] = []
            with served(scale.data, asked) as url:
                problem = web_problem(over_http(folder), url, folder / state)
                failed, written = _solve(problem, folder / "cache", folder / f"results-{state}", runs)
            parts = [path for path in asked if path.startswith("GET") and "primary" in path]
            counted += [
                Figure(name=f"runs on a {state} cache", value=runs),
                Figure(name=f"of these failed, {state}", value=failed, wanted=0),
                Figure(name=f"distinct results, {state}", value=written, wanted=1),
                Figure(name=f"downloads of two primaries, {state}", value=len(parts), wanted=2 * (state == "cold")),
            ]
        left = len(list((folder / "cache").rglob("*.unfinished")))
    return (*counted, Figure(name="temporary files left", value=left, wanted=0))


def _solve(problem: Path, cache: Path, results: Path, runs: int) -> tuple[int, int]:
    """Return how many runs failed, and how many different results the others wrote."""
    failed, written = 0, set()
    for first in range(0, runs, _AT_ONCE):
        places = [results / str(number) for number in range(first, min(runs, first + _AT_ONCE))]
        command = [sys.executable, "-m", "optimizer", "solve", str(problem), "--quiet", "-o"]
        environment = os.environ | {"PKGSET_CACHE": str(cache)}
        processes = [
            subprocess.Popen(
                [*command, str(place)],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            for place in places
        ]
        for place, process in zip(places, processes, strict=True):
            said = process.communicate()[1]
            if process.returncode != 0 or said:
                failed += 1
            else:
                written.add(tuple((place / problem.stem / name).read_bytes() for name in FILES[:-1]))
    return failed, len(written)


ROW = Promise(
    name="concurrent",
    promise="Any number of runs share a cache: the same bytes, nothing damaged, each part fetched once between them",
    tests=(
        "tests/faults/test_cache.py::test_many_runs_at_once_on_one_cache",
        "tests/faults/test_cache.py::test_who_wants_the_same_waits_for_who_makes_it",
        "tests/faults/test_cache.py::test_a_cache_that_is_replaced_while_it_is_used",
        "tests/repository/test_cache.py::test_processes_and_threads_that_store_one_key_never_mix",
    ),
    measure=measure,
)
