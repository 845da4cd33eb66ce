"""Sizes: exact, by documented units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.problem.size import MAX_BYTES, UNITS, SizeSyntaxError, parse_size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("512", 512),
        ("512 B", 512),
        ("512 MiB", 536_870_912),
        ("200MB", 200_000_000),
        ("1.5 GiB", 1_610_612_736),
        ("10 kB", 10_000),
        ("0.1 KiB", 102),
        ("1.1 GB", 1_100_000_000),
        ("0 B", 0),
    ],
)
def test_sizes(text: str, expected: int) -> None:
    assert parse_size(text) == expected


@pytest.mark.parametrize(
    "text", ["", "MiB", "-1 MB", "1,5 GB", "1.5", "10k", "1 mib", "1  MB", "1 MB ", "1e3 B", "٣ MB", "0x10", "2 EiB"]
)
def test_no_sizes(text: str) -> None:
    with pytest.raises(SizeSyntaxError):
        parse_size(text)


def test_the_largest_size() -> None:
    assert parse_size(str(MAX_BYTES)) == MAX_BYTES
    with pytest.raises(SizeSyntaxError):
        parse_size(str(MAX_BYTES + 1))


@given(st.integers(0, 10**6), st.integers(0, 999), st.sampled_from([unit for unit in UNITS if len(unit) < 4]))
def test_fractions_are_exact_and_rounded_down(whole: int, thousandths: int, unit: str) -> None:
    exact = (whole * 1000 + thousandths) * UNITS[unit]
    if exact // 1000 <= MAX_BYTES:
        assert parse_size(f"{whole}.{thousandths:03} {unit}") == exact // 1000
