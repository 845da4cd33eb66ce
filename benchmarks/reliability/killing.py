"""`kill -9` at any moment of load, solve and write, again and again over the same cache and results."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread

from benchmarks.place import ROOT
from benchmarks.reliability.victim import REPORT

PHASES = ("load", "solve", "write")
FILES = ("divergence.json", "manifest.json", "problem.instance", "run.json")
_BASEURL = re.compile(r"\b(baseurl: )[^\s,}]*?([^/\s,}]+)/?(?=[\s,}])")
_PATIENCE_S = 120.0


@contextmanager
def served(root: Path, asked: list[str] | None = None) -> Iterator[str]:
    """Serve a directory on a free port of this machine, noting requests in `asked`; yield the URL."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_words: object) -> None:
            if asked is not None:
                asked.append(f"{self.command} {self.path}")

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, *_request: object) -> None:
            """A client that is killed hangs up."""

    with Server(("127.0.0.1", 0), partial(Handler, directory=str(root))) as server:
        thread = Thread(target=partial(server.serve_forever, 0.05))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Tally:
    """What was seen: kills by the phase they fell in, and faults in words."""

    kills: Counter[str] = field(default_factory=Counter)
    too_late: int = 0
    at_calls: int = 0
    runs_after: int = 0
    left_over: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class Killing:
    """One problem over the web that is solved and killed; everything lies under `directory`."""

    problem: Path
    directory: Path
    tally: Tally = field(default_factory=Tally)
    calls: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def cache(self) -> Path:
        """The cache that all runs share."""
        return self.directory / "cache"

    @property
    def results(self) -> Path:
        """The results that all runs write."""
        return self.directory / "results"

    def measure(self) -> None:
        """Solve undisturbed: what a good run writes, how many calls each phase has and how long it takes."""
        ended = self._run("none", 0, None)
        if ended != "end":
            raise RuntimeError(f"a run that nobody kills ended in {ended}")
        shutil.copytree(self.results, self.directory / "good")
        shutil.copytree(self.cache, self.directory / "good-cache")

    def kill(self, random: Random, phase: str) -> bool:
        """Kill one run in a phase, at a call or a moment, and look at what it left; return whether in time."""
        if phase == "load" or random.random() < 0.2:
            shutil.rmtree(self.cache, ignore_errors=True)
        if random.random() < 0.5:
            shutil.rmtree(self.results, ignore_errors=True)
        if phase != "solve" and random.random() < 0.7:
            ended = self._run(phase, random.randint(1, max(1, self.calls[phase])), None)
            self.tally.at_calls += ended != "end"
        else:
            ended = self._run(phase, 0, random.uniform(0, self.seconds[phase]))
        self._look()
        if ended == "end":
            self.tally.too_late += 1
            return False
        self.tally.kills[ended] += 1
        return True

    def run_again(self) -> None:
        """Solve undisturbed after kills: the same bytes."""
        self.tally.runs_after += 1
        if self._run("none", 0, None) != "end":
            self.tally.faults.append("the next run failed")
        for name in FILES[:-1]:
            if self._content(name) != (self.directory / "good" / self.problem.stem / name).read_bytes():
                self.tally.faults.append(f"the next run wrote another {name}")
        self._look()

    def count_left(self) -> None:
        """Count what killed writers left, and what of it is there after a minute and one more run from nothing."""
        left = self._unfinished()
        long_ago = time.time() - 3600
        for path in left:
            os.utime(path, (long_ago, long_ago))
        for path in self.cache.rglob("*"):
            if path.is_file() and path not in left:
                path.unlink()
        self.run_again()
        self.tally.left_over = len(self._unfinished())

    def _unfinished(self) -> list[Path]:
        return [path for place in (self.cache, self.results) for path in place.rglob("*.unfinished")]

    def _content(self, name: str) -> bytes | None:
        path = self.results / self.problem.stem / name
        return path.read_bytes() if path.exists() else None

    def _look(self) -> None:
        """Note what is there and neither whole nor absent."""
        good = self.directory / "good" / self.problem.stem
        run = self._content("run.json")
        if run is not None and json.loads(run)["status"] != "proven":
            self.tally.faults.append("a run.json that tells of no whole run")
        for name in FILES[:-1]:
            content = self._content(name)
            if content != (good / name).read_bytes() and (content is not None or run is not None):
                self.tally.faults.append(f"{name} is neither whole nor absent")
        for path in self.cache.rglob("*"):
            if path.is_file() and path.suffix != ".unfinished":
                twin = self.directory / "good-cache" / path.relative_to(self.cache)
                if not twin.exists() or path.read_bytes() != twin.read_bytes():
                    self.tally.faults.append(f"{path.suffix} of the cache is neither whole nor absent")

    def _run(self, phase: str, number: int, after_s: float | None) -> str:
        """Run once; return the phase in which it was killed, `end` where it was not."""
        reading, writing = os.pipe()
        arguments = ["solve", str(self.problem), "-o", str(self.results)]
        command = [sys.executable, "-m", "benchmarks.reliability.victim", f"{phase}:{number}", *arguments]

        def report() -> None:
            os.dup2(writing, REPORT)

        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PKGSET_CACHE": str(self.cache)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(REPORT,) if writing == REPORT else (writing, REPORT),
            preexec_fn=report,  # noqa: PLW1509 - a descriptor is the child's own, and no thread is asked
        )
        os.close(writing)
        last, begun = "start", time.perf_counter()
        with os.fdopen(reading) as lines:
            for line in lines:
                name, _, counts = line.partition(" ")
                now = time.perf_counter()
                if after_s is None and number == 0:
                    self.seconds[last] = now - begun
                    self.calls |= json.loads(counts.replace("'", '"'))
                last, begun = name, now
                if name == phase and after_s is not None:
                    time.sleep(after_s)
                    process.kill()
        process.wait(_PATIENCE_S)
        return last


def web_problem(problem: Path, url: str, directory: Path) -> Path:
    """Write a problem again, with each repository under a URL by the last name of its path, and return the file."""
    text = _BASEURL.sub(lambda found: f"{found.group(1)}{url}/{found.group(2)}", problem.read_text(encoding="utf-8"))
    directory.mkdir(parents=True, exist_ok=True)
    name = re.search(r"^name: (\S+)$", text, re.MULTILINE)
    file = directory / f"{name.group(1) if name else problem.stem}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def kill_often(problem: Path, directory: Path, kills: int, seed: int, every: int) -> Tally:
    """Return what was seen in so many kills, in turn in each phase; every so often a run goes on undisturbed.

    A run that had ended before it was to be killed is counted as too late, and another is killed instead.
    """
    killing = Killing(problem, directory)
    killing.measure()
    random = Random(seed)
    killed = 0
    while killed < kills:
        if killing.kill(random, PHASES[killed % len(PHASES)]):
            killed += 1
            if killed % every == 0:
                killing.run_again()
    killing.count_left()
    return killing.tally
