"""aspcud finds no better point: for each number of downstream sources, its least size is the frontier's.

CUDF cannot count up to a bound. Here a bound is a chain of packages without size that count along: `c(i,j)` is in
where at least `j` of the first `i` sources are, and one more conflicts (Sinz 2005, "Towards an optimal CNF
encoding of Boolean cardinality constraints").
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.export.cudf import write_cudf
from optimizer.inquiry import open_instance
from optimizer.model.frontier import Frontier, frontier
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Capability,
    Exclusion,
    ExclusionKind,
    Instance,
    LimitKind,
    Package,
    PackageOrigin,
    Requirement,
    RequirementKind,
)
from tests.model.test_solve import consistent_instances
from tests.peers.cudf import CudfStatus, run_aspcud
from tests.requirements import PROJECT_ROOT

SIZE = ObjectiveKind.INSTALLED_SIZE
PHOTON = PROJECT_ROOT / "problems" / "photon-1.0-tp1-minimal.yaml"


def at_most(instance: Instance, most: int) -> Instance:
    """Return an Instance without limits whose answers are those with no more than so many sources of their own."""
    packages, capabilities = list(instance.packages), list(instance.capabilities)
    requirements, exclusions = list(instance.requirements), list(instance.exclusions)

    def counter(name: str) -> tuple[int, int]:
        packages.append(
            Package(
                name=name, epoch=0, version="0", release="", arch="noarch", repository="@count",
                origin=PackageOrigin.VIRTUAL, source=None, installed_bytes=0, download_bytes=0,
            )
        )  # fmt: skip
        capabilities.append(Capability(text=name, providers=(len(packages) - 1,)))
        return len(packages) - 1, len(capabilities) - 1

    def require(package: int, formula: object) -> None:
        kind = RequirementKind.REQUIRES
        requirements.append(Requirement(package=package, kind=kind, text="count", formula=formula))

    diverging = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
    sources = [index for index, source in enumerate(instance.sources) if source.origin in diverging]
    before: list[tuple[int, int]] = []
    for source in sources:
        here = [counter(f"count-{source}-{place}") for place in range(1, most + 1)]
        for (package, _), (_, capability) in zip(before, here, strict=False):
            require(package, capability)
        for package in [index for index, one in enumerate(instance.packages) if one.source == source]:
            if not most:
                require(package, ("any",))
                continue
            require(package, here[0][1])
            for (_, reached), (_, more) in zip(before, here[1:], strict=False):
                require(package, ("any", ("not", reached), more))
            if before:
                full = before[-1][1]
                kind = ExclusionKind.CONFLICTS
                exclusions.append(Exclusion(package=package, kind=kind, text="count", formula=full))
        before = here
    return msgspec.structs.replace(
        instance,
        packages=tuple(packages),
        capabilities=tuple(capabilities),
        requirements=tuple(requirements),
        exclusions=tuple(exclusions),
        objectives=(SIZE,),
    )


def of_sources_and_size(instance: Instance) -> Frontier:
    return frontier(Engine.of(instance), LimitKind.DOWNSTREAM_SOURCES, SIZE)


def check(instance: Instance, most: int, expected: int | None) -> None:
    """Fail unless aspcud's least size with at most so many sources is as expected, None for no answer."""
    found = run_aspcud(write_cudf(at_most(instance, most)))
    if expected is None:
        assert found.status is CudfStatus.INFEASIBLE
        return
    assert (found.status, found.values) == (CudfStatus.OPTIMAL, ((SIZE, expected),))


@pytest.mark.tool("aspcud")
@settings(max_examples=50, deadline=None)
@given(consistent_instances(), st.data())
def test_aspcud_sweeps_the_same_frontier(instance: Instance, data: st.DataObject) -> None:
    found = of_sources_and_size(instance)
    most = data.draw(st.integers(0, len(instance.sources)))
    fitting = [point.values[1] for point in found.points if point.values[0] <= most]
    check(instance, most, min(fitting, default=None))


@pytest.mark.data
@pytest.mark.tool("aspcud")
def test_aspcud_finds_no_better_point_of_photon(data_directory: Path) -> None:
    instance = msgspec.structs.replace(open_instance(PHOTON, Settings(mirror=data_directory)), limits=())
    found = of_sources_and_size(instance)
    assert found.status is SolveStatus.OPTIMAL
    assert len(found.points) > 5
    check(instance, found.points[0].values[0] - 1, None)
    for point in (found.points[0], found.points[1], found.points[4]):
        check(instance, *point.values)
