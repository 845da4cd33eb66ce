"""A result as it lies in its directory: read back, and made a Solution of its Instance again."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from optimizer.answer.manifest import Manifest, ManifestPackage
from optimizer.answer.result import DivergenceList, RunRecord
from optimizer.answer.verify import unmet_weak, verify
from optimizer.model.question import Question
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine
from optimizer.problem.file import read_file
from optimizer.problem.pins import MANIFEST_LIMIT
from optimizer.universe.instance import Instance, PackageOrigin, RequirementKind, holds
from optimizer.universe.snapshot import read_instance

MANIFEST, DIVERGENCE, RUN, INSTANCE = "manifest.json", "divergence.json", "run.json", "problem.instance"

_Value = TypeVar("_Value")
_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


class BadResultError(ValueError):
    """A result directory that cannot be worked with: which file, and what is wrong with it."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(path, what)
        self.path, self.what = path, what

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


class UnknownPackagesError(ValueError):
    """Packages of a manifest that are no candidates of the question: (NEVRA, repository) pairs."""

    def __init__(self, packages: tuple[tuple[str, str], ...]) -> None:
        super().__init__(packages)
        self.packages = packages

    def __str__(self) -> str:
        return "; ".join(f"{nevra} of repository {repository} is no candidate" for nevra, repository in self.packages)


class StoredResult(msgspec.Struct, frozen=True):
    """The files of a result that has an answer, and where they lie."""

    directory: Path
    manifest: Manifest
    divergence: DivergenceList
    record: RunRecord

    def instance(self) -> Instance:
        """Return the question it answers, which lies beside it; raises BadResultError, BadInstanceError."""
        return stored_instance(self.directory)


def read_stored(directory: Path) -> StoredResult:
    """Return the result in a directory that `pkgset solve` wrote; raises BadResultError, without an answer too."""
    record = read_record(directory)
    if record.status not in ("proven", "not proven"):
        raise BadResultError(directory / RUN, f"there is no answer, its status is {record.status!r}")
    manifest = _read(directory / MANIFEST, Manifest)
    return StoredResult(directory, manifest, _read(directory / DIVERGENCE, DivergenceList), record)


def read_record(directory: Path) -> RunRecord:
    """Return the run.json of a result directory, answer or none; raises BadResultError."""
    return _read(directory / RUN, RunRecord)


def read_manifest(path: Path) -> Manifest:
    """Return a manifest.json; raises BadResultError."""
    return _read(path, Manifest)


def decode_manifest(text: str, path: Path) -> Manifest:
    """Return a manifest.json by its text; `path` names it in errors. Raises BadResultError."""
    return _decode(text.encode(), path, Manifest)


def stored_instance(directory: Path) -> Instance:
    """Return the question that a result directory answers, or has no answer to; raises BadResultError."""
    path = directory / INSTANCE
    if not path.exists():
        raise BadResultError(path, "not there: solve the problem again with this version of pkgset")
    return read_instance(path)


def solution_of(stored: StoredResult, instance: Instance) -> Solution:
    """Return the solution that a manifest lists, in indices of an Instance.

    The model is asked only which virtual packages complete the set. Raises UnknownPackagesError.
    """
    indices = {(package.nevra, package.repository): index for index, package in enumerate(instance.packages)}
    identities = [identity(package) for package in stored.manifest.packages]
    unknown = tuple(named for named in identities if named not in indices)
    if unknown:
        raise UnknownPackagesError(unknown)
    chosen = frozenset(indices[named] for named in identities)
    return _solution(stored.record, instance, chosen | _virtual(instance, chosen))


def checked_solution(stored: StoredResult, instance: Instance) -> Solution:
    """Return the same, held to every rule of the model: what is told of an answer must be true of one.

    Raises UnknownPackagesError, and BadResultError where the files were changed since they were written.
    """
    solution = solution_of(stored, instance)
    for violation in verify(instance, solution):
        what = f"is no answer to the question that lies beside it: {violation.rule}: {violation.what}"
        raise BadResultError(stored.directory / MANIFEST, what)
    return solution


def identity(package: ManifestPackage) -> tuple[str, str]:
    """Return a manifest package's NEVRA and repository: together no two packages have them."""
    epoch = f"{package.epoch}:" if package.epoch else ""
    release = f"-{package.release}" if package.release else ""
    return f"{package.name}-{epoch}{package.version}{release}.{package.arch}", package.repository


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


def _read(path: Path, kind: type[_Value]) -> _Value:
    try:
        content = read_file(path, MANIFEST_LIMIT)
    except OSError as error:
        raise BadResultError(path, error.strerror or "cannot be read") from error
    return _decode(content, path, kind)


def _decode(content: bytes, path: Path, kind: type[_Value]) -> _Value:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadResultError(path, str(error)) from error
