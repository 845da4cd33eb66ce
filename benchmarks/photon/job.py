"""One measurement as a job another process can do, and the key under which its outcome is kept.

The key holds all that the outcome follows from: the question with its tables, the repositories' own checksums, the
code that measures. What is kept is therefore never stale, and an interrupted run goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from benchmarks.photon.keep import keep
from benchmarks.photon.measure import draw_curve, read_list, solve_list
from benchmarks.photon.question import Question
from benchmarks.photon.record import Curve, Kept, Listed, Record, Solved, Truth
from benchmarks.photon.truth import CHECKS, hold_against
from optimizer.problem.load import load_problem
from optimizer.repository.cache import Cache

_ROOT = Path(__file__).resolve().parent.parent.parent
_CODE = ("optimizer/problem", "optimizer/repository", "optimizer/universe", "optimizer/model", "optimizer/answer")
_MORE = ("optimizer/pipeline.py", "optimizer/report/reason.py", "benchmarks/build_closure.py")
_OWN = ("job", "keep", "measure", "question", "record", "truth")
KINDS: dict[str, type[Record]] = {"list": Listed, "solve": Solved, "curve": Curve, "truth": Truth, "keep": Kept}


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of measurement, the problem file it is about (None for ground truth) and the rest of the question."""

    kind: str
    path: Path | None
    words: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What a progress bar says."""
        name = self.path.stem if self.path is not None else CHECKS[int(self.words[0])].name
        return " ".join((self.kind, name, *(self.words if self.path is not None else ())))


def run(job: Job, data: Path, problems: Path) -> Record:
    """Return the outcome of a job; raises what solving raises."""
    if job.path is None:
        return hold_against(CHECKS[int(job.words[0])], data)
    question = Question(job.path, load_problem(job.path))
    if job.kind == "list":
        return read_list(question, data, job.path.relative_to(problems).as_posix())
    if job.kind == "solve":
        equivalents, downstream = job.words
        return solve_list(question, equivalents, downstream, data)
    if job.kind == "curve":
        return draw_curve(question, int(job.words[0]), data)
    return keep(question, data)


def run_kept(job: Job, data: Path, problems: Path) -> Record:
    """Return the outcome of a job from the cache, or do it and keep it there."""
    cache_, key = Cache(), _key(job, data)
    held = cache_.get(key)
    if held is not None:
        outcome: Record = msgspec.json.decode(held.read_bytes(), type=KINDS[job.kind])
        return outcome
    outcome = run(job, data, problems)
    content = msgspec.json.encode(outcome)
    cache_.store(key, lambda path: _write(path, content))
    return outcome


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _key(job: Job, data: Path) -> str:
    if job.path is None:
        check = CHECKS[int(job.words[0])]
        asked, repositories = repr(check), [check.release]
    else:
        problem = load_problem(job.path)
        asked, repositories = repr(problem), [source.id for source in problem.repositories]
        if job.kind == "keep":
            repositories += [f"{name}-source" for name in repositories if (data / f"{name}-source").is_dir()]
    told = [job.kind, *job.words, asked, _code(), *(_content(data / name) for name in repositories)]
    return "benchmarks.photon " + hashlib.sha256("\0".join(told).encode()).hexdigest() + ".json"


@cache
def _code() -> str:
    files = [path for folder in _CODE for path in (_ROOT / folder).rglob("*.py")]
    files += [_ROOT / name for name in _MORE]
    files += [Path(__file__).parent / f"{name}.py" for name in _OWN]
    return _digest(sorted(files))


@cache
def _content(directory: Path) -> str:
    """Return what says which metadata a directory holds: its repomd.xml, or its `.solv` files themselves."""
    return _digest(sorted((*directory.glob("repodata/repomd.xml"), *directory.glob("*.solv"))))


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
