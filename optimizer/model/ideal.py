"""The best that the leading stages could come to: assumed where nothing contradicts it at first sight."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.model.form import Term
from optimizer.model.propagate import Values


def assume_ideal(values: Values, columns: Sequence[Sequence[Term]]) -> tuple[int, bool]:
    """Assume of the leading columns that each of their variables has its best value.

    Return of how many columns, and whether that is possible as far as propagation sees. A variable whose best value
    alone leads to a contradiction has the other one in every answer. Where all others can have theirs together, no
    answer has a lower sum, so an answer with all of this is among the best, if there is one: the caller must see.
    Columns are taken until one has no such ideal.
    """
    for number, column in enumerate(columns):
        root = len(values.trail)
        best = [~variable if weight > 0 else variable for variable, weight in column if weight]
        best = [literal for literal in best if not values.value[literal]]
        doubted = _hold(values, best)
        if not doubted:
            continue
        values.undo(root)
        for literal in doubted:
            if values.value[literal]:
                continue
            before = len(values.trail)
            possible = values.propagate([literal])
            values.undo(before)
            if possible:
                return number, True
            if not values.propagate([~literal]):
                return number, False
        root = len(values.trail)
        if _hold(values, [literal for literal in best if not values.value[literal]]):
            values.undo(root)
            return number, True
    return len(columns), True


def _hold(values: Values, literals: Sequence[int]) -> list[int]:
    """Make literals true one after the other, and return those that contradict the ones before."""
    doubted = []
    for literal in literals:
        before = len(values.trail)
        if not values.propagate([literal]):
            values.undo(before)
            doubted.append(literal)
    return doubted
