"""`pkgset solve`: files, reports, JSON, and batches in which some fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO

Write = Callable[..., Path]
ONE = "{required: [/usr/bin/bash]}"


def test_files_are_written_and_the_report_printed(run: Run, tmp_path: Path) -> None:
    printed = run("solve", DEMO / "weights.yaml", "-o", tmp_path)
    assert (printed.exit_code, printed.err) == (0, "")
    assert printed.out.startswith("demo-weights: proven optimal; accepted by verify and libsolv\n")
    assert printed.out.endswith(f"written: {tmp_path / 'demo-weights'}\n")
    written = sorted(path.name for path in (tmp_path / "demo-weights").iterdir())
    assert written == ["divergence.json", "manifest.json", "problem.instance", "run.json"]


def test_no_write_writes_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("solve", DEMO / "weights.yaml", "--no-write").exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_json_holds_the_files(run: Run, tmp_path: Path) -> None:
    printed = run("solve", "--json", DEMO / "weights.yaml", tmp_path / "none.yaml", "-o", tmp_path)
    solved, failed = json.loads(printed.out)
    directory = tmp_path / "demo-weights"
    assert solved["manifest"] == json.loads((directory / "manifest.json").read_bytes())
    assert solved["divergence"] == json.loads((directory / "divergence.json").read_bytes())
    assert solved["run"] == json.loads((directory / "run.json").read_bytes())
    assert (solved["problem"], solved["status"], solved["exit_code"]) == ("demo-weights", "proven", 0)
    assert solved["directory"] == str(directory)
    assert (failed["status"], failed["exit_code"], failed["problem"]) == ("error", 2, None)
    assert failed["errors"] == printed.err.splitlines()
    assert printed.exit_code == 2


def test_the_infeasible_is_told_and_recorded(run: Run, tmp_path: Path) -> None:
    printed = run("solve", DEMO / "infeasible.yaml", "-o", tmp_path)
    assert printed.exit_code == 1
    assert "- feature dhcp-client is required  [infeasible.yaml:8: features.required[2]]" in printed.out
    written = sorted(path.name for path in (tmp_path / "demo-infeasible").iterdir())
    assert written == ["problem.instance", "run.json"]


def test_every_mistake_of_a_file_is_told(run: Run, write_problem: Write) -> None:
    printed = run("solve", write_problem("wrong", "{requird: [bash]}", "limits: {packages: many}"))
    assert (printed.exit_code, printed.out) == (2, "")
    assert len(printed.err.splitlines()) == 2
    assert "'required'" in printed.err


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_a_bad_problem_does_not_stop_the_rest(run: Run, write_problem: Write, tmp_path: Path, jobs: str) -> None:
    lost = write_problem("lost", ONE)
    lost.write_text(lost.read_text().replace("repositories/skiff", "repositories/nowhere"))
    files = [DEMO / "infeasible.yaml", lost, write_problem("good", ONE), tmp_path / "none.yaml"]
    printed = run("solve", *files, "--jobs", jobs, "-o", tmp_path / "out")
    assert printed.exit_code == 66
    assert [printed.out.index(f"{name}: ") for name in ("demo-infeasible", "good")] == sorted(
        printed.out.index(f"{name}: ") for name in ("good", "demo-infeasible")
    )
    told = printed.err.splitlines()
    assert told[0].startswith(f"{lost}: repository skiff: ")
    assert told[1].startswith(f"{tmp_path / 'none.yaml'}:1: ")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["demo-infeasible", "good"]


def test_jobs_change_nothing_of_what_is_written(run: Run, tmp_path: Path) -> None:
    files = [DEMO / f"{name}.yaml" for name in ("weights", "objective", "limits")]
    apart = run("solve", *files, "-o", tmp_path / "one")
    together = run("solve", *files, "-o", tmp_path / "many", "--jobs", "2")
    assert apart.out.replace(str(tmp_path / "one"), "") == together.out.replace(str(tmp_path / "many"), "")
    for file in sorted((tmp_path / "one").rglob("*.json")):
        if file.name != "run.json":
            other = tmp_path / "many" / file.relative_to(tmp_path / "one")
            assert file.read_bytes() == other.read_bytes()


def test_one_name_twice_is_refused(run: Run, write_problem: Write, tmp_path: Path) -> None:
    first = write_problem("same", ONE)
    second = tmp_path / "other.yaml"
    second.write_text(first.read_text())
    printed = run("solve", first, second, "-o", tmp_path / "out")
    assert printed.exit_code == 2
    assert f"{second}: is named 'same', as is {first}" in printed.err
    assert run("solve", first, second, "--no-write").exit_code == 0


def test_warnings_are_told_in_processes_too(run: Run, write_problem: Write, tmp_path: Path) -> None:
    where = DEMO / "repositories" / "harbour"
    files = [write_problem("one", ONE), write_problem("two", ONE)]
    for file in files:
        both = f"[{tmp_path / 'nowhere'}, {where}]"
        file.write_text(file.read_text().replace(f"baseurl: {where}", f"baseurl: {both}"))
    for jobs in ("1", "2"):
        printed = run("solve", *files, "--no-write", "--jobs", jobs)
        assert printed.exit_code == 0
        told = [line.partition(": repository harbour: ")[0] for line in printed.err.splitlines()]
        assert told == [f"warning: {file}" for file in files]
        alone = run("solve", files[0], "--no-write", "--jobs", jobs)
        assert alone.err.startswith("warning: repository harbour: ")
        assert len(alone.err.splitlines()) == 1


def test_a_result_that_cannot_be_written_is_shown_all_the_same(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    printed = run("solve", DEMO / "weights.yaml", "-o", tmp_path / "file" / "below")
    assert printed.exit_code == 2
    assert printed.out.startswith("demo-weights: proven optimal")
    assert printed.err.endswith("Not a directory\n")
    assert len(printed.err.splitlines()) == 1


def test_a_reader_who_goes_away_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "optimizer", "solve", str(DEMO / "infeasible.yaml"), "-o", str(tmp_path)]
    ended = subprocess.run(command, check=False, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert (tmp_path / "demo-infeasible" / "run.json").is_file()


def test_the_mirror_comes_from_the_environment(
    run: Run, write_problem: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_problem("mirrored", ONE)
    file.write_text(file.read_text().replace(str(DEMO / "repositories"), str(tmp_path / "gone")))
    assert run("solve", file, "--no-write").exit_code == 66
    assert run("solve", file, "--no-write", "--mirror", DEMO / "repositories").exit_code == 0
    monkeypatch.setenv("PKGSET_MIRROR", str(DEMO / "repositories"))
    assert run("solve", file, "--no-write").exit_code == 0
