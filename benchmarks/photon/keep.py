"""What a list's divergent sources cost to keep, and whether counting cost instead of sources changes the answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from benchmarks.build_closure import BuildReport, build_closure, load_sources
from benchmarks.photon.question import Question
from benchmarks.photon.record import Kept
from optimizer.pipeline import Settings, solve_problem
from optimizer.problem.problem import Objective, ObjectiveKind, Problem
from optimizer.universe.instance import PackageOrigin


def keep(question: Question, data: Path) -> Kept:
    """Return the cost of a list's divergent sources as shipped, equivalents used.

    A source's weight is its cost where every source of the release is built; costs told are of the answer's alone.
    Raises ValueError where the list has no answer.
    """
    problem, facts = question.problem, load_sources(data, question.release)

    def closure(sources: Collection[str]) -> BuildReport:
        kept = [name for name in sources if name in facts]
        upstream, table = question.upstream, problem.equivalents
        return build_closure(question.release, kept, data, upstream, equivalents=table, policy=problem.policy)

    report = closure(_divergent(problem, data))
    costs = {source.facts.name: source.cost for source in closure(facts).sources}
    weighted = _divergent(_weighted(problem, costs), data)
    totals = report.totals
    return Kept(
        list=question.name,
        sources=totals.sources,
        patches=totals.patches,
        cve_patches=totals.cve_patches,
        build_requires=totals.build_requires,
        met_by_upstream=totals.met_by_upstream,
        met_by_divergent=totals.met_by_divergent,
        met_by_nobody=totals.met_by_nobody,
        stages=len(report.order),
        cycles=totals.cycles,
        broken=totals.broken,
        cost=totals.cost,
        costs=tuple((source.facts.name, source.cost) for source in report.sources),
        weighted=weighted,
        weighted_cost=closure(weighted).totals.cost,
    )


def _weighted(problem: Problem, costs: dict[str, int]) -> Problem:
    weights = tuple(sorted(costs.items()))
    objectives = tuple(
        Objective(ObjectiveKind.DIVERGENCE, weights) if objective.kind is ObjectiveKind.DIVERGENCE else objective
        for objective in problem.objectives
    )
    return replace(problem, objectives=objectives)


def _divergent(problem: Problem, data: Path) -> tuple[str, ...]:
    result = solve_problem(problem, Settings(mirror=data, divergence=False))
    if not result.solution.solved:
        raise ValueError(problem.name, result.record.status)
    sources = (result.instance.sources[index] for index in result.solution.sources)
    return tuple(sorted(source.name for source in sources if source.origin is PackageOrigin.DOWNSTREAM))
