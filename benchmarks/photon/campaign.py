"""The whole of what is measured, or the subset that CI repeats: jobs, done by all cores, their outcomes in order."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.photon.job import Job, run_kept
from benchmarks.photon.question import PERCENTS, READINGS, Question, find_questions
from benchmarks.photon.record import Curve, Kept, Listed, Record, Results, Solved, Truth
from benchmarks.photon.truth import CHECKS

#: Whose frontiers are drawn, and whose divergent sources are followed into their builds.
CURVES = ("photon-1.0-tp1-micro", "photon-1.0-container", "photon-1.0-tp1-minimal")
KEPT = ("photon-1.0-tp1-minimal", "photon-1.0-tp1-full", "photon-1.0-ga-minimal", "photon-5.0-minimal")
#: What CI measures again: the lists of the founding article that solve in a blink.
FAST = ("photon-1.0-tp1-micro", "photon-1.0-tp1-minimal", "photon-1.0-container")


@dataclass(frozen=True, slots=True)
class Campaign:
    """Where problems and metadata are, which downstream is measured, and whose frontiers are drawn."""

    problems: Path
    data: Path
    downstream: str = "photon-"
    curves: tuple[str, ...] = CURVES
    kept: tuple[str, ...] = KEPT
    fast: bool = False

    def jobs(self) -> tuple[Job, ...]:
        """Return every job in the order of the results, Photon's own ground truth only where Photon is measured."""
        questions = find_questions(self.problems, self.downstream)
        if self.fast:
            questions = tuple(one for one in questions if one.name in FAST)
        photon = self.downstream == "photon-"
        return (
            *(Job("list", one.path) for one in questions),
            *(Job("solve", one.path, reading) for one in questions for reading in READINGS),
            *self._curve_jobs(questions),
            *(Job("truth", None, (str(index),)) for index in range(len(CHECKS)) if photon and not self._slow(index)),
            *(Job("keep", one.path) for one in questions if one.name in self.kept and not self.fast),
        )

    def measure(self, workers: int | None = None) -> Results:
        """Return the outcome of every job; Ctrl-C leaves what is done in the cache."""
        return gather(_outcomes(self.jobs(), self, workers))

    def _curve_jobs(self, questions: Sequence[Question]) -> Iterable[Job]:
        drawn = sorted((one for one in questions if one.name in self.curves), key=lambda one: self._rank(one.name))
        return [Job("curve", one.path, (str(percent),)) for one in drawn for percent in self._percents(one)]

    def _percents(self, question: Question) -> tuple[int, ...]:
        if question.problem.sizes.estimate is None:
            return (100,)
        return PERCENTS[-1:] if self.fast else PERCENTS

    def _rank(self, name: str) -> int:
        return self.curves.index(name)

    def _slow(self, index: int) -> bool:
        return self.fast and CHECKS[index].release != "photon-1.0-tp1"


def gather(records: Iterable[Record]) -> Results:
    """Return records by their kind, each kind in the order given."""
    found = list(records)

    def of(kind: type[Any]) -> tuple[Any, ...]:
        return tuple(record for record in found if isinstance(record, kind))

    return Results(lists=of(Listed), solves=of(Solved), curves=of(Curve), truths=of(Truth), kept=of(Kept))


def _outcomes(jobs: Sequence[Job], campaign: Campaign, workers: int | None) -> list[Record]:
    context = multiprocessing.get_context("spawn")  # libsolv and CP-SAT hold threads and memory a fork must not share
    outcomes: dict[Job, Record] = {}
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=context) as pool:
        waiting = {pool.submit(run_kept, job, campaign.data, campaign.problems): job for job in jobs}
        bar = tqdm(total=len(jobs), unit="job", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)
        try:
            for done in as_completed(waiting):
                outcomes[waiting[done]] = done.result()
                bar.set_postfix_str(waiting[done].label)
                bar.update(1)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        finally:
            bar.close()
    return [outcomes[job] for job in jobs]
