"""A quick look whether anything holds at all: propagation, then a short search for one answer, whatever it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from optimizer.model.form import Sum
from optimizer.model.reduction.prepare import Prepared
from optimizer.model.reduction.propagate import TRUE, Values
from optimizer.model.reduction.standing import Standing

#: As many choices may be tried; what takes more is for a solver that learns.
_CHOICES = 300


@dataclass(slots=True)
class Witnesses:
    """Looks for answers of a prepared Form under literals that many looks have in common.

    `off` are variables that must be false: they are left open, since only what contradicts that makes one true.
    `positive` are the places of clauses that negate nothing, `needing` of those that need a true literal already.
    """

    standing: Standing
    sums: tuple[Sum, ...]
    positive: tuple[int, ...]
    off: frozenset[int] = frozenset()
    needing: list[int] = field(default_factory=list)
    choices: int = 0

    @classmethod
    def of(cls, prepared: Prepared) -> Witnesses:
        """Return looks for answers of a Form."""
        return cls(Standing.of(prepared), prepared.sums, prepared.positive())

    @property
    def values(self) -> Values:
        """What is decided."""
        return self.standing.values

    def hold(self, literals: Iterable[int], off: frozenset[int]) -> None:
        """Look from now on under these literals, and with these variables false."""
        if self.standing.hold(literals):
            self.off = off
            self.needing = [*self._touched(0), *self._needing(self.positive)]

    def exists(self, literals: Iterable[int] = ()) -> bool | None:
        """Return whether there is an answer with these literals too; None where that takes a solver to say."""
        if not self.standing.possible:
            return False
        begun = len(self.values.trail)
        self.choices = 0
        try:
            if not self.values.propagate(literals):
                return False
            return True if self._complete(self.needing + self._touched(begun)) else None
        finally:
            self.values.undo(begun)

    def _complete(self, waiting: list[int]) -> bool:
        """Return whether clauses that need a true literal can each be given one, so that all that is open is false.

        Of each clause the first open literals are tried first.
        """
        clauses, value, satisfied = self.values.occurrences.clauses, self.values.value, self.values.satisfied
        place = next((place for place in waiting if not satisfied[place]), None)
        if place is None:
            return self.off.isdisjoint(self.values.trail) and all(map(self._kept, self.sums))
        for literal in clauses[place]:
            if value[literal]:
                continue
            self.choices += 1
            if self.choices > _CHOICES:
                return False
            begun = len(self.values.trail)
            if self.values.propagate([literal]):
                rest = [other for other in waiting if not satisfied[other]]
                if self._complete(rest + self._touched(begun)):
                    return True
            self.values.undo(begun)
        return False

    def _touched(self, begun: int) -> list[int]:
        """Return the clauses that have come to need a true literal since a place of the trail."""
        places = self.values.occurrences.in_clauses
        return self._needing(
            [place for literal in self.values.trail[begun:] if literal >= 0 for place in places[~literal]]
        )

    def _needing(self, places: Iterable[int]) -> list[int]:
        """Return those of some clauses of which an open variable must be true."""
        clauses, value, satisfied = self.values.occurrences.clauses, self.values.value, self.values.satisfied
        return [
            place
            for place in dict.fromkeys(places)
            if not satisfied[place] and all(literal >= 0 or value[literal] for literal in clauses[place])
        ]

    def _kept(self, one: Sum) -> bool:
        """Whether a sum keeps its bounds where all that is open is false."""
        value = self.values.value
        if one.enforced_by is not None and value[one.enforced_by] != TRUE:
            return True
        return one.minimum <= sum(weight for v, weight in one.terms if value[v] == TRUE) <= one.maximum
