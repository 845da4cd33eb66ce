"""What a reduction leaves of each problem, and what each of its steps removes.

    python -m benchmarks.reduction [FILE...] [--data ../shared/data]

Without files, those of problems/real. A row is a problem: the variables and clauses of the whole model; how many
leading columns were assumed at their best; what is left once propagation and need have gone; the variables that each
further step removes; what is left then; and the processor milliseconds of building the model and of solving it to the
last tie. `again` marks problems whose assumed best had no answer: the second reduction is shown, the time is of both.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.place import ROOT, data_directory
from optimizer.inquiry import open_instance
from optimizer.model.reduction.reduce import STEPS, Reduction
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings
from optimizer.universe.instance import Instance


@dataclass(frozen=True, slots=True)
class Reduced:
    """One problem: its whole model, the reductions that its solve took, and the processor seconds."""

    problem: str
    variables: int
    clauses: int
    reductions: tuple[Reduction, ...]
    build_s: float
    solve_s: float

    @property
    def last(self) -> Reduction:
        """The reduction that the answer comes from."""
        return self.reductions[-1]


def measure(instance: Instance) -> Reduced:
    """Return what is reduced in one solve of an Instance."""
    begun = time.process_time()
    engine = Engine.of(instance)
    built = time.process_time()
    reductions: list[Reduction] = []
    engine.reductions = reductions.append
    engine.solve()
    ended = time.process_time()
    form = engine.model.form
    return Reduced(
        problem=instance.problem,
        variables=form.variables,
        clauses=len(form.constraints),
        reductions=tuple(reductions),
        build_s=built - begun,
        solve_s=ended - built,
    )


def table(measured: Iterable[Reduced]) -> Iterator[str]:
    """Yield the table, a line a problem."""
    yield f"| problem | whole model | at their best | needed | {' | '.join(STEPS)} | left | build ms | solve ms |"
    yield "|" + "---|" * (len(STEPS) + 7)
    for one in measured:
        last = one.last
        again = " again" if len(one.reductions) > 1 else ""
        removed = " | ".join(str(step.variables) for step in last.steps)
        left = f"{last.variables}, {last.clauses}" if last.possible else "no answer"
        times = f"{1000 * one.build_s:.1f} | {1000 * one.solve_s:.1f}"
        whole, needed = f"{one.variables}, {one.clauses}", f"{last.begun[0]}, {last.begun[1]}"
        yield f"| {one.problem} | {whole} | {last.ideal}{again} | {needed} | {removed} | {left} | {times} |"


def main() -> None:
    """Measure every file and print the table."""
    parser = argparse.ArgumentParser(description="what reductions remove and leave")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--data", type=Path, default=data_directory())
    arguments = parser.parse_args()
    files = arguments.files or sorted((ROOT / "problems" / "real").glob("*.yaml"))
    settings = Settings(mirror=arguments.data)
    for line in table(measure(open_instance(file, settings)) for file in files):
        print(line, flush=True)


if __name__ == "__main__":
    main()
