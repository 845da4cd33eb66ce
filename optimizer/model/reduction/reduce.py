"""Reduction of a model to what is still to be decided: step after step, until none changes anything.

No step loses the best answer: what it leaves out is false, or as another variable, in at least one answer that no
other one beats, by the columns and then by the order of the packages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from optimizer.model.reduction.dominate import dominated
from optimizer.model.reduction.merge import equals
from optimizer.model.reduction.reach import reachable
from optimizer.model.reduction.residue import Residue


class Step(msgspec.Struct, frozen=True):
    """What one kind of step removed in all its rounds."""

    name: str
    variables: int
    clauses: int


class Reduction(msgspec.Struct, frozen=True):
    """What a reduction began with, what its steps removed, and what is left; `ideal` columns were assumed at once.

    `possible` is false where it found that there is no answer.
    """

    begun: tuple[int, int]
    steps: tuple[Step, ...]
    variables: int
    clauses: int
    rounds: int
    ideal: int
    possible: bool


def drop_implied_clauses(residue: Residue) -> None:
    """Drop clauses that another clause of two literals, or the same clause, says already."""
    pairs: dict[int, set[int]] = {}
    kept: list[tuple[int, ...]] = []
    for clause in residue.clauses:
        if len(clause) == 2:
            one, other = clause
            if other not in pairs.setdefault(one, set()):
                kept.append(clause)
                pairs[one].add(other)
                pairs.setdefault(other, set()).add(one)
    seen: set[frozenset[int]] = set()
    for clause in residue.clauses:
        if len(clause) > 2:
            held = frozenset(clause)
            if held not in seen and not any(one in pairs and not pairs[one].isdisjoint(held) for one in clause):
                seen.add(held)
                kept.append(clause)
    residue.clauses = kept


def leave_out_unneeded(residue: Residue) -> None:
    """Make false what nothing can need, and true what is best true and nothing keeps from it."""
    unwanted = residue.unwanted()
    free = [False] * len(residue.cost)
    for variable in unwanted:
        free[variable] = True
    reached = reachable(residue.clauses, free)
    unneeded = {variable for variable in unwanted if variable not in reached}
    if unneeded:
        residue.leave_out(unneeded)
    wanted = {variable for variable in residue.members if residue.cost[variable] <= 0 and variable not in reached}
    if wanted:
        kept = {variable for bound in residue.bounds for variable, weight in bound.weights.items() if weight > 0}
        kept.update(variable for group in residue.groups for variable in group)
        kept.update(~literal for clause in residue.clauses for literal in clause if literal < 0)
        if wanted - kept:
            residue.assign(sorted(wanted - kept))


def merge_equals(residue: Residue) -> None:
    """Let one variable stand for all that have its value."""
    into = equals(residue, residue.unwanted())
    if into:
        residue.merge(into)


def leave_out_dominated(residue: Residue) -> None:
    """Make false what another candidate can always replace."""
    literals = dominated(residue, residue.unwanted())
    if literals:
        residue.assign(literals)


#: Every step, in the order of a round.
STEPS: Mapping[str, Callable[[Residue], None]] = {
    "bounds": lambda residue: residue.assign(()),
    "unneeded": leave_out_unneeded,
    "implied clauses": drop_implied_clauses,
    "equals": merge_equals,
    "dominated": leave_out_dominated,
}


def reduce(residue: Residue, steps: Mapping[str, Callable[[Residue], None]] = STEPS) -> Reduction:
    """Take all steps again and again until none removes anything, and return what each removed."""
    begun = len(residue.members), len(residue.clauses)
    removed = {name: [0, 0] for name in steps}
    rounds, before = 0, (-1, -1)
    while residue.possible and residue.size != before:
        before = residue.size
        rounds += 1
        for name, step in steps.items():
            variables, clauses = residue.size
            step(residue)
            removed[name][0] += variables - residue.size[0]
            removed[name][1] += clauses - residue.size[1]
            if not (residue.members and residue.possible):
                break
    residue.assign(())
    return Reduction(
        begun=begun,
        steps=tuple(Step(name, variables, clauses) for name, (variables, clauses) in removed.items()),
        variables=len(residue.members),
        clauses=len(residue.clauses),
        rounds=rounds,
        ideal=residue.ideal,
        possible=residue.possible,
    )
