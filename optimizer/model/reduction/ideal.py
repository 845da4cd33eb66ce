"""The best that the leading stages could come to: assumed where nothing contradicts it at first sight."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from optimizer.model.form import Clause, Term
from optimizer.model.reduction.propagate import Values

#: As often is looked for variables that cannot all have their best values, and as many sets of them are taken.
_ROUNDS, _MOST = 8, 12


class Ideal(msgspec.Struct, frozen=True):
    """What was assumed: of how many columns, whether it is possible as far as propagation sees, and what must hold.

    Of each of `exclusive` at most one literal may hold in an answer with all that was assumed.
    """

    columns: int = 0
    possible: bool = True
    exclusive: list[Clause] = msgspec.field(default_factory=list)


class _Column(msgspec.Struct):
    """One column while its best is sought: what each literal costs where it holds, and the cores found so far.

    `open` are the literals of the cores; `possible` is false where there is no answer at all; `begun` is how much of
    the trail holds whatever is assumed of this column.
    """

    values: Values
    weights: dict[int, int]
    cores: list[set[int]] = msgspec.field(default_factory=list)
    open: set[int] = msgspec.field(default_factory=set)
    possible: bool = True
    begun: int = 0

    def best(self, open_: Collection[int]) -> list[int]:
        """Return the best values of all undecided variables but some."""
        return [~literal for literal in self.weights if not self.values.value[literal] and literal not in open_]

    def settle(self) -> bool:
        """Assume best values outside the cores, and return whether cores were found such that they can all hold."""
        for _ in range(_ROUNDS):
            self.begun = len(self.values.trail)
            found = _hold(self.values, self.best(self.open))
            if not found:
                return True
            self.values.undo(self.begun)
            if sum(len(core) > 1 for core in found) > _MOST:
                return False
            for core in found:
                if len(core) == 1:
                    self.possible = self.possible and self.values.propagate(core)
                elif self.open.isdisjoint(core):
                    self.cores.append(core)
                    self.open |= core
            if not self.possible or len(self.cores) > _MOST:
                return False
        return False

    def lightest(self) -> list[Clause]:
        """Return of each core the literals that cost least."""
        least = [min(self.weights[literal] for literal in core) for core in self.cores]
        return [
            tuple(sorted(literal for literal in core if self.weights[literal] == weight))
            for core, weight in zip(self.cores, least, strict=True)
        ]


def assume_ideal(values: Values, columns: Sequence[Sequence[Term]]) -> Ideal:
    """Assume of the leading columns that each of their variables has its best value, or nearly each.

    A variable whose best value alone leads to a contradiction has the other one in every answer. Of several that
    contradict each other one must be dear: such a core adds to the column at least what its cheapest costs. If no two
    cores share a variable, the column is at least the sum of these, and an answer in which of each core just one of
    the cheapest is dear, and nothing besides, is among the best; every best one is such then. Whether there is one,
    the caller must see. Columns are taken until one has cores, or too many of them. (Disjoint cores: Marques-Silva
    and Planes 2007, "On Using Unsatisfiability for Solving Maximum Satisfiability".)
    """
    for number, terms in enumerate(columns):
        column = _Column(values, {v if weight > 0 else ~v: abs(weight) for v, weight in terms if weight})
        settled = column.settle()
        if not column.possible:
            return Ideal(number, possible=False)
        if not settled:
            return Ideal(number)
        if column.cores:
            exclusive = column.lightest()
            lightest = {literal for group in exclusive for literal in group}
            heavier = [~literal for literal in sorted(column.open - lightest)]
            if any(literal < 0 for literal in lightest) or _hold(values, heavier):
                values.undo(column.begun)
                return Ideal(number)
            return Ideal(number + 1, exclusive=exclusive)
    return Ideal(len(columns))


def _hold(values: Values, literals: Sequence[int]) -> list[set[int]]:
    """Make literals true one after the other, but for those that contradict the ones before.

    Return for each of these what contradicts it, itself included, all negated; not all of them where they are too
    many to be of use.
    """
    root = len(values.trail)
    cores, several = [], 0
    for literal in literals:
        before = len(values.trail)
        if not values.propagate([literal]):
            cores.append({~held for held in values.blame(literal, root, before)})
            several += len(cores[-1]) > 1
            values.undo(before)
        if several > _MOST:
            break
    return cores
