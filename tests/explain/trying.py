"""Every set of packages of a small Instance that keeps all its rules, and what the best of some of them is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, combinations

import msgspec
from hypothesis import strategies as st

from optimizer.explain.answered import Answered
from optimizer.model.solve import Engine
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, PackageOrigin
from tests.export.instances import is_feasible, value
from tests.model.test_solve import limited_instances, within_limits

Sets = list[frozenset[int]]
Vector = tuple[int, ...]


def answerable_instances() -> st.SearchStrategy[Instance]:
    """Return Instances that have an answer; none has stubs, which come and go with what they are made for."""
    return limited_instances().map(_without_stubs).filter(lambda instance: bool(feasible_sets(instance)))


def _without_stubs(instance: Instance) -> Instance:
    def owned(origin: PackageOrigin) -> PackageOrigin:
        return PackageOrigin.DOWNSTREAM if origin is PackageOrigin.STUB else origin

    return msgspec.structs.replace(
        instance,
        packages=tuple(msgspec.structs.replace(one, origin=owned(one.origin)) for one in instance.packages),
        sources=tuple(msgspec.structs.replace(one, origin=owned(one.origin)) for one in instance.sources),
    )


def answered(instance: Instance) -> Answered:
    """Return an Instance with its answer."""
    return Answered(instance, Engine.of(instance).solve())


def feasible_sets(instance: Instance) -> Sets:
    """Return every set that keeps all rules, limits included."""
    indices = range(len(instance.packages))
    every = map(frozenset, chain.from_iterable(combinations(indices, size) for size in range(len(indices) + 1)))
    return [chosen for chosen in every if is_feasible(instance, chosen) and within_limits(instance, chosen)]


def vector(instance: Instance, chosen: frozenset[int]) -> Vector:
    """Return the value of each objective."""
    return tuple(value(instance, kind, chosen) for kind in instance.objectives)


def rank(instance: Instance) -> Callable[[Vector], Vector]:
    """Return the key by which better vectors are less."""
    signs = [-1 if kind is ObjectiveKind.FEATURES else 1 for kind in instance.objectives]
    return lambda held: tuple(sign * one for sign, one in zip(signs, held, strict=True))


def best(instance: Instance, sets: Iterable[frozenset[int]]) -> Vector | None:
    """Return the best vector of some sets, None of none."""
    return min((vector(instance, chosen) for chosen in sets), key=rank(instance), default=None)
