"""What-if against trying every subset of the changed world, and the Instance's answer against the repositories'."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from optimizer.explain.changed_instance import OutsideClosureError
from optimizer.explain.what_if import Ground, WhatIf
from optimizer.export.results import write_results
from optimizer.inquiry import suppose
from optimizer.pipeline import Settings, solve_file
from optimizer.problem.supposition import UnknownSuppositionError
from optimizer.repository.cache import Cache
from tests.explain.changing import Changed, changed_cases
from tests.oracle.brute_force import LARGEST_WORLD, Arena, brute_force
from tests.oracle.repositories import write_problem

CHUNKS = 3  # so that pytest-xdist can share them out; each draws other cases
EXAMPLES = 40


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_if_finds_what_trying_every_subset_of_the_changed_world_finds(chunk: int) -> None:
    told: Counter[str] = Counter()

    @seed(chunk)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(changed_cases())
    def compare(case: Changed) -> None:
        if len(Arena(*case.by_hand).packages) <= LARGEST_WORLD:
            told[check(case)] += 1

    compare()
    assert told["both"] > EXAMPLES // 10
    assert told["repositories"] > EXAMPLES // 10


def check(case: Changed) -> str:
    """Hold both ways to the oracle; return which of them answered."""
    expected = brute_force(*case.by_hand)
    with tempfile.TemporaryDirectory() as directory:
        problem = write_problem(case.world, case.question, Path(directory) / "problem")
        how = Settings(cache=Cache(Path(directory) / "cache"), divergence=False)
        try:
            found = suppose(problem, case.change, how)
        except UnknownSuppositionError:
            return "nothing"  # a cut of what the policy admits no more
        assert found.ground is Ground.REPOSITORIES
        hold(found, [] if expected.values is None else [(kind.value, value) for kind, value in expected.values])
        written = write_results(solve_file(problem, Settings(cache=how.cache)), Path(directory) / "results")
        assert suppose(written, case.change, how, problem) == found
        try:
            alone = suppose(written, case.change, how)
        except (OutsideClosureError, UnknownSuppositionError):
            return "repositories"
    assert alone.ground is Ground.INSTANCE
    assert (alone.status, alone.difference) == (found.status, found.difference)
    return "both"


def hold(found: WhatIf, stages: list[tuple[str, int]]) -> None:
    assert found.status == ("proven" if stages else "infeasible")
    if stages:
        assert [(stage.objective, stage.after) for stage in found.difference.stages] == stages
