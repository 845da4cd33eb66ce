"""Families: the optimum that trying every combination finds, coupled images, clashes told, one answer."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import assume, given, settings

from optimizer.answer.family import measure, own_values, verify_family
from optimizer.answer.verify import verify
from optimizer.model.family_solve import FamilySolution, solve_together
from optimizer.model.solution import SolveStatus
from optimizer.model.solver import Budget
from optimizer.problem.family_shape import FamilyObjective
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, PackageOrigin
from tests.model import families
from tests.model.families import World, amount, best, family, world, worlds
from tests.model.making import make, package
from tests.model.making import names as letters


def solve(asked: World, budget: Budget | None = None) -> FamilySolution:
    """Solve a family."""
    return solve_together(asked.family, asked.instances, asked.alone, budget)


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_the_stages_are_what_trying_every_combination_finds(asked: World) -> None:
    assume(all(solution.solved for solution in asked.alone))
    found = solve(asked)
    expected = best(asked)
    if expected is None:
        assert found.status is SolveStatus.INFEASIBLE
        assert found.clash
        return
    assert found.status is SolveStatus.OPTIMAL
    assert tuple(stage.value for stage in found.stages[:-1]) == expected
    assert all(stage.bound == stage.value for stage in found.stages)
    sets = tuple(frozenset(solution.packages) for solution in found.images)
    for kind, value in measure(asked.instances, found.images).items():
        assert value == amount(asked.instances, FamilyObjective(kind), sets)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_every_image_and_the_family_pass_the_verifier(asked: World) -> None:
    assume(all(solution.solved for solution in asked.alone))
    found = solve(asked)
    if not found.solved:
        return
    before = [own_values(asked.family, *pair) for pair in zip(asked.instances, asked.alone, strict=True)]
    assert verify_family(asked.family, asked.instances, found.images, before, found.stages) == ()
    for instance, solution in zip(asked.instances, found.images, strict=True):
        assert verify(instance, solution) == ()


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_a_family_has_one_answer_with_any_number_of_workers(asked: World) -> None:
    assume(all(solution.solved for solution in asked.alone))
    assert solve(asked, Budget(workers=2)) == solve(asked)


def either(*preferred: str, objectives: tuple[str, ...] = ("installed_size",)) -> World:
    """Two images that need b, c or d, of which each finds another one smallest; d costs both a little."""
    images = []
    for small in preferred:
        sizes = {"b": 20, "c": 20, "d": 11} | {small: 10}
        packages = [package(letter, installed_bytes=size) for letter, size in sizes.items()]
        images.append(make(packages, required=[("any", "b", "c", "d")], objectives=objectives))
    return world(family("pool_packages", "total_size"), *images)


def chosen(asked: World, found: FamilySolution) -> list[str]:
    """Return each image's letters."""
    return [letters(*pair) for pair in zip(asked.instances, (one.packages for one in found.images), strict=True)]


def test_a_pool_is_smaller_than_its_images_alone() -> None:
    asked = either("b", "c")
    assert chosen(asked, FamilySolution(SolveStatus.OPTIMAL, images=asked.alone)) == ["b", "c"]
    found = solve(asked)
    assert chosen(asked, found) == ["d", "d"]
    assert [(stage.objective, stage.value, stage.bound) for stage in found.stages] == [
        ("pool_packages", 1, 1),
        ("total_size", 22, 22),
        ("tie_break", 0, 0),
    ]


def test_what_is_kept_bounds_what_a_smaller_pool_may_cost() -> None:
    asked = either("b", "c")
    for percent, expected in ((9, ["b", "c"]), (10, ["d", "d"])):
        kept = family("pool_packages", "total_size", keep=((ObjectiveKind.INSTALLED_SIZE, percent),))
        assert chosen(asked, solve(World(kept, asked.instances, asked.alone))) == expected


def test_keep_all_chooses_among_answers_that_are_best_alone() -> None:
    asked = either("b", "c")
    kept = family("pool_packages", keep=None)
    assert chosen(asked, solve(World(kept, asked.instances, asked.alone))) == ["b", "c"]


def test_an_image_that_changes_says_what_is_still_proven_of_it() -> None:
    asked = either("b", "c")
    stages = [image.stages for image in solve(asked).images]
    assert [(stage.value, stage.bound, stage.status) for (stage,) in stages] == [(11, 10, "feasible")] * 2


