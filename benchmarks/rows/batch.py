"""A thousand problems over the same repositories: how many a second, and what a second worker brings.

Each problem asks for some of what one of the library's CentOS Stream 9 problems asks for, no two for the same; or, as
the runs of a sweep do, all ask for the same under as many limits, and share a closure. All that a batch takes counts:
its start, and loading the repositories once a process. The rate by processor time is what two workers would reach
that never wait.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from benchmarks.generate import features_reaching, generate
from benchmarks.place import ROOT
from benchmarks.row import Bench, Figure, Relation, Row, pkgset, real_problems
from benchmarks.rpm_md import REPOSITORY, write_repository
from benchmarks.stopwatch import Taken, median_ratio, run_command, take_turns
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Policy

RATE = "batch: 1,000 problems over the same repositories"
ALIKE = "batch: as many that differ in a limit only"
WORKERS = "two workers against one on the batch"
_ROOM_MIB = 4096
_PLAIN = re.compile(r"[\w.+-]+")


def batch(bench: Bench) -> Row:
    """Measure the rate of the whole batch with two workers, once."""
    return _rate("batch", RATE, write_batch, bench, goal=10)


def alike(bench: Bench) -> Row:
    """Measure the rate of as many problems that close alike, once."""
    return _rate("alike", ALIKE, write_alike, bench, goal=None)


def _rate(
    name: str, what: str, write: Callable[[Bench, Path, int], list[Path]], bench: Bench, *, goal: float | None
) -> Row:
    with bench.folder() as directory:
        files = write(bench, directory, bench.scale.batch)
        _run(files[:2], 1, directory)
        taken, endings = _run(files, 2, directory)
    figure = Figure(
        name=f"{len(files):,} problems, two workers",
        unit="a second",
        value=len(files) / taken.wall_s,
        processor=len(files) / (taken.processor_s / 2),
        relation=Relation.AT_LEAST,
        goal=goal,
    )
    detail = {"problems": len(files), "seconds": round(taken.wall_s, 2), "endings": dict(sorted(endings.items()))}
    return Row(name=name, what=what, figures=(figure,), notes=_cores(), detail=(detail,))


def workers(bench: Bench) -> Row:
    """Measure a quarter of the batch with one worker and with two, in turns; of less the start is too much."""
    with bench.folder() as directory:
        files = write_batch(bench, directory, max(4, bench.scale.batch // 4))
        _run(files[:2], 1, directory)
        taken = take_turns(
            {"one": lambda: _run(files, 1, directory)[0], "two": lambda: _run(files, 2, directory)[0]},
            bench.scale.batch_pairs,
        )
    figure = Figure(
        name=f"{len(files)} problems",
        unit="times",
        value=median_ratio(taken["one"], taken["two"]),
        relation=Relation.AT_LEAST,
        goal=1.8,
    )
    detail = tuple({name: [round(one.wall_s, 2) for one in held]} for name, held in taken.items())
    return Row(name="workers", what=WORKERS, figures=(figure,), notes=_cores(), detail=detail)


def write_batch(bench: Bench, directory: Path, count: int) -> list[Path]:
    """Write so many problems over the same repositories, no two of which ask for the same; return their files."""
    sources, wishes = _real(bench.data) if bench.scale.real else _generated(bench, directory)
    drawn = random.Random("batch")
    asked: dict[tuple[str, ...], None] = {}
    while len(asked) < count:
        names = drawn.choice(wishes)
        asked[tuple(sorted(drawn.sample(names, drawn.randint(2, len(names)))))] = None
    return [
        _write(directory, f"batch-{number:04}", sources, {"features": {"required": list(required)}})
        for number, required in enumerate(asked)
    ]


def write_alike(bench: Bench, directory: Path, count: int) -> list[Path]:
    """Write so many problems that differ in their limit only, all of which have an answer; return their files."""
    sources, wishes = _real(bench.data) if bench.scale.real else _generated(bench, directory)
    longest = max(wishes, key=lambda names: (len(names), names))
    features = {"required": sorted(longest)}
    return [
        _write(
            directory,
            f"alike-{number:04}",
            sources,
            {"features": features, "limits": {"installed_size": f"{_ROOM_MIB + number} MiB"}},
        )
        for number in range(count)
    ]


def _write(directory: Path, name: str, sources: list[dict[str, str]], asked: dict[str, Any]) -> Path:
    document = {
        "format": 1,
        "name": name,
        "arch": "x86_64",
        "repositories": sources,
        **asked,
        "objectives": ["installed_size", "packages"],
    }
    file = directory / "problems" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    return file


def _real(data: Path) -> tuple[list[dict[str, str]], list[list[str]]]:
    """Return the repositories of CentOS Stream 9 and the names that each of the library's problems asks of them."""
    problems = [load_problem(file) for file in real_problems() if file.name.startswith("cs9-")]
    wishes = [
        [str(one.require) for one in problem.features if one.required and _PLAIN.fullmatch(str(one.require))]
        for problem in problems
        if not problem.modules and problem.policy == Policy()
    ]
    host = load_problem(ROOT / "problems" / "real" / "cs9-host.yaml")
    sources = [
        {"id": one.id, "origin": one.origin.value, "baseurl": str((data / one.id).resolve())}
        for one in host.repositories
    ]
    return sources, [names for names in wishes if len(names) > 4]


def _generated(bench: Bench, directory: Path) -> tuple[list[dict[str, str]], list[list[str]]]:
    universe = generate(bench.scale.closure_universe)
    place = write_repository(universe, directory / REPOSITORY)
    names = features_reaching(universe, bench.scale.fixed_closure)
    return [{"id": REPOSITORY, "origin": "upstream", "baseurl": str(place)}], [names[:8]]


def _run(files: list[Path], jobs: int, directory: Path) -> tuple[Taken, Counter[str]]:
    """Solve the files and return what that took, and how many ended in which way."""
    command = pkgset("solve", "--quiet", "--jobs", jobs, "-o", directory / "results", *files)
    environment = {"PKGSET_CACHE": str(directory / "cache"), "PKGSET_MIRROR": ""}
    taken = run_command(command, environment=environment).taken
    return taken, Counter(_ending(directory / "results" / file.stem / "run.json") for file in files)


def _ending(record: Path) -> str:
    return str(json.loads(record.read_text())["status"])


def _cores() -> tuple[str, ...]:
    cores = len(os.sched_getaffinity(0))
    return () if cores == 2 else (f"on {cores} cores",)
