"""One closure for all problems that close alike: what closing does not read of a problem is put in afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from msgspec.structs import replace as with_fields

from optimizer.problem.problem import Limits, Objective, ObjectiveKind, Position, Problem
from optimizer.universe.assemble import Closed, limits_of, previous_of, unknown_bytes_of
from optimizer.universe.instance import Input, Instance, Pin, PinKind, Source

#: Objectives that closing reads: whether there are weak dependencies, and candidates of an earlier manifest.
_READ = (ObjectiveKind.WEAK, ObjectiveKind.CHANGES)
_NOWHERE = Position("", 0, "")


def closing_question(problem: Problem) -> Problem:
    """Return the problem that stands for all that close alike: without what closing does not read.

    That is name, files and positions, limits, weights, values of features, what an unknown size counts, objectives
    but two, and an earlier manifest that nobody asks after. A feature's position holds its index. Whatever else a
    problem has is kept, so what is new in one parts closures until somebody says here that it need not.
    """
    kinds = {objective.kind for objective in problem.objectives}
    sizes = tuple(with_fields(size, position=_NOWHERE) for size in problem.sizes.packages)
    return replace(
        problem,
        name="closure",
        file=Path(),
        files=(),
        repositories=tuple(
            with_fields(
                source, position=_NOWHERE, keys=tuple(with_fields(key, position=_NOWHERE) for key in source.keys)
            )
            for source in problem.repositories
        ),
        features=tuple(
            with_fields(feature, value=0, position=Position("", 0, str(index)))
            for index, feature in enumerate(problem.features)
        ),
        equivalents=tuple(with_fields(row, position=_NOWHERE) for row in problem.equivalents),
        forbidden=tuple(with_fields(forbidden, position=_NOWHERE) for forbidden in problem.forbidden),
        limits=Limits(),
        pins=tuple(with_fields(pin, position=_NOWHERE) for pin in problem.pins),
        previous=problem.previous if ObjectiveKind.CHANGES in kinds else (),
        sizes=with_fields(problem.sizes, packages=sizes),
        policy=replace(problem.policy, unknown_size=0),
        objectives=tuple(Objective(kind) for kind in _READ if kind in kinds),
    )


def closure_key(question: Problem, inputs: Sequence[Input]) -> str:
    """Return what two problems have in common that close alike; `question` is what `closing_question` returned."""
    return sha256("\0".join((repr(question), *map(repr, inputs))).encode()).hexdigest()


def restate(closed: Closed, problem: Problem) -> Closed:
    """Return the closure of a `closing_question` as that of a problem it stands for: what closing that anew gives."""
    instance = closed.instance
    stated = with_fields(
        instance,
        problem=problem.name,
        sources=_weighted(instance, problem),
        features=tuple(
            with_fields(feature, value=asked.value, where=asked.position.brief)
            for feature in instance.features
            for asked in (problem.features[int(feature.where)],)
        ),
        forbidden=tuple(
            with_fields(forbidden, where=asked.position.brief)
            for forbidden, asked in zip(instance.forbidden, problem.forbidden, strict=True)
        ),
        pins=_pins(instance, problem),
        limits=limits_of(problem),
        objectives=tuple(objective.kind for objective in problem.objectives),
        unknown_bytes=unknown_bytes_of(problem),
        previous=previous_of(problem),
    )
    return replace(closed, instance=stated)


def _weighted(instance: Instance, problem: Problem) -> tuple[Source, ...]:
    weights = {name: weight for objective in problem.objectives for name, weight in objective.weights}
    if not weights:
        return instance.sources
    return tuple(with_fields(source, weight=weights.get(source.name, 1)) for source in instance.sources)


def _pins(instance: Instance, problem: Problem) -> tuple[Pin, ...]:
    own = [pin for pin in instance.pins if pin.kind is PinKind.PIN]
    locks = [pin for pin in instance.pins if pin.kind is PinKind.LOCK]
    asked = zip(own, problem.pins, strict=True)
    return (*(with_fields(pin, where=one.position.brief) for pin, one in asked), *locks)
