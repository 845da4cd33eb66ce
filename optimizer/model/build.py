"""An Instance as a Boolean model: variables, one function a rule, guards on what a counterfactual may lift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from optimizer.model.form import Clause, Form
from optimizer.universe.instance import Formula, Instance, PackageOrigin

#: What a counterfactual can lift, each behind a guard literal of its own: kind, then index into the Instance.
Guard = tuple[str, int]


class Model(msgspec.Struct):
    """A Boolean model of an Instance and the meaning of its variables.

    Literals are CP-SAT's: a variable's index, or `-index - 1` for its negation. `package[p]` is x[p]; `source[s]`
    is y[s] for downstream sources and stubs; `feature[f]` is z[f] for optional features; `unmet[r]` says that weak
    requirement `r` is unmet; `guards` switch off what they guard where they are false. With `explain`, every single
    requirement and exclusion has a guard too.
    """

    instance: Instance
    explain: bool = False
    form: Form = msgspec.field(default_factory=Form)
    package: list[int] = msgspec.field(default_factory=list)
    source: dict[int, int] = msgspec.field(default_factory=dict)
    feature: dict[int, int] = msgspec.field(default_factory=dict)
    unmet: dict[int, int] = msgspec.field(default_factory=dict)
    guards: dict[Guard, int] = msgspec.field(default_factory=dict)
    _met: dict[int, Clause] = msgspec.field(default_factory=dict)
    _formulas: dict[int, list[Formula]] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        self.package = [self.new_variable() for _ in self.instance.packages]
        for index, source in enumerate(self.instance.sources):
            if source.origin in (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB):
                self.source[index] = self.new_variable()

    @property
    def proto(self) -> Any:
        """The model as CP-SAT's; whoever changes it must copy it first."""
        return self.form.proto

    def formulas_of(self, package: int) -> Sequence[Formula]:
        """Return what a package asks for, weak requirements too."""
        if not self._formulas:
            for requirement in self.instance.requirements:
                self._formulas.setdefault(requirement.package, []).append(requirement.formula)
        return self._formulas.get(package, ())

    def new_variable(self) -> int:
        """Add a Boolean variable and return its literal."""
        return self.form.new_variable()

    def guard(self, kind: str, index: int) -> int:
        """Return the guard literal of a liftable part, made at the first call."""
        key = (kind, index)
        if key not in self.guards:
            self.guards[key] = self.new_variable()
        return self.guards[key]

    def explained(self, kind: str, index: int) -> Clause:
        """Return what to add to the clauses of a part that has a guard only where answers are explained."""
        return (negation(self.guard(kind, index)),) if self.explain else ()

    def add_clause(self, literals: Iterable[int], *, defining: int | None = None) -> None:
        """Add a disjunction of literals, which may be one that only defines a literal (see Form)."""
        self.form.add_clause(literals, defining=defining)

    def add_at_most_one(self, literals: Iterable[int]) -> None:
        """Add that at most one of the literals holds."""
        self.form.add_at_most_one(literals)

    def add_linear(
        self, terms: Iterable[tuple[int, int]], minimum: int, maximum: int, enforced_by: int | None = None
    ) -> None:
        """Add `minimum <= sum of weight * variable <= maximum`, over (variable, weight) pairs."""
        self.form.add_sum(terms, minimum, maximum, enforced_by)

    def add_formula(
        self, formula: Formula, unless: Clause, *, negated: bool = False, defining: int | None = None
    ) -> None:
        """Add that a formula (or its negation) holds unless one of the literals does."""
        if not negated and defining is None and isinstance(formula, int):  # nearly all there are
            self.form.constraints.append((*unless, *self._providers(formula)))
            return
        for clause in self.clauses(formula, negated=negated):
            self.form.add_clause((*unless, *clause), defining=defining)

    def clauses(self, formula: Formula, *, negated: bool = False) -> list[Clause]:
        """Return a formula, or its negation, in conjunctive normal form; wide disjunctions get a variable a part."""
        if isinstance(formula, int):
            providers = self._providers(formula)
            return [(negation(literal),) for literal in providers] if negated else [providers]
        operator, *parts = formula
        if operator == "not":
            return self.clauses(parts[0], negated=not negated)
        expanded = [self.clauses(part, negated=negated) for part in parts]
        if (operator == "all") is not negated:
            return [clause for clauses in expanded for clause in clauses]
        return self._disjunction(expanded)

    def _providers(self, capability: int) -> Clause:
        """Return the literals of a capability's providers."""
        found = self._met.get(capability)
        if found is None:
            package = self.package
            found = tuple([package[index] for index in self.instance.capabilities[capability].providers])
            self._met[capability] = found
        return found

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
