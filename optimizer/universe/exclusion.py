"""Rich Conflicts in which a package matches itself.

A package never conflicts with itself. libsolv turns a rich Conflicts into clauses over packages and drops those that
speak of the conflicting package alone (src/rules.c, add_complex_deprules); what remains is kept as it is. So with
`Conflicts: (a and b)` on a package that provides `a`, no other provider of `b` may be in.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from math import prod

from optimizer.universe.instance import FALSE, Formula

_WIDEST = 10_000

Literal = tuple[int, bool]
Clause = frozenset[Literal]


def conflict_formula(
    identifier: int, formula: Formula, providers: dict[int, tuple[int, ...]], reached: frozenset[int]
) -> Formula:
    """Return what a solvable's rich Conflicts excludes, itself left out.

    Leaves of the result are dependency ids, or `("package", id)` for one solvable. Where the solvable matches no
    leaf, the formula is returned as it is; so it is where there would be too many clauses, which then excludes the
    solvable more often than libsolv does, never less.
    """
    if not _names(identifier, formula, providers) or _width(formula, providers) > _WIDEST:
        return formula
    clauses = _negated(formula, providers, reached)
    kept = [clause for clause in clauses if clause != {(identifier, False)} and not _holds_always(clause)]
    if not kept:
        return FALSE
    return (
        "any",
        *(("all", *(_opposite(literal) for literal in sorted(clause))) for clause in sorted(kept, key=sorted)),
    )


def _names(identifier: int, formula: Formula, providers: dict[int, tuple[int, ...]]) -> bool:
    if isinstance(formula, int):
        return identifier in providers[formula]
    return any(_names(identifier, part, providers) for part in formula[1:])


def _width(formula: Formula, providers: dict[int, tuple[int, ...]]) -> int:
    """Return a bound on the clauses a formula can become: metadata may be made to make them explode."""
    if isinstance(formula, int):
        return max(1, len(providers[formula]))
    widths = [_width(part, providers) for part in formula[1:]]
    return max(sum(widths), prod(widths))


def _opposite(literal: Literal) -> Formula:
    identifier, positive = literal
    return ("not", ("package", identifier)) if positive else ("package", identifier)


def _holds_always(clause: Clause) -> bool:
    return any((identifier, not positive) in clause for identifier, positive in clause)


def _negated(formula: Formula, providers: dict[int, tuple[int, ...]], reached: frozenset[int]) -> set[Clause]:
    """Return the clauses of a formula's negation."""
    if isinstance(formula, int):
        return {frozenset({(held, False)}) for held in providers[formula] if held in reached}
    operator, *parts = formula
    if operator == "any":
        return _union(_negated(part, providers, reached) for part in parts)
    if operator == "not":
        return _clauses(parts[0], providers, reached)
    return _distributed([_negated(part, providers, reached) for part in parts])


def _clauses(formula: Formula, providers: dict[int, tuple[int, ...]], reached: frozenset[int]) -> set[Clause]:
    if isinstance(formula, int):
        return {frozenset((held, True) for held in providers[formula] if held in reached)}
    operator, *parts = formula
    if operator == "all":
        return _union(_clauses(part, providers, reached) for part in parts)
    if operator == "not":
        return _negated(parts[0], providers, reached)
    return _distributed([_clauses(part, providers, reached) for part in parts])


def _union(parts: Iterable[set[Clause]]) -> set[Clause]:
    """A part that never holds swallows its siblings before self-matches are seen, as in libsolv's normalize_dep."""
    clauses = {clause for part in parts for clause in part}
    return {frozenset()} if frozenset() in clauses else clauses


def _distributed(parts: list[set[Clause]]) -> set[Clause]:
    return {frozenset().union(*chosen) for chosen in product(*parts)}
