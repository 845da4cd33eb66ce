"""RPM dependency text as a value: a capability, or capabilities joined by rich operators."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec


class Comparison(StrEnum):
    """How a capability's version bound compares (rpm-dependencies(7))."""

    LT = "<"
    LE = "<="
    EQ = "="
    GE = ">="
    GT = ">"


class RichOperator(StrEnum):
    """The boolean operators of rich dependencies (RPM manual, "Boolean Dependencies")."""

    AND = "and"
    OR = "or"
    IF = "if"
    UNLESS = "unless"
    WITH = "with"
    WITHOUT = "without"


class Capability(msgspec.Struct, frozen=True):
    """A name or file path, with a version bound or without."""

    name: str
    comparison: Comparison | None = None
    evr: str | None = None

    def __str__(self) -> str:
        return self.name if self.comparison is None else f"{self.name} {self.comparison} {self.evr}"


class Rich(msgspec.Struct, frozen=True):
    """A rich dependency: `(a op b op c)`; `if` and `unless` may carry a third operand, the else branch."""

    operator: RichOperator
    operands: tuple[Dependency, ...]

    def __str__(self) -> str:
        if self.operator in _CONDITIONAL:
            text = f"{self.operands[0]} {self.operator} {self.operands[1]}"
            return f"({text} else {self.operands[2]})" if len(self.operands) == 3 else f"({text})"
        return "(" + f" {self.operator} ".join(map(str, self.operands)) + ")"


Dependency = Capability | Rich

_CONDITIONAL = (RichOperator.IF, RichOperator.UNLESS)
_CHAINING = (RichOperator.AND, RichOperator.OR, RichOperator.WITH)
_COMPARISONS = {"<": "<", "<=": "<=", "=<": "<=", "=": "=", "==": "=", ">=": ">=", "=>": ">=", ">": ">"}
_COMPARED = re.compile(r"[<>=]+")
_BLANKS = re.compile(r"\s+")
_MARKS = re.compile(r"[()\s]")
# What most texts are, recognised at once: a name, and two names in parentheses.
_NAME = re.compile(r"[^\s()<>=,\0](?:[^\s()<>=,\0]|\([^\s()<>=,\0]*\))*")
_PAIR = re.compile(rf"\(({_NAME.pattern}) (and|or|if|unless|with|without) ({_NAME.pattern})\)")
_MAX_DEPTH = 64
#: Operands in one dependency, and clauses that it may multiply out to: libsolv's solver multiplies out.
MOST_OPERANDS = 1001
MOST_CLAUSES = 4096
_SYMBOLS = re.compile(r"(\S+\.so[^()\s]*)\([^()]+\)((?:\(64bit\))?)")


class DependencySyntaxError(ValueError):
    """Text that is no RPM dependency: the text, the column (from 1) and what was expected there."""

    def __init__(self, text: str, column: int, expected: str) -> None:
        super().__init__(text, column, expected)
        self.text, self.column, self.expected = text, column, expected

    def __str__(self) -> str:
        return f"{self.text!r}, column {self.column}: expected {self.expected}"


