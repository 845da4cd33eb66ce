"""Where the time of one warm `pkgset solve` goes, and what of it nobody can take away.

    python -m benchmarks.where [PROBLEM] [--runs N] [--data DIR]

Milliseconds of processor time, each the least of N runs in a process of its own. Stages are those of run.json, whose
clock is made to count processor time too. A machine that is busy makes all of it more, by a third or a half.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.place import ROOT, compile_modules, data_directory
from benchmarks.stopwatch import run_command

#: What each line imports beside what the lines before it do.
IMPORTS = (
    ("the interpreter", "pass"),
    ("importing click", "import click"),
    ("importing msgspec", "import msgspec"),
    ("importing libsolv's bindings", "import solv"),
    ("importing PyYAML", "import yaml"),
    ("importing modules of our own", "import optimizer.cli.batch, optimizer.pipeline, optimizer.report.text"),
)
# As `pkgset` itself begins and ends.
_BEGINNING, _END = "import gc; gc.set_threshold(50_000, 20, 20)\n", "import os; os._exit(0)"
_BY_PROCESSOR = "import time; time.perf_counter = time.process_time; from optimizer.cli.main import main; main()"


def least_ms(command: Sequence[str], runs: int, environment: dict[str, str]) -> float:
    """Return the least processor time of some runs of a command; raises CommandFailedError."""
    return min(run_command(command, environment=environment).taken.processor_s for _ in range(runs)) * 1000


def measure(problem: Path, data: Path, runs: int) -> list[tuple[str, float]]:
    """Return (what, milliseconds) of each part of a warm solve; raises CommandFailedError."""
    with tempfile.TemporaryDirectory() as name:
        environment = {"PKGSET_CACHE": f"{name}/cache", "PKGSET_MIRROR": str(data)}
        before, code = 0.0, _BEGINNING
        rows: list[tuple[str, float]] = []
        for what, more in IMPORTS:
            code += f"{more}\n"
            taken = least_ms([sys.executable, "-c", code + _END], runs, environment)
            rows.append((what, taken - before))
            before = taken
        solve = [sys.executable, "-c", _BY_PROCESSOR, "solve", "--quiet", "-o", name, str(problem)]
        run_command(solve, environment=environment)  # fills the cache
        whole = float("inf")
        stages: dict[str, float] = {}
        for _ in range(runs):
            whole = min(whole, least_ms(solve, 1, environment))
            (record,) = Path(name).glob("*/run.json")
            for stage, seconds in json.loads(record.read_text(encoding="utf-8"))["timings"].items():
                stages[stage] = min(stages.get(stage, float("inf")), seconds * 1000)
        rows += [(f"`{stage}`", taken) for stage, taken in stages.items()]
        rows.append(("the rest: options, report, writing", whole - sum(taken for _, taken in rows)))
        return [*rows, ("the whole command", whole)]


def main() -> None:
    """Print the parts as a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", nargs="?", type=Path, default=ROOT / "problems" / "real" / "cs9-host.yaml")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--data", type=Path, default=data_directory(), help="real metadata (PKGSET_DATA)")
    asked = parser.parse_args()
    compile_modules()
    print("| part | ms |\n|---|--:|")
    for what, taken in measure(asked.problem, asked.data, asked.runs):
        print(f"| {what} | {taken:.0f} |")


if __name__ == "__main__":
    main()
