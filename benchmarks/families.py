"""What solving images together gains over solving each alone, and what it costs: a row a family.

    python -m benchmarks.families [--repeat 3] [--data ../shared/data] [WORD...]

Prints packages of the pool, bytes shared by all images, and bytes of the shared packages once with what is beside
them, each `alone -> together`; then the median processor seconds of all images alone and of the solve together,
repositories closed before. Words choose families by their beginning. Every value is proven, or the row says not.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from tabulate import tabulate

from optimizer.answer.family import measure
from optimizer.model.family_solve import solve_together
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.family import load_family
from optimizer.report.quantity import mebibytes

ROOT = Path(__file__).resolve().parent.parent
HEADERS = (
    "family",
    "images",
    "pool packages",
    "shared by all",
    "shared once and beside",
    "alone s",
    "together s",
    "",
)

_Value = TypeVar("_Value")


def timed(repeat: int, work: Callable[[], _Value]) -> tuple[_Value, float]:
    """Return what work returns and the median of its processor seconds; the first time is not counted."""
    found, seconds = work(), []
    for _ in range(repeat):
        begun = time.process_time()
        work()
        seconds.append(time.process_time() - begun)
    return found, statistics.median(seconds)


def row(file: Path, data: Path, repeat: int) -> list[str]:
    """Return one family's row."""
    family = load_family(file)
    instances = [close_problem(problem, Settings(mirror=data)).closed.instance for problem in family.images]
    alone, alone_s = timed(repeat, lambda: [Engine.of(instance).solve() for instance in instances])
    found, together_s = timed(repeat, lambda: solve_together(family, instances, alone))
    before, after = measure(instances, alone), measure(instances, found.images)

    def change(kind: str, spell: Callable[[int], str]) -> str:
        return f"{spell(before[kind])} -> {spell(after[kind])}"

    return [
        family.name,
        str(len(instances)),
        change("pool_packages", str),
        change("shared_size", mebibytes),
        change("layered_size", mebibytes),
        f"{alone_s:.2f}",
        f"{together_s:.2f}",
        "proven" if found.status.value == "optimal" else "not proven",
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("words", nargs="*", metavar="WORD")
    asked = parser.parse_args(arguments)
    files = sorted((ROOT / "problems" / "families").glob("*.yaml"))
    wanted = [file for file in files if not asked.words or file.stem.startswith(tuple(asked.words))]
    rows = [row(file, asked.data, asked.repeat) for file in wanted]
    sys.stdout.write(tabulate(rows, headers=HEADERS, tablefmt="github", disable_numparse=True) + "\n")


if __name__ == "__main__":
    main()
