"""Answers kept by what they answer: a repeated run is read, an interrupted sweep goes on where it was.

An answer's key is made of the Instance's bytes, the options and the code that found it. To have the Instance a
problem must be closed, so a second key, made of the problem as read and its repositories' checksums, leads to the
first. Only what another run would find again is kept: proven answers, and proofs that there is none.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from optimizer.answer.result import RunRecord, record_files
from optimizer.answer.stored import RUN
from optimizer.export.results import indented
from optimizer.pipeline import Settings, repository_inputs
from optimizer.problem.problem import Problem
from optimizer.repository.cache import Cache
from optimizer.universe.instance import Instance
from optimizer.universe.snapshot import encode_instance

KEPT = ("proven", "infeasible")
_PACKAGE = Path(__file__).resolve().parent.parent


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found: its row for tables, its warnings, and the bytes of its files by name."""

    status: str
    exit_code: int
    row: dict[str, Any]
    warnings: tuple[str, ...]
    files: dict[str, bytes]


def question_key(problem: Problem, settings: Settings) -> str:
    """Return the key of a problem over its repositories as they are; raises RepositoryError."""
    asked = replace(problem, file=Path())  # every name in it is absolute by now
    return _digest("question", repr(asked), *map(repr, repository_inputs(problem, settings)), *_options(settings))


def answer_key(instance: Instance, settings: Settings) -> str:
    """Return the key of an Instance's answer."""
    return _digest("answer", sha256(encode_instance(instance)).hexdigest(), *_options(settings))


def find_question(cache: Cache, key: str) -> Answer | None:
    """Return the answer to a problem, None where it is not kept."""
    path = cache.get(f"{key}.question")
    try:
        return None if path is None else find_answer(cache, path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        return None


def find_answer(cache: Cache, key: str) -> Answer | None:
    """Return the answer to an Instance, None where it is not kept or cannot be read."""
    from zstandard import ZstdDecompressor, ZstdError

    path = cache.get(f"{key}.answer")
    try:
        return (
            None if path is None else decode_answer(ZstdDecompressor().decompressobj().decompress(path.read_bytes()))
        )
    except (OSError, ZstdError, msgspec.DecodeError):
        return None


def keep_answer(cache: Cache, question: str, key: str, answer: Answer) -> None:
    """Keep an answer under both its keys, if another run would find the same."""
    from zstandard import ZstdCompressor

    if answer.status not in KEPT:
        return
    content = ZstdCompressor(level=3, write_checksum=True).compress(encode_answer(answer))
    cache.store(f"{key}.answer", lambda path: _fill(path, content))
    cache.store(f"{question}.question", lambda path: _fill(path, key.encode()))


def answer_to(answer: Answer, problem: Problem) -> Answer:
    """Return an answer that another problem of the same Instance got as this one's: run.json names its own files."""
    record = record_files(msgspec.json.decode(answer.files[RUN], type=RunRecord), problem)
    return msgspec.structs.replace(answer, files=answer.files | {RUN: indented(record)})


def encode_answer(answer: Answer) -> bytes:
    """Return an answer as MessagePack."""
    return msgspec.msgpack.encode(answer)


def decode_answer(content: bytes) -> Answer:
    """Return the answer that `encode_answer` wrote; raises msgspec.DecodeError."""
    return msgspec.msgpack.decode(content, type=Answer)


def _fill(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _options(settings: Settings) -> tuple[str, ...]:
    """The number of threads changes nothing; the time can, even of a proof: what could be given up goes by it."""
    return repr(settings.time_limit_s), repr(settings.divergence), code_version()


@functools.cache
def code_version() -> str:
    """Return a digest of this package's own code and of the versions of both solvers."""
    from optimizer.model.solver import solver_version
    from optimizer.universe.world import libsolv_version

    digest = sha256(f"{solver_version()}\0{libsolv_version()}\0".encode())
    for file in sorted(_PACKAGE.rglob("*.py")):
        digest.update(f"{file.relative_to(_PACKAGE)}\0".encode() + sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()
