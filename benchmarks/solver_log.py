"""CP-SAT's own log of every run that one problem takes: presolve, what each search does, bounds as they move.

    python -m benchmarks.solver_log problems/real/cs9-host.yaml [--whole] [--data ../shared/data]

A problem file or an Instance (*.instance). What each reduction removed, the log, and before each run its number and
the seconds since the start, go to stdout. Most problems take no run: with `--whole` nothing is reduced, and runs are
in the order of the stages, each of which may take several, the tie-break's last.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.place import data_directory
from optimizer.inquiry import open_instance
from optimizer.model import solver
from optimizer.model.reduction.reduce import Reduction
from optimizer.model.solution import Solution
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings


def solve_loudly(path: Path, settings: Settings, *, reduce: bool = True) -> Solution:
    """Solve a problem with CP-SAT's log on stdout and return the solution; raises what `open_instance` raises."""
    engine = Engine.of(open_instance(path, settings), reduce=reduce)
    engine.reductions = lambda reduction: print(*told(reduction), sep="\n")
    chosen = solver.parameters
    begun = time.perf_counter()
    runs = 0

    def loud(budget: solver.Budget, *, assuming: bool = False) -> Any:
        nonlocal runs
        runs += 1
        print(f"\n=== run {runs}, {time.perf_counter() - begun:.3f} s", flush=True)
        parameters = chosen(budget, assuming=assuming)
        parameters.log_search_progress = True
        parameters.log_to_stdout = True
        return parameters

    with mock.patch.object(solver, "parameters", loud):
        solution = engine.solve()
    print(f"\n=== {runs} runs, {time.perf_counter() - begun:.3f} s: {solution.status}")
    for stage in solution.stages:
        print(f"{stage.objective}: {stage.value}, bound {stage.bound}, {stage.status}")
    return solution


def told(reduction: Reduction) -> Iterator[str]:
    """Yield what a reduction removed, a line a step."""
    variables, clauses = reduction.begun
    yield f"reduction of {variables} variables, {clauses} clauses, {reduction.ideal} columns at their best:"
    for step in reduction.steps:
        yield f"  {step.name}: {step.variables} variables, {step.clauses} clauses fewer"
    left = f"{reduction.variables} variables, {reduction.clauses} clauses left" if reduction.possible else "no answer"
    yield f"  {left} after {reduction.rounds} rounds"


def main() -> None:
    """Solve one file loudly."""
    parser = argparse.ArgumentParser(description="CP-SAT's log of one problem")
    parser.add_argument("file", type=Path)
    parser.add_argument("--whole", action="store_true", help="nothing is reduced")
    parser.add_argument("--data", type=Path, default=data_directory())
    arguments = parser.parse_args()
    solve_loudly(arguments.file, Settings(mirror=arguments.data), reduce=not arguments.whole)


if __name__ == "__main__":
    main()
