"""The lexicographic optimum of a prepared Form: reduced first, then part by part, by CP-SAT only where it must be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimizer.model.budget import Budget
from optimizer.model.form import Term
from optimizer.model.reduction.branch import cheapest
from optimizer.model.reduction.component import components
from optimizer.model.reduction.prepare import Asked, Sought
from optimizer.model.reduction.reduce import Reduction, reduce
from optimizer.model.reduction.residue import Residue
from optimizer.model.reduction.successive import Successive
from optimizer.model.solution import SolveStatus

#: A part of more variables than this is CP-SAT's from the start.
_SMALL = 60


@dataclass(frozen=True, slots=True)
class Optimum:
    """What was found: variables of the Form that are true, and how sure it is.

    The first `proven` columns are as good as can be; the sum of the next one is at least `bound`, None where nothing
    is known. `unique` says that of all answers as good in every column this is the one that comes first.
    """

    status: SolveStatus
    true: frozenset[int] = frozenset()
    proven: int = 0
    bound: int | None = None
    unique: bool = False

    @property
    def solved(self) -> bool:
        """Whether there is an answer."""
        return self.status in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE)


def find_optimum(
    prepared: Successive,
    sought: Sought,
    asked: Asked,
    budget: Budget,
    *,
    on_settled: Callable[[int, Optimum], None] = lambda _columns, _found: None,
    on_reduced: Callable[[Reduction], None] = lambda _reduction: None,
) -> Optimum:
    """Return the best answer; `on_settled` hears after how many columns what is known, `on_reduced` of reductions.

    First the ideal is tried: that the leading columns come to the least they could. Only where that turns out to have
    no answer, all answers are looked at.
    """
    if budget.spent:
        return Optimum(SolveStatus.UNKNOWN)
    for ideal in (True, False):
        residue = prepared.residue(sought, asked, ideal=ideal)
        on_reduced(reduce(residue))
        found = _settle(residue, sought, budget, on_settled)
        if found.solved or not residue.ideal:
            return found
        if budget.spent:
            break
    return Optimum(SolveStatus.UNKNOWN)  # that the ideal has no answer says nothing of others


def _settle(residue: Residue, sought: Sought, budget: Budget, on_settled: Callable[[int, Optimum], None]) -> Optimum:
    """Return the best answer of a reduced residue."""
    true = set(residue.true)
    left: list[Residue] = []
    for part in components(residue):
        done, best = _search(part, sought)
        if not done:
            left.append(part)
        elif best is None:
            residue.possible = False
        else:
            true.update(member for variable in best for member in part.members[variable])
    if not residue.possible:
        return Optimum(SolveStatus.INFEASIBLE)
    if not left:
        columns = len(sought.columns)
        found = Optimum(SolveStatus.OPTIMAL, frozenset(true), columns, unique=sought.unique)
        on_settled(columns, found)
        return found
    from optimizer.model.remainder import Remainder, solve_remainder

    offsets = [_sum(column, true) for column in sought.columns]

    def whole(found: Remainder) -> Optimum:
        bound = None if found.bound is None else found.bound + offsets[found.proven]
        return Optimum(found.status, found.true | true, found.proven, bound, found.unique)

    return whole(
        solve_remainder(
            left,
            sought.columns,
            sought.packages if sought.unique else None,
            budget,
            doubtful=residue.ideal > 0,
            on_settled=lambda columns, found: on_settled(columns, whole(found)),
        )
    )


def _search(part: Residue, sought: Sought) -> tuple[bool, frozenset[int] | None]:
    """Search one part if it is small: whether that came to its end, and the best, of equals the first."""
    if len(part.members) > _SMALL:
        return False, None
    if not sought.unique:
        return cheapest(part, {variable: part.cost[variable] for variable in part.members})
    first = sought.first
    places = sorted(first[one] for held in part.members.values() for one in held if first[one] < sought.packages)
    worth = {place: 1 << number for number, place in enumerate(reversed(places))}
    cost = {
        variable: (part.cost[variable] << len(places)) - sum(worth.get(first[one], 0) for one in held)
        for variable, held in part.members.items()
    }
    return cheapest(part, cost)


def _sum(column: Sequence[Term], true: set[int]) -> int:
    return sum(weight for variable, weight in column if variable in true)
