"""The verifier catches what a wrong solver could say: every kind of tampering, in random solutions too."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimizer.answer.verify import CHECKS, unmet_weak, verify
from optimizer.model.solution import Solution, Stage
from optimizer.model.solve import Engine
from optimizer.universe.instance import Instance, Limit, LimitKind, PackageOrigin
from tests.export.instances import value
from tests.model.making import make, package
from tests.model.test_solve import limited_instances

DOWNSTREAM = PackageOrigin.DOWNSTREAM
ALL = ("divergence", "features", "installed_size", "download_size", "packages", "weak", "changes", "age")
GROUP = Limit(kind=LimitKind.FEATURE_GROUP, group="g", minimum=1)

INSTANCE = make(
    [
        package("a", origin=DOWNSTREAM),
        package("b", 0, origin=DOWNSTREAM),
        *(package(letter, age=1) for letter in "cdefghi"),
    ],
    requires=[("a", "c")],
    conflicts=[("a", "d")],
    obsoletes=[("c", "e")],
    unique=["cf"],
    recommends=[("c", "h")],
    required=["a"],
    optional=[("g", 5)],
    forbidden=["i"],
    excluded=["b"],
    limits=[Limit(kind=LimitKind.PACKAGES, maximum=5), Limit(kind=LimitKind.DOWNSTREAM_SOURCES, maximum=1)],
    objectives=ALL,
    previous=("c-1-1.noarch", "gone-1-1.noarch"),
)
SOLUTION = Engine.of(INSTANCE).solve()
STAGE_OF = {stage.objective: number for number, stage in enumerate(SOLUTION.stages)}


def changed(**parts: Any) -> Solution:
    """The right solution but for some parts."""
    return msgspec.structs.replace(SOLUTION, **parts)


def with_package(letter: str) -> Solution:
    """The right solution with one package more, stages left as they are."""
    index = next(number for number, one in enumerate(INSTANCE.packages) if one.name == letter)
    return changed(packages=tuple(sorted({*SOLUTION.packages, index})))


def without_package(letter: str) -> Solution:
    """The right solution with one package less."""
    return changed(packages=tuple(i for i in SOLUTION.packages if INSTANCE.packages[i].name != letter))


def test_the_right_solution_is_accepted() -> None:
    assert [INSTANCE.packages[index].name for index in SOLUTION.packages] == ["a", "c", "g"]
    assert (SOLUTION.sources, SOLUTION.features, SOLUTION.unmet) == ((0,), (1,), (1,))
    assert [stage.value for stage in SOLUTION.stages[:-1]] == [1, 5, 3, 3, 3, 1, 3, 2]
    assert verify(INSTANCE, SOLUTION) == ()


TAMPERED: list[tuple[str, Solution, str]] = [
    ("C1", without_package("a"), "required feature 'a' does not hold"),
    ("C1", changed(features=()), "optional feature 'g' is not as the solution says"),
    ("C1", without_package("g"), "optional feature 'g' is not as the solution says"),
    ("C2", without_package("c"), "a-1-1.noarch requires 'c', which does not hold"),
    ("C3", with_package("d"), "a-1-1.noarch conflicts 'd', which is in"),
    ("C4", with_package("e"), "c-1-1.noarch obsoletes 'e', which is in"),
    ("C5", with_package("f"), "c-1-1.noarch, f-1-1.noarch bear one name"),
    ("C6", with_package("i"), "forbidden 'i' holds"),
    ("C7", changed(packages=tuple(range(6))), "packages is 6, above its limit of 5"),
    ("C8", with_package("b"), "b-1-1.noarch does not fit the pin 'b'"),
    ("C9", changed(unmet=()), "c-1-1.noarch recommends 'h', which is not as the solution says"),
    ("C9", with_package("h"), "c-1-1.noarch recommends 'h', which is not as the solution says"),
    ("C10", changed(sources=()), "sources maintained are not as the solution says: a"),
    ("C10", changed(sources=(0, 1)), "sources maintained are not as the solution says: c"),
]


@pytest.mark.parametrize(("rule", "solution", "words"), TAMPERED, ids=[row[0] for row in TAMPERED])
def test_tampering_breaks_its_rule(rule: str, solution: Solution, words: str) -> None:
    found = [violation.what for violation in verify(INSTANCE, solution) if violation.rule == rule]
    assert any(words in what for what in found), found


def test_every_rule_is_tampered_with() -> None:
    assert {rule for rule, _, _ in TAMPERED} == set(CHECKS)


@pytest.mark.parametrize("objective", ALL)
@pytest.mark.parametrize("error", [-1, 1])
def test_a_stage_that_claims_too_much_or_too_little_is_caught(objective: str, error: int) -> None:
    number = STAGE_OF[objective]
    stages = list(SOLUTION.stages)
    stages[number] = msgspec.structs.replace(stages[number], value=stages[number].value + error)
    violations = verify(INSTANCE, changed(stages=tuple(stages)))
    assert {violation.rule for violation in violations} == {"objective"}
    words = " ".join(violation.what for violation in violations)
    assert f"stage {objective} claims {stages[number].value}, the packages add up to" in words
    assert f"stage {objective} claims to be proven and is not" in words  # its bound is another


@pytest.mark.parametrize("stages", [SOLUTION.stages[1:], tuple(reversed(SOLUTION.stages)), ()])
def test_stages_left_out_or_out_of_order_are_caught(stages: tuple[Stage, ...]) -> None:
    words = [violation.what for violation in verify(INSTANCE, changed(stages=stages))]
    assert any("asked were" in what for what in words)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(kind=LimitKind.INSTALLED_SIZE, maximum=2), "installed_size is 3, above its limit of 2"),
        (Limit(kind=LimitKind.DOWNLOAD_SIZE, maximum=2), "download_size is 3, above its limit of 2"),
        (Limit(kind=LimitKind.DOWNSTREAM_SOURCES, maximum=0), "downstream_sources is 1, above its limit of 0"),
        (Limit(kind=LimitKind.FEATURE_GROUP, group="g", maximum=0), "feature_group is 1, above its limit of 0"),
        (Limit(kind=LimitKind.FEATURE_GROUP, group="g", minimum=2), "feature_group is 1, below its limit of 2"),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Limit) else "",
)
def test_every_limit_is_added_up_again(limit: Limit, words: str) -> None:
    features = tuple(msgspec.structs.replace(one, group=None if one.required else "g") for one in INSTANCE.features)
    instance = msgspec.structs.replace(INSTANCE, limits=(limit,), features=features)
    assert [(violation.rule, violation.what) for violation in verify(instance, SOLUTION)] == [("C7", words)]


def consequences(instance: Instance, solution: Solution, chosen: tuple[int, ...]) -> Solution:
    """Other packages with everything that follows from them put right, stages left as they were claimed."""
    from optimizer.universe.instance import holds

    held = frozenset(chosen)
    sources = {instance.packages[index].source for index in chosen}
    diverging = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
    return msgspec.structs.replace(
        solution,
        packages=chosen,
        sources=tuple(n for n, source in enumerate(instance.sources) if n in sources and source.origin in diverging),
        features=tuple(
            n
            for n, feature in enumerate(instance.features)
            if not feature.required and holds(feature.formula, instance, held)
        ),
        unmet=tuple(unmet_weak(instance, held)),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(limited_instances(), st.data())
def test_flipping_any_package_of_an_optimum_is_caught_or_no_better(instance: Instance, data: st.DataObject) -> None:
    """With all that follows from a flip put right, only a rule or a stage can tell; and no flip is better."""
    solution = Engine.of(instance).solve()
    assume(solution.solved and instance.packages)
    flipped = data.draw(st.integers(0, len(instance.packages) - 1))
    chosen = tuple(sorted(set(solution.packages) ^ {flipped}))
    other = consequences(instance, solution, chosen)
    violations = verify(instance, other)
    if any(violation.rule != "objective" for violation in violations):
        return
    signs = [-1 if stage.objective == "features" else 1 for stage in solution.stages[:-1]]
    before = [sign * stage.value for sign, stage in zip(signs, solution.stages[:-1], strict=True)]
    after = [
        sign * value(instance, kind, frozenset(chosen)) for sign, kind in zip(signs, instance.objectives, strict=True)
    ]
    assert after >= before
    assert (after != before) == bool(violations)


@settings(max_examples=60, deadline=None)
@given(limited_instances())
def test_every_optimum_is_accepted_with_what_follows_from_it(instance: Instance) -> None:
    solution = Engine.of(instance).solve()
    assume(solution.solved)
    assert verify(instance, solution) == ()
    assert consequences(instance, solution, solution.packages) == solution
