"""A variation of an Instance: what a counterfactual solve adds, forbids or lifts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optimizer.model.build import Guard, Model, negation
from optimizer.model.form import Clause


@dataclass(frozen=True, slots=True)
class Question:
    """What differs from the Instance as it stands; all are indices into it.

    `lifted` rules do not bind (see Model.guards); `without_sources` are not maintained; `with_packages` and
    `with_features` must be in, `without_packages` must not; of each of `with_one_of`, at least one package must.
    """

    lifted: frozenset[Guard] = frozenset()
    without_sources: frozenset[int] = frozenset()
    with_packages: frozenset[int] = frozenset()
    without_packages: frozenset[int] = frozenset()
    with_features: frozenset[int] = frozenset()
    with_one_of: tuple[frozenset[int], ...] = ()


PLAIN = Question()


def held(model: Model, question: Question, free: frozenset[Guard] = frozenset()) -> list[int]:
    """Return the literals that hold in a question; the guards in `free` are left to the solver."""
    literals = [
        negation(literal) if guard in question.lifted else literal
        for guard, literal in model.guards.items()
        if guard not in free
    ]
    literals += [negation(model.source[source]) for source in sorted(question.without_sources)]
    literals += [model.package[package] for package in sorted(question.with_packages)]
    literals += [negation(model.package[package]) for package in sorted(question.without_packages)]
    literals += [model.feature[feature] for feature in sorted(question.with_features)]
    return literals


def one_of(model: Model, question: Question) -> list[Clause]:
    """Return the clauses of which a question asks that one package each is in."""
    return [tuple(model.package[package] for package in sorted(packages)) for packages in question.with_one_of]


def fix(model: Model, proto: Any, question: Question, free: frozenset[Guard] = frozenset()) -> None:
    """Add a question to a copy of the model's proto; the guards in `free` are left to the solver."""
    for clause in one_of(model, question):
        proto.constraints.add().bool_or.literals.extend(clause)
    literals = held(model, question, free)
    if literals:
        proto.constraints.add().bool_and.literals.extend(literals)
