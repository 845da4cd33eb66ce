"""An answer that questions can be put to: the Instance, its solution, and engines made once and asked often."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.model.solution import Solution
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


@dataclass(slots=True)
class Answered:
    """One Instance and its solution, which has an answer or is infeasible.

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
