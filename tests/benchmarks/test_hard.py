"""Hard families: whole Instances, the same for a seed, with answers that the verifier accepts."""

from __future__ import annotations

import pytest

from benchmarks.hard import FAMILIES
from optimizer.answer.verify import verify
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine
from optimizer.universe.fault import faults


@pytest.mark.parametrize(("unit", "family"), FAMILIES, ids=lambda each: getattr(each, "__name__", ""))
def test_a_family_has_a_proven_answer_and_no_fault(unit: int, family: type) -> None:
    instance = family(unit)
    assert instance == family(unit)
    assert instance != family(unit, seed=2)
    assert list(faults(instance)) == []
    solution = Engine.of(instance).solve()
    assert solution.status is SolveStatus.OPTIMAL
    assert verify(instance, solution) == ()
    assert solution.packages