def parse_dependency(text: str) -> Dependency:
    """Return the dependency that `text` spells in RPM's own syntax.

    Raises DependencySyntaxError. Source: RPM manual, "Boolean Dependencies" and "Dependencies"; nesting, operands and
    clauses are bounded so that hostile text cannot exhaust the stack, nor libsolv's solver time and memory.
    """
    if _NAME.fullmatch(text):
        return Capability(text)
    pair = _PAIR.fullmatch(text)
    if pair is not None:
        return Rich(RichOperator(pair[2]), (Capability(pair[1]), Capability(pair[3])))
    parsed = _Parser(text).parse()
    if isinstance(parsed, Rich):
        if len(leaves(parsed)) > MOST_OPERANDS:
            raise DependencySyntaxError(text, 1, f"at most {MOST_OPERANDS} operands")
        if max(normal_forms(parsed)) > MOST_CLAUSES:
            raise DependencySyntaxError(text, 1, f"what multiplies out to at most {MOST_CLAUSES} clauses")
    return parsed


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0
        self.rich = text.lstrip().startswith("(")

    def parse(self) -> Dependency:
        self._skip_blanks()
        result = self._operand(depth=0)
        self._skip_blanks()
        if self.position < len(self.text):
            raise self._error("the end" if isinstance(result, Rich) else "a comparison or the end")
        return result

    def _operand(self, depth: int) -> Dependency:
        if self.text.startswith("(", self.position):
            if depth >= _MAX_DEPTH:
                raise self._error(f"at most {_MAX_DEPTH} nested parentheses")
            return self._rich(depth)
        return self._capability()

    def _rich(self, depth: int) -> Dependency:
        self.position += 1
        self._skip_blanks()
        operands = [self._operand(depth + 1)]
        operator: RichOperator | None = None
        while not self._close():
            word = self._word("an operator or ')'")
            following = self._operator(word, operator, len(operands))
            operator = operator or following
            operands.append(self._operand(depth + 1))
        return operands[0] if operator is None else Rich(operator, tuple(operands))

    def _operator(self, word: str, current: RichOperator | None, operands: int) -> RichOperator:
        start = self.position - len(word)
        self._skip_blanks()
        if word == "else" and current in _CONDITIONAL and operands == 2:
            return RichOperator(current)
        if word not in RichOperator.__members__.values():
            raise self._error("one of and, or, if, else, unless, with, without", start)
        operator = RichOperator(word)
        if current is not None and (operator is not current or operator not in _CHAINING):
            raise self._error("parentheses around operands of different operators", start)
        return operator

    def _close(self) -> bool:
        self._skip_blanks()
        if self.position >= len(self.text):
            raise self._error("')'")
        if self.text[self.position] != ")":
            return False
        self.position += 1
        return True

    def _capability(self) -> Capability:
        name = self._word("a capability or a file path")
        mark = self.position
        self._skip_blanks()
        match = _COMPARED.match(self.text, self.position)
        if match is None:
            self.position = mark
            return Capability(name)
        if match.group() not in _COMPARISONS:
            raise self._error("one of <, <=, =, >=, >")
        self.position = match.end()
        self._skip_blanks()
        evr = self._word("a version")
        return Capability(name, Comparison(_COMPARISONS[match.group()]), evr)

    def _word(self, expected: str) -> str:
        """A run without blanks whose parentheses balance: `libc.so.6()(64bit)` is one word, `a)` ends before `)`."""
        start, depth = self.position, 0
        for mark in _MARKS.finditer(self.text, start):
            character = mark.group()
            if character == "(":
                depth += 1
            elif character == ")" and depth:
                depth -= 1
            else:
                self.position = mark.start()
                break
        else:
            self.position = len(self.text)
        word = self.text[start : self.position]
        if not word or word[0] in "<>=(":
            raise self._error(expected, start)
        if self.rich:
            if depth:  # printed again, it would take the rich dependency's own
                raise self._error("')' of the same word")
            if "," in word:  # where libsolv's words end
                raise self._error("no comma", start + word.index(","))
        if "\0" in word:  # where libsolv's texts end, and a dependency in parentheses is none
            raise self._error("no NUL character", start + word.index("\0"))
        return word

    def _skip_blanks(self) -> None:
        blanks = _BLANKS.match(self.text, self.position)
        if blanks is not None:
            self.position = blanks.end()

    def _error(self, expected: str, position: int | None = None) -> DependencySyntaxError:
        column = (self.position if position is None else position) + 1
        return DependencySyntaxError(self.text, column, expected)


def leaves(dependency: Dependency) -> tuple[Capability, ...]:
    """Return the capabilities a dependency names, in the order of its text."""
    if isinstance(dependency, Capability):
        return (dependency,)
    return tuple(leaf for operand in dependency.operands for leaf in leaves(operand))


def normal_forms(dependency: Dependency) -> tuple[int, int]:
    """Return how many clauses the conjunctive and the disjunctive normal form have, all operands being different.

    Counts end at one more than MOST_CLAUSES. `with` and `without` are sets of packages, each one operand.
    """
    if isinstance(dependency, Capability) or dependency.operator in (RichOperator.WITH, RichOperator.WITHOUT):
        return 1, 1
    parts = [normal_forms(part) for part in dependency.operands]
    if dependency.operator is RichOperator.AND:
        return _both(parts)
    if dependency.operator is RichOperator.OR:
        return _either(parts)
    then, condition, *otherwise = parts
    negated = condition[::-1]
    if dependency.operator is RichOperator.IF:  # (then or not condition) and (otherwise or condition)
        return _both([_either([then, negated]), *(_either([part, condition]) for part in otherwise)])
    # (then and not condition) or (otherwise and condition)
    return _either([_both([then, negated]), *(_both([part, condition]) for part in otherwise)])


def _both(parts: list[tuple[int, int]]) -> tuple[int, int]:
    """The forms of a conjunction: clauses add up, terms multiply."""
    most = MOST_CLAUSES + 1
    terms = 1
    for part in parts:
        terms = min(terms * part[1], most)
    return min(sum(part[0] for part in parts), most), terms


def _either(parts: list[tuple[int, int]]) -> tuple[int, int]:
    return _both([part[::-1] for part in parts])[::-1]


def dependency_name(text: str) -> str:
    """Return what a dependency is on, whatever its version bound; a soname stands for its symbol versions too.

    A dynamic linker needs the library once; rpm's generator (tools/elfdeps.c) writes `libx.so.1()(64bit)` for that,
    and one more `libx.so.1(VERSION)(64bit)` for each version of symbols used.
    """
    try:
        parsed = parse_dependency(text)
    except DependencySyntaxError:
        return text
    if not isinstance(parsed, Capability):
        return text
    return _SYMBOLS.sub(r"\1()\2", parsed.name) if _SYMBOLS.fullmatch(parsed.name) else parsed.name
