"""Which dependency edges an answer would be better without: single ones, pairs, and all that hold a package.

The saving of a cut is by how much the measured objective is better where the problem is solved again without these
edges, by its own objectives; where one that ranks above is worse for it, that is no saving. The minimisation over
packages and cuts together (model/cuts.py) holds the objectives that rank above to today's values, so it bounds what
a cut saves. Cuts come in the order of these bounds, each is solved as a problem of its own, and is told once no bound
to come is higher. Where nothing ranks above, bound and saving are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from types import MappingProxyType

import msgspec

from optimizer.answer.core import ASKED, CorePart, describe, guards_of
from optimizer.answer.verify import verify
from optimizer.explain.answered import Answered
from optimizer.explain.difference import (
    Difference,
    chosen_identities,
    difference,
    nearest_to,
)
from optimizer.explain.edge import Edge, EdgeTable, idle_edges
from optimizer.explain.subject import find_packages
from optimizer.model.core import minimal_core
from optimizer.model.cuts import Cuts, Lever
from optimizer.model.question import PLAIN, Question
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine, sign_of, stage_order
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance

BYTES, DIVERGENCE = ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.DIVERGENCE


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


class Levers(msgspec.Struct, frozen=True, kw_only=True):
    """The best cuts, the most saving first; `whole` where no other cut saves anything.

    `today` is the measured objective's value now, `above` the objectives that rank above it. `edges` are all there
    are, `in_answer` those only that a package of today's answer asks for. Packages of today's
    answer whose installed size nobody knows, `unknown_sizes` of them, count nothing in bytes.
    """

    problem: str
    objective: str
    today: int
    above: tuple[str, ...]
    edges: int
    rows: tuple[CutRow, ...]
    whole: bool
    weighted: bool = False
    unknown_sizes: int = 0
    in_answer: bool = False


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """The fewest edges whose cut lets a package leave with no objective worse than today.

    `chosen` says that it is in today's answer. `row` is None where it is not, where it can leave without a cut, and
    where no cut helps (`impossible`): because the demands `held_by` ask for it themselves, or, where there are none,
    since an objective would be worse.
    """

    problem: str
    package: str
    objective: str
    chosen: bool
    row: CutRow | None
    impossible: bool = False
    held_by: tuple[CorePart, ...] = ()
    weighted: bool = False


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

    def report(self, rows: list[CutRow], whole: bool) -> Levers:
        """Return rows with what they are measured by."""
        instance = self.answered.instance
        return Levers(
            problem=instance.problem,
            objective=self.measured.value,
            today=self.values[self.measured],
            above=tuple(kind.value for kind in self.held),
            edges=len(self.table.levers),
            in_answer=self.in_answer,
            rows=tuple(rows),
            whole=whole,
            weighted=any(source.weight != 1 for source in instance.sources),
            unknown_sizes=difference((instance, self.today), (instance, self.today)).installed_size.unknown_before,
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

    def _afresh(self, table: EdgeTable, places: tuple[int, ...], *, unique: bool = True) -> tuple[Instance, Solution]:
        lever = tuple(index for place in places for index in table.levers[place])
        asked = msgspec.structs.replace(self.without(lever), objectives=self.stages)
        return asked, self._solve(asked, unique=unique)

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
        if found.status is not SolveStatus.OPTIMAL:
            raise TimeoutError
        violations = verify(instance, found)
        if violations:
            raise CutMismatchError(violations)
        return found


def best_edges(answered: Answered, measured: ObjectiveKind, most: int, *, in_answer: bool = False) -> Levers:
    """Return the single edges whose cut saves most, up to so many; `in_answer` those of the answer's packages only.

    Raises NoAnswerError, UnprovenAnswerError, TimeoutError.
    """
    leverage = Leverage(answered, measured, in_answer)
    return leverage.report(*_ranked(_singles(leverage), most))


def best_pairs(answered: Answered, measured: ObjectiveKind, most: int, *, in_answer: bool = False) -> Levers:
    """Return the pairs of edges that save most beyond what each of the two saves alone; raises as `best_edges`.

    What one edge saves is charged where it is cut, so the sum that is minimised is today's value less what only the
    two together save. An edge's own saving is looked up when a pair with it comes up; until then it is charged
    nothing, so that no pair is thought worse than it is. An edge whose cut alone betters an objective that ranks
    above the measured one is in no pair: it is a lever of that objective.
    """
    leverage = Leverage(answered, measured, in_answer)
    return leverage.report(*_ranked(_pairs(leverage), most))


_Candidate = tuple[int, Callable[[], CutRow]]


def _ranked(candidates: Iterator[_Candidate], most: int) -> tuple[list[CutRow], bool]:
    """Return the best rows and whether these are all that save something.

    Candidates come with a bound on what they save beyond their parts, the highest first, and the row that tells.
    """
    rows: list[CutRow] = []
    waiting: list[tuple[int, int, CutRow]] = []
    for number, (bound, row) in enumerate(candidates):
        while waiting and -waiting[0][0] >= bound and len(rows) < most:
            rows.append(heappop(waiting)[2])
        if len(rows) == most:
            return rows, False
        told = row()
        if told.together > 0:
            heappush(waiting, (-told.together, number, told))
    while waiting and len(rows) < most:
        rows.append(heappop(waiting)[2])
    return rows, not waiting


def _singles(leverage: Leverage) -> Iterator[_Candidate]:
    table = leverage.table.without(idle_edges(leverage.answered.instance, leverage.table, 1, leverage.unmet))
    cuts = leverage.cuts(table, leverage.held)
    today, least = leverage.values[leverage.measured], 0
    barred: list[tuple[int, ...]] = []
    while (found := cuts.best(1, today, at_least=least, barred=barred)) is not None:
        least = found.value
        barred.append(found.levers)
        yield today - least, partial(leverage.row, table, found.levers, today - least)


def _pairs(leverage: Leverage) -> Iterator[_Candidate]:
    table = leverage.table.without(idle_edges(leverage.answered.instance, leverage.table, 2, leverage.unmet))
    cuts = leverage.cuts(table, leverage.held)
    today, least = leverage.values[leverage.measured], 0
    charges: dict[int, int] = {}
    barred: list[tuple[int, ...]] = []
    while (found := cuts.best(2, today, at_least=least, charges=charges, barred=barred)) is not None:
        least = found.value
        unknown = [place for place in found.levers if place not in charges]
        told = {place: leverage.saving(table, place) for place in unknown}
        barred += [(place,) for place, saved in told.items() if saved is None]
        charges |= {place: saved or 0 for place, saved in told.items()}
        if any(saved != 0 for saved in told.values()):
            continue
        alone = tuple(charges[place] for place in found.levers)
        barred.append(found.levers)
        yield today - least, partial(leverage.row, table, found.levers, today - least + sum(alone), alone)


def release(answered: Answered, measured: ObjectiveKind, word: str) -> Release:
    """Return the fewest edges to cut so that a package is not in, in no version, with no objective worse than today.

    Among equals the measured objective decides, then the others. Raises UnknownSubjectError, NoAnswerError,
    UnprovenAnswerError, TimeoutError.
    """
    leverage, instance = Leverage(answered, measured), answered.instance
    named = frozenset(find_packages(instance, word))
    found = Release(
        problem=instance.problem,
        package=word,
        objective=measured.value,
        chosen=not named.isdisjoint(answered.chosen),
        row=None,
        weighted=any(source.weight != 1 for source in instance.sources),
    )
    cuts = leverage.cuts(leverage.table, leverage.values)
    places = cuts.fewest(Question(without_packages=named)) if found.chosen else ()
    if places:
        return msgspec.structs.replace(found, row=leverage.released(places, named))
    if places is not None:
        return found
    question = Question(without_packages=named)
    core = minimal_core(cuts.engine, question, guards_of(cuts.engine, ASKED), answered.budget)
    return msgspec.structs.replace(
        found, held_by=tuple(describe(instance, guard, question) for guard in core or ()), impossible=True
    )


def without_requirements(instance: Instance, dropped: Lever) -> Instance:
    """Return an Instance in which some requirements are not made."""
    out = frozenset(dropped)
    kept = tuple(one for index, one in enumerate(instance.requirements) if index not in out)
    return msgspec.structs.replace(instance, requirements=kept)


def _by_objective(solution: Solution) -> dict[str, int]:
    return {stage.objective: stage.value for stage in solution.stages}
