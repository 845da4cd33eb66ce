"""Variables of one value, seen in what implies what: cycles, and what is needed through one variable alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from optimizer.model.form import Clause
from optimizer.model.residue import Residue

#: As many steps may be taken along implications in one round; beyond, only direct ones are seen.
_STEPS = 200_000


@dataclass(slots=True)
class Implications:
    """What each literal implies by clauses of two literals and by at-most-ones."""

    direct: dict[int, list[int]]
    known: dict[int, frozenset[int]] = field(default_factory=dict)
    steps: int = _STEPS

    @classmethod
    def of(cls, residue: Residue) -> Implications:
        """Return the implications of a residue as it stands."""
        direct: dict[int, list[int]] = {}
        for clause in residue.clauses:
            if len(clause) == 2:
                one, other = clause
                direct.setdefault(~one, []).append(other)
                direct.setdefault(~other, []).append(one)
        for group in residue.groups:
            for literal in group:
                direct.setdefault(literal, []).extend([~other for other in group if other != literal])
        return cls(direct)

    def cone(self, literal: int) -> frozenset[int]:
        """Return a literal and all that it implies, however far; only what it implies at once where steps run out."""
        found = self.known.get(literal)
        if found is not None:
            return found
        held = {literal}
        queue = [literal]
        while queue and self.steps > 0:
            for other in self.direct.get(queue.pop(), ()):
                if other not in held:
                    held.add(other)
                    queue.append(other)
            self.steps -= 1
        self.known[literal] = cone = frozenset(held)
        return cone


def equals(residue: Residue, implications: Implications, unwanted: set[int]) -> dict[int, int]:
    """Return variables of one value, as the one that is to stand for each.

    Two variables that imply each other are equal. So is `x` to every variable of a set that it implies, if these are
    unwanted and each clause that needs one of them negates `x` or another of the set: without `x` none is needed.
    """
    needed: dict[int, list[Clause]] = {}
    for clause in residue.clauses:
        for literal in clause:
            if literal >= 0:
                needed.setdefault(literal, []).append(clause)
    into: dict[int, int] = {}
    taken: set[int] = set()
    for variable in sorted(residue.members):
        if variable in into or variable not in implications.direct:
            continue
        cone = implications.cone(variable)
        if len(cone) < 2:
            continue
        followers = {
            other for other in cone if other >= 0 and other != variable and other not in into and other not in taken
        }
        mutual = {other for other in followers if variable in implications.cone(other)}
        alone = (followers - mutual) & unwanted
        negated = {~other for other in alone | mutual} | {~variable}
        before = 0
        while before != len(alone):
            before = len(alone)
            kept = {
                other for other in alone if not any(negated.isdisjoint(clause) for clause in needed.get(other, ()))
            }
            negated -= {~other for other in alone - kept}
            alone = kept
        for other in mutual | alone:
            into[other] = variable
            taken.add(variable)
    return into
