"""The benchmark of CP-SAT's parameters changes what it says it changes, and notices another answer."""

from __future__ import annotations

from typing import Any

import pytest
from ortools.sat.python import cp_model_helper as cp_sat

from benchmarks.solver_parameters import PROBLEMS, WAYS, Way, compare, measure
from optimizer.model.solution import Solution, SolveStatus
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.load import load_problem
from optimizer.universe.instance import Instance
from tests.requirements import PROJECT_ROOT


@pytest.fixture(scope="module")
def instance() -> Instance:
    problem = load_problem(PROJECT_ROOT / "problems" / "demo" / "weights.yaml")
    return close_problem(problem, Settings()).closed.instance


def test_its_problems_are_there() -> None:
    assert all((PROJECT_ROOT / "problems" / "real" / f"{name}.yaml").is_file() for name in PROBLEMS)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.title)
def test_a_way_changes_its_parameters_and_not_the_answer(
    way: Way, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[Any] = []
    wrapper: Any = cp_sat.SolveWrapper

    class Watched:
        """CP-SAT's wrapper, its parameters kept."""

        def __init__(self) -> None:
            self._wrapper: Any = wrapper()

        def set_parameters(self, parameters: Any) -> None:
            used.append(parameters)
            self._wrapper.set_parameters(parameters)

        def solve(self, proto: Any) -> Any:
            return self._wrapper.solve(proto)

        def stop_search(self) -> None:
            self._wrapper.stop_search()

    _, expected = measure(instance, WAYS[0])
    monkeypatch.setattr(cp_sat, "SolveWrapper", Watched)
    seconds, solution = measure(instance, way)
    assert seconds > 0
    assert solution == expected
    assert used
    assert all(getattr(one, name) == value for one in used for name, value in way.changes.items())
    assert {one.num_workers for one in used} == {way.workers}


def test_another_answer_ends_it(instance: Instance) -> None:
    with pytest.raises(SystemExit, match="the product's gives another answer"):
        compare(WAYS[0], {"weights": instance}, {"weights": Solution(status=SolveStatus.UNKNOWN)}, repeat=1)
