"""Every set of packages of a small Instance that keeps all its rules, and what the best of some of them is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, combinations
from typing import Any

import msgspec
from hypothesis import assume
from hypothesis import strategies as st

from optimizer.explain.answered import Answered
from optimizer.model.solve import Engine
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance, Limit, LimitKind, PackageOrigin
from tests.export.instances import is_feasible, value
from tests.model.making import make, package

Sets = list[frozenset[int]]
Vector = tuple[int, ...]


_LETTERS = "abcdef"
_GROUPS = "xyz"
_ORDERS = (
    ("features", "installed_size"),
    ("divergence", "features", "packages"),
    ("features", "divergence", "installed_size", "packages"),
    ("divergence", "installed_size"),
    ("installed_size", "features"),
    ("packages",),
)
_AMOUNTS = (LimitKind.INSTALLED_SIZE, LimitKind.DOWNLOAD_SIZE, LimitKind.PACKAGES, LimitKind.DOWNSTREAM_SOURCES)


@st.composite
def answerable_instances(draw: st.DrawFn) -> Instance:
    """Draw six packages with much to choose between, and limits that an answer can keep but its best often not."""
    sizes = st.integers(1, 9)
    origins = st.sampled_from([PackageOrigin.UPSTREAM, PackageOrigin.UPSTREAM, PackageOrigin.DOWNSTREAM])
    packages = [
        package(letter, installed_bytes=draw(sizes), download_bytes=draw(sizes), origin=draw(origins))
        for letter in _LETTERS
    ]
    letter, group = st.sampled_from(_LETTERS), st.sampled_from(_GROUPS)
    either = st.tuples(letter, group).map(lambda pair: ("any", *pair))
    asked = st.one_of(group, group, letter, either)
    given_by = st.lists(letter, min_size=2, max_size=3, unique=True).map(lambda held: "".join(sorted(held)))
    worth = st.tuples(st.one_of(letter, asked), st.integers(1, 3))
    shape: dict[str, Any] = {
        "provides": {name: draw(given_by) for name in _GROUPS},
        "requires": draw(st.lists(st.tuples(letter, asked), max_size=4)),
        "conflicts": draw(st.lists(st.tuples(letter, letter).filter(lambda pair: pair[0] != pair[1]), max_size=2)),
        "required": draw(st.lists(asked, min_size=1, max_size=2, unique=True)),
        "optional": draw(st.lists(worth, min_size=1, max_size=3, unique_by=lambda one: one[0])),
        "objectives": draw(st.sampled_from(_ORDERS)),
    }
    free = make(packages, **shape)
    sets = feasible_sets(free)
    assume(sets)
    ranked = rank(free)
    favourite = min(sets, key=lambda held: ranked(vector(free, held)))
    unwanted = st.lists(st.sampled_from(sorted(free.packages[index].name for index in favourite) or "a"), max_size=1)
    instance = make(packages, forbidden=draw(unwanted), excluded=draw(unwanted), **shape)
    sets = feasible_sets(instance)
    assume(sets)
    limits: list[Limit] = []
    for kind in draw(st.lists(st.sampled_from(_AMOUNTS), min_size=1, max_size=2, unique=True)):
        best_amount = amount(instance, kind, min(sets, key=lambda held: ranked(vector(instance, held))))
        below = {held for chosen in sets if (held := amount(instance, kind, chosen)) < best_amount}
        bound = draw(st.sampled_from(sorted(below) or [best_amount]))
        sets = [chosen for chosen in sets if amount(instance, kind, chosen) <= bound]
        limits.append(Limit(kind=kind, maximum=bound))
    return msgspec.structs.replace(instance, limits=tuple(limits))


def amount(instance: Instance, kind: LimitKind, chosen: frozenset[int]) -> int:
    """Return how much a set has of what a limit bounds."""
    if kind is LimitKind.DOWNSTREAM_SOURCES:
        return value(instance, ObjectiveKind.DIVERGENCE, chosen)
    return value(instance, ObjectiveKind(kind.value), chosen)


def answered(instance: Instance) -> Answered:
    """Return an Instance with its answer."""
    return Answered(instance, Engine.of(instance).solve())


def feasible_sets(instance: Instance) -> Sets:
    """Return every set that keeps all rules, limits included."""
    indices = range(len(instance.packages))
    every = map(frozenset, chain.from_iterable(combinations(indices, size) for size in range(len(indices) + 1)))
    return [chosen for chosen in every if is_feasible(instance, chosen) and _within_limits(instance, chosen)]


def _within_limits(instance: Instance, chosen: frozenset[int]) -> bool:
    return all(amount(instance, one.kind, chosen) <= (one.maximum or 0) for one in instance.limits)


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
