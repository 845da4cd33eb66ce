"""How far a batch is: on stderr, how many are done, at what rate, and how long the rest will take."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from optimizer.cli.output import tell

if TYPE_CHECKING:
    from optimizer.cli.task import Outcome

_TELL_EVERY_S = 10.0
#: A batch of fewer is soon done, and its reports say all there is.
FEWEST = 10


def watched(outcomes: Iterator[Outcome], total: int, noun: str, *, quiet: bool) -> Iterator[Outcome]:
    """Yield the outcomes; a terminal gets a bar, anything else a line every ten seconds, and both a last line."""
    if quiet or total < FEWEST:
        yield from outcomes
        return
    begun = time.monotonic()
    statuses: Counter[str] = Counter()
    show = _barred if sys.stderr.isatty() else _told
    for outcome in show(outcomes, total, noun):
        statuses[str(outcome.document["status"])] += 1
        yield outcome
    spent = time.monotonic() - begun
    counts = ", ".join(f"{count:,} {status}" for status, count in statuses.items())
    tell(f"{total:,} {noun}s in {spent:.0f} s, {total / max(spent, 0.001):.1f} a second: {counts}")


def _barred(outcomes: Iterator[Outcome], total: int, noun: str) -> Iterator[Outcome]:
    from tqdm import tqdm

    with tqdm(total=total, unit=noun, file=sys.stderr, leave=False) as bar:
        for outcome in outcomes:
            bar.update()
            bar.clear()  # what is printed next must not run into it
            yield outcome
            bar.refresh()


def _told(outcomes: Iterator[Outcome], total: int, noun: str) -> Iterator[Outcome]:
    begun = told = time.monotonic()
    for number, outcome in enumerate(outcomes, 1):
        yield outcome
        now = time.monotonic()
        if now - told >= _TELL_EVERY_S and number < total:
            told, rate = now, number / (now - begun)
            tell(f"{number:,} of {total:,} {noun}s, {rate:.1f} a second, {_left((total - number) / rate)} left")


def _left(seconds: float) -> str:
    """Return a time to come in the largest unit that leaves two digits or so."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
