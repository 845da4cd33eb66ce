"""Wheel and sdist: the same bytes wherever they are built, whole, and enough to run and to build again."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.metadata import Metadata

from optimizer import __version__
from tests.project.test_files import tracked_files
from tests.reproducibility.interpreters import install, registry
from tests.requirements import PROJECT_ROOT, missing

pytestmark = pytest.mark.slow
NAME = f"pkgset-{__version__}"


@dataclass(frozen=True)
class Built:
    """What was built, and from which directory."""

    source: Path
    wheel: Path
    sdist: Path


def run(*command: object, cwd: Path, more: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command that knows nothing of this checkout."""
    dropped = ("PYTHONPATH", "VIRTUAL_ENV", "PKGSET_MIRROR", "SOURCE_DATE_EPOCH")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=environment | (more or {}), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def build(source: Path, to: Path, *kinds: str, umask: int = 0o022, **more: str) -> Built:
    """Build with the backend that pyproject.toml names, as `make dist` does."""
    if importlib.util.find_spec("hatchling") is None:
        missing("the development tools lack hatchling: make test installs it")
    words = [word for kind in kinds for word in ("-t", kind)]
    kept = os.umask(umask)
    try:
        run(sys.executable, "-m", "hatchling", "build", *words, "-d", to, cwd=source, more=more)
    finally:
        os.umask(kept)
    return Built(source, to / f"{NAME}-py3-none-any.whl", to / f"{NAME}.tar.gz")


def checkout(to: Path) -> Path:
    """Copy what git tracks."""
    return copied(PROJECT_ROOT, tracked_files(), to)


def elsewhere(source: Path, to: Path, *, backwards: bool = False, mode: int = 0o644, at: int | None = None) -> Path:
    """Copy such a copy, made in another order, with other permissions and times if asked."""
    return copied(source, [path for path in source.rglob("*") if path.is_file()], to, backwards, mode, at)


