"""Drawn Instances, and questions about them, against every subset of their packages."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

from benchmarks.reliability.promise import Figure, Promise, Scale
from tests.model.agreement import Tried, try_plain, try_question

_FIRST = 1_000_000  # other seeds than CI's
_PROCESSES = 2
_CHUNKS = 20


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Try seeds in two processes; what is wrong is counted, and told with its seed on stderr."""
    plain, questions = scale.count(40_000, 200), scale.count(20_000, 200)
    with ProcessPoolExecutor(_PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        solved = list(chain.from_iterable(pool.map(_solve, _chunks(plain))))
        asked = list(chain.from_iterable(pool.map(_ask, _chunks(questions))))
    for name, wrong in (("plain", _wrong(solved)), ("question", _wrong(asked))):
        for one in wrong:
            print(f"{name} {one.seed}: {'; '.join(one.wrong)}", file=sys.stderr)
    return (*_figures("Instances", solved), *_figures("questions", asked))


def _chunks(seeds: int) -> list[range]:
    size = -(-seeds // _CHUNKS)
    return [range(_FIRST + begin, _FIRST + min(begin + size, seeds)) for begin in range(0, seeds, size)]


def _solve(seeds: range) -> list[Tried]:
    return [try_plain(seed) for seed in seeds]


def _ask(seeds: range) -> list[Tried]:
    return [try_question(seed) for seed in seeds]


def _wrong(tried: list[Tried]) -> list[Tried]:
    return [one for one in tried if one.wrong]


def _figures(what: str, tried: list[Tried]) -> tuple[Figure, ...]:
    return (
        Figure(name=f"{what} tried", value=len(tried)),
        Figure(name=f"{what} infeasible among them", value=sum(not one.feasible for one in tried)),
        Figure(name=f"{what} with answers of three packages or more", value=sum(one.packages > 2 for one in tried)),
        Figure(name=f"{what} answered wrongly", value=len(_wrong(tried)), wanted=0),
    )


ROW = Promise(
    name="reduction",
    promise="Whatever steps a reduction takes, solves and questions say what looking at every set of packages says",
    tests=(
        "tests/model/test_every_subset.py::test_a_solve_says_what_all_subsets_say",
        "tests/model/test_every_subset.py::test_so_does_any_question",
        "tests/model/test_every_subset.py::test_larger_units_change_no_chosen_package",
        "tests/model/test_every_subset.py::test_an_interruption_at_any_step_leaves_nothing_false",
    ),
    measure=measure,
)
