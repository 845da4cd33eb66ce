"""docs/architecture.md's rooms are the packages of optimizer/, module by module, and the contract has them all."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.requirements import PROJECT_ROOT

PACKAGE = PROJECT_ROOT / "optimizer"
#: What wires the rooms together, for one problem and for several.
WIRING = ("optimizer.pipeline", "optimizer.family", "optimizer.inquiry")
DOCUMENT = (PROJECT_ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROWS = {
    match["room"]: set(re.findall(r"`([\w/]+)`", match["modules"]))
    for match in re.finditer(r"^\| `(?P<room>\w+)/` \|[^|]+\|[^|]+\| (?P<modules>[^|]+) \|$", DOCUMENT, re.MULTILINE)
}


def modules(room: str) -> set[str]:
    """The modules of a room, sub-packages as `judges/libsolv`."""
    folder = PACKAGE / room
    paths = (path for path in folder.rglob("*.py") if path.name != "__init__.py")
    return {path.relative_to(folder).with_suffix("").as_posix() for path in paths}


def contracts() -> list[dict[str, list[str]]]:
    """import-linter's contracts."""
    with (PROJECT_ROOT / "pyproject.toml").open("rb") as file:
        found: list[dict[str, list[str]]] = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return found


def test_the_table_has_every_room_and_each_of_its_modules() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    told = {f"{room}/{name}" for room, names in ROWS.items() for name in names}
    there = {f"{room}/{name}" for room in rooms for name in modules(room)}
    assert rooms == set(ROWS)
    assert not there - told, f"docs/architecture.md lacks {', '.join(sorted(there - told))}"
    assert not told - there, f"docs/architecture.md has {', '.join(sorted(told - there))}"


def test_the_contract_layers_every_room() -> None:
    layers = [name.strip() for layer in contracts()[0]["layers"] for name in layer.split("|")]
    assert sorted(layers) == sorted([*(f"optimizer.{room}" for room in ROWS), *WIRING])


def test_each_library_is_forbidden_to_every_room_but_its_own() -> None:
    everywhere = {*(f"optimizer.{room}" for room in ROWS), *WIRING}
    allowed = {
        library: everywhere - set(contract["source_modules"])
        for contract in contracts()[1:]
        for library in contract["forbidden_modules"]
    }
    assert allowed["solv"] == {"optimizer.universe"}
    assert allowed["ortools"] == {"optimizer.model"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the `optimizer` package in a folder."""
    command = [sys.executable, "-c", "import importlinter.cli; importlinter.cli.lint_imports_command()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contract_is_kept() -> None:
    done = lint(PROJECT_ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_upwards_breaks_the_contract(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "optimizer", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT_ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "optimizer" / "problem" / "problem.py").open("a", encoding="utf-8") as file:
        file.write("\nfrom optimizer.model import solver\n")
    done = lint(tmp_path)
    assert done.returncode != 0
    assert "optimizer.problem is not allowed to import optimizer.model" in done.stdout
