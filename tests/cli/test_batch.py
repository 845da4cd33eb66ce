"""`pkgset solve A B ...`: a line for each, tables for programs, and how far it is."""

from __future__ import annotations

import csv
import io
import os
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.demo.recipes import DEMO
from tests.requirements import missing

NAMES = ("weights", "infeasible", "objective")
FILES = [DEMO / f"{name}.yaml" for name in NAMES]


def test_a_table_has_a_line_for_each_problem(run: Run, tmp_path: Path) -> None:
    printed = run("solve", *FILES, tmp_path / "none.yaml", "--no-write", "--table", "--jobs", "2")
    lines = printed.out.splitlines()
    assert printed.exit_code == 2
    assert [line.split()[0] for line in lines[2:6]] == [
        *(f"demo-{name}" for name in NAMES),
        str(tmp_path / "none.yaml"),
    ]
    assert [line.split()[1] for line in lines[2:6]] == ["proven", "infeasible", "proven", "error"]
    assert lines[-1] == "4 problems: 2 proven, 1 infeasible, 1 error"
    assert "none.yaml" in printed.err


def test_csv_and_parquet_hold_what_the_table_holds(run: Run, tmp_path: Path) -> None:
    if find_spec("pyarrow") is None:
        missing("pip install 'pkgset[parquet]'")
    parquet: Any = import_module("pyarrow.parquet")
    printed = run("solve", *FILES, "--no-write", "--csv", "-", "--parquet", tmp_path / "table.parquet")
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    held = parquet.read_table(tmp_path / "table.parquet").to_pylist()
    assert [row["name"] for row in rows] == [f"demo-{name}" for name in NAMES] == [row["name"] for row in held]
    assert [row["packages"] for row in rows] == [
        "" if row["packages"] is None else str(row["packages"]) for row in held
    ]
    assert rows[1]["packages"] == ""
    assert rows[0]["stage.divergence"] == str(held[0]["stage.divergence"])


def test_reports_and_a_table_in_a_file_go_together(run: Run, tmp_path: Path) -> None:
    printed = run("solve", *FILES[:2], "--no-write", "--csv", tmp_path / "table.csv")
    assert printed.out.startswith("demo-weights: proven optimal")
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 3


def test_json_and_csv_cannot_share_stdout(run: Run) -> None:
    assert "both want stdout" in run("solve", *FILES, "--no-write", "--json", "--csv", "-").err


@pytest.fixture
def many(tmp_path: Path) -> list[Path]:
    """Ten problems of different names."""
    files = []
    for number in range(10):
        files.append(tmp_path / f"problem-{number}.yaml")
        files[-1].write_text(
            f"format: 1\nextends: {os.path.relpath(DEMO / 'weights.yaml', tmp_path)}\nname: problem-{number}\n"
        )
    return files


def test_ten_problems_say_how_far_they_are(run: Run, many: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.cli.pace._TELL_EVERY_S", 0.0)
    printed = run("solve", *many, "--no-write", "--table")
    assert printed.exit_code == 0
    first, *_, last = printed.err.splitlines()
    assert re.fullmatch(r"1 of 10 problems, [0-9.]+ a second, [0-9]+ (s|min) left", first)
    assert re.fullmatch(r"10 problems in [0-9]+ s, [0-9.]+ a second: 10 proven", last)
    assert run("solve", *many, "--no-write", "--quiet", "--table").err == ""
