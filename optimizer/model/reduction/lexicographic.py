"""Columns of weights compared one after another, as a single exact integer for each variable."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from optimizer.model.form import Term


class Costs(msgspec.Struct, frozen=True):
    """What each variable costs, every column in one integer: sums of costs compare as the columns' sums do.

    A column's unit is `radix` times the largest that all later ones can come to, so nothing carries over.
    """

    by_variable: list[int]
    units: tuple[int, ...]


def combine(columns: Sequence[Sequence[Term]], variables: int) -> Costs:
    """Return columns, the first of which counts most, as one cost for each variable; integers of any length."""
    units: list[int] = []
    unit = 1
    for column in reversed(columns):
        units.append(unit)
        unit *= 1 + sum(abs(weight) for _, weight in column)
    units.reverse()
    cost = [0] * variables
    for column, unit in zip(columns, units, strict=True):
        for variable, weight in column:
            cost[variable] += weight * unit
    return Costs(cost, tuple(units))
