"""The product's answers to the demo's problems are those that another model found (expected.yaml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from optimizer.pipeline import Settings, solve_file
from tests.demo.recipes import DEMO, PROBLEMS, read_problem

EXPECTED = read_problem(Path(__file__).with_name("expected.yaml"))
SOLVED = sorted(name for name, answer in EXPECTED.items() if "stages" in answer)


def test_every_problem_has_its_answer() -> None:
    assert EXPECTED.keys() == {path.stem for path in PROBLEMS}


@pytest.mark.parametrize("name", SOLVED)
def test_the_answer_is_the_expected_one(name: str) -> None:
    expected: dict[str, Any] = EXPECTED[name]
    result = solve_file(DEMO / f"{name}.yaml", Settings())
    assert result.record.status == "proven"
    assert {judgement.verdict for judgement in result.record.judges} == {"accepted"}
    stages = [(stage.objective, stage.value) for stage in result.record.stages if stage.objective != "tie_break"]
    assert stages == list(expected["stages"].items())
    assert result.divergence is not None
    reasons = {entry.source: str(entry.reason) for entry in result.divergence.entries}
    assert reasons == expected.get("reasons", {})
    chosen = {result.instance.packages[index].nevra for index in result.solution.packages}
    assert set(expected["has"]) <= chosen


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - set(SOLVED)))
def test_the_infeasible_is_explained_by_what_clashes(name: str) -> None:
    result = solve_file(DEMO / f"{name}.yaml", Settings())
    assert (result.record.status, result.exit_code) == ("infeasible", 1)
    parts = [(part.kind, part.text) for part in result.record.infeasible]
    assert [text for kind, text in parts if kind == "feature"] == EXPECTED[name]["infeasible"]
    assert ("limit" in {kind for kind, _ in parts}) == ("limits" in read_problem(DEMO / f"{name}.yaml"))
