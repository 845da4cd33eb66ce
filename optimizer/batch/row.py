"""One run of a sweep as a row: what it found in a few numbers, and all of them as a table, CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optimizer.answer.result import Result

MEASURES = ("packages", "sources", "installed_size", "download_size", "divergence")


class MissingParquetError(ImportError):
    """pyarrow, which writes Parquet, is not installed."""

    def __str__(self) -> str:
        return "Parquet needs pyarrow: pip install 'pkgset[parquet]'"


def result_row(result: Result) -> dict[str, Any]:
    """Return the numbers of a result: sizes in bytes, `divergence` the entries of its list, each stage's value.

    Without an answer every measure is None.
    """
    totals = None if result.manifest is None else result.manifest.totals
    row: dict[str, Any] = {name: getattr(totals, name, None) for name in MEASURES[:-1]}
    row["divergence"] = None if result.divergence is None else len(result.divergence.entries)
    row["stages"] = {stage.objective: stage.value for stage in result.record.stages if stage.objective != "tie_break"}
    return row


def columns(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the names of the columns of some runs: the run, what was set, what came of it, each stage's value."""
    keys = dict.fromkeys(key for row in rows for key in row["set"])
    stages = dict.fromkeys(stage for row in rows for stage in row["stages"])
    return ["name", *(f"set.{key}" for key in keys), "status", *MEASURES, *(f"stage.{stage}" for stage in stages)]


def cells(row: dict[str, Any], names: Sequence[str]) -> list[Any]:
    """Return a run's values in the columns' order, None where it has none."""
    parts = {"set": row["set"], "stage": row["stages"]}
    found = []
    for name in names:
        kind, dot, key = name.partition(".")
        found.append(parts[kind].get(key) if dot else row[name])
    return found


def rows_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return the runs as CSV (RFC 4180, but a line ends in \\\\n); sizes in bytes, empty where there is no answer."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = columns(rows)
    writer.writerow(names)
    writer.writerows(cells(row, names) for row in rows)
    return text.getvalue()


def write_parquet(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the runs as Parquet: what was set is text, numbers are 64-bit integers; raises MissingParquetError."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingParquetError from error
    names = columns(rows)
    table = [cells(row, names) for row in rows]
    numbers = {name for name in names if name in MEASURES or name.startswith("stage.")}
    fields = [(name, arrow.int64() if name in numbers else arrow.string()) for name in names]
    held = {name: [line[index] for line in table] for index, name in enumerate(names)}
    parquet.write_table(arrow.table(held, schema=arrow.schema(fields)), path)
