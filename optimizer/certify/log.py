"""The log of Exact, and the refutation in it as a proof of VeriPB's format 3.0.

Exact logs all that it learns, in VeriPB's format 1.1, which today's VeriPB no longer reads. Here its steps are
numbered as format 3.0 numbers them, those that the contradiction does not rest on are left out, the rest are deleted
once nothing more rests on them. Nothing here is trusted: what comes out is checked like any other proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from optimizer.certify.formula import Formula
from optimizer.certify.inequality import Inequality, read_inequality
from optimizer.certify.proof import END, HEADER, OUTPUT, BadProofError, Derivation, go_on

_LOGGED = "pseudo-Boolean proof version 1.1"
_FACTOR = ("*", "d")  # the number before it is no inequality's


@dataclass(slots=True)
class Log:
    """The steps of a log, a rule and its words each, numbered on from the formula's inequalities.

    `numbers` has their numbers by those of the log, which counts what it loads too; `last` is the contradiction.
    """

    formula: Formula
    steps: list[tuple[str, list[str]]] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    last: int = 0

    @property
    def first(self) -> int:
        """The number of the first step."""
        return len(self.formula.inequalities) + 1


def refutation(formula: Formula, log: bytes, before_step: Callable[[], None] = go_on) -> bytes:
    """Return the refutation of a formula in a log of Exact's; raises BadProofError where there is none."""
    read = read_log(formula, log)
    needed, last_use = _refutation_steps(read, before_step)
    lines = [HEADER, f"f {read.first - 1} ;", *_written(read, needed, last_use)]
    number = read.last if read.last < read.first else read.first + sorted(needed).index(read.last)
    return "\n".join([*lines, OUTPUT, f"conclusion UNSAT : {number} ;", END, ""]).encode()


def read_log(formula: Formula, log: bytes) -> Log:
    """Return the steps of a log; raises BadProofError."""
    lines = log.decode("ascii", "replace").splitlines()
    if lines[:1] != [_LOGGED]:
        raise BadProofError(1, f"no log that says {_LOGGED!r}")
    read = Log(formula)
    for place, line in enumerate(lines[1:], 2):
        rule, *words = line.split()
        if rule in ("rup", "pol"):
            read.numbers[len(read.numbers) + 1] = read.first + len(read.steps)
            read.steps.append((rule, words if rule == "rup" else _renumbered(words, read.numbers)))
        elif rule == "l":
            read.numbers[len(read.numbers) + 1] = int(words[0])
        elif rule == "c":
            read.last = read.numbers[int(words[0])]
            return read
        else:
            raise BadProofError(place, f"no step that is known here: {line[:40]!r}")
    raise BadProofError(len(lines), "it concludes nothing")


def _renumbered(words: list[str], numbers: Mapping[int, int]) -> list[str]:
    """Return a calculation with the numbers of its inequalities changed, where they change."""
    return [
        str(numbers.get(int(word), word)) if word.isdecimal() and after not in _FACTOR else word
        for word, after in zip(words, [*words[1:], ""], strict=True)
    ]


def _references(words: list[str]) -> Iterator[int]:
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word.isdecimal() and after not in _FACTOR:
            yield int(word)


def _rests_on(log: Log, before_step: Callable[[], None]) -> list[frozenset[int] | None]:
    """Return, for each step, the numbers of what it is derived from; None where only all steps together may tell.

    A calculation says so; of an obvious step unit propagation finds out, mostly without the calculations.
    """
    narrow = Derivation.of(log.formula).narrow
    found: list[frozenset[int] | None] = []
    for place, (rule, words) in enumerate(log.steps):
        before_step()
        if rule == "pol":
            found.append(frozenset(_references(words)))
        else:
            held = _obvious(words)
            found.append(narrow.refutes(held.negated()))
            narrow.add(log.first + place, held)
    return found


def _settle(log: Log, rests_on: list[frozenset[int] | None], before_step: Callable[[], None]) -> None:
    """Find out what the other obvious steps are derived from, by calculating all steps; raises BadProofError."""
    derivation = Derivation.of(log.formula)
    for place, (rule, words) in enumerate(log.steps[: log.last - log.first + 1]):
        before_step()
        held = derivation.calculated(words) if rule == "pol" else _obvious(words)
        if rests_on[place] is None:
            rests_on[place] = derivation.refutes(held.negated())
            if rests_on[place] is None:
                raise BadProofError(0, f"unit propagation does not show {' '.join(words)[:40]!r}")
        derivation.add(held, obvious=rule == "rup")


def _obvious(words: list[str]) -> Inequality:
    held = read_inequality(" ".join(words))
    if held is None:
        raise BadProofError(0, f"no inequality: {' '.join(words)[:40]!r}")
    return held


def _refutation_steps(log: Log, before_step: Callable[[], None]) -> tuple[set[int], dict[int, int]]:
    """Return the numbers of the steps that the contradiction rests on, and which step uses each last."""
    rests_on = _rests_on(log, before_step)
    needed, last_use = _needed(log, rests_on)
    if any(rests_on[number - log.first] is None for number in needed):
        _settle(log, rests_on, before_step)
        needed, last_use = _needed(log, rests_on)
    return needed, last_use


def _needed(log: Log, rests_on: list[frozenset[int] | None]) -> tuple[set[int], dict[int, int]]:
    needed, last_use = {log.last} if log.last >= log.first else set[int](), dict[int, int]()
    for number in range(log.last, log.first - 1, -1):
        if number in needed:
            for other in rests_on[number - log.first] or ():
                if other >= log.first:
                    needed.add(other)
                    last_use.setdefault(other, number)
    return needed, last_use


def _written(log: Log, needed: set[int], last_use: dict[int, int]) -> Iterator[str]:
    numbers = {number: log.first + place for place, number in enumerate(sorted(needed))}
    ending: dict[int, list[int]] = {}
    for other, number in last_use.items():
        ending.setdefault(number, []).append(numbers[other])
    for number in sorted(needed):
        rule, words = log.steps[number - log.first]
        if rule == "rup":
            yield f"rup {' '.join(words)}"
        else:
            yield f"pol {' '.join(_renumbered(words, numbers))} ;"
        if number in ending:
            yield f"del id {' '.join(map(str, sorted(ending[number])))} ;"
