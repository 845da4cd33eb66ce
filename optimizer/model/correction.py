"""What must be given up for an answer: the minimal correction sets of a question, the smallest first.

Each is found by one minimisation of how many parts do not bind, with what was found before ruled out (Liffiton,
Sakallah 2008, "Algorithms for Computing Minimal Unsatisfiable Subsets of Constraints", section 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimizer.model.build import Guard
from optimizer.model.first import first_group, settle
from optimizer.model.question import Question
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget


def corrections(
    engine: Engine, question: Question, guards: Sequence[Guard], budget: Budget
) -> Iterator[tuple[Guard, ...]]:
    """Yield every subset-minimal set of `guards` that, lifted, gives a question an answer; smaller ones first.

    Sets of one size come in the order of `guards`, the last of a set compared first; each lists its guards in that
    order. The empty set alone where the question has an answer, nothing where lifting all does not help. Raises
    TimeoutError.
    """
    known: list[tuple[int, ...]] = []
    while True:
        proto = engine.proto(question, free=frozenset(guards))
        lifted = []
        for guard in guards:
            binds, variable = engine.model.guards[guard], len(proto.variables)
            proto.variables.add().domain.extend((0, 1))
            proto.constraints.add().exactly_one.literals.extend((binds, variable))
            lifted.append(variable)
        for group in known:
            proto.constraints.add().bool_or.literals.extend([engine.model.guards[guards[place]] for place in group])
        found = settle(proto, [(variable, 1) for variable in lifted], budget)
        if found is None:
            return
        known.append(first_group(proto, lifted, found, budget))
        yield tuple(guards[place] for place in known[-1])
        if not known[-1]:
            return
