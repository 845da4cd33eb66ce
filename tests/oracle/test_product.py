"""The product against trying every subset: the same verdict, the same value of every stage, one of the best sets."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from optimizer.pipeline import Settings, solve_file
from optimizer.repository.cache import Cache
from tests.oracle.brute_force import brute_force
from tests.oracle.repositories import write_problem
from tests.oracle.strategies import cases
from tests.oracle.world import Question, World

CHUNKS = 4  # so that pytest-xdist can share them out; each draws other cases
EXAMPLES = 200


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_product_finds_what_trying_every_subset_finds(chunk: int) -> None:
    @seed(chunk)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def compare(case: tuple[World, Question]) -> None:
        check(*case)

    compare()


def check(world: World, question: Question) -> None:
    expected = brute_force(world, question)
    with tempfile.TemporaryDirectory() as directory:
        problem = write_problem(world, question, Path(directory) / "problem")
        result = solve_file(problem, Settings(cache=Cache(Path(directory) / "cache")))
    if expected.values is None:
        assert result.record.status == "infeasible"
        assert result.record.infeasible or not question.features
        return
    assert result.record.status == "proven"
    stages = [(stage.objective, stage.value) for stage in result.record.stages if stage.objective != "tie_break"]
    assert stages == [(kind.value, value) for kind, value in expected.values]
    chosen = [result.instance.packages[index] for index in result.solution.packages]
    real = {(one.nevra, one.repository) for one in chosen if not one.repository.startswith("@")}
    assert real in [{pair for pair in best if pair[1] is not None} for best in expected.best]
    assert result.divergence is not None
    assert {entry.reason for entry in result.divergence.entries} <= set(REASONS)


REASONS = ("absent", "version", "uninstallable", "conflict", "limit", "policy", "objective")
