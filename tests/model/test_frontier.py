"""Frontiers: exactly the pairs that a sweep over all sets leaves undominated, and nothing claimed beyond a budget."""

from __future__ import annotations

from itertools import chain, combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model.frontier import DEFAULT_MOST, Frontier, FrontierPoint, SearchState, frontier, steepest
from optimizer.model.question import Question
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, Limit, LimitKind, PackageOrigin
from tests.export.instances import is_feasible, value
from tests.model.making import DIVERGING, make, names, package
from tests.model.test_solve import limited_instances, within_limits

DIVERGENCE, SIZE = ObjectiveKind.DIVERGENCE, ObjectiveKind.INSTALLED_SIZE
KINDS = st.sampled_from(list(ObjectiveKind))
OPTIMAL, FEASIBLE = SolveStatus.OPTIMAL, SolveStatus.FEASIBLE


def sweep(instance: Instance, first: ObjectiveKind, second: ObjectiveKind) -> list[tuple[int, int]]:
    """The undominated pairs of two objectives, by trying every set, best of the first one first."""
    indices = range(len(instance.packages))
    every = map(frozenset, chain.from_iterable(combinations(indices, size) for size in range(len(indices) + 1)))
    feasible = [chosen for chosen in every if is_feasible(instance, chosen) and within_limits(instance, chosen)]
    pairs = {(value(instance, first, chosen), value(instance, second, chosen)) for chosen in feasible}
    signs = [-1 if kind is ObjectiveKind.FEATURES else 1 for kind in (first, second)]

    def as_good(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return all(sign * a <= sign * b for sign, a, b in zip(signs, one, other, strict=True))

    kept = [pair for pair in pairs if not any(as_good(other, pair) for other in pairs - {pair})]
    return sorted(kept, key=lambda pair: signs[0] * pair[0])


@settings(max_examples=100, deadline=None)
@given(limited_instances(), KINDS, KINDS)
def test_the_frontier_is_what_a_sweep_over_all_sets_leaves(
    instance: Instance, first: ObjectiveKind, second: ObjectiveKind
) -> None:
    found = frontier(Engine.of(instance), first, second)
    expected = sweep(instance, first, second)
    assert [point.values for point in found.points] == expected
    assert found.status is (OPTIMAL if expected else SolveStatus.INFEASIBLE)
    assert found.gaps == ()
    for point in found.points:
        assert point.status is OPTIMAL
        chosen = frozenset(point.packages)
        assert point.values == (value(instance, first, chosen), value(instance, second, chosen))
        assert is_feasible(instance, chosen)
        assert within_limits(instance, chosen)
        diverging = {index for index in chosen if instance.packages[index].origin in DIVERGING}
        assert set(point.sources) == {instance.packages[index].source for index in diverging}


def ladder(rungs: int) -> Instance:
    """Each of some features by an upstream package or by a downstream one that is smaller, by 1, 2, 4, ... bytes."""
    upstream = [package(f"u{i}", installed_bytes=100 + (1 << i)) for i in range(rungs)]
    downstream = [package(f"d{i}", installed_bytes=100, origin=PackageOrigin.DOWNSTREAM) for i in range(rungs)]
    features = [("any", f"u{i}", f"d{i}") for i in range(rungs)]
    return make([*upstream, *downstream], required=features, objectives=("divergence",))


def test_each_source_buys_the_most_that_is_left() -> None:
    instance = ladder(5)
    found = frontier(Engine.of(instance), DIVERGENCE, SIZE)
    assert [point.values for point in found.points] == [(0, 531), (1, 515), (2, 507), (3, 503), (4, 501), (5, 500)]
    assert names(instance, found.points[2].packages) == "u0u1u2d3d4"
    assert [[instance.sources[s].name for s in point.sources] for point in found.points[:2]] == [[], ["d4"]]


def test_both_objectives_may_lead() -> None:
    engine = Engine.of(ladder(4))
    one, other = frontier(engine, DIVERGENCE, SIZE), frontier(engine, SIZE, DIVERGENCE)
    assert [point.values[::-1] for point in reversed(one.points)] == [point.values for point in other.points]
    assert [point.packages for point in reversed(one.points)] == [point.packages for point in other.points]


@pytest.mark.parametrize("most", range(2, 8))
def test_a_cap_keeps_both_ends_and_says_what_it_left_out(most: int) -> None:
    engine = Engine.of(ladder(5))
    whole = [point.values for point in frontier(engine, DIVERGENCE, SIZE).points]
    found = frontier(engine, DIVERGENCE, SIZE, most=most)
    kept = [point.values for point in found.points]
    assert len(kept) == min(most, len(whole))
    assert (kept[0], kept[-1]) == (whole[0], whole[-1])
    assert set(kept) <= set(whole)
    left_out = [pair for pair in whole if pair not in kept]
    assert all(any(inside(pair, gap.after, gap.before) for gap in found.gaps) for pair in left_out)
    assert found.status is (FEASIBLE if found.gaps else OPTIMAL)
    assert bool(left_out) <= bool(found.gaps)


def inside(pair: tuple[int, int], after: tuple[int, int], before: tuple[int, int]) -> bool:
    return after[0] < pair[0] < before[0] and before[1] < pair[1] < after[1]


def test_a_cap_ends_where_the_last_box_has_nothing_below_its_middle() -> None:
    """All that is saved is saved at the end: the middle of the only box has its own corner below it."""
    sizes = {"u": 100, "v": 3, "d": 1, "e": 1, "f": 2}
    origins = {name: PackageOrigin.UPSTREAM if name in "uv" else PackageOrigin.DOWNSTREAM for name in sizes}
    packages = [package(name, installed_bytes=size, origin=origins[name]) for name, size in sizes.items()]
    required = [("any", "u", ("all", "d", "e")), ("any", "v", "f")]
    instance = make(packages, required=required, conflicts=[("f", "d")])
    states: list[SearchState] = []
    found = frontier(Engine.of(instance), DIVERGENCE, SIZE, most=3, on_settled=states.append)
    assert [point.values for point in found.points] == [(0, 103), (1, 102), (2, 5)]
    asked = [(one.leading, one.bound) for one in states[-1].settled]
    assert len(asked) == len(set(asked)) == 4


@settings(max_examples=30, deadline=None)
@given(limited_instances(), st.integers(2, 4))
def test_a_capped_frontier_is_part_of_the_whole_and_the_rest_lies_in_its_gaps(instance: Instance, most: int) -> None:
    engine = Engine.of(instance)
    whole = {point.values for point in frontier(engine, SIZE, ObjectiveKind.DOWNLOAD_SIZE).points}
    found = frontier(engine, SIZE, ObjectiveKind.DOWNLOAD_SIZE, most=most)
    kept = {point.values for point in found.points}
    assert kept <= whole
    assert len(kept) <= most
    for pair in whole - kept:
        assert any(inside(pair, gap.after, gap.before) for gap in found.gaps)


def test_a_question_varies_the_frontier() -> None:
    instance = ladder(3)
    held = instance.packages.index(next(one for one in instance.packages if one.name == "u2"))
    found = frontier(Engine.of(instance), DIVERGENCE, SIZE, question=Question(with_packages=frozenset((held,))))
    assert [point.values for point in found.points] == [(0, 307), (1, 305), (2, 304)]


def test_the_instances_own_objectives_and_limits_are_not_mixed_up() -> None:
    instance = msgspec.structs.replace(ladder(2), objectives=(ObjectiveKind.PACKAGES,))
    assert len(frontier(Engine.of(instance), DIVERGENCE, SIZE).points) == 3


def test_where_the_budget_is_spent_nothing_is_claimed() -> None:
    found = frontier(Engine.of(ladder(3)), DIVERGENCE, SIZE, Budget(time_limit_s=0))
    assert found == Frontier(objectives=("divergence", "installed_size"), status=SolveStatus.UNKNOWN)


@pytest.mark.parametrize("corners", range(1, 6))
def test_a_budget_that_ends_on_the_way_leaves_proven_points_and_gaps(corners: int) -> None:
    budget = Budget()

    def stop(state: SearchState) -> None:
        budget.interrupted = len(state.settled) >= corners

    whole = [point.values for point in frontier(Engine.of(ladder(6)), DIVERGENCE, SIZE).points]
    found = frontier(Engine.of(ladder(6)), DIVERGENCE, SIZE, budget, on_settled=stop)
    kept = [point.values for point in found.points]
    assert found.status is FEASIBLE
    assert kept == [pair for pair in whole if pair in kept]
    assert all(point.status is OPTIMAL for point in found.points)
    for pair in set(whole) - set(kept) if corners > 1 else ():
        assert any(inside(pair, gap.after, gap.before) for gap in found.gaps)


@settings(max_examples=30, deadline=None)
@given(limited_instances(), KINDS, KINDS)
def test_a_search_taken_up_anywhere_ends_as_one_that_was_never_stopped(
    instance: Instance, first: ObjectiveKind, second: ObjectiveKind
) -> None:
    engine, states = Engine.of(instance), [SearchState()]
    held, then = (ObjectiveKind.FEATURES,), (ObjectiveKind.PACKAGES,)
    whole = frontier(engine, first, second, held=held, then=then, on_settled=states.append)
    for state in states:
        later: list[SearchState] = []
        again = frontier(engine, first, second, held=held, then=then, known=state, on_settled=later.append)
        assert again == whole
        assert len(later) == len(states) - 1 - states.index(state)
        assert [*states[: states.index(state) + 1], *later] == states


def test_a_finished_search_is_read_without_a_solve() -> None:
    engine, states = Engine.of(ladder(5)), [SearchState()]
    whole = frontier(engine, DIVERGENCE, SIZE, on_settled=states.append)
    spent = Budget(time_limit_s=0)
    assert frontier(engine, DIVERGENCE, SIZE, spent, known=states[-1]) == whole


def test_a_search_goes_on_from_fewer_points_to_more() -> None:
    engine, states = Engine.of(ladder(5)), [SearchState()]
    frontier(engine, DIVERGENCE, SIZE, most=3, on_settled=states.append)
    more = frontier(engine, DIVERGENCE, SIZE, most=50, known=states[-1])
    assert more == frontier(engine, DIVERGENCE, SIZE)


@settings(max_examples=50, deadline=None)
@given(limited_instances())
def test_no_point_is_worse_in_what_is_held(instance: Instance) -> None:
    features = ObjectiveKind.FEATURES
    best = max((pair[0] for pair in sweep(instance, features, SIZE)), default=None)
    found = frontier(Engine.of(instance), SIZE, ObjectiveKind.DOWNLOAD_SIZE, held=(features,))
    assert found.held == (((features.value, best),) if best is not None else ())
    assert all(value(instance, features, frozenset(point.packages)) == best for point in found.points)
    limit = Limit(kind=LimitKind.DOWNLOAD_SIZE, maximum=found.points[-1].values[1]) if found.points else None
    if limit is not None:
        bounded = msgspec.structs.replace(
            instance, limits=(*instance.limits, limit), objectives=(features, SIZE, ObjectiveKind.DOWNLOAD_SIZE)
        )
        assert Engine.of(bounded).solve().packages == found.points[-1].packages


@settings(max_examples=50, deadline=None)
@given(limited_instances(), st.permutations(list(ObjectiveKind)))
def test_the_first_point_is_the_answer_of_a_solve_that_ranks_the_objectives_so(
    instance: Instance, order: list[ObjectiveKind]
) -> None:
    ranked = msgspec.structs.replace(instance, objectives=tuple(order))
    solution = Engine.of(ranked).solve()
    found = frontier(Engine.of(ranked), order[1], order[2], held=order[:1], then=order[3:])
    assert [point.packages for point in found.points[:1]] == [solution.packages] * solution.solved


def test_downstream_sources_count_each_once_whatever_they_weigh() -> None:
    plain = ladder(3)
    heavy = [msgspec.structs.replace(source, weight=7) for source in plain.sources]
    instance = msgspec.structs.replace(plain, sources=tuple(heavy))
    found = frontier(Engine.of(instance), LimitKind.DOWNSTREAM_SOURCES, SIZE)
    assert [point.values for point in found.points] == [(0, 307), (1, 303), (2, 301), (3, 300)]
    assert frontier(Engine.of(instance), DIVERGENCE, SIZE).points[1].values == (7, 303)


def test_the_steepest_step_is_named() -> None:
    points = [
        FrontierPoint(values=pair, status=OPTIMAL, packages=(), sources=())
        for pair in [(0, 100), (1, 90), (3, 40), (4, 15), (5, 14)]
    ]
    assert steepest(points) == 2
    assert steepest(points[:2]) == 1
    assert steepest(points[:1]) is None
    assert steepest([]) is None


def test_a_cap_is_wide_enough_for_what_people_read() -> None:
    assert DEFAULT_MOST >= 50
