"""The exact Pareto frontier between two objectives: every pair of values of which neither improves without the other.

Boxes between neighbouring points are halved until none can hold a further point (Boland, Charkhgard, Savelsbergh
2015, "The balanced box method"); each question in a box is a lexicographic epsilon-constraint, put to one engine. The
largest box goes first, so that a frontier cut short is a coarse picture of the whole.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import msgspec

from optimizer.model.form import Sum, Term
from optimizer.model.objective import limited_terms, objective_terms
from optimizer.model.question import PLAIN, Question
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine, stage_order
from optimizer.model.solver import Budget
from optimizer.model.step import at_most
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, LimitKind

DEFAULT_MOST = 100

#: What a frontier can weigh up: an objective, or `downstream_sources`, which is divergence without its weights.
Quantity = ObjectiveKind | LimitKind


class FrontierPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One best pair of values, in the units of the two objectives, and the one answer of all its equals.

    `status` is `optimal` where no answer is as good in both and better in one, `feasible` where the budget ended
    before that was proven. `packages` and `sources` are ascending indices, as in a Solution.
    """

    values: tuple[int, int]
    status: SolveStatus
    packages: tuple[int, ...]
    sources: tuple[int, ...]


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Where points were not looked for: strictly between the values of two neighbouring points of the frontier."""

    after: tuple[int, int]
    before: tuple[int, int]


class Frontier(msgspec.Struct, frozen=True, kw_only=True):
    """Two objectives and their best pairs, from the best of the first to the best of the second.

    `status` is `optimal` where every point is there and proven, `feasible` where `gaps` say what was left out, a
    point is not proven or the second end was not reached, `infeasible` or `unknown` where there is no point.
    `held` are the best values of the objectives that no point may be worse in.
    """

    objectives: tuple[str, str]
    status: SolveStatus
    points: tuple[FrontierPoint, ...] = ()
    gaps: tuple[Gap, ...] = ()
    held: tuple[tuple[str, int], ...] = ()


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a search, answered and proven: the best of one objective with the other's sum bounded.

    `leading` is 0 or 1; `bound` is the most the other sum may be, None where it is free. `sums` are both to be
    minimised; `packages` are ascending indices, the one answer that is left after the tie-break.
    """

    leading: int
    bound: int | None
    sums: tuple[int, int]
    packages: tuple[int, ...]


