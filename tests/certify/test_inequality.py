"""Every rule derives only what follows, by trying every assignment; what is written is read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.certify.inequality import (
    MAX_BITS,
    Inequality,
    NumberTooLargeError,
    read_inequality,
    write_inequality,
)
from tests.certify.formulas import VARIABLES, assignments, inequalities


def follows(derived: Inequality, *given_ones: Inequality) -> bool:
    return all(derived.holds(true) for true in assignments() if all(one.holds(true) for one in given_ones))


@given(inequalities(), inequalities())
def test_a_sum_says_what_its_parts_add_up_to(one: Inequality, other: Inequality) -> None:
    total = one.copy()
    total.add(other)
    assert all(weight > 0 for weight in total.terms.values())
    assert not any(-literal in total.terms for literal in total.terms)
    for true in assignments():
        parts = [sum(w for v, w in held.terms.items() if (abs(v) in true) is (v > 0)) for held in (one, other, total)]
        assert parts[0] + parts[1] - one.degree - other.degree == parts[2] - total.degree


@given(inequalities(), st.integers(1, 12))
def test_multiplying_changes_no_answer_and_division_follows(one: Inequality, number: int) -> None:
    more, less = one.copy(), one.copy()
    more.multiply(number)
    less.divide(number)
    assert [more.holds(true) for true in assignments()] == [one.holds(true) for true in assignments()]
    assert follows(less, one)


@given(inequalities(), st.integers(1, VARIABLES))
def test_saturation_changes_no_answer_and_weakening_follows(one: Inequality, variable: int) -> None:
    saturated, weaker = one.copy(), one.copy()
    saturated.saturate()
    weaker.weaken(variable)
    assert [saturated.holds(true) for true in assignments()] == [one.holds(true) for true in assignments()]
    assert follows(weaker, one)
    assert variable not in {abs(literal) for literal in weaker.terms}


@given(inequalities())
def test_a_negation_holds_exactly_where_it_does_not(one: Inequality) -> None:
    assert all(one.negated().holds(true) is not one.holds(true) for true in assignments())
    assert one.contradicts is (not any(one.holds(true) for true in assignments()))


@given(inequalities())
def test_what_is_written_is_read_back(one: Inequality) -> None:
    assert read_inequality(write_inequality(one)) == one


@pytest.mark.parametrize(
    ("text", "terms", "degree"),
    [
        ("-3 x1 +2 x2 >= -1 ;", {-1: 3, 2: 2}, 2),
        ("+1 x1 +1 ~x1 >= 1 ;", {}, 0),
        ("+1 x1 +1 x1 >= 2 ;", {1: 2}, 2),
        ("+0 x1 >= 0 ;", {}, 0),
        (">= 1 ;", {}, 1),
    ],
)
def test_opb_is_made_normal(text: str, terms: dict[int, int], degree: int) -> None:
    assert read_inequality(text) == Inequality(terms, degree)


@pytest.mark.parametrize(
    "text", ["", "x1 >= 1 ;", "+1 x1 >= 1", "+1 x1 = 1 ;", "+1 y1 >= 1 ;", "+1 x1 >= 1 ; 2", "+1 x0 >= 1 ;"]
)
def test_what_is_no_inequality_is_refused(text: str) -> None:
    assert read_inequality(text) is None


def test_numbers_have_a_largest_size() -> None:
    held = Inequality({1: 1}, 1)
    for _ in range(MAX_BITS // 65 - 1):
        held.multiply((1 << 65) - 1)
    with pytest.raises(NumberTooLargeError):
        held.multiply(1 << 130)
    with pytest.raises(ValueError, match="0"):
        held.multiply(0)
    with pytest.raises(ValueError, match="0"):
        held.divide(0)
