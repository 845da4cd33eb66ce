"""Why not: what the best answer with a package is, against trying every set of packages that holds it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import assume, given, settings

from optimizer.explain.answered import Answered, NoAnswerError
from optimizer.explain.subject import UnknownSubjectError
from optimizer.explain.why_not import InAnswerError, Outcome, Preference, why_not
from optimizer.model.solve import Engine
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Capability, Feature, Instance
from tests.model.making import make, package
from tests.model.test_solve import brute_force, limited_instances


def _answer(instance: Instance) -> Answered:
    return Answered(instance, Engine.of(instance).solve())


def _with(instance: Instance, index: int) -> Instance:
    """The same question, the package asked for."""
    asked = Feature(text="it", formula=len(instance.capabilities), required=True)
    it = Capability(text="it", providers=(index,))
    return msgspec.structs.replace(
        instance, capabilities=(*instance.capabilities, it), features=(*instance.features, asked)
    )


@settings(max_examples=60, deadline=None)
@given(limited_instances())
def test_the_outcome_is_what_trying_every_set_with_the_package_finds(instance: Instance) -> None:
    answered = _answer(instance)
    assume(answered.solution.solved)
    best = brute_force(instance)
    signs = [-1 if kind is ObjectiveKind.FEATURES else 1 for kind in instance.objectives]
    for index, one in enumerate(instance.packages):
        if index in answered.chosen:
            continue
        found = why_not(answered, one.name)
        (candidate,) = found.candidates
        values = brute_force(_with(instance, index))
        if values is None:
            assert candidate.outcome is Outcome.IMPOSSIBLE
            assert candidate.difference is None
            continue
        assert best is not None
        assert candidate.difference is not None
        assert candidate.status == "proven"
        assert tuple(stage.after for stage in candidate.difference.stages) == values
        assert tuple(stage.before for stage in candidate.difference.stages) == best
        changes = [sign * (after - before) for sign, after, before in zip(signs, values, best, strict=True)]
        first = next((place for place, change in enumerate(changes) if change), None)
        if first is None:
            assert (candidate.outcome, candidate.stage) == (Outcome.AS_GOOD, None)
        else:
            assert (candidate.outcome, candidate.stage) == (Outcome.DEARER, instance.objectives[first].value)
            assert changes[first] > 0


def test_candidates_come_best_first_and_the_difference_is_told() -> None:
    held = [
        package("app"),
        package("good", installed_bytes=4),
        package("fat", installed_bytes=9),
        package("equal", installed_bytes=4),
        package("clashing", installed_bytes=1),
    ]
    instance = make(
        held,
        provides={"sh": ("good", "fat", "equal", "clashing")},  # type: ignore[dict-item]
        requires=[("app", "sh")],
        conflicts=[("clashing", "app")],
        required=["app"],
        objectives=["installed_size"],
    )
    answered = _answer(instance)
    found = why_not(answered, "sh")
    told = [(one.nevra.partition("-")[0], one.outcome) for one in found.candidates]
    assert told == [("equal", Outcome.AS_GOOD), ("fat", Outcome.DEARER), ("clashing", Outcome.IMPOSSIBLE)]
    assert found.chosen == ("good-1-1.noarch",)
    equal, fat, clashing = found.candidates
    assert equal.tie is Preference.ORDER
    assert fat.difference is not None
    assert [member.name for member in fat.difference.added] == ["fat"]
    assert [member.name for member in fat.difference.removed] == ["good"]
    assert fat.difference.installed_size.change == 5
    assert [(part.kind, part.text) for part in clashing.core] == [("feature", "app"), ("conflicts", "app")]


@pytest.mark.parametrize(
    ("mine", "other", "tie"),
    [
        ({}, {"age": 1}, Preference.AGE),
        ({"preferred": True}, {}, Preference.LIBSOLV),
        ({}, {}, Preference.ORDER),
    ],
)
def test_the_rule_of_the_tie_break_is_named(mine: dict[str, int], other: dict[str, int], tie: Preference) -> None:
    held = [package("app"), package("one", **mine), package("two", **other)]
    instance = make(held, provides={"c": ("one", "two")}, requires=[("app", "c")], required=["app"])  # type: ignore[dict-item]
    (candidate,) = why_not(_answer(instance), "two").candidates
    assert (candidate.outcome, candidate.tie) == (Outcome.AS_GOOD, tie)


def test_one_package_more_at_no_cost_is_named_as_such() -> None:
    held = [package("a", preferred=True), package("b", preferred=True, installed_bytes=0)]
    instance = make(held, required=["a"], objectives=["installed_size"])
    (candidate,) = why_not(_answer(instance), "b").candidates
    assert (candidate.outcome, candidate.tie) == (Outcome.AS_GOOD, Preference.FEWER)


def test_a_package_that_nothing_can_install_is_impossible_by_itself() -> None:
    instance = make("ab", provides={"none": ""}, requires=[("b", "none")], required=["a"])
    (candidate,) = why_not(_answer(instance), "b").candidates
    assert candidate.outcome is Outcome.IMPOSSIBLE
    assert [(part.kind, part.package, part.text) for part in candidate.core] == [("requires", "b-1-1.noarch", "none")]


def test_an_answer_that_is_not_proven_may_be_beaten() -> None:
    instance = make(
        [package("app"), package("big", installed_bytes=9), package("small")],
        provides={"c": ("big", "small")},  # type: ignore[dict-item]
        requires=[("app", "c")],
        required=["app"],
        objectives=["installed_size"],
    )
    worse = Engine.of(_with(instance, 1)).solve()
    (candidate,) = why_not(Answered(instance, worse), "small").candidates
    assert (candidate.outcome, candidate.stage) == (Outcome.BETTER, "installed_size")


def test_what_cannot_be_asked() -> None:
    answered = _answer(make("ab", required=["a"]))
    with pytest.raises(InAnswerError):
        why_not(answered, "a")
    with pytest.raises(UnknownSubjectError):
        why_not(answered, "nothing")
    with pytest.raises(NoAnswerError):
        why_not(_answer(make("a", required=["a"], forbidden=["a"])), "a")


def test_a_core_is_read_from_the_package_asked_about_down() -> None:
    instance = make("abcz", provides={"none": ""}, requires=[("a", "none"), ("b", "a"), ("z", "b")], required=["c"])
    (candidate,) = why_not(_answer(instance), "z").candidates
    assert [part.package for part in candidate.core] == ["z-1-1.noarch", "b-1-1.noarch", "a-1-1.noarch"]
