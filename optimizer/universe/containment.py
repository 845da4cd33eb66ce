"""What strangers wrote, parsed by a process of its own within limits; this one reads only what that process wrote.

libsolv is C: a file made for it can crash it, or keep it busy and growing. So bytes of a repository reach it in a
child (`reader`), which writes a `.solv` of its own; whatever ends the child is an error about the repository. This
holds off crashes, time and memory; it is no sandbox against a file that takes the child over.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
import solv

from optimizer.repository.error import BadRepositoryData
from optimizer.repository.repository import Repository, RepositoryKind, open_part
from optimizer.universe import reader
from optimizer.universe.reader import DOING, DONE, REFUSED

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
_SHOWN_BYTES = 4096
_OUT_OF_MEMORY = (b"Out of memory", b"MemoryError")


class Reading(msgspec.Struct, frozen=True):
    """A repository that a child is reading.

    `written` is the `.solv` file it writes, `complaints` what it prints, `said` its lines so far.
    """

    repository: Repository
    process: subprocess.Popen[bytes]
    written: BinaryIO
    complaints: BinaryIO
    said: list[str] = msgspec.field(default_factory=list)


@contextmanager
def begin_reading(
    repository: Repository, *, with_filelists: bool, admitted: bytes | None = None
) -> Iterator[Reading]:
    """Start a child that reads a repository, and end it with the block if it has not ended.

    With `admitted` (see `reader.read`) it writes the newest of that only.
    Raises as `open_part`, and BadRepositoryData where there is nothing to read.
    """
    with ExitStack() as stack:
        written, complaints = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        process = stack.enter_context(_started(repository, with_filelists, admitted, written, complaints))
        stack.callback(process.kill)
        yield Reading(repository, process, written, complaints)


def _started(
    repository: Repository, with_filelists: bool, admitted: bytes | None, written: BinaryIO, complaints: BinaryIO
) -> subprocess.Popen[bytes]:
    """Start the child, whose open files are its own from then on."""
    with ExitStack() as stack:
        inputs = [stack.enter_context(file) for file in _inputs(repository, with_filelists=with_filelists)]
        descriptors = [file.fileno() for file in (*inputs, written)]
        places = (Path(solv.__file__).parent.parent, Path(__file__).parents[2])
        limits = (MEMORY_LIMIT, CPU_LIMIT_S, WRITTEN_LIMIT)
        asked = None if admitted is None else stack.enter_context(tempfile.TemporaryFile())
        if asked is not None and admitted is not None:
            asked.write(admitted)
            asked.seek(0)
        own = "-" if asked is None else asked.fileno()
        arguments = map(str, (*places, *limits, own, repository.kind, *descriptors))
        return subprocess.Popen(
            [sys.executable, "-I", "-S", reader.__file__, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            pass_fds=[*descriptors, *([] if asked is None else [asked.fileno()])],
        )


def read_again(held: Reading) -> BinaryIO:
    """Wait until a child has written and return the `.solv` file, at its start; the reading closes it.

    Raises BadRepositoryData for what libsolv cannot read and for what ended the child. Nothing may be asked about the
    dependencies in the file before `conclude`.
    """
    _listen(held, f"{DOING} dependencies")
    held.written.seek(0)
    return held.written


def conclude(held: Reading) -> None:
    """Wait until a child has looked at all dependencies; raises BadRepositoryData for those nothing could hold."""
    _listen(held, DONE)


def _listen(held: Reading, awaited: str) -> None:
    assert held.process.stdout is not None
    while awaited not in held.said:
        line = held.process.stdout.readline().decode(errors="replace").removesuffix("\n")
        if not line or line.startswith(REFUSED):
            raise _failure(held, line.removeprefix(REFUSED).strip())
        held.said.append(line)


def _inputs(repository: Repository, *, with_filelists: bool) -> Iterator[BinaryIO]:
    names = ["solv"] if repository.kind is RepositoryKind.SOLV else ["primary"]
    for name in names + (["filelists"] if with_filelists else []):
        part = open_part(repository, name)
        if part is not None:
            yield part
        elif name != "filelists":
            raise BadRepositoryData(repository.id, repository.location, f"libsolv cannot read {_WORDS[name]}")


def _failure(held: Reading, refused: str) -> BadRepositoryData:
    doing = held.said[-1].removeprefix(DOING).strip() if held.said else ""
    what = _WORDS.get(doing, "it")
    status = held.process.wait()
    held.complaints.seek(max(0, held.complaints.seek(0, os.SEEK_END) - _SHOWN_BYTES))
    complained = held.complaints.read()
    found = None
    if refused:
        problem = refused.replace(" it", f" {what}") if refused.endswith(" it") else refused
    elif any(words in complained for words in _OUT_OF_MEMORY):
        problem = f"libsolv cannot read {what} in {MEMORY_LIMIT >> 20} MiB of memory"
    elif status == -signal.SIGXCPU:
        problem = f"libsolv cannot read {what} in {CPU_LIMIT_S} seconds"
    else:
        problem = f"libsolv could not read {what}"
        found = _ending(status, complained)
    repository = held.repository
    parts = {record.type: record.href for record in repository.records}
    return BadRepositoryData(repository.id, repository.location, problem, file=parts.get(doing), found=found)


def _ending(status: int, complained: bytes) -> str:
    if status == -signal.SIGKILL:
        return "the end of its process by SIGKILL, as a system ends one where memory runs out"
    if status < 0:
        return f"the end of its process by {signal.Signals(-status).name}"
    last = complained.decode(errors="replace").strip().rpartition("\n")[2]
    return f"the end of its process with {status}" + (f": {last}" if last else "")
