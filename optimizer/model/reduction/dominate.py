"""Candidates that another one can always replace at no greater cost: they are left out."""

from __future__ import annotations

import msgspec

from optimizer.model.form import Clause
from optimizer.model.reduction.residue import Residue

#: Of the others that meet a need, as many are compared with a candidate, the cheapest first.
_COMPARED = 6
#: What one literal implies is followed for so many steps; beyond, less is seen.
_STEPS = 400
#: In larger at-most-one groups it is not followed what excludes what.
_FOLLOWED = 8


class _Candidates(msgspec.Struct):
    """Who meets which need, and what each asks for; `implied` by clauses of two literals and small groups."""

    residue: Residue
    needing: dict[int, set[int]] = msgspec.field(default_factory=dict)
    burdens: dict[int, list[Clause]] = msgspec.field(default_factory=dict)
    grouped: dict[int, list[Clause]] = msgspec.field(default_factory=dict)
    implied: dict[int, list[int]] = msgspec.field(default_factory=dict)
    cones: dict[int, set[int]] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        needing, burdens, implied = self.needing, self.burdens, self.implied
        for place, clause in enumerate(self.residue.clauses):
            for literal in clause:
                if literal >= 0:
                    needing.setdefault(literal, set()).add(place)
                else:
                    burdens.setdefault(~literal, []).append(clause)
            if len(clause) == 2:
                one, other = clause
                implied.setdefault(~one, []).append(other)
                implied.setdefault(~other, []).append(one)
        for group in self.residue.groups:
            for literal in group:
                self.grouped.setdefault(literal, []).append(group)
                if len(group) <= _FOLLOWED:
                    implied.setdefault(literal, []).extend([~other for other in group if other != literal])

    def cone(self, literal: int) -> set[int]:
        """Return a literal and what it implies."""
        if literal not in self.cones:
            held, queue, steps = {literal}, [literal], _STEPS
            while queue and steps:
                for other in self.implied.get(queue.pop(), ()):
                    if other not in held:
                        held.add(other)
                        queue.append(other)
                steps -= 1
            self.cones[literal] = held
        return self.cones[literal]

    def replaces(self, other: int, candidate: int) -> bool:
        """Whether all that `other` asks for holds wherever `candidate` was in, once that is out."""
        held = self.cone(candidate) - {candidate, ~other}
        shared: list[set[int]] | None = None
        for bound in self.residue.bounds:
            if bound.weights.get(other, 0) > bound.weights.get(candidate, 0):
                return False
        for group in self.grouped.get(other, ()):
            if candidate not in group and not all(one == other or ~one in held for one in group):
                return False
        for clause in self.burdens.get(other, ()):
            if ~candidate in clause or not held.isdisjoint(clause):
                continue
            if shared is None:
                shared = [set(one) - {~candidate} for one in self.burdens.get(candidate, ()) if len(one) > 2]
            rest = set(clause) - {~other}
            if not any(one <= rest for one in shared):
                return False
        return True


def dominated(residue: Residue, unwanted: set[int]) -> list[int]:
    """Return literals that make candidates false: each can be replaced in any answer by one that is left.

    `x` may be replaced by `y` where every clause that needs `x` is met by `y` too, `y` is no dearer (of equal ones
    the first package is better), and all that `y` asks for holds once `x` was in: it weighs no more in any bound,
    excludes nothing that `x` does not, and its requirements are among what `x` implies. Where `x` implies `y` nothing
    has to be asked: `y` was there already. A candidate that implies a contradiction is left out too.
    """
    seen = _Candidates(residue)
    needing, clauses = seen.needing, residue.clauses
    order = sorted(needing, key=lambda variable: (residue.cost[variable], residue.first[variable], variable))
    rank = {variable: place for place, variable in enumerate(order)}
    cheapest: dict[int, list[int]] = {}
    gone: set[int] = set()
    for candidate in reversed(order):
        if candidate not in unwanted:
            continue
        needs = needing[candidate]
        shortest = min(needs, key=lambda place: (len(clauses[place]), place))
        if shortest not in cheapest:
            cheapest[shortest] = sorted((one for one in clauses[shortest] if one >= 0), key=rank.__getitem__)
        compared = 0
        for other in cheapest[shortest]:
            if other == candidate or other in gone or not needs <= needing[other]:
                continue
            cone = seen.cone(candidate)
            better = rank[other] < rank[candidate] and seen.replaces(other, candidate)
            if better or other in cone or any(~literal in cone for literal in cone):
                gone.add(candidate)
                break
            compared += 1
            if compared == _COMPARED:
                break
    return [~variable for variable in sorted(gone)]
