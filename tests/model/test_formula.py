"""Clauses mean what the formula means: every set of up to six packages, both signs, any nesting."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model.build import Model, negation
from optimizer.model.question import Question
from optimizer.model.solve import Engine
from optimizer.universe.instance import FALSE, TRUE, Capability, Formula, Instance, formula_capabilities, holds
from tests.export.instances import formulas
from tests.model.making import make
from tests.model.test_rules import exactly, subsets

CAPABILITIES = 4


@st.composite
def worlds(draw: st.DrawFn) -> Instance:
    """Draw up to six packages and four capabilities, each with any providers, nobody included."""
    count = draw(st.integers(1, 6))
    providers = st.sets(st.integers(0, count - 1)).map(sorted).map(tuple)
    held = [Capability(text=f"c{number}", providers=draw(providers)) for number in range(CAPABILITIES)]
    return make("abcdef"[:count], capabilities=tuple(held))


@settings(max_examples=80, deadline=None)
@given(instance=worlds(), formula=formulas(CAPABILITIES), negated=st.booleans())
def test_clauses_hold_exactly_where_the_formula_does(instance: Instance, formula: Formula, negated: bool) -> None:
    model = Model(instance)
    model.add_formula(formula, (), negated=negated)
    engine = Engine(model)
    for chosen in subsets(instance):
        assert engine.feasible(exactly(instance, chosen)) == (holds(formula, instance, chosen) is not negated)


@settings(max_examples=40, deadline=None)
@given(instance=worlds(), formula=formulas(CAPABILITIES), negated=st.booleans())
def test_a_formula_binds_only_where_nothing_excuses_it(instance: Instance, formula: Formula, negated: bool) -> None:
    model = Model(instance)
    model.add_formula(formula, (negation(model.package[0]),), negated=negated)
    engine = Engine(model)
    for chosen in subsets(instance):
        wanted = 0 not in chosen or holds(formula, instance, chosen) is not negated
        assert engine.feasible(exactly(instance, chosen)) == wanted


def test_the_constants() -> None:
    instance = make("a")
    for formula, negated, possible in (
        (TRUE, False, True),
        (FALSE, False, False),
        (TRUE, True, False),
        (FALSE, True, True),
    ):
        model = Model(instance)
        model.add_formula(formula, (), negated=negated)
        assert Engine(model).feasible(Question()) is possible
        assert holds(formula, instance, frozenset()) is (possible is not negated)


def test_wide_disjunctions_do_not_multiply() -> None:
    """Ten pairs joined by `any` would be 1,024 clauses if they were multiplied out."""
    letters = "abcdefghijklmnopqrst"
    pairs = [("all", 2 * number, 2 * number + 1) for number in range(10)]
    model = Model(make(letters))
    model.add_formula(("any", *pairs), ())
    assert len(model.proto.constraints) == 21


@pytest.mark.parametrize(
    ("formula", "named"), [(3, (3,)), (TRUE, ()), (("all", 1, ("not", ("any", 2, 1))), (1, 2, 1))]
)
def test_a_formula_names_its_capabilities(formula: Formula, named: tuple[int, ...]) -> None:
    assert formula_capabilities(formula) == named
