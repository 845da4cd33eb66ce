"""The divergence list: each downstream source and stub of an answer, why it is there, and what it would cost to go.

A reason is the outcome of solves on the same Instance, never a guess from names. For a source `s` of the answer, *the
rest* is the world in which, of all downstream sources and stubs, only the other ones of the answer may be used and,
where features rank above divergence, the optional features of the answer are required; what keeps the rest from
having an answer is the reason for `s`. The price is another question: what the best answer without `s` would be,
whatever else it then takes from downstream.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from optimizer.answer.core import CorePart, describe, explain_infeasible, given_core, guards_of
from optimizer.answer.need import Demand, demands_on, features_needing
from optimizer.model.build import Guard
from optimizer.model.core import minimal_core, minimal_lifting
from optimizer.model.question import Question
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Formula, Instance, LimitKind, PackageOrigin

_RANKED = (ObjectiveKind.DIVERGENCE, ObjectiveKind.FEATURES)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One diverging source: the keys of divergence.json's `entries` (DESIGN section 6)."""

    source: str
    origin: str
    evr: str
    packages: tuple[str, ...]
    reason: str
    evidence: dict[str, Any]
    features: tuple[str, ...]
    nearest: dict[str, str] | None
    price: dict[str, Any]


class _Diverging(msgspec.Struct):
    """One solution's divergence being explained; engines are made once and asked often."""

    instance: Instance
    solution: Solution
    engine: Engine
    budget: Budget
    _explainer: Engine | None = msgspec.field(default=None)

    @property
    def explainer(self) -> Engine:
        if self._explainer is None:
            self._explainer = Engine.of(self.instance, explain=True)
        return self._explainer

    def entry(self, source: int) -> Entry:
        instance = self.instance
        packages = [index for index in self.solution.packages if instance.packages[index].source == source]
        try:
            reason, evidence = self.reason(source)
        except TimeoutError:
            reason, evidence = "unknown", {"why": "the time limit ended first"}
        held = instance.sources[source]
        return Entry(
            source=held.name,
            origin=held.origin.value,
            evr=" and ".join(sorted({instance.packages[index].source_evr for index in packages})),
            packages=tuple(instance.packages[index].nevra for index in packages),
            reason=reason,
            evidence=evidence,
            features=tuple(
                instance.features[index].text for index in features_needing(instance, self.solution, source)
            ),
            nearest=self.nearest(source),
            price=self.price(source),
        )

    def nearest(self, source: int) -> dict[str, str] | None:
        """Return the upstream package that bears the source's name or stands for it, both versions compared."""
        held = self.instance.sources[source]
        if not held.neighbours:
            return None
        best = held.neighbours[0]
        words = {-1: "older", 0: "equal", 1: "newer"}
        return {
            "upstream": best.nevra,
            "provides": best.provides,
            "downstream": f"{held.name}-{held.evr}",
            "upstream_version_is": words[best.comparison],
        }

    def price(self, source: int) -> dict[str, Any]:
        """Return what each stage would become were this source forced upstream, from a solve without it."""
        found = self.engine.solve(Question(without_sources=frozenset((source,))), self.budget, unique=False)
        if not found.solved:
            return {"status": "impossible" if found.status is SolveStatus.INFEASIBLE else "unknown", "stages": []}
        stages = [
            {"objective": after.objective, "value": after.value, "change": after.value - before.value}
            for before, after in zip(self.solution.stages, found.stages, strict=False)
        ]
        proven = found.status is SolveStatus.OPTIMAL
        return {"status": "proven" if proven else "not proven", "stages": stages}

    def rest(self, source: int) -> Question:
        """Return the question of the answer's world without one of its sources."""
        kept = set(self.solution.sources) - {source}
        first = next((kind for kind in self.instance.objectives if kind in _RANKED), None)
        features = self.solution.features if first is ObjectiveKind.FEATURES else ()
        return Question(without_sources=frozenset(self.engine.model.source) - kept, with_features=frozenset(features))

    def reason(self, source: int) -> tuple[str, dict[str, Any]]:
        rest = self.rest(source)
        if self.engine.feasible(rest, self.budget):
            return "objective", self.objective_evidence(rest)
        asked = [*guards_of(self.engine, ("limit",)), *guards_of(self.engine, ("forbidden", "pin"))]
        lifted = minimal_lifting(self.engine, rest, asked, self.budget)
        if lifted is None:
            return self.structural(source, rest)
        if any(kind != "limit" for kind, _ in lifted):
            return "policy", {"policy": _plain([describe(self.instance, guard) for guard in lifted])}
        return "limit", {"limits": [self.excess(rest, guard, lifted) for guard in lifted]}

    def objective_evidence(self, rest: Question) -> dict[str, Any]:
        """Return the first stage that would be worse without the source, and by how much."""
        found = self.engine.solve(rest, self.budget, unique=False)
        if not found.solved:
            raise TimeoutError
        for before, after in zip(self.solution.stages, found.stages, strict=False):
            if after.value != before.value:
                return {
                    "objective": before.objective,
                    "value": before.value,
                    "without": after.value,
                    "change": after.value - before.value,
                    "exact": after.status == "optimal",
                }
        return {"objective": "tie_break", "value": 0, "without": 0, "change": 0, "exact": True}

    def excess(self, rest: Question, guard: Guard, lifted: tuple[Guard, ...]) -> dict[str, Any]:
        """Return by how much a limit would be passed without the source, at the least."""
        limit = self.instance.limits[guard[1]]
        evidence: dict[str, Any] = {"limit": limit.kind.value, "maximum": limit.maximum, "where": limit.where}
        if limit.kind is LimitKind.FEATURE_GROUP:
            return {**evidence, "group": limit.group, "minimum": limit.minimum}
        question = replace(rest, lifted=rest.lifted | set(lifted))
        least, proven = self.engine.least(question, limit.kind, self.budget)
        if least is not None and limit.maximum is not None:
            evidence |= {"least": least, "over": least - limit.maximum, "exact": proven}
        return evidence

    def structural(self, source: int, rest: Question) -> tuple[str, dict[str, Any]]:
        """Return the reason that lies in the packages themselves: absent, version, uninstallable or conflict."""
        demands = demands_on(self.instance, self.solution, source)
        allowed = frozenset(
            index
            for index, package in enumerate(self.instance.packages)
            if package.source not in rest.without_sources
        )
        unmet = [(demand, gap) for demand in demands if (gap := _gap(self.instance, demand.formula, allowed))]
        for demand, gap in unmet:
            if not any(self.instance.capabilities[index].neighbours for index in gap):
                return "absent", {"asked_by": demand.asker, "asked": self._texts(gap)}
        for demand, gap in unmet:
            return "version", {
                "asked_by": demand.asker,
                "asked": self._texts(gap),
                "upstream": [
                    {"package": neighbour.nevra, "provides": neighbour.provides}
                    for index in gap
                    for neighbour in self.instance.capabilities[index].neighbours
                ],
            }
        alone = replace(rest, lifted=frozenset(guards_of(self.engine, ("feature", "forbidden", "pin", "limit"))))
        alone = replace(alone, with_features=frozenset())
        for demand in demands:
            candidates = _candidates(self.instance, demand.formula, allowed)
            if candidates and not any(self.engine.feasible(_with(alone, one), self.budget) for one in candidates):
                core = given_core(self.explainer, _with(alone, candidates[0]), (), self.budget)
                return "uninstallable", self._evidence(demand, candidates[0], core)
        return self.conflict(rest, demands, allowed)

    def conflict(
        self, rest: Question, demands: tuple[Demand, ...], allowed: frozenset[int]
    ) -> tuple[str, dict[str, Any]]:
        """Return with what the upstream candidates clash: a minimal core of features and package rules."""
        unlimited = replace(rest, lifted=frozenset(guards_of(self.engine, ("forbidden", "pin", "limit"))))
        for demand in demands:
            for candidate in _candidates(self.instance, demand.formula, allowed):
                question = _with(unlimited, candidate)
                features = minimal_core(
                    self.explainer, question, guards_of(self.explainer, ("feature",)), self.budget
                )
                if features is not None:
                    parts = [describe(self.instance, guard, question) for guard in features]
                    core = (*parts, *given_core(self.explainer, question, features, self.budget))
                    return "conflict", self._evidence(demand, candidate, core)
        return "conflict", {"core": _plain(explain_infeasible(self.explainer, unlimited, self.budget))}

    def _evidence(self, demand: Demand, candidate: int, core: tuple[CorePart, ...]) -> dict[str, Any]:
        nevra = self.instance.packages[candidate].nevra
        return {"asked_by": demand.asker, "asked": demand.text, "candidate": nevra, "core": _plain(core)}

    def _texts(self, gap: tuple[int, ...]) -> list[str]:
        return [self.instance.capabilities[index].text for index in gap]


