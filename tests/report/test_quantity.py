"""Numbers as people read them."""

from __future__ import annotations

import pytest

from optimizer.report.objective import amount, change, title
from optimizer.report.quantity import counted, listed, mebibytes, percent, relative


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0.0 MiB"),
        (1, "1 B"),
        (52_429, "51.2 KiB"),
        (209_716, "0.2 MiB"),
        (1 << 20, "1.0 MiB"),
        (512 << 20, "512.0 MiB"),
        (5 << 30, "5,120.0 MiB"),
    ],
)
def test_mebibytes(size: int, text: str) -> None:
    assert mebibytes(size) == text


def test_counted() -> None:
    assert [counted(number, "source") for number in (0, 1, 2, 12_345)] == [
        "0 sources",
        "1 source",
        "2 sources",
        "12,345 sources",
    ]


@pytest.mark.parametrize(
    ("value", "base", "text"),
    [(66, 100, "34.0 % less"), (150, 100, "50.0 % more"), (7, 7, "same"), (7, 0, ""), (0, 4, "100.0 % less")],
)
def test_relative(value: int, base: int, text: str) -> None:
    assert relative(value, base) == text


def test_percent() -> None:
    assert percent(0.905263) == "90.5 %"


def test_listed() -> None:
    names = ["a", "b", "c", "d"]
    assert [listed(names[:count], 3) for count in range(5)] == [
        "",
        "a",
        "a and b",
        "a, b and c",
        "a, b, c and 1 more",
    ]


@pytest.mark.parametrize(
    ("objective", "value", "text"),
    [
        ("divergence", 1, "1 source"),
        ("features", 46, "46 points"),
        ("installed_size", 3 << 20, "3.0 MiB"),
        ("packages", 1_234, "1,234 packages"),
        ("weak", 1, "1 unmet weak dependency"),
        ("weak", 2, "2 unmet weak dependencies"),
        ("changes", 2, "2 packages changed"),
        ("age", 0, "0 newer versions passed over"),
        ("downstream_sources", 2, "2 downstream sources"),
        ("feature_group editors", 1, "1"),
    ],
)
def test_amounts_have_units(objective: str, value: int, text: str) -> None:
    assert amount(objective, value) == text


def test_weighted_divergence_counts_no_sources() -> None:
    assert amount("divergence", 7, weighted=True) == "7 by weight"


def test_changes_have_signs() -> None:
    assert change("installed_size", -(3 << 19)) == "-1.5 MiB installed size"
    assert change("packages", 1_234) == "+1,234 packages"
    assert change("packages", -1) == "-1 package"
    assert change("downstream_sources", 1) == "+1 downstream source"
    assert change("weak", 1) == "+1 weak"
    assert title("installed_size") == "installed size"
