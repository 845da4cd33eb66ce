"""A frontier to be written and shown: each point with its packages and its step, and what was left out."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import msgspec

from optimizer.answer.manifest import Totals, source_label, totals
from optimizer.model.frontier import Frontier, FrontierPoint, steepest
from optimizer.model.solution import SolveStatus
from optimizer.universe.instance import Instance, PackageOrigin
from optimizer.universe.snapshot import encode_instance


class FrontierPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A package of some point; sizes in bytes, None where unknown; `source` as in the manifest."""

    name: str
    nevra: str
    repository: str
    origin: str
    source: str
    installed_size: int | None
    download_size: int | None


class PointRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One point: `values` and their `change` since the point before, by objective; None for the first point.

    `packages` are places in the record's own table of packages, `gained` and `lost` those of them that came and went
    since the point before, `maintained` the downstream sources and stubs of the point.
    """

    values: dict[str, int]
    change: dict[str, int] | None
    status: str
    totals: Totals
    maintained: tuple[str, ...]
    gained: tuple[int, ...]
    lost: tuple[int, ...]
    packages: tuple[int, ...]


class GapRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Where points were not looked for: strictly between the values of two neighbouring points."""

    after: dict[str, int]
    before: dict[str, int]


class FrontierRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of frontier-A-B.json; points from the best of the first of `objectives` to the best of the second.

    `status` is `proven` where every point there is, is there; `part` where all are proven and `--most` left gaps;
    `not proven` where the time ran out; `infeasible` or `unknown` without a point. `held` are objectives that rank
    above both, at their best; `then` those that choose among equals. `steepest` is the place of the point whose step
    buys most of the second objective for one of the first; `instance` the SHA-256 of the question.
    """

    format: int
    problem: str
    objectives: tuple[str, str]
    status: str
    held: dict[str, int]
    then: tuple[str, ...]
    steepest: int | None
    points: tuple[PointRecord, ...]
    gaps: tuple[GapRecord, ...]
    packages: tuple[FrontierPackage, ...]
    instance: str
    weighted: bool = False


def record_frontier(instance: Instance, found: Frontier, then: tuple[str, ...], most: int) -> FrontierRecord:
    """Return a frontier of an Instance with its packages, of which no more than `most` points were looked for."""
    used = sorted({index for point in found.points for index in point.packages if _real(instance, index)})
    places = {index: place for place, index in enumerate(used)}
    points: list[PointRecord] = []
    for index, point in enumerate(found.points):
        before = found.points[index - 1] if index else None
        points.append(_point(instance, found.objectives, point, before, places))
    return FrontierRecord(
        format=1,
        problem=instance.problem,
        objectives=found.objectives,
        status=_status(found, most),
        held=dict(found.held),
        then=then,
        steepest=_steepest(found),
        points=tuple(points),
        gaps=tuple(
            GapRecord(
                after=dict(zip(found.objectives, gap.after, strict=True)),
                before=dict(zip(found.objectives, gap.before, strict=True)),
            )
            for gap in found.gaps
        ),
        packages=tuple(_package(instance, index) for index in used),
        instance=instance_digest(instance),
        weighted=any(source.weight != 1 for source in instance.sources),
    )


def instance_digest(instance: Instance) -> str:
    """Return the SHA-256 of an Instance as it is written, in hexadecimal."""
    return hashlib.sha256(encode_instance(instance)).hexdigest()


def _status(found: Frontier, most: int) -> str:
    if found.status is not SolveStatus.FEASIBLE:
        return "proven" if found.status is SolveStatus.OPTIMAL else found.status.value
    proven = all(point.status is SolveStatus.OPTIMAL for point in found.points)
    return "part" if proven and found.gaps and len(found.points) >= most else "not proven"


def _point(
    instance: Instance,
    objectives: tuple[str, str],
    point: FrontierPoint,
    before: FrontierPoint | None,
    places: dict[int, int],
) -> PointRecord:
    chosen = {places[index] for index in point.packages if index in places}
    earlier = chosen if before is None else {places[index] for index in before.packages if index in places}
    change = None
    if before is not None:
        steps = (now - then for now, then in zip(point.values, before.values, strict=True))
        change = dict(zip(objectives, steps, strict=True))
    return PointRecord(
        values=dict(zip(objectives, point.values, strict=True)),
        change=change,
        status="proven" if point.status is SolveStatus.OPTIMAL else "not proven",
        totals=totals([instance.packages[index] for index in point.packages if index in places]),
        maintained=tuple(sorted(instance.sources[index].name for index in point.sources)),
        gained=tuple(sorted(chosen - earlier)),
        lost=tuple(sorted(earlier - chosen)),
        packages=tuple(sorted(chosen)),
    )


def _package(instance: Instance, index: int) -> FrontierPackage:
    package = instance.packages[index]
    return FrontierPackage(
        name=package.name,
        nevra=package.nevra,
        repository=package.repository,
        origin=package.origin.value,
        source=source_label(instance, package),
        installed_size=package.installed_bytes,
        download_size=package.download_bytes,
    )


def _real(instance: Instance, index: int) -> bool:
    return instance.packages[index].origin is not PackageOrigin.VIRTUAL


def _steepest(found: Frontier) -> int | None:
    """Return the steepest step where more than one can be compared; what is maximised counts the other way round."""
    signs = [-1 if objective == "features" else 1 for objective in found.objectives]
    points = [
        msgspec.structs.replace(point, values=(signs[0] * point.values[0], signs[1] * point.values[1]))
        for point in found.points
    ]
    if any(after.values[0] <= before.values[0] for before, after in pairwise(points)):
        return None  # an unproven end may be no better than the other
    return steepest(points) if len(points) > 2 else None
