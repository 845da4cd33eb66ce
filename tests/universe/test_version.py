"""Versions are ordered as the oracle written from rpm-version(7) orders them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.universe.version import compare_evr
from tests.oracle.version import compare_versions

VERSIONS = st.from_regex(r"[0-9a-z][0-9a-z.~^+_]{0,7}", fullmatch=True)
RELEASES = st.from_regex(r"[0-9][0-9a-z.~^]{0,5}", fullmatch=True)
EVRS = st.tuples(st.integers(0, 2), VERSIONS, RELEASES)


@given(EVRS, EVRS)
def test_epoch_then_version_then_release(one: tuple[int, str, str], other: tuple[int, str, str]) -> None:
    parts = [
        (one[0] > other[0]) - (one[0] < other[0]),
        compare_versions(one[1], other[1]),
        compare_versions(one[2], other[2]),
    ]
    spelt = [f"{epoch}:{version}-{release}" for epoch, version, release in (one, other)]
    assert compare_evr(*spelt) == next((part for part in parts if part), 0)


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        ("1-1", "1-1", 0),
        ("0:1-1", "1-1", 0),
        ("1:1-1", "2-1", 1),
        ("1.10-1", "1.9-1", 1),
        ("1~rc1-1", "1-1", -1),
        ("1^git1-1", "1-1", 1),
        ("1-1.el9", "1-1.el9_1", -1),
        ("1", "1-1", -1),
        ("", "1-1", -1),
    ],
)
def test_what_people_ask(one: str, other: str, order: int) -> None:
    assert (compare_evr(one, other), compare_evr(other, one)) == (order, -order)
