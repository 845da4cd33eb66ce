"""Formulas spelt anew for solvers that count in 32 bits.

clasp 3.3 refuses a number of more and a sum of nothing, but not a sum of numbers that adds up to more: it then finds
answers that are none, and none where there are some (docs/upstream/clasp.md).
"""

from __future__ import annotations

from optimizer.certify.formula import Formula
from optimizer.certify.inequality import Inequality, write_inequality

#: The greatest sum of weights that a signed number of 32 bits holds.
MOST = (1 << 31) - 1

_NEVER = Inequality({1: 1}, 2)


def narrow(formula: Formula, most: int = MOST) -> Formula | None:
    """Return a formula that has an answer just where the given one has, no sum in it above `most`.

    An answer of either, without the variables that were added, is one of the other. What holds always is left out,
    so every sum has terms and none is asked to be more than it can. None where two digits are too few.
    """
    inequalities: list[Inequality] = []
    variables = max(formula.variables, 1)
    for held in formula.inequalities:
        if held.degree <= 0:
            continue
        if held.contradicts:
            inequalities.append(_NEVER)
        elif sum(held.terms.values()) <= most:
            inequalities.append(held)
        else:
            pair, variables = _by_digits(held, variables, most)
            if any(sum(one.terms.values()) > most for one in pair):
                return None
            inequalities += pair
    return Formula(tuple(inequalities), variables)


def _by_digits(held: Inequality, variables: int, most: int) -> tuple[tuple[Inequality, Inequality], int]:
    """Return two inequalities over the digits of the weights, and how many variables there are then.

    What does not hold, the negated literals, may weigh at most b. In base D a weight is h D + r, and b is bh D + bl.
    There are a carry c and a truth t such that the sum of r is at most D c + (bl if t, else D - 1), and the sum of h
    and c at most bh - (0 if t, else 1): c is the sum of r divided by D, and t says that the upper digits are equal.
    """
    weights = held.terms
    least = sum(weights.values())
    shift = max(least.bit_length() - most.bit_length() + 2, 1)
    base = 1 << shift
    upper, lower = divmod(least - held.degree, base)
    high = {one: weight >> shift for one, weight in weights.items() if weight >> shift}
    low = {one: weight % base for one, weight in weights.items() if weight % base}
    carries = (sum(low.values()) >> shift).bit_length()
    equal, carry = variables + 1, [variables + 2 + place for place in range(carries)]
    below = Inequality(dict(low), sum(low.values()) - lower)
    below.terms |= {one: base << place for place, one in enumerate(carry)}
    if lower < base - 1:
        below.terms[-equal] = base - 1 - lower
    above = Inequality(dict(high), sum(high.values()) + (1 << carries) - 1 - upper + 1)
    above.terms |= {-one: 1 << place for place, one in enumerate(carry)}
    above.terms[equal] = 1
    return (below, above), variables + 1 + carries


def write_formula(formula: Formula) -> bytes:
    """Return a formula as an OPB file."""
    lines = [f"* #variable= {formula.variables} #constraint= {len(formula.inequalities)}"]
    return "".join(f"{line}\n" for line in (*lines, *map(write_inequality, formula.inequalities))).encode()
