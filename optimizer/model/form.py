"""A Boolean model in our own words: clauses, at-most-ones and bounded sums over numbered variables.

It is written down once and read twice: by the reduction, and as the proto that CP-SAT solves. Literals are CP-SAT's:
a variable's index, or `-index - 1` for its negation, so that `~literal` is the opposite one and both index a Python
list of twice as many places as there are variables.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

Clause = tuple[int, ...]
Term = tuple[int, int]


class AtMostOne(msgspec.Struct, frozen=True):
    """At most one of some literals holds."""

    literals: Clause


class Sum(msgspec.Struct, frozen=True):
    """`minimum <= sum of weight * variable <= maximum` over (variable, weight) terms, where `enforced_by` holds."""

    terms: tuple[Term, ...]
    minimum: int
    maximum: int
    enforced_by: int | None = None


class Form(msgspec.Struct):
    """Variables and constraints, in the order in which they were added; a plain tuple is a clause.

    `definitions` names clauses that only keep a defined variable from its dearer value, as (place among the
    constraints, literal): as long as the literal costs nothing, an answer without the clause can be mended by making
    the literal true.
    """

    variables: int = 0
    constraints: list[Clause | AtMostOne | Sum] = msgspec.field(default_factory=list)
    definitions: list[tuple[int, int]] = msgspec.field(default_factory=list)
    _proto: Any = None
    _written: int = 0

    def new_variable(self) -> int:
        """Add a Boolean variable and return its literal."""
        self.variables += 1
        return self.variables - 1

    def add_clause(self, literals: Iterable[int], *, defining: int | None = None) -> None:
        """Add a disjunction of literals, which may be one that only defines a literal."""
        if defining is not None:
            self.definitions.append((len(self.constraints), defining))
        self.constraints.append(tuple(literals))

    def add_at_most_one(self, literals: Iterable[int]) -> None:
        """Add that at most one of the literals holds."""
        self.constraints.append(AtMostOne(tuple(literals)))

    def add_sum(self, terms: Iterable[Term], minimum: int, maximum: int, enforced_by: int | None = None) -> None:
        """Add bounds, included, of a sum over (variable, weight) pairs."""
        self.constraints.append(Sum(tuple(terms), minimum, maximum, enforced_by))

    @property
    def proto(self) -> Any:
        """The same as a CP-SAT model, which grows with this one; whoever changes it must copy it first."""
        from ortools.sat.python import cp_model_helper as cp_sat  # without cp_model's pandas: 0.25 s less

        if self._proto is None:
            self._proto = cp_sat.CpModelProto()
        for _ in range(len(self._proto.variables), self.variables):
            self._proto.variables.add().domain.extend((0, 1))
        for constraint in self.constraints[self._written :]:
            _write(self._proto, constraint)
        self._written = len(self.constraints)
        return self._proto


def _write(proto: Any, constraint: Clause | AtMostOne | Sum) -> None:
    added = proto.constraints.add()
    if isinstance(constraint, tuple):
        added.bool_or.literals.extend(constraint)
    elif isinstance(constraint, AtMostOne):
        added.at_most_one.literals.extend(constraint.literals)
    else:
        if constraint.enforced_by is not None:
            added.enforcement_literal.append(constraint.enforced_by)
        added.linear.vars.extend([variable for variable, _ in constraint.terms])
        added.linear.coeffs.extend([weight for _, weight in constraint.terms])
        added.linear.domain.extend((constraint.minimum, constraint.maximum))
