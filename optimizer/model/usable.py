"""Which packages can be part of any answer at all."""

from __future__ import annotations

from collections.abc import Iterable

from optimizer.model.question import PLAIN
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.model.step import minimise


def usable_packages(engine: Engine, packages: Iterable[int], budget: Budget | None = None) -> frozenset[int]:
    """Return those of `packages` that are in some answer, optimal or not.

    As many as fit into one answer are found at a time, until an answer with any of the rest is proven impossible.
    Raises TimeoutError where the budget ends first.
    """
    untested, usable = set(packages), set[int]()
    while untested:
        proto = engine.proto(PLAIN)
        literals = {package: engine.model.package[package] for package in sorted(untested)}
        proto.constraints.add().bool_or.literals.extend(literals.values())
        found = minimise(proto, [(literal, -1) for literal in literals.values()], budget or Budget(), None)
        if found.status is SolveStatus.UNKNOWN:
            raise TimeoutError
        if not found.solved:
            break
        there = {package for package, literal in literals.items() if found.values[literal]}
        usable |= there
        untested -= there
    return frozenset(usable)
