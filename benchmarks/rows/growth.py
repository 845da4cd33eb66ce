"""How time and memory grow: with the universe while the closure stays, with the closure while the universe stays.

The universes are generated (`benchmarks.generate`): the smaller is a part of the larger, and asked the same names.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.generate import features_reaching, generate
from benchmarks.row import Bench, Figure, Relation, Row, pkgset
from benchmarks.rpm_md import write_problem, write_question
from benchmarks.stopwatch import Taken, median_ratio, median_wall, run_command, take_turns

UNIVERSE = "time as the universe grows 10k -> 100k packages with the closure fixed, warm"
CLOSURE = "time as the closure grows 500 -> 5,000 packages"
MEMORY = "memory at 100k packages"
_STAGES = ("close", "build", "solve")
_GIB = 2**30


def universe(bench: Bench) -> Row:
    """Measure the whole command over universes of several sizes, its caches filled."""
    scale = bench.scale
    with bench.folder() as directory:
        files = []
        for count in scale.universes:
            generated = generate(count)
            names = features_reaching(generated, scale.fixed_closure, among=scale.universes[0])
            (directory / str(count)).mkdir()
            files.append(write_problem(generated, names, directory / str(count)))
        runs = {str(count): _Run(file, file.parent) for count, file in zip(scale.universes, files, strict=True)}
        for run in runs.values():
            run()
        taken = take_turns(runs, scale.rounds)
        detail = tuple({"universe": int(name), **_facts(runs[name], held)} for name, held in taken.items())
    first, last = str(scale.universes[0]), str(scale.universes[-1])
    figure = Figure(
        name=f"{int(last):,} against {int(first):,} packages",
        unit="times",
        value=median_ratio(taken[last], taken[first]),
        processor=median_ratio(taken[last], taken[first], processor=True),
        goal=2.0,
    )
    return Row(name="universe", what=UNIVERSE, figures=(figure,), detail=detail)


def closure(bench: Bench) -> Row:
    """Measure closing, building and all stages over one universe, from questions that reach more and more of it."""
    scale = bench.scale
    generated = generate(scale.closure_universe)
    with bench.folder() as directory:
        runs: dict[str, _Run] = {}
        for count in scale.closures:
            names = features_reaching(generated, count)
            write = write_question if runs else lambda *words, **keys: write_problem(generated, *words, **keys)
            file = write(names, directory, name=f"closure-{count}")
            runs[str(count)] = _Run(file, directory, limit_s=scale.limit_s)
        next(iter(runs.values()))()
        taken = take_turns(runs, scale.rounds)
        detail = tuple({"closure": int(name), **_facts(runs[name], held)} for name, held in taken.items())
    small, large = detail[0], detail[-1]
    steps = math.log(large["packages"] / small["packages"])
    exponent = math.log(_solving(large) / _solving(small)) / steps
    whole = math.log(large["seconds"] / small["seconds"]) / steps
    neither = sum(not one["proven"] and one["bound"] is None for one in detail)
    figures = (
        Figure(name="exponent of close + build + solve", value=exponent, relation=Relation.BELOW, goal=2.0),
        Figure(name="exponent of the whole command", value=whole, relation=Relation.BELOW, goal=2.0),
        Figure(name=f"without proof or gap within {scale.limit_s:.0f} s", unit="questions", value=neither, goal=0),
    )
    return Row(name="closure", what=CLOSURE, figures=figures, detail=detail)


def memory(bench: Bench) -> Row:
    """Measure the most memory the whole command holds over the largest universe, cold and warm."""
    count = bench.scale.large_universe
    generated = generate(count)
    with bench.folder() as directory:
        file = write_problem(generated, features_reaching(generated, bench.scale.fixed_closure), directory)
        del generated
        run = _Run(file, directory)
        held = {name: run().memory_bytes for name in ("cold", "warm")}
    most = max(held.values())
    detail = tuple({"cache": name, "bytes": size} for name, size in held.items())
    figure = Figure(name=f"most of cold and warm, {count:,} packages", unit="GiB", value=most / _GIB, goal=1.0)
    return Row(name="memory", what=MEMORY, figures=(figure,), detail=detail)


class _Run:
    """`pkgset solve` of one file, in a process of its own; what its run.json said last is kept."""

    def __init__(self, file: Path, directory: Path, *, limit_s: float | None = None) -> None:
        self.results = directory / "results" / file.stem
        limit = () if limit_s is None else ("--time-limit", limit_s)
        self.command = pkgset("solve", "--quiet", "-o", self.results.parent, *limit, file)
        self.environment = {"PKGSET_CACHE": str(directory / "cache"), "PKGSET_MIRROR": ""}

    def __call__(self) -> Taken:
        # 3 is "not proven within its limits", which is a fact to report and no failure
        return run_command(self.command, environment=self.environment, expected=(0, 3)).taken

    def facts(self) -> dict[str, Any]:
        """Return what the last run's record says."""
        record = json.loads((self.results / "run.json").read_text())
        first = record["stages"][0]
        return {
            "packages": record["size_of_instance"]["packages"],
            "proven": record["status"] == "proven",
            "value": first["value"],
            "bound": first["bound"],
            "timings": record["timings"],
        }


def _facts(run: _Run, taken: Sequence[Taken]) -> dict[str, Any]:
    return {"seconds": round(median_wall(taken), 3), **run.facts()}


def _solving(one: dict[str, Any]) -> float:
    return sum(float(one["timings"][part]) for part in _STAGES)
