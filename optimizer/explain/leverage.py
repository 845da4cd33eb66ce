"""An answer and the edges that could be cut: what each cut gives, solved for on one model with these edges lifted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from optimizer.answer.verify import verify
from optimizer.explain.answered import Answered
from optimizer.explain.difference import (
    Difference,
    chosen_identities,
    difference,
    nearest_to,
)
from optimizer.explain.edge import Edge, EdgeTable
from optimizer.explain.singles import Worth, promising_edges
from optimizer.model.cuts import Cuts, Lever
from optimizer.model.form import Term
from optimizer.model.objective import objective_terms
from optimizer.model.question import PLAIN, Question
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine, sign_of, stage_order
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance


class CutRow(msgspec.Struct, frozen=True, kw_only=True):
    """Edges to cut, and the answer without them beside today's.

    `saved` is in the unit of the measured objective: bytes, or weights of sources; `alone` what each edge saves by
    itself, in their order, for a pair.
    """

    edges: tuple[Edge, ...]
    saved: int
    difference: Difference
    alone: tuple[int, ...] = ()

    @property
    def together(self) -> int:
        """What the edges save beyond what each of them does alone."""
        return self.saved - sum(self.alone)


class CutMismatchError(AssertionError):
    """A cut whose second solve, on a model of its own, does not say what the first one did: a fault of our own."""


@dataclass(slots=True)
class Leverage:
    """An answer, the objective that is measured, and the edges, `in_answer` only those of the answer's packages.

    Raises NoAnswerError, UnprovenAnswerError, TimeoutError.
    """

    answered: Answered
    measured: ObjectiveKind
    in_answer: bool = False
    table: EdgeTable = field(init=False)
    today: Solution = field(init=False)
    stages: tuple[ObjectiveKind, ...] = field(init=False)
    _near: Engine | None = None
    _columns: list[list[Term]] = field(default_factory=list)

    def __post_init__(self) -> None:
        answered, instance = self.answered, self.answered.instance
        answered.require_proof()
        self.stages = stage_order(instance)
        self.table = EdgeTable.of(instance, weak=ObjectiveKind.WEAK in self.stages)
        if self.in_answer:
            self.table = self.table.asked_by(instance, answered.chosen)
        self.today = answered.solution
        if self.measured not in self.stages:
            self.stages = (*self.stages, self.measured)
            asked = msgspec.structs.replace(instance, objectives=self.stages)
            self.today = Engine.of(asked).solve(budget=answered.budget)
        if self.today.status is not SolveStatus.OPTIMAL:
            raise TimeoutError

    @property
    def values(self) -> dict[ObjectiveKind, int]:
        """Today's value of each objective."""
        return {ObjectiveKind(one.objective): one.value for one in self.today.stages if one.objective != "tie_break"}

    @property
    def held(self) -> dict[ObjectiveKind, int]:
        """Today's values of the objectives that rank above the measured one."""
        above = self.stages[: self.stages.index(self.measured)]
        return {kind: self.values[kind] for kind in above}

    @property
    def order(self) -> tuple[ObjectiveKind, ...]:
        """The measured objective, then the others in the problem's order."""
        return (self.measured, *(kind for kind in self.stages if kind is not self.measured))

    @property
    def unmet(self) -> frozenset[int]:
        return frozenset(self.today.unmet)

    def cuts(self, table: EdgeTable, held: Mapping[ObjectiveKind, int]) -> Cuts:
        """Return the model of the Instance in which the edges of a table can be cut."""
        return Cuts.of(
            self.answered.instance, table.levers, self.order, held, self.unmet, budget=self.answered.budget
        )

    def row(self, table: EdgeTable, places: tuple[int, ...], bound: int, alone: tuple[int, ...] = ()) -> CutRow:
        """Return what a cut gives, solved afresh without the edges; it cannot save more than its bound."""
        asked, found = self._afresh(table, places)
        saved = self._saved(table, places, found)
        if saved > bound or (not self.held and saved < bound):
            raise CutMismatchError([table.names[place] for place in places], saved, bound)
        row = self._row(table, places, (asked, found))
        return msgspec.structs.replace(row, saved=saved, alone=alone)

    def saving(self, table: EdgeTable, place: int) -> int | None:
        """Return what the cut of one edge saves, from a solve of its own; None where it betters what ranks above."""
        found = self._afresh(table, (place,), unique=False)[1]
        values = _by_objective(found)
        allowed = self.held_without(self.held, table.levers[place])
        if any(sign_of(kind) * values[kind] < sign_of(kind) * value for kind, value in allowed.items()):
            return None
        return self._saved(table, (place,), found)

    @property
    def near(self) -> Engine:
        """The Instance by all stages, ties falling to today's packages, each requirement of which can be lifted."""
        if self._near is None:
            asked = msgspec.structs.replace(self.answered.instance, objectives=self.stages)
            known = chosen_identities(self.answered.instance, self.today)
            self._near = Engine.of(nearest_to(asked, known), explain=True)
            self._columns = [objective_terms(self._near.model, kind)[0] for kind in self.order]
        return self._near

    def _afresh(self, table: EdgeTable, places: tuple[int, ...], *, unique: bool = True) -> tuple[Instance, Solution]:
        """Return the Instance without some edges, and its answer."""
        lever = tuple(index for place in places for index in table.levers[place])
        asked = without_requirements(self.near.model.instance, lever)
        found = self.near.solve(_lifting(lever), self.answered.budget, unique=unique)
        number = {old: new for new, old in enumerate(self._kept(lever))}
        return asked, self._sound(asked, msgspec.structs.replace(found, unmet=tuple(number[i] for i in found.unmet)))

    def _kept(self, lever: Lever) -> Iterator[int]:
        out = frozenset(lever)
        return (index for index in range(len(self.answered.instance.requirements)) if index not in out)

    def worth(self, table: EdgeTable, place: int) -> Worth:
        """Return what each objective comes to without an edge, the measured one first, all as sums to be minimised.

        Those that rank above the measured one are no worse than today.
        """
        lever = table.levers[place]
        held, question = self.held_without(self.held, lever), _lifting(lever)
        found = self.near.best(question, self._columns, self.answered.budget, no_worse=held)
        if found.status is not SolveStatus.OPTIMAL:
            raise TimeoutError
        return found.sums

    def promising(self, table: EdgeTable) -> list[int]:
        """Return edges likely to save much, the likeliest first."""
        model = self.near.model
        amounts = dict(self._columns[0])
        members = Counter(model.instance.packages[index].source for index in self.answered.chosen)
        weight = {}
        for index in self.answered.chosen:
            source = model.instance.packages[index].source
            shared = amounts.get(model.source[source], 0) * 1000 // members[source] if source in model.source else 0
            weight[index] = 1000 * amounts.get(model.package[index], 0) + shared
        return promising_edges(model.instance, table, self.answered.chosen, weight)

    def _saved(self, table: EdgeTable, places: tuple[int, ...], found: Solution) -> int:
        """Return by how much the measured objective is better, 0 where it is not or one that ranks above is worse."""
        lever = tuple(index for place in places for index in table.levers[place])
        values = _by_objective(found)
        for kind, value in self.held_without(self.held, lever).items():
            if sign_of(kind) * values[kind] > sign_of(kind) * value:
                return 0
        return max(0, self.values[self.measured] - values[self.measured])

    def released(self, places: tuple[int, ...], named: frozenset[int]) -> CutRow:
        """Return the answer without some packages and some edges, in which no objective is worse than today."""
        lever = tuple(index for place in places for index in self.table.levers[place])
        asked = msgspec.structs.replace(self.without(lever), objectives=self.order)
        question = Question(without_packages=named)
        found = self._solve(asked, question, self.held_without(self.values, lever))
        return self._row(self.table, places, (asked, found))

    def without(self, lever: Lever) -> Instance:
        """Return the Instance without some requirements, in which ties fall to today's packages."""
        known = chosen_identities(self.answered.instance, self.today)
        return nearest_to(without_requirements(self.answered.instance, lever), known)

    def _row(self, table: EdgeTable, places: tuple[int, ...], then: tuple[Instance, Solution]) -> CutRow:
        instance = self.answered.instance
        return CutRow(
            edges=tuple(table.edge(instance, place, self.answered.chosen) for place in places),
            saved=self.values[self.measured] - _by_objective(then[1])[self.measured],
            difference=difference((instance, self.today), then),
        )

    def held_without(self, held: Mapping[ObjectiveKind, int], lever: Lever) -> dict[ObjectiveKind, int]:
        """Return what an answer without some requirements is held to: unmet ones that are cut no longer count."""
        gone = len(self.unmet.intersection(lever))
        return {kind: value - gone * (kind is ObjectiveKind.WEAK) for kind, value in held.items()}

    def _solve(
        self,
        instance: Instance,
        question: Question = PLAIN,
        held: Mapping[ObjectiveKind, int] = MappingProxyType({}),
        *,
        unique: bool = True,
    ) -> Solution:
        budget = self.answered.budget
        found = Engine.of(instance).solve(question, budget, no_worse=held, unique=unique)
        return self._sound(instance, found)

    def _sound(self, instance: Instance, found: Solution) -> Solution:
        """Return an answer that is proven and keeps every rule of an Instance."""
        if found.status is not SolveStatus.OPTIMAL:
            raise TimeoutError
        violations = verify(instance, found)
        if violations:
            raise CutMismatchError(violations)
        return found


def without_requirements(instance: Instance, dropped: Lever) -> Instance:
    """Return an Instance in which some requirements are not made."""
    out = frozenset(dropped)
    kept = tuple(one for index, one in enumerate(instance.requirements) if index not in out)
    return msgspec.structs.replace(instance, requirements=kept)


def _lifting(lever: Lever) -> Question:
    return Question(lifted=frozenset(("requirement", index) for index in lever))


def _by_objective(solution: Solution) -> dict[str, int]:
    return {stage.objective: stage.value for stage in solution.stages}