def copied(
    source: Path, files: list[Path], to: Path, backwards: bool = False, mode: int = 0o644, at: int | None = None
) -> Path:
    for path in sorted(files, reverse=backwards):
        copy = to / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        copy.chmod(mode | (0o111 if os.access(path, os.X_OK) else 0))
        if at is not None:
            os.utime(copy, (at, at))
    return to


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Wheel and sdist of a plain copy."""
    folder = tmp_path_factory.mktemp("built")
    return build(checkout(folder / "source"), folder / "dist")


def test_they_are_the_same_bytes_wherever_and_whenever_they_are_built(built: Built, tmp_path: Path) -> None:
    there = elsewhere(built.source, tmp_path / "Ölsardine", backwards=True, mode=0o600, at=86_400 * 365 * 30)
    around = {"PYTHONHASHSEED": "4242", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "HOME": str(tmp_path)}
    other = build(there, tmp_path / "dist", umask=0o077, **around)
    for one, again in ((built.wheel, other.wheel), (built.sdist, other.sdist)):
        assert one.read_bytes() == again.read_bytes()


def test_source_date_epoch_is_the_only_date_in_them(built: Built, tmp_path: Path) -> None:
    dated = [build(built.source, tmp_path / name, SOURCE_DATE_EPOCH="951782400") for name in ("one", "two")]
    assert dated[0].wheel.read_bytes() == dated[1].wheel.read_bytes() != built.wheel.read_bytes()
    with zipfile.ZipFile(dated[0].wheel) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 2, 29, 0, 0, 0)}
    with tarfile.open(dated[0].sdist) as archive:
        assert {entry.mtime for entry in archive} == {951_782_400}


def test_the_sdist_is_all_that_git_tracks_and_the_wheel_comes_from_it(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {entry.name.removeprefix(f"{NAME}/") for entry in archive}
        assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in archive} == {(0, 0, "", "")}
        archive.extractall(tmp_path, filter="data")
    tracked = {path.relative_to(PROJECT_ROOT).as_posix() for path in tracked_files()}
    assert names == tracked | {"PKG-INFO"}
    again = build(tmp_path / NAME, tmp_path / "dist")
    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.sdist.read_bytes() == built.sdist.read_bytes()


def test_the_wheel_holds_the_demo_and_the_types_and_nothing_of_the_checkout(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = set(archive.namelist())
    demo = PROJECT_ROOT / "problems" / "demo"
    problems = {f"optimizer/demo/{path.relative_to(demo).as_posix()}" for path in demo.rglob("*.yaml")}
    metadata = {f"optimizer/demo/{path.relative_to(demo).as_posix()}" for path in demo.rglob("*.xml")}
    assert problems
    assert metadata
    templates = PROJECT_ROOT / "optimizer" / "report" / "templates"
    page = {f"optimizer/report/templates/{path.name}" for path in templates.iterdir()}
    assert {"page.html", "page.css", "page.js"} <= {Path(name).name for name in page}
    assert {"optimizer/py.typed", "optimizer/cli/main.py", *problems, *metadata, *page} <= names
    assert {name.split("/")[0] for name in names} == {"optimizer", f"{NAME}.dist-info"}
    own = (path for path in tracked_files() if path.is_relative_to(PROJECT_ROOT / "optimizer"))
    assert {path.relative_to(PROJECT_ROOT).as_posix() for path in own} <= names


def test_the_wheel_is_as_wheels_should_be(built: Built, tmp_path: Path) -> None:
    if importlib.util.find_spec("check_wheel_contents") is None:
        missing("the development tools lack check-wheel-contents: make test installs it")
    # W002: the demo's comps and modules lie with its recipes and, as they are, in the repository made of them.
    words = ("--no-config", "--ignore", "W002", built.wheel)
    told = run(sys.executable, "-m", "check_wheel_contents", *words, cwd=tmp_path)
    assert told.stdout == f"{built.wheel}: OK\n"


def test_the_metadata_are_valid_and_those_of_the_project(built: Built) -> None:
    with (PROJECT_ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    with zipfile.ZipFile(built.wheel) as archive:
        written = archive.read(f"{NAME}.dist-info/METADATA")
        assert archive.read(f"{NAME}.dist-info/licenses/LICENSE") == (PROJECT_ROOT / "LICENSE").read_bytes()
        assert archive.read(f"{NAME}.dist-info/entry_points.txt").split() == (
            b"[console_scripts] pkgset = optimizer.cli.main:main".split()
        )
    with tarfile.open(built.sdist) as tar:
        beside = tar.extractfile(f"{NAME}/PKG-INFO")
        assert beside is not None
        assert beside.read() == written
    metadata = Metadata.from_email(written, validate=True)
    assert (metadata.name, str(metadata.version)) == ("pkgset", __version__)
    assert (metadata.license_expression, metadata.license_files) == (project["license"], project["license-files"])
    assert str(metadata.requires_python) == project["requires-python"]
    assert metadata.description_content_type == "text/markdown"
    assert metadata.description == (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    assert metadata.classifiers == project["classifiers"]
    if importlib.util.find_spec("trove_classifiers") is not None:
        from trove_classifiers import classifiers

        assert set(project["classifiers"]) <= classifiers
    assert set(metadata.provides_extra or ()) == set(project["optional-dependencies"])


def test_the_wheel_runs_in_a_clean_environment_from_an_empty_directory(built: Built, tmp_path: Path) -> None:
    python = install(f"{sys.version_info.major}.{sys.version_info.minor}", tmp_path / "environment", more=())
    pip = (sys.executable, "-m", "uv", "pip")
    run(*pip, "install", "--no-config", "--no-deps", "--python", python, built.wheel, cwd=tmp_path, more=registry())
    run(*pip, "check", "--no-config", "--python", python, cwd=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    programs = python.parent

    assert run(programs / "pkgset", "--version", cwd=empty).stdout == f"pkgset, version {__version__}\n"
    assert "proven" in run(programs / "pkgset", "demo", "--no-write", cwd=empty).stdout
    assert not list(empty.iterdir())
    run(python, "-m", "optimizer", "demo", cwd=empty)
    written = {path.name for path in (empty / "results" / "demo").iterdir()}
    assert written == {"manifest.json", "divergence.json", "problem.instance", "run.json"}

    told = run(python, "-c", "import optimizer; print(optimizer.__file__)", cwd=empty).stdout
    package = Path(told.strip()).parent
    assert package.is_relative_to(tmp_path)
    run(programs / "pkgset", "solve", package / "demo" / "demo.yaml", "-o", empty / "again", cwd=empty)
    for name in written - {"run.json"}:
        one, other = (empty / folder / "demo" / name for folder in ("results", "again"))
        assert one.read_bytes() == other.read_bytes()
    checked = ("verify", "--strict", empty / "again" / "demo", "--problem", package / "demo" / "demo.yaml")
    run(programs / "pkgset", *checked, cwd=empty)
