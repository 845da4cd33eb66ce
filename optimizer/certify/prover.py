"""The solver that proves: Exact, of the RoundingSat family, in a process that ends with us."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from optimizer.certify.formula import read_formula
from optimizer.certify.log import refutation
from optimizer.certify.proof import check_proof
from optimizer.model.solver import Budget

NAME = "Exact"
#: How long a run may take where the caller sets no limit, in seconds: a week.
_LONG = 604_800.0


class ProverFailedError(AssertionError):
    """Exact ended in a way that says nothing: its last words."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return f"{NAME} failed: {self.words}"


class OutOfTimeError(TimeoutError):
    """The time limit came before the last question was settled."""

    def __str__(self) -> str:
        return "the time was up before every question was settled"


@dataclass(frozen=True, slots=True)
class Proved:
    """A proof that has been checked, and how many steps it has; no proof where the formula has an answer."""

    proof: bytes | None
    steps: int = 0


def prover_version() -> str | None:
    """Return the version of Exact, None where it is not installed."""
    try:
        return version("exact")
    except PackageNotFoundError:
        return None


def prove(formula: bytes, budget: Budget) -> Proved:
    """Return a checked proof that an OPB formula has no answer; raises OutOfTimeError and ProverFailedError."""
    with tempfile.TemporaryDirectory(prefix="pkgset-certify-") as name:
        directory = Path(name)
        word = _run(formula, directory, budget, "log")
        if word == "SAT":
            return Proved(None)
        if word != "UNSAT":
            raise ProverFailedError(word)
        read = read_formula(formula)
        proof = refutation(read, (directory / "log.proof").read_bytes(), partial(in_time, budget))
    return Proved(proof, check_proof(read, proof, partial(in_time, budget)))


def in_time(budget: Budget) -> None:
    """Raise OutOfTimeError where nothing more may be done."""
    if budget.spent:
        raise OutOfTimeError


def accepts(formula: bytes, assignment: list[str], budget: Budget) -> bool:
    """Return whether Exact finds that literals, such as `x1` and `~x2`, can all be true in an OPB formula."""
    with tempfile.TemporaryDirectory(prefix="pkgset-certify-") as name:
        return _run(formula, Path(name), budget, "", assignment) == "SAT"


def _run(formula: bytes, directory: Path, budget: Budget, log: str, assumed: list[str] | None = None) -> str:
    """Return the last word of a run; raises OutOfTimeError."""
    in_time(budget)
    seconds = _LONG if budget.remaining_s is None else budget.remaining_s
    (directory / "formula.opb").write_bytes(formula)
    (directory / "assumed").write_text(" ".join(assumed or ()), encoding="ascii")  # too many for a command line
    words = ("formula.opb", "assumed", log, str(seconds), str(os.getpid()))
    command = [sys.executable, "-m", f"{__package__}.exact_run", *words]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            out, err = process.communicate(timeout=seconds + 5)
        except subprocess.TimeoutExpired as error:
            raise OutOfTimeError from error
        finally:
            process.kill()
    word = (out.split() or [""])[-1]
    if word == "TIMEOUT":
        raise OutOfTimeError
    if process.returncode or not word:
        last = err.strip().splitlines()[-1:] or [f"exit code {process.returncode}"]
        raise ProverFailedError(last[0])
    return word
