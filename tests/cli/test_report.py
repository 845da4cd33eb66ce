"""`pkgset report`: a page of results, on a file or on stdout; what it cannot draw it says."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO


@pytest.fixture
def solved(run: Run, tmp_path: Path) -> Path:
    """The directory of the demo's result."""
    assert run("solve", DEMO / "demo.yaml", "-o", tmp_path / "results").exit_code == 0
    return tmp_path / "results" / "demo"


def test_a_page_is_written_whole_and_stdout_stays_free(run: Run, solved: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    printed = run("report", solved, "-o", page)
    assert (printed.exit_code, printed.out, printed.err) == (0, "", f"written: {page}\n")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_stdout_has_the_same_page(run: Run, solved: Path, tmp_path: Path) -> None:
    run("report", solved, "-o", tmp_path / "page.html")
    printed = run("report", solved, "-o", "-")
    assert printed.err == ""
    assert printed.out == (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_file_is_report_html_unless_said(
    run: Run, solved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("report", solved).err == "written: report.html\n"
    assert (tmp_path / "report.html").exists()


def test_an_infeasible_problem_has_a_page_too(run: Run, solved: Path, tmp_path: Path) -> None:
    assert run("solve", DEMO / "infeasible.yaml", "-o", tmp_path / "results").exit_code == 1
    printed = run("report", solved, tmp_path / "results" / "demo-infeasible", "-o", "-")
    assert printed.exit_code == 0
    assert "These cannot all hold" in printed.out


def test_the_day_comes_from_source_date_epoch(run: Run, solved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert " on 1970-01-02." in run("report", solved, "-o", "-").out
    for wrong in ("yesterday", "9" * 30, "\N{SUPERSCRIPT TWO}"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        printed = run("report", solved, "-o", "-")
        assert (printed.exit_code, printed.out) == (2, "")
        assert f"SOURCE_DATE_EPOCH is {wrong!r}, not a number of seconds" in printed.err


def test_choices_are_there_where_they_are_asked_for(run: Run, solved: Path) -> None:
    assert "Choices" not in run("report", solved, "-o", "-").out
    asked = run("report", solved, "--with", "alternatives", "-o", "-")
    assert (asked.exit_code, asked.err) == (0, "")
    told = run("explain", solved, "alternatives", "--all").out
    assert "or tdnf" in told
    assert "only beside it: shadow-4.13-5.sk2.x86_64 (downstream): +1 divergence" in asked.out


def test_frontiers_are_drawn(run: Run, solved: Path, tmp_path: Path) -> None:
    assert "Frontier" not in run("report", solved, "-o", "-").out
    vary = ("frontier", DEMO / "demo.yaml", "--vary", "installed_size,divergence", "--most", "4", "-q")
    assert run(*vary, "-o", tmp_path / "elsewhere").exit_code in (0, 3)
    (file,) = (tmp_path / "elsewhere" / "demo").glob("frontier-*.json")
    given = run("report", solved, "--frontier", file, "-o", "-")
    assert given.exit_code == 0
    assert "4 points as a table" in given.out
    (solved / file.name).write_bytes(file.read_bytes())
    assert run("report", solved, "-o", "-").out == given.out


def test_a_frontier_of_another_problem_is_refused(run: Run, solved: Path, tmp_path: Path) -> None:
    vary = ("frontier", DEMO / "upstream-only.yaml", "--vary", "installed_size,packages", "--most", "2", "-q")
    run(*vary, "-o", tmp_path)
    (file,) = (tmp_path / "demo-upstream-only").glob("frontier-*.json")
    printed = run("report", solved, "--frontier", file, "-o", "-")
    assert (printed.exit_code, printed.out) == (2, "")
    assert "is a frontier of 'demo-upstream-only', and no RESULT is" in printed.err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("run.json", "{", "run.json: "),
        ("manifest.json", "[]", "manifest.json: "),
        ("problem.instance", None, "problem.instance: not there: solve the problem again"),
        ("frontier-a-b.json", "{}", "frontier-a-b.json: "),
    ],
)
def test_a_damaged_result_is_named(run: Run, solved: Path, name: str, content: str | None, words: str) -> None:
    if content is None:
        (solved / name).unlink()
    else:
        (solved / name).write_text(content, encoding="utf-8")
    printed = run("report", solved, "-o", "-")
    assert (printed.exit_code, printed.out) == (2, "")
    assert words in printed.err


def test_a_place_that_cannot_be_written_is_named(run: Run, solved: Path, tmp_path: Path) -> None:
    printed = run("report", solved, "-o", tmp_path / "nowhere" / "page.html")
    assert printed.exit_code == 2
    assert "nowhere" in printed.err


def test_what_must_be_installed_is_said(run: Run, solved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def without_squarify(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "squarify" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without_squarify)
    printed = run("report", solved, "-o", "-")
    assert (printed.exit_code, printed.out) == (2, "")
    assert "reports need squarify: pip install 'pkgset[report]'" in printed.err
