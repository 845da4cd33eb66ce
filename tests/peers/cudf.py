"""aspcud and mccs on a CUDF document: two optimisers that share neither code nor method with ours."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from optimizer.export.cudf import CudfDocument, aspcud_criteria, mccs_criteria
from optimizer.problem.problem import ObjectiveKind
from tests.requirements import require_tool


class CudfStatus(StrEnum):
    """What a solver says; `wrong` where its answer breaks a dependency or a conflict of the text it was given.

    mccs 1.1 is wrong at times where a package needs another that conflicts with it (`p` depends `n`, `n` conflicts
    `p`): it then installs `p` alone. aspcud never was.
    """

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CudfAnswer:
    """The names installed (auxiliary ones too) and the value of each objective asked for, in its own unit."""

    status: CudfStatus
    installed: frozenset[str]
    values: tuple[tuple[ObjectiveKind, int], ...]


def run_aspcud(document: CudfDocument, *, seconds: int = 120) -> CudfAnswer:
    """Return aspcud's proven optimum of the document under its own objectives, or that there is none."""
    command = [str(require_tool("aspcud")), "problem.cudf", "answer.cudf", aspcud_criteria(document.objectives)]
    return read_answer(document, _run(document, command, seconds))


def run_mccs(document: CudfDocument, *, seconds: int = 120) -> CudfAnswer:
    """Return what mccs finds with its own lp_solve, which computes in doubles: exact while sums stay small."""
    criteria = mccs_criteria(document.objectives)
    command = [str(require_tool("mccs")), "-i", "problem.cudf", "-o", "answer.cudf", criteria, "-lpsolve"]
    return read_answer(document, _run(document, command, seconds))


def _run(document: CudfDocument, command: list[str], seconds: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "problem.cudf").write_text(document.text)
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=seconds, check=False)
        answer = directory / "answer.cudf"
        # A parse error leaves no file and words on stderr; exit codes do not tell FAIL from an answer.
        assert answer.is_file(), done.stderr
        return answer.read_text()


def read_answer(document: CudfDocument, text: str) -> CudfAnswer:
    """Return what a solver's output says of the document; AssertionError where it is neither FAIL nor an answer."""
    if "FAIL" in (line.strip() for line in text.splitlines()):
        return CudfAnswer(CudfStatus.INFEASIBLE, frozenset(), ())
    names = frozenset(line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("package:"))
    assert "goal" in names, f"neither FAIL nor an answer: {text[:500]!r}"
    status = CudfStatus.OPTIMAL if _keeps(document, names) else CudfStatus.WRONG
    values = tuple((objective, document.value(objective, names)) for objective in document.objectives)
    return CudfAnswer(status, names, values)


def _keeps(document: CudfDocument, names: frozenset[str]) -> bool:
    installed = [package for package in document.packages if package.name in names]
    return all(
        names.isdisjoint(package.conflicts) and not any(names.isdisjoint(clause) for clause in package.depends)
        for package in installed
    )
