"""`--set`: ranges, lists, key paths, names; held against the product written out."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.batch.variation import LONGEST_NAME, VariationError, points, read_variation
from optimizer.problem.document import Document, Tree
from optimizer.problem.extend import read_extended
from optimizer.problem.setting import UnknownKeyError
from optimizer.problem.shape import SAFE_NAME_PATTERN
from tests.demo.recipes import DEMO


@pytest.fixture(scope="module")
def document() -> Document:
    return read_extended(DEMO / "limits.yaml")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("limits.packages=5", [5]),
        ("limits.packages=3..5", [3, 4, 5]),
        ("limits.packages=3..9/4,1,5..6", [3, 7, 1, 5, 6]),
        ("limits.packages=1,1..2", [1, 2]),
        ("limits.packages=null,4", [None, 4]),
        ("limits.installed_size=200MiB..300MiB/50MiB", ["200 MiB", "250 MiB", "300 MiB"]),
        ("limits.installed_size=1 GiB..2 GiB/512 MiB", ["1024 MiB", "1536 MiB", "2048 MiB"]),
        ("limits.installed_size=1GiB..1GiB/1000", [1073741824]),
        ("limits.installed_size=1GiB..1100000000B/10000000", [1073741824, 1083741824, 1093741824]),
        ("limits.installed_size=100MB..101MB/1MB", ["100 MB", "101 MB"]),
        ("policy.downstream=shipped,rebuilt", ["shipped", "rebuilt"]),
        ("policy.multilib=true,false", [True, False]),
        ("objectives=[divergence],[installed_size, packages]", [["divergence"], ["installed_size", "packages"]]),
        ("features.required[0]=a..b", ["a..b"]),
        ("sizes.packages['a.b']={installed: 5}", [{"installed": 5}]),
    ],
)
def test_values(document: Document, text: str, values: list[Tree]) -> None:
    assert list(read_variation(text, document).values) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("limits.packages", "expected KEY=VALUE,VALUE"),
        ("limits.packages=", "expected values as in a problem file"),
        ("limits.packages=[1", "expected values as in a problem file"),
        ("limits.installed_size=1MiB..2MiB", "expected a step, as in 1MiB..2MiB/1MiB"),
        ("limits.packages=5..3", "a step of 1 or more from the lower to the higher"),
        ("limits.packages=1..3/0", "a step of 1 or more"),
        ("limits.packages=1..9999999", "at most 1,000,000 values"),
        ("limits.installed_size=1XB..2XB/1XB", "a unit, one of B"),
    ],
)
def test_what_cannot_be_read_is_told(document: Document, text: str, words: str) -> None:
    with pytest.raises(VariationError, match=re.escape(words)):
        read_variation(text, document)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("limits.instaled_size", "instaled_size"),
        ("limit", "limit"),
        ("features.required[99]", "[99]"),
        ("features.required.a", "a"),
        ("arch.x", "x"),
        ("name", "name"),
        ("extends", "extends"),
        ("", ""),
        ("limits..packages", "..packages"),
    ],
)
def test_only_keys_that_a_problem_can_have(document: Document, key: str, name: str) -> None:
    with pytest.raises(UnknownKeyError) as raised:
        read_variation(f"{key}=1", document)
    assert raised.value.name in (name, key)


@given(st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=4, unique=True), min_size=1, max_size=3))
def test_points_are_the_product_in_order_and_their_names_differ(values: list[list[int]]) -> None:
    keys = ("limits.packages", "limits.downstream_sources", "limits.installed_size")
    document = read_extended(DEMO / "limits.yaml")
    read = [
        read_variation(f"{key}={','.join(map(str, held))}", document) for key, held in zip(keys, values, strict=False)
    ]
    found = points("demo", read)
    assert [tuple(value for _, value in point.values) for point in found] == list(product(*values))
    assert len({point.name for point in found}) == len(found)
    assert all(re.fullmatch(SAFE_NAME_PATTERN, point.name) for point in found)


def test_names_stay_short_and_apart(document: Document) -> None:
    long = ",".join(f"{'x' * 200}{end}" for end in "abc")
    found = points("demo", [read_variation(f"features.required[0]={long},(a or b),(a  or b)", document)])
    assert len({point.name for point in found}) == 5
    assert max(len(point.name) for point in found) == LONGEST_NAME


def test_one_key_is_varied_once(document: Document) -> None:
    for other in ("limits.packages=2", "limits={packages: 1}"):
        varied = [read_variation(text, document) for text in ("limits.packages=1", other)]
        with pytest.raises(VariationError, match="none holds another"):
            points("demo", varied)


def test_a_document_keeps_its_own_values(tmp_path: Path) -> None:
    from optimizer.problem.load import read_problem
    from optimizer.problem.setting import with_values

    document = read_extended(DEMO / "weights.yaml")
    before = repr(document.value)
    changed = with_values(document, {("limits", "packages"): 77, ("name",): "other"})
    problem = read_problem(changed, (DEMO / "weights.yaml").absolute())
    assert (problem.limits.packages, problem.name) == (77, "other")
    assert repr(document.value) == before
