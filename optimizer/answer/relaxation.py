"""What a problem without an answer could give up: the smallest sets of its demands, and the answer without each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, islice

import msgspec

from optimizer.answer.core import ASKED, CorePart, describe, guards_of
from optimizer.model.build import Guard
from optimizer.model.correction import corrections
from optimizer.model.question import PLAIN, Question
from optimizer.model.rules import limit_terms
from optimizer.model.solution import Solution, SolveStatus, Stage
from optimizer.model.solve import Engine, sign_of
from optimizer.model.solver import Budget
from optimizer.model.step import minimise, worth
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, Limit, PackageOrigin

DEFAULT_MOST = 3
#: Of one size no more sets than this are solved and ranked: there may be exponentially many.
RANKED = 30


class GivenUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A demand that is given up, as a part of a core has it; of a limit, what it would have to be instead.

    `bound` is `maximum` or `minimum`, `now` what it is, `enough` the nearest value with which there is an answer,
    after the limits before it in the list were set to theirs.
    """

    demand: CorePart
    bound: str | None = None
    now: int | None = None
    enough: int | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer comes to; sizes in bytes, to which `unknown_sizes` packages add nothing."""

    status: str
    stages: tuple[Stage, ...]
    packages: int
    installed_size: int
    downstream_sources: int
    unknown_sizes: int = 0


class Relaxation(msgspec.Struct, frozen=True, kw_only=True):
    """Demands of which none can be kept if the others are given up, and the best answer then.

    `then` is with each limit among them at what is enough, `without` with these limits left out, None where there is
    none among them. `ranked` is how many sets of its size were solved where there are more, None where all were.
    """

    given_up: tuple[GivenUp, ...]
    then: Outcome
    without: Outcome | None = None
    ranked: int | None = None


def relaxations(
    engine: Engine, budget: Budget | None = None, *, question: Question = PLAIN, most: int = DEFAULT_MOST
) -> Iterator[Relaxation]:
    """Yield what can be given up for a question to have an answer: all smallest sets, then others up to `most`.

    Smaller sets come first; of one size the one with the best answer, by the problem's objectives in their order; of
    equal ones limits before pins, forbidden capabilities and features, the later in the problem file before the
    earlier. Of one size as many are ranked as RANKED or `most`; where there are more of them, no larger set comes.
    Nothing where the question has an answer. Some set always helps: with no demand left the empty set of packages is
    an answer, unless the question itself asks for a package. Raises TimeoutError, after what is known by then.
    """
    budget = budget or Budget()
    demands = list(reversed(guards_of(engine, ASKED)))
    told = 0
    for _, same in groupby(corrections(engine, question, demands, budget), key=len):
        cap, found, more = max(RANKED, most), [], False
        try:
            for group in islice(same, cap):
                if not group:
                    return
                found.append(_relaxation(engine, question, group, budget))
            more = next(same, None) is not None
        except TimeoutError:
            yield from _ranked(found, len(found))
            raise
        wanted = len(found) if not told else most - told
        yield from _ranked(found, len(found) if more else None)[:wanted]
        told += min(wanted, len(found))
        if more or told >= most:
            return


def _ranked(found: list[Relaxation], ranked: int | None) -> list[Relaxation]:
    """Return relaxations of one size, the one with the best answer first, the order they came in deciding ties."""
    best_first = sorted(found, key=lambda one: [_cost(stage) for stage in one.then.stages])
    return [msgspec.structs.replace(one, ranked=ranked) for one in best_first]


def _cost(stage: Stage) -> int:
    return sign_of(ObjectiveKind(stage.objective)) * stage.value


def _relaxation(engine: Engine, question: Question, group: tuple[Guard, ...], budget: Budget) -> Relaxation:
    instance, lifted = engine.model.instance, set(group)
    given_up = []
    for guard in group:
        part = describe(instance, guard, question)
        if guard[0] != "limit":
            given_up.append(GivenUp(demand=part))
            continue
        named = GivenUp(demand=part)
        limit = instance.limits[guard[1]]
        for bound in ("maximum", "minimum"):
            now = getattr(limit, bound)
            opened = with_limit(instance, guard[1], msgspec.structs.replace(limit, **{bound: None}))
            enough = None if now is None else _nearest(opened, guard, _lifting(question, lifted - {guard}), budget)
            if enough is not None:
                named = GivenUp(demand=part, bound=bound, now=now, enough=enough)
                instance = with_limit(instance, guard[1], msgspec.structs.replace(limit, **{bound: enough}))
                lifted.remove(guard)
                break
        given_up.append(named)
    then = _outcome(instance, Engine.of(instance).solve(_lifting(question, lifted), budget))
    without = None
    if any(one.enough is not None for one in given_up):
        instance = engine.model.instance
        without = _outcome(instance, engine.solve(_lifting(question, set(group)), budget))
    return Relaxation(given_up=tuple(given_up), then=then, without=without)


def with_limit(instance: Instance, place: int, limit: Limit) -> Instance:
    """Return an Instance with another limit in the place of one."""
    limits = (*instance.limits[:place], limit, *instance.limits[place + 1 :])
    return msgspec.structs.replace(instance, limits=limits)


def _lifting(question: Question, lifted: set[Guard]) -> Question:
    return replace(question, lifted=question.lifted | lifted)


def _nearest(instance: Instance, guard: Guard, question: Question, budget: Budget) -> int | None:
    """Return the least amount of a limit without a maximum, the most of one without a minimum; None if none do."""
    engine = Engine.of(instance)
    limit = instance.limits[guard[1]]
    sign = 1 if limit.maximum is None else -1
    terms = [(variable, sign * weight) for variable, weight in limit_terms(engine.model, limit)]
    found = minimise(engine.proto(question), terms, budget, None)
    if found.status is SolveStatus.INFEASIBLE:
        return None
    if found.status is not SolveStatus.OPTIMAL:
        raise TimeoutError
    return sign * worth(terms, found.values)


def _outcome(instance: Instance, solution: Solution) -> Outcome:
    if not solution.solved:
        raise TimeoutError
    chosen = [instance.packages[index] for index in solution.packages]
    real = [package for package in chosen if package.origin is not PackageOrigin.VIRTUAL]
    return Outcome(
        status="proven" if solution.status is SolveStatus.OPTIMAL else "not proven",
        stages=tuple(stage for stage in solution.stages if stage.objective != "tie_break"),
        packages=len(real),
        installed_size=sum(package.installed_bytes or 0 for package in real),
        downstream_sources=len(solution.sources),
        unknown_sizes=sum(package.installed_bytes is None for package in real),
    )
