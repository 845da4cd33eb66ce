"""A row of the goals' table: what was measured, against which goal, and all that it was made of."""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.place import ROOT


class Relation(StrEnum):
    """How a figure has to stand to its goal."""

    AT_MOST = "<="
    BELOW = "<"
    AT_LEAST = ">="


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number; `processor` is the same from processor time, `goal` None where it is for information only."""

    name: str
    value: float
    unit: str = ""
    processor: float | None = None
    relation: Relation = Relation.AT_MOST
    goal: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        if self.relation is Relation.AT_LEAST:
            return self.value >= self.goal
        return self.value <= self.goal if self.relation is Relation.AT_MOST else self.value < self.goal


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A goal's figures, or none where a peer is missing; `notes` say so, and what was left out.

    `detail` holds what the figures were made of, one mapping a problem, size or run.
    """

    name: str
    what: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    detail: tuple[dict[str, Any], ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. `quick` asks nothing of real metadata and means nothing but that every row still runs."""

    name: str
    rounds: int
    real: bool
    universes: tuple[int, ...]
    closures: tuple[int, ...]
    closure_universe: int
    fixed_closure: int
    large_universe: int
    batch: int
    batch_pairs: int
    hard: int
    limit_s: float
    peer_limit_s: float


FULL = Scale(
    name="full",
    rounds=3,
    real=True,
    universes=(10_000, 30_000, 100_000),
    closures=(500, 1_000, 2_000, 5_000),
    closure_universe=30_000,
    fixed_closure=500,
    large_universe=100_000,
    batch=1_000,
    batch_pairs=2,
    hard=10,
    limit_s=60,
    peer_limit_s=10,
)
QUICK = Scale(
    name="quick",
    rounds=1,
    real=False,
    universes=(400, 800),
    closures=(100, 200),
    closure_universe=800,
    fixed_closure=200,
    large_universe=800,
    batch=6,
    batch_pairs=1,
    hard=2,
    limit_s=10,
    peer_limit_s=10,
)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a row measures with: the scale, where real metadata is, a directory of its own to write in."""

    scale: Scale
    data: Path
    directory: Path

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Give a new empty directory that is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.directory) as name:
            yield Path(name)


Measure = Callable[[Bench], Row]


def pkgset(*words: object) -> list[str]:
    """Return the command line of the product, of the interpreter that runs the benchmark."""
    return [sys.executable, "-m", "optimizer", *map(str, words)]


def geometric_mean(values: Sequence[float]) -> float:
    """Return the geometric mean of positive values; raises ValueError of none."""
    if not values:
        raise ValueError("a mean of nothing")
    return math.exp(sum(map(math.log, values)) / len(values))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural but for one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def real_problems() -> list[Path]:
    """Return the files of the problem library over real repositories that have an answer."""
    return sorted((ROOT / "problems" / "real").glob("*.yaml"))


def demo_problems() -> list[Path]:
    """Return the files of the demo that have an answer."""
    return [
        path for path in sorted((ROOT / "problems" / "demo").glob("*.yaml")) if not path.name.startswith("infeasible")
    ]
