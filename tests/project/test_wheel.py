"""The wheel holds what a newcomer's first minute needs, and runs in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from optimizer import __version__
from tests.requirements import PROJECT_ROOT, missing

pytestmark = pytest.mark.slow


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that knows nothing of this checkout."""
    dropped = ("PYTHONPATH", "VIRTUAL_ENV", "PKGSET_MIRROR")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def install(python: Path | str, *arguments: object, cwd: Path) -> None:
    """Run pip, which needs the package registry."""
    done = run(python, "-m", "pip", "--disable-pip-version-check", *arguments, cwd=cwd)
    if done.returncode and "connection" in done.stderr.lower():
        missing("the package registry cannot be reached")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the backend that pyproject.toml names, in isolation."""
    folder = tmp_path_factory.mktemp("wheel")
    install(sys.executable, "wheel", "--no-deps", "--wheel-dir", folder, PROJECT_ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_the_demo_and_the_types_and_nothing_of_the_checkout(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    demo = PROJECT_ROOT / "problems" / "demo"
    problems = {f"optimizer/demo/{path.relative_to(demo).as_posix()}" for path in demo.rglob("*.yaml")}
    metadata = {f"optimizer/demo/{path.relative_to(demo).as_posix()}" for path in demo.rglob("*.xml")}
    assert wheel.name == f"pkgset-{__version__}-py3-none-any.whl"
    assert problems
    assert metadata
    templates = PROJECT_ROOT / "optimizer" / "report" / "templates"
    page = {f"optimizer/report/templates/{path.name}" for path in templates.iterdir()}
    assert {"page.html", "page.css", "page.js"} <= {Path(name).name for name in page}
    assert {"optimizer/py.typed", "optimizer/cli/main.py", *problems, *metadata, *page} <= names
    assert {name.split("/")[0] for name in names} == {"optimizer", f"pkgset-{__version__}.dist-info"}


def test_it_runs_in_a_clean_environment_from_an_empty_directory(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "environment", with_pip=True)
    programs = tmp_path / "environment" / "bin"
    empty = tmp_path / "empty"
    empty.mkdir()
    install(programs / "python", "install", wheel, cwd=empty)

    told = run(programs / "pkgset", "--version", cwd=empty)
    assert (told.returncode, told.stdout) == (0, f"pkgset, version {__version__}\n")
    shown = run(programs / "pkgset", "demo", "--no-write", cwd=empty)
    assert shown.returncode == 0, shown.stderr
    assert "proven" in shown.stdout
    assert not list(empty.iterdir())
    written = run(programs / "python", "-m", "optimizer", "demo", cwd=empty)
    assert written.returncode == 0, written.stderr
    assert {path.name for path in (empty / "results" / "demo").iterdir()} == {
        "manifest.json",
        "divergence.json",
        "problem.instance",
        "run.json",
    }
