"""A prepared Form asked one question after another: only what differs is propagated, only what is open looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from optimizer.model.form import Clause, Sum
from optimizer.model.reduction.ideal import Ideal, assume_ideal
from optimizer.model.reduction.prepare import Asked, Prepared, Sought
from optimizer.model.reduction.propagate import FALSE, TRUE, Values
from optimizer.model.reduction.residue import Bound, Residue
from optimizer.model.reduction.standing import Standing

#: In place of a literal whose variable is false for good.
_GONE = 1 << 60


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What depends on nothing but what is sought and the sums that bind.

    `unwanted` variables are best false and no sum wants them true; `wanted` are the others. `idle` are definitions
    (a clause's place, a literal) that may be left out unless the literal is denied.
    """

    sought: Sought
    sums: tuple[Sum, ...]
    unwanted: list[bool]
    wanted: tuple[int, ...]
    idle: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, prepared: Prepared, sought: Sought, sums: tuple[Sum, ...]) -> _Wishes:
        cost = sought.costs.by_variable
        unraisable, unlowerable = _held_by(sums)
        unwanted = [amount >= 0 for amount in cost]
        for variable in unlowerable:
            unwanted[variable] = False
        return cls(
            sought=sought,
            sums=sums,
            unwanted=unwanted,
            wanted=tuple(variable for variable, held in enumerate(unwanted) if not held),
            idle=tuple(
                (place, literal)
                for place, literal in prepared.definitions
                if (
                    cost[literal] <= 0 and literal not in unraisable
                    if literal >= 0
                    else cost[~literal] >= 0 and ~literal not in unlowerable
                )
            ),
        )


