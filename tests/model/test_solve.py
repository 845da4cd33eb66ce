"""Stages: the lexicographic optimum, proven, in every order of objectives; and one answer whatever the road to it."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.answer.verify import verify
from optimizer.model.question import Question
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine, stage_order
from optimizer.model.solver import Budget, run
from optimizer.model.step import lock, worth
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Formula, Instance, Limit, LimitKind, PackageOrigin
from tests.export.instances import best_values, instances, is_feasible, value
from tests.model.making import make, names, package

_AMOUNTS = {
    LimitKind.INSTALLED_SIZE: ObjectiveKind.INSTALLED_SIZE,
    LimitKind.DOWNLOAD_SIZE: ObjectiveKind.DOWNLOAD_SIZE,
    LimitKind.PACKAGES: ObjectiveKind.PACKAGES,
}


def consistent_instances() -> st.SearchStrategy[Instance]:
    """Return Instances whose packages are of their source's origin, as `check_instance` wants them."""
    return instances().map(_consistent)


def _consistent(instance: Instance) -> Instance:
    packages = tuple(
        one if one.source is None else msgspec.structs.replace(one, origin=instance.sources[one.source].origin)
        for one in instance.packages
    )
    return msgspec.structs.replace(instance, packages=packages)


@st.composite
def limited_instances(draw: st.DrawFn) -> Instance:
    """Draw an Instance with up to two limits that sometimes bind; packages are of their source's origin."""
    instance = draw(consistent_instances())
    limit = st.builds(Limit, kind=st.sampled_from(list(_AMOUNTS)), maximum=st.integers(0, 30))
    return msgspec.structs.replace(instance, limits=tuple(draw(st.lists(limit, max_size=2))))


def within_limits(instance: Instance, chosen: frozenset[int]) -> bool:
    """Whether a set keeps the limits, added up by the other oracle."""
    return all(
        limit.maximum is not None and value(instance, _AMOUNTS[limit.kind], chosen) <= limit.maximum
        for limit in instance.limits
    )


def brute_force(instance: Instance) -> tuple[int, ...] | None:
    """The value of each objective at the optimum, by trying every set."""
    indices = range(len(instance.packages))
    every = map(frozenset, chain.from_iterable(combinations(indices, size) for size in range(len(indices) + 1)))
    feasible = [chosen for chosen in every if is_feasible(instance, chosen) and within_limits(instance, chosen)]
    signs = [-1 if kind is ObjectiveKind.FEATURES else 1 for kind in instance.objectives]
    vectors = [tuple(value(instance, kind, chosen) for kind in instance.objectives) for chosen in feasible]
    return min(vectors, key=lambda vector: [s * v for s, v in zip(signs, vector, strict=True)], default=None)


@settings(max_examples=150, deadline=None)
@given(limited_instances())
def test_the_stages_are_what_brute_force_finds(instance: Instance) -> None:
    solution = Engine.of(instance).solve()
    expected = brute_force(instance)
    if expected is None:
        assert solution.status is SolveStatus.INFEASIBLE
        assert (solution.stages, solution.packages) == ((), ())
        return
    assert solution.status is SolveStatus.OPTIMAL
    assert tuple(stage.value for stage in solution.stages[:-1]) == expected
    assert all((stage.bound, stage.status) == (stage.value, "optimal") for stage in solution.stages)
    assert verify(instance, solution) == ()


@settings(max_examples=30, deadline=None)
@given(consistent_instances())
def test_the_two_brute_forces_agree_where_nothing_is_limited(instance: Instance) -> None:
    assert brute_force(instance) == best_values(instance)


CHEAP_OR_SMALL = [
    package("a", installed_bytes=1, download_bytes=9, origin=PackageOrigin.DOWNSTREAM),
    package("b", installed_bytes=5, download_bytes=5),
    package("c", installed_bytes=9, download_bytes=1),
]


@pytest.mark.parametrize(
    ("objectives", "answer", "values"),
    [
        (("installed_size",), "a", (1,)),
        (("download_size",), "c", (1,)),
        (("divergence", "installed_size"), "b", (0, 5)),
        (("divergence", "download_size", "installed_size"), "c", (0, 1, 9)),
        (("packages", "download_size", "divergence"), "c", (1, 1, 0)),
        (("features", "installed_size"), "ac", (7, 10)),
        (("installed_size", "features"), "a", (1, 3)),
    ],
)
def test_each_stage_is_kept_by_the_next(objectives: tuple[str, ...], answer: str, values: tuple[int, ...]) -> None:
    instance = make(
        CHEAP_OR_SMALL, required=[("any", "a", "b", "c")], optional=[("a", 3), ("c", 4)], objectives=objectives,
        conflicts=[("a", "b")],
    )  # fmt: skip
    solution = Engine.of(instance).solve()
    assert names(instance, solution.packages) == answer
    assert tuple((stage.objective, stage.value) for stage in solution.stages) == (
        *zip(objectives, values, strict=True),
        ("tie_break", 0),
    )


