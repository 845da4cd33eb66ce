"""What strangers wrote, parsed by a process of its own within limits; this one reads only what that process wrote.

libsolv is C: a file made for it can crash it, or keep it busy and growing. So bytes of a repository reach it in a
child (`reader`), which writes a `.solv` of its own; whatever ends the child is an error about the repository. This
holds off crashes, time and memory; it is no sandbox against a file that takes the child over.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import solv

from optimizer.repository.error import BadRepositoryData
from optimizer.repository.repository import Repository, RepositoryKind, open_part
from optimizer.universe import reader
from optimizer.universe.reader import DOING, REFUSED

#: Bytes of address space that reading one repository may take.
MEMORY_LIMIT = 4 << 30
#: Seconds of processor that reading one repository may take.
CPU_LIMIT_S = 120
#: Bytes of the `.solv` file that is made of one repository.
WRITTEN_LIMIT = 1 << 30

_WORDS = {
    "primary": "the primary metadata",
    "filelists": "the file lists",
    "solv": "this .solv file",
    "dependencies": "the dependencies",
    "output": "what it read",
}
_OUT_OF_MEMORY = (b"Out of memory", b"MemoryError")


@dataclass(frozen=True, slots=True)
class Reading:
    """A repository that a child is reading; `written` is what the child writes to."""

    repository: Repository
    process: subprocess.Popen[bytes]
    written: BinaryIO


@contextmanager
def begin_reading(repository: Repository, *, with_filelists: bool) -> Iterator[Reading]:
    """Start a child that reads a repository, and end it with the block if it has not ended.

    Raises as `open_part`, and BadRepositoryData where there is nothing to read.
    """
    with tempfile.TemporaryFile() as written, _started(repository, with_filelists, written) as process:
        try:
            yield Reading(repository, process, written)
        finally:
            process.kill()


def _started(repository: Repository, with_filelists: bool, written: BinaryIO) -> subprocess.Popen[bytes]:
    """Start the child, whose open files are its own from then on."""
    with ExitStack() as stack:
        inputs = [stack.enter_context(file) for file in _inputs(repository, with_filelists=with_filelists)]
        descriptors = [file.fileno() for file in (*inputs, written)]
        places = (Path(solv.__file__).parent.parent, Path(__file__).parents[2])
        limits = (MEMORY_LIMIT, CPU_LIMIT_S, WRITTEN_LIMIT)
        arguments = map(str, (*places, *limits, repository.kind, *descriptors))
        return subprocess.Popen(
            [sys.executable, "-I", "-S", reader.__file__, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=descriptors,
        )


def read_again(held: Reading) -> BinaryIO:
    """Wait for a child and return the `.solv` file it wrote, at its start; the reading closes it.

    Raises BadRepositoryData for what libsolv cannot read, what no reader could hold, and what ended the child.
    """
    said, complained = held.process.communicate()
    lines = [line.partition(" ") for line in said.decode(errors="replace").splitlines()]
    doing = next((rest for word, _, rest in reversed(lines) if word == DOING), "")
    refused = next((rest for word, _, rest in reversed(lines) if word == REFUSED), None)
    status = held.process.returncode
    if refused is not None or status != 0:
        raise _failure(held.repository, doing, refused, status, complained)
    held.written.seek(0)
    return held.written


def _inputs(repository: Repository, *, with_filelists: bool) -> Iterator[BinaryIO]:
    names = ["solv"] if repository.kind is RepositoryKind.SOLV else ["primary"]
    for name in names + (["filelists"] if with_filelists else []):
        part = open_part(repository, name)
        if part is not None:
            yield part
        elif name != "filelists":
            raise BadRepositoryData(repository.id, repository.location, f"libsolv cannot read {_WORDS[name]}")


def _failure(
    repository: Repository, doing: str, refused: str | None, status: int, complained: bytes
) -> BadRepositoryData:
    what = _WORDS.get(doing, "it")
    found = None
    if refused is not None:
        problem = refused.replace(" it", f" {what}") if refused.endswith(" it") else refused
    elif any(words in complained for words in _OUT_OF_MEMORY):
        problem = f"libsolv cannot read {what} in {MEMORY_LIMIT >> 20} MiB of memory"
    elif status in (-signal.SIGXCPU, -signal.SIGKILL):
        problem = f"libsolv cannot read {what} in {CPU_LIMIT_S} seconds"
    else:
        problem = f"libsolv could not read {what}"
        found = _ending(status, complained)
    parts = {record.type: record.href for record in repository.records}
    return BadRepositoryData(repository.id, repository.location, problem, file=parts.get(doing), found=found)


def _ending(status: int, complained: bytes) -> str:
    if status < 0:
        return f"the end of its process by {signal.Signals(-status).name}"
    last = complained.decode(errors="replace").strip().rpartition("\n")[2]
    return f"the end of its process with {status}" + (f": {last}" if last else "")
