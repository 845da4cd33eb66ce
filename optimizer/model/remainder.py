"""What only a search that learns can decide: the parts that a reduction leaves, as one CP-SAT model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.model.budget import Budget
from optimizer.model.form import Form, Term
from optimizer.model.reduction.lexicographic import Costs, combine
from optimizer.model.reduction.residue import Residue
from optimizer.model.solution import SolveStatus
from optimizer.model.solver import Run
from optimizer.model.step import lock, minimise, worth
from optimizer.model.tie_break import decide_in_order

#: Consecutive columns are minimised as one sum as long as all its weights together stay below this. Wider ones are
#: slow to prove: an odd cycle of five packages beside a covering by 45 took 0.1 s up to 2^46, more than 12 s beyond.
_WIDEST = 1 << 40


@dataclass(frozen=True, slots=True)
class Remainder:
    """What CP-SAT found: variables of the Form that are true, and how sure it is, as in Optimum.

    `bound` is of the parts' own share of the column.
    """

    status: SolveStatus
    true: frozenset[int] = frozenset()
    proven: int = 0
    bound: int | None = None
    unique: bool = False


@dataclass(frozen=True, slots=True)
class _Pack:
    """Consecutive columns, the place of the first, and one sum that is minimal where they are in their order."""

    begin: int
    columns: tuple[list[Term], ...]
    costs: Costs

    @property
    def end(self) -> int:
        """The place after the last column."""
        return self.begin + len(self.columns)

    @property
    def terms(self) -> list[Term]:
        """The terms of the one sum."""
        return [(variable, cost) for variable, cost in enumerate(self.costs.by_variable) if cost]

    def read(self, found: Run) -> tuple[int, int | None]:
        """Return how many columns a run proves, and the least that the next one can come to, None where unknown."""
        if found.status is SolveStatus.OPTIMAL:
            return len(self.columns), None
        bound = found.bound
        for place, (column, unit) in enumerate(zip(self.columns, self.costs.units, strict=True)):
            if bound is None:
                return place, None
            later = sum(
                unit_ * weight
                for other, unit_ in zip(self.columns[place + 1 :], self.costs.units[place + 1 :], strict=True)
                for _, weight in other
                if weight > 0
            )
            value = worth(column, found.values)
            least = -((later - bound) // unit)
            if least < value:
                return place, least
            bound -= unit * value
        return len(self.columns), None


def solve_remainder(
    parts: Iterable[Residue],
    columns: Sequence[Sequence[Term]],
    packages: int | None,
    budget: Budget,
    *,
    doubtful: bool = False,
    on_settled: Callable[[int, Remainder], None] = lambda _columns, _found: None,
) -> Remainder:
    """Return the best answer of some parts together.

    Variables that `Residue.first` places before `packages` are told apart by that place where all columns are equal;
    None: they are not. `doubtful` says that there may be no answer although the whole problem has one: then half of
    the time must do to find the first. `on_settled` hears after how many columns what is known.
    """
    parts = list(parts)
    members = {variable: held for part in parts for variable, held in part.members.items()}
    number = {variable: place for place, variable in enumerate(members)}
    proto = _proto(parts, number)
    best: Run | None = None
    known = Remainder(SolveStatus.UNKNOWN)
    for pack in _packs([_live(column, members.values()) for column in columns], len(number)):
        terms = pack.terms
        if not terms and best is not None:
            found = Run(SolveStatus.OPTIMAL, best.values)
        else:
            found = _minimise(proto, terms, budget, best, doubtful=doubtful)
        if not found.solved:
            if best is None:
                return Remainder(found.status)
            found = Run(SolveStatus.FEASIBLE, best.values)
        best = found
        for column in pack.columns:
            lock(proto, column, worth(column, best.values))
        known = _known(known, pack, best, members)
        on_settled(pack.end, known)
    if best is None:
        best = _minimise(proto, [], budget, None, doubtful=doubtful)
        if not best.solved:
            return Remainder(best.status)
        known = Remainder(SolveStatus.OPTIMAL, _true(best, members))
    if packages is None or known.status is not SolveStatus.OPTIMAL:
        return known
    first = {variable: part.first[variable] for part in parts for variable in part.members}
    order = sorted((place, number[variable]) for variable, place in first.items() if place < packages)
    best, unique = decide_in_order(proto, [literal for _, literal in order], best, budget)
    return Remainder(known.status, _true(best, members), known.proven, known.bound, unique)


def _known(before: Remainder, pack: _Pack, best: Run, members: Mapping[int, tuple[int, ...]]) -> Remainder:
    """Return what is known after a pack; what is proven of it counts only if all before it is."""
    proven, bound = before.proven, before.bound
    if before.proven == pack.begin:
        more, bound = pack.read(best)
        proven += more
    status = SolveStatus.OPTIMAL if proven == pack.end else SolveStatus.FEASIBLE
    return Remainder(status, _true(best, members), proven, bound)


def _true(found: Run, members: Mapping[int, tuple[int, ...]]) -> frozenset[int]:
    return frozenset(
        member for held, value in zip(members.values(), found.values, strict=True) if value for member in held
    )


def _minimise(proto: Any, terms: list[Term], budget: Budget, hint: Run | None, *, doubtful: bool) -> Run:
    if hint is None and doubtful and budget.time_limit_s is not None:
        with budget.halved():
            hint = minimise(proto, terms, budget, None)
        if hint.status is not SolveStatus.FEASIBLE or budget.spent:
            return hint
    return minimise(proto, terms, budget, hint)


def _proto(parts: Iterable[Residue], number: Mapping[int, int]) -> Any:
    """Return the parts as a CP-SAT model, their variables numbered anew."""
    form = Form(len(number))
    literals = {**number, **{~variable: ~place for variable, place in number.items()}}
    for part in parts:
        for clause in part.clauses:
            form.add_clause(literals[literal] for literal in clause)
        for group in part.groups:
            form.add_at_most_one(literals[literal] for literal in group)
        for bound in part.bounds:
            terms = [(number[variable], weight) for variable, weight in bound.weights.items()]
            form.add_sum(terms, min(bound.least, bound.most), bound.most)
    return form.proto


def _live(column: Sequence[Term], held: Iterable[tuple[int, ...]]) -> list[Term]:
    """Return a column over the parts' variables, numbered in their order."""
    weights = dict.fromkeys((variable for variable, _ in column), 0)
    for variable, weight in column:
        weights[variable] += weight
    summed = (sum(weights.get(member, 0) for member in members) for members in held)
    return [(number, weight) for number, weight in enumerate(summed) if weight]


def _packs(columns: Sequence[list[Term]], variables: int) -> list[_Pack]:
    """Return columns put together as long as their common sum can be computed exactly and searched well."""
    packs: list[_Pack] = []
    begin, widest = 0, 1
    for place, column in enumerate(columns):
        width = 1 + sum(abs(weight) for _, weight in column)
        if place > begin and widest * width > _WIDEST:
            packs.append(_Pack(begin, tuple(columns[begin:place]), combine(columns[begin:place], variables)))
            begin, widest = place, 1
        widest *= width
    if len(columns) > begin:
        packs.append(_Pack(begin, tuple(columns[begin:]), combine(columns[begin:], variables)))
    return packs