class SearchState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a search has come: the sums of the objectives held, and the questions settled, in their order.

    It is worth something only to the same search of the same Instance by the same code.
    """

    held: tuple[int, ...] = ()
    settled: tuple[Settled, ...] = ()


@dataclass(frozen=True, slots=True)
class _Corner:
    """An answer by its two sums, both to be minimised; not `proven` where the budget ended before its turn did."""

    sums: tuple[int, int]
    packages: tuple[int, ...]
    proven: bool


@dataclass(order=True, slots=True)
class _Box:
    """What lies strictly between two corners: better than `left` in the second sum, than `right` in the first."""

    rank: tuple[int, int]
    left: _Corner = field(compare=False)
    right: _Corner = field(compare=False)

    @classmethod
    def of(cls, left: _Corner, right: _Corner) -> _Box:
        width, height = right.sums[0] - left.sums[0], left.sums[1] - right.sums[1]
        return cls((-width * height, left.sums[0]), left, right)

    @property
    def empty(self) -> bool:
        """Whether no pair of integers lies strictly inside."""
        return self.right.sums[0] - self.left.sums[0] <= 1 or self.left.sums[1] - self.right.sums[1] <= 1


def frontier(
    engine: Engine,
    first: Quantity,
    second: Quantity,
    budget: Budget | None = None,
    *,
    question: Question = PLAIN,
    held: Sequence[ObjectiveKind] = (),
    then: Sequence[ObjectiveKind] = (),
    most: int = DEFAULT_MOST,
    known: SearchState | None = None,
    on_settled: Callable[[SearchState], None] = lambda _state: None,
) -> Frontier:
    """Return the best pairs of two objectives under a question; of the Instance's own, only those named play a part.

    No point is worse in an objective of `held`, taken in that order, than the best answer. Among the answers of one
    pair, the objectives of `then` choose in their order, and then the tie-break, as in `Engine.solve`.

    No more than `most` points are returned, but always both ends. `on_settled` hears how far the search is after each
    step; given back as `known`, such a state saves these steps and changes nothing else.
    """
    walk = _Walk(engine, (first, second), tuple(held), tuple(then), budget or Budget(), on_settled, question)
    status = walk.start(known or SearchState())
    if status is not None:
        return Frontier(objectives=(first.value, second.value), status=status)
    left = walk.corner(0, None)
    if isinstance(left, SolveStatus):
        return Frontier(objectives=(first.value, second.value), status=left)
    right = walk.corner(1, None) if left.proven else SolveStatus.UNKNOWN
    if isinstance(right, SolveStatus):
        return walk.report([left], [], whole=False)
    if right.sums == left.sums:
        return walk.report([left], [])
    corners = [left, right]
    gaps = walk.fill(corners, most) if right.proven else [_Box.of(left, right)]
    return walk.report(corners, gaps)


def ranked(
    instance: Instance, first: Quantity, second: Quantity
) -> tuple[tuple[ObjectiveKind, ...], tuple[ObjectiveKind, ...]]:
    """Return an Instance's stages that rank above two objectives, and all others but these two, in their order.

    Without a rank of its own, an objective ranks as the other one; where neither has one, none ranks above.
    """
    stages = stage_order(instance)
    two = [ObjectiveKind.DIVERGENCE if isinstance(kind, LimitKind) else kind for kind in (first, second)]
    above = min((stages.index(kind) for kind in two if kind in stages), default=0)
    return stages[:above], tuple(kind for kind in stages[above:] if kind not in two)


def steepest(points: Sequence[FrontierPoint]) -> int | None:
    """Return the index of the point whose step from the one before saves most of the second per unit of the first.

    None where there is no step; of equal steps, the first. Both objectives must be ones that are minimised.
    """
    steps = [
        (Fraction(before.values[1] - after.values[1], after.values[0] - before.values[0]), -index)
        for index, (before, after) in enumerate(pairwise(points), start=1)
    ]
    return -max(steps)[1] if steps else None


@dataclass(slots=True)
class _Walk:
    """One frontier being found: questions to the engine, answered as corners."""

    engine: Engine
    kinds: tuple[Quantity, Quantity]
    held: tuple[ObjectiveKind, ...]
    then: tuple[ObjectiveKind, ...]
    budget: Budget
    on_settled: Callable[[SearchState], None]
    question: Question = PLAIN
    held_sums: tuple[int, ...] = ()
    bounds: list[Sum] = field(default_factory=list)
    settled: tuple[Settled, ...] = ()
    known: dict[tuple[int, int | None], Settled] = field(default_factory=dict)

    def start(self, known: SearchState) -> SolveStatus | None:
        """Hold the objectives that are to be held; return why there is no answer, if there is none."""
        self.settled = known.settled
        self.known = {(one.leading, one.bound): one for one in known.settled}
        columns = [objective_terms(self.engine.model, kind)[0] for kind in self.held]
        self.held_sums = known.held
        self.bounds = [at_most(terms, value) for terms, value in zip(columns, known.held, strict=False)]
        left = columns[len(known.held) :]
        if left:
            found = self.engine.best(self.question, left, self.budget, sums=self.bounds)
            if found.status is not SolveStatus.OPTIMAL:
                return found.status if found.answer is None else SolveStatus.UNKNOWN
            self.held_sums += found.sums
            self.bounds += [at_most(terms, value) for terms, value in zip(left, found.sums, strict=True)]
            self.tell()
        return None

    def corner(self, leading: int, bound: int | None) -> _Corner | SolveStatus:
        """Return the best of the leading objective, then of the other one, its sum bounded; else why there is none.

        Where the budget ends first, the corner is the best answer found, and not proven.
        """
        settled = self.known.get((leading, bound))
        if settled is not None:
            return _Corner(settled.sums, settled.packages, True)
        terms = self.terms
        bounds = self.bounds if bound is None else [*self.bounds, at_most(terms[1 - leading], bound)]
        columns = [terms[leading], terms[1 - leading], *(self.terms_of(kind)[0] for kind in self.then)]
        best = self.engine.best(self.question, columns, self.budget, sums=bounds, unique=True)
        if best.answer is None:
            return best.status
        sums = (best.sums[leading], best.sums[1 - leading])
        proven = best.status is SolveStatus.OPTIMAL and best.unique
        if proven:
            found = Settled(leading=leading, bound=bound, sums=sums, packages=best.packages)
            self.known[(leading, bound)] = found
            self.settled += (found,)
            self.tell()
        return _Corner(sums, best.packages, proven)

    def tell(self) -> None:
        self.on_settled(SearchState(held=self.held_sums, settled=self.settled))

    @property
    def terms(self) -> tuple[list[Term], list[Term]]:
        return self.terms_of(self.kinds[0])[0], self.terms_of(self.kinds[1])[0]

    def terms_of(self, kind: Quantity) -> tuple[list[Term], int]:
        """Return the terms and the constant of a quantity to be minimised."""
        if isinstance(kind, LimitKind):
            return limited_terms(self.engine.model, kind), 0
        return objective_terms(self.engine.model, kind)

    def fill(self, corners: list[_Corner], most: int) -> list[_Box]:
        """Add what lies between two corners, and return the boxes that were not looked into."""
        boxes = [_Box.of(*corners)]
        while boxes and len(corners) < most:
            box = heapq.heappop(boxes)
            found = self.halve(box, both=len(corners) + 1 < most)
            if found is None:
                heapq.heappush(boxes, box)
                break
            corners += [corner for corner in found if corner.sums not in (box.left.sums, box.right.sums)]
            for part in (_Box.of(box.left, found[0]), _Box.of(found[-1], box.right)):
                if not part.empty:
                    heapq.heappush(boxes, part)
        return [box for box in boxes if not box.empty]

    def halve(self, box: _Box, *, both: bool) -> tuple[_Corner, ...] | None:
        """Return the neighbouring points above and below a box's middle, in the order of the first objective.

        Without `both` at most one of them is new: the one above only where the one below is the box's own corner, or
        the same box would be asked the same question for ever. None where the budget ended.
        """
        middle = (box.left.sums[1] + box.right.sums[1]) // 2
        below = self.corner(0, middle)
        if isinstance(below, SolveStatus) or not below.proven:
            return None
        if not both and below.sums != box.right.sums:
            return (below,)
        above = self.corner(1, below.sums[0] - 1)
        if isinstance(above, SolveStatus) or not above.proven:
            return None
        return above, below

    def report(self, corners: list[_Corner], gaps: list[_Box], *, whole: bool = True) -> Frontier:
        """Return corners as points in the objectives' own units and signs."""
        corners.sort(key=lambda corner: corner.sums)
        whole = whole and not gaps and all(corner.proven for corner in corners)
        return Frontier(
            objectives=(self.kinds[0].value, self.kinds[1].value),
            status=SolveStatus.OPTIMAL if whole else SolveStatus.FEASIBLE,
            points=tuple(map(self.point, corners)),
            gaps=tuple(
                Gap(after=self.values(box.left), before=self.values(box.right))
                for box in sorted(gaps, key=lambda box: box.left.sums)
            ),
            held=tuple(
                (kind.value, self.value(kind, amount)) for kind, amount in zip(self.held, self.held_sums, strict=True)
            ),
        )

    def point(self, corner: _Corner) -> FrontierPoint:
        model = self.engine.model
        sources = {model.instance.packages[index].source for index in corner.packages}
        return FrontierPoint(
            values=self.values(corner),
            status=SolveStatus.OPTIMAL if corner.proven else SolveStatus.FEASIBLE,
            packages=corner.packages,
            sources=tuple(index for index in model.source if index in sources),
        )

    def values(self, corner: _Corner) -> tuple[int, int]:
        return self.value(self.kinds[0], corner.sums[0]), self.value(self.kinds[1], corner.sums[1])

    def value(self, kind: Quantity, amount: int) -> int:
        """Return a sum that was minimised in the quantity's own unit and sign."""
        return (-1 if kind is ObjectiveKind.FEATURES else 1) * (amount + self.terms_of(kind)[1])
