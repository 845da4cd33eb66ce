"""The goals of issue 6: which rows there are, what a run of one leaves, and the table of them all."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from benchmarks.machine import Machine, this_machine, versions
from benchmarks.row import Bench, Figure, Measure, Row
from benchmarks.rows.answer_bytes import answer_bytes
from benchmarks.rows.batch import alike, batch, workers
from benchmarks.rows.dnf import cold, warm
from benchmarks.rows.growth import closure, memory, universe
from benchmarks.rows.hard import hard
from benchmarks.rows.images import images
from benchmarks.rows.solvers import solvers

ROWS: dict[str, Measure] = {
    "solvers": solvers,
    "dnf-warm": warm,
    "dnf-cold": cold,
    "bytes": answer_bytes,
    "universe": universe,
    "closure": closure,
    "memory": memory,
    "batch": batch,
    "alike": alike,
    "workers": workers,
    "hard": hard,
    "images": images,
}

HEAD = ("what", "measured", "value", "by processor time", "goal", "met")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it was measured: when (UTC), where, with which versions, at which scale."""

    format: Literal[1]
    date: str
    scale: str
    machine: Machine
    versions: dict[str, str]
    row: Row


def run_row(name: str, bench: Bench) -> Record:
    """Measure one row."""
    machine = this_machine()
    begun = time.perf_counter()
    row = ROWS[name](bench)
    return Record(
        format=1,
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        scale=bench.scale.name,
        machine=machine,
        versions=versions(),
        row=msgspec.structs.replace(row, seconds=round(time.perf_counter() - begun, 1)),
    )


def write_record(record: Record, directory: Path) -> Path:
    """Write a record as `directory/ROW.json` and return the file."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{record.row.name}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    return path


def read_records(directory: Path) -> list[Record]:
    """Return the records of a directory in the order of the table."""
    files = (directory / f"{name}.json" for name in ROWS)
    return [msgspec.json.decode(file.read_bytes(), type=Record) for file in files if file.is_file()]


def table(records: Iterable[Record]) -> str:
    """Return the goals' table in Markdown, a line a figure."""
    lines = [f"| {' | '.join(HEAD)} |", "|---|---|--:|--:|---|---|"]
    for record in records:
        row = record.row
        if not row.figures:
            lines.append(f"| {row.what} | skipped: {'; '.join(row.notes)} | | | | |")
        for number, figure in enumerate(row.figures):
            cells = (row.what if number == 0 else "", figure.name, *figure_cells(figure))
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def figure_cells(figure: Figure) -> tuple[str, str, str, str]:
    """Return value, value by processor time, goal and whether it is met, as words."""
    value = _number(figure.value, figure.unit)
    processor = "" if figure.processor is None else _number(figure.processor, figure.unit)
    if figure.goal is None:
        return value, processor, "", ""
    return value, processor, f"{figure.relation} {figure.goal:g}", "yes" if figure.met else f"no, {_distance(figure)}"


def _number(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.2f}"
    return f"{text} {unit}".strip()


def _distance(figure: Figure) -> str:
    """Return how far a missed goal is: the factor between it and what was measured."""
    assert figure.goal is not None
    if not figure.goal or not figure.value:
        return f"{figure.value - figure.goal:+g}"
    factor = max(figure.value / figure.goal, figure.goal / figure.value)
    return f"{factor:.1f} times off" if factor >= 1.05 else f"{(factor - 1) * 100:.1f} % off"


def notes(records: Sequence[Record]) -> str:
    """Return what the rows have to say beside their figures, a line each."""
    return "\n".join(f"- {record.row.what}: {note}" for record in records for note in record.row.notes)
