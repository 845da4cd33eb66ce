"""How long questions about an answer take, once it is there: a row a question, a column a problem.

    python -m benchmarks.questions [--repeat 5] [--data ../shared/data] [WORD...]

Prints the median of processor seconds of the whole process, engines built before, as in a session that asks several
questions; the first repetition is not counted. Words choose rows by their beginning. What a question is about is in
SUBJECTS: a package that many need, one that is not in, a feature. `what-if` closes the changed problem over its
repositories again, and solves both; `what-if, Instance alone` changes the stored one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from optimizer.explain.alternatives import alternatives
from optimizer.explain.answered import Answered
from optimizer.explain.change_words import read_change
from optimizer.explain.levers import best_edges
from optimizer.explain.price import price
from optimizer.explain.why import why
from optimizer.explain.why_not import why_not
from optimizer.export.results import write_results
from optimizer.inquiry import open_answer, suppose
from optimizer.pipeline import Settings, solve_file
from optimizer.problem.problem import ObjectiveKind

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Subject:
    """A problem of problems/real, and what is asked about it: packages in and out, and a feature."""

    problem: str
    inside: str
    outside: str
    feature: str

    @property
    def path(self) -> Path:
        """The problem's file."""
        return ROOT / "problems" / "real" / f"{self.problem}.yaml"


#: A host, and the two of problems/real with about a thousand packages and more.
SUBJECTS = (
    Subject("cs9-host", "python3-libs", "curl", "podman"),
    Subject("opensuse-kde4", "perl", "libqt4-sql-postgresql", "pattern:kde4_basis"),
    Subject("c7-gnome-desktop", "python", "kernel-debug", "kernel"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An open answer, what to ask about it, the directory its result lies in, and how to work."""

    answered: Answered
    subject: Subject
    result: Path
    settings: Settings


Ask = Callable[[Asked], object]


def _supposed(asked: Asked, path: Path) -> object:
    return suppose(path, read_change(drop=[asked.subject.feature]), asked.settings)


#: Each question as it is asked in the table; another one needs a row here.
QUESTIONS: dict[str, Ask] = {
    "why": lambda asked: why(asked.answered, asked.subject.inside),
    "why-not": lambda asked: why_not(asked.answered, asked.subject.outside),
    "what-if": lambda asked: _supposed(asked, asked.subject.path),
    "what-if, Instance alone": lambda asked: _supposed(asked, asked.result),
    "price of a feature": lambda asked: price(asked.answered, [asked.subject.feature]),
    "price": lambda asked: price(asked.answered),
    "alternatives": lambda asked: alternatives(asked.answered),
    "levers": lambda asked: best_edges(asked.answered, ObjectiveKind.INSTALLED_SIZE, 10),
}


def measure(ask: Ask, asked: Asked, repeat: int) -> float:
    """Return the median of processor seconds that a question takes, asked once before."""
    seconds = []
    for _ in range(repeat + 1):
        begun = time.process_time()
        ask(asked)
        seconds.append(time.process_time() - begun)
    return statistics.median(seconds[1:] or seconds)


def open_subject(subject: Subject, directory: Path, settings: Settings) -> Asked:
    """Return a subject's answer, solved and written to a directory."""
    result = write_results(solve_file(subject.path, settings), directory)
    return Asked(open_answer(result, settings), subject, result, settings)


def main() -> None:
    """Measure every question on every problem and print the table."""
    parser = argparse.ArgumentParser(description="How long questions about an answer take")
    parser.add_argument("words", nargs="*", help="only questions that begin so")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--data", type=Path, default=os.environ.get("PKGSET_DATA", ROOT.parent / "shared" / "data"))
    arguments = parser.parse_args()
    wanted = {name: ask for name, ask in QUESTIONS.items() if name.startswith(tuple(arguments.words) or "")}
    if not wanted:
        sys.exit(f"no such question; there are {', '.join(QUESTIONS)}")
    settings = Settings(mirror=arguments.data)
    with tempfile.TemporaryDirectory() as directory:
        opened = [open_subject(subject, Path(directory), settings) for subject in SUBJECTS]
        heads = [f"{asked.subject.problem} ({len(asked.answered.instance.packages):,} packages)" for asked in opened]
        print(f"| question | {' | '.join(heads)} |\n|---|{'--:|' * len(heads)}")
        for name, ask in wanted.items():
            cells = [f"{measure(ask, asked, arguments.repeat):.2f} s" for asked in opened]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
