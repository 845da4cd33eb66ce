"""The process that Exact runs in is handed all it needs, however much that is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.certify.prover import accepts
from optimizer.model.solver import Budget
from tests.requirements import PROJECT_ROOT

pytest.importorskip("exact", reason="pip install 'pkgset[certify]'")


def test_an_answer_may_have_more_variables_than_a_command_line_holds() -> None:
    literals = [f"~x{variable}" for variable in range(1, 140_000)]
    assert accepts(b"-1 x1 -1 x139999 >= 0 ;\n", literals, Budget(None))
    assert not accepts(b"+1 x1 +1 x139999 >= 1 ;\n", literals, Budget(None))


def test_it_does_not_outlive_who_asked_and_was_killed_before_it_began(tmp_path: Path) -> None:
    """It went on for up to a week: it is told of a death only after it has asked to be."""
    (tmp_path / "formula.opb").write_bytes(b"+1 x1 >= 1 ;\n")
    (tmp_path / "assumed").touch()
    words = [str(tmp_path / "formula.opb"), str(tmp_path / "assumed"), "", "60", "1"]
    command = [sys.executable, "-m", "optimizer.certify.exact_run", *words]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", "who asked is gone")
