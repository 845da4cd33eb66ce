"""What is left of a model while it is reduced: live variables, what they cost, and the constraints among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from optimizer.model.form import Clause
from optimizer.model.reduction.propagate import TRUE, Occurrences, Values


class Bound(msgspec.Struct):
    """The sum of weight * variable is at most `most`; no weight is zero."""

    weights: dict[int, int]
    most: int

    @property
    def least(self) -> int:
        """The least that the sum can be."""
        return sum(weight for weight in self.weights.values() if weight < 0)

    @property
    def slack(self) -> bool:
        """Whether the sum cannot pass its bound."""
        return sum(weight for weight in self.weights.values() if weight > 0) <= self.most


class Residue(msgspec.Struct):
    """Live variables, numbered from 0, and their constraints; no clause has fewer than two literals.

    `members[v]` are the variables of the Form that `v` stands for, all of one value; `cost[v]` is what they cost
    together, and `first[v]` the first package among them, by which equals are told apart. `true` are variables of the
    Form that were found true; one that is neither there nor in `members` is false. `possible` is false where there is
    no answer. Of `ideal` leading columns the best that they could come to is assumed (see `assume_ideal`).
    """

    members: dict[int, tuple[int, ...]]
    cost: list[int]
    first: list[int]
    clauses: list[Clause]
    groups: list[Clause]
    bounds: list[Bound]
    true: list[int] = msgspec.field(default_factory=list)
    possible: bool = True
    ideal: int = 0

    @classmethod
    def impossible(cls, ideal: int = 0) -> Residue:
        """Return the residue of what has no answer."""
        return cls({}, [], [], [], [], [], possible=False, ideal=ideal)

    @property
    def size(self) -> tuple[int, int]:
        """How many variables and clauses there are."""
        return len(self.members), len(self.clauses)

    def unwanted(self) -> set[int]:
        """Return the variables that are best false, as far as costs and bounds go."""
        lowered = {variable for bound in self.bounds for variable, weight in bound.weights.items() if weight < 0}
        return {variable for variable in self.members if self.cost[variable] >= 0 and variable not in lowered}

    def assign(self, literals: Iterable[int]) -> None:
        """Make literals true and all that follows from them."""
        queue = [*literals, *self._forced_by_bounds()]
        while queue and self.possible:
            occurrences = Occurrences(len(self.cost), self.clauses, self.groups)
            values = Values.of(occurrences)
            self.possible = values.propagate(queue)
            if not self.possible:
                return
            self._keep(values)
            queue = self._forced_by_bounds()

    def leave_out(self, variables: set[int]) -> None:
        """Make variables false that every clause is known to bear."""
        for variable in variables:
            del self.members[variable]
        gone = variables | {~variable for variable in variables}
        self.clauses = [clause for clause in self.clauses if gone.isdisjoint(clause)]
        self.groups = _larger([tuple(one for one in group if one not in variables) for group in self.groups])
        for bound in self.bounds:
            for variable in variables & bound.weights.keys():
                del bound.weights[variable]
        self.bounds = [bound for bound in self.bounds if not bound.slack]

    def merge(self, into: Mapping[int, int]) -> None:
        """Let variables stand for others of the same value; none that is merged into is itself merged."""
        for variable, kept in into.items():
            self.members[kept] += self.members.pop(variable)
            self.cost[kept] += self.cost[variable]
            self.first[kept] = min(self.first[kept], self.first[variable])
        literals = {**into, **{~variable: ~kept for variable, kept in into.items()}}
        queue: list[int] = []
        clauses: list[Clause] = []
        for clause in self.clauses:
            if literals.keys().isdisjoint(clause):
                clauses.append(clause)
                continue
            held = {literals.get(literal, literal) for literal in clause}
            if any(~literal in held for literal in held):
                continue
            if len(held) == 1:
                queue += held
            else:
                clauses.append(tuple(sorted(held)))
        self.clauses = clauses
        for place, group in enumerate(self.groups):
            if not literals.keys().isdisjoint(group):
                renamed = [literals.get(literal, literal) for literal in group]
                distinct = tuple(dict.fromkeys(renamed))
                queue += [~literal for literal in distinct if renamed.count(literal) > 1]
                self.groups[place] = distinct
        self.groups = _larger(self.groups)
        for bound in self.bounds:
            for variable in into.keys() & bound.weights.keys():
                kept = into[variable]
                bound.weights[kept] = bound.weights.get(kept, 0) + bound.weights.pop(variable)
            bound.weights = {variable: weight for variable, weight in bound.weights.items() if weight}
        if queue:
            self.assign(queue)

    def _keep(self, values: Values) -> None:
        """Keep what values leave open."""
        value = values.value
        self.clauses = [
            tuple(literal for literal in clause if not value[literal]) if values.left[place] < len(clause) else clause
            for place, clause in enumerate(self.clauses)
            if not values.satisfied[place]
        ]
        self.groups = _larger([tuple(one for one in group if not value[one]) for group in self.groups])
        for bound in self.bounds:
            for variable in [variable for variable in bound.weights if value[variable]]:
                weight = bound.weights.pop(variable)
                if value[variable] == TRUE:
                    bound.most -= weight
        for variable in [variable for variable in self.members if value[variable]]:
            held = self.members.pop(variable)
            if value[variable] == TRUE:
                self.true += held

    def _forced_by_bounds(self) -> list[int]:
        """Return literals without which a sum passes its bound; drop bounds that cannot be passed."""
        forced: list[int] = []
        for bound in self.bounds:
            room = bound.most - bound.least
            if room < 0:
                self.possible = False
            forced += [
                ~variable if weight > 0 else variable
                for variable, weight in bound.weights.items()
                if abs(weight) > room
            ]
        self.bounds = [bound for bound in self.bounds if not bound.slack]
        return forced


def _larger(groups: list[Clause]) -> list[Clause]:
    return [group for group in groups if len(group) > 1]
