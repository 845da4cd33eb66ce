"""Each rule alone: of all sets of packages, the model admits those it should, and no others."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.answer.verify import CHECKS, Answer
from optimizer.model.build import Model
from optimizer.model.question import Question
from optimizer.model.rules import RULES
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine
from optimizer.universe.instance import Instance, Limit, LimitKind, PackageOrigin
from tests.export.instances import instances
from tests.model.making import make, names, package

A_OR_B = ("any", "a", "b")
DOWNSTREAM, VIRTUAL = PackageOrigin.DOWNSTREAM, PackageOrigin.VIRTUAL
TWO_OF_A_SOURCE = [package("a", origin=DOWNSTREAM), package("b", 0, origin=DOWNSTREAM), package("c")]
SIZED = [
    package("a", installed_bytes=5, download_bytes=1),
    package("b", installed_bytes=4, download_bytes=6),
    package("c", installed_bytes=None, download_bytes=None),
]
WITH_A_VIRTUAL = [package("a"), package("b"), package("v", origin=VIRTUAL, installed_bytes=0, download_bytes=0)]

# rule, its Instance, and the sets it admits ("-" is the empty one)
TABLE: list[tuple[str, Instance, str]] = [
    ("C1", make("ab", required=["a"]), "a ab"),
    ("C1", make("ab", required=[A_OR_B]), "a b ab"),
    ("C1", make("ab", required=["a", ("not", "b")]), "a"),
    ("C1", make("ab", required=["a", ("any",)]), ""),
    ("C1", make("ab", required=[("all",)]), "- a b ab"),
    ("C1", make("ab", optional=[("a", 3)]), "- a b ab"),
    ("C2", make("abc", requires=[("a", "b")]), "- b c bc ab abc"),
    ("C2", make("abc", requires=[("a", ("any", "b", "c"))]), "- b c bc ab ac abc"),
    ("C2", make("abc", requires=[("a", ("all", "b", ("not", "c")))]), "- b c bc ab"),
    ("C2", make("ab", provides={"nobody": ""}, requires=[("a", "nobody")]), "- b"),
    ("C2", make("ab", requires=[("a", ("any", ("not", "b"), ("any",)))]), "- a b"),
    ("C3", make("ab", conflicts=[("a", "b")]), "- a b"),
    ("C3", make("abc", conflicts=[("a", ("all", "b", "c"))]), "- a b c ab ac bc"),
    ("C3", make("abc", conflicts=[("a", ("all", "b", ("not", "c")))]), "- a b c ac bc abc"),
    ("C3", make("ab", obsoletes=[("a", "b")]), "- a b ab"),
    ("C4", make("ab", obsoletes=[("a", "b")]), "- a b"),
    ("C4", make("ab", conflicts=[("a", "b")]), "- a b ab"),
    ("C5", make("abc", unique=["ab"]), "- a b c ac bc"),
    ("C5", make("abc", unique=["abc"]), "- a b c"),
    ("C6", make("abc", provides={"bad": "ab"}, forbidden=["bad"]), "- c"),
    ("C6", make("ab", forbidden=[("all", "a", "b")]), "- a b"),
    ("C6", make("ab", forbidden=[("not", "a")]), "a ab"),
    ("C7", make(SIZED, limits=[Limit(kind=LimitKind.INSTALLED_SIZE, maximum=8)]), "- a b c ac bc"),
    ("C7", make(SIZED, unknown_bytes=4, limits=[Limit(kind=LimitKind.INSTALLED_SIZE, maximum=8)]), "- a b c bc"),
    ("C7", make(SIZED, limits=[Limit(kind=LimitKind.DOWNLOAD_SIZE, maximum=5)]), "- a c ac"),
    ("C7", make("abc", limits=[Limit(kind=LimitKind.PACKAGES, maximum=1)]), "- a b c"),
    ("C7", make(WITH_A_VIRTUAL, limits=[Limit(kind=LimitKind.PACKAGES, maximum=1)]), "- a b v av bv"),
    ("C7", make("ab", limits=[Limit(kind=LimitKind.PACKAGES, minimum=3)]), ""),
    ("C8", make("abc", excluded=["ab"]), "- c"),
    ("C8", make("ab", excluded=["a", "b"]), "-"),
    ("C9", make("ab", recommends=[("a", "b")], supplements=[("b", "a")]), "- a b ab"),
    ("C10", make(TWO_OF_A_SOURCE), "- a b c ab ac bc abc"),
]  # fmt: skip


def subsets(instance: Instance) -> list[frozenset[int]]:
    """Every set of packages."""
    indices = range(len(instance.packages))
    return [*map(frozenset, chain.from_iterable(combinations(indices, size) for size in range(len(indices) + 1)))]


def exactly(instance: Instance, chosen: frozenset[int]) -> Question:
    """The question whether just these packages can be in."""
    return Question(with_packages=chosen, without_packages=frozenset(range(len(instance.packages))) - chosen)


def engine_of(instance: Instance, *rules: str, explain: bool = False) -> Engine:
    """A model with some of the rules."""
    model = Model(instance, explain=explain)
    for rule in rules:
        RULES[rule](model)
    return Engine(model)


@pytest.mark.parametrize("explain", [False, True], ids=["plain", "explained"])
@pytest.mark.parametrize(
    ("rule", "instance", "admitted"), TABLE, ids=[f"{n}-{row[0]}" for n, row in enumerate(TABLE)]
)
def test_the_rule_admits_what_it_should(rule: str, instance: Instance, admitted: str, explain: bool) -> None:
    engine = engine_of(instance, rule, explain=explain)
    found = {names(instance, held) or "-" for held in subsets(instance) if engine.feasible(exactly(instance, held))}
    assert found == set(admitted.split())


def test_every_rule_is_in_the_table() -> None:
    assert {rule for rule, _, _ in TABLE} == set(RULES) == set(CHECKS)


LIFTABLE = [
    ("feature", make("a", required=[("any",)]), "C1"),
    ("forbidden", make("a", required=["a"], forbidden=["a"]), "C6"),
    ("pin", make("a", required=["a"], excluded=["a"]), "C8"),
    ("limit", make("a", required=["a"], limits=[Limit(kind=LimitKind.PACKAGES, maximum=0)]), "C7"),
]


@pytest.mark.parametrize(("kind", "instance", "rule"), LIFTABLE, ids=[row[0] for row in LIFTABLE])
def test_what_the_problem_asks_can_be_lifted(kind: str, instance: Instance, rule: str) -> None:
    engine = engine_of(instance, *{"C1", rule})
    assert not engine.feasible(Question())
    assert engine.feasible(Question(lifted=frozenset([(kind, 0)])))


RULES_OF_PACKAGES: dict[str, dict[str, Any]] = {
    "requirement": {"requires": [("a", "nobody")], "provides": {"nobody": ""}},
    "exclusion": {"conflicts": [("a", "b")]},
    "unique_name": {"unique": ["ab"]},
}


@pytest.mark.parametrize("kind", sorted(RULES_OF_PACKAGES))
def test_explained_rules_of_packages_can_be_lifted(kind: str) -> None:
    engine = Engine.of(make("ab", required=["a", "b"], **RULES_OF_PACKAGES[kind]), explain=True)
    assert not engine.feasible(Question())
    assert engine.feasible(Question(lifted=frozenset([(kind, 0)])))


def test_an_optional_feature_is_named_exactly_where_it_holds() -> None:
    instance = make("abc", optional=[(A_OR_B, 3), (("not", "c"), 2)])
    engine = engine_of(instance, "C1")
    for chosen in subsets(instance):
        solution = engine.solve(exactly(instance, chosen))
        held = names(instance, chosen)
        assert solution.features == tuple(n for n, holds in enumerate(({*held} & {*"ab"}, "c" not in held)) if holds)


def test_a_source_is_maintained_exactly_where_one_of_its_packages_is_in() -> None:
    instance = make(TWO_OF_A_SOURCE)
    engine = engine_of(instance, "C10")
    for chosen in subsets(instance):
        solution = engine.solve(exactly(instance, chosen))
        assert solution.sources == ((0,) if chosen & {0, 1} else ())
    assert not engine.feasible(Question(with_packages=frozenset([1]), without_sources=frozenset([0])))


def test_a_weak_dependency_is_unmet_exactly_where_it_asks_in_vain() -> None:
    instance = make("abc", recommends=[("a", ("all", "b", "c"))], supplements=[("c", ("any", "a", "b"))])
    engine = engine_of(instance, "C9")
    for chosen in subsets(instance):
        held = set(names(instance, chosen))
        unmet = (
            *((0,) if "a" in held and not {"b", "c"} <= held else ()),
            *((1,) if held & {"a", "b"} and "c" not in held else ()),
        )
        assert engine.solve(exactly(instance, chosen)).unmet == unmet


@pytest.mark.parametrize(("minimum", "maximum"), [(None, 1), (1, None), (1, 2), (3, 3), (4, None), (None, 0)])
def test_a_feature_group_counts_required_and_optional_features(minimum: int | None, maximum: int | None) -> None:
    whole = make("abc", required=["a"], optional=[("b", 1), (("not", "c"), 1)])
    grouped = make("abc", required=["a"], optional=[("b", 1), (("not", "c"), 1)])
    limit = Limit(kind=LimitKind.FEATURE_GROUP, minimum=minimum, maximum=maximum, group="g")
    features = tuple(_in_group(feature) for feature in whole.features)
    instance = _replace(grouped, features=features, limits=(limit,))
    engine = Engine.of(instance)
    for chosen in subsets(instance):
        held = names(instance, chosen)
        amount = 1 + ("b" in held) + ("c" not in held)
        within = (minimum is None or amount >= minimum) and (maximum is None or amount <= maximum)
        assert engine.feasible(exactly(instance, chosen)) == ("a" in held and within)


def _in_group(feature: Any) -> Any:
    return _replace(feature, group="g")


def _replace(value: Any, **changes: Any) -> Any:
    import msgspec

    return msgspec.structs.replace(value, **changes)


CHOICE_RULES = ("C2", "C3", "C4", "C5", "C6", "C8")


@settings(max_examples=40, deadline=None)
@given(instance=instances(), rule=st.sampled_from(CHOICE_RULES), explain=st.booleans())
def test_model_and_verifier_say_the_same_of_every_set(instance: Instance, rule: str, explain: bool) -> None:
    engine = engine_of(instance, rule, explain=explain)
    for chosen in subsets(instance):
        answer = Answer(instance, Solution(status=SolveStatus.OPTIMAL), chosen)
        allowed = not list(CHECKS[rule](answer))
        assert engine.feasible(exactly(instance, chosen)) == allowed, names(instance, chosen)
