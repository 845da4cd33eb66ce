"""Images solved together, the families of the library and hard ones: proof, or value and bound, within the limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.hard_images import IMAGE_FAMILIES, Images
from benchmarks.place import ROOT
from benchmarks.row import Bench, Figure, Row
from benchmarks.rows.hard import bounded
from benchmarks.stopwatch import timed
from optimizer.answer.family import measure
from optimizer.model.family_solve import FamilySolution, solve_together
from optimizer.model.solution import Solution
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.family import load_family

WHAT = "co-optimised images: proof or gap within 60 s"


def images(bench: Bench) -> Row:
    """Solve each family once: each image alone, then all together, within one limit."""
    detail = [_measured(one, bench) for one in _families(bench)]
    neither = sum(not bounded(one) for one in detail)
    unproven = [str(one["family"]) for one in detail if one["status"] != "optimal"]
    slowest = max(detail, key=lambda one: float(one["seconds"]))
    figures = (
        Figure(name="without proof or gap", unit="families", value=neither, goal=0),
        Figure(
            name=f"slowest, {slowest['family']}",
            unit="s",
            value=float(slowest["seconds"]),
            processor=float(slowest["processor"]),
        ),
    )
    notes = (f"not proven to the last tie: {', '.join(unproven)}",) if unproven else ()
    return Row(name="images", what=WHAT, figures=figures, notes=notes, detail=tuple(detail))


def _families(bench: Bench) -> Iterator[Images]:
    """Yield the families of the library, closed, where real metadata is asked for; then the hard ones."""
    for file in sorted((ROOT / "problems" / "families").glob("*.yaml")) if bench.scale.real else ():
        family = load_family(file)
        settings = Settings(mirror=bench.data)
        yield Images(family, tuple(close_problem(one, settings).closed.instance for one in family.images))
    for unit, made in IMAGE_FAMILIES:
        yield made(unit * bench.scale.hard)


def _measured(asked: Images, bench: Bench) -> dict[str, Any]:
    taken, (alone, found) = timed(lambda: _solve(asked, bench.scale.limit_s))
    before = measure(asked.instances, alone)
    after = measure(asked.instances, found.images) if found.solved else {}
    return {
        "family": asked.family.name,
        "images": len(asked.instances),
        "packages": sum(len(one.packages) for one in asked.instances),
        "seconds": round(taken.wall_s, 3),
        "processor": round(taken.processor_s, 3),
        "status": str(found.status),
        "stages": [[one.objective, one.value, one.bound] for one in found.stages],
        "gained": {kind: [before[kind], value] for kind, value in after.items() if value != before[kind]},
    }


def _solve(asked: Images, limit_s: float) -> tuple[list[Solution], FamilySolution]:
    budget = Budget(limit_s)
    alone = [Engine.of(one).solve(budget=Budget((budget.remaining_s or 0) / 2)) for one in asked.instances]
    return alone, solve_together(asked.family, asked.instances, alone, budget)
