"""Prices against trying every set, and against fresh solves of problems edited by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings

from optimizer.explain.difference import Difference
from optimizer.explain.price import LimitPrice, Step, price
from optimizer.inquiry import open_answer
from optimizer.pipeline import Settings, solve_file
from optimizer.problem.supposition import UnknownSuppositionError
from optimizer.universe.instance import Feature, Instance, Limit, LimitKind, holds
from tests.explain.trying import Vector, amount, answerable_instances, answered, best, feasible_sets, rank, vector
from tests.model.making import make, package
from tests.requirements import PROJECT_ROOT

EXAMPLES = 100


def before(found: Difference) -> Vector:
    return tuple(stage.before for stage in found.stages if stage.before is not None)


def after(found: Difference) -> Vector:
    return tuple(stage.after for stage in found.stages if stage.after is not None)


def less(instance: Instance, **changes: Any) -> Instance:
    return msgspec.structs.replace(instance, **changes)


def without(held: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    return (*held[:index], *held[index + 1 :])


@settings(max_examples=EXAMPLES, deadline=None)
@given(answerable_instances())
def test_a_price_is_what_trying_every_set_with_and_without_finds(instance: Instance) -> None:
    there = feasible_sets(instance)
    answer = best(instance, there)
    found = price(answered(instance))
    assert len(found.features) == len(instance.features)
    for index, one in enumerate(found.features):
        formula = instance.features[index].formula
        if one.held:
            other = less(instance, features=without(instance.features, index))
            assert (before(one.cost), after(one.cost)) == (best(other, feasible_sets(other)), answer)
        else:
            having = best(instance, [chosen for chosen in there if holds(formula, instance, chosen)])
            assert (before(one.cost), after(one.cost) or None) == (answer, having)
            assert one.status == ("proven" if having else "infeasible")
    for place, one in enumerate(found.rules):
        kind = "forbidden" if one.kind == "forbidden" else "pins"
        index = place if kind == "forbidden" else place - len(instance.forbidden)
        other = less(instance, **{kind: without(getattr(instance, kind), index)})
        assert (before(one.cost), after(one.cost)) == (best(other, feasible_sets(other)), answer)
    for index, limit in enumerate(found.limits):
        check_limit(instance, index, limit)


def check_limit(instance: Instance, index: int, found: LimitPrice) -> None:
    """The first bound is the least amount of any set that is better; the answer there and a step on are the best."""
    limit = instance.limits[index]
    open_sets = feasible_sets(less(instance, limits=without(instance.limits, index)))
    answer = best(instance, feasible_sets(instance))
    assert answer is not None
    ranked = rank(instance)
    kind = limit.kind
    better = [chosen for chosen in open_sets if ranked(vector(instance, chosen)) < ranked(answer)]
    assert found.first_bound == min((amount(instance, kind, chosen) for chosen in better), default=None)
    for bound, there in ((found.first_bound, found.gain), (found.next_bound, found.next)):
        if bound is not None:
            assert there is not None
            moved = [chosen for chosen in open_sets if amount(instance, kind, chosen) <= bound]
            assert (before(there), after(there)) == (answer, best(instance, moved))


def test_what_two_features_share_is_nobodys_price_alone() -> None:
    parts = [package("a", installed_bytes=1), package("b", installed_bytes=2), package("s", installed_bytes=100)]
    instance = make(parts, requires=[("a", "s"), ("b", "s")], required="ab", objectives=("installed_size",))
    found = price(answered(instance))
    assert [one.cost.installed_size.change for one in found.features] == [1, 2]
    assert [[member.name for member in one.cost.added] for one in found.features] == [["a"], ["b"]]
    assert found.together is not None
    assert found.together.cost.installed_size.change == 103
    assert found.together.shared["installed_size"] == 100
    assert price(answered(instance), ["a"]).together is None


def test_the_bounds_of_a_feature_group_have_prices_too() -> None:
    optional = tuple(
        Feature(text=letter, formula=index, required=False, value=index + 1, group="g")
        for index, letter in enumerate("abc")
    )
    bounds = (Limit(kind=LimitKind.FEATURE_GROUP, group="g", minimum=1, maximum=1),)
    instance = less(make("abc", objectives=("features", "packages")), features=optional, limits=bounds)
    most, least = price(answered(instance)).limits
    assert (most.side, most.first_bound, most.next_bound) == ("maximum", 2, 2)
    assert most.gain is not None
    assert after(most.gain) == (5, 2)
    assert (least.side, least.first_bound) == ("minimum", None)
    assert price(answered(instance), ["feature_group"], Step(count=2)).limits[0].next_bound == 3


def test_a_name_that_is_no_feature_is_told() -> None:
    with pytest.raises(UnknownSuppositionError) as told:
        price(answered(make("a", required="a")), ["aa"])
    assert told.value.known == ("a",)


EDITS: tuple[tuple[str, str], ...] = (("cs9-host", "podman"), ("cs9-host", "systemd"), ("c7-mail-relay", "rsyslog"))


@pytest.mark.data
@pytest.mark.parametrize(("name", "feature"), EDITS)
def test_a_price_is_a_fresh_solve_of_a_problem_edited_by_hand(
    name: str, feature: str, tmp_path: Path, data_directory: Path
) -> None:
    how = Settings(mirror=data_directory, divergence=False)
    path = PROJECT_ROOT / "problems" / "real" / f"{name}.yaml"
    (found,) = price(open_answer(path, how), [feature]).features
    document = yaml.safe_load(path.read_text())
    document["features"]["required"].remove(feature)
    edited = tmp_path / "edited.yaml"
    edited.write_text(yaml.safe_dump(document))
    fresh = solve_file(edited, how).solution
    assert before(found.cost) == tuple(stage.value for stage in fresh.stages[:-1])
    assert after(found.cost) == tuple(stage.value for stage in solve_file(path, how).solution.stages[:-1])
