"""The process that is fuzzed: inputs on stdin, a line on stdout what became of each; it may use little memory.

An input that kills this process, or that it does not come back from, is told by the mark in the shared file: how far
it had come.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import shutil
import struct
import sys
import tempfile
import traceback
from enum import StrEnum
from pathlib import Path

from optimizer.cli.failure import OUR_BUG, failure_of
from optimizer.imports.error import BadImportError
from optimizer.problem.error import ProblemError
from optimizer.repository.error import RepositoryError
from tests.fuzz.target import Target
from tests.fuzz.targets.all import find

#: Bytes of address space over what the process has when it starts.
MEMORY = 1 << 30
#: Seconds of processor that one input may take.
CPU_S = 10


# For people, and told without importing all that `failure_of` knows.
_PLAIN = (ProblemError, RepositoryError, BadImportError)


class Outcome(StrEnum):
    """What became of an input. All but the first three are findings."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONTAINED = "contained"
    TRACEBACK = "traceback"
    CRASH = "crash"
    HANG = "hang"


def main() -> None:
    """Serve one target until stdin ends."""
    target = find(sys.argv[1])
    with open(int(sys.argv[2]), "r+b") as file:  # noqa: PTH123 - a descriptor
        mark = mmap.mmap(file.fileno(), 1)
    answers = os.dup(1)
    os.dup2(2, 1)  # libsolv prints
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEMORY, MEMORY))
    base = Path(tempfile.mkdtemp(dir=sys.argv[3]))
    os.write(answers, b"ready\n")
    while header := sys.stdin.buffer.read(4):
        data = sys.stdin.buffer.read(struct.unpack(">I", header)[0])
        mark[0] = 0
        place = base / "input"
        place.mkdir()
        outcome, words = attempt(target, data, place, lambda contained: mark.__setitem__(0, int(contained)))
        shutil.rmtree(place)
        os.write(answers, json.dumps([outcome, words]).encode() + b"\n")


def attempt(target: Target, data: bytes, place: Path, contain: object) -> tuple[Outcome, str]:
    """Return what became of one input, and the words for people or the traceback."""
    try:
        target.run(data, place, contain)  # type: ignore[arg-type]
    except _PLAIN as error:
        return Outcome.REFUSED, str(error)[:300]
    except Exception as error:  # noqa: BLE001 - which exceptions are for people is what is asked
        failure = failure_of(error)
        if failure.exit_code == OUR_BUG:
            return Outcome.TRACEBACK, traceback.format_exc()[-3000:]
        return Outcome.REFUSED, "\n".join(failure.lines)[:300]
    return Outcome.ACCEPTED, ""


if __name__ == "__main__":
    main()
