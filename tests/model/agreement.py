"""One drawn Instance put to an engine and to all of its subsets: what the engine says wrongly, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from optimizer.answer.verify import verify
from optimizer.model.question import Question
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, LimitKind
from tests.model.ways import draw_way, working
from tests.oracle.drawing import draw_instance, draw_question
from tests.oracle.every_subset import BestSet, EverySubset

_LEAST = (LimitKind.INSTALLED_SIZE, LimitKind.PACKAGES, LimitKind.DOWNSTREAM_SOURCES)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one seed; `wrong` is empty where the engine said what all subsets say."""

    seed: int
    feasible: bool
    packages: int
    wrong: tuple[str, ...]


def try_plain(seed: int) -> Tried:
    """Solve an Instance as it stands."""
    random = Random(seed)
    instance, way = draw_instance(random), draw_way(random)
    expected = EverySubset(instance).best()
    with working(way):
        found = Engine.of(instance).solve()
    wrong = list(differences(found, expected))
    if found.solved:
        wrong += [f"{one.rule}: {one.what}" for one in verify(instance, found)]
    return Tried(seed, expected is not None, len(found.packages), tuple(wrong))


def try_question(seed: int) -> Tried:
    """Ask a question in all the ways there are: unique or not, only whether, and the least of a quantity."""
    random = Random(seed)
    instance, way = draw_instance(random), draw_way(random)
    subsets = EverySubset(instance)
    with working(way):
        engine = Engine.of(instance, explain=random.random() < 0.4)
        question = draw_question(random, engine.model)
        held = _draw_held(random, instance, subsets, question)
        expected = subsets.best(question, held)
        found = engine.solve(question, no_worse=held)
        wrong = list(differences(found, expected))
        any_best = engine.solve(question, no_worse=held, unique=False)
        if any_best.status != found.status or any_best.stages != found.stages[:-1]:
            wrong.append(f"not unique: {any_best}")
        feasible = subsets.feasible(question)
        if engine.feasible(question) != bool(feasible.any()):
            wrong.append(f"feasible is {not feasible.any()}")
        kind = random.choice(_LEAST)
        amounts = subsets.amount(kind, question)[feasible]
        least, proven = engine.least(question, kind)
        if least != (int(amounts.min()) if len(amounts) else None) or (proven is not bool(len(amounts))):
            wrong.append(f"least {kind.value}: {least}, proven {proven}")
    return Tried(seed, expected is not None, len(found.packages), tuple(wrong))


def differences(found: Solution, expected: BestSet | None) -> Iterator[str]:
    """Yield what of a solve that nothing cut short is not what all subsets say."""
    if expected is None:
        if found != Solution(status=SolveStatus.INFEASIBLE):
            yield f"{found.status} where no set will do"
        return
    if found.status is not SolveStatus.OPTIMAL:
        yield f"{found.status} where {expected.packages} is best"
        return
    *stages, tie_break = found.stages
    if tuple(stage.value for stage in stages) != expected.values:
        yield f"stages {stages}, not {expected.values}"
    if any(stage.status != "optimal" or stage.bound != stage.value for stage in (*stages, tie_break)):
        yield f"not proven: {found.stages}"
    if found.packages != expected.packages:
        yield f"packages {found.packages}, not {expected.packages}"


def _draw_held(
    random: Random, instance: Instance, subsets: EverySubset, question: Question
) -> dict[ObjectiveKind, int]:
    """Draw values that the answer may not be worse than in some objectives: ones that some set has."""
    held = {}
    for kind in instance.objectives:
        if random.random() < 0.2:
            amounts = subsets.amount(kind, question)
            drawn = random.randrange(len(amounts))
            held[kind] = int(random.choice([amounts.min(), amounts.max(), amounts[drawn]]))
    return held
