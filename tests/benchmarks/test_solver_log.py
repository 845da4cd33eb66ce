"""CP-SAT's log is shown for every run, and the answer is the same."""

from __future__ import annotations

import pytest

from benchmarks.solver_log import solve_loudly
from optimizer.pipeline import Settings, solve_file
from tests.requirements import PROJECT_ROOT


def test_each_run_is_logged_and_nothing_changes(capfd: pytest.CaptureFixture[str]) -> None:
    file = PROJECT_ROOT / "problems" / "demo" / "weights.yaml"
    solution = solve_loudly(file, Settings(), reduce=False)
    said = capfd.readouterr().out
    runs = said.count("\n=== run ")
    assert runs > 0
    assert said.count("Starting CP-SAT solver") == runs
    assert f"=== {runs} runs" in said
    assert solution == solve_file(file, Settings()).solution


def test_a_reduction_is_told_and_nothing_changes(capfd: pytest.CaptureFixture[str]) -> None:
    file = PROJECT_ROOT / "problems" / "demo" / "objective.yaml"
    solution = solve_loudly(file, Settings())
    said = capfd.readouterr().out
    assert "reduction of 59 variables, 97 clauses, 0 columns at their best:\n  bounds: 0 variables" in said
    assert "=== 0 runs" in said
    assert solution == solve_file(file, Settings()).solution
