"""Relaxations against brute force: every subset of the demands; and real problems without an answer."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimizer.answer.core import ASKED, describe, guards_of
from optimizer.answer.relaxation import RANKED, Relaxation, relaxations, with_limit
from optimizer.explain.answered import Answered
from optimizer.explain.relax import relax
from optimizer.inquiry import open_answer
from optimizer.model.build import Guard
from optimizer.model.correction import corrections
from optimizer.model.question import PLAIN, Question
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.pipeline import Settings, solve_file
from optimizer.report.relax import relaxed_text
from optimizer.universe.instance import Feature, Instance, Limit, LimitKind
from tests.model.making import make, package
from tests.model.test_solve import limited_instances
from tests.requirements import PROJECT_ROOT

SOME = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@st.composite
def clashing_instances(draw: st.DrawFn) -> Instance:
    """Draw Instances most of which ask for more than their limits and rules allow."""
    instance = draw(limited_instances())
    formulas = st.sampled_from([place for place, held in enumerate(instance.capabilities) if held.providers] or [0])
    more = draw(st.lists(st.builds(Feature, text=st.just("g"), formula=formulas, required=st.just(True)), max_size=3))
    tight = draw(
        st.sampled_from(
            [
                Limit(kind=LimitKind.PACKAGES, maximum=0),
                Limit(kind=LimitKind.INSTALLED_SIZE, minimum=30, maximum=40),
                Limit(kind=LimitKind.FEATURE_GROUP, group="h", minimum=1, maximum=1),
            ]
        )
    )
    grouped = (Feature(text="h", formula=0, required=True, group="h"),) * 2
    features = (*instance.features, *more, *grouped)
    return msgspec.structs.replace(instance, features=features, limits=(*instance.limits, tight))


def demands(engine: Engine) -> list[Guard]:
    return list(reversed(guards_of(engine, ASKED)))


@SOME
@given(clashing_instances())
def test_every_minimal_set_comes_and_smaller_ones_come_first(instance: Instance) -> None:
    engine = Engine.of(instance)
    guards = demands(engine)
    minimal: list[tuple[int, ...]] = []
    for size in range(len(guards) + 1):
        for group in combinations(range(len(guards)), size):
            if any(set(known) <= set(group) for known in minimal):
                continue
            if engine.feasible(Question(lifted=frozenset(guards[place] for place in group))):
                minimal.append(group)
    expected = sorted(minimal, key=lambda group: (len(group), group[::-1]))
    found = list(corrections(engine, PLAIN, guards, Budget()))
    assert found == [tuple(guards[place] for place in group) for group in expected]


@SOME
@given(clashing_instances(), st.integers(1, 3))
def test_each_limit_is_at_the_nearest_value_that_will_do(instance: Instance, most: int) -> None:
    engine = Engine.of(instance)
    assume(not engine.feasible(PLAIN))
    guards = demands(engine)
    groups = list(corrections(engine, PLAIN, guards, Budget()))
    found = list(relaxations(engine, most=most))
    smallest = [group for group in groups if len(group) == len(groups[0])]
    assert len(found) == min(len(groups), max(most, len(smallest)))
    all_of_them = list(relaxations(engine, most=len(groups)))
    assert all_of_them[: len(found)] == found
    assert [one.ranked for one in all_of_them] == [None] * len(groups)
    assert [rank(one) for one in all_of_them] == sorted(rank(one) for one in all_of_them)
    by_demands = {tuple(describe(instance, guard, PLAIN) for guard in group): group for group in groups}
    assert {tuple(one.demand for one in relaxation.given_up) for relaxation in all_of_them} == set(by_demands)
    for relaxation in found:
        check(instance, relaxation, by_demands[tuple(one.demand for one in relaxation.given_up)])


def rank(relaxation: Relaxation) -> tuple[int, list[int]]:
    """What a relaxation is ranked by: its size, and then each objective, less being better."""
    signs = [-1 if stage.objective == "features" else 1 for stage in relaxation.then.stages]
    values = [sign * stage.value for sign, stage in zip(signs, relaxation.then.stages, strict=True)]
    return len(relaxation.given_up), values


def check(instance: Instance, relaxation: Relaxation, group: tuple[Guard, ...]) -> None:
    """Walk through a relaxation as a user would: one limit after the other, each a step short of enough first."""
    lifted = frozenset(group)
    for guard, given_up in zip(group, relaxation.given_up, strict=True):
        if given_up.bound is None or given_up.enough is None:
            continue
        lifted -= {guard}
        step = -1 if given_up.bound == "maximum" else 1
        short, enough = (
            with_limit(
                instance,
                guard[1],
                msgspec.structs.replace(instance.limits[guard[1]], **{given_up.bound: given_up.enough + by}),
            )
            for by in (step, 0)
        )
        assert given_up.now == getattr(instance.limits[guard[1]], given_up.bound)
        assert not Engine.of(short).feasible(Question(lifted=lifted))
        instance = enough
    solved = Engine.of(instance).solve(Question(lifted=lifted))
    assert relaxation.then.stages == tuple(one for one in solved.stages if one.objective != "tie_break")


def test_nothing_is_given_up_where_there_is_an_answer() -> None:
    assert list(relaxations(Engine.of(make("a", required=["a"])))) == []


def test_the_best_answer_goes_first_then_limits_before_features_and_later_features_before_earlier() -> None:
    instance = make(
        [package("a", installed_bytes=5), package("b", installed_bytes=5), package("c", installed_bytes=1)],
        required=["a", "b", "c"], limits=[Limit(kind=LimitKind.INSTALLED_SIZE, maximum=9)],
        objectives=["installed_size"],
    )  # fmt: skip
    first, second, third = relaxations(Engine.of(instance), most=5)
    assert [one.given_up[0].demand.text for one in (first, second)] == ["b", "a"]
    assert (third.given_up[0].bound, third.given_up[0].now, third.given_up[0].enough) == ("maximum", 9, 11)
    assert [one.then.installed_size for one in (first, second, third)] == [6, 6, 11]
    aimless = msgspec.structs.replace(instance, objectives=())
    texts = [one.given_up[0].demand.text for one in relaxations(Engine.of(aimless), most=5)]
    assert texts == ["installed_size <= 9", "b", "a"]


def test_of_more_sets_than_can_be_ranked_the_first_are_and_it_is_said() -> None:
    names = [package(f"p{number:02}") for number in range(RANKED)]
    instance = make(
        names,
        required=[one.name for one in names],
        limits=[Limit(kind=LimitKind.PACKAGES, maximum=RANKED - 1)],
        objectives=["packages"],
    )
    assert len(list(relaxations(Engine.of(instance), most=RANKED + 1))) == RANKED + 1
    found = relax(Answered(instance, Engine.of(instance).solve()), 2)
    assert [one.ranked for one in found.relaxations] == [RANKED] * RANKED
    assert [one.then.packages for one in found.relaxations] == [RANKED - 1] * (RANKED - 1) + [RANKED]
    assert relaxed_text(found).endswith(
        f"there are more sets of the last size: {RANKED} of them were solved and ranked\n"
    )


def test_an_outcome_says_at_least_where_sizes_are_not_known() -> None:
    held = [package("a", installed_bytes=None), package("b", installed_bytes=1 << 20)]
    instance = make(held, required=["a", "b"], conflicts=[("a", "b")], objectives=["packages"])
    found = relax(Answered(instance, Engine.of(instance).solve()))
    lines = [line.strip() for line in relaxed_text(found).splitlines() if "then the" in line]
    assert lines == [
        "then the best answer has 1 package, at least 0.0 MiB of installed size",
        "then the best answer has 1 package, 1.0 MiB of installed size",
    ]


def test_an_optional_feature_that_cannot_be_had_says_what_stops_it_and_a_dear_one_its_price() -> None:
    instance = make(
        "abcd", provides={"nobody": ""}, required=["a"], optional=[("b", 2), ("c", 3), ("nobody", 4)],
        conflicts=[("a", "c")], objectives=["installed_size", "features"],
    )  # fmt: skip
    found = relax(Answered(instance, Engine.of(instance).solve()))
    dear, clashing, absent = found.left_out
    assert [(one.objective, one.change) for one in dear.stages] == [("installed_size", 1), ("features", 2)]
    assert [part.kind for part in clashing.infeasible] == ["feature", "conflicts"]
    assert [one.given_up[0].demand.text for one in clashing.relaxations] == ["a"]
    assert (absent.stages, absent.relaxations) == ((), ())


@pytest.mark.data
@pytest.mark.parametrize(
    "name", ["real/infeasible/cs9-host-too-small", "remixes/infeasible/fedora-32-remix-with-edition"]
)
def test_relaxations_of_real_problems_hold_and_solve_tells_them(name: str, data_directory: Path) -> None:
    file = PROJECT_ROOT / f"problems/{name}.yaml"
    record = solve_file(file, Settings(mirror=data_directory)).record
    asked = open_answer(file, Settings(mirror=data_directory))
    found = relax(asked, 3)
    assert record.relaxations == found.relaxations
    groups = list(corrections(asked.engine, PLAIN, demands(asked.engine), Budget()))
    by_demands = {tuple(describe(asked.instance, guard, PLAIN) for guard in group): group for group in groups}
    for relaxation in found.relaxations:
        group = by_demands[tuple(one.demand for one in relaxation.given_up)]
        check(asked.instance, relaxation, group)
        for kept in group:
            assert not asked.engine.feasible(Question(lifted=frozenset(group) - {kept}))
