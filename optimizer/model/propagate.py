"""Unit propagation over clauses and at-most-ones, by counting what is left of each clause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class Values:
    """What is decided, and how to take it back.

    `value` by literal; by clause, how many literals are true (`satisfied`), and how many are not false (`left`).
    `trail` are the literals that are true, in the order they became so.
    """

    occurrences: Occurrences
    value: list[int]
    satisfied: list[int]
    left: list[int]
    trail: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, occurrences: Occurrences, lengths: list[int] | None = None) -> Values:
        """Return values of which none is decided."""
        clauses = occurrences.clauses
        left = [len(clause) for clause in clauses] if lengths is None else lengths.copy()
        return cls(occurrences, [0] * (2 * occurrences.variables), [0] * len(clauses), left)

    def propagate(self, literals: Iterable[int]) -> bool:
        """Make literals true, and all that follows; return whether that is possible."""
        queue = list(literals)
        clauses, places = self.occurrences.clauses, self.occurrences.in_clauses
        groups, in_groups = self.occurrences.groups, self.occurrences.in_groups
        value, satisfied, left, trail = self.value, self.satisfied, self.left, self.trail
        possible = True
        while queue and possible:
            literal = queue.pop()
            if value[literal]:
                possible = value[literal] == TRUE
                continue
            value[literal], value[~literal] = TRUE, FALSE
            trail.append(literal)
            for place in places[literal]:
                satisfied[place] += 1
            for place in places[~literal]:
                left[place] -= 1
                if left[place] < 2 and not satisfied[place]:
                    if left[place]:
                        queue.append(next(other for other in clauses[place] if not value[other]))
                    else:
                        possible = False
            for group in in_groups.get(literal, ()):
                queue += [~other for other in groups[group] if other != literal]
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
