"""CP-SAT's parameters on ten real problems: what docs/decisions/0005-solver-parameters.md was decided by.

    python -m benchmarks.solver_parameters [--repeat 5] [--data ../shared/data]

Prints a row for each way of calling CP-SAT: the median, worst and total time over the problems, each problem's time
being the median of its repetitions. Processor time of the whole process, so that a busy machine counts for little;
wall time where several workers share the work. Building the model is not in it, all stages and the tie-break are.
Ends with an error where two ways give different answers.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from optimizer.model import solver
from optimizer.model.solution import Solution
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.load import load_problem
from optimizer.universe.instance import Instance

ROOT = Path(__file__).resolve().parent.parent

#: Those of problems/real that take the longest to solve, with one way of calling CP-SAT or another.
PROBLEMS = (
    "c7-gnome-desktop",
    "centos8-versions",
    "cs9-cmake-tools",
    "cs9-load-balancer",
    "cs9-smallest-versions",
    "cs9-standard-group",
    "openstack-compute-node",
    "openstack-optional-services",
    "opensuse-kde4",
    "opensuse-xen-host",
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way of calling CP-SAT: what differs from the product's own parameters."""

    title: str
    changes: dict[str, Any] = field(default_factory=dict)
    workers: int = 1


WAYS = (
    Way("the product's"),
    Way("linearization_level 0", {"linearization_level": 0}),
    Way("linearization_level 1", {"linearization_level": 1}),
    Way("optimize_with_core", {"optimize_with_core": True}),
    Way("optimize_with_core, linearization_level 0", {"optimize_with_core": True, "linearization_level": 0}),
    Way("symmetry_level 2 (CP-SAT's default)", {"symmetry_level": 2}),
    Way("no presolve", {"cp_model_presolve": False}),
    Way("CP-SAT's defaults but for the workers", {"linearization_level": 1, "symmetry_level": 2}),
    Way("2 workers", workers=2),
    Way("8 workers, CP-SAT's defaults", {"linearization_level": 1, "symmetry_level": 2}, workers=8),
)


def measure(instance: Instance, way: Way) -> tuple[float, Solution]:
    """Return the seconds one solve of an Instance takes, and what it finds."""
    clock: Callable[[], float] = time.process_time if way.workers == 1 else time.perf_counter
    chosen = solver.parameters

    def changed(budget: solver.Budget, *, assuming: bool = False) -> Any:
        parameters = chosen(budget, assuming=assuming)
        for name, value in way.changes.items():
            setattr(parameters, name, value)
        return parameters

    engine = Engine.of(instance, reduce=False)
    with mock.patch.object(solver, "parameters", changed):
        begun = clock()
        solution = engine.solve(budget=solver.Budget(workers=way.workers))
        return clock() - begun, solution


def compare(way: Way, instances: dict[str, Instance], expected: dict[str, Solution], repeat: int) -> list[float]:
    """Return each problem's median seconds; the first way's solutions are what all others must find."""
    medians = []
    for name, instance in instances.items():
        runs = [measure(instance, way) for _ in range(repeat)]
        for _, solution in runs:
            if solution != expected.setdefault(name, solution):
                raise SystemExit(f"{name}: {way.title} gives another answer")
        medians.append(statistics.median(seconds for seconds, _ in runs))
    return medians


def main() -> None:
    """Measure every way and print the table."""
    parser = argparse.ArgumentParser(description="CP-SAT's parameters on ten real problems")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--data", type=Path, default=os.environ.get("PKGSET_DATA", ROOT.parent / "shared" / "data"))
    arguments = parser.parse_args()
    settings = Settings(mirror=arguments.data)
    instances = {
        name: close_problem(load_problem(ROOT / "problems" / "real" / f"{name}.yaml"), settings).closed.instance
        for name in PROBLEMS
    }
    expected: dict[str, Solution] = {}
    print("| parameters | median s | worst s | on | total s | clock |\n|---|---|---|---|---|---|")
    for way in WAYS:
        medians = compare(way, instances, expected, arguments.repeat)
        clock = "processor" if way.workers == 1 else "wall"
        worst, name = max(zip(medians, PROBLEMS, strict=True))
        row = f"{statistics.median(medians):.3f} | {worst:.3f} | {name} | {sum(medians):.3f} | {clock}"
        print(f"| {way.title} | {row} |", flush=True)


if __name__ == "__main__":
    main()
