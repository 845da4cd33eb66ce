"""Dependency text: what it spells, what it does not, and that it reads back."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.problem.dependency import (
    Capability,
    Comparison,
    Dependency,
    DependencySyntaxError,
    Rich,
    RichOperator,
    _Parser,
    leaves,
    parse_dependency,
)

_WORDS = st.text(string.ascii_letters + string.digits + "._+-/:~^", min_size=1, max_size=8)
_NAMES = st.one_of(_WORDS, st.builds("{}({})".format, _WORDS, _WORDS), st.builds("{}()({})".format, _WORDS, _WORDS))
_CAPABILITIES = st.one_of(
    st.builds(Capability, _NAMES), st.builds(Capability, _NAMES, st.sampled_from(Comparison), _WORDS)
)


def _rich(parts: st.SearchStrategy[Dependency]) -> st.SearchStrategy[Rich]:
    chains = st.builds(
        Rich,
        st.sampled_from([RichOperator.AND, RichOperator.OR, RichOperator.WITH]),
        st.lists(parts, min_size=2, max_size=4).map(tuple),
    )
    conditions = st.builds(
        Rich,
        st.sampled_from([RichOperator.IF, RichOperator.UNLESS]),
        st.one_of(st.tuples(parts, parts), st.tuples(parts, parts, parts)),
    )
    return st.one_of(chains, conditions, st.builds(Rich, st.just(RichOperator.WITHOUT), st.tuples(parts, parts)))


DEPENDENCIES: st.SearchStrategy[Dependency] = st.recursive(_CAPABILITIES, _rich, max_leaves=8)


@given(DEPENDENCIES)
def test_a_dependency_reads_back(dependency: Dependency) -> None:
    assert parse_dependency(str(dependency)) == dependency


@given(DEPENDENCIES, st.sampled_from(["  ", "\t", "\n "]))
def test_blanks_do_not_count(dependency: Dependency, blank: str) -> None:
    assert parse_dependency(blank + str(dependency).replace(" ", blank) + blank) == dependency


def _parsed(parse: Callable[[], object]) -> object:
    try:
        return parse()
    except DependencySyntaxError as error:
        return str(error)


@given(
    st.lists(
        st.sampled_from(["a", "(", ")", " ", "<", "=", ",", "\0", "\u2028", "and", "with", " or ", "()(64bit)"]),
        max_size=9,
    )
    .map("".join)
    .flatmap(lambda text: st.sampled_from([text, f"({text})", f"(x and {text})", f"({text} unless x)"]))
)
def test_what_is_recognised_at_once_is_what_the_parser_reads(text: str) -> None:
    assert _parsed(lambda: parse_dependency(text)) == _parsed(lambda: _Parser(text).parse())


@given(st.text())
def test_any_text_is_a_dependency_or_a_syntax_error_in_it(text: str) -> None:
    try:
        outcome: Dependency | DependencySyntaxError = parse_dependency(text)
    except DependencySyntaxError as error:
        outcome = error
    if isinstance(outcome, DependencySyntaxError):
        assert 1 <= outcome.column <= len(text) + 1
    else:
        assert leaves(outcome)


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("", 1, "a capability or a file path"),
        ("a b", 3, "a comparison or the end"),
        ("a <> b", 3, "one of <, <=, =, >=, >"),
        ("a >=", 5, "a version"),
        ("(a or b", 8, "')'"),
        ("(a nor b)", 4, "one of and, or, if, else, unless, with, without"),
        ("(a and b or c)", 10, "parentheses around operands of different operators"),
        ("(a without b without c)", 14, "parentheses around operands of different operators"),
        ("(a if b if c)", 9, "parentheses around operands of different operators"),
        ("(a and b else c)", 10, "one of and, or, if, else, unless, with, without"),
        ("(a or b) c", 10, "the end"),
        ("(" * 65 + "a", 65, "at most 64 nested parentheses"),
    ],
)
def test_syntax_errors(text: str, column: int, expected: str) -> None:
    with pytest.raises(DependencySyntaxError) as caught:
        parse_dependency(text)
    assert (caught.value.column, caught.value.expected) == (column, expected)


def test_leaves_stand_in_the_order_of_the_text() -> None:
    found = leaves(parse_dependency("((a and b >= 1) if (c or /d) else e)"))
    assert [str(leaf) for leaf in found] == ["a", "b >= 1", "c", "/d", "e"]
