"""Variables of one value: those that imply each other, and those that nothing but one other needs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from optimizer.model.form import Clause
from optimizer.model.reduction.residue import Residue


class Merged(msgspec.Struct):
    """Variables grouped by value: `into` leads from a variable towards the one that stands for it."""

    into: dict[int, int] = msgspec.field(default_factory=dict)

    def find(self, variable: int) -> int:
        """Return the variable that stands for one."""
        into = self.into
        while variable in into:
            further = into[variable]
            if further in into:
                into[variable] = into[further]
            variable = further
        return variable

    def settled(self) -> dict[int, int]:
        """Return the variable that stands for each that has been merged."""
        return {variable: self.find(variable) for variable in self.into}


def equals(residue: Residue, unwanted: set[int]) -> dict[int, int]:
    """Return variables of one value, as the one that is to stand for each.

    Two variables that imply each other are equal. So is an unwanted variable to one that implies it, if each clause
    that needs it negates that one, or another that is equal to that one: without it, nothing is needed. Equal
    variables are needed where one of them is, and unwanted where all of them are.
    """
    implied, needing = _implied(residue.clauses)
    merged = Merged()
    for cycle in _cycles(implied):
        kept = min(cycle)
        merged.into.update((variable, kept) for variable in cycle if variable != kept)
        needing[kept] = [clause for variable in cycle for clause in needing.get(variable, ())]
        if not unwanted.issuperset(cycle):
            unwanted = unwanted.difference(cycle)
    waiting = sorted(unwanted & needing.keys(), reverse=True)
    while waiting:
        variable = waiting.pop()
        own = merged.find(variable)
        if own != variable and variable in merged.into:
            variable = own
        if variable not in unwanted:
            continue
        only = _only_needed_by(variable, needing, merged)
        if only is not None:
            merged.into[variable] = only
            waiting += [other for other in implied.get(variable, ()) if other in unwanted]
    return merged.settled()


def _implied(clauses: list[Clause]) -> tuple[dict[int, list[int]], dict[int, list[Clause]]]:
    """Return what each variable implies by clauses of two literals, and the clauses that need each variable."""
    implied: dict[int, list[int]] = {}
    needing: dict[int, list[Clause]] = {}
    for clause in clauses:
        if len(clause) == 2:
            one, other = clause
            if one < 0 <= other:
                implied.setdefault(~one, []).append(other)
            elif other < 0 <= one:
                implied.setdefault(~other, []).append(one)
        for literal in clause:
            if literal >= 0:
                needing.setdefault(literal, []).append(clause)
    return implied, needing


def _only_needed_by(variable: int, needing: dict[int, list[Clause]], merged: Merged) -> int | None:
    """Return the one variable that implies another and without which nothing needs it; None where there is none."""
    common: set[int] | None = None
    implying: set[int] = set()
    for clause in needing.get(variable, ()):
        negated = {merged.find(~literal) for literal in clause if literal < 0}
        if variable in negated:
            continue
        if len(clause) == 2:
            implying |= negated
        common = negated if common is None else common & negated
        if not common:
            return None
    return min(common & implying, default=None) if common else None


def _cycles(implied: dict[int, list[int]]) -> Iterator[list[int]]:
    """Yield the sets of two variables or more that imply each other (Tarjan 1972, without recursion)."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    path: list[int] = []
    on_path: set[int] = set()
    for begin, others in implied.items():
        if begin in number:
            continue
        work = [(begin, iter(others))]
        number[begin] = low[begin] = len(number)
        path.append(begin)
        on_path.add(begin)
        while work:
            variable, rest = work[-1]
            for other in rest:
                if other not in number:
                    number[other] = low[other] = len(number)
                    path.append(other)
                    on_path.add(other)
                    work.append((other, iter(implied.get(other, ()))))
                    break
                if other in on_path:
                    low[variable] = min(low[variable], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[variable])
                if low[variable] == number[variable]:
                    place = path.index(variable)
                    cycle = path[place:]
                    del path[place:]
                    on_path.difference_update(cycle)
                    if len(cycle) > 1:
                        yield cycle
