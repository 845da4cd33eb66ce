"""docs/commands.md has every command, and its reference part is what the commands say of themselves."""

from __future__ import annotations

import importlib.util

from optimizer.cli.failure import BADNESS
from optimizer.cli.main import COMMANDS
from tests.requirements import PROJECT_ROOT

DOCS = PROJECT_ROOT / "docs"


def test_the_reference_is_as_generated() -> None:
    specification = importlib.util.spec_from_file_location("generate_commands", DOCS / "generate_commands.py")
    assert specification is not None
    assert specification.loader is not None
    generator = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(generator)
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert page == generator.reference(page), "run: python docs/generate_commands.py"


def test_every_command_is_introduced() -> None:
    written = (DOCS / "commands.md").read_text(encoding="utf-8").partition("## Reference")[0]
    assert [name for name in COMMANDS if f"[`pkgset {name}`](#pkgset-{name})" not in written] == []


def test_exit_codes_are_listed_worst_first() -> None:
    lines = (DOCS / "commands.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert [int(cell) for cell in rows if cell.isdigit()] == list(BADNESS)
