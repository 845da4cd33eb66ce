"""Whose size it is: each package of an answer laid to the one feature that leads to it, or to several.

A feature *leads to* the packages of the answer that help it to hold, and to all that those demand in turn. What is
only recommended counts where nothing stronger leads to it. A package that a single feature leads to is that feature's
alone: without the feature, nothing in the answer asks for it.
"""

from __future__ import annotations

from collections import defaultdict

from optimizer.explain.demand import demands_of
from optimizer.universe.instance import Instance


def attribute(instance: Instance, chosen: frozenset[int]) -> dict[int, tuple[int, ...]]:
    """Return for each chosen package the features that lead to it, both as indices of the Instance, ascending."""
    asked: dict[int, int] = defaultdict(int)  # the features that ask for a package themselves, as bits
    hard: dict[int, set[int]] = defaultdict(set)
    weak: dict[int, set[int]] = defaultdict(set)
    for demand in demands_of(instance, chosen):
        if demand.asker is None:
            continue
        if demand.asker.is_package:
            (hard if demand.hard else weak)[demand.asker.index].update(demand.givers)
            continue
        for package in demand.givers:
            asked[package] |= 1 << demand.asker.index
    masks = _spread(asked, hard)
    if len(masks) < len(chosen):
        both = {package: hard[package] | weak[package] for package in chosen}
        masks = _spread(masks, both) | masks
    return {package: _bits(masks.get(package, 0)) for package in sorted(chosen)}


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
