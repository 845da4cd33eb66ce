"""The oracle's version order against rpm's own, and its ranges against libsolv's."""

from __future__ import annotations

import json
import subprocess
from itertools import product

import pytest
import solv

from optimizer.problem.dependency import Comparison
from tests.oracle.version import Evr, compare_evr, compare_versions, parse_evr, ranges_meet
from tests.requirements import require_tool

_VERSIONS = (
    "1", "01", "1.0", "1.0.0", "2", "10", "1a", "1.a", "a", "A", "ab", "b", "1.0a", "1.0~", "1.0~rc1", "1.0~rc2",
    "1.0~~", "1.0^", "1.0^git1", "1.0^git1~pre", "1.0~rc1^git", "1.0^^", "1.0.^a", "1^a", "1^2", "~", "^", "1.0.1",
    "1.", "1_0", "1+0", "xyz10", "20101121", "1.1.\N{GREEK SMALL LETTER BETA}", "1.1.\N{GREEK SMALL LETTER GAMMA}",
    "xyz.4", "5.5p1", "5.6p1", "10xyz",
)  # fmt: skip
_ORDER = "for _, pair in ipairs(pairs_) do io.write(rpm.vercmp(pair[1], pair[2]), ' ') end"


def test_versions_compare_as_rpm_compares_them() -> None:
    rpm = require_tool("rpm")
    pairs = list(product(_VERSIONS, repeat=2))
    table = ",".join(
        "{" + json.dumps(a, ensure_ascii=False) + "," + json.dumps(b, ensure_ascii=False) + "}" for a, b in pairs
    )
    script = "%{lua: local pairs_ = {" + table + "} " + _ORDER + "}"
    done = subprocess.run([str(rpm), "--eval", script], capture_output=True, text=True, check=True)
    expected = list(map(int, done.stdout.split()))
    assert [compare_versions(*pair) for pair in pairs] == expected


def test_versions_compare_as_libsolv_compares_them() -> None:
    pool = solv.Pool()
    repository = pool.add_repo("r")
    solvables = []
    for version in _VERSIONS:
        solvable = repository.add_solvable()
        solvable.name, solvable.evr, solvable.arch = "p", f"{version}-1", "noarch"
        solvables.append(solvable)
    for (version, one), (other_version, other) in product(zip(_VERSIONS, solvables, strict=True), repeat=2):
        assert compare_versions(version, other_version) == one.evrcmp(other), (version, other_version)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("1", Evr(0, "1", None)), ("3:1.2-4.el9", Evr(3, "1.2", "4.el9")), ("0:1-2", Evr(0, "1", "2"))],
)
def test_an_evr_is_read_and_written(text: str, parts: Evr) -> None:
    assert parse_evr(text) == parts
    assert parse_evr(str(parts)) == parts


def test_epochs_go_first_and_open_releases_are_not_compared() -> None:
    assert compare_evr(parse_evr("1:1-1"), parse_evr("2-9")) == 1
    assert compare_evr(parse_evr("1-1"), parse_evr("1")) == 0
    assert compare_evr(parse_evr("1-1"), parse_evr("1-2")) == -1


def test_ranges_meet_as_libsolv_has_them_meet() -> None:
    pool = solv.Pool()
    bits = {"<": solv.REL_LT, "<=": solv.REL_LT | solv.REL_EQ, "=": solv.REL_EQ, ">": solv.REL_GT}
    bits[">="] = solv.REL_GT | solv.REL_EQ
    evrs = ("1", "1-1", "1-2", "2", "2-1", "1:1", "1:1-1", "2~rc-1", "1^git")
    repository = pool.add_repo("r")
    ranges = list(product(Comparison, evrs))
    for comparison, evr in ranges:
        solvable = repository.add_solvable()
        solvable.name, solvable.evr, solvable.arch = "holder", "1-1", "noarch"
        solvable.add_provides(pool.Dep("c").Rel(bits[comparison], pool.str2id(evr)))
    repository.internalize()
    pool.createwhatprovides()
    first = next(iter(repository.solvables_iter())).id
    for comparison, evr in ranges:
        held = {
            solvable.id - first
            for solvable in pool.whatprovides(pool.Dep("c").Rel(bits[comparison], pool.str2id(evr)))
        }
        asked = (comparison, parse_evr(evr))
        assert held == {i for i, (has, at) in enumerate(ranges) if ranges_meet((has, parse_evr(at)), asked)}, asked