def test_a_downstream_source_counts_once_for_the_family_at_its_highest_weight() -> None:
    own = [package("a", origin=PackageOrigin.DOWNSTREAM), package("b", origin=PackageOrigin.DOWNSTREAM)]
    image = make(own, required=["a", "b"], objectives=("divergence",))
    sources = (msgspec.structs.replace(image.sources[0], weight=5), *image.sources[1:])
    asked = world(
        family("pool_divergence", "total_divergence"), image, msgspec.structs.replace(image, sources=sources)
    )
    assert [stage.value for stage in solve(asked).stages[:2]] == [6, 8]


def by_architecture(versions: str, arch: str) -> Instance:
    """One image that needs `a`, of which there are versions, newest first, each of a source of its version."""
    packages = [package(version, version=version, arch=arch, age=age) for age, version in enumerate(versions)]
    image = make(packages, required=[("any", *versions)], objectives=("age",), arch=arch)
    return msgspec.structs.replace(
        image,
        packages=tuple(
            msgspec.structs.replace(one, name="a", source_evr=f"{one.version}-1") for one in image.packages
        ),
        sources=tuple(msgspec.structs.replace(source, name="a-source") for source in image.sources),
    )


@pytest.mark.parametrize(
    ("same", "expected"),
    [((), ["3", "2"]), (("a-source",), ["2", "2"])],
)
def test_architectures_of_one_source_version(same: tuple[str, ...], expected: list[str]) -> None:
    x86, arm = by_architecture("321", "x86_64"), by_architecture("21", "aarch64")
    asked = world(family("total_packages", same_sources=families.names(*same)), x86, arm)
    found = solve(asked)
    held = [one.packages[image.packages[0]] for one, image in zip(asked.instances, found.images, strict=True)]
    assert [one.version for one in held] == expected
    assert [one.arch for one in held] == ["x86_64", "aarch64"]


def test_versions_that_clash_are_named() -> None:
    asked = world(
        family("pool_packages", same_sources=families.names("a-source", "other"), same_packages=families.names("b")),
        by_architecture("3", "x86_64"),
        by_architecture("2", "aarch64"),
    )
    found = solve(asked)
    assert found.status is SolveStatus.INFEASIBLE
    assert found.clash == (("source", "a-source"),)


def test_a_spent_budget_gives_the_images_own_answers_and_claims_nothing() -> None:
    asked = either("b", "c")
    found = solve(asked, Budget(time_limit_s=0.0))
    assert found.status is SolveStatus.FEASIBLE
    assert chosen(asked, found) == ["b", "c"]
    assert [(stage.value, stage.bound, stage.status) for stage in found.stages] == [
        (2, None, "feasible"),
        (20, None, "feasible"),
        (0, None, "feasible"),
    ]


def test_nothing_is_proven_of_a_family_whose_images_are_not_proven_alone() -> None:
    asked = either("b", "c")
    unproven = tuple(msgspec.structs.replace(solution, status=SolveStatus.FEASIBLE) for solution in asked.alone)
    found = solve(World(asked.family, asked.instances, unproven))
    assert found.status is SolveStatus.FEASIBLE
    assert {(stage.status, stage.bound) for stage in found.stages} == {("feasible", None)}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"status": "optimal", "value": 1, "bound": 1}, "the images add up to 2"),
        ({"status": "optimal", "value": 2, "bound": 1}, "claims to be proven"),
    ],
)
def test_the_verifier_rejects_a_false_stage(change: dict[str, object], word: str) -> None:
    asked = either("b", "c")
    found = solve(asked, Budget(time_limit_s=0.0))
    stages = (msgspec.structs.replace(found.stages[0], **change), *found.stages[1:])
    values = [own_values(asked.family, *pair) for pair in zip(asked.instances, asked.alone, strict=True)]
    broken = verify_family(asked.family, asked.instances, found.images, values, stages)
    assert any(word in violation.what for violation in broken)


def test_the_verifier_rejects_an_image_worse_than_it_may_be_and_two_versions() -> None:
    asked = either("b", "c")
    found = solve(asked)
    values = [own_values(asked.family, *pair) for pair in zip(asked.instances, asked.alone, strict=True)]
    kept = family("pool_packages", "total_size", keep=((ObjectiveKind.INSTALLED_SIZE, 9),))
    (first, second) = verify_family(kept, asked.instances, found.images, values, found.stages)
    assert first.what == "image0: installed_size is 11, alone it is 10, kept within 9 %"
    assert second.rule == "family keep"
    two = world(
        family(same_sources=families.names("a-source"), keep=()),
        by_architecture("3", "x86_64"),
        by_architecture("2", "aarch64"),
    )
    (versions,) = verify_family(two.family, two.instances, two.alone, [{}, {}], ())[:1]
    assert versions.what == "source a-source is there in 2 versions: 2-1, 3-1"
