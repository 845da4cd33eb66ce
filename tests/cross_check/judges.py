"""Judges that are asked about a solved Instance, each in its own words; a disagreement is raised.

Exact is asked the very formulas of a certificate: the answer must be one, and nothing may be better. None of them
shares code with the model; Exact and clasp share the OPB, RC2 has it as clauses, aspcud and mccs have CUDF, libsolv
and the oracle have the repositories.
"""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from optimizer.answer.judges.libsolv import judge
from optimizer.answer.verify import verify
from optimizer.certify.formula import Formula, read_formula
from optimizer.certify.questions import Questions, spelt
from optimizer.certify.solvers import SOLVERS
from optimizer.export.wcnf import write_stage
from optimizer.model.solution import Solution
from optimizer.model.solver import Budget
from optimizer.pipeline import World
from optimizer.universe.instance import Instance
from tests.judges.test_random_problems import refused
from tests.peers.pseudo_boolean import optima, run_rc2

#: A judge that takes longer than so many seconds for one question says nothing about it.
PATIENCE_S = 30.0


class DisagreementError(AssertionError):
    """A judge finds another answer than ours: its name, and what it finds."""

    def __init__(self, judge: str, what: object) -> None:
        super().__init__(judge, what)
        self.judge, self.what = judge, what


@dataclass(frozen=True, slots=True)
class Case:
    """A question and our answer to it; the world where it was closed in this process."""

    instance: Instance
    solution: Solution
    world: World

    @property
    def values(self) -> list[int] | None:
        """The value of each stage, None where there is no answer."""
        if not self.solution.solved:
            return None
        return [stage.value for stage in self.solution.stages if stage.objective != "tie_break"]


@dataclass(slots=True)
class Counts:
    """How many questions each judge agreed on, how many had an answer, and the fewest judges that one had."""

    agreed: Counter[str] = field(default_factory=Counter)
    feasible: int = 0
    infeasible: int = 0
    five: int = 0

    def add(self, case: Case, judges: list[str]) -> None:
        """Count one question and those who agreed on it, our own solver among them."""
        self.agreed.update(judges)
        self.feasible += case.solution.solved
        self.infeasible += not case.solution.solved
        self.five += len(judges) >= 5

    def merge(self, other: Counts) -> None:
        """Add what was counted elsewhere."""
        self.agreed.update(other.agreed)
        self.feasible += other.feasible
        self.infeasible += other.infeasible
        self.five += other.five

    @property
    def questions(self) -> int:
        """How many questions there were."""
        return self.feasible + self.infeasible


Judge = Callable[[Case], bool]


def ask(case: Case, judges: Mapping[str, Judge]) -> list[str]:
    """Return the judges that agree, the product's own solver and verifier first; raises DisagreementError."""
    stages = case.solution.stages
    if any(stage.status != "optimal" for stage in stages) or case.solution.status not in ("optimal", "infeasible"):
        raise DisagreementError("pkgset", case.solution)
    if case.solution.solved and (broken := verify(case.instance, case.solution)):
        raise DisagreementError("verify", broken)
    return ["pkgset", *(name for name, held in judges.items() if held(case))]


def by_exact(case: Case) -> bool:
    """Exact: the answer keeps every inequality, and no stage can be better; or there is no answer."""
    questions = Questions.about(case.instance, case.values)
    for question in questions.better():
        word = _exact(read_formula(question.content), [])
        if word == "SAT":
            raise DisagreementError("Exact", question.name)
        if word != "UNSAT":
            return False
    if case.values is None:
        return True
    literals = spelt(questions.made, case.solution.packages)
    formula = read_formula(questions.answer())
    if formula.broken_by(frozenset(int(one[1:]) for one in literals if one[0] == "x")):
        raise DisagreementError("OPB", "the answer breaks it")
    if _exact(formula, literals) != "SAT":
        raise DisagreementError("Exact", "the answer is none")
    return True


def _exact(formula: Formula, literals: list[str]) -> str:
    import exact

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    solver = exact.Exact([("verbosity", "0")])
    for number, handler in before.items():
        signal.signal(number, handler)  # Exact takes them, and every later run then ends as interrupted
    for variable in range(1, formula.variables + 1):
        solver.addVariable(f"x{variable}", 0, 1)
    for held in formula.inequalities:
        negative = sum(weight for one, weight in held.terms.items() if one < 0)
        terms = [(weight if one > 0 else -weight, f"x{abs(one)}") for one, weight in held.terms.items()]
        solver.addConstraint(terms, True, held.degree - negative)
    inside = [(one.removeprefix("~"), int(one[0] == "x")) for one in literals]
    solver.setAssumptions([(name, value) for name, value in inside if int(name[1:]) <= formula.variables])
    word: str = solver.runFull(False, PATIENCE_S)
    return word


def by_rc2(case: Case) -> bool:
    """RC2, a MaxSAT solver: the optimum of each stage, found anew."""
    found = optima(case.instance, write_stage, run_rc2)
    if found != case.values:
        raise DisagreementError("RC2", (found, case.values))
    return True


def by_program(name: str) -> Judge:
    """Return clasp, aspcud or mccs as a judge; where it breaks its own question, or is slow, it says nothing."""
    solver = next(one for one in SOLVERS if one.name == name)

    def asked(case: Case) -> bool:
        formulas = [question.content for question in Questions.about(case.instance, case.values).better()]
        try:
            verdicts = solver.ask(case.instance, case.values or (), formulas, Budget(PATIENCE_S))
        except (TimeoutError, subprocess.SubprocessError):
            return False
        if any(verdict is False for verdict in verdicts):
            raise DisagreementError(name, verdicts)
        return bool(verdicts) and all(verdicts)

    return asked


def by_libsolv(case: Case) -> bool:
    """libsolv: it installs exactly the answer; where there is none and no limit, it has none either."""
    universe, closed = case.world.universe, case.world.closed
    if case.solution.solved:
        verdict = judge(universe, closed, case.solution)
        if not verdict.accepted:
            raise DisagreementError("libsolv", verdict)
        return True
    if case.instance.limits:
        return False
    if not refused(case.world):
        raise DisagreementError("libsolv", "it has an answer where we have none")
    return True
