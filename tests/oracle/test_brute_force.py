"""The oracle's optimum on worlds small enough to see the answer by eye: one test for each rule of a question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from optimizer.problem.dependency import Capability, parse_dependency
from optimizer.problem.problem import Candidates, Downstream, Missing, ObjectiveKind, Origin, WeakDependencies
from tests.oracle.brute_force import Arena, brute_force, select_candidates
from tests.oracle.strategies import cases
from tests.oracle.world import Bounds, NamePin, OraclePackage, Question, Rules, Wish, World

_KINDS = ObjectiveKind
_SIZE = (_KINDS.INSTALLED_SIZE,)


def world(*packages: OraclePackage) -> World:
    return World((("base", Origin.UPSTREAM), ("own", Origin.DOWNSTREAM)), packages)


def ask(*required: str, **more: Any) -> Question:
    wishes = tuple(Wish(parse_dependency(text)) for text in required)
    features = (*wishes, *more.pop("optional", ()))
    return Question(features=features, **({"objectives": _SIZE} | more))


def values(asked: World, question: Question) -> tuple[int, ...] | None:
    answer = brute_force(asked, question)
    return None if answer.values is None else tuple(value for _, value in answer.values)


def relation(text: str) -> Capability:
    parsed = parse_dependency(text)
    assert isinstance(parsed, Capability)
    return parsed


def own(name: str, **more: Any) -> OraclePackage:
    return OraclePackage(name, repository="own", source=more.pop("source", name), **more)


SMALL = OraclePackage("small", installed_bytes=1, provides=(Capability("mail"),))
LARGE = OraclePackage("large", installed_bytes=5, download_bytes=9, provides=(Capability("mail"),))


def test_the_smaller_provider_wins_and_is_named() -> None:
    answer = brute_force(world(SMALL, LARGE), ask("mail"))
    assert answer.values == ((_KINDS.INSTALLED_SIZE, 1),)
    assert answer.best == ((("small-1-1.x86_64", "base"),),)
    assert answer.feasible == 3


def test_what_nobody_provides_is_infeasible_or_a_stub() -> None:
    assert brute_force(world(SMALL), ask("web")).values is None
    rules = Rules(missing=Missing.STUB, unknown_bytes=7)
    objectives = (_KINDS.DIVERGENCE, _KINDS.PACKAGES, _KINDS.INSTALLED_SIZE)
    question = ask("web >= 2", rules=rules, objectives=objectives)
    assert values(world(SMALL), question) == (1, 1, 7)


def test_earlier_stages_rule_later_ones() -> None:
    cheap = own("cheap", installed_bytes=0, provides=(Capability("mail"),))
    divergence_first, size_first = (_KINDS.DIVERGENCE, *_SIZE), (*_SIZE, _KINDS.DIVERGENCE)
    assert values(world(LARGE, cheap), ask("mail", objectives=divergence_first)) == (0, 5)
    assert values(world(LARGE, cheap), ask("mail", objectives=size_first)) == (0, 1)


def test_a_downstream_source_counts_once_and_by_its_weight() -> None:
    packages = (own("a", source="one"), own("b", source="one"), own("c", source="two"))
    question = ask("a", "b", "c", objectives=(_KINDS.DIVERGENCE,), weights=(("one", 3),))
    assert values(world(*packages), question) == (4,)


def test_optional_features_are_worth_their_values() -> None:
    optional = (
        Wish(Capability("small"), required=False, value=2),
        Wish(Capability("large"), required=False, value=3),
    )
    question = ask(optional=optional, objectives=(_KINDS.FEATURES, *_SIZE))
    assert values(world(SMALL, LARGE), question) == (5, 6)
    assert values(world(SMALL, LARGE), replace(question, bounds=Bounds(packages=1))) == (3, 5)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (Bounds(installed_bytes=4), 1),
        (Bounds(installed_bytes=0), None),
        (Bounds(download_bytes=1), 1),
        (Bounds(packages=0), None),
        (Bounds(downstream_sources=0), 1),
        (Bounds(groups=(("g", 2, None),)), 5),
        (Bounds(groups=(("g", None, 0),)), None),
    ],
)
def test_bounds(bounds: Bounds, expected: int | None) -> None:
    features = (Wish(Capability("mail"), group="g"), Wish(Capability("large"), required=False, group="g"))
    found = values(world(SMALL, LARGE), Question(features=features, bounds=bounds, objectives=_SIZE))
    assert found == (None if expected is None else (expected,))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"forbidden": (Capability("small"),)}, 5),
        ({"pins": (NamePin("small", relation("small > 1")),)}, 5),
        ({"pins": (NamePin("small", origin=Origin.DOWNSTREAM),)}, 5),
        ({"pins": (NamePin("small", repository="own"),)}, 5),
        ({"lock": (OraclePackage("small", version="2"),)}, 5),
        ({"lock": (OraclePackage("small", version="2", arch="noarch"),)}, 1),
    ],
)
def test_what_a_question_shuts_out(more: dict[str, Any], expected: int) -> None:
    assert values(world(SMALL, LARGE), ask("mail", **more)) == (expected,)


def test_candidates_are_the_newest_and_what_pins_and_locks_name() -> None:
    versions = [OraclePackage("a", version=version) for version in ("1", "2~rc", "2")]
    asked = world(*versions, OraclePackage("a", version="1", repository="own"))

    def candidates(**more: Any) -> list[str]:
        return [one.nevra for one in select_candidates(asked, ask("a", **more))]

    assert candidates() == ["a-2-1.x86_64", "a-1-1.x86_64"]
    assert candidates(rules=Rules(downstream=Downstream.NONE)) == ["a-2-1.x86_64"]
    assert len(candidates(rules=Rules(candidates=Candidates.ALL))) == 4
    assert "a-2~rc-1.x86_64" in candidates(pins=(NamePin("a", relation("a = 2~rc")),))
    assert "a-2~rc-1.x86_64" in candidates(lock=(versions[1],))


def test_secondary_architectures_only_with_multilib() -> None:
    asked = world(OraclePackage("a", arch="i686"))
    assert values(asked, ask("a")) is None
    assert values(asked, ask("a", rules=Rules(multilib=True))) == (1,)


def test_age_counts_the_newer_versions_of_its_origin() -> None:
    versions = [OraclePackage("a", version=version) for version in ("1", "2", "3")]
    asked = world(*versions, own("a", version="9"))
    pins = (NamePin("a", relation("a = 1")),)
    assert values(asked, ask("a", objectives=(_KINDS.AGE,), pins=pins)) == (2,)


def test_weak_dependencies_count_where_they_are_unmet() -> None:
    packages = (
        OraclePackage("a", recommends=(Capability("b"), Capability("nobody"))),
        OraclePackage("b"),
        OraclePackage("c", supplements=(Capability("a"),)),
    )
    assert values(world(*packages), ask("a", objectives=(*_SIZE, _KINDS.WEAK))) == (1, 3)
    followed = ask("a", rules=Rules(weak_dependencies=WeakDependencies.FOLLOW))
    assert followed.stages == (_KINDS.WEAK, *_SIZE)
    assert values(world(*packages), followed) == (1, 3)


def test_changes_count_what_comes_and_what_goes() -> None:
    before = (OraclePackage("large"), OraclePackage("gone"))
    question = ask("mail", previous=before, objectives=(_KINDS.CHANGES,))
    assert values(world(SMALL, LARGE), question) == (1,)


def test_an_equivalent_of_one_capability_is_a_provide_of_the_package_itself() -> None:
    asked = world(OraclePackage("a", version="3"), own("a", version="5"))
    rows = (("foreign", (Capability("a"),)),)
    objectives = (_KINDS.DIVERGENCE, _KINDS.PACKAGES)
    assert values(asked, ask("foreign = 3", equivalents=rows, objectives=objectives)) == (0, 1)
    assert values(asked, ask("foreign = 5", equivalents=rows, objectives=objectives)) is None


def test_an_equivalent_of_several_needs_them_all_and_counts_for_nothing() -> None:
    rows = (("foreign", (Capability("small"), Capability("large"))),)
    question = ask("foreign", equivalents=rows, objectives=(_KINDS.PACKAGES, *_SIZE))
    answer = brute_force(world(SMALL, LARGE), question)
    assert answer.values == ((_KINDS.PACKAGES, 2), (_KINDS.INSTALLED_SIZE, 6))
    assert ("equivalent:foreign-1-1.noarch", None) in answer.best[0]


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(6))
def test_a_best_set_is_feasible_and_worth_what_is_said(case: tuple[World, Question]) -> None:
    answer, arena = brute_force(*case), Arena(*case)
    assert (answer.values is None) is (answer.feasible == 0) is (answer.best == ())
    for chosen in arena.subsets():
        if arena.names(chosen) in answer.best:
            assert arena.is_feasible(chosen)
            assert answer.values == tuple(zip(case[1].stages, arena.score(chosen), strict=True))
