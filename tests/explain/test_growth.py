"""Growth is laid to what alone brings it: checked against leaving each node out, and on small cases by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from optimizer.answer.difference import difference
from optimizer.answer.side import Held, Side
from optimizer.explain.growth import FEATURE, Cause, causes_of_growth, features_of

Askers = dict[str, tuple[str, ...]]


def side(askers: Askers | None, sizes: dict[str, int | None] | None = None, *, evr: str = "1-1") -> Side:
    names = sizes if sizes is not None else dict.fromkeys(askers or {}, 1)
    packages = tuple(
        Held(name=name, evr=evr, arch="noarch", installed_size=size) for name, size in sorted(names.items())
    )
    return Side(label="side", kind="result", packages=packages, epochs=True, required_by=askers)


def causes(before: Side, after: Side) -> tuple[Cause, ...]:
    return causes_of_growth(difference(before, after), before, after)


def words(cause: Cause) -> list[str]:
    return [f"{step.name}: {step.state}" for step in cause.chain]


OLD = side({"base": ("feature: base",)})


def test_a_new_feature_brings_what_only_it_asks_for() -> None:
    after = side(
        {"base": ("feature: base",), "app": ("feature: app",), "lib": ("app",), "shared": ("app", "base")},
        {"base": 1, "app": 5, "lib": 7, "shared": 3},
    )
    first, second = causes(OLD, after)
    assert words(first) == ["feature: app: new feature"]
    assert (first.bytes, first.packages, first.also) == (12, ("lib", "app"), ())
    assert words(second) == ["feature: app: new feature", "app: added", "shared: added"]
    assert (second.bytes, second.packages, second.also) == (3, ("shared",), ("base",))


def test_a_dependency_that_is_new_to_an_old_package_is_a_cause_with_all_it_brings() -> None:
    after = side(
        {"base": ("feature: base",), "perl": ("base",), "perl-libs": ("perl",)},
        {"base": 2, "perl": 3, "perl-libs": 9},
    )
    first, second = causes(OLD, after)
    assert words(first) == ["feature: base: feature", "base: changed", "perl: added"]
    assert (first.bytes, first.packages) == (12, ("perl-libs", "perl"))
    assert (words(second), second.bytes) == (["feature: base: feature", "base: changed"], 1)


def test_what_shrinks_or_goes_causes_nothing() -> None:
    assert causes(side({"a": ("feature: a",)}, {"a": 9}), side({"a": ("feature: a",)}, {"a": 3})) == ()
    assert causes(side({"a": ("feature: a",)}), side({})) == ()


def test_unknown_sizes_are_counted_apart() -> None:
    (cause,) = causes(side({}), side({"a": ("feature: a",), "b": ("a",)}, {"a": None, "b": 2}))
    assert (cause.bytes, cause.unknown, cause.packages) == (2, 1, ("b", "a"))


def test_cycles_and_packages_that_nobody_asks_for_are_causes_too() -> None:
    after = side({"a": ("b",), "b": ("a",), "c": (), "d": ("d",)})
    assert sorted(cause.chain[-1].name for cause in causes(side({}), after)) == ["a", "b", "c", "d"]


def test_a_list_without_requirements_has_the_packages_alone() -> None:
    found = causes(side(None, {"a": 1}), side(None, {"a": 1, "b": 4, "c": 2}))
    assert [(words(cause), cause.bytes) for cause in found] == [(["b: added"], 4), (["c: added"], 2)]


def test_features_of_the_old_side_are_new_only_if_it_told_its_own() -> None:
    after = side({"a": ("feature: a",)})
    (cause,) = causes(side(None, {}), after)
    assert words(cause) == ["feature: a: feature", "a: added"]


NAMES = "abcdef"
GRAPHS = st.dictionaries(
    st.sampled_from(NAMES),
    st.sets(st.sampled_from([*NAMES, "feature: x", "feature: y"]), max_size=3),
    max_size=6,
).map(lambda found: {name: tuple(a for a in sorted(askers) if a in found or a[1:]) for name, askers in found.items()})


def grow(askers: Askers, starts: set[str], without: str | None = None) -> set[str]:
    """What some nodes lead to when one is left out, grown step by step."""
    found = starts - {without}
    while True:
        more = {name for name, some in askers.items() if name != without and found.intersection(some)} - found
        if not more:
            return found
        found |= more


def starting(askers: Askers) -> set[str]:
    """Features, packages that nobody else asks for, and those that only ask for each other."""
    starts = {asker for some in askers.values() for asker in some if asker.startswith(FEATURE)}
    starts |= {name for name, some in askers.items() if not set(some) - {name}}
    return starts | (set(askers) - grow(askers, starts))


@given(GRAPHS)
def test_a_cause_is_the_first_that_every_chain_passes_through(askers: Askers) -> None:
    found = causes(side({}), side(askers))
    assert sorted(name for cause in found for name in cause.packages) == sorted(askers)
    starts = starting(askers)
    nodes = {*askers, *starts}
    for cause in found:
        node = cause.chain[-1].name
        for name in cause.packages:
            holding = {one for one in nodes if one == name or name not in grow(askers, starts, one)}
            assert node in holding
            before_it = {one for one in holding - {node} if node not in grow(askers, starts, one)}
            assert before_it == set()


@given(GRAPHS)
def test_features_lead_where_the_others_left_out_still_lead(askers: Askers) -> None:
    found = features_of(side(askers))
    for feature in ("x", "y"):
        starts = {f"{FEATURE}{feature}"}
        led = grow(askers, starts) - starts
        assert {name for name, features in found.items() if feature in features} == led
