"""The CUDF text against the rules it stands for: aspcud and mccs must find what trying all subsets finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from optimizer.export.cudf import (
    LARGEST_AMOUNT,
    PROPERTIES,
    CudfDocument,
    aspcud_criteria,
    mccs_criteria,
    write_cudf,
)
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Capability,
    Exclusion,
    ExclusionKind,
    Feature,
    Instance,
    Limit,
    LimitKind,
    Package,
    PackageOrigin,
    Requirement,
    RequirementKind,
    Source,
)
from tests.export.instances import best_values, instances, is_feasible, value
from tests.peers.cudf import CudfAnswer, CudfStatus, run_aspcud, run_mccs


def package(name: str, installed_bytes: int | None, **more: Any) -> Package:
    fixed: dict[str, Any] = {"name": name, "epoch": 0, "version": "1", "release": "1", "arch": "x86_64"}
    usual: dict[str, Any] = {"repository": "r", "origin": PackageOrigin.UPSTREAM, "source": 0, "download_bytes": 1}
    return Package(installed_bytes=installed_bytes, **(fixed | usual | more))


def an_instance(*packages: Package, **more: Any) -> Instance:
    """Return an Instance in which capability `i` is package `i`."""
    capabilities = tuple(Capability(text=p.name, providers=(index,)) for index, p in enumerate(packages))
    empty: dict[str, Any] = dict.fromkeys(
        ("requirements", "exclusions", "unique_names", "features", "forbidden", "pins", "limits"), ()
    )
    sources = (Source(name="s", evr="1-1", origin=PackageOrigin.UPSTREAM),)
    fixed: dict[str, Any] = {
        "format": 1,
        "problem": "small",
        "arch": "x86_64",
        "sources": sources,
        "capabilities": capabilities,
    }
    objectives = {"objectives": (ObjectiveKind.INSTALLED_SIZE,)}
    return Instance(packages=packages, **(fixed | empty | objectives | more))


def required(formula: Any) -> Feature:
    return Feature(text="required", formula=formula, required=True)


@pytest.mark.tool("aspcud")
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(instances())
def test_aspcud_finds_the_optimum_of_every_objective(instance: Instance) -> None:
    agrees(instance, run_aspcud)


@pytest.mark.tool("mccs")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(instances())
def test_mccs_finds_the_optimum_of_every_objective(instance: Instance) -> None:
    agrees(instance, run_mccs)


def agrees(instance: Instance, solver: Callable[[CudfDocument], CudfAnswer]) -> None:
    document = write_cudf(instance)
    answer = solver(document)
    assume(solver is not run_mccs or answer.status is not CudfStatus.WRONG)
    expected = best_values(instance)
    if expected is None:
        assert answer.status is CudfStatus.INFEASIBLE
        return
    assert answer.values == tuple(zip(instance.objectives, expected, strict=True))
    chosen = document.chosen(answer.installed)
    assert is_feasible(instance, chosen)
    assert tuple(value(instance, kind, chosen) for kind in instance.objectives) == expected


@pytest.mark.tool("aspcud")
def test_sizes_beyond_32_bits_are_exact() -> None:
    sizes = (3 * LARGEST_AMOUNT + 2, 3 * LARGEST_AMOUNT + 1)
    instance = an_instance(*(package(f"p{size}", size) for size in sizes), features=(required(("any", 0, 1)),))
    document = write_cudf(instance)
    answer = run_aspcud(document)
    assert answer.values == ((ObjectiveKind.INSTALLED_SIZE, sizes[1]),)
    assert document.chosen(answer.installed) == {1}


def test_a_stub_counts_as_a_package_of_unknown_size() -> None:
    stub = package("stub:x", None, origin=PackageOrigin.STUB)
    document = write_cudf(
        an_instance(
            stub,
            sources=(Source(name="x", evr="0", origin=PackageOrigin.STUB, weight=5),),
            unknown_bytes=9,
        )
    )
    assert document.value(ObjectiveKind.INSTALLED_SIZE, {"p0"}) == 9
    assert document.value(ObjectiveKind.PACKAGES, {"p0"}) == 1
    assert document.value(ObjectiveKind.DIVERGENCE, {"p0", "s0"}) == 5


def test_every_limit_is_named_as_lost_and_nothing_else_is() -> None:
    limits = (
        Limit(kind=LimitKind.PACKAGES, maximum=3),
        Limit(kind=LimitKind.FEATURE_GROUP, group="shell", maximum=1),
    )
    assert write_cudf(an_instance(package("a", 1), limits=limits)).lost == (
        "limit packages",
        "limit feature_group shell",
    )
    assert write_cudf(an_instance(package("a", 1))).lost == ()


def test_the_text_of_a_small_document() -> None:
    instance = an_instance(
        package("a", 5),
        package("b", 7),
        package("c", 0),
        requirements=(
            Requirement(package=0, kind=RequirementKind.REQUIRES, text="(b if c)", formula=("any", 1, ("not", 2))),
        ),
        exclusions=(Exclusion(package=1, kind=ExclusionKind.CONFLICTS, text="c", formula=2),),
        features=(required(0),),
    )
    assert write_cudf(instance).text.splitlines()[3:] == [
        "package: p0", "version: 1", "depends: p1 | n2", "downloadsize: 1", "installedsize: 5", "packages: 1", "",
        "package: p1", "version: 1", "conflicts: p2", "downloadsize: 1", "installedsize: 7", "packages: 1", "",
        "package: p2", "version: 1", "downloadsize: 1", "packages: 1", "",
        "package: n2", "version: 1", "conflicts: p2", "",
        "package: goal", "version: 1", "depends: p0", "",
        "request: ", "install: goal",
    ]  # fmt: skip


def test_followed_weak_dependencies_are_a_stage_after_divergence_and_features() -> None:
    objectives = (ObjectiveKind.DIVERGENCE, ObjectiveKind.FEATURES, ObjectiveKind.PACKAGES)
    document = write_cudf(an_instance(package("a", 1), objectives=objectives, follow_weak=True))
    assert document.objectives == (*objectives[:2], ObjectiveKind.WEAK, ObjectiveKind.PACKAGES)


def test_criteria_name_every_objective_in_both_solvers_words() -> None:
    kinds = (ObjectiveKind.FEATURES, ObjectiveKind.AGE)
    assert aspcud_criteria(kinds) == "+sum(solution,featurevalue),-sum(solution,age)"
    assert mccs_criteria(kinds) == "-lexicographic[+count[featurevalue:,false],-count[age:,false]]"
    assert set(PROPERTIES) == set(ObjectiveKind)