@dataclass(slots=True)
class Successive:
    """Questions to one prepared Form, of each of which the residue is wanted."""

    prepared: Prepared
    _positive: tuple[int, ...] = field(init=False)
    _wishes: _Wishes | None = None
    _standing: dict[frozenset[int], Standing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._positive = self.prepared.positive()

    def residue(self, sought: Sought, asked: Asked, *, ideal: bool) -> Residue:
        """Return what is left to decide once all that was asked holds, and of that what can be needed.

        With `ideal` the leading columns are assumed to come to the least they could (see `assume_ideal`).
        """
        wishes = self._wishes_of(sought, (*self.prepared.sums, *asked.sums))
        standing = self._standing_for(wishes, set(asked.literals))
        if not standing.hold(asked.literals):
            return Residue.impossible()
        values, begun = standing.values, len(standing.values.trail)
        try:
            assumed = assume_ideal(values, sought.ideals if ideal else ())
            further = _settle(asked.clauses, assumed.exclusive, values) if assumed.possible else None
            if further is None:
                return Residue.impossible(assumed.columns)
            return self._remaining(values, wishes, further, assumed)
        finally:
            values.undo(begun)

    def _wishes_of(self, sought: Sought, sums: tuple[Sum, ...]) -> _Wishes:
        known = self._wishes
        if known is None or known.sought is not sought or known.sums != sums:
            known = self._wishes = _Wishes.of(self.prepared, sought, sums)
        return known

    def _standing_for(self, wishes: _Wishes, given: set[int]) -> Standing:
        satisfied = frozenset(place for place, literal in wishes.idle if ~literal not in given)
        if satisfied not in self._standing:
            self._standing = {satisfied: Standing.of(self.prepared, satisfied)}
        return self._standing[satisfied]

    def _remaining(self, values: Values, wishes: _Wishes, further: list[Clause], assumed: Ideal) -> Residue:
        value, sought = values.value, wishes.sought
        reached = self._reached(values, wishes, further)
        kept = sorted(reached.union(variable for variable in wishes.wanted if not value[variable]))
        new = [_GONE] * len(value)
        for number, variable in enumerate(kept):
            new[variable], new[~variable] = number, ~number
        live = chain(_open_clauses(values, kept), further)
        renamed = [tuple([new[one] for one in clause]) for clause in live]
        groups = [
            tuple([new[one] for one in group if new[one] != _GONE])
            for group in (*_groups(values, kept), *assumed.exclusive)
        ]
        return Residue(
            members={number: (variable,) for number, variable in enumerate(kept)},
            cost=[sought.costs.by_variable[variable] for variable in kept],
            first=[sought.first[variable] for variable in kept],
            clauses=[clause for clause in renamed if _GONE not in clause],
            groups=[group for group in groups if len(group) > 1],
            bounds=[bound for one in wishes.sums for bound in _bounds(one, value, new)],
            true=sorted(literal for literal in values.trail if literal >= 0),
            ideal=assumed.columns,
        )

    def _reached(self, values: Values, wishes: _Wishes, further: Collection[Clause]) -> set[int]:
        """Return the unwanted variables that some clause can need, as `reachable` does, from what is true on."""
        clauses, places, satisfied = values.occurrences.clauses, values.occurrences.in_clauses, values.satisfied
        value, unwanted, reached = values.value, wishes.unwanted, set[int]()
        true = [literal for literal in values.trail if literal >= 0]
        open_ = [variable for variable in wishes.wanted if not value[variable]]
        begun = chain(self._positive, *(places[~variable] for variable in chain(true, open_)))
        waiting = [clauses[place] for place in dict.fromkeys(begun) if not satisfied[place]]
        waiting += further
        while waiting:
            clause = waiting.pop()
            for literal in clause:
                if literal < 0 and not value[literal] and unwanted[~literal] and ~literal not in reached:
                    break
            else:
                for literal in clause:
                    if literal >= 0 and not value[literal] and unwanted[literal] and literal not in reached:
                        reached.add(literal)
                        waiting += [clauses[place] for place in places[~literal] if not satisfied[place]]
                        waiting += [one for one in further if ~literal in one]
        return reached


def _open_clauses(values: Values, variables: Iterable[int]) -> Iterable[Clause]:
    """Return what is left of the clauses that speak of some variables, in their order."""
    occurrences, value, satisfied, left = values.occurrences, values.value, values.satisfied, values.left
    places = sorted(
        {
            place
            for variable in variables
            for literal in (variable, ~variable)
            for place in occurrences.in_clauses[literal]
            if not satisfied[place]
        }
    )
    for place in places:
        clause = occurrences.clauses[place]
        yield clause if left[place] == len(clause) else tuple([one for one in clause if not value[one]])


def _groups(values: Values, variables: Sequence[int]) -> list[Clause]:
    """Return the at-most-ones that speak of some variables, in their order."""
    occurrences = values.occurrences
    literals = chain(variables, (~variable for variable in variables))
    places = {place for literal in literals for place in occurrences.in_groups.get(literal, ())}
    return [occurrences.groups[place] for place in sorted(places)]


def _settle(clauses: Iterable[Clause], groups: Iterable[Clause], values: Values) -> list[Clause] | None:
    """Propagate further clauses and at-most-ones; return what is left of the clauses, None where one cannot hold."""
    waiting, value = list(clauses), values.value
    while True:
        waiting = [clause for clause in waiting if all(value[one] != TRUE for one in clause)]
        waiting = [tuple(dict.fromkeys(one for one in clause if not value[one])) for clause in waiting]
        forced = [clause[0] for clause in waiting if len(clause) == 1]
        for group in groups:
            chosen = [one for one in group if value[one] == TRUE][:1]
            forced += [~one for one in group if chosen and one not in chosen and value[one] != FALSE]
        if not all(waiting) or not values.propagate(forced):
            return None
        if not forced:
            return waiting


def _sides(one: Sum) -> list[tuple[int, int]]:
    """Return the sides on which a sum can pass its bounds, as a sign and the most of the sum times the sign."""
    sides = []
    if sum(weight for _, weight in one.terms if weight > 0) > one.maximum:
        sides.append((1, one.maximum))
    if sum(weight for _, weight in one.terms if weight < 0) < one.minimum:
        sides.append((-1, -one.minimum))
    return sides


def _held_by(sums: Iterable[Sum]) -> tuple[set[int], set[int]]:
    """Return the variables that sums keep from being made true, and those they keep from being made false."""
    unraisable, unlowerable = set[int](), set[int]()
    for one in sums:
        for sign, _ in _sides(one):
            for variable, weight in one.terms:
                (unraisable if sign * weight > 0 else unlowerable).add(variable)
    return unraisable, unlowerable


def _bounds(one: Sum, value: Sequence[int], new: Sequence[int]) -> list[Bound]:
    if one.enforced_by is not None and value[one.enforced_by] != TRUE:
        return []
    bounds = []
    for sign, most in _sides(one):
        weights: dict[int, int] = {}
        used = sum(sign * weight for variable, weight in one.terms if value[variable] == TRUE)
        for variable, weight in one.terms:
            if not value[variable] and weight and new[variable] != _GONE:
                weights[new[variable]] = weights.get(new[variable], 0) + sign * weight
        bounds.append(Bound({variable: weight for variable, weight in weights.items() if weight}, most - used))
    return bounds
