"""RPM's order of versions, as libsolv has it."""

from __future__ import annotations

import functools
from typing import Any

import solv


def compare_evr(one: str, other: str) -> int:
    """Return -1, 0 or 1: which of two `[epoch:]version[-release]` is the newer; a missing release is the oldest.

    Source: rpm-version(7), through libsolv's `pool_evrcmp_str` in its usual mode of comparison.
    """
    _, first, second = _compared()
    first.evr, second.evr = _spelt(one), _spelt(other)
    order: int = first.evrcmp(second)
    return (order > 0) - (order < 0)


@functools.cache
def _compared() -> tuple[Any, Any, Any]:
    """Two solvables, and their pool, which would be freed under them if nobody held it."""
    pool = solv.Pool()
    repository = pool.add_repo("compared")
    return pool, repository.add_solvable(), repository.add_solvable()


def _spelt(evr: str) -> str:
    """libsolv reads `0:1-1` and `1-1` as one; an empty text it takes for no version at all."""
    return evr or "0"
