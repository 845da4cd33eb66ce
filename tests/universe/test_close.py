"""A closure is closed: whatever a package in it asks for, everything in the world that could give it is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import solv

from optimizer.pipeline import Settings, World, close_problem
from optimizer.problem.dependency import Capability, Dependency, RichOperator, parse_dependency
from optimizer.problem.load import load_problem
from optimizer.universe.instance import Instance, formula_capabilities
from tests.cases.reading import CASES, make_runnable
from tests.cases.test_cases import expectation
from tests.demo.recipes import DEMO, PROBLEMS

CLOSABLE = [case for case in CASES if expectation(case)["status"] != "error"]
TAGS = {"requires": solv.SOLVABLE_REQUIRES, "weak": solv.SOLVABLE_RECOMMENDS}


def helpers(dependency: Dependency) -> Iterator[Dependency]:
    """The parts of a dependency that can help it to hold; a condition helps only by its else branch."""
    if isinstance(dependency, Capability) or dependency.operator in (RichOperator.WITH, RichOperator.WITHOUT):
        yield dependency
        return
    parts = dependency.operands
    if dependency.operator in (RichOperator.IF, RichOperator.UNLESS) and len(parts) == 2:
        parts = parts[:1]
    for part in parts:
        yield from helpers(part)


def check_closed(world: World) -> int:
    """Look up the providers of all that is asked, and return how many were found."""
    loaded, reached = world.universe.world, set(world.closed.solvable_ids)
    found = 0
    asked = [(request.text, one) for request in world.universe.requests for one in request.dependencies]
    for identifier in reached:
        solvable = loaded.solvable(identifier)
        tags = ("requires", "weak") if world.closed.instance.follow_weak else ("requires",)
        for tag in tags:
            texts = [loaded.text(one) for one in loaded.dependencies(solvable, TAGS[tag])]
            asked += [(str(solvable), parse_dependency(text)) for text in texts]
    for asker, dependency in asked:
        for part in helpers(dependency):
            if str(part).startswith("rpmlib("):
                continue  # libsolv's own system solvable provides these
            providers = loaded.providers(loaded.dependency_id(part))
            assert reached.issuperset(providers), (asker, str(part))
            found += len(providers)
    return found


@pytest.mark.parametrize("case", CLOSABLE, ids=lambda case: case.name)
def test_the_closure_of_a_case_is_closed(case: Path, tmp_path: Path) -> None:
    world = close_problem(load_problem(make_runnable(case, tmp_path)), Settings())
    check_closed(world)
    check_sane(world.closed.instance)


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
def test_the_closure_of_a_demo_problem_is_closed(path: Path) -> None:
    world = close_problem(load_problem(path), Settings())
    assert check_closed(world) > 10
    check_sane(world.closed.instance)
    assert len(set(world.closed.solvable_ids)) == len(world.closed.solvable_ids)


def check_sane(instance: Instance) -> None:
    """What is written of Instances in their docstrings."""
    order = [(one.name, one.arch) for one in instance.packages]
    assert order == sorted(order)
    assert len({(one.text, one.providers) for one in instance.capabilities}) == len(instance.capabilities)
    parts = (instance.requirements, instance.exclusions, instance.features, instance.forbidden)
    formulas = [held.formula for part in parts for held in part]
    named = {index for formula in formulas for index in formula_capabilities(formula)}
    assert named == set(range(len(instance.capabilities)))
    assert {one.source for one in instance.packages} - {None} == set(range(len(instance.sources)))
    for unique in instance.unique_names:
        assert {instance.packages[index].name for index in unique.packages} == {unique.name}


def test_what_no_feature_can_reach_is_not_in_the_instance() -> None:
    demo = close_problem(load_problem(DEMO / "upstream-only.yaml"), Settings()).closed.instance
    whole = close_problem(load_problem(DEMO / "demo.yaml"), Settings()).closed.instance
    assert not {one.name for one in demo.packages if one.repository == "skiff"}
    assert len(demo.packages) < len(whole.packages)
