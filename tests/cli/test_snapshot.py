"""`pkgset snapshot`: one file that answers as the repositories do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO, PROBLEMS


@pytest.mark.parametrize("name", sorted(path.stem for path in PROBLEMS))
def test_an_instance_gives_the_same_bytes(run: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / "frozen.instance"
    frozen = run("snapshot", DEMO / f"{name}.yaml", "-o", file)
    assert (frozen.exit_code, frozen.out) == (0, f"{file}\n")
    straight = run("solve", DEMO / f"{name}.yaml", "-o", tmp_path / "straight")
    thawed = run("solve", file, "-o", tmp_path / "thawed")
    assert thawed.exit_code == straight.exit_code
    (before,) = (tmp_path / "straight").iterdir()
    (after,) = (tmp_path / "thawed").iterdir()
    assert before.name == after.name
    names = sorted(path.name for path in before.iterdir())
    assert names == sorted(path.name for path in after.iterdir())
    for part in ("manifest.json", "divergence.json"):
        if part in names:
            assert (before / part).read_bytes() == (after / part).read_bytes()


def test_it_is_named_after_the_problem(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("snapshot", DEMO / "weights.yaml").out == "demo-weights.instance\n"
    assert [path.name for path in tmp_path.iterdir()] == ["demo-weights.instance"]


def test_a_damaged_instance_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.instance"
    file.write_text('{"format": 1}')
    printed = run("solve", file, "--no-write")
    assert printed.exit_code == 2
    assert printed.err.startswith(f"{file}: ")
