"""Candidates that another one can always replace at no greater cost: they are left out."""

from __future__ import annotations

from optimizer.model.form import Clause
from optimizer.model.merge import Implications
from optimizer.model.residue import Residue

#: Of the others that meet a need, as many are compared with a candidate, the cheapest first.
_COMPARED = 6


def dominated(residue: Residue, implications: Implications, unwanted: set[int]) -> list[int]:
    """Return literals that make candidates false: each can be replaced in any answer by one that is left.

    `x` may be replaced by `y` where every clause that needs `x` is met by `y` too, `y` is cheaper (of equal ones the
    first package is), and all that `y` asks for holds once `x` was in: it weighs no more in any bound, excludes
    nothing that `x` does not, and its requirements are among what `x` implies. Where `x` implies `y` nothing has to
    be asked: `y` was there already.
    """
    needing: dict[int, set[int]] = {}
    burdens: dict[int, list[Clause]] = {}
    for place, clause in enumerate(residue.clauses):
        for literal in clause:
            if literal >= 0:
                needing.setdefault(literal, set()).add(place)
            else:
                burdens.setdefault(~literal, []).append(clause)
    grouped: dict[int, list[Clause]] = {}
    for group in residue.groups:
        for literal in group:
            grouped.setdefault(literal, []).append(group)
    cost, first = residue.cost, residue.first
    order = sorted(unwanted & needing.keys(), key=lambda v: (cost[v], first[v]), reverse=True)
    gone: set[int] = set()
    for candidate in order:
        cone = implications.cone(candidate)
        if any(~literal in cone for literal in cone):
            gone.add(candidate)
            continue
        needs = needing[candidate]
        shortest = residue.clauses[min(needs, key=lambda place: (len(residue.clauses[place]), place))]
        others = [
            one for one in shortest if one >= 0 and one != candidate and one not in gone and needs <= needing[one]
        ]
        others.sort(key=lambda v: (cost[v], first[v]))
        rank = cost[candidate], first[candidate]
        if any(
            other in cone
            or ((cost[other], first[other]) <= rank and _replaces(residue, other, candidate, cone, burdens, grouped))
            for other in others[:_COMPARED]
        ):
            gone.add(candidate)
    return [~variable for variable in sorted(gone)]


def _replaces(
    residue: Residue,
    other: int,
    candidate: int,
    cone: frozenset[int],
    burdens: dict[int, list[Clause]],
    grouped: dict[int, list[Clause]],
) -> bool:
    """Whether all that `other` asks for holds wherever `candidate` was in, once that is out."""
    held = cone - {candidate, ~other}
    shared: list[set[int]] | None = None
    for clause in burdens.get(other, ()):
        if ~candidate in clause or not held.isdisjoint(clause):
            continue
        if shared is None:
            shared = [set(one) - {~candidate} for one in burdens.get(candidate, ()) if len(one) > 2]
        rest = set(clause) - {~other}
        if not any(one <= rest for one in shared):
            return False
    for group in grouped.get(other, ()):
        if not all(one in (other, candidate) or ~one in held for one in group):
            return False
    for bound in residue.bounds:
        weight, lighter = bound.weights.get(candidate, 0), bound.weights.get(other, 0)
        if lighter > weight or weight < 0:
            return False
    return True
