"""Allowances as people write them, and verdicts that never claim more than is known."""

from __future__ import annotations

import pytest

from optimizer.answer.allowance import Allowance, AllowanceSyntaxError, judge_allowance, parse_allowance
from optimizer.answer.difference import difference
from tests.answer.test_difference import held, side

MIB = 1 << 20


@pytest.mark.parametrize(
    ("text", "quantity", "kind", "amount", "of_before"),
    [
        ("installed_size=+5MiB", "installed_size", "growth", 5 * MIB, False),
        ("installed_size=+1.5 MB", "installed_size", "growth", 1_500_000, False),
        ("installed_size=-10MiB", "installed_size", "growth", -10 * MIB, False),
        ("installed_size<=200MiB", "installed_size", "total", 200 * MIB, False),
        ("installed_size=<=200MiB", "installed_size", "total", 200 * MIB, False),
        (" download_size <= 4096 ", "download_size", "total", 4096, False),
        ("packages=+3", "packages", "growth", 3, False),
        ("packages=+2.5%", "packages", "growth", 250, True),
        ("divergence=+0", "divergence", "growth", 0, False),
        ("sources<=80", "sources", "total", 80, False),
    ],
)
def test_allowances_are_read(text: str, quantity: str, kind: str, amount: int, of_before: bool) -> None:
    expected = Allowance(text=text, quantity=quantity, kind=kind, amount=amount, of_before=of_before)
    assert parse_allowance(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("packages", "packages=+3"),
        ("packages=3", "packages=+3"),
        ("packages<=+3", "packages=+3"),
        ("packages=+-3", "packages=+3"),
        ("packages=+3MiB", "a whole number of packages"),
        ("packages<=3%", "a growth in per cent"),
        ("packages=+1.234%", "at most two decimals"),
        ("installed_size=+5 apples", "a unit"),
        ("instaled_size=+5MiB", "a quantity: installed_size"),
        ("weak=+1", "a quantity: "),
    ],
)
def test_what_is_no_allowance_is_told(text: str, expected: str) -> None:
    with pytest.raises(AllowanceSyntaxError, match="expected") as raised:
        parse_allowance(text)
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("installed_size=+5", "kept"),
        ("installed_size=+4", "broken"),
        ("installed_size=-1", "broken"),
        ("installed_size=+50%", "kept"),
        ("installed_size=+49.99%", "broken"),
        ("installed_size<=15", "kept"),
        ("installed_size<=14", "broken"),
        ("packages=+1", "kept"),
        ("packages=+0", "broken"),
        ("divergence=+0", "unknown"),
        ("download_size=+1", "unknown"),
    ],
)
def test_bounds_are_included(text: str, verdict: str) -> None:
    compared = difference(side(held("a")), side(held("a"), held("b", size=5)))
    assert judge_allowance(parse_allowance(text), compared).verdict == verdict


@pytest.mark.parametrize(
    ("before", "after", "text", "verdict"),
    [
        (None, 5, "installed_size=+5", "kept"),  # what went weighed something
        (None, 5, "installed_size=+4", "unknown"),
        (None, 5, "installed_size=+90%", "unknown"),
        (None, 5, "installed_size<=5", "kept"),
        (5, None, "installed_size=+90", "unknown"),
        (5, None, "installed_size<=90", "unknown"),
        (5, None, "installed_size=-6", "broken"),  # what came weighs something
    ],
)
def test_unknown_sizes_neither_keep_nor_break(before: int | None, after: int | None, text: str, verdict: str) -> None:
    compared = difference(side(held("old", size=before)), side(held("new", size=after)))
    assert judge_allowance(parse_allowance(text), compared).verdict == verdict
