"""A thing to fuzz: good inputs, how to spoil them, and what our code makes of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.mutate import Kind

#: Marks what happens in production in a child within limits: a crash there is contained, and is counted as such.
Contain = Callable[[bool], None]
Run = Callable[[bytes, Path, Contain], None]


@dataclass(frozen=True)
class Target:
    """`run` takes an input, an empty directory of its own and the mark; what it raises must be for people.

    `seeds` are made when asked for. `guided` is whether the code is our own Python, which atheris can look into.
    """

    name: str
    kind: Kind
    seeds: Callable[[], tuple[bytes, ...]]
    run: Run
    guided: bool = True
