"""The rows of a batch put out for programs: CSV, on stdout or in a file, and Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def write_tables(rows: Sequence[dict[str, Any]], csv_file: Path | None, parquet: Path | None) -> None:
    """Write rows to the files that are named, `-` being stdout; raises MissingParquetError, OSError."""
    from optimizer.batch.row import rows_csv, write_parquet
    from optimizer.cli.output import say
    from optimizer.export.writing import write_whole

    if csv_file == Path("-"):
        say(rows_csv(rows))
    elif csv_file is not None:
        write_whole(csv_file, rows_csv(rows).encode())
    if parquet is not None:
        write_parquet(rows, parquet)
