"""The goals' table: every row runs, what is missing is named, and the page is what the records say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from benchmarks.goals import HEAD, ROWS, Record, figure_cells, notes, read_records, table, write_record
from benchmarks.machine import Machine
from benchmarks.performance_page import BEGIN, END, PAGE, RECORDED, with_table, write_page
from benchmarks.row import QUICK, Bench, Figure, Relation, Row
from tests.requirements import PROJECT_ROOT

#: The rows of issue 6, each with its figures and goals.
GOALS = {
    "solvers": [("<=", 0.5), ("<=", 1.0), None, None],
    "dnf-warm": [("<=", 0.8), None],
    "dnf-cold": [("<=", 0.7), None],
    "bytes": [("<=", 1.0), ("<=", 1.0), None, None],
    "universe": [("<=", 2.0)],
    "closure": [("<", 2.0), ("<", 2.0), ("<=", 0.0)],
    "memory": [("<=", 1.0)],
    "batch": [(">=", 10.0)],
    "alike": [None],
    "workers": [(">=", 1.8)],
    "hard": [("<=", 0.0), None],
    "images": [("<=", 0.0), None],
}


def _record(*figures: Figure, name: str = "memory", notes: tuple[str, ...] = ()) -> Record:
    machine = Machine(processor="P", cores=2, memory_bytes=2**34, system="Linux", python="3.11.7", load=0.5)
    row = Row(name=name, what=f"what {name}", figures=figures, notes=notes)
    return Record(
        format=1, date="2026-01-02", scale="full", machine=machine, versions={"pkgset": "1", "dnf": "4"}, row=row
    )


@pytest.mark.tool("aspcud")
@pytest.mark.tool("mccs")
@pytest.mark.tool("dnf")
def test_a_quick_run_measures_every_row() -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", "--data", "/nowhere"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    records = msgspec.json.decode(done.stdout, type=list[Record])
    found = {
        record.row.name: [
            None if figure.goal is None else (str(figure.relation), figure.goal) for figure in record.row.figures
        ]
        for record in records
    }
    assert found == GOALS
    assert list(found) == list(ROWS)
    assert all(figure.value >= 0 for record in records for figure in record.row.figures)
    assert all(record.row.detail and record.row.seconds > 0 and record.scale == "quick" for record in records)
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == list(ROWS)
    for name in ("bytes", "memory", "hard"):  # which no slow machine can miss
        (record,) = (one for one in records if one.row.name == name)
        assert [figure.met for figure in record.row.figures if figure.goal is not None].count(False) == 0


@pytest.mark.parametrize("row", ["dnf-warm", "dnf-cold", "bytes"])
def test_a_row_without_its_peer_says_so(row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    measured = ROWS[row](Bench(QUICK, tmp_path, tmp_path))
    assert (measured.name, measured.figures, measured.notes) == (row, (), ("dnf is not installed",))


def test_without_solvers_the_row_tells_of_libsolv_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_: None)
    measured = ROWS["solvers"](Bench(QUICK, tmp_path, tmp_path))
    assert measured.notes[:2] == ("aspcud is not installed", "mccs is not installed")
    assert [figure.goal for figure in measured.figures] == [None]


@pytest.mark.parametrize(
    ("figure", "met", "words"),
    [
        (Figure(name="a", value=0.5, goal=0.5), True, "yes"),
        (Figure(name="a", value=2, goal=2, relation=Relation.BELOW), False, "no, 0.0 % off"),
        (Figure(name="a", value=1.5, goal=0.5), False, "no, 3.0 times off"),
        (Figure(name="a", value=5, goal=10, relation=Relation.AT_LEAST), False, "no, 2.0 times off"),
        (Figure(name="a", value=0.98, goal=1, relation=Relation.AT_LEAST), False, "no, 2.0 % off"),
        (Figure(name="a", value=3, goal=0), False, "no, +3"),
        (Figure(name="a", value=3), None, ""),
    ],
)
def test_a_figure_is_met_or_says_by_how_much_not(figure: Figure, met: bool | None, words: str) -> None:
    assert figure.met is met
    assert figure_cells(figure)[3] == words


def test_records_are_kept_by_row_and_read_in_the_tables_order(tmp_path: Path) -> None:
    records = [_record(Figure(name="f", value=1234.5)), _record(name="solvers", notes=("n",))]
    for record in records:
        assert write_record(record, tmp_path).name == f"{record.row.name}.json"
    assert read_records(tmp_path) == records[::-1]
    assert read_records(tmp_path / "none") == []


def test_the_table_has_figures_skipped_rows_and_notes() -> None:
    records = [
        _record(Figure(name="f", value=2, unit="GiB", goal=1), Figure(name="g", value=0.25, processor=0.5)),
        _record(name="dnf-warm", notes=("dnf is not installed",)),
    ]
    lines = table(records).splitlines()
    assert lines[0] == f"| {' | '.join(HEAD)} |"
    assert lines[2:] == [
        "| what memory | f | 2 GiB |  | <= 1 | no, 2.0 times off |",
        "|  | g | 0.25 | 0.50 |  |  |",
        "| what dnf-warm | skipped: dnf is not installed | | | | |",
    ]
    assert notes(records) == "- what dnf-warm: dnf is not installed"


def test_the_page_is_what_was_recorded() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page, read_records(RECORDED)) == page


def test_a_record_changes_the_generated_part_only(tmp_path: Path) -> None:
    write_record(_record(Figure(name="f", value=0.5, unit="GiB", goal=1)), tmp_path / "records")
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_page(tmp_path / "records", page)
    text = page.read_text()
    assert text.startswith(
        f"before\n{BEGIN}\n\n2026-01-02, P, 2 cores, 16 GiB, Linux, Python 3.11.7; pkgset 1, dnf 4.\n"
    )
    assert "| what memory | f | 0.50 GiB |  | <= 1 | yes |" in text
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    with pytest.raises(ValueError, match="generated by"):
        with_table("no marks", [])


def test_what_cannot_be_measured_is_wrong_usage(tmp_path: Path) -> None:
    for words in (["--data", str(tmp_path / "none")], ["--quick", "--record"], ["--only", "nothing"]):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", *words],
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr
