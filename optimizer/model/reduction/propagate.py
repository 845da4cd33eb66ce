"""Unit propagation over clauses and at-most-ones, by counting what is left of each clause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from optimizer.model.form import Clause

TRUE, FALSE = 1, -1  # of a literal's value; 0 is open


@dataclass(slots=True)
class Occurrences:
    """Where each literal stands: clauses and at-most-one groups by their places, both indexed by literal."""

    variables: int
    clauses: Sequence[Clause]
    groups: Sequence[Clause]
    in_clauses: list[list[int]] = field(init=False)
    in_groups: dict[int, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.in_clauses = [[] for _ in range(2 * self.variables)]
        self.in_groups = {}
        places = self.in_clauses
        for place, clause in enumerate(self.clauses):
            for literal in clause:
                places[literal].append(place)
        for place, group in enumerate(self.groups):
            for literal in group:
                self.in_groups.setdefault(literal, []).append(place)


class Values(msgspec.Struct):
    """What is decided, and how to take it back.

    `value` by literal; by clause, how many literals are true (`satisfied`), and how many are not false (`left`).
    `trail` are the literals that are true, in the order they became so, `position` their places there. `reason` tells
    of each that followed from others the place of the clause, or (literal,) of an at-most-one group, that made it so.
    """

    occurrences: Occurrences
    value: list[int]
    satisfied: list[int]
    left: list[int]
    position: list[int]
    trail: list[int] = msgspec.field(default_factory=list)
    reason: dict[int, int | tuple[int]] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, occurrences: Occurrences, lengths: list[int] | None = None) -> Values:
        """Return values of which none is decided."""
        clauses = occurrences.clauses
        left = [len(clause) for clause in clauses] if lengths is None else lengths.copy()
        literals = 2 * occurrences.variables
        return cls(occurrences, [0] * literals, [0] * len(clauses), left, [0] * literals)

    def propagate(self, literals: Iterable[int]) -> bool:
        """Make literals true, and all that follows; return whether that is possible."""
        queue = list(literals)
        clauses, places = self.occurrences.clauses, self.occurrences.in_clauses
        groups, in_groups = self.occurrences.groups, self.occurrences.in_groups
        value, satisfied, left, trail = self.value, self.satisfied, self.left, self.trail
        reason, position, possible = self.reason, self.position, True
        while queue and possible:
            literal = queue.pop()
            if value[literal]:
                possible = value[literal] == TRUE
                continue
            value[literal], value[~literal] = TRUE, FALSE
            position[literal] = len(trail)
            trail.append(literal)
            for place in places[literal]:
                satisfied[place] += 1
            for place in places[~literal]:
                left[place] -= 1
                if left[place] < 2 and not satisfied[place]:
                    if left[place]:
                        forced = next(other for other in clauses[place] if not value[other])
                        queue.append(forced)
                        reason[forced] = place
                    else:
                        possible = False
            for group in in_groups.get(literal, ()):
                for other in groups[group]:
                    if other != literal and value[~other] != TRUE:
                        queue.append(~other)
                        reason[~other] = (literal,)
        return possible

    def undo(self, length: int) -> None:
        """Take back all but the first literals of the trail."""
        places, value, satisfied, left = self.occurrences.in_clauses, self.value, self.satisfied, self.left
        for literal in self.trail[length:]:
            value[literal] = value[~literal] = 0
            for place in places[literal]:
                satisfied[place] -= 1
            for place in places[~literal]:
                left[place] += 1
        del self.trail[length:]

    def blame(self, literal: int, root: int, begun: int) -> set[int]:
        """Return what of the trail from `root` on, itself due to nothing else, contradicts a literal; it included.

        `propagate` has failed with it just now, when the trail had the length `begun`; nothing has been taken back.
        """
        position = self.position
        waiting = [~literal] if self.value[literal] == FALSE else list(self._clash(begun))
        core, seen = {literal}, set[int]()
        while waiting:
            held = waiting.pop()
            if held in seen or position[held] < root:
                continue
            seen.add(held)
            reason = self.reason.get(held)
            if held == literal or not self._due(held, reason):
                core.add(held)
            elif isinstance(reason, int):
                waiting += [~other for other in self.occurrences.clauses[reason] if other != held]
            else:
                assert reason is not None
                waiting += reason
        return core

    def _due(self, held: int, reason: int | tuple[int] | None) -> bool:
        """Whether a literal followed from others; a reason may be left from what has been taken back since."""
        if reason is None:
            return False
        others = (
            reason
            if isinstance(reason, tuple)
            else [~other for other in self.occurrences.clauses[reason] if other != held]
        )
        return all(self.value[other] == TRUE and self.position[other] < self.position[held] for other in others)

    def _clash(self, begun: int) -> Iterable[int]:
        """Return true literals that contradict each other, one of them newer than `begun`."""
        occurrences = self.occurrences
        for held in self.trail[begun:]:
            for place in occurrences.in_clauses[~held]:
                if not self.left[place] and not self.satisfied[place]:
                    return [~other for other in occurrences.clauses[place]]
            for group in occurrences.in_groups.get(held, ()):
                for other in occurrences.groups[group]:
                    if other != held and self.value[other] == TRUE:
                        return held, other
        raise AssertionError("nothing contradicts")
