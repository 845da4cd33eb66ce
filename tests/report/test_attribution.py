"""Which features lead to a package, against taking features away one by one."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from optimizer.explain.demand import Node
from optimizer.explain.graph import DemandGraph
from optimizer.report.attribution import attribute
from optimizer.universe.instance import Feature, Instance, Requirement, RequirementKind
from tests.report.pages import led

_COUNT = 7
_indices = st.lists(st.integers(0, _COUNT - 1), min_size=1, max_size=3, unique=True)
_some = _indices.map(lambda held: tuple(sorted(held)))


def _walked(instance: Instance, features: set[int]) -> set[int]:
    """What some features lead to, walked one package at a time."""
    reached: set[int] = set()
    waiting = [p for f in features for p in instance.capabilities[f].providers]
    while waiting:
        package = waiting.pop()
        if package not in reached:
            reached.add(package)
            waiting += [
                below
                for requirement in instance.requirements
                if requirement.package == package
                and package not in instance.capabilities[requirement.formula].providers  # it gives that itself
                for below in instance.capabilities[requirement.formula].providers
            ]
    return reached


@given(
    st.lists(_some, min_size=1, max_size=4),
    st.dictionaries(st.integers(0, _COUNT - 1), _some, max_size=_COUNT),
)
def test_a_package_is_led_to_by_those_whose_walk_meets_it(
    asked: list[tuple[int, ...]], edges: dict[int, tuple[int, ...]]
) -> None:
    instance = led({f"f{i}": providers for i, providers in enumerate(asked)}, edges, _COUNT)
    leading = attribute(instance, frozenset(range(_COUNT)))
    for package in range(_COUNT):
        assert leading[package] == tuple(f for f in range(len(asked)) if package in _walked(instance, {f}))
    for feature in range(len(asked)):
        alone = {package for package, held in leading.items() if held == (feature,)}
        others = set(range(len(asked))) - {feature}
        assert alone == _walked(instance, {feature}) - _walked(instance, others)


@given(
    st.lists(_some, min_size=1, max_size=4),
    st.dictionaries(st.integers(0, _COUNT - 1), _some, max_size=_COUNT),
)
def test_what_a_feature_has_alone_is_what_why_says_it_holds_in_place(
    asked: list[tuple[int, ...]], edges: dict[int, tuple[int, ...]]
) -> None:
    instance = led({f"f{i}": providers for i, providers in enumerate(asked)}, edges, _COUNT)
    chosen = frozenset(_walked(instance, set(range(len(asked)))))
    leading, graph = attribute(instance, chosen), DemandGraph.of(instance, chosen)
    for feature in range(len(asked)):
        alone = tuple(package for package, held in leading.items() if held == (feature,))
        assert alone == graph.leaving(Node(is_package=False, index=feature))


def test_only_chosen_packages_count() -> None:
    instance = led({"f": (0, 1)}, {0: (2,), 1: (3,)}, 4)
    assert attribute(instance, frozenset((0, 2))) == {0: (0,), 2: (0,)}


def test_a_feature_that_the_answer_lacks_leads_to_nothing() -> None:
    instance = led({"f": (0,), "g": (1,)}, {}, 2)
    absent = Feature(text="h", formula=("all", 0, 1), required=False, value=1)
    instance = msgspec.structs.replace(instance, features=(instance.features[0], absent))
    assert attribute(instance, frozenset((0,))) == {0: (0,)}


def test_what_is_only_excluded_is_not_led_to() -> None:
    instance = led({"f": (0,)}, {0: (1,)}, 2)
    requirement = msgspec.structs.replace(instance.requirements[0], formula=("any", ("not", 1), 0))
    instance = msgspec.structs.replace(instance, requirements=(requirement,))
    assert attribute(instance, frozenset((0, 1))) == {0: (0,), 1: ()}


def test_recommended_packages_count_where_nothing_stronger_leads() -> None:
    instance = led({"f": (0,), "g": (1,)}, {0: (2,), 1: (3,)}, 4)
    weak = [
        Requirement(package=0, kind=RequirementKind.RECOMMENDS, text="c3", formula=3),
        msgspec.structs.replace(instance.requirements[0]),
    ]
    instance = msgspec.structs.replace(instance, requirements=tuple(weak))
    assert attribute(instance, frozenset(range(4))) == {0: (0,), 1: (1,), 2: (0,), 3: (0,)}
    instance = msgspec.structs.replace(
        instance,
        requirements=(Requirement(package=3, kind=RequirementKind.SUPPLEMENTS, text="c1", formula=1),),
    )
    assert attribute(instance, frozenset(range(4))) == {0: (0,), 1: (1,), 2: (), 3: (1,)}
