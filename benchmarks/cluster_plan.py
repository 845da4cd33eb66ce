"""What a problem costs here and on a cluster, measured, and what a million of them would: products, not measurements.

    python -m benchmarks.cluster_plan [--data ../shared/data] [--repeat 5]

Prints the figures of docs/how-to/cluster.md. The problem is problems/real/cs9-host.yaml; processor seconds of one
core, medians. What a problem takes in a batch is from a batch of a hundred, its start and loading included.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.place import ROOT, data_directory
from benchmarks.row import FULL, Bench, pkgset
from benchmarks.rows.batch import write_alike, write_batch
from benchmarks.stopwatch import run_command
from optimizer.answer.judges.libsolv import judge
from optimizer.batch.shipped import ship, solve_shipment
from optimizer.export.results import result_files
from optimizer.pipeline import Settings, close_problem, solve_world
from optimizer.problem.load import load_problem

MILLION = 1_000_000
HARD_S = 10.0
#: Machines of the plan, their cores, and the cores of workers that one head feeds.
MACHINES, CORES, WORKER_CORES = 4, 64, 1_000
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor seconds, and bytes, of one problem."""

    close_s: float
    solve_s: float
    judge_s: float
    different_s: float
    alike_s: float
    there_bytes: int
    back_bytes: int
    result_bytes: int


def measure(data: Path, repeat: int) -> Costs:
    """Return what a problem costs."""
    problem, settings = load_problem(ROOT / "problems" / "real" / "cs9-host.yaml"), Settings(mirror=data)
    world = close_problem(problem, settings)
    shipment = ship(world.closed.instance, settings)
    result = solve_world(world, settings)
    return Costs(
        close_s=_median(repeat, lambda: close_problem(problem, settings)),
        solve_s=_median(repeat, lambda: solve_shipment(shipment)),
        judge_s=_median(repeat, lambda: judge(world.universe, world.closed, result.solution)),
        different_s=_each(data, write_batch),
        alike_s=_each(data, write_alike),
        there_bytes=len(shipment.instance),
        back_bytes=len(solve_shipment(shipment)),
        result_bytes=sum(map(len, result_files(result).values())),
    )


def _median(repeat: int, work: Callable[[], object]) -> float:
    spent = []
    for _ in range(repeat):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return statistics.median(spent)


def _each(data: Path, write: Callable[[Bench, Path, int], list[Path]]) -> float:
    with tempfile.TemporaryDirectory(prefix="pkgset-plan-") as name:
        files = write(Bench(FULL, data, Path(name)), Path(name), _BATCH)
        environment = {"PKGSET_CACHE": str(Path(name, "cache")), "PKGSET_MIRROR": ""}
        for asked in (files[:1], files):  # the cache of parsed metadata is filled before anything counts
            command = pkgset("solve", "--quiet", "--table", "--jobs", 2, "-o", Path(name, "results"), *asked)
            taken = run_command(command, environment=environment).taken
    return taken.processor_s / _BATCH


def plan(costs: Costs) -> list[tuple[str, ...]]:
    """Return the rows of the plan: quick problems that differ in limits, quick ones that differ, hard ones."""
    quick = (costs.alike_s, costs.different_s)
    head_s = costs.different_s - costs.solve_s + costs.close_s  # closed twice, solved elsewhere
    machines = MACHINES * CORES
    workers_s = MILLION * HARD_S / WORKER_CORES
    there, back = MILLION * costs.there_bytes, MILLION * costs.back_bytes
    wire = f"{there / 1e9:.0f} GB there, {back / 1e9:.1f} GB back: {(there + back) / workers_s / 1e6:.1f} MB a second"
    return [
        (
            "processor time",
            *(f"{MILLION:,} x {one:.2f} s = {_core_hours(MILLION * one)}" for one in quick),
            f"head {_core_hours(MILLION * head_s)}, workers {_core_hours(MILLION * HARD_S)}",
        ),
        (
            "takes",
            *(_long(MILLION * one / machines) for one in quick),
            f"{_long(workers_s)}; the head alone {_long(MILLION * head_s / CORES)}",
        ),
        ("on the wire", "nothing", "nothing", wire),
        (
            "on disk",
            *(f"{costs.result_bytes / 1e3:.0f} KB a result: {MILLION * costs.result_bytes / 1e9:.0f} GB",) * 3,
        ),
        ("tasks a second", "", "", f"{MILLION / workers_s:.0f}"),
    ]


def _core_hours(seconds: float) -> str:
    return f"{seconds / 3600:,.0f} core hours"


def _long(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 2 * 3600 else f"{seconds / 3600:.1f} hours"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures and the plan."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=data_directory())
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args(arguments)
    costs = measure(asked.data, asked.repeat)
    for name in costs.__slots__:
        value = getattr(costs, name)
        print(f"{name:<14}{value:>12,}" if isinstance(value, int) else f"{name:<14}{value:>12.4f}")
    print("\n| | quick, limits differ | quick, all differ | hard ones |\n|---|---|---|---|")
    for row in plan(costs):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
