"""How fast a batch over the same repositories goes: problems a second, by number of jobs.

    python -m benchmarks.batch [--problems 200] [--jobs 1,2] [--repeat 3] [--data ../shared/data] [--json FILE]

The problems are problems/real/cs9-host.yaml under as many different limits, all of which leave an answer. The rounds
of the numbers of jobs alternate, and medians are of rounds; the first problem of each process loads the repositories,
start-up is counted. Processor seconds, of all processes, tell on a busy machine what the wall clock does not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from optimizer.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
PROBLEM = ROOT / "problems" / "real" / "cs9-host.yaml"
_LEAST_MIB = 650


@dataclass(frozen=True, slots=True)
class Round:
    """One batch from start to end: seconds on the wall and of processors."""

    jobs: int
    problems: int
    wall_s: float
    processor_s: float


def write_problems(directory: Path, number: int) -> list[Path]:
    """Return so many problem files that differ in their limit only."""
    files = []
    for index in range(number):
        file = directory / f"batch-{index:05}.yaml"
        limit = f"limits: {{installed_size: {_LEAST_MIB + index} MiB}}"
        file.write_text(f"extends: cs9-host.yaml\nformat: 1\nname: {file.stem}\n{limit}\n", encoding="utf-8")
        files.append(file)
    (directory / PROBLEM.name).write_bytes(PROBLEM.read_bytes())
    return files


def measure(files: list[Path], jobs: int, mirror: Path) -> Round:
    """Return how long `pkgset solve` takes for the problems; raises CalledProcessError unless all are proven."""
    command = [sys.executable, "-m", "optimizer", "solve", "--no-write", "--jobs", str(jobs), "--mirror", str(mirror)]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*command, *map(str, files)], check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Round(jobs, len(files), wall, spent)


def main() -> None:
    """Measure and print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--problems", type=int, default=200)
    words.add_argument("--jobs", default="1,2")
    words.add_argument("--repeat", type=int, default=3)
    words.add_argument(
        "--data", type=Path, default=Path(os.environ.get("PKGSET_DATA", ROOT.parent / "shared" / "data"))
    )
    words.add_argument("--json", type=Path)
    chosen = words.parse_args()
    numbers = [int(word) for word in chosen.jobs.split(",")]
    with tempfile.TemporaryDirectory(prefix="pkgset-batch-") as name:
        files = write_problems(Path(name), chosen.problems)
        measure(files[:1], 1, chosen.data)  # the cache of parsed metadata is filled before anything is timed
        rounds = [measure(files, jobs, chosen.data) for _ in range(chosen.repeat) for jobs in numbers]
    walls = {jobs: statistics.median(held.wall_s for held in rounds if held.jobs == jobs) for jobs in numbers}
    spent = {jobs: statistics.median(held.processor_s for held in rounds if held.jobs == jobs) for jobs in numbers}
    print(f"{chosen.problems} problems, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the end")
    print(
        f"{'jobs':>4} {'wall s':>8} {'a second':>9} {'processor s a problem':>22} {'against ' + str(numbers[0]):>10}"
    )
    for jobs in numbers:
        each = spent[jobs] / chosen.problems
        faster = walls[numbers[0]] / walls[jobs]
        print(f"{jobs:>4} {walls[jobs]:>8.2f} {chosen.problems / walls[jobs]:>9.1f} {each:>22.3f} {faster:>9.2f}x")
    if chosen.json is not None:
        machine = {"machine": platform.machine(), "processors": os.cpu_count(), "python": platform.python_version()}
        document = {**machine, "pkgset": VERSION, "rounds": [asdict(held) for held in rounds]}
        chosen.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
