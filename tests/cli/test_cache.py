"""`pkgset cache` and `pkgset schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.problem.shape import problem_schema
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO


def test_the_cache_is_shown_and_cleared(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "cache"
    monkeypatch.setenv("PKGSET_CACHE", str(directory))
    assert run("cache").out == f"{directory}: 0 files, 0.0 MiB\n"
    run("solve", DEMO / "weights.yaml", "--no-write")
    shown = run("cache", "show")
    assert shown.out == run("cache").out
    assert shown.out.splitlines()[0].startswith(f"{directory}: 2 files, ")
    held = json.loads(run("cache", "show", "--json").out)
    sizes = [path.stat().st_size for path in directory.rglob("*.solv")]
    assert held == {
        "directory": str(directory),
        "files": 2,
        "bytes": sum(sizes),
        "kinds": {"solv": {"files": 2, "bytes": sum(sizes)}},
    }
    assert run("cache", "clear").out.startswith(f"{directory}: removed 2 files, ")
    assert run("cache").out == f"{directory}: 0 files, 0.0 MiB\n"


def test_the_schema_is_printed(run: Run) -> None:
    printed = run("schema")
    assert printed.exit_code == 0
    assert json.loads(printed.out) == json.loads(json.dumps(problem_schema()))
