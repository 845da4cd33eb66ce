"""Hard families of images: the same for a seed, with a proven answer that the family's verifier accepts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.hard_images import IMAGE_FAMILIES, Images
from optimizer.answer.family import measure, own_values, verify_family
from optimizer.answer.verify import verify
from optimizer.model.family_solve import solve_together
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine
from optimizer.universe.fault import faults

Made = Callable[..., Images]


@pytest.mark.parametrize(("unit", "made"), IMAGE_FAMILIES, ids=lambda each: getattr(each, "__name__", ""))
def test_images_have_a_proven_answer_together_and_no_fault(unit: int, made: Made) -> None:
    asked = made(unit)
    assert asked == made(unit)
    assert asked != made(unit, seed=2)
    assert [fault for instance in asked.instances for fault in faults(instance)] == []
    alone = [Engine.of(instance).solve() for instance in asked.instances]
    found = solve_together(asked.family, asked.instances, alone)
    assert found.status is SolveStatus.OPTIMAL
    before = [own_values(asked.family, *pair) for pair in zip(asked.instances, alone, strict=True)]
    assert verify_family(asked.family, asked.instances, found.images, before, found.stages) == ()
    for instance, solution in zip(asked.instances, found.images, strict=True):
        assert verify(instance, solution) == ()


@pytest.mark.parametrize(("unit", "made"), IMAGE_FAMILIES, ids=lambda each: getattr(each, "__name__", ""))
def test_together_is_something_else_than_each_alone(unit: int, made: Made) -> None:
    asked = made(2 * unit)
    alone = [Engine.of(instance).solve() for instance in asked.instances]
    found = solve_together(asked.family, asked.instances, alone)
    assert measure(asked.instances, alone) != measure(asked.instances, found.images)
