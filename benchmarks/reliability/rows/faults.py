"""Servers, disks, clocks and files at their worst: how many ways there are, and that each ends as its case says."""

from __future__ import annotations

import re
import subprocess
import sys

from benchmarks.place import ROOT
from benchmarks.reliability.promise import Figure, Promise, Scale

_GROUPS = {
    "ways of servers and networks to fail": "tests/faults/test_servers.py",
    "ways of problem files to be hostile": "tests/faults/test_problem_files.py",
    "ways of caches, disks and clocks to fail": "tests/faults/test_cache.py",
    "ways of result folders and readers to fail": "tests/faults/test_results.py",
}
_COUNTED = re.compile(r"(\d+) (passed|failed|skipped|errors?)")


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Run the tables of cases; quick, only collect them."""
    figures: list[Figure] = []
    for name, file in _GROUPS.items():
        words = [sys.executable, "-m", "pytest", "-q", *(["--collect-only"] if scale.quick else []), file]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        counted = {word: int(number) for number, word in _COUNTED.findall(done.stdout)}
        figures.append(Figure(name=name, value=counted.get("passed", 0)))
        figures.append(Figure(name=f"not as said, {name}", value=done.returncode, wanted=0))
        figures.append(Figure(name=f"skipped, {name}", value=counted.get("skipped", 0)))
    return tuple(figures)


ROW = Promise(
    name="faults",
    promise="Whatever server, disk, clock or file does: one clear line, the right exit code, nothing half written",
    tests=tuple(_GROUPS.values()),
    measure=measure,
)
