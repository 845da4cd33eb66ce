"""What a command or a function takes: wall and processor seconds, memory; several contestants interleaved.

Contestants take turns within one run, in the order A B, B A, A B ..., so that a machine that slows down in between
slows both. A ratio is the median of the rounds' ratios, and processor time stands beside wall time: on a busy machine
it is what still says something.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")

_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds on the wall and of processors, and of a child the most memory it held, children of its own included."""

    wall_s: float
    processor_s: float
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended: what it took, how, and what it printed."""

    taken: Taken
    exit_code: int
    stdout: str
    stderr: str


class CommandFailedError(RuntimeError):
    """A command of a benchmark ended as it should not have: command, exit code, the end of what it printed."""

    def __init__(self, command: Sequence[str], ended: Ended) -> None:
        super().__init__(tuple(command), ended)
        self.command, self.ended = tuple(command), ended

    def __str__(self) -> str:
        said = (self.ended.stderr.strip() or self.ended.stdout.strip())[-600:]
        return f"{' '.join(self.command)} ended with {self.ended.exit_code}: {said}"


def run_command(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    expected: Sequence[int] = (0,),
) -> Ended:
    """Run a command to its end and return what it took.

    Raises CommandFailedError where it ends with a code that is not expected, or is not there.
    The processor time and memory are those of wait4(2): the command's and of all children it waited for. Variables of
    `environment` are added to this process's own.
    """
    with tempfile.TemporaryDirectory() as name:
        report, out, err = (Path(name, part) for part in ("report", "out", "err"))
        with out.open("wb") as stdout, err.open("wb") as stderr:
            subprocess.run(
                [sys.executable, "-I", "-S", str(_LAUNCHER), str(report), *command],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd=directory,
                env={**os.environ, **(environment or {})},
                check=False,
            )
        said = [path.read_text(errors="replace") for path in (out, err)]
        if not report.is_file():
            raise CommandFailedError(command, Ended(Taken(0, 0), 127, *said))
        wall, processor, memory, code = report.read_text().split()
    taken = Taken(float(wall), float(processor), int(memory))
    ended = Ended(taken, int(code), *said)
    if ended.exit_code not in expected:
        raise CommandFailedError(command, ended)
    return ended


def timed(work: Callable[[], Answer]) -> tuple[Taken, Answer]:
    """Return what a function of this process takes, and what it returns."""
    begun, processor = time.perf_counter(), time.process_time()
    answer = work()
    return Taken(time.perf_counter() - begun, time.process_time() - processor), answer


def take_turns(contestants: Mapping[str, Callable[[], Taken]], rounds: int) -> dict[str, tuple[Taken, ...]]:
    """Return what each contestant took in each round; every other round goes in the reverse order."""
    taken: dict[str, list[Taken]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name in list(contestants) if number % 2 == 0 else reversed(list(contestants)):
            taken[name].append(contestants[name]())
    return {name: tuple(held) for name, held in taken.items()}


def median_ratio(ours: Sequence[Taken], theirs: Sequence[Taken], *, processor: bool = False) -> float:
    """Return the median over the rounds of our time by theirs."""
    ratios = [
        mine.processor_s / other.processor_s if processor else mine.wall_s / other.wall_s
        for mine, other in zip(ours, theirs, strict=True)
    ]
    return statistics.median(ratios)


def median_wall(taken: Sequence[Taken]) -> float:
    """Return the median of the wall seconds."""
    return statistics.median(one.wall_s for one in taken)
