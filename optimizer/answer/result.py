"""Everything one problem's run found out, and run.json's keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from optimizer.answer.core import CorePart
from optimizer.answer.divergence import Entry
from optimizer.answer.manifest import Manifest, UnknownSizes
from optimizer.answer.relaxation import Relaxation
from optimizer.answer.verify import Violation
from optimizer.model.solution import Solution, SolveStatus, Stage
from optimizer.problem.problem import Problem
from optimizer.universe.instance import Input, Instance, PackageOrigin

#: What run.json calls a solver status, and the exit code that goes with it (DESIGN section 6).
STATUS_WORDS = {
    SolveStatus.OPTIMAL: "proven",
    SolveStatus.FEASIBLE: "not proven",
    SolveStatus.INFEASIBLE: "infeasible",
    SolveStatus.UNKNOWN: "unknown",
}
EXIT_CODES = {"proven": 0, "infeasible": 1, "not proven": 3, "unknown": 3, "rejected": 4}


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """One judge's verdict: `accepted`, `rejected` or `not asked`, and why."""

    judge: str
    verdict: str
    evidence: tuple[str, ...] = ()


class InputFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file the problem was read from: its path from the problem file's directory, and its sha256."""

    name: str
    checksum: str


class FirstAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What libsolv by itself, as dnf and zypper use it, would install for the required features; sizes in bytes.

    Packages of `unknown_sizes` count nothing in them.
    """

    packages: int
    installed_size: int
    download_size: int
    unknown_sizes: UnknownSizes
    downstream_sources: int


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of run.json: what may differ from run to run, timings in seconds.

    Without an answer, `infeasible` is a minimal core, `relaxations` what could be given up, as far as the time went.
    `inputs` are the repositories that went in, `files` the problem file and all that it extends and includes; an
    Instance that was solved alone has none. `family` names the family whose image this is, in which case others'
    stages came before its own.
    """

    format: int
    problem: str
    status: str
    stages: tuple[Stage, ...]
    judges: tuple[Judgement, ...]
    infeasible: tuple[CorePart, ...]
    libsolv_first_answer: FirstAnswer | None
    size_of_instance: dict[str, int]
    timings: dict[str, float]
    versions: dict[str, str]
    inputs: tuple[Input, ...]
    warnings: tuple[str, ...]
    relaxations: tuple[Relaxation, ...] = ()
    family: str | None = None
    files: tuple[InputFile, ...] = ()


class DivergenceList(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of divergence.json."""

    format: int
    problem: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One problem solved, judged and explained; without an answer `manifest` and `divergence` are None."""

    instance: Instance
    solution: Solution
    violations: tuple[Violation, ...]
    record: RunRecord
    manifest: Manifest | None = None
    divergence: DivergenceList | None = None

    @property
    def exit_code(self) -> int:
        """The command's exit code for this result."""
        return EXIT_CODES[self.record.status]


def with_files(result: Result, problem: Problem) -> Result:
    """Return a result whose run.json says which files its problem was read from."""
    return replace(result, record=record_files(result.record, problem))


def record_files(record: RunRecord, problem: Problem) -> RunRecord:
    """Return a run record that says which files a problem was read from."""
    files = tuple(InputFile(name=file.name, checksum=file.checksum) for file in problem.files)
    return msgspec.structs.replace(record, files=files)


def first_answer(instance: Instance) -> FirstAnswer | None:
    """Return what libsolv chose, None where it found no answer."""
    chosen = [p for p in instance.packages if p.preferred and p.origin is not PackageOrigin.VIRTUAL]
    if not chosen:
        return None
    diverging = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
    return FirstAnswer(
        packages=len(chosen),
        installed_size=sum(package.installed_bytes or 0 for package in chosen),
        download_size=sum(package.download_bytes or 0 for package in chosen),
        unknown_sizes=UnknownSizes(
            installed=sum(package.installed_bytes is None for package in chosen),
            download=sum(package.download_bytes is None for package in chosen),
        ),
        downstream_sources=len({package.source for package in chosen if package.origin in diverging}),
    )


def instance_size(instance: Instance) -> dict[str, int]:
    """Return how many parts of each kind an Instance has."""
    kinds = ("packages", "sources", "capabilities", "requirements", "exclusions", "unique_names", "features")
    counted: dict[str, Any] = {kind: len(getattr(instance, kind)) for kind in kinds}
    return counted
