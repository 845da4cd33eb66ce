"""Other solvers, which leave no proof: what they say of a question counts as agreement, no more."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.certify.formula import read_formula
from optimizer.certify.narrow import narrow, write_formula
from optimizer.certify.prover import OutOfTimeError
from optimizer.export.cudf import CudfDocument, aspcud_criteria, mccs_criteria, write_cudf
from optimizer.model.solver import Budget
from optimizer.universe.instance import Instance

#: Whether each of some questions has no answer, None where the solver cannot be asked that.
Verdicts = tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class Solver:
    """A program, the package that has it in Debian, and how it is asked.

    Given an Instance, the values of its stages (none: it is said to have no answer), the formulas that are said to
    have none, and a budget, `ask` returns what it finds of each; it raises OutOfTimeError.
    """

    name: str
    ask: Callable[[Instance, Sequence[int], Sequence[bytes], Budget], Verdicts]

    @property
    def version(self) -> str:
        """The version as the program tells it."""
        flag = "-h" if self.name == "mccs" else "--version" if self.name == "clasp" else "-v"
        done = subprocess.run([self.name, flag], capture_output=True, text=True, timeout=30, check=False)
        found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
        return found[0] if found else "unknown"


def installed_solvers() -> tuple[Solver, ...]:
    """Return the solvers that this machine has."""
    return tuple(one for one in SOLVERS if shutil.which(one.name))


def _clasp(_instance: Instance, _values: Sequence[int], formulas: Sequence[bytes], budget: Budget) -> Verdicts:
    return tuple(_clasp_refutes(formula, budget) for formula in formulas)


def _clasp_refutes(formula: bytes, budget: Budget) -> bool | None:
    fitting = narrow(read_formula(formula))
    if fitting is None:
        return None
    with tempfile.TemporaryDirectory(prefix="pkgset-certify-") as name:
        (Path(name) / "formula.opb").write_bytes(write_formula(fitting))
        said = _run(["clasp", "--quiet=2,2", "formula.opb"], name, budget)
    if "s UNSATISFIABLE" in said:
        return True
    return False if "s SATISFIABLE" in said or "s OPTIMUM FOUND" in said else None


def _aspcud(instance: Instance, values: Sequence[int], formulas: Sequence[bytes], budget: Budget) -> Verdicts:
    document = write_cudf(instance)
    command = ["aspcud", "problem.cudf", "answer.cudf", aspcud_criteria(document.objectives)]
    return _cudf(document, command, [*command[:-1], "-removed"], values, formulas, budget)


def _mccs(instance: Instance, values: Sequence[int], formulas: Sequence[bytes], budget: Budget) -> Verdicts:
    document = write_cudf(instance)
    command = ["mccs", "-i", "problem.cudf", "-o", "answer.cudf", "-lpsolve", mccs_criteria(document.objectives)]
    return _cudf(document, command, [*command[:-1], "-lexicographic[-removed]"], values, formulas, budget)


def _cudf(
    document: CudfDocument,
    best: list[str],
    anything: list[str],
    values: Sequence[int],
    formulas: Sequence[bytes],
    budget: Budget,
) -> Verdicts:
    """Of a CUDF document a solver is asked all stages at once; a document that lacks limits is not asked.

    `anything` is the command that asks for an answer of little worth. A solver that finds one, but none when asked
    for the best, contradicts itself and says nothing: so does mccs 1.1 by lp_solve, whose numbers are doubles.
    """
    silent: Verdicts = (None,) * len(formulas)
    if document.lost:
        return silent
    installed = _answer(document, best, budget)
    if installed is None:
        contradicted = values and _answer(document, anything, budget)
        return silent if contradicted else (not values,) * len(formulas)
    if not installed:
        return silent
    if not values:
        return (False,) * len(formulas)
    found = [document.value(objective, installed) for objective in document.objectives]
    return tuple(found[: place + 1] == list(values[: place + 1]) for place in range(len(formulas)))


def _answer(document: CudfDocument, command: list[str], budget: Budget) -> frozenset[str] | None:
    """Return what a solver installs, None where it says that nothing will do.

    Empty where it says nothing, or breaks what it was given, as mccs 1.1 does at times.
    """
    with tempfile.TemporaryDirectory(prefix="pkgset-certify-") as name:
        (Path(name) / "problem.cudf").write_text(document.text, encoding="utf-8")
        _run(command, name, budget)
        answer = Path(name) / "answer.cudf"
        said = answer.read_text(encoding="utf-8") if answer.is_file() else ""
    if "FAIL" in said.split():
        return None
    installed = frozenset(re.findall(r"^package: *(\S+)", said, re.MULTILINE))
    return installed if "goal" in installed and _keeps(document, installed) else frozenset()


def _keeps(document: CudfDocument, installed: frozenset[str]) -> bool:
    inside = [package for package in document.packages if package.name in installed]
    return all(
        installed.isdisjoint(package.conflicts)
        and not any(installed.isdisjoint(clause) for clause in package.depends)
        for package in inside
    )


def _run(command: list[str], directory: str, budget: Budget) -> str:
    if budget.spent:
        raise OutOfTimeError
    try:
        done = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, timeout=budget.remaining_s, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise OutOfTimeError from error
    return done.stdout


SOLVERS = (Solver("clasp", _clasp), Solver("aspcud", _aspcud), Solver("mccs", _mccs))
