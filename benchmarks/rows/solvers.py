"""Closure, model and all stages to the proof, against aspcud and mccs on the same Instance's CUDF.

Ours is what this process takes from the loaded repositories' world on: closing, libsolv's own answer by which ties
are broken, building, every stage, the tie-break that the others do not do. Reading the metadata and choosing the
candidates is no solver's work. libsolv's answer is no part of the proof: a figure without it stands beside.
Theirs is the whole process on a file that is there already. A peer counts for a problem where its answer keeps every
dependency and has the values of ours; one that does not end in time counts with the time it had.
"""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from benchmarks.row import Bench, Figure, Row, counted, demo_problems, geometric_mean, real_problems
from benchmarks.stopwatch import CommandFailedError, Taken, median_ratio, median_wall, run_command, take_turns
from optimizer.cli.main import COLLECTOR
from optimizer.export.cudf import CudfDocument, aspcud_criteria, mccs_criteria, write_cudf
from optimizer.model.solution import Solution
from optimizer.model.solve import Engine
from optimizer.pipeline import Clock, Settings, close_problem
from optimizer.problem.load import load_problem
from tests.peers.cudf import CudfStatus, read_answer

WHAT = "closure + model + all stages to the proof, against the faster of aspcud and mccs on the same CUDF"
PEERS = ("aspcud", "mccs")


class ProcessorClock(Clock):
    """A clock that notes processor seconds too."""

    processor: dict[str, float] = msgspec.field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Add the time inside to a stage."""
        begun = time.process_time()
        with Clock.measure(self, stage):
            yield
        self.processor[stage] = self.processor.get(stage, 0.0) + time.process_time() - begun


@dataclass(slots=True)
class Ours:
    """One problem solved by us, again and again; `parts` are the seconds of each part in each round."""

    file: Path
    settings: Settings
    parts: dict[str, list[float]] = field(default_factory=dict)
    solution: Solution | None = None
    document: CudfDocument | None = None
    libsolv: list[Taken] = field(default_factory=list)

    def __call__(self) -> Taken:
        """Close, build and solve; libsolv solves the same universe its own way on the way."""
        clock = ProcessorClock()
        world = close_problem(load_problem(self.file), self.settings, clock)
        with clock.measure("build"):
            engine = Engine.of(world.closed.instance)
        with clock.measure("solve"):
            self.solution = engine.solve()
        self.libsolv.append(Taken(clock.seconds["libsolv"], clock.processor["libsolv"]))
        if self.document is None:
            self.document = write_cudf(world.closed.instance)
        for name, seconds in clock.seconds.items():
            self.parts.setdefault(name, []).append(seconds)
        ours = ("close", "libsolv", "build", "solve")
        return Taken(sum(clock.seconds[name] for name in ours), sum(clock.processor[name] for name in ours))


@dataclass(slots=True)
class Peer:
    """A peer on one problem's CUDF; `status` is `late` where its time was up: it is then not asked again."""

    name: str
    document: CudfDocument
    directory: Path
    limit_s: float
    status: str = ""
    values: tuple[Any, ...] = ()

    def __call__(self) -> Taken:
        """Run the whole process once."""
        if self.status == "late":
            return Taken(self.limit_s, self.limit_s)
        answer = self.directory / f"{self.name}.answer"
        command = ["timeout", str(self.limit_s), *self._command(answer)]
        ended = run_command(command, directory=self.directory, expected=range(256))
        if ended.exit_code == _TIME_IS_UP:
            self.status = "late"
            return Taken(self.limit_s, self.limit_s)
        if not answer.is_file():
            raise CommandFailedError(command, ended)
        if not self.status:
            read = read_answer(self.document, answer.read_text())
            self.status, self.values = str(read.status), tuple(value for _, value in read.values)
        return ended.taken

    def _command(self, answer: Path) -> list[str]:
        if self.name == "aspcud":
            return ["aspcud", "problem.cudf", str(answer), aspcud_criteria(self.document.objectives)]
        return ["mccs", "-i", "problem.cudf", "-o", str(answer), mccs_criteria(self.document.objectives), "-lpsolve"]


_TIME_IS_UP = 124  # what timeout(1) ends with


def solvers(bench: Bench) -> Row:
    """Measure every real problem whose question CUDF can say in full."""
    names = [name for name in PEERS if shutil.which(name)]
    absent = tuple(f"{name} is not installed" for name in PEERS if name not in names)
    settings = Settings(mirror=bench.data if bench.scale.real else None)
    files = real_problems() if bench.scale.real else demo_problems()[:4]
    left_out, detail = [], []
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTOR)  # as the command does
    for file in files:
        with bench.folder() as directory:
            found = _contest(file, settings, names, directory, bench)
        if found is None:
            left_out.append(file.stem)
        else:
            detail.append(found)
    gc.set_threshold(*before)
    notes = (*absent, *((f"CUDF cannot say the limits of {', '.join(left_out)}",) if left_out else ()))
    return Row(
        name="solvers",
        what=WHAT,
        figures=tuple(_figures(detail)),
        notes=(*notes, *_words(detail)),
        detail=tuple(detail),
    )


