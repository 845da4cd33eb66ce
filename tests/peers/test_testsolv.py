"""testsolv is asked what the bindings were asked, and answers by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import solv

from tests.peers.testsolv import TestsolvAnswer, run_testsolv


def ask(wanted: str, directory: Path) -> TestsolvAnswer:
    """Return testsolv's answer in a world where a requires b, b conflicts with c."""
    pool = solv.Pool()
    pool.setarch("x86_64")
    repository = pool.add_repo("r")
    solvables = {}
    for name in "abc":
        solvable = solvables[name] = repository.add_solvable()
        solvable.name, solvable.evr, solvable.arch = name, "1-1", "x86_64"
        solvable.add_provides(pool.Dep(name).Rel(solv.REL_EQ, solvable.evrid))
    solvables["a"].add_requires(pool.Dep("b"))
    solvables["b"].add_deparray(solv.SOLVABLE_CONFLICTS, pool.Dep("c"))
    repository.internalize()
    pool.createwhatprovides()
    solver = pool.Solver()
    install = solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE
    solver.solve([pool.Job(install, solvables[name].id) for name in wanted])
    return run_testsolv(solver, directory)


@pytest.mark.tool("testsolv")
def test_an_answer_lists_what_would_be_installed(tmp_path: Path) -> None:
    assert ask("a", tmp_path) == TestsolvAnswer(("a-1-1.x86_64@r", "b-1-1.x86_64@r"), ())


@pytest.mark.tool("testsolv")
def test_a_problem_is_told_and_nothing_installed(tmp_path: Path) -> None:
    answer = ask("ac", tmp_path)
    assert answer.installed == ()
    assert any("requires b" in problem for problem in answer.problems)
