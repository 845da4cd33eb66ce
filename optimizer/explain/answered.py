"""An answer that questions can be put to: the Instance, its solution, and engines made once and asked often."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.answer.result import STATUS_WORDS
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.universe.instance import Instance


class NoAnswerError(ValueError):
    """A question about an answer, put to a problem that has none; `problem` is its name."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.problem} is infeasible: there is no answer to ask about"


class UnprovenAnswerError(ValueError):
    """A question that only the best answer settles, put to one that is not proven to be; `problem` is its name."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"the answer to {self.problem} may be beaten: what a cut saves is measured from the proven best"


@dataclass(slots=True)
class Answered:
    """One Instance and its solution, which has an answer, proven or not, or is infeasible.

    `engine` asks what differs by a Question; `explainer` is the same with a guard on every single package rule.
    """

    instance: Instance
    solution: Solution
    budget: Budget = field(default_factory=Budget)
    _engine: Engine | None = field(default=None)
    _explainer: Engine | None = field(default=None)

    @property
    def engine(self) -> Engine:
        """The model of the Instance."""
        if self._engine is None:
            self._engine = Engine.of(self.instance)
        return self._engine

    @property
    def explainer(self) -> Engine:
        """The model with every package rule liftable; slower to solve than `engine`."""
        if self._explainer is None:
            self._explainer = Engine.of(self.instance, explain=True)
        return self._explainer

    @property
    def chosen(self) -> frozenset[int]:
        """The packages of the answer, virtual ones included, as indices into the Instance."""
        return frozenset(self.solution.packages)

    def require_answer(self) -> None:
        """Raise NoAnswerError where the problem is infeasible."""
        if not self.solution.solved:
            raise NoAnswerError(self.instance.problem)

    def require_proof(self) -> None:
        """Raise NoAnswerError where the problem is infeasible, UnprovenAnswerError where the answer may be beaten."""
        self.require_answer()
        if self.solution.status is not SolveStatus.OPTIMAL:
            raise UnprovenAnswerError(self.instance.problem)

    def status_beside(self, other: Solution) -> str:
        """Return how sure the difference to another answer is, which is proven where both are; or `infeasible`."""
        unproven = other.solved and self.solution.status is SolveStatus.FEASIBLE
        return STATUS_WORDS[SolveStatus.FEASIBLE if unproven else other.status]
