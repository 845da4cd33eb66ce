"""Literals that stay propagated from one question to the next: what both ask is not worked out again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from optimizer.model.reduction.prepare import Prepared
from optimizer.model.reduction.propagate import Values


@dataclass(slots=True)
class Standing:
    """Values of a prepared Form under the literals held now, each with the length that the trail had before it.

    `possible` is false where they contradict each other or the Form; not all of them are then propagated.
    """

    values: Values
    possible: bool
    _sound: bool
    _held: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, prepared: Prepared, satisfied: Iterable[int] = ()) -> Standing:
        """Return the values of a Form under nothing; clauses at the places `satisfied` are taken to hold."""
        values = Values.of(prepared.occurrences, prepared.lengths)
        for place in satisfied:
            values.satisfied[place] = 1
        sound = prepared.possible and values.propagate(prepared.units)
        return cls(values, sound, sound)

    def hold(self, literals: Iterable[int]) -> bool:
        """Hold these literals from now on and no others; return whether that is possible.

        What is held stays up to the first literal that is not wanted any more. Of those after it, and of new ones,
        the former go first: in a series of questions, what differs comes to stand last.
        """
        if not self._sound:
            return False
        wanted = dict.fromkeys(literals)
        before = list(self._held)
        kept = next((place for place, literal in enumerate(before) if literal not in wanted), None)
        if kept is not None:
            self.values.undo(self._held[before[kept]])
            for literal in before[kept:]:
                del self._held[literal]
            self.possible = True
            wanted = dict.fromkeys([*(literal for literal in before if literal in wanted), *wanted])
        for literal in wanted:
            if not self.possible:
                break
            if literal not in self._held:
                self._held[literal] = len(self.values.trail)
                self.possible = self.values.propagate([literal])
        return self.possible
