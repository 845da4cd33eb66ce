"""`pkgset export`: what is written, what is told, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.export.formats import FORMATS, SOLVER_FORMATS
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the results of the demo and of its upstream-only problem."""
    from optimizer.export.results import write_results
    from optimizer.pipeline import Settings, solve_file

    directory = tmp_path_factory.mktemp("results")
    for name in ("demo", "upstream-only", "infeasible"):
        write_results(solve_file(DEMO / f"{name}.yaml", Settings()), directory)
    return directory


@pytest.fixture
def demo(results: Path) -> Path:
    return results / "demo"


@pytest.fixture
def upstream(results: Path) -> Path:
    return results / "demo-upstream-only"


def test_a_format_that_says_all_is_written(run: Run, upstream: Path, tmp_path: Path) -> None:
    place = ("--baseurl", "harbour=https://mirror.invalid/h")
    printed = run("export", upstream, "--format", "kickstart", *place)
    assert (printed.exit_code, printed.err) == (0, "")
    assert printed.out.startswith("# demo-upstream-only: ")
    written = run("export", upstream, "--format", "kickstart", *place, "-o", tmp_path / "a.ks")
    assert (written.exit_code, written.out) == (0, "")
    assert (tmp_path / "a.ks").read_text() == printed.out


def test_a_problem_is_solved_first(run: Run, upstream: Path) -> None:
    stored = run("export", upstream, "--format", "bazeldnf")
    solved = run("export", DEMO / "upstream-only.yaml", "--format", "bazeldnf")
    assert solved.out == stored.out
    frozen = run("export", upstream / "problem.instance", "--format", "bazeldnf")
    assert frozen.out == stored.out


