"""`pkgset demo`: the point of the product on one screen, wherever it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.cli.demo import demo_directory
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO


def test_it_makes_its_point_on_one_screen(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = run("demo")
    assert (printed.exit_code, printed.err) == (0, "")
    lines = printed.out.splitlines()
    assert len(lines) <= 49
    assert max(map(len, lines)) <= 100
    assert "skiff packages 34 sources today; this answer keeps 6 and needs 1 that nobody has packaged" in printed.out
    assert "less (known)" in printed.out
    assert "divergence: 7 sources" in printed.out
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["demo"]


def test_no_write_writes_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("demo", "--no-write", "--problem", "upstream-only").exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_the_infeasible_problem_is_one_of_them(run: Run) -> None:
    printed = run("demo", "--no-write", "--problem", "infeasible")
    assert printed.exit_code == 1
    assert "today" not in printed.out


def test_a_checkout_finds_its_own() -> None:
    assert demo_directory() == DEMO
