"""A Form made ready to be reduced again and again: what no question changes is worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optimizer.model.form import AtMostOne, Clause, Form, Sum, Term
from optimizer.model.ideal import Ideal, assume_ideal
from optimizer.model.lexicographic import Costs
from optimizer.model.propagate import FALSE, TRUE, Occurrences, Values
from optimizer.model.reach import reachable
from optimizer.model.residue import Bound, Residue


@dataclass(frozen=True, slots=True)
class Sought:
    """What is to be minimised, column after column, and what tells equals apart.

    `first` is the place of each package among its like, by variable, other variables have `packages` there. Without
    `unique` any of the best answers will do. `ideals` begin with the columns; what follows them only helps to find
    an answer at once.
    """

    columns: tuple[Sequence[Term], ...]
    ideals: tuple[Sequence[Term], ...]
    costs: Costs
    first: Sequence[int]
    packages: int
    unique: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What holds besides a Form: literals, clauses and sums."""

    literals: tuple[int, ...] = ()
    clauses: tuple[Clause, ...] = ()
    sums: tuple[Sum, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A Form's constraints by kind; `units` are the literals that clauses of one literal make true.

    `definitions` are pairs of a clause's place and the literal that it defines (see Form).
    """

    variables: int
    occurrences: Occurrences
    lengths: list[int]
    units: tuple[int, ...]
    sums: tuple[Sum, ...]
    definitions: tuple[tuple[int, int], ...]
    possible: bool

    @classmethod
    def of(cls, form: Form) -> Prepared:
        """Return a Form prepared."""
        numbers: dict[Clause, int] = {}  # packages often ask for many names of one provider
        groups: list[Clause] = []
        sums: list[Sum] = []
        places: dict[int, int] = {}
        for number, constraint in enumerate(form.constraints):
            if isinstance(constraint, tuple):
                clause = constraint
                if len(clause) > 1 and (len(clause) > 2 or clause[0] == clause[1]):
                    clause = tuple(dict.fromkeys(clause))
                places[number] = numbers.setdefault(clause, len(numbers))
            elif isinstance(constraint, AtMostOne):
                groups.append(constraint.literals)
            else:
                sums.append(constraint)
        clauses = list(numbers)
        occurrences = Occurrences(form.variables, clauses, groups)
        return cls(
            variables=form.variables,
            occurrences=occurrences,
            lengths=[len(clause) for clause in clauses],
            units=tuple(clause[0] for clause in clauses if len(clause) == 1),
            sums=tuple(sums),
            definitions=tuple((places[number], literal) for number, literal in form.definitions),
            possible=all(clauses),
        )

    def residue(self, sought: Sought, asked: Asked, *, ideal: bool) -> Residue:
        """Return what is left to decide once all that was asked holds, and of that what can be needed.

        With `ideal` the leading columns are assumed to come to the least they could (see `assume_ideal`).
        """
        sums = (*self.sums, *asked.sums)
        unraisable, unlowerable = _held_by(sums)
        values = Values.of(self.occurrences, self.lengths)
        self._leave_out_definitions(values, sought.costs, set(asked.literals), unraisable, unlowerable)
        if not (self.possible and values.propagate([*asked.literals, *self.units])):
            return Residue.impossible()
        assumed = assume_ideal(values, sought.ideals if ideal else ())
        further = _settle(asked.clauses, assumed.exclusive, values) if assumed.possible else None
        if further is None:
            return Residue.impossible(assumed.columns)
        unwanted = [amount >= 0 for amount in sought.costs.by_variable]
        for variable in unlowerable:
            unwanted[variable] = False
        return _remaining(values, further, sums, sought, unwanted, assumed)

    def _leave_out_definitions(
        self, values: Values, costs: Costs, given: set[int], unraisable: set[int], unlowerable: set[int]
    ) -> None:
        """Take for satisfied the clauses that only define a literal, where nothing keeps that from being true."""
        for place, literal in self.definitions:
            if literal >= 0:
                free = costs.by_variable[literal] <= 0 and literal not in unraisable
            else:
                free = costs.by_variable[~literal] >= 0 and ~literal not in unlowerable
            if free and ~literal not in given:
                values.satisfied[place] = 1


#: In place of a literal whose variable is false for good.
_GONE = 1 << 60


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


def _remaining(
    values: Values,
    further: list[Clause],
    sums: Iterable[Sum],
    sought: Sought,
    unwanted: Sequence[bool],
    assumed: Ideal,
) -> Residue:
    """Return what values leave open, without the unwanted variables that nothing can need, numbered anew."""
    value, satisfied, left = values.value, values.satisfied, values.left
    live = [
        clause if left[place] == len(clause) else tuple([one for one in clause if not value[one]])
        for place, clause in enumerate(values.occurrences.clauses)
        if not satisfied[place]
    ]
    live += further
    reached = reachable(live, unwanted)
    variables = range(values.occurrences.variables)
    kept = [v for v in variables if not value[v] and (v in reached or not unwanted[v])]
    new = [_GONE] * (2 * len(variables))
    for number, variable in enumerate(kept):
        new[variable], new[~variable] = number, ~number
    renamed = [tuple([new[one] for one in clause]) for clause in live]
    groups = [
        tuple([new[one] for one in group if not value[one]])
        for group in (*values.occurrences.groups, *assumed.exclusive)
    ]
    groups = [tuple([one for one in group if one != _GONE]) for group in groups]
    cost, first = sought.costs.by_variable, sought.first
    return Residue(
        members={number: (variable,) for number, variable in enumerate(kept)},
        cost=[cost[variable] for variable in kept],
        first=[first[variable] for variable in kept],
        clauses=[clause for clause in renamed if _GONE not in clause],
        groups=[group for group in groups if len(group) > 1],
        bounds=[bound for one in sums for bound in _bounds(one, value, new)],
        true=[variable for variable in variables if value[variable] == TRUE],
        ideal=assumed.columns,
    )


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
