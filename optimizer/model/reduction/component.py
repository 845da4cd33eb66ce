"""The parts of a residue that have nothing to do with each other."""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.model.reduction.residue import Bound, Residue


def components(residue: Residue) -> list[Residue]:
    """Return residues of one part each, the part with the first variable first; they share lists of costs.

    Variables belong together where a clause, an at-most-one or a bound speaks of both.
    """
    root = {variable: variable for variable in residue.members}

    def find(variable: int) -> int:
        while root[variable] != variable:
            root[variable] = variable = root[root[variable]]
        return variable

    def join(literals: Iterable[int]) -> None:
        first: int | None = None
        for literal in literals:
            found = find(literal if literal >= 0 else ~literal)
            if first is None or found == first:
                first = found
            else:
                root[max(first, found)] = first = min(first, found)

    for clause in residue.clauses:
        join(clause)
    for group in residue.groups:
        join(group)
    for bound in residue.bounds:
        join(bound.weights)
    parts: dict[int, Residue] = {}
    for variable in sorted(residue.members):
        place = find(variable)
        if place not in parts:
            parts[place] = Residue({}, residue.cost, residue.first, [], [], [])
        parts[place].members[variable] = residue.members[variable]
    for clause in residue.clauses:
        parts[find(clause[0] if clause[0] >= 0 else ~clause[0])].clauses.append(clause)
    for group in residue.groups:
        parts[find(group[0])].groups.append(group)
    for bound in residue.bounds:
        if bound.weights:
            parts[find(next(iter(bound.weights)))].bounds.append(Bound(dict(bound.weights), bound.most))
    return list(parts.values())
