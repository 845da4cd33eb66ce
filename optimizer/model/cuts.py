"""Which requirements an answer would be better without: the cuts and the answer are chosen in one minimisation.

A *lever* is a set of requirements that are cut together, one Boolean variable each. "The best answer over all ways to
cut one lever" is then a single solve with at most one of these variables true, instead of a solve for each lever; and
it finds levers of packages that are not in today's answer as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from optimizer.model.build import Model, negation
from optimizer.model.first import another_group, first_group, group_of, settle
from optimizer.model.form import Clause, Term
from optimizer.model.objective import objective_terms
from optimizer.model.question import PLAIN, Question
from optimizer.model.rules import RULES
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget, Run
from optimizer.model.step import lock, worth
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance

Lever = tuple[int, ...]

_WEAK = ObjectiveKind.WEAK


class CutModel(Model):
    """A model in which levers, given as indices of requirements, can be cut: `cut[l]` is true where lever `l` is."""

    levers: tuple[Lever, ...] = ()
    cut: list[int] = msgspec.field(default_factory=list)
    _lever_of: dict[int, int] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.cut = [self.new_variable() for _ in self.levers]
        self._lever_of = {requirement: lever for lever, held in enumerate(self.levers) for requirement in held}

    def explained(self, kind: str, index: int) -> Clause:
        """Return the literal that cuts a requirement, none where nothing does."""
        lever = self._lever_of.get(index) if kind == "requirement" else None
        return () if lever is None else (self.cut[lever],)


@dataclass(frozen=True, slots=True)
class BestCut:
    """Levers, ascending, and what the leading sum comes to without them, charges included."""

    levers: tuple[int, ...]
    value: int


@dataclass(slots=True)
class Cuts:
    """An Instance's model with levers, and the objectives in the order that says which cut is best.

    `no_worse` holds objectives to given values, in a stage's unit; `unmet` are weak requirements that count in what
    it says of them: each that is cut makes that one less, as it is no longer counted.
    """

    engine: Engine
    cut: list[int]
    order: tuple[ObjectiveKind, ...]
    no_worse: Mapping[ObjectiveKind, int]
    fewer: list[Term]
    budget: Budget

    @classmethod
    def of(
        cls,
        instance: Instance,
        levers: Sequence[Lever],
        order: Sequence[ObjectiveKind],
        no_worse: Mapping[ObjectiveKind, int],
        unmet: frozenset[int] = frozenset(),
        budget: Budget | None = None,
    ) -> Cuts:
        """Return the cuts of an Instance."""
        model = CutModel(instance, levers=tuple(levers))
        for add in RULES.values():
            add(model)
        counted = [len(unmet.intersection(lever)) for lever in levers]
        fewer = [(literal, count) for literal, count in zip(model.cut, counted, strict=True) if count]
        return cls(Engine(model), model.cut, tuple(order), no_worse, fewer, budget or Budget())

    def best(
        self,
        number: int,
        below: int,
        *,
        at_least: int | None = None,
        charges: Mapping[int, int] | None = None,
        barred: Iterable[tuple[int, ...]] = (),
    ) -> BestCut | None:
        """Return exactly so many levers without which the first objective is least, below a value; None if none are.

        `charges` are added to it for the levers they name; of `barred` groups of levers not all may be cut. Nothing
        below `at_least` is looked for: it must be known that there is nothing. Among equals the least charges are
        best, then the later objectives decide, then the levers' own order (the last of a group compared first).
        Raises TimeoutError.
        """
        barred, leading = tuple(barred), self._leading(charges or {})
        floor = max(at_least or 0, 0)
        if len(self.cut) < number or floor >= below:
            return None
        proto = self._asked(PLAIN, number, barred)
        _between(proto, leading, at_least, below - 1)
        found = settle(proto, leading, self.budget)
        if found is None:
            return None
        levers = group_of(self.cut, found)
        if another_group(proto, self.cut, levers, self.budget):
            found = self._step(proto, self._charged(charges or {}), found)
            for kind in self.order[1:]:
                found = self._step(proto, objective_terms(self.engine.model, kind)[0], found)
            levers = first_group(proto, self.cut, found, self.budget)
        return BestCut(levers, worth(leading, found.values))

    def lowest(self, below: int, *, at_least: int, barred: Iterable[int]) -> BestCut | None:
        """Return one lever, none of those barred, without which the first objective is least; None if none is below.

        As in `best`, but which one of equals is the solver's choice. Raises TimeoutError.
        """
        leading = self._leading({})
        if not self.cut or at_least >= below:
            return None
        proto = self._asked(PLAIN, 1, [(lever,) for lever in barred])
        _between(proto, leading, at_least, below - 1)
        found = settle(proto, leading, self.budget)
        return None if found is None else BestCut(group_of(self.cut, found), worth(leading, found.values))

    def fewest(self, question: Question) -> tuple[int, ...] | None:
        """Return the fewest levers without which a question has an answer; None where cutting all does not help.

        Among equals the objectives decide, then the levers' own order. Raises TimeoutError.
        """
        proto = self._asked(question, None, ())
        count = [(literal, 1) for literal in self.cut]
        found = settle(proto, count, self.budget)
        if found is None:
            return None
        for kind in self.order:
            found = self._step(proto, objective_terms(self.engine.model, kind)[0], found)
        return first_group(proto, self.cut, found, self.budget)

    def _asked(self, question: Question, number: int | None, barred: Iterable[tuple[int, ...]]) -> Any:
        proto = self.engine.proto(question)
        self.engine.hold(proto, {kind: value for kind, value in self.no_worse.items() if kind is not _WEAK})
        if _WEAK in self.no_worse:
            unmet, _ = objective_terms(self.engine.model, _WEAK)
            lock(proto, [*unmet, *self.fewer], self.no_worse[_WEAK])
        if number is not None:
            _between(proto, [(literal, 1) for literal in self.cut], number, number)
        for group in barred:
            proto.constraints.add().bool_or.literals.extend([negation(self.cut[lever]) for lever in group])
        return proto

    def _leading(self, charges: Mapping[int, int]) -> list[Term]:
        terms, _ = objective_terms(self.engine.model, self.order[0])
        return [*terms, *self._charged(charges)]

    def _charged(self, charges: Mapping[int, int]) -> list[Term]:
        return [(self.cut[lever], charge) for lever, charge in sorted(charges.items()) if charge]

    def _step(self, proto: Any, terms: list[Term], hint: Run) -> Run:
        found = settle(proto, terms, self.budget, hint) if terms else hint
        assert found is not None, "the hint is an answer"
        return found


def _between(proto: Any, terms: list[Term], minimum: int | None, maximum: int) -> None:
    constraint = proto.constraints.add().linear
    constraint.vars.extend([variable for variable, _ in terms])
    constraint.coeffs.extend([weight for _, weight in terms])
    lowest = sum(weight for _, weight in terms if weight < 0)
    constraint.domain.extend((lowest if minimum is None else minimum, maximum))
