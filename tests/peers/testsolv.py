"""Debian's testsolv: another build and version of libsolv, asked again what the Python bindings were asked."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.requirements import require_tool


@dataclass(frozen=True, slots=True)
class TestsolvAnswer:
    """What would be installed, `name-evr.arch@repository` ascending, and the problems in libsolv's words."""

    __test__ = False  # pytest takes the name for a test class

    installed: tuple[str, ...]
    problems: tuple[str, ...]


def run_testsolv(solver: Any, directory: Path) -> TestsolvAnswer:
    """Return testsolv's answer to the question that a `solv.Solver` was last asked.

    `solver` has been given `solve(jobs)`; the pool, its flags, the jobs and the solver's flags travel as a
    testcase below `directory`, so that nothing of the bindings' own answer is used.
    """
    tool = require_tool("testsolv")
    directory.mkdir(parents=True, exist_ok=True)
    assert solver.write_testcase(str(directory))
    case = directory / "testcase.t"
    question = [line for line in case.read_text().splitlines() if not line.startswith("result")]
    inline = [line for line in question if not line.startswith("#>")]
    case.write_text("\n".join(inline) + "\n")
    done = subprocess.run([str(tool), "-r", str(case)], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    lines = done.stdout.splitlines()
    installed = sorted(line.removeprefix("install ") for line in lines if line.startswith("install "))
    problems = [line.split(" ", 3)[-1] for line in lines if line.startswith("problem ") and " info " in line]
    return TestsolvAnswer(tuple(installed), tuple(problems))
