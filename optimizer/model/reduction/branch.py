"""Branch and bound over what a reduction leaves where that is small: exact, and no solver to be loaded."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from optimizer.model.reduction.propagate import FALSE, TRUE, Occurrences, Values
from optimizer.model.reduction.residue import Residue

#: As many nodes may be looked at; what takes more is for a solver that learns.
_NODES = 400


class _Search(msgspec.Struct):
    """A depth-first search; `best` are the true variables of the cheapest answer yet, `least` its cost."""

    residue: Residue
    cost: Mapping[int, int]
    values: Values
    wanted: list[int]
    nodes: int = 0
    best: frozenset[int] | None = None
    least: int = 0

    def run(self) -> bool:
        """Look at everything that can be better than the best; return whether that was possible in time."""
        self.nodes += 1
        if self.nodes > _NODES:
            return False
        value = self.values.value
        cheapest = sum(
            amount
            for variable, amount in self.cost.items()
            if value[variable] == TRUE or (amount < 0 and not value[variable])
        )
        if (self.best is not None and cheapest >= self.least) or not self._bounded():
            return True
        choice = self._choice()
        if choice is None:
            self.best = frozenset(variable for variable in self.cost if value[variable] == TRUE)
            self.least = sum(self.cost[variable] for variable in self.best)
            return True
        for literal in (choice, ~choice):
            before = len(self.values.trail)
            done = not self.values.propagate([literal]) or self.run()
            self.values.undo(before)
            if not done:
                return False
        return True

    def _bounded(self) -> bool:
        value = self.values.value
        return all(
            sum(weight for v, weight in bound.weights.items() if value[v] == TRUE or (not value[v] and weight < 0))
            <= bound.most
            for bound in self.residue.bounds
        )

    def _choice(self) -> int | None:
        """Return a literal to decide by, the likelier value first; None where all that is open is best false."""
        value, satisfied = self.values.value, self.values.satisfied
        for variable in self.wanted:
            if not value[variable]:
                return variable if self.cost[variable] <= 0 else ~variable
        for place, clause in enumerate(self.residue.clauses):
            if not satisfied[place] and all(literal >= 0 or value[literal] == FALSE for literal in clause):
                return min((one for one in clause if not value[one]), key=lambda one: (self.cost[one], one))
        return None


def cheapest(residue: Residue, cost: Mapping[int, int]) -> tuple[bool, frozenset[int] | None]:
    """Return whether the search came to its end, and the true variables of the cheapest answer, None if none is.

    `cost` is what each live variable costs; of answers of one cost the first that is met.
    """
    lowered = {variable for bound in residue.bounds for variable, weight in bound.weights.items() if weight < 0}
    wanted = [variable for variable in residue.members if cost[variable] < 0 or variable in lowered]
    values = Values.of(Occurrences(len(residue.cost), residue.clauses, residue.groups))
    search = _Search(residue, {variable: cost[variable] for variable in residue.members}, values, wanted)
    done = search.run()
    return done, search.best
