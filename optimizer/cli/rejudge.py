"""A written result judged again: its files read back, and everything they claim derived anew from the question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from optimizer.answer.judges.libsolv import judge
from optimizer.answer.manifest import Manifest, ManifestPackage, write_manifest
from optimizer.answer.result import DivergenceList, RunRecord
from optimizer.answer.verify import unmet_weak, verify
from optimizer.cli.failure import BadResultError
from optimizer.export.results import DIVERGENCE, MANIFEST, RUN
from optimizer.model.question import Question
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine
from optimizer.pipeline import World
from optimizer.universe.instance import Instance, PackageOrigin, RequirementKind, holds

_Value = TypeVar("_Value")
_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


@dataclass(frozen=True, slots=True)
class Written:
    """The three files of a result that has an answer."""

    manifest: Manifest
    divergence: DivergenceList
    record: RunRecord


def read_result(directory: Path) -> Written:
    """Return the files of a result directory; raises BadResultError."""
    record = _read(directory / RUN, RunRecord)
    if record.status not in ("proven", "not proven"):
        raise BadResultError(directory / RUN, f"there is no answer to judge, its status is {record.status!r}")
    return Written(_read(directory / MANIFEST, Manifest), _read(directory / DIVERGENCE, DivergenceList), record)


def rejudge(written: Written, instance: Instance, world: World | None) -> tuple[str, ...]:
    """Return everything about a written result that does not hold of the question it answers; empty: all holds.

    libsolv is asked where there is a `world`. The model is asked only which virtual packages complete the set;
    the judges then judge that.
    """
    if written.manifest.problem != instance.problem:
        return (f"it answers problem {written.manifest.problem!r}, not {instance.problem!r}",)
    indices = {_identity(instance, index): index for index in range(len(instance.packages))}
    identities = [_written_identity(package) for package in written.manifest.packages]
    unknown = [identity for identity in identities if identity not in indices]
    if unknown:
        return tuple(f"{package} of repository {repository} is no candidate" for package, repository in unknown)
    chosen = frozenset(indices[identity] for identity in identities)
    solution = _solution(written.record, instance, chosen | _virtual(instance, chosen))
    return tuple(_faults(written, instance, world, solution))


def changed_inputs(written: Written, instance: Instance) -> tuple[str, ...]:
    """Return the repositories whose metadata is not what the result was made from."""
    before = {source.repository: source.checksum for source in written.record.inputs}
    return tuple(held.repository for held in instance.inputs if before.get(held.repository) != held.checksum)


def _faults(written: Written, instance: Instance, world: World | None, solution: Solution) -> Iterator[str]:
    for violation in verify(instance, solution):
        yield f"{violation.rule}: {violation.what}"
    if world is not None:
        verdict = judge(world.universe, world.closed, solution)
        yield from (f"libsolv: {problem}" for problem in verdict.problems)
        yield from (f"libsolv adds {name}" for name in verdict.added)
        yield from (f"libsolv leaves out {name}" for name in verdict.left_out)
    yield from _differences(written.manifest, write_manifest(instance, solution))
    listed = sorted(entry.source for entry in written.divergence.entries)
    maintained = sorted(instance.sources[index].name for index in solution.sources)
    if listed != maintained:
        missing, extra = set(maintained) - set(listed), set(listed) - set(maintained)
        yield from (f"{DIVERGENCE} does not list {name}" for name in sorted(missing))
        yield from (f"{DIVERGENCE} lists {name}, of which no package is in" for name in sorted(extra))


def _differences(found: Manifest, derived: Manifest) -> Iterator[str]:
    """What the manifest says of its packages, against what the question says of them."""
    for field in ("arch", "totals", "reuse"):
        if getattr(found, field) != getattr(derived, field):
            yield f"{MANIFEST}: {field} is {getattr(found, field)}, it should be {getattr(derived, field)}"
    by_identity = {_written_identity(package): package for package in found.packages}
    if len(by_identity) != len(found.packages):
        yield f"{MANIFEST}: a package is listed twice"
    for package in derived.packages:
        other = by_identity.get(_written_identity(package))
        if other is not None and other != package:
            wrong = [name for name in package.__struct_fields__ if getattr(other, name) != getattr(package, name)]
            yield f"{MANIFEST}: of {package.name} these are wrong: {', '.join(wrong)}"


def _virtual(instance: Instance, chosen: frozenset[int]) -> frozenset[int]:
    """Return the virtual packages that a set of real ones needs beside it; all that it bears where none will do."""
    virtual = frozenset(i for i, package in enumerate(instance.packages) if package.origin is PackageOrigin.VIRTUAL)
    if not virtual:
        return virtual
    others = frozenset(range(len(instance.packages))) - virtual - chosen
    found = Engine.of(instance).solve(Question(with_packages=chosen, without_packages=others), unique=False)
    if found.solved:
        return virtual.intersection(found.packages)
    return _borne(instance, chosen, virtual)


def _borne(instance: Instance, chosen: frozenset[int], virtual: frozenset[int]) -> frozenset[int]:
    held = virtual
    while True:
        everything = chosen | held
        falling = {
            requirement.package
            for requirement in instance.requirements
            if requirement.package in held
            and requirement.kind in _HARD
            and not holds(requirement.formula, instance, everything)
        }
        if not falling:
            return held
        held -= falling


def _solution(record: RunRecord, instance: Instance, packages: frozenset[int]) -> Solution:
    diverging = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
    members = [instance.packages[index] for index in packages]
    sources = {package.source for package in members if package.origin in diverging and package.source is not None}
    solution = Solution(
        status=SolveStatus.OPTIMAL if record.status == "proven" else SolveStatus.FEASIBLE,
        stages=record.stages,
        packages=tuple(sorted(packages)),
        sources=tuple(sorted(sources)),
        features=tuple(
            index
            for index, feature in enumerate(instance.features)
            if not feature.required and holds(feature.formula, instance, packages)
        ),
    )
    weak = instance.follow_weak or any(stage.objective == "weak" for stage in record.stages)
    return msgspec.structs.replace(solution, unmet=tuple(unmet_weak(instance, packages)) if weak else ())


def _identity(instance: Instance, index: int) -> tuple[str, str]:
    package = instance.packages[index]
    return package.nevra, package.repository


def _written_identity(package: ManifestPackage) -> tuple[str, str]:
    epoch = f"{package.epoch}:" if package.epoch else ""
    release = f"-{package.release}" if package.release else ""
    return f"{package.name}-{epoch}{package.version}{release}.{package.arch}", package.repository


def _read(path: Path, kind: type[_Value]) -> _Value:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise BadResultError(path, error.strerror or "cannot be read") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadResultError(path, str(error)) from error
