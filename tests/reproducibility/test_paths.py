"""A path may hold bytes that are no text: it is spelt out wherever it is written, and stops nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.export.exported import repository_url
from optimizer.problem.file import spelt
from optimizer.universe.snapshot import read_instance
from tests.cli.conftest import Run, run
from tests.demo.recipes import DEMO

__all__ = ["run"]
LATIN = os.fsdecode(b"caf\xe9")


@pytest.fixture
def latin(tmp_path: Path) -> Path:
    """A problem in a directory whose name is Latin-1, in a file whose name is, too."""
    folder = tmp_path / LATIN
    shutil.copytree(DEMO / "repositories", folder / "repositories")
    problem = folder / f"{LATIN}.yaml"
    text = (DEMO / "multilib.yaml").read_text(encoding="utf-8")
    problem.write_text(f"name: named\n{text.replace('name: demo-multilib', '')}", encoding="utf-8")
    return problem


def test_a_directory_that_is_no_text_is_solved_written_and_exported(run: Run, latin: Path, tmp_path: Path) -> None:
    out = latin.parent / "results"
    solved = run("solve", latin, "-o", out, "--json")
    assert (solved.exit_code, solved.err) == (0, "")
    (document,) = json.loads(solved.out)
    assert document["file"] == f"{tmp_path}/caf\\xe9/caf\\xe9.yaml"
    instance = read_instance(out / "named" / "problem.instance")
    assert {given.location for given in instance.inputs} == {f"{tmp_path}/caf\\xe9/repositories/harbour"}
    assert {feature.where.partition(":")[0] for feature in instance.features} == {"caf\\xe9.yaml"}
    exported = run("export", out / "named", "--format", "repository-file", "--allow-lossy")
    assert exported.exit_code in (0, 2), exported.err
    told = run("verify", out / "named", "--problem", latin)
    assert told.exit_code == 0, told.err


def test_a_locale_of_ascii_spells_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "Wörld"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("*.py"))
    written = []
    for settings in ({"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
        out = tmp_path / settings["LC_ALL"]
        command = [sys.executable, "-m", "optimizer", "solve", "--json", "multilib.yaml", "-o", str(out)]
        environment = {"PATH": os.environ["PATH"], "PKGSET_CACHE": os.environ["PKGSET_CACHE"], **settings}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout.decode())[0]["run"]["inputs"][0]["location"].startswith(str(folder))
        written.append((out / "demo-multilib" / "problem.instance").read_bytes())
    assert written[0] == written[1]


def test_how_it_is_spelt() -> None:
    assert spelt("/srv/plain") == "/srv/plain"
    assert spelt("/srv/Wörld") == "/srv/Wörld"
    assert spelt(b"/srv/W\xc3\xb6rld".decode("ascii", "surrogateescape")) == "/srv/Wörld"
    assert spelt(f"/srv/{LATIN}") == "/srv/caf\\xe9"
    assert repository_url("/srv/Wörld") == "file:///srv/W%C3%B6rld/"
