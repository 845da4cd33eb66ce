"""Whose size it is: each package of an answer laid to the one feature that leads to it, or to several.

A feature *leads to* the packages of the answer that provide what it asks for, and to all that those require in
turn, every chosen provider of a requirement taken. Recommended packages count where nothing stronger leads to one. A
package that a single feature leads to is that feature's alone: without the feature, nothing in the answer asks for
it.
"""

from __future__ import annotations

from collections import defaultdict

from optimizer.universe.instance import Formula, Instance, RequirementKind, holds

_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


def attribute(instance: Instance, chosen: frozenset[int]) -> dict[int, tuple[int, ...]]:
    """Return for each chosen package the features that lead to it, both as indices of the Instance, ascending."""
    requirements = [r for r in instance.requirements if r.package in chosen]
    hard: dict[int, set[int]] = defaultdict(set)
    weak: dict[int, set[int]] = defaultdict(set)
    for requirement in requirements:
        named = _named(instance, requirement.formula, chosen)
        if requirement.kind is RequirementKind.SUPPLEMENTS:
            for package in named:
                weak[package].add(requirement.package)
        else:
            (hard if requirement.kind in _HARD else weak)[requirement.package] |= named
    masks = _spread(_asked(instance, chosen), hard)
    if len(masks) < len(chosen):
        both = {package: hard[package] | weak[package] for package in chosen}
        masks = _spread(masks, both) | masks
    return {package: _bits(masks.get(package, 0)) for package in sorted(chosen)}


def _asked(instance: Instance, chosen: frozenset[int]) -> dict[int, int]:
    """Return for each package that a feature asks for itself, the features that do, as bits."""
    masks: dict[int, int] = defaultdict(int)
    for index, feature in enumerate(instance.features):
        if not holds(feature.formula, instance, chosen):
            continue
        for package in _named(instance, feature.formula, chosen):
            masks[package] |= 1 << index
    return dict(masks)


def _spread(begun: dict[int, int], edges: dict[int, set[int]]) -> dict[int, int]:
    """Return the bits of each package once every package has handed its own to all it leads to."""
    masks = dict(begun)
    waiting = list(masks)
    while waiting:
        package = waiting.pop()
        mask = masks[package]
        for below in edges.get(package, ()):
            known = masks.get(below, 0)
            if known | mask != known:
                masks[below] = known | mask
                waiting.append(below)
    return masks


def _bits(mask: int) -> tuple[int, ...]:
    bits = []
    while mask:
        lowest = mask & -mask
        bits.append(lowest.bit_length() - 1)
        mask ^= lowest
    return tuple(bits)


def _named(instance: Instance, formula: Formula, chosen: frozenset[int], sign: bool = True) -> set[int]:
    """Return the chosen packages that a formula holds through; what it excludes is not among them."""
    if isinstance(formula, int):
        return set(chosen.intersection(instance.capabilities[formula].providers)) if sign else set()
    operator, *parts = formula
    below = sign if operator != "not" else not sign
    return {index for part in parts for index in _named(instance, part, chosen, below)}
