"""Installed bytes of our answer against dnf's and libsolv's to the same words: never more, and how much less.

`python -m benchmarks.comparison` tells more, and of more requests; this row takes every other one of them. Against
dnf counts our answer where a name is met by packages of that name only, as dnf reads it.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.comparison import Asked, measure
from benchmarks.comparison_table import Comparison
from benchmarks.requests import REQUESTS
from benchmarks.row import Bench, Figure, Row, counted, geometric_mean
from benchmarks.rows.dnf import generated_wish
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Problem

WHAT = "bytes of the answer against dnf's and libsolv's answer"


@dataclass(frozen=True, slots=True)
class _Generated:
    """The request of a generated repository."""

    name: str
    file: Path

    def problem(self) -> Problem:
        """Return it as a problem."""
        return load_problem(self.file)

    @property
    def dnf(self) -> dict[str, Any]:
        """What dnf must be told of the system."""
        return {}


def answer_bytes(bench: Bench) -> Row:
    """Measure each request once: nothing here depends on time."""
    if shutil.which("dnf") is None:
        return Row(name="bytes", what=WHAT, figures=(), notes=("dnf is not installed",))
    with bench.folder() as directory:
        asked: Sequence[Asked] = REQUESTS[::2]
        data = bench.data
        if not bench.scale.real:
            wanted = generated_wish(bench, directory)
            asked, data = [_Generated(wanted.name, wanted.problem)], directory
        compared = [measure(one, data, directory / "dnf") for one in asked]
    dnf = [one.ours_by_name.installed_size / one.dnf.installed_size for one in compared]
    libsolv = [one.ours.installed_size / one.libsolv.installed_size for one in compared]
    figures = (
        Figure(name="most, of dnf's", unit="times", value=max(dnf), goal=1.0),
        Figure(name="most, of libsolv's", unit="times", value=max(libsolv), goal=1.0),
        Figure(name="geometric mean, of dnf's", unit="times", value=geometric_mean(dnf)),
        Figure(name="geometric mean, of libsolv's", unit="times", value=geometric_mean(libsolv)),
    )
    best = min(zip(dnf, compared, strict=True), key=lambda pair: pair[0])
    note = f"{counted(len(compared), 'request')}; least is {best[0]:.2f} of dnf's, {best[1].request}"
    return Row(name="bytes", what=WHAT, figures=figures, notes=(note,), detail=tuple(map(_detail, compared)))


def _detail(one: Comparison) -> dict[str, Any]:
    return {
        "request": one.request,
        "ours": one.ours.installed_size,
        "ours by name": one.ours_by_name.installed_size,
        "dnf": one.dnf.installed_size,
        "libsolv": one.libsolv.installed_size,
    }