def test_what_is_lost_is_told_and_nothing_is_written(run: Run, demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.ks"
    printed = run("export", demo, "--format", "kickstart", "-o", file)
    assert (printed.exit_code, printed.out) == (3, "")
    lines = printed.err.splitlines()
    assert len(lines) == 4, "two losses, a note, and that nothing is written"
    assert lines[0].startswith("kickstart does not say that packages are our own, ")
    assert "cloud-init-24.1.4-1.sk2.noarch" in lines[0]
    assert lines[1].endswith(": attestation-agent")
    assert lines[2].startswith("note: kickstart does not say why ")
    assert lines[3] == "nothing is written; --allow-lossy=divergence,stubs writes it all the same"
    assert not file.exists()


def test_allowed_losses_are_written_and_told(run: Run, demo: Path) -> None:
    printed = run("export", demo, "--format", "kickstart", "--allow-lossy")
    assert printed.exit_code == 0
    assert "cloud-init-24.1.4-1.sk2.noarch\n" in printed.out
    assert "# not here, since nobody has made it yet: attestation-agent\n" in printed.out
    assert len(printed.err.splitlines()) == 3 + 2, "and where its two repositories lie"


def test_only_the_losses_that_are_named_are_allowed(run: Run, demo: Path) -> None:
    named = run("export", demo, "--format", "kickstart", "--allow-lossy=stubs, divergence")
    alone = run("export", "--allow-lossy", demo, "--format", "kickstart")
    assert (named.exit_code, alone.exit_code) == (0, 0)
    assert (named.out, named.err) == (alone.out, alone.err)
    other = run("export", demo, "--format", "kickstart", "--allow-lossy=stubs")
    assert (other.exit_code, other.out) == (3, "")
    assert "--allow-lossy=divergence,stubs" in other.err.splitlines()[-1]
    unknown = run("export", demo, "--format", "kickstart", "--allow-lossy=stubs,divergance")
    assert (unknown.exit_code, unknown.out) == (2, "")
    assert "'divergance' is no kind of loss: did you mean divergence?" in unknown.err
    assert "there are versions, " in run("export", demo, "--format", "dot", "--allow-lossy=").err


def test_reasons_are_noted_and_no_loss(run: Run, demo: Path) -> None:
    printed = run("export", demo, "--format", "cyclonedx")
    assert (printed.exit_code, printed.err) == (0, "")
    lock = run("export", demo, "--format", "rpms-lock", "--allow-lossy=divergence,stubs")
    assert lock.exit_code == 0
    assert lock.err.splitlines()[2].startswith("note: rpms-lock does not say why sources diverge")


def test_for_programs(run: Run, demo: Path, upstream: Path, tmp_path: Path) -> None:
    refused = run("export", demo, "--format", "kickstart", "--json", "-o", tmp_path / "a.ks")
    document = json.loads(refused.out)
    assert (refused.exit_code, document["file"]) == (3, None)
    assert [loss["kind"] for loss in document["lost"]] == ["divergence", "stubs"]
    assert [loss["kind"] for loss in document["notes"]] == ["reasons"]
    assert document["lost"][1]["concerned"] == ["attestation-agent"]
    written = json.loads(run("export", upstream, "--format", "mkosi", "--json", "-o", tmp_path / "m").out)
    assert (written["format"], written["file"], written["lost"]) == ("mkosi", str(tmp_path / "m"), [])
    usage = run("export", demo, "--format", "kickstart", "--json")
    assert usage.exit_code == 2


def test_another_place_for_a_repository(run: Run, upstream: Path) -> None:
    place = "harbour=https://mirror.invalid/h"
    printed = run("export", upstream, "--format", "repository-file", "--baseurl", place)
    assert "baseurl=https://mirror.invalid/h/\n" in printed.out
    unknown = run("export", upstream, "--format", "repository-file", "--baseurl", "harbor=https://mirror.invalid/h")
    assert (unknown.exit_code, unknown.out) == (2, "")
    assert "did you mean 'harbour'?" in unknown.err
    assert run("export", upstream, "--format", "repository-file", "--baseurl", "harbour").exit_code == 2


def test_a_directory_of_this_machine_is_told_where_it_is_written(run: Run, upstream: Path, tmp_path: Path) -> None:
    printed = run("export", upstream, "--format", "kickstart", "--json", "-o", tmp_path / "a.ks")
    url = json.loads(printed.out)["directories"]["harbour"]
    assert url in (tmp_path / "a.ks").read_text()
    words = "a directory of this machine; --baseurl harbour=URL writes another place"
    assert printed.err == f"note: harbour is written as {url}, {words}\n"
    assert run("export", upstream, "--format", "rpm-ostree-treefile").err == ""


def test_what_is_said_is_not_passed_over(run: Run, upstream: Path, tmp_path: Path) -> None:
    alone = run("export", upstream, "--format", "kickstart", "--problem", DEMO / "upstream-only.yaml")
    assert (alone.exit_code, alone.out) == (2, "")
    part = run("export", upstream / "manifest.json", "--format", "kickstart")
    assert part.exit_code == 2
    assert f"give the directory it lies in, {upstream}" in part.err
    nowhere = run("export", upstream, "--format", "kickstart", "-o", tmp_path / "gone" / "a.ks")
    assert nowhere.exit_code == 2
    assert f"{tmp_path / 'gone' / 'a.ks'}: No such file or directory" in nowhere.err


def test_the_question_for_other_solvers(run: Run, results: Path) -> None:
    told = run("export", results / "demo", "--format", "cudf")
    assert told.exit_code == 3
    assert told.err.startswith("cudf does not say the limits, ")
    infeasible = run("export", results / "demo-infeasible", "--format", "cudf", "--allow-lossy")
    assert infeasible.exit_code == 0
    assert infeasible.out.startswith("preamble: \n")


def test_what_has_no_answer_has_no_export(run: Run, results: Path) -> None:
    for path in (results / "demo-infeasible", DEMO / "infeasible.yaml"):
        printed = run("export", path, "--format", "kickstart")
        assert (printed.exit_code, printed.out) == (2, "")
        assert "there is no answer, its status is 'infeasible'" in printed.err


def test_an_answer_that_is_not_proven_says_so(run: Run, upstream: Path, tmp_path: Path) -> None:
    import shutil

    unproven = tmp_path / "unproven"
    shutil.copytree(upstream, unproven)
    record = json.loads((unproven / "run.json").read_text())
    (unproven / "run.json").write_text(json.dumps(record | {"status": "not proven"}))
    printed = run("export", unproven, "--format", "mkosi")
    assert (printed.exit_code, printed.err) == (0, "warning: the answer is not proven to be the best\n")
    assert ", not proven\n" in printed.out.partition("\n")[0] + "\n"


def test_names_that_are_none(run: Run, demo: Path) -> None:
    printed = run("export", demo, "--format", "kickstat")
    assert (printed.exit_code, printed.err) == (2, "there is no format 'kickstat'; did you mean 'kickstart'?\n")
    assert run("export", demo).exit_code == 2
    assert run("export", "--format", "kickstart").exit_code == 2


def test_the_list(run: Run) -> None:
    printed = run("export", "--list")
    assert printed.exit_code == 0
    assert [line.split()[0] for line in printed.out.splitlines() if not line.startswith(" ")] == [
        *FORMATS,
        *SOLVER_FORMATS,
    ]
    listed = json.loads(run("export", "--list", "--json").out)
    assert [one["name"] for one in listed] == [*FORMATS, *SOLVER_FORMATS]
    assert "(beside photon-installer)" in printed.out
    (kickstart,) = [one for one in listed if one["name"] == "kickstart"]
    assert kickstart["of"] == "answer"
    assert kickstart["steerable"]
    assert "excludes" in kickstart["expresses"]


def test_a_time_is_written_only_if_it_is_given(run: Run, upstream: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert "source-epoch" not in run("export", upstream, "--format", "osbuild-manifest").out
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert '"source-epoch": 1700000000' in run("export", upstream, "--format", "osbuild-manifest").out
    lock = json.loads(run("export", upstream, "--format", "rpm-ostree-lockfile").out)
    assert lock["metadata"] == {"generated": "2023-11-14T22:13:20Z"}
    for wrong in ("yesterday", "-1", "999999999999"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        assert run("export", upstream, "--format", "osbuild-manifest").exit_code == 2


def test_a_stage_is_asked_with_the_ones_before_at_their_optimum(run: Run, demo: Path) -> None:
    first = run("export", demo, "--format", "opb")
    assert first.exit_code == 3
    assert "features, installed_size, packages" in first.err
    third = run("export", demo, "--format", "opb", "--stage", "3")
    assert third.exit_code == 0
    assert "* held at its optimum: features 46" in third.out
    assert run("export", demo, "--format", "wcnf", "--stage", "1").exit_code == 0


def test_a_stage_that_is_not_there_and_a_format_without_stages_are_refused(run: Run, demo: Path) -> None:
    beyond = run("export", demo, "--format", "opb", "--stage", "5")
    assert (beyond.exit_code, "there is no stage 5" in beyond.err) == (2, True)
    assert run("export", demo, "--format", "dot", "--stage", "1").exit_code == 2
    assert run("export", demo, "--format", "cudf", "--stage", "1").exit_code == 2
