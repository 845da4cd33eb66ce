"""Spoilt inputs for every reader: how many were tried, and what became of them."""

from __future__ import annotations

from collections import Counter

from benchmarks.reliability.promise import Figure, Promise, Scale
from tests.fuzz.runner import run
from tests.fuzz.targets.all import TARGETS
from tests.fuzz.worker import Outcome

SEED = 7
A_TARGET = 2_400


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Try as many inputs of each target, and count the outcomes of all."""
    outcomes: Counter[Outcome] = Counter()
    for target in TARGETS.values():
        outcomes += run(target, seed=SEED, count=scale.count(A_TARGET, 30)).outcomes
    return (
        Figure(name="readers", value=len(TARGETS)),
        Figure(name="inputs tried", value=outcomes.total()),
        Figure(name="accepted", value=outcomes[Outcome.ACCEPTED]),
        Figure(name="refused in words", value=outcomes[Outcome.REFUSED]),
        Figure(name="ends of libsolv's child, contained", value=outcomes[Outcome.CONTAINED]),
        Figure(name="tracebacks", value=outcomes[Outcome.TRACEBACK], wanted=0),
        Figure(name="crashes", value=outcomes[Outcome.CRASH], wanted=0),
        Figure(name="hangs", value=outcomes[Outcome.HANG], wanted=0),
    )


ROW = Promise(
    name="fuzz",
    promise="Whatever strangers send or people write is accepted or refused in words: [fuzzing](how-to/fuzz.md)",
    tests=(
        "tests/fuzz/test_fuzz.py::test_every_input_is_accepted_or_refused",
        "tests/fuzz/test_fuzz.py::test_what_was_found_is_mended",
    ),
    measure=measure,
)
