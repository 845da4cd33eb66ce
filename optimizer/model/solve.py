"""Lexicographic optimisation of an Instance, stage by stage, down to one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from optimizer.model.budget import Budget
from optimizer.model.build import Guard, Model
from optimizer.model.form import Sum, Term
from optimizer.model.lift import Lifted, lift
from optimizer.model.objective import limited_terms, objective_terms
from optimizer.model.optimum import Optimum, find_optimum
from optimizer.model.question import PLAIN, Question, fix, held, one_of
from optimizer.model.reduction.lexicographic import combine
from optimizer.model.reduction.prepare import Asked, Prepared, Sought
from optimizer.model.reduction.reduce import Reduction
from optimizer.model.reduction.successive import Successive
from optimizer.model.reduction.witness import Witnesses
from optimizer.model.rules import RULES
from optimizer.model.solution import Solution, SolveStatus, Stage
from optimizer.model.step import add_sum, at_most, copied
from optimizer.model.tie_break import preferences
from optimizer.model.whole import solve_whole
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, LimitKind

_LEADING = (ObjectiveKind.DIVERGENCE, ObjectiveKind.FEATURES)


@dataclass(frozen=True, slots=True)
class Best:
    """The best answer by some columns of weights, each minimised after those before it.

    `sums` are the columns' in the answer. The first `proven` of them are as good as can be; the next one is at least
    `bound`, None where nothing is known. `unique` says that of all answers as good the one that comes first was asked
    for and found. Without an answer all but `status` is empty.
    """

    status: SolveStatus
    answer: Lifted | None = None
    sums: tuple[int, ...] = ()
    proven: int = 0
    bound: int | None = None
    unique: bool = False

    @property
    def packages(self) -> tuple[int, ...]:
        """The packages of the answer, ascending."""
        return () if self.answer is None else self.answer.packages


@dataclass(slots=True)
class Engine:
    """One Instance, built once and asked many questions.

    `reduce` solves what a reduction leaves of a question, and calls CP-SAT only for what is still open then; without
    it CP-SAT is given the whole model. The answers are the same. `reductions` hears what each reduction removed.
    """

    model: Model
    reduce: bool = True
    reductions: Callable[[Reduction], None] = lambda _reduction: None
    _prepared: Prepared | None = None
    _first: list[int] = field(default_factory=list)
    _looks: dict[frozenset[str], Witnesses] = field(default_factory=dict)
    _terms: dict[ObjectiveKind, tuple[list[Term], int]] = field(default_factory=dict)
    _stages: dict[bool, Sought] = field(default_factory=dict)
    _recent: tuple[bool, tuple[Sequence[Term], ...], Sought] | None = None
    _successive: Successive | None = None

    @classmethod
    def of(cls, instance: Instance, *, explain: bool = False, reduce: bool = True) -> Engine:
        """Return an engine for an Instance; `explain` lets every single rule be lifted."""
        model = Model(instance, explain=explain)
        for add in RULES.values():
            add(model)
        return cls(model, reduce)

    def solve(
        self,
        question: Question = PLAIN,
        budget: Budget | None = None,
        *,
        unique: bool = True,
        on_stage: Callable[[Stage], None] = lambda _stage: None,
        no_worse: Mapping[ObjectiveKind, int] = MappingProxyType({}),
    ) -> Solution:
        """Return the lexicographic optimum of a question; `unique` breaks ties until one answer is left.

        `on_stage` hears of each stage as it ends. No answer is worse in an objective than what `no_worse` says of it,
        in a stage's unit and sign.
        """
        kinds = stage_order(self.model.instance)
        constants = [self._objective(kind)[1] for kind in kinds]
        told = 0

        def settled(columns: int, found: Best) -> None:
            nonlocal told
            for place in range(told, min(columns, len(kinds))):
                on_stage(_stage(kinds[place], place, found, constants[place]))
                told = place + 1

        sums = self._bounds(no_worse)
        if unique not in self._stages:
            self._stages[unique] = self._sought([self._objective(kind)[0] for kind in kinds], unique)
        sought = self._stages[unique]
        best = self._best(question, sought, len(kinds), sums, budget, settled)
        if best.answer is None:
            return Solution(status=best.status)
        stages = [_stage(kind, place, best, constants[place]) for place, kind in enumerate(kinds)]
        if unique:
            stages.append(_tie_break_stage(best))
            on_stage(stages[-1])
        proven = all(stage.status == SolveStatus.OPTIMAL for stage in stages)
        return Solution(
            status=SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE,
            stages=tuple(stages),
            packages=best.answer.packages,
            sources=best.answer.sources,
            features=best.answer.features,
            unmet=best.answer.unmet,
        )

    def best(
        self,
        question: Question,
        columns: Sequence[list[Term]],
        budget: Budget | None = None,
        *,
        sums: Sequence[Sum] = (),
        no_worse: Mapping[ObjectiveKind, int] = MappingProxyType({}),
        unique: bool = False,
    ) -> Best:
        """Return the best answer of a question by columns of any weights, within bounds of any sums.

        With `unique` ties are broken until one answer is left, as `solve` does; `no_worse` as there.
        """
        bounds = [*(one for one in sums if one.terms), *self._bounds(no_worse)]
        return self._best(question, self._sought(columns, unique), len(columns), bounds, budget)

    def feasible(self, question: Question, budget: Budget | None = None) -> bool:
        """Return whether a question has any answer.

        Raises TimeoutError where the budget ends first.
        """
        if budget is not None and budget.spent:
            raise TimeoutError
        seen = self.witnesses(question).exists() if self.reduce and not question.with_one_of else None
        if seen is not None:
            return seen
        found = self.best(question, (), budget)
        if found.status is SolveStatus.UNKNOWN:
            raise TimeoutError
        return found.answer is not None

    def witnesses(self, question: Question, free: frozenset[Guard] = frozenset()) -> Witnesses:
        """Return quick looks for answers of a question, good until the next; guards in `free` are left to each."""
        guards = self.model.guards
        lifted = {guard for guard in question.lifted if guard in guards and guard not in free}
        literals = held(self.model, question, free | lifted)
        kinds = frozenset(kind for kind, _ in guards.keys() - lifted - free)
        if kinds not in self._looks:
            self._looks[kinds] = Witnesses.of(self._ready())
        looks = self._looks[kinds]
        looks.hold(literals, frozenset(guards[guard] for guard in lifted))
        return looks

    def least(self, question: Question, kind: LimitKind, budget: Budget | None = None) -> tuple[int | None, bool]:
        """Return the least amount of a limited quantity a question can have, and whether that is proven."""
        found = self.best(question, [limited_terms(self.model, kind)], budget)
        return found.sums[0] if found.sums else None, found.status is SolveStatus.OPTIMAL

    def hold(self, proto: Any, no_worse: Mapping[ObjectiveKind, int]) -> None:
        """Keep objectives of a copy of the model from being worse than given values, in a stage's unit and sign."""
        for kind, value in no_worse.items():
            add_sum(proto, _held(self.model, kind, value))

    def proto(self, question: Question, free: frozenset[Guard] = frozenset()) -> Any:
        """Return a copy of the model with a question added to it; guards in `free` are left to the solver."""
        proto = copied(self.model.proto)
        fix(self.model, proto, question, free)
        return proto

    def _best(
        self,
        question: Question,
        sought: Sought,
        number: int,
        sums: Sequence[Sum],
        budget: Budget | None,
        on_settled: Callable[[int, Best], None] = lambda _columns, _found: None,
    ) -> Best:
        """Return the best answer by so many columns, and by the preferences after them."""
        columns = sought.columns[:number]
        lifted: list[tuple[frozenset[int], Lifted]] = []

        def whole(found: Optimum) -> Best:
            if not found.solved:
                return Best(found.status)
            if not (lifted and lifted[-1][0] == found.true):
                lifted.append((found.true, lift(self.model, question, found.true)))
            answer = lifted[-1][1]
            amounts = tuple(sum(weight for v, weight in column if v in answer.true) for column in columns)
            proven = min(found.proven, number)
            status = SolveStatus.OPTIMAL if proven == number else SolveStatus.FEASIBLE
            return Best(
                status, answer, amounts, proven, found.bound if status is SolveStatus.FEASIBLE else None, found.unique
            )

        def settled(number: int, found: Optimum) -> None:
            on_settled(number, whole(found))

        budget = budget or Budget()
        if not self.reduce:
            proto = self.proto(question)
            for one in sums:
                add_sum(proto, one)
            stages = [list(column) for column in columns]
            return whole(solve_whole(self.model, proto, stages, budget, unique=sought.unique, on_settled=settled))
        asked = Asked(tuple(held(self.model, question)), tuple(one_of(self.model, question)), tuple(sums))
        if self._successive is None:
            self._successive = Successive(self._ready())
        return whole(
            find_optimum(self._successive, sought, asked, budget, on_settled=settled, on_reduced=self.reductions)
        )

    def _bounds(self, no_worse: Mapping[ObjectiveKind, int]) -> list[Sum]:
        sums = [_held(self.model, kind, value) for kind, value in no_worse.items()]
        return [one for one in sums if one.terms]

    def _objective(self, kind: ObjectiveKind) -> tuple[list[Term], int]:
        if kind not in self._terms:
            self._terms[kind] = objective_terms(self.model, kind)
        return self._terms[kind]

    def _ready(self) -> Prepared:
        if self._prepared is None:
            self._prepared = Prepared.of(self.model.form)
        return self._prepared

    def _sought(self, columns: Sequence[list[Term]], unique: bool) -> Sought:
        """Return columns as what is sought; for ties the preferences come after them."""
        model, recent = self.model, self._recent
        if recent is not None and recent[0] == unique and list(map(id, recent[1])) == list(map(id, columns)):
            return recent[2]
        if not self._first:
            self._first = [len(model.package)] * model.form.variables
            for index, literal in enumerate(model.package):
                self._first[literal] = index
        ties = preferences(model)
        minimised = (*columns, *ties) if unique else tuple(columns)
        sought = Sought(
            columns=minimised,
            ideals=(*columns, *ties),
            costs=combine(minimised, model.form.variables),
            first=self._first,
            packages=len(model.package),
            unique=unique,
        )
        self._recent = (unique, tuple(columns), sought)
        return sought


