"""Tries inputs in a process that may die of them, and makes what it finds small."""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType

from tests.fuzz.mutate import mutate
from tests.fuzz.target import Target
from tests.fuzz.worker import CPU_S, Outcome
from tests.requirements import PROJECT_ROOT

_WALL_S = 120.0
_TICKS = os.sysconf("SC_CLK_TCK")
FINDINGS = (Outcome.TRACEBACK, Outcome.CRASH, Outcome.HANG)


@dataclass(frozen=True)
class Tried:
    """What became of an input, and what was said: words for people, a traceback, or what ended the process."""

    outcome: Outcome
    words: str

    @property
    def signature(self) -> tuple[str, str]:
        """What makes two findings the same: the last place in our code and the kind of exception."""
        places = [line.strip() for line in self.words.splitlines() if line.lstrip().startswith("File ")]
        last = self.words.strip().rpartition("\n")[2].partition(":")[0]
        ours = [place for place in places if "/optimizer/" in place] or places
        return self.outcome, (ours[-1] if ours else "") + " " + last


@dataclass
class Campaign:
    """What came of many inputs; `found` has one input a signature, the smallest that was made of it.

    `bad_seeds` is what was said of seeds that were not accepted.
    """

    target: str
    tried: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    bad_seeds: list[str] = field(default_factory=list)
    found: dict[tuple[str, str], tuple[bytes, Tried]] = field(default_factory=dict)


class Worker:
    """A process of `worker`, started anew whenever an input has ended it."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._mark = os.memfd_create("mark")
        os.write(self._mark, b"\0")
        self._folder = tempfile.TemporaryDirectory(prefix="pkgset-fuzz-")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        os.close(self._mark)
        self._folder.cleanup()

    def attempt(self, data: bytes) -> Tried:
        """Return what becomes of an input."""
        process = self._process or self._start()
        assert process.stdin is not None
        before = _cpu_s(process.pid)
        try:
            process.stdin.write(struct.pack(">I", len(data)) + data)
            process.stdin.flush()
        except BrokenPipeError:
            return self._dead(process)
        line = self._answer(process, before)
        if line is None:
            status = f"more than {CPU_S} seconds of processor"
            self._end()
            return Tried(Outcome.CONTAINED if self._contained() else Outcome.HANG, status)
        if not line:
            return self._dead(process)
        outcome, words = json.loads(line)
        return Tried(Outcome(outcome), words)

    def _answer(self, process: subprocess.Popen[bytes], before: float) -> bytes | None:
        assert process.stdout is not None
        begin = time.monotonic()
        while not select.select([process.stdout], [], [], 0.5)[0]:
            if _cpu_s(process.pid) - before > CPU_S or time.monotonic() - begin > _WALL_S:
                return None
        return process.stdout.readline()

    def _dead(self, process: subprocess.Popen[bytes]) -> Tried:
        status = process.wait()
        self._end()
        return Tried(Outcome.CONTAINED if self._contained() else Outcome.CRASH, f"the process ended with {status}")

    def _contained(self) -> bool:
        return os.pread(self._mark, 1, 0) == b"\1"

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.fuzz.worker", self._target, str(self._mark), self._folder.name]
        self._process = subprocess.Popen(
            command,
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(self._mark,),
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except BrokenPipeError:
                        continue
            self._process = None


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def inputs(target: Target, seed: int, count: int) -> Iterator[bytes]:
    """Yield the seeds as they are, then mutations of them: the same for the same seed, and `count` in all."""
    seeds = target.seeds()
    yield from seeds[:count]
    for number in range(count - len(seeds)):
        yield mutate(target.kind, seeds, Random(f"{target.name} {seed} {number}"))


def run(target: Target, *, seed: int, count: int, minimise: bool = True) -> Campaign:
    """Try `count` inputs and return what came of them."""
    campaign = Campaign(target.name)
    seeds = target.seeds()
    with Worker(target.name) as worker:
        for data in inputs(target, seed, count):
            tried = worker.attempt(data)
            if data in seeds and tried.outcome is not Outcome.ACCEPTED:
                campaign.bad_seeds.append(tried.words)
            campaign.tried += 1
            campaign.outcomes[tried.outcome] += 1
            if tried.outcome in FINDINGS and tried.signature not in campaign.found:
                small = smaller(worker, data, tried) if minimise else data
                campaign.found[tried.signature] = small, worker.attempt(small)
    return campaign


def smaller(worker: Worker, data: bytes, tried: Tried, most: int = 400) -> bytes:
    """Return a smaller input that is found for the same reason, by leaving out ever smaller parts of it."""
    size, left = max(1, len(data) // 2), most
    while True:
        begin, shrunk = 0, False
        while begin < len(data) and left:
            candidate = data[:begin] + data[begin + size :]
            left -= 1
            if worker.attempt(candidate).signature == tried.signature:
                data, shrunk = candidate, True
            else:
                begin += size
        if not left or (size == 1 and not shrunk):
            return data
        size = size if shrunk and size > 1 else max(1, size // 2)
