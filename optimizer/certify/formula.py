"""OPB files read back: the inequalities of a formula without an objective, as `export/opb.py` writes them."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.certify.inequality import Inequality, read_inequality


class BadFormulaError(ValueError):
    """A file that is no OPB formula: its line, and what stands there."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(line, text)
        self.line, self.text = line, text

    def __str__(self) -> str:
        return f"line {self.line} is no inequality: {self.text[:60]!r}"


@dataclass(frozen=True, slots=True)
class Formula:
    """Inequalities that all have to hold, numbered from 1 as proofs number them, and the largest variable."""

    inequalities: tuple[Inequality, ...]
    variables: int

    def broken_by(self, true: frozenset[int]) -> tuple[int, ...]:
        """Return the numbers of the inequalities that do not hold where exactly these variables are true."""
        return tuple(number for number, held in enumerate(self.inequalities, 1) if not held.holds(true))


def read_formula(content: bytes) -> Formula:
    """Return the formula of an OPB file; raises BadFormulaError."""
    found: list[Inequality] = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        if line.startswith("*") or not line:
            continue
        held = read_inequality(line)
        if held is None:
            raise BadFormulaError(number, line)
        found.append(held)
    variables = (abs(one) for held in found for one in held.terms)
    return Formula(tuple(found), max(variables, default=0))
