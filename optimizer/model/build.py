"""An Instance as a CP-SAT model: variables, one function a rule, guards on what a counterfactual may lift."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ortools.sat.python import cp_model_helper as cp_sat  # without cp_model's pandas: a quarter of a second less

from optimizer.universe.instance import Formula, Instance, PackageOrigin

Clause = tuple[int, ...]

#: What a counterfactual can lift, each behind a guard literal of its own: kind, then index into the Instance.
Guard = tuple[str, int]


@dataclass(slots=True)
class Model:
    """A CP-SAT model of an Instance and the meaning of its variables.

    Literals are CP-SAT's: a variable's index, or `-index - 1` for its negation. `package[p]` is x[p]; `source[s]`
    is y[s] for downstream sources and stubs; `feature[f]` is z[f] for optional features; `unmet[r]` says that weak
    requirement `r` is unmet; `guards` switch off what they guard where they are false. With `explain`, every single
    requirement and exclusion has a guard too.
    """

    instance: Instance
    explain: bool = False
    proto: Any = field(default_factory=cp_sat.CpModelProto)
    package: list[int] = field(default_factory=list)
    source: dict[int, int] = field(default_factory=dict)
    feature: dict[int, int] = field(default_factory=dict)
    unmet: dict[int, int] = field(default_factory=dict)
    guards: dict[Guard, int] = field(default_factory=dict)
    _variables: int = 0

    def __post_init__(self) -> None:
        self.package = [self.new_variable() for _ in self.instance.packages]
        for index, source in enumerate(self.instance.sources):
            if source.origin in (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB):
                self.source[index] = self.new_variable()

    def new_variable(self) -> int:
        """Add a Boolean variable and return its literal."""
        self.proto.variables.add().domain.extend((0, 1))
        self._variables += 1
        return self._variables - 1

    def guard(self, kind: str, index: int) -> int:
        """Return the guard literal of a liftable part, made at the first call."""
        key = (kind, index)
        if key not in self.guards:
            self.guards[key] = self.new_variable()
        return self.guards[key]

    def explained(self, kind: str, index: int) -> Clause:
        """Return what to add to the clauses of a part that has a guard only where answers are explained."""
        return (negation(self.guard(kind, index)),) if self.explain else ()

    def add_clause(self, literals: Iterable[int]) -> None:
        """Add a disjunction of literals."""
        self.proto.constraints.add().bool_or.literals.extend(literals)

    def add_at_most_one(self, literals: Iterable[int]) -> None:
        """Add that at most one of the literals holds."""
        self.proto.constraints.add().at_most_one.literals.extend(literals)

    def add_linear(
        self, terms: Iterable[tuple[int, int]], minimum: int, maximum: int, enforced_by: int | None = None
    ) -> None:
        """Add `minimum <= sum of weight * variable <= maximum`, over (variable, weight) pairs."""
        constraint = self.proto.constraints.add()
        if enforced_by is not None:
            constraint.enforcement_literal.append(enforced_by)
        for variable, weight in terms:
            constraint.linear.vars.append(variable)
            constraint.linear.coeffs.append(weight)
        constraint.linear.domain.extend((minimum, maximum))

    def add_formula(self, formula: Formula, unless: Clause, *, negated: bool = False) -> None:
        """Add that a formula (or its negation) holds unless one of the literals does."""
        for clause in self.clauses(formula, negated=negated):
            self.add_clause((*unless, *clause))

    def clauses(self, formula: Formula, *, negated: bool = False) -> list[Clause]:
        """Return a formula, or its negation, in conjunctive normal form; wide disjunctions get a variable a part."""
        if isinstance(formula, int):
            providers = self.instance.capabilities[formula].providers
            if negated:
                return [(negation(self.package[index]),) for index in providers]
            return [tuple(self.package[index] for index in providers)]
        operator, *parts = formula
        if operator == "not":
            return self.clauses(parts[0], negated=not negated)
        expanded = [self.clauses(part, negated=negated) for part in parts]
        if (operator == "all") is not negated:
            return [clause for clauses in expanded for clause in clauses]
        return self._disjunction(expanded)

    def _disjunction(self, parts: list[list[Clause]]) -> list[Clause]:
        if any(not clauses for clauses in parts):
            return []
        common: Clause = tuple(literal for clauses in parts if len(clauses) == 1 for literal in clauses[0])
        wide = [clauses for clauses in parts if len(clauses) > 1]
        if len(wide) == 1:
            return [(*common, *clause) for clause in wide[0]]
        chosen = []
        for clauses in wide:
            literal = self.new_variable()
            chosen.append(literal)
            for clause in clauses:
                self.add_clause((negation(literal), *clause))
        return [(*common, *chosen)]


def negation(literal: int) -> int:
    """Return the literal that holds where this one does not."""
    return -literal - 1
