"""The checker: does a proof show that a formula has no answer?

It reads the part of VeriPB's proof format 3.0 that a refutation needs (cutting planes in reverse Polish notation, and
reverse unit propagation), knows nothing of packages, and shares no code with what finds proofs. Source of the format:
VeriPB's documentation of its versions 2.0 and 3.0; of reverse unit propagation, Gocht and Nordström, "Certifying
parity reasoning efficiently using pseudo-Boolean proofs" (2021).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice

from optimizer.certify.formula import Formula
from optimizer.certify.inequality import Inequality, NumberTooLargeError, read_inequality, read_literal
from optimizer.certify.propagation import Propagator

HEADER = "pseudo-Boolean proof version 3.0"
OUTPUT = "output NONE ;"
END = "end pseudo-Boolean proof ;"
#: No honest step comes near.
LONGEST_LINE_BYTES = 16 << 20


class BadProofError(ValueError):
    """A proof that proves nothing: its line, and what is wrong there."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(line, what)
        self.line, self.what = line, what

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


@dataclass(slots=True)
class Derivation:
    """What is known of a formula so far: its inequalities first, numbered from 1, then those derived from them.

    Obvious steps are tried on the formula and on other obvious ones first, and on everything only if that fails.
    """

    known: list[Inequality | None]
    inputs: int
    narrow: Propagator = field(default_factory=Propagator)
    _wide: Propagator = field(default_factory=Propagator)
    _in_wide: int = 0

    @classmethod
    def of(cls, formula: Formula) -> Derivation:
        """Return the beginning of a derivation."""
        made = cls(list(formula.inequalities), len(formula.inequalities))
        for number, held in enumerate(formula.inequalities, 1):
            made.narrow.add(number, held)
        return made

    def delete(self, number: int) -> None:
        """Forget what has been derived; raises IndexError where that is no derived inequality."""
        if not self.inputs < number <= len(self.known) or self.known[number - 1] is None:
            raise IndexError(number)
        self.known[number - 1] = None

    def add(self, held: Inequality, *, obvious: bool) -> None:
        """Enter what has been derived."""
        self.known.append(held)
        if obvious or held.contradicts:
            self.narrow.add(len(self.known), held)

    def refutes(self, held: Inequality) -> frozenset[int] | None:
        """Return the numbers that unit propagation refutes an inequality with, None where it cannot."""
        found = self.narrow.refutes(held)
        if found is None:
            for number, known in enumerate(self.known[self._in_wide :], self._in_wide + 1):
                if known is not None:
                    self._wide.add(number, known)
            self._in_wide = len(self.known)
            found = self._wide.refutes(held)
        return found

    def calculated(self, words: list[str]) -> Inequality:
        """Return what a calculation in reverse Polish notation comes to.

        Raises ValueError, IndexError, NumberTooLargeError where it is none.
        """
        stack: list[Inequality | int | str] = []
        for word in words:
            if word in "+*dsw" and len(word) == 1:
                self._operate(word, stack)
            elif word.isdecimal():
                stack.append(int(word))
            else:
                read_literal(word)
                stack.append(word)
        (result,) = stack
        return self._own(result)

    def _operate(self, word: str, stack: list[Inequality | int | str]) -> None:
        right = None if word == "s" else stack.pop()
        held = self._own(stack.pop())
        match word, right:
            case "s", None:
                held.saturate()
            case "+", Inequality() | int() | str():
                held.add(self._lent(right))
            case "*", int():
                held.multiply(right)
            case "d", int():
                held.divide(right)
            case "w", str():
                held.weaken(abs(read_literal(right)))
            case _:
                raise ValueError(word)
        stack.append(held)

    def _lent(self, operand: Inequality | int | str) -> Inequality:
        if isinstance(operand, Inequality):
            return operand
        if isinstance(operand, str):
            return Inequality({read_literal(operand): 1}, 0)
        known = self.known[operand - 1] if operand > 0 else None
        if known is None:
            raise IndexError(operand)
        return known

    def _own(self, operand: Inequality | int | str) -> Inequality:
        held = self._lent(operand)
        return held if isinstance(operand, Inequality) else held.copy()


def go_on() -> None:
    """Take a step as any other: what is called before each, and may raise something instead."""


def check_proof(formula: Formula, proof: bytes, before_step: Callable[[], None] = go_on) -> int:
    """Return how many steps a proof has that a formula has no answer; raises BadProofError where it is none."""
    lines = _lines(proof)
    if list(islice(lines, 2)) != [HEADER, f"f {len(formula.inequalities)} ;"]:
        raise BadProofError(1, f"it does not begin as a proof about {len(formula.inequalities)} inequalities")
    derivation = Derivation.of(formula)
    number = 3
    for number, line in enumerate(lines, 3):
        if line == OUTPUT:
            break
        before_step()
        _step(derivation, line, number)
    _check_end(derivation, [OUTPUT, *islice(lines, 4)], number)
    return number - 3


def _lines(proof: bytes) -> Iterator[str]:
    """Yield the lines one by one, as all of a hostile proof's take many times its memory; the last one is empty."""
    line = b"\n"
    for number, line in enumerate(BytesIO(proof), 1):
        if len(line) > LONGEST_LINE_BYTES:
            raise BadProofError(number, f"it is longer than {LONGEST_LINE_BYTES >> 20} MiB")
        yield line.decode("ascii", "replace").removesuffix("\n")
    if line.endswith(b"\n"):
        yield ""


def _step(derivation: Derivation, line: str, number: int) -> None:
    rule, _, rest = line.partition(" ")
    if rule == "rup":
        held = read_inequality(rest)
        if held is None:
            raise BadProofError(number, "no inequality")
        if derivation.refutes(held.negated()) is None:
            raise BadProofError(number, "unit propagation does not show what it says")
        derivation.add(held, obvious=True)
    elif rule == "pol" and rest.endswith(" ;"):
        try:
            derivation.add(derivation.calculated(rest[:-2].split(" ")), obvious=False)
        except (ValueError, IndexError) as error:
            raise BadProofError(number, "no calculation") from error
        except NumberTooLargeError as error:
            raise BadProofError(number, "its numbers are too large") from error
    elif rule == "del" and rest.startswith("id ") and rest.endswith(" ;"):
        try:
            for word in rest[3:-2].split(" "):
                derivation.delete(int(word))
        except (ValueError, IndexError) as error:
            raise BadProofError(number, "it deletes what is not there") from error
    else:
        raise BadProofError(number, f"no step that is known here: {line[:40]!r}")


def _check_end(derivation: Derivation, lines: list[str], number: int) -> None:
    if len(lines) != 4 or lines[2:] != [END, ""]:
        raise BadProofError(number, "it does not end as a refutation does")
    conclusion, _, last = lines[1].removesuffix(" ;").rpartition(" ")
    if conclusion != "conclusion UNSAT :" or lines[1] != f"{conclusion} {last} ;" or not last.isdecimal():
        raise BadProofError(number + 1, "its conclusion is not that there is no answer")
    found = derivation.known[int(last) - 1] if 0 < int(last) <= len(derivation.known) else None
    if found is None or not found.contradicts:
        raise BadProofError(number + 1, "what it concludes with is no contradiction")
