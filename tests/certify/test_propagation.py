"""Unit propagation refutes what it must, nothing else, and leaves no trace of what it was asked."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.certify.inequality import Inequality
from optimizer.certify.propagation import Propagator
from tests.certify.formulas import inequalities, satisfiable


def forced_to_break(held: Sequence[Inequality]) -> bool:
    """The same by the definition: add every forced literal until nothing changes or something breaks."""
    true: set[int] = set()
    while True:
        before = len(true)
        for one in held:
            slack = sum(weight for literal, weight in one.terms.items() if -literal not in true) - one.degree
            if slack < 0:
                return True
            true |= {literal for literal, weight in one.terms.items() if weight > slack and -literal not in true}
        if len(true) == before:
            return False


@settings(max_examples=400)
@given(st.lists(inequalities(), max_size=12), st.lists(inequalities(), min_size=1, max_size=6))
def test_what_is_refuted_is_what_the_definition_refutes(held: list[Inequality], asked: list[Inequality]) -> None:
    propagator = Propagator()
    for name, one in enumerate(held, 1):
        propagator.add(name, one)
    for one in asked:  # each as if the others had not been asked
        used = propagator.refutes(one)
        assert (used is not None) is forced_to_break([*held, one])
        if used is not None:
            rests_on = [held[name - 1] for name in used]
            assert not satisfiable([*rests_on, one])
            assert forced_to_break([*rests_on, one])
