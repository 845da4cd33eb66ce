"""Choices against trying every set: none is missed, none is made up, and each costs what is told."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings

from optimizer.explain.alternatives import Choice, Option, Stead, alternatives
from optimizer.problem.supposition import UnknownSuppositionError
from optimizer.universe.instance import Instance, RequirementKind
from tests.explain.trying import Vector, answerable_instances, answered, best, feasible_sets
from tests.model.making import make, package

HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)
EXAMPLES = 80


def after(option: Option) -> Vector:
    return tuple(stage.after for stage in option.stages if stage.after is not None)


def indices(instance: Instance, nevras: tuple[str, ...]) -> frozenset[int]:
    return frozenset(i for i, one in enumerate(instance.packages) if {one.nevra, one.name} & set(nevras))


@settings(max_examples=EXAMPLES, deadline=None)
@given(answerable_instances())
def test_choices_are_what_trying_every_set_finds(drawn: Instance) -> None:
    instance = _told_apart(drawn)
    asked = answered(instance)
    sets = feasible_sets(instance)
    usable = frozenset[int]().union(*sets)
    found = alternatives(asked)
    for choice in found.choices:
        chosen = indices(instance, choice.chosen)
        assert chosen <= asked.chosen
        for option in choice.options:
            check_option(instance, sets, chosen, option)
    for text, providers in _plain_demands(instance, asked.chosen):
        mine, others = providers & asked.chosen, (providers & usable) - asked.chosen
        told = [one for one in found.choices if text in one.asked and indices(instance, one.chosen) == mine]
        if mine and others:
            assert others in [_others(instance, one) for one in told]
        else:
            assert not any(mine and _others(instance, one) <= providers for one in told)


def check_option(instance: Instance, sets: list[frozenset[int]], chosen: frozenset[int], option: Option) -> None:
    there = indices(instance, option.packages)
    beside = [held for held in sets if held & there]
    instead = [held for held in beside if not held & chosen]
    assert beside
    assert option.stead is (Stead.INSTEAD if instead else Stead.BESIDE)
    assert after(option) == best(instance, instead or beside)
    assert option.tie == (bool(instead) and best(instance, instead) == best(instance, sets))


def _told_apart(instance: Instance) -> Instance:
    """Give every package a name of its own, so that NEVRAs are indices."""
    packages = tuple(msgspec.structs.replace(one, name=f"p{index}") for index, one in enumerate(instance.packages))
    limits = instance.limits if len(instance.limits) > 1 else ()  # they leave few choices
    return msgspec.structs.replace(instance, packages=packages, limits=limits)


def _others(instance: Instance, choice: Choice) -> frozenset[int]:
    return frozenset[int]().union(*(indices(instance, option.packages) for option in choice.options))


def _plain_demands(instance: Instance, chosen: frozenset[int]) -> list[tuple[str, frozenset[int]]]:
    """What features and chosen packages ask for that is a mere capability."""
    asked = [(one.text, one.formula) for one in instance.features if one.required]
    asked += [(one.text, one.formula) for one in instance.requirements if one.package in chosen and one.kind in HARD]
    return [
        (text, frozenset(instance.capabilities[formula].providers))
        for text, formula in asked
        if isinstance(formula, int)
    ]


def test_a_tie_comes_first_and_is_told() -> None:
    parts = [package(name, installed_bytes=size) for name, size in (("a", 1), ("b", 1), ("c", 3), ("d", 2))]
    instance = make(parts, provides={"x": "cd", "y": "ab"}, required=("x", "y"), objectives=("installed_size",))
    tied, dear = alternatives(answered(instance)).choices
    assert (tied.asked, tied.tied, dear.asked, dear.tied) == (("y",), True, ("x",), False)
    assert [option.stages[0].change for option in dear.options] == [1]
    assert alternatives(answered(instance), ["c"]).choices == (dear,)
    with pytest.raises(UnknownSuppositionError):
        alternatives(answered(instance), ["z"])


def test_the_same_choice_of_many_is_one_and_the_parts_of_an_or_are_one_choice() -> None:
    instance = make(
        "abcde",
        provides={"x": "bc", "z": "cb"},
        requires=[("a", "x"), ("d", "z"), ("e", ("any", "b", "c"))],
        required="ade",
        objectives=("packages",),
    )
    (choice,) = alternatives(answered(instance)).choices
    assert choice.asked == ("('any', 'b', 'c')", "x", "z")
    assert choice.askers == ("a-1-1.noarch", "d-1-1.noarch", "e-1-1.noarch")


def test_versions_are_choices_of_their_own_only_where_asked() -> None:
    parts = [package("a", version=version, installed_bytes=size) for version, size in (("1", 1), ("2", 2))]
    instance = make("ab", provides={"x": "ab"}, required=("x",), objectives=("installed_size",))
    instance = msgspec.structs.replace(
        instance, packages=tuple(msgspec.structs.replace(one, source=index) for index, one in enumerate(parts))
    )
    assert not alternatives(answered(instance)).choices
    (choice,) = alternatives(answered(instance), versions=True).choices
    assert [option.name for option in choice.options] == ["a-2-1.noarch"]
