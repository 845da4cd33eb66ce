"""The runs of a sweep, or the problems of a batch, as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.report.quantity import counted, mebibytes


def sweep_text(runs: Sequence[dict[str, Any]]) -> str:
    """Return a line a run: what was set, what became of it, and what the answer measures; then how many of each."""
    keys = list(dict.fromkeys(key for run in runs for key in run["set"]))
    lines = [[*(run["set"].get(key, "") for key in keys), run["status"], *_measures(run)] for run in runs]
    return _table(runs, lines, keys, "right", "run")


def problems_text(rows: Sequence[dict[str, Any]]) -> str:
    """Return a line a problem: its name, what became of it, and what the answer measures; then how many of each."""
    lines = [[row["name"], row["status"], *_measures(row)] for row in rows]
    return _table(rows, lines, ["problem"], "left", "problem")


def _table(rows: Sequence[dict[str, Any]], lines: list[list[str]], first: list[str], side: str, noun: str) -> str:
    from tabulate import tabulate

    headers = [*first, "status", "packages", "sources", "installed", "download", "divergence"]
    align = [side] * len(first) + ["left"] + ["right"] * 5
    table = tabulate(lines, headers=headers, tablefmt="simple", disable_numparse=True, colalign=align)
    statuses = dict.fromkeys(row["status"] for row in rows)
    counts = ", ".join(f"{sum(row['status'] == status for row in rows):,} {status}" for status in statuses)
    return f"{table}\n\n{counted(len(rows), noun)}: {counts}\n"


def _measures(run: dict[str, Any]) -> list[str]:
    counts = [_number(run[key]) for key in ("packages", "sources")]
    sizes = ["" if run[key] is None else mebibytes(run[key]) for key in ("installed_size", "download_size")]
    return [*counts, *sizes, _number(run["divergence"])]


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
