"""A promise, the tests that hold it in CI, and the longer run that puts a figure to it by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.machine import Machine


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was counted; `wanted` is what it has to be, None where it is for information only."""

    name: str
    value: int | float | str
    unit: str = ""
    wanted: int | float | str | None = None

    @property
    def met(self) -> bool:
        """Whether it is what it has to be."""
        return self.wanted is None or self.value == self.wanted


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is tried: all of it, or with `quick` only so much that every row is seen to run."""

    quick: bool
    data: Path
    directory: Path

    def count(self, full: int, quick: int) -> int:
        """Return how often something is tried."""
        return quick if self.quick else full

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Give a new empty directory that is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.directory) as name:
            yield Path(name)


Measure = Callable[[Scale], tuple[Figure, ...]]


@dataclass(frozen=True, slots=True)
class Promise:
    """A row of docs/reliability.md: one sentence, pytest's ids of the tests that hold it, and what measures it."""

    name: str
    promise: str
    tests: tuple[str, ...]
    measure: Measure


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it was measured: when (UTC), where, with which versions, for how long."""

    name: str
    promise: str
    tests: tuple[str, ...]
    figures: tuple[Figure, ...]
    date: str
    seconds: float
    machine: Machine
    versions: dict[str, str]

    @property
    def met(self) -> bool:
        """Whether every figure is what it has to be."""
        return all(figure.met for figure in self.figures)
