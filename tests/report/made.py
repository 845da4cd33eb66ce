"""Results put together by hand: no solver, no repositories."""

from __future__ import annotations

from typing import Any

import msgspec

from optimizer.answer.core import CorePart
from optimizer.answer.divergence import Entry
from optimizer.answer.manifest import write_manifest
from optimizer.answer.result import DivergenceList, Judgement, Result, RunRecord, first_answer, instance_size
from optimizer.model.solution import Solution, SolveStatus, Stage
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Capability, Feature, Instance, Package, PackageOrigin, Source

MIB = 1 << 20
UPSTREAM, DOWNSTREAM, STUB = PackageOrigin.UPSTREAM, PackageOrigin.DOWNSTREAM, PackageOrigin.STUB


def package(name: str, source: int, origin: PackageOrigin, size: int | None, **more: Any) -> Package:
    """Return `name-1-1.x86_64`; the download is half the installed size."""
    return Package(
        name=name,
        epoch=0,
        version="1",
        release="1",
        arch="x86_64",
        repository=origin.value,
        origin=origin,
        source=source,
        installed_bytes=size,
        download_bytes=None if size is None else size // 2,
        **more,
    )


def instance(*packages: Package, weights: tuple[int, ...] = (), unknown_bytes: int = 0) -> Instance:
    """Return an Instance of these packages, each the one of its source and each asked for by name."""
    weights = weights or (1,) * len(packages)
    return Instance(
        format=1,
        problem="made",
        arch="x86_64",
        packages=packages,
        sources=tuple(
            Source(name=held.name, evr="1-1", origin=held.origin, weight=weight)
            for held, weight in zip(packages, weights, strict=True)
        ),
        capabilities=tuple(Capability(text=held.name, providers=(i,)) for i, held in enumerate(packages)),
        requirements=(),
        exclusions=(),
        unique_names=(),
        features=tuple(Feature(text=held.name, formula=i, required=True) for i, held in enumerate(packages)),
        forbidden=(),
        pins=(),
        limits=(),
        objectives=(ObjectiveKind.DIVERGENCE, ObjectiveKind.INSTALLED_SIZE),
        unknown_bytes=unknown_bytes,
    )


def stage(objective: str, value: int, bound: int | None, *, proven: bool = True) -> Stage:
    """Return a stage."""
    return Stage(objective=objective, value=value, bound=bound, status="optimal" if proven else "feasible")


def entry(source: str, reason: str, evidence: dict[str, Any], **more: Any) -> Entry:
    """Return an entry of the divergence list that only downstream can give, for a feature of the source's name."""
    plain: dict[str, Any] = {
        "origin": "downstream",
        "evr": "1-1",
        "packages": (f"{source}-1-1.x86_64",),
        "features": (source,),
        "nearest": None,
        "price": {"status": "impossible", "stages": []},
    }
    return Entry(source=source, reason=reason, evidence=evidence, **(plain | more))


def answered(
    world: Instance, stages: tuple[Stage, ...], entries: tuple[Entry, ...] = (), *, proven: bool = True
) -> Result:
    """Return the result in which every package is chosen, accepted by both judges."""
    diverging = tuple(i for i, held in enumerate(world.sources) if held.origin is not UPSTREAM)
    solution = Solution(
        status=SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE,
        stages=stages,
        packages=tuple(range(len(world.packages))),
        sources=diverging,
    )
    judges = tuple(Judgement(judge=name, verdict="accepted") for name in ("verify", "libsolv"))
    return Result(
        world,
        solution,
        (),
        record(world, "proven" if proven else "not proven", stages=stages, judges=judges),
        write_manifest(world, solution),
        DivergenceList(format=1, problem=world.problem, entries=entries),
    )


def unanswered(world: Instance, status: SolveStatus, word: str, core: tuple[CorePart, ...] = ()) -> Result:
    """Return a result without an answer."""
    return Result(world, Solution(status=status), (), record(world, word, infeasible=core))


def record(world: Instance, status: str, **more: Any) -> RunRecord:
    """Return a run record with nothing in it but what is given."""
    plain = RunRecord(
        format=1,
        problem=world.problem,
        status=status,
        stages=(),
        judges=(),
        infeasible=(),
        libsolv_first_answer=first_answer(world),
        size_of_instance=instance_size(world),
        timings={},
        versions={},
        inputs=(),
        warnings=(),
    )
    return msgspec.structs.replace(plain, **more)
