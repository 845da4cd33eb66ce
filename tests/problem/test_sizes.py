"""`sizes:` sizes that metadata do not know arrive in the Problem, or are mistakes at their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.problem.load import load_problem
from optimizer.problem.problem import SizeEstimate, Sizes
from tests.problem.writing import FEATURES, HEAD, load_after_head, mistakes, write

SIZES = """\
sizes:
  packages:
    linux: {installed: 45 MiB, download: 12 MB}
    libsigc++: {installed: 0}
    docker: {download: 1.5 kB}
  estimate:
    like_upstream: true
    installed: 3 MiB
    percent: 200
"""


def test_sizes_by_name_and_the_rule_for_the_others(tmp_path: Path) -> None:
    sizes = load_after_head(tmp_path, SIZES).sizes

    assert [(one.name, one.installed_bytes, one.download_bytes) for one in sizes.packages] == [
        ("linux", 45 * 2**20, 12 * 10**6),
        ("libsigc++", 0, None),
        ("docker", None, 1500),
    ]
    assert sizes.packages[0].position.brief == "problem.yaml:8: sizes.packages.linux"
    assert sizes.estimate == SizeEstimate(
        like_upstream=True, installed_bytes=3 * 2**20, download_bytes=None, percent=200
    )


@pytest.mark.parametrize("text", ["", "sizes:\n", "sizes: {}\n", "sizes: {packages: {}, estimate: }\n"])
def test_no_sizes_are_no_estimate(tmp_path: Path, text: str) -> None:
    assert load_after_head(tmp_path, text).sizes == Sizes((), None)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{like_upstream: true}", SizeEstimate(True, None, None, 100)),
        ("{installed: 1 MiB}", SizeEstimate(False, 2**20, None, 100)),
        ("{like_upstream: false, download: 7, percent: 50}", SizeEstimate(False, None, 7, 50)),
    ],
)
def test_an_estimate_is_either_or_both(tmp_path: Path, rule: str, expected: SizeEstimate) -> None:
    assert load_after_head(tmp_path, f"sizes: {{estimate: {rule}}}\n").sizes.estimate == expected


def test_an_extending_file_can_halve_an_estimate_and_correct_a_size(tmp_path: Path) -> None:
    write(tmp_path, HEAD + FEATURES + SIZES, "base.yaml")
    changed = "sizes: {packages: {linux: {installed: 1}}, estimate: {percent: 50}}\n"
    own = f"format: 1\nextends: base.yaml\nname: own\n{changed}"

    sizes = load_problem(write(tmp_path, own)).sizes

    assert [(one.name, one.installed_bytes, one.download_bytes) for one in sizes.packages] == [
        ("linux", 1, None),
        ("libsigc++", 0, None),
        ("docker", None, 1500),
    ]
    assert sizes.estimate == SizeEstimate(True, 3 * 2**20, None, 50)


MISTAKES = {
    "unit": (
        "{packages: {a: {installed: 1 KB}}}",
        "sizes.packages.a.installed: expected a unit, one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, found '1 KB'",
    ),
    "neither": ("{packages: {a: {}}}", "sizes.packages.a: expected installed, download or both, found neither"),
    "bare": ("{packages: {a: 5}}", "sizes.packages.a: expected a mapping, found 5"),
    "name": ("{packages: {a b: {installed: 5}}}", "sizes.packages['a b']: expected a package name, found 'a b'"),
    "rule without sizes": ("{estimate: {percent: 50}}", "sizes.estimate: expected like_upstream: true, installed"),
    "rule that is off": (
        "{estimate: {like_upstream: false}}",
        "sizes.estimate: expected like_upstream: true, installed",
    ),
    "percent zero": (
        "{estimate: {like_upstream: true, percent: 0}}",
        "sizes.estimate.percent: expected an integer from 1 to 10000, found 0",
    ),
    "percent fraction": (
        "{estimate: {like_upstream: true, percent: 0.5}}",
        "sizes.estimate.percent: expected an integer from 1 to 10000, found 0.5",
    ),
    "misspelt": ("{estimate: {like_upsteam: true}}", "sizes.estimate.like_upsteam: expected one of the keys"),
}


@pytest.mark.parametrize(("sizes", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_once(tmp_path: Path, sizes: str, expected: str) -> None:
    (found,) = mistakes(tmp_path, f"{HEAD}{FEATURES}sizes: {sizes}\n")

    assert found.partition(": ")[2].startswith(expected)
