"""The measurement of suggested equivalents: how the truths are read, and a bound below what was measured."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from benchmarks.suggestions import (
    PAIRS,
    Measurement,
    judge,
    measure,
    read_map,
    read_table,
    suggest,
    table,
    upstream_names,
)
from optimizer.problem.dependency import parse_dependency
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Equivalent, Position, Problem
from optimizer.universe.suggest import Candidate, Suggestion
from tests.requirements import PROJECT_ROOT

UPSTREAM = frozenset(
    {"pam", "ftp", "telnet", "coreutils", "coreutils-common", "libsigc++20", "langpack-a", "langpack-b"}
)

#: Precision that may not be fallen below, (table, map): a bit less than was measured when the rules were written.
BOUNDS = {
    "Photon 1.0 TP1 -> CentOS 7.2": (0.95, 0.95),
    "Photon 1.0 GA -> CentOS 7.2": (0.95, 0.9),
    "Photon 5.0 -> CentOS Stream 9": (0.9, 0.9),
    "Photon 1.0 TP1 -> openSUSE 11.1": (0.75, 0.45),
}
RECALL = {
    "Photon 1.0 TP1 -> CentOS 7.2": 0.6,
    "Photon 1.0 GA -> CentOS 7.2": 0.4,
    "Photon 5.0 -> CentOS Stream 9": 0.3,
    "Photon 1.0 TP1 -> openSUSE 11.1": 0.25,
}


def _one(name: str, upstream: str | None) -> Suggestion:
    proposed = None if upstream is None else Candidate(upstream=upstream, score=60, evidence=("test",))
    return Suggestion(name=name, proposed=proposed, others=())


@pytest.mark.parametrize(
    ("value", "answers"),
    [
        ("pam", [{"pam"}]),
        (None, []),
        ("moby-engine | docker", [{"moby-engine"}, {"docker"}]),
        ("telnet + ftp", [{"telnet", "ftp"}]),
        ("libsigc++20", [{"libsigc++20"}]),
        ("coreutils (coreutils-common)", [{"coreutils"}, {"coreutils-common"}]),
        ("hawkey (F21-F26) | libdnf", [{"hawkey"}, {"libdnf"}]),
        ("pam / langpack-*", [{"pam"}, {"langpack-a", "langpack-b"}]),
    ],
)
def test_the_words_of_the_map_are_read(value: str | None, answers: list[set[str]]) -> None:
    assert read_map({"name": value}, UPSTREAM) == {"name": tuple(frozenset(answer) for answer in answers)}


def test_prose_is_no_answer() -> None:
    values = {"minimal": "(metapackage; comps @core)", "compat": "/bin/sh compat scripts (none)"}
    assert read_map(values, UPSTREAM) == {}


def test_every_value_of_the_real_map_is_read_or_known_prose(data_directory: Path) -> None:
    path = data_directory / "lists" / "photon-names-to-upstream.json"
    values = msgspec.json.decode(path.read_bytes())["map"]
    answers = read_map(values, UPSTREAM)
    assert sorted(values.keys() - answers.keys()) == ["build-essential", "distrib-compat", "initramfs", "minimal"]
    odd = [name for one in answers.values() for answer in one for name in answer if set(name) & set("() |")]
    assert odd == []


def test_a_table_is_read_with_every_name_of_a_row() -> None:
    here = Position("test", 1, "")
    rows = (
        Equivalent("db", (parse_dependency("libdb"), parse_dependency("(a or b)")), "", False, here),
        Equivalent("none", (), "", False, here),
    )
    problem = Problem("test", "x86_64", (), (), Path("test.yaml"), equivalents=rows)
    assert read_table(problem) == {"db": (frozenset({"libdb", "a", "b"}),), "none": ()}


def test_proposals_are_judged() -> None:
    answers = {
        "right": (frozenset({"pam"}),),
        "partly": (frozenset({"telnet", "ftp"}),),
        "wrong": (frozenset({"pam"}),),
        "nobody": (),
        "missed": (frozenset({"coreutils"}),),
        "not there": (frozenset({"rkt"}),),
    }
    made = {
        "right": "pam",
        "partly": "ftp",
        "wrong": "ftp",
        "nobody": "ftp",
        "missed": None,
        "not there": None,
        "new": "pam",
    }
    verdict = judge("test", [_one(name, upstream) for name, upstream in made.items()], answers, UPSTREAM)
    assert (verdict.judged, verdict.proposed, verdict.right, verdict.partly, verdict.findable) == (6, 4, 2, 1, 4)
    assert (verdict.precision, verdict.recall) == (0.5, 0.5)
    assert verdict.wrong == ("nobody -> ftp", "wrong -> ftp")


def test_nothing_to_judge_is_no_perfect_score() -> None:
    verdict = judge("test", [], {}, UPSTREAM)
    assert (verdict.precision, verdict.recall) == (None, None)
    lines = table([Measurement(pair="a -> b", missing=0, proposed=0, verdicts=(verdict,))]).splitlines()
    assert lines[-1].split()[:3] == ["a", "->", "b"]
    assert "%" not in lines[-1]


@pytest.mark.data
@pytest.mark.parametrize("pair", PAIRS)
def test_proposals_are_as_right_as_when_they_were_measured(pair: str, data_directory: Path) -> None:
    measured = measure(pair, data_directory)
    assert msgspec.json.encode(measure(pair, data_directory)) == msgspec.json.encode(measured)
    by_table, by_map = measured.verdicts
    assert by_table.precision is not None
    assert by_map.precision is not None
    assert by_table.recall is not None
    assert by_table.precision >= BOUNDS[pair][0], by_table.wrong
    assert by_map.precision >= BOUNDS[pair][1], by_map.wrong
    assert by_table.recall >= RECALL[pair]


@pytest.mark.data
@pytest.mark.parametrize("pair", PAIRS)
def test_no_name_is_proposed_that_upstream_lacks(pair: str, data_directory: Path) -> None:
    problem = load_problem(PROJECT_ROOT / "problems" / f"{PAIRS[pair]}.yaml")
    upstream = upstream_names(problem, data_directory)
    found = suggest(problem, data_directory)
    named = {one.upstream for each in found for one in (each.proposed, *each.others) if one is not None}
    assert named
    assert named <= upstream
    assert {each.name for each in found}.isdisjoint(upstream)
