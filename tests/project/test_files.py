"""The checkout itself: the Makefile's promises, what is tracked, and the hooks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.project.documents import blocks
from tests.requirements import DEBIAN_PACKAGES, PROJECT_ROOT, missing, require_tool

MAKEFILE = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")

# Folders of somebody's machine, whose names have no business in a project.
MACHINE_PATHS = re.compile(rb"(?<![\w.$}/-])/(?:home|root|work|Users|private|mnt)/[\w.-]+")


def tracked_files() -> list[Path]:
    """The files git tracks."""
    if not (PROJECT_ROOT / ".git").exists():
        missing("run the tests in a git checkout")
    git = str(require_tool("git"))
    done = subprocess.run([git, "ls-files", "-z"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    return [path for name in done.stdout.split("\0") if name and (path := PROJECT_ROOT / name).is_file()]


def dry_run(target: str, folder: Path) -> list[str]:
    """The commands `make TARGET` would run where nothing is installed."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(PROJECT_ROOT / name, folder)
    shutil.copytree(PROJECT_ROOT / "requirements", folder / "requirements")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = [str(require_tool("make")), "--dry-run", target]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.splitlines()


def test_the_readmes_two_commands_are_targets() -> None:
    named = [line.split("#")[0].split() for line in blocks(README, "sh")[0].splitlines()]
    assert named == [["make", "demo"], ["make", "test"]]
    for _, target in named:
        assert re.search(rf"^{target}: ", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("target", ["demo", "test", "bench"])
def test_a_target_makes_its_environment_first(target: str, tmp_path: Path) -> None:
    commands = dry_run(target, tmp_path)
    made = next(index for index, line in enumerate(commands) if " -m venv " in line)
    installed = next(index for index, line in enumerate(commands) if " pip " in line)
    assert made < installed < len(commands) - 1


def test_the_whole_suite_is_five_checkers_pytest_last(tmp_path: Path) -> None:
    checkers = [
        line.removeprefix(".venv/bin/") for line in dry_run("test", tmp_path) if line.startswith(".venv/bin/")
    ]
    first = checkers.index("ruff check")
    assert [line.split()[0] for line in checkers[first:]] == ["ruff", "ruff", "mypy", "lint-imports", "pytest"]


def test_every_target_is_phony_or_a_file() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert targets == set(phony[1].split())


def test_ci_installs_the_package_of_every_tool_the_tests_ask_for() -> None:
    asked: set[str] = set()
    for path in (PROJECT_ROOT / "tests").rglob("*.py"):
        asked |= set(re.findall(r"(?:\btool|require_tool)\(\"([a-z_]+)\"\)", path.read_text(encoding="utf-8")))
    packages = (PROJECT_ROOT / ".ci" / "run").read_text(encoding="utf-8").split("packages=(")[1].split(")")[0].split()
    assert asked
    assert {DEBIAN_PACKAGES.get(name, name) for name in asked} <= set(packages)


def test_ci_can_be_run() -> None:
    assert os.access(PROJECT_ROOT / ".ci" / "run", os.X_OK)


def test_the_hooks_are_local_and_run_what_is_installed() -> None:
    with (PROJECT_ROOT / "pyproject.toml").open("rb") as file:
        tools = {
            re.split(r"[>=<]", name)[0] for name in tomllib.load(file)["project"]["optional-dependencies"]["dev"]
        }
    repositories = yaml.safe_load((PROJECT_ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    commands = {"lint-imports": "import-linter"}
    for hook in repositories[0]["hooks"]:
        command = hook["entry"].split()[0]
        assert hook["language"] == "system"
        assert commands.get(command, command) in tools


def test_no_tracked_file_names_a_path_of_somebodys_machine() -> None:
    found = {
        f"{path.relative_to(PROJECT_ROOT)}: {match.group().decode()}"
        for path in tracked_files()
        for match in MACHINE_PATHS.finditer(path.read_bytes())
    }
    assert not found


def test_the_pattern_finds_such_paths_and_leaves_others_alone() -> None:
    assert MACHINE_PATHS.search(b"see " + b"/" + b"home/somebody/file")
    assert not MACHINE_PATHS.search(b"file://localhost/srv/x, /usr/share/zoneinfo/UTC, ~/.cache")


def test_one_version_everywhere() -> None:
    from optimizer import __version__

    with (PROJECT_ROOT / "pyproject.toml").open("rb") as file:
        assert tomllib.load(file)["project"]["version"] == __version__
