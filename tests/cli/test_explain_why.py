"""`pkgset explain RESULT why` and `why-not` on the demo: what is printed, for people and for programs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's answer as `pkgset solve` writes it."""
    from optimizer.export.results import write_results
    from optimizer.pipeline import Settings, solve_file

    return write_results(solve_file(DEMO / "demo.yaml", Settings()), tmp_path_factory.mktemp("results"))


def test_why_tells_chains_needs_holders_and_what_leaves(run: Run, result: Path) -> None:
    printed = run("explain", result, "why", "procps-ng")
    assert (printed.exit_code, printed.err) == (0, "")
    assert printed.out.splitlines() == [
        "procps-ng-4.0.4-3.hb9.x86_64 of harbour is in the answer, 1.1 MiB installed",
        "  needed by 1 feature: net-base",
        "  held in place alone by",
        "    equivalent:net-base-0.noarch (with it 2 packages would leave, 1.8 MiB)",
        "    feature net-base (with it 2 packages would leave, 1.8 MiB)",
        "  asked for by equivalent:net-base-0.noarch",
        "",
        "  feature net-base  [demo.yaml:26: features.required[10]]",
        "    given by equivalent:net-base-0.noarch, a name of the equivalents",
        "    requires upstream(procps-ng), given by procps-ng-4.0.4-3.hb9.x86_64",
        "",
        "  if it could go, 1.1 MiB installed would leave, and no other package",
        "  for that, 1 demand would have to be given up, of equivalent:net-base-0.noarch",
    ]


def test_why_of_a_capability_begins_with_who_gives_it_and_who_asks(run: Run, result: Path) -> None:
    lines = run("explain", result, "why", "libc.so.6()(64bit)").out.splitlines()
    assert lines[0] == "libc.so.6()(64bit): given by glibc-2.39-17.hb9.x86_64"
    assert lines[1].startswith("  asked for by audit-libs-4.0.1-1.hb9.x86_64, ")
    assert "glibc-2.39-17.hb9.x86_64 of harbour is in the answer, 6.4 MiB installed" in lines
    assert "  held in place by nobody alone" in lines


def test_all_shows_every_chain(run: Run, result: Path) -> None:
    few = run("explain", result, "why", "glibc").out
    every = run("explain", result, "why", "glibc", "--all").out
    assert "(--all shows every chain)" in few
    assert "more feature" not in every
    assert every.count("\n  feature ") > few.count("\n  feature ") == 3
    assert max(map(len, every.splitlines())) <= 100


def test_a_condition_leads_to_a_package_without_needing_it(run: Run, result: Path) -> None:
    document = json.loads(run("explain", result, "why", "bash-completion", "--json").out)
    (package,) = document["packages"]
    needs = {feature["text"]: feature["needs"] for feature in package["features"]}
    assert needs["(bash-completion if man-db) (group: core)"] is False
    assert package["leaving"][0]["nevra"] == "bash-completion-2.13-1.hb9.noarch"


def test_why_not_shows_the_answer_that_has_it(run: Run, result: Path) -> None:
    out = run("explain", result, "why-not", "vim-enhanced").out
    assert out.startswith(
        "vim-enhanced-2:9.1.309-1.hb9.x86_64 of harbour costs more: with it, divergence is 8 sources instead\n"
    )
    assert "to maintain as well: systemd" in out
    assert "optional features gained: vim-enhanced" in out
    document = json.loads(run("explain", result, "why-not", "vim-enhanced", "--json").out)
    (candidate,) = document["candidates"]
    assert (candidate["outcome"], candidate["stage"], candidate["status"]) == ("dearer", "divergence", "proven")
    assert candidate["difference"]["stages"][0]["change"] == 1


def test_why_not_tells_the_core_of_what_is_impossible(run: Run, result: Path) -> None:
    out = run("explain", result, "why-not", "cloud-init-22.2").out
    assert "cloud-init-22.2-8.hb8.noarch requires python(abi) = 3.11, which nothing provides" in out


def test_the_other_providers_of_a_capability_are_told_best_first(run: Run, result: Path) -> None:
    document = json.loads(run("explain", result, "why-not", "mail-transfer-agent", "--json").out)
    outcomes = [candidate["outcome"] for candidate in document["candidates"]]
    assert outcomes == sorted(outcomes, key=["better", "as good", "dearer", "unknown", "impossible"].index)
    assert document["chosen"] == ["sendmail-8.18.1-1.hb9.x86_64"]


def test_what_the_time_limit_left_unproven_ends_in_3(run: Run, result: Path) -> None:
    printed = run("explain", "--time-limit", "0.000001", result, "why-not", "vim-enhanced")
    assert printed.exit_code == 3
    assert "the time was up" in printed.out


