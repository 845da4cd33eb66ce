"""`pkgset verify`: what was written holds, and whatever is changed in it is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO, PROBLEMS

Change = Callable[[dict[str, Any]], None]
_WITH_ANSWER = sorted(path.stem for path in PROBLEMS if "infeasible" not in path.stem)


@pytest.mark.parametrize("name", _WITH_ANSWER)
def test_what_solve_writes_holds(run: Run, tmp_path: Path, name: str) -> None:
    assert run("solve", DEMO / f"{name}.yaml", "-o", tmp_path).exit_code == 0
    (directory,) = tmp_path.iterdir()
    printed = run("verify", directory, "--problem", DEMO / f"{name}.yaml")
    assert (printed.exit_code, printed.err) == (0, "")
    assert printed.out == f"{directory}: holds; accepted by verify and libsolv\n"


def _drop_bash(manifest: dict[str, Any]) -> None:
    manifest["packages"] = [package for package in manifest["packages"] if package["name"] != "bash"]


def _claim_less(record: dict[str, Any]) -> None:
    record["stages"][0]["value"] -= 1


def _total(manifest: dict[str, Any]) -> None:
    manifest["totals"]["installed_size"] -= 1


def _resize(manifest: dict[str, Any]) -> None:
    manifest["packages"][3]["installed_size"] = 1


def _another_version(manifest: dict[str, Any]) -> None:
    manifest["packages"][0]["version"] = "99"


def _twice(manifest: dict[str, Any]) -> None:
    manifest["packages"].append(manifest["packages"][0])


def _forget(divergence: dict[str, Any]) -> None:
    del divergence["entries"][0]


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("manifest.json", _drop_bash, "C2: "),
        ("manifest.json", _drop_bash, "libsolv adds bash-"),
        ("run.json", _claim_less, "stage divergence claims 6, the packages add up to 7"),
        ("manifest.json", _total, "manifest.json: totals is "),
        ("manifest.json", _resize, "these are wrong: installed_size"),
        ("manifest.json", _another_version, "is no candidate"),
        ("manifest.json", _twice, "a package is listed twice"),
        ("divergence.json", _forget, "divergence.json does not list cloud-init"),
    ],
)
def test_every_change_is_found(run: Run, tmp_path: Path, file: str, change: Change, told: str) -> None:
    run("solve", DEMO / "demo.yaml", "-o", tmp_path)
    path = tmp_path / "demo" / file
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content))
    printed = run("verify", tmp_path / "demo", "--problem", DEMO / "demo.yaml")
    assert (printed.exit_code, printed.out) == (4, "")
    assert told in printed.err
    assert all(line.startswith(f"{tmp_path / 'demo'}: ") for line in printed.err.splitlines())


def test_an_instance_will_do_without_libsolv(run: Run, tmp_path: Path) -> None:
    run("solve", DEMO / "demo.yaml", "-o", tmp_path)
    run("snapshot", DEMO / "demo.yaml", "-o", tmp_path / "demo.instance")
    printed = run("verify", tmp_path / "demo", "--instance", tmp_path / "demo.instance")
    assert printed.exit_code == 0
    assert "libsolv not asked" in printed.out


def test_another_question_is_told(run: Run, tmp_path: Path) -> None:
    run("solve", DEMO / "demo.yaml", "-o", tmp_path)
    printed = run("verify", tmp_path / "demo", "--problem", DEMO / "weights.yaml")
    assert printed.exit_code == 4
    assert "it answers problem 'demo', not 'demo-weights'" in printed.err


def test_other_repositories_are_a_warning(run: Run, tmp_path: Path) -> None:
    run("solve", DEMO / "weights.yaml", "-o", tmp_path)
    path = tmp_path / "demo-weights" / "run.json"
    record = json.loads(path.read_bytes())
    record["inputs"][0]["checksum"] = "sha256:0"
    path.write_text(json.dumps(record))
    printed = run("verify", tmp_path / "demo-weights", "--problem", DEMO / "weights.yaml")
    assert printed.exit_code == 0
    assert printed.err == "warning: repository harbour is not what it was when the result was made\n"


@pytest.mark.parametrize(("name", "told"), [("infeasible", "there is no answer"), (None, "No such file")])
def test_what_cannot_be_judged_is_wrong_usage(run: Run, tmp_path: Path, name: str | None, told: str) -> None:
    if name is not None:
        run("solve", DEMO / f"{name}.yaml", "-o", tmp_path)
    printed = run("verify", next(tmp_path.iterdir(), tmp_path), "--problem", DEMO / "infeasible.yaml")
    assert printed.exit_code == 2
    assert told in printed.err