def test_a_lock_lets_a_stage_get_better_and_not_worse() -> None:
    engine = Engine.of(make("abc"))
    terms = [(engine.model.package[0], 5), (engine.model.package[1], -3), (engine.model.package[2], 2)]
    for limit in range(-3, 9):
        for chosen in map(frozenset, ([], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2])):
            values = tuple(int(index in chosen) for index in range(3))
            proto = engine.proto(Question(with_packages=chosen, without_packages=frozenset(range(3)) - chosen))
            lock(proto, terms, limit)
            assert run(proto, Budget()).solved == (worth(terms, values) <= limit)


def test_an_instance_without_objectives_or_packages_has_an_answer() -> None:
    assert Engine.of(make("")).solve().status is SolveStatus.OPTIMAL
    solution = Engine.of(make("ab", required=["a"])).solve()
    assert (solution.status, solution.packages) == (SolveStatus.OPTIMAL, (0,))


@pytest.mark.parametrize(
    ("objectives", "stages"),
    [
        ((), "weak"),
        (("divergence", "features", "packages"), "divergence features weak packages"),
        (("features", "installed_size", "divergence"), "features weak installed_size divergence"),
        (("divergence",), "divergence weak"),
        (("packages", "weak"), "packages weak"),
    ],
)
def test_followed_weak_dependencies_come_after_divergence_and_features(
    objectives: tuple[str, ...], stages: str
) -> None:
    assert " ".join(stage_order(make("a", objectives=objectives, follow_weak=True))) == stages
    assert stage_order(make("a", objectives=objectives)) == objectives


def shuffled(instance: Instance, order: Any) -> Instance:
    """The same Instance with its rules and capabilities in another order; packages keep theirs, which breaks ties."""
    places = order.sample(range(len(instance.capabilities)), len(instance.capabilities))
    moved = {old: new for new, old in enumerate(places)}

    def renumbered(formula: Formula) -> Formula:
        if isinstance(formula, int):
            return moved[formula]
        parts = [*map(renumbered, formula[1:])]
        order.shuffle(parts)
        return (formula[0], *parts)

    def mixed(held: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(order.sample(held, len(held)))

    formulas = ("requirements", "exclusions", "features", "forbidden")
    changed = {
        name: mixed(
            tuple(msgspec.structs.replace(one, formula=renumbered(one.formula)) for one in getattr(instance, name))
        )
        for name in formulas
    }
    changed |= {name: mixed(getattr(instance, name)) for name in ("unique_names", "pins", "limits")}
    capabilities = tuple(instance.capabilities[place] for place in places)
    return msgspec.structs.replace(instance, capabilities=capabilities, **changed)


@settings(max_examples=60, deadline=None)
@given(instance=limited_instances(), order=st.randoms(use_true_random=False), workers=st.sampled_from([1, 1, 2]))
def test_one_problem_has_one_answer(instance: Instance, order: Any, workers: int) -> None:
    one = Engine.of(instance).solve()
    other_instance = shuffled(instance, order)
    other = Engine.of(other_instance).solve(budget=Budget(workers=workers))
    assert (other.status, other.packages, other.sources) == (one.status, one.packages, one.sources)
    assert [stage.value for stage in other.stages] == [stage.value for stage in one.stages]


@settings(max_examples=40, deadline=None)
@given(consistent_instances())
def test_no_answer_of_the_same_worth_comes_before_the_one_given(instance: Instance) -> None:
    """After age, libsolv's choice and number, of two equal answers the one with the earlier packages is given."""
    solution = Engine.of(instance).solve()
    assume(solution.solved)
    found = frozenset(solution.packages)

    def rank(chosen: frozenset[int]) -> tuple[Any, ...]:
        packages = [instance.packages[index] for index in sorted(chosen)]
        unwanted = sum(not p.preferred and p.origin is not PackageOrigin.VIRTUAL for p in packages)
        order = tuple(index not in chosen for index in range(len(instance.packages)))
        return sum(p.age for p in packages), unwanted, len(packages), order

    indices = range(len(instance.packages))
    every = map(frozenset, chain.from_iterable(combinations(indices, size) for size in range(len(indices) + 1)))
    stages = [value(instance, kind, found) for kind in instance.objectives]
    equal = [
        chosen
        for chosen in every
        if is_feasible(instance, chosen) and [value(instance, kind, chosen) for kind in instance.objectives] == stages
    ]
    assert min(equal, key=rank) == found


@pytest.mark.parametrize("seed", range(3))
def test_a_larger_instance_gives_one_answer_with_any_number_of_workers(seed: int) -> None:
    """Sixty packages in thirty pairs of equals, so that the order of ties has something to decide."""
    import random

    order = random.Random(seed)
    letters = [f"p{number}" for number in range(60)]
    pairs = [("any", letters[2 * number], letters[2 * number + 1]) for number in range(30)]
    needs = [(order.choice(letters), ("any", *order.sample(letters, 3))) for _ in range(40)]
    drawn = (order.sample(letters, 2) for _ in range(15))
    clashes = [(one, other) for one, other in drawn]
    instance = make(
        [package(letter, preferred=order.random() < 0.3, age=order.randrange(2)) for letter in letters],
        required=pairs, requires=needs, conflicts=clashes, objectives=("installed_size", "packages"),
    )  # fmt: skip
    answers = {Engine.of(instance).solve(budget=Budget(workers=workers)).packages for workers in (1, 4, 8)}
    answers.add(Engine.of(shuffled(instance, order)).solve().packages)
    assert len(answers) == 1
    assert answers != {()}
