"""One measurement at a time: a list as written, a list solved under a reading, a frontier."""

from __future__ import annotations

from pathlib import Path

from benchmarks.photon.question import ALL, NONE, Question, at_percent, plain_name, read_as
from benchmarks.photon.record import Curve, Diverging, Listed, Share, Solved, Step
from optimizer.answer.result import Result
from optimizer.model.frontier import Frontier, frontier, steepest
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, close_problem, solve_problem
from optimizer.problem.problem import Downstream, ObjectiveKind
from optimizer.report.reason import core_sentence, divergence_sentence
from optimizer.universe.instance import Instance, PackageOrigin

_LONGEST = 240


def read_list(question: Question, data: Path, shown: str) -> Listed:
    """Return a list as its problem has it, and which of its names upstream bears; `shown` is the file's name."""
    problem = read_as(question.problem, NONE, Downstream.SHIPPED)
    instance = close_problem(problem, Settings(mirror=data)).closed.instance
    names = tuple(sorted({plain_name(feature) for feature in question.problem.features}))
    upstream = {package.name for package in instance.packages if package.origin is PackageOrigin.UPSTREAM}
    own = _own_sources(instance)
    of: dict[str, list[str]] = {}
    for name in names:
        of.setdefault(own.get(name, name), []).append(name)
    return Listed(
        list=question.name,
        release=question.release,
        upstream=question.upstream,
        file=shown,
        names=names,
        borne=tuple(name for name in names if name in upstream),
        sources=tuple(sorted(of)),
        borne_sources=tuple(sorted(source for source, held in of.items() if upstream.issuperset(held))),
    )


def solve_list(question: Question, equivalents: str, downstream: str, data: Path) -> Solved:
    """Return a list solved under one reading; why it diverges is asked of the main one alone, as it takes longest."""
    problem = read_as(question.problem, equivalents, downstream)
    explained = (equivalents, downstream) == (ALL, Downstream.SHIPPED)
    result = solve_problem(problem, Settings(mirror=data, divergence=explained))
    solved = Solved(
        list=question.name,
        equivalents=equivalents,
        downstream=downstream,
        status=result.record.status,
        judges=tuple(f"{judge.judge}: {judge.verdict}" for judge in result.record.judges),
        core=tuple(core_sentence(part) for part in result.record.infeasible),
    )
    return solved if result.manifest is None else _with_answer(solved, result)


def draw_curve(question: Question, percent: int, data: Path) -> Curve:
    """Return the frontier of downstream sources against installed size, unknown sizes estimated at `percent`."""
    instance = close_problem(at_percent(question.problem, percent), Settings(mirror=data)).closed.instance
    found = frontier(Engine.of(instance), ObjectiveKind.DIVERGENCE, ObjectiveKind.INSTALLED_SIZE)
    return Curve(
        list=question.name,
        percent=percent,
        status=found.status.value,
        candidates=len(instance.packages),
        steps=_steps(instance, found),
        knee=steepest(found.points),
        gaps=len(found.gaps),
    )


def shorten(sentence: str) -> str:
    """Return a sentence cut where it gets too long to keep: a core of a whole base system can fill a page."""
    return sentence if len(sentence) <= _LONGEST else sentence[: _LONGEST - 4].rsplit(" ", 1)[0] + " ..."


def _own_sources(instance: Instance) -> dict[str, str]:
    """Return the downstream source of each downstream package name."""
    return {
        package.name: instance.sources[package.source].name
        for package in instance.packages
        if package.origin is PackageOrigin.DOWNSTREAM and package.source is not None
    }


def _with_answer(solved: Solved, result: Result) -> Solved:
    assert result.manifest is not None
    instance, chosen = result.instance, [result.instance.packages[index] for index in result.solution.packages]
    real = [package for package in chosen if package.origin is not PackageOrigin.VIRTUAL]
    upstream = [package for package in real if package.origin is PackageOrigin.UPSTREAM]
    sources = [instance.sources[index] for index in result.solution.sources]
    entries = () if result.divergence is None else result.divergence.entries
    of = result.manifest.reuse.of
    return Solved(
        list=solved.list,
        equivalents=solved.equivalents,
        downstream=solved.downstream,
        status=solved.status,
        judges=solved.judges,
        sources=Share(reused=len({package.source for package in upstream}), of=of.sources),
        packages=Share(reused=len(upstream), of=of.packages),
        bytes=Share(reused=sum(package.installed_bytes or 0 for package in upstream), of=of.bytes),
        estimated_bytes=result.manifest.totals.estimated_size,
        diverging=tuple(sorted(one.name for one in sources if one.origin is PackageOrigin.DOWNSTREAM)),
        stubs=tuple(sorted(one.name for one in sources if one.origin is PackageOrigin.STUB)),
        why=tuple(
            Diverging(
                source=entry.source,
                origin=entry.origin,
                reason=entry.reason,
                why=shorten(divergence_sentence(entry)),
                packages=entry.packages,
            )
            for entry in entries
        ),
    )


def _steps(instance: Instance, found: Frontier) -> tuple[Step, ...]:
    steps: list[Step] = []
    before: set[str] = set()
    for point in found.points:
        held = {instance.sources[index].name for index in point.sources}
        chosen = [instance.packages[index] for index in point.packages]
        steps.append(
            Step(
                sources=point.values[0],
                installed_bytes=point.values[1],
                estimated_bytes=sum(package.installed_bytes or 0 for package in chosen if package.estimated),
                packages=sum(package.origin is not PackageOrigin.VIRTUAL for package in chosen),
                gained=tuple(sorted(held - before)),
                dropped=tuple(sorted(before - held)),
            )
        )
        before = held
    return tuple(steps)
