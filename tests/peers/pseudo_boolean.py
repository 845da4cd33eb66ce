"""clasp on OPB and RC2 on WCNF: solvers that share neither code nor method with ours, stage by stage."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from optimizer.export.pseudo_boolean import PseudoBoolean
from optimizer.universe.instance import Instance
from tests.requirements import require_tool

#: What a solver finds: the least objective as the file spells it, and the variables that are true; None of nothing.
Found = tuple[int, frozenset[int]] | None
Solver = Callable[[bytes], Found]


def run_clasp(content: bytes) -> Found:
    """Return what clasp proves of an OPB file."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "problem.opb"
        file.write_bytes(content)
        command = [str(require_tool("clasp")), "--quiet=1,1", "--opt-mode=opt", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if "s UNSATISFIABLE" in done.stdout:
        return None
    assert "s OPTIMUM FOUND" in done.stdout or "s SATISFIABLE" in done.stdout, done.stdout + done.stderr
    values = " ".join(re.findall(r"^v (.*)$", done.stdout, re.MULTILINE))
    worth = re.findall(r"^o (-?\d+)$", done.stdout, re.MULTILINE)
    return int(worth[-1]) if worth else 0, frozenset(int(one[1:]) for one in values.split() if one[0] == "x")


def run_rc2(content: bytes) -> Found:
    """Return what RC2 proves of a WCNF file, in the objective's own sign."""
    from pysat.examples.rc2 import RC2Stratified
    from pysat.formula import WCNF
    from pysat.solvers import Minisat22

    offset = int(re.findall(rb"^c objective = cost - (\d+)$", content, re.MULTILINE)[0])
    if re.search(rb"^h 0$", content, re.MULTILINE):
        return None
    question = WCNF(from_string=content.decode())
    if not question.soft:  # RC2 stumbles over a question of hard clauses alone
        with Minisat22(bootstrap_with=question.hard) as plain:
            return (-offset, frozenset(one for one in plain.get_model() if one > 0)) if plain.solve() else None
    with RC2Stratified(question) as solver:
        model = solver.compute()
        return None if model is None else (solver.cost - offset, frozenset(one for one in model if one > 0))


def optima(instance: Instance, write: Callable[[Instance, Sequence[int]], bytes], solve: Solver) -> list[int] | None:
    """Return the optimum of each stage, each found by the solver with the earlier ones held; None of infeasible."""
    values: list[int] = []
    for stage in PseudoBoolean.of(instance).stages:
        found = solve(write(instance, values))
        if found is None:
            assert not values, "a stage's optimum was held, and then there was no answer"
            return None
        values.append(stage.sign * (found[0] + stage.sum.constant))
    return values
