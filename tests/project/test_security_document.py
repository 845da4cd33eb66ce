"""SECURITY.md promises nothing that no test shows, and states the limits the code has."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from tests.requirements import PROJECT_ROOT

TEXT = (PROJECT_ROOT / "SECURITY.md").read_text(encoding="utf-8")
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def rows(title: str) -> list[list[str]]:
    """The cells of a section's table, without its heads."""
    section = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def functions(path: Path) -> set[str]:
    return {
        node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("row", rows("Promises"), ids=lambda row: row[0][:40])
def test_every_promise_has_tests_that_exist(row: list[str]) -> None:
    named = re.findall(r"`(tests/[^`:]+)::(test_\w+)`", row[1])
    assert len(named) == row[1].count("`") // 2 > 0
    for file, name in named:
        assert name in functions(PROJECT_ROOT / file), f"{file}::{name}"


@pytest.mark.parametrize("row", rows("Limits"), ids=lambda row: row[0][:40])
def test_every_limit_is_the_one_of_the_code(row: list[str]) -> None:
    module, _, name = row[2].strip("`").rpartition(".")
    number, _, unit = row[1].partition(" ")
    assert getattr(importlib.import_module(module), name) == int(number) * UNITS.get(unit, 1)


def test_there_are_promises_and_limits() -> None:
    assert len(rows("Promises")) >= 12
    assert len(rows("Limits")) >= 17
