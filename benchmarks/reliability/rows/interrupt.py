"""SIGINT, SIGTERM and SIGHUP at random moments of a run: the best answer so far, or nothing at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from benchmarks.place import ROOT
from benchmarks.reliability.killing import FILES
from benchmarks.reliability.promise import Figure, Promise, Scale
from optimizer.universe.snapshot import encode_instance
from tests.cli.instances import weighted_cover

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SEED = 1


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Stop runs of a large real problem and of a hard Instance, in turn, after times up to that of a whole run."""
    tries, random = scale.count(120, 6), Random(_SEED)
    ends: Counter[str] = Counter()
    with scale.folder() as folder:
        hard = folder / "hard.instance"
        hard.write_bytes(encode_instance(weighted_cover("hard", packages=150, features=200, providers=8)))
        problems = (ROOT / "problems" / "real" / "c7-gnome-desktop.yaml", hard)
        whole_s = _run(problems[0], scale.data, folder / "whole", None)[1]
        for number in range(tries):
            problem, place = problems[number % 2], folder / str(number)
            chosen = (_SIGNALS[number % len(_SIGNALS)], random.uniform(0.1, 1.0) * whole_s)
            code, _ = _run(problem, scale.data, place, chosen)
            ends[_kind(code, chosen[0], place / problem.stem)] += 1
    return (
        Figure(name="signals sent", value=sum(ends.values()), wanted=tries),
        Figure(name="ended with nothing written, exit code 128 and the signal", value=ends["nothing"]),
        Figure(name="ended with the best answer so far, exit code 3", value=ends["best"]),
        Figure(name="too late: ended whole", value=ends["whole"]),
        Figure(name="anything else", value=ends["other"], wanted=0),
    )


def _run(problem: Path, data: Path, place: Path, stopping: tuple[signal.Signals, float] | None) -> tuple[int, float]:
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "optimizer", "solve", str(problem), "-o", str(place)],
        cwd=ROOT,
        env=os.environ | {"PKGSET_MIRROR": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_default_signals,  # noqa: PLW1509 - signals are the child's own, and no thread is asked
    )
    if stopping is not None:
        time.sleep(stopping[1])
        process.send_signal(stopping[0])
    code = process.wait(600)
    return code, time.perf_counter() - begun


def _default_signals() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def _kind(code: int, number: int, place: Path) -> str:
    """Return what an end is worth; before Python has begun to run our code, a signal just ends it."""
    names = sorted(path.name for path in place.iterdir()) if place.exists() else []
    status = json.loads((place / "run.json").read_bytes())["status"] if "run.json" in names else None
    if code in (128 + number, -number) and status is None:
        return "nothing"
    if names == list(FILES):
        return {(3, "not proven"): "best", (0, "proven"): "whole"}.get((code, str(status)), "other")
    return "other"


ROW = Promise(
    name="interrupt",
    promise="Ctrl-C, SIGTERM and SIGHUP end with the best answer so far, marked as such, or with nothing written",
    tests=(
        "tests/faults/test_signals.py::test_during_a_download_nothing_is_written",
        "tests/faults/test_signals.py::test_during_the_search_the_best_answer_is_kept",
        "tests/faults/test_signals.py::test_between_two_runs_of_the_solver_the_answer_is_kept",
        "tests/faults/test_signals.py::test_while_results_are_written_they_are_whole_or_absent",
        "tests/cli/test_interrupt.py::test_ctrl_c_keeps_the_best_answer_and_starts_nothing_more",
    ),
    measure=measure,
)
