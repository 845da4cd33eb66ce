"""`pkgset explain RESULT levers|relax`: words, JSON and exit codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO

PROBLEM, CLASH, TIGHT = DEMO / "demo.yaml", DEMO / "infeasible.yaml", DEMO / "infeasible-limit.yaml"


def test_levers_are_told_with_what_leaves(run: Run) -> None:
    found = json.loads(run("explain", PROBLEM, "levers", "--top", "3", "--json").out)
    assert (found["objective"], found["above"]) == ("installed_size", ["divergence", "features"])
    printed = run("explain", PROBLEM, "levers", "--top", "3")
    assert (printed.exit_code, printed.err) == (0, "")
    for row in found["rows"]:
        edge = row["edges"][0]
        assert f"     {edge['package']}: {edge['dependency']}" in printed.out
        assert row["saved"] == -row["difference"]["installed_size"]["change"]
    assert found["rows"]


def test_a_cut_that_is_told_is_what_if_tells_of_it(run: Run) -> None:
    """Two commands, two ways: the edge is left out of the Instance here, the problem is closed again there."""
    row = json.loads(run("explain", PROBLEM, "levers", "--top", "1", "--json").out)["rows"][0]
    cuts = [part for text in row["edges"][0]["texts"] for part in ("--cut", f"{row['edges'][0]['package']}: {text}")]
    other = json.loads(run("explain", PROBLEM, "what-if", *cuts, "--json").out)
    assert other["difference"]["installed_size"]["change"] == -row["saved"]
    assert other["difference"]["stages"] == row["difference"]["stages"]


def test_pairs_and_divergence_are_asked_for(run: Run) -> None:
    found = json.loads(run("explain", PROBLEM, "levers", "--pairs", "--top", "2", "--json").out)
    assert all(len(row["edges"]) == len(row["alone"]) == 2 for row in found["rows"])
    assert (
        json.loads(run("explain", PROBLEM, "levers", "--by", "divergence", "--json").out)["objective"] == "divergence"
    )


@pytest.mark.parametrize(
    "arguments",
    [("--target", "bashh"), ("--target", "bash", "--pairs"), ("--target", "bash", "--in-answer"), ("--by", "hope")],
)
def test_wrong_usage_ends_in_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("explain", PROBLEM, "levers", *arguments).exit_code == 2


def test_a_target_that_a_feature_asks_for_cannot_leave(run: Run) -> None:
    printed = run("explain", PROBLEM, "levers", "--target", "kernel")
    assert printed.exit_code == 0
    assert "the problem itself holds it" in printed.out
    assert "- feature kernel is required" in printed.out


def test_levers_of_no_answer_are_none(run: Run) -> None:
    assert run("explain", CLASH, "levers").exit_code == 1


def test_an_infeasible_problem_says_what_could_be_given_up(run: Run) -> None:
    solved = run("solve", "--no-write", "--json", TIGHT)
    found = json.loads(run("explain", TIGHT, "relax", "--json").out)
    assert solved.exit_code == 1
    assert json.loads(solved.out)[0]["run"]["relaxations"] == found["relaxations"]
    enough = _enough(found)
    printed = run("explain", TIGHT, "relax")
    assert printed.exit_code == 0
    assert f"({enough:,} bytes)" in printed.out
    assert "there is an answer if you" in run("solve", "--no-write", CLASH).out


def test_a_limit_of_what_is_enough_makes_the_problem_feasible(
    run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    enough = _enough(json.loads(run("explain", TIGHT, "relax", "--json").out))
    for size, code in ((enough, 0), (enough - 1, 1)):
        file = tmp_path_factory.mktemp("raised") / "raised.yaml"
        text = TIGHT.read_text(encoding="utf-8").replace("80 MiB", str(size))
        file.write_text(text.replace("baseurl: ", f"baseurl: {DEMO}/"), encoding="utf-8")
        assert run("solve", "--no-write", file).exit_code == code


def test_a_problem_with_every_optional_feature_has_nothing_to_give_up(run: Run) -> None:
    assert "nothing to give up" in run("explain", DEMO / "upstream-only.yaml", "relax").out


def _enough(relaxed: Any) -> int:
    """Return what the limit of the first set that raises a limit would have to be."""
    given_up = [one["given_up"][0] for one in relaxed["relaxations"] if len(one["given_up"]) == 1]
    enough: int = next(one["enough"] for one in given_up if "enough" in one)
    return enough