@pytest.mark.parametrize(
    ("question", "word", "code", "words"),
    [
        ("why", "procpsng", 2, "did you mean procps-ng"),
        ("why", "vim-enhanced", 2, "vim-enhanced is not in the answer; ask why-not"),
        ("why-not", "glibc-common", 2, "glibc-common is in the answer; ask why"),
        ("why-not", "emacs", 2, "`what-if --add emacs` tells what it would cost"),
    ],
)
def test_what_cannot_be_answered_ends_in_words(
    run: Run, result: Path, question: str, word: str, code: int, words: str
) -> None:
    printed = run("explain", result, question, word)
    assert (printed.exit_code, printed.out) == (code, "")
    assert words in printed.err


@pytest.mark.parametrize("question", ["why", "why-not"])
def test_an_infeasible_problem_has_no_answer_to_ask_about(run: Run, question: str) -> None:
    printed = run("explain", DEMO / "infeasible.yaml", question, "bash")
    assert (printed.exit_code, printed.out) == (1, "")
    assert "there is no answer to ask about" in printed.err


def test_a_question_without_its_result_is_told_and_has_help(run: Run) -> None:
    printed = run("explain", "why-not", "bash")
    assert (printed.exit_code, printed.out) == (2, "")
    assert "RESULT stands before the question: pkgset explain RESULT why-not" in printed.err
    printed = run("explain", "levers", "--help")
    assert (printed.exit_code, printed.err) == (0, "")
    assert "Which dependency edges to cut" in printed.out


def test_a_result_that_was_changed_is_no_answer(run: Run, result: Path, tmp_path: Path) -> None:
    """What is told of an answer must be true of one: a manifest that lacks packages is not explained."""
    changed = shutil.copytree(result, tmp_path / "changed")
    manifest = json.loads((changed / "manifest.json").read_bytes())
    manifest["packages"] = [one for one in manifest["packages"] if one["name"] != "glibc"]
    (changed / "manifest.json").write_text(json.dumps(manifest))
    for question in (["why", "bash"], ["price"], ["what-if", "--drop", "git"]):
        printed = run("explain", changed, *question)
        assert (printed.exit_code, printed.out) == (2, "")
        assert "manifest.json: is no answer to the question that lies beside it: C" in printed.err


def test_who_gives_a_path_that_nothing_asks_for_the_repositories_tell(run: Run, result: Path) -> None:
    asked = run("explain", result, "why", "/usr/bin/git", "--problem", DEMO / "demo.yaml")
    assert (asked.exit_code, asked.err) == (0, "")
    assert asked.out.splitlines()[:2] == [
        "/usr/bin/git: given by git-2.44.0-2.sk2.x86_64",
        "  asked for by nobody in the answer",
    ]
    assert run("explain", DEMO / "demo.yaml", "why", "/usr/bin/git").out == asked.out
    by_name = json.loads(run("explain", result, "why", "git", "--json").out)
    by_path = json.loads(run("explain", result, "why", "/usr/bin/git", "--problem", DEMO / "demo.yaml", "--json").out)
    assert by_path["packages"] == [one for one in by_name["packages"] if one["nevra"] == "git-2.44.0-2.sk2.x86_64"]
    unneeded = run("explain", DEMO / "demo.yaml", "why-not", "/usr/bin/vim", "--json").out
    assert [one["nevra"] for one in json.loads(unneeded)["candidates"]] == ["vim-enhanced-2:9.1.309-1.hb9.x86_64"]


@pytest.mark.parametrize(
    ("word", "arguments", "words"),
    [
        (
            "/usr/bin/git",
            [],
            "which packages give a path or capability that nothing asks for, --problem FILE finds out",
        ),
        ("/usr/bin/git", ["--problem", DEMO / "limits.yaml"], "asks another question than"),
        ("/no/such/path", ["--problem", DEMO / "demo.yaml"], "no repository of the problem has it"),
        ("(bash if", ["--problem", DEMO / "demo.yaml"], "nothing that the problem can lead to asks for this"),
        (
            "/usr/bin/nano",
            ["--problem", DEMO / "demo.yaml"],
            (
                "/usr/bin/nano: given by nano-7.2-7.hb9.x86_64, which nothing that the problem asks for can lead to\n"
                "        `what-if --add /usr/bin/nano` tells what it would cost\n"
            ),
        ),
    ],
)
@pytest.mark.parametrize("question", ["why", "why-not"])
def test_a_path_that_no_answer_knows_is_told_as_what_it_is(
    run: Run, result: Path, question: str, word: str, arguments: list[str | Path], words: str
) -> None:
    printed = run("explain", result, question, word, *arguments)
    assert (printed.exit_code, printed.out) == (2, "")
    assert words in printed.err
    assert "no repository" not in words or "what-if" not in printed.err


def test_the_repositories_are_not_named_twice(run: Run) -> None:
    printed = run("explain", DEMO / "demo.yaml", "why", "/usr/bin/git", "--problem", DEMO / "demo.yaml")
    assert printed.exit_code == 2
    assert "RESULT is a problem file already" in printed.err
