"""The shipped problems, each solved once in a process however many judges look at its answer."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from optimizer.answer.result import Result
from optimizer.answer.verify import unmet_weak
from optimizer.model.solution import Solution, SolveStatus, Stage
from optimizer.pipeline import Settings, solve_file
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Downstream, Missing, Origin, Problem
from optimizer.universe.instance import Instance, PackageOrigin, holds
from tests.demo.recipes import PROBLEMS as DEMO_FILES
from tests.problems.files import (
    PROBLEMS,
    infeasible_files,
    library_files,
    library_infeasible_files,
    real_files,
)
from tests.requirements import require_data

#: Every shipped problem; those without an answer come last.
FILES = (*real_files(), *library_files(), *DEMO_FILES, *infeasible_files(), *library_infeasible_files())

_MAINTAINED = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)


@functools.cache
def answer(path: Path) -> Result:
    """Return the proven result of a problem file, by real metadata where it stands for its repositories."""
    result = solve_file(path, Settings(mirror=require_data(), divergence=False))
    assert result.record.status in ("proven", "infeasible")
    return result


@dataclass(frozen=True, slots=True)
class Release:
    """What dnf takes the system for: `$releasever`, and the platform that module streams ask for."""

    version: str
    platform: str


_RELEASES = {
    "c7": Release("7", "platform:el7"),
    "centos8": Release("8", "platform:el8"),
    "cs9": Release("9", "platform:el9"),
    "fedora32": Release("32", "platform:f32"),
    "openstack": Release("7", "platform:el7"),
}
_DEMO_RELEASE = Release("9", "platform:hb9")


@dataclass(frozen=True, slots=True)
class Peer:
    """A problem that dnf can be asked as well: its file, its repositories, and what dnf must know beside them."""

    path: Path
    repositories: tuple[tuple[str, str], ...]
    modules: tuple[str, ...]
    release: Release

    def directories(self, data: Path) -> dict[str, Path]:
        """Return where each repository lies: in the data directory, or where the problem file says."""
        return {
            identifier: data / identifier if (data / identifier).is_dir() else Path(location)
            for identifier, location in self.repositories
        }


def peers() -> list[Peer]:
    """Return the problems whose world dnf sees as the model does: rpm-md, no package or Provides made by us."""
    own_format = ("opensuse-", "sles10-")
    files = [path for path in (*real_files(), *DEMO_FILES) if not path.name.startswith((*own_format, "infeasible"))]
    problems = ((path, load_problem(path)) for path in files)
    return [_peer(path, problem) for path, problem in problems if _seen_by_dnf(problem)]


def solution_of(instance: Instance, chosen: frozenset[int], stages: tuple[Stage, ...]) -> Solution:
    """Return a package set as a solution that claims these stages, for the verifier to judge."""
    features = (
        index
        for index, feature in enumerate(instance.features)
        if not feature.required and holds(feature.formula, instance, chosen)
    )
    sources = {instance.packages[index].source for index in chosen if instance.packages[index].origin in _MAINTAINED}
    return Solution(
        status=SolveStatus.OPTIMAL,
        stages=stages,
        packages=tuple(sorted(chosen)),
        sources=tuple(sorted(source for source in sources if source is not None)),
        features=tuple(features),
        unmet=tuple(unmet_weak(instance, chosen)),
    )


def problem_id(path: Path) -> str:
    """Return a problem's test id."""
    return path.relative_to(PROBLEMS).with_suffix("").as_posix()


def _seen_by_dnf(problem: Problem) -> bool:
    downstream = any(source.origin is Origin.DOWNSTREAM for source in problem.repositories)
    enters = downstream and problem.policy.downstream is not Downstream.NONE
    made = problem.equivalents or problem.policy.missing is Missing.STUB
    return not (enters and (made or problem.policy.downstream is Downstream.REBUILT))


def _peer(path: Path, problem: Problem) -> Peer:
    entering = (
        source
        for source in problem.repositories
        if source.origin is Origin.UPSTREAM or problem.policy.downstream is not Downstream.NONE
    )
    return Peer(
        path,
        tuple((source.id, source.locations[0]) for source in entering),
        problem.modules,
        _DEMO_RELEASE if path in DEMO_FILES else _RELEASES[path.stem.split("-")[0]],
    )
