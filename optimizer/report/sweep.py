"""The runs of a sweep as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.report.quantity import counted, mebibytes


def sweep_text(runs: Sequence[dict[str, Any]]) -> str:
    """Return a line a run: what was set, what became of it, and what the answer measures; then how many of each."""
    from tabulate import tabulate

    keys = list(dict.fromkeys(key for run in runs for key in run["set"]))
    headers = [*keys, "status", "packages", "sources", "installed", "download", "divergence"]
    lines = [[*(run["set"].get(key, "") for key in keys), run["status"], *_measures(run)] for run in runs]
    align = ["right"] * len(keys) + ["left"] + ["right"] * 5
    table = tabulate(lines, headers=headers, tablefmt="simple", disable_numparse=True, colalign=align)
    statuses = dict.fromkeys(run["status"] for run in runs)
    counts = ", ".join(f"{sum(run['status'] == status for run in runs):,} {status}" for status in statuses)
    return f"{table}\n\n{counted(len(runs), 'run')}: {counts}\n"


def _measures(run: dict[str, Any]) -> list[str]:
    counts = [_number(run[key]) for key in ("packages", "sources")]
    sizes = ["" if run[key] is None else mebibytes(run[key]) for key in ("installed_size", "download_size")]
    return [*counts, *sizes, _number(run["divergence"])]


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
