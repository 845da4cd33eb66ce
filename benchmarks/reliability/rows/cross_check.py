"""Random problems on real repositories and small universes, put to five judges and more."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.reliability.promise import Figure, Promise, Scale
from tests.cross_check.judges import Counts, DisagreementError
from tests.cross_check.real import REPOSITORIES, check_problems
from tests.cross_check.small import check_worlds


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Put other questions than CI's to the judges; a disagreement ends its batch, is counted and told on stderr."""
    worlds, problems = scale.count(100, 3), scale.count(200, 3)
    small = [partial(check_worlds, 10_000 + first, worlds) for first in range(scale.count(20, 1))]
    with scale.folder() as folder:
        real = [
            partial(check_problems, word, range(1000, 1000 + problems), scale.data, folder) for word in REPOSITORIES
        ]
        return (*_figures("small universes", small), *_figures("real repositories", real))


def _figures(where: str, batches: Sequence[Callable[[], Counts]]) -> tuple[Figure, ...]:
    counts, disagreements = Counts(), 0
    for batch in batches:
        try:
            counts.merge(batch())
        except DisagreementError as error:
            disagreements += 1
            print(f"{error.judge}: {error.what}", file=sys.stderr)
    agreed = ", ".join(f"{name} {number:,}" for name, number in sorted(counts.agreed.items()))
    return (
        Figure(name=f"questions on {where}", value=counts.questions),
        Figure(name="of these feasible", value=counts.feasible),
        Figure(name="five judges or more agree on", value=counts.five),
        Figure(name="judges and how many they agreed on", value=agreed),
        Figure(name="disagreements", value=disagreements, wanted=0),
    )


ROW = Promise(
    name="cross-check",
    promise="Solvers and judges that share no code with ours find the same optimum, or the same absence of an answer",
    tests=(
        "tests/cross_check/test_small.py::test_five_judges_agree_on_small_universes",
        "tests/cross_check/test_real.py::test_five_judges_agree_on_real_repositories",
    ),
    measure=measure,
)
