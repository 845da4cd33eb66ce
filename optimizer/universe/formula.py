"""libsolv dependencies as formulas over solvables.

Rich operators are evaluated as rpm evaluates them: `(A if B else C)` is (A or not B) and (C or B), `(A unless B
else C)` is (A and not B) or (C and B) (RPM manual, "Boolean Dependencies"; libsolv src/cplxdeps.c). `with` and
`without` speak of one package and are sets of providers, which libsolv computes.
"""

from __future__ import annotations

from collections.abc import Callable

from optimizer.problem.dependency import (
    Capability,
    Dependency,
    DependencySyntaxError,
    RichOperator,
    parse_dependency,
)
from optimizer.universe.instance import FALSE, TRUE, Formula
from optimizer.universe.world import World

Leaf = Callable[[int], Formula]


def dependency_formula(world: World, identifier: int, leaf: Leaf) -> Formula:
    """Return a dependency's formula; `leaf` turns the id of a capability (or a `with` set) into a leaf formula.

    rpmlib() capabilities are features of rpm itself and hold always. Text that libsolv printed and that is no
    valid rich dependency can hold nowhere.
    """
    text = world.text(identifier)
    if text.startswith("rpmlib("):
        return TRUE
    if not text.startswith("("):
        return leaf(identifier)
    try:
        dependency = parse_dependency(text)
    except DependencySyntaxError:
        return FALSE
    return parsed_formula(
        dependency, lambda part: leaf(identifier if part is dependency else world.dependency_id(part))
    )


def parsed_formula(dependency: Dependency, leaf: Callable[[Dependency], Formula]) -> Formula:
    """Return the formula of a parsed dependency; `leaf` turns a capability or a `with` set into a leaf formula."""
    if isinstance(dependency, Capability):
        return TRUE if dependency.name.startswith("rpmlib(") else leaf(dependency)
    if dependency.operator in (RichOperator.WITH, RichOperator.WITHOUT):
        return leaf(dependency)
    parts = [parsed_formula(operand, leaf) for operand in dependency.operands]
    return _combine(dependency.operator, parts)


def _combine(operator: RichOperator, parts: list[Formula]) -> Formula:
    if operator is RichOperator.AND:
        return ("all", *parts)
    if operator is RichOperator.OR:
        return ("any", *parts)
    then, condition, *otherwise = parts
    if operator is RichOperator.IF:
        implied = ("any", then, ("not", condition))
        return ("all", implied, ("any", otherwise[0], condition)) if otherwise else implied
    held = ("all", then, ("not", condition))
    return ("any", held, ("all", otherwise[0], condition)) if otherwise else held


def positive_leaves(formula: Formula, sign: bool = True) -> tuple[int, ...]:
    """Return the leaves that can help a formula to hold: those under an even number of negations."""
    if isinstance(formula, int):
        return (formula,) if sign else ()
    operator, *parts = formula
    below = sign if operator != "not" else not sign
    return tuple(leaf for part in parts for leaf in positive_leaves(part, below))
