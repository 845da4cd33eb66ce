"""Hard families: each is proven, or has a value and a bound, within the time limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.generate import features_reaching, generate
from benchmarks.hard import FAMILIES
from benchmarks.row import Bench, Figure, Row
from benchmarks.rpm_md import write_problem
from benchmarks.stopwatch import timed
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.load import load_problem
from optimizer.universe.instance import Instance

WHAT = "hard families: proof or gap within 60 s"
_VERSIONS = 10


def hard(bench: Bench) -> Row:
    """Solve each family's Instance once."""
    detail = []
    for instance in instances(bench):
        taken, solution = timed(
            lambda instance=instance: Engine.of(instance).solve(budget=Budget(bench.scale.limit_s))  # type: ignore[misc]
        )
        detail.append(
            {
                "family": instance.problem,
                "packages": len(instance.packages),
                "seconds": round(taken.wall_s, 3),
                "processor": round(taken.processor_s, 3),
                "status": str(solution.status),
                "stages": [[one.objective, one.value, one.bound] for one in solution.stages],
            }
        )
    neither = sum(not bounded(one) for one in detail)
    unproven = [one["family"] for one in detail if one["status"] != "optimal"]
    slowest = max(detail, key=lambda one: float(str(one["seconds"])))
    figures = (
        Figure(name="without proof or gap", unit="families", value=neither, goal=0),
        Figure(
            name=f"slowest, {slowest['family']}",
            unit="s",
            value=float(str(slowest["seconds"])),
            processor=float(str(slowest["processor"])),
        ),
    )
    notes = (f"not proven to the last tie: {', '.join(map(str, unproven))}",) if unproven else ()
    return Row(name="hard", what=WHAT, figures=figures, notes=notes, detail=tuple(detail))


def instances(bench: Bench) -> Iterator[Instance]:
    """Yield one Instance of each family, and a closure with ten versions of each name, all of them candidates."""
    for unit, family in FAMILIES:
        yield family(unit * bench.scale.hard)
    universe = generate(40 * bench.scale.hard * _VERSIONS, versions=_VERSIONS)
    with bench.folder() as directory:
        names = features_reaching(universe, 20 * bench.scale.hard)
        file = write_problem(universe, names, directory, name="ten-versions", policy={"candidates": "all"})
        yield close_problem(load_problem(file), Settings()).closed.instance


def bounded(one: dict[str, Any]) -> bool:
    """Whether a solve has values, and its first unproven objective, if any, a bound; the tie-break has neither."""
    objectives = [stage for stage in one["stages"] if stage[0] != "tie_break"]
    first = next((stage for stage in objectives if stage[1] != stage[2]), None)
    return bool(objectives) and (first is None or first[2] is not None)
