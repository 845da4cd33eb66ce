"""The exact Pareto frontier between two objectives: every pair of values of which neither improves without the other.

Boxes between neighbouring points are halved until none can hold a further point (Boland, Charkhgard, Savelsbergh
2015, "The balanced box method"); each question in a box is a lexicographic epsilon-constraint, hinted with the corner
that answers it already. The largest box goes first, so that a frontier cut short is a coarse picture of the whole.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import msgspec

from optimizer.model.objective import Term, objective_terms
from optimizer.model.question import PLAIN, Question
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget, Run
from optimizer.model.step import lock, minimise, worth
from optimizer.model.tie_break import break_ties
from optimizer.problem.problem import ObjectiveKind

DEFAULT_MOST = 100


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
    """

    objectives: tuple[str, str]
    status: SolveStatus
    points: tuple[FrontierPoint, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class _Corner:
    """An answer by its two sums, both to be minimised; `unproven` where the budget ended before its turn did."""

    sums: tuple[int, int]
    run: Run
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
    first: ObjectiveKind,
    second: ObjectiveKind,
    budget: Budget | None = None,
    *,
    question: Question = PLAIN,
    most: int = DEFAULT_MOST,
    on_point: Callable[[], None] = lambda: None,
) -> Frontier:
    """Return the best pairs of two objectives under a question; the Instance's own objectives play no part.

    No more than `most` points are returned, but always both ends; `on_point` is called as each is found. Among the
    answers of one pair the tie-break chooses, as it does in `Engine.solve`.
    """
    walk = _Walk(engine, question, (first, second), budget or Budget(), on_point)
    left = walk.corner(0, {}, None)
    if isinstance(left, SolveStatus):
        return Frontier(objectives=(first.value, second.value), status=left)
    right = walk.corner(1, {}, left.run) if left.proven else SolveStatus.UNKNOWN
    if isinstance(right, SolveStatus):
        return walk.report([left], [], whole=False)
    if right.sums == left.sums:
        return walk.report([left], [])
    corners = [left, right]
    gaps = walk.fill(corners, most) if right.proven else [_Box.of(left, right)]
    return walk.report(corners, gaps)


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
    question: Question
    kinds: tuple[ObjectiveKind, ObjectiveKind]
    budget: Budget
    on_point: Callable[[], None]

    def corner(self, leading: int, at_most: dict[int, int], hint: Run | None) -> _Corner | SolveStatus:
        """Return the best of the leading objective, then of the other one, with sums bounded; else why there is none.

        Where the budget ends first, the corner is the best answer known, and not proven.
        """
        terms = self.terms
        proto = self.engine.proto(self.question)
        for objective, bound in at_most.items():
            lock(proto, terms[objective], bound)
        best: Run | None = None
        proven = True
        for objective in (leading, 1 - leading):
            found = minimise(proto, terms[objective], self.budget, best or hint)
            proven = proven and found.status is SolveStatus.OPTIMAL
            if not found.solved and best is None:
                return found.status
            if not proven:
                best = found if found.solved else best
                break
            best = found
            lock(proto, terms[objective], worth(terms[objective], found.values))
        assert best is not None
        if proven:
            best, _ = break_ties(self.engine.model, proto, best, self.budget)
        self.on_point()
        return _Corner((worth(terms[0], best.values), worth(terms[1], best.values)), best, proven)

    @property
    def terms(self) -> tuple[list[Term], list[Term]]:
        first, second = (objective_terms(self.engine.model, kind)[0] for kind in self.kinds)
        return first, second

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

        Without `both` only the one below it is looked for. None where the budget ended.
        """
        middle = (box.left.sums[1] + box.right.sums[1]) // 2
        below = self.corner(0, {1: middle}, box.right.run)
        if isinstance(below, SolveStatus) or not below.proven:
            return None
        if not both:
            return (below,)
        above = self.corner(1, {0: below.sums[0] - 1}, box.left.run)
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
        )

    def point(self, corner: _Corner) -> FrontierPoint:
        model = self.engine.model
        chosen = [index for index, literal in enumerate(model.package) if corner.run.values[literal]]
        sources = {model.instance.packages[index].source for index in chosen}
        return FrontierPoint(
            values=self.values(corner),
            status=SolveStatus.OPTIMAL if corner.proven else SolveStatus.FEASIBLE,
            packages=tuple(chosen),
            sources=tuple(index for index in model.source if index in sources),
        )

    def values(self, corner: _Corner) -> tuple[int, int]:
        first, second = (
            (-1 if kind is ObjectiveKind.FEATURES else 1) * (amount + objective_terms(self.engine.model, kind)[1])
            for kind, amount in zip(self.kinds, corner.sums, strict=True)
        )
        return first, second
