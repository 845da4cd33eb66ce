"""A bound on a weighed sum as clauses: binary adders and a comparison (Eén and Sörensson 2006, section 5.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from optimizer.export.pseudo_boolean import Bound, Clause


def bound_clauses(bound: Bound, new_variable: Callable[[], int]) -> Iterator[Clause]:
    """Yield clauses that hold, with some values of new variables, exactly where a bound does."""
    weighed = [(weight, one) if weight > 0 else (-weight, -one) for weight, one in bound.terms]
    at_most = bound.at_most - sum(weight for weight, _ in bound.terms if weight < 0)
    if at_most < 0:
        yield ()
        return
    if sum(weight for weight, _ in weighed) <= at_most:
        return
    columns: list[list[int]] = [[] for _ in range(max(weight for weight, _ in weighed).bit_length())]
    for weight, literal in weighed:
        for place in range(weight.bit_length()):
            if weight >> place & 1:
                columns[place].append(literal)
    bits: list[int | None] = []
    for place, column in enumerate(columns):  # carries make the list grow while it is walked
        waiting = column
        while len(waiting) > 1:
            added, waiting = waiting[:3], waiting[3:]
            total, carry = new_variable(), new_variable()
            yield from _add(added, total, carry)
            waiting.append(total)
            if place + 1 == len(columns):
                columns.append([])
            columns[place + 1].append(carry)
        bits.append(waiting[0] if waiting else None)
    yield from _compare(bits, at_most)


def _add(added: list[int], total: int, carry: int) -> Iterator[Clause]:
    """Yield that two or three literals add up to `total` and twice `carry`."""
    for pattern in range(1 << len(added)):
        true = [bool(pattern >> place & 1) for place in range(len(added))]
        unless = [-one if held else one for one, held in zip(added, true, strict=True)]
        yield (*unless, total if sum(true) % 2 else -total)
        yield (*unless, carry if sum(true) > 1 else -carry)


def _compare(bits: Iterable[int | None], at_most: int) -> Iterator[Clause]:
    """Yield that a binary number, lowest bit first, is at most a constant: no bit is set first where it has none."""
    held = list(bits)
    for place, bit in enumerate(held):
        if bit is None or at_most >> place & 1:
            continue
        higher = [held[above] for above in range(place + 1, len(held)) if at_most >> above & 1]
        if None not in higher and not at_most >> len(held):
            yield (-bit, *(-one for one in higher if one is not None))
