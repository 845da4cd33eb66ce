"""Minimal cores: the fewest parts of a question that cannot hold together, none of which can be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from optimizer.model.build import Guard, negation
from optimizer.model.question import Question
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget, run


def minimal_core(
    engine: Engine, question: Question, guards: Sequence[Guard], budget: Budget | None = None
) -> tuple[Guard, ...] | None:
    """Return a subset-minimal set of `guards` that cannot all bind in a question; None where they can.

    The solver's own core comes first, then each part is left out in turn, the last of `guards` first (deletion;
    Marques-Silva 2010, "Minimal Unsatisfiability"). Of several minimal cores, which one comes out is the solver's
    choice; it searches with one worker here, so that every machine gets the same. Raises TimeoutError where the
    budget ends first.
    """
    budget = budget or Budget()
    kinds = {kind for kind, _ in guards}
    known = frozenset(guard for guard in engine.model.guards if guard[0] in kinds)
    core = _solver_core(engine, question, guards, known, budget)
    if core is None:
        return None
    looks = engine.witnesses(replace(question, lifted=question.lifted | (known - set(core))), frozenset(core))
    for guard in reversed(core):
        if guard not in core:
            continue
        fewer = [held for held in core if held != guard]
        if budget.spent:
            raise TimeoutError
        if looks.exists(_binding(engine, core, fewer)):
            continue
        smaller = _solver_core(engine, question, fewer, known, budget)
        if smaller is not None:
            core = smaller
    return tuple(core)


def minimal_lifting(
    engine: Engine, question: Question, guards: Sequence[Guard], budget: Budget | None = None
) -> tuple[Guard, ...] | None:
    """Return a subset-minimal set of `guards` whose lifting makes a question feasible; None where lifting all fails.

    Earlier guards are put back first, so the last ones are preferred for lifting.
    """
    lifted = list(guards)
    if not engine.feasible(replace(question, lifted=question.lifted | set(lifted)), budget):
        return None
    for guard in guards:
        fewer = [held for held in lifted if held != guard]
        if engine.feasible(replace(question, lifted=question.lifted | set(fewer)), budget):
            lifted = fewer
    return tuple(lifted)


def _binding(engine: Engine, guards: Sequence[Guard], bound: Sequence[Guard]) -> list[int]:
    """Return the literals that say of some guards which of them bind."""
    literals = engine.model.guards
    return [literals[guard] if guard in bound else negation(literals[guard]) for guard in guards]


def _solver_core(
    engine: Engine, question: Question, guards: Sequence[Guard], known: frozenset[Guard], budget: Budget
) -> list[Guard] | None:
    """Return those of `guards` that CP-SAT needed to prove infeasibility, in the order given; None if feasible.

    `guards` are assumptions; all others of `known` are lifted, and guards of other kinds bind unless lifted.
    """
    given = frozenset(guards)
    question = replace(question, lifted=question.lifted | (known - given))
    proto = engine.proto(question, free=given)
    proto.assumptions.extend([engine.model.guards[guard] for guard in guards])
    found = run(proto, budget, assuming=True)
    if found.status is SolveStatus.UNKNOWN:
        raise TimeoutError
    if found.solved:
        return None
    core = set(found.core)
    if core:
        return [guard for guard in guards if engine.model.guards[guard] in core]
    # Presolve can prove infeasibility without naming assumptions: none is to blame only if none is needed.
    return list(guards) if engine.feasible(replace(question, lifted=question.lifted | given), budget) else []
