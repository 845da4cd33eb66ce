"""What goes to a machine that has no repositories, and what comes back: Instances, and how they were solved."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from optimizer.answer.manifest import write_manifest
from optimizer.answer.result import DivergenceList, Result, RunRecord
from optimizer.batch.kept import code_version
from optimizer.family import FamilyResult, Searched, close_family, conclude_family, search_family
from optimizer.model.solution import Solution
from optimizer.pipeline import Clock, Settings, World, judge_result, solve_instance
from optimizer.problem.family import Family
from optimizer.universe.instance import Instance
from optimizer.universe.snapshot import compress_instance, decode_instance


class OtherCodeError(RuntimeError):
    """A machine that runs another pkgset, or other solvers, than the one that asks it."""

    def __str__(self) -> str:
        return "a worker of the cluster runs another version of pkgset or of its solvers: install the same everywhere"


@dataclass(frozen=True, slots=True)
class Shipment:
    """An Instance in Zstandard, how to solve it, and the code that must solve it."""

    instance: bytes
    time_limit_s: float | None
    workers: int
    code: str


@dataclass(frozen=True, slots=True)
class FamilyShipment:
    """The Instances of a family's images, its rules, and as of one Instance how to solve them."""

    family: Family
    instances: tuple[bytes, ...]
    time_limit_s: float | None
    workers: int
    code: str


@dataclass(frozen=True, slots=True)
class Solved:
    """What another machine found, without the Instance, which is here."""

    solution: Solution
    record: RunRecord
    divergence: DivergenceList | None


def ship(instance: Instance, settings: Settings) -> Shipment:
    """Return an Instance ready to be sent."""
    return Shipment(compress_instance(instance), settings.time_limit_s, settings.workers, code_version())


def solve_shipment(shipment: Shipment) -> bytes:
    """Return a pickled `Solved`, on whatever machine; raises OtherCodeError.

    Pickled here and not by the cluster's own serialiser, so that what comes back costs the scheduler no thought.
    """
    if shipment.code != code_version():
        raise OtherCodeError
    settings = Settings(time_limit_s=shipment.time_limit_s, workers=shipment.workers)
    result = solve_instance(decode_instance(shipment.instance, "shipment"), settings)
    return pickle.dumps(Solved(result.solution, result.record, result.divergence))


def ship_family(family: Family, instances: Sequence[Instance], settings: Settings) -> FamilyShipment:
    """Return a family's Instances ready to be sent, with its rules and without its problems."""
    rules = replace(family, images=(), file=Path())
    held = tuple(map(compress_instance, instances))
    return FamilyShipment(rules, held, settings.time_limit_s, settings.workers, code_version())


def solve_family_shipment(shipment: FamilyShipment) -> bytes:
    """Return a pickled `Searched`, on whatever machine; raises OtherCodeError."""
    if shipment.code != code_version():
        raise OtherCodeError
    instances = tuple(decode_instance(held, "shipment") for held in shipment.instances)
    settings = Settings(time_limit_s=shipment.time_limit_s, workers=shipment.workers)
    return pickle.dumps(search_family(shipment.family, instances, settings))


def receive_family(content: bytes, family: Family, settings: Settings) -> FamilyResult:
    """Return the result of a family that another machine searched, closed and judged here."""
    searched: Searched = pickle.loads(content)  # noqa: S301 - from the workers that this user's own cluster runs
    clocks = [Clock() for _ in family.images]
    return conclude_family(family, close_family(family, settings, clocks), searched, settings, clocks)


def receive(content: bytes, instance: Instance, world: World | None) -> Result:
    """Return the result that another machine found, judged here by the world that its Instance was closed from."""
    solved: Solved = pickle.loads(content)  # noqa: S301 - from the workers that this user's own cluster runs
    manifest = write_manifest(instance, solved.solution) if solved.divergence is not None else None
    result = Result(instance, solved.solution, (), solved.record, manifest, solved.divergence)
    return result if world is None else judge_result(result, world)
