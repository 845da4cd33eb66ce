"""Unit propagation over pseudo-Boolean inequalities, which decides whether a step of a proof is obvious."""

from __future__ import annotations

from optimizer.certify.inequality import Inequality

#: The name of the inequality that is being refuted.
ASSUMED = 0


class Propagator:
    """Inequalities by the numbers their owner knows them by, above 0, and the literals that they force.

    Of each inequality the slack is kept: by how much the literals that are not false exceed the degree. Below 0 it
    is broken; a literal that weighs more than the slack is forced.
    """

    def __init__(self) -> None:
        self._names: list[int] = []
        self._terms: list[dict[int, int]] = []
        self._slack: list[int] = []
        self._largest: list[int] = []
        self._touched_by: dict[int, list[int]] = {}
        self._trail: list[int] = []
        self._forced_at: dict[int, tuple[int, int]] = {}  # a true literal: its place on the trail, what forced it
        self._counted: set[int] = set()  # the true literals that the slacks know of
        self._broken: int | None = None

    def add(self, name: int, held: Inequality) -> None:
        """Add an inequality for good, and all that it forces."""
        place = self._enter(name, held)
        if self._broken is None:
            self._broken = self._run(place)

    def refutes(self, held: Inequality) -> frozenset[int] | None:
        """Return the names of inequalities that with this one force a contradiction, None where they all do not."""
        if self._broken is not None:
            return self._used(self._broken)
        length, places = len(self._trail), len(self._terms)
        broken = self._run(self._enter(ASSUMED, held))
        found = None if broken is None else self._used(broken)
        self._undo(length, places)
        return found

    def _enter(self, name: int, held: Inequality) -> int:
        place, slack = len(self._terms), -held.degree
        for one, weight in held.terms.items():
            self._touched_by.setdefault(-one, []).append(place)
            if -one not in self._counted:
                slack += weight
        self._names.append(name)
        self._terms.append(held.terms)
        self._slack.append(slack)
        self._largest.append(max(held.terms.values(), default=0))
        return place

    def _run(self, place: int) -> int | None:
        """Propagate all that an inequality forces; return one that is broken, None where none is."""
        terms, slack, largest, trail = self._terms, self._slack, self._largest, self._trail
        if slack[place] < 0:
            return place
        done = len(self._counted)
        self._force(place)
        while done < len(trail):
            one = trail[done]
            done += 1
            self._counted.add(one)
            broken = None
            for touched in self._touched_by.get(one, ()):
                left = slack[touched] = slack[touched] - terms[touched][-one]
                if left < 0:
                    broken = touched
                elif left < largest[touched]:
                    self._force(touched)
            if broken is not None:
                return broken
        return None

    def _force(self, place: int) -> None:
        slack, forced_at = self._slack[place], self._forced_at
        if slack >= self._largest[place]:
            return
        for one, weight in self._terms[place].items():
            if weight > slack and one not in forced_at and -one not in forced_at:
                forced_at[one] = len(self._trail), place
                self._trail.append(one)

    def _undo(self, length: int, places: int) -> None:
        for one in self._trail[length:]:
            del self._forced_at[one]
            if one in self._counted:
                self._counted.remove(one)
                for place in self._touched_by.get(one, ()):
                    self._slack[place] += self._terms[place][-one]
        del self._trail[length:]
        for terms in self._terms[places:]:
            for one in terms:
                self._touched_by[-one].pop()
        for held in (self._names, self._terms, self._slack, self._largest):
            del held[places:]

    def _used(self, broken: int) -> frozenset[int]:
        """Return what a broken inequality rests on: what forced its false literals, and what these rest on."""
        used, seen = {broken}, set[int]()
        waiting = [(broken, len(self._trail))]
        while waiting:
            place, before = waiting.pop()
            for one in self._terms[place]:
                at, because = self._forced_at.get(-one, (before, 0))
                if at < before and one not in seen:
                    seen.add(one)
                    used.add(because)
                    waiting.append((because, at))
        return frozenset(self._names[place] for place in used) - {ASSUMED}