def stage_order(instance: Instance) -> tuple[ObjectiveKind, ...]:
    """Return the stages of an Instance; followed weak dependencies are met after divergence and features (C9)."""
    kinds = list(instance.objectives)
    if instance.follow_weak and ObjectiveKind.WEAK not in kinds:
        place = next((i for i, kind in enumerate(kinds) if kind not in _LEADING), len(kinds))
        kinds.insert(place, ObjectiveKind.WEAK)
    return tuple(kinds)


def sign_of(kind: ObjectiveKind) -> int:
    """Return 1 for an objective that is minimised, -1 for one that is maximised."""
    return -1 if kind is ObjectiveKind.FEATURES else 1


def _held(model: Model, kind: ObjectiveKind, value: int) -> Sum:
    """Return that an objective is no worse than a value, in a stage's unit and sign."""
    terms, constant = objective_terms(model, kind)
    return at_most(terms, sign_of(kind) * value - constant)


def _stage(kind: ObjectiveKind, place: int, found: Best, constant: int) -> Stage:
    sign, value = sign_of(kind), found.sums[place] + constant
    proven = place < found.proven
    bound = value if proven else None
    if place == found.proven and found.bound is not None:
        bound = found.bound + constant
    return Stage(
        objective=kind.value,
        value=sign * value,
        bound=None if bound is None else sign * bound,
        status=SolveStatus.OPTIMAL.value if proven else SolveStatus.FEASIBLE.value,
    )


def _tie_break_stage(found: Best) -> Stage:
    proven = found.unique and found.status is SolveStatus.OPTIMAL
    status = SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE
    return Stage(objective="tie_break", value=0, bound=0 if proven else None, status=status.value)