def _contest(
    file: Path, settings: Settings, names: list[str], directory: Path, bench: Bench
) -> dict[str, Any] | None:
    """Return one problem's medians, None where its CUDF loses something."""
    ours = Ours(file, settings)
    ours()  # what is loaded for the first time is in the cache now
    assert ours.document is not None
    assert ours.solution is not None
    if ours.document.lost:
        return None
    ours.parts.clear()
    ours.libsolv.clear()
    (directory / "problem.cudf").write_text(ours.document.text)
    peers = {name: Peer(name, ours.document, directory, bench.scale.peer_limit_s) for name in names}
    contestants: dict[str, Callable[[], Taken]] = {"ours": ours, **peers}
    taken = take_turns(contestants, bench.scale.rounds)
    expected = tuple(stage.value for stage in ours.solution.stages if stage.objective != "tie_break")
    for peer in peers.values():
        if peer.status == CudfStatus.OPTIMAL and peer.values != expected:
            peer.status = "worse"
    return {
        "problem": file.stem,
        **{part: round(median(held), 4) for part, held in ours.parts.items()},
        "ours": round(median_wall(taken["ours"]), 4),
        **{name: round(median_wall(taken[name]), 4) for name in names},
        **{f"{name} status": peer.status for name, peer in peers.items()},
        "libsolv": round(median_wall(ours.libsolv), 4),
        **_ratios(taken, peers, ours),
    }


def _ratios(taken: Mapping[str, tuple[Taken, ...]], peers: Mapping[str, Peer], ours: Ours) -> dict[str, float]:
    fair = [name for name, peer in peers.items() if peer.status in (CudfStatus.OPTIMAL, "late")]
    ratios = {"libsolv ratio": median_ratio(taken["ours"], ours.libsolv)}
    if fair:
        faster = min(fair, key=lambda name: median_wall(taken[name]))
        ratios["ratio"] = median_ratio(taken["ours"], taken[faster])
        ratios["processor ratio"] = median_ratio(taken["ours"], taken[faster], processor=True)
        without = [_less(one, other) for one, other in zip(taken["ours"], ours.libsolv, strict=True)]
        ratios["ratio without libsolv"] = median_ratio(without, taken[faster])
        ratios["processor ratio without libsolv"] = median_ratio(without, taken[faster], processor=True)
    return {name: round(value, 4) for name, value in ratios.items()}


def _less(one: Taken, other: Taken) -> Taken:
    return Taken(one.wall_s - other.wall_s, one.processor_s - other.processor_s)


def _figures(detail: list[dict[str, Any]]) -> Iterator[Figure]:
    compared = [one for one in detail if "ratio" in one]
    if compared:
        ratios, processor = ([one[key] for one in compared] for key in ("ratio", "processor ratio"))
        mean = geometric_mean(ratios), geometric_mean(processor)
        yield Figure(name="geometric mean", unit="times", value=mean[0], processor=mean[1], goal=0.5)
        yield Figure(name="worst", unit="times", value=max(ratios), processor=max(processor), goal=1.0)
        ratios, processor = (
            [one[f"{key} without libsolv"] for one in compared] for key in ("ratio", "processor ratio")
        )
        mean = geometric_mean(ratios), geometric_mean(processor)
        name = "geometric mean, without libsolv's own answer"
        yield Figure(name=name, unit="times", value=mean[0], processor=mean[1])
    if detail:
        libsolv = geometric_mean([one["libsolv ratio"] for one in detail])
        yield Figure(name="geometric mean against libsolv's first answer, unproven", unit="times", value=libsolv)


def _words(detail: list[dict[str, Any]]) -> Iterator[str]:
    compared = [one for one in detail if "ratio" in one]
    if compared:
        worst = max(compared, key=lambda one: float(one["ratio"]))
        yield f"{counted(len(compared), 'problem')}; worst is {worst['problem']}"
        sooner, half = (sum(one["ratio"] < most for one in compared) for most in (1, 0.5))
        yield f"{sooner} are answered sooner than by the faster of the two, {half} in less than half of its time"
        parts = [part for part in ("close", "libsolv", "build", "solve", *PEERS) if part in compared[0]]
        medians = (f"{part} {1000 * median(one[part] for one in compared):.1f}" for part in parts)
        yield f"milliseconds at the median: {', '.join(medians)}"
    for name in PEERS:
        for status, words in (
            ("late", "is not done in time on"),
            ("wrong", "is wrong on"),
            ("worse", "is not optimal on"),
        ):
            named = [one["problem"] for one in detail if one.get(f"{name} status") == status]
            if named:
                yield f"{name} {words} {', '.join(named)}"
