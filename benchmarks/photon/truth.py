"""Ground truth: what a request pulls in over downstream alone, against sets known by other means.

Photon's repositories here are read from spec files, so what rpmbuild adds by itself (sonames, interpreters) is not in
them; these comparisons say how much that matters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.photon.record import Truth
from optimizer.pipeline import Settings, solve_problem
from optimizer.problem.dependency import parse_dependency
from optimizer.problem.problem import Feature, Objective, ObjectiveKind, Origin, Position, Problem, RepositorySource

_HERE = Position("benchmarks.photon.truth", 1, "")


@dataclass(frozen=True, slots=True)
class Check:
    """A request and the file below `lists/` that holds the set it should pull in; an empty request is that set."""

    name: str
    release: str
    request: tuple[str, ...]
    against: str


# The requests are what support/dockerfiles/photon/make-docker-image.sh of each branch tells tdnf to install.
_CONTAINER_1 = "bash coreutils filesystem findutils glibc grep photon-release photon-repos tdnf util-linux vim which"
_CONTAINER_5 = "bash curl filesystem photon-release photon-repos tdnf toybox"
CHECKS = (
    Check("TP1 micro", "photon-1.0-tp1", (), "photon-1.0-tp1/micro.json"),
    Check("TP1 minimal", "photon-1.0-tp1", (), "photon-1.0-tp1/minimal.json"),
    Check("TP1 full", "photon-1.0-tp1", (), "photon-1.0-tp1/full.json"),
    Check("1.0 container", "photon-1.0-ga", tuple(_CONTAINER_1.split()), "photon-1.0/docker_installed_set.json"),
    Check("1.0 container", "photon-1.0-ga", tuple(_CONTAINER_1.split()), "photon-1.0/docker_rpm_qa.json"),
    Check("5.0 container", "photon-5.0", tuple(_CONTAINER_5.split()), "photon-5.0/docker_installed_set.json"),
)


def hold_against(check: Check, data: Path) -> Truth:
    """Return a request's closure over its release alone, the fewest packages, against the known set."""
    known = _names(data / "lists" / check.against)
    found = _closure(check.request or tuple(sorted(known)), check.release, data)
    return Truth(
        name=check.name,
        release=check.release,
        request=check.request,
        against=check.against,
        closure=len(found),
        known=len(known),
        both=len(found & known),
        missed=tuple(sorted(known - found)),
        extra=tuple(sorted(found - known)),
    )


def _names(path: Path) -> frozenset[str]:
    listed: list[Any] = msgspec.json.decode(path.read_bytes())["packages"]
    return frozenset(one if isinstance(one, str) else one["name"] for one in listed)


def _closure(request: tuple[str, ...], release: str, data: Path) -> frozenset[str]:
    problem = Problem(
        name="ground-truth",
        arch="x86_64",
        repositories=(RepositorySource(release, Origin.DOWNSTREAM, (str((data / release).absolute()),), _HERE),),
        features=tuple(Feature(parse_dependency(name), True, 0, None, _HERE) for name in request),
        file=Path("ground-truth.yaml"),
        objectives=(Objective(ObjectiveKind.PACKAGES),),
    )
    result = solve_problem(replace(problem), Settings(mirror=data, divergence=False))
    if result.manifest is None:
        asked = {name for name in request if not _is_there(problem, name, data)}
        return _closure(tuple(name for name in request if name not in asked), release, data) if asked else frozenset()
    return frozenset(package.name for package in result.manifest.packages)


def _is_there(problem: Problem, name: str, data: Path) -> bool:
    """Whether a name can be installed by itself: some of a later image's packages came after the release."""
    alone = replace(problem, features=(Feature(parse_dependency(name), True, 0, None, _HERE),))
    return solve_problem(alone, Settings(mirror=data, divergence=False)).manifest is not None
