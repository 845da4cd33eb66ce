"""`pkgset explain RESULT what-if|price|alternatives`: words, JSON and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO

PROBLEM = DEMO / "demo.yaml"


@pytest.fixture
def result(run: Run, tmp_path: Path) -> Path:
    """The demo's result in a directory."""
    assert run("solve", PROBLEM, "-o", tmp_path).exit_code == 0
    return tmp_path / "demo"


def test_what_if_tells_the_difference_and_writes_nothing(run: Run, result: Path) -> None:
    before = {path: path.read_bytes() for path in result.iterdir()}
    printed = run("explain", result, "what-if", "--drop", "kernel", "--problem", PROBLEM)
    assert printed.exit_code == 0
    assert "demo with --drop kernel: proven optimal; the repositories were asked again" in printed.out
    assert "no longer to maintain: git" in printed.out
    assert {path: path.read_bytes() for path in result.iterdir()} == before
    again = run("explain", result, "what-if", "--drop", "kernel", "--json")
    found = json.loads(again.out)
    assert (found["ground"], found["difference"]["spared"]) == ("instance", ["git"])


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["--limit", "packages=20"], 1, "limit: packages at most 20 packages"),
        (["--add", "no-such-thing"], 2, "--add no-such-thing: nothing in the Instance asks for no-such-thing"),
        (["--drop", "kernal"], 2, "pkgset: --drop 'kernal': there is no such feature; did you mean 'kernel'?"),
        (["--cut", "git: opensh-clients"], 2, "no such dependency of git; did you mean 'openssh-clients'"),
        (["--pin", "bash"], 2, "expected NAME=VERSION"),
        ([], 2, "what should be otherwise?"),
    ],
)
def test_how_what_if_ends(run: Run, result: Path, arguments: list[str], exit_code: int, words: str) -> None:
    printed = run("explain", result, "what-if", *arguments)
    assert printed.exit_code == exit_code
    assert words in printed.out + printed.err


def test_a_problem_file_needs_no_second_one(run: Run) -> None:
    assert run("explain", PROBLEM, "what-if", "--drop", "kernel", "--problem", PROBLEM).exit_code == 2


def test_another_problem_than_the_result_answers_is_refused(run: Run, result: Path) -> None:
    printed = run("explain", result, "what-if", "--drop", "kernel", "--problem", DEMO / "limits.yaml")
    assert printed.exit_code == 2
    assert "asks another question than" in printed.err


def test_price_tells_of_features_limits_and_pins(run: Run, result: Path) -> None:
    printed = run("explain", result, "price")
    assert printed.exit_code == 0
    for words in ("sum of these", "shared", "limit: installed size at most 350.0 MiB", "the pin os-release"):
        assert words in printed.out
    found = json.loads(run("explain", result, "price", "--json", "installed_size", "--step", "20MiB").out)
    (limit,) = found["limits"]
    assert found["features"] == []
    assert limit["first_bound"] <= limit["next_bound"] == limit["bound"] + (20 << 20)
    assert limit["next"] == limit["gain"]


def test_features_that_cost_nothing_are_no_others_where_no_row_stands_above(run: Run, result: Path) -> None:
    found = json.loads(run("explain", result, "price", "--json").out)["features"]
    free = [
        one["text"]
        for one in found
        if one["status"] != "infeasible"
        and not any(stage["change"] for stage in one["cost"]["stages"])
        and not any(one["cost"][name]["change"] for name in ("installed_size", "download_size", "packages"))
    ]
    assert free
    assert "1 feature alone " in run("explain", result, "price", free[0]).out
    assert "1 other alone " in run("explain", result, "price", free[0], "git").out


@pytest.mark.parametrize("arguments", [["kernal"], ["--step", "2 parsecs"], ["--step", "0"]])
def test_what_has_no_price(run: Run, result: Path, arguments: list[str]) -> None:
    assert run("explain", result, "price", *arguments).exit_code == 2


def test_alternatives_tells_each_choice_and_its_cost(run: Run, result: Path) -> None:
    printed = run("explain", result, "alternatives")
    assert printed.exit_code == 0
    assert (
        "(dnf or tdnf)\n  chosen microdnf-3.10.0-3.hb9.x86_64\n  or dnf-4.19.2-1.hb9.noarch: +7.4 MiB" in printed.out
    )
    assert "chosen what stands for net-base upstream" in printed.out
    (choice,) = json.loads(run("explain", result, "alternatives", "net-base", "--json").out)["choices"]
    assert [option["stead"] for option in choice["options"]] == ["instead"]
    assert run("explain", result, "alternatives", "net-bass").exit_code == 2


def test_an_infeasible_problem_has_no_prices_and_no_choices(run: Run) -> None:
    for question in ("price", "alternatives"):
        printed = run("explain", DEMO / "infeasible.yaml", question)
        assert printed.exit_code == 1
        assert "infeasible" in printed.err


def test_an_infeasible_problem_may_have_an_answer_otherwise(run: Run) -> None:
    printed = run("explain", DEMO / "infeasible-limit.yaml", "what-if", "--limit", "installed_size=none")
    assert printed.exit_code == 0
    assert "no answer" in printed.out


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (["price", "git"], "(not proven)"),
        (["alternatives", "curl"], "(not proven)"),
        (["why-not", "vim-enhanced"], "(not proven)"),
        (["relax"], "+1 package (not proven)"),
        (["levers"], "pkgset: the answer to demo may be beaten"),
        (["levers", "--target", "git"], "pkgset: the answer to demo may be beaten"),
    ],
)
def test_what_is_measured_from_an_unproven_answer_is_not_proven(
    run: Run, result: Path, question: list[str], words: str
) -> None:
    record = json.loads((result / "run.json").read_text())
    record["status"] = "not proven"
    record["stages"] = [stage | {"status": "feasible"} for stage in record["stages"]]
    (result / "run.json").write_text(json.dumps(record))
    printed = run("explain", result, *question)
    assert printed.exit_code == 3
    assert words in " ".join((printed.out + printed.err).split())


def test_what_features_share_below_zero_is_told(run: Run) -> None:
    assert "in each other's way" not in run("explain", DEMO / "lock.yaml", "price").out
    assert "stand in each other's way" in run("explain", DEMO / "limits.yaml", "price").out


def test_what_is_of_known_sizes_only_says_so(run: Run, result: Path) -> None:
    words = "nobody knows the installed size of 2 packages of the answer, which count nothing here"
    assert words in " ".join(run("explain", result, "price", "git").out.split())
    assert "nobody knows" not in run("explain", DEMO / "lock.yaml", "price").out
    assert "demo: installed size is at least 339.1 MiB today" in run("explain", result, "levers", "--top", "1").out
    assert "at least" not in run("explain", result, "levers", "--by", "divergence", "--top", "1").out