def diverge(
    instance: Instance, solution: Solution, engine: Engine, budget: Budget | None = None
) -> tuple[Entry, ...]:
    """Return the divergence list of a solution, by origin and source name.

    Where the budget ends before a reason is known, the reason is `unknown`: it is never guessed.
    """
    diverging = _Diverging(instance, solution, engine, budget or Budget())
    return tuple(diverging.entry(source) for source in solution.sources)


def _with(question: Question, package: int) -> Question:
    return replace(question, with_packages=frozenset((package,)))


def _gap(instance: Instance, formula: Formula, allowed: frozenset[int]) -> tuple[int, ...]:
    """Return the capabilities that leave a formula without any way to hold among the allowed packages, if so."""
    if isinstance(formula, int):
        return () if allowed.intersection(instance.capabilities[formula].providers) else (formula,)
    operator, *parts = formula
    if operator == "not":
        return ()
    gaps = [_gap(instance, part, allowed) for part in parts]
    if operator == "all":
        return tuple(index for gap in gaps for index in gap)
    return tuple(index for gap in gaps for index in gap) if all(gaps) else ()


def _candidates(instance: Instance, formula: Formula, allowed: frozenset[int]) -> list[int]:
    """Return the allowed providers of what a formula asks for, upstream ones first, newest first."""
    found = [index for leaf in _asked(formula) for index in instance.capabilities[leaf].providers if index in allowed]
    upstream = (PackageOrigin.UPSTREAM, PackageOrigin.VIRTUAL)
    return sorted(dict.fromkeys(found), key=lambda i: (instance.packages[i].origin not in upstream, i))


def _asked(formula: Formula, sign: bool = True) -> tuple[int, ...]:
    if isinstance(formula, int):
        return (formula,) if sign else ()
    operator, *parts = formula
    return tuple(leaf for part in parts for leaf in _asked(part, sign if operator != "not" else not sign))


def _plain(parts: tuple[CorePart, ...] | list[CorePart]) -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = msgspec.to_builtins(list(parts))
    return plain
