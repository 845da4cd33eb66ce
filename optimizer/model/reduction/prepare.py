"""A Form made ready to be reduced again and again: what no question changes is worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.model.form import AtMostOne, Clause, Form, Sum, Term
from optimizer.model.reduction.lexicographic import Costs
from optimizer.model.reduction.propagate import Occurrences


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

    def positive(self) -> tuple[int, ...]:
        """Return the places of the clauses that negate nothing."""
        clauses = enumerate(self.occurrences.clauses)
        return tuple(place for place, clause in clauses if clause and clause[0] >= 0 and min(clause) >= 0)
