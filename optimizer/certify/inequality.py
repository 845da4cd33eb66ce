"""Pseudo-Boolean inequalities and the rules of cutting planes, in plain Python.

Source of the rules: Cook, Coullard and Turán, "On the complexity of cutting-plane proofs" (1987); Buss and Nordström,
"Proof complexity and SAT solving" (2021), section 7.7.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: No honest proof comes near; a hostile one could let numbers grow until memory ends.
MAX_BITS = 1 << 14

# Python reads no number of more than 4,300 digits; there is no variable 0, which would be its own negation.
_NUMBER, _VARIABLE = r"[+-]?[0-9]{1,4000}", r"~?x[1-9][0-9]{0,8}"
_TERM = re.compile(rf"({_NUMBER}) +({_VARIABLE})")
_SIDES = re.compile(rf"((?:{_NUMBER} +{_VARIABLE} +)*)>= +({_NUMBER}) *;")


class NumberTooLargeError(ArithmeticError):
    """A number of more than MAX_BITS bits."""


@dataclass(slots=True)
class Inequality:
    """`terms` add up to `degree` or more: positive weights by literal, each variable once, -v the negation of v."""

    terms: dict[int, int]
    degree: int

    @property
    def contradicts(self) -> bool:
        """Whether no assignment holds it."""
        return sum(self.terms.values()) < self.degree

    def holds(self, true: frozenset[int]) -> bool:
        """Return whether it holds where exactly these variables are true."""
        return sum(weight for one, weight in self.terms.items() if (abs(one) in true) is (one > 0)) >= self.degree

    def negated(self) -> Inequality:
        """Return the inequality that holds exactly where this one does not."""
        return Inequality(
            {-one: weight for one, weight in self.terms.items()}, sum(self.terms.values()) - self.degree + 1
        )

    def copy(self) -> Inequality:
        """Return another with the same terms."""
        return Inequality(dict(self.terms), self.degree)

    def add(self, other: Inequality) -> None:
        """Add another to this one; what speaks of a variable both ways cancels."""
        terms = self.terms
        self.degree += other.degree
        for one, weight in other.terms.items():
            opposite = terms.get(-one)
            if opposite is None:
                terms[one] = terms.get(one, 0) + weight
            elif opposite > weight:
                terms[-one] = opposite - weight
                self.degree -= weight
            else:
                del terms[-one]
                self.degree -= opposite
                if weight > opposite:
                    terms[one] = weight - opposite

    def multiply(self, factor: int) -> None:
        """Multiply by a positive number; raises ValueError, NumberTooLargeError."""
        if factor < 1:
            raise ValueError(factor)
        if max((self.degree, *self.terms.values())).bit_length() + factor.bit_length() > MAX_BITS:
            raise NumberTooLargeError
        self.degree *= factor
        for one in self.terms:
            self.terms[one] *= factor

    def divide(self, divisor: int) -> None:
        """Divide by a positive number and round up: what adds up is a whole number. Raises ValueError."""
        if divisor < 1:
            raise ValueError(divisor)
        self.degree = -(-self.degree // divisor)
        for one, weight in self.terms.items():
            self.terms[one] = -(-weight // divisor)

    def saturate(self) -> None:
        """Lower every weight to the degree: more is never needed."""
        if self.degree <= 0:
            self.terms.clear()
        for one, weight in self.terms.items():
            if weight > self.degree:
                self.terms[one] = self.degree

    def weaken(self, variable: int) -> None:
        """Take a variable out as if its term were met."""
        for one in (variable, -variable):
            self.degree -= self.terms.pop(one, 0)


def read_literal(text: str) -> int:
    """Return a literal as proofs spell it, `x3` or `~x3`, as 3 or -3; raises ValueError."""
    if not re.fullmatch(_VARIABLE, text):
        raise ValueError(text)
    return -int(text[2:]) if text.startswith("~") else int(text[1:])


def read_inequality(text: str) -> Inequality | None:
    """Return an inequality as OPB spells it, `>=` and `;` included, or None where the text is no such thing."""
    sides = _SIDES.fullmatch(text)
    if sides is None:
        return None
    read = Inequality({}, int(sides[2]))
    for weight, literal in _TERM.findall(sides[1]):
        one, amount = read_literal(literal), int(weight)
        if amount < 0:  # w * l = w + |w| * (not l)
            one, amount = -one, -amount
            read.degree += amount
        if amount:
            read.add(Inequality({one: amount}, 0))
    return read


def write_inequality(held: Inequality) -> str:
    """Return an inequality as OPB and proofs spell it."""
    terms = (f"+{held.terms[one]} {'~' if one < 0 else ''}x{abs(one)} " for one in sorted(held.terms, key=abs))
    return f"{''.join(terms)}>= {held.degree} ;"
