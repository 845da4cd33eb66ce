"""README.md shows what the program prints, and names its commands and exit codes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from optimizer.answer.result import EXIT_CODES
from optimizer.cli.failure import BADNESS
from optimizer.cli.main import COMMANDS
from tests.project.documents import blocks
from tests.requirements import PROJECT_ROOT

README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")


def test_the_sample_is_what_the_demo_prints(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "optimizer", "demo", "--no-write", "--quiet"]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.splitlines()
    (sample,) = (block for block in blocks(README, "") if "proven optimal" in block)
    shown = [line for line in sample.splitlines() if line.strip() != "..."]
    remaining = iter(printed)
    assert [line for line in shown if line not in remaining] == []


def test_the_table_of_commands_has_them_all() -> None:
    named = set(re.findall(r"`pkgset ([a-z-]+)", README))
    assert named == set(COMMANDS)


def test_the_table_of_exit_codes_has_them_all() -> None:
    cells = re.findall(r"^\| ([0-9, ]+) \|", README, re.MULTILINE)
    told = {int(code) for cell in cells for code in cell.split(",")}
    assert told == set(BADNESS)
    assert set(EXIT_CODES.values()) <= told
